//! Splits a CSV file into cells, each with its place.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use csv_core::{ReadFieldResult, Reader};

use crate::codes;
use crate::diagnostic::{Code, Diagnostic, Place, count};
use crate::hidden::{REMOVE_HIDDEN, hidden_character, is_hidden};

/// The largest file that is read, in bytes. Parsing takes at most 150 times as much memory.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;

/// A cell and the place where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The text, without surrounding quotes.
    pub text: String,
    /// The line, from 1.
    pub line: usize,
    /// The column at which the text begins, in characters from 1. A quoted cell's text begins after the quote.
    pub column: usize,
}

/// The header and rows of a CSV file. Every row has as many cells as the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells {
    /// The file.
    pub file: PathBuf,
    /// The cells of the header.
    pub header: Vec<Cell>,
    /// The rows, in the file's order.
    pub rows: Vec<Vec<Cell>>,
}

impl Cells {
    /// Reads a file. Problems are added to `diagnostics`, and only rows without problems are returned; `None` if there is no
    /// usable header.
    pub fn read(file: &Path, diagnostics: &mut Vec<Diagnostic>) -> Option<Cells> {
        let mut bytes = Vec::new();
        // Read one byte more than the limit, so that an endless file isn't read to its end.
        let read = File::open(file).and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes));
        match read {
            Ok(_) => Cells::parse(file, &bytes, diagnostics),
            Err(error) => {
                diagnostics.push(unreadable(file, &error));
                None
            }
        }
    }

    /// Parses the bytes of a file. Problems are added to `diagnostics`, and only rows without problems are returned; `None` if
    /// there is no usable header.
    pub fn parse(file: &Path, bytes: &[u8], diagnostics: &mut Vec<Diagnostic>) -> Option<Cells> {
        if bytes.len() > MAX_BYTES {
            diagnostics.push(too_large(file));
            return None;
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
            Err(error) => {
                diagnostics.push(not_utf8(codes::NOT_UTF8, file, bytes, &error));
                return None;
            }
        };
        let mut records = records(text).into_iter();
        let Some(header) = records.next() else {
            diagnostics.push(empty_table(file));
            return None;
        };
        let width = header.len();
        let mut valid = |record: Vec<RawCell<'_>>| {
            let line = record[0].cell.line;
            let found = diagnostics.len();
            diagnostics.extend(record.iter().filter_map(|raw| raw.problem(file)));
            if record.len() != width {
                let message = format!("row has {}, but the header has {width}", count(record.len(), "cell"));
                let help = "quote a cell that contains a comma";
                diagnostics.push(Diagnostic::new(codes::CELL_COUNT, message).help(help).at(Place::line(file, line)));
            }
            (diagnostics.len() == found).then(|| record.into_iter().map(|raw| raw.cell).collect::<Vec<_>>())
        };
        let header = valid(header)?;
        let rows: Vec<_> = records.filter_map(valid).collect();
        Some(Cells { file: file.to_path_buf(), header, rows })
    }
}

/// A file or directory that the system can't read.
pub(crate) fn unreadable(file: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(codes::UNREADABLE, format!("cannot be read ({error})")).at(Place::file(file))
}

/// A table without rows.
pub(crate) fn empty_table(file: &Path) -> Diagnostic {
    let help = "add at least one row below the header, even if nothing refers to it";
    Diagnostic::new(codes::EMPTY, "table has no rows").help(help).at(Place::file(file))
}

fn too_large(file: &Path) -> Diagnostic {
    let message = format!("file exceeds {} MiB", MAX_BYTES >> 20);
    Diagnostic::new(codes::TOO_LARGE, message).help("check that this is the right file").at(Place::file(file))
}

/// A byte that isn't UTF-8, at its place.
pub fn not_utf8(code: Code, file: &Path, bytes: &[u8], error: &std::str::Utf8Error) -> Diagnostic {
    let (valid, rest) = bytes.split_at(error.valid_up_to());
    let valid = String::from_utf8_lossy(valid);
    let found = rest.first().map(|byte| format!(" (found the byte 0x{byte:02x})")).unwrap_or_default();
    Diagnostic::new(code, format!("file is not UTF-8{found}")).help("save it as UTF-8").at(Place::at_offset(
        file,
        &valid,
        valid.len(),
    ))
}

/// A cell, and the characters that it was read from.
struct RawCell<'a> {
    cell: Cell,
    raw: &'a str,
}

impl RawCell<'_> {
    /// What is wrong with the cell, whatever its table and column are.
    fn problem(&self, file: &Path) -> Option<Diagnostic> {
        let Cell { text, line, column } = &self.cell;
        let at = |column| Place::new(file, *line, column);
        let inside = self.raw.strip_prefix('"').unwrap_or(self.raw);
        // The first hidden character is in the cell's first line, since a line end is hidden too.
        if let Some((before, found)) = inside.chars().enumerate().find(|(_, character)| is_hidden(*character)) {
            let diagnostic = Diagnostic::new(codes::HIDDEN_CHARACTER, hidden_character(found));
            return Some(diagnostic.help(REMOVE_HIDDEN).at(at(column + before)));
        }
        let is_quoted_properly = match self.raw.starts_with('"') {
            true => self.raw == format!("\"{}\"", text.replace('"', "\"\"")),
            false => !self.raw.contains('"'),
        };
        if !is_quoted_properly {
            let found: String = self.raw.chars().take(60).collect();
            let diagnostic = Diagnostic::new(codes::QUOTES, format!("cell is only partly quoted (found {found})"));
            return Some(diagnostic.help("quote the whole cell, and write \"\" for a quote in it").at(at(*column)));
        }
        (text.trim() != text).then(|| {
            let message = format!("cell begins or ends with a space (found {text:?})");
            Diagnostic::new(codes::OUTER_SPACE, message).help("remove the space").at(at(*column))
        })
    }
}

/// The records of a text, without empty lines.
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
            // The input ended inside a field. One more call without input ends the field.
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
    fn cells_have_lines_and_columns() {
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
    fn each_kind_of_malformed_csv_is_rejected_at_its_place() {
        let cases: [(&[u8], &str); 10] = [
            (b"", "t.csv: table has no rows"),
            (b"a,b\n1\n", "t.csv:2: row has 1 cell, but the header has 2"),
            (b"a,b\n1,2,3\n", "t.csv:2: row has 3 cells, but the header has 2"),
            (b"a,b\n1,\xff\n", "t.csv:2:3: file is not UTF-8 (found the byte 0xff)"),
            (b"a,b\n1,\"2\n3,4\n", "t.csv:2:5: character U+000A is not visible"),
            (b"a,b\n1,\"2", "t.csv:2:4: cell is only partly quoted (found \"2)"),
            (b"a,b\n1,\"2\"x\n", "t.csv:2:4: cell is only partly quoted (found \"2\"x)"),
            (b"a,b\n1,2 \n", "t.csv:2:3: cell begins or ends with a space (found \"2 \")"),
            ("a,b\n1,\u{202e}2\n".as_bytes(), "t.csv:2:3: character U+202E is not visible"),
            ("a,b\n1,\"2\"\"\u{e9}\u{1b}\"\n".as_bytes(), "t.csv:2:8: character U+001B is not visible"),
        ];
        for (text, expected) in cases {
            let (_, errors) = parse(text);
            assert!(errors.first().is_some_and(|error| error.starts_with(expected)), "{expected}\n{errors:?}");
        }
    }
}
