//! Checks that the page still prints the texts on which facts of the curation rest: those of flows, tables, rows that aren't flows, and
//! of the whole page.

use port_data::{Diagnostic, Place};

use super::flow::FlowBuilder;
use crate::capture::{Capture, Cell, Prose, Table as CapturedTable, Text, numbers_in_text};
use crate::codes;
use crate::curation::{Curation, Flow, OneOrMore, Table, quote};
use crate::grouped_diagnostics::GroupableDiagnostic;
use crate::page::PrintedTable;
use crate::printed_row::PrintedRow;
use crate::propose::{Edit, Key};

/// What to name as the text of a fact.
const NAME_A_TEXT: &str = "set note_of to a cell of the row, a heading, or the digest of its prose or of another text of the page; or \
                           to \"\" if it rests on none of them";

/// Why a text isn't one on which a fact can rest.
struct Missing<'a> {
    text: &'a str,
    /// The digest of prose with these words.
    digest: Option<String>,
}

impl Missing<'_> {
    /// Diagnostics of the facts that rest on the text.
    fn message(&self, facts: &str, of: &str) -> String {
        let verb = if facts.contains(" and ") { "rest" } else { "rests" };
        format!("{facts} of {of} {verb} {}", self.why())
    }

    /// The end of a message, after what rests on the text.
    fn why(&self) -> String {
        match &self.digest {
            Some(_) => format!("on the words {:?} of prose, of which only a digest is kept", self.text),
            None => format!("on {:?}, which isn't a cell, a heading or a digest of the page", self.text),
        }
    }

    /// What to do about a fact at a place of the curation.
    fn help(&self, facts: &str, place: &Place) -> String {
        match &self.digest {
            Some(digest) => format!("set note_of = {digest:?} in {place}"),
            // Some words of a prose cell can't be recognized.
            None if self.text.contains(' ') => {
                format!(
                    "read the page again, correct the {facts}, and set note_of in {place}; name prose by its digest"
                )
            }
            None => format!("read the page again, correct the {facts}, and set note_of in {place}"),
        }
    }
}

/// The texts of a list that aren't printed. `digests` are those of the prose next to the fact.
fn missing<'a>(
    texts: &'a OneOrMore,
    capture: &Capture,
    is_printed: impl Fn(&str) -> bool,
    digests: &[&str],
) -> Vec<Missing<'a>> {
    let texts = texts.as_slice().iter().filter(|text| !text.is_empty());
    let missing = texts.filter(|text| !is_printed(text) && !capture.contains_outside(text));
    let digest_of = |text: &String| {
        let digest = Prose::digest(text).digest;
        let is_known = digests.contains(&digest.as_str()) || capture.contains_outside(&digest);
        let has_words = |words: &Option<String>| words.as_ref().is_some_and(|words| words.contains(text.as_str()));
        let outside = || capture.texts.iter().find(|outside| text.contains(' ') && has_words(&outside.words));
        if is_known { Some(digest) } else { outside().map(|outside| outside.prose.digest.clone()) }
    };
    missing.map(|text| Missing { text, digest: digest_of(text) }).collect()
}

/// The keys of a flow that can rest on a text: those that must name it, and all of them.
fn facts_of_flow(flow: &Flow) -> (Vec<&'static str>, Vec<&'static str>) {
    let keys = [
        ("note", flow.note.is_some()),
        ("condition", flow.condition.is_some()),
        ("requirement", flow.requirement.is_some()),
        ("direction", flow.direction.is_some()),
        ("peer", flow.peer.is_some()),
        ("component", flow.component.is_some()),
        ("scope", flow.scope.is_some()),
        ("enabled", flow.enabled.is_some()),
        ("configurable", flow.configurable),
        ("customization", flow.customization.is_some()),
        ("reading", flow.reading.is_some()),
        ("adds", flow.adds.is_some()),
    ];
    let given = |keys: &[(&'static str, bool)]| keys.iter().filter(|(_, is)| *is).map(|(key, _)| *key).collect();
    (given(&keys[..3]), given(&keys))
}

impl FlowBuilder<'_> {
    /// Reports facts in our words whose text changed, or that name no text.
    pub(super) fn check_basis(&mut self) {
        let flow = self.flow();
        let (must_name, facts) = facts_of_flow(flow);
        match &flow.note_of {
            None if must_name.is_empty() => {}
            None => {
                let facts = must_name.join(" and ");
                let message = format!("{facts} of {} names no text on which it rests", flow.id);
                let diagnostic = GroupableDiagnostic::from(Diagnostic::new(codes::NO_BASIS, message).help(NAME_A_TEXT));
                let own = format!("{facts} of {}", flow.id);
                self.report_entry(diagnostic.among(
                    "flows have facts that name no text on which they rest",
                    own,
                    NAME_A_TEXT,
                ));
            }
            Some(_) if facts.is_empty() => {
                let message = "flow has note_of, but nothing that rests on a text";
                self.report_entry(Diagnostic::new(codes::UNUSED_ENTRY, message).help("remove it"));
            }
            Some(texts) => {
                let (row, digests) = (self.row, digests(self.row));
                let facts = if must_name.is_empty() { facts } else { must_name }.join(" and ");
                let is_printed = |text: &str| row.contains(text) || self.is_in_table(text);
                for missing in missing(texts, self.capture, is_printed, &digests) {
                    self.report_changed(&facts, &missing);
                }
            }
        }
    }

    /// Whether the row's table prints a text that isn't in the row: as a column name or, for a reading, as the cell of another row
    /// with a number of its ports.
    fn is_in_table(&self, text: &str) -> bool {
        let Some(table) = self.table() else { return false };
        let is_read = || {
            let reading = self.flow().reading.as_ref()?;
            let cells = table.rows.iter().flat_map(|row| &row.cells).filter(|cell| cell_has(cell, text));
            let printed: Vec<String> = cells.flat_map(|cell| cell.text.to_prose().numbers).collect();
            let own = numbers_in_text(&reading.cell);
            let mut read = reading.ports.port_numbers().into_iter();
            Some(read.any(|number| printed.contains(&number) && !own.contains(&number)))
        };
        table.header.iter().any(|name| cell_has(name, text)) || is_read().unwrap_or(false)
    }

    /// The table of the row.
    pub(super) fn table(&self) -> Option<&CapturedTable> {
        let has_row = |table: &&CapturedTable| table.rows.iter().any(|row| row.number == self.row.number);
        self.capture.tables.iter().find(has_row)
    }

    fn report_changed(&mut self, facts: &str, missing: &Missing<'_>) {
        let flow = self.flow();
        let cells = [&self.row.peer, &self.row.label, &self.row.ports].into_iter().flatten().map(String::as_str);
        let printed: Vec<String> = cells.chain(digests(self.row)).map(|text| format!("{text:?}")).collect();
        let message = format!("{} (the row has {})", missing.message(facts, &flow.id), printed.join(", "));
        let help = missing.help(facts, &self.entry_place());
        let diagnostic = GroupableDiagnostic::from(Diagnostic::new(codes::CHANGED_BASIS, message).help(help));
        if let (Some(digest), Some([_])) = (&missing.digest, flow.note_of.as_ref().map(OneOrMore::as_slice)) {
            self.edits.push(Edit::flow_key(&self.curation.file, &flow.id, Key::new("note_of", quote(digest))));
        }
        let what = format!("facts of flows rest {}", missing.why());
        let all = "read the page again, correct the flows, and set their note_of";
        let prose = digests(self.row).join(", ");
        let prose = if prose.is_empty() { prose } else { format!(" (prose {prose})") };
        self.report_row(diagnostic.among(what, format!("{facts} of {}{prose}", flow.id), all));
    }
}

fn digests(row: &PrintedRow) -> Vec<&str> {
    row.prose.iter().map(|prose| prose.digest.as_str()).collect()
}

/// Reports tables whose facts name no text, or one that the page doesn't print.
pub(super) fn check_tables(capture: &Capture, curation: &Curation) -> Vec<GroupableDiagnostic> {
    let printed: Vec<PrintedTable<'_>> = capture.tables.iter().map(CapturedTable::printed).collect();
    let entries = curation.match_tables(&printed);
    let mut diagnostics = Vec::new();
    for (index, entry) in curation.tables.iter().enumerate() {
        let (table, place) = (entry.get_ref(), curation.place(entry));
        let name = table.heading.as_ref().map_or("a table".to_string(), |heading| format!("the table {heading:?}"));
        let (must_name, facts) = facts_of_table(table);
        let Some(texts) = &table.note_of else {
            if !must_name.is_empty() {
                let facts = format!("{} of {name}", must_name.join(" and "));
                let message = format!("{facts} names no text on which it rests");
                let diagnostic =
                    GroupableDiagnostic::from(Diagnostic::new(codes::NO_BASIS, message).help(NAME_A_TEXT)).at(place);
                let what = "tables have facts that name no text on which they rest";
                diagnostics.push(diagnostic.among(what, facts, NAME_A_TEXT));
            }
            continue;
        };
        if facts.is_empty() {
            let message = format!("{name} has note_of, but nothing that rests on a text");
            diagnostics.push(Diagnostic::new(codes::UNUSED_ENTRY, message).help("remove it").at(place).into());
            continue;
        }
        let own: Vec<&CapturedTable> = capture
            .tables
            .iter()
            .zip(&entries)
            .filter(|(_, own)| **own == Some(index))
            .map(|(table, _)| table)
            .collect();
        // An entry without a table is reported already.
        let Some(line) = own.first().and_then(|table| table.header.first()).map(|name| name.line) else { continue };
        let facts = facts.join(" and ");
        for missing in missing(texts, capture, |text| own.iter().any(|table| table_has(table, text)), &[]) {
            let diagnostic = Diagnostic::new(codes::CHANGED_BASIS, missing.message(&facts, &name))
                .help(missing.help(&facts, &place));
            diagnostics.push(diagnostic.at(Place::line(&capture.file, line)).into());
        }
    }
    diagnostics
}

/// The keys of a table that can rest on a text: those that must name it, and all of them.
fn facts_of_table(table: &Table) -> (Vec<&'static str>, Vec<&'static str>) {
    let keys = [
        ("condition", table.condition.is_some()),
        ("requirement", table.requirement.is_some()),
        ("direction", table.direction.is_some()),
        ("from", table.from.is_some()),
        ("to", table.to.is_some()),
        ("transport", table.transport.is_some()),
        ("peer", table.peer.is_some()),
        ("component", table.component.is_some()),
        ("scope", table.scope.is_some()),
        ("enabled", table.enabled.is_some()),
        ("ignore", table.ignore.is_some()),
    ];
    let given = |keys: &[(&'static str, bool)]| keys.iter().filter(|(_, is)| *is).map(|(key, _)| *key).collect();
    (given(&keys[..2]), given(&keys))
}

/// Whether a table prints a text: as its heading, a column name, a cell, or the prose of one.
fn table_has(table: &CapturedTable, text: &str) -> bool {
    let cells = table.rows.iter().flat_map(|row| &row.cells);
    table.heading.iter().chain(&table.header).chain(cells).any(|cell| cell_has(cell, text))
}

/// Whether a cell has a text, or prose with that digest.
fn cell_has(cell: &Cell, text: &str) -> bool {
    match &cell.text {
        Text::Printed(printed) => printed == text,
        Text::Prose(prose) => prose.digest == text,
    }
}

/// Reports rows that aren't flows, if the reason rests on a text that the page doesn't print. `rows` are those of the entry.
pub(super) fn check_row(
    texts: &OneOrMore,
    rows: &[&PrintedRow],
    capture: &Capture,
    place: &Place,
) -> impl Iterator<Item = GroupableDiagnostic> {
    let digests: Vec<&str> = rows.iter().flat_map(|row| digests(row)).collect();
    let line = rows.first().map_or(0, |row| row.line);
    let place = place.clone();
    let missing = missing(texts, capture, |text| rows.iter().any(|row| row.contains(text)), &digests);
    let diagnostics: Vec<GroupableDiagnostic> = missing
        .iter()
        .map(|missing| {
            let diagnostic = Diagnostic::new(codes::CHANGED_BASIS, format!("no_flow rests {}", missing.why()));
            diagnostic.help(missing.help("reason", &place)).at(Place::line(&capture.file, line)).into()
        })
        .collect();
    diagnostics.into_iter()
}

/// Reports what the page says about all rows, if it no longer says so.
pub(super) fn check_page(capture: &Capture, curation: &Curation) -> Vec<GroupableDiagnostic> {
    let every_row = curation.every_row.iter().map(|every_row| ("every_row", &every_row.of));
    let lists = curation.lists.iter().filter_map(|lists| Some(("lists", lists.of.as_ref()?)));
    let mut diagnostics = Vec::new();
    for (key, texts) in every_row.chain(lists) {
        for missing in missing(texts, capture, |_| false, &[]) {
            let (message, help) = match &missing.digest {
                Some(digest) => (format!("rests {}", missing.why()), format!("set its `of` to {digest:?}")),
                None => (
                    format!(
                        "rests on {:?}, which is neither a heading of the page nor a text outside its tables",
                        missing.text
                    ),
                    format!("read the page again, then correct {key} or its `of`"),
                ),
            };
            let diagnostic = Diagnostic::new(codes::CHANGED_BASIS, format!("{key} {message}")).help(help);
            diagnostics.push(diagnostic.at(Place::line(&curation.file, 1)).into());
        }
    }
    diagnostics
}
