//! Splits a text into records of cells.

use csv_core::{ReadFieldResult, ReaderBuilder};

use super::{Cell, RawCell};

/// What separates the cells of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiter {
    Comma,
    Semicolon,
    Tab,
}

impl Delimiter {
    /// The delimiter of a file: a comma, unless the header has none and has one of the others.
    pub(super) fn of(text: &str) -> Delimiter {
        let header = text.trim_start_matches(['\n', '\r']).lines().next().unwrap_or_default();
        let first =
            header.contains(',').then_some(',').or_else(|| header.chars().find(|letter| ";\t".contains(*letter)));
        match first {
            Some(';') => Delimiter::Semicolon,
            Some('\t') => Delimiter::Tab,
            _ => Delimiter::Comma,
        }
    }

    fn byte(self) -> u8 {
        match self {
            Delimiter::Comma => b',',
            Delimiter::Semicolon => b';',
            Delimiter::Tab => b'\t',
        }
    }

    /// What to do if a row has more or fewer cells than the header.
    pub(super) fn help(self) -> &'static str {
        match self {
            Delimiter::Comma => "quote a cell that contains a comma",
            Delimiter::Semicolon => {
                "quote a cell that contains a semicolon, since semicolons separate the cells of this file"
            }
            Delimiter::Tab => "remove tabs from the texts, since tabs separate the cells of this file",
        }
    }
}

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
        let (line, column) = cursor.at(text, position);
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
        let text = String::from_utf8_lossy(&output[..written]).into_owned();
        let column = column + usize::from(is_quoted);
        record.push(RawCell { cell: Cell { text, line, column, is_quoted }, raw });
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
    fn at(&mut self, text: &str, position: usize) -> (usize, usize) {
        for character in text[self.position..position].chars() {
            if character == '\n' {
                self.line += 1;
                self.column = 0;
            } else {
                self.column += 1;
            }
        }
        self.position = position;
        (self.line + 1, self.column + 1)
    }
}
