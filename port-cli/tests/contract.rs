//! The JSON of flows, and the calls, that other programs rely on: on the built-in catalog and on a catalog with every protocol.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output};

use port_catalog_tests::fixture;
use serde_json::{Map, Value, json};

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

/// The built-in catalog and the fixtures, as options of a call.
fn catalogs() -> [Vec<String>; 3] {
    let only = |directory: std::path::PathBuf| {
        vec!["--only-tables".to_string(), "--tables".to_string(), directory.display().to_string()]
    };
    [Vec::new(), only(fixture::editions()), only(fixture::tables())]
}

fn call(arguments: &[&str], catalog: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_port-catalog")).args(arguments).args(catalog).output().unwrap()
}

fn printed(arguments: &[&str], catalog: &[String]) -> String {
    let output = call(arguments, catalog);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn flows(arguments: &[&str], catalog: &[String]) -> Vec<Map<String, Value>> {
    let arguments = [&["list", "--format", "json"], arguments].concat();
    serde_json::from_str(&printed(&arguments, catalog)).unwrap()
}

fn keys(object: &Map<String, Value>) -> Vec<&str> {
    object.keys().map(String::as_str).collect()
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> &'a str {
    object[key].as_str().unwrap_or_else(|| panic!("{key} of {object:?}"))
}

/// The product, the edition and the id of a flow.
fn key(flow: &Map<String, Value>) -> [&str; 3] {
    ["product", "edition", "id"].map(|key| text(flow, key))
}

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

#[test]
fn the_newest_editions_are_the_default() {
    for catalog in catalogs() {
        let newest = flows(&[], &catalog);
        assert_eq!(flows(&["--edition", "latest"], &catalog), newest);
        let all = flows(&["--edition", "all"], &catalog);
        let all_keys: BTreeSet<[&str; 3]> = all.iter().map(key).collect();
        assert!(newest.iter().all(|flow| all_keys.contains(&key(flow))));
        let editions: BTreeSet<[&str; 2]> = all_keys.iter().map(|[product, edition, _]| [*product, *edition]).collect();
        for [product, edition] in editions {
            let named = format!("{product}@{edition}");
            let expected: Vec<&Map<String, Value>> =
                all.iter().filter(|flow| key(flow)[..2] == [product, edition]).collect();
            for choice in ["latest", "all"] {
                let selected = flows(&["--product", &named, "--edition", choice], &catalog);
                assert_eq!(selected.iter().collect::<Vec<_>>(), expected, "{named} {choice}");
            }
        }
    }
}

#[test]
fn a_portmap_has_a_line_for_each_range_and_each_of_tcp_and_udp_for_any() {
    for catalog in catalogs() {
        let text_of = |value: &Value| value.as_str().unwrap_or_default().to_string();
        let mut expected = Vec::new();
        let mut left_out = BTreeSet::new();
        for flow in flows(&["--edition", "all"], &catalog) {
            for spec in flow["ports"].as_array().unwrap() {
                let transports = match spec["transport"].as_str() {
                    Some("any") => vec!["tcp", "udp"],
                    Some(transport @ ("tcp" | "udp" | "sctp")) => vec![transport],
                    _ => {
                        left_out.insert(format!("{}@{}", text(&flow, "id"), text(&flow, "edition")));
                        continue;
                    }
                };
                for transport in transports {
                    let mut line: Vec<String> = ["product", "edition", "id", "direction", "component", "peer"]
                        .map(|key| text_of(&flow[key]))
                        .to_vec();
                    line.extend([transport.to_string(), spec["first"].to_string(), spec["last"].to_string()]);
                    line.extend([text_of(&spec["service"]), text_of(&flow["requirement"])]);
                    expected.push(line);
                }
            }
        }
        let output = call(&["list", "--edition", "all", "--format", "portmap"], &catalog);
        assert_eq!(output.status.code(), Some(0));
        let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_string).collect();
        let columns = "product,edition,id,direction,component,peer,transport,first,last,service,requirement";
        assert_eq!(header.join(","), columns);
        let lines: Vec<Vec<String>> =
            reader.records().map(|line| line.unwrap().iter().map(str::to_string).collect()).collect();
        assert_eq!(lines, expected);
        // What has no port is reported.
        let messages = String::from_utf8(output.stderr).unwrap();
        let reported: BTreeSet<String> = messages
            .lines()
            .map(|line| line.strip_prefix("left out of ").unwrap().split_once(": ").unwrap().0.to_string())
            .collect();
        assert_eq!(reported, left_out);
    }
}

#[test]
fn these_calls_work() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let export = |name: &str, edition: &str| {
        let file = directory.join(name);
        std::fs::write(&file, printed(&["list", "--product", edition, "--format", "json"], &[])).unwrap();
        file.display().to_string()
    };
    let [old, new] = [export("old.json", "forticlient@6.0.4"), export("new.json", "forticlient@6.2.0")];
    let listeners = directory.join("ss.txt").display().to_string();
    std::fs::write(&listeners, "tcp LISTEN 0 128 0.0.0.0:443 0.0.0.0:*\n").unwrap();
    let tables = fixture::editions().display().to_string();
    let calls: Vec<Vec<&str>> = vec![
        vec!["list"],
        vec!["list", "--product", "fortimail"],
        vec!["list", "--product", "fortimail@5.4", "--product", "forticlient@6.0.4"],
        vec!["list", "--vendor", "fortinet"],
        vec!["list", "--direction", "inbound"],
        vec!["list", "--component", "worker", "--tables", &tables],
        vec!["list", "--peer", "fortiguard"],
        vec!["list", "--service", "https"],
        vec!["list", "--port", "443"],
        vec!["list", "--port", "443/tcp"],
        vec!["list", "--port", "tcp/443"],
        vec!["list", "--port", "8000-8100"],
        vec!["list", "--host", "mdaemon.com"],
        vec!["list", "--requirement", "required"],
        vec!["list", "--edition", "latest"],
        vec!["list", "--edition", "all"],
        vec!["list", "--tables", &tables],
        vec!["port", "8013"],
        vec!["port", "tcp/8013"],
        vec!["port", "8013/tcp"],
        vec!["show", "fortimail-in-email-client-pop3"],
        vec!["show", "fortimail-in-email-client-pop3@5.4"],
        vec!["products"],
        vec!["editions", "fortimail"],
        vec!["peers"],
        vec!["peers", "--product", "fortimail"],
        vec!["peers", "--product", "fortimail@5.4"],
        vec!["upgrade", "forticlient", "6.0.4", "6.2.0"],
        vec!["upgrade", "forticlient", "6.0.4", "6.2.0", "--format", "text"],
        vec!["upgrade", "forticlient", "6.0.4", "6.2.0", "--format", "json"],
        vec!["upgrade", "forticlient", "6.0.4", "6.2.0", "--format", "markdown"],
        vec!["rules", "--product", "forticlient@6.0.4", "--format", "nftables"],
        vec!["audit", "--product", "forticlient@6.0.4", "--ss", &listeners],
        vec!["conflicts", "fortimail@5.4", "securitygateway"],
        vec!["diff", &old, &new],
        vec!["diagram", "--product", "forticlient@6.0.4"],
        vec!["manual"],
        vec!["schema"],
        vec!["completions", "bash"],
    ];
    for arguments in calls {
        assert!(!printed(&arguments, &[]).trim().is_empty(), "{arguments:?}");
    }
    for format in ["table", "json", "jsonl", "csv", "markdown", "portmap"] {
        assert!(!printed(&["list", "--product", "fortimail", "--format", format], &[]).is_empty());
    }
    // The exit codes: a finding that was asked for, and bad input with nothing on standard output.
    let output = call(&["upgrade", "forticlient", "6.0.4", "6.2.0", "--fail-on", "opens"], &[]);
    assert_eq!(output.status.code(), Some(1));
    for arguments in [
        &["list", "--product", "fortimail@1999"][..],
        &["list", "--product", "fortimail@1999", "--edition", "all"],
        &["peers", "--product", "fortimail@1999"],
        &["show", "fortimail-in-email-client-pop3@1999"],
        &["editions", "fortimail@1999"],
        &["upgrade", "fortimail", "1999", "6.2.0"],
        &["upgrade", "fortimail", "6.2.0", "1999"],
        &["rules", "--product", "fortimail@1999", "--format", "nftables"],
        &["audit", "--product", "fortimail@1999", "--ss", &listeners],
        &["conflicts", "fortimail@1999", "securitygateway"],
        &["diagram", "--product", "fortimail@1999"],
    ] {
        let output = call(arguments, &[]);
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]), "{arguments:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        let expected = "error[dataset-unknown-edition]: unknown edition \"1999\" of fortimail; its editions are 5.4, ";
        assert!(message.starts_with(expected), "{arguments:?}: {message}");
    }
}
