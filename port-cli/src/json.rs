//! Prints as JSON.

use port_data::hidden::in_json;
use serde::Serialize;

/// The JSON Schema of the array of flows that `list --format json` prints.
pub const SCHEMA: &str = include_str!("../schema/flow.schema.json");

/// One array, indented.
pub fn array<T: Serialize>(items: &[T]) -> String {
    object(&items)
}

/// One object, indented.
pub fn object(object: &impl Serialize) -> String {
    in_json(&serde_json::to_string_pretty(object).expect("what is printed has only texts for keys")) + "\n"
}

/// One object a line.
pub fn lines<T: Serialize>(items: &[T]) -> String {
    let line = |item| in_json(&serde_json::to_string(item).expect("what is printed has only texts for keys")) + "\n";
    items.iter().map(line).collect()
}
