//! Each kind of change, and what `--fail-on` finds in it. `docs/compare.md` has the same table.

use std::process::Command;

use serde_json::{Value, json};

use crate::{catalog, directory, flow, run, spec, text};

/// A flow from a client on TCP ports 25 or 465.
const SMTP: &str = "mailgate-in-email-client-smtp";

/// What `--fail-on` finds.
fn found(old: &[Value], new: &[Value]) -> String {
    let directory = directory(old, new);
    let impacts = ["moves", "opens", "closes", "widens", "narrows", "limits", "unknown", "reworded"];
    let fails = |impact: &&&str| {
        let output = run(directory.path(), &["diff", "old.json", "new.json", "--fail-on", impact]);
        let messages = text(&output.stderr);
        match output.status.code() {
            Some(0) => assert!(!messages.contains("fails"), "{messages}"),
            code => {
                let last = messages.lines().last().map(str::to_string);
                assert_eq!((code, last), (Some(1), Some(format!("fails: {impact} in 1 flow"))));
            }
        }
        output.status.code() == Some(1)
    };
    impacts.iter().filter(fails).copied().collect::<Vec<_>>().join(" ")
}

/// Specs that are alternatives, and specs that are all needed.
fn specs(alternatives: bool, specs: &[(&str, u16, u16)]) -> Value {
    let specs = specs.iter().enumerate().map(|(index, (transport, first, last))| {
        let mut spec = spec(transport, *first);
        spec["last"] = json!(last);
        spec["group"] = json!(if alternatives { 0 } else { index });
        spec
    });
    specs.collect()
}

#[test]
fn fail_on_finds_every_kind_of_change_in_both_orders() {
    let only = |port| specs(true, &[("tcp", port, port)]);
    let either = specs(true, &[("tcp", 25, 25), ("tcp", 465, 465)]);
    let both = specs(false, &[("tcp", 25, 25), ("tcp", 465, 465)]);
    // The fact, its value before and after, what is found, and what is found in the other order.
    let cases = [
        ("ports", only(8008), only(8009), "moves opens closes", "moves opens closes"),
        ("ports", only(25), both.clone(), "opens", "closes"),
        ("ports", specs(true, &[("tcp", 80, 90)]), specs(true, &[("tcp", 80, 95)]), "opens widens", "closes narrows"),
        ("ports", only(443), specs(true, &[("udp", 443, 443)]), "moves opens closes", "moves opens closes"),
        // A choice that is added or removed may be made already, or still.
        ("ports", specs(true, &[("any", 25, 25)]), only(25), "opens closes narrows", "opens closes widens"),
        ("ports", either.clone(), only(465), "opens closes", "opens closes"),
        ("ports", either, both, "opens widens", "closes narrows"),
        ("direction", json!("inbound"), json!("outbound"), "moves opens closes", "moves opens closes"),
        ("peer", json!("admin"), json!("nas"), "moves opens closes", "moves opens closes"),
        ("peer", json!("console"), json!("console-or-analyzer"), "opens widens", "closes narrows"),
        ("product", json!("mailgate"), json!("another"), "moves opens closes", "moves opens closes"),
        ("hosts", json!(["a.example"]), json!(["a.example", "b.example"]), "opens widens", "closes narrows"),
        ("hosts", json!(["a.example"]), json!([]), "opens widens", "closes narrows"),
        ("hosts", json!(["a.example"]), json!(["b.example"]), "moves opens closes", "moves opens closes"),
        ("interfaces", json!(["lan"]), json!(["lan", "wan"]), "opens widens", "closes narrows"),
        ("requirement", json!("unstated"), json!("required"), "opens widens", "closes narrows"),
        ("requirement", json!("conditional"), json!("required"), "opens widens", "closes narrows"),
        ("component", json!("worker"), json!(null), "opens widens", "closes narrows"),
        ("component", json!("worker"), json!("manager"), "moves opens closes", "moves opens closes"),
        ("scope", json!("host"), json!("network"), "opens", "closes"),
        ("scope", json!("host"), json!("pod"), "limits", "limits"),
        ("enabled", json!("no"), json!("yes"), "opens widens", "closes narrows"),
        ("enabled", json!("unstated"), json!("yes"), "limits", "limits"),
        ("condition", json!("in a cluster"), json!("server mode"), "limits", "limits"),
        ("configurable", json!(false), json!(true), "limits", "limits"),
        ("note", json!(null), json!("Looks wrong"), "reworded", "reworded"),
        ("tunnel", json!(false), json!(true), "unknown", "unknown"),
    ];
    for (fact, before, after, there, back) in cases {
        let mut flows = catalog();
        flow(&mut flows, SMTP)[fact] = before.clone();
        let old = flows.clone();
        flow(&mut flows, SMTP)[fact] = after.clone();
        assert_eq!(found(&old, &flows), there, "{fact}: {before} to {after}");
        assert_eq!(found(&flows, &old), back, "{fact}: {after} to {before}");
    }
    let all = catalog();
    let rest: Vec<Value> = all.iter().filter(|flow| flow["id"] != SMTP).cloned().collect();
    assert_eq!([found(&rest, &all), found(&all, &rest)], ["opens", "closes"]);
}

#[test]
fn a_port_that_another_peer_keeps_is_closed_for_the_peer_of_the_removed_flow() {
    let list = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .args(["list", "--product", "fortimail", "--format", "json"])
        .output()
        .unwrap();
    let old: Vec<Value> = serde_json::from_slice(&list.stdout).unwrap();
    let new: Vec<Value> =
        old.iter().filter(|flow| flow["id"] != "fortimail-in-fortimanager-config-push").cloned().collect();
    assert_eq!(old.len(), new.len() + 1);
    let directory = directory(&old, &new);
    let output = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .current_dir(directory.path())
        .args(["diff", "old.json", "new.json"])
        .output()
        .unwrap();
    let lines: Vec<&str> = text(&output.stdout).lines().map(str::trim).collect();
    assert!(lines.contains(&"closes: rules to remove"), "{lines:?}");
    assert!(lines.contains(&"closes tcp/22 for fortimanager"), "{lines:?}");
    assert!(lines.contains(&"fortimail-in-admin keeps tcp/22 for admin"), "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains("stays open")), "{lines:?}");
}
