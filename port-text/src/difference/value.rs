//! JSON values in words.

use port_data::hidden::Escaped;
use serde_json::Value;

/// A JSON value in words.
pub(super) fn value(value: Option<&Value>) -> String {
    match value {
        None => "absent".to_string(),
        Some(Value::Null) => "none".to_string(),
        Some(Value::Array(items)) if items.is_empty() => "none".to_string(),
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            format!("\"{}\"", Escaped(texts.join(", ")))
        }
        Some(Value::String(text)) => format!("\"{}\"", Escaped(text)),
        Some(other) => Escaped(other.to_string()).to_string(),
    }
}
