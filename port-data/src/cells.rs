//! Splits a CSV file into cells, each with its place.
//!
//! Spreadsheet programs in many locales separate cells by semicolons, and some by tabs. Such a file is read too: its header has no
//! comma.

mod records;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use records::Delimiter;

use crate::codes;
use crate::diagnostic::{Code, Diagnostic, Place, Position, count};
use crate::hidden::{REMOVE_HIDDEN, hidden_character, is_hidden};

/// The largest file that is read, in bytes. Parsing takes at most 150 times as much memory.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;

/// A cell and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The text, without surrounding quotes.
    pub text: String,
    /// The line, from 1.
    pub line: usize,
    /// The column at which the text begins, in characters from 1. A quoted cell's text begins after the quote.
    pub column: usize,
    /// Whether the cell is quoted, so that each quote in its text is written as two.
    is_quoted: bool,
}

impl Cell {
    /// The cell of a column that the table doesn't have, in a row. Its column is 0.
    pub(crate) fn missing(row: &[Cell]) -> Cell {
        Cell { text: String::new(), line: row[0].line, column: 0, is_quoted: false }
    }

    /// The place of the cell's text.
    pub(crate) fn place(&self, file: &Path) -> Place {
        Place::new(file, self.line, self.column).until(self.end())
    }

    /// The place after the text, which has no line end. A quoted cell's text ends before the quote.
    fn end(&self) -> Position {
        Position { line: self.line, column: self.column_of(self.text.len()) }
    }

    /// The column of a byte offset in the text.
    fn column_of(&self, offset: usize) -> usize {
        let before = &self.text[..offset];
        let quotes = if self.is_quoted { before.matches('"').count() } else { 0 };
        self.column + before.chars().count() + quotes
    }

    /// A part of the cell's text, from one byte offset to another, as a cell of its own.
    pub(crate) fn part(&self, start: usize, end: usize) -> Cell {
        Cell { text: self.text[start..end].to_string(), column: self.column_of(start), ..self.clone() }
    }
}

/// The place of a whole row.
pub(crate) fn row_place(file: &Path, row: &[Cell]) -> Place {
    let (first, last) = (&row[0], &row[row.len() - 1]);
    let Position { line, column } = last.end();
    Place::line(file, first.line).until(Position { line, column: column + usize::from(last.is_quoted) })
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
        let delimiter = Delimiter::of(text);
        let mut records = records::records(text, delimiter).into_iter();
        let Some(header) = records.next() else {
            diagnostics.push(empty_table(file));
            return None;
        };
        let width = header.len();
        let mut valid = |record: Vec<RawCell<'_>>| {
            let found = diagnostics.len();
            // The space before a part of a cell that should be quoted isn't the mistake.
            let is_of_width = record.len() == width;
            let problems = record.iter().filter_map(|raw| raw.problem(file));
            diagnostics.extend(problems.filter(|problem| is_of_width || problem.code != codes::OUTER_SPACE));
            if !is_of_width {
                let message = format!("row has {}, but the header has {width}", count(record.len(), "cell"));
                let problem = Diagnostic::new(codes::CELL_COUNT, message).help(delimiter.help());
                let place = Place::line(file, record[0].cell.line).until(record[record.len() - 1].end());
                diagnostics.push(problem.at(place));
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
    /// The place after the cell, and after its closing quote.
    fn end(&self) -> Position {
        let Cell { line, column, is_quoted, .. } = self.cell;
        let before_last_line = self.raw.rfind('\n').map_or(0, |end| end + 1);
        let lines = self.raw[..before_last_line].matches('\n').count();
        let start = if lines == 0 { column - usize::from(is_quoted) } else { 1 };
        Position { line: line + lines, column: start + self.raw[before_last_line..].chars().count() }
    }

    /// What is wrong with the cell, whatever its table and column are.
    fn problem(&self, file: &Path) -> Option<Diagnostic> {
        let Cell { text, line, column, .. } = &self.cell;
        let at = |column| Place::new(file, *line, column);
        let inside = self.raw.strip_prefix('"').unwrap_or(self.raw);
        // The first hidden character is in the cell's first line, since a line end is hidden too.
        if let Some((before, found)) = inside.chars().enumerate().find(|(_, character)| is_hidden(*character)) {
            let ends_line = inside.chars().skip(before).find(|character| *character != '\r') == Some('\n');
            let end = match "\r\n".contains(found) && ends_line {
                true => Position { line: line + 1, column: 1 },
                false => Position { line: *line, column: column + before + 1 },
            };
            let diagnostic = Diagnostic::new(codes::HIDDEN_CHARACTER, hidden_character(found));
            return Some(diagnostic.help(REMOVE_HIDDEN).at(at(column + before).until(end)));
        }
        let is_quoted_properly = match self.raw.starts_with('"') {
            true => self.raw == format!("\"{}\"", text.replace('"', "\"\"")),
            false => !self.raw.contains('"'),
        };
        if !is_quoted_properly {
            let found: String = self.raw.chars().take(60).collect();
            let diagnostic = Diagnostic::new(codes::QUOTES, format!("cell is only partly quoted (found {found})"));
            let help = "quote the whole cell, and write \"\" for a quote in it";
            return Some(diagnostic.help(help).at(at(*column).until(self.end())));
        }
        (text.trim() != text).then(|| {
            let message = format!("cell begins or ends with a space (found {text:?})");
            Diagnostic::new(codes::OUTER_SPACE, message).help("remove the space").at(self.cell.place(file))
        })
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

    #[test]
    fn files_of_spreadsheet_programs_are_read() {
        for delimiter in [";", "\t"] {
            let text =
                format!("\u{feff}id{delimiter}name\r\na{delimiter}\"x{delimiter} y\"\r\n\"b, c\"{delimiter}z\r\n");
            // Tabs aren't visible, so that they aren't allowed in cells.
            let text = if delimiter == "\t" { text.replace("x\t y", "x y") } else { text };
            let (cells, errors) = parse(text.as_bytes());
            assert_eq!(errors, Vec::<String>::new());
            let texts: Vec<String> = cells.unwrap().rows.concat().into_iter().map(|cell| cell.text).collect();
            let quoted = if delimiter == ";" { "x; y" } else { "x y" };
            assert_eq!(texts, ["a", quoted, "b, c", "z"]);
        }
        let cases = [
            (
                "id;ports\na;tcp/1; tcp/2\n",
                "t.csv:2: row has 3 cells, but the header has 2; quote a cell that contains a semicolon, ",
            ),
            (
                "id\tports\na\ttcp/1\tb\n",
                "t.csv:2: row has 3 cells, but the header has 2; remove tabs from the texts, ",
            ),
            // One comma in the header makes it a file with commas.
            (
                "id;name,ports\na;b;c\n",
                "t.csv:2: row has 1 cell, but the header has 2; quote a cell that contains a comma",
            ),
        ];
        for (text, expected) in cases {
            let (_, errors) = parse(text.as_bytes());
            assert!(matches!(errors.as_slice(), [error] if error.starts_with(expected)), "{expected}\n{errors:?}");
        }
    }

    #[test]
    fn cells_have_ends() {
        let (cells, _) = parse("id,name\n\u{e9},\"x \"\"y\"\"\"\n,\"\"\n".as_bytes());
        let cells = cells.unwrap().rows.concat();
        let ends: Vec<_> = cells.iter().map(|cell| (cell.column, cell.end().line, cell.end().column)).collect();
        assert_eq!(ends, [(1, 2, 2), (4, 2, 11), (1, 3, 1), (3, 3, 3)]);
        // The text is: x "y", and y is its fourth character.
        let part = cells[1].part(3, 4);
        assert_eq!((part.text.as_str(), part.column, part.end().column), ("y", 8, 9));
        assert_eq!(super::row_place(Path::new("t.csv"), &cells[..2]).end.map(|end| end.column), Some(12));
    }

    #[test]
    fn problems_in_cells_of_several_lines_end_in_a_later_line() {
        for (text, expected) in [
            ("a,b\n1,\"2\n3\"\n", ((2, 5), (3, 1))),
            ("a,b\n1,\"2\r\n3\"\n", ((2, 5), (3, 1))),
            ("a,b\n1,\"2\u{1b}\n3\"\n", ((2, 5), (2, 6))),
            ("a,b\n1,\"2", ((2, 4), (2, 5))),
        ] {
            let mut errors = Vec::new();
            Cells::parse(Path::new("t.csv"), text.as_bytes(), &mut errors);
            let place = &errors[0].place;
            let end = place.end.map(|end| (end.line, end.column));
            assert_eq!(((place.line, place.column), end), (expected.0, Some(expected.1)), "{text:?}");
        }
    }
}
