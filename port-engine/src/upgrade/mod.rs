//! What changes at a firewall between two editions of a product's document.
//!
//! The flows of the two editions are compared as by [`diff`]. Facts about the documents are left
//! out: the edition, the source, and what is curated. A port closes only if no flow of the other edition needs it for the same
//! peer and direction, and `upgrade A B` is the inverse of `upgrade B A`. If the document of an edition isn't complete, a flow that
//! only the other edition has is not known for it: its impact is [`Impact::Unknown`](diff::Impact::Unknown).

use crate::dataset::{Dataset, Edition, Product};
use crate::diff::{self, Difference, FlowDifference, Ids};
use crate::export::ExportedFlow;

mod report;
pub mod rules;

/// The flows of two editions, as they are compared.
#[derive(Clone, Debug)]
pub struct EditionFlows {
    from: Vec<ExportedFlow>,
    to: Vec<ExportedFlow>,
}

impl EditionFlows {
    /// The flows of two editions of a product of the dataset.
    #[must_use]
    pub fn new(dataset: &Dataset, product: &str, from: &str, to: &str) -> EditionFlows {
        let flows = |edition: &str| diff::exported(dataset.flows_of_edition(product, edition));
        EditionFlows { from: flows(from), to: flows(to) }
    }
}

/// The changes from one edition to another. It serializes as `port-catalog upgrade --format json` prints it.
#[derive(Clone, Debug)]
pub struct Upgrade<'a> {
    /// The product.
    pub product: &'a Product,
    /// The edition that is in use.
    pub from: &'a Edition,
    /// The edition to change to.
    pub to: &'a Edition,
    /// The flows that differ, or are not known for one of the editions.
    pub difference: Difference<'a>,
    /// The number of flows that both editions have and that don't differ.
    pub unchanged: usize,
}

impl<'a> Upgrade<'a> {
    /// Compares two editions. `flows` are their flows.
    #[must_use]
    pub fn new(
        dataset: &'a Dataset,
        product: &'a Product,
        [from, to]: [&'a Edition; 2],
        flows: &'a EditionFlows,
    ) -> Upgrade<'a> {
        let is_compared = |fact: &str| !matches!(fact, "edition" | "curated") && !fact.starts_with("source.");
        let difference = diff::compare_facts(&flows.from, &flows.to, dataset, Ids::Same, &is_compared);
        let differ = difference.flows.iter().filter(|flow| flow.change.after().is_some()).count();
        let unchanged = flows.to.len() - differ;
        Upgrade { product, from, to, difference, unchanged }
    }

    /// The flows that only one edition has, and that are not known for the other one, since it isn't complete.
    pub fn not_known(&self) -> impl Iterator<Item = &FlowDifference<'a>> {
        self.difference.flows.iter().filter(|flow| flow.change.not_known_for().is_some())
    }
}

#[cfg(test)]
mod tests;
