//! The documentation that rustdoc shows for each variant: reading the enums is reading the catalog.

use port_core::port_spec::write_expression;
use port_core::{Enabled, Groups, PortSpec, Scope};
use port_data::{Catalog, Flow, FlowRow, Peer, Product, Vendor};

/// The documentation of a vendor.
#[must_use]
pub fn vendor(vendor: &Vendor) -> String {
    format!("`{}`: {}, <{}>", vendor.id, escape(&vendor.name), vendor.url)
}

/// A link to an item of the catalog. Items of `flows` find the others in the module above.
fn link(text: &str, item: &str, variant: &str) -> String {
    format!("[{}]({item}::{variant})", escape(text))
}

/// The documentation of a product, with a link to its flows.
#[must_use]
pub fn product(catalog: &Catalog, product: usize) -> String {
    let row = &catalog.products[product];
    // A product without flows has no type in `flows`.
    let has_flows = catalog.flows[..catalog.flow_ids].iter().any(|flow| flow.product == product);
    let flows = if has_flows { format!(" [Its flows](flows::{}).", row.variant) } else { String::new() };
    let vendor = &catalog.vendors[row.vendor];
    let vendor = link(&vendor.name, "Vendor", &vendor.variant);
    let (name, documents) = (escape(&row.name), editions(catalog, product));
    format!("`{}`: {name} by {vendor}{}.{flows} {documents}", row.id, field(row))
}

/// The documentation of the type that has the ids of a product's flows.
#[must_use]
pub fn flows_of(catalog: &Catalog, product: usize) -> String {
    let row = &catalog.products[product];
    let vendor = &catalog.vendors[row.vendor];
    let vendor = link(&vendor.name, "super::Vendor", &vendor.variant);
    let name = link(&row.name, "super::Product", &row.variant);
    format!("The ids of the flows of {name} by {vendor}{}. {}", field(row), editions(catalog, product))
}

/// What a product is for, in parentheses.
fn field(product: &Product) -> String {
    product.field.as_ref().map(|field| format!(" ({})", escape(field))).unwrap_or_default()
}

/// The products that have flows, by peer and by service.
pub struct Users {
    of_peers: Vec<Vec<usize>>,
    of_services: Vec<Vec<usize>>,
}

impl Users {
    /// Finds the users in one pass over the flows.
    #[must_use]
    pub fn new(catalog: &Catalog) -> Users {
        let mut users = Users {
            of_peers: vec![Vec::new(); catalog.peers.len()],
            of_services: vec![Vec::new(); catalog.services.len()],
        };
        for flow in &catalog.flows[..catalog.flow_ids] {
            let add = |products: &mut Vec<usize>| {
                if products.last() != Some(&flow.product) {
                    products.push(flow.product);
                }
            };
            let peer = flow.row.peer;
            let peers = catalog.peers[peer].includes.iter().copied().chain([peer]);
            peers.for_each(|peer| add(&mut users.of_peers[peer]));
            let services = flow.row.specs.iter().filter_map(PortSpec::service);
            services.for_each(|service| add(&mut users.of_services[service]));
        }
        users
    }
}

/// Links to the flows of products.
fn links_to_flows(catalog: &Catalog, products: &[usize]) -> String {
    let links = products.iter().map(|product| {
        let product = &catalog.products[*product];
        link(&product.name, "flows", &product.variant)
    });
    let links: Vec<String> = links.collect();
    if links.is_empty() { String::new() } else { format!("\n\nIn flows of {}.", links.join(", ")) }
}

/// The documents of a product's editions, the newest first.
fn editions(catalog: &Catalog, product: usize) -> String {
    let editions = catalog.editions.iter().filter(|edition| edition.product == product).rev();
    let documents = editions.map(|edition| {
        let incomplete = if edition.is_complete { "" } else { " (incomplete)" };
        format!(
            "`{}`{incomplete}: {}, {}, <{}>",
            edition.id,
            escape(&edition.document),
            escape(&edition.printed),
            edition.url
        )
    });
    let documents: Vec<String> = documents.collect();
    match &documents[..] {
        [only] => format!("Its document, edition {only}"),
        all => {
            format!("Its documents, by edition:\n\n{}", all.iter().map(|one| format!("- {one}\n")).collect::<String>())
        }
    }
}

/// The documentation of a peer, with links to the products that have flows to or from it.
#[must_use]
pub fn peer(catalog: &Catalog, users: &Users, peer: usize) -> String {
    let Peer { id, name, kind, description, .. } = &catalog.peers[peer];
    let products = links_to_flows(catalog, &users.of_peers[peer]);
    format!("`{id}`: {} ({kind}): {}{products}", escape(name), escape(description))
}

/// The documentation of a service, with links to the products that use it.
#[must_use]
pub fn service(catalog: &Catalog, users: &Users, service: usize) -> String {
    let products = links_to_flows(catalog, &users.of_services[service]);
    let service = &catalog.services[service];
    let transports: Vec<&str> = service.transports.iter().map(|transport| transport.as_str()).collect();
    let at = match service.port {
        Some(port) => format!(", {port}/{}", transports.join("+")),
        None => String::new(),
    };
    format!("`{}`: {}{at}: {}{products}", service.id, escape(&service.name), escape(&service.description))
}

/// The documentation of a flow: its purpose, then the row as a table.
#[must_use]
pub fn flow(catalog: &Catalog, flow: &Flow) -> String {
    let product = &catalog.products[flow.product];
    let edition = &catalog.editions[flow.edition];
    let peer = &catalog.peers[flow.row.peer];
    let mut text = escape(&flow.row.purpose);
    text.push_str(&format!("\n\n| id | `{}` |\n|---|---|\n", flow.row.id));
    let mut line = |name: &str, value: &str| {
        text.push_str(&format!("| {name} | {value} |\n"));
    };
    line("product", &link(&product.name, "super::Product", &product.variant));
    if flow.edition != catalog.newest_edition(flow.product) {
        line("edition", &format!("{}; newer editions don't have the flow", escape(&edition.id)));
    }
    if let Some(component) = flow.row.component {
        line("component", &escape(&product.components[component]));
    }
    let peer = link(&peer.name, "super::Peer", &peer.variant);
    line("direction", &format!("{}, {} {peer}", flow.row.direction, flow.row.direction.preposition()));
    line("ports", &escape(&Expression { catalog, row: &flow.row }.to_string()));
    let services: Vec<String> = services(catalog, &flow.row).collect();
    if !services.is_empty() {
        line("services", &services.join(", "));
    }
    let condition = flow.row.condition.as_ref().map(|condition| format!(": {}", escape(condition))).unwrap_or_default();
    line("requirement", &format!("{}{condition}", flow.row.requirement));
    if flow.row.groups == Groups::Unstated {
        line("groups", "the document doesn't say whether all are needed");
    }
    if flow.row.scope != Scope::Network {
        line("scope", flow.row.scope.as_str());
    }
    if flow.row.enabled != Enabled::Unstated {
        line("enabled by default", flow.row.enabled.as_str());
    }
    if !flow.row.interfaces.is_empty() {
        let interfaces = flow.row.interfaces.iter().map(|index| {
            let recommended = if flow.row.recommended_interface == Some(*index) { " (recommended)" } else { "" };
            format!("{}{recommended}", escape(&product.interfaces[*index]))
        });
        line("interfaces", &interfaces.collect::<Vec<_>>().join(", "));
    }
    if !flow.row.hosts.is_empty() {
        line("hosts", &escape(&flow.row.hosts.join(", ")));
    }
    if flow.row.configurable {
        let customization =
            flow.row.customization.as_ref().map(|text| format!(": {}", escape(text))).unwrap_or_default();
        line("configurable", &format!("yes{customization}"));
    }
    if let Some(note) = &flow.row.note {
        line("note", &escape(note));
    }
    if !flow.row.curated.is_empty() {
        let facts: Vec<String> = flow.row.curated.iter().map(|fact| escape(fact.as_str())).collect();
        line("not in the document", &facts.join(", "));
    }
    let section = flow.row.section.as_ref().map(|section| format!(", {}", escape(section))).unwrap_or_default();
    line(
        "source",
        &format!("{}, {}{section}, row {}", escape(&edition.document), escape(&edition.printed), flow.row.row),
    );
    let printed = [&flow.row.printed_peer, &flow.row.printed_label, &flow.row.printed_ports];
    let printed: Vec<String> =
        printed.into_iter().flatten().map(|cell| format!("\u{201c}{}\u{201d}", escape(cell))).collect();
    if !printed.is_empty() {
        line("printed", &printed.join(" "));
    }
    text
}

/// Links to the services of a flow, each once.
fn services<'a>(catalog: &'a Catalog, row: &FlowRow<usize>) -> impl Iterator<Item = String> + use<'a> {
    let mut numbers: Vec<usize> = row.specs.iter().filter_map(PortSpec::service).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into_iter().map(|number| {
        let service = &catalog.services[number];
        link(&service.name, "super::Service", &service.variant)
    })
}

/// Port specs with their services by name.
struct Expression<'a> {
    catalog: &'a Catalog,
    row: &'a FlowRow<usize>,
}

impl std::fmt::Display for Expression<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let specs = self.row.specs.iter().map(|spec| spec.map_service(|index| &self.catalog.services[index].id));
        write_expression(f, self.row.groups, specs)
    }
}

/// The port numbers of a flow for rustdoc's search, each once: single ports, and both ends of each range.
#[must_use]
pub fn port_numbers(flow: &Flow) -> Vec<String> {
    let mut numbers: Vec<String> = Vec::new();
    for range in flow.row.specs.iter().filter_map(PortSpec::range) {
        for port in [range.first(), range.last()].map(|port| port.to_string()) {
            if !numbers.contains(&port) {
                numbers.push(port);
            }
        }
    }
    numbers
}

/// Escapes a text so that rustdoc shows it unchanged. The one exception is an apostrophe between two letters, which rustdoc
/// shows as a typographic one.
///
/// A backslash is written only if Markdown would otherwise give the character a meaning, so that the generated file can be
/// read. The text begins a paragraph or a table cell, or follows other text; it has one line.
fn escape(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut escaped = String::with_capacity(text.len());
    for (index, &character) in characters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| characters[before]);
        let after = characters.get(index + 1).copied();
        if has_meaning(before, character, after, &characters[..index]) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Whether Markdown, with rustdoc's extensions, gives a character a meaning at this place.
fn has_meaning(before: Option<char>, character: char, after: Option<char>, start: &[char]) -> bool {
    let is_inside_word = [before, after].iter().all(|side| side.is_some_and(char::is_alphanumeric));
    let ends_marker = after.is_none_or(|after| after == ' ');
    match character {
        // Escapes, code, emphasis, strikethrough, links, HTML, table cells, and quotation marks that become typographic.
        '\\' | '`' | '*' | '~' | '[' | ']' | '<' | '|' | '"' => true,
        '_' | '\'' => !is_inside_word,
        // `&amp;`
        '&' => after.is_some_and(|after| after.is_alphanumeric() || after == '#'),
        // A bare address, about which rustdoc warns.
        ':' => after == Some('/'),
        // `--` and `...` become typographic; a hyphen may also begin a list.
        '-' => before == Some('-') || after == Some('-') || before.is_none() && ends_marker,
        '.' if before == Some('.') || after == Some('.') => true,
        // Headings, quotations and lists, at the start only.
        '#' | '>' | '=' => before.is_none(),
        '+' => before.is_none() && ends_marker,
        '.' | ')' => !start.is_empty() && start.iter().all(char::is_ascii_digit) && ends_marker,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn only_characters_with_a_meaning_are_escaped() {
        let unchanged = [
            "FortiOS 6.2.0",
            "An administrator's workstation, or a console",
            "TCP/110 or TCP/995 (server mode only); single sign-on",
            "recommended_interface",
            "a > b & c = d + e",
        ];
        for text in unchanged {
            assert_eq!(escape(text), text);
        }
        let escaped = [
            ("a|b", "a\\|b"),
            ("# head", "\\# head"),
            ("1. one", "1\\. one"),
            ("- item", "\\- item"),
            ("x -- y...", "x \\-\\- y\\.\\.\\."),
            ("&amp; \"x\"", "\\&amp; \\\"x\\\""),
            ("https://x.example", "https\\://x.example"),
        ];
        for (text, expected) in escaped {
            assert_eq!(escape(text), expected);
        }
    }
}
