//! Drafts the ids of flows from short labels, peers and services.

use std::collections::{BTreeMap, BTreeSet};

use port_core::Direction;

use super::names::Services;
use crate::curation::FIXME;
use crate::printed_row::{End, PrintedRow};

/// Words that say nothing in an id.
const EMPTY_WORDS: [&str; 26] = [
    "the", "a", "an", "and", "or", "of", "to", "for", "in", "on", "with", "by", "from", "is", "are", "used", "port",
    "ports", "default", "der", "die", "das", "und", "für", "de", "la",
];

/// A new id for the first flow of a row.
pub(crate) fn row_id(product: &str, row: &PrintedRow, used: &mut BTreeSet<String>) -> String {
    let none = BTreeMap::new();
    let services = Services { ids: &none, of_port: &none };
    let end = row.ends.first();
    flow_id(product, row, end.and_then(|end| end.direction), Ends { end, unknown: None }, &services, used)
}

/// Who is at the ends of a flow.
#[derive(Clone, Copy)]
pub(super) struct Ends<'a> {
    pub(super) end: Option<&'a End>,
    /// The texts of both ends, if nobody knows who one of them is.
    pub(super) unknown: Option<[&'a str; 2]>,
}

/// A new id for a flow: the product, the direction if it is known, and what the row is about. That is its label or, if that is only
/// the name of a service, also the part of the product and the peer.
pub(super) fn flow_id(
    product: &str,
    row: &PrintedRow,
    direction: Option<Direction>,
    ends: Ends<'_>,
    services: &Services<'_>,
    used: &mut BTreeSet<String>,
) -> String {
    let direction = match direction {
        Some(Direction::Outbound) => "-out",
        Some(Direction::Inbound) => "-in",
        None => "",
    };
    let start = format!("{product}{direction}");
    let about = About::new(product, row, ends);
    let is_name = row.label.as_ref().is_none_or(|label| services.telling_words(label) == 0);
    let base = match is_name {
        // The service comes last: `relay-in-agent-https`.
        true => join(&[&about.component, &about.peer, &about.label, &about.service], 4),
        false => about.label.iter().take(4).cloned().collect(),
    };
    let base = if base.is_empty() { about.port.clone() } else { base };
    let with = |more: &[&Vec<String>]| join(&[&[&base], more].concat(), 4);
    let candidates = [
        base.clone(),
        with(&[&about.component]),
        with(&[&about.peer]),
        with(&[&about.component, &about.peer]),
        with(&[&about.service]),
        with(&[&about.host]),
        with(&[&about.port]),
        with(&[&about.section]),
        with(&[&about.component, &about.port]),
        with(&[&about.peer, &about.port]),
        with(&[&about.section, &about.port]),
    ];
    for candidate in candidates.iter().filter(|words| !words.is_empty()) {
        let id = written(&start, candidate);
        if id != start && used.insert(id.clone()) {
            return id;
        }
    }
    let id = if base.is_empty() { format!("{start}-row") } else { written(&start, &base) };
    let mut numbers = 2..;
    loop {
        let candidate = format!("{id}-{}", numbers.next().unwrap_or(0));
        if used.insert(candidate.clone()) {
            return candidate;
        }
    }
}

/// The words of a row that an id can have.
struct About {
    label: Vec<String>,
    peer: Vec<String>,
    component: Vec<String>,
    section: Vec<String>,
    host: Vec<String>,
    service: Vec<String>,
    port: Vec<String>,
}

impl About {
    fn new(product: &str, row: &PrintedRow, Ends { end, unknown }: Ends<'_>) -> About {
        let peer = end.and_then(|end| end.peer.clone()).filter(|peer| peer != FIXME);
        let peer =
            peer.map(|peer| peer.strip_prefix(product).map_or(peer.clone(), str::to_string)).or(row.peer.clone());
        let own: Vec<&str> = product.split('-').collect();
        let unknown = unknown.map(|ends| {
            let words_of = |end| words(end).into_iter().filter(|word| !own.contains(&word.as_str())).take(2);
            ends.into_iter().flat_map(words_of).collect::<Vec<_>>()
        });
        let component = end.and_then(|end| end.component.as_deref()).filter(|component| *component != FIXME);
        let (service, port) = service_and_port(row);
        let host = row.prose.iter().flat_map(|prose| &prose.hosts).next();
        let short = |words: Vec<String>, count: usize| words.into_iter().take(count).collect();
        About {
            label: short(words(row.label.as_deref().unwrap_or_default()), 6),
            peer: short(unknown.unwrap_or_else(|| words(peer.as_deref().unwrap_or_default())), 4),
            component: short(words(component.unwrap_or_default()), 5),
            section: short(words(row.section.as_deref().unwrap_or_default()), 3),
            host: short(words(host.map_or("", String::as_str)), 3),
            service: service.into_iter().collect(),
            port: port.into_iter().collect(),
        }
    }
}

/// Joins the words of several parts without repeating any, at most a given number of each part.
fn join(parts: &[&Vec<String>], most: usize) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    for part in parts {
        let new: Vec<String> = part.iter().filter(|word| !joined.contains(word)).take(most).cloned().collect();
        joined.extend(new);
    }
    joined
}

/// An id with the words that fit.
fn written(start: &str, words: &[String]) -> String {
    let mut id = start.to_string();
    for word in words {
        let longer = format!("{id}-{word}");
        if port_data::id::is_id(&longer) && longer.len() <= 80 {
            id = longer;
        }
    }
    id
}

/// The words of a text that an id can have.
fn words(text: &str) -> Vec<String> {
    // The vendor's tools fill in a name in braces.
    let outside = text.split('{').map(|part| part.rsplit('}').next().unwrap_or_default());
    let lower = outside.collect::<Vec<_>>().join(" ").to_lowercase().replace(['’', '\''], "");
    let words = lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let plain = words.filter(|word| word.is_ascii() && !EMPTY_WORDS.contains(word) && *word != "fixme");
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
