//! Definitions: the services and networks that a policy uses, and their names.
//!
//! A service has the ports of one flow and one protocol, since a term allows all of its ports over all of its protocols. The names of
//! definitions begin with the ruleset's name, since all files of a directory share one namespace. Two underscores end that name, since
//! ids become names with single ones; only the services of the product's own ruleset are named after their flows alone.

use std::collections::{BTreeMap, BTreeSet};

use port_core::{Direction, PortRange};

use super::platforms::Platform;
use crate::rules::address::{Address, Family};
use crate::rules::fit::Families;
use crate::rules::formats::text::{quoted, short_name};
use crate::rules::model::{FlowRules, Rule, Ruleset};

/// The longest name of a term, in characters: the target paloalto adds `service-` and `-sctp` and has a limit of 63. Only the
/// targets for iptables have lower limits.
const LONGEST_TERM: usize = 50;

/// A rule with the names of its term and its service.
pub(super) struct NamedRule<'a> {
    pub(super) rule: &'a Rule,
    pub(super) term: String,
    pub(super) service: String,
}

/// The rules of a flow, named after its id and the protocol. Further rules with the same protocol are numbered. The names of
/// the terms end in `ending`.
pub(super) fn named_rules<'a>(
    ruleset: &'a Ruleset,
    flow: &'a FlowRules,
    ending: &'a str,
) -> impl Iterator<Item = NamedRule<'a>> {
    let is_own = |rest: &str| rest.starts_with("-in-") || rest.starts_with("-out-");
    let prefix = match flow.id.strip_prefix(&ruleset.name) {
        Some(rest) if is_own(rest) => String::new(),
        _ => format!("{}__", definition_name(&ruleset.name)),
    };
    flow.rules.iter().enumerate().map(move |(index, rule)| {
        let before = flow.rules[..index].iter().filter(|other| other.traffic.protocol == rule.traffic.protocol).count();
        let number = if before == 0 { String::new() } else { format!("-{}", before + 1) };
        let suffix = format!("-{}{number}", rule.traffic.protocol.to_string().replace('/', ""));
        let name = short_name(&flow.name, LONGEST_TERM - suffix.len() - ending.len());
        let service = prefix.clone() + &definition_name(&format!("{}{suffix}", flow.name));
        NamedRule { rule, term: format!("{name}{suffix}{ending}"), service }
    })
}

/// The protocol of a rule.
pub(super) fn protocol(platform: &Platform, rule: &Rule) -> String {
    platform.limits.protocols.write(rule.traffic.protocol).unwrap_or_default()
}

/// The only family of the networks that a rule uses: that of its protocol, since aclgen pairs the addresses of a term with its protocol
/// even if the family doesn't have the protocol; or that of its addresses, if each rule has one family.
fn network_family(platform: &Platform, rule: &Rule) -> Option<Family> {
    if platform.limits.endpoints.families == Families::OneEach { rule.family() } else { rule.traffic.family() }
}

/// The names of the networks at the source and destination of a rule.
pub(super) fn network_names(platform: &Platform, ruleset: &Ruleset, flow: &FlowRules, rule: &Rule) -> [String; 2] {
    let family = network_family(platform, rule);
    let suffix = family.map(|family| format!("___{}", family.to_string().to_uppercase())).unwrap_or_default();
    let own = definition_name(&ruleset.name);
    let peer = format!("{own}__{}{suffix}", definition_name(&flow.peer));
    let shortened = |name: String| {
        let is_short = name.len() <= platform.longest_network;
        if is_short { name } else { short_name(&name, platform.longest_network).to_uppercase().replace('-', "_") }
    };
    let (own, peer) = (shortened(format!("{own}{suffix}")), shortened(peer));
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
pub(super) fn networks(platform: &Platform, ruleset: &Ruleset) -> String {
    let mut networks: BTreeMap<String, BTreeSet<&Address>> = BTreeMap::new();
    for flow in &ruleset.flows {
        for rule in &flow.rules {
            let family = network_family(platform, rule);
            let is_of_family =
                |address: &&Address| family.is_none() || address.family().is_none_or(|own| Some(own) == family);
            let names = network_names(platform, ruleset, flow, rule);
            for (name, end) in names.into_iter().zip([&rule.source, &rule.destination]) {
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
            let key = if address.family().is_some() { "address" } else { "fqdn" };
            text += &format!("      - {key}: {}\n", quoted(&address.to_string()));
        }
    }
    text
}

/// A service for each rule that has ports.
pub(super) fn services(platform: &Platform, ruleset: &Ruleset) -> String {
    let mut services = String::new();
    let named = ruleset.flows.iter().flat_map(|flow| named_rules(ruleset, flow, ""));
    for NamedRule { rule, service, .. } in named.filter(|named| !named.rule.traffic.ports.is_empty()) {
        services += &format!("  {}:\n", quoted(&service));
        for range in &rule.traffic.ports {
            services += &format!("    - protocol: {}\n      port: {}\n", protocol(platform, rule), port(*range));
        }
    }
    if services.is_empty() { "services: {}\n".to_string() } else { format!("services:\n{services}") }
}

/// A single port as a number, a range as a string.
fn port(range: PortRange) -> String {
    if range.first() == range.last() { range.to_string() } else { quoted(&range.to_string()) }
}
