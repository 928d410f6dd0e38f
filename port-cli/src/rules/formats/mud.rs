//! MUD, the Manufacturer Usage Description of RFC 8520: a JSON file that says what a device may speak to, for the network to enforce.
//!
//! What may go from and to the device are access lists of RFC 8519, one for each family. They match packets, not connections, so each
//! rule has an entry in the list of its own direction and one for what comes back in the other. For TCP both say who opened the
//! connection. JSON has no comments: what is said of the rules is said on standard error.

use port_catalog::{Direction, PortRange};
use serde_json::{Map, Value, json};

use super::{File, Writer, short_name};
use crate::rules::address::{Address, Family};
use crate::rules::choices::At;
use crate::rules::fit::{Ends, Families, Limits};
use crate::rules::model::{FlowRules, Protocol, Rule, Ruleset};

/// The most characters of the name of a list or of an entry.
const LONGEST_NAME: usize = 64;

/// The most characters of what the device is called for those who are to let it in.
const LONGEST_INFO: usize = 60;

/// How rules become a file of MUD.
pub const WRITER: Writer = Writer {
    limits: Limits {
        format: "mud",
        places: &[At::Network],
        comments: false,
        esp: true,
        stateful: false,
        // An entry has one port or one range, and one address.
        port_slots: Some(1),
        ends: Ends { own: false, families: Families::OneEach, hosts: true, most: Some(1) },
    },
    files,
};

/// The access lists of a file.
const LISTS: [(Way, Family); 4] = [
    (Way::FromDevice, Family::V4),
    (Way::FromDevice, Family::V6),
    (Way::ToDevice, Family::V4),
    (Way::ToDevice, Family::V6),
];

/// Where a packet is going.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    FromDevice,
    ToDevice,
}

impl Way {
    /// Where the packet goes that opens a connection.
    fn opening(direction: Direction) -> Way {
        match direction {
            Direction::Outbound => Way::FromDevice,
            _ => Way::ToDevice,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Way::FromDevice => "from-device",
            Way::ToDevice => "to-device",
        }
    }
}

fn files(ruleset: &Ruleset) -> Vec<File> {
    let list = |way: Way, family: Family| json!({ "name": list_name(ruleset, way, family) });
    let policy = |way| json!({ "access-lists": { "access-list": [list(way, Family::V4), list(way, Family::V6)] } });
    let lists: Vec<Value> = LISTS.into_iter().map(|(way, family)| access_list(ruleset, way, family)).collect();
    let info: String = ruleset.comments().next().unwrap_or_default().chars().take(LONGEST_INFO).collect();
    let file = json!({
        "ietf-mud:mud": {
            "mud-version": 1,
            // These three only whoever publishes the file can know. They are what cannot be taken for a fact.
            "mud-url": format!("https://mud.example/{}.json", ruleset.name),
            "last-update": "1970-01-01T00:00:00Z",
            "is-supported": true,
            "systeminfo": info.trim_end(),
            "documentation": ruleset.url,
            "from-device-policy": policy(Way::FromDevice),
            "to-device-policy": policy(Way::ToDevice),
        },
        "ietf-access-control-list:acls": { "acl": lists },
    });
    vec![File { name: format!("{}.json", ruleset.name), text: format!("{file:#}\n") }]
}

fn list_name(ruleset: &Ruleset, way: Way, family: Family) -> String {
    let end = format!("-{}-{}", way.as_str(), key(family));
    format!("{}{end}", short_name(&ruleset.name, LONGEST_NAME - end.len()))
}

fn key(family: Family) -> &'static str {
    match family {
        Family::V4 => "ipv4",
        Family::V6 => "ipv6",
    }
}

/// The list of what may go one way over one family. Without entries it lets nothing through.
fn access_list(ruleset: &Ruleset, way: Way, family: Family) -> Value {
    let entries: Vec<Value> = ruleset.flows.iter().flat_map(|flow| entries(flow, way, family)).collect();
    json!({
        "name": list_name(ruleset, way, family),
        "type": format!("{}-acl-type", key(family)),
        "aces": { "ace": entries },
    })
}

/// A flow's entries in a list: rules without an address of a family are in the lists of both.
fn entries(flow: &FlowRules, way: Way, family: Family) -> Vec<Value> {
    let rules: Vec<&Rule> =
        flow.rules.iter().filter(|rule| rule.family().is_none_or(|limited| limited == family)).collect();
    let entry = |(index, rule): (usize, &&Rule)| {
        let number = format!("-{}", index + 1);
        json!({
            "name": format!("{}{number}", short_name(flow.id, LONGEST_NAME - number.len())),
            "matches": matches(flow.direction, rule, way, family),
            "actions": { "forwarding": "accept" },
        })
    };
    rules.iter().enumerate().map(entry).collect()
}

/// What an entry matches: the peer and its protocol, and the port at the end that was connected to.
fn matches(direction: Direction, rule: &Rule, way: Way, family: Family) -> Value {
    let peer = match direction {
        Direction::Outbound => &rule.destination,
        _ => &rule.source,
    };
    let peer_side = match way {
        Way::FromDevice => Side::Destination,
        Way::ToDevice => Side::Source,
    };
    let opening = Way::opening(direction);
    let port_side = if opening == way { Side::Destination } else { Side::Source };
    let mut ip = Map::new();
    ip.insert("protocol".to_string(), json!(number(rule.protocol)));
    match peer.addresses() {
        [] => {}
        [address] => ip.extend([peer_side.matches(address, family)]),
        _ => unreachable!("the limits let one address through"),
    }
    let mut matches = Map::new();
    matches.insert(key(family).to_string(), Value::Object(ip));
    match rule.ports.as_slice() {
        [] => {}
        [range] => {
            let mut ports = Map::new();
            if rule.protocol == Protocol::Tcp {
                ports.insert("ietf-mud:direction-initiated".to_string(), json!(opening.as_str()));
            }
            ports.insert(format!("{}-port", port_side.as_str()), port(*range));
            matches.insert(rule.protocol.to_string(), Value::Object(ports));
        }
        _ => unreachable!("the limits let one port or one range through"),
    }
    Value::Object(matches)
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

    /// The name of the field for an address at this end, and the address.
    fn matches(self, address: &Address, family: Family) -> (String, Value) {
        match (address, self) {
            (Address::Net(net), side) => (format!("{}-{}-network", side.as_str(), key(family)), json!(net.to_string())),
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

/// The number of a protocol.
fn number(protocol: Protocol) -> u8 {
    match protocol {
        Protocol::Tcp => 6,
        Protocol::Udp => 17,
        Protocol::Esp => 50,
    }
}
