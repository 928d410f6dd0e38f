//! Which flows are compared with each other if a list has several editions of a product.
//!
//! If each list has one edition of a product, the two editions are compared with each other, whatever they are. If a list has
//! several, each is compared with the same edition in the other list.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::export::ExportedFlow;

/// The editions of the products of two lists.
#[derive(Clone, Debug)]
pub(super) struct Editions<'a> {
    /// The products of which a list has several editions, and the fact that names the edition: every flow has its id, or, if some
    /// are of an earlier version, each has the edition as it is printed.
    several: BTreeMap<&'a str, EditionFact>,
    /// The ids that several products of a list have.
    shared_ids: HashSet<&'a str>,
}

/// The fact of a flow that names its edition.
#[derive(Clone, Copy, Debug)]
enum EditionFact {
    Id,
    Printed,
}

/// What a flow has in common with the flow that it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key<'a> {
    /// Empty if one product of each list has the id. A flow may then become one of another product.
    product: &'a str,
    /// Empty if each list has one edition of the product.
    pub edition: &'a str,
    pub id: &'a str,
}

impl<'a> Editions<'a> {
    pub(super) fn new(old: &'a [ExportedFlow], new: &'a [ExportedFlow]) -> Editions<'a> {
        let mut several: BTreeMap<&str, EditionFact> = BTreeMap::new();
        for list in [old, new] {
            let mut editions: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
            for flow in list {
                let edition = (flow.text("edition"), flow.source_text("edition"));
                editions.entry(flow.text("product")).or_default().insert(edition);
            }
            let more = editions.into_iter().filter(|(_, editions)| {
                let ids: BTreeSet<&str> = editions.iter().map(|(id, _)| *id).collect();
                ids.len() > 1 || ids.contains("") && editions.len() > 1
            });
            several.extend(more.map(|(product, _)| (product, EditionFact::Id)));
        }
        for flow in old.iter().chain(new).filter(|flow| flow.text("edition").is_empty()) {
            if let Some(fact) = several.get_mut(flow.text("product")) {
                *fact = EditionFact::Printed;
            }
        }
        let mut shared_ids = HashSet::new();
        for list in [old, new] {
            let mut products: HashMap<&str, &str> = HashMap::new();
            for flow in list {
                if *products.entry(flow.id()).or_insert(flow.text("product")) != flow.text("product") {
                    shared_ids.insert(flow.id());
                }
            }
        }
        Editions { several, shared_ids }
    }

    pub(super) fn key(&self, flow: &'a ExportedFlow) -> Key<'a> {
        let edition = match self.several.get(flow.text("product")) {
            None => "",
            Some(EditionFact::Id) => flow.text("edition"),
            Some(EditionFact::Printed) => flow.source_text("edition"),
        };
        let product = if self.shared_ids.contains(flow.id()) { flow.text("product") } else { "" };
        Key { product, edition, id: flow.id() }
    }

    /// The product and the edition as which a flow is compared.
    pub(super) fn of(&self, flow: &'a ExportedFlow) -> (&'a str, &'a str) {
        (flow.text("product"), self.key(flow).edition)
    }
}
