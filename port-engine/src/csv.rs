//! Writes tables as CSV.
//!
//! A spreadsheet runs a cell that begins like a formula. Such a cell gets an apostrophe in front, which spreadsheets read as "this
//! is text". So does a cell that begins with an apostrophe, so that removing one apostrophe always restores the text.

/// A header, and one line per row.
#[must_use]
pub fn write(names: &[&str], rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(names).expect("writing to memory does not fail");
    for row in rows {
        writer.write_record(row.iter().map(|cell| as_text(cell))).expect("writing to memory does not fail");
    }
    let bytes = writer.into_inner().expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("cells are UTF-8")
}

/// One row as a line.
#[must_use]
pub fn line(row: &[String]) -> String {
    // A row is short, and there may be millions.
    let length = row.iter().map(|cell| cell.len() + 3).sum();
    let mut writer = csv::WriterBuilder::new().buffer_capacity(length).from_writer(Vec::with_capacity(length));
    writer.write_record(row.iter().map(|cell| as_text(cell))).expect("writing to memory does not fail");
    String::from_utf8(writer.into_inner().expect("writing to memory does not fail")).expect("cells are UTF-8")
}

/// A cell that no spreadsheet runs as a formula.
#[must_use]
pub fn as_text(cell: &str) -> String {
    // Some spreadsheets accept the full-width characters too.
    let is_formula =
        cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    let apostrophe = if is_formula || cell.starts_with('\'') { "'" } else { "" };
    format!("{apostrophe}{cell}")
}
