//! A diagram before it is written in a language: its nodes, arrows and legend.

/// A diagram.
#[derive(Clone, Debug)]
pub struct Diagram {
    /// The title, one line per product.
    pub title: Vec<String>,
    /// The products whose components are drawn.
    pub clusters: Vec<Cluster>,
    /// The other products, then the peers in the order of their flows.
    pub nodes: Vec<Node>,
    /// The flows.
    pub arrows: Vec<Arrow>,
    /// The meaning of the marks that occur, and the notes of flows.
    pub legend: Vec<String>,
}

/// A product with its components, around which a language draws a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Its identifier in the diagram's language, as that of a [`Node`].
    pub name: String,
    /// Its text.
    pub label: String,
    /// The components. There is at least one.
    pub parts: Vec<Node>,
}

/// A product, a component of one, or a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its identifier in the diagram's language: letters, digits and `_`.
    pub name: String,
    /// Its text.
    pub label: String,
    /// Whether it is one of the products, or a component of one.
    pub is_product: bool,
}

/// Flows between two nodes.
#[derive(Clone, Debug)]
pub struct Arrow {
    /// The name of the node that opens the connections.
    pub from: String,
    /// The name of the other node.
    pub to: String,
    /// The ports as an expression, in lines, and the numbers of notes.
    pub label: Vec<String>,
    /// Whether all of its flows have a condition.
    pub conditional: bool,
}

impl Diagram {
    /// How many products it has.
    #[must_use]
    pub fn product_count(&self) -> usize {
        self.clusters.len() + self.nodes.iter().filter(|node| node.is_product).count()
    }
}
