//! Prints columns for people: aligned, without lines, and no wider than the terminal.

use anstyle::{Effects, Style};
use comfy_table::{ContentArrangement, Table, presets};

use crate::columns::Columns;

/// A table of this width; where there is none, as for a file or a pipe, every row is one line.
///
/// The header is bold, which the printing stream takes away where it should: in a pipe, or for `NO_COLOR`.
pub fn print(columns: &Columns, width: Option<u16>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    match width {
        Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    table.set_header(columns.names.iter().map(|name| name.to_uppercase()));
    table.add_rows(&columns.rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let bold = Style::new().effects(Effects::BOLD);
    let mut text = String::new();
    for (number, line) in table.lines().enumerate() {
        let line = line.trim_end();
        match number {
            0 => text.push_str(&format!("{bold}{line}{bold:#}\n")),
            _ => text.push_str(&format!("{line}\n")),
        }
    }
    text
}
