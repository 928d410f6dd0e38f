//! The products' documents, prepared once for all hosts that run the same.

use std::collections::BTreeMap;

use super::assignment::Parts;
use crate::audit::observation::Observation;
use crate::audit::pointwise::deduplicated;
use crate::audit::verdict::{Audit, Baseline};
use crate::dataset::Dataset;

/// The baselines of all hosts.
#[derive(Debug)]
pub struct Fleet<'a> {
    dataset: &'a Dataset,
    baselines: BTreeMap<Parts<'a>, Baseline<'a>>,
}

impl<'a> Fleet<'a> {
    /// A fleet of which no host is known yet.
    #[must_use]
    pub fn new(dataset: &'a Dataset) -> Fleet<'a> {
        Fleet { dataset, baselines: BTreeMap::new() }
    }

    /// Audits a host that runs some parts of products.
    pub fn audit<'b>(&mut self, parts: &Parts<'a>, observation: &'b Observation) -> Audit<'b>
    where
        'a: 'b,
    {
        if !self.baselines.contains_key(parts) {
            self.baselines.insert(parts.clone(), baseline(self.dataset, parts));
        }
        self.baselines[parts].audit(observation, &BTreeMap::new())
    }
}

/// The flows of the parts, each of its edition.
fn baseline<'a>(dataset: &'a Dataset, parts: &Parts<'a>) -> Baseline<'a> {
    let products = deduplicated(parts.iter().map(|part| part.product));
    let components: Vec<(&str, &str)> = parts.iter().filter_map(|part| Some((part.product, part.component?))).collect();
    let editions = deduplicated(parts.iter().map(|part| (part.product, part.edition)));
    let flows = editions.into_iter().flat_map(|(product, edition)| match edition {
        Some(edition) => dataset.flows_of_edition(product, edition).collect::<Vec<_>>(),
        None => dataset.flows_of(product).collect(),
    });
    Baseline::of_flows(dataset, &products, &components, flows)
}
