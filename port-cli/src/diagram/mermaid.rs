//! Writes a diagram for Mermaid.

use super::Diagram;

/// The diagram as a flow chart.
pub fn print(diagram: &Diagram) -> String {
    let (title, notes) = match diagram.title.as_slice() {
        // What stands in front is YAML, of which every JSON string is one.
        [title] => (format!("title: {}\n", serde_json::Value::from(title.as_str())), diagram.legend.clone()),
        // A title has one line, so that several stand with the legend.
        titles => (String::new(), [titles, &diagram.legend].concat()),
    };
    // Curved lines would pass beside their labels, and narrow labels break their lines.
    let config = "config:\n  flowchart:\n    curve: linear\n    rankSpacing: 100\n    wrappingWidth: 600\n";
    let mut text = format!("---\n{title}{config}---\nflowchart LR\n");
    for node in &diagram.nodes {
        let (open, close) = if node.is_product { ("[[", "]]") } else { ("[", "]") };
        text += &format!("    {}{open}{}{close}\n", node.name, quoted([&node.label]));
    }
    for arrow in &diagram.arrows {
        let line = if arrow.conditional { "-.->" } else { "-->" };
        text += &format!("    {} {line}|{}| {}\n", arrow.from, quoted(&arrow.label), arrow.to);
    }
    if !notes.is_empty() {
        text += &format!("    legend[{}]\n    style legend fill:none,stroke:none\n", quoted(&notes));
        // A line that is not seen puts it among the peers, where no arrow passes.
        let product = diagram.nodes.iter().rfind(|node| node.is_product);
        text.extend(product.map(|product| format!("    {} ~~~ legend\n", product.name)));
    }
    text
}

/// Lines as one label, in which nothing is syntax: whatever may be is written as the code of its character.
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
