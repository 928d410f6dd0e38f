//! Text captures whose cells end in bars, with a rule below the header and rows broken over lines.
//!
//! ```text
//! The appliance needs these ports.
//! Interface | Port | Direction |
//! ---|---|---|
//! C | 25 | Inbound |
//! P1 (P1 recommended) |
//! 1433 1434 | Outbound |
//! Ports can be changed. |
//! ```
//!
//! A row ends when it has all its cells, so the reader counts cells. A footnote below a table ends in a bar too; it is recognized
//! by what follows it, since the cells after it never make up a row.

use port_data::diagnostic::count;

use super::checks::check_values;
use super::codes;
use super::hints::Hints;
use super::problems::Problems;
use super::table::{Cell, Line, Page, Row, Table};
use super::text::{Shape, SourceLine, add_part, cell_parts, quote, source_lines};

/// A header: the indexes of its first line and of its rule, and the column names.
struct Header {
    start: usize,
    rule: usize,
    names: Vec<Line>,
}

/// What the lines from an index on make up.
enum Gathered {
    /// A row, and the index of the line after it.
    Row(Row, usize),
    /// More cells than columns, by the line with this index.
    TooMany(usize),
    /// The table ends before the row does: these cells are footnotes, or a row that lost some cells.
    TooFew(Vec<Cell>),
}

pub(super) fn read(text: &str, hints: &Hints, problems: &mut Problems) -> Page {
    let lines = source_lines(text);
    let headers = headers(&lines, problems);
    let mut page = Page::default();
    let mut index = 0;
    let ends: Vec<usize> = headers.iter().skip(1).map(|header| header.start).chain([lines.len()]).collect();
    for (header, end) in headers.into_iter().zip(ends) {
        add_text_outside_tables(&lines[index..header.start], &mut page, problems);
        let body = header.rule + 1;
        let mut table = Table { heading: None, header: header.names, rows: Vec::new(), text: None };
        index = body + read_rows(&lines[body..end], &mut table, hints, problems);
        page.tables.push(table);
    }
    add_text_outside_tables(&lines[index..], &mut page, problems);
    page
}

/// Adds sentences, and footnotes, which end in a bar. Lines of bars alone are padding.
fn add_text_outside_tables(lines: &[SourceLine], page: &mut Page, problems: &mut Problems) {
    for line in lines {
        match line.shape() {
            Shape::Bars(_) => {}
            Shape::Cells if line.without_last_bar().contains('|') => {
                let message = format!("cells outside of a table ({})", quote(&line.text));
                let help = "if a row begins here, restore it and the header and rule above it; write a sentence on a line \
                            without bars";
                problems.report(line.number, codes::CELLS_OUTSIDE_TABLE, message, help);
                return;
            }
            _ => page.text_outside_tables.push(line.to_line()),
        }
    }
}

/// Finds each rule, and the lines above it that have as many cells.
fn headers(lines: &[SourceLine], problems: &mut Problems) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    for (rule, line) in lines.iter().enumerate() {
        let Shape::Rule(columns) = line.shape() else {
            continue;
        };
        let previous_body = headers.last().map_or(0, |header| header.rule + 1);
        let mut start = rule;
        let mut cells = 0;
        while cells < columns && start > previous_body && lines[start - 1].text.ends_with('|') {
            start -= 1;
            cells += lines[start].text.matches('|').count();
        }
        if cells != columns {
            let message = format!("rule has {columns} columns, but the header above it has {cells} cells");
            let help =
                "restore what the capture lost of the header, with a bar after each cell, or capture the page again";
            problems.report(line.number, codes::HEADER_RULE, message, help);
            continue;
        }
        let names = lines[start..rule].iter().flat_map(|line| {
            let names = line.without_last_bar().split('|');
            names.map(|name| Line::new(line.number, name.trim()))
        });
        headers.push(Header { start, rule, names: names.collect() });
    }
    headers
}

/// Reads the rows of a table. Returns how many lines it read; the lines after those are outside the table.
fn read_rows(lines: &[SourceLine], table: &mut Table, hints: &Hints, problems: &mut Problems) -> usize {
    let columns = table.header.len();
    let is_known = |cell: &Cell| hints.values.values().any(|values| values.contains(&cell.text));
    let mut index = 0;
    while index < lines.len() && lines[index].shape() != Shape::Plain {
        let line = &lines[index];
        match gather(lines, index, columns) {
            Gathered::Row(row, end) if end - index < columns => {
                // Empty cells may still be filled from above.
                if row.cells.iter().all(|cell| !cell.text.is_empty()) {
                    check_values(&row, &table.header, hints, problems);
                }
                table.rows.push(row);
                index = end;
            }
            // Each cell is on a line of its own. A list of footnotes looks the same.
            Gathered::Row(row, end) => match is_row(&row, &table.header, hints) {
                Some(true) => {
                    table.rows.push(row);
                    index = end;
                }
                Some(false) => return index,
                None => {
                    let message =
                        format!("{} lines of one cell each are either a row or a list of footnotes", end - index);
                    let help = "list the values of a column in the curation, to decide which";
                    problems.report(line.number, codes::AMBIGUOUS, message, help);
                    return lines.len();
                }
            },
            // A footnote, or padding before one.
            Gathered::TooFew(cells) if may_be_footnote(line) && !cells.iter().any(is_known) => return index,
            Gathered::TooFew(cells) => {
                let cells = count(cells.len(), "cell");
                let message = format!("row has {cells} instead of {columns} ({})", quote(&line.text));
                problems.report(line.number, codes::CELL_COUNT, message, RESTORE_ROW);
                return lines.len();
            }
            Gathered::TooMany(place) => {
                let message = format!("row has more than {columns} cells by line {}", lines[place].number);
                problems.report(line.number, codes::CELL_COUNT, message, RESTORE_ROW);
                index = place.max(index + 1);
            }
        }
    }
    index
}

/// What to do about a row with too few or too many cells.
const RESTORE_ROW: &str =
    "restore what the capture lost of the row, with a bar after each cell, or remove what doesn't belong to it";

/// Whether a line is one cell or a lone bar.
fn may_be_footnote(line: &SourceLine) -> bool {
    line.is_one_cell() || line.shape() == Shape::Bars(1)
}

/// Whether the values of the columns show that these cells are a row. `None` if no column has values.
fn is_row(row: &Row, header: &[Line], hints: &Hints) -> Option<bool> {
    let names = header.iter().map(|name| &name.text);
    let mut known = names.zip(&row.cells).filter(|(name, _)| hints.values.contains_key(*name)).peekable();
    known.peek()?;
    Some(known.all(|(name, cell)| hints.allows(name, &cell.text)))
}

/// Takes lines until their cells make up a row.
fn gather(lines: &[SourceLine], start: usize, columns: usize) -> Gathered {
    let mut cells: Vec<Cell> = Vec::with_capacity(columns);
    let mut open: Option<Cell> = None;
    for (index, line) in lines.iter().enumerate().skip(start) {
        if matches!(line.shape(), Shape::Rule(_)) {
            break;
        }
        for (part, is_closed) in cell_parts(&line.text) {
            if cells.len() == columns {
                return Gathered::TooMany(index);
            }
            add_part(&mut open, line.number, part);
            if is_closed {
                cells.extend(open.take());
            }
        }
        if cells.len() == columns {
            return Gathered::Row(Row { line: lines[start].number, cells }, index + 1);
        }
    }
    Gathered::TooFew(cells)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, hints, read, rows_as_text};
    use super::super::{Hints, Layout};

    #[test]
    fn broken_rows_are_joined_and_footnotes_are_outside_tables() {
        let page = read(samples::BROKEN, Layout::Broken, &hints(Layout::Broken)).unwrap();
        assert_eq!(
            rows_as_text(&page),
            [
                "5 C / 25 / Inbound / Mail",
                "6 P1 (P1 recommended) / 6671* / Inbound / Proxy used by the console",
                "9 P1 / 80 / Inbound / Web",
                "14 C / 1700– 1715* / Outbound / Status",
                "17 P1 / 1433 1434 / Outbound / Log store"
            ]
        );
        let outside: Vec<_> = page.text_outside_tables.iter().map(|line| (line.number, line.text.as_str())).collect();
        assert_eq!(
            outside,
            [
                (1, "Example ports"),
                (2, "Made up."),
                (10, "6671 can be changed."),
                (11, "To the store:"),
                (21, "The range is the default."),
            ]
        );
    }

    #[test]
    fn a_curated_heading_is_moved_to_its_table() {
        let mut hints = hints(Layout::Broken);
        hints.headings = vec!["To the store:".to_owned()];
        let page = read(samples::BROKEN, Layout::Broken, &hints).unwrap();
        assert_eq!(page.tables[0].heading, None);
        assert_eq!(page.tables[1].heading.as_ref().unwrap().number, 11);
        assert!(page.text_outside_tables.iter().all(|line| line.number != 11));
    }

    #[test]
    fn a_list_of_footnotes_needs_a_column_with_values() {
        let text = "A | B |\n---|---|\nx | y |\nfirst note |\nsecond note |\n";
        let mut hints = Hints::default();
        let errors = read(text, Layout::Broken, &hints).unwrap_err();
        assert_eq!(errors[0].place.line, 4, "{}", errors[0]);
        hints.values.insert("B".to_owned(), vec!["y".to_owned()]);
        assert_eq!(read(text, Layout::Broken, &hints).unwrap().text_outside_tables.len(), 2);
    }

    #[test]
    fn padding_is_moved_to_spanning_columns_only_if_values_decide() {
        let text = "A | B | C |\n---|---|---|\nhost | 25 | in |\n26 | in | |\n| 27 | in |\n";
        let mut hints = Hints { spanning: vec!["A".to_owned()], ..Default::default() };
        assert_eq!(read(text, Layout::Broken, &hints).unwrap_err()[0].place.line, 4);
        hints.values.insert("C".to_owned(), vec!["in".to_owned()]);
        hints.values.insert("A".to_owned(), vec!["host".to_owned()]);
        let page = read(text, Layout::Broken, &hints).unwrap();
        assert_eq!(rows_as_text(&page), ["3 host / 25 / in", "4 ^host / 26 / in", "5 ^host / 27 / in"]);
    }
}
