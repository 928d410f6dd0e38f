//! Writes a diagram for Graphviz.

use super::model::{Diagram, Node};

/// The diagram as a directed graph.
#[must_use]
pub fn print(diagram: &Diagram) -> String {
    let caption = quoted(diagram.title.iter().chain(&diagram.legend));
    let mut text = format!("digraph ports {{\n    label={caption}\n");
    text += "    graph [rankdir=LR, labelloc=t, ranksep=3, nodesep=0.4, fontname=\"sans-serif\"]\n";
    text += "    node [shape=box, fontname=\"sans-serif\"]\n";
    // `decorate` connects a label to its arrow with a line.
    text += "    edge [decorate=true, fontname=\"sans-serif\", fontsize=10]\n";
    for cluster in &diagram.clusters {
        // Graphviz draws a frame only if the name begins with `cluster`.
        text += &format!("    subgraph cluster_{} {{\n        label={}\n", cluster.name, quoted([&cluster.label]));
        text += &cluster.parts.iter().map(|part| format!("    {}", node(part))).collect::<String>();
        text += "    }\n";
    }
    text += &diagram.nodes.iter().map(node).collect::<String>();
    for arrow in &diagram.arrows {
        let style = if arrow.conditional { ", style=dashed" } else { "" };
        text += &format!("    {} -> {} [label={}{style}]\n", arrow.from, arrow.to, quoted(&arrow.label));
    }
    text + "}\n"
}

fn node(node: &Node) -> String {
    let style = if node.is_product { ", style=filled, peripheries=2" } else { "" };
    format!("    {} [label={}{style}]\n", node.name, quoted([&node.label]))
}

/// Lines as one label. Graphviz interprets backslashes and the entities of HTML.
fn quoted<'a>(lines: impl IntoIterator<Item = &'a String>) -> String {
    let escape = |line: &String| line.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;");
    format!("\"{}\"", lines.into_iter().map(escape).collect::<Vec<_>>().join("\\n"))
}
