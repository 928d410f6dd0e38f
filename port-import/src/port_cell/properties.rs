//! What holds for every cell: no number is lost and none is invented, and long cells are read in time.

use super::parse;
use super::tests::show;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::collections::{HashMap, HashSet};

/// The runs of digits of a text.
fn digits(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty())
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
            prop_assert!(is_printed(range.first()) && (is_printed(range.last()) || is_counted));
        }
        prop_assert!(spec.transport().is_some() || spec.service_ref().is_some());
        let is_next = spec.group() == group + 1 && at > 0;
        prop_assert!(spec.group() == group || is_next, "groups of {text:?}: {}", show(&cell));
        group = spec.group();
    }
    prop_assert_eq!(cell.specs.is_empty(), cell.no_port.is_some());
    Ok(())
}

/// Pieces of vendors' cells.
const PIECES: [&str; 50] = [
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
