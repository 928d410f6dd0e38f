//! What holds for every cell: no number is lost and none is invented, and long cells are read in time.

use super::tests::show;
use super::thousands::join_thousands;
use super::token::{Kind, tokens};
use super::{Column, parse, parse_columns};
use port_core::Groups;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::collections::{HashMap, HashSet};

/// The runs of digits of a text.
fn digits(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty())
}

/// A text without the thousands separators of numbers that are read as one.
fn without_separators(text: &str) -> String {
    let mut tokens = tokens(text);
    join_thousands(text, &mut tokens);
    let mut text = text.to_owned();
    for token in tokens.iter().rev().filter(|token| token.kind == Kind::Number) {
        let digits = text[token.range.clone()].replace(',', "");
        text.replace_range(token.range.clone(), &digits);
    }
    text
}

/// Checks a cell that is read: no number of its text is lost, and none is invented.
fn check(text: &str) -> Result<(), TestCaseError> {
    let Ok(cell) = parse(text, None) else {
        return Ok(());
    };
    let ranges = cell.specs.iter().filter_map(port_core::PortSpec::range);
    let ends = ranges
        .clone()
        .flat_map(|range| [Some(range.first()), Some(range.last()).filter(|last| range.first() != *last)]);
    let lengths = ranges.clone().map(|range| range.last() - range.first() + 1);
    let protocols = cell.specs.iter().flat_map(|spec| [spec.icmp_type(), spec.ip_protocol()]).flatten().map(u16::from);
    let numbers = ends.flatten().chain(lengths).chain(protocols).map(|number| number.to_string());
    let names = cell.specs.iter().filter_map(|spec| spec.service_ref().map(String::as_str));
    let words = names.chain(cell.remarks.iter().map(String::as_str)).chain(cell.marks.iter().map(String::as_str));
    let mut kept: HashMap<String, usize> = HashMap::new();
    for run in words.flat_map(digits).map(str::to_owned).chain(numbers) {
        *kept.entry(run).or_default() += 1;
    }
    let text = &without_separators(text);
    for run in digits(text) {
        let left = kept.get_mut(run).and_then(|count| count.checked_sub(1).map(|left| *count = left));
        prop_assert!(left.is_some(), "{run} of {text:?} is lost: {}", show(&cell));
    }
    let printed: HashSet<&str> = digits(text).collect();
    let mut group = 0;
    for (at, spec) in cell.specs.iter().enumerate() {
        if let Some(range) = spec.range() {
            let is_printed = |number: u16| printed.contains(number.to_string().as_str());
            let is_counted = is_printed(range.last() - range.first() + 1);
            let is_first = is_printed(range.first()) || text.contains('>') && is_printed(range.first() - 1);
            let is_open = range.last() == u16::MAX && OPEN.iter().any(|sign| text.contains(sign));
            prop_assert!(is_first && (is_printed(range.last()) || is_counted || is_open), "{text:?}: {}", show(&cell));
        }
        prop_assert!(spec.transport().is_some() || spec.service_ref().is_some());
        let is_next = spec.group() == group + 1 && at > 0;
        prop_assert!(spec.group() == group || is_next, "groups of {text:?}: {}", show(&cell));
        group = spec.group();
    }
    prop_assert_eq!(cell.specs.is_empty(), cell.no_port.is_some());
    Ok(())
}

/// The ports that a row has in each column: a number, a list or nothing.
fn column_cell() -> impl Strategy<Value = String> {
    let ports = prop::collection::vec(1_u16.., 1..4);
    prop_oneof![Just(String::new()), Just("N/A".to_owned()), ports.prop_map(|ports| list(&ports))]
}

fn list(ports: &[u16]) -> String {
    ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What makes all higher ports part of a range.
const OPEN: [&str; 6] = ["+", ">", "\u{2265}", " and above", " or up", " onwards"];

/// Pieces of vendors' cells.
const PIECES: [&str; 62] = [
    "1,024",
    "-65,535",
    "10000:20000",
    " and above",
    " or up",
    " onwards",
    ">1023",
    ">=",
    "localhost:",
    "*:",
    "HTTP/2",
    "(udp)",
    "TCP",
    "UDP",
    "udp",
    "ESP",
    "ICMP",
    " type 8",
    "echo request",
    " protocol 51",
    "(type 0)",
    " ports from ",
    "(64 ports)",
    "HTTPS",
    "NAT-T",
    "iSCI",
    "web",
    "25",
    "443",
    "65535",
    "65536",
    "0",
    "8080",
    " ",
    " ",
    " ",
    ",",
    ", ",
    "/",
    "/",
    "-",
    "\u{2013} ",
    " to ",
    " or ",
    " and ",
    "+",
    ":",
    "(",
    ")",
    "(default)",
    "(HTTPS)",
    "(IP 50)",
    "*",
    "\u{2020}",
    "\u{b9}",
    "[1]",
    ".",
    "a.example",
    "port",
    "N/A",
    "or",
    "see",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_number_of_a_plausible_cell_is_lost(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..12)) {
        check(&pieces.concat())?;
    }

    #[test]
    fn an_open_range_never_is_one_port(first in 1_u16..65_535, form in 0_usize..8, transport in prop::sample::select(&["", "TCP ", "UDP/"][..])) {
        let end = ["+", " and above", " or higher", " and up", " & over", " onwards", " upwards", " or greater"][form];
        let text = format!("{transport}{first}{end}");
        let cell = parse(&text, None).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let range = cell.specs[0].range().map(|range| (range.first(), range.last()));
        prop_assert_eq!((cell.specs.len(), range), (1, Some((first, u16::MAX))));
        prop_assert_eq!(cell.remarks, [end.trim()]);
    }

    #[test]
    fn a_transport_after_a_number_is_only_its_own(ports in prop::collection::vec(1_u16.., 2..6), at in any::<prop::sample::Index>(), form in 0_usize..3) {
        let at = at.index(ports.len());
        let mut cells: Vec<String> = ports.iter().map(ToString::to_string).collect();
        cells[at] += ["/udp", "(UDP)", " (udp)"][form];
        let read = parse(&cells.join(", "), None);
        if at + 1 == ports.len() {
            prop_assert_eq!(read.unwrap_err().code, super::codes::AMBIGUOUS);
        } else {
            let read: Vec<String> = read.unwrap().specs.iter().map(ToString::to_string).collect();
            let of = |index: usize| if index == at { "udp" } else { "any" };
            let expected: Vec<String> = ports.iter().enumerate().map(|(index, port)| format!("{}/{port}", of(index))).collect();
            prop_assert_eq!(read, expected);
        }
    }

    #[test]
    fn no_port_of_a_column_is_lost(tcp in column_cell(), udp in column_cell(), plain in column_cell()) {
        let cells = [(Column::Tcp, tcp.as_str()), (Column::Udp, udp.as_str()), (Column::Ports, plain.as_str())];
        let cell = parse_columns(&cells, &[]).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let read: Vec<String> = cell.specs.iter().map(ToString::to_string).collect();
        let printed = [("tcp", &tcp), ("udp", &udp), ("any", &plain)];
        let expected = printed.iter().flat_map(|(name, text)| digits(text).map(move |port| format!("{name}/{port}")));
        prop_assert_eq!(read, expected.collect::<Vec<_>>());
        let groups: Vec<usize> = cell.specs.iter().map(|spec| usize::from(spec.group())).collect();
        prop_assert_eq!(groups, (0..cell.specs.len()).collect::<Vec<_>>());
        let is_unstated = cell.groups == Groups::Unstated;
        prop_assert_eq!(is_unstated, cell.specs.len() > 1);
    }

    #[test]
    fn no_end_of_a_range_is_lost(first in any::<u16>(), last in any::<u16>()) {
        let cells = [first.to_string(), last.to_string()];
        let read = parse_columns(&[(Column::First, &cells[0]), (Column::Last, &cells[1])], &["UDP"]);
        match read {
            Ok(cell) => prop_assert_eq!(show(&cell), if first == last { format!("udp/{first}") } else { format!("udp/{first}-{last}") }),
            Err(_) => prop_assert!(first == 0 || last < first),
        }
    }

    #[test]
    fn no_number_of_any_text_is_lost(text in any::<String>(), protocol in any::<String>()) {
        check(&text)?;
        let _ = parse(&text, Some(&protocol));
    }
}

#[test]
fn long_cells_are_read_in_time() {
    for piece in ["1-", "1 ", "TCP/1, ", "(", "1 or ", "TCP or ", "a.", "443 (x), ", "TCP/", "\u{2020}", "HTTP/"] {
        let _ = parse(&piece.repeat(20_000), None);
    }
}
