//! Graphviz and Mermaid parse what `diagram` prints, and find every port of the catalog on its arrow, and no other.

mod expected;
mod parsed;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use port_catalog_tests::diagnostics::Cases;
use port_catalog_tests::{fixture, hostile, tools};
use port_core::{Direction, Requirement, Transport};
use port_engine::dataset::{Dataset, Flow};
use port_engine::diagram::{Arrow, Cluster, Diagram, Node, dot, mermaid};
use port_engine::filter::{Filter, PortQuery};

use expected::assert_shows;
use parsed::{ParsedArrow, ParsedDiagram, dot_command, parse_with_dot, parse_with_mermaid};

fn dataset() -> Dataset {
    dataset_of(&fixture::tables())
}

fn dataset_of(tables: &Path) -> Dataset {
    Dataset::from_tables(&port_data::read(tables).unwrap())
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
    let service = if dataset.service("ldap").is_some() { "ldap" } else { "https" };
    add(&["--service", service], Filter { service: Some(service.to_string()), ..Filter::default() });
    for component in dataset.products.iter().flat_map(|product| &product.components) {
        add(&["--component", component], Filter { components: vec![component.clone()], ..Filter::default() });
    }
    // A peer that is one of the products too.
    let peer = dataset.peers.iter().find(|peer| dataset.product(&peer.id).is_some()).unwrap();
    add(&["--peer", &peer.id], Filter { peer: Some(peer.id.clone()), ..Filter::default() });
    calls
}

fn printed(arguments: &[String], format: &str) -> String {
    printed_of(&fixture::tables(), arguments, format)
}

fn printed_of(tables: &Path, arguments: &[String], format: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .args(["diagram", "--format", format])
        .args(arguments)
        .arg("--tables")
        .arg(tables)
        .arg("--only-tables")
        .output()
        .unwrap();
    let messages = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), messages.as_ref()), (Some(0), ""), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Prints the diagram of every call, parses it, and compares it with the dataset.
fn assert_every_diagram_is_right(format: &str, parse: fn(&[String]) -> Option<Vec<ParsedDiagram>>) {
    for tables in [fixture::tables(), fixture::editions()] {
        let dataset = dataset_of(&tables);
        let calls = calls(&dataset);
        let diagrams: Vec<String> = calls.iter().map(|(call, _)| printed_of(&tables, call, format)).collect();
        let Some(parsed) = parse(&diagrams) else { return };
        for (parsed, (call, filter)) in parsed.iter().zip(&calls) {
            assert_shows(parsed, &filter.select(&dataset), &dataset, call);
        }
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
    let part = Node { name: "part".to_string(), ..product.clone() };
    let cluster = Cluster { name: "cluster".to_string(), label: hostile::TEXTS.join(" "), parts: vec![part.clone()] };
    let arrow = |(number, label): (usize, &&str)| Arrow {
        from: "product".to_string(),
        to: name(number),
        label: vec![(*label).to_string(), "and more".to_string()],
        conditional: number % 2 == 1,
    };
    let diagram = Diagram {
        title: vec![hostile::TEXTS.join(" ")],
        clusters: vec![cluster],
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
        clusters: BTreeMap::from([(
            "cluster".to_string(),
            (hostile::TEXTS.join(" "), BTreeSet::from(["part".to_string()])),
        )]),
        nodes: diagram.nodes.iter().chain([&part]).map(|node| (node.name.clone(), node.label.clone())).collect(),
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
    assert_eq!(read.clusters, expected.clusters);
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
        let text = label.replace("#124;", "|").replace("#42;", "*").replace("#59;", ";");
        for line in text.split("<br/>") {
            // A line is broken between ports, so only one port can be longer.
            let is_one_port = !line.trim_end_matches([',', '|', ';', ' ']).contains([',', '|', ';']);
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
            port_core::PortSpec::from_parts(Some(Transport::Tcp), range, None, u8::try_from(group).unwrap(), None)
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
fn the_legend_has_the_notes_of_flows_and_incomplete_editions() {
    let dataset = dataset_of(&fixture::editions());
    let dataset = dataset.at_editions(&["console@2024-03".parse().unwrap()]).unwrap();
    let flows: Vec<&Flow> = dataset.flows.iter().collect();
    let diagram = Diagram::new(&flows, &dataset);
    for line in [
        "semicolon: the document does not say whether all are needed",
        "Acme Console March 2024: parts of the document were not available, so flows may be missing (Only the first of two pages was available.)",
        "1: The page doesn't say whether both are needed.",
    ] {
        assert!(diagram.legend.contains(&line.to_string()), "{:?}", diagram.legend);
    }
    let with_note: Vec<&Arrow> =
        diagram.arrows.iter().filter(|arrow| arrow.label.ends_with(&["see 1".to_string()])).collect();
    let [arrow] = &with_note[..] else { panic!("{with_note:?}") };
    assert_eq!((arrow.from.as_str(), arrow.to.as_str()), ("product_cluster__worker", "product_cluster__worker"));
    assert!(
        arrow.label.concat().contains("udp/4789; udp/8472") || arrow.label.concat().contains("udp/8472;"),
        "{arrow:?}"
    );
}

#[test]
fn components_in_every_format() {
    let call = ["--product", "cluster"].map(str::to_string);
    let diagrams = ["mermaid", "dot"].map(|format| printed_of(&fixture::editions(), &call, format));
    insta::assert_snapshot!("components", diagrams.join("\n"));
}

#[test]
fn two_editions_of_a_product_are_not_one_diagram() {
    let output = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .args(["diagram", "--product", "cluster@1.0", "--product", "cluster@2.0", "--only-tables", "--tables"])
        .arg(fixture::editions())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = "error[dataset-several-editions]: several editions of cluster (found 1.0, 2.0); name one of them\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), message);
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
