//! Output formats: tables for people, and JSON, CSV and Markdown. `port-text` prints them.

use clap::ValueEnum;
use serde::Serialize;

pub mod flows;

pub use port_text::{
    Columns, csv, difference, flow_columns, footnotes, full_rows_first, json, markdown, port_users, portmap, table,
};

/// How items are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table as wide as the terminal, or with one line per row in a file or pipe
    Table,
    /// One array
    Json,
    /// One object per line
    Jsonl,
    /// A header and one line per row; a cell that a spreadsheet would run as a formula gets an apostrophe in front
    Csv,
    /// A table for a document
    Markdown,
}

/// Items in a format. `columns` has the same items as text.
pub fn print_items<T: Serialize>(items: &[T], columns: &Columns, format: Format, width: Option<u16>) -> String {
    match format {
        Format::Json => json::object(&items),
        Format::Jsonl => json::lines(items),
        Format::Csv => csv::print(columns),
        Format::Markdown => markdown::print(columns),
        Format::Table => table::print(columns, width),
    }
}
