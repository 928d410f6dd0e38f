//! Prints columns as CSV: a header, then one line each.
//!
//! CSV is what people open in a spreadsheet, which takes a cell that begins like a formula for one, and runs it. Such a cell is
//! printed behind an apostrophe, which spreadsheets read as "this is text". So is one that begins with an apostrophe, so that
//! taking one away always gives the text back. JSON has every text as it is.

use crate::columns::Columns;

/// The columns as CSV.
pub fn print(columns: &Columns) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&columns.names).expect("writing to memory does not fail");
    for row in &columns.rows {
        writer.write_record(row.iter().map(|cell| text(cell))).expect("writing to memory does not fail");
    }
    let bytes = writer.into_inner().expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("what was written is text")
}

/// A cell that no spreadsheet takes for a formula.
fn text(cell: &str) -> String {
    // The wide ones are what some spreadsheets take for the narrow ones.
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let apostrophe = if is_formula || cell.starts_with('\'') { "'" } else { "" };
    format!("{apostrophe}{cell}")
}
