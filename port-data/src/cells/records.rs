//! Splits a text into records of cells.

use csv_core::{ReadFieldResult, ReaderBuilder};

use super::{Cell, Delimiter, RawCell};
use crate::diagnostic::Position;

/// The records of a text, without empty lines.
pub(super) fn records(text: &str, delimiter: Delimiter) -> Vec<Vec<RawCell<'_>>> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter.byte()).build();
    let mut output = vec![0; text.len()];
    let mut records = Vec::new();
    let mut record = Vec::new();
    let mut cursor = Cursor::default();
    let mut position = 0;
    loop {
        if record.is_empty() {
            let rest = &text[position..];
            position += rest.len() - rest.trim_start_matches(['\n', '\r']).len();
        }
        let (result, read, written) = reader.read_field(&text.as_bytes()[position..], &mut output);
        let Position { line, column } = cursor.at(text, position);
        let start = position;
        let raw = text[position..position + read].trim_end_matches(['\n', '\r']);
        position += read;
        let record_ends = match result {
            ReadFieldResult::Field { record_end } => record_end,
            // The input ended inside a field. One more call without input ends the field.
            ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {
                reader.read_field(&[], &mut output);
                true
            }
            ReadFieldResult::End => return records,
        };
        let raw = if record_ends { raw } else { raw.strip_suffix(char::from(delimiter.byte())).unwrap_or(raw) };
        let is_quoted = raw.starts_with('"');
        let closing = usize::from(raw.len() > 1 && is_quoted && raw.ends_with('"'));
        let end = cursor.at(text, start + raw.len() - closing);
        let text = String::from_utf8_lossy(&output[..written]).into_owned();
        let column = column + usize::from(is_quoted);
        record.push(RawCell { cell: Cell { text, line, column, end, is_quoted }, raw });
        if record_ends {
            records.push(std::mem::take(&mut record));
        }
        if !matches!(result, ReadFieldResult::Field { .. }) {
            return records;
        }
    }
}

/// Converts increasing byte offsets to lines and columns in one pass over the text.
#[derive(Default)]
struct Cursor {
    position: usize,
    line: usize,
    column: usize,
}

impl Cursor {
    /// The line and column of an offset, which must not be less than the previous one.
    fn at(&mut self, text: &str, position: usize) -> Position {
        for character in text[self.position..position].chars() {
            if character == '\n' {
                self.line += 1;
                self.column = 0;
            } else {
                self.column += 1;
            }
        }
        self.position = position;
        Position { line: self.line + 1, column: self.column + 1 }
    }
}
