//! Orders rows for readers that infer types from the first ones.
//!
//! Such a reader takes a field that is null, empty or missing in the first rows for one without a type, and then rejects or ignores its
//! values in later rows. Polars reads 100 rows.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

/// The rows, beginning with the first one that has a value in each field. All others keep their order.
pub fn order<T: Serialize + Copy>(rows: &[T]) -> Vec<T> {
    let mut seen = BTreeSet::new();
    let is_first = rows.iter().map(|row| {
        let known = seen.len();
        collect_fields(&serde_json::to_value(row).expect("keys are strings"), "", &mut seen);
        seen.len() > known
    });
    let (first, others): (Vec<_>, Vec<_>) =
        rows.iter().zip(is_first.collect::<Vec<_>>()).partition(|(_, first)| *first);
    first.into_iter().chain(others).map(|(row, _)| *row).collect()
}

/// Collects the fields that have a value: `source.section`, `ports[].first`.
fn collect_fields(value: &Value, path: &str, fields: &mut BTreeSet<String>) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| collect_fields(item, &format!("{path}[]"), fields)),
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| collect_fields(member, &format!("{path}.{name}"), fields));
        }
        _ => {
            fields.insert(path.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::order;

    #[test]
    fn rows_with_the_first_value_of_a_field_are_first() {
        let rows = [
            json!({ "id": 1, "host": null, "ports": [] }),
            json!({ "id": 2, "host": null, "ports": [] }),
            json!({ "id": 3, "host": null, "ports": [{ "first": null }] }),
            json!({ "id": 4, "host": "a", "ports": [{ "first": null }] }),
            json!({ "id": 5, "host": "b", "ports": [{ "first": 1 }, { "type": 8 }] }),
            json!({ "id": 6, "host": "c", "ports": [{ "first": 2 }] }),
        ];
        let rows: Vec<&Value> = rows.iter().collect();
        let ids: Vec<i64> = order(&rows).iter().filter_map(|row| row["id"].as_i64()).collect();
        assert_eq!(ids, [1, 4, 5, 2, 3, 6]);
        assert!(order::<&Value>(&[]).is_empty());
    }
}
