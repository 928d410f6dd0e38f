//! What `diff` reports about calls and exports.

use std::fs;

use port_catalog_tests::diagnostics::{Cases, assert_every_code_has_a_case};
use port_engine::export;

use crate::{catalog, directory, run};

const EXPORTS: &str = "port-cli/tests/diff/exports.txt";
const CALLS: &str = "port-cli/tests/diff/calls.txt";

/// A flow with port specs.
fn flow(ports: &str) -> Vec<u8> {
    format!(
        "[\n  {{\"id\": \"a\", \"product\": \"p\", \"direction\": \"inbound\", \"peer\": \"x\",\n   \"ports\": {ports}}}\n]"
    )
    .into_bytes()
}

/// A flow with one port spec.
fn spec(transport: &str, first: &str, last: &str) -> Vec<u8> {
    flow(&format!(
        "[\n    {{\"transport\": {transport}, \"first\": {first}, \"last\": {last}, \"service\": null, \"group\": 0}}]"
    ))
}

/// Files that aren't exports, by name.
fn invalid_exports() -> Vec<(&'static str, Vec<u8>)> {
    let whole = serde_json::to_string_pretty(&catalog()).unwrap();
    vec![
        ("an empty file", Vec::new()),
        ("a truncated export", whole.as_bytes()[..20_000].to_vec()),
        ("CSV", b"id,vendor\nmailgate-in-admin,acme\n".to_vec()),
        ("one object per line", b"{\"id\": \"a\"}\n{\"id\": \"b\"}\n".to_vec()),
        ("two arrays", b"[]\n[]".to_vec()),
        ("a number instead of a flow", b"[\n  1\n]".to_vec()),
        ("a list instead of a flow", b"[\n  []\n]".to_vec()),
        ("no ports", b"[{\"id\": \"a\", \"product\": \"p\", \"direction\": \"inbound\", \"peer\": \"x\"}]".to_vec()),
        ("a number as an id", b"[\n  {\"id\": 5}]".to_vec()),
        ("an id with a capital", b"[{\"id\": \"Mailgate\"}]".to_vec()),
        ("a flow twice", whole.replace("mailgate-in-email-client-pop3", "mailgate-in-admin").into_bytes()),
        ("a member twice", b"[{\"id\": \"a\",\n\"peer\": \"x\", \"peer\": \"y\"}]".to_vec()),
        ("a nested member twice", b"[{\"id\": \"a\", \"source\": {\"row\": 1, \"row\": 2}}]".to_vec()),
        ("ports that aren't a list", flow("\"tcp/25\"")),
        ("a port that is too large", spec("\"tcp\"", "70000", "70000")),
        ("a port that is a string", spec("\"tcp\"", "\"25\"", "25")),
        ("a reversed range", spec("\"tcp\"", "90", "80")),
        ("half a range", spec("\"tcp\"", "90", "null")),
        ("ports without a transport", spec("null", "90", "90")),
        ("a spec with nothing", spec("null", "null", "null")),
        ("a host that isn't a string", b"[{\"id\": \"a\", \"hosts\": [\"x\",\n7]}]".to_vec()),
        ("not UTF-8", b"[{\"id\": \"a\",\n \"peer\": \"\xff\"}]".to_vec()),
        ("UTF-16, as some shells write it", b"\xff\xfe[\0]\0".to_vec()),
        ("nested without end", [b"[{\"x\": ".as_slice(), &[b'['; 100_000]].concat()),
        ("a long text", format!("[{{\"id\": \"{}\"}}]", "X".repeat(1000)).into_bytes()),
    ]
}

#[test]
fn every_invalid_export_is_reported_at_its_place() {
    let directory = directory(&[], &[]);
    let mut cases = Cases::new(EXPORTS);
    for (name, bytes) in invalid_exports() {
        fs::write(directory.path().join("bad.json"), &bytes).unwrap();
        let output = run(directory.path(), &["diff", "bad.json", "new.json"]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        let as_newer = run(directory.path(), &["diff", "old.json", "bad.json"]);
        assert_eq!(as_newer.stderr, output.stderr, "{name}");
        // The whole catalog is too long to show.
        let input = if bytes.len() > 10_000 && !name.starts_with("nested") {
            "".into()
        } else {
            String::from_utf8_lossy(&bytes)
        };
        cases.output(name, &input, &output, &[directory.path()]);
    }
    cases.assert();
}

#[test]
fn every_wrong_call_is_reported() {
    let directory = directory(&catalog(), &[]);
    let mut cases = Cases::new(CALLS);
    let calls: [(&str, &[&str]); 8] = [
        ("a file that doesn't exist", &["diff", "nowhere.json", "new.json"]),
        ("a directory", &["diff", ".", "new.json"]),
        ("an edition that its product doesn't have", &["diff", "mailgate@1.0", "new.json"]),
        ("an edition of an unknown product", &["diff", "old.json", "malegate@1.0"]),
        ("standard input twice", &["diff", "-", "-"]),
        ("one export", &["diff", "old.json"]),
        ("a misspelt impact", &["diff", "old.json", "new.json", "--fail-on", "open"]),
        ("an unknown format", &["diff", "old.json", "new.json", "--format", "html"]),
    ];
    for (name, call) in calls {
        let output = run(directory.path(), call);
        assert_eq!(output.status.code(), Some(2), "{name}");
        cases.output(name, &format!("port-catalog {}", call.join(" ")), &output, &[directory.path()]);
    }
    let call = ["diff", "old.json", "new.json", "--fail-on", "closes"];
    let output = run(directory.path(), &call);
    assert!(!output.stdout.is_empty());
    cases.stderr("an impact that --fail-on names", &format!("port-catalog {}", call.join(" ")), &output, &[]);
    cases.assert();
}

#[test]
fn every_code_of_exports_has_a_case() {
    assert_every_code_has_a_case(export::codes::ALL, &[EXPORTS]);
}
