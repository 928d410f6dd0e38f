//! Edits of curation and table files that would resolve diagnostics, and the patch made from them.
//!
//! The step that reports a diagnostic adds an [`Edit`] next to it, if it knows one. Nothing is edited by the program itself:
//! [`patch`] applies the edits in memory and writes them as a patch for `git apply`, which a person reviews. What the program can't
//! know is marked FIXME. `flows` makes the edits of flows, `toml_file` and `splice` apply them.

mod flows;
mod splice;
mod toml_file;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use port_data::cells::Cells;
use port_data::write::Csv;
use port_data::{Diagnostic, Place};
use similar::TextDiff;

use crate::file;

pub use flows::{changed_marks, changed_ports, missing_row, new_row, renamed_row, unmapped_peer};

use splice::{Splice, apply, lines};
use toml_file::toml_splices;

/// A proposed edit of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file.
    pub file: PathBuf,
    /// What to change in it.
    pub change: Change,
}

/// What to change in a file. Lines are those of the file as it is, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Replace the text of a line.
    Line {
        /// The line.
        line: usize,
        /// The new text, without the line end.
        text: String,
    },
    /// Insert lines below a line.
    Below {
        /// The line; 0 for the beginning of the file.
        line: usize,
        /// The lines, each with its end.
        text: String,
    },
    /// Set a key of the TOML table that begins at a line, such as a `[[line]]`.
    Key {
        /// The line of the table's header.
        line: usize,
        /// The key and its value.
        key: Key,
    },
    /// Add a flow, whose purpose is left to a person.
    NewFlow {
        /// The id.
        id: String,
        /// The key of its row, in TOML.
        row: String,
    },
    /// Set a key of the flow with an id in the file of an edition. If that says nothing about the flow yet, the key is added to `[flow]`.
    FlowKey {
        /// The id.
        id: String,
        /// The key and its value.
        key: Key,
    },
    /// Add a key to a TOML table with a name, such as `[peers]`. A file without such a table gets one.
    TableKey {
        /// The name of the table.
        table: String,
        /// The key and its value.
        key: Key,
    },
    /// List a flow as absent. All absent flows of one patch become one `[[absent]]`, whose reason is left to a person.
    Absent {
        /// The flow's id.
        id: String,
    },
    /// Remove everything that the file of an edition says about the flow with an id.
    RemoveFlow {
        /// The id.
        id: String,
    },
    /// Set a cell of a CSV file.
    Cell {
        /// The line of the row.
        line: usize,
        /// The name of the column.
        column: String,
        /// The new text.
        text: String,
    },
}

/// A key of a TOML table, its value in TOML, and what a person must check, if anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key as TOML writes it: quoted if necessary.
    pub name: String,
    /// The value as TOML writes it.
    pub value: String,
    /// What to check. It becomes a FIXME, so that nothing is generated until somebody has.
    pub check: Option<String>,
}

impl Key {
    /// A key that is certain.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Key {
        Key { name: name.into(), value: value.into(), check: None }
    }

    /// The same with something to check.
    #[must_use]
    pub fn check(self, what: impl Into<String>) -> Key {
        Key { check: Some(what.into()), ..self }
    }
}

impl Edit {
    /// Replaces the text of a line.
    #[must_use]
    pub fn line(place: &Place, text: impl Into<String>) -> Edit {
        Edit { file: place.file.clone(), change: Change::Line { line: place.line, text: text.into() } }
    }

    /// Inserts lines below a line.
    #[must_use]
    pub fn below(place: &Place, text: impl Into<String>) -> Edit {
        Edit { file: place.file.clone(), change: Change::Below { line: place.line, text: text.into() } }
    }

    /// Adds a flow with the key of its row.
    #[must_use]
    pub fn new_flow(file: &Path, id: &str, row: impl Into<String>) -> Edit {
        Edit { file: file.to_path_buf(), change: Change::NewFlow { id: id.to_string(), row: row.into() } }
    }

    /// Sets a key of the TOML table that begins at a place.
    #[must_use]
    pub fn key(place: &Place, key: Key) -> Edit {
        Edit { file: place.file.clone(), change: Change::Key { line: place.line, key } }
    }

    /// Sets a key of the flow with an id in the file of an edition.
    #[must_use]
    pub fn flow_key(file: &Path, id: &str, key: Key) -> Edit {
        Edit { file: file.to_path_buf(), change: Change::FlowKey { id: id.to_string(), key } }
    }

    /// Adds a key to a TOML table with a name.
    #[must_use]
    pub fn table_key(file: &Path, table: &str, key: Key) -> Edit {
        Edit { file: file.to_path_buf(), change: Change::TableKey { table: table.to_string(), key } }
    }

    /// The same edit, but with a new flow in the file of an edition, so that the other editions need no change.
    #[must_use]
    pub fn of_edition(self, file: Option<&Path>) -> Edit {
        match (&self.change, file) {
            (Change::NewFlow { .. }, Some(file)) => Edit { file: file.to_path_buf(), ..self },
            _ => self,
        }
    }

    /// Sets a cell of a CSV file.
    #[must_use]
    pub fn cell(place: &Place, column: &str, text: impl Into<String>) -> Edit {
        let (column, text) = (column.to_string(), text.into());
        Edit { file: place.file.clone(), change: Change::Cell { line: place.line, column, text } }
    }
}

/// The patch of some edits, with paths relative to `root`; empty if nothing changes. If two edits would replace the same text, the
/// first one counts: the diagnostic of the other one is reported again.
///
/// # Errors
///
/// A file can't be read, or isn't valid TOML or CSV.
pub fn patch(edits: &[Edit], root: &Path) -> Result<String, Vec<Diagnostic>> {
    let mut by_file: BTreeMap<&Path, Vec<&Change>> = BTreeMap::new();
    for edit in edits {
        let changes = by_file.entry(&edit.file).or_default();
        if !changes.contains(&&edit.change) {
            changes.push(&edit.change);
        }
    }
    let mut patch = String::new();
    for (file, changes) in by_file {
        let old = file::read(file).map_err(|diagnostic| vec![diagnostic])?;
        let new = edited(file, &old, &changes)?;
        let name = Place::file(file).relative_to(root).to_string();
        let diff = TextDiff::from_lines(&old, &new);
        patch += &diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")).to_string();
    }
    Ok(patch)
}

/// The text of a file after some changes.
fn edited(file: &Path, text: &str, changes: &[&Change]) -> Result<String, Vec<Diagnostic>> {
    let mut splices = Vec::new();
    for change in changes {
        match change {
            Change::Line { line, text: new } => {
                splices.extend(lines(text).nth(line - 1).map(|range| Splice::replace(range, new)));
            }
            Change::Below { line, text: new } => {
                let start = lines(text).nth(*line).map_or(text.len(), |range| range.start);
                splices.push(Splice::insert(start, new));
            }
            Change::Cell { line, column, text: new } => splices.extend(cell_splice(file, text, *line, column, new)?),
            _ => {}
        }
    }
    splices.extend(toml_splices(file, text, changes)?);
    Ok(apply(text, splices))
}

/// Replaces the line of a CSV row by one with another cell. Cells of a column that the file doesn't have can't be set.
fn cell_splice(
    file: &Path,
    text: &str,
    line: usize,
    column: &str,
    new: &str,
) -> Result<Option<Splice>, Vec<Diagnostic>> {
    Ok(set_cells(file, text, line, &[(column, new)])?
        .and_then(|row| Some(Splice::replace(lines(text).nth(line - 1)?, &row))))
}

/// The row of a CSV file at a line with other cells, without a line end; `None` if there is no such row or column. A row of a table
/// is one line, since tables don't contain hidden characters.
///
/// # Errors
///
/// The file isn't a table.
pub fn set_cells(
    file: &Path,
    text: &str,
    line: usize,
    new: &[(&str, &str)],
) -> Result<Option<String>, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let cells = Cells::parse(file, text.as_bytes(), &mut diagnostics);
    let Some(cells) = cells.filter(|_| diagnostics.is_empty()) else { return Err(diagnostics) };
    let Some(row) = cells.rows.iter().find(|row| row.first().is_some_and(|cell| cell.line == line)) else {
        return Ok(None);
    };
    let mut row: Vec<String> = row.iter().map(|cell| cell.text.clone()).collect();
    for (column, text) in new {
        let Some(index) = cells.header.iter().position(|head| head.text == *column) else { return Ok(None) };
        row[index] = (*text).to_string();
    }
    Ok(Some(Csv::new(row).finish().trim_end_matches('\n').to_string()))
}
