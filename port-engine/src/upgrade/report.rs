//! The JSON of an upgrade: one object.
//!
//! - `product`; `from` and `to` with the `edition`, as it is `printed`, its `document` and `url`, and whether it is `complete`.
//! - `unchanged`: how many flows both editions have that don't differ.
//! - `summary`: how many flows differ with each impact.
//! - `changes`: an object for each flow that differs.
//!   - `id`: of the flow in `to`, or of the one in `from` if `to` doesn't have it. `impact`: what it means for firewall rules.
//!   - `change`: `added`, `removed`, `changed` or `not-known`. `not_known_for`: the edition for which the flow is not
//!     known, since its document isn't complete, or null.
//!   - `product`, `component`, `direction`, `peer`, `purpose`, `note`: of the flow in `to`, or of the one in `from`.
//!   - `opens`, `closes`: ports for the peer. `needed`: ports that may have been a choice before. `optional`: ports that are a choice
//!     now. `already` and `stays`: each `port` that doesn't open or close, with the `flows` that need it for the same peer.
//!     `elsewhere`: closed ports that other flows need for other peers.
//!   - `fields`: the facts that changed, with their values `before` and `after` and the `impact` of each.
//!   - `before`, `after`: the whole flow in `from` and in `to` as `list --format json` prints it, or null.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::Upgrade;
use crate::dataset::Edition;
use crate::diff::{FactChange, FlowDifference, FlowReport, Impact, ImpactCounts};
use crate::export::ExportedFlow;

#[derive(Serialize)]
struct FlowEntry<'a> {
    id: &'a str,
    impact: Impact,
    change: &'static str,
    not_known_for: Option<&'a str>,
    product: &'a str,
    component: Option<&'a Value>,
    direction: &'a str,
    peer: &'a str,
    purpose: &'a str,
    note: Option<&'a Value>,
    #[serde(flatten)]
    ports: FlowReport<'a>,
    fields: Vec<ChangedFact<'a>>,
    before: Option<&'a Map<String, Value>>,
    after: Option<&'a Map<String, Value>>,
}

#[derive(Serialize)]
struct ChangedFact<'a> {
    field: &'a str,
    before: Option<&'a Value>,
    after: Option<&'a Value>,
    impact: Impact,
}

impl<'a> FlowEntry<'a> {
    fn new(difference: &'a FlowDifference<'a>) -> FlowEntry<'a> {
        let flow = difference.change.flow();
        let object = |flow: Option<&'a ExportedFlow>| flow.map(|flow| &flow.object);
        let field = |fact: &'a FactChange| ChangedFact {
            field: &fact.field,
            before: fact.before.as_ref(),
            after: fact.after.as_ref(),
            impact: fact.impact,
        };
        FlowEntry {
            id: flow.id(),
            impact: difference.impact,
            change: difference.change.as_str(),
            not_known_for: difference.change.not_known_for(),
            product: flow.text("product"),
            component: flow.object.get("component"),
            direction: flow.text("direction"),
            peer: flow.text("peer"),
            purpose: flow.text("purpose"),
            note: flow.object.get("note"),
            ports: FlowReport::new(difference),
            fields: difference.facts.iter().map(field).collect(),
            before: object(difference.change.before()),
            after: object(difference.change.after()),
        }
    }
}

impl Serialize for Upgrade<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let edition = |edition: &Edition| {
            json!({
                "edition": edition.id, "printed": edition.printed, "document": edition.document, "url": edition.url,
                "complete": edition.is_complete, "note": edition.note,
            })
        };
        let changes: Vec<FlowEntry> = self.difference.flows.iter().map(FlowEntry::new).collect();
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("product", &self.product.id)?;
        object.serialize_entry("from", &edition(self.from))?;
        object.serialize_entry("to", &edition(self.to))?;
        object.serialize_entry("unchanged", &self.unchanged)?;
        object.serialize_entry("summary", &ImpactCounts(&self.difference))?;
        object.serialize_entry("changes", &changes)?;
        object.end()
    }
}
