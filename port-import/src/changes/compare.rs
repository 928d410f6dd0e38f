//! Compares the tables of two versions.

use std::collections::{BTreeMap, BTreeSet};

use port_engine::dataset::{Dataset, Edition, Flow, Product};
use port_engine::diff::{self, Difference, FlowDifference, Impact};
use port_engine::export::ExportedFlow;
use port_engine::upgrade::{EditionFlows, Upgrade};
use serde_json::Value;

use super::{
    ChangedFact, ChangedFlow, EditionChange, FlowEntry, Id, IdChanges, Presence, UNRELEASED, UpgradeCounts, Version,
};

/// What changes from one version of the tables to the next.
pub(super) fn compare(before: &Dataset, after: &Dataset) -> Version {
    let mut version = Version { version: UNRELEASED.to_string(), date: newest_day(after), ..Version::default() };
    let removed_products = before.products.iter().filter(|product| after.product(&product.id).is_none());
    for product in after.products.iter().chain(removed_products) {
        compare_product(&mut version, before, after, &product.id);
    }
    version.ids = compare_ids(before, after);
    version.bump = version.required_bump();
    version
}

/// The newest day on which a document was retrieved, or after which an edition is named.
pub(super) fn newest_day(dataset: &Dataset) -> Option<String> {
    let editions = dataset.products.iter().flat_map(|product| &product.editions);
    let day = |edition: &Edition| edition.retrieved.clone().or(Some(edition.id.clone()).filter(|id| is_day(id)));
    editions.filter_map(day).max()
}

/// Whether a text has the form `2026-11-30`.
pub(super) fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let in_range = |part: &str, last: u8| part.parse::<u8>().is_ok_and(|number| (1..=last).contains(&number));
    lengths == [4, 2, 2] && parts.iter().all(is_number) && in_range(parts[1], 12) && in_range(parts[2], 31)
}

fn compare_product(version: &mut Version, before: &Dataset, after: &Dataset, product: &str) {
    let editions = |dataset: &'_ Dataset| dataset.product(product).map(|product| product.editions.clone());
    let (old, new) = (editions(before).unwrap_or_default(), editions(after).unwrap_or_default());
    for (index, edition) in new.iter().enumerate() {
        if old.iter().any(|known| known.id == edition.id) {
            compare_edition(version, before, after, (product, &edition.id));
            continue;
        }
        let is_newest = index + 1 == new.len();
        let replaced = old.last().filter(|known| is_newest && new.iter().any(|kept| kept.id == known.id));
        let upgrade = after.product(product).and_then(|product| upgrade_counts(after, product, index));
        version.editions.push(EditionChange {
            replaces: replaced.map(|known| known.id.clone()),
            upgrade,
            ..edition_change(after, product, edition, Presence::Added)
        });
    }
    let removed = old.iter().filter(|known| !new.iter().any(|edition| edition.id == known.id));
    version.editions.extend(removed.map(|edition| edition_change(before, product, edition, Presence::Removed)));
}

fn edition_change(dataset: &Dataset, product: &str, edition: &Edition, change: Presence) -> EditionChange {
    EditionChange {
        product: product.to_string(),
        edition: edition.id.clone(),
        change,
        replaces: None,
        document: edition.document.clone(),
        url: edition.url.clone(),
        retrieved: edition.retrieved.clone(),
        complete: edition.is_complete,
        note: edition.note.clone(),
        flows: dataset.flows_of_edition(product, &edition.id).count(),
        upgrade: None,
    }
}

/// How an edition compares with the one before it or, if it is the oldest, the one after it; `None` if it is the only one.
fn upgrade_counts(dataset: &Dataset, product: &Product, index: usize) -> Option<UpgradeCounts> {
    let from = index.saturating_sub(1);
    let [from, to] = [product.editions.get(from)?, product.editions.get(from + 1)?];
    let flows = EditionFlows::new(dataset, &product.id, &from.id, &to.id);
    let Upgrade { difference, unchanged, .. } = Upgrade::new(dataset, product, [from, to], &flows);
    let mut classes = BTreeMap::new();
    for flow in &difference.flows {
        *classes.entry(flow.impact.as_str().to_string()).or_default() += 1;
    }
    Some(UpgradeCounts { from: from.id.clone(), to: to.id.clone(), unchanged, classes })
}

/// Compares the flows of an edition that both versions have.
fn compare_edition(version: &mut Version, before: &Dataset, after: &Dataset, (product, edition): (&str, &str)) {
    let [old, new] = [before, after].map(|dataset| diff::exported(dataset.flows_of_edition(product, edition)));
    let Difference { flows, .. } = diff::compare(&old, &new, after);
    let entry = |dataset: &Dataset, flow: &ExportedFlow, impact: Impact| {
        let of_edition = dataset.flows_of_edition(product, edition).find(|known| known.id == flow.id());
        of_edition.map(|flow| FlowEntry {
            id: flow.id.clone(),
            product: product.to_string(),
            edition: edition.to_string(),
            class: impact.as_str().to_string(),
            direction: flow.direction.as_str().to_string(),
            peer: flow.peer.clone(),
            purpose: flow.purpose.clone(),
            ports: flow.expression(),
            note: flow.note.clone(),
        })
    };
    for difference in &flows {
        let (old, new) = (difference.change.before(), difference.change.after());
        if let (Some(old), Some(new)) = (old, new) {
            if old.id() == new.id() {
                version.changed.extend(changed_flow([before, after], difference, (product, edition, new.id())));
                continue;
            }
        }
        // Ids are never renamed: if a flow has another id, one is new, and the other is no longer valid.
        version.retired.extend(old.and_then(|flow| entry(before, flow, difference.impact)));
        version.added.extend(new.and_then(|flow| entry(after, flow, difference.impact)));
    }
}

/// A flow of an edition that changed; `None` if it only moved to another row.
fn changed_flow(
    datasets: [&Dataset; 2],
    difference: &FlowDifference,
    (product, edition, id): (&str, &str, &str),
) -> Option<ChangedFlow> {
    let expression = |dataset: &Dataset| {
        dataset.flows_of_edition(product, edition).find(|known| known.id == id).map(Flow::expression)
    };
    let facts = changed_facts(difference, datasets.map(expression));
    (!facts.is_empty()).then(|| ChangedFlow {
        id: id.to_string(),
        product: product.to_string(),
        edition: edition.to_string(),
        class: difference.impact.as_str().to_string(),
        facts,
    })
}

/// The facts that changed. An inserted row moves all rows below it, which changes nothing. Ports are written as in the tables, so that
/// they show how their groups relate.
fn changed_facts(difference: &FlowDifference, ports: [Option<String>; 2]) -> Vec<ChangedFact> {
    let facts = difference.facts.iter().filter(|fact| fact.field != "source.row");
    let [old_ports, new_ports] = ports.map(Value::from);
    let fact = |fact: &diff::FactChange| {
        let value = |value: &Option<Value>, ports: &Value| match fact.field.as_str() {
            "ports" => ports.clone(),
            _ => value.clone().unwrap_or_default(),
        };
        ChangedFact {
            field: fact.field.clone(),
            before: value(&fact.before, &old_ports),
            after: value(&fact.after, &new_ports),
        }
    };
    facts.map(fact).collect()
}

/// Compares the ids other than those of flows that some edition still has.
fn compare_ids(before: &Dataset, after: &Dataset) -> IdChanges {
    let mut changes = IdChanges::default();
    changes.add("vendor", &before.vendors, &after.vendors, |vendor| &vendor.id);
    let without_editions = |dataset: &Dataset| -> Vec<Product> {
        let products = dataset.products.iter().cloned();
        products.map(|product| Product { editions: Vec::new(), ..product }).collect()
    };
    changes.add("product", &without_editions(before), &without_editions(after), |product| &product.id);
    let edition_list = |dataset: &Dataset| -> Vec<(String, Edition)> {
        let editions = |product: &Product| {
            let id = product.id.clone();
            product.editions.clone().into_iter().map(move |edition| (format!("{id}@{}", edition.id), edition))
        };
        dataset.products.iter().flat_map(editions).collect()
    };
    let (old, new) = (edition_list(before), edition_list(after));
    // Editions that are added or removed have entries of their own.
    let differing = new.iter().filter(|(id, edition)| old.iter().any(|(known, old)| known == id && old != edition));
    changes.changed.extend(differing.map(|(id, _)| new_id("edition", id)));
    changes.add("peer", &before.peers, &after.peers, |peer| &peer.id);
    changes.add("service", &before.services, &after.services, |service| &service.id);
    let all = |dataset: &'_ Dataset| -> BTreeSet<String> {
        let flows = dataset.flows.iter().chain(&dataset.older_flows);
        flows.map(|flow: &Flow| flow.id.clone()).collect()
    };
    let removed = &all(before) - &all(after);
    changes.removed.extend(removed.iter().map(|id| new_id("flow", id)));
    changes
}

fn new_id(kind: &str, id: &str) -> Id {
    Id { kind: kind.to_string(), id: id.to_string() }
}

impl IdChanges {
    /// Adds what differs between two lists of records of a kind.
    fn add<T: PartialEq>(&mut self, kind: &str, before: &[T], after: &[T], id: impl Fn(&T) -> &String) {
        for record in after {
            match before.iter().find(|known| id(known) == id(record)) {
                None => self.added.push(new_id(kind, id(record))),
                Some(known) if known != record => self.changed.push(new_id(kind, id(record))),
                Some(_) => {}
            }
        }
        let removed = before.iter().filter(|known| !after.iter().any(|record| id(record) == id(known)));
        self.removed.extend(removed.map(|known| new_id(kind, id(known))));
    }
}
