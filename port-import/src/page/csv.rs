//! Comma-separated values under a header line, with quotes as RFC 4180 has them and nothing more lenient.
//!
//! Written by hand since every CSV crate mends what it should refuse: a quote inside a bare field, text after a closing
//! quote, a quote that never closes. To find those beforehand is to parse.

use super::text::{fold, quote};
use super::{Cell, Line, MAX_COLUMNS, Page, Problems, Row, Table};

pub(super) fn read(text: &str, problems: &mut Problems) -> Page {
    let mut records = Records { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1, column: 1 };
    let mut page = Page::default();
    let Some(header) = records.next(problems) else {
        return page;
    };
    if header.cells.len() > MAX_COLUMNS {
        problems.push(
            (header.line, format!("a header of {} columns", header.cells.len())),
            format!("at most {MAX_COLUMNS}"),
            "name the page's layout",
        );
        return page;
    }
    let columns = header.cells.len();
    let header = header.cells.into_iter().map(|cell| Line { number: cell.line, text: cell.text }).collect();
    let mut rows = Vec::new();
    while let Some(row) = records.next(problems) {
        if row.cells.len() == columns {
            rows.push(row);
        } else {
            problems.push(
                (row.line, format!("{} fields", row.cells.len())),
                format!("{columns}, as in the header"),
                "add or remove fields, and quote those with a comma inside",
            );
        }
    }
    page.tables.push(Table { heading: None, header, rows });
    page
}

/// The text that is still to be read, and its place in the page.
struct Records<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
}

impl Records<'_> {
    /// The next record; none at the end, and after a problem with quotes.
    fn next(&mut self, problems: &mut Problems) -> Option<Row> {
        while self.take_line_end() {}
        if self.rest.is_empty() {
            return None;
        }
        let mut row = Row { line: self.line, cells: Vec::new() };
        loop {
            let line = self.line;
            let text = if self.rest.starts_with('"') { self.quoted(problems)? } else { self.bare(problems)? };
            row.cells.push(Cell { text: fold(&text), line, ..Cell::default() });
            if self.rest.starts_with(',') {
                self.take(1);
            } else if self.rest.is_empty() || self.take_line_end() {
                return Some(row);
            } else {
                let found = self.rest.chars().next().map(String::from).unwrap_or_default();
                problems.push_at(
                    (self.line, self.column),
                    format!("{} after a closing quote", quote(&found)),
                    "a comma or the end of the line",
                    "double the quotes that belong to the field",
                );
                return None;
            }
        }
    }

    fn bare(&mut self, problems: &mut Problems) -> Option<String> {
        let end = self.rest.find([',', '\n', '"']).unwrap_or(self.rest.len());
        // Only before a line feed is a carriage return part of the line's end.
        let end = if self.rest[end..].starts_with('\n') { self.rest[..end].trim_end_matches('\r').len() } else { end };
        let field = self.take(end).to_owned();
        if self.rest.starts_with('"') {
            problems.push_at(
                (self.line, self.column),
                "a quote inside a field without quotes",
                "quotes around the whole field",
                "quote the field, and double the quotes that belong to it",
            );
            return None;
        }
        Some(field)
    }

    fn quoted(&mut self, problems: &mut Problems) -> Option<String> {
        let opened = (self.line, self.column);
        self.take(1);
        let mut field = String::new();
        loop {
            let Some(end) = self.rest.find('"') else {
                problems.push_at(opened, "a quote that never closes", "a closing quote", "add it where the field ends");
                self.rest = "";
                return None;
            };
            field.push_str(self.take(end));
            self.take(1);
            if !self.rest.starts_with('"') {
                return Some(field);
            }
            field.push_str(self.take(1));
        }
    }

    /// Takes a line's end, or only blanks up to it: lines without a field are no records.
    fn take_line_end(&mut self) -> bool {
        let end = if self.rest.starts_with("\r\n") { 2 } else { usize::from(self.rest.starts_with('\n')) };
        self.take(end);
        end > 0
    }

    fn take(&mut self, bytes: usize) -> &str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        match taken.rfind('\n') {
            Some(last) => {
                self.line += taken.matches('\n').count();
                self.column = taken[last + 1..].chars().count() + 1;
            }
            None => self.column += taken.chars().count(),
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, grid};
    use super::super::{Hints, Layout, read};

    #[test]
    fn quoted_fields_may_hold_commas_quotes_and_lines() {
        let page = read(samples::CSV, Layout::Csv, &Hints::default()).unwrap();
        assert_eq!(grid(&page), ["2 Mail, fast / TCP/25 / in", "4 Web \"new\" / TCP/443 TCP/80 / out", "6  /  / "]);
        assert_eq!(page.tables[0].rows[1].cells[2].line, 5);
    }

    #[test]
    fn loose_quotes_are_errors_with_line_and_column() {
        for (text, place) in [
            ("a,b\nx,y\"z\"\n", (2, 4)),
            ("a,b\n\"x\"y,z\n", (2, 4)),
            ("a,b\nx,\"y\n\nz", (2, 3)),
            ("a,b\nx\n", (2, 1)),
            ("a,b\nx,y,z\n", (2, 1)),
            ("a,b\n\"x\n\",\"\"\"", (3, 3)),
        ] {
            let error = &read(text, Layout::Csv, &Hints::default()).unwrap_err()[0];
            assert_eq!((error.line, error.column), place, "{text:?}: {error}");
        }
    }
}
