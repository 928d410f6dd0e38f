//! The arrows of a diagram: flows between the same ends.

use port_core::{Direction, Fact, Requirement};

use super::label::{self, MARK};
use super::model::{Arrow, Node};
use super::names::{part_name, peer_name};
use super::product::ProductNode;
use crate::dataset::{Dataset, Flow};

/// What the flows of one arrow share.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct ArrowKey<'a> {
    product: &'a str,
    component: Option<&'a str>,
    peer: &'a str,
    /// The peer as a component of the same product.
    peer_component: Option<&'a str>,
    direction: Direction,
    conditional: bool,
}

impl<'a> ArrowKey<'a> {
    pub(super) fn new(flow: &'a Flow, dataset: &'a Dataset) -> ArrowKey<'a> {
        ArrowKey {
            product: &flow.product,
            component: flow.component.as_deref(),
            peer: &flow.peer,
            peer_component: flow.peer_component(dataset),
            direction: flow.direction,
            conditional: flow.requirement == Requirement::Conditional,
        }
    }

    fn peer_name(self) -> String {
        match self.peer_component {
            Some(component) => part_name(self.product, Some(component)),
            None => peer_name(self.peer, self.direction),
        }
    }

    /// The node of the peer. `None` if it is a component of the product, which is drawn with the product.
    pub(super) fn peer_node(self, flows: &[&Flow], products: &[ProductNode], dataset: &Dataset) -> Option<Node> {
        if self.peer_component.is_some() {
            return None;
        }
        let name = dataset.peer(self.peer).map_or(self.peer, |peer| &peer.name);
        // A peer with the name of a product in the diagram is another instance of it.
        let is_another = products.iter().any(|product| product.name == name);
        let is_curated = |flow: &&Flow| {
            (flow.peer.as_str(), flow.direction) == (self.peer, self.direction) && flow.curated.contains(&Fact::Peer)
        };
        let another = if is_another { "another " } else { "" };
        let mark = if flows.iter().any(is_curated) { MARK } else { "" };
        Some(Node { name: self.peer_name(), label: format!("{another}{name}{mark}"), is_product: false })
    }

    /// The arrow of flows. The numbers of notes are in the order of the legend.
    pub(super) fn arrow(self, flows: &[&Flow], products: &[ProductNode], notes: &[&str], dataset: &Dataset) -> Arrow {
        let product = products.iter().find(|product| product.id == self.product);
        let (own, peer) = (product.map(|product| product.end(self.component)).unwrap_or_default(), self.peer_name());
        let (from, to) = match self.direction {
            Direction::Outbound => (own, peer),
            Direction::Inbound => (peer, own),
        };
        let mut label = label::lines(flows, dataset);
        let is_here = |note: &&str| flows.iter().any(|flow| flow.note.as_deref() == Some(note));
        let numbers = notes.iter().enumerate().filter(|(_, note)| is_here(note)).map(|(index, _)| index + 1);
        let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
        if !numbers.is_empty() {
            label.push(format!("see {}", numbers.join(", ")));
        }
        Arrow { from, to, label, conditional: self.conditional }
    }
}
