//! Compares every fact of every row with the tables, through the API and as JSON.

use std::collections::{BTreeMap, BTreeSet};

use port_catalog::{FlowId, PeerKind, Product, Service, Transport, Vendor, flows};
use port_catalog_tests::{PORTLESS, edition_rows, flow_rows_of_editions, plain_specs, rows};
use serde_json::{Value, json};

fn items(cell: &str) -> Vec<&str> {
    cell.split(", ").filter(|item| !item.is_empty()).collect()
}

/// A cell in JSON: null if it is empty.
fn nullable(cell: &str) -> Value {
    if cell.is_empty() { Value::Null } else { cell.into() }
}

#[test]
fn a_flow_serializes_as_its_row() {
    let products = rows("products");
    for (edition, row) in flow_rows_of_editions() {
        let product = products.iter().find(|row| row["id"] == edition["product"]).unwrap();
        let ports: Vec<Value> = plain_specs(&row["ports"])
            .into_iter()
            .map(|spec| {
                let mut json = json!({
                    "transport": nullable(&spec.transport),
                    "first": spec.ports.map(|(first, _)| first),
                    "last": spec.ports.map(|(_, last)| last),
                    "service": nullable(&spec.service),
                    "group": spec.group,
                });
                if let Some(protocol) = spec.portless_protocol() {
                    let icmp_type = if spec.transport == "ip" { None } else { spec.number };
                    (json["ip_protocol"], json["icmp_type"]) = (protocol.into(), json!(icmp_type));
                }
                json
            })
            .collect();
        let expected = json!({
            "id": row["id"], "vendor": product["vendor"], "product": product["id"], "edition": edition["edition"],
            "direction": row["direction"], "component": nullable(&row["component"]), "peer": row["peer"],
            "purpose": row["purpose"],
            "ports": ports, "groups": row["groups"],
            "requirement": row["requirement"], "condition": nullable(&row["condition"]),
            "scope": row["scope"], "enabled": row["enabled"],
            "interfaces": items(&row["interfaces"]), "recommended_interface": nullable(&row["recommended_interface"]),
            "hosts": items(&row["hosts"]),
            "configurable": row["configurable"] == "true", "customization": nullable(&row["customization"]),
            "note": nullable(&row["note"]),
            "curated": items(&row["curated"]),
            "source": {
                "document": edition["document"], "edition": edition["printed_edition"],
                "url": edition["url"], "section": nullable(&row["section"]),
                "row": row["row"].parse::<u32>().unwrap(), "peer": nullable(&row["printed_peer"]),
                "label": nullable(&row["printed_label"]), "ports": nullable(&row["printed_ports"]),
            },
        });
        let id = row["id"].parse::<FlowId>().unwrap();
        let handle = id.flow().product().edition(&edition["edition"]).unwrap();
        let flow = id.in_edition(handle).unwrap();
        assert_eq!(serde_json::to_value(flow).unwrap(), expected);
        assert_eq!(flow.ports().to_string(), row["ports"]);
    }
}

#[test]
fn the_keys_of_a_flow_are_in_the_documented_order() {
    let flow = flows::FortiMail::InEmailClientPop3.flow();
    let Value::Object(object) = serde_json::to_value(flow).unwrap() else { panic!("a flow is an object") };
    let keys: Vec<&String> = object.keys().collect();
    assert_eq!(
        keys,
        [
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
        ]
    );
}

#[test]
fn editions_match_their_rows() {
    let editions: Vec<_> = Product::ALL.iter().flat_map(|product| product.editions()).collect();
    let rows = edition_rows();
    assert_eq!(editions.len(), rows.len());
    for (edition, row) in editions.into_iter().zip(rows) {
        let facts = [edition.product().as_str(), edition.name(), edition.printed(), edition.document(), edition.url()];
        assert_eq!(
            facts,
            ["product", "edition", "printed_edition", "document", "url"].map(|column| row[column].as_str())
        );
        let optional =
            [edition.source(), edition.licence(), edition.retrieved(), edition.note()].map(Option::unwrap_or_default);
        assert_eq!(
            optional,
            ["source", "licence", "retrieved", "note"].map(|column| match row[column].as_str() {
                "unknown" => "",
                text => text,
            })
        );
        assert_eq!(edition.is_complete().to_string(), row["complete"]);
        let table = port_catalog_tests::rows(&format!("flows/{}/{}", row["product"], row["edition"]));
        let ids: Vec<&str> = edition.flows().map(|flow| flow.id().as_str()).collect();
        assert_eq!(ids, table.iter().map(|row| row["id"].as_str()).collect::<Vec<_>>());
    }
}

#[test]
fn vendors_products_peers_and_services_match_their_rows() {
    for (vendor, row) in Vendor::ALL.iter().zip(rows("vendors")) {
        assert_eq!([vendor.as_str(), vendor.name(), vendor.url()], [&row["id"], &row["name"], &row["url"]]);
    }
    for (product, row) in Product::ALL.iter().zip(rows("products")) {
        assert_eq!([product.vendor().as_str(), product.name()], [&row["vendor"], &row["name"]]);
        assert_eq!(product.field().unwrap_or_default(), row["field"]);
        assert_eq!(product.components().collect::<Vec<_>>(), items(&row["components"]));
        assert_eq!(product.interfaces().collect::<Vec<_>>(), items(&row["interfaces"]));
    }
    for (peer, row) in port_catalog::Peer::ALL.iter().zip(rows("peers")) {
        assert_eq!([peer.name(), peer.description()], [&row["name"], &row["description"]]);
        assert_eq!(peer.kind(), row["kind"].parse::<PeerKind>().unwrap());
        assert_eq!(peer.includes().map(port_catalog::Peer::as_str).collect::<Vec<_>>(), items(&row["includes"]));
    }
    for (service, row) in Service::ALL.iter().zip(rows("services")) {
        assert_eq!([service.name(), service.description()], [&row["name"], &row["description"]]);
        assert_eq!(service.port().map(|port| port.to_string()).unwrap_or_default(), row["port"]);
        let mut transports = items(&row["transports"]);
        transports.sort_unstable();
        assert_eq!(service.transports().map(Transport::as_str).collect::<Vec<_>>(), transports);
    }
}

/// The fields that CONTRIBUTING.md lists: `One of a, b and c.`
fn listed_fields(page: &str) -> Vec<String> {
    let paragraph = page.split("\n- ").find(|item| item.starts_with("**Fields.**")).expect("the paragraph of fields");
    let (_, list) = paragraph.split_once("One of ").expect("the list");
    let (list, _) = list.split_once(". ").expect("the end of the list");
    list.split('`').skip(1).step_by(2).map(str::to_string).collect()
}

/// A reader finds a product by its field only if the same thing always has the same name.
#[test]
fn every_product_has_one_of_the_few_fields_that_contributing_lists() {
    let page = std::fs::read_to_string(port_catalog_tests::root().join("CONTRIBUTING.md")).unwrap();
    let listed = listed_fields(&page);
    let mut sorted = listed.clone();
    sorted.sort_by_key(|field| field.to_lowercase());
    sorted.dedup();
    assert_eq!(listed, sorted, "sorted, and each once");
    assert!((2..=16).contains(&listed.len()), "{} fields; merge some", listed.len());
    for row in rows("products") {
        let field = &row["field"];
        assert!(listed.contains(field), "products.csv: {}: field {field:?} is not one of {listed:?}", row["id"]);
    }
}

/// The numbers in a port cell as printed, without those of names such as `POP3`, and of references such as `See note 2`.
fn numbers(text: &str) -> BTreeSet<u32> {
    let words: Vec<&str> = text.split(|character: char| !character.is_ascii_alphanumeric()).collect();
    let is_reference = |index: usize| index > 0 && words[index - 1].eq_ignore_ascii_case("note");
    words
        .iter()
        .enumerate()
        .filter(|(index, _)| !is_reference(*index))
        .filter_map(|(_, word)| word.parse().ok())
        .collect()
}

/// Numbers that a port cell prints and that aren't ports, and ports that another cell prints: edition, row, numbers.
const EXCEPTIONS: [(&str, &str, &[u32]); 13] = [
    // The end of the range is in a footnote.
    ("forcepoint-email-security@8.5.x", "4", &[17714]),
    // The version of HTTP.
    ("proxmox-ve@2026-03-07", "1", &[1]),
    // The version of SQL Server.
    ("biztalk-host-servers@2026-11-27", "25", &[2005]),
    ("biztalk-host-servers@2026-11-27", "28", &[2005]),
    // A part of a host's name.
    ("ansible-automation-platform@2.4", "33", &[1]),
    // The port of older versions.
    ("business-central@2026-11-27", "2", &[20, 7046]),
    // The end of the range is in the next row.
    ("consul@1.14", "9", &[21255]),
    // The list has the port in place of the label.
    ("katello@3.18", "3", &[5647]),
    // A socket is used, and the port is in the column of alternatives.
    ("gitlab-omnibus@14", "3", &[5432]),
    ("gitlab-omnibus@14", "4", &[6379]),
    ("gitlab-omnibus@14", "5", &[8080]),
    ("gitlab-omnibus@14", "6", &[8181]),
    ("gitlab-omnibus@14", "16", &[5431]),
];

#[test]
fn the_ports_of_a_row_are_the_numbers_that_its_document_prints() {
    let mut rows: BTreeMap<(String, String, u32), Vec<_>> = BTreeMap::new();
    for (edition, row) in flow_rows_of_editions() {
        let key = (edition["product"].clone(), edition["edition"].clone(), row["row"].parse().unwrap());
        rows.entry(key).or_default().push(row);
    }
    let (mut compared, mut differences) = (0, Vec::new());
    let mut used = BTreeSet::new();
    for ((product, edition, number), flows) in &rows {
        // Ports that the document doesn't print.
        if flows.iter().any(|flow| items(&flow["curated"]).contains(&"ports")) {
            continue;
        }
        let mut printed = numbers(&flows[0]["printed_ports"]);
        let mut ports = BTreeSet::new();
        for spec in flows.iter().flat_map(|flow| plain_specs(&flow["ports"])) {
            ports.extend(spec.ports.into_iter().flat_map(|(first, last)| [u32::from(first), u32::from(last)]));
            ports.extend(spec.number.map(u32::from));
            // A protocol may be printed with its number, which isn't a port.
            if let Some((_, protocol)) =
                PORTLESS.iter().find(|(name, _)| *name == spec.transport && spec.number.is_none())
            {
                printed.remove(&u32::from(*protocol));
            }
        }
        let difference: BTreeSet<u32> = printed.symmetric_difference(&ports).copied().collect();
        let name = format!("{product}@{edition}");
        let exception = EXCEPTIONS.iter().position(|(other, row, _)| *other == name && *row == number.to_string());
        let expected = exception.map_or(&[][..], |exception| EXCEPTIONS[exception].2);
        used.extend(exception);
        if difference != expected.iter().copied().collect() {
            differences.push(format!("{name}, row {number}: {difference:?}"));
        }
        compared += 1;
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!(used.len(), EXCEPTIONS.len(), "an exception isn't needed");
    assert!(compared > 1000, "{compared}");
}

#[test]
fn the_plain_reader_of_port_expressions_knows_every_protocol() {
    let read = |expression: &str| -> Vec<String> {
        let text = |spec: &port_catalog_tests::PlainSpec| {
            let ports = spec.ports.map(|(first, last)| format!(" {first}-{last}")).unwrap_or_default();
            let number = spec.number.map(|number| format!(" number {number}")).unwrap_or_default();
            let protocol = spec.portless_protocol().map(|number| format!(" protocol {number}")).unwrap_or_default();
            format!("{} {}{ports}{number}{protocol} {}", spec.group, spec.transport, spec.service)
        };
        plain_specs(expression).iter().map(|spec| text(spec).trim().to_string()).collect()
    };
    assert_eq!(read("sctp/36412 s1ap | tcp/25-26"), ["0 sctp 36412-36412 s1ap", "0 tcp 25-26"]);
    assert_eq!(
        read("esp, ah, gre | ipip"),
        ["0 esp protocol 50", "1 ah protocol 51", "2 gre protocol 47", "2 ipip protocol 4"]
    );
    assert_eq!(
        read("vrrp; icmp/8; icmpv6; ip/99"),
        ["0 vrrp protocol 112", "1 icmp number 8 protocol 1", "2 icmpv6 protocol 58", "3 ip number 99 protocol 99"]
    );
    assert_eq!(read("sftp | ftp"), ["0  sftp", "0  ftp"]);
}
