//! The diagnostics of rows without a flow, and of flows without a row.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::Path;

use port_data::{Diagnostic, Place};

use super::by_key::Conflict;
use super::known::Known;
use super::renames::Rename;
use crate::codes;
use crate::curation::{self, quote};
use crate::grouped_diagnostics::GroupableDiagnostic;
use crate::printed_row::PrintedRow;
use crate::propose::{self, Edit};
use crate::row_key::{DistinctKeys, row_has_key, write_key};

/// Writes the diagnostics.
pub(super) struct Reporter<'a> {
    pub(super) rows: &'a [PrintedRow],
    /// The page, or its capture.
    pub(super) page: &'a Path,
    pub(super) known: Known<'a>,
    /// Made for the first row that is reported: most pages have none.
    pub(super) keys: OnceCell<DistinctKeys>,
    pub(super) diagnostics: Vec<GroupableDiagnostic>,
    /// The ids that are taken, also by proposed flows.
    pub(super) ids: BTreeSet<String>,
    pub(super) edits: Vec<Edit>,
}

impl Reporter<'_> {
    fn id(&self, flow: usize) -> &str {
        &self.known.flow(flow).id
    }

    /// The key of a row that distinguishes it from the others.
    fn key(&self, row: &PrintedRow) -> String {
        self.keys.get_or_init(|| DistinctKeys::new(self.rows)).write(row)
    }

    fn place(&self, flow: usize) -> Place {
        self.known.flow(flow).place.clone()
    }

    /// The row with its number and cells.
    fn row(&self, row: usize) -> String {
        let row = &self.rows[row];
        format!("row {} ({})", row.number, cells([&row.peer, &row.label, &row.ports]))
    }

    fn report_row(&mut self, row: usize, diagnostic: impl Into<GroupableDiagnostic>) {
        self.diagnostics.push(diagnostic.into().at(Place::line(self.page, self.rows[row].line)));
    }

    pub(super) fn conflict(&mut self, conflict: &Conflict) {
        match conflict {
            Conflict::Contested { row, flow, other } => {
                let message = format!(
                    "{} is the row of {} and has the key of {}",
                    self.row(*row),
                    self.id(*other),
                    self.id(*flow)
                );
                let diagnostic = Diagnostic::new(codes::AMBIGUOUS_ROW, message)
                    .help("make the two keys distinguishable, or remove one flow");
                self.diagnostics.push(diagnostic.at(self.place(*flow)).into());
            }
            Conflict::Indistinct { flows, rows } => {
                let ids: Vec<&str> = flows.iter().map(|flow| self.id(*flow)).collect();
                let numbers: Vec<String> = rows.iter().map(|row| self.rows[*row].number.to_string()).collect();
                let message = format!(
                    "{} of {} {}, and nothing says which belong together: row{} {}",
                    if ids.len() == 1 { "the key" } else { "the keys" },
                    ids.join(", "),
                    if ids.len() == 1 { "fits several rows" } else { "fit the same rows" },
                    if rows.len() == 1 { "" } else { "s" },
                    numbers.join(", ")
                );
                let help = "remove the flow whose row was removed, or add ports or prose to the keys";
                self.report_row(rows[0], Diagnostic::new(codes::AMBIGUOUS_ROW, message).help(help));
            }
            Conflict::Disordered(pairs) => self.disordered(pairs),
        }
    }

    /// Flows that keep their rows in another order. When the capture is read again, only the order would tell them apart.
    fn disordered(&mut self, pairs: &[(usize, usize)]) {
        let rows = pairs.iter().map(|(row, flow)| format!("{} has row {}", self.id(*flow), self.rows[*row].number));
        let message = format!(
            "rows with the same key aren't in the order of their flows any more: {}",
            rows.collect::<Vec<_>>().join(", ")
        );
        let keys = pairs.iter().map(|(row, flow)| {
            format!("row = {{ {} }} in {} for {}", self.key(&self.rows[*row]), self.place(*flow), self.id(*flow))
        });
        let keys = keys.collect::<Vec<_>>().join(", and ");
        let help = format!("set {keys}; or put the flows in the order of their rows");
        let first = pairs.iter().map(|(row, _)| *row).min().unwrap_or_default();
        self.report_row(first, Diagnostic::new(codes::AMBIGUOUS_ROW, message).help(help));
    }

    /// A row that has the key of a flow with another row.
    pub(super) fn extra_row(&mut self, row: usize, flow: usize, flow_row: usize) {
        let other = &self.rows[flow_row];
        let file = Place::file(&self.known.curation.file);
        let key = self.key(&self.rows[row]);
        let repeats = self.rows[row].repeats(other);
        let diagnostic = if repeats {
            let of = format!("row {} on line {}, the row of {}", other.number, other.line, self.id(flow));
            let message = format!("{} repeats {of}", self.row(row));
            let help = format!(
                "if the vendor printed it twice, add [[row]] to {file} with row = {{ {key} }}, repeats = true and no_flow = \"...\""
            );
            let all = format!(
                "if the vendor printed them twice, add [[row]] to {file} for each with its row, repeats = true and no_flow = \"...\""
            );
            let diagnostic = GroupableDiagnostic::from(Diagnostic::new(codes::AMBIGUOUS_ROW, message).help(help));
            diagnostic.among("rows repeat rows of flows", format!("row = {{ {key} }} repeats {of}"), all)
        } else {
            let message = format!(
                "{} has the key of {}, which has {} on line {}",
                self.row(row),
                self.id(flow),
                self.row(flow_row),
                other.line
            );
            let help = format!(
                "set row = {{ {} }} in {}, then add a flow with row = {{ {key} }}",
                self.key(other),
                self.place(flow)
            );
            Diagnostic::new(codes::AMBIGUOUS_ROW, message).help(help).into()
        };
        self.report_row(row, diagnostic);
    }

    /// A row that may be that of a known flow under another name.
    pub(super) fn renamed_row(&mut self, row: usize, rename: &Rename) {
        let flow = rename.flow;
        let mut message = format!("{} looks like a rename of {} ({})", self.row(row), self.id(flow), self.before(flow));
        let old_section = self.known.old(flow).and_then(|old| old.section.as_ref());
        if old_section.is_some() && old_section != self.rows[row].section.as_ref() {
            message += &format!(", which was in the section {:?}", old_section.map_or("", String::as_str));
        }
        for other in &rename.others {
            message += &format!(", or of {} ({})", self.id(*other), self.before(*other));
        }
        let help = format!(
            "if it is, keep the id and set row = {{ {} }} in {}",
            write_key(&self.rows[row], self.known.key(flow)),
            self.place(flow)
        );
        self.report_row(row, Diagnostic::new(codes::RENAMED_ROW, message).help(help));
        if rename.others.is_empty() {
            let edit = propose::renamed_row(self.known.curation, self.known.flow(flow), &self.rows[row]);
            self.edits.push(edit);
        }
    }

    pub(super) fn new_row(&mut self, row: usize) {
        let message = format!("{} has no flow", self.row(row));
        let key = self.key(&self.rows[row]);
        let file = Place::file(&self.known.curation.flows_file);
        let help = format!("add [[flow]] to {file} with an id, row = {{ {key} }} and a purpose");
        let diagnostic = GroupableDiagnostic::from(Diagnostic::new(codes::NEW_ROW, message).help(help));
        let own = format!("{} with row = {{ {key} }}", self.row(row));
        let all = format!("add [[flow]] to {file} for each with an id, its row and a purpose");
        self.report_row(row, diagnostic.among("rows have no flow", own, all));
        self.edits.extend(propose::new_row(self.known.curation, &self.rows[row], &key, &mut self.ids));
    }

    /// A flow whose row isn't on the page, and the new rows that may be its own with other prose.
    pub(super) fn missing_row(&mut self, flow: usize, new_rows: &[usize]) {
        let message = format!("the page has no row for {} ({})", self.id(flow), self.before(flow));
        let key = curation::Row { prose: None, ..self.known.key(flow).clone() };
        let is_reworded = |row: &&usize| {
            !self.rows[**row].prose.is_empty() && row_has_key(&self.rows[**row], &key, self.known.curation)
        };
        let reworded = new_rows.iter().filter(is_reworded).map(|row| {
            let row = &self.rows[*row];
            format!("{:?} (row {})", row.prose[0].digest, row.number)
        });
        let reworded: Vec<String> = reworded.collect();
        let reworded = match reworded.is_empty() {
            true => {
                self.edits.extend(propose::missing_row(self.known.curation, self.known.flow(flow)));
                String::new()
            }
            false => format!("; if only its prose changed, set prose = {} in its key", reworded.join(" or ")),
        };
        let curation::Curation { file, flows_file, .. } = self.known.curation;
        let removal = match file == flows_file {
            true => "remove the flow".to_string(),
            false => format!("list the flow as absent in {}, or remove it from all editions", Place::file(file)),
        };
        let help = format!("if the vendor removed the row, {removal}{reworded}");
        let diagnostic =
            GroupableDiagnostic::from(Diagnostic::new(codes::MISSING_ROW, message).help(help).at(self.place(flow)));
        let removal = match file == flows_file {
            true => "remove the flows".to_string(),
            false => format!("list the flows as absent in {}, or remove them from all editions", Place::file(file)),
        };
        let own = format!("{} ({}{reworded})", self.id(flow), self.before(flow));
        let all = format!("if the vendor removed the rows, {removal}");
        self.diagnostics.push(diagnostic.among("flows have no row on the page", own, all));
    }

    /// A flow that shares the row of what isn't a flow with a row.
    pub(super) fn not_shared(&mut self, flow: usize, id: &str) {
        let message = format!("{} shares the row of {id:?}, which isn't a flow with a row", self.id(flow));
        let help = "name a flow of the edition that has a row key";
        self.diagnostics.push(Diagnostic::new(codes::MISSING_ROW, message).help(help).at(self.place(flow)).into());
    }

    /// What the row of a flow was; its key if that isn't known.
    fn before(&self, flow: usize) -> String {
        if let Some(old) = self.known.old(flow) {
            return format!("was {}", cells([&old.peer, &old.label, &old.ports]));
        }
        let key = self.known.key(flow);
        let parts = [
            ("section", &key.section),
            ("direction", &key.direction.map(|direction| direction.to_string())),
            ("peer", &key.peer),
            ("label", &key.label),
            ("ports", &key.ports),
            ("prose", &key.prose),
        ];
        let parts = parts.into_iter().filter_map(|(name, text)| Some(format!("{name} = {}", quote(text.as_ref()?))));
        format!("its key is {}", parts.collect::<Vec<_>>().join(", "))
    }
}

/// The peer, label and port cells of a row.
fn cells(cells: [&Option<String>; 3]) -> String {
    cells.into_iter().flatten().map(|cell| format!("{cell:?}")).collect::<Vec<_>>().join(" | ")
}
