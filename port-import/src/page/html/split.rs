//! One HTML table as the tables it holds: headings and headers found among its rows.

use super::super::spans::Repeat;
use super::super::text::quote;
use super::super::{Cell, Hints, Line, Problems, Row, Table};
use super::content::{Content, Told};
use super::grid::{Grid, GridRow};
use super::lines;
use super::tree::Element;
use std::ops::Range;

/// What a table holds.
pub(super) struct Split {
    pub caption: Told,
    pub tables: Vec<Table>,
    /// Footnotes.
    pub loose: Vec<Line>,
}

/// What a row is.
enum Kind {
    /// Cells without a word.
    Blank,
    /// One cell over the full width.
    Full(usize),
    Head,
    Body,
}

/// A table laid out, with what its cells say.
struct Rows<'a> {
    grid: Grid<'a>,
    cells: Vec<Cell>,
}

pub(super) fn tables(table: Element, hints: &Hints, problems: &mut Problems) -> Option<Split> {
    let rows = Rows::new(Grid::new(table, problems)?, problems);
    let caption = table.children().find(|child| child.value().name() == "caption");
    let mut split =
        Split { caption: caption.map(Content::of).unwrap_or_default(), tables: Vec::new(), loose: Vec::new() };
    let mut repeat = Repeat::new();
    // The cell over the full width that heads the rows to come.
    let mut heading: Option<usize> = None;
    let has_body = (0..rows.grid.rows.len()).any(|at| matches!(rows.kind(at), Kind::Body));
    let mut at = 0;
    while at < rows.grid.rows.len() {
        let begins = match rows.kind(at) {
            Kind::Blank => false,
            Kind::Full(cell) => {
                let is_heading = hints.headings.is_empty() || hints.headings.contains(&rows.cells[cell].text);
                let footnote = if is_heading { heading.replace(cell) } else { Some(cell) };
                split.loose.extend(footnote.into_iter().flat_map(|cell| rows.lines(cell)));
                false
            }
            Kind::Head => has_body || split.tables.is_empty(),
            Kind::Body => split.tables.last().is_none_or(|table| rows.is_header(at, &table.header)),
        };
        if begins {
            let header = rows.header_at(at, has_body);
            let own = heading.take().map(|cell| rows.take_line(cell, &mut split.loose));
            // A header again, after a page's end: what was printed over the table still holds.
            let heading = own.or_else(|| split.tables.last().and_then(|table| table.heading.clone()));
            split.tables.push(Table {
                heading,
                header: rows.header(header.clone(), &mut split.loose),
                rows: Vec::new(),
            });
            at = header.end;
            continue;
        }
        if matches!(rows.kind(at), Kind::Head | Kind::Body) {
            if let Some(cell) = heading.take() {
                let heading = Some(rows.take_line(cell, &mut split.loose));
                match split.tables.last_mut() {
                    Some(table) if table.rows.is_empty() && table.heading.is_none() => {
                        table.heading = heading;
                    }
                    Some(table) => {
                        let header = table.header.clone();
                        split.tables.push(Table { heading, header, rows: Vec::new() });
                    }
                    None => {}
                }
            }
            let row = rows.row(at, &mut repeat, problems)?;
            split.tables.last_mut()?.rows.push(row);
        }
        at += 1;
    }
    // Nothing follows, so nothing is headed.
    split.loose.extend(heading.into_iter().flat_map(|cell| rows.lines(cell)));
    Some(split)
}

impl<'a> Rows<'a> {
    fn new(grid: Grid<'a>, problems: &mut Problems) -> Self {
        let mut cells = Vec::with_capacity(grid.cells.len());
        for &element in &grid.cells {
            let told = Content::of(element);
            if let Some((line, mark)) = told.doubt {
                problems.push(
                    (line, format!("a popup on {} in the cell {}", quote(&mark), quote(&told.text))),
                    "a mark in superscript, or words",
                    "mend the page: put a footnote's mark into `sup`, or take the popup away from a port",
                );
            }
            cells.push(Cell { text: told.text, line: element.value().line, from_above: false, notes: told.notes });
        }
        Self { grid, cells }
    }

    fn kind(&self, at: usize) -> Kind {
        let GridRow { is_head, slots, .. } = &self.grid.rows[at];
        let is_blank = |cell: usize| self.cells[cell].text.is_empty() && self.cells[cell].notes.is_empty();
        if slots.iter().all(|slot| is_blank(slot.cell)) {
            return Kind::Blank;
        }
        if slots.len() > 1 && slots.iter().all(|slot| slot.cell == slots[0].cell) {
            return Kind::Full(slots[0].cell);
        }
        let is_th = |cell: usize| self.grid.cells[cell].value().name() == "th";
        if *is_head || slots.iter().all(|slot| is_blank(slot.cell) || is_th(slot.cell)) {
            return Kind::Head;
        }
        Kind::Body
    }

    /// The rows of the header that begins here: more heads, and rows that its cells span into.
    fn header_at(&self, start: usize, has_body: bool) -> Range<usize> {
        let is_head = matches!(self.kind(start), Kind::Head) && has_body;
        let more = self.grid.rows.iter().enumerate().skip(start + 1).take_while(|(at, row)| {
            is_head && matches!(self.kind(*at), Kind::Head) || row.slots.iter().any(|slot| slot.from_above)
        });
        start..start + 1 + more.count()
    }

    /// The heads: of each column the texts that stand over it, down to the rows.
    fn header(&self, range: Range<usize>, loose: &mut Vec<Line>) -> Vec<Line> {
        let rows = &self.grid.rows[range];
        let mut header: Vec<Line> = Vec::with_capacity(self.grid.columns);
        for column in 0..self.grid.columns {
            let mut line = Line { number: rows[0].line, text: String::new() };
            for (number, row) in rows.iter().enumerate() {
                let slot = row.slots[column];
                let cell = &self.cells[slot.cell];
                if number == 0 {
                    line.number = cell.line;
                }
                if slot.from_above && number > 0 {
                    continue;
                }
                if !line.text.is_empty() && !cell.text.is_empty() {
                    line.text.push(' ');
                }
                line.text.push_str(&cell.text);
                if column == 0 || row.slots[column - 1].cell != slot.cell {
                    loose.extend(cell.notes.iter().map(|note| Line { number: cell.line, text: note.clone() }));
                }
            }
            header.push(line);
        }
        header
    }

    /// Says the row what the header says?
    fn is_header(&self, at: usize, header: &[Line]) -> bool {
        let row = &self.grid.rows[at];
        row.slots.iter().zip(header).all(|(slot, head)| self.cells[slot.cell].text == head.text)
    }

    fn row(&self, at: usize, repeat: &mut Repeat, problems: &mut Problems) -> Option<Row> {
        let GridRow { line, slots, .. } = &self.grid.rows[at];
        let mut cells: Vec<Cell> = Vec::with_capacity(slots.len());
        for (column, slot) in slots.iter().enumerate() {
            let cell = &self.cells[slot.cell];
            let is_repeated = slot.from_above || column > 0 && slots[column - 1].cell == slot.cell;
            cells.push(if is_repeated {
                let line = if slot.from_above { *line } else { cell.line };
                Cell { from_above: slot.from_above, ..repeat.cell(cell, line, problems)? }
            } else {
                cell.clone()
            });
        }
        Some(Row { line: *line, cells })
    }

    /// A cell outside the rows as lines: its text, its footnotes.
    fn lines(&self, cell: usize) -> impl Iterator<Item = Line> + use<> {
        let Cell { text, line, notes, .. } = self.cells[cell].clone();
        lines(Told { text, line, notes, doubt: None })
    }

    /// A cell's text as a heading; its footnotes become loose lines.
    fn take_line(&self, cell: usize, loose: &mut Vec<Line>) -> Line {
        let Cell { text, line, notes, .. } = &self.cells[cell];
        loose.extend(notes.iter().map(|note| Line { number: *line, text: note.clone() }));
        Line { number: *line, text: text.clone() }
    }
}
