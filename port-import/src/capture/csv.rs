//! The CSV file of a capture.
//!
//! Its columns are `kind`, `number`, `above`, and one for each column of the widest table. The kinds are:
//! - `page`: the digest of the file that was read, in the first record;
//! - `text`: text outside the tables; `number` counts the tables above it;
//! - `heading`: the heading of the next table;
//! - `rows-of`: the digest of the text that prints the rows of the next table, if it isn't a table of the page;
//! - `header`: the column names of a table; `number` counts them;
//! - `row`: a row of the table; `number` counts the rows of the page;
//! - `marks`: the superscript marks of the cells of the row above, with its number;
//! - `ignored`: the rows of an ignored table, together.
//!
//! `above` lists the columns whose cells span from the row above.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use port_data::cells::{self, Cells};
use port_data::write::Csv;
use port_data::{Diagnostic, Place};

use super::{Capture, Cell, OutsideText, Prose, Row, Table, Text};
use crate::codes;

/// The first word of a cell that contains prose.
pub(super) const PROSE: &str = "prose ";

/// The number of columns before those of the tables.
const OWN_COLUMNS: usize = 3;

const HELP: &str = "write the capture with `cargo xtask regenerate --doc` instead of editing it";

impl Capture {
    /// Reads the file of a capture.
    ///
    /// # Errors
    ///
    /// The file can't be read, or somebody edited it.
    pub fn read(file: &Path) -> Result<Capture, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        let cells = Cells::read(file, &mut diagnostics);
        parse_cells(file, cells, diagnostics)
    }

    /// Parses the bytes of a capture.
    ///
    /// # Errors
    ///
    /// The bytes aren't in the form that [`Capture::to_csv`] writes.
    pub fn parse(file: &Path, bytes: &[u8]) -> Result<Capture, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        let cells = Cells::parse(file, bytes, &mut diagnostics);
        parse_cells(file, cells, diagnostics)
    }

    /// The text of the capture's file.
    #[must_use]
    pub fn to_file(&self) -> String {
        self.write(self.page.as_ref())
    }

    /// The same without the digest of the page: what the page prints.
    #[must_use]
    pub fn to_csv(&self) -> String {
        self.write(None)
    }

    fn write(&self, page: Option<&String>) -> String {
        let width = self.tables.iter().map(|table| table.header.len()).max().unwrap_or(1);
        let columns = (1..=width).map(|column| column.to_string());
        let mut csv = Csv::new(["kind", "number", "above"].map(str::to_string).into_iter().chain(columns));
        let mut record = |kind: &str, number: String, cells: &[Cell]| {
            let spanning = cells.iter().zip(1..).filter(|(cell, _)| cell.spans_from_above);
            let spanning: Vec<String> = spanning.map(|(_, column): (_, usize)| column.to_string()).collect();
            let texts = cells.iter().map(|cell| cell.text.to_string());
            let padding = (cells.len()..width).map(|_| String::new());
            csv.row([kind.to_string(), number, spanning.join(" ")].into_iter().chain(texts).chain(padding));
        };
        let cell = |text, line| Cell { text, line, spans_from_above: false, marks: Vec::new() };
        let prose = |prose: &Prose, line| cell(Text::Prose(prose.clone()), line);
        if let Some(digest) = page {
            record("page", String::new(), &[cell(Text::Printed(digest.clone()), 0)]);
        }
        for text in &self.texts {
            record("text", text.after_tables.to_string(), &[prose(&text.prose, text.line)]);
        }
        for table in &self.tables {
            if let Some(heading) = &table.heading {
                record("heading", String::new(), std::slice::from_ref(heading));
            }
            if let Some(digest) = &table.text {
                record("rows-of", String::new(), &[cell(Text::Printed(digest.clone()), 0)]);
            }
            record("header", table.header.len().to_string(), &table.header);
            for row in &table.rows {
                record("row", row.number.to_string(), &row.cells);
                // A record for the first mark of each cell, another for the second ones.
                for index in 0..row.cells.iter().map(|cell| cell.marks.len()).max().unwrap_or(0) {
                    let mark = |above: &Cell| above.marks.get(index).cloned().unwrap_or_default();
                    let marks = row.cells.iter().map(|above| cell(Text::Printed(mark(above)), 0));
                    record("marks", row.number.to_string(), &marks.collect::<Vec<_>>());
                }
            }
            if let Some(rows) = &table.ignored {
                record("ignored", String::new(), &[prose(rows, 0)]);
            }
        }
        csv.finish()
    }
}

impl Text {
    fn parse(text: &str) -> Text {
        let Some(rest) = text.strip_prefix(PROSE) else {
            return Text::Printed(text.to_string());
        };
        let mut words = rest.split(' ').map(str::to_string);
        let digest = words.next().unwrap_or_default();
        let (numbers, hosts) = words.partition(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
        Text::Prose(Prose { digest, numbers, hosts })
    }
}

/// The text of a cell in a capture: printed text as it is, prose as `prose DIGEST NUMBERS HOSTS`.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Text::Printed(text) => f.write_str(text),
            Text::Prose(prose) => {
                write!(f, "{PROSE}{}", prose.digest)?;
                prose.numbers.iter().chain(&prose.hosts).try_for_each(|fact| write!(f, " {fact}"))
            }
        }
    }
}

fn parse_cells(
    file: &Path,
    cells: Option<Cells>,
    mut diagnostics: Vec<Diagnostic>,
) -> Result<Capture, Vec<Diagnostic>> {
    let Some(cells) = cells.filter(|_| diagnostics.is_empty()) else {
        return Err(diagnostics);
    };
    if cells.header.len() <= OWN_COLUMNS {
        let message = format!("capture header has {} columns, but at least 4 are needed", cells.header.len());
        return Err(vec![Diagnostic::new(codes::MALFORMED_CAPTURE, message).help(HELP).at(Place::line(file, 1))]);
    }
    let capture = Capture { file: file.to_path_buf(), tables: Vec::new(), texts: Vec::new(), page: None };
    let mut parser = Parser { capture, heading: None, text: None };
    diagnostics.extend(cells.rows.iter().filter_map(|record| parser.record(record).err()));
    if diagnostics.is_empty() { Ok(parser.capture) } else { Err(diagnostics) }
}

/// Parses the records of a capture one after another.
struct Parser {
    capture: Capture,
    /// The heading of the next table.
    heading: Option<Cell>,
    /// The digest of the text that prints its rows.
    text: Option<String>,
}

impl Parser {
    fn record(&mut self, record: &[cells::Cell]) -> Result<(), Diagnostic> {
        let [kind, number, above, texts @ ..] = record else { return Ok(()) };
        let Some(spanning) = spanning_columns(&above.text, texts.len()) else {
            return Err(self.malformed(above, "isn't a list of columns"));
        };
        let mut cells: Vec<Cell> = texts
            .iter()
            .zip(1..)
            .map(|(cell, column)| Cell {
                text: Text::parse(&cell.text),
                line: cell.line,
                spans_from_above: spanning.contains(&column),
                marks: Vec::new(),
            })
            .collect();
        let count = number.text.parse::<usize>().ok();
        match (kind.text.as_str(), count, self.capture.tables.last_mut()) {
            ("text", Some(after_tables), _) => {
                let Cell { text, line, .. } = cells.swap_remove(0);
                let Text::Prose(prose) = text else {
                    return Err(self.malformed(&texts[0], "isn't prose"));
                };
                self.capture.texts.push(OutsideText { prose, line, after_tables, words: None });
            }
            ("page", _, None) if self.capture.texts.is_empty() && self.heading.is_none() => {
                self.capture.page = Some(texts[0].text.clone());
            }
            ("ignored", _, Some(table)) => {
                let Text::Prose(prose) = cells.swap_remove(0).text else {
                    return Err(self.malformed(&texts[0], "isn't prose"));
                };
                table.ignored = Some(prose);
            }
            ("heading", _, _) => self.heading = Some(cells.swap_remove(0)),
            ("rows-of", _, _) => self.text = Some(texts[0].text.clone()),
            // A table with fewer columns than the widest one leaves the last cells empty.
            ("header", Some(columns @ 1..), _) if columns <= cells.len() => {
                cells.truncate(columns);
                let (heading, text) = (self.heading.take(), self.text.take());
                self.capture.tables.push(Table { heading, text, header: cells, rows: Vec::new(), ignored: None });
            }
            ("row", Some(number), Some(table)) => {
                cells.truncate(table.header.len());
                table.rows.push(Row { number, line: kind.line, cells });
            }
            ("marks", Some(number), Some(table)) if table.rows.last().is_some_and(|row| row.number == number) => {
                let row = table.rows.last_mut().into_iter().flat_map(|row| &mut row.cells);
                for (cell, marks) in row.zip(cells) {
                    cell.marks.extend(Some(marks.text.printed().to_string()).filter(|mark| !mark.is_empty()));
                }
            }
            ("text" | "header", ..) | ("row", _, Some(_)) => {
                return Err(self.malformed(number, "isn't a possible number"));
            }
            _ => {
                return Err(self
                    .malformed(kind, "isn't page, text, heading, rows-of, header, or row or ignored below a header"));
            }
        }
        Ok(())
    }

    fn malformed(&self, cell: &cells::Cell, problem: &str) -> Diagnostic {
        Diagnostic::new(codes::MALFORMED_CAPTURE, format!("cell {:?} {problem}", cell.text)).help(HELP).at(Place::new(
            &self.capture.file,
            cell.line,
            cell.column,
        ))
    }
}

/// The columns listed in an `above` cell; `None` if one isn't between 1 and `columns`.
fn spanning_columns(text: &str, columns: usize) -> Option<BTreeSet<usize>> {
    let numbers = text.split(' ').filter(|number| !number.is_empty());
    numbers.map(|number| number.parse().ok().filter(|column| (1..=columns).contains(column))).collect()
}
