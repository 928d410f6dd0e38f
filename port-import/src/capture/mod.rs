//! A capture: what a vendor's page prints, row by row and cell by cell.
//!
//! Captures are kept in the repository as `port-data/captures/<product>.csv`, so that everything after them can be regenerated
//! without the page. [`from_page`] makes one from a page, and [`csv`] reads and writes the file.

pub mod csv;
mod from_page;
mod host;
mod numbers;
mod outside;
mod positions;
mod prose;
mod top_level_domains;

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::page::PrintedTable;

pub use from_page::{from_page, text_of_cell};
pub use outside::{facts, has_facts};
pub use positions::TextPositions;
pub use prose::{Prose, host_in, numbers_in_text};

/// What one page prints.
#[derive(Clone, Debug)]
pub struct Capture {
    /// The file that diagnostics name: the page, or the capture's own file.
    pub file: PathBuf,
    /// The page's tables.
    pub tables: Vec<Table>,
    /// The text outside the tables: titles, paragraphs, footnotes.
    pub texts: Vec<OutsideText>,
    /// The digest of the page's file, if that is known. With another curation, the same file gives another capture.
    pub page: Option<String>,
}

/// Text outside the tables: the rest of what is printed between two tables or headings, or a paragraph with a number or a host.
#[derive(Clone, Debug)]
pub struct OutsideText {
    /// What is kept of it.
    pub prose: Prose,
    /// The number of the line where it begins, from 1.
    pub line: usize,
    /// The number of tables that begin above it.
    pub after_tables: usize,
    /// Its words, if a page was read. They aren't kept.
    pub words: Option<String>,
}

/// A table of a page.
#[derive(Clone, Debug)]
pub struct Table {
    /// The heading printed above it.
    pub heading: Option<Cell>,
    /// The digest of the text that prints its rows, if it isn't a table of the page.
    pub text: Option<String>,
    /// The column names.
    pub header: Vec<Cell>,
    /// The rows below the header; none if the table is ignored.
    pub rows: Vec<Row>,
    /// The rows of an ignored table, together.
    pub ignored: Option<Prose>,
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
    /// The footnote marks in superscript, which aren't part of the text.
    pub marks: Vec<String>,
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

    /// The digest and the facts, of a printed text too.
    #[must_use]
    pub fn to_prose(&self) -> Prose {
        match self {
            Text::Printed(text) => Prose::digest(text),
            Text::Prose(prose) => prose.clone(),
        }
    }
}

impl Table {
    /// Its heading and column names.
    #[must_use]
    pub fn printed(&self) -> PrintedTable<'_> {
        PrintedTable {
            text: self.text.as_deref(),
            heading: self.heading.as_ref().map_or("", |heading| heading.text.printed()),
            header: self.header.iter().map(|name| name.text.printed()).collect(),
        }
    }
}

impl Capture {
    /// The heading of the table above a text or, without a heading, its column names; `None` above the first table.
    #[must_use]
    pub fn below(&self, text: &OutsideText) -> Option<String> {
        self.names_above(text).next()
    }

    /// The names of all tables above a text, from the nearest one on: headings or column names.
    pub fn names_above(&self, text: &OutsideText) -> impl Iterator<Item = String> {
        self.tables.iter().take(text.after_tables).rev().map(|table| {
            let table = table.printed();
            if table.heading.is_empty() { table.header.join(" | ") } else { table.heading.to_string() }
        })
    }

    /// The texts that print rows of tables, as indexes. If a text is on the page several times, the rows are of the first one.
    #[must_use]
    pub fn texts_with_rows(&self) -> BTreeSet<usize> {
        let digests = self.tables.iter().filter_map(|table| table.text.as_ref());
        let index = |digest: &String| self.texts.iter().position(|text| text.prose.digest == *digest);
        digests.filter_map(index).collect()
    }

    /// Whether the text outside the rows contains a heading or a text with a digest.
    #[must_use]
    pub fn contains_outside(&self, text: &str) -> bool {
        let is_heading = |table: &Table| table.heading.as_ref().is_some_and(|heading| heading.text.printed() == text);
        self.texts.iter().any(|outside| outside.prose.digest == text) || self.tables.iter().any(is_heading)
    }

    /// All rows, in the page's order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.tables.iter().flat_map(|table| &table.rows)
    }
}
