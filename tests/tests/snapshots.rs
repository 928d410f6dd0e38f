//! Snapshots for reviewing a change of the data: the rows of each document with their flows, the public ids, and the port index.
//!
//! `cargo insta review` shows the differences.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use port_catalog::{Direction, Enabled, Flow, Groups, Peer, Product, Requirement, Scope, Service, Transport, query};
use port_catalog_tests::assert_snapshot;

/// No line of a snapshot is longer, so that a diff is readable.
const WIDTH: usize = 190;

/// Appends a line, continued on further lines if it is too long.
fn push(text: &mut String, indent: &str, line: &str) {
    let mut width = 0;
    for word in line.split(' ') {
        let is_first = width == 0;
        if !is_first && width + 1 + word.chars().count() > WIDTH {
            let _ = write!(text, "\n{indent}      ");
            width = indent.len() + 6;
        } else {
            text.push_str(if is_first { indent } else { " " });
            width += if is_first { indent.len() } else { 1 };
        }
        text.push_str(word);
        width += word.chars().count();
    }
    text.push('\n');
}

/// Texts that several rows share, such as notes. They are listed once, below the rows, which have their numbers.
#[derive(Default)]
struct Footnotes(Vec<String>);

impl Footnotes {
    /// The number of a text, from 1.
    fn number(&mut self, text: String) -> usize {
        let place = self.0.iter().position(|known| *known == text).unwrap_or_else(|| {
            self.0.push(text);
            self.0.len() - 1
        });
        place + 1
    }
}

/// What the catalog makes of a row: its flow as one line.
fn facts(flow: Flow, footnotes: &mut Footnotes) -> String {
    let own = flow.component().unwrap_or(flow.product().as_str());
    let [from, to] = match flow.direction() {
        Direction::Inbound => [flow.peer().as_str(), own],
        Direction::Outbound => [own, flow.peer().as_str()],
    };
    let mut line = format!("{}: from {from} to {to}: {}", flow.id(), flow.ports());
    let mut fact = |text: &str| line.push_str(text);
    match (flow.requirement(), flow.condition()) {
        (Requirement::Unstated, None) => {}
        (requirement, condition) => {
            fact(&format!("; {requirement}"));
            if let Some(condition) = condition {
                fact(&format!(" ({condition})"));
            }
        }
    }
    let interfaces: Vec<&str> = flow.interfaces().collect();
    if !interfaces.is_empty() {
        fact(&format!("; on {}", interfaces.join(", ")));
    }
    if let Some(interface) = flow.recommended_interface() {
        fact(&format!(" (recommended {interface})"));
    }
    let hosts: Vec<&str> = flow.hosts().collect();
    match hosts.len() {
        0 => {}
        1 => fact(&format!("; host {}", hosts[0])),
        _ => fact(&format!("; hosts [{}]", footnotes.number(hosts.join(" ")))),
    }
    if flow.scope() != Scope::Network {
        fact(&format!("; within the {}", flow.scope()));
    }
    if flow.enabled() != Enabled::Unstated {
        fact(&format!("; enabled: {}", flow.enabled()));
    }
    if flow.configurable() {
        fact("; configurable");
        if let Some(customization) = flow.customization() {
            fact(&format!(" ({customization})"));
        }
    }
    if flow.groups() == Groups::Unstated && flow.ports().any(|spec| spec.group() > 0) {
        fact("; groups unstated");
    }
    let curated: Vec<&str> = flow.curated().map(port_catalog::Fact::as_str).collect();
    if !curated.is_empty() {
        fact(&format!("; curated {}", curated.join(", ")));
    }
    fact(&format!("; {}", flow.purpose()));
    if let Some(note) = flow.note() {
        fact(&format!(" [{}]", footnotes.number(note.to_string())));
    }
    line
}

/// The newest edition of a product: for each row of its document the cells as printed, and below them its flows.
fn flows_of(product: Product) -> String {
    let edition = product.newest_edition();
    let mut text = format!("{}, {}, {}\n", product.name(), edition.document(), edition.printed());
    let mut footnotes = Footnotes::default();
    let (mut section, mut row) = (None, 0);
    for flow in edition.flows() {
        let source = flow.source();
        if source.section != section {
            section = source.section;
            let _ = writeln!(text, "\n{}", section.unwrap_or("-"));
        }
        if source.row != row {
            row = source.row;
            let cells = [source.peer, source.label, source.ports].map(|cell| cell.unwrap_or("-"));
            push(&mut text, "", &format!("{row} {}", cells.join(" | ")));
        }
        push(&mut text, "    ", &facts(flow, &mut footnotes));
    }
    if !footnotes.0.is_empty() {
        text.push('\n');
    }
    for (index, footnote) in footnotes.0.iter().enumerate() {
        push(&mut text, "", &format!("[{}] {footnote}", index + 1));
    }
    text
}

/// `port-cli/tests/upgrades.rs` has the older editions.
#[test]
fn flows_of_each_product_as_its_document_lists_them() {
    // All snapshots are compared before the test fails, so that all differences are pending at once.
    let is_changed = |product: &&Product| {
        let name = format!("flows_of_{product}");
        std::panic::catch_unwind(|| assert_snapshot(&name, &flows_of(**product))).is_err()
    };
    let changed: Vec<&str> = Product::ALL.iter().filter(is_changed).map(|product| product.as_str()).collect();
    assert!(changed.is_empty(), "changed: {}", changed.join(", "));
}

/// A diff of a snapshot is only readable if its lines are short, and it shows what changed only if no old snapshot is left.
#[test]
fn each_product_has_one_snapshot_with_lines_of_less_than_200_characters() {
    let directory = port_catalog_tests::root().join("tests/snapshots");
    let mut products: Vec<String> = std::fs::read_dir(&directory)
        .expect("the snapshots exist")
        .map(|entry| entry.unwrap().file_name().into_string().expect("the name is UTF-8"))
        .filter_map(|name| Some(name.strip_prefix("flows_of_")?.strip_suffix(".snap")?.to_string()))
        .collect();
    products.sort();
    let mut expected: Vec<&str> = Product::ALL.iter().map(|product| product.as_str()).collect();
    expected.sort_unstable();
    assert_eq!(products, expected);
    for product in &products {
        let text = std::fs::read_to_string(directory.join(format!("flows_of_{product}.snap"))).unwrap();
        let too_long: Vec<&str> = text.lines().filter(|line| line.chars().count() >= 200).collect();
        assert!(too_long.is_empty(), "{product}: {too_long:#?}");
    }
}

#[test]
fn public_ids_and_their_variants() {
    let catalog = port_data::read(Path::new(port_data::TABLES)).expect("the tables are valid");
    let mut text = String::from("Removing or changing a line breaks users of the catalog.\n");
    let mut list = |name: &str, rows: &mut dyn Iterator<Item = (&String, &String)>| {
        let _ = writeln!(text, "\n{name}");
        for (id, variant) in rows {
            let _ = writeln!(text, "  {id} {variant}");
        }
    };
    let flow_variants: Vec<String> = catalog
        .flows
        .iter()
        .map(|row| format!("flows::{}::{}", catalog.products[row.product].variant, row.variant))
        .collect();
    list("Vendor", &mut catalog.vendors.iter().map(|row| (&row.id, &row.variant)));
    list("Product", &mut catalog.products.iter().map(|row| (&row.id, &row.variant)));
    list("Peer", &mut catalog.peers.iter().map(|row| (&row.id, &row.variant)));
    list("Service", &mut catalog.services.iter().map(|row| (&row.id, &row.variant)));
    list("FlowId", &mut catalog.flows[..catalog.flow_ids].iter().map(|row| &row.row.id).zip(&flow_variants));
    assert_snapshot("public_ids_and_their_variants", &text);
}

/// Who uses a port: for each port or range of the newest editions, the products with the number of their flows. The snapshot of a
/// product has the flows.
#[test]
fn port_index() {
    let mut index: BTreeMap<(Option<Transport>, u16, u16), BTreeMap<&str, usize>> = BTreeMap::new();
    for flow in query().flows() {
        let specs: BTreeSet<_> = flow
            .ports()
            .filter_map(|spec| {
                let ports = spec.range()?;
                Some((spec.transport(), ports.first(), ports.last()))
            })
            .collect();
        for spec in specs {
            *index.entry(spec).or_default().entry(flow.product().as_str()).or_default() += 1;
        }
    }
    let mut text = String::from("The products that use each port or range, with the number of their flows.\n");
    let mut last = None;
    for ((transport, first, end), products) in index {
        if last != Some(transport) {
            last = Some(transport);
            text.push('\n');
        }
        let transport = transport.map_or("-", Transport::as_str);
        let ports = if first == end { first.to_string() } else { format!("{first}-{end}") };
        let products: Vec<String> = products.iter().map(|(product, flows)| format!("{product} {flows}")).collect();
        push(&mut text, "", &format!("{transport}/{ports} {}", products.join(", ")));
    }
    assert_snapshot("port_index", &text);
}

#[test]
fn peers_and_services() {
    let mut text = String::new();
    for peer in Peer::ALL {
        let includes: Vec<&str> = peer.includes().map(Peer::as_str).collect();
        let includes = if includes.is_empty() { String::new() } else { format!(" (includes {})", includes.join(", ")) };
        let _ = writeln!(text, "{} {peer} \"{}\": {}{includes}", peer.kind(), peer.name(), peer.description());
    }
    text.push('\n');
    for service in Service::ALL {
        let transports: Vec<&str> = service.transports().map(Transport::as_str).collect();
        let port = service.port().map_or("-".to_string(), |port| port.to_string());
        let _ = writeln!(
            text,
            "{service} \"{}\" {port}/{}: {}",
            service.name(),
            transports.join("+"),
            service.description()
        );
    }
    assert_snapshot("peers_and_services", &text);
}
