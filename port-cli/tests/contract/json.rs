//! The keys of a flow, their order, and what their values may be.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::{catalogs, flows, key, keys, printed, text};

/// The keys of a flow, in their order.
const FLOW: [&str; 22] = [
    "id",
    "vendor",
    "product",
    "edition",
    "direction",
    "component",
    "peer",
    "purpose",
    "ports",
    "groups",
    "requirement",
    "condition",
    "scope",
    "enabled",
    "interfaces",
    "recommended_interface",
    "hosts",
    "configurable",
    "customization",
    "note",
    "curated",
    "source",
];
const SOURCE: [&str; 8] = ["document", "edition", "url", "section", "row", "peer", "label", "ports"];
const SPEC: [&str; 5] = ["transport", "first", "last", "service", "group"];

#[test]
fn every_flow_has_the_keys_in_their_order() {
    for catalog in catalogs() {
        let flows = flows(&["--edition", "all"], &catalog);
        assert!(flows.len() > 30);
        for flow in &flows {
            assert_eq!(keys(flow), FLOW);
            assert_eq!(keys(flow["source"].as_object().unwrap()), SOURCE);
        }
        let unique: BTreeSet<[&str; 3]> = flows.iter().map(key).collect();
        assert_eq!(unique.len(), flows.len(), "product, edition and id are unique");
    }
}

#[test]
fn what_a_document_does_not_have_is_null() {
    for catalog in catalogs() {
        for flow in flows(&["--edition", "all"], &catalog) {
            let id = text(&flow, "id");
            let is_text_or_null =
                |value: &Value| value.is_null() || value.as_str().is_some_and(|text| !text.is_empty());
            for key in ["component", "condition", "recommended_interface", "customization", "note"] {
                assert!(is_text_or_null(&flow[key]), "{id}: {key}");
            }
            let source = flow["source"].as_object().unwrap();
            for key in ["section", "peer", "label", "ports"] {
                assert!(is_text_or_null(&source[key]), "{id}: source.{key}");
            }
            for key in ["interfaces", "hosts", "curated"] {
                assert!(flow[key].is_array(), "{id}: {key}");
            }
            assert!(flow["configurable"].is_boolean(), "{id}");
            assert_eq!(flow["condition"].is_string(), flow["requirement"] == "conditional", "{id}");
            for (key, words) in [
                ("direction", &["inbound", "outbound"][..]),
                ("groups", &["all", "unstated"]),
                ("requirement", &["required", "conditional", "unstated"]),
                ("scope", &["network", "host", "pod"]),
                ("enabled", &["yes", "no", "unstated"]),
            ] {
                assert!(words.contains(&text(&flow, key)), "{id}: {key}");
            }
        }
    }
}

#[test]
fn a_spec_has_ports_or_the_number_of_its_protocol_or_only_a_service() {
    let mut transports = BTreeSet::new();
    for catalog in catalogs() {
        for flow in flows(&["--edition", "all"], &catalog) {
            let id = text(&flow, "id");
            let specs = flow["ports"].as_array().unwrap();
            assert!(!specs.is_empty(), "{id}");
            let mut group = 0;
            for spec in specs.iter().map(|spec| spec.as_object().unwrap()) {
                let transport = spec["transport"].as_str();
                transports.extend(transport.map(str::to_string));
                let has_ports = ["tcp", "udp", "sctp", "any"].map(Some).contains(&transport);
                let first_and_last = ["first", "last"].map(|key| spec[key].as_u64());
                match first_and_last {
                    [Some(first), Some(last)] => {
                        assert!(has_ports && 0 < first && first <= last && last < 65536, "{id}")
                    }
                    [first, last] => assert!(!has_ports && first.is_none() && last.is_none(), "{id}"),
                }
                assert!(transport.is_some() || spec["service"].is_string(), "{id}");
                if has_ports || transport.is_none() {
                    assert_eq!(keys(spec), SPEC, "{id}");
                } else {
                    assert_eq!(keys(spec), [&SPEC[..], &["ip_protocol", "icmp_type"]].concat(), "{id}");
                    assert!(spec["ip_protocol"].is_u64(), "{id}");
                    let is_icmp = ["icmp", "icmpv6"].map(Some).contains(&transport);
                    assert!(spec["icmp_type"].is_null() || is_icmp && spec["icmp_type"].is_u64(), "{id}");
                }
                // Groups count from 0, and a group's specs are together.
                let own = spec["group"].as_u64().unwrap();
                assert!(own == group || own == group + 1, "{id}");
                group = own;
            }
            assert!(group > 0 || flow["groups"] == "all", "{id} has only one group");
        }
    }
    let all = ["ah", "any", "esp", "gre", "icmp", "icmpv6", "ip", "ipip", "sctp", "tcp", "udp", "vrrp"];
    assert_eq!(transports.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn flows_are_in_catalog_order_and_rows_count_through_the_document() {
    for catalog in catalogs() {
        let products: Vec<Map<String, Value>> =
            serde_json::from_str(&printed(&["products", "--format", "json"], &catalog)).unwrap();
        let mut editions = Vec::new();
        for product in &products {
            let call = ["editions", text(product, "id"), "--format", "json"];
            let of_product: Vec<Map<String, Value>> = serde_json::from_str(&printed(&call, &catalog)).unwrap();
            editions.extend(
                of_product
                    .iter()
                    .map(|edition| (text(product, "id").to_string(), text(edition, "edition").to_string())),
            );
            let newest = of_product.last().unwrap();
            assert_eq!((&product["edition"], &product["flows"]), (&newest["edition"], &newest["flows"]));
        }
        let all = flows(&["--edition", "all"], &catalog);
        let mut order: Vec<(String, String)> =
            all.iter().map(|flow| (text(flow, "product").to_string(), text(flow, "edition").to_string())).collect();
        order.dedup();
        assert_eq!(order, editions);
        let mut rows: BTreeMap<[&str; 2], Vec<u64>> = BTreeMap::new();
        for flow in &all {
            let [product, edition, _] = key(flow);
            rows.entry([product, edition]).or_default().push(flow["source"]["row"].as_u64().unwrap());
        }
        for (edition, rows) in rows {
            assert!(rows.is_sorted() && rows[0] >= 1, "{edition:?}: {rows:?}");
        }
    }
}

#[test]
fn a_row_of_the_catalog_is_exactly_this() {
    let expected = json!({
        "id": "fortimail-in-email-client-pop3", "vendor": "fortinet", "product": "fortimail", "edition": "6.2.0",
        "direction": "inbound", "component": null, "peer": "email-client", "purpose": "Collect mail with POP3 or POP3S",
        "ports": [ { "transport": "tcp", "first": 110, "last": 110, "service": "pop3",  "group": 0 },
                   { "transport": "tcp", "first": 995, "last": 995, "service": "pop3s", "group": 0 } ],
        "groups": "all", "requirement": "conditional", "condition": "server mode only", "scope": "network",
        "enabled": "unstated",
        "interfaces": [], "recommended_interface": null, "hosts": [],
        "configurable": false, "customization": null, "note": null, "curated": [],
        "source": { "document": "FortiMail open ports", "edition": "FortiOS 6.2.0",
                    "url": "https://docs.fortinet.com/document/fortigate/6.2.0/ports-and-protocols/074478/fortimail-open-ports",
                    "section": "Incoming ports", "row": 4, "peer": "Email Client", "label": "POP3 or POP3S",
                    "ports": "TCP/110 or TCP/995 (server mode only)" }
    });
    let found = printed(&["show", "fortimail-in-email-client-pop3", "--format", "json"], &[]);
    let found: Value = serde_json::from_str(&found).unwrap();
    // Compared as text, since the order of the keys is part of the format.
    assert_eq!(found.to_string(), json!([expected]).to_string());
}
