//! Prints JSON.

use port_data::hidden::escape_json;
use serde::Serialize;

/// One value, indented.
pub fn object(object: &impl Serialize) -> String {
    escape_json(&serde_json::to_string_pretty(object).expect("keys are strings")) + "\n"
}

/// One value per line.
pub fn lines<T: Serialize>(items: &[T]) -> String {
    let line = |item| escape_json(&serde_json::to_string(item).expect("keys are strings")) + "\n";
    items.iter().map(line).collect()
}
