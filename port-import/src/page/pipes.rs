//! Text captures with a bar before the first cell of a row and one after each cell. The first row is the header.
//!
//! ```text
//! | Server |
//! From |
//! Port |
//! | Mail |
//! Internet |
//! 25 |
//! | Mail |
//! Clients |
//! 587 or, where that
//! is closed, 465 |
//! ```
//!
//! Only the bar before a row shows where it begins, and nothing distinguishes the header from a row, so the reader counts the
//! cells of each row.

use port_data::diagnostic::count;

use super::checks::RENAME_COLUMN;
use super::codes;
use super::hints::Hints;
use super::limits::MAX_COLUMNS;
use super::problems::Problems;
use super::table::{Cell, Line, Page, Row, Table};
use super::text::{Shape, SourceLine, add_part, cell_parts, quote, source_lines};

/// Where the reader is.
enum State {
    /// Outside tables: before the first one, or after a line that ended one.
    OutsideTables,
    /// In a row. Its last cell may still lack its bar.
    InRow(Row, Option<Cell>),
    /// In a row that was reported. Its other lines belong to the same problem.
    InReportedRow,
}

struct Reader {
    page: Page,
    /// The column names, if they are known already.
    columns: Option<Vec<String>>,
    /// Whether a header was read, and no line since then ended its table.
    is_in_table: bool,
    state: State,
}

pub(super) fn read(text: &str, hints: &Hints, problems: &mut Problems) -> Page {
    let columns = (!hints.columns.is_empty()).then(|| hints.columns.clone());
    let mut reader = Reader { page: Page::default(), columns, is_in_table: false, state: State::OutsideTables };
    let lines = source_lines(text);
    for (index, line) in lines.iter().enumerate() {
        let next = lines.get(index + 1);
        match line.shape() {
            Shape::Rule(_) => reader.end_row(problems),
            Shape::Plain if reader.is_between_rows() => {
                reader.end_row(problems);
                reader.is_in_table = false;
                reader.page.text_outside_tables.push(Line::new(line.number, line.text.clone()));
            }
            Shape::Bars(1) if reader.is_between_rows() => {
                // A lone bar is padding, unless cells follow: then it begins their row.
                let is_in_row = matches!(reader.state, State::InRow(..));
                if is_in_row && next.is_some_and(|next| next.shape() == Shape::Cells) {
                    reader.begin_row(line, problems);
                }
            }
            Shape::Bars(2..) | Shape::Cells if line.text.starts_with('|') => {
                reader.begin_row(line, problems);
                reader.add_cells(line, line.text[1..].trim_start(), problems);
            }
            _ => reader.add_cells(line, &line.text, problems),
        }
    }
    reader.end_row(problems);
    reader.page
}

impl Reader {
    /// Whether the reader is outside tables, or the row that it is in is complete.
    fn is_between_rows(&self) -> bool {
        match &self.state {
            State::OutsideTables => true,
            State::InRow(row, open) => {
                open.is_none() && self.columns.as_ref().is_some_and(|columns| row.cells.len() == columns.len())
            }
            State::InReportedRow => false,
        }
    }

    fn begin_row(&mut self, line: &SourceLine, problems: &mut Problems) {
        self.end_row(problems);
        self.state = State::InRow(Row { line: line.number, cells: Vec::new() }, None);
    }

    /// Adds the cells of a line to the row. Text after the last bar continues on the next line.
    fn add_cells(&mut self, line: &SourceLine, text: &str, problems: &mut Problems) {
        let (row, open) = match &mut self.state {
            State::InReportedRow => return,
            State::OutsideTables if line.without_last_bar().contains('|') => {
                let message = format!("cells outside of a row ({})", quote(&line.text));
                let help = "restore the bar before the first cell of the row, or name the page's layout";
                problems.report(line.number, codes::CELLS_OUTSIDE_TABLE, message, help);
                return;
            }
            State::OutsideTables => {
                self.page.text_outside_tables.push(line.to_line());
                return;
            }
            State::InRow(row, open) => (row, open),
        };
        for (part, is_closed) in cell_parts(text) {
            if self.columns.as_ref().is_some_and(|columns| row.cells.len() == columns.len()) {
                let message = format!(
                    "{} follows the last cell of the row at line {}, which has {} cells",
                    quote(part),
                    row.line,
                    row.cells.len()
                );
                let help =
                    "restore the bar before the first cell of the next row, or remove what doesn't belong to the row";
                problems.report(line.number, codes::CELL_COUNT, message, help);
                self.state = State::InReportedRow;
                return;
            }
            if row.cells.len() == MAX_COLUMNS {
                let message = format!("row at line {} has more than {MAX_COLUMNS} cells", row.line);
                let help = "name the page's layout, or its columns in the curation";
                problems.report(line.number, codes::TOO_LARGE, message, help);
                self.state = State::InReportedRow;
                return;
            }
            add_part(open, line.number, part);
            if is_closed {
                row.cells.extend(open.take());
            }
        }
    }

    /// Ends the row, if the reader is in one, and adds it as a header or as a row of the table.
    fn end_row(&mut self, problems: &mut Problems) {
        let State::InRow(row, open) = std::mem::replace(&mut self.state, State::OutsideTables) else {
            return;
        };
        if let Some(cell) = open {
            let message = format!("no bar after the cell {}", quote(&cell.text));
            let help = "restore the bar; write a sentence before or after a whole row";
            problems.report(cell.line, codes::MISSING_BAR, message, help);
            return;
        }
        let columns = self.columns.get_or_insert_with(|| row.cells.iter().map(|cell| cell.text.clone()).collect());
        if row.cells.len() != columns.len() {
            let (found, expected) = (row.cells.len(), columns.len());
            let found = count(found, "cell");
            let message = format!("row has {found} instead of {expected} ({})", columns.join(", "));
            problems.report(row.line, codes::CELL_COUNT, message, "restore what the capture lost of the row");
            return;
        }
        let not_in_header = row.cells.iter().zip(&*columns).find(|(cell, name)| cell.text != **name);
        match not_in_header {
            None => {
                let header = row.cells.into_iter().map(|cell| Line::new(cell.line, cell.text)).collect();
                self.page.tables.push(Table { heading: None, header, rows: Vec::new(), text: None });
                self.is_in_table = true;
            }
            Some((cell, name)) if !self.is_in_table => {
                let message = format!(
                    "unexpected column {} instead of {} in the first row of a table",
                    quote(&cell.text),
                    quote(name)
                );
                let help = format!("{RENAME_COLUMN}; a line without bars ends a table");
                problems.report(cell.line, codes::UNEXPECTED_COLUMN, message, help);
                self.is_in_table = true;
            }
            Some(_) => {
                if let Some(table) = self.page.tables.last_mut() {
                    table.rows.push(row);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, hints, read, rows_as_text};
    use super::super::{Hints, Layout};

    #[test]
    fn rows_are_counted_with_and_without_hints() {
        for hints in [hints(Layout::Pipes), Hints::default()] {
            let page = read(samples::PIPES, Layout::Pipes, &hints).unwrap();
            assert_eq!(
                rows_as_text(&page),
                [
                    "6 Mail / Internet / 25 / Any mail server.",
                    "10 Server / Port / 443 / Looks like the header, is none.",
                    "14 Mail / Clients / 465 / Hosts: a.example b.example",
                ]
            );
            assert_eq!(page.tables[0].header[3].number, 5);
            let outside: Vec<_> = page.text_outside_tables.iter().map(|line| line.number).collect();
            assert_eq!(outside, [1, 19]);
        }
    }

    #[test]
    fn a_cell_may_be_empty() {
        let text = samples::PIPES.replacen("25 |", "|", 1);
        let page = read(&text, Layout::Pipes, &hints(Layout::Pipes)).unwrap();
        assert_eq!(page.tables[0].rows[0].cells[2].text, "");
    }

    #[test]
    fn the_bar_before_a_row_may_be_on_a_line_of_its_own() {
        let text = "| A |\nB |\n|\nx |\ny |\n|\nv |\nw |\n|\n";
        let columns = vec!["A".to_owned(), "B".to_owned()];
        let hints = Hints { columns, ..Hints::default() };
        let page = read(text, Layout::Pipes, &hints).unwrap();
        assert_eq!(rows_as_text(&page), ["3 x / y", "6 v / w"]);
    }
}
