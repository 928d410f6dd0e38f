//! Guesses at renamed flows.

use serde_json::{Value, json};

use crate::{catalog, difference, flow, specs};

const OLD: &str = "mailgate-out-ldap-server";
const NEW: &str = "mailgate-out-directory";

/// The catalog, and the same with one flow under another id.
fn renamed() -> [Vec<Value>; 2] {
    let old = catalog();
    let mut new = old.clone();
    flow(&mut new, OLD)["id"] = json!(NEW);
    [old, new]
}

#[test]
fn a_flow_under_another_id_is_a_rename() {
    let [old, new] = renamed();
    let difference = difference(&old, &new);
    assert_eq!(
        difference["renamed"],
        json!([{
            "from": OLD,
            "to": NEW,
            "alike": ["ports", "source.label", "purpose", "peer", "source.ports"],
        }])
    );
    assert_eq!([&difference["added"], &difference["removed"], &difference["changed"]], [&json!([]); 3]);
    assert_eq!(difference["summary"]["reworded"], 1);
}

#[test]
fn a_renamed_flow_may_have_other_ports() {
    let [old, mut new] = renamed();
    flow(&mut new, NEW)["ports"] = specs("tcp/3268 ldap");
    let difference = difference(&old, &new);
    assert_eq!(difference["renamed"][0]["to"], NEW);
    assert_eq!(difference["summary"]["moves"], 1);
    assert_eq!(difference["changed"][0]["field"], "ports");
}

#[test]
fn two_equally_likely_renames_are_not_reported() {
    let [old, mut new] = renamed();
    let mut twin = flow(&mut new, NEW).clone();
    twin["id"] = json!("mailgate-out-directory-too");
    new.push(twin);
    let difference = difference(&old, &new);
    assert_eq!(difference["renamed"], json!([]));
    // The same ports are open before and after, but the rules have other ids.
    assert_eq!(difference["summary"]["limits"], 3);
    assert_eq!(difference["removed"][0], *old.iter().find(|flow| flow["id"] == OLD).unwrap());
}

#[test]
fn the_same_peer_alone_is_no_evidence_of_a_rename() {
    let [old, mut new] = renamed();
    let other = flow(&mut new, NEW);
    other["ports"] = specs("tcp/3268 ldap");
    other["purpose"] = json!("Something else");
    other["source"]["label"] = json!("Else");
    assert_eq!(difference(&old, &new)["renamed"], json!([]));
}
