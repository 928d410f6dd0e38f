//! Aerleon: definitions of services and networks, and a policy that uses them, from which `aclgen` makes the rules of many firewalls.
//!
//! A service is of one flow and one protocol, since a term lets every one of its ports through over every one of its protocols. The
//! names of definitions begin with the product's, since all files of a folder share them.

use std::collections::{BTreeMap, BTreeSet};

use port_catalog::{Direction, PortRange};

use super::{File, Writer, hash_comments, quoted, short_name};
use crate::rules::address::{Address, End};
use crate::rules::choices::At;
use crate::rules::fit::{Ends, Families, Limits};
use crate::rules::model::{FlowRules, Rule, Ruleset};

/// The most characters of a term's name: the target paloalto puts `service-` and `-tcp` around it, and takes 63. Only those of
/// iptables take less.
const LONGEST_TERM: usize = 51;

/// How rules become files of Aerleon.
pub const WRITER: Writer = Writer {
    limits: Limits {
        format: "aerleon",
        places: &[At::Host, At::Network],
        comments: true,
        esp: true,
        stateful: true,
        port_slots: None,
        // Of its targets only one, srx, can say a host name; the others refuse a policy that has one.
        ends: Ends { own: true, families: Families::Mixed, hosts: false, most: None },
    },
    files,
};

fn files(ruleset: &Ruleset) -> Vec<File> {
    let file = |folder: &str, usage: &[&str], text: String| {
        let usage = usage.iter().map(ToString::to_string);
        let head = hash_comments("", ruleset.comments()) + &hash_comments("", usage);
        File { name: format!("{folder}/{}.yaml", ruleset.name), text: head + &text }
    };
    vec![
        file("def", &DEFINITIONS_USAGE, networks(ruleset) + &services(ruleset)),
        file("policies/pol", &POLICY_USAGE, policy(ruleset)),
    ]
}

/// How to use the definitions.
const DEFINITIONS_USAGE: [&str; 3] = [
    "",
    "It goes into Aerleon's folder of definitions, and policies of your own can use its names:",
    "a service for each flow and protocol, and a network for each peer that has addresses.",
];

/// How to use the policy.
const POLICY_USAGE: [&str; 6] = [
    "",
    "Call aclgen in the folder that has def and policies in it. Below targets, write those of your own firewalls.",
    "A filter drops what no term accepts: your own terms go before the last, and so does one that accepts established",
    "connections, for targets that do not track them.",
    "A term has the name of the flow and the protocol, which is too long for the targets iptables and speedway:",
    "port-catalog writes rules of iptables by itself.",
];

/// A rule with the names of its term and of its service.
struct Named<'a> {
    rule: &'a Rule,
    term: String,
    service: String,
}

/// The rules of a flow, named after its id and the protocol. A protocol that comes again is counted.
fn named(flow: &FlowRules) -> impl Iterator<Item = Named<'_>> {
    flow.rules.iter().enumerate().map(|(index, rule)| {
        let before = flow.rules[..index].iter().filter(|other| other.protocol == rule.protocol).count();
        let again = if before == 0 { String::new() } else { format!("-{}", before + 1) };
        let end = format!("-{}{again}", rule.protocol);
        let term = format!("{}{end}", short_name(flow.id, LONGEST_TERM - end.len()));
        Named { rule, term, service: token(&format!("{}{end}", flow.id)) }
    })
}

/// What the networks at a flow's source and at its destination are called.
fn ends(ruleset: &Ruleset, flow: &FlowRules) -> [String; 2] {
    let own = token(&ruleset.name);
    let peer = format!("{own}_{}", token(flow.peer));
    match flow.direction {
        Direction::Outbound => [own, peer],
        _ => [peer, own],
    }
}

/// An id as definitions are called.
fn token(id: &str) -> String {
    id.to_uppercase().replace('-', "_")
}

/// The addresses of the product and of each peer that has some. A flow may have only those of one family, where its other end has
/// no others: all together let nothing more through, since a term pairs none of different families.
fn networks(ruleset: &Ruleset) -> String {
    let mut networks: BTreeMap<String, BTreeSet<&Address>> = BTreeMap::new();
    for flow in &ruleset.flows {
        let [source, destination] = ends(ruleset, flow);
        for rule in &flow.rules {
            networks.entry(source.clone()).or_default().extend(rule.source.addresses());
            networks.entry(destination.clone()).or_default().extend(rule.destination.addresses());
        }
    }
    networks.retain(|_, addresses| !addresses.is_empty());
    if networks.is_empty() {
        return "networks: {}\n".to_string();
    }
    let mut text = String::from("networks:\n");
    for (name, addresses) in networks {
        text += &format!("  {}:\n    values:\n", quoted(&name));
        for address in addresses {
            text += &format!("      - address: {}\n", quoted(&address.to_string()));
        }
    }
    text
}

/// A service for each rule that has ports.
fn services(ruleset: &Ruleset) -> String {
    let mut services = String::new();
    for Named { rule, service, .. } in ruleset.flows.iter().flat_map(named).filter(|named| !named.rule.ports.is_empty())
    {
        services += &format!("  {}:\n", quoted(&service));
        for range in &rule.ports {
            services += &format!("    - protocol: {}\n      port: {}\n", rule.protocol, port(*range));
        }
    }
    if services.is_empty() { "services: {}\n".to_string() } else { format!("services:\n{services}") }
}

/// A number, or a range as a text.
fn port(range: PortRange) -> String {
    if range.first() == range.last() { range.to_string() } else { quoted(&range.to_string()) }
}

/// The policy: a filter for each direction, or one for both where a firewall forwards them alike.
fn policy(ruleset: &Ruleset) -> String {
    let filters: String = match ruleset.at {
        At::Host => {
            ruleset.directions.iter().map(|direction| filter(ruleset, hook(*direction), &[*direction])).collect()
        }
        At::Network => filter(ruleset, "forward", &ruleset.directions),
    };
    format!("filters:\n{filters}")
}

/// Where packets of a direction pass on the product's own machine.
fn hook(direction: Direction) -> &'static str {
    if direction == Direction::Outbound { "output" } else { "input" }
}

/// The filter of a hook. Its last term is there where it has no other, too, since a filter must have one.
fn filter(ruleset: &Ruleset, hook: &str, directions: &[Direction]) -> String {
    let flows = ruleset.flows.iter().filter(|flow| directions.contains(&flow.direction));
    let terms: String = flows.map(|flow| terms(ruleset, flow)).collect();
    format!(
        "  - header:\n      targets:\n        nftables: \"mixed {hook}\"\n    terms:\n{terms}      \
         - name: \"default-deny-{hook}\"\n        action: deny\n"
    )
}

/// A flow's terms below what is to be said of it.
fn terms(ruleset: &Ruleset, flow: &FlowRules) -> String {
    let [source, destination] = ends(ruleset, flow);
    let terms = named(flow).map(|Named { rule, term, service }| {
        let mut text = format!("      - name: {}\n        comment: {}\n", quoted(&term), quoted(flow.id));
        for (end, network, key) in [(&rule.source, &source, "source"), (&rule.destination, &destination, "destination")]
        {
            if *end != End::Any {
                text += &format!("        {key}-address: {}\n", quoted(network));
            }
        }
        text += &format!("        protocol: {}\n", rule.protocol);
        if !rule.ports.is_empty() {
            text += &format!("        destination-port: {}\n", quoted(&service));
        }
        text + "        action: accept\n"
    });
    hash_comments("      ", flow.comments()) + &terms.collect::<String>()
}
