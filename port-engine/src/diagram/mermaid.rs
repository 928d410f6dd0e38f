//! Writes a diagram for Mermaid.

use super::model::{Diagram, Node};

/// The diagram as a flow chart.
#[must_use]
pub fn print(diagram: &Diagram) -> String {
    let (title, notes) = match diagram.title.as_slice() {
        // The front matter is YAML, in which a JSON string is a string.
        [title] => (format!("title: {}\n", serde_json::Value::from(title.as_str())), diagram.legend.clone()),
        // A title has one line, so several of them are part of the legend.
        titles => (String::new(), [titles, &diagram.legend].concat()),
    };
    // Curved lines would miss their labels, and narrow labels would be wrapped.
    let config = "config:\n  flowchart:\n    curve: linear\n    rankSpacing: 100\n    wrappingWidth: 600\n";
    let mut text = format!("---\n{title}{config}---\nflowchart LR\n");
    for cluster in &diagram.clusters {
        text += &format!("    subgraph {}[{}]\n", cluster.name, quoted([&cluster.label]));
        text += &cluster.parts.iter().map(|part| format!("    {}", node(part))).collect::<String>();
        text += "    end\n";
    }
    text += &diagram.nodes.iter().map(node).collect::<String>();
    for arrow in &diagram.arrows {
        let line = if arrow.conditional { "-.->" } else { "-->" };
        text += &format!("    {} {line}|{}| {}\n", arrow.from, quoted(&arrow.label), arrow.to);
    }
    if !notes.is_empty() {
        text += &format!("    legend[{}]\n    style legend fill:none,stroke:none\n", quoted(&notes));
        // An invisible line puts the legend among the peers, where no arrow crosses it.
        let parts = diagram.clusters.iter().flat_map(|cluster| &cluster.parts);
        let product = diagram.nodes.iter().rfind(|node| node.is_product).or(parts.last());
        text.extend(product.map(|product| format!("    {} ~~~ legend\n", product.name)));
    }
    text
}

fn node(node: &Node) -> String {
    let (open, close) = if node.is_product { ("[[", "]]") } else { ("[", "]") };
    format!("    {}{open}{}{close}\n", node.name, quoted([&node.label]))
}

/// Lines as one label. Every character that could be syntax is written as its code.
fn quoted<'a>(lines: impl IntoIterator<Item = &'a String>) -> String {
    let lines = lines.into_iter().map(|line| {
        let mut text = String::new();
        for character in line.chars() {
            match character {
                ' ' | ',' | '/' | '-' => text.push(character),
                _ if character.is_ascii_alphanumeric() => text.push(character),
                _ => text += &format!("#{};", u32::from(character)),
            }
        }
        text
    });
    format!("\"{}\"", lines.collect::<Vec<_>>().join("<br/>"))
}
