//! What `conflicts` prints for people and programs, and its exit codes.

use serde_json::{Value, json};

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
    assert_eq!(keys, ["products", "collisions", "listens", "unnumbered"]);
    let smtp = &object["collisions"][0];
    assert_eq!((&smtp["first"], &smtp["avoidable"], &smtp["certain"]), (&json!(25), &json!(true), &json!(true)));
    // In the order of the call.
    assert_eq!(smtp["products"][0]["product"], "archive");
    assert_eq!(smtp["products"][0]["can_move"], true);
    assert_eq!(
        smtp["products"][1]["listeners"][0],
        json!({
            "flow": "mailgate-in-email-client-smtp",
            "ports": { "transport": "tcp", "first": 25, "last": 25, "service": "smtp", "group": 0 },
            "condition": null, "configurable": false, "customization": null,
            "alternatives": [
                { "transport": "tcp", "first": 465, "last": 465, "service": "smtps", "group": 0, "free": true },
            ],
        })
    );
    let pop3 = object["listens"].as_array().unwrap().iter().find(|endpoint| endpoint["first"] == 995).unwrap();
    let expected = json!({ "transport": "tcp", "first": 995, "last": 995, "flows": ["mailgate-in-email-client-pop3"] });
    assert_eq!(*pop3, expected);
    assert_eq!(object["unnumbered"].as_array().unwrap().len(), 2);
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
