//! Changes in words, for the changelog and for feed readers.

use std::collections::BTreeMap;

use port_data::diagnostic::count;
use serde_json::Value;

use super::{ChangedFlow, EditionChange, FlowEntry, Id, IdChanges, Presence, UpgradeCounts};

/// `fortimail@5.4 is added ("FortiMail Open Ports"): 25 flows. From 5.4 to 6.2.0: 3 moves, 20 unchanged.`
pub(super) fn edition(change: &EditionChange) -> String {
    let name = format!("{}@{}", change.product, change.edition);
    let flows = count(change.flows, "flow");
    let mut text = match (change.change, &change.replaces) {
        (Presence::Removed, _) => return format!("{name} is removed, with {flows}."),
        (Presence::Added, Some(older)) => format!("{name} replaces {older}: {flows}."),
        (Presence::Added, None) => format!("{name} is added: {flows}."),
    };
    if let Some(UpgradeCounts { from, to, unchanged, classes }) = &change.upgrade {
        let counts = classes.iter().map(|(class, number)| format!("{number} {class}"));
        let counts: Vec<String> = counts.chain([format!("{unchanged} unchanged")]).collect();
        text += &format!(" From {from} to {to}: {}.", counts.join(", "));
    }
    if !change.complete {
        text += " It isn't complete.";
    }
    if let Some(note) = &change.note {
        text += &format!(" {note}");
    }
    text
}

/// `relay-in-admin is added to 4.2 (opens): inbound, admin, tcp/443.`
pub(super) fn added(flow: &FlowEntry) -> String {
    let FlowEntry { id, edition, class, direction, peer, ports, note, .. } = flow;
    let note = note.as_ref().map(|note| format!(" {note}")).unwrap_or_default();
    format!("{id} is added to {edition} ({class}): {direction}, {peer}, {ports}.{note}")
}

/// `relay-in-admin is no longer in 4.2 (closes): inbound, admin, tcp/443.`
pub(super) fn retired(flow: &FlowEntry) -> String {
    let FlowEntry { id, edition, class, direction, peer, ports, .. } = flow;
    format!("{id} is no longer in {edition} ({class}): {direction}, {peer}, {ports}.")
}

/// `relay-in-admin of 4.2 (moves): ports from "tcp/443" to "tcp/8443"; source.ports.`
pub(super) fn changed(flow: &ChangedFlow) -> String {
    let ChangedFlow { id, edition, class, facts, .. } = flow;
    let value = |value: &Value| match value {
        Value::Null => "nothing".to_string(),
        value => value.to_string(),
    };
    let fact = |fact: &super::ChangedFact| match fact.field.as_str() {
        "ports" | "direction" | "peer" | "groups" => {
            format!("{} from {} to {}", fact.field, value(&fact.before), value(&fact.after))
        }
        field => field.to_string(),
    };
    let facts: Vec<String> = facts.iter().map(fact).collect();
    format!("{id} of {edition} ({class}): {}.", facts.join(", "))
}

/// The largest number of ids that are listed if they are only added or changed.
const MAX_LISTED: usize = 12;

/// A line for each kind of ids that are added, removed or changed.
pub(super) fn ids(changes: &IdChanges) -> Vec<String> {
    let IdChanges { added, removed, changed } = changes;
    let lists = [("added", added), ("removed", removed), ("changed", changed)];
    lists.into_iter().flat_map(|(verb, ids)| lines(verb, ids)).collect()
}

fn lines(verb: &str, ids: &[Id]) -> Vec<String> {
    let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for id in ids {
        kinds.entry(&id.kind).or_default().push(&id.id);
    }
    let line = |(kind, ids): (&str, Vec<&str>)| match ids.len() > MAX_LISTED && verb != "removed" {
        true => format!("{} {verb}.", count(ids.len(), kind)),
        false => format!("{} {verb}: {}.", count(ids.len(), kind), ids.join(", ")),
    };
    kinds.into_iter().map(line).collect()
}
