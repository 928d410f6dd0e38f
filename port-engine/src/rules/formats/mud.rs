//! MUD, the Manufacturer Usage Description of RFC 8520: a JSON file with the traffic of a device, for a network to enforce.
//!
//! The traffic from and to the device is in access lists of RFC 8519, one for each family. They match packets, not connections. So
//! each rule has an entry in the list of its own direction, and one for the replies in the other. For TCP both entries match only
//! connections that were opened in the rule's direction. JSON has no comments, so all remarks are in the report.

use port_core::{Direction, PortRange};
use serde_json::{Map, Value, json};

use super::text::short_name;
use super::writer::{Directions, File, Writer, no_remarks};
use crate::protocol::Protocol;
use crate::rules::address::{Address, Family};
use crate::rules::limits::{EndpointLimits, IcmpTypes, Limits};
use crate::rules::model::{FlowRules, Rule, Ruleset};
use crate::rules::options::FirewallLocation;
use crate::rules::output_options::OutputOptions;
use crate::rules::protocol_notation::{ProtocolNotation, type_number};

/// The longest name of a list or entry, in characters.
const LONGEST_NAME: usize = 64;

/// The longest description of the device, in characters.
const LONGEST_INFO: usize = 60;

/// All protocols by number, except SCTP: access lists of RFC 8519 have ports for TCP and UDP only.
const PROTOCOLS: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| (protocol != Protocol::SCTP).then(|| protocol.number().to_string()),
    icmp_type: type_number,
};

/// How to write a MUD file.
pub const WRITER: Writer = Writer {
    limits: Limits {
        comments: false,
        stateful: false,
        icmp_types: IcmpTypes::OneEach,
        // An entry has one port or range, and one address.
        port_slots: Some(1),
        endpoints: EndpointLimits { own: false, host_names: true, max_addresses: Some(1), ..EndpointLimits::ADDRESSES },
        ..Limits::usual("mud", &[FirewallLocation::Network], PROTOCOLS)
    },
    options: &[],
    // The file always has the lists of both directions.
    directions: Directions { keeps_empty: true, uncontrolled: None },
    remarks: no_remarks,
    files,
};

/// The access lists of a file.
const LISTS: [(PacketDirection, Family); 4] = [
    (PacketDirection::FromDevice, Family::V4),
    (PacketDirection::FromDevice, Family::V6),
    (PacketDirection::ToDevice, Family::V4),
    (PacketDirection::ToDevice, Family::V6),
];

/// The direction of a packet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PacketDirection {
    FromDevice,
    ToDevice,
}

impl PacketDirection {
    /// The direction of the packets that open connections.
    fn opening(direction: Direction) -> PacketDirection {
        match direction {
            Direction::Outbound => PacketDirection::FromDevice,
            Direction::Inbound => PacketDirection::ToDevice,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            PacketDirection::FromDevice => "from-device",
            PacketDirection::ToDevice => "to-device",
        }
    }
}

fn files(ruleset: &Ruleset, _: &OutputOptions) -> Vec<File> {
    let list = |direction, family| json!({ "name": list_name(ruleset, direction, family) });
    let policy = |direction| json!({ "access-lists": { "access-list": [list(direction, Family::V4), list(direction, Family::V6)] } });
    let lists: Vec<Value> =
        LISTS.into_iter().map(|(direction, family)| access_list(ruleset, direction, family)).collect();
    let info: String = ruleset.comments().next().unwrap_or_default().chars().take(LONGEST_INFO).collect();
    let file = json!({
        "ietf-mud:mud": {
            "mud-version": 1,
            // Only the publisher of the file knows the next three. Nobody can mistake these placeholders for facts.
            "mud-url": format!("https://mud.example/{}.json", ruleset.name),
            "last-update": "1970-01-01T00:00:00Z",
            "is-supported": true,
            "systeminfo": info.trim_end(),
            "documentation": ruleset.url,
            "from-device-policy": policy(PacketDirection::FromDevice),
            "to-device-policy": policy(PacketDirection::ToDevice),
        },
        "ietf-access-control-list:acls": { "acl": lists },
    });
    vec![File { name: format!("{}.json", ruleset.name), text: format!("{file:#}\n") }]
}

fn list_name(ruleset: &Ruleset, direction: PacketDirection, family: Family) -> String {
    let suffix = format!("-{}-{}", direction.as_str(), key(family));
    format!("{}{suffix}", short_name(&ruleset.name, LONGEST_NAME - suffix.len()))
}

fn key(family: Family) -> &'static str {
    match family {
        Family::V4 => "ipv4",
        Family::V6 => "ipv6",
    }
}

/// The access list of a direction and family. A list without entries allows nothing.
fn access_list(ruleset: &Ruleset, direction: PacketDirection, family: Family) -> Value {
    let entries: Vec<Value> = ruleset.flows.iter().flat_map(|flow| entries(flow, direction, family)).collect();
    json!({
        "name": list_name(ruleset, direction, family),
        "type": format!("{}-acl-type", key(family)),
        "aces": { "ace": entries },
    })
}

/// A flow's entries in a list. Rules that aren't limited to a family are in the lists of both.
fn entries(flow: &FlowRules, direction: PacketDirection, family: Family) -> Vec<Value> {
    let rules = flow.rules.iter().filter(|rule| rule.family().is_none_or(|limited| limited == family));
    let entry = |(index, rule): (usize, &Rule)| {
        let number = format!("-{}", index + 1);
        Some(json!({
            "name": format!("{}{number}", short_name(&flow.name, LONGEST_NAME - number.len())),
            "matches": matches(flow.direction, rule, direction, family)?,
            "actions": { "forwarding": "accept" },
        }))
    };
    rules.enumerate().filter_map(entry).collect()
}

/// What an entry matches: the peer, the protocol, and the port at the end that accepts the connection, or the type of a message or
/// its reply. `None` for replies to messages that have none.
fn matches(flow: Direction, rule: &Rule, packet: PacketDirection, family: Family) -> Option<Value> {
    let opening = PacketDirection::opening(flow);
    let is_reply_with_type = opening != packet && !rule.traffic.icmp_types.is_empty();
    let traffic = if is_reply_with_type { &rule.traffic.reply()? } else { &rule.traffic };
    let peer = match flow {
        Direction::Outbound => &rule.destination,
        Direction::Inbound => &rule.source,
    };
    let peer_side = match packet {
        PacketDirection::FromDevice => Side::Destination,
        PacketDirection::ToDevice => Side::Source,
    };
    let port_side = if opening == packet { Side::Destination } else { Side::Source };
    let mut ip = Map::new();
    ip.insert("protocol".to_string(), json!(traffic.protocol.number()));
    match peer.addresses() {
        [] => {}
        [address] => ip.extend([peer_side.matches(address, family)]),
        _ => unreachable!("the format's limits allow one address"),
    }
    let mut matches = Map::new();
    matches.insert(key(family).to_string(), Value::Object(ip));
    if let [icmp_type] = traffic.icmp_types.as_slice() {
        matches.insert("icmp".to_string(), json!({ "type": icmp_type }));
    }
    match traffic.ports.as_slice() {
        [] => {}
        [range] => {
            let mut ports = Map::new();
            if traffic.protocol == Protocol::TCP {
                ports.insert("ietf-mud:direction-initiated".to_string(), json!(opening.as_str()));
            }
            ports.insert(format!("{}-port", port_side.as_str()), port(*range));
            matches.insert(traffic.protocol.to_string(), Value::Object(ports));
        }
        _ => unreachable!("the format's limits allow one port or range"),
    }
    Some(Value::Object(matches))
}

/// An end of a packet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Source,
    Destination,
}

impl Side {
    fn as_str(self) -> &'static str {
        match self {
            Side::Source => "source",
            Side::Destination => "destination",
        }
    }

    /// The name of the field for an address at this end, and the field's value.
    fn matches(self, address: &Address, family: Family) -> (String, Value) {
        match (address, self) {
            (Address::Net(net), side) => (format!("{}-{}-network", side.as_str(), key(family)), json!(net.to_string())),
            (Address::Wildcard(_), _) => unreachable!("the format's limits exclude wildcards"),
            (Address::Host(name), Side::Source) => ("ietf-acldns:src-dnsname".to_string(), json!(name)),
            (Address::Host(name), Side::Destination) => ("ietf-acldns:dst-dnsname".to_string(), json!(name)),
        }
    }
}

fn port(range: PortRange) -> Value {
    if range.first() == range.last() {
        json!({ "operator": "eq", "port": range.first() })
    } else {
        json!({ "lower-port": range.first(), "upper-port": range.last() })
    }
}
