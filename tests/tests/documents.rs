//! Walks the vendors' documents with the catalog in hand: every row's cells stand there, in order, and nothing with a
//! number in it stands between them.
//!
//! This is on purpose no parser: it knows no layout, so it does not share a reader's mistakes.

use port_catalog::{Direction, Flow, Product, Transport};
use port_catalog_tests::documents;

/// A document as one line: bars and line ends are blanks.
fn text_of(product: Product) -> Option<String> {
    let text = std::fs::read_to_string(documents()?.join(format!("{product}.txt"))).expect("the document can be read");
    Some(one_line(&text.replace("---|", " ").replace('|', " ")))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Finds the cells of each flow, one after the other, and gives what stands between them.
fn walk(text: &str, flows: impl Iterator<Item = (usize, Vec<String>)>) -> Vec<String> {
    let mut rest = text;
    let mut gaps = Vec::new();
    for (row, cells) in flows {
        for cell in cells {
            let cell = one_line(&cell);
            let found =
                rest.find(&cell).unwrap_or_else(|| panic!("row {row}: {cell:?} does not stand where it should"));
            gaps.push(rest[..found].trim().to_string());
            rest = &rest[found + cell.len()..];
        }
    }
    gaps.push(rest.trim().to_string());
    gaps
}

/// The gaps that have a number in them.
fn numbered(gaps: &[String]) -> Vec<&str> {
    gaps.iter().map(String::as_str).filter(|gap| gap.contains(|character: char| character.is_ascii_digit())).collect()
}

/// The peer's cell, where it is not the one above that spans.
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
fn fortimail() {
    let Some(text) = text_of(Product::FortiMail) else { return };
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
    let gaps = walk(&text, rows);
    // Within the two tables nothing is left but their heads.
    let inside = &gaps[1..gaps.len() - 1];
    let left: Vec<&String> = inside.iter().filter(|gap| !gap.is_empty()).collect();
    assert_eq!(left, ["Purpose Protocol/Port", "Purpose Protocol/Port"]);
}

#[test]
fn forticlient() {
    let Some(text) = text_of(Product::FortiClient) else { return };
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
    // The body stands twice: both are walked.
    let gaps = walk(&text, rows.iter().chain(&rows).cloned());
    // What is left behind a row is the cell that says how to customise it.
    let customizations: Vec<&str> = (gaps.iter().skip(1).map(String::as_str)).filter(|gap| !gap.is_empty()).collect();
    for (flow, printed) in Product::FortiClient.flows().chain(Product::FortiClient.flows()).zip(customizations) {
        let says = flow.customization().unwrap_or("N/A").replace("in the GUI", "GUI");
        let same = printed == says || printed.starts_with("N/A note icon") && says == "N/A";
        assert!(
            same || flow.source().row == 8 && says.contains("XML") && printed.contains("XML"),
            "{flow:?}: {printed}"
        );
        let is_default = flow.source().ports.is_some_and(|ports| ports.contains("(default)"));
        assert_eq!(flow.configurable(), is_default || printed == "GUI", "{flow:?}");
    }
    let left: Vec<&String> = gaps.iter().filter(|gap| gap.split(' ').count() <= 3 && !gap.is_empty()).collect();
    assert!(left.iter().all(|gap| ["GUI", "N/A"].contains(&gap.as_str())), "{left:?}");
    // In each copy the eighth row says more, and the note follows the last one.
    assert_eq!(left.len(), 2 * (12 - 2), "{left:?}");
    assert_eq!(numbered(&gaps), Vec::<&str>::new());
    assert!(Product::FortiClient.flows().all(|flow| flow.direction() == Direction::Outbound));
}

#[test]
fn forcepoint_email_security() {
    let Some(text) = text_of(Product::ForcepointEmailSecurity) else { return };
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
    let gaps = walk(&text, rows);
    // The two footnotes, whose facts are in rows 4, 7, 8 and 11.
    let numbered = numbered(&gaps);
    assert_eq!(numbered.len(), 2);
    assert!(numbered[0].contains("17700\u{2013}17714") && numbered[1].contains("17500"));
    // Between rows of one table nothing is left.
    assert_eq!(gaps.iter().filter(|gap| !gap.is_empty()).count(), 3);
}

#[test]
fn securitygateway() {
    let Some(text) = text_of(Product::SecurityGateway) else { return };
    let rows = Product::SecurityGateway.flows().map(|flow| {
        let source = flow.source();
        let (product, peer) = ("SecurityGateway Server", source.peer.unwrap());
        let (from, to) = if flow.direction() == Direction::Inbound { (peer, product) } else { (product, peer) };
        let [label, port] = [source.label, source.ports].map(Option::unwrap);
        (source.row, vec![format!("{label} {from} {to} {} {port}", printed_transport(flow))])
    });
    let gaps = walk(&text, rows);
    assert_eq!(gaps[0], "Server From To Protocol Port Notes");
    // What stands between the rows are the notes, one for each: their hosts are the flows'.
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
