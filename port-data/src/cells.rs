//! Cuts a CSV file into cells, each with its place.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use csv_core::{ReadFieldResult, Reader};

use crate::error::{Error, Problem};
use crate::hidden::is_hidden;

/// The longest file that is read, in bytes. What is made of it takes at most 150 times as much memory.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;

/// A cell, and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The text, without the quotes around it.
    pub text: String,
    /// The line, from 1.
    pub line: usize,
    /// The column of the line at which the text begins, in characters from 1: after its quote, where it has one.
    pub column: usize,
}

/// A file's lines as cells: first the header's, then each row's. Every row has as many cells as the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells {
    /// The file they were read from.
    pub file: PathBuf,
    /// The header.
    pub header: Vec<Cell>,
    /// The rows, in the file's order.
    pub rows: Vec<Vec<Cell>>,
}

impl Cells {
    /// Reads a file; what is wrong goes to `errors`, and only rows without fault come back.
    pub fn read(file: &Path, errors: &mut Vec<Error>) -> Option<Cells> {
        let mut bytes = Vec::new();
        // One byte more than may be, so that what never ends is not read to its end.
        let read = File::open(file).and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes));
        let problem = match read {
            Ok(_) => return Cells::parse(file, &bytes, errors),
            Err(error) => Problem::Unreadable(error.to_string()),
        };
        errors.push(Error { file: file.to_path_buf(), line: 0, column: 0, cell: None, problem });
        None
    }

    /// Parses the bytes of a file; what is wrong goes to `errors`, and only rows without fault come back.
    pub fn parse(file: &Path, bytes: &[u8], errors: &mut Vec<Error>) -> Option<Cells> {
        let mut report = |(line, column): (usize, usize), problem| {
            errors.push(Error { file: file.to_path_buf(), line, column, cell: None, problem });
        };
        if bytes.len() > MAX_BYTES {
            report((0, 0), Problem::TooLong { most: MAX_BYTES });
            return None;
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
            Err(error) => {
                let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
                report(Cursor::default().after(&good), Problem::NotUtf8(bytes[error.valid_up_to()]));
                return None;
            }
        };
        let mut lines = records(text).into_iter();
        let Some(header) = lines.next() else {
            report((0, 0), Problem::EmptyTable);
            return None;
        };
        let width = header.len();
        let mut sound = |record: Vec<RawCell<'_>>| {
            let place = (record[0].cell.line, record[0].cell.column);
            let count = record.len();
            let mut faultless = true;
            for raw in &record {
                if let Some((column, problem)) = raw.problem() {
                    report((raw.cell.line, column), problem);
                    faultless = false;
                }
            }
            if count != width {
                report((place.0, 0), Problem::CellCount { found: count, expected: width });
                faultless = false;
            }
            faultless.then(|| record.into_iter().map(|raw| raw.cell).collect::<Vec<_>>())
        };
        let header = sound(header)?;
        let rows: Vec<_> = lines.filter_map(sound).collect();
        Some(Cells { file: file.to_path_buf(), header, rows })
    }
}

/// A cell beside the very characters it was read from.
struct RawCell<'a> {
    cell: Cell,
    raw: &'a str,
}

impl RawCell<'_> {
    /// What is wrong with the cell in any column of any table, and at which column of its line.
    fn problem(&self) -> Option<(usize, Problem)> {
        let Cell { text, column, .. } = &self.cell;
        let inside = self.raw.strip_prefix('"').unwrap_or(self.raw);
        // The first one is in the cell's first line, since the end of a line is one of them.
        if let Some((before, found)) = inside.chars().enumerate().find(|(_, character)| is_hidden(*character)) {
            return Some((column + before, Problem::ForbiddenCharacter(found)));
        }
        let quoted = self.raw.starts_with('"');
        let sound = match quoted {
            true => self.raw == format!("\"{}\"", text.replace('"', "\"\"")),
            false => !self.raw.contains('"'),
        };
        let problem = if !sound {
            Problem::Quotes(self.raw.chars().take(60).collect())
        } else if text.trim() != text {
            Problem::OuterBlanks(text.clone())
        } else {
            return None;
        };
        Some((*column, problem))
    }
}

/// The records of a text. Empty lines are none.
fn records(text: &str) -> Vec<Vec<RawCell<'_>>> {
    let mut reader = Reader::new();
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
            // The input is over in the middle of a field: one more call, with nothing, makes the field end.
            ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {
                reader.read_field(&[], &mut output);
                true
            }
            ReadFieldResult::End => return records,
        };
        let raw = if record_ends { raw } else { raw.strip_suffix(',').unwrap_or(raw) };
        let text = String::from_utf8_lossy(&output[..written]).into_owned();
        let column = column + usize::from(raw.starts_with('"'));
        record.push(RawCell { cell: Cell { text, line, column }, raw });
        if record_ends {
            records.push(std::mem::take(&mut record));
        }
        if !matches!(result, ReadFieldResult::Field { .. }) {
            return records;
        }
    }
}

/// Turns growing positions in a text into lines and columns, looking at each character once.
#[derive(Default)]
struct Cursor {
    position: usize,
    line: usize,
    column: usize,
}

impl Cursor {
    /// The place of a position that is not before the last one asked for.
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

    /// The place just after a text.
    fn after(mut self, text: &str) -> (usize, usize) {
        self.at(text, text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Cells;
    use std::path::Path;

    fn parse(text: &[u8]) -> (Option<Cells>, Vec<String>) {
        let mut errors = Vec::new();
        let cells = Cells::parse(Path::new("t.csv"), text, &mut errors);
        (cells, errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn cells_know_their_places() {
        let (cells, errors) = parse("id,name\r\n\r\na,\"x, \"\"y\"\"\"\nbé,z".as_bytes());
        assert_eq!(errors, Vec::<String>::new());
        let places: Vec<_> =
            cells.unwrap().rows.concat().into_iter().map(|cell| (cell.text, cell.line, cell.column)).collect();
        let expected = [("a", 3, 1), ("x, \"y\"", 3, 4), ("bé", 4, 1), ("z", 4, 4)];
        assert_eq!(places, expected.map(|(text, line, column)| (text.to_string(), line, column)));
    }

    #[test]
    fn a_last_cell_may_be_empty_with_or_without_a_line_end() {
        for text in ["a,b\n1,", "a,b\n1,\n", "a,b\r\n1,\"\"", "\u{feff}a,b\n1,"] {
            let (cells, errors) = parse(text.as_bytes());
            assert_eq!(errors, Vec::<String>::new(), "{text:?}");
            assert_eq!(cells.unwrap().rows[0][1].text, "", "{text:?}");
        }
    }

    #[test]
    fn what_is_no_table_is_refused_with_its_place() {
        let cases: [(&[u8], &str); 10] = [
            (b"", "t.csv: found no row"),
            (b"a,b\n1\n", "t.csv:2: found 1 cells, expected 2"),
            (b"a,b\n1,2,3\n", "t.csv:2: found 3 cells, expected 2"),
            (b"a,b\n1,\xff\n", "t.csv:2:3: found the byte 0xff"),
            (b"a,b\n1,\"2\n3,4\n", "t.csv:2:5: found the character U+000A"),
            (b"a,b\n1,\"2", "t.csv:2:4: found \"2, expected a cell quoted as a whole"),
            (b"a,b\n1,\"2\"x\n", "t.csv:2:4: found \"2\"x, expected a cell quoted as a whole"),
            (b"a,b\n1,2 \n", "t.csv:2:3: found \"2 \", expected no blank"),
            ("a,b\n1,\u{202e}2\n".as_bytes(), "t.csv:2:3: found the character U+202E"),
            ("a,b\n1,\"2\"\"é\u{1b}\"\n".as_bytes(), "t.csv:2:8: found the character U+001B"),
        ];
        for (text, expected) in cases {
            let (_, errors) = parse(text);
            assert!(errors.first().is_some_and(|error| error.starts_with(expected)), "{expected}\n{errors:?}");
        }
    }
}
