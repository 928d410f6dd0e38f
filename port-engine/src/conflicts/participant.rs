//! What shares a host: products, editions of them, or parts of them.

use port_core::Direction;

use crate::dataset::{Dataset, Flow};

/// A product on a host, one edition of it, or one part of it. Participants are compared with each other, never with themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant<'a> {
    /// How it is printed: `cluster`, `cluster@1.0`, or `cluster/worker` for a part.
    pub name: String,
    /// Its flows, in the order of the document.
    pub flows: Vec<&'a Flow>,
}

impl<'a> Participant<'a> {
    /// The newest editions of products.
    #[must_use]
    pub fn products(dataset: &'a Dataset, products: &[&str]) -> Vec<Participant<'a>> {
        let participant = |product: &&str| Participant {
            name: (*product).to_string(),
            flows: dataset.flows.iter().filter(|flow| flow.product == *product).collect(),
        };
        products.iter().map(participant).collect()
    }

    /// One edition of a product.
    #[must_use]
    pub fn edition(dataset: &'a Dataset, product: &str, edition: &str) -> Participant<'a> {
        let flows = dataset.flows.iter().chain(&dataset.older_flows);
        Participant {
            name: format!("{product}@{edition}"),
            flows: flows.filter(|flow| flow.product == product && flow.edition == edition).collect(),
        }
    }

    /// Each of some parts on its own, as far as its document distinguishes them; itself if it distinguishes none of them. Flows for
    /// which the document names no part count for the first of the parts only, so that they don't collide with themselves.
    #[must_use]
    pub fn parts(self, components: &[String]) -> Vec<Participant<'a>> {
        let has = |component: &&String| self.flows.iter().any(|flow| flow.component.as_ref() == Some(component));
        let own: Vec<&String> = components.iter().filter(has).collect();
        if own.is_empty() {
            return vec![self];
        }
        let part = |(index, component): (usize, &&String)| {
            let is_own = |flow: &&&Flow| match &flow.component {
                Some(own) => own == *component,
                None => index == 0,
            };
            Participant {
                name: format!("{}/{component}", self.name),
                flows: self.flows.iter().filter(is_own).copied().collect(),
            }
        };
        own.iter().enumerate().map(part).collect()
    }

    /// The inbound flows, for which it listens.
    pub(super) fn inbound(&self) -> impl Iterator<Item = &'a Flow> {
        self.flows.iter().copied().filter(|flow| flow.direction == Direction::Inbound)
    }
}
