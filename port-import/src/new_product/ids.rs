//! Drafts the ids of flows from short labels, peers and services.

use std::collections::BTreeSet;

use port_core::Direction;

use crate::curation::FIXME;
use crate::printed_row::{End, PrintedRow};

/// The number of words of an id after the direction.
const MAX_WORDS: usize = 5;
/// Words that say nothing in an id.
const EMPTY_WORDS: [&str; 26] = [
    "the", "a", "an", "and", "or", "of", "to", "for", "in", "on", "with", "by", "from", "is", "are", "used", "port",
    "ports", "default", "der", "die", "das", "und", "für", "de", "la",
];

/// A new id for the first flow of a row.
pub(crate) fn row_id(product: &str, row: &PrintedRow, used: &mut BTreeSet<String>) -> String {
    flow_id(product, row, row.ends.first(), used)
}

/// A new id for a flow: the product, the direction if it is known, and words of the label, or of the peer and the service.
pub(super) fn flow_id(product: &str, row: &PrintedRow, end: Option<&End>, used: &mut BTreeSet<String>) -> String {
    let direction = match end.and_then(|end| end.direction) {
        Some(Direction::Outbound) => "-out",
        Some(Direction::Inbound) => "-in",
        None => "",
    };
    let start = format!("{product}{direction}");
    let peer = end.and_then(|end| end.peer.clone()).filter(|peer| peer != FIXME);
    let peer = peer.map(|peer| peer.strip_prefix(product).map_or(peer.clone(), str::to_string)).or(row.peer.clone());
    let peer_words = words(peer.as_deref().unwrap_or_default());
    let label_words = words(row.label.as_deref().unwrap_or_default());
    let (service, port) = service_and_port(row);
    let mut base: Vec<String> = label_words.clone().into_iter().take(4).collect();
    if base.is_empty() {
        base.extend(peer_words.clone().into_iter().take(3));
        base.extend(service.clone());
    }
    if base.is_empty() {
        base.extend(port.clone());
    }
    let component = end.and_then(|end| end.component.as_deref()).map(words).unwrap_or_default();
    let more = |extra: Vec<String>| {
        base.iter().take(MAX_WORDS.saturating_sub(extra.len())).cloned().chain(extra).collect::<Vec<_>>()
    };
    let first = |words: &[String], count: usize| words.iter().take(count).cloned().collect::<Vec<_>>();
    let candidates = [
        base.clone(),
        more(first(&component, 2)),
        more(first(&peer_words, 2)),
        more(service.into_iter().collect()),
        more(port.clone().into_iter().collect()),
        more(first(&component, 1).into_iter().chain(first(&peer_words, 1)).chain(port).collect()),
    ];
    let written = |words: &[String]| {
        let mut id = start.clone();
        for word in words {
            let longer = format!("{id}-{word}");
            if port_data::id::is_id(&longer) && longer.len() <= 80 {
                id = longer;
            }
        }
        id
    };
    for candidate in candidates.iter().filter(|words| !words.is_empty()) {
        let id = written(candidate);
        if id != start && used.insert(id.clone()) {
            return id;
        }
    }
    let id = if base.is_empty() { format!("{start}-row") } else { written(&base) };
    let mut numbers = 2..;
    loop {
        let candidate = format!("{id}-{}", numbers.next().unwrap_or(0));
        if used.insert(candidate.clone()) {
            return candidate;
        }
    }
}

/// The words of a text that an id can have.
fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase().replace(['’', '\''], "");
    let words = lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let plain = words.filter(|word| word.is_ascii() && !EMPTY_WORDS.contains(word));
    plain.map(str::to_string).collect()
}

/// The service that a row prints, and its first port, such as `tcp-443`.
fn service_and_port(row: &PrintedRow) -> (Option<String>, Option<String>) {
    let Ok(cell) = &row.port_cell else { return (None, None) };
    let Some(spec) = cell.specs.first() else { return (None, None) };
    let service = spec.service_ref().map(|service| words(service).join("-")).filter(|service| !service.is_empty());
    let transport = spec.transport().map_or("any".to_string(), |transport| transport.to_string());
    let port = spec.range().map(|range| format!("{transport}-{}", range.first()));
    (service, port.or(spec.transport().map(|_| transport)))
}
