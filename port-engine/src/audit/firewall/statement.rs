//! Names and displays the JSON of statements and values.

use serde_json::Value;

/// The only key of an object, and its value.
pub fn single(value: &Value) -> Option<(&str, &Value)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.iter().next().map(|(key, value)| (key.as_str(), value))
}

/// An element without its attributes, such as its timeout.
pub fn unwrapped(element: &Value) -> &Value {
    element.pointer("/elem/val").unwrap_or(element)
}

/// Whether an element is `*`.
pub fn is_catch_all(element: &Value) -> bool {
    element.as_str() == Some("*")
}

/// The text of a key; empty if it is missing.
pub fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The word `over`, for a limit that matches packets above it.
fn over(limit: &Value) -> &'static str {
    if limit.get("inv") == Some(&Value::Bool(true)) { "over " } else { "" }
}

/// The key of a condition's left side that some packets of every peer meet and others don't. Its value names the condition.
pub const SOME_PACKETS: &str = "some packets";

/// A condition or a value in nft's own syntax, as far as needed to find it in the rules; JSON otherwise.
pub fn display(value: &Value) -> String {
    let list = |values: &Value, gap: &str| {
        let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
        values.iter().map(display).collect::<Vec<_>>().join(gap)
    };
    match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Array(_) => list(value, ","),
        Value::Bool(true) => "exists".to_string(),
        Value::Bool(false) => "missing".to_string(),
        Value::Object(object) => match single(value) {
            Some(("payload", payload)) if !text(payload, "field").is_empty() => {
                format!("{} {}", text(payload, "protocol"), text(payload, "field"))
            }
            Some(("meta", meta)) => match text(meta, "key") {
                key @ ("iif" | "iifname" | "iifgroup" | "oif" | "oifname") => key.to_string(),
                key => format!("meta {key}"),
            },
            Some(("ct", ct)) => match text(ct, "dir") {
                "" => format!("ct {}", text(ct, "key")),
                direction => format!("ct {direction} {}", text(ct, "key")),
            },
            Some((kind @ ("socket" | "osf"), own)) => format!("{kind} {}", text(own, "key")),
            Some((SOME_PACKETS, name)) => display(name),
            Some(("exthdr", own)) => format!("exthdr {}", text(own, "name")),
            Some(("tcp option", own)) => {
                format!("tcp option {} {}", text(own, "name"), text(own, "field")).trim_end().to_string()
            }
            Some((kind @ ("redirect" | "dnat"), own)) => {
                let to = own.get("addr").map(|target| format!(" {}", display(target))).unwrap_or_default();
                let port = own.get("port").map(|port| format!(":{}", display(port))).unwrap_or_default();
                if to.is_empty() && port.is_empty() {
                    kind.to_string()
                } else {
                    format!("{kind} to{}{port}", if to.is_empty() { " " } else { &to })
                }
            }
            Some(("mangle", own)) => {
                let part = |name| display(own.get(name).unwrap_or(&Value::Null));
                format!("{} set {}", part("key"), part("value"))
            }
            Some(("concat", values)) => list(values, " . "),
            Some(("set", values)) if values.is_array() => format!("{{ {} }}", list(values, ", ")),
            Some(("range", bounds)) => list(bounds, "-"),
            Some(("prefix", prefix)) => {
                format!("{}/{}", text(prefix, "addr"), prefix.get("len").unwrap_or(&Value::Null))
            }
            Some(("elem", _)) => display(unwrapped(value)),
            Some((operator @ ("&" | "|" | "^" | "<<" | ">>"), values)) => list(values, &format!(" {operator} ")),
            Some(("fib", fib)) => {
                format!("fib {} {}", list(fib.get("flags").unwrap_or(&Value::Null), " . "), text(fib, "result"))
            }
            // Limits and similar.
            None if object.contains_key("rate") => format!("{}{}/{}", over(value), object["rate"], text(value, "per")),
            None if object.contains_key("val") => {
                format!("{}{} {}", over(value), object["val"], text(value, "val_unit")).trim_end().to_string()
            }
            None if object.contains_key("stmt") => {
                let of = object.get("elem").or(object.get("key")).map(display).unwrap_or_default();
                format!("{}{} of each {of}", text(value, "set"), text(value, "name"))
            }
            _ => value.to_string(),
        },
        _ => value.to_string(),
    }
}
