//! Diagrams as Graphviz and Mermaid parse them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use port_catalog_tests::tools;
use serde_json::Value;

/// A diagram as a program parsed it: its frames by name, each with its label and nodes; the labels of its nodes by name; its arrows.
#[derive(Debug, PartialEq)]
pub struct ParsedDiagram {
    pub clusters: BTreeMap<String, (String, BTreeSet<String>)>,
    pub nodes: BTreeMap<String, String>,
    pub arrows: Vec<ParsedArrow>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ParsedArrow {
    pub from: String,
    pub to: String,
    pub label: String,
    pub dashed: bool,
}

/// The diagrams as Graphviz parses them; `None` if it isn't installed.
pub fn parse_with_dot(diagrams: &[String]) -> Option<Vec<ParsedDiagram>> {
    let program = tools::tool("dot")?;
    let read = |text: &String| {
        let graph: Value =
            serde_json::from_str(&tools::piped(dot_command(&program, "-Tjson"), text)).expect("dot prints JSON");
        let objects = graph["objects"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().replace("\\n", "\n");
        let name = |number: &Value| text(&objects[usize::try_from(number.as_u64().unwrap()).unwrap()]["name"]);
        let arrow = |edge: &Value| ParsedArrow {
            from: name(&edge["tail"]),
            to: name(&edge["head"]),
            label: text(&edge["label"]),
            dashed: edge["style"] == "dashed",
        };
        let (frames, nodes): (Vec<&Value>, Vec<&Value>) =
            objects.iter().partition(|object| text(&object["name"]).starts_with("cluster_"));
        let frame = |object: &Value| {
            let members = object["nodes"].as_array().unwrap().iter().map(name).collect();
            (text(&object["name"])["cluster_".len()..].to_string(), (text(&object["label"]), members))
        };
        ParsedDiagram {
            clusters: frames.into_iter().map(frame).collect(),
            nodes: nodes.into_iter().map(|object| (text(&object["name"]), text(&object["label"]))).collect(),
            arrows: graph["edges"].as_array().unwrap().iter().map(arrow).collect(),
        }
    };
    Some(diagrams.iter().map(read).collect())
}

pub fn dot_command(program: &Path, format: &str) -> Command {
    let mut command = Command::new(program);
    command.arg(format);
    command
}

/// The diagrams as Mermaid parses them, without the node of the legend; `None` if it isn't installed.
pub fn parse_with_mermaid(diagrams: &[String]) -> Option<Vec<ParsedDiagram>> {
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("mermaid");
    let directory = std::env::var_os("PORT_MERMAID").map_or(installed, PathBuf::from);
    if !directory.join("installed").is_file() {
        tools::missing("mermaid is not installed; tests/tools/install-mermaid.sh installs it");
        return None;
    }
    let mut command = Command::new(tools::tool("node")?);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/tools/read-mermaid.mjs")).arg(directory);
    let printed = tools::piped(command, &serde_json::to_string(diagrams).unwrap());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let read = |line: &str| {
        let chart: Value = serde_json::from_str(line).unwrap();
        assert!(chart.get("error").is_none(), "{line}");
        let arrow = |edge: &Value| {
            assert_eq!([&edge["arrow"], &edge["kind"]], ["arrow_point", "string"], "{edge}");
            let [from, to, label] = ["from", "to", "label"].map(|part| text(&edge[part]));
            ParsedArrow { from, to, label, dashed: edge["dashed"] == true }
        };
        let nodes = chart["nodes"].as_array().unwrap().iter().filter(|node| node["name"] != "legend");
        let arrows = chart["edges"].as_array().unwrap().iter().filter(|edge| edge["to"] != "legend");
        let frame = |frame: &Value| {
            let members = frame["nodes"].as_array().unwrap().iter().map(text).collect();
            (text(&frame["name"]), (text(&frame["label"]), members))
        };
        ParsedDiagram {
            clusters: chart["frames"].as_array().unwrap().iter().map(frame).collect(),
            nodes: nodes.map(|node| (text(&node["name"]), text(&node["label"]))).collect(),
            arrows: arrows.map(arrow).collect(),
        }
    };
    let read: Vec<ParsedDiagram> = printed.lines().map(read).collect();
    assert_eq!(read.len(), diagrams.len());
    Some(read)
}
