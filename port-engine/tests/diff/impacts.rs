//! What a changed fact means for firewall rules.

use port_engine::diff::{self, Impact};
use serde_json::{Map, Value, json};

use crate::{catalog, dataset, difference, flow, specs};

#[test]
fn the_same_flows_do_not_differ_in_any_order() {
    let flows = catalog();
    let mut reversed = flows.clone();
    reversed.reverse();
    for other in [&flows, &reversed] {
        let difference = difference(&flows, other);
        assert_eq!(
            difference["summary"],
            json!({"moves": 0, "opens": 0, "closes": 0, "widens": 0, "narrows": 0, "limits": 0, "unknown": 0, "reworded": 0})
        );
        for list in ["impacts", "added", "removed", "renamed", "changed"] {
            assert_eq!(difference[list], json!([]), "{list}");
        }
    }
}

#[test]
fn flows_of_datasets_are_compared_like_exports() {
    let old = dataset();
    let mut new = old.clone();
    new.flows.remove(0);
    new.flows[0].purpose = "Another".to_string();
    let [old_flows, new_flows] = [&old, &new].map(|dataset| diff::exported(&dataset.flows));
    let compared = serde_json::to_value(diff::compare(&old_flows, &new_flows, &old)).unwrap();
    let json = |flows: &[port_engine::dataset::Flow]| serde_json::to_value(flows).unwrap().as_array().unwrap().clone();
    assert_eq!(compared, difference(&json(&old.flows), &json(&new.flows)));
    assert_eq!([&compared["summary"]["closes"], &compared["summary"]["reworded"]], [1, 1]);
}

#[test]
fn ports_are_compared_by_what_they_open() {
    // Before, after, the impact, what opens, what closes.
    let cases = [
        ("tcp/25", "tcp/25, tcp/465", "opens", "tcp/465", ""),
        ("tcp/25 | tcp/465", "tcp/465", "closes", "", "tcp/25"),
        ("udp/20001", "udp/20009", "moves", "udp/20009", "udp/20001"),
        ("tcp/80-90", "tcp/85-95", "moves", "tcp/91-95", "tcp/80-84"),
        ("tcp/80-90", "tcp/80-95", "widens", "tcp/91-95", ""),
        ("tcp/80-90", "tcp/85-90", "narrows", "", "tcp/80-84"),
        ("tcp/80-90", "tcp/80-95, tcp/99", "opens", "tcp/91-95, tcp/99", ""),
        ("tcp/443", "any/443", "widens", "udp/443", ""),
        ("any/443", "udp/443", "narrows", "", "tcp/443"),
        ("tcp/443", "udp/443", "moves", "udp/443", "tcp/443"),
        ("udp/500", "udp/500, esp", "opens", "esp", ""),
        ("sftp | ftp", "tcp/22 sftp", "moves", "tcp/22", "ftp, sftp"),
        ("tcp/25 | tcp/465", "tcp/25, tcp/465", "widens", "", ""),
        ("tcp/25, tcp/465", "tcp/25 | tcp/465", "narrows", "", ""),
        ("tcp/25 | tcp/465, tcp/80", "tcp/25, tcp/80 | tcp/465", "moves", "", ""),
        ("tcp/25 | tcp/465", "tcp/465 | tcp/25", "limits", "", ""),
        ("any/443", "tcp/443, udp/443", "widens", "", ""),
        ("tcp/80-81", "tcp/80, tcp/81", "limits", "", ""),
        ("tcp/25", "tcp/25 smtp", "reworded", "", ""),
        ("tcp/443 https", "tcp/443 http", "reworded", "", ""),
        ("tcp/443", "tcp/443, sctp/36412", "opens", "sctp/36412", ""),
        ("sctp/5060", "tcp/5060", "moves", "tcp/5060", "sctp/5060"),
        ("ip/89", "ip/112", "moves", "vrrp", "ip/89"),
        ("ip/50", "esp", "limits", "", ""),
        ("icmp", "icmp/8", "narrows", "", "icmp/0-7, icmp/9-255"),
        ("icmp/8", "icmp/8, icmp/13", "opens", "icmp/13", ""),
        ("icmp/8", "icmpv6/128", "moves", "icmpv6/128", "icmp/8"),
        ("gre | ipip", "ipip", "closes", "", "gre"),
        ("ah", "ah, vrrp", "opens", "vrrp", ""),
    ];
    for (before, after, impact, opens, closes) in cases {
        let mut flows = catalog();
        let id = "mailgate-in-mailgate-heartbeat";
        flow(&mut flows, id)["ports"] = specs(before);
        let old = flows.clone();
        flow(&mut flows, id)["ports"] = specs(after);
        let difference = difference(&old, &flows);
        let list = |text: &str| text.split(", ").filter(|text| !text.is_empty()).map(Value::from).collect::<Vec<_>>();
        let found = &difference["impacts"][0];
        assert_eq!(found["impact"], impact, "{before} to {after}");
        assert_eq!(found["opens"], json!(list(opens)), "{before} to {after}");
        assert_eq!(found["closes"], json!(list(closes)), "{before} to {after}");
        assert_eq!(
            difference["changed"],
            json!([{ "id": id, "field": "ports", "before": before, "after": after, "impact": impact }])
        );
    }
}

#[test]
fn the_order_and_the_numbers_of_groups_do_not_matter() {
    let mut flows = catalog();
    let old = flows.clone();
    let ports = flow(&mut flows, "mailgate-out-acme-cloud-rating")["ports"].as_array_mut().unwrap();
    ports.sort_by_key(|spec| std::cmp::Reverse(spec["group"].as_u64()));
    for spec in ports {
        spec["group"] = json!(7 - spec["group"].as_u64().unwrap());
    }
    assert_ne!(flows, old);
    assert_eq!(difference(&old, &flows)["changed"], json!([]));
}

#[test]
fn the_first_alternative_matters_to_rules() {
    let mut flows = catalog();
    let old = flows.clone();
    flow(&mut flows, "mailgate-in-email-client-smtp")["ports"].as_array_mut().unwrap().reverse();
    let changed = &difference(&old, &flows)["changed"];
    assert_eq!((&changed[0]["field"], &changed[0]["impact"]), (&json!("ports"), &json!("limits")), "{changed}");
}

/// The impact of a changed fact of a flow, and those ports that it opens, closes, needs for certain now, or not any more.
fn effect(id: &str, before: &[(&str, Value)], after: &[(&str, Value)]) -> (String, [Value; 4]) {
    let mut flows = catalog();
    let with = |flows: &mut [Value], facts: &[(&str, Value)]| {
        for (fact, value) in facts {
            flow(flows, id)[*fact] = value.clone();
        }
    };
    with(&mut flows, before);
    let old = flows.clone();
    with(&mut flows, after);
    let difference = difference(&old, &flows);
    let found = difference["impacts"].as_array().unwrap().iter().find(|impact| impact["id"] == id).unwrap();
    let back = self::difference(&flows, &old)["impacts"][0]["impact"].as_str().unwrap().parse::<Impact>().unwrap();
    assert_eq!(found["impact"], back.inverse().as_str());
    let ports = ["opens", "closes", "needed", "optional"].map(|name| found[name].clone());
    (found["impact"].as_str().unwrap().to_string(), ports)
}

#[test]
fn a_changed_relation_of_groups_is_a_fact_of_its_own() {
    let id = "mailgate-in-mailgate-heartbeat";
    let none = json!([]);
    let (udp_and_tcp, all, unstated) = (specs("udp/53, tcp/53"), json!("all"), json!("unstated"));
    let before = [("ports", udp_and_tcp.clone()), ("groups", unstated.clone())];
    // The document now says that both are needed.
    let (impact, ports) = effect(id, &before, &[("groups", all.clone())]);
    let both = json!(["tcp/53", "udp/53"]);
    assert_eq!((impact.as_str(), ports), ("widens", [none.clone(), none.clone(), both, none.clone()]));
    // With other ports, it is what the ports say: 53 may not be needed any more, and 443 opens.
    let before = [("ports", specs("udp/53")), ("groups", all)];
    let after = [("ports", specs("udp/53 | udp/8888; tcp/443")), ("groups", unstated)];
    let (impact, ports) = effect(id, &before, &after);
    let opens = json!(["tcp/443", "udp/8888"]);
    assert_eq!((impact.as_str(), ports), ("opens", [opens, none.clone(), none, json!(["udp/53"])]));
}

#[test]
fn port_expressions_print_how_groups_relate() {
    let mut flows = catalog();
    let id = "mailgate-in-mailgate-heartbeat";
    flow(&mut flows, id)["ports"] = specs("udp/53");
    let old = flows.clone();
    flow(&mut flows, id)["ports"] = specs("udp/53 | udp/8888; tcp/443");
    flow(&mut flows, id)["groups"] = json!("unstated");
    let difference = difference(&old, &flows);
    let changed = difference["changed"].as_array().unwrap();
    let fact = |change: &Value| (change["field"].clone(), change["before"].clone(), change["after"].clone());
    assert_eq!(
        changed.iter().map(fact).collect::<Vec<_>>(),
        [
            (json!("ports"), json!("udp/53"), json!("udp/53 | udp/8888; tcp/443")),
            (json!("groups"), json!("all"), json!("unstated")),
        ]
    );
}

#[test]
fn traffic_that_no_longer_leaves_the_host_closes_and_in_the_other_order_opens() {
    let id = "mailgate-in-mailgate-heartbeat";
    let [none, port] = [json!([]), json!(["udp/20001"])];
    let ports = [("ports", specs("udp/20001"))];
    for scope in ["host", "pod"] {
        let (impact, found) = effect(id, &ports, &[("scope", json!(scope))]);
        assert_eq!((impact.as_str(), &found[0], &found[1]), ("closes", &none, &port), "{scope}");
        // A port that moves and leaves the network closes, and nothing opens.
        let (impact, found) = effect(id, &ports, &[("scope", json!(scope)), ("ports", specs("udp/9"))]);
        assert_eq!((impact.as_str(), &found[0], &found[1]), ("closes", &none, &port), "{scope}");
    }
    let host = [("scope", json!("host")), ("ports", specs("udp/20001"))];
    let (impact, found) = effect(id, &host, &[("scope", json!("pod"))]);
    assert_eq!((impact.as_str(), &found[0], &found[1]), ("limits", &none, &none));
    let (impact, found) = effect(id, &host, &[("ports", specs("udp/9"))]);
    assert_eq!((impact.as_str(), &found[0], &found[1]), ("limits", &none, &none));
}

#[test]
fn a_port_that_is_on_by_default_now_matters() {
    let id = "mailgate-in-mailgate-heartbeat";
    for (before, after, impact) in
        [("no", "yes", "widens"), ("yes", "no", "narrows"), ("unstated", "yes", "limits"), ("no", "unstated", "limits")]
    {
        let (found, _) = effect(id, &[("enabled", json!(before))], &[("enabled", json!(after))]);
        assert_eq!(found, impact, "{before} to {after}");
    }
}

#[test]
fn a_flow_of_the_whole_product_is_one_of_each_component() {
    let id = "mailgate-in-mailgate-heartbeat";
    for (before, after, impact, opens, closes) in [
        (json!(null), json!("worker"), "narrows", json!([]), json!(["udp/20001"])),
        (json!("worker"), json!("manager"), "moves", json!(["udp/20001"]), json!(["udp/20001"])),
    ] {
        let before = [("ports", specs("udp/20001")), ("component", before)];
        let (found, ports) = effect(id, &before, &[("component", after.clone())]);
        assert_eq!((found.as_str(), &ports[0], &ports[1]), (impact, &opens, &closes), "{after}");
    }
}

/// A flow without hosts, interfaces, condition, note and curated facts, which is inbound and unstated.
const PLAIN: &str = "archive-in-email-client-imap";

#[test]
fn every_fact_has_its_impact() {
    // The fact, its new value, the impact.
    let cases = [
        ("direction", json!("outbound"), "moves"),
        ("peer", json!("client"), "moves"),
        ("product", json!("another"), "moves"),
        ("hosts", json!(["mail.example"]), "narrows"),
        ("interfaces", json!(["p1"]), "narrows"),
        ("requirement", json!("required"), "widens"),
        ("requirement", json!("conditional"), "narrows"),
        ("requirement", json!("mandatory"), "unknown"),
        ("component", json!("worker"), "narrows"),
        ("scope", json!("host"), "closes"),
        ("scope", json!("pod"), "closes"),
        ("enabled", json!("yes"), "limits"),
        ("condition", json!("on Sundays"), "limits"),
        ("recommended_interface", json!("p1"), "limits"),
        ("configurable", json!(true), "limits"),
        ("customization", json!("in the manager"), "reworded"),
        ("purpose", json!("Another"), "reworded"),
        ("vendor", json!("other"), "reworded"),
        ("curated", json!(["peer"]), "reworded"),
        ("note", json!("Looks wrong"), "reworded"),
        ("tunnel", json!({ "over": "gre" }), "unknown"),
    ];
    let old = catalog();
    for (fact, value, impact) in cases {
        let mut new = old.clone();
        flow(&mut new, PLAIN)[fact] = value;
        let difference = difference(&old, &new);
        assert_eq!(difference["summary"][impact], 1, "{fact}");
        assert_eq!(difference["changed"].as_array().unwrap().len(), 1, "{fact}");
        assert_eq!(difference["changed"][0]["impact"], impact, "{fact}");
        // In the other direction, a removed fact is as serious as an added one, and what narrowed widens.
        let back = self::difference(&new, &old);
        let expected = impact.parse::<Impact>().unwrap().inverse().as_str();
        assert_eq!(back["changed"][0]["impact"], expected, "{fact}, back");
    }
}

#[test]
fn every_fact_of_the_source_is_wording_if_this_version_knows_it() {
    let old = catalog();
    for fact in ["document", "edition", "url", "section", "row", "peer", "label", "ports", "page"] {
        let mut new = old.clone();
        flow(&mut new, PLAIN)["source"][fact] = json!("other");
        let impact = if fact == "page" { "unknown" } else { "reworded" };
        let difference = difference(&old, &new);
        assert_eq!(difference["changed"][0]["field"], format!("source.{fact}"));
        assert_eq!(difference["changed"][0]["impact"], impact, "{fact}");
    }
}

#[test]
fn hosts_are_compared_as_sets() {
    let cases = [
        (json!(["a"]), json!(["a", "b"]), "widens"),
        (json!(["a", "b"]), json!(["b"]), "narrows"),
        (json!(["a"]), json!(["b"]), "moves"),
        (json!(["a"]), json!([]), "widens"),
        (json!(["a.x.example"]), json!(["*.x.example"]), "widens"),
        (json!(["*.example"]), json!(["*.x.example"]), "narrows"),
        (json!(["*.x.example"]), json!(["*.x.example", "a.x.example"]), "reworded"),
        (json!(["x.example"]), json!(["*.x.example"]), "moves"),
        (json!(["a", "b"]), json!(["b", "a"]), "reworded"),
    ];
    for (before, after, impact) in cases {
        let mut flows = catalog();
        flow(&mut flows, "endpoint-out-console")["hosts"] = before.clone();
        let old = flows.clone();
        flow(&mut flows, "endpoint-out-console")["hosts"] = after.clone();
        assert_eq!(difference(&old, &flows)["changed"][0]["impact"], impact, "{before} to {after}");
    }
}

#[test]
fn facts_of_another_version_are_compared_and_never_dropped() {
    let old = catalog();
    let mut new = old.clone();
    for flow in &mut new {
        flow["tunnel"] = json!("none");
        flow["ports"][0]["rate"] = json!(5);
        flow.as_object_mut().unwrap().remove("curated");
    }
    flow(&mut new, "mailgate-in-admin")["ports"][0]["transport"] = json!("quic");
    let difference = difference(&old, &new);
    for (field, impact, absent) in
        [("tunnel", "unknown", "before"), ("ports.rate", "unknown", "before"), ("curated", "reworded", "after")]
    {
        let changed = difference["changed"].as_array().unwrap();
        let found: Vec<&Value> = changed.iter().filter(|change| change["field"] == field).collect();
        assert_eq!(found.len(), old.len(), "{field}");
        assert!(found.iter().all(|change| change["impact"] == impact), "{field}");
        assert!(found.iter().all(|change| change.get(absent).is_none()), "{field}");
    }
    assert_eq!(difference["impacts"][0]["opens"], json!(["quic/443"]));
}

#[test]
fn added_and_removed_flows_are_reported_unchanged() {
    let (old, new): (Vec<Value>, Vec<Value>) = catalog().into_iter().partition(|flow| flow["product"] == "mailgate");
    let difference = difference(&old, &new);
    assert_eq!(difference["removed"], json!(old));
    assert_eq!(difference["added"], json!(new));
    let ids: Map<String, Value> = difference["impacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|impact| (impact["id"].as_str().unwrap().to_string(), impact["impact"].clone()))
        .collect();
    assert_eq!(ids.len(), old.len() + new.len());
    assert_eq!(ids.values().filter(|impact| *impact == "closes").count(), old.len());
}
