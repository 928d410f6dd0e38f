//! `audit` and `conflicts` as people and programs call them: on files that are kept beside the tests, on broken ones, and on
//! what real tools see in network namespaces.

mod calls;
mod conflicts;
mod kernel;
mod listeners;
mod refusals;

use std::path::PathBuf;
use std::process::{Command, Output};

use port_catalog_tests::tools;
use serde_json::Value;

/// A file that is kept beside the tests.
fn kept(name: &str) -> String {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/seen"));
    folder.join(name).to_str().expect("the folder's name is text").to_string()
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_port-catalog")).args(arguments).output().unwrap()
}

/// What a call prints that succeeds, and what it says beside it.
fn printed(arguments: &[&str]) -> (String, String) {
    let output = run(arguments);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {told}");
    (String::from_utf8(output.stdout).unwrap(), told)
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
