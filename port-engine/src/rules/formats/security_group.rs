//! Security groups of AWS: what a rule can express, and the rules of a ruleset, for all formats that create them.
//!
//! A rule has one range of ports and one network. A security group can't contain the same rule twice, so flows that need the same
//! rule share it. The key of a rule is its content: a later version keeps the rules that it still needs.

use ipnet::IpNet;
use port_core::Direction;

use super::writer::Directions;
use crate::protocol::Protocol;
use crate::rules::address::{Address, Endpoints, Family};
use crate::rules::limits::{EndpointLimits, IcmpTypes, Limits};
use crate::rules::model::{FlowRules, Remark, RemarkKind, Rule, Ruleset};
use crate::rules::options::FirewallLocation;
use crate::rules::output_options::OutputOptions;
use crate::rules::protocol_notation::{ProtocolNotation, type_number};

/// The longest description of a rule, in characters.
const LONGEST_DESCRIPTION: usize = 255;

/// How many rules of each direction and address family a security group can have, unless AWS raises the quota.
const QUOTA: usize = 60;

/// TCP and UDP with ports, and all protocols without ports. AWS ignores the ports of other protocols, so a rule for SCTP would open all
/// of its ports. Protocol 0 is left out, since the documentation doesn't say whether it is any protocol.
const PROTOCOLS: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| match protocol {
        Protocol::TCP | Protocol::UDP | Protocol::ICMP | Protocol::ICMPV6 => Some(protocol.to_string()),
        Protocol::SCTP => None,
        _ => (protocol.number() != 0).then(|| protocol.number().to_string()),
    },
    icmp_type: type_number,
};

/// What a security group can express.
pub(super) const LIMITS: Limits = Limits {
    icmp_types: IcmpTypes::OneEach,
    port_slots: Some(1),
    endpoints: EndpointLimits { own: false, max_addresses: Some(1), ..EndpointLimits::ADDRESSES },
    ..Limits::usual("AWS", &[FirewallLocation::Host], PROTOCOLS)
};

/// The tools delete what a later version doesn't contain.
pub(super) const DIRECTIONS: Directions =
    Directions { keeps_empty: true, uncontrolled: Some("an earlier version's rules are deleted") };

/// A rule of a security group.
#[derive(Debug)]
pub(super) struct SecurityGroupRule {
    /// The content of the rule as a text: `tcp/8000-8100 from 10.0.0.0/8`.
    pub key: String,
    /// The protocol's name, or its number.
    pub protocol: String,
    /// The first and the last port; for ICMP the type and the code, of which -1 is any. `None` for other protocols.
    pub ports: Option<(i32, i32)>,
    /// The peer's network.
    pub network: IpNet,
    /// The ids of the flows that need the rule.
    pub flows: Vec<String>,
}

impl SecurityGroupRule {
    /// The ids of the flows, as far as they fit.
    pub fn description(&self) -> String {
        let joined = self.flows.join(", ");
        if joined.len() <= LONGEST_DESCRIPTION {
            return joined;
        }
        // Ids are short enough for at least one of them.
        let shortened =
            |count: usize| format!("{} and {} more", self.flows[..count].join(", "), self.flows.len() - count);
        let mut counts = (1..self.flows.len()).rev().map(shortened);
        counts.find(|text| text.len() <= LONGEST_DESCRIPTION).unwrap_or_default()
    }
}

/// A flow with its rules. A rule is listed with the first flow that needs it.
pub(super) struct RulesOfFlow<'a> {
    pub flow: &'a FlowRules,
    pub rules: Vec<SecurityGroupRule>,
    /// The keys of the flow's other rules, which are listed with flows before it.
    pub shared: Vec<String>,
}

impl RulesOfFlow<'_> {
    /// The comment above the flow's rules, line by line.
    pub fn comments(&self) -> impl Iterator<Item = String> + '_ {
        let shared = self.shared.iter().map(|key| format!("also needs the rule \"{key}\" above"));
        let id = (self.rules.is_empty() && !self.shared.is_empty()).then(|| self.flow.id.clone());
        self.flow.comments().chain(id).chain(shared)
    }
}

/// The rules of a direction.
pub(super) fn rules(ruleset: &Ruleset, direction: Direction) -> Vec<RulesOfFlow<'_>> {
    let mut found: Vec<RulesOfFlow> = Vec::new();
    for flow in ruleset.in_direction(direction) {
        let mut own = RulesOfFlow { flow, rules: Vec::new(), shared: Vec::new() };
        for rule in flow.rules.iter().flat_map(|rule| group_rules(rule, direction)) {
            let before = found.iter_mut().flat_map(|other| &mut other.rules).find(|other| other.key == rule.key);
            if let Some(other) = before {
                if other.flows.last() != Some(&flow.id) {
                    other.flows.push(flow.id.clone());
                    own.shared.push(rule.key);
                }
            } else if own.rules.iter().all(|other| other.key != rule.key) {
                own.rules.push(SecurityGroupRule { flows: vec![flow.id.clone()], ..rule });
            }
        }
        found.push(own);
    }
    found
}

/// A rule for each network of the peer: both address families if it may have any address.
fn group_rules(rule: &Rule, direction: Direction) -> Vec<SecurityGroupRule> {
    let traffic = &rule.traffic;
    let peer = if direction == Direction::Inbound { &rule.source } else { &rule.destination };
    let ports = match (traffic.ports.first(), traffic.icmp_types.first()) {
        (Some(range), _) => Some((i32::from(range.first()), i32::from(range.last()))),
        (None, Some(icmp_type)) => Some((i32::from(*icmp_type), -1)),
        (None, None) => traffic.protocol.is_icmp().then_some((-1, -1)),
    };
    let detail = match (traffic.ports.first(), traffic.icmp_types.first()) {
        (Some(range), _) => format!("/{range}"),
        (None, Some(icmp_type)) => format!("/{icmp_type}"),
        (None, None) => String::new(),
    };
    let word = if direction == Direction::Inbound { "from" } else { "to" };
    let networks = networks(peer, rule.family());
    let with_network = networks.into_iter().map(|network| SecurityGroupRule {
        key: format!("{}{detail} {word} {network}", traffic.protocol),
        protocol: PROTOCOLS.write(traffic.protocol).unwrap_or_default(),
        ports,
        network,
        flows: Vec::new(),
    });
    with_network.collect()
}

/// The networks of an end.
fn networks(end: &Endpoints, family: Option<Family>) -> Vec<IpNet> {
    let Endpoints::Only(addresses) = end else {
        let any = [(Family::V4, "0.0.0.0/0"), (Family::V6, "::/0")];
        let any = any.into_iter().filter(|(own, _)| family.is_none_or(|family| family == *own));
        return any.filter_map(|(_, network)| network.parse().ok()).collect();
    };
    let network = |address: &Address| match address {
        Address::Net(network) => *network,
        Address::Host(_) | Address::Wildcard(_) => unreachable!("the limits exclude host names"),
    };
    addresses.iter().map(network).collect()
}

/// A warning if the quota doesn't allow as many rules.
pub(super) fn remarks(ruleset: &Ruleset, _: &OutputOptions) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for direction in &ruleset.directions {
        let rules: Vec<SecurityGroupRule> =
            rules(ruleset, *direction).into_iter().flat_map(|flow| flow.rules).collect();
        for (family, is_v4) in [(Family::V4, true), (Family::V6, false)] {
            let count = rules.iter().filter(|rule| rule.network.addr().is_ipv4() == is_v4).count();
            if count > QUOTA {
                let text = format!(
                    "note: {count} {direction} rules for {family}; a security group can have {QUOTA}, unless AWS raises your quota"
                );
                remarks.push(Remark::new(RemarkKind::Warning, text));
            }
        }
    }
    remarks
}
