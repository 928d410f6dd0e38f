//! `check` prints everything that is wrong with a directory of tables: the places in JSON are exactly the wrong texts.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use port_catalog_tests::{files, fixture, root};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A copy of the example's tables, with one text of one file replaced.
fn tables(file: &str, from: &str, to: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let ports = root().join("examples/own-tables/ports");
    files::copy(&ports, &files::below(&ports), &directory.path().join("ports"));
    let file = directory.path().join("ports").join(file);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(file, text.replacen(from, to, 1)).unwrap();
    directory
}

fn check(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_port-catalog"));
    command.args(["check", "ports"]).args(arguments).current_dir(directory).output().unwrap()
}

/// The standard output, the standard error and the exit code.
fn text(directory: &Path) -> (String, String, i32) {
    let Output { stdout, stderr, status } = check(directory, &[]);
    (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap(), status.code().unwrap())
}

fn findings_of(directory: &Path) -> (Vec<Value>, i32) {
    let Output { stdout, status, .. } = check(directory, &["--format", "json"]);
    (serde_json::from_slice(&stdout).unwrap(), status.code().unwrap())
}

/// The text of a file from one line and column to another.
fn spanned(directory: &Path, finding: &Value) -> String {
    let text = fs::read_to_string(directory.join(finding["file"].as_str().unwrap())).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let number = |key: &str| usize::try_from(finding[key].as_u64().unwrap()).unwrap();
    let offset = |line: usize, column: usize| {
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        start + text[start..].chars().take(column - 1).map(char::len_utf8).sum::<usize>()
    };
    text[offset(number("line"), number("column"))..offset(number("end_line"), number("end_column"))].to_string()
}

#[test]
fn valid_tables_have_no_findings() {
    let directory = tables("vendors.csv", "", "");
    assert_eq!(text(directory.path()), (String::new(), "0 errors, 0 warnings\n".to_string(), 0));
    assert_eq!(findings_of(directory.path()), (vec![], 0));
    for tables in [fixture::tables(), fixture::editions(), port_data::TABLES.into()] {
        let output = Command::new(env!("CARGO_BIN_EXE_port-catalog")).arg("check").arg(tables).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "0 errors, 0 warnings\n");
    }
}

#[test]
fn warnings_alone_are_no_failure() {
    let directory = tables("flows/relay.csv", "relay-in-internet-smtp", "relay-out-internet-smtp");
    let (findings, messages, code) = text(directory.path());
    let expected = "warning[table-id-direction]: ports/flows/relay.csv:2:1: id: relay-out-internet-smtp is inbound, but its id has \
                    -out-; correct the direction, or the id if nobody uses it yet\n";
    assert_eq!((findings.as_str(), messages.as_str(), code), (expected, "0 errors, 1 warning\n", 0));
    let (findings, code) = findings_of(directory.path());
    assert_eq!((findings[0]["severity"].as_str(), findings.len(), code), (Some("warning"), 1, 0));
    assert_eq!(spanned(directory.path(), &findings[0]), "relay-out-internet-smtp");
}

#[test]
fn errors_and_warnings_are_printed_in_the_order_of_their_places() {
    let directory = tables(
        "flows/relay.csv",
        "relay-out-monitoring,outbound,monitoring",
        "relay-in-monitoring,outbound,monitorimg",
    );
    let file = directory.path().join("ports/flows/relay.csv");
    let flows = fs::read_to_string(&file).unwrap();
    // Both ids have the other direction.
    let flows = flows.replace("relay-in-internet-smtp", "relay-out-internet-smtp");
    fs::write(file, flows).unwrap();
    fs::write(directory.path().join("ports/vendors.csv"), "id,name,url\n").unwrap();
    let (findings, messages, code) = text(directory.path());
    let places: Vec<&str> = findings.lines().map(|line| line.split(": ").take(2).last().unwrap()).collect();
    let expected =
        ["ports/flows/relay.csv:2:1", "ports/flows/relay.csv:3:1", "ports/flows/relay.csv:3:30", "ports/vendors.csv"];
    assert_eq!((places, code), (expected.to_vec(), 2), "{findings}");
    assert_eq!(messages, "2 errors, 2 warnings\n");
}

#[test]
fn an_object_of_json_has_every_part_of_a_finding() {
    let directory =
        tables("peers.csv", "monitoring,Acme Monitoring,product", "monitoring,\u{c9}tat \u{1f4e1},\"produkt\"");
    let (findings, code) = findings_of(directory.path());
    let expected = json!([{
        "file": "ports/peers.csv",
        "line": 3,
        "column": 20,
        "end_line": 3,
        "end_column": 27,
        "severity": "error",
        "code": "table-unknown-word",
        "message": "kind: unknown kind of peer \"produkt\"",
        "help": "did you mean \"product\"? (known: role, product, service, component)",
    }]);
    assert_eq!((Value::from(findings), code), (expected, 2));
}

#[test]
fn the_place_of_a_finding_is_the_wrong_text() {
    let flows = "flows/relay.csv";
    for (file, from, to, wrong) in [
        (flows, "outbound,monitoring", "outbound,\"monitorimg\"", "monitorimg"),
        (flows, "tcp/25 smtp |", "tcp/24 | tcp/0 |", "tcp/0"),
        ("products.csv", "wan, lan", "wan, L\u{c4}N", "L\u{c4}N"),
        ("products.csv", "wan, lan", "w\"\"n, lan", "w\"\"n"),
        ("services.csv", "Mail transfer\n", "Mail\u{202e} transfer\n", "\u{202e}"),
        ("services.csv", "Mail transfer\n", "\"Mail\ntransfer\"\n", "\n"),
        ("services.csv", "Mail transfer\n", "\"Mail\r\ntransfer\"\n", "\r\n"),
        ("services.csv", "Mail transfer\n", "\"\u{e9} Mail\" transfer\n", "\u{e9} Mail\" transfer"),
        (
            "services.csv",
            "Mail transfer inside",
            "Mail, transfer inside",
            "smtps,SMTPS,tcp,465,Mail, transfer inside TLS",
        ),
        ("services.csv", "transfer inside TLS", "\"transfer\ninside", "Mail \"transfer"),
        ("services.csv", "tcp,465,Mail", "tcp,465,\"Mail", "Mail transfer inside TLS"),
        ("services.csv", "description", "descriptoin", "id,name,transports,port,descriptoin"),
        ("vendors.csv", "id,name,url\nacme,Acme,https:", "\u{feff}id;name;url\nacme;Acme;ftp:", "ftp://acme.example"),
    ] {
        let directory = tables(file, from, to);
        let (findings, code) = findings_of(directory.path());
        assert_eq!(code, 2, "{to}");
        assert_eq!(spanned(directory.path(), &findings[0]), wrong, "{to}: {findings:?}");
    }
}

#[test]
fn a_whole_file_begins_in_its_first_line() {
    let directory = tables("vendors.csv", "", "");
    fs::remove_file(directory.path().join("ports/services.csv")).unwrap();
    let (findings, code) = findings_of(directory.path());
    let place = ["file", "line", "column", "end_line", "end_column"].map(|key| findings[0][key].clone());
    assert_eq!(place, [json!("ports/services.csv"), json!(1), json!(1), json!(1), json!(1)]);
    assert_eq!((findings[0]["help"].clone(), code), (Value::Null, 2));
}

#[test]
fn more_errors_are_printed_than_a_build_shows() {
    let directory = tables("vendors.csv", "", "");
    let file = directory.path().join("ports/flows/relay.csv");
    let mut flows = fs::read_to_string(&file).unwrap();
    let row = flows.lines().last().unwrap().to_string();
    for number in 0..port_data::read::MAX_DIAGNOSTICS * 2 {
        flows += &format!("{}\n", row.replace("relay-out-monitoring,outbound", &format!("relay-out-{number},out")));
    }
    fs::write(file, flows).unwrap();
    let (findings, code) = findings_of(directory.path());
    assert_eq!((findings.len(), code), (port_data::read::MAX_DIAGNOSTICS * 2, 2));
}
