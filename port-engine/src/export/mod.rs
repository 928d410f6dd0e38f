//! Exported flows: the JSON of `port-catalog list --format json`, of this version or of another.
//!
//! [`read::read`] checks an export while it is parsed, so that every problem has a place. How much it checks depends on the
//! [`Checks`](kind::Checks): a comparison needs few facts and compares all others as they are, a dataset needs all of its own.
//!
//! Exports of earlier versions lack some facts. They are read as those versions meant them: all `groups` are needed, the `scope` is
//! `network`, `enabled` is `unstated`, and there is no `component`. The `edition` is that of the `source`. An `ip_protocol` and an
//! `icmp_type` follow from the transport.

use port_core::Groups;
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

    /// How the groups of its port specs relate. A word that this version doesn't know says nothing about what is needed.
    #[must_use]
    pub fn groups(&self) -> Groups {
        match self.text("groups") {
            "" | "all" => Groups::All,
            _ => Groups::Unstated,
        }
    }

    /// Its port specs as an expression: `tcp/25 smtp | tcp/465 smtps`.
    #[must_use]
    pub fn expression(&self) -> String {
        spec::expression(&self.specs, self.groups())
    }

    /// Whether its traffic passes between machines, where a firewall can see it.
    #[must_use]
    pub fn passes_a_network(&self) -> bool {
        !matches!(self.text("scope"), "host" | "pod")
    }

    /// A member of its source that is a string. Empty if the source doesn't have it.
    #[must_use]
    pub fn source_text(&self, member: &str) -> &str {
        self.object.get("source").and_then(|source| source.get(member)).and_then(Value::as_str).unwrap_or_default()
    }

    /// Adds the facts that exports of earlier versions don't have, as those versions meant them.
    pub(crate) fn add_defaults(&mut self) {
        let defaults = [
            ("component", Value::Null),
            ("groups", "all".into()),
            ("scope", "network".into()),
            ("enabled", "unstated".into()),
        ];
        for (fact, value) in defaults {
            self.object.entry(fact).or_insert(value);
        }
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
        let is_known = |name: &str| spec::MEMBERS.contains(&name) || spec::PROTOCOL_MEMBERS.contains(&name);
        for name in names.filter(|name| !is_known(name)) {
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
