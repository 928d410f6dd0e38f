//! The documentation that rustdoc shows for each variant: reading the enums is reading the catalog.

use port_core::port_spec::write_expression;
use port_core::{Enabled, Groups, PortSpec, Scope};
use port_data::{Catalog, Flow, FlowRow, Peer, Service, Vendor};

/// The documentation of a vendor.
#[must_use]
pub fn vendor(vendor: &Vendor) -> String {
    format!("`{}`: {}, <{}>", vendor.id, escape(&vendor.name), vendor.url)
}

/// The documentation of a product.
#[must_use]
pub fn product(catalog: &Catalog, product: usize) -> String {
    let newest = &catalog.editions[catalog.newest_edition(product)];
    let product = &catalog.products[product];
    let field = product.field.as_ref().map(|field| format!(" ({})", escape(field))).unwrap_or_default();
    format!(
        "`{}`: {} by {}{field}. Its document: {}, {}, <{}>",
        product.id,
        escape(&product.name),
        escape(&catalog.vendors[product.vendor].name),
        escape(&newest.document),
        escape(&newest.printed),
        newest.url
    )
}

/// The documentation of a peer.
#[must_use]
pub fn peer(peer: &Peer) -> String {
    format!("`{}`: {} ({}): {}", peer.id, escape(&peer.name), peer.kind, escape(&peer.description))
}

/// The documentation of a service.
#[must_use]
pub fn service(service: &Service) -> String {
    let transports: Vec<&str> = service.transports.iter().map(|transport| transport.as_str()).collect();
    let at = match service.port {
        Some(port) => format!(", {port}/{}", transports.join("+")),
        None => String::new(),
    };
    format!("`{}`: {}{at}: {}", service.id, escape(&service.name), escape(&service.description))
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
    line("product", &escape(&product.name));
    if flow.edition != catalog.newest_edition(flow.product) {
        line("edition", &format!("{}; newer editions don't have the flow", escape(&edition.id)));
    }
    if let Some(component) = flow.row.component {
        line("component", &escape(&product.components[component]));
    }
    line("direction", &format!("{}, {} {}", flow.row.direction, flow.row.direction.preposition(), escape(&peer.name)));
    line("ports", &escape(&Expression { catalog, row: &flow.row }.to_string()));
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
