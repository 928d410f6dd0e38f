//! `audit` and `conflicts` as people and programs call them: on fixtures, on malformed files, and on what real tools report in
//! network namespaces.

mod calls;
mod cases;
mod conflicts;
mod diagnostics;
mod editions;
mod fleet_diagnostics;
mod flow_logs;
mod inventory;
mod iptables;
mod kernel;
mod listeners;
mod malformed;
mod peers;
mod rejections;
mod sources;
mod ss_options;

use std::path::PathBuf;
use std::process::{Command, Output};

use port_catalog_tests::tools;
use port_engine::dataset::Dataset;
use serde_json::Value;

/// Loads the policy and the rules, jumps to them as their comments say, and lists what is in force.
const LOAD: &str = r#"
set -e
cd "$0"
nft -f policy.nft
nft -f rules.nft
sed -n 's/^#   \(nft add rule .*\)/\1/p' rules.nft | sh -e
nft -j list ruleset
"#;

/// The options that select the fixture catalog.
fn tables() -> [String; 3] {
    port_catalog_tests::fixture::arguments()
}

/// The fixture catalog.
fn dataset() -> Dataset {
    Dataset::from_tables(&port_data::read(&port_catalog_tests::fixture::tables()).unwrap())
}

/// The path of a fixture.
fn fixture(name: &str) -> String {
    let directory = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audit/fixtures"));
    directory.join(name).to_str().expect("the path is UTF-8").to_string()
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_port-catalog")).args(tables()).args(arguments).output().unwrap()
}

/// The standard output and standard error of a call that succeeds.
fn printed(arguments: &[&str]) -> (String, String) {
    let output = run(arguments);
    let messages = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {messages}");
    (String::from_utf8(output.stdout).unwrap(), messages)
}

/// An audit of a product as programs read it.
fn audit(product: &str, arguments: &[&str]) -> Value {
    let call = [&["audit", "--product", product, "--format", "json"], arguments].concat();
    serde_json::from_str(&printed(&call).0).unwrap()
}

/// The ids of the flows with a verdict.
fn flows(audit: &Value, verdict: &str) -> Vec<String> {
    let flows = audit["flows"].as_array().unwrap().iter().filter(|flow| flow["verdict"] == verdict);
    flows.map(|flow| flow["id"].as_str().unwrap().to_string()).collect()
}

/// The ports of a list, as `tcp/80-90`.
fn ports(list: &Value) -> Vec<String> {
    let name = |seen: &Value| {
        let (transport, first, end) = (seen["transport"].as_str().unwrap(), &seen["first"], &seen["last"]);
        let range = if first == end { first.to_string() } else { format!("{first}-{end}") };
        format!("{transport}/{range}")
    };
    list.as_array().unwrap().iter().map(name).collect()
}
