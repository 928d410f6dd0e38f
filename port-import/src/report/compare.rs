//! Compares the flows of a product's editions before and after a regeneration.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use port_data::FlowRow;
use port_data::schema::FLOWS;

use super::flow_json::{Edition, field, flow_json};
use super::{Bump, Change, NewEdition, Report};

/// The flows of an edition before and after; `None` if there is no such edition.
#[derive(Debug)]
pub struct EditionFlows<'a> {
    /// The edition.
    pub edition: Edition,
    /// Its flows before.
    pub before: Option<Cow<'a, [FlowRow]>>,
    /// Its flows after.
    pub after: Option<Cow<'a, [FlowRow]>>,
}

/// Columns that say where a flow is in the document, rather than what it is.
fn is_source(column: &str) -> bool {
    ["section", "row"].contains(&column) || column.starts_with("printed_")
}

impl Report {
    /// Adds the changes of one product. Its editions are in their order, oldest first.
    ///
    /// An edition that is new next to others is one line. Only the flows that no edition had before are listed as added.
    pub fn compare(&mut self, editions: &[EditionFlows<'_>]) {
        let mut known = ids_of(editions.iter().filter_map(|edition| edition.before.as_deref()));
        let kept = ids_of(editions.iter().filter_map(|edition| edition.after.as_deref()));
        for (index, EditionFlows { edition, before, after }) in editions.iter().enumerate() {
            let name = |id: &str| qualified(id, edition, index + 1 == editions.len());
            match (before, after) {
                (Some(before), Some(after)) => {
                    let (old, new) = (by_id(before), by_id(after));
                    for flow in after.iter() {
                        match old.get(flow.id.as_str()) {
                            Some(old) => self.compare_flow(&name(&flow.id), old, flow),
                            None => self.add(edition, flow),
                        }
                    }
                    for flow in before.iter().filter(|flow| !new.contains_key(flow.id.as_str())) {
                        self.remove(edition, flow, &kept);
                    }
                }
                (None, Some(after)) => {
                    self.raise(Bump::Minor);
                    self.editions.extend(new_edition(editions, index, after));
                    for flow in after.iter().filter(|flow| known.insert(flow.id.as_str())) {
                        self.added.push(flow_json(edition, flow));
                    }
                }
                (Some(before), None) => {
                    for flow in before.iter().filter(|flow| !kept.contains(flow.id.as_str())) {
                        self.remove(edition, flow, &kept);
                    }
                    self.raise(Bump::Minor);
                }
                (None, None) => {}
            }
        }
    }

    fn add(&mut self, edition: &Edition, flow: &FlowRow) {
        self.added.push(flow_json(edition, flow));
        self.raise(Bump::Minor);
    }

    /// Adds a removed flow. Its id is removed only if no other edition has it.
    fn remove(&mut self, edition: &Edition, flow: &FlowRow, kept: &BTreeSet<&str>) {
        self.removed.push(flow_json(edition, flow));
        self.raise(if kept.contains(flow.id.as_str()) { Bump::Minor } else { Bump::Major });
    }

    fn compare_flow(&mut self, name: &str, old: &FlowRow, new: &FlowRow) {
        if old == new {
            return;
        }
        for column in FLOWS {
            let (before, after) = (old.cell(column.name), new.cell(column.name));
            if before != after {
                self.changed.push(Change { id: name.to_string(), field: field(column.name), before, after });
                self.raise(Bump::Patch);
            }
        }
    }

    pub(super) fn raise(&mut self, bump: Bump) {
        self.bump = self.bump.max(bump);
    }
}

/// The id of a flow, with its edition unless that is the newest one.
pub(super) fn qualified(id: &str, edition: &Edition, is_newest: bool) -> String {
    if is_newest { id.to_string() } else { format!("{id}@{}", edition.id) }
}

/// What an edition changes; `None` if it is the only one, so that all of its flows are listed.
fn new_edition(editions: &[EditionFlows<'_>], index: usize, flows: &[FlowRow]) -> Option<NewEdition> {
    let neighbour = |other: &EditionFlows<'_>| {
        let flows = other.before.as_deref().or(other.after.as_deref())?.to_vec();
        Some((other.edition.id.clone(), flows))
    };
    let older = editions[..index].iter().rev().find_map(neighbour);
    let newer = editions[index + 1..].iter().find_map(neighbour);
    let replaces = older.is_some() && newer.is_none();
    let (other, other_flows) = older.or(newer)?;
    let others = by_id(&other_flows);
    let has_same_facts = |flow: &FlowRow, other: &FlowRow| {
        FLOWS.iter().all(|column| is_source(column.name) || flow.cell(column.name) == other.cell(column.name))
    };
    let (mut unchanged, mut changed, mut added) = (0, 0, 0);
    for flow in flows {
        match others.get(flow.id.as_str()) {
            Some(other) if has_same_facts(flow, other) => unchanged += 1,
            Some(_) => changed += 1,
            None => added += 1,
        }
    }
    let edition = &editions[index].edition;
    Some(NewEdition {
        product: edition.product.clone(),
        edition: edition.id.clone(),
        replaces,
        other,
        unchanged,
        changed,
        added,
        missing: others.len() - unchanged - changed,
    })
}

fn ids_of<'a>(editions: impl Iterator<Item = &'a [FlowRow]>) -> BTreeSet<&'a str> {
    editions.flatten().map(|flow| flow.id.as_str()).collect()
}

fn by_id(flows: &[FlowRow]) -> BTreeMap<&str, &FlowRow> {
    flows.iter().map(|flow| (flow.id.as_str(), flow)).collect()
}
