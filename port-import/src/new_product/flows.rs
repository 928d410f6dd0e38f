//! Drafts the flows of the rows of a page.

use std::collections::{BTreeMap, BTreeSet};

use port_core::PortSpec;
use port_data::hidden::Escaped;

use super::content::{direction_in, is_hosts, is_nothing, is_title};
use super::header_words::{HeaderWord, header_word};
use super::ids::flow_id;
use super::keys::row_keys;
use super::parties::Known;
use super::write::list;
use crate::capture::Prose;
use crate::curation::{Curation, FIXME, Meaning, quote};
use crate::page::{self, Page, PrintedTable};
use crate::port_cell::NoPort;
use crate::printed_row::{End, PrintedRow};

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
}

/// A row of the page, and the columns that the curation gives its table.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) row: &'a page::Row,
    columns: &'a [crate::curation::Column],
}

/// The rows of the page in the order of the capture, which leaves out those of ignored tables.
pub(super) fn sources<'a>(page: &'a Page, curation: &'a Curation) -> Vec<Source<'a>> {
    let printed: Vec<PrintedTable<'_>> = page.tables.iter().map(page::Table::printed).collect();
    let entries = curation.match_tables(&printed);
    let entries = entries.into_iter().map(|entry| entry.map(|entry| curation.tables[entry].get_ref()));
    let read = page.tables.iter().zip(entries).filter(|(_, entry)| entry.is_none_or(|entry| entry.ignore.is_none()));
    let rows = read.flat_map(|(table, entry)| {
        let columns = entry.map_or(&[][..], |entry| curation.columns_of(entry));
        table.rows.iter().map(move |row| Source { row, columns })
    });
    rows.collect()
}

impl Source<'_> {
    /// The text of the first cell with a meaning.
    fn cell(&self, is: Meaning) -> Option<&str> {
        let column = self.columns.iter().position(|column| column.is == is)?;
        Some(self.row.cells.get(column)?.text.as_str())
    }

    /// The texts of the columns that name services or protocols.
    fn names(&self) -> impl Iterator<Item = &str> {
        let is_name = |column: &crate::curation::Column| {
            matches!(column.is, Meaning::Note | Meaning::Label)
                && matches!(header_word(&column.head), Some(HeaderWord::Label | HeaderWord::Protocol))
        };
        let cells = self.row.cells.iter().zip(self.columns).filter(move |(_, column)| is_name(column));
        cells.map(|(cell, _)| cell.text.as_str())
    }

    /// The text of a column of host names that aren't peers, if it isn't a host name.
    fn other_host(&self) -> Option<&str> {
        let is_host = |column: &crate::curation::Column| {
            column.is == Meaning::Note && header_word(&column.head) == Some(HeaderWord::Host)
        };
        let cell = self.row.cells.get(self.columns.iter().position(is_host)?)?.text.as_str();
        (!is_nothing(cell) && !is_hosts(cell)).then_some(cell)
    }
}

/// What is needed to draft flows.
pub(super) struct FlowDrafter<'a> {
    pub(super) known: &'a Known<'a>,
    /// The ids of services by their names and ids in lowercase.
    pub(super) services: &'a BTreeMap<String, String>,
    /// The service that usually has a port.
    pub(super) service_of_port: &'a BTreeMap<String, String>,
    pub(super) used_ids: BTreeSet<String>,
}

impl FlowDrafter<'_> {
    /// The draft of each row.
    pub(super) fn draft(&mut self, rows: &[PrintedRow], sources: &[Source<'_>]) -> Vec<DraftRow> {
        let keys = row_keys(rows);
        let draft = |(row, (key, is_unique)): (&PrintedRow, (String, bool))| {
            let source = sources.get(row.number.saturating_sub(1)).copied();
            match no_flow(row, source) {
                Some(reason) => DraftRow::NoFlow { key, reason },
                None => DraftRow::Flows(self.flows(row, source, &key, is_unique)),
            }
        };
        rows.iter().zip(keys).map(draft).collect()
    }

    /// The flows of one row: one for each pair of ends.
    fn flows(&mut self, row: &PrintedRow, source: Option<Source<'_>>, key: &str, is_unique: bool) -> Vec<DraftFlow> {
        let none: [Option<&End>; 1] = [None];
        let ends: Vec<Option<&End>> =
            if row.ends.is_empty() { none.to_vec() } else { row.ends.iter().map(Some).collect() };
        let mut flows: Vec<DraftFlow> = Vec::new();
        for end in &ends {
            let id = flow_id(self.known.product, row, *end, &mut self.used_ids);
            let first = flows.first().map(|flow| flow.id.clone());
            let mut keys = match first {
                Some(first) => vec![("shares_row_with", quote(&first), None)],
                None => vec![("row", key.to_string(), row_question(row, is_unique))],
            };
            keys.push(("purpose", quote(&Self::purpose(row)), None));
            keys.extend(self.end_keys(row, source, *end, &ends));
            keys.extend(self.port_keys(row, source));
            let marks = row.marks().into_iter().cloned().collect();
            flows.push(DraftFlow { id, ports: ports_comment(row), keys, marks });
        }
        flows
    }

    /// The purpose: a short label as it is, or the only service that the row prints.
    fn purpose(row: &PrintedRow) -> String {
        let label = row.label.as_deref().unwrap_or_default().trim().trim_end_matches(['.', ':', ';', ',']);
        let has_letters = label.chars().any(char::is_alphabetic);
        // "To create a database" is a purpose without its first word.
        let verb = label.strip_prefix("To ").and_then(|rest| Some((rest.chars().next()?, rest)));
        let verb = verb.map(|(first, rest)| first.to_uppercase().to_string() + &rest[first.len_utf8()..]);
        let label = verb.as_deref().unwrap_or(label);
        let is_plain = |letter: char| letter.is_alphanumeric() || " -–/()&+:,.'’\"_".contains(letter);
        let first = label.split(' ').next().unwrap_or_default();
        let is_part_of_sentence =
            ["is", "are", "used", "to", "for", "this", "it", "if", "when", "needed", "required"].contains(&first);
        let is_plain = label.chars().all(is_plain) && !label.contains(FIXME) && !is_part_of_sentence;
        if has_letters && is_plain {
            return label.to_string();
        }
        let specs = row.port_cell.iter().flat_map(|cell| &cell.specs);
        let services: BTreeSet<&String> = specs.filter_map(PortSpec::service_ref).collect();
        match services.into_iter().collect::<Vec<_>>()[..] {
            [service] if label.is_empty() && row.prose.is_empty() && !service.contains(FIXME) => service.clone(),
            _ => FIXME.to_string(),
        }
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
        let direction_cell = source.and_then(|source| source.cell(Meaning::Direction).map(str::to_string));
        let is_unknown = end.direction.is_none() && direction_cell.is_some();
        if is_unknown {
            let found = direction_in(&direction_cell.unwrap_or_default()).filter(|direction| *direction != "both");
            keys.push(("direction", quote(found.unwrap_or(FIXME)), None));
        } else if differs(&direction) {
            keys.extend(direction(end).map(|direction| ("direction", quote(&direction), None)));
        }
        if differs(&|end| end.component.clone()) {
            keys.extend(end.component.as_ref().map(|component| ("component", quote(component), None)));
        }
        let other = source.and_then(|source| source.other_host().map(str::to_string)).filter(|_| row.peer.is_none());
        let peer = match (&end.peer, other) {
            (_, Some(cell)) => Some(self.known.peer(&cell).unwrap_or_else(|| FIXME.to_string())),
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
        let (services, question) = self.services(row, source, specs);
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

    /// The services that the row prints, by port or by name.
    fn services(
        &self,
        row: &PrintedRow,
        source: Option<Source<'_>>,
        specs: &[PortSpec<String>],
    ) -> (BTreeMap<String, String>, Option<String>) {
        let known = |name: &str| self.services.get(&name.to_lowercase()).cloned();
        let mut services: BTreeMap<String, String> = BTreeMap::new();
        let mut question = None;
        for spec in specs {
            let Some(name) = spec.service_ref() else { continue };
            let key = spec.range().map_or(name.clone(), |range| range.first().to_string());
            let id = match known(name) {
                Some(id) => id,
                None if spec.transport().is_none() => FIXME.to_string(),
                None => continue,
            };
            if let Some(usual) = self.service_of_port.get(&key).filter(|usual| **usual != id) {
                question = Some(format!("{key} is usually {usual}"));
            }
            if services.get(&key).is_some_and(|other| *other != id) {
                question = Some("several services are printed for a port".to_string());
            }
            services.insert(key, id);
        }
        if let ([spec], true) = (specs, services.is_empty()) {
            let port =
                spec.range().filter(|range| range.first() == range.last()).map(|range| range.first().to_string());
            let mut names = source.iter().flat_map(Source::names).chain(row.label.as_deref());
            if let (Some(port), Some(id), None) = (port, names.find_map(|name| known(name.trim())), spec.service_ref())
            {
                let usual = self.service_of_port.get(&port).filter(|usual| **usual != id);
                question = usual.map(|usual| format!("{port} is usually {usual}"));
                services.insert(port, id);
            }
        }
        (services, question)
    }
}

/// Why a row isn't a flow, if that seems so.
fn no_flow(row: &PrintedRow, source: Option<Source<'_>>) -> Option<String> {
    if source.is_some_and(|source| is_title(source.row)) {
        return Some("A title of the rows below it.".to_string());
    }
    if row.ports.is_none() && row.port_cell.as_ref().map_or(true, |cell| cell.specs.is_empty()) {
        return Some(format!("{FIXME}: the row prints no port; or add the ports that it means as a flow"));
    }
    let cell = row.port_cell.as_ref().ok().filter(|cell| cell.specs.is_empty())?;
    match (cell.no_port, &row.ports) {
        (Some(NoPort::NotApplicable), _) => Some("The port cell says that there is no port.".to_string()),
        (Some(NoPort::Empty), Some(_)) => Some("The port cell is a dash.".to_string()),
        _ => None,
    }
}

/// What a person must decide about a row as a whole.
fn row_question(row: &PrintedRow, is_unique: bool) -> Option<String> {
    let problem = row.problem().filter(|problem| !problem.message.contains(FIXME));
    let problem = problem.map(|problem| Escaped(&problem.message).to_string());
    problem.or_else(|| (!is_unique).then(|| "another row has the same texts".to_string()))
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
    let in_cells = cells.flat_map(|text| Prose::digest(text).numbers);
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
        let mut text = format!("\n[[flow]]\nid = {:?} # {}\n", self.id, self.ports);
        for (key, value, question) in &self.keys {
            text += &super::write::key_line(key, value, question.as_deref());
        }
        text
    }

    /// What the file of the edition says about it.
    pub(super) fn of_edition(&self) -> String {
        match self.marks.as_slice() {
            [] => String::new(),
            marks => format!("\n[[flow]]\nid = {:?}\nmarks = {}\n", self.id, list(marks)),
        }
    }
}
