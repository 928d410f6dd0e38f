//! Checks that apply to every layout, and checks of a page against its curation.

use std::collections::HashSet;

use super::codes;
use super::hints::Hints;
use super::layout::Layout;
use super::limits::MAX_COLUMNS;
use super::problems::Problems;
use super::table::{Line, Page, Row, Table};
use super::text::quote;

/// Checks a page that a reader has read without problems.
pub(super) fn check(page: &Page, layout: Layout, hints: &Hints, problems: &mut Problems) {
    if page.tables.is_empty() && (page.has_items() || !hints.texts.is_empty()) {
        return;
    }
    if page.tables.is_empty() {
        let message = format!("page has no table in the layout {layout}");
        problems.report_page(codes::NO_TABLE, message, "name the page's layout, or save the page again");
        return;
    }
    for table in &page.tables {
        if table.header.len() > MAX_COLUMNS {
            let line = table.header.first().map_or(0, |name| name.number);
            report_too_many_columns(line, table.header.len(), problems);
            return;
        }
        if layout.has_curated_columns() && !hints.columns.is_empty() {
            check_header(table, hints, problems);
        }
        for row in &table.rows {
            check_values(row, &table.header, hints, problems);
        }
    }
    if layout.has_curated_columns() {
        check_spanning(page, hints, problems);
    }
    if layout.is_text_capture() {
        check_headings(page, hints, problems);
    }
}

/// Reports a header that is too wide.
pub(super) fn report_too_many_columns(line: usize, columns: usize, problems: &mut Problems) {
    let message = format!("header has {columns} columns, more than {MAX_COLUMNS}");
    problems.report(line, codes::TOO_LARGE, message, "name the page's layout");
}

/// Reports cells whose column may not contain their text.
pub(super) fn check_values(row: &Row, header: &[Line], hints: &Hints, problems: &mut Problems) {
    for (name, cell) in header.iter().zip(&row.cells) {
        if !cell.spans_from_above && !hints.allows(&name.text, &cell.text) {
            let values = hints.values[&name.text].join(", ");
            let message = format!(
                "unexpected value {} in the column {} (expected one of {values})",
                quote(&cell.text),
                quote(&name.text)
            );
            let help =
                "restore what the capture lost nearby, or add a new value to the column's values in the curation";
            problems.report(cell.line, codes::UNEXPECTED_VALUE, message, help);
        }
    }
}

/// Reports values of a spanning column that no row has. A cell that the capture lost looks like one that spans, so a value that
/// is missing altogether may have been lost.
fn check_spanning(page: &Page, hints: &Hints, problems: &mut Problems) {
    for name in &hints.spanning {
        let cells = page.tables.iter().flat_map(|table| {
            let column = table.header.iter().position(|column| column.text == *name);
            table.rows.iter().filter_map(move |row| row.cells.get(column?))
        });
        let found: HashSet<&str> = cells.map(|cell| cell.text.as_str()).collect();
        for value in hints.values.get(name).into_iter().flatten().filter(|value| !found.contains(value.as_str())) {
            let message = format!("no row has {} in the column {}", quote(value), quote(name));
            let help = "restore the cell if the capture lost it; if the vendor removed or renamed it, change the column's \
                        values in the curation";
            problems.report(last_row(page), codes::MISSING_VALUE, message, help);
        }
    }
}

/// Reports curated headings that no table has.
fn check_headings(page: &Page, hints: &Hints, problems: &mut Problems) {
    for heading in &hints.headings {
        if !page.tables.iter().any(|table| table.heading.as_ref().is_some_and(|line| line.text == *heading)) {
            let message = format!("no table has the heading {}", quote(heading));
            let help = "if the vendor renamed or removed the table, change the headings in the curation";
            problems.report(last_row(page), codes::MISSING_HEADING, message, help);
        }
    }
}

/// The line of the last row, or of the last header if there are no rows.
fn last_row(page: &Page) -> usize {
    let rows = page.tables.iter().flat_map(|table| &table.rows).map(|row| row.line);
    let headers = page.tables.iter().flat_map(|table| &table.header).map(|name| name.number);
    rows.max().or(headers.max()).unwrap_or(0)
}

/// Reports columns that aren't those of the curation.
fn check_header(table: &Table, hints: &Hints, problems: &mut Problems) {
    if table.header.len() != hints.columns.len() {
        let line = table.header.first().map_or(0, |name| name.number);
        let (found, expected) = (table.header.len(), hints.columns.len());
        let message = format!("header has {found} columns instead of {expected} ({})", hints.columns.join(", "));
        let help = "if the vendor added or removed a column, change the columns in the curation";
        problems.report(line, codes::UNEXPECTED_COLUMN, message, help);
        return;
    }
    for (name, column) in table.header.iter().zip(&hints.columns) {
        if name.text != *column {
            let message = format!("unexpected column {} instead of {}", quote(&name.text), quote(column));
            problems.report(name.number, codes::UNEXPECTED_COLUMN, message, RENAME_COLUMN);
        }
    }
}

/// What to do about a renamed column.
pub(super) const RENAME_COLUMN: &str = "if the vendor renamed the column, rename it in the curation";
