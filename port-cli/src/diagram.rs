//! Draws flows: products, their peers, and an arrow for each direction with its ports.
//!
//! The flows of a product to or from one peer are one arrow, or two where the document limits some of them by a condition,
//! so that a product with many rows stays readable. What a format makes of it is the module of that format.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Args, ValueEnum};
use port_catalog::{Direction, Fact, Flow, Peer, PortRange, Product, Requirement, Service, Transport};

use crate::answer::{Answer, count, matching};
use crate::arguments::Filter;
use crate::columns;

pub mod dot;
pub mod mermaid;

/// What stands below the options in the help of `diagram`.
pub const HELP: &str = "\
The flows of a product to or from one peer are one arrow; what is needed only under a condition is a dashed one. A * \
marks what the vendor's document does not state and this catalog adds.

Examples:
  port-catalog diagram --product fortimail > fortimail.mmd
  port-catalog diagram --product fortimail --direction inbound
  port-catalog diagram --service ldap    who speaks LDAP, in every product
  port-catalog diagram --product fortimail --format dot | dot -Tsvg > ports.svg";

/// What to draw, and how.
#[derive(Debug, Args)]
pub struct Call {
    /// Which flows.
    #[command(flatten)]
    pub filter: Filter,
    /// The language of the diagram
    #[arg(long, value_enum, default_value_t = Format::Mermaid)]
    pub format: Format,
}

/// The language of a diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Mermaid, which wikis and forges draw in a page of Markdown
    Mermaid,
    /// Graphviz, whose dot makes SVG, PNG and PDF of it
    Dot,
}

impl Call {
    /// The diagram.
    pub fn answer(&self) -> Answer {
        let flows = matching(&self.filter);
        if flows.is_empty() {
            return Answer { remark: Some("no flow of the catalog fits".to_string()), ..Answer::default() };
        }
        let diagram = Diagram::of(&flows);
        let text = match self.format {
            Format::Mermaid => mermaid::print(&diagram),
            Format::Dot => dot::print(&diagram),
        };
        Answer { text, ..Answer::default() }
    }
}

/// What is drawn.
#[derive(Clone, Debug)]
pub struct Diagram {
    /// What it is, a line for each product.
    pub title: Vec<String>,
    /// The products, then the peers in the order of their flows.
    pub nodes: Vec<Node>,
    /// What flows between them.
    pub arrows: Vec<Arrow>,
    /// What its marks mean, as far as they are there.
    pub legend: Vec<String>,
}

/// A product or a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// A name for the format, of letters, digits and `_`.
    pub name: String,
    /// What stands in it.
    pub label: String,
    /// Whether it is one of the products.
    pub is_product: bool,
}

/// Flows between two nodes.
#[derive(Clone, Debug)]
pub struct Arrow {
    /// The name of the node that opens the connections.
    pub from: String,
    /// The name of the other one.
    pub to: String,
    /// Their ports, as an expression in several lines.
    pub label: Vec<String>,
    /// Whether each of them is needed only under a condition.
    pub conditional: bool,
}

impl Diagram {
    /// Draws flows.
    pub fn of(flows: &[Flow]) -> Diagram {
        let mut sides: Vec<(Side, Vec<Flow>)> = Vec::new();
        for flow in flows {
            let side = Side::of(*flow);
            match sides.iter_mut().find(|(other, _)| *other == side) {
                Some((_, flows)) => flows.push(*flow),
                None => sides.push((side, vec![*flow])),
            }
        }
        let products: BTreeSet<Product> = flows.iter().map(|flow| flow.product()).collect();
        let mut nodes: Vec<Node> = products.iter().map(|product| product_node(*product)).collect();
        for (side, _) in &sides {
            let node = side.peer_node(flows, &products);
            if !nodes.contains(&node) {
                nodes.push(node);
            }
        }
        Diagram {
            title: products.iter().map(|product| title(*product, flows)).collect(),
            nodes,
            arrows: sides.iter().map(|(side, flows)| side.arrow(flows)).collect(),
            legend: legend(flows),
        }
    }
}

/// What the flows of one arrow have in common.
#[derive(Clone, Copy, PartialEq)]
struct Side {
    product: Product,
    peer: Peer,
    direction: Direction,
    conditional: bool,
}

impl Side {
    fn of(flow: Flow) -> Side {
        Side {
            product: flow.product(),
            peer: flow.peer(),
            direction: flow.direction(),
            conditional: flow.requirement() == Requirement::Conditional,
        }
    }

    /// A peer stands once on either side of the products, so that every arrow goes the same way.
    fn peer_name(self) -> String {
        format!("{}_{}", self.direction.preposition(), self.peer.as_str().replace('-', "_"))
    }

    fn peer_node(self, flows: &[Flow], products: &BTreeSet<Product>) -> Node {
        // One that is called as a product of the diagram is another one of them.
        let is_another = products.iter().any(|product| product.name() == self.peer.name());
        let is_curated = |flow: &Flow| {
            (flow.peer(), flow.direction()) == (self.peer, self.direction)
                && flow.curated().any(|fact| fact == Fact::Peer)
        };
        let another = if is_another { "another " } else { "" };
        let mark = if flows.iter().any(is_curated) { MARK } else { "" };
        Node { name: self.peer_name(), label: format!("{another}{}{mark}", self.peer.name()), is_product: false }
    }

    fn arrow(self, flows: &[Flow]) -> Arrow {
        let (product, peer) = (product_node(self.product).name, self.peer_name());
        let (from, to) = match self.direction {
            Direction::Outbound => (product, peer),
            _ => (peer, product),
        };
        Arrow { from, to, label: wrap(&items(flows)), conditional: self.conditional }
    }
}

fn product_node(product: Product) -> Node {
    let name = format!("product_{}", product.as_str().replace('-', "_"));
    Node { name, label: product.name().to_string(), is_product: true }
}

/// What is drawn of a product, and where that is written.
fn title(product: Product, flows: &[Flow]) -> String {
    let [drawn, all] = [flows.iter().filter(|flow| flow.product() == product).count(), product.flows().len()];
    let part = if drawn == all { String::new() } else { format!("{drawn} of ") };
    let (all, document) = (count(all, "flow"), product.document());
    format!("{}: {part}{all} of {document}, {}", product.name(), product.edition())
}

/// What marks a fact that the document does not state.
const MARK: &str = " *";

fn legend(flows: &[Flow]) -> Vec<String> {
    let mut legend = Vec::new();
    if flows.iter().any(|flow| flow.requirement() == Requirement::Conditional) {
        legend.push("dashed: only under a condition");
    }
    if flows.iter().any(|flow| flow.ports().any(|spec| spec.transport() == Some(Transport::Any))) {
        legend.push("any: the document does not say whether TCP or UDP");
    }
    if flows.iter().any(|flow| flow.curated().any(|fact| fact == Fact::Peer) || is_curated(*flow)) {
        legend.push("* not stated by the document, added by the catalog");
    }
    legend.into_iter().map(str::to_string).collect()
}

/// Whether the document does not state something that is drawn of a flow, its peer aside.
fn is_curated(flow: Flow) -> bool {
    let drawn = [Fact::Direction, Fact::Ports, Fact::Service, Fact::Requirement, Fact::Condition];
    flow.curated().any(|fact| drawn.contains(&fact))
}

/// A port spec, without its group.
type Spec = (Option<Transport>, Option<PortRange>, Option<Service>);

/// The ports of flows, each once and in order: first what is needed by itself, then where any of several will do.
fn items(flows: &[Flow]) -> Vec<String> {
    let mut groups: BTreeMap<Vec<Spec>, bool> = BTreeMap::new();
    for flow in flows {
        let mut specs: BTreeMap<u8, Vec<Spec>> = BTreeMap::new();
        for spec in flow.ports() {
            specs.entry(spec.group()).or_default().push((spec.transport(), spec.range(), spec.service()));
        }
        for mut group in specs.into_values() {
            group.sort_unstable();
            *groups.entry(group).or_default() |= is_curated(*flow);
        }
    }
    let mut single: Vec<(Spec, bool)> = Vec::new();
    let mut choices = Vec::new();
    for (group, marked) in groups {
        let [spec] = group.as_slice() else {
            let texts: Vec<String> = group.into_iter().map(|spec| text(spec, marked)).collect();
            choices.push(texts.join(" | "));
            continue;
        };
        let merged = single.last().filter(|(_, last)| *last == marked).and_then(|(last, _)| merged(*last, *spec));
        match (merged, single.last_mut()) {
            (Some(merged), Some((last, _))) => *last = merged,
            _ => single.push((*spec, marked)),
        }
    }
    single.into_iter().map(|(spec, marked)| text(spec, marked)).chain(choices).collect()
}

/// Two specs as one, where the ports of the second meet or follow those of the first and all else is the same.
fn merged((transport, ports, service): Spec, next: Spec) -> Option<Spec> {
    let (ports, more) = (ports?, next.1?);
    let meet = (transport, service) == (next.0, next.2) && u32::from(more.first()) <= u32::from(ports.last()) + 1;
    meet.then(|| (transport, PortRange::new(ports.first(), ports.last().max(more.last())), service))
}

/// As `tcp/25 smtp`, with its mark.
fn text((transport, ports, service): Spec, marked: bool) -> String {
    let head = transport.map(|transport| columns::ports(transport, ports));
    let words: Vec<String> = head.into_iter().chain(service.map(|service| service.to_string())).collect();
    words.join(" ") + if marked { MARK } else { "" }
}

/// Items as an expression in lines: a list of ports goes on in the next line, and alternatives begin one.
fn wrap(items: &[String]) -> Vec<String> {
    /// What fits beside an arrow, in characters.
    const WIDTH: usize = 24;
    let mut lines: Vec<String> = Vec::new();
    for (number, item) in items.iter().enumerate() {
        let mut alone = item.contains(" | ");
        for part in item.split_inclusive(" | ") {
            let comma = if item.ends_with(part) && number + 1 < items.len() { "," } else { "" };
            let part = format!("{}{comma}", part.trim_end());
            match lines.last_mut() {
                Some(line) if !alone && line.len() + 1 + part.len() <= WIDTH => *line = format!("{line} {part}"),
                _ => lines.push(part),
            }
            alone = false;
        }
    }
    lines
}
