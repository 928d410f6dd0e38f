//! What a regeneration changes: added and removed flows, changed facts, reworded prose, and errors.
//!
//! [`Report`] serializes to the JSON of `--report json`, and displays as the text that a reviewer reads.

mod compare;
mod flow_json;
mod rows;
mod text;

use std::path::Path;

use port_data::{Diagnostic, Place};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::propose::Edit;

pub use compare::EditionFlows;
pub use flow_json::Edition;

/// What a regeneration changes.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The documents that were read.
    pub documents: Vec<Document>,
    /// The pages that weren't read, since `left-out.csv` names their product.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOutPage>,
    /// The drafts that are left out, each as `product@edition`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drafts: Vec<String>,
    /// Everything that is wrong with them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub draft_errors: Vec<ReportedError>,
    /// The editions that are added next to others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub editions: Vec<NewEdition>,
    /// The flows that are added, as JSON.
    pub added: Vec<Value>,
    /// The flows that are removed, as JSON.
    pub removed: Vec<Value>,
    /// The facts that change.
    pub changed: Vec<Change>,
    /// The rows whose prose was reworded, or in which only cells changed that no fact shows. Their changed facts are in `changed`.
    pub reworded: Vec<Reworded>,
    /// The rows without a flow, and the ignored tables, that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_flow: Vec<WithoutFlow>,
    /// The part of the version that must be raised.
    pub bump: Bump,
    /// Everything that is wrong.
    pub errors: Vec<ReportedError>,
    /// The warnings about the new tables.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ReportedError>,
    /// The edits that would resolve some of it.
    #[serde(skip)]
    pub edits: Vec<Edit>,
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
    /// The edition.
    pub edition: String,
    /// The file.
    pub file: String,
    /// The number of rows in its tables.
    pub rows: usize,
    /// The edition as the page prints it, according to `editions.csv`.
    pub printed_edition: String,
    /// The URL of the page.
    pub url: String,
    /// The day on which the page before was retrieved; `unknown` or empty if that isn't known.
    pub retrieved: String,
    /// Whether another page gives another capture than the one before.
    pub changed: bool,
    /// The new facts about the page, by the keys in the JSON of a flow. `id` is the product and the edition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// A page that wasn't read, since the catalog leaves its product out.
#[derive(Debug, Serialize)]
pub struct LeftOutPage {
    /// The product.
    pub product: String,
    /// The file.
    pub file: String,
    /// Why the catalog doesn't have it.
    pub reason: String,
}

/// An edition that is added next to others of its product, and how its flows compare with those of the edition next to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewEdition {
    /// The product.
    pub product: String,
    /// The edition.
    pub edition: String,
    /// Whether it is now the newest one.
    pub replaces: bool,
    /// The edition with which it is compared: the one before it or, if it is the oldest, the one after it.
    pub other: String,
    /// The number of flows with the same facts.
    pub unchanged: usize,
    /// The number of flows with other facts.
    pub changed: usize,
    /// The number of flows that the other edition doesn't have.
    pub added: usize,
    /// The number of flows that only the other edition has.
    pub missing: usize,
}

/// A changed fact of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The flow, with its edition if that isn't the newest one: `fortimail-in-admin@5.4`.
    pub id: String,
    /// The fact, by its key in the JSON of a flow.
    pub field: String,
    /// The old value, as the table writes it.
    pub before: String,
    /// The new value.
    pub after: String,
}

/// A row without a flow, or an ignored table, that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WithoutFlow {
    /// The edition: `product@edition`.
    pub edition: String,
    /// The table and the printed cells before; of prose, its digest. Empty if the row is new.
    pub before: String,
    /// The same after. Empty if the row is removed.
    pub after: String,
}

/// A row whose prose was reworded, or in which only a cell changed that no fact shows.
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bump {
    /// Nothing changes.
    #[default]
    None,
    /// A fact changes.
    Patch,
    /// A flow or an edition is added, or the newest edition no longer has a flow.
    Minor,
    /// The id of a flow is removed.
    Major,
}

impl Report {
    /// Adds diagnostics.
    pub fn add_errors(&mut self, diagnostics: Vec<Diagnostic>, root: &Path) {
        self.errors.extend(reported(diagnostics, root));
    }

    /// Whether no file changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// Diagnostics, each once, ordered by file and line. Paths become relative to `root`.
pub fn reported(mut diagnostics: Vec<Diagnostic>, root: &Path) -> Vec<ReportedError> {
    diagnostics.sort();
    diagnostics.dedup();
    let prefix = format!("{}/", Place::file(root));
    let reported = |diagnostic: Diagnostic| {
        let message = diagnostic.text().replace(&prefix, "");
        let place = diagnostic.place.relative_to(root);
        ReportedError {
            file: place.file.display().to_string(),
            line: place.line,
            column: Some(place.column).filter(|column| *column > 0),
            code: diagnostic.code.id,
            message,
        }
    };
    diagnostics.into_iter().map(reported).collect()
}
