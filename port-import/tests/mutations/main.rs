//! Changes the vendors' documents in thousands of small ways: each change is reported or rejected with its line.
//!
//! No change may pass unnoticed. The changes are drawn from a fixed seed, so that every run makes the same ones.

mod document;
mod open;
mod open_changes;
mod open_page;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use port_catalog_tests::documents;

use document::{Document, Outcome, Random, difference};

/// How many changes are made to each document.
const CHANGES: usize = 1500;

/// The products with the editions of the documents.
const PRODUCTS: [(&str, &str); 4] = [
    ("fortimail", "6.2.0"),
    ("forticlient", "6.2.0"),
    ("forcepoint-email-security", "8.5.x"),
    ("securitygateway", "2026-11-22"),
];

/// The kinds of changes. Each is counted by its name.
const KINDS: [&str; 15] = [
    "digit",
    "transport",
    "direction",
    "letter",
    "word",
    "host",
    "cell emptied",
    "cell duplicated",
    "line dropped",
    "lines swapped",
    "row dropped",
    "row duplicated",
    "row moved",
    "header renamed",
    "mark",
];

/// The kinds that leave every row in its place, so that the report must name the row's flow.
const IN_PLACE: [&str; 7] = ["digit", "transport", "direction", "letter", "word", "host", "mark"];

/// Changes a document in one way; `None` if that isn't possible at the drawn place. One match arm per kind of change.
fn change(document: &Document, kind: &str, random: &mut Random) -> Option<Vec<String>> {
    let mut lines = document.lines.clone();
    let filled: Vec<usize> = (0..lines.len()).filter(|line| lines[*line].chars().any(char::is_alphanumeric)).collect();
    let line = *random.one_of(&filled)?;
    let rows = document.rows();
    let swap_word = |lines: &mut Vec<String>, words: &[(&str, &str)], random: &mut Random| {
        let has = |line: &usize| words.iter().any(|(from, _)| lines[*line].contains(from));
        let places: Vec<usize> = filled.iter().copied().filter(has).collect();
        let place = *random.one_of(&places)?;
        let (from, to) = words.iter().find(|(from, _)| lines[place].contains(from))?;
        lines[place] = lines[place].replacen(from, to, 1);
        Some(())
    };
    let replace_char = |lines: &mut Vec<String>, random: &mut Random, wanted: &dyn Fn(char) -> bool, by: &str| {
        let places: Vec<(usize, usize, char)> = filled
            .iter()
            .flat_map(|line| lines[*line].char_indices().map(move |(at, character)| (*line, at, character)))
            .filter(|(_, _, character)| wanted(*character))
            .collect();
        let (line, at, old) = *random.one_of(&places)?;
        let others: Vec<char> = by.chars().filter(|new| *new != old).collect();
        let new = *random.one_of(&others)?;
        lines[line].replace_range(at..at + old.len_utf8(), &new.to_string());
        Some(())
    };
    match kind {
        "digit" => replace_char(&mut lines, random, &|character| character.is_ascii_digit(), "0123456789")?,
        "letter" => replace_char(&mut lines, random, &|character| character.is_ascii_alphabetic(), "abcxyzABCXYZ")?,
        "mark" => replace_char(&mut lines, random, &|character| "*/().,-\u{2013}:".contains(character), "*/().,-:")?,
        "transport" => swap_word(&mut lines, &[("TCP", "UDP"), ("UDP", "TCP")], random)?,
        "direction" => {
            let words = [
                ("Inbound", "Outbound"),
                ("Outbound", "Inbound"),
                ("Incoming ports", "Outgoing ports"),
                ("Outgoing ports", "Incoming ports"),
                ("Outgoing", "Incoming"),
                ("SecurityGateway Server", "Internet"),
            ];
            swap_word(&mut lines, &words, random)?;
        }
        "host" => {
            let is_host = |word: &str| port_import::capture::host_in(word).is_some();
            let places: Vec<usize> =
                filled.iter().copied().filter(|line| lines[*line].split(' ').any(is_host)).collect();
            let place = *random.one_of(&places)?;
            let hosts: Vec<String> =
                lines[place].split(' ').filter_map(port_import::capture::host_in).map(str::to_string).collect();
            let host = random.one_of(&hosts)?.clone();
            lines[place] = lines[place].replacen(&host, &format!("x{host}"), 1);
        }
        "word" => {
            let words: Vec<String> = lines[line]
                .split(' ')
                .filter(|word| word.chars().any(char::is_alphanumeric))
                .map(str::to_string)
                .collect();
            let word = random.one_of(&words)?.clone();
            lines[line] = lines[line].replacen(&word, "Otherwise", 1);
        }
        "cell emptied" => lines[line] = if lines[line].ends_with('|') { "|".to_string() } else { String::new() },
        "cell duplicated" => lines.insert(line, lines[line].clone()),
        "line dropped" => _ = lines.remove(line),
        "lines swapped" => {
            let other = *random.one_of(&filled)?;
            lines.swap(line, other);
        }
        "row dropped" => {
            let (start, end) = *random.one_of(&rows)?;
            lines.drain(start..end);
        }
        "row duplicated" => {
            let (start, end) = *random.one_of(&rows)?;
            let row = lines[start..end].to_vec();
            lines.splice(end..end, row);
        }
        "row moved" => {
            let (start, end) = *random.one_of(&rows)?;
            let (to, _) = *random.one_of(&rows)?;
            if (start..=end).contains(&to) {
                return None;
            }
            let row: Vec<String> = lines.drain(start..end).collect();
            let to = if to > start { to - row.len() } else { to };
            lines.splice(to..to, row);
        }
        "header renamed" => {
            let heads: Vec<usize> =
                document.capture.tables.iter().flat_map(|table| &table.header).map(|head| head.line - 1).collect();
            let head = *random.one_of(&heads)?;
            let at = lines[head].find(|character: char| character.is_ascii_alphabetic())?;
            lines[head].replace_range(at..=at, "X");
        }
        _ => unreachable!("{kind}"),
    }
    Some(lines)
}

/// What a person sees in a document: no spaces, and no bars or dashes alone.
fn visible(lines: &[String]) -> Vec<String> {
    let words = lines.iter().flat_map(|line| line.split_whitespace());
    words
        .map(|word| word.trim_matches('|').to_string())
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .collect()
}

#[test]
fn every_change_of_a_document_is_noticed() {
    let Some(directory) = documents() else { return };
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut counts: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut unnoticed = Vec::new();
    let mut panics = Vec::new();
    for (product, edition) in PRODUCTS {
        let document = Document::read(product, edition, directory.join(format!("{product}.txt")));
        let seen = visible(&document.lines);
        for number in 0..CHANGES {
            let kind = KINDS[number % KINDS.len()];
            let Some(lines) = change(&document, kind, &mut random) else { continue };
            // Swapping two equal lines changes nothing.
            if visible(&lines) == seen {
                continue;
            }
            let count = counts.entry(kind).or_default();
            match catch_unwind(AssertUnwindSafe(|| document.outcome(&lines))) {
                Ok(Outcome::Reported(report)) => {
                    count[0] += 1;
                    if IN_PLACE.contains(&kind) {
                        let id = document.flow_at(&lines);
                        let changed = report.changed.iter().map(|change| &change.id);
                        let mut reported = changed.chain(report.reworded.iter().map(|reworded| &reworded.id));
                        assert!(
                            id.is_none_or(|id| reported.any(|reported| *reported == id)),
                            "{product}: {kind}: {report}"
                        );
                    }
                }
                Ok(Outcome::Rejected(diagnostics)) => {
                    count[1] += 1;
                    assert!(diagnostics.iter().all(|found| found.place.line > 0), "{product}: {kind}: {diagnostics:?}");
                }
                Ok(Outcome::PageOnly | Outcome::Unnoticed) => {
                    unnoticed.push(format!("{product}: {kind}: {}", difference(&document.lines, &lines)));
                }
                Err(_) => panics.push(format!("{product}: {kind}: {}", difference(&document.lines, &lines))),
            }
        }
    }
    let total: usize = counts.values().flatten().sum();
    for (kind, [reported, rejected]) in &counts {
        println!("{kind:15} {reported:5} reported {rejected:5} rejected");
    }
    println!("{total} changes, {} unnoticed, {} panics", unnoticed.len(), panics.len());
    assert!(
        unnoticed.is_empty() && panics.is_empty(),
        "unnoticed:\n{}\npanics:\n{}",
        unnoticed.join("\n"),
        panics.join("\n")
    );
    assert!(total > 4000, "{total}");
}
