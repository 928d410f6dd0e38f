//! `diff` as it is called: its output, exit codes and messages. What changes mean is tested in `port-engine/tests/diff`.

mod calls;
mod classes;
mod diagnostics;
mod output;
mod upgrade;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use port_catalog_tests::fixture;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Runs the command in a directory.
fn run(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_port-catalog"));
    command.current_dir(directory).args(arguments).args(fixture::arguments()).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Every flow of the fixture catalog, as it is exported.
fn catalog() -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .args(["list", "--format", "json"])
        .args(fixture::arguments())
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A directory with the exports `old.json` and `new.json`.
fn directory(old: &[Value], new: &[Value]) -> TempDir {
    let directory = TempDir::new().unwrap();
    for (name, flows) in [("old.json", old), ("new.json", new)] {
        fs::write(directory.path().join(name), serde_json::to_string_pretty(flows).unwrap()).unwrap();
    }
    directory
}

/// The difference between two exports in a format. The call succeeds without messages.
fn printed(old: &[Value], new: &[Value], format: &str) -> String {
    let output = run(directory(old, new).path(), &["diff", "old.json", "new.json", "--format", format]);
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
    text(&output.stdout).to_string()
}

fn flow<'a>(flows: &'a mut [Value], id: &str) -> &'a mut Value {
    flows.iter_mut().find(|flow| flow["id"] == id).unwrap()
}

/// A spec of a port without a service.
fn spec(transport: &str, port: u16) -> Value {
    json!({ "transport": transport, "first": port, "last": port, "service": null, "group": 0 })
}

/// Exports of one product with a difference of every kind.
fn exports() -> [Vec<Value>; 2] {
    let old: Vec<Value> = catalog().into_iter().filter(|flow| flow["product"] == "mailgate").collect();
    let mut new = old.clone();
    new.retain(|flow| flow["id"] != "mailgate-out-dns-server" && flow["id"] != "mailgate-in-console-snmp");
    flow(&mut new, "mailgate-in-mailgate-heartbeat")["ports"] = json!([spec("udp", 20009)]);
    flow(&mut new, "mailgate-in-admin-ssh")["ports"].as_array_mut().unwrap().push(spec("tcp", 2222));
    flow(&mut new, "mailgate-in-email-client-smtp")["ports"].as_array_mut().unwrap().remove(0);
    flow(&mut new, "mailgate-in-email-client-pop3")["condition"] = json!("server mode | only *sometimes*");
    flow(&mut new, "mailgate-in-email-server-backup")["purpose"] = json!("A <b>backup</b>\u{1b}[31m & `more`");
    flow(&mut new, "mailgate-in-admin")["tunnel"] = json!(true);
    flow(&mut new, "mailgate-out-ldap-server")["id"] = json!("mailgate-out-directory");
    let mut rest = flow(&mut new, "mailgate-in-admin").clone();
    rest["id"] = json!("mailgate-in-rest");
    rest["peer"] = json!("nas");
    rest["purpose"] = json!("Call the REST interface");
    rest["hosts"] = json!(["one.example", "other.example"]);
    rest["ports"] = json!([spec("tcp", 8444)]);
    rest["note"] = json!("The page is from another version.");
    rest["source"]["ports"] = json!("TCP/8444");
    new.insert(1, rest);
    for (row, flow) in new.iter_mut().enumerate() {
        flow["source"]["row"] = json!(row + 1);
        flow["source"]["edition"] = json!("2.6");
    }
    [old, new]
}
