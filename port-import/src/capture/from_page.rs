//! Makes a capture from a page, with the columns that the curation calls prose reduced to digests.

use std::path::Path;

use port_data::{Diagnostic, Place};

use super::csv::PROSE;
use super::{Capture, Cell, Line, Prose, Row, Table, Text};
use crate::codes;
use crate::curation::{Curation, Lost, Meaning};
use crate::page::{self, Page};

/// Makes the capture of a page. All text outside the tables is prose.
///
/// # Errors
///
/// A cell begins like prose in a capture, so that the two couldn't be distinguished; or a cell that the curation lists as lost
/// isn't there or isn't empty.
pub fn from_page(page: &Page, file: &Path, curation: &Curation) -> Result<Capture, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    // A line without letters or digits, such as what is left of a picture, has no meaning.
    let with_words = page.text_outside_tables.iter().filter(|line| line.text.chars().any(char::is_alphanumeric));
    let mut lines: Vec<Line> = with_words.map(|line| outside_line(page, &line.text, line.number)).collect();
    let mut tables = Vec::new();
    let mut number = 0;
    for table in &page.tables {
        let mut rows = Vec::new();
        for row in &table.rows {
            number += 1;
            let mut cells = Vec::new();
            for (cell, column) in row.cells.iter().zip(&table.header) {
                lines.extend(cell.footnotes.iter().map(|note| outside_line(page, note, cell.line)));
                let text = match curation.is_prose(&column.text, &cell.text) {
                    true => Text::Prose(Prose::digest(&cell.text)),
                    false => Text::Printed(cell.text.clone()),
                };
                cells.push(Cell { text, line: cell.line, spans_from_above: cell.spans_from_above });
                if cell.text.starts_with(PROSE) {
                    let message = format!("cell {:?} begins with {PROSE:?}, which marks prose in captures", cell.text);
                    let diagnostic = Diagnostic::new(codes::RESERVED_WORD, message).help("change the saved page");
                    diagnostics.push(diagnostic.at(Place::line(file, cell.line)));
                }
            }
            rows.push(Row { number, line: row.line, cells });
        }
        let heading = table.heading.as_ref().map(printed);
        tables.push(Table { heading, header: table.header.iter().map(printed).collect(), rows });
    }
    let mut capture = Capture { file: file.to_path_buf(), tables, lines };
    capture.empty_lost_cells(curation, &mut diagnostics);
    if diagnostics.is_empty() { Ok(capture) } else { Err(diagnostics) }
}

/// A line of a page as a cell.
fn printed(line: &page::Line) -> Cell {
    Cell { text: Text::Printed(line.text.clone()), line: line.number, spans_from_above: false }
}

/// A line outside the tables of a page.
fn outside_line(page: &Page, text: &str, line: usize) -> Line {
    let headers = page.tables.iter().filter_map(|table| table.header.first());
    Line { prose: Prose::digest(text), line, after_tables: headers.filter(|name| name.number < line).count() }
}

impl Capture {
    /// Empties the cells that a text capture lost. Its layout shows them like cells that span from above.
    fn empty_lost_cells(&mut self, curation: &Curation, diagnostics: &mut Vec<Diagnostic>) {
        let file = self.file.clone();
        for entry in &curation.lost {
            let lost = entry.get_ref();
            for label in &lost.labels {
                diagnostics.extend(match self.lost_cell(curation, lost, label) {
                    Some(cell) if cell.spans_from_above || cell.text.printed().is_empty() => {
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
    fn lost_cell(&mut self, curation: &Curation, lost: &Lost, label: &str) -> Option<&mut Cell> {
        let column = curation.columns.iter().position(|column| column.head == lost.column)?;
        let label_column = curation.columns.iter().position(|column| column.is == Meaning::Label)?;
        let tables = self
            .tables
            .iter_mut()
            .zip(&curation.tables)
            .filter(|(_, table)| table.section.as_deref() == Some(&lost.section));
        let mut rows = tables
            .flat_map(|(table, _)| &mut table.rows)
            .filter(|row| row.cells.get(label_column).is_some_and(|cell| cell.text.printed() == label));
        match (rows.next(), rows.next()) {
            (Some(row), None) => row.cells.get_mut(column),
            _ => None,
        }
    }
}
