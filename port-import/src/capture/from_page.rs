//! Makes a capture from a page, with prose reduced to digests.

use std::path::Path;

use port_data::{Diagnostic, Place};

use super::csv::PROSE;
use super::outside::texts;
use super::{Capture, Cell, Prose, Row, Table, Text};
use crate::codes;
use crate::curation::{Column, Curation, Lost, Meaning};
use crate::page::{self, Layout, Page, PrintedTable};

/// The number of words up to which a cell is a label. A longer one is a sentence, which belongs to the vendor.
const MAX_LABEL_WORDS: usize = 8;

/// Makes the capture of a page. All text outside the tables is prose.
///
/// # Errors
///
/// A cell begins like prose in a capture, so that the two couldn't be distinguished; or a cell that the curation lists as lost
/// isn't there or isn't empty.
pub fn from_page(page: &Page, file: &Path, layout: Layout, curation: &Curation) -> Result<Capture, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let mut tables = Vec::new();
    let mut number = 0;
    let printed_tables: Vec<PrintedTable<'_>> = page.tables.iter().map(page::Table::printed).collect();
    let entries = curation.match_tables(&printed_tables);
    for (table, entry) in page.tables.iter().zip(&entries) {
        let entry = entry.map(|index| curation.tables[index].get_ref());
        let columns = entry.map_or(&[][..], |entry| curation.columns_of(entry));
        let is_ignored = entry.is_some_and(|entry| entry.ignore.is_some());
        let mut rows = Vec::new();
        for row in table.rows.iter().filter(|_| !is_ignored) {
            number += 1;
            let cells = row.cells.iter().enumerate().map(|(index, cell)| {
                if cell.text.starts_with(PROSE) {
                    let message = format!("cell {:?} begins with {PROSE:?}, which marks prose in captures", cell.text);
                    let diagnostic = Diagnostic::new(codes::RESERVED_WORD, message).help("change the saved page");
                    diagnostics.push(diagnostic.at(Place::line(file, cell.line)));
                }
                let text = text_of_cell(columns.get(index), &cell.text);
                Cell { text, line: cell.line, spans_from_above: cell.spans_from_above, marks: cell.marks.clone() }
            });
            rows.push(Row { number, line: row.line, cells: cells.collect() });
        }
        let words = || table.rows.iter().flat_map(|row| &row.cells).map(|cell| cell.text.as_str());
        tables.push(Table {
            heading: table.heading.as_ref().map(printed),
            text: table.text.clone(),
            header: table.header.iter().map(printed).collect(),
            rows,
            ignored: is_ignored.then(|| Prose::digest(&words().collect::<Vec<_>>().join(" "))),
        });
    }
    let mut capture = Capture { file: file.to_path_buf(), tables, texts: texts(page), page: None };
    capture.empty_lost_cells(curation, &entries, layout, &mut diagnostics);
    if diagnostics.is_empty() { Ok(capture) } else { Err(diagnostics) }
}

/// What a capture keeps of a cell in a column.
#[must_use]
pub fn text_of_cell(column: Option<&Column>, text: &str) -> Text {
    if is_prose(column, text) { Text::Prose(Prose::digest(text)) } else { Text::Printed(text.to_string()) }
}

/// Whether a cell is prose, of which only the digest and the facts are kept. Port cells contain nothing but facts.
fn is_prose(column: Option<&Column>, text: &str) -> bool {
    let words = text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
    match column.map(|column| (column.is, column)) {
        _ if text.is_empty() => false,
        Some((Meaning::Note, _)) => true,
        Some((Meaning::Customization, column)) => !column.means.contains_key(text),
        Some((meaning, _)) if meaning.is_ports() => false,
        Some((_, column)) => words > MAX_LABEL_WORDS && !column.means.contains_key(text),
        None => words > MAX_LABEL_WORDS,
    }
}

/// A line of a page as a cell.
fn printed(line: &page::Line) -> Cell {
    Cell { text: Text::Printed(line.text.clone()), line: line.number, spans_from_above: false, marks: Vec::new() }
}

impl Capture {
    /// Empties the cells that a text capture lost. Its layout shows them like cells that span from above.
    fn empty_lost_cells(
        &mut self,
        curation: &Curation,
        entries: &[Option<usize>],
        layout: Layout,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let file = self.file.clone();
        for entry in &curation.lost {
            let lost = entry.get_ref();
            for label in &lost.labels {
                diagnostics.extend(match self.lost_cell(curation, entries, lost, label) {
                    Some(cell) if is_empty(cell, layout) => {
                        cell.spans_from_above = false;
                        cell.text = Text::Printed(String::new());
                        None
                    }
                    Some(cell) => {
                        let message = format!("lost cell isn't empty (found {:?})", cell.text.printed());
                        let help = format!("remove its label from {}", curation.place(entry));
                        let diagnostic = Diagnostic::new(codes::LOST_CELL, message).help(help);
                        Some(diagnostic.at(Place::line(&file, cell.line)))
                    }
                    None => {
                        let message = format!("not exactly one row in {:?} has the label {label:?}", lost.section);
                        let diagnostic = Diagnostic::new(codes::LOST_CELL, message);
                        Some(diagnostic.help("correct the label, or remove it").at(curation.place(entry)))
                    }
                });
            }
        }
    }

    /// The lost cell of the only row in its section that has a label.
    fn lost_cell(
        &mut self,
        curation: &Curation,
        entries: &[Option<usize>],
        lost: &Lost,
        label: &str,
    ) -> Option<&mut Cell> {
        let mut found = None;
        for (table, entry) in self.tables.iter_mut().zip(entries) {
            let Some(entry) = entry.map(|index| curation.tables[index].get_ref()) else { continue };
            if entry.section.as_deref() != Some(&lost.section) {
                continue;
            }
            let columns = curation.columns_of(entry);
            let position = |is: &dyn Fn(&Column) -> bool| columns.iter().position(is);
            let column = position(&|column| column.head == lost.column)?;
            let label_column = position(&|column| column.is == Meaning::Label)?;
            for row in &mut table.rows {
                if row.cells.get(label_column).is_some_and(|cell| cell.text.printed() == label) {
                    if found.is_some() {
                        return None;
                    }
                    found = row.cells.get_mut(column);
                }
            }
        }
        found
    }
}

/// Whether a cell may have been lost: the page prints nothing, or only a text capture says that it spans from above.
fn is_empty(cell: &Cell, layout: Layout) -> bool {
    cell.text.printed().is_empty() || cell.spans_from_above && !layout.prints_spans()
}
