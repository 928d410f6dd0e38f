//! Prints columns as CSV. JSON has every text unchanged.

pub use port_engine::csv::line;

use super::columns::Columns;

/// The columns as CSV: a header, and one line per row. A cell that a spreadsheet would run as a formula gets an apostrophe in front.
pub fn print(columns: &Columns) -> String {
    port_engine::csv::write(&columns.names, &columns.rows)
}
