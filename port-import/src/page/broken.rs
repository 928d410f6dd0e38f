//! Text captures whose cells end in bars, with a rule under the header and rows broken over lines.
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
//! A row ends where its cells are all there, so cells are counted. A footnote under a table ends in a bar too; it is
//! known by what follows, since the count is never reached.

use super::text::{Shape, Source, lines, quote};
use super::{Cell, Hints, Line, Page, Problems, Row, Table, check_values};

/// The header of a table: where in the list of lines it begins, where its rule is, and its heads.
struct Head {
    start: usize,
    rule: usize,
    header: Vec<Line>,
}

/// What the lines from a place on make up.
enum Gathered {
    /// A row, and the place after it.
    Row(Row, usize),
    /// More cells than columns, seen at this place.
    TooMany(usize),
    /// The table ends before the row does, with these cells: footnotes, or a row that lost some.
    TooFew(Vec<Cell>),
}

pub(super) fn read(text: &str, hints: &Hints, problems: &mut Problems) -> Page {
    let lines = lines(text);
    let heads = heads(&lines, problems);
    let mut page = Page::default();
    let mut at = 0;
    let ends: Vec<usize> = heads.iter().skip(1).map(|head| head.start).chain([lines.len()]).collect();
    for (head, end) in heads.into_iter().zip(ends) {
        keep_loose(&lines[at..head.start], &mut page, problems);
        let body = head.rule + 1;
        let mut table = Table { heading: None, header: head.header, rows: Vec::new() };
        at = body + rows(&lines[body..end], &mut table, hints, problems);
        page.tables.push(table);
    }
    keep_loose(&lines[at..], &mut page, problems);
    page
}

/// Lines outside tables: sentences, and footnotes, which end in a bar. Bars alone are padding.
fn keep_loose(outside: &[Source], page: &mut Page, problems: &mut Problems) {
    for line in outside {
        match line.shape() {
            Shape::Bars(_) => {}
            Shape::Cells if line.unbarred().contains('|') => {
                problems.push(
                    (line.number, quote(&line.text)),
                    "cells only in a table, under a header and its rule",
                    "if a row begins here, put it back in one piece; a sentence stands on a line without bars",
                );
                return;
            }
            _ => page.loose.push(Line { number: line.number, text: line.unbarred().to_owned() }),
        }
    }
}

/// Over each rule the lines that have as many cells as it.
fn heads(lines: &[Source], problems: &mut Problems) -> Vec<Head> {
    let mut heads: Vec<Head> = Vec::new();
    for (rule, line) in lines.iter().enumerate() {
        let Shape::Rule(columns) = line.shape() else {
            continue;
        };
        let floor = heads.last().map_or(0, |head| head.rule + 1);
        let mut start = rule;
        let mut cells = 0;
        while cells < columns && start > floor && lines[start - 1].text.ends_with('|') {
            start -= 1;
            cells += lines[start].text.matches('|').count();
        }
        if cells != columns {
            problems.push(
                (line.number, format!("a rule over {columns} columns under a header of {cells} cells")),
                "as many cells in the header, each with a bar after it",
                "put back what the capture lost of the header, or capture the page again",
            );
            continue;
        }
        let header = lines[start..rule].iter().flat_map(|line| {
            line.unbarred().split('|').map(|head| Line { number: line.number, text: head.trim().to_owned() })
        });
        heads.push(Head { start, rule, header: header.collect() });
    }
    heads
}

/// Reads the rows of a table, and says how many lines they took.
fn rows(lines: &[Source], table: &mut Table, hints: &Hints, problems: &mut Problems) -> usize {
    let heads: Vec<&str> = table.header.iter().map(|head| head.text.as_str()).collect();
    let is_known = |cell: &Cell| hints.values.values().any(|values| values.contains(&cell.text));
    let mut at = 0;
    while at < lines.len() && lines[at].shape() != Shape::Plain {
        let line = &lines[at];
        match gather(lines, at, heads.len()) {
            Gathered::Row(row, end) if end - at < heads.len() => {
                // Empty cells may yet be filled from above.
                if row.cells.iter().all(|cell| !cell.text.is_empty()) {
                    check_values(&row, &table.header, hints, problems);
                }
                table.rows.push(row);
                at = end;
            }
            // Every cell on a line of its own: so do footnotes look, one under the other.
            Gathered::Row(row, end) => match are_cells(&row, &heads, hints) {
                Some(true) => {
                    table.rows.push(row);
                    at = end;
                }
                Some(false) => return at,
                None => {
                    problems.push(
                        (line.number, format!("{} lines of one cell each", end - at)),
                        "to know whether they are a row or footnotes",
                        "give the values of a column in the curation that tell which",
                    );
                    return lines.len();
                }
            },
            // A footnote, or padding before one.
            Gathered::TooFew(cells) if is_one_cell(line) && !cells.iter().any(is_known) => {
                return at;
            }
            Gathered::TooFew(cells) => {
                problems.push(
                    (line.number, format!("a row of {} cells, from {} on", cells.len(), quote(&line.text))),
                    format!("{} cells, each with a bar after it", heads.len()),
                    "put back what the capture lost of the row",
                );
                return lines.len();
            }
            Gathered::TooMany(place) => {
                problems.push(
                    (line.number, format!("a row that has too many cells by line {}", lines[place].number)),
                    format!("{} cells, each with a bar after it, the last one at the end of its line", heads.len()),
                    "put back what the capture lost of the row, or take out what does not belong to it",
                );
                at = place.max(at + 1);
            }
        }
    }
    at
}

fn is_one_cell(line: &Source) -> bool {
    line.text.ends_with('|') && !line.unbarred().contains('|')
}

/// Do the columns' values say that these are cells of a row? None where no column has values.
fn are_cells(row: &Row, heads: &[&str], hints: &Hints) -> Option<bool> {
    let mut known = heads.iter().zip(&row.cells).filter(|(head, _)| hints.values.contains_key(**head)).peekable();
    known.peek()?;
    Some(known.all(|(head, cell)| hints.fits(head, &cell.text)))
}

/// Takes lines until their cells make up a row.
fn gather(lines: &[Source], start: usize, columns: usize) -> Gathered {
    let mut cells: Vec<Cell> = Vec::with_capacity(columns);
    let mut open: Option<Cell> = None;
    for (at, line) in lines.iter().enumerate().skip(start) {
        if matches!(line.shape(), Shape::Rule(_)) {
            break;
        }
        let mut parts = line.text.split('|').map(str::trim).peekable();
        while let Some(part) = parts.next() {
            let is_closed = parts.peek().is_some();
            if !is_closed && part.is_empty() {
                break;
            }
            if cells.len() == columns {
                return Gathered::TooMany(at);
            }
            let mut cell = open.take().unwrap_or(Cell { line: line.number, ..Cell::default() });
            if !cell.text.is_empty() && !part.is_empty() {
                cell.text.push(' ');
            }
            cell.text.push_str(part);
            if is_closed {
                cells.push(cell);
            } else {
                open = Some(cell);
            }
        }
        if cells.len() == columns {
            return Gathered::Row(Row { line: lines[start].number, cells }, at + 1);
        }
    }
    Gathered::TooFew(cells)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, grid, hints};
    use super::super::{Layout, read};

    #[test]
    fn rows_are_put_together_and_footnotes_stay_outside() {
        let page = read(samples::BROKEN, Layout::Broken, &hints(Layout::Broken)).unwrap();
        assert_eq!(
            grid(&page),
            [
                "5 C / 25 / Inbound / Mail",
                "6 P1 (P1 recommended) / 6671* / Inbound / Proxy used by the console",
                "9 P1 / 80 / Inbound / Web",
                "14 C / 1700– 1715* / Outbound / Status",
                "17 P1 / 1433 1434 / Outbound / Log store"
            ]
        );
        let loose: Vec<_> = page.loose.iter().map(|line| (line.number, line.text.as_str())).collect();
        assert_eq!(
            loose,
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
    fn a_heading_that_curation_knows_is_the_table_s() {
        let mut hints = hints(Layout::Broken);
        hints.headings = vec!["To the store:".to_owned()];
        let page = read(samples::BROKEN, Layout::Broken, &hints).unwrap();
        assert_eq!(page.tables[0].heading, None);
        assert_eq!(page.tables[1].heading.as_ref().unwrap().number, 11);
        assert!(page.loose.iter().all(|line| line.number != 11));
    }

    #[test]
    fn footnotes_one_under_the_other_need_a_column_with_values() {
        let text = "A | B |\n---|---|\nx | y |\nfirst note |\nsecond note |\n";
        let mut hints = super::super::Hints::default();
        let errors = read(text, Layout::Broken, &hints).unwrap_err();
        assert_eq!(errors[0].line, 4, "{}", errors[0]);
        hints.values.insert("B".to_owned(), vec!["y".to_owned()]);
        assert_eq!(read(text, Layout::Broken, &hints).unwrap().loose.len(), 2);
    }

    #[test]
    fn rows_padded_for_spans_are_moved_only_where_values_tell() {
        let text = "A | B | C |\n---|---|---|\nhost | 25 | in |\n26 | in | |\n| 27 | in |\n";
        let mut hints = super::super::Hints { spanning: vec!["A".to_owned()], ..Default::default() };
        assert_eq!(read(text, Layout::Broken, &hints).unwrap_err()[0].line, 4);
        hints.values.insert("C".to_owned(), vec!["in".to_owned()]);
        hints.values.insert("A".to_owned(), vec!["host".to_owned()]);
        let page = read(text, Layout::Broken, &hints).unwrap();
        assert_eq!(grid(&page), ["3 host / 25 / in", "4 ^host / 26 / in", "5 ^host / 27 / in"]);
    }
}
