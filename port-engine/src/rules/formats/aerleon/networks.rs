//! Definitions of the networks that a policy uses, and which of them is at each end of a rule.

use std::collections::{BTreeMap, BTreeSet};

use port_core::Direction;

use super::definitions::definition_name;
use super::platforms::Platform;
use crate::rules::address::{Address, Endpoints, Family};
use crate::rules::formats::text::{quoted, short_name};
use crate::rules::limits::Families;
use crate::rules::model::{FlowRules, Rule, Ruleset};

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
