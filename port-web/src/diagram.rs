//! Draws a diagram as SVG: the product in the middle, peers that connect to it on the left, peers that it connects to on the right.
//!
//! Each arrow has a row of its own, from one box to another, so that no arrow crosses another and no label is far from its arrow. A
//! component is a box as high as its rows. A peer of several components is drawn next to each of them. A flow between two
//! components is drawn at the component that listens, with the other one as its peer.

use maud::{Markup, html};
use port_engine::diagram::{Arrow, Diagram, Node};

/// The width of a character and the height of a line, in the units of the drawing.
const CHARACTER: usize = 7;
const LINE: usize = 16;
/// The space around the text of a box, and between two boxes.
const PADDING: usize = 10;
/// The most characters in a line of a box.
const WIDEST: usize = 28;

/// A peer with its arrows, on one side of a component.
struct Peer<'a> {
    label: Vec<String>,
    arrows: Vec<&'a Arrow>,
}

/// The product or a component of it, with the peers on both sides.
struct Part<'a> {
    node: &'a Node,
    label: Vec<String>,
    left: Vec<Peer<'a>>,
    right: Vec<Peer<'a>>,
}

/// Where the columns of the drawing are.
struct Columns {
    peer: usize,
    arrow: [usize; 2],
    product: usize,
}

impl Columns {
    /// The left edges of the product's boxes and of the right peers, and the width of the whole.
    fn edges(&self) -> [usize; 3] {
        let product = self.peer + self.arrow[0];
        let right = product + self.product + self.arrow[1];
        [product, right, right + self.peer]
    }
}

/// The drawing with its legend, and the same as a list.
pub fn print(diagram: &Diagram, product: &str) -> Markup {
    let parts = parts(diagram);
    let width = |text: &[String]| text.iter().map(|line| line.chars().count()).max().unwrap_or(0) * CHARACTER;
    let peers = || parts.iter().flat_map(|part| part.left.iter().chain(&part.right));
    let labels = |side: fn(&Part<'_>) -> usize| parts.iter().map(side).max().unwrap_or(0);
    let side = |peers: &[Peer]| {
        let widths = peers.iter().flat_map(|peer| &peer.arrows).map(|arrow| width(&arrow.label) + 4 * PADDING);
        widths.max().unwrap_or(0)
    };
    let columns = Columns {
        peer: peers().map(|peer| width(&peer.label)).max().unwrap_or(0) + 2 * PADDING,
        arrow: [
            labels(|part| part.left.len()).min(1) * parts.iter().map(|part| side(&part.left)).max().unwrap_or(0),
            labels(|part| part.right.len()).min(1) * parts.iter().map(|part| side(&part.right)).max().unwrap_or(0),
        ],
        product: parts.iter().map(|part| width(&part.label)).max().unwrap_or(0) + 2 * PADDING,
    };
    let [_, _, total] = columns.edges();
    let mut y = PADDING;
    let mut drawn = Vec::new();
    for part in &parts {
        let height = part_height(part);
        drawn.push(draw_part(part, &columns, y, height));
        y += height + 2 * PADDING;
    }
    let title = format!("Who connects to whom: {product}");
    html! {
        div.scroll role="region" tabindex="0" aria-label=(title) {
            svg.diagram xmlns="http://www.w3.org/2000/svg" role="img" aria-label=(format!("{title}. The list below says the same."))
                viewBox=(format!("0 0 {} {y}", total + 2)) width=(total + 2) height=(y) {
                title { (title) }
                @for part in &drawn { (part) }
            }
        }
        @if !diagram.legend.is_empty() {
            p.legend { @for line in &diagram.legend { (line) br; } }
        }
        details {
            summary { "The diagram as text" }
            ul.arrows { @for arrow in &diagram.arrows { li { (in_words(diagram, arrow)) } } }
        }
    }
}

/// The nodes of the product: its components, or itself.
fn product_nodes(diagram: &Diagram) -> impl Iterator<Item = &Node> {
    let parts = diagram.clusters.iter().flat_map(|cluster| &cluster.parts);
    parts.chain(diagram.nodes.iter().filter(|node| node.is_product))
}

fn node<'a>(diagram: &'a Diagram, name: &str) -> Option<&'a Node> {
    product_nodes(diagram).chain(&diagram.nodes).find(|node| node.name == name)
}

fn parts(diagram: &Diagram) -> Vec<Part<'_>> {
    let is_product = |name: &str| product_nodes(diagram).any(|node| node.name == name);
    let peers = |arrows: Vec<&'_ Arrow>, other: fn(&Arrow) -> &String| {
        let mut peers: Vec<(&str, Vec<&Arrow>)> = Vec::new();
        for arrow in diagram.arrows.iter().filter(|arrow| arrows.iter().any(|own| std::ptr::eq(*own, *arrow))) {
            let name = other(arrow).as_str();
            match peers.iter_mut().find(|(known, _)| *known == name) {
                Some((_, own)) => own.push(arrow),
                None => peers.push((name, vec![arrow])),
            }
        }
        let peer = |(name, arrows): (&str, _)| Peer {
            label: wrapped(node(diagram, name).map_or(name, |node| &node.label)),
            arrows,
        };
        peers.into_iter().map(peer).collect()
    };
    product_nodes(diagram)
        .map(|own| {
            let left = diagram.arrows.iter().filter(|arrow| arrow.to == own.name).collect();
            // A flow between two components is at the one that listens.
            let right =
                diagram.arrows.iter().filter(|arrow| arrow.from == own.name && !is_product(&arrow.to)).collect();
            Part {
                node: own,
                label: wrapped(&own.label),
                left: peers(left, |arrow| &arrow.from),
                right: peers(right, |arrow| &arrow.to),
            }
        })
        .filter(|part| !part.left.is_empty() || !part.right.is_empty())
        .collect()
}

/// A text as lines for a box.
fn wrapped(text: &str) -> Vec<String> {
    port_text::table::wrap(text, WIDEST)
}

fn lines_height(lines: usize) -> usize {
    lines * LINE + PADDING
}

fn arrow_height(arrow: &Arrow) -> usize {
    lines_height(arrow.label.len()) + PADDING
}

fn peer_height(peer: &Peer) -> usize {
    peer.arrows.iter().map(|arrow| arrow_height(arrow)).sum::<usize>().max(lines_height(peer.label.len()))
}

fn side_height(peers: &[Peer]) -> usize {
    peers.iter().map(|peer| peer_height(peer) + PADDING).sum::<usize>().saturating_sub(PADDING)
}

fn part_height(part: &Part) -> usize {
    side_height(&part.left).max(side_height(&part.right)).max(lines_height(part.label.len()))
}

fn draw_part(part: &Part, columns: &Columns, y: usize, height: usize) -> Markup {
    let [product, right, _] = columns.edges();
    let class = if part.node.is_product { "own" } else { "peer" };
    html! {
        (draw_box(product, y, columns.product, height, &part.label, class))
        (draw_side(&part.left, y, &|peer, y, height| html! {
            (draw_box(1, y, columns.peer, height, &peer.label, "peer"))
            (draw_arrows(peer, y, height, columns.peer + 1, product))
        }))
        (draw_side(&part.right, y, &|peer, y, height| html! {
            (draw_box(right, y, columns.peer, height, &peer.label, "peer"))
            (draw_arrows(peer, y, height, product + columns.product, right))
        }))
    }
}

fn draw_side(peers: &[Peer], y: usize, draw: &dyn Fn(&Peer, usize, usize) -> Markup) -> Markup {
    let mut y = y;
    html! {
        @for peer in peers {
            @let height = peer_height(peer);
            (draw(peer, y, height))
            @let () = y += height + PADDING;
        }
    }
}

fn draw_box(x: usize, y: usize, width: usize, height: usize, label: &[String], class: &str) -> Markup {
    let top = y + (height - label.len() * LINE) / 2 + 12;
    html! {
        rect class=(class) x=(x) y=(y) width=(width) height=(height) rx="5" {}
        text class=(class) text-anchor="middle" {
            @for (number, line) in label.iter().enumerate() {
                tspan x=(x + width / 2) y=(top + number * LINE) { (line) }
            }
        }
    }
}

/// The arrows of a peer between two edges, each with its label above it.
fn draw_arrows(peer: &Peer, y: usize, height: usize, from: usize, to: usize) -> Markup {
    let own: usize = peer.arrows.iter().map(|arrow| arrow_height(arrow)).sum();
    let mut y = y + (height - own) / 2;
    html! {
        @for arrow in &peer.arrows {
            @let line = y + lines_height(arrow.label.len());
            text.port text-anchor="middle" {
                @for (number, text) in arrow.label.iter().enumerate() {
                    tspan x=(usize::midpoint(from, to)) y=(y + number * LINE + 14) { (text) }
                }
            }
            path class=(if arrow.conditional { "arrow dashed" } else { "arrow" }) d=(format!("M{from} {line}H{}", to - 7)) {}
            path.head d=(format!("M{to} {line}l-9 -4v8z")) {}
            @let () = y += arrow_height(arrow);
        }
    }
}

/// An arrow as a sentence.
fn in_words(diagram: &Diagram, arrow: &Arrow) -> String {
    let label = |name: &str| node(diagram, name).map_or(name.to_string(), |node| node.label.clone());
    let condition = if arrow.conditional { " (only under a condition)" } else { "" };
    format!("{} to {}: {}{condition}", label(&arrow.from), label(&arrow.to), arrow.label.join(" "))
}
