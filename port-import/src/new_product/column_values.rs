//! What the cells of drafted columns mean.

use std::collections::BTreeMap;

use super::columns::{DraftColumn, Guess};
use super::content::{self, direction_in, is_nothing, is_title};
use crate::capture::Prose;
use crate::curation::{FIXME, Meaning};
use crate::page::Table;

/// A column with what its cells mean.
pub(super) fn draft_column(table: &Table, index: usize, guess: &Guess<'_>) -> DraftColumn {
    let is = guess.is.unwrap_or(Meaning::Note);
    let rows = || table.rows.iter().filter(|row| !is_title(row));
    let cells = || rows().filter_map(|row| row.cells.get(index)).map(|cell| cell.text.as_str());
    let mut column = DraftColumn {
        head: guess.head.to_string(),
        is,
        means: BTreeMap::new(),
        may_be_empty: is == Meaning::Label && cells().any(str::is_empty),
        reason: guess.reason.map(str::to_string),
        question: guess.question,
    };
    // Prose is read by a short text in its place. That of ends is part of the keys of rows, and can't be unknown.
    let is_end = matches!(is, Meaning::Peer | Meaning::From | Meaning::To | Meaning::ToOrFrom | Meaning::Section);
    for cell in cells().filter(|cell| is.is_typed() && !is_end && content::word_count(cell) > content::MAX_LABEL_WORDS)
    {
        let meaning = if is == Meaning::Direction { direction_in(cell) } else { None };
        if !is.is_ports() {
            column.means.insert(Prose::digest(cell).digest, meaning.unwrap_or(FIXME).to_string());
        }
    }
    for cell in cells().filter(|cell| !cell.is_empty()) {
        if let Some(meaning) = meaning_of_cell(is, cell) {
            column.means.insert(cell.to_string(), meaning.to_string());
        }
    }
    if is == Meaning::Direction && cells().any(names_more_than_a_direction) {
        column.question = column.question.or(Some("who is it that the cells name besides the direction?"));
    }
    column
}

/// Whether a direction cell has other words, such as "Outbound from the appliance".
fn names_more_than_a_direction(cell: &str) -> bool {
    let words = [
        "",
        "traffic",
        "only",
        "both",
        "bi",
        "directional",
        "bidirectional",
        "and",
        "or",
        "in",
        "out",
        "rule",
        "rules",
        "connection",
        "connections",
        "two",
        "way",
        "directions",
    ];
    let lower = cell.to_lowercase();
    let mut others = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !words.contains(word) && direction_in(word).is_none());
    direction_in(cell).is_some() && others.next().is_some()
}

/// What a cell with its own words means, if they aren't those of the catalog.
fn meaning_of_cell(is: Meaning, cell: &str) -> Option<&'static str> {
    let lower = cell.to_lowercase();
    let is_any = |words: &[&str]| words.contains(&lower.as_str());
    // Longer cells are prose, which isn't copied.
    if content::word_count(cell) > content::MAX_LABEL_WORDS {
        return None;
    }
    match is {
        Meaning::Direction
            if is_any(&[
                "inbound",
                "incoming",
                "in",
                "ingress",
                "outbound",
                "outgoing",
                "out",
                "egress",
                "both",
                "bidirectional",
            ]) =>
        {
            None
        }
        Meaning::Direction => Some(direction_in(cell).unwrap_or(FIXME)),
        Meaning::Enabled if is_any(&["yes", "on", "enabled", "true", "no", "off", "disabled", "false", "unstated"]) => {
            None
        }
        Meaning::Requirement if is_any(&["required", "mandatory", "yes", "unstated"]) => None,
        Meaning::Enabled | Meaning::Requirement if is_nothing(cell) => Some("unstated"),
        Meaning::Enabled | Meaning::Requirement => Some(FIXME),
        Meaning::Protocol if !content::is_protocol(cell) => Some(FIXME),
        _ => None,
    }
}
