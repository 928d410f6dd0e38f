//! Cells that span from the row above.

use super::text::quote;
use super::{Cell, Hints, Page, Problems, Row};

/// Bytes that spans may repeat in one page: one long cell over many rows would fill the memory otherwise.
const MAX_REPEATED: usize = 64 * 1024 * 1024;

/// Repeats cells from the row above, up to a limit.
pub(super) struct Repeat {
    left: usize,
}

impl Repeat {
    pub(super) fn new() -> Self {
        Self { left: MAX_REPEATED }
    }

    /// The cell again, for a row below that begins at `line`; none, and a problem, when the page repeats too much.
    pub(super) fn cell(&mut self, above: &Cell, line: usize, problems: &mut Problems) -> Option<Cell> {
        let bytes = above.text.len() + above.notes.iter().map(String::len).sum::<usize>();
        if let Some(left) = self.left.checked_sub(bytes) {
            self.left = left;
            return Some(Cell { line, from_above: true, ..above.clone() });
        }
        problems.push(
            (line, format!("a cell that spans, {}", quote(&above.text))),
            format!("spans that repeat at most {MAX_REPEATED} bytes in all"),
            "cut the page down to the part with the tables",
        );
        None
    }
}

/// Fills the empty cells of columns that may span.
///
/// A capture prints a missing cell as an empty one in its place, or pads the row at its end. Where both would fit, that
/// is a problem: only the columns' values can tell.
pub(super) fn fill(page: &mut Page, hints: &Hints, problems: &mut Problems) {
    if hints.spanning.is_empty() {
        return;
    }
    let mut repeat = Repeat::new();
    for table in &mut page.tables {
        let heads: Vec<&str> = table.header.iter().map(|head| head.text.as_str()).collect();
        for at in 0..table.rows.len() {
            unpad(&mut table.rows[at], &heads, hints, problems);
            let (above, row) = table.rows.split_at_mut(at);
            let (Some(above), row) = (above.last(), &mut row[0]) else {
                continue;
            };
            for (column, cell) in row.cells.iter_mut().enumerate() {
                if cell.text.is_empty() && cell.notes.is_empty() && hints.spans(column, heads[column]) {
                    let Some(repeated) = repeat.cell(&above.cells[column], cell.line, problems) else {
                        return;
                    };
                    *cell = repeated;
                }
            }
        }
    }
}

/// Moves the empty cells that pad a row at its end to the spanning columns at its start.
fn unpad(row: &mut Row, heads: &[&str], hints: &Hints, problems: &mut Problems) {
    let columns = row.cells.len();
    let padding = row.cells.iter().rev().take_while(|cell| cell.text.is_empty()).count();
    if padding == 0 || padding == columns || !(0..padding).all(|column| hints.spans(column, heads[column])) {
        return;
    }
    let fits =
        |cells: &[Cell], heads: &[&str]| cells.iter().zip(heads).all(|(cell, head)| hints.fits(head, &cell.text));
    match (fits(&row.cells, heads), fits(&row.cells[..columns - padding], &heads[padding..])) {
        (_, false) => {}
        (false, true) => row.cells.rotate_right(padding),
        (true, true) => problems.push(
            (row.line, format!("a row whose last {padding} cells are empty")),
            "to know whether its first cells span and the row is padded, or its last cells are empty",
            "give the values of a column in the curation that tell which",
        ),
    }
}
