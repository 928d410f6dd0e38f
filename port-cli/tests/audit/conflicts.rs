//! What `conflicts` prints for people and programs, and its exit codes.

use std::fs;
use std::process::Command;

use port_catalog_tests::fixture;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{printed, run};

fn collisions(products: &[&str]) -> Value {
    let call = [&["conflicts", "--format", "json"], products].concat();
    let (text, messages) = printed(&call);
    assert_eq!(messages, "");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn collisions_as_people_read_them() {
    let (text, messages) = printed(&["conflicts", "mailgate", "archive"]);
    assert_eq!(messages, "");
    insta::assert_snapshot!(text);
}

#[test]
fn collisions_as_programs_read_them() {
    let object = collisions(&["filter-suite", "archive"]);
    let snmp = object["collisions"].as_array().unwrap().iter().find(|endpoint| endpoint["first"] == 161).unwrap();
    assert_eq!((&snmp["avoidable"], &snmp["certain"]), (&json!(false), &json!(true)));
    let object = collisions(&["archive", "mailgate"]);
    let keys: Vec<_> = object.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["products", "collisions", "listens", "unnumbered", "choices", "exact", "notes"]);
    let smtp = &object["collisions"][0];
    assert_eq!((&smtp["first"], &smtp["avoidable"], &smtp["certain"]), (&json!(25), &json!(true), &json!(true)));
    // In the order of the call.
    assert_eq!(smtp["products"][0]["product"], "archive");
    let ports = |port: u16, service: &str| json!({ "transport": "tcp", "first": port, "last": port, "service": service, "group": 0 });
    assert_eq!(
        object["choices"],
        json!([
            { "product": "archive", "flows": ["archive-in-email-server"], "ports": ports(587, "submission"), "changed": true },
            { "product": "mailgate", "flows": ["mailgate-in-email-client-smtp"], "ports": ports(25, "smtp"), "changed": false },
        ])
    );
    assert_eq!(object["exact"], true);
    assert_eq!(
        smtp["products"][1]["listeners"][0],
        json!({
            "flow": "mailgate-in-email-client-smtp",
            "ports": { "transport": "tcp", "first": 25, "last": 25, "service": "smtp", "group": 0 },
            "component": null, "scope": "network", "condition": null, "configurable": false, "customization": null,
            "alternatives": [
                { "transport": "tcp", "first": 465, "last": 465, "service": "smtps", "group": 0, "free": true },
            ],
        })
    );
    let pop3 = object["listens"].as_array().unwrap().iter().find(|endpoint| endpoint["first"] == 995).unwrap();
    let expected = json!({ "transport": "tcp", "first": 995, "last": 995, "flows": ["mailgate-in-email-client-pop3"] });
    assert_eq!(*pop3, expected);
    assert_eq!(object["unnumbered"].as_array().unwrap().len(), 2);
    let note = "The page prints TCP; SNMP normally uses UDP.";
    assert_eq!(object["notes"], json!([{ "flow": "mailgate-in-console-snmp", "note": note }]));
}

#[test]
fn everything_that_listens_is_printed_only_with_its_option() {
    let call = ["conflicts", "mailgate", "archive"];
    let (short, _) = printed(&call);
    assert!(!short.contains("Who listens where") && !short.contains("mailgate-in-console-snmp"), "{short}");
    let (text, messages) = printed(&[&call[..], &["--listeners"]].concat());
    assert_eq!(messages, "");
    assert!(text.contains("Who listens where"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn no_line_is_wider_than_a_page_without_the_table_of_all_listeners() {
    let (text, _) = printed(&["conflicts", "mailgate", "archive", "filter-suite", "endpoint"]);
    for line in text.lines().filter(|line| !line.trim_start().starts_with("note: ")) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn a_flow_that_collides_is_printed_with_its_note_and_condition() {
    let tables = tables(&[("one", "tcp/25 smtp"), ("two", "tcp/25 smtp"), ("three", "smtp")]);
    for (product, old, new) in [
        ("one", "required,,", "conditional,mail is on,"),
        ("two", "false,,,", "false,,Port 25 is often blocked.,"),
        ("three", "false,,,", "false,,Some port.,"),
    ] {
        let file = tables.path().join(format!("flows/{product}.csv"));
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(old), "{product}");
        fs::write(&file, text.replace(old, new)).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .args(["conflicts", "one", "two", "three", "--only-tables", "--tables"])
        .arg(tables.path())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = String::from_utf8(output.stdout).unwrap();
    let collision = "Collisions\ntcp/25: unavoidable\n  one: no other port\n    one-in-smtp\n      only: mail is on\n  \
                     two: no other port\n    two-in-smtp\n      note: Port 25 is often blocked.\n\n";
    assert!(text.contains(collision) && text.contains("note: Some port."), "{text}");
}

#[test]
fn more_products_and_another_order_keep_every_collision() {
    let ports = |products: &[&str]| -> Vec<String> {
        let object = collisions(products);
        let ports = object["collisions"].as_array().unwrap().iter();
        ports.map(|place| format!("{}/{}", place["transport"].as_str().unwrap(), place["first"])).collect()
    };
    let two = ports(&["mailgate", "archive"]);
    assert_eq!(two, ports(&["archive", "mailgate"]));
    let all = ports(&["endpoint", "mailgate", "filter-suite", "archive"]);
    assert!(two.iter().all(|port| all.contains(port)) && all.len() > two.len(), "{two:?} {all:?}");
}

/// What `conflicts` prints about the products of the fixture with several editions.
fn with_editions(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .args(["conflicts", "--only-tables", "--tables"])
        .arg(fixture::editions())
        .args(arguments)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn two_editions_of_a_product_are_compared_if_the_call_names_both() {
    assert_eq!(with_editions(&["cluster", "console"]).lines().next(), Some("cluster, console: no collision"));
    let text = with_editions(&["cluster@1.0", "cluster@2.0"]);
    for line in [
        "cluster@1.0, cluster@2.0: 17 collisions, 9 of them unavoidable",
        "2 flows within pods not compared, since each pod has its own addresses",
        "tcp/10259: unavoidable",
        "      within the host only, at the loopback address",
        "esp: unavoidable; only possible, since programs can share it",
        "udp/4789: avoidable; only possible, since perhaps not all ports are needed",
    ] {
        assert!(text.lines().any(|own| own == line), "{line} in {text}");
    }
    assert!(!text.contains("icmp"), "{text}");
    insta::assert_snapshot!(text);
    // One of them is the newest edition.
    assert_eq!(
        with_editions(&["cluster@1.0", "cluster"]).replace("cluster:", "cluster@2.0:").lines().count(),
        text.lines().count()
    );
}

#[test]
fn parts_of_a_product_are_compared_if_the_call_names_them() {
    let text = with_editions(&["cluster", "--component", "worker", "--component", "control-plane"]);
    assert!(text.starts_with("cluster/worker, cluster/control-plane: 1 collision, 0 of them unavoidable\n"), "{text}");
    assert!(text.contains("\ntcp/30443: avoidable; only possible, since a transport is not stated\n"), "{text}");
    let object: Value =
        serde_json::from_str(&with_editions(&["cluster", "console", "--component", "worker", "--format", "json"]))
            .unwrap();
    assert_eq!(object["products"], json!(["cluster/worker", "console"]));
    let flows: Vec<&str> = object["listens"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|endpoint| endpoint["flows"].as_array().unwrap())
        .map(|flow| flow.as_str().unwrap())
        .collect();
    assert!(flows.contains(&"cluster-in-client-signalling") && !flows.contains(&"cluster-in-client-api"), "{flows:?}");
}

#[test]
fn reasons_of_possible_collisions_are_in_json() {
    let object: Value =
        serde_json::from_str(&with_editions(&["cluster@1.0", "cluster@2.0", "--format", "json"])).unwrap();
    let collisions = object["collisions"].as_array().unwrap();
    let reasons = |transport: &str, first: Value| {
        let at = |collision: &&Value| collision["transport"] == transport && collision["first"] == first;
        let collision = collisions.iter().find(at).unwrap();
        (collision["certain"].clone(), collision["uncertain"].clone())
    };
    assert_eq!(reasons("tcp", json!(2379)), (json!(true), json!([])));
    assert_eq!(reasons("udp", json!(8472)), (json!(false), json!(["groups"])));
    assert_eq!(reasons("udp", json!(30000)), (json!(false), json!(["transport"])));
    assert_eq!(reasons("ip/99", json!(null)), (json!(false), json!(["protocol"])));
}

#[test]
fn fail_on_sets_the_exit_code() {
    let both = ["conflicts", "mailgate", "archive"];
    // Both have UDP port 161, which neither can change.
    let stuck = ["conflicts", "filter-suite", "archive"];
    let apart = ["conflicts", "mailgate", "endpoint"];
    for (call, finding, code, message) in [
        (&both, "collision", 1, "fails: 1 collision\n"),
        (&both, "unavoidable", 0, ""),
        (&stuck, "unavoidable", 1, "fails: 1 unavoidable collision\n"),
        (&stuck, "collision,unavoidable", 1, "fails: 2 collisions\nfails: 1 unavoidable collision\n"),
        (&apart, "collision,unavoidable", 0, ""),
    ] {
        let output = run(&[&call[..], &["--fail-on", finding]].concat());
        assert_eq!(String::from_utf8_lossy(&output.stderr), message, "{call:?} {finding}");
        assert_eq!(output.status.code(), Some(code), "{call:?} {finding}");
        assert!(!output.stdout.is_empty());
    }
    let none = run(&apart);
    assert!(String::from_utf8_lossy(&none.stdout).starts_with("mailgate, endpoint: no collision\n"));
}

/// A directory of tables with products that accept mail at ports such as `tcp/25 smtp | tcp/465 smtps`.
fn tables(products: &[(&str, &str)]) -> TempDir {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, text: String| fs::write(directory.path().join(name), text).unwrap();
    fs::create_dir(directory.path().join("flows")).unwrap();
    let fixture = fixture::tables();
    for name in ["vendors.csv", "peers.csv", "services.csv"] {
        write(name, fs::read_to_string(fixture.join(name)).unwrap());
    }
    let header =
        |name: &str| fs::read_to_string(fixture.join(name)).unwrap().lines().next().unwrap().to_string() + "\n";
    let mut rows = header("products.csv");
    for (product, ports) in products {
        rows += &format!("{product},acme,{product},,,Ports,https://acme.example/{product},1,2026-01-31,\n");
        let flow = format!("{product}-in-smtp,inbound,email-client,Take mail,{ports},required,,,,,false,,,,,1,,,\n");
        write(&format!("flows/{product}.csv"), header("flows/mailgate.csv") + &flow);
    }
    write("products.csv", rows);
    directory
}

#[test]
fn products_that_can_use_different_alternatives_can_share_a_host() {
    const EITHER: &str = "tcp/25 smtp | tcp/465 smtps";
    let tables = tables(&[("one", EITHER), ("two", EITHER), ("three", EITHER), ("fixed", "tcp/25 smtp")]);
    let call = |products: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
            .args(["conflicts", "--fail-on", "unavoidable", "--only-tables", "--tables"])
            .arg(tables.path())
            .args(products)
            .output()
            .unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = call(&["one", "two"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("one, two: 2 collisions, 0 of them unavoidable\n"), "{text}");
    let choice = "A choice that avoids 2 of 2 collisions\n\
                  one uses tcp/25 smtp\n  one-in-smtp\n\
                  two uses tcp/465 smtps instead of tcp/25 smtp\n  two-in-smtp\n";
    assert!(text.contains(choice), "{text}");
    let (code, text) = call(&["one", "fixed"]);
    assert_eq!(code, 0, "{text}");
    // Two ports aren't enough for three products.
    for products in [&["one", "two", "three"], &["one", "two", "fixed"]] {
        let (code, text) = call(products);
        assert_eq!(code, 1, "{text}");
        assert!(text.contains("2 collisions, 1 of them unavoidable\n"), "{text}");
    }
}
