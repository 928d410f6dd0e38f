//! Drafts the keys of rows: as few printed texts as distinguish a row from all others.

use std::collections::HashMap;

use crate::curation::quote;
use crate::printed_row::PrintedRow;

/// The parts of a key besides the section, the peer and the label.
#[derive(Clone, Copy, Debug, Default)]
struct Parts {
    ports: bool,
    direction: bool,
    /// The prose cell with this index.
    prose: Option<usize>,
}

/// The texts of a key, by name.
type Key = Vec<(&'static str, String)>;

/// The key of each row as the curation writes it, and whether it distinguishes the row.
pub(super) fn row_keys(rows: &[PrintedRow]) -> Vec<(String, bool)> {
    let prose = (0..3).map(Some);
    let parts = |ports, prose, direction| Parts { ports, direction, prose };
    let mut templates = vec![parts(false, None, false), parts(true, None, false)];
    templates.extend(prose.clone().map(|prose| parts(false, prose, false)));
    templates.extend(prose.clone().map(|prose| parts(true, prose, false)));
    templates.extend(prose.map(|prose| parts(true, prose, true)));
    let counts: Vec<HashMap<Key, usize>> = templates
        .iter()
        .map(|parts| {
            let mut counts = HashMap::new();
            for row in rows {
                *counts.entry(key(row, *parts)).or_insert(0) += 1;
            }
            counts
        })
        .collect();
    rows.iter()
        .map(|row| {
            let is_only = |(parts, counts): &(&Parts, &HashMap<Key, usize>)| {
                let key = key(row, **parts);
                let has_all = (row.label.is_some() && row.peer.is_some())
                    || rows.iter().filter(|other| matches(other, &key)).count() == 1;
                !key.is_empty() && has_all && counts[&key] == 1
            };
            let found = templates.iter().zip(&counts).find(is_only);
            let parts = found.map_or(Parts { ports: true, direction: false, prose: Some(0) }, |(parts, _)| *parts);
            (write(&key(row, parts)), found.is_some())
        })
        .collect()
}

fn key(row: &PrintedRow, parts: Parts) -> Key {
    let prose = parts.prose.and_then(|index| row.prose.get(index));
    let texts = [
        ("section", row.section.clone()),
        ("direction", row.direction().filter(|_| parts.direction).map(|direction| direction.to_string())),
        ("peer", row.peer.clone()),
        ("label", row.label.clone()),
        ("ports", row.ports.clone().filter(|_| parts.ports)),
        ("prose", prose.map(|prose| prose.digest.clone())),
    ];
    texts.into_iter().filter_map(|(name, text)| Some((name, text?))).collect()
}

/// Whether a row has all texts of a key.
fn matches(row: &PrintedRow, key: &Key) -> bool {
    key.iter().all(|(name, text)| {
        let own = match *name {
            "section" => row.section.as_ref(),
            "peer" => row.peer.as_ref(),
            "label" => row.label.as_ref(),
            "ports" => row.ports.as_ref(),
            "prose" => return row.prose.iter().any(|prose| prose.digest == *text),
            _ => return row.direction().is_some_and(|direction| direction.to_string() == *text),
        };
        own == Some(text)
    })
}

fn write(key: &Key) -> String {
    let parts: Vec<String> = key.iter().map(|(name, text)| format!("{name} = {}", quote(text))).collect();
    if parts.is_empty() { "{}".to_string() } else { format!("{{ {} }}", parts.join(", ")) }
}
