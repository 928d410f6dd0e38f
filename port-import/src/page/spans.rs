//! Cells that span from the row above.

use port_data::diagnostic::count;

use super::codes;
use super::hints::Hints;
use super::limits::CUT_DOWN;
use super::problems::Problems;
use super::table::{Cell, Page, Row, Table};
use super::text::quote;

/// The most bytes that spanning cells of one page may repeat. Without a limit, one long cell over many rows would exhaust the
/// memory.
const MAX_REPEATED: usize = 64 * 1024 * 1024;

/// Repeats cells of the row above, up to a limit for the whole page.
pub(super) struct Repeater {
    bytes_left: usize,
}

impl Repeater {
    pub(super) fn new() -> Self {
        Self { bytes_left: MAX_REPEATED }
    }

    /// The cell above again, for a row that begins at `line`. Reports a problem if the page repeats too much.
    pub(super) fn repeat(&mut self, above: &Cell, line: usize, problems: &mut Problems) -> Option<Cell> {
        let bytes = above.text.len() + above.footnotes.iter().map(String::len).sum::<usize>();
        if let Some(left) = self.bytes_left.checked_sub(bytes) {
            self.bytes_left = left;
            return Some(Cell { line, spans_from_above: true, ..above.clone() });
        }
        let message =
            format!("spanning cells repeat more than {} MiB (here {})", MAX_REPEATED >> 20, quote(&above.text));
        problems.report(line, codes::TOO_LARGE, message, CUT_DOWN);
        None
    }
}

/// Fills the empty cells of columns that may span.
///
/// A capture prints a missing cell either as an empty cell in its place, or as one more empty cell at the end of the row. If a
/// row can be read both ways, only the values of its columns can decide.
pub(super) fn fill(page: &mut Page, hints: &Hints, problems: &mut Problems) {
    if hints.spanning.is_empty() {
        return;
    }
    let mut repeater = Repeater::new();
    for table in &mut page.tables {
        if fill_table(table, hints, &mut repeater, problems).is_none() {
            return;
        }
    }
}

fn fill_table(table: &mut Table, hints: &Hints, repeater: &mut Repeater, problems: &mut Problems) -> Option<()> {
    let names: Vec<&str> = table.header.iter().map(|name| name.text.as_str()).collect();
    for index in 0..table.rows.len() {
        move_padding_to_start(&mut table.rows[index], &names, hints, problems);
        let (above, row) = table.rows.split_at_mut(index);
        let Some(above) = above.last() else { continue };
        for (column, cell) in row[0].cells.iter_mut().enumerate() {
            if cell.text.is_empty() && cell.footnotes.is_empty() && hints.may_span(column, names[column]) {
                *cell = repeater.repeat(&above.cells[column], cell.line, problems)?;
            }
        }
    }
    Some(())
}

/// Moves empty cells from the end of a row to the spanning columns at its start, if its values fit only there.
fn move_padding_to_start(row: &mut Row, names: &[&str], hints: &Hints, problems: &mut Problems) {
    let columns = row.cells.len();
    let padding = row.cells.iter().rev().take_while(|cell| cell.text.is_empty()).count();
    if padding == 0 || padding == columns || !(0..padding).all(|column| hints.may_span(column, names[column])) {
        return;
    }
    let fits =
        |cells: &[Cell], names: &[&str]| cells.iter().zip(names).all(|(cell, name)| hints.allows(name, &cell.text));
    match (fits(&row.cells, names), fits(&row.cells[..columns - padding], &names[padding..])) {
        (_, false) => {}
        (false, true) => row.cells.rotate_right(padding),
        (true, true) => {
            let message = format!(
                "row ends with {}: either the page prints that, or as many cells at its start span from above",
                count(padding, "empty cell")
            );
            let help = "list the values of a column in the curation, to decide which";
            problems.report(row.line, codes::AMBIGUOUS, message, help);
        }
    }
}
