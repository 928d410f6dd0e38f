//! The packets that a rule's conditions match.
//!
//! A condition compares fields of a packet with values or sets. For a protocol, each condition is reduced to a set of ports and, if
//! it depends on anything else, to a limit or to a text that can't be interpreted. A [`Field`] classifies what a condition reads: the
//! destination port decides exactly; the protocol, the address family and the connection state are known for the first packet of a
//! connection; a field that such a packet doesn't have never matches; any other field matches some packets to each port.
//!
//! Negation needs care: `!=` of an exact set of ports is the complement, but if elements also depend on another field, then
//! every port has some packets that match.

use port_core::PortRange;
use port_data::Diagnostic;
use serde_json::Value;

use super::ruleset::{Key, Ruleset, incomplete};
use super::statement::{bounds, display, is_catch_all, number, single, text, unwrapped};
use crate::audit::address_family::AddressFamily;
use crate::port_set::PortSet;
use crate::protocol::Protocol;

/// The packets that conditions match.
#[derive(Clone, Debug)]
pub struct PacketMatch {
    /// The ports of the packets. No packet to another port matches.
    pub ports: PortSet,
    /// Other conditions: only some packets to these ports match.
    pub limits: Vec<String>,
    /// Conditions that can't be interpreted.
    pub not_interpreted: Vec<String>,
}

/// The first packet of a new connection from a peer.
pub struct Packet<'a> {
    /// The rules that it passes.
    pub ruleset: &'a Ruleset,
    /// Whether it is an IPv4 or an IPv6 packet.
    pub family: AddressFamily,
    /// The protocol in it.
    pub protocol: Protocol,
}

/// What a condition reads from a packet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Port,
    Protocol,
    Family,
    State,
    Status,
    Interface,
    /// A field that differs between packets to the same port.
    Other,
    /// A field that the packet doesn't have.
    Absent,
    NotInterpreted,
}

/// The ports of the packets that a value matches.
enum Matches {
    Exactly(PortSet),
    /// Some packets to every port.
    Some,
    NotInterpreted,
}

impl PacketMatch {
    /// All packets to some ports.
    pub fn ports(ports: PortSet) -> PacketMatch {
        PacketMatch { ports, limits: Vec::new(), not_interpreted: Vec::new() }
    }

    /// Restricts the match to packets that `other` matches too.
    pub fn and(&mut self, other: PacketMatch) {
        self.ports = &self.ports & &other.ports;
        self.limits.extend(other.limits);
        self.not_interpreted.extend(other.not_interpreted);
    }
}

impl Packet<'_> {
    /// The packets that a condition matches.
    pub fn condition(&self, chain: &Key, condition: &Value) -> Result<PacketMatch, Diagnostic> {
        let part = |name| condition.get(name).unwrap_or(&Value::Null);
        self.compare(chain, part("left"), text(condition, "op"), part("right"))
    }

    /// The packets for which the comparison holds.
    pub fn compare(&self, chain: &Key, left: &Value, operator: &str, right: &Value) -> Result<PacketMatch, Diagnostic> {
        let displayed = match operator {
            "==" | "in" => format!("{} {}", display(left), display(right)),
            operator => format!("{} {operator} {}", display(left), display(right)),
        };
        let limited = |ports| PacketMatch { limits: vec![displayed.clone()], ..PacketMatch::ports(ports) };
        let not_interpreted =
            || PacketMatch { not_interpreted: vec![displayed.clone()], ..PacketMatch::ports(PortSet::full()) };
        let columns: Vec<Field> = match left.get("concat").and_then(Value::as_array) {
            Some(columns) => columns.iter().map(|column| self.field(column)).collect(),
            None => vec![self.field(left)],
        };
        if columns.contains(&Field::Absent) {
            return Ok(PacketMatch::ports(PortSet::empty()));
        }
        if columns.contains(&Field::NotInterpreted) {
            return Ok(not_interpreted());
        }
        if columns.iter().all(|column| *column == Field::Other) {
            return Ok(limited(PortSet::full()));
        }
        if let ("<" | ">" | "<=" | ">=", [Field::Port], Some(bound)) = (operator, &columns[..], number(right)) {
            return Ok(PacketMatch::ports(compared(operator, bound)));
        }
        if !["==", "in", "!=", "!"].contains(&operator) {
            return Ok(not_interpreted());
        }
        let mut fitting = PortSet::empty();
        let mut only_some = false;
        for element in self.elements(chain, right)? {
            match self.element(&columns, unwrapped(element)) {
                Some((ports, exactly)) => {
                    only_some |= !exactly && !ports.is_empty();
                    fitting = &fitting | &ports;
                }
                None => return Ok(not_interpreted()),
            }
        }
        Ok(match (operator, only_some) {
            // Every port has a packet that differs in the other field.
            ("!=" | "!", true) => limited(PortSet::full()),
            ("!=" | "!", false) => PacketMatch::ports(&PortSet::full() - &fitting),
            (_, true) => limited(fitting),
            (_, false) => PacketMatch::ports(fitting),
        })
    }

    /// The ports of the packets that an element matches, and whether all packets to them do. `None` if it can't be interpreted.
    fn element(&self, columns: &[Field], element: &Value) -> Option<(PortSet, bool)> {
        if is_catch_all(element) {
            return Some((PortSet::full(), true));
        }
        let one = [element.clone()];
        let values = match element.get("concat").and_then(Value::as_array) {
            Some(values) => values.as_slice(),
            None => &one,
        };
        if values.len() != columns.len() {
            return None;
        }
        let (mut fitting, mut exactly) = (PortSet::full(), true);
        for (field, value) in columns.iter().zip(values) {
            match self.value(*field, value) {
                Matches::Exactly(ports) => fitting = &fitting & &ports,
                Matches::Some => exactly = false,
                Matches::NotInterpreted => return None,
            }
        }
        Some((fitting, exactly))
    }

    /// The ports of the packets that a value matches.
    fn value(&self, field: Field, value: &Value) -> Matches {
        let all_if = |all| Matches::Exactly(PortSet::all_if(all));
        match (field, value.as_str()) {
            (Field::Port, _) => bounds(value).map_or(Matches::NotInterpreted, |(first, last)| {
                // No peer connects to port 0.
                Matches::Exactly(PortRange::new(first.max(1), last).map_or_else(PortSet::empty, PortSet::from))
            }),
            (Field::Protocol, Some(name)) => all_if(Some(name) == self.protocol.name()),
            (Field::Protocol, None) => {
                let own = u16::from(self.protocol.number());
                bounds(value).map_or(Matches::NotInterpreted, |(first, last)| all_if((first..=last).contains(&own)))
            }
            (Field::Family, Some("ip" | "ipv4")) => all_if(self.family == AddressFamily::Ipv4),
            (Field::Family, Some("ip6" | "ipv6")) => all_if(self.family == AddressFamily::Ipv6),
            // The packet is the first one of its connection.
            (Field::State, Some("new")) => all_if(true),
            (Field::State, Some("untracked")) if self.ruleset.has_notrack => Matches::Some,
            (Field::Family, Some("arp" | "vlan"))
            | (Field::State, Some("established" | "related" | "invalid" | "untracked"))
            // A rule that rewrites packets to a port makes that port unknown; packets to other ports are not rewritten.
            | (Field::Status, Some("dnat"))
            // The packet comes from another machine.
            | (Field::Interface, Some("lo" | "loopback")) => all_if(false),
            (Field::Interface | Field::Status | Field::Other, _) => Matches::Some,
            _ => Matches::NotInterpreted,
        }
    }

    /// What the left side of a condition reads.
    fn field(&self, left: &Value) -> Field {
        let Some((kind, value)) = single(left) else { return Field::NotInterpreted };
        let only_if = |own: bool| if own { Field::Other } else { Field::Absent };
        match kind {
            "payload" => self.payload_field(text(value, "protocol"), text(value, "field")),
            "meta" => match text(value, "key") {
                "l4proto" => Field::Protocol,
                "protocol" | "nfproto" => Field::Family,
                "iif" | "iifname" | "iiftype" => Field::Interface,
                _ => Field::Other,
            },
            "ct" => match text(value, "key") {
                "state" => Field::State,
                "status" => Field::Status,
                "proto-dst" | "protocol" | "l3proto" => Field::NotInterpreted,
                _ => Field::Other,
            },
            "tcp option" => only_if(self.protocol == Protocol::TCP),
            "ip option" => only_if(self.family == AddressFamily::Ipv4),
            "exthdr" => only_if(self.family == AddressFamily::Ipv6),
            "sctp chunk" | "dccp option" => Field::Absent,
            "fib" | "rt" | "socket" | "osf" | "ipsec" | "numgen" | "jhash" | "symhash" => Field::Other,
            "&" | "|" | "^" | "<<" | ">>" => {
                let operands = value.as_array().map(Vec::as_slice).unwrap_or_default();
                match operands.first().map(|operand| self.field(operand)) {
                    Some(Field::Other | Field::Status) => Field::Other,
                    Some(Field::Absent) => Field::Absent,
                    _ => Field::NotInterpreted,
                }
            }
            _ => Field::NotInterpreted,
        }
    }

    fn payload_field(&self, protocol: &str, field: &str) -> Field {
        let is_own = match protocol {
            "th" => self.protocol.has_ports(),
            "ip" => self.family == AddressFamily::Ipv4,
            "ip6" => self.family == AddressFamily::Ipv6,
            "ether" | "vlan" => true,
            // Bytes at an offset: they may be the port.
            "" => return Field::NotInterpreted,
            protocol => Some(protocol) == self.protocol.name(),
        };
        match (protocol, field) {
            _ if !is_own => Field::Absent,
            ("th" | "tcp" | "udp", "dport") => Field::Port,
            ("ip", "protocol") | ("ip6", "nexthdr") => Field::Protocol,
            _ => Field::Other,
        }
    }

    /// The elements of a named or anonymous set. A single value is a set of one.
    pub fn elements<'v>(&'v self, chain: &Key, value: &'v Value) -> Result<Vec<&'v Value>, Diagnostic> {
        if let Some(name) = value.as_str().and_then(|text| text.strip_prefix('@')) {
            let key = chain.sibling(name);
            let elements = self.ruleset.sets.get(&key);
            let elements = elements.ok_or_else(|| incomplete(format!("{chain}: set {key} is not listed")))?;
            return Ok(elements.iter().collect());
        }
        let listed = value.get("set").unwrap_or(value).as_array();
        Ok(listed.map_or_else(|| vec![value], |elements| elements.iter().collect()))
    }
}

/// The ports for which a comparison with a bound holds.
fn compared(operator: &str, bound: u16) -> PortSet {
    let range = match operator {
        "<" => PortRange::new(1, bound.saturating_sub(1)),
        "<=" => PortRange::new(1, bound),
        ">" => bound.checked_add(1).and_then(|first| PortRange::new(first, u16::MAX)),
        _ => PortRange::new(bound.max(1), u16::MAX),
    };
    range.map_or_else(PortSet::empty, PortSet::from)
}
