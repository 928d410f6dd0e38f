//! Aerleon: definitions of services and networks, and a policy that uses them. `aclgen` generates rules for many firewalls from them.
//!
//! A service has the ports of one flow and one protocol, since a term allows all of its ports over all of its protocols. The names of
//! definitions begin with the ruleset's name, since all files of a directory share one namespace. Two underscores end that name, since
//! ids become names with single ones; only the services of the product's own ruleset are named after their flows alone.

use std::collections::{BTreeMap, BTreeSet};

use notation::{PALOALTO, PROTOCOLS};
use port_core::{Direction, PortRange};

use super::text::{comment_lines, quoted, short_name};
use super::writer::{Directions, File, Writer};
use crate::protocol::Protocol;
use crate::rules::address::{Address, Endpoints, Family};
use crate::rules::fit::{EndpointLimits, Families, IcmpTypes, Limits};
use crate::rules::model::{FlowRules, Remark, RemarkKind, Rule, Ruleset, Traffic};
use crate::rules::options::FirewallLocation;
use crate::rules::output_options::{OutputOption, OutputOptions};
use crate::rules::target::Target;

mod notation;

/// The longest name of a term, in characters: the target paloalto adds `service-` and `-tcp` and has a limit of 63. Only the
/// targets for iptables have lower limits.
const LONGEST_TERM: usize = 51;

/// The targets.
pub const TARGETS: &[Target] = &[Target::Nftables];

/// How to write files for Aerleon.
pub const WRITER: Writer = Writer {
    limits: Limits {
        format: "aerleon",
        locations: &[FirewallLocation::Host, FirewallLocation::Network],
        comments: true,
        protocols: PROTOCOLS,
        stateful: true,
        icmp_types: IcmpTypes::Several,
        port_slots: None,
        // Only the target srx can express host names; the others reject a policy that has one.
        endpoints: EndpointLimits {
            own: true,
            families: Families::Mixed,
            host_names: false,
            wildcards: false,
            max_addresses: None,
        },
        longest_interface: None,
    },
    options: &[OutputOption::Log],
    // aclgen generates all rules again.
    directions: Directions { keeps_empty: false, left_alone: None },
    remarks,
    files,
};

/// A remark on protocols that a target rejects.
fn remarks(ruleset: &Ruleset, _: &OutputOptions) -> Vec<Remark> {
    let protocols = ruleset.flows.iter().flat_map(|flow| &flow.rules).map(|rule| rule.traffic.protocol);
    let unknown: BTreeSet<Protocol> = protocols.filter(|protocol| !PALOALTO.contains(protocol)).collect();
    let unknown: Vec<String> = unknown.iter().map(Protocol::to_string).collect();
    let text = format!("aclgen's target paloalto rejects this policy, since it doesn't know {}", unknown.join(", "));
    if unknown.is_empty() { Vec::new() } else { vec![Remark::new(RemarkKind::Note, text)] }
}

fn files(ruleset: &Ruleset, output: &OutputOptions) -> Vec<File> {
    let file = |directory: &str, usage: &[&str], text: String| {
        let usage = usage.iter().map(ToString::to_string);
        let head = comment_lines("", ruleset.comments()) + &comment_lines("", usage);
        File { name: format!("{directory}/{}.yaml", ruleset.name), text: head + &text }
    };
    vec![
        file("def", &DEFINITIONS_USAGE, networks(ruleset) + &services(ruleset)),
        file("policies/pol", &POLICY_USAGE, policy(ruleset, output)),
    ]
}

/// Instructions for using the definitions.
const DEFINITIONS_USAGE: [&str; 3] = [
    "",
    "Put this file into Aerleon's directory of definitions. Your own policies can use its names:",
    "a service for each flow and protocol, and a network for each peer that has addresses.",
];

/// Instructions for using the policy.
const POLICY_USAGE: [&str; 8] = [
    "",
    "Run aclgen in the directory that contains def and policies. List the targets for your own firewalls below targets.",
    "A filter drops what no term accepts. Add your own terms above the last one; for targets that don't track connections,",
    "one of them has to accept established connections.",
    "The rules for nftables are added to the table inet filtering_policies. Delete it before you load a later version, and load",
    "the rules of only one policy on a machine.",
    "Terms are named after the flow and the protocol. These names are too long for the targets iptables and speedway;",
    "port-catalog generates rules for iptables itself.",
];

/// A rule with the names of its term and its service.
struct NamedRule<'a> {
    rule: &'a Rule,
    term: String,
    service: String,
}

/// The rules of a flow, named after its id and the protocol. Further rules with the same protocol are numbered.
fn named_rules<'a>(ruleset: &'a Ruleset, flow: &'a FlowRules) -> impl Iterator<Item = NamedRule<'a>> {
    let is_own = |rest: &str| rest.starts_with("-in-") || rest.starts_with("-out-");
    let prefix = match flow.id.strip_prefix(&ruleset.name) {
        Some(rest) if is_own(rest) => String::new(),
        _ => format!("{}__", definition_name(&ruleset.name)),
    };
    flow.rules.iter().enumerate().map(move |(index, rule)| {
        let before = flow.rules[..index].iter().filter(|other| other.traffic.protocol == rule.traffic.protocol).count();
        let number = if before == 0 { String::new() } else { format!("-{}", before + 1) };
        let suffix = format!("-{}{number}", rule.traffic.protocol.to_string().replace('/', ""));
        let term = format!("{}{suffix}", short_name(&flow.name, LONGEST_TERM - suffix.len()));
        NamedRule { rule, term, service: prefix.clone() + &definition_name(&format!("{}{suffix}", flow.name)) }
    })
}

fn protocol(rule: &Rule) -> String {
    PROTOCOLS.write(rule.traffic.protocol).unwrap_or_default()
}

/// The names of the networks at the source and destination of a flow's rules: of those for a protocol that only one family has, or of
/// all others. aclgen pairs the addresses of a term with its protocol even if the family doesn't have the protocol.
fn network_names(ruleset: &Ruleset, flow: &FlowRules, family: Option<Family>) -> [String; 2] {
    let suffix = family.map(|family| format!("___{}", family.to_string().to_uppercase())).unwrap_or_default();
    let own = definition_name(&ruleset.name);
    let peer = format!("{own}__{}{suffix}", definition_name(&flow.peer));
    let own = format!("{own}{suffix}");
    match flow.direction {
        Direction::Outbound => [own, peer],
        Direction::Inbound => [peer, own],
    }
}

/// An id in the style of definitions: uppercase with underscores.
fn definition_name(id: &str) -> String {
    id.replace('_', "__").to_uppercase().replace('-', "_")
}

/// The addresses of the product and of each peer that has some. A network contains the addresses of all its flows, although some
/// flows use only one family, because their other end has no address of the other. This allows nothing more, since a term never
/// pairs addresses of different families.
fn networks(ruleset: &Ruleset) -> String {
    let mut networks: BTreeMap<String, BTreeSet<&Address>> = BTreeMap::new();
    for flow in &ruleset.flows {
        for rule in &flow.rules {
            let family = rule.traffic.family();
            let is_of_family = |address: &&Address| family.is_none() || address.family() == family;
            for (name, end) in network_names(ruleset, flow, family).into_iter().zip([&rule.source, &rule.destination]) {
                networks.entry(name).or_default().extend(end.addresses().iter().filter(is_of_family));
            }
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
    let named = ruleset.flows.iter().flat_map(|flow| named_rules(ruleset, flow));
    for NamedRule { rule, service, .. } in named.filter(|named| !named.rule.traffic.ports.is_empty()) {
        services += &format!("  {}:\n", quoted(&service));
        for range in &rule.traffic.ports {
            services += &format!("    - protocol: {}\n      port: {}\n", protocol(rule), port(*range));
        }
    }
    if services.is_empty() { "services: {}\n".to_string() } else { format!("services:\n{services}") }
}

/// A single port as a number, a range as a string.
fn port(range: PortRange) -> String {
    if range.first() == range.last() { range.to_string() } else { quoted(&range.to_string()) }
}

/// The policy: a filter for each direction, or one for both if the firewall forwards them.
fn policy(ruleset: &Ruleset, output: &OutputOptions) -> String {
    let filters: String = match ruleset.location {
        FirewallLocation::Host => {
            let filter = |direction: &Direction| {
                filter(ruleset, output, hook(*direction), &host_terms(*direction), &[*direction])
            };
            ruleset.directions.iter().map(filter).collect()
        }
        FirewallLocation::Network => filter(ruleset, output, "forward", "", &ruleset.directions),
    };
    format!("filters:\n{filters}")
}

/// The hook for packets of a direction on the product's own machine.
fn hook(direction: Direction) -> &'static str {
    if direction == Direction::Outbound { "output" } else { "input" }
}

/// What a machine's own filter has to accept besides flows: loopback, and the `ICMPv6` messages that RFC 4890, section 4.4.1 says must
/// not be dropped. Without neighbour discovery no IPv6 packet gets through.
fn host_terms(direction: Direction) -> String {
    let (hook, interface) = match direction {
        Direction::Outbound => ("output", "destination-interface"),
        Direction::Inbound => ("input", "source-interface"),
    };
    let types: String = ICMPV6_TYPES.iter().map(|name| format!("          - {name}\n")).collect();
    format!(
        "      # Loopback.\n      - name: \"accept-loopback-{hook}\"\n        platform: nftables\n        \
         {interface}: lo\n        action: accept\n{}\
         \u{20}     - name: \"accept-icmpv6-{hook}\"\n        platform: nftables\n        protocol: icmpv6\n        \
         icmp-type:\n{types}        action: [accept, deny]\n",
        comment_lines("      ", ICMPV6_COMMENT.iter().map(ToString::to_string)),
    )
}

/// What the term for `ICMPv6` is for.
const ICMPV6_COMMENT: [&str; 4] = [
    "Neighbour discovery and the other ICMPv6 messages of RFC 4890, section 4.4.1, except the types 148, 149 and 151 to 153,",
    "for which aclgen writes names that nft doesn't know. The kernel doesn't track neighbour discovery, but aclgen limits",
    "what a term accepts to new connections. It adds no such limit to a term with the action deny; the first action is the",
    "one that it writes.",
];

/// The messages of RFC 4890, section 4.4.1, as Aerleon names them.
const ICMPV6_TYPES: [&str; 16] = [
    "destination-unreachable",
    "packet-too-big",
    "time-exceeded",
    "parameter-problem",
    "echo-request",
    "echo-reply",
    "multicast-listener-query",
    "multicast-listener-report",
    "multicast-listener-done",
    "router-solicit",
    "router-advertisement",
    "neighbor-solicit",
    "neighbor-advertisement",
    "inverse-neighbor-discovery-solicitation",
    "inverse-neighbor-discovery-advertisement",
    "version-2-multicast-listener-report",
];

/// The filter for a hook. It always has its last term, since a filter must not be empty.
fn filter(
    ruleset: &Ruleset,
    output: &OutputOptions,
    hook: &str,
    first_terms: &str,
    directions: &[Direction],
) -> String {
    let flows = ruleset.flows.iter().filter(|flow| directions.contains(&flow.direction));
    let terms: String = flows.map(|flow| terms(ruleset, flow)).collect();
    let logging = if output.log { "        logging: true\n" } else { "" };
    format!(
        "  - header:\n      targets:\n        nftables: \"mixed {hook}\"\n    terms:\n{first_terms}{terms}      \
         - name: \"default-deny-{hook}\"\n{logging}        action: deny\n"
    )
}

/// A flow's terms, below its comment.
fn terms(ruleset: &Ruleset, flow: &FlowRules) -> String {
    let terms = named_rules(ruleset, flow).map(|NamedRule { rule, term, service }| {
        let [source, destination] = network_names(ruleset, flow, rule.traffic.family());
        let mut text = format!("      - name: {}\n        comment: {}\n", quoted(&term), quoted(&flow.id));
        for (end, network, key) in [(&rule.source, &source, "source"), (&rule.destination, &destination, "destination")]
        {
            if *end != Endpoints::Any {
                text += &format!("        {key}-address: {}\n", quoted(network));
            }
        }
        text += &format!("        protocol: {}\n", protocol(rule));
        if !rule.traffic.ports.is_empty() {
            text += &format!("        destination-port: {}\n", quoted(&service));
        }
        text += &icmp_types(&rule.traffic);
        text + "        action: accept\n"
    });
    comment_lines("      ", flow.comments()) + &terms.collect::<String>()
}

/// The types of ICMP of a term. aclgen fails for its target nftables if there is only one, so that one is written twice.
fn icmp_types(traffic: &Traffic) -> String {
    let name = |icmp_type: &u8| PROTOCOLS.write_type(traffic.protocol, *icmp_type).unwrap_or_default();
    let names: Vec<String> = traffic.icmp_types.iter().map(name).collect();
    let names = match names.as_slice() {
        [] => return String::new(),
        [only] => vec![only.clone(), only.clone()],
        _ => names,
    };
    format!("        icmp-type:\n{}", names.iter().map(|name| format!("          - {name}\n")).collect::<String>())
}
