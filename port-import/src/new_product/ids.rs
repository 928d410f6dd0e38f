//! Drafts the ids of flows from short labels, peers and services.

use std::collections::{BTreeMap, BTreeSet};

use port_core::{Direction, PortSpec};

use super::names::Services;
use super::phrase_book::PhraseBook;
use super::tasks::{MOST_WORDS, party_words, task, usual_name, words};
use crate::curation::FIXME;
use crate::printed_row::{End, PrintedRow};

/// A new id for the first flow of a row.
pub(crate) fn row_id(product: &str, row: &PrintedRow, used: &mut BTreeSet<String>) -> String {
    let none = BTreeMap::new();
    let services = Services { ids: &none, of_port: &none, transports: &none };
    let end = row.ends.first();
    let direction = end.and_then(|end| end.direction);
    let words = Words { services: &services, book: &PhraseBook::default(), purpose: "" };
    let parts = IdParts::new(product, row, direction, Ends { end, unknown: None }, words, None);
    new_ids(product, &[parts], used).remove(0)
}

/// What names the traffic of a row.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) services: &'a Services<'a>,
    pub(super) book: &'a PhraseBook,
    /// The drafted purpose, for rows without a label.
    pub(super) purpose: &'a str,
}

/// Who is at the ends of a flow.
#[derive(Clone, Copy)]
pub(super) struct Ends<'a> {
    pub(super) end: Option<&'a End>,
    /// The texts of both ends, if nobody knows who one of them is.
    pub(super) unknown: Option<[&'a str; 2]>,
}

/// What the id of a flow is made of.
#[derive(Clone, Debug)]
pub(super) struct IdParts {
    direction: &'static str,
    component: Vec<String>,
    peer: Vec<String>,
    /// Whether the peer is a part of the product, which is written in full.
    is_part: bool,
    /// Whether the row names only a service, and nobody knows yet who an end is: then the peer is the words of both.
    is_unknown: bool,
    /// The name of the service, or the task.
    what: Vec<String>,
    service: String,
    section: Vec<String>,
    transport: String,
    port: Vec<String>,
}

impl IdParts {
    /// The parts of the id of a row's flow. The service is the one that the draft gives a row.
    pub(super) fn new(
        product: &str,
        row: &PrintedRow,
        direction: Option<Direction>,
        Ends { end, unknown }: Ends<'_>,
        Words { services, book, purpose }: Words<'_>,
        service: Option<&str>,
    ) -> IdParts {
        let (cell, own) = (row.peer.clone().unwrap_or_default(), product.split('-').collect::<Vec<_>>());
        let peer = end.and_then(|end| end.peer.as_deref()).filter(|peer| *peer != FIXME);
        let own_part = peer.and_then(|peer| peer.strip_prefix(product)).filter(|part| !part.is_empty());
        let peer = match (own_part.or(peer), PEERS.iter().find(|(id, _)| Some(*id) == peer)) {
            (_, Some((_, usual))) => words(usual),
            (Some(id), None) => words(id),
            (None, None) => party_words(&cell),
        };
        let component = end.and_then(|end| end.component.as_deref()).filter(|component| *component != FIXME);
        let component = words(component.unwrap_or_default());
        let unknown = unknown.map(|ends| {
            let words_of = |end| words(end).into_iter().filter(|word| !own.contains(&word.as_str())).take(2);
            ends.into_iter().flat_map(words_of).collect::<Vec<_>>()
        });
        let peer = match &unknown {
            Some(unknown) => unknown.clone(),
            // Another instance of the same part.
            None if !component.is_empty() && peer == component => vec!["other".to_string()],
            None => peer,
        };
        let (transport, port) = transport_and_port(row);
        let is_own = |word: &String| own.contains(&word.as_str()) || component.contains(word);
        let label = row.label.as_deref().unwrap_or_default();
        let (whole, plain) = (task(label, services, &|_| false), task(label, services, &is_own));
        let mut what = if plain.is_empty() { whole } else { plain };
        let known = || {
            let in_row = super::names::words(label).into_iter().chain(component.iter().cloned()).collect();
            book.what(label, direction, &in_row)
        };
        if let Some(known) = Some(label).filter(|label| services.telling_words(label) > 0).and_then(|_| known()) {
            what = words(&known);
        }
        if what.is_empty() {
            what = service.or(printed_service(row)).map(usual_name).into_iter().collect();
        }
        if what.is_empty() && component.is_empty() && peer.is_empty() {
            what = task(purpose.strip_prefix("Reach ").unwrap_or(purpose), services, &is_own);
        }
        IdParts {
            direction: match direction {
                Some(Direction::Outbound) => "out",
                Some(Direction::Inbound) => "in",
                None => "",
            },
            component,
            peer: peer.into_iter().take(MOST_WORDS).collect(),
            is_part: own_part.is_some() && unknown.is_none(),
            is_unknown: unknown.is_some() && services.telling_words(label) == 0,
            what,
            service: service.map(usual_name).unwrap_or_default(),
            section: words(row.section.as_deref().unwrap_or_default())
                .into_iter()
                .filter(|word| !["network", "rules", "specific", "requirements"].contains(&word.as_str()))
                .take(3)
                .collect(),
            transport,
            port,
        }
    }

    /// What the id says after the component and the peer.
    pub(super) fn what(&self) -> String {
        self.what.join("-")
    }

    /// The id with the peer, the section and the transport only as far as they are needed.
    fn write(&self, product: &str, has_peer: bool, has_section: bool, suffix: &str) -> String {
        let peer = has_peer || self.is_unknown || self.what.is_empty();
        let none = Vec::new();
        let optional = |is_wanted: bool, part: &'_ Vec<String>| if is_wanted { part.clone() } else { none.clone() };
        let (section, peer) = (optional(has_section, &self.section), optional(peer, &self.peer));
        let mut joined: Vec<String> = Vec::new();
        for (part, is_full) in [(&self.component, true), (&section, false), (&peer, self.is_part), (&self.what, false)]
        {
            let new: Vec<String> = part.iter().filter(|word| is_full || !joined.contains(word)).cloned().collect();
            joined.extend(new);
        }
        if joined.is_empty() || joined == self.component {
            joined.extend(self.port.clone());
        }
        joined.extend(Some(suffix.to_string()).filter(|suffix| !suffix.is_empty()));
        let start =
            if self.direction.is_empty() { product.to_string() } else { format!("{product}-{}", self.direction) };
        if joined.is_empty() { format!("{start}-row") } else { written(&start, &joined) }
    }
}

/// New ids for flows. The peer is part of an id only if a component has the same task with several peers; rows that differ only in
/// their transport or service end in it, and others that differ in nothing of this end in an ordinal number.
pub(super) fn new_ids(product: &str, flows: &[IdParts], used: &mut BTreeSet<String>) -> Vec<String> {
    let write = |has_peer: &[bool], has_section: &[bool], suffixes: &[String]| -> Vec<String> {
        let one = |(index, parts): (usize, &IdParts)| {
            parts.write(product, has_peer[index], has_section[index], &suffixes[index])
        };
        flows.iter().enumerate().map(one).collect()
    };
    let mut suffixes = vec![String::new(); flows.len()];
    let (mut peers, mut sections) = (vec![false; flows.len()], vec![false; flows.len()]);
    for group in same(&write(&peers, &sections, &suffixes)) {
        let is_other = |index: &&usize| flows[**index].peer != flows[group[0]].peer;
        let differ = group.iter().any(|index| is_other(&index));
        group.iter().filter(|_| differ).for_each(|index| peers[*index] = true);
    }
    for group in same(&write(&peers, &sections, &suffixes)) {
        let (icmp, others): (Vec<usize>, _) =
            group.iter().partition(|index| flows[**index].transport.starts_with("icmp"));
        if !others.is_empty() {
            for index in icmp {
                suffixes[index] = "icmp".to_string();
            }
        }
    }
    for group in same(&write(&peers, &sections, &suffixes)) {
        let transports: BTreeSet<&String> = group.iter().map(|index| &flows[*index].transport).collect();
        if transports.len() == group.len()
            && transports.iter().all(|transport| ["tcp", "udp"].contains(&transport.as_str()))
        {
            for index in group {
                suffixes[index].clone_from(&flows[index].transport);
            }
        }
    }
    for group in same(&write(&peers, &sections, &suffixes)) {
        let different: BTreeSet<&Vec<String>> = group.iter().map(|index| &flows[*index].section).collect();
        if different.len() > 1 {
            for index in group {
                sections[index] = true;
            }
        }
    }
    for group in same(&write(&peers, &sections, &suffixes)) {
        let services: BTreeSet<&String> = group.iter().map(|index| &flows[*index].service).collect();
        if services.len() == group.len() && services.iter().all(|service| !service.is_empty()) {
            for index in group {
                suffixes[index].clone_from(&flows[index].service);
            }
        }
    }
    for group in same(&write(&peers, &sections, &suffixes)) {
        for (index, ordinal) in group.iter().skip(1).zip(ORDINALS) {
            suffixes[*index] = ordinal.to_string();
        }
    }
    let unused = |id: String| {
        let numbered = (2..).map(|number| format!("{id}-{number}"));
        let id = std::iter::once(id.clone()).chain(numbered).find(|id| !used.contains(id)).unwrap_or(id);
        used.insert(id.clone());
        id
    };
    write(&peers, &sections, &suffixes).into_iter().map(unused).collect()
}

/// Peers whose service is what ids say.
const PEERS: [(&str, &str); 1] = [("kubernetes-api-server", "kubernetes-api")];

/// The ends of ids that differ in nothing but the port of their flow.
const ORDINALS: [&str; 7] = ["second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"];

/// The groups of flows with the same id.
fn same(ids: &[String]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<&String, Vec<usize>> = BTreeMap::new();
    for (index, id) in ids.iter().enumerate() {
        groups.entry(id).or_default().push(index);
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
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

/// The first service that a port cell prints.
fn printed_service(row: &PrintedRow) -> Option<&str> {
    let specs = row.port_cell.iter().flat_map(|cell| &cell.specs);
    specs.filter_map(|spec| spec.service_ref()).map(String::as_str).next().filter(|service| !service.contains(FIXME))
}

/// The only transport of a row, and its first port, such as `tcp-443`.
fn transport_and_port(row: &PrintedRow) -> (String, Vec<String>) {
    let specs = row.port_cell.iter().flat_map(|cell| &cell.specs);
    let transports: BTreeSet<String> = specs.filter_map(PortSpec::transport).map(|own| own.to_string()).collect();
    let only = match transports.len() {
        1 => transports.first().cloned().unwrap_or_default(),
        _ => String::new(),
    };
    let first = row.port_cell.iter().flat_map(|cell| &cell.specs).next();
    let port = first.and_then(|spec| {
        let transport = spec.transport().map_or("any".to_string(), |transport| transport.to_string());
        let port = spec.range().map(|range| format!("{transport}-{}", range.first()));
        port.or(spec.transport().map(|_| transport))
    });
    (only, port.into_iter().collect())
}
