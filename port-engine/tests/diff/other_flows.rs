//! What opens and closes if other flows of the product need the same port.

use serde_json::{Value, json};

use crate::{catalog, difference, flow, specs};

/// The impact of the flow with an id.
fn impact(old: &[Value], new: &[Value], id: &str) -> Value {
    let difference = difference(old, new);
    let impacts = difference["impacts"].as_array().unwrap();
    impacts.iter().find(|impact| impact["id"] == id).unwrap().clone()
}

fn without(flows: &[Value], id: &str) -> Vec<Value> {
    flows.iter().filter(|flow| flow["id"] != id).cloned().collect()
}

/// Changes facts of a flow.
fn with(flows: &[Value], id: &str, facts: &[(&str, Value)]) -> Vec<Value> {
    let mut flows = flows.to_vec();
    for (fact, value) in facts {
        flow(&mut flows, id)[*fact] = value.clone();
    }
    flows
}

#[test]
fn a_port_that_another_peer_needs_closes_for_the_peer_that_no_longer_needs_it() {
    let old = catalog();
    let found = impact(&old, &without(&old, "mailgate-out-dns-server"), "mailgate-out-dns-server");
    assert_eq!((&found["impact"], &found["closes"]), (&json!("closes"), &json!(["tcp/53", "udp/53"])));
    assert_eq!(found["stays"], json!([]));
    let rating = json!({ "port": "udp/53", "peer": "acme-cloud", "flow": "mailgate-out-acme-cloud-rating" });
    assert_eq!(found["elsewhere"], json!([rating]));
}

#[test]
fn a_port_of_the_other_direction_does_not_keep_one_open() {
    // Another product's peer, direction or product has no effect, although the port is the same.
    let old = catalog();
    let new = with(
        &without(&old, "mailgate-out-email-server"),
        "mailgate-in-email-server-backup",
        &[("ports", specs("tcp/25"))],
    );
    let found = impact(&old, &new, "mailgate-out-email-server");
    assert_eq!((&found["closes"], &found["stays"], &found["elsewhere"]), (&json!(["tcp/25"]), &json!([]), &json!([])));
}

#[test]
fn a_port_stays_open_for_the_same_peer_if_another_flow_needs_it() {
    let old = with(&catalog(), "mailgate-in-admin", &[("ports", specs("tcp/22, tcp/443"))]);
    let ssh = "mailgate-in-admin-ssh";
    // Its interface is one of those of the other flow.
    let found = impact(&old, &without(&old, ssh), ssh);
    assert_eq!((&found["impact"], &found["closes"]), (&json!("limits"), &json!([])));
    assert_eq!(found["stays"], json!([{ "port": "tcp/22", "flows": ["mailgate-in-admin"] }]));
    // In the other direction, nothing opens.
    let found = impact(&without(&old, ssh), &old, ssh);
    assert_eq!((&found["impact"], &found["opens"]), (&json!("limits"), &json!([])));
    assert_eq!(found["already"], json!([{ "port": "tcp/22", "flows": ["mailgate-in-admin"] }]));
}

#[test]
fn another_interface_or_host_does_not_keep_a_port_open() {
    let ssh = "mailgate-in-admin-ssh";
    for (fact, own, others, is_closed) in [
        ("interfaces", json!(["mgmt"]), json!(["lan"]), true),
        ("interfaces", json!([]), json!(["lan", "mgmt"]), true),
        ("interfaces", json!(["mgmt", "lan"]), json!(["mgmt"]), true),
        ("interfaces", json!(["mgmt"]), json!([]), false),
        ("hosts", json!(["a.example"]), json!(["b.example"]), true),
        ("hosts", json!(["a.example"]), json!(["*.example"]), false),
        ("hosts", json!(["*.example"]), json!(["a.example"]), true),
        ("hosts", json!(["a.example"]), json!([]), false),
    ] {
        let old = with(&catalog(), "mailgate-in-admin", &[("ports", specs("tcp/22")), ("interfaces", json!([]))]);
        let old = with(&old, ssh, &[("interfaces", json!([]))]);
        let old = with(&with(&old, "mailgate-in-admin", &[(fact, others.clone())]), ssh, &[(fact, own.clone())]);
        let found = impact(&old, &without(&old, ssh), ssh);
        let (closes, kept) = if is_closed { (json!(["tcp/22"]), "elsewhere") } else { (json!([]), "stays") };
        assert_eq!(found["closes"], closes, "{fact} {own} {others}");
        assert_eq!(found[kept].as_array().unwrap().len(), 1, "{fact} {own} {others}");
    }
}

#[test]
fn a_peer_that_includes_others_needs_the_port_for_each_of_them() {
    // mailgate-in-console-sync is for the peer console-or-analyzer.
    let (snmp, sync) = ("mailgate-in-console-snmp", "mailgate-in-console-sync");
    let old = with(&catalog(), sync, &[("ports", specs("tcp/161"))]);
    let found = impact(&old, &without(&old, snmp), snmp);
    assert_eq!(found["stays"], json!([{ "port": "tcp/161", "flows": [sync] }]));
    // The console alone doesn't keep the port open for the analyzer.
    let found = impact(&old, &without(&old, sync), sync);
    assert_eq!((&found["impact"], &found["closes"]), (&json!("closes"), &json!(["tcp/161"])));
    // The console and the analyzer together do.
    let old = with(
        &old,
        "mailgate-in-admin",
        &[("ports", specs("tcp/161")), ("peer", json!("analyzer")), ("interfaces", json!([]))],
    );
    let found = impact(&old, &without(&old, sync), sync);
    assert_eq!(found["stays"], json!([{ "port": "tcp/161", "flows": ["mailgate-in-admin", snmp] }]));
}

#[test]
fn a_peer_that_becomes_one_that_includes_it_widens() {
    let (old, id) = (catalog(), "mailgate-in-console-snmp");
    let new = with(&old, id, &[("peer", json!("console-or-analyzer"))]);
    let found = impact(&old, &new, id);
    assert_eq!(
        (&found["impact"], &found["opens"], &found["closes"]),
        (&json!("widens"), &json!(["tcp/161"]), &json!([]))
    );
    let found = impact(&new, &old, id);
    assert_eq!(
        (&found["impact"], &found["opens"], &found["closes"]),
        (&json!("narrows"), &json!([]), &json!(["tcp/161"]))
    );
}

#[test]
fn an_alternative_that_is_removed_leaves_the_other_one_needed() {
    let (old, id) = (catalog(), "mailgate-in-email-client-smtp");
    let new = with(&old, id, &[("ports", specs("tcp/465 smtps"))]);
    let found = impact(&old, &new, id);
    assert_eq!(
        (&found["impact"], &found["closes"], &found["needed"]),
        (&json!("closes"), &json!(["tcp/25"]), &json!(["tcp/465"]))
    );
    let found = impact(&new, &old, id);
    assert_eq!(
        (&found["impact"], &found["opens"], &found["optional"]),
        (&json!("opens"), &json!(["tcp/25"]), &json!(["tcp/465"]))
    );
}

#[test]
fn a_flow_without_port_specs_is_never_called_harmless() {
    let (old, id) = (with(&catalog(), "mailgate-out-nas", &[("ports", json!([]))]), "mailgate-out-nas");
    assert_eq!(impact(&old, &without(&old, id), id)["impact"], "closes");
    assert_eq!(impact(&without(&old, id), &old, id)["impact"], "opens");
}
