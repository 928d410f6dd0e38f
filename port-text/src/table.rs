//! Prints columns as an aligned table that fits the width of the terminal.

use anstyle::{Effects, Style};
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};
use port_data::hidden::Escaped;

use super::columns::Columns;

/// The columns whose text may wrap. The others are names that people copy.
const PROSE: [&str; 12] = [
    "name",
    "editions",
    "purpose",
    "ports",
    "remarks",
    "document",
    "url",
    "observed",
    "listeners",
    "moves",
    "description",
    "note",
];

/// The columns of prose whose words are never broken: names of products and peers, lists of ids, and ports with their services.
const WHOLE: [&str; 4] = ["name", "editions", "listeners", PORTS];

/// The column of ports, each with its service.
const PORTS: &str = "ports";

/// A space at which a line isn't broken. Cells can't contain this character, since it is escaped.
const GLUE: &str = "\u{fdd0}";

/// The gap between two columns, in characters.
const GAP: u16 = 2;

/// A table of this width. Without a width, as for a file or a pipe, every row is one line.
///
/// The header is bold; the output stream strips the escape sequences in a pipe or for `NO_COLOR`.
pub fn print(columns: &Columns, width: Option<u16>) -> String {
    let escaped = |row: &Vec<String>| row.iter().map(|cell| Escaped(cell).to_string()).collect();
    let columns = Columns { names: columns.names.clone(), rows: columns.rows.iter().map(escaped).collect() };
    match width {
        None => table(&columns, None),
        Some(width) => {
            let glued = with_whole_ports(&columns);
            if has_room(&glued, width) {
                table(&glued, Some(width)).replace(GLUE, " ")
            } else if has_room(&columns, width) {
                table(&columns, Some(width))
            } else {
                blocks(&columns, width)
            }
        }
    }
}

/// The columns in which a port and its service don't wrap: only the gaps between ports are spaces.
fn with_whole_ports(columns: &Columns) -> Columns {
    let mut columns = columns.clone();
    let Some(index) = columns.names.iter().position(|name| *name == PORTS) else { return columns };
    for row in &mut columns.rows {
        let words = row[index].split(' ').collect::<Vec<_>>();
        let mut cell = String::new();
        for (number, word) in words.iter().enumerate() {
            let is_between_ports = number > 0 && (words[number - 1].ends_with([',', ';', '|']) || *word == "|");
            cell += match number {
                0 => "",
                _ if is_between_ports && *word != "|" => " ",
                _ => GLUE,
            };
            cell += word;
        }
        row[index] = cell;
    }
    columns
}

/// Whether columns are printed as a table rather than as one block per row.
pub fn fits(columns: &Columns, width: Option<u16>) -> bool {
    width.is_none_or(|width| has_room(columns, width))
}

/// Whether names leave enough room for readable prose.
fn has_room(columns: &Columns, width: u16) -> bool {
    /// The minimum width of a prose column.
    const READABLE: usize = 12;
    let needed = columns.names.iter().enumerate().map(|(index, name)| match PROSE.contains(name) {
        true if WHOLE.contains(name) => longest_word(columns, index).max(name.len()) + usize::from(GAP),
        true => column_width(columns, index).min(READABLE + usize::from(GAP)),
        false => column_width(columns, index),
    });
    // No gap follows the last column.
    needed.sum::<usize>() <= usize::from(width + GAP)
}

/// The width of a table in which nothing wraps.
pub fn total_width(columns: &Columns) -> usize {
    let widths = (0..columns.names.len()).map(|index| column_width(columns, index));
    widths.sum::<usize>().saturating_sub(usize::from(GAP))
}

/// The width of a column and of the gap after it, if nothing in it wraps.
pub fn column_width(columns: &Columns, index: usize) -> usize {
    let cells = columns.rows.iter().map(|row| row[index].chars().count());
    cells.max().unwrap_or(0).max(columns.names[index].len()) + usize::from(GAP)
}

/// The length of the longest word in a column.
fn longest_word(columns: &Columns, index: usize) -> usize {
    let words = columns.rows.iter().flat_map(|row| row[index].split_whitespace());
    words.map(|word| word.chars().count()).max().unwrap_or(0)
}

fn table(columns: &Columns, width: Option<u16>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    match width {
        Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    table.set_header(columns.names.iter().map(|name| name.to_uppercase()));
    table.add_rows(&columns.rows);
    for (index, (column, name)) in table.column_iter_mut().zip(&columns.names).enumerate() {
        let gap = if index + 1 < columns.names.len() { GAP } else { 0 };
        column.set_padding((0, gap));
        if WHOLE.contains(name) {
            let least = u16::try_from(longest_word(columns, index)).unwrap_or(u16::MAX).saturating_add(gap);
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        } else if !PROSE.contains(name) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    let mut text = String::new();
    for (number, line) in table.lines().enumerate() {
        match number {
            0 => text.push_str(&format!("{}\n", bold(line.trim_end()))),
            _ => text.push_str(&format!("{}\n", line.trim_end())),
        }
    }
    text
}

/// One block per row, for a terminal on which a table would break names: the first cell, and the others below it.
///
/// Lines are broken at spaces only, so a long name or URL may exceed the width.
fn blocks(columns: &Columns, width: u16) -> String {
    let longest = columns.names.iter().skip(1).map(|name| name.len()).max().unwrap_or(0);
    // How far cells are indented: the names of columns, with spaces around them.
    let indent = longest + 4;
    let mut text = String::new();
    for row in &columns.rows {
        let mut cells = columns.names.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
        if let Some((_, first)) = cells.next() {
            text.push_str(&format!("{}\n", bold(first)));
        }
        for (name, cell) in cells {
            let lines = wrap(cell, usize::from(width).saturating_sub(indent));
            text.push_str(&format!("  {name:<longest$}  {}\n", lines.join(&format!("\n{:indent$}", ""))));
        }
    }
    text
}

/// A text as lines of at most `width` characters if its words allow it.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

pub fn bold(text: &str) -> String {
    let bold = Style::new().effects(Effects::BOLD);
    format!("{bold}{text}{bold:#}")
}

#[cfg(test)]
mod tests {
    use super::print;
    use crate::Columns;
    use crate::flow_columns::Summary;
    use port_catalog_tests::fixture;
    use port_engine::dataset::{Dataset, Flow};

    fn summary(flows: &[&Flow]) -> Columns {
        Summary::new(flows, false).columns(None)
    }

    fn dataset() -> Dataset {
        Dataset::from_tables(&port_data::read(&fixture::tables()).unwrap())
    }

    #[test]
    fn blocks_of_a_narrow_terminal_break_lines_at_spaces() {
        let dataset = dataset();
        let columns = summary(&dataset.flows.iter().collect::<Vec<_>>());
        let text = print(&columns, Some(60)).replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
        assert!(text.starts_with(&columns.rows[0][0]));
        for line in text.lines() {
            let cell = line.get(13..).unwrap_or_default();
            assert!(line.chars().count() <= 60 || !cell.contains(' '), "{line}");
        }
        let words = |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_string).collect() };
        for cell in columns.rows.concat() {
            assert!(words(&text).join(" ").contains(&cell), "{cell}");
        }
    }

    #[test]
    fn no_width_breaks_a_name() {
        let dataset = dataset();
        let columns = summary(&dataset.flows.iter().collect::<Vec<_>>());
        for width in (1..300).map(Some).chain([None]) {
            let text = print(&columns, width);
            for row in &columns.rows {
                assert!(text.contains(&row[0]) && text.contains(&row[2]), "{width:?} {row:?}");
            }
        }
    }

    #[test]
    fn a_table_is_no_wider_than_its_terminal() {
        let dataset = dataset();
        let columns = summary(&dataset.flows_of("endpoint").collect::<Vec<_>>());
        for width in 100..300 {
            let text = print(&columns, Some(width)).replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
            assert!(text.starts_with("ID "), "{width}");
            assert!(text.lines().all(|line| line.chars().count() <= width.into()), "{width}");
        }
    }
}
