//! Keys of rows: the printed texts by which the curation finds the row of a flow.

use crate::curation::{self, quote};
use crate::printed_row::PrintedRow;

/// Whether a row has the texts of a key, apart from the ports.
pub fn row_matches_key(row: &PrintedRow, key: &curation::Row) -> bool {
    let matches = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
    matches(&key.section, &row.section)
        && matches(&key.peer, &row.peer)
        && matches(&key.label, &row.label)
        && (key.direction.is_none() || key.direction == row.direction)
}

/// The key of a row as the curation writes it, with the parts that `template` has.
#[must_use]
pub fn write_key(row: &PrintedRow, template: &curation::Row) -> String {
    let mut key = Vec::new();
    let mut part = |name: &str, is_wanted: bool, text: Option<String>| {
        key.extend(text.filter(|_| is_wanted).map(|text| format!("{name} = {}", quote(&text))));
    };
    part("section", template.section.is_some(), row.section.clone());
    part("direction", template.direction.is_some(), row.direction.map(|direction| direction.to_string()));
    part("peer", template.peer.is_some(), row.peer.clone());
    part("label", template.label.is_some(), row.label.clone());
    part("ports", template.ports.is_some(), row.ports.clone());
    key.join(", ")
}

/// A template with every part but the ports and the direction, which the section and the peer usually imply.
#[must_use]
pub fn full_key_template() -> curation::Row {
    let some = || Some(String::new());
    curation::Row { section: some(), peer: some(), label: some(), ..curation::Row::default() }
}
