//! The entry of the curation for each table of a capture.

use port_data::{Diagnostic, Place};

use crate::capture::{self, Capture, text_of_cell};
use crate::codes;
use crate::curation::{Curation, Table};
use crate::grouped_diagnostics::GroupableDiagnostic;
use crate::page::PrintedTable;

/// The entry that describes each table to read, and diagnostics for tables without an entry and entries without a table.
pub(super) fn find_entries<'a>(
    capture: &Capture,
    curation: &'a Curation,
) -> (Vec<Option<&'a Table>>, Vec<GroupableDiagnostic>) {
    let printed: Vec<PrintedTable<'_>> = capture.tables.iter().map(capture::Table::printed).collect();
    let entries = curation.match_tables(&printed);
    let mut unused: Vec<usize> = (0..curation.tables.len()).filter(|index| !entries.contains(&Some(*index))).collect();
    let mut diagnostics = Vec::new();
    for (index, table) in capture.tables.iter().enumerate().filter(|(index, _)| entries[*index].is_none()) {
        // The entry that comes closest was probably meant for it.
        let close = |entry: &&usize| {
            let entry = curation.tables[**entry].get_ref();
            let same_heading = entry.heading.is_some() && curation.has_heading(entry, &printed[index]);
            entry.text == table.text && (same_heading || curation.fits(entry, &printed[index]))
        };
        let is_same_text = |entry: usize| curation.tables[entry].get_ref().text == table.text;
        let meant = unused.iter().find(close).copied().or(match unused[..] {
            [only] if curation.tables.len() == capture.tables.len() && is_same_text(only) => Some(only),
            _ => None,
        });
        unused.retain(|entry| Some(*entry) != meant);
        let line = table.heading.as_ref().or(table.header.first()).map_or(0, |cell| cell.line);
        let has_heading = |entry: usize| curation.has_heading(curation.tables[entry].get_ref(), &printed[index]);
        let diagnostic = match (&table.text, meant) {
            (Some(text), meant) if meant.is_none_or(has_heading) => stale(text),
            (_, Some(entry)) => different(&printed[index], entry, curation),
            (_, None) => not_described(&printed[index], curation),
        };
        diagnostics.push(diagnostic.at(Place::line(&capture.file, line)));
    }
    for (table, entry) in capture.tables.iter().zip(&entries) {
        let Some(entry) = entry.map(|entry| &curation.tables[entry]) else { continue };
        let stale = table.text.as_ref().filter(|_| !has_rows(table, entry.get_ref(), curation)).map(|text| stale(text));
        diagnostics.extend(stale.map(|diagnostic| diagnostic.at(curation.place(entry))));
    }
    for entry in unused {
        let entry = &curation.tables[entry];
        if let Some(text) = &entry.get_ref().text {
            diagnostics.push(stale(text).at(curation.place(entry)));
            continue;
        }
        let heading = entry.get_ref().heading.as_deref();
        let which = heading.map_or("these columns".to_string(), |heading| format!("the heading {heading:?}"));
        let diagnostic = Diagnostic::new(codes::TABLE_COUNT, format!("the page has no table with {which}"));
        let diagnostic = diagnostic.help("if the vendor removed it, remove the entry").at(curation.place(entry));
        let all = "if the vendor removed them, remove the entries";
        diagnostics.push(GroupableDiagnostic::from(diagnostic).among("entries fit no table of the page", which, all));
    }
    let entry = |index: Option<usize>| index.map(|index| curation.tables[index].get_ref());
    (entries.into_iter().map(entry).map(|entry| entry.filter(|entry| entry.ignore.is_none())).collect(), diagnostics)
}

/// Whether a table has the rows that an entry says a text prints.
fn has_rows(table: &capture::Table, entry: &Table, curation: &Curation) -> bool {
    let columns = curation.columns_of(entry);
    let rows = entry.text_rows(columns);
    let is_row = |(row, cells): (&capture::Row, &Vec<String>)| {
        let cells = columns.iter().zip(cells).map(|(column, cell)| text_of_cell(Some(column), cell));
        row.cells.iter().map(|cell| &cell.text).eq(cells.collect::<Vec<_>>().iter())
    };
    table.rows.len() == rows.len() && table.rows.iter().zip(&rows).all(is_row)
}

/// Rows that a text prints, if they aren't those that were read from the page.
fn stale(text: &str) -> GroupableDiagnostic {
    let message = format!("the rows of text {text} aren't those of the capture");
    Diagnostic::new(codes::TEXT_ROWS, message).help("read the page again with `cargo xtask regenerate --doc`").into()
}

/// How a table differs from the entry that was probably meant for it.
fn different(table: &PrintedTable<'_>, entry: usize, curation: &Curation) -> GroupableDiagnostic {
    let entry = &curation.tables[entry];
    let expected = entry.get_ref();
    let help = format!("if the vendor renamed it, change it in {}", curation.place(entry));
    if !curation.has_heading(expected, table) && curation.fits(expected, table) {
        let heading = expected.heading.as_deref().unwrap_or_default();
        let message = format!("table has the heading {:?} (expected {heading:?})", table.heading);
        return Diagnostic::new(codes::HEADING, message).help(help).into();
    }
    let columns: Vec<&str> = curation.columns_of(expected).iter().map(|column| column.head.as_str()).collect();
    let columns = format!("the columns {:?} (expected {columns:?})", table.header);
    let diagnostic =
        GroupableDiagnostic::from(Diagnostic::new(codes::COLUMNS, format!("table has {columns}")).help(help));
    let all = format!("if the vendor renamed them, change the columns in {}", Place::file(&curation.file));
    diagnostic.among(format!("tables have {columns}"), name(table), all)
}

/// A table that no entry is about.
fn not_described(table: &PrintedTable<'_>, curation: &Curation) -> GroupableDiagnostic {
    let columns = format!("with the columns {:?}", table.header);
    let message = format!("table {} {columns} isn't described", name(table));
    let file = Place::file(&curation.file);
    let help = format!("add it to the tables in {file}, with its columns or with ignore = \"...\"");
    let all = format!("add them to the tables in {file}, with their columns or with ignore = \"...\"");
    let diagnostic = GroupableDiagnostic::from(Diagnostic::new(codes::TABLE_COUNT, message).help(help));
    diagnostic.among(format!("tables {columns} aren't described"), name(table), all)
}

/// The heading of a table in a message.
fn name(table: &PrintedTable<'_>) -> String {
    match table.heading {
        "" => "without a heading".to_string(),
        heading => format!("{heading:?}"),
    }
}

/// The section that a cell names.
pub(super) fn find_section<'a>(text: &str, curation: &'a Curation) -> Result<&'a Table, Diagnostic> {
    let found = curation.sections.iter().find(|section| section.heading.as_deref() == Some(text));
    found.ok_or_else(|| {
        Diagnostic::new(codes::HEADING, format!("section {text:?} isn't curated"))
            .help(format!("if the vendor renamed it, change sections in {}", Place::file(&curation.file)))
    })
}
