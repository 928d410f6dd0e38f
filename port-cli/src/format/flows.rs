//! Prints flows in any format.

use super::flow_columns::Summary;
use super::footnotes::Footnotes;
use super::{Columns, Format, flow_columns, print_items, table};

/// Flows in a format: CSV and JSON have every fact, tables what fits on a page.
pub fn print(summary: &Summary, format: Format, width: Option<u16>) -> String {
    match format {
        Format::Table => in_table(summary, width),
        Format::Csv => print_items(summary.flows, &flow_columns::all(summary.flows), format, width),
        Format::Markdown | Format::Json | Format::Jsonl => {
            print_items(summary.flows, &summary.columns(None), format, width)
        }
    }
}

/// A table with a legend, and the notes below it. If the terminal is too narrow for a table, each flow is a block with its note.
fn in_table(summary: &Summary, width: Option<u16>) -> String {
    let mut footnotes = Footnotes::default();
    let numbered = summary.columns(Some(&mut footnotes));
    let (columns, notes): (Columns, String) = match table::fits(&numbered, width) {
        true => (numbered, footnotes.print(width)),
        false => (summary.columns(None), String::new()),
    };
    let legend: String = summary.legend().iter().map(|line| format!("{line}\n")).collect();
    let below = legend + &notes;
    let gap = if below.is_empty() { "" } else { "\n" };
    table::print(&columns, width) + gap + &below
}
