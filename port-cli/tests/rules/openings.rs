//! The open ports of a product, computed from `list --format json` as plain data, to compare them with what a tool reports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use port_catalog_tests::{fixture, root};
use port_engine::protocol::Protocol;
use serde_json::Value;

/// An open port: the flow's id, its direction, the protocol and the port. The port is 0 for a protocol without ports; a type of ICMP is
/// part of the protocol: `icmp/8`.
pub type Opening = (String, String, String, u16);

/// All open ports.
pub type Openings = BTreeSet<Opening>;

/// The directories of tables whose products are compared: the test's own, those with every protocol, and a few live products.
pub fn compared_tables() -> [PathBuf; 4] {
    [fixture::tables(), fixture::editions(), fixture::protocols(), fixture::live_sample()]
}

/// The ids of all products of the test's tables.
pub fn products() -> Vec<String> {
    products_in(&fixture::tables())
}

/// The ids of all products of a directory of tables.
pub fn products_in(tables: &Path) -> Vec<String> {
    let Value::Array(products) = json(tables, &["products", "--format", "json"]) else { panic!("an array") };
    products.iter().map(|product| text(&product["id"])).collect()
}

/// How to resolve what the documents leave open: as options of `rules`, and what the options mean.
#[derive(Clone, Copy, Debug)]
pub struct Decisions {
    pub first_alternative: bool,
    pub required_only: bool,
    /// The protocols to open for a port without a stated transport.
    pub unstated: &'static [&'static str],
    pub options: &'static [&'static str],
}

const DEFAULT: Decisions =
    Decisions { first_alternative: false, required_only: false, unstated: &["tcp", "udp"], options: &[] };

impl Decisions {
    pub const ALL: [Decisions; 4] = [
        DEFAULT,
        Decisions { first_alternative: true, options: &["--alternatives", "first"], ..DEFAULT },
        Decisions {
            required_only: true,
            options: &["--required-only", "--unstated", "udp"],
            unstated: &["udp"],
            ..DEFAULT
        },
        Decisions { unstated: &["tcp"], options: &["--unstated", "tcp", "--alternatives", "all"], ..DEFAULT },
    ];
}

/// The ports that the test's tables list for a product, for a firewall at a location.
pub fn documented(product: &str, decisions: Decisions, location: &str) -> Openings {
    documented_in(&fixture::tables(), product, decisions, location)
}

/// The ports that a directory of tables lists for a product. All of ICMP includes each of its types. A machine of the product is also
/// the other end of flows between its components.
pub fn documented_in(tables: &Path, product: &str, decisions: Decisions, location: &str) -> Openings {
    let mut openings = Openings::new();
    let Value::Array(peers) = json(tables, &["peers", "--format", "json"]) else { panic!("an array") };
    let components = peers.iter().filter(|peer| peer["kind"] == "component").map(|peer| text(&peer["id"]));
    let components: BTreeSet<String> = components.filter(|id| id.starts_with(&format!("{product}-"))).collect();
    for flow in flows_in(tables, product) {
        if decisions.required_only && flow["requirement"] != "required" || flow["scope"] != "network" {
            continue;
        }
        let mut of_flow = Openings::new();
        let mut groups: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
        for spec in flow["ports"].as_array().unwrap() {
            groups.entry(spec["group"].as_u64().unwrap()).or_default().push(spec);
        }
        for specs in groups.values() {
            let count = if decisions.first_alternative { 1 } else { specs.len() };
            for spec in &specs[..count] {
                of_flow.extend(spec_openings(&flow, spec, decisions));
            }
        }
        if location == "host" && components.contains(&text(&flow["peer"])) {
            assert_eq!(flow["direction"], "inbound", "{flow}");
            let turned = |(id, _, protocol, port): Opening| (id, "outbound".to_string(), protocol, port);
            openings.extend(of_flow.iter().cloned().map(turned));
        }
        openings.extend(of_flow);
    }
    without_included(openings)
}

/// All of ICMP includes each of its types.
pub fn without_included(mut openings: Openings) -> Openings {
    let all = openings.clone();
    openings.retain(|(id, direction, protocol, port)| match protocol.split_once('/') {
        Some((icmp @ ("icmp" | "icmpv6"), _)) => {
            !all.contains(&(id.clone(), direction.clone(), icmp.to_string(), *port))
        }
        _ => true,
    });
    openings
}

/// The protocol with a number, as openings name it.
pub fn protocol(number: u64) -> String {
    Protocol::new(number.try_into().unwrap()).to_string()
}

/// The protocol that a tool of the system names so, or by its number, as openings name it.
pub fn system_protocol(name: &str) -> String {
    let number = name.parse().ok().or_else(|| {
        let protocols = std::fs::read_to_string("/etc/protocols").unwrap();
        let mut lines = protocols.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        lines.find(|words| words.first() == Some(&name) && words.len() > 1).map(|words| words[1].parse().unwrap())
    });
    protocol(number.expect(name))
}

fn spec_openings(flow: &Value, spec: &Value, decisions: Decisions) -> Vec<Opening> {
    let protocols: Vec<String> = match spec["transport"].as_str() {
        None => return Vec::new(),
        Some("any") => decisions.unstated.iter().map(ToString::to_string).collect(),
        Some(transport @ ("tcp" | "udp" | "sctp")) => vec![transport.to_string()],
        Some(_) => {
            let icmp_type = spec["icmp_type"].as_u64().map(|icmp_type| format!("/{icmp_type}"));
            vec![protocol(spec["ip_protocol"].as_u64().unwrap()) + &icmp_type.unwrap_or_default()]
        }
    };
    let port = |number: &str| spec[number].as_u64().map_or(0, |port| u16::try_from(port).unwrap());
    let ports = port("first")..=port("last");
    let opening = |protocol: &str, port| (text(&flow["id"]), text(&flow["direction"]), protocol.to_string(), port);
    protocols.iter().flat_map(|protocol| ports.clone().map(move |port| opening(protocol, port))).collect()
}

/// The flows of a product of the test's tables, as `list` prints them.
pub fn flows(product: &str) -> Vec<Value> {
    flows_in(&fixture::tables(), product)
}

/// The flows of a product of a directory of tables.
pub fn flows_in(tables: &Path, product: &str) -> Vec<Value> {
    match json(tables, &["list", "--product", product, "--format", "json"]) {
        Value::Array(flows) => flows,
        other => panic!("{other}"),
    }
}

/// Whether an opening is ICMP of one version.
pub fn is_icmp(icmp: &str, (_, _, protocol, _): &Opening) -> bool {
    protocol.split('/').next() == Some(icmp)
}

/// Asserts that the same ports are open; the message lists those that are missing and those that are too many.
pub fn assert_same(found: &Openings, expected: &Openings, what: &str) {
    let missing: Vec<_> = expected.difference(found).collect();
    let too_many: Vec<_> = found.difference(expected).collect();
    assert!(
        missing.is_empty() && too_many.is_empty(),
        "{what}\nnot open: {missing:?}\nopen, but not listed: {too_many:?}"
    );
}

/// The directory of the fixture's own tables, for tests that name its flows.
pub fn fixture_tables() -> PathBuf {
    root().join("tests/fixtures/ports")
}

/// Runs the command on the fixture.
pub fn port_catalog(arguments: &[&str]) -> Output {
    port_catalog_with(&fixture_tables(), arguments)
}

/// Runs the command on a directory of tables.
pub fn port_catalog_with(tables: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_port-catalog"));
    command.args(arguments).arg("--tables").arg(tables).arg("--only-tables").output().unwrap()
}

fn json(tables: &Path, arguments: &[&str]) -> Value {
    serde_json::from_slice(&port_catalog_with(tables, arguments).stdout).unwrap()
}

pub fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_string()
}
