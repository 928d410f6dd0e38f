//! Tests of the nft reader: helpers that write small rulesets, and the tests by idea.

mod conditions;
mod hooks;
mod limits;
mod listings;
mod packets;
mod paths;
mod peers;

use std::path::Path;

use crate::protocol::Protocol;
use serde_json::{Value, json};

use super::read;
use crate::audit::address_family::AddressFamily;
use crate::audit::observation::{Observation, State};

/// A ruleset with a table `inet filter`, whose chain `input` is the hook for incoming packets.
pub(super) struct Table {
    pub(super) policy: &'static str,
    pub(super) input: Vec<Value>,
    /// Other chains: their names and rules.
    pub(super) chains: Vec<(&'static str, Vec<Value>)>,
    /// Sets and maps, as nft lists them, without the table.
    pub(super) sets: Vec<Value>,
}

impl Table {
    pub(super) fn dropping(input: Vec<Value>) -> Table {
        Table { policy: "drop", input, chains: Vec::new(), sets: Vec::new() }
    }

    pub(super) fn accepting(input: Vec<Value>) -> Table {
        Table { policy: "accept", ..Table::dropping(input) }
    }

    pub(super) fn with(mut self, chain: &'static str, rules: Vec<Value>) -> Table {
        self.chains.push((chain, rules));
        self
    }

    pub(super) fn with_set(mut self, kind: &str, name: &str, elements: &Value) -> Table {
        self.sets.push(json!({ kind: { "family": "inet", "table": "filter", "name": name, "elem": elements } }));
        self
    }

    pub(super) fn listing(&self) -> String {
        let mut objects = vec![
            json!({ "metainfo": { "version": "1.0.6", "json_schema_version": 1 } }),
            json!({ "table": { "family": "inet", "name": "filter" } }),
        ];
        objects.extend(self.sets.clone());
        let hook = json!({ "family": "inet", "table": "filter", "name": "input", "type": "filter", "hook": "input",
            "prio": 0, "policy": self.policy });
        objects.push(json!({ "chain": hook }));
        for (name, _) in &self.chains {
            objects.push(json!({ "chain": { "family": "inet", "table": "filter", "name": name } }));
        }
        let mut handle = 0;
        for (name, rules) in
            [("input", &self.input)].into_iter().chain(self.chains.iter().map(|(name, rules)| (*name, rules)))
        {
            for rule in rules {
                handle += 1;
                objects.push(json!({ "rule": { "family": "inet", "table": "filter", "chain": name, "handle": handle,
                    "expr": rule } }));
            }
        }
        json!({ "nftables": objects }).to_string()
    }

    pub(super) fn observation(&self) -> Observation {
        seen(&self.listing(), Some(AddressFamily::Ipv4))
    }
}

pub(super) fn seen(listing: &str, family: Option<AddressFamily>) -> Observation {
    read(Path::new("rules.json"), listing, family).unwrap()
}

/// The ports that aren't closed, one line each.
pub(super) fn lines(observation: &Observation) -> Vec<String> {
    let mut lines = Vec::new();
    for protocol in [Protocol::TCP, Protocol::UDP] {
        let pieces = observation.pieces(protocol).iter().filter(|piece| piece.state != State::NotOpen);
        lines.extend(pieces.map(|piece| {
            let evidence = piece.evidence.join(" and ").replace("inet filter ", "");
            format!("{protocol}/{} {}: {evidence}", piece.range, piece.state.description())
        }));
    }
    let esp = observation.portless(Protocol::ESP);
    if esp.state != State::NotOpen {
        let evidence = esp.evidence.join(" and ").replace("inet filter ", "");
        lines.push(format!("esp {}: {evidence}", esp.state.description()));
    }
    lines.extend(observation.not_interpreted.iter().map(|line| line.replace("inet filter ", "? ")));
    lines
}

pub(super) fn matches(operator: &str, left: &Value, right: &Value) -> Value {
    json!({ "match": { "op": operator, "left": left, "right": right } })
}

pub(super) fn payload(protocol: &str, field: &str) -> Value {
    json!({ "payload": { "protocol": protocol, "field": field } })
}

pub(super) fn meta(key: &str) -> Value {
    json!({ "meta": { "key": key } })
}

pub(super) fn dport(right: &Value) -> Value {
    matches("==", &payload("tcp", "dport"), right)
}

pub(super) fn saddr(address: &str) -> Value {
    matches("==", &payload("ip", "saddr"), &json!(address))
}

pub(super) fn state(words: &Value) -> Value {
    matches("in", &json!({ "ct": { "key": "state" } }), words)
}

/// A condition that cannot be interpreted: bytes at an offset.
pub(super) fn opaque() -> Value {
    matches("==", &json!({ "payload": { "base": "th", "offset": 16, "len": 8 } }), &json!(1))
}

pub(super) fn to(kind: &str, target: &str) -> Value {
    json!({ kind: { "target": target } })
}

pub(super) fn accept() -> Value {
    json!({ "accept": null })
}

pub(super) fn drop() -> Value {
    json!({ "drop": null })
}

pub(super) fn ports(first: u16, last: u16) -> Value {
    json!({ "range": [first, last] })
}

/// A listing of these objects.
pub(super) fn listing(objects: &[Value]) -> String {
    let first = json!({ "metainfo": { "json_schema_version": 1 } });
    let objects = [&[first], objects].concat();
    json!({ "nftables": objects }).to_string()
}

pub(super) fn table(family: &str, name: &str) -> Value {
    json!({ "table": { "family": family, "name": name } })
}

pub(super) fn chain(family: &str, table: &str, name: &str, hook: &str, policy: &str) -> Value {
    json!({ "chain": { "family": family, "table": table, "name": name, "hook": hook, "policy": policy } })
}

pub(super) fn rule(family: &str, table: &str, chain: &str, parts: &Value) -> Value {
    json!({ "rule": { "family": family, "table": table, "chain": chain, "handle": 7, "expr": parts } })
}
