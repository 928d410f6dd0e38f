//! What `diagram` draws is what Graphviz and Mermaid read: every port of the catalog on its arrow, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use port_catalog::{Direction, Fact, Flow, Product, Requirement};
use port_catalog_tests::{hostile, tools};
use port_cli::diagram::{Arrow, Diagram, Node, dot, mermaid};
use serde_json::Value;

/// A diagram as a program read it: the labels of its nodes by their names, and its arrows.
#[derive(Debug, PartialEq)]
struct Read {
    nodes: BTreeMap<String, String>,
    arrows: Vec<ReadArrow>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ReadArrow {
    from: String,
    to: String,
    label: String,
    dashed: bool,
}

/// What Graphviz reads of diagrams, and shows of them; nothing where it is not installed.
fn read_by_dot(diagrams: &[String]) -> Option<Vec<Read>> {
    let program = tools::tool("dot")?;
    let read = |text: &String| {
        let graph: Value =
            serde_json::from_str(&tools::piped(dot_command(&program, "-Tjson"), text)).expect("dot prints JSON");
        let objects = graph["objects"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().replace("\\n", "\n");
        let name = |number: &Value| text(&objects[usize::try_from(number.as_u64().unwrap()).unwrap()]["name"]);
        let arrow = |edge: &Value| ReadArrow {
            from: name(&edge["tail"]),
            to: name(&edge["head"]),
            label: text(&edge["label"]),
            dashed: edge["style"] == "dashed",
        };
        Read {
            nodes: objects.iter().map(|object| (text(&object["name"]), text(&object["label"]))).collect(),
            arrows: graph["edges"].as_array().unwrap().iter().map(arrow).collect(),
        }
    };
    Some(diagrams.iter().map(read).collect())
}

fn dot_command(program: &Path, format: &str) -> Command {
    let mut command = Command::new(program);
    command.arg(format);
    command
}

/// What Mermaid reads of diagrams, each with the legend in a node that is left out here; nothing where it is not installed.
fn read_by_mermaid(diagrams: &[String]) -> Option<Vec<Read>> {
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("mermaid");
    let folder = std::env::var_os("PORT_MERMAID").map_or(installed, PathBuf::from);
    if !folder.join("installed").is_file() {
        tools::missing("mermaid is not installed; tests/tools/install-mermaid.sh installs it");
        return None;
    }
    let mut command = Command::new(tools::tool("node")?);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/tools/read-mermaid.mjs")).arg(folder);
    let printed = tools::piped(command, &serde_json::to_string(diagrams).unwrap());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let read = |line: &str| {
        let chart: Value = serde_json::from_str(line).unwrap();
        assert!(chart.get("error").is_none(), "{line}");
        let arrow = |edge: &Value| {
            assert_eq!([&edge["arrow"], &edge["kind"]], ["arrow_point", "string"], "{edge}");
            let [from, to, label] = ["from", "to", "label"].map(|part| text(&edge[part]));
            ReadArrow { from, to, label, dashed: edge["dashed"] == true }
        };
        let nodes = chart["nodes"].as_array().unwrap().iter().filter(|node| node["name"] != "legend");
        let arrows = chart["edges"].as_array().unwrap().iter().filter(|edge| edge["to"] != "legend");
        Read {
            nodes: nodes.map(|node| (text(&node["name"]), text(&node["label"]))).collect(),
            arrows: arrows.map(arrow).collect(),
        }
    };
    let read: Vec<Read> = printed.lines().map(read).collect();
    assert_eq!(read.len(), diagrams.len());
    Some(read)
}

/// The calls whose diagrams are read back.
fn calls() -> Vec<(Vec<String>, Vec<Flow>)> {
    let all: Vec<Flow> = port_catalog::query().flows().collect();
    let mut calls = vec![(Vec::new(), all.clone())];
    for product in Product::ALL {
        let of_product: Vec<Flow> = product.flows().collect();
        let call = ["--product".to_string(), product.to_string()];
        calls.push((call.to_vec(), of_product.clone()));
        for direction in Direction::ALL {
            let flows: Vec<Flow> = of_product.iter().copied().filter(|flow| flow.direction() == *direction).collect();
            if !flows.is_empty() {
                let call = [call.as_slice(), &["--direction".to_string(), direction.to_string()]].concat();
                calls.push((call, flows));
            }
        }
    }
    for (option, value) in [("--service", "ldap"), ("--port", "443"), ("--peer", "fortimail")] {
        let flows: Vec<Flow> = all
            .iter()
            .copied()
            .filter(|flow| match option {
                "--service" => flow.ports().any(|spec| spec.service() == Some(port_catalog::Service::Ldap)),
                "--port" => flow.ports().any(|spec| spec.matches(port_catalog::Transport::Any, 443)),
                _ => flow.involves(port_catalog::Peer::FortiMail),
            })
            .collect();
        calls.push((vec![option.to_string(), value.to_string()], flows));
    }
    calls
}

fn printed(call: &[String], format: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .args(["diagram", "--format", format])
        .args(call)
        .output()
        .unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""), "{call:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A port that an arrow has, or a word without one, or alternatives; and whether it is marked as curated.
type Item = (BTreeSet<String>, bool);

/// What an arrow's label says, port by port.
fn items(label: &str) -> BTreeSet<Item> {
    let mut items = BTreeSet::new();
    for group in label.replace('\n', " ").split(", ") {
        let specs: Vec<&str> = group.split(" | ").collect();
        let marked = specs[0].ends_with(" *");
        assert!(specs.iter().all(|spec| spec.ends_with(" *") == marked), "{label}");
        let specs: Vec<&str> = specs.iter().map(|spec| spec.trim_end_matches(" *")).collect();
        match specs.as_slice() {
            // A range is as many ports.
            [spec] => items.extend(each(spec).map(|port| (BTreeSet::from([port]), marked))),
            specs => {
                items.insert((specs.iter().map(ToString::to_string).collect(), marked));
            }
        }
    }
    items
}

/// The ports of a spec, one by one.
fn each(spec: &str) -> impl Iterator<Item = String> {
    let (head, service) = spec.split_once(' ').map_or((spec, String::new()), |(head, rest)| (head, format!(" {rest}")));
    let ports = head.split_once('/').map(|(transport, ports)| {
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let (first, last): (u16, u16) = (first.parse().unwrap(), last.parse().unwrap());
        (first..=last).map(|port| format!("{transport}/{port}{service}")).collect::<Vec<_>>()
    });
    ports.unwrap_or_else(|| vec![spec.to_string()]).into_iter()
}

/// What the catalog says: for every arrow, its ports.
fn expected(flows: &[Flow]) -> BTreeMap<(String, String, bool), BTreeSet<Item>> {
    let name = |prefix: &str, id: &str| format!("{prefix}_{}", id.replace('-', "_"));
    let mut marks: BTreeMap<(String, String, bool), BTreeMap<BTreeSet<String>, bool>> = BTreeMap::new();
    for flow in flows {
        let product = name("product", flow.product().as_str());
        let (from, to) = match flow.direction() {
            Direction::Inbound => (name("from", flow.peer().as_str()), product),
            _ => (product, name("to", flow.peer().as_str())),
        };
        let arrow = marks.entry((from, to, flow.requirement() == Requirement::Conditional)).or_default();
        let curated = flow.curated().any(|fact| !matches!(fact, Fact::Peer | Fact::Purpose | Fact::Hosts));
        let text = flow.ports().to_string();
        for group in text.split(", ") {
            let specs: Vec<&str> = group.split(" | ").collect();
            match specs.as_slice() {
                [spec] => each(spec).for_each(|port| *arrow.entry(BTreeSet::from([port])).or_default() |= curated),
                specs => *arrow.entry(specs.iter().map(ToString::to_string).collect()).or_default() |= curated,
            }
        }
    }
    marks.into_iter().map(|(arrow, items)| (arrow, items.into_iter().collect())).collect()
}

/// Compares what a program read with the catalog.
fn assert_is_drawn(read: &Read, flows: &[Flow], call: &[String]) {
    let mut found = BTreeMap::new();
    for arrow in &read.arrows {
        let key = (arrow.from.clone(), arrow.to.clone(), arrow.dashed);
        assert!(found.insert(key, items(&arrow.label)).is_none(), "{call:?}: {arrow:?} twice");
    }
    assert_eq!(found, expected(flows), "{call:?}");

    let mut labels = BTreeMap::new();
    for flow in flows {
        let product = flow.product();
        labels.insert(format!("product_{}", product.as_str().replace('-', "_")), product.name().to_string());
        let peer = flow.peer();
        let same = |other: &&Flow| (other.peer(), other.direction()) == (peer, flow.direction());
        let curated = flows.iter().filter(same).any(|flow| flow.curated().any(|fact| fact == Fact::Peer));
        let another = flows.iter().any(|flow| flow.product().name() == peer.name());
        let node = format!("{}_{}", flow.direction().preposition(), peer.as_str().replace('-', "_"));
        let (another, mark) = (if another { "another " } else { "" }, if curated { " *" } else { "" });
        labels.insert(node, format!("{another}{}{mark}", peer.name()));
    }
    assert_eq!(read.nodes, labels, "{call:?}");
}

#[test]
fn graphviz_reads_what_the_catalog_says() {
    let calls = calls();
    let diagrams: Vec<String> = calls.iter().map(|(call, _)| printed(call, "dot")).collect();
    let Some(read) = read_by_dot(&diagrams) else { return };
    for (read, (call, flows)) in read.iter().zip(&calls) {
        assert_is_drawn(read, flows, call);
    }
}

#[test]
fn mermaid_reads_what_the_catalog_says() {
    let calls = calls();
    let diagrams: Vec<String> = calls.iter().map(|(call, _)| printed(call, "mermaid")).collect();
    let Some(read) = read_by_mermaid(&diagrams) else { return };
    for (read, (call, flows)) in read.iter().zip(&calls) {
        assert_is_drawn(read, flows, call);
    }
}

/// A diagram of hostile texts, each in a node and on an arrow.
fn nasty() -> (Diagram, Read) {
    let name = |number: usize| format!("peer_{number}");
    let product = Node { name: "product".to_string(), label: hostile::TEXTS.join(" "), is_product: true };
    let peers = hostile::TEXTS.iter().enumerate();
    let node =
        |(number, label): (usize, &&str)| Node { name: name(number), label: (*label).to_string(), is_product: false };
    let arrow = |(number, label): (usize, &&str)| Arrow {
        from: "product".to_string(),
        to: name(number),
        label: vec![(*label).to_string(), "and more".to_string()],
        conditional: number % 2 == 1,
    };
    let diagram = Diagram {
        title: vec![hostile::TEXTS.join(" ")],
        nodes: std::iter::once(product).chain(peers.clone().map(node)).collect(),
        arrows: peers.map(arrow).collect(),
        legend: hostile::TEXTS.iter().map(ToString::to_string).collect(),
    };
    let read_arrow = |arrow: &Arrow| ReadArrow {
        from: arrow.from.clone(),
        to: arrow.to.clone(),
        label: arrow.label.join("\n"),
        dashed: arrow.conditional,
    };
    let read = Read {
        nodes: diagram.nodes.iter().map(|node| (node.name.clone(), node.label.clone())).collect(),
        arrows: diagram.arrows.iter().map(read_arrow).collect(),
    };
    (diagram, read)
}

#[test]
fn no_text_is_syntax_for_mermaid() {
    let (diagram, expected) = nasty();
    let Some(read) = read_by_mermaid(&[mermaid::print(&diagram)]) else { return };
    let [read] = &read[..] else { panic!("{read:?}") };
    for (name, label) in &expected.nodes {
        assert_eq!(read.nodes.get(name), Some(label));
    }
    for (read, arrow) in read.arrows.iter().zip(&expected.arrows) {
        assert_eq!(read, arrow);
    }
    assert_eq!((read.nodes.len(), read.arrows.len()), (expected.nodes.len(), expected.arrows.len()));
}

#[test]
fn no_text_is_syntax_for_graphviz() {
    let (diagram, expected) = nasty();
    let Some(program) = tools::tool("dot") else { return };
    // Its JSON has labels as they were written; what they become is seen in the picture.
    let picture = tools::piped(dot_command(&program, "-Tsvg"), &dot::print(&diagram));
    let texts = picture.split("<text ").skip(1).filter_map(|rest| rest.split_once('>')?.1.split_once("</text>"));
    let plain = |text: &str| {
        let signs = [("&quot;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&#45;", "-"), ("&#160;", " ")];
        let text = signs.iter().fold(text.to_string(), |text, (code, sign)| text.replace(code, sign));
        text.replace("&amp;", "&")
    };
    let found: BTreeSet<String> = texts.map(|(text, _)| plain(text)).collect();
    let labels = expected.nodes.into_values().chain(["and more".to_string()]);
    assert_eq!(found, labels.collect());
    assert_eq!(picture.matches("class=\"edge\"").count(), hostile::TEXTS.len());
}

#[test]
fn a_diagram_of_few_flows_as_it_is_printed() {
    let call = ["--product", "fortimail", "--peer", "email-client"].map(str::to_string);
    let diagrams = ["mermaid", "dot"].map(|format| printed(&call, format));
    insta::assert_snapshot!("diagram_of_few_flows", diagrams.join("\n"));
}

#[test]
fn no_label_is_wider_than_what_mermaid_leaves_in_a_line() {
    let all = printed(&[], "mermaid");
    let labels = all.lines().filter_map(|line| line.split_once("|\"")?.1.split_once("\"|"));
    for (label, _) in labels.clone() {
        let shown = label.replace("#124;", "|").replace("#42;", "*");
        assert!(shown.split("<br/>").all(|line| line.len() <= 24), "{label}");
    }
    assert!(labels.count() > 60);
}

#[test]
fn no_flow_is_no_diagram() {
    let call = ["diagram", "--product", "forticlient", "--direction", "inbound"];
    let output = Command::new(env!("CARGO_BIN_EXE_port-catalog")).args(call).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout, b"");
    assert_eq!(output.stderr, b"no flow of the catalog fits\n");
}
