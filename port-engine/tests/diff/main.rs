//! Compares exports of the fixture catalog.

mod editions;
mod impacts;
mod inverse;
mod other_flows;
mod reading;
mod renames;

use std::path::Path;

use port_catalog_tests::fixture;
use port_engine::dataset::Dataset;
use port_engine::diff;
use serde_json::{Value, json};

fn dataset() -> Dataset {
    Dataset::from_tables(&port_data::read(&fixture::tables()).unwrap())
}

/// Every flow of the catalog, as it is exported.
fn catalog() -> Vec<Value> {
    match serde_json::to_value(dataset().flows).unwrap() {
        Value::Array(flows) => flows,
        other => panic!("{other}"),
    }
}

/// The difference between two exports as JSON.
fn difference(old: &[Value], new: &[Value]) -> Value {
    let read = |flows: &[Value]| diff::read(Path::new("export.json"), &Value::from(flows).to_string()).unwrap();
    serde_json::to_value(diff::compare(&read(old), &read(new), &dataset())).unwrap()
}

fn flow<'a>(flows: &'a mut [Value], id: &str) -> &'a mut Value {
    flows.iter_mut().find(|flow| flow["id"] == id).unwrap()
}

/// Specs such as `tcp/25 smtp | tcp/465, esp, icmp/8` as JSON.
fn specs(expression: &str) -> Value {
    let groups = expression.split([',', ';']).map(str::trim).filter(|group| !group.is_empty()).enumerate();
    groups
        .flat_map(|(group, alternatives)| alternatives.split(" | ").map(move |spec| (group, spec)))
        .map(|(group, spec)| {
            let (head, service) = spec.split_once(' ').map_or((spec, None), |(head, service)| (head, Some(service)));
            let (transport, ports) = head.split_once('/').unwrap_or((head, ""));
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            let number = |text: &str| text.parse::<u16>().ok();
            let (transport, service) = match transport {
                "sftp" | "ftp" => (None, Some(transport)),
                _ => (Some(transport), service),
            };
            let mut spec = json!({ "transport": transport, "first": number(first), "last": number(last), "service": service, "group": group });
            let numbered = match transport {
                Some("ip") => Some("ip_protocol"),
                Some("icmp" | "icmpv6") => Some("icmp_type"),
                _ => None,
            };
            if let Some(numbered) = numbered {
                (spec["first"], spec["last"]) = (Value::Null, Value::Null);
                spec[numbered] = json!(number(ports));
            }
            spec
        })
        .collect()
}
