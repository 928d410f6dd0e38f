//! The filters of a policy: which rules each has, and what else it accepts.

use port_core::Direction;

use super::platforms::{Layout, Platform};
use crate::protocol::Protocol;
use crate::rules::address::Family;
use crate::rules::formats::text::short_name;
use crate::rules::model::{Rule, Ruleset};
use crate::rules::options::FirewallLocation;

/// A filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    /// The end of the names of its first and last terms.
    pub(super) label: String,
    /// The options of the platform.
    pub(super) options: String,
    /// The directions of its flows.
    pub(super) directions: Vec<Direction>,
    /// The direction of the flows whose replies it has.
    pub(super) replies_to: Option<Direction>,
    /// Which of the rules it has.
    pub(super) part: Part,
    /// What it accepts before any flow.
    pub(super) first: First,
    /// Whether its last term drops the rest.
    pub(super) drops_rest: bool,
}

/// Which of the rules of a flow a filter has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All.
    Whole,
    /// Those that match packets of a family.
    Family(Family),
    /// Those for `ICMPv6`.
    Icmpv6,
    /// All others.
    ExceptIcmpv6,
}

impl Part {
    /// Whether a rule is part of the filter.
    pub(super) fn contains(self, rule: &Rule) -> bool {
        let is_icmpv6 = rule.traffic.protocol == Protocol::ICMPV6;
        match self {
            Part::Whole => true,
            Part::Family(family) => rule.family().is_none_or(|only| only == family),
            Part::Icmpv6 => is_icmpv6,
            Part::ExceptIcmpv6 => !is_icmpv6,
        }
    }
}

/// What a filter accepts before any flow, because nothing works without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    /// Nothing.
    Nothing,
    /// Loopback, and the `ICMPv6` messages that a machine needs. The text is the name of the loopback interface.
    Machine(&'static str),
    /// The `ICMPv6` messages that a machine needs.
    MachineIcmpv6,
    /// The messages of ICMP and `ICMPv6` that a network needs.
    Network,
    /// All of `ICMPv6`, since the platform can't express types.
    WholeIcmpv6,
}

/// The filters of a policy.
pub(super) fn filters(platform: &Platform, ruleset: &Ruleset) -> Vec<Filter> {
    let is_host = ruleset.location == FirewallLocation::Host;
    let name = short_name(&ruleset.name, 40);
    let controlled = || ruleset.directions.iter().copied();
    match platform.layout {
        Layout::Hooks if is_host => {
            controlled().map(|direction| host_filter(direction, "lo", |hook| format!("mixed {hook}"))).collect()
        }
        Layout::Hooks => vec![forwarding(ruleset, "forward", "mixed forward".to_string(), First::Nothing)],
        Layout::Pf if is_host => {
            let options = |hook: &str| format!("{name}-{hook} {} mixed", hook.trim_end_matches("put"));
            controlled().map(|direction| host_filter(direction, "lo0", options)).collect()
        }
        Layout::Pf => vec![forwarding(ruleset, "forward", format!("{name} mixed"), First::MachineIcmpv6)],
        Layout::Zones => controlled().map(zone_filter).collect(),
        Layout::Lists if platform.limits.stateful => {
            controlled().map(|direction| list(platform, &name, direction)).collect()
        }
        Layout::Lists => Direction::ALL.iter().map(|direction| list(platform, &name, *direction)).collect(),
        Layout::FamilyLists(options) => {
            let families = [Family::V4, Family::V6];
            let of_direction =
                |direction: &Direction| families.map(|family| family_list(&name, *direction, family, options));
            Direction::ALL.iter().flat_map(of_direction).collect()
        }
        Layout::Group => {
            vec![forwarding(ruleset, "group", format!("{name} mixed securitygroup {name}"), First::WholeIcmpv6)]
        }
        Layout::Windows => {
            let parts = |direction| [Part::ExceptIcmpv6, Part::Icmpv6].map(|part| windows_filter(direction, part));
            let filters = controlled().flat_map(parts);
            // aclgen rejects an empty filter.
            filters.filter(|filter| has_rule(ruleset, filter)).collect()
        }
    }
}

fn has_rule(ruleset: &Ruleset, filter: &Filter) -> bool {
    let flows = ruleset.flows.iter().filter(|flow| filter.directions.contains(&flow.direction));
    flows.flat_map(|flow| &flow.rules).any(|rule| filter.part.contains(rule))
}

/// A filter with all rules for a direction, and a last term.
fn plain(label: String, options: String, direction: Direction) -> Filter {
    Filter {
        label,
        options,
        directions: vec![direction],
        replies_to: None,
        part: Part::Whole,
        first: First::Nothing,
        drops_rest: true,
    }
}

/// A filter on the product's own machine.
fn host_filter(direction: Direction, loopback: &'static str, options: impl Fn(&str) -> String) -> Filter {
    let hook = if direction == Direction::Outbound { "output" } else { "input" };
    Filter { first: First::Machine(loopback), ..plain(hook.to_string(), options(hook), direction) }
}

/// A filter for both directions.
fn forwarding(ruleset: &Ruleset, label: &str, options: String, first: First) -> Filter {
    let filter = plain(label.to_string(), options, Direction::Inbound);
    Filter { directions: ruleset.directions.clone(), first, ..filter }
}

fn zone_filter(direction: Direction) -> Filter {
    let [from, to] = match direction {
        Direction::Inbound => ["peers", "product"],
        Direction::Outbound => ["product", "peers"],
    };
    plain(direction.to_string(), format!("from-zone {from} to-zone {to} mixed"), direction)
}

/// The other direction.
fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Inbound => Direction::Outbound,
        Direction::Outbound => Direction::Inbound,
    }
}

/// A list for the packets of a direction. If connections are tracked, aclgen writes it for one family.
fn list(platform: &Platform, name: &str, direction: Direction) -> Filter {
    let list = plain(direction.to_string(), format!("{name}-{direction}"), direction);
    if platform.limits.stateful {
        return list;
    }
    Filter {
        options: format!("{name}-{direction} mixed"),
        replies_to: Some(opposite(direction)),
        first: First::Network,
        ..list
    }
}

fn family_list(name: &str, direction: Direction, family: Family, options: &str) -> Filter {
    let (word, inet) = match family {
        Family::V4 => ("ipv4", "inet"),
        Family::V6 => ("ipv6", "inet6"),
    };
    let label = format!("{direction}-{word}");
    let options = format!("{name}-{label} {inet}{options}");
    let first = if family == Family::V6 { First::WholeIcmpv6 } else { First::Nothing };
    Filter {
        replies_to: Some(opposite(direction)),
        part: Part::Family(family),
        first,
        ..plain(label, options, direction)
    }
}

/// aclgen writes `ICMPv6` only in a filter for IPv6, and addresses of both families in any filter.
fn windows_filter(direction: Direction, part: Part) -> Filter {
    let hook = if direction == Direction::Outbound { "out" } else { "in" };
    let family = if part == Part::Icmpv6 { "inet6" } else { "inet" };
    Filter { part, drops_rest: false, ..plain(hook.to_string(), format!("{hook} {family}"), direction) }
}
