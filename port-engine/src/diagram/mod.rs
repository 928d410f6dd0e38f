//! Diagrams of flows: products, their peers, and arrows with ports.
//!
//! All flows between the same two ends in one direction are one arrow, so that a product with many rows stays readable. Flows
//! with a condition are a second, dashed arrow. If documents distinguish components of a product, they are drawn in a frame around
//! them, and flows between two of them are arrows inside it. [`mermaid`] and [`dot`] write a diagram as text.

use std::collections::BTreeSet;

use port_core::{Fact, Groups, Requirement, Transport};

mod arrow;
pub mod dot;
mod label;
pub mod mermaid;
mod model;
mod names;
mod product;

use arrow::ArrowKey;
pub use model::{Arrow, Cluster, Diagram, Node};
use product::ProductNode;

use crate::dataset::{Dataset, Flow};
use crate::words::words;

words! {
    /// The language of a diagram.
    DiagramFormat is a "diagram format" {
        /// Mermaid, which wikis and forges draw in a page of Markdown
        Mermaid = "mermaid",
        /// Graphviz, whose dot draws SVG, PNG and PDF
        Dot = "dot",
    }
}

impl Diagram {
    /// The diagram of flows of a dataset.
    #[must_use]
    pub fn new(flows: &[&Flow], dataset: &Dataset) -> Diagram {
        let mut groups: Vec<(ArrowKey, Vec<&Flow>)> = Vec::new();
        for flow in flows {
            let key = ArrowKey::new(flow, dataset);
            match groups.iter_mut().find(|(other, _)| *other == key) {
                Some((_, flows)) => flows.push(flow),
                None => groups.push((key, vec![flow])),
            }
        }
        let ids: BTreeSet<&str> = flows.iter().map(|flow| flow.product.as_str()).collect();
        let products: Vec<ProductNode> = dataset
            .products
            .iter()
            .filter(|product| ids.contains(product.id.as_str()))
            .map(|product| ProductNode::new(product, flows, dataset))
            .collect();
        let mut nodes: Vec<Node> = products.iter().filter_map(ProductNode::node).collect();
        for (key, _) in &groups {
            nodes.extend(key.peer_node(flows, &products, dataset).filter(|node| !nodes.contains(node)));
        }
        let footnotes = notes(flows);
        Diagram {
            title: products.iter().map(|product| product.title(flows, dataset)).collect(),
            clusters: products.iter().filter_map(|product| product.cluster(dataset)).collect(),
            nodes,
            arrows: groups.iter().map(|(key, flows)| key.arrow(flows, &products, &footnotes, dataset)).collect(),
            legend: legend(flows, &products, &footnotes),
        }
    }

    /// The diagram as text.
    #[must_use]
    pub fn print(&self, format: DiagramFormat) -> String {
        match format {
            DiagramFormat::Mermaid => mermaid::print(self),
            DiagramFormat::Dot => dot::print(self),
        }
    }
}

/// The notes of flows, each once and in the order of the flows.
fn notes<'a>(flows: &[&'a Flow]) -> Vec<&'a str> {
    let mut notes: Vec<&str> = Vec::new();
    for note in flows.iter().filter_map(|flow| flow.note.as_deref()) {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

fn legend(flows: &[&Flow], products: &[ProductNode], notes: &[&str]) -> Vec<String> {
    let mut legend = Vec::new();
    if flows.iter().any(|flow| flow.requirement == Requirement::Conditional) {
        legend.push("dashed: only under a condition".to_string());
    }
    if flows.iter().flat_map(|flow| &flow.ports).any(|spec| spec.transport() == Some(Transport::Any)) {
        legend.push("any: the document does not say whether TCP or UDP".to_string());
    }
    if flows.iter().any(|flow| flow.groups == Groups::Unstated && flow.port_groups().count() > 1) {
        legend.push("semicolon: the document does not say whether all are needed".to_string());
    }
    if flows.iter().any(|flow| flow.curated.contains(&Fact::Peer) || label::is_curated(flow)) {
        legend.push("* not stated by the document, added by the catalog".to_string());
    }
    legend.extend(products.iter().filter_map(ProductNode::incomplete_edition));
    for (index, note) in notes.iter().enumerate() {
        legend.extend(label::note_lines(index + 1, note));
    }
    legend
}
