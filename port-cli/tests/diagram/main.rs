//! Graphviz and Mermaid parse what `diagram` prints, and find every port of the catalog on its arrow, and no other.

mod parsed;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use port_catalog_tests::diagnostics::Cases;
use port_catalog_tests::{fixture, hostile, tools};
use port_core::{Direction, Fact, Requirement, Transport};
use port_engine::dataset::{Dataset, Flow};
use port_engine::diagram::{Arrow, Diagram, Node, dot, mermaid};
use port_engine::filter::{Filter, PortQuery};

use parsed::{ParsedArrow, ParsedDiagram, dot_command, parse_with_dot, parse_with_mermaid};

fn dataset() -> Dataset {
    Dataset::from_tables(&port_data::read(&fixture::tables()).unwrap())
}

/// The calls whose diagrams are parsed, each with its filter.
fn calls(dataset: &Dataset) -> Vec<(Vec<String>, Filter)> {
    let mut calls = vec![(Vec::new(), Filter::default())];
    let mut add = |arguments: &[&str], filter: Filter| {
        calls.push((arguments.iter().map(ToString::to_string).collect(), filter));
    };
    for product in &dataset.products {
        let filter = Filter { products: vec![product.id.clone()], ..Filter::default() };
        add(&["--product", &product.id], filter.clone());
        for direction in Direction::ALL {
            let filter = Filter { direction: Some(*direction), ..filter.clone() };
            if !filter.select(dataset).is_empty() {
                add(&["--product", &product.id, "--direction", direction.as_str()], filter);
            }
        }
    }
    let port: PortQuery = "443".parse().unwrap();
    add(&["--port", "443"], Filter { port: Some(port), ..Filter::default() });
    add(&["--service", "ldap"], Filter { service: Some("ldap".to_string()), ..Filter::default() });
    // A peer that is one of the products too.
    let peer = dataset.peers.iter().find(|peer| dataset.product(&peer.id).is_some()).unwrap();
    add(&["--peer", &peer.id], Filter { peer: Some(peer.id.clone()), ..Filter::default() });
    calls
}

fn printed(arguments: &[String], format: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .args(["diagram", "--format", format])
        .args(arguments)
        .args(fixture::arguments())
        .output()
        .unwrap();
    let messages = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), messages.as_ref()), (Some(0), ""), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A port of an arrow, a protocol or service without one, or alternatives; and whether it is marked as curated.
type Item = (BTreeSet<String>, bool);

/// The ports in an arrow's label, one by one.
fn items(label: &str) -> BTreeSet<Item> {
    let mut items = BTreeSet::new();
    for group in label.replace('\n', " ").split(", ") {
        let specs: Vec<&str> = group.split(" | ").collect();
        let marked = specs[0].ends_with(" *");
        assert!(specs.iter().all(|spec| spec.ends_with(" *") == marked), "{label}");
        let specs: Vec<&str> = specs.iter().map(|spec| spec.trim_end_matches(" *")).collect();
        match specs.as_slice() {
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

/// The ports of every arrow according to the dataset.
fn expected(flows: &[&Flow]) -> BTreeMap<(String, String, bool), BTreeSet<Item>> {
    let name = |prefix: &str, id: &str| format!("{prefix}_{}", id.replace('-', "_"));
    let mut marks: BTreeMap<(String, String, bool), BTreeMap<BTreeSet<String>, bool>> = BTreeMap::new();
    for flow in flows {
        let product = name("product", &flow.product);
        let (from, to) = match flow.direction {
            Direction::Inbound => (name("from", &flow.peer), product),
            Direction::Outbound => (product, name("to", &flow.peer)),
        };
        let arrow = marks.entry((from, to, flow.requirement == Requirement::Conditional)).or_default();
        let curated = flow.curated.iter().any(|fact| !matches!(fact, Fact::Peer | Fact::Purpose | Fact::Hosts));
        let text = flow.expression();
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

/// Compares a parsed diagram with the dataset.
fn assert_shows(parsed: &ParsedDiagram, flows: &[&Flow], dataset: &Dataset, call: &[String]) {
    let mut found = BTreeMap::new();
    for arrow in &parsed.arrows {
        let key = (arrow.from.clone(), arrow.to.clone(), arrow.dashed);
        assert!(found.insert(key, items(&arrow.label)).is_none(), "{call:?}: {arrow:?} twice");
    }
    assert_eq!(found, expected(flows), "{call:?}");

    let product_name = |id: &str| dataset.product(id).unwrap().name.as_str();
    let mut labels = BTreeMap::new();
    for flow in flows {
        let product = product_name(&flow.product).to_string();
        labels.insert(format!("product_{}", flow.product.replace('-', "_")), product);
        let peer = &dataset.peer(&flow.peer).unwrap().name;
        let same = |other: &&&Flow| (&other.peer, other.direction) == (&flow.peer, flow.direction);
        let curated = flows.iter().filter(same).any(|flow| flow.curated.contains(&Fact::Peer));
        let another = flows.iter().any(|flow| product_name(&flow.product) == peer);
        let node = format!("{}_{}", flow.direction.preposition(), flow.peer.replace('-', "_"));
        let (another, mark) = (if another { "another " } else { "" }, if curated { " *" } else { "" });
        labels.insert(node, format!("{another}{peer}{mark}"));
    }
    assert_eq!(parsed.nodes, labels, "{call:?}");
}

/// Prints the diagram of every call, parses it, and compares it with the dataset.
fn assert_every_diagram_is_right(format: &str, parse: fn(&[String]) -> Option<Vec<ParsedDiagram>>) {
    let dataset = dataset();
    let calls = calls(&dataset);
    let diagrams: Vec<String> = calls.iter().map(|(call, _)| printed(call, format)).collect();
    let Some(parsed) = parse(&diagrams) else { return };
    for (parsed, (call, filter)) in parsed.iter().zip(&calls) {
        assert_shows(parsed, &filter.select(&dataset), &dataset, call);
    }
}

#[test]
fn graphviz_finds_every_port_on_its_arrow() {
    assert_every_diagram_is_right("dot", parse_with_dot);
}

#[test]
fn mermaid_finds_every_port_on_its_arrow() {
    assert_every_diagram_is_right("mermaid", parse_with_mermaid);
}

/// A diagram of hostile texts, each in a node and on an arrow.
fn hostile_diagram() -> (Diagram, ParsedDiagram) {
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
    let parsed_arrow = |arrow: &Arrow| ParsedArrow {
        from: arrow.from.clone(),
        to: arrow.to.clone(),
        label: arrow.label.join("\n"),
        dashed: arrow.conditional,
    };
    let parsed = ParsedDiagram {
        nodes: diagram.nodes.iter().map(|node| (node.name.clone(), node.label.clone())).collect(),
        arrows: diagram.arrows.iter().map(parsed_arrow).collect(),
    };
    (diagram, parsed)
}

#[test]
fn mermaid_never_parses_a_text_as_syntax() {
    let (diagram, expected) = hostile_diagram();
    let Some(read) = parse_with_mermaid(&[mermaid::print(&diagram)]) else { return };
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
fn graphviz_never_parses_a_text_as_syntax() {
    let (diagram, expected) = hostile_diagram();
    let Some(program) = tools::tool("dot") else { return };
    // Graphviz's JSON has labels as they are written. Only the picture shows what they mean.
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
fn a_small_diagram_in_every_format() {
    let call = ["--product", "endpoint"].map(str::to_string);
    let diagrams = ["mermaid", "dot"].map(|format| printed(&call, format));
    insta::assert_snapshot!("small_diagram", diagrams.join("\n"));
}

#[test]
fn mermaid_never_wraps_a_label() {
    let all = printed(&[], "mermaid");
    let labels = all.lines().filter_map(|line| line.split_once("|\"")?.1.split_once("\"|"));
    for (label, _) in labels.clone() {
        let text = label.replace("#124;", "|").replace("#42;", "*");
        for line in text.split("<br/>") {
            // A line is broken between ports, so only one port can be longer.
            let is_one_port = !line.trim_end_matches([',', '|', ' ']).contains([',', '|']);
            assert!(line.len() <= 24 || is_one_port && line.len() <= 60, "{label}");
        }
    }
    assert_eq!(labels.count(), all.matches("->|").count());
    assert!(all.matches("->|").count() > 20);
}

/// A dataset with one product and an inbound flow per port expression.
fn flows_with_ports(expressions: &[&str]) -> Dataset {
    let mut dataset = dataset();
    let mut flow = dataset.flows[0].clone();
    flow.curated.clear();
    flow.requirement = Requirement::Required;
    dataset.flows.clear();
    for (index, expression) in expressions.iter().enumerate() {
        flow.id = format!("flow-{index}");
        let spec = |(group, text): (usize, &str)| {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            let range = port_core::PortRange::new(first.parse().unwrap(), last.parse().unwrap());
            port_core::PortSpec::from_parts(Some(Transport::Tcp), range, None, u8::try_from(group).unwrap())
        };
        flow.ports = expression.split(", ").enumerate().map(spec).collect();
        dataset.flows.push(flow.clone());
    }
    dataset
}

#[test]
fn adjacent_and_overlapping_ports_are_one_range() {
    let dataset = flows_with_ports(&["80, 82", "81", "100-110", "105-120", "65535", "7"]);
    let flows: Vec<&Flow> = dataset.flows.iter().collect();
    let diagram = Diagram::new(&flows, &dataset);
    assert_eq!(diagram.arrows.len(), 1);
    assert_eq!(diagram.arrows[0].label.join(" "), "tcp/7, tcp/80-82, tcp/100-120, tcp/65535");
}

#[test]
fn every_wrong_call_is_reported() {
    let mut cases = Cases::new("port-cli/tests/diagram/calls.txt");
    for (name, call) in [
        ("an unknown format", &["--format", "svg"][..]),
        ("a misspelt product", &["--product", "mialgate"]),
        ("no flow matches", &["--product", "filter-suite", "--peer", "nas"]),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
            .arg("diagram")
            .args(call)
            .args(fixture::arguments())
            .output()
            .unwrap();
        cases.output(name, &format!("port-catalog diagram {}", call.join(" ")), &output, &[]);
    }
    cases.assert();
}

#[test]
fn a_diagram_of_several_products_that_is_too_large_to_read_has_a_warning() {
    let draw = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_port-catalog")).arg("diagram").args(arguments).output().unwrap();
        assert!(output.status.success() && !output.stdout.is_empty(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    // The whole built-in catalog.
    let message = draw(&[]);
    assert!(message.starts_with("warning: hard to read: ") && message.contains("--product"), "{message}");
    for product in port_catalog::Product::ALL {
        assert_eq!(draw(&["--product", product.as_str()]), "");
    }
}
