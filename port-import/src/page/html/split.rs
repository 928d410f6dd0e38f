//! Splits one HTML table into the tables of the page: finds the headings and headers among its rows.

use super::super::doubt::{self, Policy};
use super::super::hints::{Concealed, Hints};
use super::super::problems::Problems;
use super::super::spans::Repeater;
use super::super::table::{Cell, Line, Row, Skipped, SkippedKind, Table};
use super::content::extract;
use super::extracted::ExtractedText;
use super::grid::{Grid, GridRow};
use super::style::concealed_kind;
use super::tree::Element;
use std::ops::Range;

/// The tables of one HTML table.
pub(super) struct Split {
    pub caption: ExtractedText,
    pub tables: Vec<Table>,
    /// Footnotes, and other text that isn't part of a row.
    pub text_outside_tables: Vec<Line>,
    /// What isn't displayed, or is dropped by the curation.
    pub skipped: Vec<Skipped>,
}

enum RowKind {
    /// All cells are empty.
    Empty,
    /// One cell over the full width, by its index.
    FullWidth(usize),
    Header,
    Body,
}

pub(super) fn split(table: Element, hints: &Hints, problems: &mut Problems) -> Option<Split> {
    let policy = Policy::from(hints);
    let around = concealed_around(table, policy, problems);
    let mut rows = Rows::new(Grid::new(table, problems)?, policy, around, problems);
    let caption = table.children().find(|child| child.value().name() == "caption");
    let mut caption = caption.map(|caption| extract(caption, policy, around)).unwrap_or_default();
    let mut skipped = std::mem::take(&mut rows.skipped);
    skipped.append(&mut caption.skipped);
    caption.doubts.drain(..).for_each(|doubt| doubt.report(&caption.text, problems));
    let splitter = Splitter {
        has_body: (0..rows.grid.rows.len()).any(|index| matches!(rows.kind(index), RowKind::Body)),
        rows: &rows,
        split: Split { caption, tables: Vec::new(), text_outside_tables: Vec::new(), skipped },
        heading: None,
    };
    splitter.split(hints, problems)
}

/// Why all of a table is dropped as hidden or struck out. If the curation doesn't decide that, it is reported once.
fn concealed_around(table: Element, policy: Policy, problems: &mut Problems) -> Option<SkippedKind> {
    let outer = [table].into_iter().chain(table.ancestors());
    let mut kinds: Vec<SkippedKind> = outer.filter_map(|element| concealed_kind(element.value())).collect();
    kinds.dedup();
    for kind in &kinds {
        if doubt::decision(policy, *kind).is_none() {
            doubt::report_table(table.value().line, *kind == SkippedKind::Hidden, problems);
        }
    }
    kinds.into_iter().find(|kind| doubt::decision(policy, *kind) == Some(Concealed::Drop))
}

struct Splitter<'a> {
    rows: &'a Rows<'a>,
    /// Whether any row isn't a header. If all cells are `th`, only the first row is the header.
    has_body: bool,
    split: Split,
    /// The cell over the full width that is the heading of the rows below it.
    heading: Option<usize>,
}

impl Splitter<'_> {
    fn split(mut self, hints: &Hints, problems: &mut Problems) -> Option<Split> {
        let mut repeater = Repeater::new();
        let mut index = 0;
        while index < self.rows.grid.rows.len() {
            let kind = self.rows.kind(index);
            if self.begins_table(index, &kind) {
                index = self.begin_table(index);
                continue;
            }
            match kind {
                RowKind::Empty => {}
                RowKind::FullWidth(cell) => self.add_full_width(cell, hints),
                RowKind::Header | RowKind::Body => {
                    self.use_heading();
                    let row = self.rows.row(index, &mut repeater, problems)?;
                    self.split.tables.last_mut()?.rows.push(row);
                }
            }
            index += 1;
        }
        // No row follows the last heading, so it is a footnote.
        let footnote = self.heading.into_iter().flat_map(|cell| self.rows.lines(cell));
        self.split.text_outside_tables.extend(footnote);
        Some(self.split)
    }

    /// Whether a row is the header of a table.
    fn begins_table(&self, index: usize, kind: &RowKind) -> bool {
        match kind {
            RowKind::Empty | RowKind::FullWidth(_) => false,
            RowKind::Header => self.has_body || self.split.tables.is_empty(),
            RowKind::Body => self.split.tables.last().is_none_or(|table| self.rows.equals_header(index, &table.header)),
        }
    }

    /// Begins a table whose header is at an index. Returns the index of the row below the header.
    fn begin_table(&mut self, index: usize) -> usize {
        let range = self.rows.header_range(index, self.has_body);
        let outside = &mut self.split.text_outside_tables;
        let own_heading = self.heading.take().map(|cell| self.rows.take_heading(cell, outside));
        // A repeated header, as after a page break, is below the same heading.
        let heading = own_heading.or_else(|| self.split.tables.last().and_then(|table| table.heading.clone()));
        let header = self.rows.header(range.clone(), outside);
        self.split.tables.push(Table { heading, header, rows: Vec::new(), text: None });
        range.end
    }

    /// Adds a cell over the full width: a heading, or a footnote if the curation's headings don't list it. The previous heading
    /// was a footnote, since no row followed it.
    fn add_full_width(&mut self, cell: usize, hints: &Hints) {
        let is_heading = hints.headings.is_empty() || hints.headings.contains(&self.rows.cells[cell].text);
        let footnote = if is_heading { self.heading.replace(cell) } else { Some(cell) };
        self.split.text_outside_tables.extend(footnote.into_iter().flat_map(|cell| self.rows.lines(cell)));
    }

    /// Gives the heading above a row to the current table, or begins a table with the same header.
    fn use_heading(&mut self) {
        let Some(cell) = self.heading.take() else { return };
        let heading = Some(self.rows.take_heading(cell, &mut self.split.text_outside_tables));
        match self.split.tables.last_mut() {
            Some(table) if table.rows.is_empty() && table.heading.is_none() => table.heading = heading,
            Some(table) => {
                let header = table.header.clone();
                self.split.tables.push(Table { heading, header, rows: Vec::new(), text: None });
            }
            None => {}
        }
    }
}

/// A grid, and the texts of its cells.
struct Rows<'a> {
    grid: Grid<'a>,
    cells: Vec<Cell>,
    /// What isn't part of the cells' texts.
    skipped: Vec<Skipped>,
}

impl<'a> Rows<'a> {
    fn new(grid: Grid<'a>, policy: Policy, around: Option<SkippedKind>, problems: &mut Problems) -> Self {
        let mut cells = Vec::with_capacity(grid.cells.len());
        let mut skipped = Vec::new();
        for &element in &grid.cells {
            // The row, and its section.
            let parents = element.ancestors().take_while(|parent| parent.value().name() != "table");
            let around = around.or_else(|| parents.filter_map(|parent| concealed_kind(parent.value())).last());
            let found = extract(element, policy, around);
            found.doubts.iter().for_each(|doubt| doubt.report(&found.text, problems));
            skipped.extend(found.skipped);
            let ExtractedText { text, footnotes, marks, .. } = found;
            cells.push(Cell { text, line: element.value().line, spans_from_above: false, footnotes, marks });
        }
        Self { grid, cells, skipped }
    }

    fn kind(&self, index: usize) -> RowKind {
        let GridRow { is_in_thead, slots, .. } = &self.grid.rows[index];
        let is_empty = |cell: usize| self.cells[cell].text.is_empty() && self.cells[cell].footnotes.is_empty();
        if slots.iter().all(|slot| is_empty(slot.cell)) {
            return RowKind::Empty;
        }
        if slots.len() > 1 && slots.iter().all(|slot| slot.cell == slots[0].cell) {
            return RowKind::FullWidth(slots[0].cell);
        }
        let is_th = |cell: usize| self.grid.cells[cell].value().name() == "th";
        if *is_in_thead || slots.iter().all(|slot| is_empty(slot.cell) || is_th(slot.cell)) {
            return RowKind::Header;
        }
        RowKind::Body
    }

    /// The rows of the header that begins at an index: further header rows, and rows into which its cells span.
    fn header_range(&self, start: usize, has_body: bool) -> Range<usize> {
        let is_header = matches!(self.kind(start), RowKind::Header) && has_body;
        let more = self.grid.rows.iter().enumerate().skip(start + 1).take_while(|(index, row)| {
            is_header && matches!(self.kind(*index), RowKind::Header)
                || row.slots.iter().any(|slot| slot.spans_from_above)
        });
        start..start + 1 + more.count()
    }

    /// The column names: for each column, the texts of the header's rows from top to bottom.
    fn header(&self, range: Range<usize>, text_outside_tables: &mut Vec<Line>) -> Vec<Line> {
        let rows = &self.grid.rows[range];
        let mut header: Vec<Line> = Vec::with_capacity(self.grid.columns);
        for column in 0..self.grid.columns {
            let mut line = Line::new(rows[0].line, "");
            for (number, row) in rows.iter().enumerate() {
                let slot = row.slots[column];
                let cell = &self.cells[slot.cell];
                if number == 0 {
                    line.number = cell.line;
                }
                if slot.spans_from_above && number > 0 {
                    continue;
                }
                if !line.text.is_empty() && !cell.text.is_empty() {
                    line.text.push(' ');
                }
                line.text.push_str(&cell.text);
                if column == 0 || row.slots[column - 1].cell != slot.cell {
                    text_outside_tables.extend(footnote_lines(cell));
                }
            }
            header.push(line);
        }
        header
    }

    /// Whether a row has the same texts as a header.
    fn equals_header(&self, index: usize, header: &[Line]) -> bool {
        let row = &self.grid.rows[index];
        row.slots.iter().zip(header).all(|(slot, name)| self.cells[slot.cell].text == name.text)
    }

    fn row(&self, index: usize, repeater: &mut Repeater, problems: &mut Problems) -> Option<Row> {
        let GridRow { line, slots, .. } = &self.grid.rows[index];
        let mut cells: Vec<Cell> = Vec::with_capacity(slots.len());
        for (column, slot) in slots.iter().enumerate() {
            let cell = &self.cells[slot.cell];
            let is_repeated = slot.spans_from_above || column > 0 && slots[column - 1].cell == slot.cell;
            cells.push(if is_repeated {
                let line = if slot.spans_from_above { *line } else { cell.line };
                let copy = repeater.repeat(cell, line, problems)?;
                Cell { spans_from_above: slot.spans_from_above, ..copy }
            } else {
                cell.clone()
            });
        }
        Some(Row { line: *line, cells })
    }

    /// A cell that isn't part of a row as lines: its text and its footnotes.
    fn lines(&self, cell: usize) -> impl Iterator<Item = Line> + use<> {
        let Cell { text, line, footnotes, .. } = self.cells[cell].clone();
        ExtractedText { text, line, footnotes, ..ExtractedText::default() }.into_lines()
    }

    /// A cell's text as a heading. Its footnotes are added to the text outside tables.
    fn take_heading(&self, cell: usize, text_outside_tables: &mut Vec<Line>) -> Line {
        let cell = &self.cells[cell];
        text_outside_tables.extend(footnote_lines(cell));
        Line::new(cell.line, cell.text.clone())
    }
}

fn footnote_lines(cell: &Cell) -> impl Iterator<Item = Line> {
    cell.footnotes.iter().map(|text| Line::new(cell.line, text.clone()))
}
