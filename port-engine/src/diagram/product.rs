//! The products of a diagram: a node each, or a frame with their components.

use super::model::{Cluster, Node};
use super::names::{part_name, product_name};
use crate::dataset::{Dataset, Flow, Product};
use crate::rules::notes::incomplete_edition;

/// A product in the diagram.
pub(super) struct ProductNode<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    product: &'a Product,
    /// The components at the ends of the drawn flows, in the order of the product's. `None` is the end of flows for which the document
    /// names no component, if it does for others. Empty if it names none.
    parts: Vec<Option<&'a str>>,
}

impl<'a> ProductNode<'a> {
    /// The product of flows.
    pub(super) fn new(product: &'a Product, flows: &[&Flow], dataset: &Dataset) -> ProductNode<'a> {
        let own = || flows.iter().filter(|flow| flow.product == product.id);
        let is_drawn = |component: &&str| {
            own().any(|flow| {
                flow.component.as_deref() == Some(component) || flow.peer_component(dataset) == Some(component)
            })
        };
        let components = product.components.iter().map(String::as_str).filter(is_drawn);
        let mut parts: Vec<Option<&str>> = components.map(Some).collect();
        if !parts.is_empty() && own().any(|flow| flow.component.is_none()) {
            parts.push(None);
        }
        ProductNode { id: &product.id, name: &product.name, product, parts }
    }

    /// The node of a product without components.
    pub(super) fn node(&self) -> Option<Node> {
        let node = || Node { name: product_name(self.id), label: self.name.to_string(), is_product: true };
        self.parts.is_empty().then(node)
    }

    /// The frame of a product with components.
    pub(super) fn cluster(&self, dataset: &Dataset) -> Option<Cluster> {
        let part = |component: Option<&str>| {
            let label = match component {
                None => "component not stated".to_string(),
                Some(component) => {
                    let peer = dataset.peer(&format!("{}-{component}", self.id));
                    peer.map_or(component.to_string(), |peer| peer.name.clone())
                }
            };
            Node { name: part_name(self.id, component), label, is_product: true }
        };
        let parts: Vec<Node> = self.parts.iter().copied().map(part).collect();
        let name = product_name(self.id);
        (!parts.is_empty()).then(|| Cluster { name, label: self.name.to_string(), parts })
    }

    /// The name of the node at the product's own end of a flow with this component.
    pub(super) fn end(&self, component: Option<&str>) -> String {
        if self.parts.is_empty() { product_name(self.id) } else { part_name(self.id, component) }
    }

    /// How many flows of the product are drawn, and from which document they are.
    pub(super) fn title(&self, flows: &[&Flow], dataset: &Dataset) -> String {
        let drawn = flows.iter().filter(|flow| flow.product == self.id).count();
        let all = dataset.flows_of(self.id).count();
        let part = if drawn == all { String::new() } else { format!("{drawn} of ") };
        let noun = if all == 1 { "flow" } else { "flows" };
        let edition = self.product.newest_edition();
        format!("{}: {part}{all} {noun} of {}, {}", self.name, edition.document, edition.printed)
    }

    /// A warning if parts of the product's document were not available.
    pub(super) fn incomplete_edition(&self) -> Option<String> {
        let edition = self.product.newest_edition();
        (!edition.is_complete).then(|| incomplete_edition(self.product, edition))
    }
}
