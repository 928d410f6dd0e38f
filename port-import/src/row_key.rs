//! Keys of rows: the printed texts by which the curation finds the row of a flow.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::curation::{self, Curation, Same, quote};
use crate::printed_row::PrintedRow;

/// Whether a row has the texts of a key, apart from the ports. Where the edition prints another text for the same, both match.
///
/// Of a row that can't be read, the meaning of some cells is unknown: a text of the key may then be in any cell.
pub fn row_matches_key(row: &PrintedRow, key: &curation::Row, curation: &Curation) -> bool {
    let is_unreadable = !row.problems.is_empty();
    let matches = |wanted: &Option<String>, found: &Option<String>, same: Option<&BTreeMap<String, Vec<String>>>| {
        let Some(wanted) = wanted else { return true };
        let is_wanted = |text: &str| text == wanted || same.is_some_and(|same| Same::in_keys(same, text) == wanted);
        match found {
            Some(found) => is_wanted(found),
            None => is_unreadable && row.heading.iter().chain(&row.cells).any(|text| is_wanted(text)),
        }
    };
    let same = &curation.same;
    let has_section = matches(&key.section, &row.section, None) || is_unreadable && !curation.sections.is_empty();
    has_section
        && matches(&key.peer, &row.peer, Some(&same.peer))
        && matches(&key.label, &row.label, Some(&same.label))
        && (key.direction.is_none() || key.direction == row.direction() || is_unreadable && row.direction().is_none())
        && key.prose.as_ref().is_none_or(|digest| row.prose.iter().any(|prose| prose.digest == *digest))
}

/// Whether a row has all texts of a key.
pub fn row_has_key(row: &PrintedRow, key: &curation::Row, curation: &Curation) -> bool {
    row_matches_key(row, key, curation) && (key.ports.is_none() || key.ports == row.ports)
}

/// The key of a row as the curation writes it, with the parts that `template` has.
#[must_use]
pub fn write_key(row: &PrintedRow, template: &curation::Row) -> String {
    let mut key = Vec::new();
    let mut part = |name: &str, is_wanted: bool, text: Option<String>| {
        key.extend(text.filter(|_| is_wanted).map(|text| format!("{name} = {}", quote(&text))));
    };
    part("section", template.section.is_some(), row.section.clone());
    part("direction", template.direction.is_some(), row.direction().map(|direction| direction.to_string()));
    part("peer", template.peer.is_some(), row.peer.clone());
    part("label", template.label.is_some(), row.label.clone());
    part("ports", template.ports.is_some(), row.ports.clone());
    part("prose", template.prose.is_some(), row.prose.first().map(|prose| prose.digest.clone()));
    key.join(", ")
}

/// A template with every part but the ports and the direction, which the section and the peer usually imply.
#[must_use]
pub fn full_key_template() -> curation::Row {
    let some = || Some(String::new());
    curation::Row { section: some(), peer: some(), label: some(), ..curation::Row::default() }
}

/// Keys that distinguish each row of a page from the others. They contain the ports and the prose only if necessary.
pub struct DistinctKeys {
    /// How many rows have each key, as it is written.
    counts: HashMap<String, usize>,
    templates: [curation::Row; 3],
}

impl DistinctKeys {
    /// Counts the keys of the rows of a page.
    #[must_use]
    pub fn new(rows: &[PrintedRow]) -> DistinctKeys {
        let short = full_key_template();
        let with_ports = curation::Row { ports: Some(String::new()), ..short.clone() };
        let with_prose = curation::Row { prose: Some(String::new()), ..short.clone() };
        let templates = [short, with_ports, with_prose];
        let mut counts = HashMap::new();
        for row in rows {
            // A row without ports or prose has the same key several times.
            let keys: BTreeSet<String> = templates.iter().map(|template| write_key(row, template)).collect();
            for key in keys {
                *counts.entry(key).or_default() += 1;
            }
        }
        DistinctKeys { counts, templates }
    }

    /// The key of a row: the first of the short one, one with the ports and one with the prose that no other row has. A row that
    /// none of them distinguishes gets all parts.
    #[must_use]
    pub fn write(&self, row: &PrintedRow) -> String {
        let mut keys = self.templates.iter().map(|template| write_key(row, template));
        let distinct = keys.find(|key| self.counts.get(key) == Some(&1));
        distinct.unwrap_or_else(|| {
            write_key(row, &curation::Row { prose: Some(String::new()), ..self.templates[1].clone() })
        })
    }
}
