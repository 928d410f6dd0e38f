//! Exports with several editions of a product, with editions that aren't complete, and of earlier versions.

use std::path::Path;

use port_catalog_tests::fixture;
use port_engine::dataset::Dataset;
use port_engine::diff;
use serde_json::{Value, json};

use crate::specs;

fn dataset() -> Dataset {
    Dataset::from_tables(&port_data::read(&fixture::editions()).unwrap())
}

/// The flows of the newest editions, or of all, as they are exported.
fn flows(all: bool) -> Vec<Value> {
    let dataset = if all { dataset().with_all_editions() } else { dataset() };
    let Value::Array(flows) = serde_json::to_value(dataset.flows).unwrap() else { panic!("a list") };
    flows
}

fn of_edition(product: &str, edition: &str) -> Vec<Value> {
    flows(true).into_iter().filter(|flow| flow["product"] == product && flow["edition"] == edition).collect()
}

fn difference(old: &[Value], new: &[Value]) -> Value {
    let read = |flows: &[Value]| diff::read(Path::new("export.json"), &Value::from(flows).to_string()).unwrap();
    serde_json::to_value(diff::compare(&read(old), &read(new), &dataset())).unwrap()
}

fn changed(difference: &Value) -> Vec<(&str, &str)> {
    let impacts = difference["impacts"].as_array().unwrap().iter();
    impacts.map(|flow| (flow["id"].as_str().unwrap(), flow["impact"].as_str().unwrap())).collect()
}

#[test]
fn each_of_several_editions_is_compared_with_the_same_edition() {
    let old = flows(true);
    assert_eq!(changed(&difference(&old, &old)), []);
    let mut new = old.clone();
    let api = |flow: &&mut Value| flow["id"] == "cluster-in-client-api" && flow["edition"] == "1.0";
    new.iter_mut().find(api).unwrap()["ports"] = specs("tcp/8444");
    assert_eq!(changed(&difference(&old, &new)), [("cluster-in-client-api", "moves")]);
    // A flow of another edition doesn't keep the port of a removed one open.
    let new: Vec<Value> = old
        .iter()
        .filter(|flow| flow["id"] != "cluster-in-control-plane-agent" || flow["edition"] != "1.0")
        .cloned()
        .collect();
    assert_eq!(changed(&difference(&old, &new)), [("cluster-in-control-plane-agent", "closes")]);
}

#[test]
fn two_single_editions_are_compared_with_each_other() {
    let [old, new] = ["1.0", "2.0"].map(|edition| of_edition("cluster", edition));
    let difference = difference(&old, &new);
    let changed: Vec<_> = changed(&difference).into_iter().filter(|(_, impact)| *impact != "reworded").collect();
    assert_eq!(
        changed,
        [
            ("cluster-in-client-api", "moves"),
            ("cluster-in-control-plane-store", "widens"),
            ("cluster-in-client-signalling", "opens"),
            ("cluster-in-cluster-federation", "opens"),
            ("cluster-out-cluster-federation", "opens"),
            ("cluster-in-admin-ssh", "closes"),
        ]
    );
}

#[test]
fn flows_of_different_products_may_have_the_same_id() {
    let mut other = of_edition("cluster", "2.0");
    for flow in &mut other {
        flow["product"] = json!("another");
    }
    let both = [of_edition("cluster", "2.0"), other].concat();
    assert_eq!(changed(&difference(&both, &both)), []);
    let mut new = both.clone();
    new.last_mut().unwrap()["ports"] = specs("tcp/1");
    assert_eq!(difference(&both, &new)["impacts"].as_array().unwrap().len(), 1);
}

#[test]
fn an_edition_that_only_one_export_has_is_added_as_a_whole() {
    let difference = difference(&of_edition("cluster", "2.0"), &flows(true));
    let added: Vec<&Value> = difference["added"].as_array().unwrap().iter().map(|flow| &flow["edition"]).collect();
    let expected = [of_edition("cluster", "1.0").len(), flows(true).len()];
    assert_eq!(added.iter().filter(|edition| **edition == "1.0").count(), expected[0]);
    assert_eq!(added.len(), expected[1] - of_edition("cluster", "2.0").len());
    assert_eq!(difference["changed"], json!([]));
}

#[test]
fn what_an_incomplete_edition_lacks_is_not_known_in_an_export_either() {
    let [old, new] = ["2024-03", "2025-03"].map(|edition| of_edition("console", edition));
    for (old, new, missing) in [(&old, &new, "before"), (&new, &old, "after")] {
        let difference = difference(old, new);
        let dns = &difference["not_known"][0];
        assert_eq!((&dns["edition"], &dns["missing"]), (&json!("2024-03"), &json!(missing)));
        assert_eq!(dns["flow"]["id"], "console-out-dns");
        assert_eq!([&difference["added"], &difference["removed"]], [&json!([]); 2]);
        assert!(changed(&difference).contains(&("console-out-dns", "unknown")));
    }
}

#[test]
fn traffic_between_two_components_is_the_same_from_either_end() {
    let old = of_edition("cluster", "2.0");
    let mut new = old.clone();
    let agent = new.iter_mut().find(|flow| flow["id"] == "cluster-in-control-plane-agent").unwrap();
    agent["direction"] = json!("outbound");
    agent["component"] = json!("control-plane");
    agent["peer"] = json!("cluster-worker");
    let difference = difference(&old, &new);
    assert_eq!(changed(&difference), [("cluster-in-control-plane-agent", "reworded")]);
    assert_eq!(difference["impacts"][0]["opens"], json!([]));
}

/// Flows as an earlier version exported them.
fn earlier(flows: Vec<Value>) -> Vec<Value> {
    let mut flows = flows;
    for flow in &mut flows {
        let object = flow.as_object_mut().unwrap();
        for fact in ["edition", "component", "groups", "scope", "enabled"] {
            object.remove(fact);
        }
        for spec in flow["ports"].as_array_mut().unwrap() {
            spec.as_object_mut().unwrap().retain(|name, _| !["ip_protocol", "icmp_type"].contains(&name.as_str()));
        }
    }
    flows
}

#[test]
fn an_export_of_an_earlier_version_is_read_as_that_version_meant_it() {
    // These facts have the values that earlier versions assumed.
    let is_plain = |flow: &Value| {
        let numbers = flow["ports"]
            .as_array()
            .unwrap()
            .iter()
            .all(|spec| spec["icmp_type"].is_null() && spec["transport"] != "ip");
        flow["component"].is_null()
            && flow["groups"] == "all"
            && flow["scope"] == "network"
            && flow["enabled"] == "unstated"
            && numbers
    };
    let new: Vec<Value> = flows(false).into_iter().filter(is_plain).collect();
    assert!(new.len() > 1);
    for (old, new) in [(earlier(new.clone()), new.clone()), (new.clone(), earlier(new.clone()))] {
        assert_eq!(changed(&difference(&old, &new)), []);
    }
    // Others differ in them.
    let mut overlay = flows(false).into_iter().find(|flow| flow["id"] == "console-out-cluster-api").unwrap();
    let old = earlier(vec![overlay.clone()]);
    let result = difference(&old, &[overlay.clone()]);
    assert_eq!(result["changed"][0]["field"], "groups");
    assert_eq!((&result["changed"][0]["before"], &result["changed"][0]["after"]), (&json!("all"), &json!("unstated")));
    // An earlier export has one edition of a product, which is compared with the same one of an export of all editions.
    overlay["edition"] = json!("2024-03");
    overlay["source"]["edition"] = json!("March 2024");
    let newest = flows(false).into_iter().find(|flow| flow["id"] == "console-in-admin").unwrap();
    let all = [vec![overlay], of_edition("console", "2025-03")].concat();
    let result = difference(&earlier(vec![newest]), &all);
    let admin: Vec<_> = changed(&result).into_iter().filter(|(id, _)| *id == "console-in-admin").collect();
    assert_eq!(admin, []);
}
