//! Finds rows by the columns that contain only a few known values, the anchors.

use port_data::diagnostic::count;

use super::super::codes;
use super::super::hints::Hints;
use super::super::problems::Problems;
use super::super::spans::Repeater;
use super::super::table::{Cell, Row};
use super::super::text::quote;
use super::value::Value;
use std::ops::Range;

/// The anchor columns, in order. There is at least one.
pub(super) struct Anchors<'a> {
    hints: &'a Hints,
    columns: Vec<usize>,
}

impl<'a> Anchors<'a> {
    pub(super) fn new(hints: &'a Hints, problems: &mut Problems) -> Option<Self> {
        let may_span = |column: usize| hints.may_span(column, &hints.columns[column]);
        let columns: Vec<usize> = (0..hints.columns.len())
            .filter(|&column| !may_span(column) && hints.values.contains_key(&hints.columns[column]))
            .collect();
        let help = if columns.is_empty() {
            "list all columns in the curation, and the values of at least one that doesn't span"
        } else if (1..hints.columns.len()).any(may_span) {
            "list only the first column as spanning in the curation"
        } else {
            return Some(Self { hints, columns });
        };
        problems.report_page(codes::MISSING_HINTS, "the curation doesn't show where a row begins", help);
        None
    }

    /// The column for which a value is an anchor.
    fn column(&self, value: &Value) -> Option<usize> {
        let contains = |&column: &usize| {
            let values = self.hints.values.get(&self.hints.columns[column]);
            values.is_some_and(|values| values.contains(&value.text))
        };
        self.columns.iter().copied().find(contains)
    }

    fn is_anchor(&self, value: &Value) -> bool {
        self.column(value).is_some()
    }

    /// The rows of a table, and the index of the value after them.
    pub(super) fn rows(
        &self,
        values: &[Value],
        body: Range<usize>,
        repeater: &mut Repeater,
        problems: &mut Problems,
    ) -> Option<(Vec<Row>, usize)> {
        let values = &values[..body.end];
        let mut rows: Vec<Row> = Vec::new();
        let mut index = body.start;
        while let Some(anchor) = (index..body.end).find(|&index| self.is_anchor(&values[index])) {
            let before = &values[index..anchor];
            let mut cells = self.cells_before(before, &values[anchor], rows.last(), repeater, problems)?;
            index = self.cells_from(values, anchor, &mut cells, problems)?;
            rows.push(Row { line: before.first().unwrap_or(&values[anchor]).line, cells });
        }
        Some((rows, index))
    }

    /// The cells before the first anchor of a row. The first cell may be missing.
    fn cells_before(
        &self,
        before: &[Value],
        anchor: &Value,
        above: Option<&Row>,
        repeater: &mut Repeater,
        problems: &mut Problems,
    ) -> Option<Vec<Cell>> {
        let columns = self.columns[0];
        let mut cells = Vec::with_capacity(self.hints.columns.len());
        match above {
            Some(above) if self.hints.may_span(0, &self.hints.columns[0]) && before.len() + 1 == columns => {
                self.check_span(before, anchor, above, problems)?;
                let line = before.first().unwrap_or(anchor).line;
                cells.push(repeater.repeat(&above.cells[0], line, problems)?);
            }
            _ if before.len() == columns => {}
            _ => {
                let message = format!(
                    "row has {} instead of {columns} ({}) before {}",
                    count(before.len(), "value"),
                    self.hints.columns[..columns].join(", "),
                    quote(&anchor.text)
                );
                problems.report(anchor.line, codes::CELL_COUNT, message, RESTORE_OR_ADD);
                return None;
            }
        }
        cells.extend(before.iter().map(Value::to_cell));
        Some(cells)
    }

    /// Checks that the first cell of a row spans: the row is one value short, and no value nearby can be the first cell. If one
    /// can, it may be the first cell, and another value may be missing.
    fn check_span(&self, before: &[Value], anchor: &Value, above: &Row, problems: &mut Problems) -> Option<()> {
        let name = &self.hints.columns[0];
        let last_anchor = self.columns[self.columns.len() - 1];
        let nearby = above.cells[last_anchor + 1..].iter().map(|cell| (cell.line, &cell.text));
        let mut nearby = nearby.chain(before.iter().map(|value| (value.line, &value.text)));
        let known = self.hints.values.get(name);
        let Some((line, text)) = nearby.find(|(_, text)| known.is_none_or(|known| known.contains(text))) else {
            return Some(());
        };
        let message = format!(
            "{} may be the column {} of the row at line {}, which is one value short",
            quote(text),
            quote(name),
            anchor.line
        );
        let help = if known.is_some() {
            "restore the value that the capture lost near this line"
        } else {
            "list all values of the first column in the curation"
        };
        problems.report(line, codes::AMBIGUOUS, message, help);
        None
    }

    /// The cells from the first anchor of a row on, and the index of the value after the row.
    fn cells_from(
        &self,
        values: &[Value],
        first: usize,
        cells: &mut Vec<Cell>,
        problems: &mut Problems,
    ) -> Option<usize> {
        let mut index = first;
        // The index of the next anchor, if nothing is missing.
        let mut expected = first;
        for (number, &column) in self.columns.iter().enumerate() {
            let name = &self.hints.columns[column];
            if values.get(index).is_none_or(|value| self.column(value) != Some(column)) {
                let (line, found) = found_at(values.get(expected).or(values.last()));
                let message = format!(
                    "unexpected value {found} in the column {} (expected one of {})",
                    quote(name),
                    self.hints.values[name].join(", ")
                );
                problems.report(line, codes::UNEXPECTED_VALUE, message, RESTORE_OR_ADD);
                return None;
            }
            cells.push(values[index].to_cell());
            index += 1;
            let (columns, stop) = if let Some(next) = self.columns.get(number + 1) {
                let anchor = (index..values.len()).find(|&index| self.is_anchor(&values[index]));
                (next - column - 1, anchor.unwrap_or(values.len()))
            } else {
                let columns = self.hints.columns.len() - column - 1;
                (columns, index + columns)
            };
            expected = index + columns;
            index = self.cells_between(values, index..stop.min(values.len()), columns, cells, problems)?;
        }
        Some(index)
    }

    /// The cells between two anchors, or after the last one: one value each, or several values if there is only one cell.
    fn cells_between(
        &self,
        values: &[Value],
        range: Range<usize>,
        columns: usize,
        cells: &mut Vec<Cell>,
        problems: &mut Problems,
    ) -> Option<usize> {
        let found = &values[range.clone()];
        let anchor = found.iter().find(|value| self.is_anchor(value));
        if anchor.is_none() && found.len() == columns {
            cells.extend(found.iter().map(Value::to_cell));
            return Some(range.end);
        }
        if anchor.is_none() && columns == 1 && found.len() > 1 {
            let texts: Vec<&str> = found.iter().map(|value| value.text.as_str()).collect();
            cells.push(Cell { text: texts.join(" "), ..found[0].to_cell() });
            return Some(range.end);
        }
        let names = self.hints.columns[cells.len()..cells.len() + columns].join(", ");
        let (line, found) = found_at(anchor.or(values.get(range.end)).or(values.last()));
        let message = format!("row doesn't have {} ({names}) before {found}", count(columns, "value"));
        let help = "restore what the capture lost here, or remove what doesn't belong to the row";
        problems.report(line, codes::CELL_COUNT, message, help);
        None
    }
}

/// What to do about a row with too few values, or with an unknown one.
const RESTORE_OR_ADD: &str =
    "restore what the capture lost here, or add a new value to its column's values in the curation";

/// The line and the quoted text of a value, for messages.
fn found_at(value: Option<&Value>) -> (usize, String) {
    value.map_or((0, String::new()), |value| (value.line, quote(&value.text)))
}
