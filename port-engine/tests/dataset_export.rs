//! Datasets from exports.

use std::collections::BTreeSet;
use std::path::PathBuf;

use port_catalog_tests::diagnostics::{Cases, assert_every_code_has_a_case};
use port_catalog_tests::fixture;
use port_core::{Enabled, Groups, PeerKind, Scope};
use port_engine::dataset::{Dataset, Edition};
use port_engine::export;
use serde_json::{Value, json};

const CASES: &str = "port-engine/tests/dataset_export.txt";

fn dataset() -> Dataset {
    Dataset::from_tables(&port_data::read(&fixture::tables()).unwrap())
}

/// The flows of the fixture catalog as JSON.
fn flows() -> Value {
    serde_json::to_value(dataset().flows).unwrap()
}

#[test]
fn an_exported_dataset_has_the_same_flows() {
    let dataset = dataset();
    let json = serde_json::to_string_pretty(&dataset.flows).unwrap();
    let again = Dataset::from_export("export.json", &json).unwrap();
    assert_eq!(again.flows, dataset.flows);
    assert_eq!(serde_json::to_string_pretty(&again.flows).unwrap(), json);
    let ids = |dataset: &Dataset| dataset.products.iter().map(|product| product.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&again), ids(&dataset));
    for (product, expected) in again.products.iter().zip(&dataset.products) {
        assert_eq!((&product.vendor, &product.name), (&expected.vendor, &product.id));
        assert_eq!(
            product
                .editions
                .iter()
                .map(|edition| (&edition.id, &edition.document, &edition.printed, &edition.url))
                .collect::<Vec<_>>(),
            expected
                .editions
                .iter()
                .map(|edition| (&edition.id, &edition.document, &edition.printed, &edition.url))
                .collect::<Vec<_>>()
        );
    }
    for flow in &again.flows {
        assert!(again.vendor(&flow.vendor).is_some() && again.peer(&flow.peer).is_some(), "{}", flow.id);
        assert!(flow.ports.iter().filter_map(|spec| spec.service_ref()).all(|id| again.service(id).is_some()));
    }
}

/// Every edition of a product in an export, with what an export has of it.
fn editions(dataset: &Dataset) -> Vec<(String, String, String, String, String)> {
    let products = dataset.products.iter();
    products
        .flat_map(|product| {
            product.editions.iter().map(|edition| {
                let Edition { id, document, printed, url, .. } = edition.clone();
                (product.id.clone(), id, document, printed, url)
            })
        })
        .collect()
}

#[test]
fn exports_of_the_newest_and_of_all_editions_read_back_equal() {
    for tables in [fixture::editions(), fixture::tables(), PathBuf::from(port_data::TABLES)] {
        let dataset = Dataset::from_tables(&port_data::read(&tables).unwrap());
        let newest = serde_json::to_string(&dataset.flows).unwrap();
        assert_eq!(Dataset::from_export("newest.json", &newest).unwrap().flows, dataset.flows);
        let all = dataset.with_all_editions();
        let again = Dataset::from_export("all.json", &serde_json::to_string(&all.flows).unwrap()).unwrap();
        assert_eq!((&again.flows, &again.older_flows), (&dataset.flows, &dataset.older_flows), "{tables:?}");
        assert_eq!(again.with_all_editions().flows, all.flows);
        assert_eq!(editions(&again), editions(&dataset));
    }
}

#[test]
fn an_exported_dataset_knows_components() {
    let dataset = Dataset::from_tables(&port_data::read(&fixture::editions()).unwrap());
    let again = Dataset::from_export("export.json", &serde_json::to_string(&dataset.flows).unwrap()).unwrap();
    let components = &again.product("cluster").unwrap().components;
    assert_eq!(components.iter().map(String::as_str).collect::<BTreeSet<_>>(), ["control-plane", "worker"].into());
    for peer in ["cluster-control-plane", "cluster-worker"] {
        assert_eq!(again.peer(peer).unwrap().kind, PeerKind::Component, "{peer}");
    }
    assert_eq!(again.peer("router").unwrap().kind, PeerKind::Role);
}

#[test]
fn an_export_of_an_earlier_version_has_defaults() {
    let mut flows = flows();
    for flow in flows.as_array_mut().unwrap() {
        let object = flow.as_object_mut().unwrap();
        for fact in ["edition", "component", "groups", "scope", "enabled"] {
            object.remove(fact);
        }
        for spec in flow["ports"].as_array_mut().unwrap() {
            spec.as_object_mut().unwrap().retain(|name, _| !["ip_protocol", "icmp_type"].contains(&name.as_str()));
        }
    }
    let again = Dataset::from_export("export.json", &flows.to_string()).unwrap();
    assert!(again.flows.iter().any(|flow| flow.groups == Groups::All && flow.port_groups().count() > 1));
    let mut expected = dataset().flows;
    for flow in &mut expected {
        (flow.groups, flow.scope, flow.enabled, flow.component) =
            (Groups::All, Scope::Network, Enabled::Unstated, None);
        flow.edition = port_data::id::edition_id(&flow.source.edition);
    }
    assert_eq!(again.flows, expected);
}

#[test]
fn a_peer_of_an_exported_dataset_is_a_product_if_the_export_has_its_flows() {
    let again = Dataset::from_export("export.json", &flows().to_string()).unwrap();
    assert_eq!(again.peer("mailgate").unwrap().kind, PeerKind::Product);
    assert_eq!(again.peer("nas").unwrap().kind, PeerKind::Role);
}

#[test]
fn a_dataset_ignores_unknown_members_and_missing_optional_ones_in_an_export() {
    let mut flows = flows();
    for flow in flows.as_array_mut().unwrap() {
        flow["tunnel"] = json!({ "over": ["gre"] });
        flow["ports"][0]["rate"] = json!(5);
        flow["source"]["page"] = json!(3);
        flow.as_object_mut().unwrap().remove("note");
        flow["source"].as_object_mut().unwrap().remove("url");
    }
    let again = Dataset::from_export("export.json", &flows.to_string()).unwrap();
    let mut expected = dataset().flows;
    for flow in &mut expected {
        flow.note = None;
        flow.source.url = String::new();
    }
    assert_eq!(again.flows, expected);
}

#[test]
fn groups_of_an_exported_dataset_are_numbered_in_order() {
    let mut flows = flows();
    let flow = flows.as_array_mut().unwrap().iter_mut().find(|flow| flow["id"] == "mailgate-out-acme-cloud-rating");
    let ports = flow.unwrap()["ports"].as_array_mut().unwrap();
    for spec in ports.iter_mut() {
        spec["group"] = json!(255 - spec["group"].as_u64().unwrap());
    }
    ports.swap(1, 2);
    let again = Dataset::from_export("export.json", &flows.to_string()).unwrap();
    assert_eq!(again.flows, dataset().flows);
}

// This is one table of cases, so it is longer than other functions.
#[test]
fn every_problem_of_an_exported_dataset_is_reported_at_its_place() {
    let mut cases = Cases::new(CASES);
    let mut report = |name: &str, input: &str, text: &str| {
        cases.diagnostics(name, input, &Dataset::from_export("export.json", text).unwrap_err());
    };
    report("no JSON", "id,vendor", "id,vendor");
    report("an empty file", "", "");
    report("an object", "{}", "{}");
    let flows = flows();
    report("a flow twice", "the first flow twice", &json!([flows[0], flows[0]]).to_string());
    let mut other_edition = flows[0].clone();
    other_edition["edition"] = json!("1.0");
    let twice = json!([flows[0], other_edition, other_edition]).to_string();
    report("a flow of an edition twice", "the first flow, and twice the same of edition 1.0", &twice);
    let mut without = flows[1].clone();
    without.as_object_mut().unwrap().remove("edition");
    report(
        "a flow without an edition",
        "the first flow, and the second without it",
        &json!([flows[0], without]).to_string(),
    );
    report("a member twice", r#"[{"id": "a", "id": "b"}]"#, r#"[{"id": "a", "id": "b"}]"#);
    for member in ["id", "vendor", "product", "direction", "peer", "purpose", "ports", "requirement", "source"] {
        let mut flow = flows[0].clone();
        flow.as_object_mut().unwrap().remove(member);
        report(&format!("no {member}"), "", &json!([flow]).to_string());
    }
    let wrong = [
        ("vendor", json!("Acme")),
        ("product", json!("mail_gate")),
        ("direction", json!("both")),
        ("peer", json!(null)),
        ("purpose", json!(5)),
        ("requirement", json!("recommended")),
        ("edition", json!("Version 1")),
        ("component", json!("Control plane")),
        ("groups", json!("some")),
        ("scope", json!("cluster")),
        ("enabled", json!(true)),
        ("condition", json!(["x"])),
        ("interfaces", json!("lan")),
        ("recommended_interface", json!(1)),
        ("hosts", json!([1])),
        ("configurable", json!("yes")),
        ("customization", json!(true)),
        ("note", json!({})),
        ("curated", json!(["port"])),
        ("source", json!("MailGate ports")),
    ];
    for (member, value) in wrong {
        let mut flow = flows[0].clone();
        flow[member] = value.clone();
        report(&format!("another {member}"), &value.to_string(), &json!([flow]).to_string());
    }
    for (member, value) in
        [("document", json!(null)), ("edition", json!(1)), ("url", json!(1)), ("row", json!(0)), ("label", json!([]))]
    {
        let mut flow = flows[0].clone();
        flow["source"][member] = value.clone();
        report(&format!("another {member} of the source"), &value.to_string(), &json!([flow]).to_string());
    }
    let mut flow = flows[0].clone();
    flow["source"].as_object_mut().unwrap().remove("row");
    report("no row of the source", "", &json!([flow]).to_string());
    let specs = [
        ("an unknown transport", json!({"transport": "quic", "first": 443, "last": 443, "service": null, "group": 0})),
        ("esp with a port", json!({"transport": "esp", "first": 1, "last": 1, "service": null, "group": 0})),
        ("tcp without a port", json!({"transport": "tcp", "first": null, "last": null, "service": "smtp", "group": 0})),
        ("sctp without a port", json!({"transport": "sctp", "first": null, "last": null, "service": null, "group": 0})),
        ("ip without a number", json!({"transport": "ip", "first": null, "last": null, "service": null, "group": 0})),
        (
            "a large number of a protocol",
            json!({"transport": "ip", "first": null, "last": null, "service": null, "group": 0, "ip_protocol": 256}),
        ),
        (
            "esp with another number",
            json!({"transport": "esp", "first": null, "last": null, "service": null, "group": 0, "ip_protocol": 51}),
        ),
        (
            "vrrp with a type of ICMP",
            json!({"transport": "vrrp", "first": null, "last": null, "service": null, "group": 0, "icmp_type": 8}),
        ),
        (
            "another type of ICMP",
            json!({"transport": "icmp", "first": null, "last": null, "service": null, "group": 0, "icmp_type": "echo"}),
        ),
        ("a large group", json!({"transport": "tcp", "first": 1, "last": 1, "service": null, "group": 256})),
        ("another service", json!({"transport": "tcp", "first": 1, "last": 1, "service": "SMTP", "group": 0})),
        ("a spec without a group", json!({"transport": "tcp", "first": 1, "last": 1, "service": null})),
    ];
    for (name, spec) in specs {
        let mut flow = flows[0].clone();
        flow["ports"] = json!([spec]);
        report(name, &spec.to_string(), &json!([flow]).to_string());
    }
    let text = |name: &str, input: &str| (name.to_string(), Dataset::from_text("dataset.txt", input).unwrap_err());
    for (name, problems) in [text("a text of a dataset without names", "[]"), text("names without flows", "{}")] {
        cases.diagnostics(&name, "", &problems);
    }
    cases.assert();
}

#[test]
fn every_code_of_exports_has_a_case() {
    assert_every_code_has_a_case(export::codes::ALL, &[CASES]);
}

#[test]
fn a_dataset_and_its_text_are_the_same() {
    for tables in [fixture::tables(), fixture::editions(), fixture::protocols(), port_data::TABLES.into()] {
        let dataset = Dataset::from_tables(&port_data::read(&tables).unwrap());
        assert_eq!(Dataset::from_text("dataset.txt", &dataset.to_text()), Ok(dataset));
    }
}
