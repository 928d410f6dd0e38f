//! Compares the catalog with the vendors' documents: each document contains the cells of every row in order, and no text with a
//! number between them.
//!
//! This is deliberately not a parser. It knows no layout, so it can't make the same mistakes as a reader.

use port_catalog::{Direction, Flow, Product, Transport};
use port_catalog_tests::documents;

/// A product's document as one line, in which bars and line ends are spaces; `None` if there are no documents.
fn document_text(product: Product) -> Option<String> {
    let text = std::fs::read_to_string(documents()?.join(format!("{product}.txt"))).expect("the document can be read");
    Some(one_line(&text.replace("---|", " ").replace('|', " ")))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The labels of rows whose printed label is a sentence, which the catalog shortens.
const SHORTENED: [&str; 6] = [
    "Endpoint management, Security Fabric",
    "Software and signature updates",
    "Personal Email Manager load balancing, end-user portal",
    "SSL proxy for the Email Security module",
    "Data loss prevention health and log data",
    "Messages from data loss prevention for encryption",
];

/// Finds the cells of each flow one after another. Returns the text before, between and after them.
fn gaps_between_cells(text: &str, flows: impl Iterator<Item = (usize, Vec<String>)>) -> Vec<String> {
    let mut rest = text;
    let mut gaps = Vec::new();
    for (row, cells) in flows {
        for cell in cells.iter().filter(|cell| !SHORTENED.contains(&cell.as_str())) {
            let cell = one_line(cell);
            let found =
                rest.find(&cell).unwrap_or_else(|| panic!("row {row}: {cell:?} isn't after the cell before it"));
            gaps.push(rest[..found].trim().to_string());
            rest = &rest[found + cell.len()..];
        }
    }
    gaps.push(rest.trim().to_string());
    gaps
}

/// The gaps that contain a digit.
fn with_digits(gaps: &[String]) -> Vec<&str> {
    gaps.iter().map(String::as_str).filter(|gap| gap.contains(|character: char| character.is_ascii_digit())).collect()
}

/// The peer's cell, unless the cell above spans this row.
fn new_peer(flow: Flow, last: &mut Option<&'static str>) -> Option<String> {
    let peer = flow.source().peer;
    let is_new = peer.is_some() && peer != *last;
    *last = peer.or(*last);
    is_new.then(|| peer.unwrap_or_default().to_string())
}

fn printed_transport(flow: Flow) -> &'static str {
    match flow.ports().next().and_then(|spec| spec.transport()) {
        Some(Transport::Udp) => "UDP",
        _ => "TCP",
    }
}

#[test]
fn the_document_of_fortimail_matches_the_catalog() {
    let Some(text) = document_text(Product::FortiMail) else { return };
    let (mut last, mut section) = (None, None);
    let rows = Product::FortiMail.flows().map(|flow| {
        let source = flow.source();
        let mut cells = Vec::new();
        if source.section != section {
            section = source.section;
            last = None;
            cells.push(section.unwrap().to_string());
        }
        let incoming = flow.direction() == Direction::Inbound;
        assert_eq!(section, Some(if incoming { "Incoming ports" } else { "Outgoing ports" }));
        cells.extend(new_peer(flow, &mut last));
        cells.extend([source.label.unwrap().to_string(), source.ports.unwrap().to_string()]);
        (source.row, cells)
    });
    let gaps = gaps_between_cells(&text, rows);
    // The only other text in the two tables is their headers.
    let inside = &gaps[1..gaps.len() - 1];
    let left: Vec<&String> = inside.iter().filter(|gap| !gap.is_empty()).collect();
    assert_eq!(left, ["Purpose Protocol/Port", "Purpose Protocol/Port"]);
}

#[test]
fn the_document_of_forticlient_matches_the_catalog() {
    let Some(text) = document_text(Product::FortiClient) else { return };
    let mut last = None;
    let rows = Product::FortiClient.flows().map(|flow| {
        let source = flow.source();
        let mut cells: Vec<String> = new_peer(flow, &mut last).into_iter().collect();
        cells.extend(
            [source.label.unwrap(), printed_transport(flow), source.ports.unwrap(), "Outgoing"].map(str::to_string),
        );
        (source.row, cells)
    });
    let rows: Vec<_> = rows.collect();
    // The document prints the body twice.
    let gaps = gaps_between_cells(&text, rows.iter().chain(&rows).cloned());
    // The text after a row is the cell about its customization.
    let is_label = |gap: &&str| gap.split(' ').count() > 8 && !gap.contains("XML") && !gap.contains("note icon");
    let customizations = gaps.iter().skip(1).map(String::as_str).filter(|gap| !gap.is_empty() && !is_label(gap));
    let customizations: Vec<&str> = customizations.collect();
    for (flow, printed) in Product::FortiClient.flows().chain(Product::FortiClient.flows()).zip(customizations) {
        let customization = flow.customization().unwrap_or("N/A").replace("in the GUI", "GUI");
        let same = printed == customization || printed.starts_with("N/A note icon") && customization == "N/A";
        assert!(
            same || flow.source().row == 8 && customization.contains("XML") && printed.contains("XML"),
            "{flow:?}: {printed}"
        );
        let is_default = flow.source().ports.is_some_and(|ports| ports.contains("(default)"));
        assert_eq!(flow.configurable(), is_default || printed == "GUI", "{flow:?}");
    }
    let left: Vec<&String> = gaps.iter().filter(|gap| gap.split(' ').count() <= 3 && !gap.is_empty()).collect();
    assert!(left.iter().all(|gap| ["GUI", "N/A"].contains(&gap.as_str())), "{left:?}");
    // In each copy, the eighth row's customization is longer, and a note follows the last row.
    assert_eq!(left.len(), 2 * (12 - 2), "{left:?}");
    assert_eq!(with_digits(&gaps), Vec::<&str>::new());
    assert!(Product::FortiClient.flows().all(|flow| flow.direction() == Direction::Outbound));
}

#[test]
fn the_document_of_forcepoint_email_security_matches_the_catalog() {
    let Some(text) = document_text(Product::ForcepointEmailSecurity) else { return };
    let rows = Product::ForcepointEmailSecurity.flows().map(|flow| {
        let source = flow.source();
        let interfaces = flow.interfaces().map(str::to_uppercase).collect::<Vec<_>>().join("/");
        let recommended = flow.recommended_interface().map(|name| format!("({} recommended)", name.to_uppercase()));
        let direction = if flow.direction() == Direction::Inbound { "Inbound" } else { "Outbound" };
        let mut cells = vec![interfaces];
        cells.extend(recommended);
        cells.extend([source.ports.unwrap(), direction, source.label.unwrap()].map(str::to_string));
        (source.row, cells)
    });
    let gaps = gaps_between_cells(&text, rows);
    // The facts of the two footnotes are in rows 4, 7, 8 and 11.
    let footnotes = with_digits(&gaps);
    assert_eq!(footnotes.len(), 2);
    assert!(footnotes[0].contains("17700\u{2013}17714") && footnotes[1].contains("17500"));
    // Between the rows of a table, there are only three labels that are sentences. Another is before the first footnote.
    assert_eq!(gaps.iter().filter(|gap| !gap.is_empty()).count(), 3 + 3);
}

#[test]
fn the_document_of_securitygateway_matches_the_catalog() {
    let Some(text) = document_text(Product::SecurityGateway) else { return };
    let rows = Product::SecurityGateway.flows().map(|flow| {
        let source = flow.source();
        let (product, peer) = ("SecurityGateway Server", source.peer.unwrap());
        let (from, to) = if flow.direction() == Direction::Inbound { (peer, product) } else { (product, peer) };
        let [label, port] = [source.label, source.ports].map(Option::unwrap);
        (source.row, vec![format!("{label} {from} {to} {} {port}", printed_transport(flow))])
    });
    let gaps = gaps_between_cells(&text, rows);
    assert_eq!(gaps[0], "Server From To Protocol Port Notes");
    // The text after each row is its note. The hosts in it are the flow's.
    for (flow, note) in Product::SecurityGateway.flows().zip(&gaps[1..]) {
        assert!(!note.is_empty(), "row {}", flow.source().row);
        let is_host = |word: &&str| word.contains('.') && word.split('.').all(|label| !label.is_empty());
        let in_note =
            note.split([' ', '/']).filter(is_host).map(str::to_lowercase).filter(|word| word != "mirrored.by");
        let hosts: Vec<&str> = flow.hosts().collect();
        for host in in_note {
            assert!(hosts.contains(&host.as_str()), "row {}: {host}", flow.source().row);
        }
        for host in hosts {
            assert!(note.contains(host) || flow.source().peer == Some(host), "row {}: {host}", flow.source().row);
        }
    }
}
