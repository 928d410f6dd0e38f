//! Comma-separated values below a header line, quoted as in RFC 4180 and no more leniently.
//!
//! Written by hand, since every CSV crate repairs what must be rejected here: a quote inside an unquoted field, text after a
//! closing quote, a quote that is never closed. Finding those first would take a parser anyway.

use port_data::diagnostic::count;

use super::checks::report_too_many_columns;
use super::codes;
use super::limits::MAX_COLUMNS;
use super::problems::Problems;
use super::table::{Cell, Line, Page, Row, Table};
use super::text::{fold, quote};

pub(super) fn read(text: &str, problems: &mut Problems) -> Page {
    let mut records = Records { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1, column: 1 };
    let mut page = Page::default();
    let Some(header) = records.next(problems) else {
        return page;
    };
    let columns = header.cells.len();
    if columns > MAX_COLUMNS {
        report_too_many_columns(header.line, columns, problems);
        return page;
    }
    let header = header.cells.into_iter().map(|cell| Line::new(cell.line, cell.text)).collect();
    let mut rows = Vec::new();
    while let Some(row) = records.next(problems) {
        if row.cells.len() == columns {
            rows.push(row);
        } else {
            let fields = count(row.cells.len(), "field");
            let message = format!("row has {fields}, but the header has {columns}");
            let help = "add or remove fields, and quote a field that contains a comma";
            problems.report(row.line, codes::CELL_COUNT, message, help);
        }
    }
    page.tables.push(Table { heading: None, header, rows, text: None });
    page
}

/// The text that isn't read yet, and its place in the page.
struct Records<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
}

impl Records<'_> {
    /// The next record. `None` at the end of the page, and after a problem with quotes.
    fn next(&mut self, problems: &mut Problems) -> Option<Row> {
        while self.take_line_end() {}
        if self.rest.is_empty() {
            return None;
        }
        let mut row = Row { line: self.line, cells: Vec::new() };
        loop {
            let line = self.line;
            let text =
                if self.rest.starts_with('"') { self.quoted_field(problems)? } else { self.plain_field(problems)? };
            row.cells.push(Cell { text: fold(&text), line, ..Cell::default() });
            if self.rest.starts_with(',') {
                self.take(1);
            } else if self.rest.is_empty() || self.take_line_end() {
                row.cells.shrink_to_fit();
                return Some(row);
            } else {
                let found = self.rest.chars().next().map(String::from).unwrap_or_default();
                let message = format!("closing quote is followed by {}", quote(&found));
                let help = "end the field after its closing quote, and write \"\" for a quote in it";
                problems.report_at((self.line, self.column), codes::QUOTES, message, help);
                return None;
            }
        }
    }

    fn plain_field(&mut self, problems: &mut Problems) -> Option<String> {
        let end = self.rest.find([',', '\n', '"']).unwrap_or(self.rest.len());
        // A carriage return is part of the line end only before a line feed.
        let end = if self.rest[end..].starts_with('\n') { self.rest[..end].trim_end_matches('\r').len() } else { end };
        let field = self.take(end).to_owned();
        if self.rest.starts_with('"') {
            let help = "quote the whole field, and write \"\" for a quote in it";
            problems.report_at((self.line, self.column), codes::QUOTES, "quote in an unquoted field", help);
            return None;
        }
        Some(field)
    }

    fn quoted_field(&mut self, problems: &mut Problems) -> Option<String> {
        let opened = (self.line, self.column);
        self.take(1);
        let mut field = String::new();
        loop {
            let Some(end) = self.rest.find('"') else {
                problems.report_at(opened, codes::QUOTES, "quote is never closed", "add a quote where the field ends");
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

    /// Takes a line end, if there is one here.
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
    use super::super::samples::{self, read, rows_as_text};
    use super::super::{Hints, Layout};

    #[test]
    fn quoted_fields_may_contain_commas_quotes_and_line_ends() {
        let page = read(samples::CSV, Layout::Csv, &Hints::default()).unwrap();
        assert_eq!(
            rows_as_text(&page),
            ["2 Mail, fast / TCP/25 / in", "4 Web \"new\" / TCP/443 TCP/80 / out", "6  /  / "]
        );
        assert_eq!(page.tables[0].rows[1].cells[2].line, 5);
    }

    #[test]
    fn invalid_fields_are_rejected_with_line_and_column() {
        for (text, place) in [
            ("a,b\nx,y\"z\"\n", (2, 4)),
            ("a,b\n\"x\"y,z\n", (2, 4)),
            ("a,b\nx,\"y\n\nz", (2, 3)),
            ("a,b\nx\n", (2, 0)),
            ("a,b\nx,y,z\n", (2, 0)),
            ("a,b\n\"x\n\",\"\"\"", (3, 3)),
        ] {
            let error = &read(text, Layout::Csv, &Hints::default()).unwrap_err()[0];
            assert_eq!((error.place.line, error.place.column), place, "{text:?}: {error}");
        }
    }
}
