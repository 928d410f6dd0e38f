//! A flow that differs, in words: what happened to it, why it matters, and what opens and closes.

use std::collections::{BTreeMap, HashSet};

use port_core::{Direction, Groups};
use port_data::hidden::Escaped;
use port_engine::diff::{Difference, FactChange, FlowChange, FlowDifference, Impact};
use port_engine::export::ExportedFlow;
use serde_json::{Map, Value, json};

use super::shared::{ChangeKey, SharedChange};
use super::value::value;
use port_data::diagnostic::count;

/// A flow that differs.
pub(super) struct Item {
    /// What happened to it.
    pub change: &'static str,
    /// Its id.
    pub id: String,
    /// Its product, component, direction, peer and ports.
    pub flow: String,
    /// What else a reader needs, one line each.
    pub remarks: Vec<String>,
    /// The facts that changed: name, before, after.
    pub facts: Vec<[String; 3]>,
}

/// What the descriptions of all flows depend on.
pub(super) struct Describer<'a> {
    shared: &'a [(ChangeKey, SharedChange)],
    /// The ids of flows that are not known for one of the editions.
    not_known: HashSet<&'a str>,
}

impl<'a> Describer<'a> {
    pub(super) fn new(difference: &'a Difference, shared: &'a [(ChangeKey, SharedChange)]) -> Describer<'a> {
        let not_known = difference.flows.iter().filter(|flow| flow.change.not_known_for().is_some());
        Describer { shared, not_known: not_known.map(|flow| flow.change.flow().id()).collect() }
    }

    /// A flow that differs; `None` if all of its changes are shared.
    pub(super) fn item(&self, difference: &FlowDifference) -> Option<Item> {
        let is_shared = |change: &&FactChange| {
            ChangeKey::new(change).is_some_and(|key| self.shared.iter().any(|(other, _)| *other == key))
        };
        let facts: Vec<&FactChange> = difference.facts.iter().filter(|change| !is_shared(change)).collect();
        if matches!(difference.change, FlowChange::Changed(..)) && facts.is_empty() {
            return None;
        }
        let flow = difference.change.flow();
        let mut remarks = Vec::new();
        if let FlowChange::Renamed(old, _, alike) = &difference.change {
            let alike = alike.join(", ");
            remarks.push(format!("likely {} under another id: same product, direction, {alike}", old.id()));
        }
        match difference.change {
            FlowChange::Changed(..) | FlowChange::Renamed(..) if difference.impact == Impact::Reworded => {}
            FlowChange::Changed(..) | FlowChange::Renamed(..) => remarks.extend(unchanged_reasons(flow, &facts)),
            _ => {
                remarks.extend(reasons(flow, &REASONS));
                remarks.extend(source_line(flow));
            }
        }
        remarks.extend(self.port_remarks(difference));
        let [product, component, direction, peer] =
            ["product", "component", "direction", "peer"].map(|fact| flow.text(fact));
        let gap = if component.is_empty() { "" } else { " " };
        let preposition = direction.parse().map_or("with", Direction::preposition);
        Some(Item {
            change: match difference.change {
                FlowChange::Renamed(..) => "renamed?",
                FlowChange::NotKnownBefore(..) | FlowChange::NotKnownAfter(..) => "unknown",
                _ => difference.change.as_str(),
            },
            id: flow.id().to_string(),
            flow: format!("{product}{gap}{component} {direction} {preposition} {peer}: {}", flow.expression()),
            remarks,
            facts: facts.into_iter().map(fact_texts).collect(),
        })
    }

    /// What opens and closes, and which other flows need the same ports.
    fn port_remarks(&self, difference: &FlowDifference) -> Vec<String> {
        let peer = |flow: Option<&ExportedFlow>| flow.map(|flow| flow.text("peer").to_string()).unwrap_or_default();
        let before = peer(difference.change.before());
        let mut remarks = Vec::new();
        let after = peer(difference.change.after());
        let is_unstated = |flow: Option<&ExportedFlow>| flow.is_some_and(|flow| flow.groups() == Groups::Unstated);
        let before_needs = match is_unstated(difference.change.before()) {
            true => "the older document doesn't say",
            false => "was one of several choices",
        };
        let after_needs = match is_unstated(difference.change.after()) {
            true => "perhaps: the newer document doesn't say whether all ports are needed",
            false => "as one of several choices",
        };
        for (ports, text) in [
            (&difference.opens, format!("opens {} for {after}", difference.opens)),
            (&difference.closes, format!("closes {} for {before}", difference.closes)),
            (&difference.needed, format!("needs {}, which {before_needs}", difference.needed)),
            (&difference.optional, format!("needs {} only {after_needs}", difference.optional)),
        ] {
            if !ports.is_empty() {
                remarks.push(text);
            }
        }
        let mut elsewhere: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for other in &difference.elsewhere {
            elsewhere.entry((other.flow, other.peer)).or_default().push(&other.port);
        }
        let kept = elsewhere.iter().map(|((flow, peer), ports)| {
            let same = if *peer == before { ", with other hosts or interfaces" } else { "" };
            format!("{flow} keeps {} for {peer}{same}", ports.join(", "))
        });
        remarks.extend(first_lines(kept.collect()));
        for (ports, open, perhaps) in [
            (&difference.already, "was already open", "may have been open"),
            (&difference.stays, "stays open", "may stay open"),
        ] {
            for (port, ids) in ports {
                let (unknown, known): (Vec<&str>, Vec<&str>) = ids.iter().partition(|id| self.not_known.contains(**id));
                // A flow that isn't known for the edition keeps a port open only perhaps.
                remarks.push(match known.is_empty() {
                    true => format!("{port} {perhaps} for {}", first_ids(&unknown)),
                    false => format!("{port} {open} for {}", first_ids(&known)),
                });
            }
        }
        remarks
    }
}

/// The first of some lines, and how many more there are.
fn first_lines(mut lines: Vec<String>) -> Vec<String> {
    const MOST: usize = 3;
    let more = lines.len().saturating_sub(MOST);
    if more > 0 {
        lines.truncate(MOST);
        lines.push(format!("and {} for other peers", count(more, "more flow")));
    }
    lines
}

/// What a reader needs to know about a flow besides its ends and its ports: each fact with its label.
const REASONS: [(&str, &str); 4] = [("purpose", "for"), ("hosts", "hosts"), ("condition", "only"), ("note", "note")];

/// Facts of a flow as lines, each with its label.
fn reasons(flow: &ExportedFlow, labels: &[(&str, &str)]) -> Vec<String> {
    let facts = flow.facts();
    let mut lines: Vec<String> = labels.iter().filter_map(|(name, label)| labelled(&facts, name, label)).collect();
    match flow.text("scope") {
        "host" => lines.push("within the host: passes no firewall".to_string()),
        "pod" => lines.push("within a pod: passes no firewall".to_string()),
        _ => {}
    }
    lines
}

/// The reasons of a changed flow, without those facts that changed.
fn unchanged_reasons(flow: &ExportedFlow, changed: &[&FactChange]) -> Vec<String> {
    let is_unchanged = |(name, _): &(&str, &str)| !changed.iter().any(|change| change.field == *name);
    let labels: Vec<(&str, &str)> = REASONS.into_iter().filter(is_unchanged).collect();
    reasons(flow, &labels)
}

/// Where the row of a flow is, and what it prints.
fn source_line(flow: &ExportedFlow) -> Option<String> {
    let facts = flow.facts();
    let names = ["source.document", "source.edition", "source.section", "source.row", "source.ports"];
    let source: Vec<String> =
        names.iter().filter_map(|name| labelled(&facts, name, &name["source.".len()..])).collect();
    (!source.is_empty()).then(|| source.join(", "))
}

/// A fact with a label; `None` if the flow doesn't have it.
fn labelled(facts: &Map<String, Value>, name: &str, label: &str) -> Option<String> {
    let fact = facts.get(name).filter(|value| !value.is_null() && **value != json!([]))?;
    Some(format!("{label}: {}", value(Some(fact))))
}

/// The first of some ids, and how many more there are.
fn first_ids(ids: &[&str]) -> String {
    const MOST: usize = 3;
    let more = ids.len().saturating_sub(MOST);
    let first = ids[..ids.len() - more].join(", ");
    if more == 0 { first } else { format!("{first} and {more} more") }
}

/// A change as texts: the field, before, after.
fn fact_texts(change: &FactChange) -> [String; 3] {
    let text = |side: Option<&Value>| match side {
        // A port expression needs no quotes.
        Some(Value::String(expression)) if change.field == "ports" => expression.clone(),
        side => value(side),
    };
    [Escaped(&change.field).to_string(), text(change.before.as_ref()), text(change.after.as_ref())]
}
