//! The cells of an HTML table in their rows and columns, spans laid out as browsers do.

use super::super::{MAX_CELLS, MAX_COLUMNS, Problems};
use super::tree::{Element, is_any};

/// A table laid out: each row has a slot for each column.
pub(super) struct Grid<'a> {
    pub cells: Vec<Element<'a>>,
    pub rows: Vec<GridRow>,
    pub columns: usize,
}

pub(super) struct GridRow {
    /// The line where the row's tag ends.
    pub line: usize,
    /// The row stands in a `thead`.
    pub is_head: bool,
    pub slots: Vec<Slot>,
}

/// What covers a place of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    /// Which of the grid's cells.
    pub cell: usize,
    /// The cell spans from the row above.
    pub from_above: bool,
}

/// A cell that spans into rows to come.
#[derive(Clone, Copy)]
struct Carry {
    cell: usize,
    rows: usize,
}

/// The rows of a table, without those of tables inside it; with each, its section's name and whether it begins one.
pub(super) fn rows(table: Element<'_>) -> impl Iterator<Item = (Element<'_>, bool, bool)> {
    table.children().filter(|section| is_any(section.value(), &["tbody", "tfoot", "thead"])).flat_map(|section| {
        let is_head = section.value().name() == "thead";
        let rows = section.children().filter(|row| row.value().name() == "tr");
        rows.enumerate().map(move |(number, row)| (row, is_head, number == 0))
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

/// A span as browsers read it: digits at the start.
fn span(cell: Element, name: &str) -> Option<usize> {
    let text = cell.value().attribute(name)?.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    // No page means more than this; a browser takes 65534 rows at most.
    text[..end].parse::<usize>().ok().map(|span| span.min(65_534))
}

impl<'a> Grid<'a> {
    pub(super) fn new(table: Element<'a>, problems: &mut Problems) -> Option<Self> {
        let mut grid = Self { cells: Vec::new(), rows: Vec::new(), columns: 0 };
        // By column, the cells that span into the next row.
        let mut carried: Vec<Option<Carry>> = Vec::new();
        let mut total = 0;
        for (row, is_head, begins_section) in rows(table) {
            if begins_section {
                // A span ends with its section.
                carried.clear();
            }
            let line = row.value().line;
            let is_empty = cells(row).next().is_none();
            if is_empty && carried.iter().all(Option::is_none) {
                carried.clear();
                continue;
            }
            let slots = grid.lay(row, &mut carried, problems)?;
            total += slots.len();
            if total > MAX_CELLS {
                problems.push(
                    (line, "a table whose cells and spans fill too many places"),
                    format!("at most {MAX_CELLS}"),
                    "cut the page down to the part with the tables",
                );
                return None;
            }
            let columns = grid.columns.max(slots.len());
            let short = if slots.len() < columns {
                Some((line, slots.len()))
            } else if grid.columns < columns {
                grid.rows.first().map(|row| (row.line, grid.columns))
            } else {
                None
            };
            if let Some((line, count)) = short {
                problems.push(
                    (line, format!("a row of {count} cells, spans counted")),
                    format!("{columns} cells, as in another row of the table"),
                    "put the lost cell back, or mend a rowspan above or a colspan in the row",
                );
                return None;
            }
            grid.columns = columns;
            if !is_empty {
                grid.rows.push(GridRow { line, is_head, slots });
            }
        }
        Some(grid)
    }

    /// Lays a row's cells beside those that span into it.
    fn lay(
        &mut self,
        row: Element<'a>,
        carried: &mut Vec<Option<Carry>>,
        problems: &mut Problems,
    ) -> Option<Vec<Slot>> {
        let mut slots = Vec::with_capacity(self.columns);
        for cell in cells(row) {
            take_carried(&mut slots, carried);
            let (first, line) = (slots.len(), cell.value().line);
            let end = first + colspan(cell);
            if end > MAX_COLUMNS {
                problems.push(
                    (line, format!("a table of {end} columns")),
                    format!("at most {MAX_COLUMNS}"),
                    "mend the cell's colspan",
                );
                return None;
            }
            carried.resize(carried.len().max(end), None);
            if carried[first..end].iter().any(Option::is_some) {
                problems.push(
                    (line, "a cell that covers another one, which spans from above"),
                    "cells beside each other",
                    "mend the cell's colspan, or the rowspan of the one above",
                );
                return None;
            }
            // A span of 0 goes to the section's end.
            let rows = span(cell, "rowspan").map_or(1, |rows| if rows == 0 { usize::MAX } else { rows });
            let number = self.cells.len();
            self.cells.push(cell);
            slots.extend((first..end).map(|_| Slot { cell: number, from_above: false }));
            carried[first..end].fill((rows > 1).then(|| Carry { cell: number, rows: rows - 1 }));
        }
        take_carried(&mut slots, carried);
        Some(slots)
    }
}

/// Takes the cells that span into the row, from the next place on.
fn take_carried(slots: &mut Vec<Slot>, carried: &mut [Option<Carry>]) {
    while let Some(place) = carried.get_mut(slots.len()) {
        let Some(Carry { cell, rows }) = *place else {
            return;
        };
        slots.push(Slot { cell, from_above: true });
        *place = (rows > 1).then_some(Carry { cell, rows: rows - 1 });
    }
}
