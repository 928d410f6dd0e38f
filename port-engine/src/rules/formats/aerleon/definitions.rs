//! Definitions of the services that a policy uses, and the names of services and terms.
//!
//! A service has the ports of one flow and one protocol, since a term allows all of its ports over all of its protocols. The names of
//! definitions begin with the ruleset's name, since all files of a directory share one namespace. Two underscores end that name, since
//! ids become names with single ones; only the services of the product's own ruleset are named after their flows alone.

use port_core::PortRange;

use super::platforms::Platform;
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

/// An id in the style of definitions: uppercase with underscores.
pub(super) fn definition_name(id: &str) -> String {
    id.replace('_', "__").to_uppercase().replace('-', "_")
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
