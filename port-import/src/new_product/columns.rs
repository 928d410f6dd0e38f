//! Guesses what the columns of a page contain, from their names.

use std::collections::BTreeSet;

use crate::curation::Meaning;

/// The probable meanings of the columns. None but notes occurs twice, and one is the label.
pub(super) fn meanings(names: &[String]) -> Vec<Meaning> {
    let mut meanings: Vec<Meaning> = names.iter().map(|name| meaning(name)).collect();
    if meanings.contains(&Meaning::From) && meanings.contains(&Meaning::To) {
        // The peer is at one of the two ends.
        let other = if meanings.contains(&Meaning::Label) { Meaning::Note } else { Meaning::Label };
        for meaning in meanings.iter_mut().filter(|meaning| [Meaning::Peer, Meaning::Direction].contains(meaning)) {
            *meaning = other;
        }
    }
    for column in 0..meanings.len() {
        if meanings[..column].contains(&meanings[column]) {
            meanings[column] = Meaning::Note;
        }
    }
    if !meanings.contains(&Meaning::Label) {
        let position = |wanted| meanings.iter().position(|meaning| *meaning == wanted);
        if let Some(column) = position(Meaning::Note).or(position(Meaning::Peer)) {
            meanings[column] = Meaning::Label;
        }
    }
    meanings
}

/// The probable meaning of one column.
fn meaning(name: &str) -> Meaning {
    let name = name.to_lowercase();
    let has = |words: &[&str]| {
        words.iter().any(|word| name.split(|letter: char| !letter.is_alphanumeric()).any(|part| part == *word))
    };
    match () {
        () if has(&["port", "ports"]) => Meaning::Ports,
        () if has(&["protocol", "transport"]) => Meaning::Protocol,
        () if has(&["direction", "incoming", "outgoing", "inbound", "outbound"]) => Meaning::Direction,
        () if has(&["from", "source"]) => Meaning::From,
        () if has(&["to", "destination", "target"]) && !has(&["how"]) => Meaning::To,
        () if has(&["interface", "interfaces"]) => Meaning::Interfaces,
        () if has(&["customize", "customise", "configurable"]) => Meaning::Customization,
        () if has(&["note", "notes", "remark", "remarks", "comment", "comments"]) => Meaning::Note,
        () if has(&["purpose", "use", "usage", "description", "service", "function"]) => Meaning::Label,
        () => Meaning::Peer,
    }
}

/// The direction that a heading names, as a key of its table in the curation.
pub(super) fn direction_key(heading: &str) -> &'static str {
    let heading = heading.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| heading.contains(word));
    match (has(&["inbound", "incoming"]), has(&["outbound", "outgoing"])) {
        (true, false) => ", direction = \"inbound\"",
        (false, true) => ", direction = \"outbound\"",
        _ => "",
    }
}

/// The only name that is at one end of every row.
pub(super) fn own_name(ends: &[Vec<&str>]) -> Option<String> {
    let first: BTreeSet<&str> = ends.first()?.iter().copied().collect();
    let mut everywhere = first.into_iter().filter(|name| !name.is_empty() && ends.iter().all(|row| row.contains(name)));
    everywhere.next().filter(|_| everywhere.next().is_none()).map(str::to_string)
}
