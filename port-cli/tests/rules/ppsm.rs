//! Tables of ports, protocols and services, read back as CSV and compared with what `list` prints.

use std::collections::BTreeSet;

use port_engine::rules::formats::writer::File;
use serde_json::Value;

use crate::cases::{Comparison, all_products, files, files_with, sample_output};
use crate::openings::{Opening, Openings, flows_in, port_catalog, text, without_included};

/// The cells of a row by column.
type Row = std::collections::BTreeMap<String, String>;

/// The rows of a table, without the apostrophes that keep spreadsheets from running cells.
fn read(file: &File) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(file.text.as_bytes());
    let names = reader.headers().unwrap().clone();
    let cell = |cell: &str| {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "a spreadsheet runs {cell:?}");
        cell.strip_prefix('\'').unwrap_or(cell).to_string()
    };
    let row = |record: csv::StringRecord| names.iter().map(str::to_string).zip(record.iter().map(cell)).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn openings(rows: &[Row]) -> Openings {
    let opening = |row: &Row| -> Vec<Opening> {
        let ports = match row["port"].split_once('-') {
            _ if row["protocol"].is_empty() => return Vec::new(),
            _ if row["port"].is_empty() => 0..=0,
            Some((first, last)) => first.parse().unwrap()..=last.parse().unwrap(),
            None => row["port"].parse().unwrap()..=row["port"].parse().unwrap(),
        };
        let opening = |port| (row["flow"].clone(), row["direction"].clone(), row["protocol"].clone(), port);
        ports.map(opening).collect()
    };
    rows.iter().flat_map(opening).collect()
}

#[test]
fn a_table_allows_exactly_what_the_catalog_lists() {
    let format = Comparison { format: "ppsm", locations: &["network"], can_express: |_| true };
    format.run(|files: &[File]| {
        let [file] = files else { panic!("one file") };
        without_included(openings(&read(file)))
    });
}

#[test]
fn each_row_has_what_list_prints() {
    let mut compared = 0;
    for (tables, product) in all_products() {
        let flows = flows_in(&tables, &product);
        let files = files_with(&tables, &["--format", "ppsm", "--product", &product, "--all-scopes"]);
        let found: Vec<Row> = files.iter().flat_map(read).collect();
        let without_remarks = found.iter().map(|row| {
            row.iter().filter(|(name, _)| *name != "remarks").map(|(_, cell)| cell.as_str()).collect::<Vec<_>>()
        });
        let expected: Vec<Vec<String>> = flows.iter().flat_map(expected_rows).collect();
        assert_eq!(without_remarks.collect::<BTreeSet<_>>().len(), found.len(), "{product}: no row occurs twice");
        let sorted = |row: &Row| {
            let columns = ["flow", "service", "protocol", "port", "direction", "source", "destination"];
            let others = ["purpose", "required", "reference"];
            columns.iter().chain(&others).map(|name| row[*name].clone()).collect::<Vec<_>>()
        };
        let found_rows: BTreeSet<Vec<String>> = found.iter().map(sorted).collect();
        assert_eq!(found_rows, expected.into_iter().collect(), "{product}");
        for flow in &flows {
            let remarks = &found.iter().find(|row| row["flow"] == text(&flow["id"])).expect("a row")["remarks"];
            for fact in ["note", "customization"] {
                assert!(flow[fact].as_str().is_none_or(|fact| remarks.contains(fact)), "{fact} of {flow}");
            }
            let lists = [&flow["curated"], &flow["hosts"], &flow["interfaces"]];
            let words = lists.into_iter().filter_map(Value::as_array).flatten();
            assert!(words.into_iter().all(|word| remarks.contains(word.as_str().unwrap())), "{remarks}: {flow}");
        }
        compared += found.len();
    }
    assert!(compared > 100, "{compared}");
}

/// The rows of a flow, with the cells in the order of the comparison.
fn expected_rows(flow: &Value) -> Vec<Vec<String>> {
    let cell = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let own = match flow["component"].as_str() {
        Some(component) => format!("{}-{component}", text(&flow["product"])),
        None => text(&flow["product"]),
    };
    let ends = if flow["direction"] == "inbound" { [text(&flow["peer"]), own] } else { [own, text(&flow["peer"])] };
    let condition = flow["condition"].as_str().map(|condition| format!(": {condition}")).unwrap_or_default();
    let source = &flow["source"];
    let section = source["section"].as_str().map(|section| format!(", {section}")).unwrap_or_default();
    let reference = format!(
        "{}, {}{section}, row {}, {}",
        text(&source["document"]),
        text(&source["edition"]),
        source["row"],
        text(&source["url"])
    );
    let mut rows = Vec::new();
    for spec in flow["ports"].as_array().unwrap() {
        let protocols = match (spec["transport"].as_str(), spec["icmp_type"].as_u64(), spec["ip_protocol"].as_u64()) {
            (None, ..) => vec![String::new()],
            (Some("any"), ..) => vec!["tcp".to_string(), "udp".to_string()],
            (Some("ip"), _, Some(number)) => vec![format!("ip/{number}")],
            (Some(transport), Some(icmp_type), _) => vec![format!("{transport}/{icmp_type}")],
            (Some(transport), ..) => vec![transport.to_string()],
        };
        let port = match (spec["first"].as_u64(), spec["last"].as_u64()) {
            (Some(first), Some(last)) if first < last => format!("{first}-{last}"),
            (Some(first), _) => first.to_string(),
            _ => String::new(),
        };
        for protocol in protocols {
            let [source, destination] = ends.clone();
            rows.push(vec![
                text(&flow["id"]),
                cell(&spec["service"]),
                protocol,
                port.clone(),
                text(&flow["direction"]),
                source,
                destination,
                text(&flow["purpose"]),
                format!("{}{condition}", text(&flow["requirement"])),
                reference.clone(),
            ]);
        }
    }
    rows
}

#[test]
fn ends_have_the_addresses_and_interfaces_of_the_site() {
    let site = tempfile::NamedTempFile::new().unwrap();
    let text = "[products]\nmailgate = [\"192.0.2.10\", \"2001:db8::10\"]\n[peers]\nldap-server = [\"10.0.5.0/24\", \"*.ldap.example\"]\n\
                [interfaces]\nldap-server = [\"eth1\", \"eth2\"]\n";
    std::fs::write(&site, text).unwrap();
    let call = ["--format=ppsm", "--product=mailgate", "--strict", "--site", site.path().to_str().unwrap()];
    let rows: Vec<Row> = files(&call).iter().flat_map(read).collect();
    let ends: BTreeSet<[&str; 2]> = rows.iter().map(|row| [row["source"].as_str(), &row["destination"]]).collect();
    let own = "mailgate (192.0.2.10, 2001:db8::10)";
    let ldap = "ldap-server (10.0.5.0/24, *.ldap.example; interfaces eth1, eth2)";
    assert!(ends.contains(&[own, ldap]), "{ends:?}");
}

#[test]
fn a_service_without_a_stated_port_has_a_row_with_its_ends() {
    let is_without_port =
        |flow: &Value| flow["ports"].as_array().unwrap().iter().all(|spec| spec["transport"].is_null());
    let mut compared = 0;
    for (tables, product) in all_products() {
        for flow in flows_in(&tables, &product).iter().filter(|flow| is_without_port(flow)) {
            let (id, peer) = (text(&flow["id"]), text(&flow["peer"]));
            let site = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(&site, format!("[peers]\n{peer} = \"192.0.2.7\"\n")).unwrap();
            let call = ["--format=ppsm", "--strict", "--all-scopes", "--product", &product, "--only", &id, "--site"];
            let call = [&call[..], &[site.path().to_str().unwrap()]].concat();
            let rows: Vec<Row> = files_with(&tables, &call).iter().flat_map(read).collect();
            assert!(!rows.is_empty() && rows.iter().all(|row| row["protocol"].is_empty() && row["port"].is_empty()));
            let end = format!("{peer} (192.0.2.7)");
            assert!(rows.iter().all(|row| row["source"] == end || row["destination"] == end), "{rows:?}");
            compared += 1;
        }
    }
    assert!(compared > 0);
}

#[test]
fn a_table_describes_no_firewall_on_a_machine() {
    let output = port_catalog(&["rules", "--format", "ppsm", "--product", "mailgate", "--at", "host"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn ppsm_sample() {
    insta::assert_snapshot!("ppsm_sample", sample_output("ppsm"));
}
