//! What a diagram of flows has to show, computed from the dataset in the simplest way.

use std::collections::{BTreeMap, BTreeSet};

use port_core::{Direction, Fact, Requirement};
use port_engine::dataset::{Dataset, Flow};

use crate::parsed::ParsedDiagram;

/// A port of an arrow, a protocol or service without one, alternatives, or groups that may not all be needed; and whether it is
/// marked as curated.
type Item = (BTreeSet<String>, bool);

/// The ends of an arrow, and whether it is dashed.
type Ends = (String, String, bool);

/// What is on an arrow: its items, and the line with the numbers of notes.
type Content = (BTreeSet<Item>, String);

/// The ports in an arrow's label, one by one, and the numbers of notes.
fn content(label: &str) -> Content {
    let (ports, notes) = label.split_once("\nsee ").unwrap_or((label, ""));
    (items(ports), notes.to_string())
}

/// The ports in a label, one by one.
fn items(label: &str) -> BTreeSet<Item> {
    let mut items = BTreeSet::new();
    for group in label.replace('\n', " ").split(", ") {
        if group.contains("; ") {
            let marked = group.ends_with(" *");
            items.insert((group.replace(" *", "").split("; ").map(str::to_string).collect(), marked));
            continue;
        }
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

/// An id as a part of an identifier.
fn identifier(id: &str) -> String {
    id.replace('-', "_")
}

/// The component of the same product that a flow's peer is.
fn peer_component(flow: &Flow, dataset: &Dataset) -> Option<String> {
    let components = &dataset.product(&flow.product).unwrap().components;
    components.iter().find(|component| format!("{}-{component}", flow.product) == flow.peer).cloned()
}

/// The names of the parts that are drawn of a product, empty if its document doesn't distinguish any.
fn parts(product: &str, flows: &[&Flow], dataset: &Dataset) -> BTreeSet<String> {
    let own = || flows.iter().filter(|flow| flow.product == product);
    let name = |component: &str| format!("product_{}__{}", identifier(product), identifier(component));
    let components = own().flat_map(|flow| [flow.component.clone(), peer_component(flow, dataset)]).flatten();
    let mut parts: BTreeSet<String> = components.map(|component| name(&component)).collect();
    if !parts.is_empty() && own().any(|flow| flow.component.is_none()) {
        parts.insert(name("0"));
    }
    parts
}

/// The names of a flow's own end and of its peer.
fn ends(flow: &Flow, flows: &[&Flow], dataset: &Dataset) -> (String, String) {
    let product = format!("product_{}", identifier(&flow.product));
    let part = |component: &str| format!("{product}__{}", identifier(component));
    let own = match parts(&flow.product, flows, dataset).is_empty() {
        true => product.clone(),
        false => part(flow.component.as_deref().unwrap_or("0")),
    };
    let peer = match peer_component(flow, dataset) {
        Some(component) => part(&component),
        None => format!("{}_{}", flow.direction.preposition(), identifier(&flow.peer)),
    };
    (own, peer)
}

/// What is on every arrow according to the dataset.
fn expected(flows: &[&Flow], dataset: &Dataset) -> BTreeMap<Ends, Content> {
    let mut marks: BTreeMap<Ends, BTreeMap<BTreeSet<String>, bool>> = BTreeMap::new();
    let mut notes: Vec<&String> = Vec::new();
    let mut numbers: BTreeMap<Ends, BTreeSet<usize>> = BTreeMap::new();
    for flow in flows {
        let (own, peer) = ends(flow, flows, dataset);
        let (from, to) = if flow.direction == Direction::Inbound { (peer, own) } else { (own, peer) };
        let key = (from, to, flow.requirement == Requirement::Conditional);
        if let Some(note) = &flow.note {
            let number = notes.iter().position(|other| *other == note).unwrap_or(notes.len());
            if number == notes.len() {
                notes.push(note);
            }
            numbers.entry(key.clone()).or_default().insert(number + 1);
        }
        let arrow = marks.entry(key).or_default();
        let curated = flow.curated.iter().any(|fact| !matches!(fact, Fact::Peer | Fact::Purpose | Fact::Hosts));
        let text = flow.expression();
        if text.contains("; ") {
            *arrow.entry(text.split("; ").map(str::to_string).collect()).or_default() |= curated;
            continue;
        }
        for group in text.split(", ") {
            let specs: Vec<&str> = group.split(" | ").collect();
            match specs.as_slice() {
                [spec] => each(spec).for_each(|port| *arrow.entry(BTreeSet::from([port])).or_default() |= curated),
                specs => *arrow.entry(specs.iter().map(ToString::to_string).collect()).or_default() |= curated,
            }
        }
    }
    let content = |(ends, items): (Ends, BTreeMap<BTreeSet<String>, bool>)| {
        let numbers: Vec<String> = numbers.get(&ends).into_iter().flatten().map(ToString::to_string).collect();
        (ends, (items.into_iter().collect(), numbers.join(", ")))
    };
    marks.into_iter().map(content).collect()
}

/// Compares a parsed diagram with the dataset.
pub fn assert_shows(parsed: &ParsedDiagram, flows: &[&Flow], dataset: &Dataset, call: &[String]) {
    let mut found = BTreeMap::new();
    for arrow in &parsed.arrows {
        let key = (arrow.from.clone(), arrow.to.clone(), arrow.dashed);
        assert!(found.insert(key, content(&arrow.label)).is_none(), "{call:?}: {arrow:?} twice");
    }
    assert_eq!(found, expected(flows, dataset), "{call:?}");

    let product_name = |id: &str| dataset.product(id).unwrap().name.as_str();
    let part_label = |product: &str, component: &str| match dataset.peer(&format!("{product}-{component}")) {
        Some(peer) => peer.name.clone(),
        None => component.to_string(),
    };
    let (mut labels, mut clusters) = (BTreeMap::new(), BTreeMap::new());
    for flow in flows {
        let (own, peer_end) = ends(flow, flows, dataset);
        let parts = parts(&flow.product, flows, dataset);
        let product = product_name(&flow.product).to_string();
        if parts.is_empty() {
            labels.insert(own, product);
        } else {
            clusters.insert(format!("product_{}", identifier(&flow.product)), (product, parts));
            let label = flow.component.as_ref().map(|component| part_label(&flow.product, component));
            labels.insert(own, label.unwrap_or_else(|| "component not stated".to_string()));
        }
        let peer = &dataset.peer(&flow.peer).unwrap().name;
        if peer_component(flow, dataset).is_some() {
            labels.insert(peer_end, peer.clone());
            continue;
        }
        let same = |other: &&&Flow| (&other.peer, other.direction) == (&flow.peer, flow.direction);
        let curated = flows.iter().filter(same).any(|flow| flow.curated.contains(&Fact::Peer));
        let another = flows.iter().any(|flow| product_name(&flow.product) == peer);
        let (another, mark) = (if another { "another " } else { "" }, if curated { " *" } else { "" });
        labels.insert(peer_end, format!("{another}{peer}{mark}"));
    }
    assert_eq!(parsed.nodes, labels, "{call:?}");
    assert_eq!(parsed.clusters, clusters, "{call:?}");
}
