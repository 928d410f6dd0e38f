//! A difference in words, for text and Markdown: what to do at the firewalls, then each flow.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;

use port_core::{Direction, Groups};
use port_data::hidden::Escaped;
use port_engine::diff::{Difference, FactChange, FlowChange, FlowDifference, Impact};
use port_engine::export::ExportedFlow;
use serde_json::{Map, Value, json};

use crate::output::count;

/// A difference in words.
pub(super) struct DiffSummary {
    /// What to do, in one line.
    pub tasks: String,
    /// What was compared, in one line.
    pub compared: String,
    /// The flows by impact, the most serious first.
    pub sections: Vec<Section>,
    /// The changes that many flows share. They aren't repeated in the items.
    pub shared: Vec<SharedChange>,
}

/// Flows that mean the same for firewall rules.
pub(super) struct Section {
    /// What they mean.
    pub impact: Impact,
    /// The same in words.
    pub heading: String,
    /// The flows.
    pub items: Vec<Item>,
}

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

/// A change that many flows share.
pub(super) struct SharedChange {
    /// What it means.
    pub impact: Impact,
    /// The fact.
    pub field: String,
    /// How it changed, and in which flows.
    pub text: String,
}

/// The heading of the flows with an impact.
fn heading(impact: Impact) -> &'static str {
    match impact {
        Impact::Moves => "rules to replace",
        Impact::Opens => "rules to add",
        Impact::Closes => "rules to remove",
        Impact::Widens => "rules to widen",
        Impact::Narrows => "rules to narrow",
        Impact::Limits => "rules to review",
        Impact::Unknown => "facts that this version of port-catalog does not know",
        Impact::Reworded => "no rule changes",
    }
}

impl DiffSummary {
    /// Describes a difference.
    pub(super) fn new(difference: &Difference) -> DiffSummary {
        let shared = shared_changes(difference);
        let describer = Describer::new(difference, &shared);
        let mut sections: Vec<Section> = Vec::new();
        for impact in Impact::ALL {
            for flow in difference.with_impact(*impact) {
                let Some(item) = describer.item(flow) else { continue };
                let heading = match flow.change.not_known_for() {
                    Some(edition) => format!("not known for {edition}, whose document is not complete"),
                    None => heading(*impact).to_string(),
                };
                match sections.iter_mut().find(|known| known.impact == *impact && known.heading == heading) {
                    Some(section) => section.items.push(item),
                    None => sections.push(Section { impact: *impact, heading, items: vec![item] }),
                }
            }
        }
        DiffSummary {
            tasks: tasks(difference),
            compared: compared(difference),
            sections,
            shared: shared.into_iter().map(|(_, shared)| shared).collect(),
        }
    }
}

/// How many flows were compared, and which products only one of the exports has. The cause may be a filter or a new product.
fn compared(difference: &Difference) -> String {
    let [before, after] = [difference.old, difference.new].map(|flows| difference.products(flows));
    let mut text = format!("{} before, {} after", count(difference.old.len(), "flow"), difference.new.len());
    for (when, only) in [("before", &before - &after), ("after", &after - &before)] {
        if !only.is_empty() {
            text += &format!("; only {when}: {}", Escaped(only.into_iter().collect::<Vec<_>>().join(", ")));
        }
    }
    text
}

/// What to do, in one line.
fn tasks(difference: &Difference) -> String {
    let is_known = |flow: &&FlowDifference| flow.change.not_known_for().is_none();
    let number = |impact| difference.with_impact(impact).filter(is_known).count();
    let mut tasks = Vec::new();
    for (impact, task) in [
        (Impact::Moves, "replace the rules of"),
        (Impact::Opens, "add rules for"),
        (Impact::Closes, "remove the rules of"),
        (Impact::Widens, "widen the rules of"),
        (Impact::Narrows, "narrow the rules of"),
        (Impact::Limits, "review the rules of"),
    ] {
        if number(impact) > 0 {
            tasks.push(format!("{task} {}", count(number(impact), "flow")));
        }
    }
    let mut text = match tasks.as_slice() {
        [] if difference.flows.is_empty() => return "Nothing differs.".to_string(),
        [] => "Nothing to do at the firewalls.".to_string(),
        tasks => format!("To do at the firewalls: {}.", tasks.join(", ")),
    };
    for (impact, what) in [
        (Impact::Unknown, "in facts that this version of port-catalog does not know"),
        (Impact::Reworded, "in wording only"),
    ] {
        let number = number(impact);
        if number > 0 {
            let verb = if number == 1 { "differs" } else { "differ" };
            let _ = write!(text, " {} {verb} {what}.", count(number, "flow"));
        }
    }
    let not_known = difference.flows.iter().filter_map(|flow| flow.change.not_known_for());
    let mut editions: BTreeMap<&str, usize> = BTreeMap::new();
    for edition in not_known {
        *editions.entry(edition).or_default() += 1;
    }
    for (edition, number) in editions {
        let (verb, them) = if number == 1 { ("is", "it") } else { ("are", "them") };
        let flows = count(number, "flow");
        let _ = write!(text, " {flows} {verb} not known for {edition}, whose document is not complete: check {them}.");
    }
    let renamed = difference.flows.iter().filter(|flow| matches!(flow.change, FlowChange::Renamed(..))).count();
    if renamed > 0 {
        let verb = if renamed == 1 { "has" } else { "have" };
        let help = "rename the services, profiles and comments that use the old one";
        let _ = write!(text, " {} {verb} another id: {help}.", count(renamed, "flow"));
    }
    text
}

/// Identifies changes that read the same: the fact, and its values before and after.
#[derive(PartialEq)]
struct ChangeKey(String, Option<(Value, Value)>);

impl ChangeKey {
    /// The key of a change; `None` for a change that affects rules, which is always printed with its flow.
    fn new(change: &FactChange) -> Option<ChangeKey> {
        if !matches!(change.impact, Impact::Reworded | Impact::Unknown) {
            return None;
        }
        // One inserted row moves all rows below it. A fact that only one of the versions has is new in every flow.
        let values = change.before.clone().zip(change.after.clone()).filter(|_| change.field != "source.row");
        Some(ChangeKey(change.field.clone(), values))
    }
}

/// The changes that at least this many flows share.
fn shared_changes(difference: &Difference) -> Vec<(ChangeKey, SharedChange)> {
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

/// What the descriptions of all flows depend on.
struct Describer<'a> {
    shared: &'a [(ChangeKey, SharedChange)],
    /// The ids of flows that are not known for one of the editions.
    not_known: HashSet<&'a str>,
}

impl<'a> Describer<'a> {
    fn new(difference: &'a Difference, shared: &'a [(ChangeKey, SharedChange)]) -> Describer<'a> {
        let not_known = difference.flows.iter().filter(|flow| flow.change.not_known_for().is_some());
        Describer { shared, not_known: not_known.map(|flow| flow.change.flow().id()).collect() }
    }

    /// A flow that differs; `None` if all of its changes are shared.
    fn item(&self, difference: &FlowDifference) -> Option<Item> {
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

/// A JSON value in words.
fn value(value: Option<&Value>) -> String {
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
