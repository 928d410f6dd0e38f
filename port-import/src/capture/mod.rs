//! A capture: what a vendor's page prints, row by row and cell by cell.
//!
//! Captures are kept in the repository as `port-data/captures/<product>.csv`, so that everything after them can be regenerated
//! without the page. [`from_page`] makes one from a page, and [`csv`] reads and writes the file.

pub mod csv;
mod from_page;
mod host;
mod numbers;
mod prose;
mod top_level_domains;

use std::path::PathBuf;

pub use from_page::from_page;
pub use prose::{Prose, host_in};

/// What one page prints.
#[derive(Clone, Debug)]
pub struct Capture {
    /// The file that diagnostics name: the page, or the capture's own file.
    pub file: PathBuf,
    /// The page's tables.
    pub tables: Vec<Table>,
    /// The lines outside the tables: titles, sentences, footnotes.
    pub lines: Vec<Line>,
}

/// A line outside the tables.
#[derive(Clone, Debug)]
pub struct Line {
    /// What is kept of its text.
    pub prose: Prose,
    /// The line number, from 1.
    pub line: usize,
    /// The number of tables that begin above it.
    pub after_tables: usize,
}

/// A table of a page.
#[derive(Clone, Debug)]
pub struct Table {
    /// The heading printed above it.
    pub heading: Option<Cell>,
    /// The column names.
    pub header: Vec<Cell>,
    /// The rows below the header.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number in the whole page, from 1.
    pub number: usize,
    /// The line where it begins.
    pub line: usize,
    /// One cell per column.
    pub cells: Vec<Cell>,
}

/// A text of a page and its line.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The text.
    pub text: Text,
    /// The line number, from 1.
    pub line: usize,
    /// Whether the cell spans from the row above.
    pub spans_from_above: bool,
}

/// The text of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// A fact or a short label, as printed.
    Printed(String),
    /// Prose, of which only the facts are kept.
    Prose(Prose),
}

impl Text {
    /// The printed text; empty for prose.
    #[must_use]
    pub fn printed(&self) -> &str {
        match self {
            Text::Printed(text) => text,
            Text::Prose(_) => "",
        }
    }
}

impl Capture {
    /// All rows, in the page's order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.tables.iter().flat_map(|table| &table.rows)
    }
}
