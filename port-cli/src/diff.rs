//! Compares two exports of the catalog: what came, went, changed or was renamed, and what that means for firewalls.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Map, Value};

pub mod call;
pub mod export;
pub mod impact;
pub mod openings;
pub mod print;
mod rename;
mod report;
pub mod specs;

use export::Flow;
use impact::Impact;
use openings::Openings;

/// What differs between two exports.
#[derive(Clone, Debug)]
pub struct Difference<'a> {
    /// The flows that differ: those that came, changed or were renamed, in the order of the new export, then those that went.
    pub flows: Vec<FlowDifference<'a>>,
    /// The old export.
    pub old: &'a [Flow],
    /// The new one.
    pub new: &'a [Flow],
}

/// What differs in one flow: it came, went, changed, or looks renamed.
#[derive(Clone, Debug)]
pub struct FlowDifference<'a> {
    /// Which of these, with the flow as it was and as it is.
    pub what: What<'a>,
    /// The facts that changed.
    pub changes: Vec<Change>,
    /// The ports that it opens.
    pub opens: Openings,
    /// The ports that it no longer needs.
    pub closes: Openings,
    /// Of those, the ones that other flows of the product need in the same direction, each with their ids.
    pub stays: BTreeMap<String, Vec<&'a str>>,
    /// What all of it means.
    pub impact: Impact,
}

/// What happened to a flow.
#[derive(Clone, Debug)]
pub enum What<'a> {
    /// It came.
    Added(&'a Flow),
    /// It went.
    Removed(&'a Flow),
    /// Facts of it changed.
    Changed(&'a Flow, &'a Flow),
    /// It went and another came that is alike, in these facts.
    Renamed(&'a Flow, &'a Flow, Vec<&'static str>),
}

/// A fact that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its name in the flow's JSON: `peer`, `source.row`.
    pub field: String,
    /// What it was, ports as an expression; `None` where the old flow does not have it.
    pub before: Option<Value>,
    /// What it is; `None` where the new flow does not have it.
    pub after: Option<Value>,
    /// What that means.
    pub impact: Impact,
}

/// Compares two exports.
pub fn compare<'a>(old: &'a [Flow], new: &'a [Flow]) -> Difference<'a> {
    let old_by_id: HashMap<&str, &Flow> = old.iter().map(|flow| (flow.id(), flow)).collect();
    let new_ids: HashSet<&str> = new.iter().map(Flow::id).collect();
    let gone: Vec<&Flow> = old.iter().filter(|flow| !new_ids.contains(flow.id())).collect();
    let come: Vec<&Flow> = new.iter().filter(|flow| !old_by_id.contains_key(flow.id())).collect();
    let mut renames: HashMap<&str, _> =
        rename::renames(&gone, &come).into_iter().map(|rename| (come[rename.new].id(), rename)).collect();
    let mut whats = Vec::new();
    let mut paired = HashSet::new();
    for flow in new {
        whats.push(match (old_by_id.get(flow.id()), renames.remove(flow.id())) {
            (Some(old), _) => What::Changed(old, flow),
            (None, Some(rename)) => {
                paired.insert(rename.old);
                What::Renamed(gone[rename.old], flow, rename.alike)
            }
            (None, None) => What::Added(flow),
        });
    }
    let removed = gone.iter().enumerate().filter(|(place, _)| !paired.contains(place));
    whats.extend(removed.map(|(_, flow)| What::Removed(flow)));
    let differences = whats.into_iter().map(|what| FlowDifference::of(what, new));
    let differs = |flow: &FlowDifference| !matches!(flow.what, What::Changed(..)) || !flow.changes.is_empty();
    Difference { flows: differences.filter(differs).collect(), old, new }
}

impl<'a> Difference<'a> {
    /// The flows that differ with this impact.
    pub fn of(&self, impact: Impact) -> impl Iterator<Item = &FlowDifference<'a>> {
        self.flows.iter().filter(move |flow| flow.impact == impact)
    }
}

impl<'a> What<'a> {
    /// The flow as it was.
    pub fn before(&self) -> Option<&'a Flow> {
        match self {
            What::Added(_) => None,
            What::Removed(old) | What::Changed(old, _) | What::Renamed(old, ..) => Some(old),
        }
    }

    /// The flow as it is.
    pub fn after(&self) -> Option<&'a Flow> {
        match self {
            What::Removed(_) => None,
            What::Added(new) | What::Changed(_, new) | What::Renamed(_, new, _) => Some(new),
        }
    }

    /// The flow as one knows it from now on.
    pub fn flow(&self) -> &'a Flow {
        match self {
            What::Removed(flow) | What::Added(flow) | What::Changed(_, flow) | What::Renamed(_, flow, _) => flow,
        }
    }
}

impl<'a> FlowDifference<'a> {
    fn of(what: What<'a>, new_flows: &'a [Flow]) -> FlowDifference<'a> {
        let ports = |flow: Option<&Flow>| flow.map(|flow| Openings::of(&flow.specs)).unwrap_or_default();
        let (before, after) = (ports(what.before()), ports(what.after()));
        let changes = match (what.before(), what.after()) {
            (Some(old), Some(new)) => changes(old, new),
            _ => Vec::new(),
        };
        let impact = match what {
            What::Added(_) => Impact::Opens,
            What::Removed(_) => Impact::Closes,
            _ => Impact::of_all(changes.iter().map(|change| change.impact)),
        };
        // Where the other end is another, so is every port.
        let elsewhere = changes.iter().any(|change| matches!(change.field.as_str(), "product" | "direction" | "peer"));
        let (opens, closes) =
            if elsewhere { (after, before) } else { (after.without(&before), before.without(&after)) };
        let stays = stays(&what, &closes, new_flows);
        FlowDifference { what, changes, opens, closes, stays, impact }
    }
}

/// Of the ports that a flow no longer needs, those that others of its product need in its direction, whatever their peers.
fn stays<'a>(what: &What, closes: &Openings, new_flows: &'a [Flow]) -> BTreeMap<String, Vec<&'a str>> {
    let mut stays: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let Some(old) = what.before().filter(|_| !closes.is_empty()) else { return stays };
    let others = new_flows.iter().filter(|flow| {
        what.after().is_none_or(|new| new.id() != flow.id())
            && ["product", "direction"].iter().all(|fact| flow.text(fact) == old.text(fact))
    });
    for flow in others.filter(|flow| flow.specs.iter().any(|spec| closes.has_any_of(spec))) {
        for port in closes.common(&Openings::of(&flow.specs)).texts() {
            stays.entry(port).or_default().push(flow.id());
        }
    }
    stays
}

/// The facts in which two flows differ: the ports first, the others as the new flow has them.
fn changes(old: &Flow, new: &Flow) -> Vec<Change> {
    let mut changes = Vec::new();
    if specs::groups(&old.specs) != specs::groups(&new.specs) {
        let [before, after] = [old, new].map(|flow| Some(specs::expression(&flow.specs).into()));
        let impact = Impact::of_specs(&old.specs, &new.specs);
        changes.push(Change { field: "ports".to_string(), before, after, impact });
    }
    let [before, after] = [old.facts(), new.facts()];
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    for name in after.keys().chain(gone) {
        let [before, after] = [&before, &after].map(|facts: &Map<String, Value>| facts.get(name));
        if before != after {
            let impact = Impact::of_fact(name, old, new);
            changes.push(Change { field: name.clone(), before: before.cloned(), after: after.cloned(), impact });
        }
    }
    changes
}
