//! Snapshots for reviewing a change of the data: one line per flow, the public ids, and the port index.
//!
//! `cargo insta review` shows the differences.

use std::fmt::Write;
use std::path::Path;

use port_catalog::{Enabled, Flow, Peer, Product, Scope, Service, Transport, by_port};
use port_catalog_tests::assert_snapshot;

/// A flow as one line: what the page prints, then the facts of the catalog.
fn line(flow: Flow) -> String {
    let source = flow.source();
    let printed: Vec<&str> = [source.peer, source.label, source.ports].map(|cell| cell.unwrap_or("-")).into();
    let mut line =
        format!("{:>2} {} => {} {}", source.row, printed.join(" | "), flow.direction(), flow.direction().preposition());
    let mut fact = |text: &str| line.push_str(text);
    fact(&format!(" {}: {}", flow.peer(), flow.ports()));
    if let Some(component) = flow.component() {
        fact(&format!("; part {component}"));
    }
    fact(&format!("; {}", flow.requirement()));
    if let Some(condition) = flow.condition() {
        fact(&format!(" ({condition})"));
    }
    let interfaces: Vec<&str> = flow.interfaces().collect();
    if !interfaces.is_empty() {
        fact(&format!("; on {}", interfaces.join(", ")));
    }
    if let Some(interface) = flow.recommended_interface() {
        fact(&format!(" (recommended {interface})"));
    }
    let hosts: Vec<&str> = flow.hosts().collect();
    if !hosts.is_empty() {
        fact(&format!("; hosts {}", hosts.join(", ")));
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
    let curated: Vec<&str> = flow.curated().map(port_catalog::Fact::as_str).collect();
    if !curated.is_empty() {
        fact(&format!("; curated {}", curated.join(", ")));
    }
    fact(&format!("; {}", flow.purpose()));
    if let Some(note) = flow.note() {
        fact(&format!(" [{note}]"));
    }
    fact(&format!("; {}", flow.id()));
    line
}

#[test]
fn flows_of_each_product_as_its_document_lists_them() {
    let mut texts = Vec::new();
    for edition in Product::ALL.iter().flat_map(|product| product.editions()) {
        let product = edition.product();
        let mut text = format!("{}, {}, {}\n", product.name(), edition.document(), edition.printed());
        let mut section = None;
        for flow in edition.flows() {
            if flow.source().section != section {
                section = flow.source().section;
                let _ = writeln!(text, "\n{}", section.unwrap_or("-"));
            }
            let _ = writeln!(text, "{}", line(flow));
        }
        // The snapshot of the newest edition shows what it changes.
        let name = if edition.is_newest() { format!("flows_of_{product}") } else { format!("flows_of_{edition}") };
        texts.push((name, text));
    }
    // All snapshots are compared before the test fails, so that all differences are pending at once.
    let compare = |(name, text): &(String, String)| std::panic::catch_unwind(|| assert_snapshot(name, text)).is_err();
    let changed: Vec<&str> = texts.iter().filter(|text| compare(text)).map(|(name, _)| name.as_str()).collect();
    assert!(changed.is_empty(), "changed: {}", changed.join(", "));
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

#[test]
fn port_index() {
    let mut text = String::from("The flows that use each port, up to the port of the next entry.\n");
    for transport in [Transport::Tcp, Transport::Udp] {
        text.push('\n');
        let mut last = String::new();
        for port in 0..=u16::MAX {
            let flows: String = by_port(transport, port).map(|flow| format!("    {}\n", flow.id())).collect();
            if flows != last {
                let _ = write!(text, "{port}/{transport}\n{flows}");
                last = flows;
            }
        }
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
