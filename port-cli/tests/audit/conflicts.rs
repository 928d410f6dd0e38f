//! What `conflicts` says, to people and to programs, and how it ends.

use serde_json::{Value, json};

use crate::{printed, run};

fn collisions(products: &[&str]) -> Value {
    let call = [&["conflicts", "--format", "json"], products].concat();
    let (text, told) = printed(&call);
    assert_eq!(told, "");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn collisions_as_people_read_them() {
    let (text, told) = printed(&["conflicts", "fortimail", "securitygateway"]);
    assert_eq!(told, "");
    insta::assert_snapshot!(text);
}

#[test]
fn collisions_as_programs_read_them() {
    let object = collisions(&["securitygateway", "fortimail"]);
    let keys: Vec<_> = object.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["products", "collisions", "listens", "unnumbered"]);
    let web = object["collisions"].as_array().unwrap().iter().find(|place| place["first"] == 443).unwrap();
    assert_eq!((&web["avoidable"], &web["certain"]), (&json!(true), &json!(true)));
    // In the order in which the products were named.
    assert_eq!(web["products"][0]["product"], "securitygateway");
    assert_eq!(web["products"][0]["can_move"], false);
    assert_eq!(
        web["products"][1]["listeners"][1],
        json!({
            "flow": "fortimail-in-email-client-quarantine",
            "ports": { "transport": "tcp", "first": 443, "last": 443, "service": "https", "group": 0 },
            "condition": null, "configurable": false, "customization": null,
            "alternatives": [
                { "transport": "tcp", "first": 80, "last": 80, "service": "http", "group": 0, "free": false },
                { "transport": "tcp", "first": 110, "last": 110, "service": "pop3", "group": 0, "free": true },
            ],
        })
    );
    let pop3 = object["listens"].as_array().unwrap().iter().find(|place| place["first"] == 995).unwrap();
    let expected =
        json!({ "transport": "tcp", "first": 995, "last": 995, "flows": ["fortimail-in-email-client-pop3"] });
    assert_eq!(*pop3, expected);
    assert_eq!(object["unnumbered"].as_array().unwrap().len(), 6);
}

#[test]
fn a_product_more_or_in_another_order_collides_no_less() {
    let ports = |products: &[&str]| -> Vec<String> {
        let object = collisions(products);
        let ports = object["collisions"].as_array().unwrap().iter();
        ports.map(|place| format!("{}/{}", place["transport"].as_str().unwrap(), place["first"])).collect()
    };
    let two = ports(&["fortimail", "securitygateway"]);
    assert_eq!(two, ports(&["securitygateway", "fortimail"]));
    let all = ports(&["forticlient", "fortimail", "forcepoint-email-security", "securitygateway"]);
    assert!(two.iter().all(|port| all.contains(port)) && all.len() > two.len(), "{two:?} {all:?}");
}

#[test]
fn it_fails_where_it_is_told_to() {
    let both = ["conflicts", "fortimail", "securitygateway"];
    let apart = ["conflicts", "fortimail", "forticlient"];
    for (call, finding, code, told) in [
        (&both, "collision", 1, "fails: 4 places at which products collide\n"),
        (&both, "unavoidable", 1, "fails: 3 places from which two products cannot move away\n"),
        (&apart, "collision,unavoidable", 0, ""),
    ] {
        let output = run(&[&call[..], &["--fail-on", finding]].concat());
        assert_eq!(String::from_utf8_lossy(&output.stderr), told, "{call:?} {finding}");
        assert_eq!(output.status.code(), Some(code), "{call:?} {finding}");
        assert!(!output.stdout.is_empty());
    }
    let quiet = run(&apart);
    assert!(String::from_utf8_lossy(&quiet.stdout).starts_with("fortimail, forticlient: no collision\n"));
}
