//! Compares two lists of flows: which were added, removed, changed or renamed, and what that means for firewall rules.
//!
//! The lists are exports, which [`read`] parses, or flows of a dataset, which [`exported`] converts. A flow is compared fact by
//! fact as JSON, so that facts that only another version knows are compared too.
//!
//! What opens and closes is judged by the whole lists: a port opens only if no old flow of the product needed it in the same direction
//! for the same peer, host and interface, and closes only if no new flow does. So comparing the lists in the other order gives the
//! inverse: what opens closes, and what widens narrows.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use port_data::Diagnostic;
use serde_json::Value;

mod allowed;
mod flow;
mod impact;
mod openings;
mod rename;
mod report;

pub use impact::Impact;
pub use openings::Openings;

use allowed::{Allowed, PeerMembers};
use flow::Lists;

use crate::dataset::{Flow, Peer};
use crate::export::ExportedFlow;
use crate::export::kind::Checks;

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
    /// The ports that it needs and that no old flow needed for the same peers, hosts and interfaces.
    pub opens: Openings,
    /// The ports that it needed and that no new flow needs for the same peers, hosts and interfaces.
    pub closes: Openings,
    /// The ports that it needed before, too, but only as one of several alternatives.
    pub needed: Openings,
    /// The ports that it still lists, but now with an alternative.
    pub optional: Openings,
    /// The other ports that are new in this flow: old flows needed them for the same peers, with the ids of these flows.
    pub already: BTreeMap<String, Vec<&'a str>>,
    /// The other ports that this flow no longer needs: new flows need them for the same peers, with the ids of these flows.
    pub stays: BTreeMap<String, Vec<&'a str>>,
    /// The new flows that need closed ports for other peers, hosts or interfaces of the product in the same direction.
    pub elsewhere: Vec<Elsewhere<'a>>,
    /// What all changes together mean.
    pub impact: Impact,
}

/// A flow that needs a port which closes for another flow's peer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Elsewhere<'a> {
    /// The port, such as `tcp/22`.
    pub port: String,
    /// The peer of the flow. The flow has other hosts or interfaces if this is the same peer.
    pub peer: &'a str,
    /// The id of the flow.
    pub flow: &'a str,
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

/// Compares two lists of flows. Flows are matched by id. The peers say which peers include others.
///
/// ```
/// use port_engine::diff::{self, Impact};
/// use port_engine::export::ExportedFlow;
/// use serde_json::json;
///
/// let flows = |port: u16| -> Vec<ExportedFlow> {
///     let ports = json!([{ "transport": "tcp", "first": port, "last": port, "service": null, "group": 0 }]);
///     let flow = json!({ "id": "a", "product": "p", "direction": "inbound", "peer": "admin", "ports": ports });
///     ExportedFlow::from_value(flow).into_iter().collect()
/// };
/// let (old, new) = (flows(8008), flows(8009));
/// let difference = diff::compare(&old, &new, &[]);
/// assert_eq!(difference.flows[0].impact, Impact::Moves);
/// // What moves opens something.
/// assert!(difference.flows[0].has(Impact::Opens));
/// ```
#[must_use]
pub fn compare<'a>(old: &'a [ExportedFlow], new: &'a [ExportedFlow], peers: &'a [Peer]) -> Difference<'a> {
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
    let members = PeerMembers::new(peers);
    let lists =
        Lists { old: Allowed::new(old, &members), new: Allowed::new(new, &members), members: &members, flows: new };
    let flows = changes.into_iter().filter_map(|change| lists.difference(change)).collect();
    Difference { flows, old, new }
}

impl<'a> Difference<'a> {
    /// The flows that differ with an impact. Each flow has one.
    pub fn with_impact(&self, impact: Impact) -> impl Iterator<Item = &FlowDifference<'a>> {
        self.flows.iter().filter(move |flow| flow.impact == impact)
    }

    /// The flows in which something happens: see [`FlowDifference::has`].
    pub fn having(&self, impact: Impact) -> impl Iterator<Item = &FlowDifference<'a>> {
        self.flows.iter().filter(move |flow| flow.has(impact))
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

impl FlowDifference<'_> {
    /// Whether something happens in this flow. [`Impact::Opens`] and [`Impact::Closes`] are in every flow in which something has to be
    /// opened or closed, whatever its impact; the other impacts only in flows that have them.
    #[must_use]
    pub fn has(&self, impact: Impact) -> bool {
        match impact {
            Impact::Opens => self.impact.opens() || !self.needed.is_empty(),
            Impact::Closes => self.impact.closes() || !self.optional.is_empty(),
            _ => self.impact == impact,
        }
    }
}
