//! Drafts the flows of the rows of a page.

use std::collections::{BTreeMap, BTreeSet};

use port_core::{Direction, PortSpec};
use port_data::hidden::Escaped;

use super::conditions;
use super::content::direction_in;
use super::doubts::questions;
use super::end_names::Namer;
use super::ids::{Ends, IdParts, Words, new_ids};
use super::names::{Services, words};
use super::no_flow::{no_flow, same_at_other_end};
use super::parties::Known;
use super::phrase_book::{PhraseBook, Traffic};
use super::purpose::{RowTexts, purpose};
use super::sources::Source;
use super::write::list;
use crate::capture::numbers_in_text;
use crate::curation::{FIXME, Meaning, quote};
use crate::printed_row::{End, PrintedRow};
use crate::row_key::DistinctKeys;

/// What a draft makes of a row.
#[derive(Clone, Debug)]
pub(super) enum DraftRow {
    /// It isn't a flow.
    NoFlow { key: String, reason: String },
    /// Its flows.
    Flows(Vec<DraftFlow>),
}

/// A drafted flow.
#[derive(Clone, Debug)]
pub(super) struct DraftFlow {
    pub(super) id: String,
    /// The parsed ports, for a comment.
    pub(super) ports: String,
    /// The keys with their values as TOML, and what a person must decide.
    pub(super) keys: Vec<(&'static str, String, Option<String>)>,
    /// The remarks and marks in the port cell.
    pub(super) marks: Vec<String>,
    /// The texts on which drafted facts rest.
    pub(super) note_of: Vec<String>,
}

/// What is needed to draft flows.
pub(super) struct FlowDrafter<'a> {
    pub(super) known: &'a Known<'a>,
    pub(super) services: Services<'a>,
    pub(super) book: &'a PhraseBook,
    pub(super) used_ids: BTreeSet<String>,
}

/// What other rows of the page say about a row.
#[derive(Clone, Copy)]
struct OnPage<'a> {
    /// Whether another row prints the same.
    has_twin: bool,
    /// Whether a row with the same label has other notes, so that the label doesn't say what either is for.
    has_namesake: bool,
    /// Why the peer of a row without one is any host.
    without_peer: &'a str,
}

/// The label of a row with its notes, if it has any.
fn notes_of<'a>(row: &'a PrintedRow, source: Option<Source<'a>>) -> Option<(&'a str, Vec<&'a str>)> {
    let texts: Vec<&str> = source?.notes().map(|(text, _)| text).filter(|text| !text.is_empty()).collect();
    (!texts.is_empty()).then_some((row.label.as_deref()?, texts))
}

impl FlowDrafter<'_> {
    /// The draft of each row. The keys distinguish the rows of the whole page.
    pub(super) fn draft(mut self, rows: &[PrintedRow], keys: &DistinctKeys, sources: &[Source<'_>]) -> Vec<DraftRow> {
        let mut prints: BTreeMap<_, usize> = BTreeMap::new();
        for row in rows {
            *prints.entry((&row.section, row.content())).or_default() += 1;
        }
        let without_peer = if sources.iter().any(Source::names_peer) { ROW_WITHOUT_PEER } else { PAGE_WITHOUT_PEERS };
        let source_of = |row: &PrintedRow| sources.get(row.number.saturating_sub(1)).copied();
        let mut notes: BTreeMap<&str, BTreeSet<Vec<&str>>> = BTreeMap::new();
        for (label, texts) in rows.iter().filter_map(|row| notes_of(row, source_of(row))) {
            notes.entry(label).or_default().insert(texts);
        }
        let reason = |row: &PrintedRow| {
            no_flow(row, source_of(row), &self.services).or_else(|| same_at_other_end(row, rows, &source_of))
        };
        let reasons: Vec<Option<String>> = rows.iter().map(reason).collect();
        let with_flows = || rows.iter().zip(&reasons).filter(|(_, reason)| reason.is_none()).map(|(row, _)| row);
        let parts: Vec<IdParts> = with_flows().flat_map(|row| self.id_parts(row, source_of(row))).collect();
        let ids = new_ids(self.known.product, &parts, &mut self.used_ids);
        let mut ids = ids.into_iter().zip(parts.iter().map(IdParts::what));
        let mut draft = |(row, reason): (&PrintedRow, &Option<String>)| {
            let key = format!("{{ {} }}", keys.write(row)).replace("{  }", "{}");
            match reason {
                Some(reason) => DraftRow::NoFlow { key, reason: reason.clone() },
                None => {
                    let on_page = OnPage {
                        has_twin: prints[&(&row.section, row.content())] > 1,
                        has_namesake: notes_of(row, source_of(row)).is_some_and(|(label, _)| notes[&label].len() > 1),
                        without_peer,
                    };
                    DraftRow::Flows(self.flows(row, source_of(row), &key, on_page, &mut ids))
                }
            }
        };
        rows.iter().zip(&reasons).map(&mut draft).collect()
    }

    /// The parts of the ids of a row's flows.
    fn id_parts(&self, row: &PrintedRow, source: Option<Source<'_>>) -> Vec<IdParts> {
        let is_unknown = source.is_some_and(|source| source.unknown_end().is_some());
        let unknown = source.filter(|_| is_unknown).and_then(|source| source.both_ends());
        let specs = row.port_cell.as_ref().map(|cell| cell.specs.as_slice()).unwrap_or_default();
        let (services, _) = self.services.of_row(row, source, specs);
        let services: Vec<&str> = services.values().map(String::as_str).filter(|service| *service != FIXME).collect();
        // Of alternatives, the encrypted one.
        let service = services.iter().find(|service| **service == "https").or(services.first()).copied();
        let parts = |end: Option<&End>| {
            // If the destination may be a part of the product, the flow is that part's.
            let direction =
                direction_of(row, source, end).filter(|direction| !(is_unknown && *direction == Direction::Outbound));
            let ends = Ends { end, unknown };
            let (purpose, question) = self.purpose(row, source, end, String::new(), false);
            let purpose = if question.is_none() { purpose } else { String::new() };
            let words = Words { services: &self.services, book: self.book, purpose: &purpose };
            IdParts::new(self.known.product, row, direction, ends, words, service)
        };
        flow_ends(row, source).into_iter().map(parts).collect()
    }

    /// The flows of one row: one for each pair of ends.
    fn flows(
        &self,
        row: &PrintedRow,
        source: Option<Source<'_>>,
        key: &str,
        on_page: OnPage<'_>,
        ids: &mut impl Iterator<Item = (String, String)>,
    ) -> Vec<DraftFlow> {
        let ends = flow_ends(row, source);
        let mut flows: Vec<DraftFlow> = Vec::new();
        let mut purposes: Vec<String> = Vec::new();
        for (end, (id, what)) in ends.iter().zip(ids) {
            let first = flows.first().map(|flow| flow.id.clone());
            let mut keys = match first {
                Some(first) => vec![("shares_row_with", quote(&first), None)],
                None => vec![("row", key.to_string(), questions(row, source, on_page.has_twin))],
            };
            let (value, question) = self.purpose(row, source, *end, what, on_page.has_namesake);
            // The other flows of the row share its purpose, unless their ends are part of theirs.
            if purposes.is_empty() || !purposes.contains(&value) && question.is_none() {
                keys.push(("purpose", quote(&value), question));
                purposes.push(value);
            }
            keys.extend(self.end_keys(row, source, *end, &ends));
            keys.extend(self.port_keys(row, source));
            if source.is_some_and(|source| has_any_host(row, *end, source))
                && !keys.iter().any(|(key, ..)| *key == "adds")
            {
                let (peer, reason) = match source.and_then(|source| source.loopback().map(str::to_string)) {
                    Some(address) => (self.known.product, of_loopback(on_page.without_peer, &address)),
                    None => ("any-host", on_page.without_peer.to_string()),
                };
                keys.push(("adds", format!("{{ peer = {peer:?}, reason = {} }}", quote(&reason)), None));
            }
            let scope = source.and_then(|source| source.scope()).filter(|_| row.scope.is_none());
            keys.extend(scope.map(|scope| ("scope", quote(scope), None)));
            if source.is_some_and(|source| source.is_configurable()) {
                keys.push(("configurable", "true".to_string(), None));
            }
            let marks = row.marks().into_iter().cloned().collect();
            let mut note_of = Vec::new();
            let label = source.and_then(|source| source.cell(Meaning::Label)).or(row.label.as_deref());
            if label.is_some_and(|label| label.contains("(if ")) {
                let question = "the label says when the row is needed, and note_of names it";
                keys.push(("condition", quote(FIXME), Some(question.to_string())));
                note_of.extend(row.label.clone());
            } else if let Some((label, condition)) = self.condition(row, source) {
                let system = source.and_then(|source| conditions::of_system(&source.heading_of_condition()?));
                let condition = system.map_or(condition.clone(), |system| format!("{system}, and {condition}"));
                keys.push(("condition", quote(&condition), None));
                note_of.extend(source.and_then(|source| source.heading_of_condition()));
                note_of.push(label);
            }
            flows.push(DraftFlow { id, ports: ports_comment(row), keys, marks, note_of });
        }
        flows
    }

    /// The condition that the label names, and the label.
    fn condition(&self, row: &PrintedRow, source: Option<Source<'_>>) -> Option<(String, String)> {
        let label = source.and_then(|source| source.cell(Meaning::Label)).or(row.label.as_deref())?;
        Some((label.to_string(), conditions::of_label(label, self.known.product)?))
    }

    /// The purpose: what a short text of the row says, or the service or name that it prints with its ends.
    fn purpose(
        &self,
        row: &PrintedRow,
        source: Option<Source<'_>>,
        end: Option<&End>,
        what: String,
        has_namesake: bool,
    ) -> (String, Option<String>) {
        let specs = row.port_cell.iter().flat_map(|cell| &cell.specs);
        let printed: BTreeSet<&String> = specs.filter_map(PortSpec::service_ref).collect();
        let service = match printed.into_iter().collect::<Vec<_>>()[..] {
            [service] if !service.contains(FIXME) => Some(service.as_str()),
            _ => None,
        };
        let label = source.and_then(|source| source.cell(Meaning::Label)).or(row.label.as_deref());
        let specs = row.port_cell.as_ref().map(|cell| cell.specs.as_slice()).unwrap_or_default();
        let (services, _) = self.services.of_row(row, source, specs);
        let services: BTreeSet<&String> = services.values().filter(|service| *service != FIXME).collect();
        let part = end.and_then(|end| end.component.as_deref()).filter(|part| !part.is_empty() && *part != FIXME);
        let other = end.and_then(|end| end.peer.as_deref()?.strip_prefix(self.known.product)?.strip_prefix('-'));
        let direction = direction_of(row, source, end);
        let cells = source.iter().flat_map(|source| &source.row.cells).map(|cell| cell.text.as_str());
        let own = [self.known.name, Some(self.known.product), row.section.as_deref(), part, Some(what.as_str())];
        let texts = cells.chain(own.into_iter().flatten()).chain(services.iter().map(|service| service.as_str()));
        let traffic = Traffic {
            direction,
            label: label.unwrap_or_default(),
            words: texts.flat_map(words).collect(),
            what,
            ports: specs.iter().filter_map(PortSpec::range).map(|range| range.to_string()).collect(),
        };
        let texts = RowTexts {
            label: label.filter(|text| !text.is_empty()).or(service),
            direction,
            asks_direction: source.is_some_and(|source| source.asks_direction),
            service: match services.iter().collect::<Vec<_>>()[..] {
                [service] => Some(service.as_str()),
                _ => None,
            },
            part,
            other_part: other,
            traffic,
            column: source.and_then(|source| source.head(Meaning::Label)),
            notes: source.map(|source| source.notes().collect()).unwrap_or_default(),
            ends: source.map(|source| source.printed_ends(end)).unwrap_or_default(),
            both_ways: source.is_some_and(|source| source.is_both_ways()),
            component: source.and_then(|source| source.cell(Meaning::Component)),
            section: row.section.as_deref(),
            has_namesake,
        };
        purpose(&texts, &self.services, Namer { known: self.known, book: self.book })
    }

    /// The direction, the peer and the component, if the row doesn't print exactly one of each.
    fn end_keys(
        &self,
        row: &PrintedRow,
        source: Option<Source<'_>>,
        end: Option<&End>,
        ends: &[Option<&End>],
    ) -> Vec<(&'static str, String, Option<String>)> {
        let Some(end) = end else { return Vec::new() };
        let differs = |of: &dyn Fn(&End) -> Option<String>| ends.iter().flatten().any(|other| of(other) != of(end));
        let direction = |end: &End| end.direction.map(|direction| direction.to_string());
        let mut keys = Vec::new();
        let direction_cell = direction_cell(row, source);
        // The column asks already what a cell means.
        let is_asked = source.is_some_and(|source| source.asks_meaning(Meaning::Direction));
        let is_unknown = end.direction.is_none() && direction_cell.is_some() && !is_asked;
        if is_unknown {
            let found = direction_in(direction_cell.unwrap_or_default()).filter(|direction| *direction != "both");
            keys.push(("direction", quote(found.unwrap_or(FIXME)), None));
        } else if let Some(direction) = overruling_direction(row, source, end) {
            keys.push(("direction", quote(direction.as_str()), None));
        } else if differs(&direction) {
            keys.extend(direction(end).map(|direction| ("direction", quote(&direction), None)));
        }
        if differs(&|end| end.component.clone()) {
            keys.extend(end.component.as_ref().map(|component| ("component", quote(component), None)));
        }
        // The peer cell can't be read, which the row asks already.
        if row.problems.iter().any(|problem| problem.diagnostic.message.starts_with("peer cell")) {
            return keys;
        }
        let other = source.and_then(|source| source.other_host().map(str::to_string)).filter(|_| row.peer.is_none());
        let peer = match (&end.peer, other) {
            (_, Some(cell)) => Some(self.known.peer(&cell).unwrap_or_else(|| FIXME.to_string())),
            (None, None) if source.is_some_and(|source| has_any_host(row, Some(end), source)) => None,
            (None, None) => Some(FIXME.to_string()),
            (peer, None) if differs(&|end| end.peer.clone()) => peer.clone(),
            _ => None,
        };
        keys.extend(peer.map(|peer| ("peer", quote(&peer), None)));
        keys
    }

    /// The services, the reading of a cell that can't be read, and other numbers.
    fn port_keys(&self, row: &PrintedRow, source: Option<Source<'_>>) -> Vec<(&'static str, String, Option<String>)> {
        let mut keys = Vec::new();
        let specs = row.port_cell.as_ref().map(|cell| cell.specs.as_slice()).unwrap_or_default();
        if specs.is_empty() {
            let cell = row.ports.as_deref().unwrap_or_default();
            let why = row.port_cell.as_ref().err().map(|problem| Escaped(&problem.message).to_string());
            let why = why.map(|why| why.split_once("\": ").map_or(why.clone(), |(_, rest)| rest.to_string()));
            match cell {
                "" => keys.push(("adds", format!("{{ ports = {FIXME:?}, reason = {FIXME:?} }}"), None)),
                _ => keys.push(("reading", format!("{{ cell = {}, ports = {FIXME:?} }}", quote(cell)), why)),
            }
            return keys;
        }
        let (services, question) = self.services.of_row(row, source, specs);
        if !services.is_empty() {
            let services = services.iter().map(|(port, service)| format!("{} = {}", toml_key(port), quote(service)));
            keys.push(("services", format!("{{ {} }}", services.collect::<Vec<_>>().join(", ")), question));
        }
        let numbers = other_numbers(row, specs);
        if !numbers.is_empty() {
            let is_port = |number: &String| number.parse().is_ok_and(|number: u32| (7..=65_535).contains(&number));
            let question = numbers.iter().any(is_port).then(|| "is none of these a port?".to_string());
            keys.push(("other_numbers", list(&numbers), question));
        }
        keys
    }
}

/// Why the peer of a flow is any host.
const PAGE_WITHOUT_PEERS: &str = "The page names no peers.";
/// The same if other rows of the page have peers.
const ROW_WITHOUT_PEER: &str = "The row prints no peer.";

/// The reason of a peer that is the product itself, since it listens at an address of its own host only.
fn of_loopback(reason: &str, address: &str) -> String {
    let reason = reason.trim_end_matches('.');
    format!("{reason}; the service listens at {address}, so that only the same host can connect.")
}

/// Whether any host is the peer of a flow: hosts connect, and nothing in the row or its table says which.
fn has_any_host(row: &PrintedRow, end: Option<&End>, source: Source<'_>) -> bool {
    let is_inbound = direction_of(row, Some(source), end) == Some(Direction::Inbound);
    let names_clients = row.label.iter().flat_map(|label| words(label)).any(|word| CLIENTS.contains(&word.as_str()));
    is_inbound && end.is_some_and(|end| end.peer.is_none()) && !source.names_peer() && !names_clients
}

/// Words of labels that say who connects.
const CLIENTS: [&str; 2] = ["clients", "browsers"];

/// The text of the row that may name the direction: its cell of directions, or a remark in the port cell, such as "outgoing".
fn direction_cell<'a>(row: &'a PrintedRow, source: Option<Source<'a>>) -> Option<&'a str> {
    let remarks = row.port_cell.iter().flat_map(|cell| &cell.remarks);
    let label = row.label.iter().filter(|label| !label.contains(' '));
    let mut remarks = remarks.chain(label).map(String::as_str);
    let cell = source.and_then(|source| source.cell(Meaning::Direction));
    cell.or_else(|| remarks.find(|text| direction_in(text).is_some()))
}

/// The direction of a flow: that of its end or, if the end has none or the draft only guesses it, the one that the row names.
fn direction_of(row: &PrintedRow, source: Option<Source<'_>>, end: Option<&End>) -> Option<Direction> {
    let end = end?;
    let of_row = || direction_in(direction_cell(row, source)?)?.parse().ok();
    match source.is_some_and(|source| source.asks_direction) {
        true => of_row().or(end.direction),
        false => end.direction.or_else(of_row),
    }
}

/// The direction that the row names, if that of its table is a guess that says the contrary.
fn overruling_direction(row: &PrintedRow, source: Option<Source<'_>>, end: &End) -> Option<Direction> {
    end.direction?;
    direction_of(row, source, Some(end)).filter(|direction| Some(*direction) != end.direction)
}

/// The ends of each flow of a row. Of a row in both directions, the flows depend on who the ends are.
fn flow_ends<'a>(row: &'a PrintedRow, source: Option<Source<'_>>) -> Vec<Option<&'a End>> {
    let is_unknown = source.is_some_and(|source| source.unknown_end().is_some());
    match row.ends.is_empty() || is_unknown && row.ends.len() > 1 {
        true => vec![None],
        false => row.ends.iter().map(Some).collect(),
    }
}

/// The parsed ports, for a comment.
fn ports_comment(row: &PrintedRow) -> String {
    match &row.port_cell {
        Ok(cell) if !cell.specs.is_empty() => {
            let specs = cell.specs.iter().map(ToString::to_string);
            Escaped(&specs.collect::<Vec<_>>().join(", ")).to_string()
        }
        _ => "no port can be read".to_string(),
    }
}

/// The numbers in the row's texts that aren't its ports.
fn other_numbers(row: &PrintedRow, specs: &[PortSpec<String>]) -> Vec<String> {
    let remarks = row.port_cell.iter().flat_map(|cell| &cell.remarks);
    let cells = [&row.peer, &row.label].into_iter().flatten().chain(remarks);
    let in_cells = cells.flat_map(|text| numbers_in_text(text));
    let found: BTreeSet<String> = row.prose.iter().flat_map(|prose| prose.numbers.clone()).chain(in_cells).collect();
    let ranges = specs.iter().filter_map(PortSpec::range);
    let ports: BTreeSet<String> =
        ranges.flat_map(|range| [range.first(), range.last()]).map(|port| port.to_string()).collect();
    found.difference(&ports).cloned().collect()
}

/// A key of an inline table.
fn toml_key(key: &str) -> String {
    let is_bare =
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if is_bare { key.to_string() } else { quote(key) }
}

impl DraftFlow {
    /// The flow in the file of all editions.
    pub(super) fn shared(&self) -> String {
        format!("\n[[flow]]\nid = {:?} # {}\n", self.id, self.ports) + &self.shared_keys().collect::<String>()
    }

    /// The lines of the keys that belong to all editions.
    pub(super) fn shared_keys(&self) -> impl Iterator<Item = String> {
        self.keys.iter().map(|(key, value, question)| super::write::key_line(key, value, question.as_deref()))
    }

    /// The keys that belong to the page of one edition, each with its line.
    pub(super) fn page_keys(&self) -> impl Iterator<Item = (&'static str, String)> {
        let value = |key, texts: &[String]| match texts {
            [] => None,
            [text] if key == "note_of" => Some((key, quote(text))),
            texts => Some((key, list(texts))),
        };
        let keys = [value("marks", &self.marks), value("note_of", &self.note_of)];
        keys.into_iter().flatten().map(|(key, value)| (key, format!("{key} = {value}\n")))
    }
}
