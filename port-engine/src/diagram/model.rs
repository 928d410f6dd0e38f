//! A diagram before it is written in a language: its nodes, arrows and legend.

/// A diagram.
#[derive(Clone, Debug)]
pub struct Diagram {
    /// The title, one line per product.
    pub title: Vec<String>,
    /// The products, then the peers in the order of their flows.
    pub nodes: Vec<Node>,
    /// The flows.
    pub arrows: Vec<Arrow>,
    /// The meaning of the marks that occur.
    pub legend: Vec<String>,
}

/// A product or a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its identifier in the diagram's language: letters, digits and `_`.
    pub name: String,
    /// Its text.
    pub label: String,
    /// Whether it is one of the products.
    pub is_product: bool,
}

/// Flows between two nodes.
#[derive(Clone, Debug)]
pub struct Arrow {
    /// The name of the node that opens the connections.
    pub from: String,
    /// The name of the other node.
    pub to: String,
    /// The ports as an expression, in lines.
    pub label: Vec<String>,
    /// Whether all of its flows have a condition.
    pub conditional: bool,
}
