//! Text captures with one cell per line, ended by a bar.
//!
//! A table begins with a row that consists of one cell over the full width, its heading. A rule and the header follow:
//!
//! ```text
//! Inbound |
//! ||
//! ---|---|---
//! Purpose |
//! Port |
//! |
//! Mail client |
//! Send mail |
//! TCP/25 |
//! Fetch mail |
//! TCP/110 |
//! |
//! ```
//!
//! A row that lacks its first cell is followed by a lone bar. In the header that is a column without a name; in a row it is a
//! cell that spans from above. A first cell that the capture lost looks the same. The reader then sets `spans_from_above`, with
//! an empty text in the first row, and the curation decides.

use port_data::diagnostic::count;

use super::codes;
use super::hints::Hints;
use super::problems::Problems;
use super::spans::Repeater;
use super::table::{Cell, Line, Page, Row, Table};
use super::text::{Shape, SourceLine, quote, source_lines};

/// The beginning of a table, as indexes of lines.
struct TableStart {
    heading: usize,
    body: usize,
    columns: usize,
}

/// A row: the lines of its cells, and how many of its first cells are missing.
struct PrintedRow {
    cells: Vec<usize>,
    missing: usize,
    /// The number of its first line.
    line: usize,
    /// The index of the line after it.
    end: usize,
}

pub(super) fn read(text: &str, hints: &Hints, problems: &mut Problems) -> Page {
    let lines = source_lines(text);
    let starts = table_starts(&lines, hints, problems);
    let mut page = Page::default();
    let mut repeater = Repeater::new();
    let mut index = 0;
    for (number, start) in starts.iter().enumerate() {
        add_text_outside_tables(&lines[index..start.heading], &mut page);
        let end = starts.get(number + 1).map_or(lines.len(), |next| next.heading);
        let reader = TableReader { lines: &lines[..end], start, hints };
        index = match reader.read(&mut repeater, problems) {
            Some((table, rest)) => {
                page.tables.push(table);
                rest
            }
            None => end,
        };
    }
    add_text_outside_tables(&lines[index..], &mut page);
    page
}

/// Lines of bars alone are padding.
fn add_text_outside_tables(lines: &[SourceLine], page: &mut Page) {
    let text = lines.iter().filter(|line| !matches!(line.shape(), Shape::Bars(_)));
    page.text_outside_tables.extend(text.map(SourceLine::to_line));
}

/// Finds each rule with the bars above it that fill the row of the heading, and the heading above those.
fn table_starts(lines: &[SourceLine], hints: &Hints, problems: &mut Problems) -> Vec<TableStart> {
    let mut starts: Vec<TableStart> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Shape::Rule(columns) = line.shape() else {
            continue;
        };
        let mut top = index;
        let mut bars = 0;
        while let Some(Shape::Bars(more)) = top.checked_sub(1).map(|above| lines[above].shape()) {
            bars += more;
            top -= 1;
        }
        let previous_body = starts.last().map_or(0, |start| start.body);
        let heading = top.checked_sub(1).filter(|&above| above >= previous_body && lines[above].is_one_cell());
        match heading {
            Some(heading) if bars + 1 == columns => {
                check_heading(&lines[heading], hints, problems);
                starts.push(TableStart { heading, body: index + 1, columns });
            }
            _ => {
                let message = format!(
                    "rule over {columns} columns needs {} bars above it, and a heading with a bar after it above those \
                     (found {})",
                    columns - 1,
                    count(bars, "bar")
                );
                problems.report(line.number, codes::HEADER_RULE, message, "capture the page again, or name its layout");
            }
        }
    }
    starts
}

fn check_heading(line: &SourceLine, hints: &Hints, problems: &mut Problems) {
    let heading = line.without_last_bar();
    if !hints.headings.is_empty() && !hints.headings.iter().any(|known| known == heading) {
        let message = format!("unexpected heading {} (expected {})", quote(heading), hints.headings.join(" or "));
        let help = "if the vendor renamed the table or added one, change the headings in the curation";
        problems.report(line.number, codes::UNEXPECTED_HEADING, message, help);
    }
}

/// Reads one table from the lines up to the next one.
struct TableReader<'a> {
    lines: &'a [SourceLine],
    start: &'a TableStart,
    hints: &'a Hints,
}

impl TableReader<'_> {
    /// The table, and the index of the line after it.
    fn read(&self, repeater: &mut Repeater, problems: &mut Problems) -> Option<(Table, usize)> {
        let Self { lines, start, .. } = *self;
        let printed_header = self.printed_row(start.body, problems)?;
        let unnamed = Line::new(printed_header.line, "");
        let names = printed_header.cells.iter().map(|&index| lines[index].to_line());
        let header = std::iter::repeat_n(unnamed, printed_header.missing).chain(names).collect();
        let mut table = Table { heading: Some(lines[start.heading].to_line()), header, rows: Vec::new(), text: None };
        let mut index = printed_header.end;
        while index < lines.len() && lines[index].shape() != Shape::Plain {
            let printed = self.printed_row(index, problems)?;
            let row = self.row(&printed, &table, repeater, problems)?;
            table.rows.push(row);
            index = printed.end;
        }
        Some((table, index))
    }

    /// A row with its missing cells repeated from the row above.
    fn row(
        &self,
        printed: &PrintedRow,
        table: &Table,
        repeater: &mut Repeater,
        problems: &mut Problems,
    ) -> Option<Row> {
        let mut cells = Vec::with_capacity(self.start.columns);
        for column in 0..printed.missing {
            if !self.hints.may_span(column, &table.header[column].text) {
                let message = format!(
                    "row lacks {} of its first cells, but the column {} doesn't span",
                    printed.missing,
                    quote(&table.header[column].text)
                );
                let help = "restore the lost cell, or list the column as spanning in the curation";
                problems.report(printed.line, codes::CELL_COUNT, message, help);
                return None;
            }
            // There is nothing above the first row to span from: the capture lost the cell.
            let nothing = Cell::default();
            let above = table.rows.last().map_or(&nothing, |row| &row.cells[column]);
            cells.push(repeater.repeat(above, printed.line, problems)?);
        }
        cells.extend(printed.cells.iter().map(|&index| {
            let Line { number, text, .. } = self.lines[index].to_line();
            Cell { text, line: number, ..Cell::default() }
        }));
        Some(Row { line: printed.line, cells })
    }

    /// The row that begins at an index: one cell per line, then a bar for each first cell that is missing.
    fn printed_row(&self, start: usize, problems: &mut Problems) -> Option<PrintedRow> {
        let (lines, columns) = (self.lines, self.start.columns);
        let mut cells = Vec::new();
        let mut index = start;
        while index < lines.len() && cells.len() < columns && lines[index].is_one_cell() {
            cells.push(index);
            index += 1;
        }
        let mut missing = 0;
        while cells.len() + missing < columns {
            let Some(Shape::Bars(bars)) = lines.get(index).map(SourceLine::shape) else { break };
            missing += bars;
            index += 1;
        }
        if !cells.is_empty() && cells.len() + missing == columns {
            return Some(PrintedRow { line: lines[cells[0]].number, cells, missing, end: index });
        }
        // The line that breaks the row; if the table ends inside the row, its first line.
        let place = lines.get(index).or(lines.get(start)).or(lines.last());
        let (number, found) = place.map_or((0, "nothing".to_owned()), |line| (line.number, quote(&line.text)));
        let (cells, bars) = (count(cells.len(), "cell"), count(missing, "bar"));
        let message = format!("{found} follows {cells} and {bars} of a row, which needs {columns} in total");
        let help = "restore what the capture lost here (one cell per line with a bar after it, and a lone bar after the row \
                    for each cell it lacks), or capture the page again";
        problems.report(number, codes::CELL_COUNT, message, help);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::Layout;
    use super::super::samples::{self, hints, read, rows_as_text};

    #[test]
    fn rows_are_read_with_headings_and_spans() {
        let page = read(samples::BARS, Layout::Bars, &hints(Layout::Bars)).unwrap();
        assert_eq!(page.tables.len(), 2);
        assert_eq!(page.tables[0].heading.as_ref().unwrap().text, "Inbound");
        assert_eq!(
            page.tables[0].header.iter().map(|name| (name.number, name.text.as_str())).collect::<Vec<_>>(),
            [(7, ""), (7, "Purpose"), (8, "Port")]
        );
        assert_eq!(
            rows_as_text(&page),
            [
                "10 Mail client / Send / TCP/25",
                "13 ^Mail client / Fetch / TCP/110",
                "16 Console / Web / TCP/80 or 443",
                "25 Relay / Send / TCP/25 *",
                "28 ^Relay / Names / UDP/53"
            ]
        );
        let outside: Vec<_> = page.text_outside_tables.iter().map(|line| (line.number, line.text.as_str())).collect();
        assert_eq!(outside, [(1, "Example ports"), (2, "![]()"), (31, "* Not always.")]);
    }
}
