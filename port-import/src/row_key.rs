//! Keys of rows: the printed texts by which the curation finds the row of a flow.

use crate::curation::{self, Curation, Same, quote};
use crate::printed_row::PrintedRow;

/// Whether a row has the texts of a key, apart from the ports. Where the edition prints another text for the same, both match.
pub fn row_matches_key(row: &PrintedRow, key: &curation::Row, curation: &Curation) -> bool {
    let matches = |wanted: &Option<String>, found: Option<&str>| wanted.is_none() || wanted.as_deref() == found;
    let same = &curation.same;
    let label = row.label.as_deref();
    let peer = row.peer.as_deref();
    matches(&key.section, row.section.as_deref())
        && (matches(&key.peer, peer) || matches(&key.peer, peer.map(|peer| Same::in_keys(&same.peer, peer))))
        && (matches(&key.label, label) || matches(&key.label, label.map(|label| Same::in_keys(&same.label, label))))
        && (key.direction.is_none() || key.direction == row.direction())
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
