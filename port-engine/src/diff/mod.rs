//! Compares two lists of flows: which were added, removed, changed or renamed, and what that means for firewall rules.
//!
//! The lists are exports, which [`read`] parses, or flows of a dataset, which [`exported`] converts. A flow is compared fact by
//! fact as JSON, so that facts that only another version knows are compared too.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use port_data::Diagnostic;
use serde_json::{Map, Value};

mod impact;
mod openings;
mod rename;
mod report;

pub use impact::Impact;
pub use openings::Openings;

use crate::dataset::Flow;
use crate::export::ExportedFlow;
use crate::export::kind::Checks;
use crate::export::spec::{expression, groups};

/// The differences between two lists of flows. It serializes as `port-catalog diff --format json` prints it.
#[derive(Clone, Debug)]
pub struct Difference<'a> {
    /// The flows that differ: those that were added, changed or renamed in the order of the new list, then the removed ones.
    pub flows: Vec<FlowDifference<'a>>,
    /// The old flows.
    pub old: &'a [ExportedFlow],
    /// The new flows.
    pub new: &'a [ExportedFlow],
}

/// How one flow differs.
#[derive(Clone, Debug)]
pub struct FlowDifference<'a> {
    /// The flow before and after.
    pub change: FlowChange<'a>,
    /// The facts that changed.
    pub facts: Vec<FactChange>,
    /// The ports that it needs now and didn't need before.
    pub opens: Openings,
    /// The ports that it no longer needs.
    pub closes: Openings,
    /// Those closed ports that other flows of the product need in the same direction, with the ids of these flows.
    pub stays: BTreeMap<String, Vec<&'a str>>,
    /// What all changes together mean.
    pub impact: Impact,
}

/// What happened to a flow.
#[derive(Clone, Debug)]
pub enum FlowChange<'a> {
    /// Only the new list has it.
    Added(&'a ExportedFlow),
    /// Only the old list has it.
    Removed(&'a ExportedFlow),
    /// Its facts changed.
    Changed(&'a ExportedFlow, &'a ExportedFlow),
    /// It likely got another id: the flow before and after, and the facts that both share.
    Renamed(&'a ExportedFlow, &'a ExportedFlow, Vec<&'static str>),
}

/// A fact that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct FactChange {
    /// Its name in JSON: `peer`, `source.row`.
    pub field: String,
    /// Its old value, for ports an expression; `None` if the old flow doesn't have the fact.
    pub before: Option<Value>,
    /// Its new value; `None` if the new flow doesn't have the fact.
    pub after: Option<Value>,
    /// What the change means.
    pub impact: Impact,
}

/// Reads the JSON of `port-catalog list --format json`, of this version or of another. `file` names it in messages.
///
/// # Errors
///
/// The text isn't an export. A fact that this version doesn't know is not an error.
pub fn read(file: &Path, text: &str) -> Result<Vec<ExportedFlow>, Diagnostic> {
    crate::export::read::read(file, text, Checks::Comparison)
}

/// Flows of a dataset, as they are compared.
pub fn exported<'a>(flows: impl IntoIterator<Item = &'a Flow>) -> Vec<ExportedFlow> {
    flows.into_iter().filter_map(ExportedFlow::from_serialize).collect()
}

/// Compares two lists of flows. Flows are matched by id.
#[must_use]
pub fn compare<'a>(old: &'a [ExportedFlow], new: &'a [ExportedFlow]) -> Difference<'a> {
    let old_by_id: HashMap<&str, &ExportedFlow> = old.iter().map(|flow| (flow.id(), flow)).collect();
    let new_ids: HashSet<&str> = new.iter().map(ExportedFlow::id).collect();
    let removed: Vec<&ExportedFlow> = old.iter().filter(|flow| !new_ids.contains(flow.id())).collect();
    let added: Vec<&ExportedFlow> = new.iter().filter(|flow| !old_by_id.contains_key(flow.id())).collect();
    let renames = rename::renames(&removed, &added).into_iter();
    let mut renames: HashMap<&str, _> = renames.map(|rename| (added[rename.new].id(), rename)).collect();
    let mut changes = Vec::new();
    let mut matched = HashSet::new();
    for flow in new {
        changes.push(match (old_by_id.get(flow.id()), renames.remove(flow.id())) {
            (Some(old), _) => FlowChange::Changed(old, flow),
            (None, Some(rename)) => {
                matched.insert(rename.old);
                FlowChange::Renamed(removed[rename.old], flow, rename.alike)
            }
            (None, None) => FlowChange::Added(flow),
        });
    }
    let removed = removed.iter().enumerate().filter(|(index, _)| !matched.contains(index));
    changes.extend(removed.map(|(_, flow)| FlowChange::Removed(flow)));
    let differences = changes.into_iter().map(|change| FlowDifference::new(change, new));
    let differs = |flow: &FlowDifference| !matches!(flow.change, FlowChange::Changed(..)) || !flow.facts.is_empty();
    Difference { flows: differences.filter(differs).collect(), old, new }
}

impl<'a> Difference<'a> {
    /// The flows that differ with an impact.
    pub fn with_impact(&self, impact: Impact) -> impl Iterator<Item = &FlowDifference<'a>> {
        self.flows.iter().filter(move |flow| flow.impact == impact)
    }
}

impl<'a> FlowChange<'a> {
    /// The flow before.
    #[must_use]
    pub fn before(&self) -> Option<&'a ExportedFlow> {
        match self {
            FlowChange::Added(_) => None,
            FlowChange::Removed(old) | FlowChange::Changed(old, _) | FlowChange::Renamed(old, ..) => Some(old),
        }
    }

    /// The flow after.
    #[must_use]
    pub fn after(&self) -> Option<&'a ExportedFlow> {
        match self {
            FlowChange::Removed(_) => None,
            FlowChange::Added(new) | FlowChange::Changed(_, new) | FlowChange::Renamed(_, new, _) => Some(new),
        }
    }

    /// The flow after, or before if it was removed.
    #[must_use]
    pub fn flow(&self) -> &'a ExportedFlow {
        match self {
            FlowChange::Removed(flow)
            | FlowChange::Added(flow)
            | FlowChange::Changed(_, flow)
            | FlowChange::Renamed(_, flow, _) => flow,
        }
    }
}

impl<'a> FlowDifference<'a> {
    fn new(change: FlowChange<'a>, new_flows: &'a [ExportedFlow]) -> FlowDifference<'a> {
        let openings = |flow: Option<&ExportedFlow>| flow.map(|flow| Openings::new(&flow.specs)).unwrap_or_default();
        let (before, after) = (openings(change.before()), openings(change.after()));
        let facts = match (change.before(), change.after()) {
            (Some(old), Some(new)) => changed_facts(old, new),
            _ => Vec::new(),
        };
        let impact = match change {
            FlowChange::Added(_) => Impact::Opens,
            FlowChange::Removed(_) => Impact::Closes,
            _ => Impact::combined(facts.iter().map(|fact| fact.impact)),
        };
        // If the other end changed, every port did.
        let has_moved = facts.iter().any(|fact| matches!(fact.field.as_str(), "product" | "direction" | "peer"));
        let (opens, closes) =
            if has_moved { (after, before) } else { (after.without(&before), before.without(&after)) };
        let stays = stays(&change, &closes, new_flows);
        FlowDifference { change, facts, opens, closes, stays, impact }
    }
}

/// The closed ports that other flows of the product need in the same direction, whatever their peers.
fn stays<'a>(change: &FlowChange, closes: &Openings, new_flows: &'a [ExportedFlow]) -> BTreeMap<String, Vec<&'a str>> {
    let mut stays: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let Some(old) = change.before().filter(|_| !closes.is_empty()) else { return stays };
    let others = new_flows.iter().filter(|flow| {
        change.after().is_none_or(|new| new.id() != flow.id())
            && ["product", "direction"].iter().all(|fact| flow.text(fact) == old.text(fact))
    });
    for flow in others.filter(|flow| flow.specs.iter().any(|spec| closes.overlaps(spec))) {
        for port in closes.common(&Openings::new(&flow.specs)).items() {
            stays.entry(port).or_default().push(flow.id());
        }
    }
    stays
}

/// The facts in which two flows differ: the ports first, the others in the order of the new flow.
fn changed_facts(old: &ExportedFlow, new: &ExportedFlow) -> Vec<FactChange> {
    let mut changes = Vec::new();
    if groups(&old.specs) != groups(&new.specs) {
        let [before, after] = [old, new].map(|flow| Some(expression(&flow.specs).into()));
        let impact = Impact::from_specs(&old.specs, &new.specs);
        changes.push(FactChange { field: "ports".to_string(), before, after, impact });
    }
    let [before, after] = [old.facts(), new.facts()];
    let only_before = before.keys().filter(|name| !after.contains_key(*name));
    for name in after.keys().chain(only_before) {
        let [before, after] = [&before, &after].map(|facts: &Map<String, Value>| facts.get(name));
        if before != after {
            let impact = Impact::from_fact(name, old, new);
            changes.push(FactChange { field: name.clone(), before: before.cloned(), after: after.cloned(), impact });
        }
    }
    changes
}
