//! Lays out the cells of an HTML table in rows and columns, with spans as browsers do.

use port_data::diagnostic::count;

use super::super::codes;
use super::super::limits::{CUT_DOWN, MAX_CELLS, MAX_COLUMNS};
use super::super::problems::Problems;
use super::tree::{Element, is_any};

/// A table in which each row has a slot for each column.
pub(super) struct Grid<'a> {
    pub cells: Vec<Element<'a>>,
    pub rows: Vec<GridRow>,
    pub columns: usize,
}

pub(super) struct GridRow {
    /// The line on which the row's tag ends.
    pub line: usize,
    /// Whether the row is in a `thead`.
    pub is_in_thead: bool,
    pub slots: Vec<Slot>,
}

/// A place in the grid, and the cell that covers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    /// The index of the cell.
    pub cell: usize,
    /// Whether the cell spans from the row above.
    pub spans_from_above: bool,
}

/// A cell that spans into the rows below.
#[derive(Clone, Copy)]
struct SpanningCell {
    cell: usize,
    rows_left: usize,
}

/// A row of a table's sections.
pub(super) struct SourceRow<'a> {
    pub element: Element<'a>,
    pub is_in_thead: bool,
    begins_section: bool,
}

/// The rows of a table, without those of tables inside it.
pub(super) fn rows(table: Element<'_>) -> impl Iterator<Item = SourceRow<'_>> {
    table.children().filter(|section| is_any(section.value(), &["tbody", "tfoot", "thead"])).flat_map(|section| {
        let is_in_thead = section.value().name() == "thead";
        let rows = section.children().filter(|row| row.value().name() == "tr");
        rows.enumerate().map(move |(index, element)| SourceRow { element, is_in_thead, begins_section: index == 0 })
    })
}

/// The cells of a row.
pub(super) fn cells(row: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    row.children().filter(|cell| is_any(cell.value(), &["td", "th"]))
}

/// How many columns a cell covers.
pub(super) fn colspan(cell: Element) -> usize {
    span(cell, "colspan").unwrap_or(1).max(1)
}

/// A span as browsers parse it: the digits at the start of the attribute.
fn span(cell: Element, name: &str) -> Option<usize> {
    let text = cell.value().attribute(name)?.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    // Browsers allow at most 65534 rows. No page needs more.
    text[..end].parse::<usize>().ok().map(|span| span.min(65_534))
}

impl<'a> Grid<'a> {
    pub(super) fn new(table: Element<'a>, problems: &mut Problems) -> Option<Self> {
        let mut grid = Self { cells: Vec::new(), rows: Vec::new(), columns: 0 };
        // For each column, the cell that spans into the next row.
        let mut spanning: Vec<Option<SpanningCell>> = Vec::new();
        let mut total = 0;
        for SourceRow { element: row, is_in_thead, begins_section } in rows(table) {
            if begins_section {
                // A span ends with its section.
                spanning.clear();
            }
            let line = row.value().line;
            let is_empty = cells(row).next().is_none();
            if is_empty && spanning.iter().all(Option::is_none) {
                spanning.clear();
                continue;
            }
            let slots = grid.lay_out_row(row, &mut spanning, problems)?;
            total += slots.len();
            if total > MAX_CELLS {
                let message = format!("table has more than {MAX_CELLS} cells, including those that spans repeat");
                problems.report(line, codes::TOO_LARGE, message, CUT_DOWN);
                return None;
            }
            grid.check_width(line, slots.len(), problems)?;
            if !is_empty {
                grid.rows.push(GridRow { line, is_in_thead, slots });
            }
        }
        Some(grid)
    }

    /// Checks that a row has as many slots as the rows above, or is the first row that isn't empty.
    fn check_width(&mut self, line: usize, slots: usize, problems: &mut Problems) -> Option<()> {
        let columns = self.columns.max(slots);
        let short_row = if slots < columns {
            Some((line, slots))
        } else if self.columns < columns {
            self.rows.first().map(|row| (row.line, self.columns))
        } else {
            None
        };
        if let Some((line, found)) = short_row {
            let found = count(found, "cell");
            let message = format!("row has {found}, including spans, but another row has {columns}");
            let help = "restore the lost cell, or fix a rowspan above or a colspan in the row";
            problems.report(line, codes::CELL_COUNT, message, help);
            return None;
        }
        self.columns = columns;
        Some(())
    }

    /// The slots of a row: its own cells, and those that span into it.
    fn lay_out_row(
        &mut self,
        row: Element<'a>,
        spanning: &mut Vec<Option<SpanningCell>>,
        problems: &mut Problems,
    ) -> Option<Vec<Slot>> {
        let mut slots = Vec::with_capacity(self.columns);
        for cell in cells(row) {
            take_spanning(&mut slots, spanning);
            let (first, line) = (slots.len(), cell.value().line);
            let end = first + colspan(cell);
            if end > MAX_COLUMNS {
                let message = format!("table has {end} columns, more than {MAX_COLUMNS}");
                problems.report(line, codes::TOO_LARGE, message, "fix the cell's colspan");
                return None;
            }
            spanning.resize(spanning.len().max(end), None);
            if spanning[first..end].iter().any(Option::is_some) {
                let help = "fix the cell's colspan, or the rowspan of the cell above";
                problems.report(line, codes::OVERLAPPING_CELLS, "cell overlaps one that spans from above", help);
                return None;
            }
            // A rowspan of 0 reaches to the end of the section.
            let rows = span(cell, "rowspan").map_or(1, |rows| if rows == 0 { usize::MAX } else { rows });
            let index = self.cells.len();
            self.cells.push(cell);
            slots.extend((first..end).map(|_| Slot { cell: index, spans_from_above: false }));
            spanning[first..end].fill((rows > 1).then(|| SpanningCell { cell: index, rows_left: rows - 1 }));
        }
        take_spanning(&mut slots, spanning);
        Some(slots)
    }
}

/// Adds the cells that span into the row at the next columns.
fn take_spanning(slots: &mut Vec<Slot>, spanning: &mut [Option<SpanningCell>]) {
    while let Some(column) = spanning.get_mut(slots.len()) {
        let Some(SpanningCell { cell, rows_left }) = *column else {
            return;
        };
        slots.push(Slot { cell, spans_from_above: true });
        *column = (rows_left > 1).then_some(SpanningCell { cell, rows_left: rows_left - 1 });
    }
}
