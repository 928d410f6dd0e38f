//! Diagrams of flows: products, their peers, and arrows with ports.
//!
//! All flows between a product and a peer in one direction are one arrow, so that a product with many rows stays readable. Flows
//! with a condition are a second, dashed arrow. [`mermaid`] and [`dot`] write a diagram as text.

use std::collections::BTreeSet;

use port_core::{Direction, Fact, Requirement, Transport};

pub mod dot;
mod label;
pub mod mermaid;
mod model;

use label::MARK;
pub use model::{Arrow, Diagram, Node};

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
            let key = ArrowKey::new(flow);
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
            .map(|product| ProductNode { id: &product.id, name: &product.name })
            .collect();
        let mut nodes: Vec<Node> = products.iter().map(ProductNode::node).collect();
        for (key, _) in &groups {
            let node = key.peer_node(flows, &products, dataset);
            if !nodes.contains(&node) {
                nodes.push(node);
            }
        }
        Diagram {
            title: products.iter().map(|product| product.title(flows, dataset)).collect(),
            nodes,
            arrows: groups.iter().map(|(key, flows)| key.arrow(flows, dataset)).collect(),
            legend: legend(flows),
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

/// What the flows of one arrow share.
#[derive(Clone, Copy, PartialEq)]
struct ArrowKey<'a> {
    product: &'a str,
    peer: &'a str,
    direction: Direction,
    conditional: bool,
}

impl<'a> ArrowKey<'a> {
    fn new(flow: &'a Flow) -> ArrowKey<'a> {
        ArrowKey {
            product: &flow.product,
            peer: &flow.peer,
            direction: flow.direction,
            conditional: flow.requirement == Requirement::Conditional,
        }
    }

    /// A peer is drawn once on each side of the products, so that all arrows point the same way.
    fn peer_name(self) -> String {
        format!("{}_{}", self.direction.preposition(), identifier(self.peer))
    }

    fn peer_node(self, flows: &[&Flow], products: &[ProductNode], dataset: &Dataset) -> Node {
        let name = dataset.peer(self.peer).map_or(self.peer, |peer| &peer.name);
        // A peer with the name of a product in the diagram is another instance of it.
        let is_another = products.iter().any(|product| product.name == name);
        let is_curated = |flow: &&Flow| {
            (flow.peer.as_str(), flow.direction) == (self.peer, self.direction) && flow.curated.contains(&Fact::Peer)
        };
        let another = if is_another { "another " } else { "" };
        let mark = if flows.iter().any(is_curated) { MARK } else { "" };
        Node { name: self.peer_name(), label: format!("{another}{name}{mark}"), is_product: false }
    }

    fn arrow(self, flows: &[&Flow], dataset: &Dataset) -> Arrow {
        let (product, peer) = (product_name(self.product), self.peer_name());
        let (from, to) = match self.direction {
            Direction::Outbound => (product, peer),
            Direction::Inbound => (peer, product),
        };
        Arrow { from, to, label: label::lines(flows, dataset), conditional: self.conditional }
    }
}

/// A product in the diagram.
struct ProductNode<'a> {
    id: &'a str,
    name: &'a str,
}

impl ProductNode<'_> {
    fn node(&self) -> Node {
        Node { name: product_name(self.id), label: self.name.to_string(), is_product: true }
    }

    /// How many flows of the product are drawn, and from which document they are.
    fn title(&self, flows: &[&Flow], dataset: &Dataset) -> String {
        let drawn = flows.iter().filter(|flow| flow.product == self.id).count();
        let all = dataset.flows_of(self.id).count();
        let part = if drawn == all { String::new() } else { format!("{drawn} of ") };
        let noun = if all == 1 { "flow" } else { "flows" };
        let source = dataset.product(self.id);
        let source = source.map(|product| {
            let edition = product.newest_edition();
            format!(" of {}, {}", edition.document, edition.printed)
        });
        format!("{}: {part}{all} {noun}{}", self.name, source.unwrap_or_default())
    }
}

fn product_name(id: &str) -> String {
    format!("product_{}", identifier(id))
}

/// An id as an identifier of a diagram's language.
fn identifier(id: &str) -> String {
    id.replace('-', "_")
}

fn legend(flows: &[&Flow]) -> Vec<String> {
    let mut legend = Vec::new();
    if flows.iter().any(|flow| flow.requirement == Requirement::Conditional) {
        legend.push("dashed: only under a condition");
    }
    if flows.iter().flat_map(|flow| &flow.ports).any(|spec| spec.transport() == Some(Transport::Any)) {
        legend.push("any: the document does not say whether TCP or UDP");
    }
    if flows.iter().any(|flow| flow.curated.contains(&Fact::Peer) || label::is_curated(flow)) {
        legend.push("* not stated by the document, added by the catalog");
    }
    legend.into_iter().map(str::to_string).collect()
}
