//! Definitions: the services and networks that a policy uses, and their names.
//!
//! A service has the ports of one flow and one protocol, since a term allows all of its ports over all of its protocols. The names of
//! definitions begin with the ruleset's name, since all files of a directory share one namespace. Two underscores end that name, since
//! ids become names with single ones; only the services of the product's own ruleset are named after their flows alone.

use std::collections::{BTreeMap, BTreeSet};

use port_core::{Direction, PortRange};

use super::platforms::Platform;
use crate::rules::address::{Address, Endpoints, Family};
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

/// The networks of a ruleset.
///
/// An end of a rule is named after the product, its component or the peer. All ends of that name are one network, although some have only
/// one family, because their other end has no address of the other. This allows nothing more, since a term never pairs addresses of
/// different families. Ends of one name that have different addresses of a family are different networks, which are numbered.
pub(super) struct Networks<'a> {
    platform: &'a Platform,
    ruleset: &'a Ruleset,
    by_name: BTreeMap<String, Vec<Network<'a>>>,
}

/// The addresses of a network: those of IPv4, those of IPv6, and host names.
type Network<'a> = [BTreeSet<&'a Address>; 3];

impl<'a> Networks<'a> {
    pub(super) fn new(platform: &'a Platform, ruleset: &'a Ruleset) -> Networks<'a> {
        let mut networks = Networks { platform, ruleset, by_name: BTreeMap::new() };
        for flow in &ruleset.flows {
            for rule in &flow.rules {
                let names = networks.end_names(flow, rule);
                for (name, end) in names.into_iter().zip([&rule.source, &rule.destination]) {
                    networks.add(name, &network(platform, rule, end));
                }
            }
        }
        networks
    }

    fn add(&mut self, name: String, added: &Network<'a>) {
        if added.iter().all(BTreeSet::is_empty) {
            return;
        }
        let known = self.by_name.entry(name).or_default();
        let fits = |network: &&mut Network<'a>| {
            network.iter().zip(added).all(|(own, other)| own.is_empty() || other.is_empty() || own == other)
        };
        match known.iter_mut().find(fits) {
            Some(network) => network.iter_mut().zip(added).for_each(|(own, other)| own.extend(other)),
            None => known.push(added.clone()),
        }
    }

    /// The names of the networks at the source and destination of a rule. An end without addresses has none.
    pub(super) fn names(&self, flow: &FlowRules, rule: &Rule) -> [String; 2] {
        let [source, destination] = self.end_names(flow, rule);
        [(source, &rule.source), (destination, &rule.destination)].map(|(name, end)| {
            let end = network(self.platform, rule, end);
            let contains =
                |network: &Network<'_>| network.iter().zip(&end).all(|(own, other)| other.is_empty() || own == other);
            let known = self.by_name.get(&name).into_iter().flatten().position(contains);
            self.numbered(&name, known.unwrap_or(0))
        })
    }

    /// What the ends of a rule are named after, with the family if the network has only one.
    fn end_names(&self, flow: &FlowRules, rule: &Rule) -> [String; 2] {
        let family = network_family(self.platform, rule);
        let suffix = family.map(|family| format!("___{}", family.to_string().to_uppercase())).unwrap_or_default();
        let ruleset = definition_name(&self.ruleset.name);
        let mut own = ruleset.clone();
        let product = (self.ruleset.products.len() > 1).then_some(&flow.row.product);
        for part in product.into_iter().chain(&flow.row.component) {
            own += &format!("__{}", definition_name(part));
        }
        let (own, peer) = (format!("{own}{suffix}"), format!("{ruleset}__{}{suffix}", definition_name(&flow.peer)));
        match flow.direction {
            Direction::Outbound => [own, peer],
            Direction::Inbound => [peer, own],
        }
    }

    fn numbered(&self, name: &str, index: usize) -> String {
        let longest = self.platform.longest_network;
        let name = if index == 0 { name.to_string() } else { format!("{name}___{}", index + 1) };
        let is_short = name.len() <= longest;
        if is_short { name } else { short_name(&name, longest).to_uppercase().replace('-', "_") }
    }

    /// The networks as YAML.
    pub(super) fn definitions(&self) -> String {
        if self.by_name.is_empty() {
            return "networks: {}\n".to_string();
        }
        let mut text = String::from("networks:\n");
        for (name, networks) in &self.by_name {
            for (index, network) in networks.iter().enumerate() {
                text += &format!("  {}:\n    values:\n", quoted(&self.numbered(name, index)));
                for address in network.iter().flatten() {
                    let key = if address.family().is_some() { "address" } else { "fqdn" };
                    text += &format!("      - {key}: {}\n", quoted(&address.to_string()));
                }
            }
        }
        text
    }
}

/// The addresses of an end of a rule that its network contains.
fn network<'a>(platform: &Platform, rule: &Rule, end: &'a Endpoints) -> Network<'a> {
    let only = network_family(platform, rule);
    let of_family = |family: Option<Family>| {
        let is_wanted = family.is_none() || only.is_none() || only == family;
        end.addresses().iter().filter(|address| is_wanted && address.family() == family).collect()
    };
    [of_family(Some(Family::V4)), of_family(Some(Family::V6)), of_family(None)]
}

/// An id in the style of definitions: uppercase with underscores.
fn definition_name(id: &str) -> String {
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
