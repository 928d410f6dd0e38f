//! What a regeneration changes: added and removed flows, changed facts, reworded prose, and errors.
//!
//! [`Report`] serializes to the JSON of `--report json`, and displays as the text that a reviewer reads.

mod flow_json;
mod text;

use std::collections::BTreeMap;
use std::path::Path;

use port_data::schema::FLOWS;
use port_data::{Diagnostic, FlowRow, Place};
use serde::Serialize;
use serde_json::Value;

use crate::capture::{Capture, Row, Text};

pub use flow_json::Product;
use flow_json::{field, flow_json};

/// What a regeneration changes.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The documents that were read.
    pub documents: Vec<Document>,
    /// The flows that are added, as JSON.
    pub added: Vec<Value>,
    /// The flows that are removed, as JSON.
    pub removed: Vec<Value>,
    /// The facts that change.
    pub changed: Vec<Change>,
    /// The rows whose prose was reworded. Their changed facts are in `changed`.
    pub reworded: Vec<Reworded>,
    /// The part of the version that must be raised.
    pub bump: Bump,
    /// Everything that is wrong.
    pub errors: Vec<ReportedError>,
    /// The files that change.
    #[serde(skip)]
    pub files: Vec<String>,
    /// The files that were written before an error stopped the rest.
    #[serde(skip)]
    pub written: Vec<String>,
}

/// A document that was read.
#[derive(Debug, Serialize)]
pub struct Document {
    /// The product.
    pub product: String,
    /// The file.
    pub file: String,
    /// The number of rows in its tables.
    pub rows: usize,
}

/// A changed fact of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The flow.
    pub id: String,
    /// The fact, by its key in the JSON of a flow.
    pub field: String,
    /// The old value, as the table writes it.
    pub before: String,
    /// The new value.
    pub after: String,
}

/// A row whose prose was reworded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reworded {
    /// The flow.
    pub id: String,
    /// The row.
    pub row: u32,
}

/// A diagnostic in the JSON of the report.
#[derive(Debug, Serialize)]
pub struct ReportedError {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 for the whole file.
    pub line: usize,
    /// The column in characters, from 1; absent for the whole line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The kind of diagnostic.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

/// The part of the data's version that must be raised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bump {
    /// Nothing changes.
    #[default]
    None,
    /// A fact changes.
    Patch,
    /// A flow is added.
    Minor,
    /// A flow is removed.
    Major,
}

impl Report {
    /// Adds the changes of one product's flows.
    pub fn compare(&mut self, product: &Product, before: &[FlowRow], after: &[FlowRow]) {
        let (old, new) = (by_id(before), by_id(after));
        let added = after.iter().filter(|flow| !old.contains_key(flow.id.as_str()));
        let removed = before.iter().filter(|flow| !new.contains_key(flow.id.as_str()));
        self.added.extend(added.map(|flow| flow_json(product, flow)));
        self.removed.extend(removed.map(|flow| flow_json(product, flow)));
        for flow in after {
            let Some(old) = old.get(flow.id.as_str()) else { continue };
            for column in FLOWS {
                let (before, after) = (old.cell(column.name), flow.cell(column.name));
                if before != after {
                    self.changed.push(Change { id: flow.id.clone(), field: field(column.name), before, after });
                }
            }
        }
        self.bump = match (self.removed.is_empty(), self.added.is_empty(), self.changed.is_empty()) {
            (false, _, _) => Bump::Major,
            (_, false, _) => Bump::Minor,
            (_, _, false) => Bump::Patch,
            _ => self.bump,
        };
    }

    /// Adds the flows of one product whose prose was reworded.
    pub fn compare_prose(&mut self, before: (&Capture, &[FlowRow]), after: (&Capture, &[FlowRow])) {
        let [old, new] = [before, after].map(|(capture, flows)| prose_by_flow(capture, flows));
        for (id, (row, prose)) in new {
            if old.get(id).is_some_and(|(_, before)| *before != prose) {
                self.reworded.push(Reworded { id: id.to_string(), row });
            }
        }
        self.reworded.sort_by_key(|reworded| reworded.row);
        if self.bump == Bump::None && !self.reworded.is_empty() {
            self.bump = Bump::Patch;
        }
    }

    /// Adds diagnostics, each once, ordered by file and line. Paths become relative to `root`.
    pub fn add_errors(&mut self, mut diagnostics: Vec<Diagnostic>, root: &Path) {
        diagnostics.sort();
        diagnostics.dedup();
        let prefix = format!("{}/", Place::file(root));
        self.errors.extend(diagnostics.into_iter().map(|diagnostic| {
            let message = diagnostic.text().replace(&prefix, "");
            let place = diagnostic.place.relative_to(root);
            ReportedError {
                file: place.file.display().to_string(),
                line: place.line,
                column: Some(place.column).filter(|column| *column > 0),
                code: diagnostic.code.id,
                message,
            }
        }));
    }

    /// Whether no file changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

fn by_id(flows: &[FlowRow]) -> BTreeMap<&str, &FlowRow> {
    flows.iter().map(|flow| (flow.id.as_str(), flow)).collect()
}

/// The row of each flow and the digests of its prose.
fn prose_by_flow<'a>(capture: &'a Capture, flows: &'a [FlowRow]) -> BTreeMap<&'a str, (u32, Vec<&'a str>)> {
    let digests = |row: &'a Row| {
        let prose = row.cells.iter().filter_map(|cell| match &cell.text {
            Text::Prose(prose) => Some(prose.digest.as_str()),
            Text::Printed(_) => None,
        });
        (row.number, prose.collect::<Vec<_>>())
    };
    let rows: BTreeMap<usize, Vec<&str>> = capture.rows().map(digests).collect();
    let prose = |flow: &'a FlowRow| {
        let digests = rows.get(&usize::try_from(flow.row).ok()?)?;
        Some((flow.id.as_str(), (flow.row, digests.clone())))
    };
    flows.iter().filter_map(prose).collect()
}
