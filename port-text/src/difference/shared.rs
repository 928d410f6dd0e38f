//! The changes that many flows share, which are printed once.

use port_data::hidden::Escaped;
use port_engine::diff::{Difference, FactChange, Impact};
use port_engine::export::ExportedFlow;
use serde_json::Value;

use super::value::value;
use port_data::diagnostic::count;

/// A change that many flows share.
pub(super) struct SharedChange {
    /// What it means.
    pub impact: Impact,
    /// The fact.
    pub field: String,
    /// How it changed, and in which flows.
    pub text: String,
}

/// Identifies changes that read the same: the fact, and its values before and after.
#[derive(PartialEq)]
pub(super) struct ChangeKey(String, Option<(Value, Value)>);

impl ChangeKey {
    /// The key of a change; `None` for a change that affects rules, which is always printed with its flow.
    pub(super) fn new(change: &FactChange) -> Option<ChangeKey> {
        if !matches!(change.impact, Impact::Reworded | Impact::Unknown) {
            return None;
        }
        // One inserted row moves all rows below it. A fact that only one of the versions has is new in every flow.
        let values = change.before.clone().zip(change.after.clone()).filter(|_| change.field != "source.row");
        Some(ChangeKey(change.field.clone(), values))
    }
}

/// The changes that at least this many flows share.
pub(super) fn shared_changes(difference: &Difference) -> Vec<(ChangeKey, SharedChange)> {
    const MANY: usize = 4;
    let mut groups: Vec<(ChangeKey, Vec<(&ExportedFlow, &FactChange)>)> = Vec::new();
    for flow in &difference.flows {
        for change in &flow.facts {
            let Some(key) = ChangeKey::new(change) else { continue };
            match groups.iter_mut().find(|(other, _)| *other == key) {
                Some((_, changes)) => changes.push((flow.change.flow(), change)),
                None => groups.push((key, vec![(flow.change.flow(), change)])),
            }
        }
    }
    let shared = groups.into_iter().filter(|(_, changes)| changes.len() >= MANY);
    shared.filter_map(|(key, changes)| Some((key, shared_change(&changes)?))).collect()
}

fn shared_change(changes: &[(&ExportedFlow, &FactChange)]) -> Option<SharedChange> {
    let (first, last) = (changes.first()?, changes.last()?);
    let flows = count(changes.len(), "flow");
    let ids = format!("{} to {}", first.0.id(), last.0.id());
    let change = first.1;
    let arrow = |change: &FactChange| format!("{} -> {}", value(change.before.as_ref()), value(change.after.as_ref()));
    let text = if changes.iter().all(|(_, change)| change.before.is_none()) {
        format!("new in {flows}, {ids}")
    } else if changes.iter().all(|(_, change)| change.after.is_none()) {
        format!("no longer in {flows}, {ids}")
    } else if changes.iter().all(|(_, other)| (&other.before, &other.after) == (&change.before, &change.after)) {
        format!("{} in {flows}, {ids}", arrow(change))
    } else {
        let moved = |(flow, change): &(&ExportedFlow, &FactChange)| format!("{} ({})", flow.id(), arrow(change));
        format!("differs in {flows}, {} to {}", moved(first), moved(last))
    };
    Some(SharedChange { impact: change.impact, field: Escaped(&change.field).to_string(), text })
}
