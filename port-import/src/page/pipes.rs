//! Text captures with a bar before the row's first cell and one after each cell; the first row is the header.
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
//! Nothing but the bar before it tells where a row begins, and nothing at all tells the header from a row, so the
//! cells of each row are counted.

use super::text::{Shape, Source, lines, quote};
use super::{Cell, Hints, Line, MAX_COLUMNS, Page, Problems, Row, Table};

/// Where the reader is.
enum Place {
    /// Outside tables: before the first, or after a line that ended one.
    Outside,
    /// In a row, whose last cell may still wait for its bar.
    Row(Row, Option<Cell>),
    /// In a row that was told as an error: its other lines are part of the same error.
    Lost,
}

struct Reader {
    page: Page,
    /// The heads, once they are known.
    columns: Option<Vec<String>>,
    /// A header has come, and no line since that ends its table.
    is_in_table: bool,
    place: Place,
}

pub(super) fn read(text: &str, hints: &Hints, problems: &mut Problems) -> Page {
    let columns = (!hints.columns.is_empty()).then(|| hints.columns.clone());
    let mut reader = Reader { page: Page::default(), columns, is_in_table: false, place: Place::Outside };
    let lines = lines(text);
    for (at, line) in lines.iter().enumerate() {
        let next = lines.get(at + 1);
        match line.shape() {
            Shape::Rule(_) => reader.end_row(problems),
            Shape::Plain if reader.is_between() => {
                reader.end_row(problems);
                reader.is_in_table = false;
                reader.place = Place::Outside;
                reader.page.loose.push(Line { number: line.number, text: line.text.clone() });
            }
            Shape::Bars(1) if reader.is_between() => {
                // Padding, unless cells follow: then it opens their row.
                if reader.is_in_row() && next.is_some_and(|next| next.shape() == Shape::Cells) {
                    reader.begin_row(line, problems);
                }
            }
            Shape::Bars(2..) | Shape::Cells if line.text.starts_with('|') => {
                reader.begin_row(line, problems);
                reader.cells(line, line.text[1..].trim_start(), problems);
            }
            _ => reader.cells(line, &line.text, problems),
        }
    }
    reader.end_row(problems);
    reader.page
}

impl Reader {
    fn is_in_row(&self) -> bool {
        matches!(self.place, Place::Row(..))
    }

    /// No cell is missing here.
    fn is_between(&self) -> bool {
        match &self.place {
            Place::Outside => true,
            Place::Row(row, cell) => {
                cell.is_none() && self.columns.as_ref().is_some_and(|columns| row.cells.len() == columns.len())
            }
            Place::Lost => false,
        }
    }

    fn begin_row(&mut self, line: &Source, problems: &mut Problems) {
        self.end_row(problems);
        self.place = Place::Row(Row { line: line.number, cells: Vec::new() }, None);
    }

    /// Takes the cells of a line; what stands after its last bar goes on in the next line.
    fn cells(&mut self, line: &Source, text: &str, problems: &mut Problems) {
        let (row, open) = match &mut self.place {
            Place::Lost => return,
            Place::Outside if line.unbarred().contains('|') => {
                problems.push(
                    (line.number, quote(&line.text)),
                    "a bar before the first cell of a row",
                    "put the bar back, or name the page's layout",
                );
                return;
            }
            Place::Outside => {
                self.page.loose.push(Line { number: line.number, text: line.unbarred().to_owned() });
                return;
            }
            Place::Row(row, open) => (row, open),
        };
        let mut parts = text.split('|').map(str::trim).peekable();
        while let Some(part) = parts.next() {
            let is_closed = parts.peek().is_some();
            if !is_closed && part.is_empty() {
                break;
            }
            if self.columns.as_ref().is_some_and(|columns| row.cells.len() == columns.len()) {
                problems.push(
                    (line.number, format!("{} after the last cell of the row at line {}", quote(part), row.line)),
                    format!("{} cells a row, and a bar before the first cell of the next", row.cells.len()),
                    "put back the bar that opens the row, or take out what does not belong to it",
                );
                self.place = Place::Lost;
                return;
            }
            if row.cells.len() == MAX_COLUMNS {
                problems.push(
                    (line.number, format!("more than {MAX_COLUMNS} cells in the row at line {}", row.line)),
                    format!("at most {MAX_COLUMNS}"),
                    "name the page's layout, or its columns in the curation",
                );
                self.place = Place::Lost;
                return;
            }
            let mut cell = open.take().unwrap_or(Cell { line: line.number, ..Cell::default() });
            if !cell.text.is_empty() && !part.is_empty() {
                cell.text.push(' ');
            }
            cell.text.push_str(part);
            if is_closed {
                row.cells.push(cell);
            } else {
                *open = Some(cell);
            }
        }
    }

    /// The row is over: it is a header, or a row of the table.
    fn end_row(&mut self, problems: &mut Problems) {
        let Place::Row(row, open) = std::mem::replace(&mut self.place, Place::Outside) else {
            return;
        };
        if let Some(cell) = open {
            problems.push(
                (cell.line, format!("{} and no bar after it", quote(&cell.text))),
                "a bar after each cell",
                "put the bar back; a sentence stands before or after a whole row",
            );
            return;
        }
        let columns = self.columns.get_or_insert_with(|| row.cells.iter().map(|cell| cell.text.clone()).collect());
        if row.cells.len() != columns.len() {
            problems.push(
                (row.line, format!("a row of {} cells", row.cells.len())),
                format!("{} cells: {}", columns.len(), columns.join(", ")),
                "put back what the capture lost of the row",
            );
        } else if let (Some(cell), false) = (
            row.cells.iter().zip(&*columns).find_map(|(cell, head)| (cell.text != *head).then_some(cell)),
            self.is_in_table,
        ) {
            problems.push(
                (cell.line, format!("{} in the first row of a table", quote(&cell.text))),
                format!("the header: {}", columns.join(", ")),
                "if the vendor renamed a column, rename it in the curation; a line without bars ends a table",
            );
            self.is_in_table = true;
        } else if row.cells.iter().zip(&*columns).all(|(cell, head)| cell.text == *head) {
            let header = row.cells.into_iter().map(|cell| Line { number: cell.line, text: cell.text }).collect();
            self.page.tables.push(Table { heading: None, header, rows: Vec::new() });
            self.is_in_table = true;
        } else if let Some(table) = self.page.tables.last_mut() {
            table.rows.push(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, grid, hints};
    use super::super::{Hints, Layout, read};

    #[test]
    fn rows_are_counted_with_hints_and_without() {
        for hints in [hints(Layout::Pipes), Hints::default()] {
            let page = read(samples::PIPES, Layout::Pipes, &hints).unwrap();
            assert_eq!(
                grid(&page),
                [
                    "6 Mail / Internet / 25 / Any mail server.",
                    "10 Server / Port / 443 / Looks like the header, is none.",
                    "14 Mail / Clients / 465 / Hosts: a.example b.example",
                ]
            );
            assert_eq!(page.tables[0].header[3].number, 5);
            let loose: Vec<_> = page.loose.iter().map(|line| line.number).collect();
            assert_eq!(loose, [1, 19]);
        }
    }

    #[test]
    fn an_empty_cell_is_a_cell() {
        let text = samples::PIPES.replacen("25 |", "|", 1);
        let page = read(&text, Layout::Pipes, &hints(Layout::Pipes)).unwrap();
        assert_eq!(page.tables[0].rows[0].cells[2].text, "");
    }

    #[test]
    fn the_bar_that_opens_a_row_may_stand_alone() {
        let text = "| A |\nB |\n|\nx |\ny |\n|\nv |\nw |\n|\n";
        let columns = vec!["A".to_owned(), "B".to_owned()];
        let hints = Hints { columns, ..Hints::default() };
        let page = read(text, Layout::Pipes, &hints).unwrap();
        assert_eq!(grid(&page), ["3 x / y", "6 v / w"]);
    }
}
