//! Rows told apart by the columns that hold nothing but a few known values.

use super::super::spans::Repeat;
use super::super::text::quote;
use super::super::{Cell, Hints, Problems, Row};
use super::Value;
use std::ops::Range;

/// The columns by whose values rows are told apart, in order; never none.
pub(super) struct Anchors<'a> {
    hints: &'a Hints,
    columns: Vec<usize>,
}

impl<'a> Anchors<'a> {
    pub(super) fn new(hints: &'a Hints, problems: &mut Problems) -> Option<Self> {
        let spans = |column: usize| hints.spans(column, &hints.columns[column]);
        let columns: Vec<usize> = (0..hints.columns.len())
            .filter(|&column| !spans(column) && hints.values.contains_key(&hints.columns[column]))
            .collect();
        let expected = match columns.first() {
            None => "the heads of all columns, and the values of at least one that does not span",
            Some(_) if (1..hints.columns.len()).any(spans) => "no column that spans but the first",
            Some(_) => return Some(Self { hints, columns }),
        };
        problems.push(
            (1, "hints by which rows can't be told apart"),
            expected,
            "name columns, spanning and values in the curation",
        );
        None
    }

    /// The column that this value anchors.
    fn column(&self, value: &Value) -> Option<usize> {
        let holds = |&column: &usize| {
            let values = self.hints.values.get(&self.hints.columns[column]);
            values.is_some_and(|values| values.contains(&value.text))
        };
        self.columns.iter().copied().find(holds)
    }

    /// The rows of a table, and where the lines after them begin.
    pub(super) fn rows(
        &self,
        values: &[Value],
        body: Range<usize>,
        repeat: &mut Repeat,
        problems: &mut Problems,
    ) -> Option<(Vec<Row>, usize)> {
        let mut rows: Vec<Row> = Vec::new();
        let mut at = body.start;
        let next = |from: usize| (from..body.end).find(|&at| self.column(&values[at]).is_some());
        while let Some(anchor) = next(at) {
            let lead = &values[at..anchor];
            let mut cells = self.lead(lead, &values[anchor], rows.last(), repeat, problems)?;
            at = self.rest(values, anchor, body.end, &mut cells, problems)?;
            rows.push(Row { line: lead.first().unwrap_or(&values[anchor]).line, cells });
        }
        Some((rows, at))
    }

    /// The cells before the first anchor; the first of them may be missing.
    fn lead(
        &self,
        lead: &[Value],
        anchor: &Value,
        above: Option<&Row>,
        repeat: &mut Repeat,
        problems: &mut Problems,
    ) -> Option<Vec<Cell>> {
        let columns = self.columns[0];
        let mut cells = Vec::with_capacity(self.hints.columns.len());
        let may_span = self.hints.spans(0, &self.hints.columns[0]);
        match above {
            Some(above) if may_span && lead.len() + 1 == columns => {
                self.check_span(lead, anchor, above, problems)?;
                let line = lead.first().unwrap_or(anchor).line;
                cells.push(repeat.cell(&above.cells[0], line, problems)?);
            }
            _ if lead.len() == columns => {}
            _ => {
                let heads = self.hints.columns[..columns].join(", ");
                problems.push(
                    (anchor.line, format!("{} after {} values of its row", quote(&anchor.text), lead.len())),
                    format!("{columns} values before it: {heads}"),
                    "put back what the capture lost here; if a value is new, add it to its column's values",
                );
                return None;
            }
        }
        cells.extend(lead.iter().map(cell));
        Some(cells)
    }

    /// A row that is one value short has a first cell that spans only if none of the values around can be that cell:
    /// otherwise it may be there, and another one missing.
    fn check_span(&self, lead: &[Value], anchor: &Value, above: &Row, problems: &mut Problems) -> Option<()> {
        let head = &self.hints.columns[0];
        let last_anchor = self.columns[self.columns.len() - 1];
        let around = above.cells[last_anchor + 1..].iter().map(|cell| (cell.line, &cell.text));
        let mut around = around.chain(lead.iter().map(|value| (value.line, &value.text)));
        let known = self.hints.values.get(head);
        let Some((line, text)) = around.find(|(_, text)| known.is_none_or(|known| known.contains(text))) else {
            return Some(());
        };
        let (can, advice) = if known.is_some() {
            ("is", "put back the value that the capture lost near this line")
        } else {
            ("could be", "list all that the first column holds in the curation's values")
        };
        problems.push(
            (line, format!("{} near a row that is one value short at line {}", quote(text), anchor.line)),
            format!("no value that {can} one of the column {}, or a row of all values", quote(head)),
            advice,
        );
        None
    }

    /// The cells from the first anchor on, and where the next row begins.
    fn rest(
        &self,
        values: &[Value],
        first: usize,
        end: usize,
        cells: &mut Vec<Cell>,
        problems: &mut Problems,
    ) -> Option<usize> {
        let mut at = first;
        // Where the next anchor is when nothing is missing.
        let mut due = first;
        for (number, &column) in self.columns.iter().enumerate() {
            let head = &self.hints.columns[column];
            if at >= end || self.column(&values[at]) != Some(column) {
                let place = values[..end].get(due).or(values[..end].last());
                problems.push(
                    place.map_or((1, String::new()), |value| (value.line, quote(&value.text))),
                    format!("under {} one of: {}", quote(head), self.hints.values[head].join(", ")),
                    "put back what the capture lost here; if the value is new, add it to the column's values",
                );
                return None;
            }
            cells.push(cell(&values[at]));
            at += 1;
            let (columns, stop) = if let Some(next) = self.columns.get(number + 1) {
                let stop = (at..end).find(|&at| self.column(&values[at]).is_some()).unwrap_or(end);
                (next - column - 1, stop)
            } else {
                let columns = self.hints.columns.len() - column - 1;
                (columns, at + columns)
            };
            due = at + columns;
            at = self.between(values, at..stop.min(end), columns, cells, problems)?;
        }
        Some(at)
    }

    /// The cells between two anchors, or after the last one: a value each, and several where it is one cell.
    fn between(
        &self,
        values: &[Value],
        range: Range<usize>,
        columns: usize,
        cells: &mut Vec<Cell>,
        problems: &mut Problems,
    ) -> Option<usize> {
        let found = &values[range.clone()];
        let stray = found.iter().find(|value| self.column(value).is_some());
        if stray.is_none() && found.len() == columns {
            cells.extend(found.iter().map(cell));
            return Some(range.end);
        }
        if stray.is_none() && columns == 1 && found.len() > 1 {
            let texts: Vec<&str> = found.iter().map(|value| value.text.as_str()).collect();
            cells.push(Cell { text: texts.join(" "), ..cell(&found[0]) });
            return Some(range.end);
        }
        let heads = self.hints.columns[cells.len()..cells.len() + columns].join(", ");
        let place = stray.or(values.get(range.end)).or(values.last());
        problems.push(
            place.map_or((1, String::new()), |value| (value.line, quote(&value.text))),
            format!("{columns} values before it, under: {heads}"),
            "put back what the capture lost here, or take out what does not belong to the row",
        );
        None
    }
}

fn cell(value: &Value) -> Cell {
    Cell { text: value.text.clone(), line: value.line, ..Cell::default() }
}
