//! What is open, port by port: computed from `list --format json` as plain data, to be compared with what a tool says.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output};

use serde_json::Value;

/// Something that is open: the flow, its direction, the protocol and the port, which is 0 for what has no ports.
pub type Opening = (String, String, String, u16);

/// All that is open.
pub type Openings = BTreeSet<Opening>;

/// The ids of every product.
pub fn products() -> Vec<String> {
    let Value::Array(products) = json(&["products", "--format", "json"]) else { panic!("an array") };
    products.iter().map(|product| text(&product["id"])).collect()
}

/// How what the documents leave open is decided: as the options of `rules`, and what they mean.
#[derive(Clone, Copy, Debug)]
pub struct Decisions {
    pub first_alternative: bool,
    pub required_only: bool,
    /// What a port without a transport is opened over.
    pub unstated: &'static [&'static str],
    pub options: &'static [&'static str],
}

const USUAL: Decisions =
    Decisions { first_alternative: false, required_only: false, unstated: &["tcp", "udp"], options: &[] };

impl Decisions {
    pub const ALL: [Decisions; 4] = [
        USUAL,
        Decisions { first_alternative: true, options: &["--alternatives", "first"], ..USUAL },
        Decisions {
            required_only: true,
            options: &["--required-only", "--unstated", "udp"],
            unstated: &["udp"],
            ..USUAL
        },
        Decisions { unstated: &["tcp"], options: &["--unstated", "tcp", "--alternatives", "all"], ..USUAL },
    ];
}

/// What the catalog lists for a product.
pub fn documented(product: &str, decisions: Decisions) -> Openings {
    let mut openings = Openings::new();
    for flow in flows(product) {
        if decisions.required_only && flow["requirement"] != "required" {
            continue;
        }
        let mut groups: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
        for spec in flow["ports"].as_array().unwrap() {
            groups.entry(spec["group"].as_u64().unwrap()).or_default().push(spec);
        }
        for specs in groups.values() {
            let count = if decisions.first_alternative { 1 } else { specs.len() };
            for spec in &specs[..count] {
                openings.extend(of_spec(&flow, spec, decisions));
            }
        }
    }
    openings
}

fn of_spec(flow: &Value, spec: &Value, decisions: Decisions) -> Vec<Opening> {
    let protocols: &[&str] = match spec["transport"].as_str() {
        None => return Vec::new(),
        Some("any") => decisions.unstated,
        Some("tcp") => &["tcp"],
        Some("udp") => &["udp"],
        Some("esp") => &["esp"],
        Some(other) => panic!("{other}"),
    };
    let port = |number: &str| spec[number].as_u64().map_or(0, |port| u16::try_from(port).unwrap());
    let ports = port("first")..=port("last");
    let opening = |protocol: &str, port| (text(&flow["id"]), text(&flow["direction"]), protocol.to_string(), port);
    protocols.iter().flat_map(|protocol| ports.clone().map(move |port| opening(protocol, port))).collect()
}

/// The flows of a product, as `list` prints them.
pub fn flows(product: &str) -> Vec<Value> {
    match json(&["list", "--product", product, "--format", "json"]) {
        Value::Array(flows) => flows,
        other => panic!("{other}"),
    }
}

/// Says which openings are missing and which are too many, where the two are not the same.
pub fn assert_same(found: &Openings, expected: &Openings, what: &str) {
    let missing: Vec<_> = expected.difference(found).collect();
    let too_many: Vec<_> = found.difference(expected).collect();
    assert!(
        missing.is_empty() && too_many.is_empty(),
        "{what}\nnot open: {missing:?}\nopen and not listed: {too_many:?}"
    );
}

/// Calls the command.
pub fn port_catalog(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_port-catalog")).args(arguments).output().unwrap()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_slice(&port_catalog(arguments).stdout).unwrap()
}

pub fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_string()
}
