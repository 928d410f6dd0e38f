//! `list --full-rows-first`: the rows that readers infer types from have a value in every field.

use std::collections::BTreeSet;

use port_catalog_tests::fixture;
use serde_json::Value;

use crate::printed;

/// The rows from which Polars infers types.
const INFERRED: usize = 100;

/// The fields that have a value in some of the rows.
fn fields(rows: &[Value]) -> BTreeSet<String> {
    fn collect(value: &Value, path: String, fields: &mut BTreeSet<String>) {
        match value {
            Value::Null => {}
            Value::Array(items) => items.iter().for_each(|item| collect(item, format!("{path}[]"), fields)),
            Value::Object(members) => {
                members.iter().for_each(|(name, member)| collect(member, format!("{path}.{name}"), fields));
            }
            _ => drop(fields.insert(path)),
        }
    }
    let mut found = BTreeSet::new();
    for row in rows {
        collect(row, String::new(), &mut found);
    }
    found
}

fn rows(arguments: &[&str]) -> Vec<Value> {
    let text = printed(&[&["list", "--format", "json"], arguments].concat(), &[]);
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_first_rows_have_every_field() {
    let tables = fixture::editions().display().to_string();
    let mut moved = 0;
    for call in
        [&[][..], &["--edition", "all"], &["--direction", "inbound"], &["--tables", &tables], &["--vendor", "fortinet"]]
    {
        let (in_order, ordered) = (rows(call), rows(&[call, &["--full-rows-first"]].concat()));
        let first = &ordered[..INFERRED.min(ordered.len())];
        assert_eq!(fields(first), fields(&ordered), "{call:?}");
        let as_set = |rows: &[Value]| rows.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
        assert!(as_set(&in_order) == as_set(&ordered) && in_order.len() == ordered.len(), "{call:?}");
        moved += usize::from(fields(&in_order[..INFERRED.min(in_order.len())]) != fields(&in_order));
    }
    assert!(moved > 1, "without the option, types can be inferred too");
}

#[test]
fn every_format_has_the_same_order() {
    let ids = |format: &str| -> Vec<String> {
        let text = printed(&["list", "--vendor", "fortinet", "--full-rows-first", "--format", format], &[]);
        match format {
            "jsonl" => text.lines().map(|line| id(&serde_json::from_str(line).unwrap())).collect(),
            "json" => serde_json::from_str::<Vec<Value>>(&text).unwrap().iter().map(id).collect(),
            _ => csv::Reader::from_reader(text.as_bytes()).records().map(|row| row.unwrap()[0].to_string()).collect(),
        }
    };
    assert_eq!(ids("json"), ids("jsonl"));
    assert_eq!(ids("json"), ids("csv"));
}

fn id(flow: &Value) -> String {
    flow["id"].as_str().unwrap().to_string()
}
