//! What a person reads of a difference: what is to be done at the firewalls first, flow by flow below it.

use std::collections::BTreeSet;
use std::fmt::Write;

use clap::ValueEnum;
use port_data::hidden::Shown;
use serde_json::{Value, json};

use super::export::Flow;
use super::impact::Impact;
use super::specs::expression;
use super::{Change, Difference, FlowDifference, What};
use crate::answer::count;

/// The report, ready to be printed.
pub struct Report {
    /// What is to be done, in one line.
    pub summary: String,
    /// What was compared, in one line.
    pub compared: String,
    /// The flows by their impact, the gravest first.
    pub sections: Vec<(Impact, Vec<Item>)>,
    /// What many flows share, and is told once.
    pub shared: Vec<Shared>,
}

/// A flow of the report.
pub struct Item {
    /// What happened to it.
    pub what: &'static str,
    /// Its id.
    pub id: String,
    /// Its product, direction, peer and ports.
    pub flow: String,
    /// What else is to be said.
    pub remarks: Vec<String>,
    /// The facts that changed: name, before, after.
    pub changes: Vec<[String; 3]>,
}

/// A change that many flows share.
pub struct Shared {
    /// What it means.
    pub impact: Impact,
    /// The fact.
    pub field: String,
    /// What happened to it, in how many flows.
    pub what: String,
}

impl Impact {
    /// What is to be done, as a heading.
    pub fn heading(self) -> &'static str {
        match self {
            Impact::Moves => "rules to replace",
            Impact::Opens => "rules to add",
            Impact::Closes => "rules to remove, where no other flow needs them",
            Impact::Limits => "rules to look at",
            Impact::Unknown => "facts that this version of port-catalog does not know",
            Impact::Wording => "words only, no rule lets through more or less",
        }
    }
}

impl Report {
    /// Words a difference.
    pub fn of(difference: &Difference) -> Report {
        let shared = shared(difference);
        let section = |impact: &Impact| {
            let items: Vec<Item> = difference.of(*impact).filter_map(|flow| item(flow, &shared)).collect();
            (!items.is_empty()).then_some((*impact, items))
        };
        Report {
            summary: summary(difference),
            compared: compared(difference.old, difference.new),
            sections: Impact::value_variants().iter().filter_map(section).collect(),
            shared: shared.into_iter().map(|(_, shared)| shared).collect(),
        }
    }
}

/// How many flows were compared, and the products that only one of the exports has, as of a filter or of a new product.
fn compared(old: &[Flow], new: &[Flow]) -> String {
    let [before, after] =
        [old, new].map(|flows| flows.iter().map(|flow| flow.text("product")).collect::<BTreeSet<_>>());
    let mut text = format!("{} before, {} after", count(old.len(), "flow"), new.len());
    for (when, only) in [("before", &before - &after), ("after", &after - &before)] {
        if !only.is_empty() {
            text += &format!("; only {when}: {}", only.into_iter().collect::<Vec<_>>().join(", "));
        }
    }
    text
}

/// What is to be done, in one line.
fn summary(difference: &Difference) -> String {
    let number = |impact| difference.of(impact).count();
    let mut tasks = Vec::new();
    for (impact, task) in [
        (Impact::Moves, "replace the rules of"),
        (Impact::Opens, "add rules for"),
        (Impact::Closes, "remove those of"),
        (Impact::Limits, "look at those of"),
    ] {
        if number(impact) > 0 {
            tasks.push(format!("{task} {}", count(number(impact), "flow")));
        }
    }
    let mut summary = match tasks.as_slice() {
        [] if difference.flows.is_empty() => return "Nothing differs.".to_string(),
        [] => "Nothing to do at the firewalls.".to_string(),
        tasks => format!("To do at the firewalls: {}.", tasks.join(", ")),
    };
    for (impact, what) in [
        (Impact::Unknown, "in facts that this version of port-catalog does not know"),
        (Impact::Wording, "in words only"),
    ] {
        if number(impact) > 0 {
            let _ = write!(summary, " {} {what}.", differ(number(impact)));
        }
    }
    let renamed = difference.flows.iter().filter(|flow| matches!(flow.what, What::Renamed(..))).count();
    if renamed > 0 {
        let _ = write!(
            summary,
            " {} another id: services, profiles and comments that bear it are to be renamed.",
            have(renamed)
        );
    }
    summary
}

fn have(number: usize) -> String {
    format!("{} {}", count(number, "flow"), if number == 1 { "has" } else { "have" })
}

fn differ(number: usize) -> String {
    format!("{} differ{}", count(number, "flow"), if number == 1 { "s" } else { "" })
}

/// What makes changes the same for a reader.
#[derive(PartialEq)]
struct Key(String, Option<(Value, Value)>);

impl Key {
    /// The key of a change that may be told once for many flows; `None` for one that a firewall may need.
    fn of(change: &Change) -> Option<Key> {
        if !matches!(change.impact, Impact::Wording | Impact::Unknown) {
            return None;
        }
        // An inserted row moves all below it, and a version that tells a new fact tells it of all flows.
        let values = change.before.clone().zip(change.after.clone()).filter(|_| change.field != "source.row");
        Some(Key(change.field.clone(), values))
    }
}

/// The changes that are told once, since this many flows or more share them.
fn shared(difference: &Difference) -> Vec<(Key, Shared)> {
    const MANY: usize = 4;
    let mut groups: Vec<(Key, Vec<(&Flow, &Change)>)> = Vec::new();
    for flow in &difference.flows {
        for change in &flow.changes {
            let Some(key) = Key::of(change) else { continue };
            match groups.iter_mut().find(|(other, _)| *other == key) {
                Some((_, changes)) => changes.push((flow.what.flow(), change)),
                None => groups.push((key, vec![(flow.what.flow(), change)])),
            }
        }
    }
    let of_many = groups.into_iter().filter(|(_, changes)| changes.len() >= MANY);
    of_many.filter_map(|(key, changes)| Some((key, tell_shared(&changes)?))).collect()
}

fn tell_shared(changes: &[(&Flow, &Change)]) -> Option<Shared> {
    let (first, last) = (changes.first()?, changes.last()?);
    let flows = count(changes.len(), "flow");
    let ids = format!("{} to {}", first.0.id(), last.0.id());
    let change = first.1;
    let all = |is: fn(&Change) -> bool| changes.iter().all(|(_, change)| is(change));
    let what = if all(|change| change.before.is_none()) {
        format!("{flows} tell it, {ids}, that did not before")
    } else if all(|change| change.after.is_none()) {
        format!("{flows} do not tell it any more, {ids}")
    } else if changes.iter().all(|(_, other)| (&other.before, &other.after) == (&change.before, &change.after)) {
        format!("{} -> {} in {flows}, {ids}", shown(change.before.as_ref()), shown(change.after.as_ref()))
    } else {
        let moved = |(flow, change): &(&Flow, &Change)| {
            format!("{} ({} -> {})", flow.id(), shown(change.before.as_ref()), shown(change.after.as_ref()))
        };
        format!("differs in {flows}, {} to {}", moved(first), moved(last))
    };
    Some(Shared { impact: change.impact, field: Shown(&change.field).to_string(), what })
}

/// A flow for the report; `None` where all of its changes are told elsewhere.
fn item(difference: &FlowDifference, shared: &[(Key, Shared)]) -> Option<Item> {
    let is_shared = |change: &&Change| Key::of(change).is_some_and(|key| shared.iter().any(|(other, _)| *other == key));
    let changes: Vec<&Change> = difference.changes.iter().filter(|change| !is_shared(change)).collect();
    if matches!(difference.what, What::Changed(..)) && changes.is_empty() {
        return None;
    }
    let mut remarks = match &difference.what {
        What::Added(flow) | What::Removed(flow) => reasons(flow),
        What::Changed(..) => Vec::new(),
        What::Renamed(old, _, alike) => {
            let alike = alike.join(", ");
            vec![format!("looks like {} under another id: alike in product, direction, {alike}", old.id())]
        }
    };
    for (port, ids) in &difference.stays {
        remarks.push(format!("{port} stays open for {}", some_of(ids)));
    }
    let flow = difference.what.flow();
    let [product, direction, peer] = ["product", "direction", "peer"].map(|fact| flow.text(fact));
    Some(Item {
        what: match difference.what {
            What::Added(_) => "added",
            What::Removed(_) => "removed",
            What::Changed(..) => "changed",
            What::Renamed(..) => "renamed?",
        },
        id: flow.id().to_string(),
        flow: format!("{product} {direction} {} {peer}: {}", preposition(direction), expression(&flow.specs)),
        remarks,
        changes: changes.into_iter().map(told).collect(),
    })
}

/// What one asks of a rule that comes or goes: what for, to which hosts, when, and where that is written.
fn reasons(flow: &Flow) -> Vec<String> {
    let facts = flow.facts();
    let told = |name: &str, label: &str| {
        let value = facts.get(name).filter(|value| !value.is_null() && **value != json!([]))?;
        Some(format!("{label}: {}", shown(Some(value))))
    };
    let reasons = [("purpose", "for"), ("hosts", "hosts"), ("condition", "only")];
    let mut lines: Vec<String> = reasons.iter().filter_map(|(name, label)| told(name, label)).collect();
    let source = ["source.document", "source.edition", "source.section", "source.row", "source.ports"];
    let source: Vec<String> = source.iter().filter_map(|name| told(name, &name["source.".len()..])).collect();
    if !source.is_empty() {
        lines.push(source.join(", "));
    }
    lines
}

fn preposition(direction: &str) -> &'static str {
    direction.parse().map_or("with", port_catalog::Direction::preposition)
}

/// The first of some ids, and how many more there are.
fn some_of(ids: &[&str]) -> String {
    const SHOWN: usize = 3;
    let more = ids.len().saturating_sub(SHOWN);
    let shown = ids[..ids.len() - more].join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

/// A change as texts: its field, before, after.
fn told(change: &Change) -> [String; 3] {
    let text = |value: Option<&Value>| match value {
        // An expression is as plain as a number.
        Some(Value::String(expression)) if change.field == "ports" => expression.clone(),
        value => shown(value),
    };
    [Shown(&change.field).to_string(), text(change.before.as_ref()), text(change.after.as_ref())]
}

/// A value for a person.
fn shown(value: Option<&Value>) -> String {
    match value {
        None => "not told".to_string(),
        Some(Value::Null) => "none".to_string(),
        Some(Value::Array(items)) if items.is_empty() => "none".to_string(),
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            format!("\"{}\"", Shown(texts.join(", ")))
        }
        Some(Value::String(text)) => format!("\"{}\"", Shown(text)),
        Some(other) => Shown(other.to_string()).to_string(),
    }
}
