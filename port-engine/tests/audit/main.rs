//! Audits with every protocol of the vocabulary, and of products whose documents state scopes, components and groups.

mod protocols;
mod scans;
mod verdicts;

use std::path::Path;

use port_catalog_tests::fixture;
use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::firewall::{Firewall, Scope};
use port_engine::audit::observation::{Observation, State};
use port_engine::audit::{iptables, nft};
use port_engine::dataset::Dataset;
use port_engine::protocol::Protocol;
use serde_json::{Value, json};

/// The fixture with editions, components and every protocol.
fn dataset() -> Dataset {
    Dataset::from_tables(&port_data::read(&fixture::editions()).unwrap())
}

/// A protocol by its name or its number.
fn protocol(name: &str) -> Protocol {
    let known = Protocol::KNOWN.iter().find(|known| known.name() == Some(name));
    known.copied().unwrap_or_else(|| Protocol::new(name.parse().expect("a number")))
}

/// The state of `sctp/36412`, `esp`, `89` or `icmp/8`.
fn state(observation: &Observation, target: &str) -> State {
    let (name, number) = target.split_once('/').unwrap_or((target, ""));
    let protocol = protocol(name);
    if protocol.has_ports() {
        let port: u16 = number.parse().unwrap();
        return observation.pieces(protocol).iter().find(|piece| piece.range.contains(port)).unwrap().state;
    }
    if number.is_empty() {
        return observation.portless(protocol).state;
    }
    observation.of_type(protocol, Some(number.parse().unwrap())).state
}

/// A condition of nft.
fn matches(operator: &str, left: Value, right: Value) -> Value {
    let mut condition = json!({ "op": operator });
    condition["left"] = left;
    condition["right"] = right;
    json!({ "match": condition })
}

/// A field of a header.
fn payload(protocol: &str, field: &str) -> Value {
    json!({ "payload": { "protocol": protocol, "field": field } })
}

fn l4proto(right: Value) -> Value {
    matches("==", json!({ "meta": { "key": "l4proto" } }), right)
}

/// A listing of nft with one chain for incoming packets, in which each list of conditions accepts.
fn listing(policy: &str, accepted: &[Vec<Value>]) -> String {
    let mut objects = vec![
        json!({ "metainfo": { "version": "1.0.6", "json_schema_version": 1 } }),
        json!({ "table": { "family": "inet", "name": "filter" } }),
        json!({ "chain": { "family": "inet", "table": "filter", "name": "input", "type": "filter", "hook": "input",
            "prio": 0, "policy": policy } }),
    ];
    for (number, conditions) in accepted.iter().enumerate() {
        let parts = [&conditions[..], &[json!({ "accept": null })]].concat();
        objects.push(json!({ "rule": { "family": "inet", "table": "filter", "chain": "input", "handle": number + 1,
            "expr": parts } }));
    }
    json!({ "nftables": objects }).to_string()
}

/// What the rules accept, also of protocols that they don't name.
fn observe(firewall: &Firewall, family: Option<AddressFamily>) -> Observation {
    let protocols = [51, 4, 89, 99, 112].map(Protocol::new).into();
    firewall.observe(&Scope { family, protocols, ..Scope::default() }).unwrap()
}

/// What a listing of nft accepts.
fn of_nft(listing: &str, family: Option<AddressFamily>) -> Observation {
    observe(&nft::parse(Path::new("rules.json"), listing).unwrap(), family)
}

/// What saved rules accept, in a chain INPUT that drops the rest.
fn of_iptables(family: AddressFamily, rules: &str) -> Observation {
    let text = format!("*filter\n:INPUT DROP [0:0]\n{rules}\nCOMMIT\n");
    observe(&iptables::parse(&[(family, Path::new("rules"), &text)]).unwrap(), None)
}
