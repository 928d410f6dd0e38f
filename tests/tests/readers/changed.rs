//! Checks every reader with seeds that were changed in small ways, the same in each run.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};

use crate::checks::reader;

/// A change to a text. Places are taken modulo its length.
#[derive(Debug, Clone)]
enum Change {
    DropLine(usize),
    DoubleLine(usize),
    SwapLines(usize, usize),
    DropChar(usize),
    /// Inserts a copy of some text several times at another place: start, length, place, times.
    Repeat(usize, usize, usize, usize),
    /// Ends the text at a place.
    Cut(usize),
    Insert(usize, usize),
}

/// Text that has a meaning for at least one reader.
const PIECES: [&str; 60] = [
    "|",
    "||",
    " |\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "---|---",
    "#",
    "\\",
    "`",
    "*",
    "_",
    "\"",
    "\"\"",
    "'",
    ",",
    ".",
    "25",
    "65536",
    "-1",
    "1-",
    "TCP",
    "In",
    "x",
    "<td>",
    "</td>",
    "<tr>",
    "<table>",
    "</table>",
    "<td rowspan=2>",
    "<td colspan=0>",
    "<sup>",
    "<!--",
    "<a ",
    "&amp;",
    "&#0;",
    "[^1]",
    "](",
    "{",
    "}",
    "[",
    "]",
    ":",
    "/",
    "(",
    ")",
    " or ",
    "=",
    "null",
    "true",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "\u{301}",
    "\u{2013}",
    "==> flows/relay.csv\n",
    "prose ",
];

fn change() -> impl Strategy<Value = Change> {
    let place = any::<usize>();
    prop_oneof![
        place.prop_map(Change::DropLine),
        place.prop_map(Change::DoubleLine),
        (place, place).prop_map(|(a, b)| Change::SwapLines(a, b)),
        place.prop_map(Change::DropChar),
        (place, 0_usize..40, place, 1_usize..5)
            .prop_map(|(from, length, at, times)| Change::Repeat(from, length, at, times)),
        place.prop_map(Change::Cut),
        (place, 0..PIECES.len()).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (place, 0..PIECES.len()).prop_map(|(at, piece)| Change::Insert(at, piece)),
    ]
}

fn changed(text: &str, change: &Change) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let count = lines.len();
    let place = |at: usize| {
        let at = at % (text.len() + 1);
        (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
    };
    let with = |at: usize, piece: &str| [&text[..at], piece, &text[at..]].concat();
    match *change {
        _ if count == 0 => text.to_string(),
        Change::DropLine(at) => {
            lines.remove(at % count);
            lines.concat()
        }
        Change::DoubleLine(at) => {
            lines.insert(at % count, lines[at % count]);
            lines.concat()
        }
        Change::SwapLines(a, b) => {
            lines.swap(a % count, b % count);
            lines.concat()
        }
        Change::DropChar(at) => {
            let mut rest = text[place(at)..].chars();
            rest.next();
            [&text[..place(at)], rest.as_str()].concat()
        }
        Change::Repeat(from, length, at, times) => {
            let (from, to) = (place(from), place(place(from) + length));
            with(place(at), &text[from.min(to)..from.max(to)].repeat(times))
        }
        Change::Cut(at) => text[..place(at)].to_string(),
        Change::Insert(at, piece) => with(place(at), PIECES[piece]),
    }
}

/// The seeds of a reader, in the order of their names.
fn seeds(name: &str) -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(name);
    let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

fn check(name: &str, cases: u32) {
    let config =
        ProptestConfig { cases, rng_seed: RngSeed::Fixed(6), failure_persistence: None, ..ProptestConfig::default() };
    let changed_seed = (prop::sample::select(seeds(name)), prop::collection::vec(change(), 1..6));
    let outcome = TestRunner::new(config).run(&changed_seed, |(seed, changes)| {
        let text = changes.iter().fold(seed, |text, change| changed(&text, change));
        (reader(name).check)(text.as_bytes());
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
}

macro_rules! readers {
    ($($name:ident $cases:literal)*) => {$(
        #[test]
        fn $name() {
            check(stringify!($name), $cases);
        }
    )*};
}

readers! {
    bars 1000
    values 1000
    broken 1000
    pipes 1000
    html 1000
    markdown 2000
    csv_page 2000
    dita 1000
    converted 1000
    lists 1000
    texts 500
    drafts 200
    curation 500
    capture 1000
    port_cell 4000
    tables 500
    port_expression 4000
    site 1000
    nmap 500
    ss 1000
    nft 500
    iptables 500
    inventory 500
    assignment 1000
    flow_log 1000
    export 1000
}
