//! Words what rustdoc shows of each row: the documentation of the enums is the catalog.

use std::fmt::Write;

use port_core::PortSpec;
use port_core::port_spec::write_expression;
use port_data::{Catalog, Flow, Peer, Product, Service, Vendor};

/// What rustdoc shows of a vendor.
#[must_use]
pub fn vendor(vendor: &Vendor) -> String {
    format!("`{}`: {}, <{}>", vendor.id, escape(&vendor.name), vendor.url)
}

/// What rustdoc shows of a product.
#[must_use]
pub fn product(catalog: &Catalog, product: &Product) -> String {
    format!(
        "`{}`: {} by {}. Its document: {}, {}, <{}>",
        product.id,
        escape(&product.name),
        escape(&catalog.vendors[product.vendor].name),
        escape(&product.document),
        escape(&product.edition),
        product.url
    )
}

/// What rustdoc shows of a peer.
#[must_use]
pub fn peer(peer: &Peer) -> String {
    format!("`{}`: {} ({}): {}", peer.id, escape(&peer.name), peer.kind, escape(&peer.description))
}

/// What rustdoc shows of a service.
#[must_use]
pub fn service(service: &Service) -> String {
    let transports: Vec<&str> = service.transports.iter().map(|transport| transport.as_str()).collect();
    let at = match service.port {
        Some(port) => format!(", {port}/{}", transports.join("+")),
        None => String::new(),
    };
    format!("`{}`: {}{at}: {}", service.id, escape(&service.name), escape(&service.description))
}

/// What rustdoc shows of a flow: its purpose, then the row as a table.
#[must_use]
pub fn flow(catalog: &Catalog, flow: &Flow) -> String {
    let product = &catalog.products[flow.product];
    let peer = &catalog.peers[flow.peer];
    let mut text = escape(&flow.purpose);
    text.push_str(&format!("\n\n| id | `{}` |\n|---|---|\n", flow.id));
    let mut line = |name: &str, value: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {name} | {value} |");
    };
    line("product", &escape(&product.name));
    line("direction", &format!("{}, {} {}", flow.direction, flow.direction.preposition(), escape(&peer.name)));
    line("ports", &escape(&Expression { catalog, specs: &flow.specs }.to_string()));
    let condition = flow.condition.as_ref().map(|condition| format!(": {}", escape(condition))).unwrap_or_default();
    line("requirement", &format!("{}{condition}", flow.requirement));
    if !flow.interfaces.is_empty() {
        let interfaces = flow.interfaces.iter().map(|place| {
            let recommended = if flow.recommended_interface == Some(*place) { " (recommended)" } else { "" };
            format!("{}{recommended}", escape(&product.interfaces[*place]))
        });
        line("interfaces", &interfaces.collect::<Vec<_>>().join(", "));
    }
    if !flow.hosts.is_empty() {
        line("hosts", &escape(&flow.hosts.join(", ")));
    }
    if flow.configurable {
        let place = flow.customization.as_ref().map(|place| format!(": {}", escape(place))).unwrap_or_default();
        line("configurable", &format!("yes{place}"));
    }
    if let Some(note) = &flow.note {
        line("note", &escape(note));
    }
    if !flow.curated.is_empty() {
        let facts: Vec<String> = flow.curated.iter().map(|fact| escape(fact.as_str())).collect();
        line("not in the document", &facts.join(", "));
    }
    let section = flow.section.as_ref().map(|section| format!(", {}", escape(section))).unwrap_or_default();
    line("source", &format!("{}, {}{section}, row {}", escape(&product.document), escape(&product.edition), flow.row));
    let printed = [&flow.printed_peer, &flow.printed_label, &flow.printed_ports];
    let printed: Vec<String> =
        printed.into_iter().flatten().map(|cell| format!("\u{201c}{}\u{201d}", escape(cell))).collect();
    if !printed.is_empty() {
        line("printed", &printed.join(" "));
    }
    text
}

/// Port specs with their services by name.
struct Expression<'a> {
    catalog: &'a Catalog,
    specs: &'a [PortSpec<usize>],
}

impl std::fmt::Display for Expression<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_expression(f, self.specs.iter().map(|spec| spec.map_service(|place| &self.catalog.services[place].id)))
    }
}

/// A text that Markdown shows as it is: no ASCII punctuation mark means anything to it, nor is one made typographic.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
