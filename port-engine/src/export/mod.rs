//! Exported flows: the JSON of `port-catalog list --format json`, of this version or of another.
//!
//! [`read::read`] checks an export while it is parsed, so that every problem has a place. How much it checks depends on the
//! [`Checks`](kind::Checks): a comparison needs few facts and compares all others as they are, a dataset needs all of its own.

use serde::Serialize;
use serde_json::{Map, Value};

pub mod codes;
pub mod kind;
pub mod read;
pub mod spec;

use spec::ExportedSpec;

/// A flow of an export: its ports, and every fact as JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportedFlow {
    /// Every member of the flow, as it was read.
    pub object: Map<String, Value>,
    /// Its port specs.
    pub specs: Vec<ExportedSpec>,
}

impl ExportedFlow {
    /// The flow that a value serializes to; `None` if that isn't an object with a list of port specs.
    #[must_use]
    pub fn from_serialize(flow: &impl Serialize) -> Option<ExportedFlow> {
        ExportedFlow::from_value(serde_json::to_value(flow).ok()?)
    }

    /// The flow of a value; `None` if it isn't an object with a list of port specs.
    #[must_use]
    pub fn from_value(value: Value) -> Option<ExportedFlow> {
        let Value::Object(object) = value else { return None };
        let specs = object.get("ports")?.as_array()?.iter().map(ExportedSpec::from_value).collect();
        Some(ExportedFlow { object, specs })
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.text("id")
    }

    /// A fact that is a string. Empty if the flow doesn't have it.
    #[must_use]
    pub fn text(&self, fact: &str) -> &str {
        self.object.get(fact).and_then(Value::as_str).unwrap_or_default()
    }

    /// A fact that is a list of strings. Empty if the flow doesn't have it.
    pub fn texts(&self, fact: &str) -> impl Iterator<Item = &str> {
        self.object.get(fact).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// Every fact by its name, except the id and the ports. Members of nested objects are named `source.row`. Members of port
    /// specs that this version doesn't know are named `ports.NAME`, with one value per spec.
    #[must_use]
    pub fn facts(&self) -> Map<String, Value> {
        let mut facts = Map::new();
        for (name, value) in self.object.iter().filter(|(name, _)| !matches!(name.as_str(), "id" | "ports")) {
            add_facts(name.clone(), value, &mut facts);
        }
        let specs = self.object.get("ports").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let names = specs.iter().filter_map(Value::as_object).flat_map(Map::keys);
        for name in names.filter(|name| !spec::MEMBERS.contains(&name.as_str())) {
            let values = specs.iter().map(|spec| spec.get(name).cloned().unwrap_or_default());
            facts.insert(format!("ports.{name}"), values.collect());
        }
        facts
    }
}

fn add_facts(name: String, value: &Value, facts: &mut Map<String, Value>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (member, value) in members {
                add_facts(format!("{name}.{member}"), value, facts);
            }
        }
        _ => {
            facts.insert(name, value.clone());
        }
    }
}
