//! Editions, components, protocols and groups on the command line, on the fixture catalog that has all of them.

mod outputs;
mod queries;
mod selection;

use std::process::{Command, Output};

use port_catalog_tests::fixture;
use serde_json::Value;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_port-catalog"));
    command.args(arguments).arg("--only-tables").arg("--tables").arg(fixture::editions());
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// The standard output of a call that succeeds without messages.
fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(
        (output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()),
        (Some(0), ""),
        "{arguments:?}"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The messages of a call that fails without output.
fn error(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn json_of(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(&[arguments, &["--format", "json"]].concat())).unwrap()
}

/// The flows of a call, as `id` or `id@edition`.
fn ids(arguments: &[&str], with_edition: bool) -> Vec<String> {
    let flows = json_of(arguments);
    let text = |flow: &Value, key: &str| flow[key].as_str().unwrap().to_string();
    let name = |flow: &Value| match with_edition {
        true => format!("{}@{}", text(flow, "id"), text(flow, "edition")),
        false => text(flow, "id"),
    };
    flows.as_array().unwrap().iter().map(name).collect()
}
