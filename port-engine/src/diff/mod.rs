//! Compares two lists of flows: which were added, removed, changed or renamed, and what that means for firewall rules.
//!
//! The lists are exports, which [`read`] parses, or flows of a dataset, which [`exported`] converts. A flow is compared fact by
//! fact as JSON, so that facts that only another version knows are compared too.
//!
//! What opens and closes is judged by the whole lists: a port opens only if no old flow of the product needed it in the same direction
//! for the same peer, host and interface, and closes only if no new flow does. So comparing the lists in the other order gives the
//! inverse: what opens closes, and what widens narrows.
//!
//! If the document of an edition was not available as a whole, what only the other list has is not known for it. Such a flow
//! neither opens nor closes anything, and a port that it may need is never closed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use port_data::Diagnostic;
use serde_json::Value;

mod allowed;
mod editions;
mod flow;
mod impact;
mod openings;
mod rename;
mod report;

pub use impact::Impact;
pub use openings::Openings;

use allowed::{Allowed, PeerMembers};
use editions::{Editions, Key};
use flow::Lists;
pub(crate) use report::{FlowReport, ImpactCounts};

use crate::dataset::{Dataset, Flow};
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
    /// Which editions are compared with each other.
    editions: Editions<'a>,
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
    /// Only the new list has it, and the document of the old edition, whose id follows, isn't complete.
    NotKnownBefore(&'a ExportedFlow, &'a str),
    /// Only the old list has it, and the document of the new edition, whose id follows, isn't complete.
    NotKnownAfter(&'a ExportedFlow, &'a str),
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

/// Compares two lists of flows. The dataset says which peers include others, and which editions aren't complete.
///
/// Flows are matched by id. If a list has several editions of a product, each edition is compared with the same one in the other
/// list; if both lists have one, the two are compared, whatever they are.
///
/// ```
/// use port_engine::dataset::Dataset;
/// use port_engine::diff::{self, Impact};
/// use port_engine::export::ExportedFlow;
/// use serde_json::json;
///
/// let flows = |port: u16| -> Vec<ExportedFlow> {
///     let ports = json!([{ "transport": "tcp", "first": port, "last": port, "service": null, "group": 0 }]);
///     let flow = json!({ "id": "a", "product": "p", "direction": "inbound", "peer": "admin", "ports": ports });
///     ExportedFlow::from_value(flow).into_iter().collect()
/// };
/// let (old, new, dataset) = (flows(8008), flows(8009), Dataset::default());
/// let difference = diff::compare(&old, &new, &dataset);
/// assert_eq!(difference.flows[0].impact, Impact::Moves);
/// // What moves opens something.
/// assert!(difference.flows[0].has(Impact::Opens));
/// ```
#[must_use]
pub fn compare<'a>(old: &'a [ExportedFlow], new: &'a [ExportedFlow], dataset: &'a Dataset) -> Difference<'a> {
    compare_facts(old, new, dataset, Ids::MayChange, &|_| true)
}

/// Whether a flow can have another id in the other list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ids {
    /// Versions of a catalog may have renamed it.
    MayChange,
    /// Editions of one catalog have the same id for the same traffic.
    Same,
}

/// The same as [`compare`], without the facts that aren't compared.
pub(crate) fn compare_facts<'a>(
    old: &'a [ExportedFlow],
    new: &'a [ExportedFlow],
    dataset: &'a Dataset,
    ids: Ids,
    is_compared: &dyn Fn(&str) -> bool,
) -> Difference<'a> {
    let editions = Editions::new(old, new);
    let [unknown_before, unknown_after] = [old, new].map(|list| incomplete_editions(list, &editions, dataset));
    let changes: Vec<FlowChange> = changes(old, new, &editions, ids)
        .into_iter()
        .map(|change| match change {
            FlowChange::Added(flow) => match unknown_before.get(&editions.of(flow)) {
                Some(edition) => FlowChange::NotKnownBefore(flow, edition),
                None => change,
            },
            FlowChange::Removed(flow) => match unknown_after.get(&editions.of(flow)) {
                Some(edition) => FlowChange::NotKnownAfter(flow, edition),
                None => change,
            },
            _ => change,
        })
        .collect();
    // The other edition may have them.
    let before = changes.iter().filter_map(|change| match change {
        FlowChange::NotKnownBefore(flow, _) => Some(*flow),
        _ => None,
    });
    let after = changes.iter().filter_map(|change| match change {
        FlowChange::NotKnownAfter(flow, _) => Some(*flow),
        _ => None,
    });
    let members = PeerMembers::new(&dataset.peers);
    let lists = Lists {
        old: Allowed::new(old.iter().chain(before), &members, &editions),
        new: Allowed::new(new.iter().chain(after), &members, &editions),
        members: &members,
        editions: &editions,
        flows: new,
        is_compared,
    };
    let flows = changes.into_iter().filter_map(|change| lists.difference(change)).collect();
    Difference { flows, old, new, editions }
}

/// What happened to each flow: those of the new list in its order, then the removed ones.
fn changes<'a>(
    old: &'a [ExportedFlow],
    new: &'a [ExportedFlow],
    editions: &Editions<'a>,
    ids: Ids,
) -> Vec<FlowChange<'a>> {
    let old_by_key: HashMap<Key, &ExportedFlow> = old.iter().map(|flow| (editions.key(flow), flow)).collect();
    let new_keys: HashSet<Key> = new.iter().map(|flow| editions.key(flow)).collect();
    let removed: Vec<&ExportedFlow> = old.iter().filter(|flow| !new_keys.contains(&editions.key(flow))).collect();
    let added: Vec<&ExportedFlow> = new.iter().filter(|flow| !old_by_key.contains_key(&editions.key(flow))).collect();
    let renames = match ids {
        Ids::MayChange => rename::renames(&removed, &added, editions),
        Ids::Same => Vec::new(),
    };
    let renames = renames.into_iter();
    let mut renames: HashMap<Key, _> = renames.map(|rename| (editions.key(added[rename.new]), rename)).collect();
    let mut changes = Vec::new();
    let mut matched = HashSet::new();
    for flow in new {
        let key = editions.key(flow);
        changes.push(match (old_by_key.get(&key), renames.remove(&key)) {
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
    changes
}

/// The editions of a list whose documents weren't available as a whole: the product and the edition as which they are compared,
/// and their ids.
fn incomplete_editions<'a>(
    list: &'a [ExportedFlow],
    editions: &Editions<'a>,
    dataset: &Dataset,
) -> HashMap<(&'a str, &'a str), &'a str> {
    let mut incomplete = HashMap::new();
    for flow in list {
        let id = flow.text("edition");
        let edition = dataset.product(flow.text("product")).map(|product| &product.editions);
        let edition = edition.and_then(|editions| editions.iter().find(|edition| edition.id == id));
        if edition.is_some_and(|edition| !edition.is_complete) {
            incomplete.insert(editions.of(flow), id);
        }
    }
    incomplete
}

impl<'a> Difference<'a> {
    /// The flows that differ with an impact. Each flow has one.
    pub fn with_impact(&self, impact: Impact) -> impl Iterator<Item = &FlowDifference<'a>> {
        self.flows.iter().filter(move |flow| flow.impact == impact)
    }

    /// The product of one of the flows, as it is compared: `fortimail`, or `fortimail@5.4` if a list has several editions of it.
    #[must_use]
    pub fn product(&self, flow: &'a ExportedFlow) -> String {
        match self.editions.of(flow) {
            (product, "") => product.to_string(),
            (product, edition) => format!("{product}@{edition}"),
        }
    }

    /// The products of one of the lists, as they are compared.
    #[must_use]
    pub fn products(&self, flows: &'a [ExportedFlow]) -> BTreeSet<String> {
        flows.iter().map(|flow| self.product(flow)).collect()
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
            FlowChange::Added(_) | FlowChange::NotKnownBefore(..) => None,
            FlowChange::Removed(old)
            | FlowChange::Changed(old, _)
            | FlowChange::Renamed(old, ..)
            | FlowChange::NotKnownAfter(old, _) => Some(old),
        }
    }

    /// The flow after.
    #[must_use]
    pub fn after(&self) -> Option<&'a ExportedFlow> {
        match self {
            FlowChange::Removed(_) | FlowChange::NotKnownAfter(..) => None,
            FlowChange::Added(new)
            | FlowChange::Changed(_, new)
            | FlowChange::Renamed(_, new, _)
            | FlowChange::NotKnownBefore(new, _) => Some(new),
        }
    }

    /// The flow after, or before if it was removed.
    #[must_use]
    pub fn flow(&self) -> &'a ExportedFlow {
        match self {
            FlowChange::Removed(flow)
            | FlowChange::Added(flow)
            | FlowChange::Changed(_, flow)
            | FlowChange::Renamed(_, flow, _)
            | FlowChange::NotKnownBefore(flow, _)
            | FlowChange::NotKnownAfter(flow, _) => flow,
        }
    }

    /// The edition for which the flow isn't known, since its document isn't complete.
    #[must_use]
    pub fn not_known_for(&self) -> Option<&'a str> {
        match self {
            FlowChange::NotKnownBefore(_, edition) | FlowChange::NotKnownAfter(_, edition) => Some(edition),
            _ => None,
        }
    }

    /// The word for what happened.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            FlowChange::Added(_) => "added",
            FlowChange::Removed(_) => "removed",
            FlowChange::Changed(..) => "changed",
            FlowChange::Renamed(..) => "renamed",
            FlowChange::NotKnownBefore(..) | FlowChange::NotKnownAfter(..) => "not-known",
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
