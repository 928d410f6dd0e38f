//! Reads the vendors' pages of the first four products, if the optional directory with them exists. They are never copied.

use super::samples::{outside_lines, read};
use super::{Hints, Layout, Page};
use crate::curation::Curation;
use crate::port_cell;

/// A document's text. If it doesn't exist, a message is printed and the test is skipped.
fn document(name: &str) -> Option<String> {
    Some(std::fs::read_to_string(port_catalog_tests::documents()?.join(name)).unwrap())
}

/// The hints of a product's curation.
fn hints(product: &str) -> Hints {
    let edition = match product {
        "forcepoint-email-security" => "8.5.x",
        "securitygateway" => "2026-11-22",
        _ => "6.2.0",
    };
    Curation::read(&port_catalog_tests::root().join("port-data/curation").join(product), edition).unwrap().hints()
}

/// The number of rows of each table, and the rows of the page, from 1, whose first cell spans from above.
fn shape(page: &Page) -> (Vec<usize>, Vec<usize>) {
    let rows = page.tables.iter().flat_map(|table| &table.rows);
    let spans = (1..).zip(rows).filter(|(_, row)| row.cells[0].spans_from_above).map(|(number, _)| number);
    (page.tables.iter().map(|table| table.rows.len()).collect(), spans.collect())
}

/// The cells of a row, numbered from 1 over the whole page.
fn row(page: &Page, number: usize) -> Vec<&str> {
    let row = page.tables.iter().flat_map(|table| &table.rows).nth(number - 1).unwrap();
    row.cells.iter().map(|cell| cell.text.as_str()).collect()
}

#[test]
fn fortimail_has_54_rows() {
    let Some(text) = document("fortimail.txt") else {
        return;
    };
    let page = read(&text, Layout::Bars, &hints("fortimail")).unwrap();
    let (rows, spans) = shape(&page);
    assert_eq!(rows, [25, 29]);
    let full = (1..=54).filter(|number| !spans.contains(number)).collect::<Vec<_>>();
    assert_eq!(full, [1, 2, 7, 21, 25, 31, 42, 43, 46, 54]);
    // The page has a peer here, which the capture lost.
    assert_eq!(row(&page, 26), ["", "OFTP", "UDP/514"]);
    assert_eq!(row(&page, 4), ["Email Client", "POP3 or POP3S", "TCP/110 or TCP/995 (server mode only)"]);
    assert_eq!(row(&page, 54), ["FortiSandbox / FortiSandbox Cloud", "Communication", "TCP/443, TCP/514"]);
    assert_eq!(outside_lines(&page), [1, 2, 3, 179, 180, 181, 182]);
    assert_eq!(read(&text, Layout::Bars, &Hints::default()).unwrap(), page);
}

#[test]
fn forticlient_has_12_rows_printed_twice() {
    let Some(text) = document("forticlient.txt") else {
        return;
    };
    let page = read(&text, Layout::Values, &hints("forticlient")).unwrap();
    let (rows, spans) = shape(&page);
    assert_eq!((rows, spans), (vec![12], vec![9, 10]));
    assert_eq!(row(&page, 6)[2..5], ["UDP", "IKE 500 ESP (IP 50) NAT-T 4500", "Outgoing"]);
    assert_eq!(row(&page, 10)[0], "FortiGuard");
    assert_eq!(outside_lines(&page), [1, 3, 5, 9, 163, 165]);
    let second = text.rfind("Outgoing").unwrap();
    let changed = format!("{}Incoming{}", &text[..second], &text[second + "Outgoing".len()..]);
    assert_eq!(read(&changed, Layout::Values, &hints("forticlient")).unwrap_err().len(), 1);
}

#[test]
fn forcepoint_has_20_rows() {
    let Some(text) = document("forcepoint-email-security.txt") else {
        return;
    };
    let page = read(&text, Layout::Broken, &hints("forcepoint-email-security")).unwrap();
    let (rows, spans) = shape(&page);
    assert_eq!((rows, spans), (vec![6, 5, 9], vec![]));
    assert_eq!(row(&page, 2)[..3], ["C/P1/P2 (C recommended)", "6671", "Inbound"]);
    assert_eq!(row(&page, 7)[..3], ["C/P1/P2", "17500\u{2013} 17515*", "Outbound"]);
    assert_eq!(row(&page, 14)[..3], ["P1/P2", "1433 1434", "Outbound"]);
    assert_eq!(row(&page, 20), ["C", "162", "Outbound", "SNMP Trap server"]);
    assert_eq!(outside_lines(&page), [1, 2, 3, 4, 14, 15, 29, 30]);
}

#[test]
fn securitygateway_has_39_rows() {
    let Some(text) = document("securitygateway.txt") else {
        return;
    };
    let page = read(&text, Layout::Pipes, &hints("securitygateway")).unwrap();
    let (rows, spans) = shape(&page);
    assert_eq!((rows, spans), (vec![39], vec![]));
    assert_eq!(row(&page, 24)[..3], ["Server", "SecurityGateway Server", "services.mdaemon.com"]);
    let note = row(&page, 39)[5];
    assert_eq!(note.matches(".letsencrypt.org").count(), 2);
    assert!(outside_lines(&page).is_empty());
    assert_eq!(read(&text, Layout::Pipes, &Hints::default()).unwrap(), page);
}

/// The texts of a page, without their lines.
fn texts(page: &Page) -> Vec<String> {
    let mut texts: Vec<String> = page.text_outside_tables.iter().map(|line| line.text.clone()).collect();
    for table in &page.tables {
        texts.extend(table.heading.iter().chain(&table.header).map(|line| line.text.clone()));
        for cell in table.rows.iter().flat_map(|row| &row.cells) {
            texts.push(format!("{}{}", if cell.spans_from_above { "^" } else { "" }, cell.text));
        }
    }
    texts
}

#[test]
fn every_port_cell_of_the_documents_is_read() {
    for (product, layout, port, protocol) in [
        ("fortimail", Layout::Bars, 2, None),
        ("forticlient", Layout::Values, 3, Some(2)),
        ("forcepoint-email-security", Layout::Broken, 1, None),
        ("securitygateway", Layout::Pipes, 4, Some(3)),
    ] {
        let Some(text) = document(&format!("{product}.txt")) else { continue };
        let page = read(&text, layout, &hints(product)).unwrap();
        for row in page.tables.iter().flat_map(|table| &table.rows) {
            let protocol = protocol.map(|column: usize| row.cells[column].text.as_str());
            let cell = port_cell::parse(&row.cells[port].text, protocol).unwrap();
            assert_eq!(cell.no_port, None, "{}", row.cells[port].text);
        }
    }
}

/// The words of a page, without the bars and whitespace between them.
fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| c == '|' || c.is_whitespace()).filter(|word| !word.is_empty()).collect()
}

/// Copies of a document with one line changed in the ways in which pages and captures change.
fn changes(lines: &[&str], at: usize) -> Vec<String> {
    let line = lines[at];
    let digit = |c: char| c.is_ascii_digit();
    let with = |new: &str| [&lines[..at], &[new], &lines[at + 1..]].concat().concat();
    let swapped = lines.get(at + 1).map(|next| [&lines[..at], &[next, line], &lines[at + 2..]].concat().concat());
    [
        with(""),
        with(&line.repeat(2)),
        with(&line.replacen(digit, "", 1)),
        with(&line.replacen(digit, "7", 1)),
        with(&line.replacen('|', "", 1)),
        with(&line.replace(|c| c != '|' && c != '\n', "")),
        with(&line.replacen(char::is_alphabetic, "", 1)),
        with(&line.replace("TCP", "UDP").replace("bound", "bounds").replace("going", "coming")),
    ]
    .into_iter()
    .chain(swapped)
    .collect()
}

#[test]
fn a_changed_line_is_read_or_rejected_but_never_ignored() {
    for (product, layout) in [
        ("fortimail", Layout::Bars),
        ("forticlient", Layout::Values),
        ("forcepoint-email-security", Layout::Broken),
        ("securitygateway", Layout::Pipes),
    ] {
        let Some(text) = document(&format!("{product}.txt")) else { continue };
        let hints = hints(product);
        let before = texts(&read(&text, layout, &hints).unwrap());
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for at in 0..lines.len() {
            for after in changes(&lines, at) {
                // Only padding may change without a change of the result.
                let is_ignored = |page: &Page| texts(page) == before && words(&after) != words(&text);
                let page = read(&after, layout, &hints);
                assert!(!page.is_ok_and(|page| is_ignored(&page)), "{product}, line {}", at + 1);
            }
        }
    }
}
