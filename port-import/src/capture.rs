//! A capture: what one vendor's page says, row by row and cell by cell, as printed.
//!
//! It is kept in the repository as `port-data/captures/<product>.csv`, so that everything after it can be made again
//! without the page. A cell or line of prose is the vendor's property: of it a capture keeps a digest, by which a
//! rewording is seen, and the facts in it, its numbers and host names.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use port_data::Diagnostic;
use port_data::cells::Cells;

use crate::place::{fault, fault_at};
use sha2::{Digest, Sha256};

use crate::curation::{Curation, Meaning};
use crate::page::Page;

/// What one page says.
#[derive(Clone, Debug)]
pub struct Capture {
    /// Where it was read from: the page itself, or the capture of it.
    pub file: PathBuf,
    /// The page's tables.
    pub tables: Vec<Table>,
    /// What stands outside the tables: titles, sentences, footnotes.
    pub lines: Vec<Line>,
}

/// A line outside the tables.
#[derive(Clone, Debug)]
pub struct Line {
    /// What is kept of it.
    pub prose: Prose,
    /// The line, from 1.
    pub line: usize,
    /// How many tables begin before it.
    pub after_tables: usize,
}

/// A table of a page.
#[derive(Clone, Debug)]
pub struct Table {
    /// What is printed over it.
    pub heading: Option<Cell>,
    /// The heads of its columns.
    pub header: Vec<Cell>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number in the whole page, from 1.
    pub number: usize,
    /// The line where it stands.
    pub line: usize,
    /// A cell for each column.
    pub cells: Vec<Cell>,
}

/// A text of a page, and the line where it stands.
#[derive(Clone, Debug)]
pub struct Cell {
    /// What stands there.
    pub text: Text,
    /// The line, from 1.
    pub line: usize,
    /// Whether the cell spans from the row above.
    pub above: bool,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// A fact or a short label, as printed.
    Printed(String),
    /// Prose.
    Prose(Prose),
}

/// What is kept of prose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prose {
    /// The start of the SHA-256 of its text, in hexadecimal digits.
    pub digest: String,
    /// Its numbers, in their order.
    pub numbers: Vec<String>,
    /// Its host names, in their order.
    pub hosts: Vec<String>,
}

/// How prose begins in a capture's cell.
const PROSE: &str = "prose ";

impl Prose {
    /// What is kept of a text. How wide its blanks are does not count.
    #[must_use]
    pub fn of(text: &str) -> Prose {
        /// So many hexadecimal digits tell a few hundred texts apart.
        const DIGITS: usize = 16;
        let words: Vec<&str> = text.split_whitespace().collect();
        let digest = Sha256::digest(words.join(" ").as_bytes());
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut prose = Prose { digest: digest[..DIGITS].to_string(), numbers: Vec::new(), hosts: Vec::new() };
        for word in words {
            match host_in(word) {
                Some(host) => prose.hosts.push(host.to_string()),
                None => prose.numbers.extend(numbers_in(word).map(str::to_string)),
            }
        }
        prose
    }
}

/// The host name that a word is, or that an address in it has.
pub fn host_in(word: &str) -> Option<&str> {
    let word = word.trim_matches(|mark: char| !mark.is_ascii_alphanumeric() && mark != '*');
    let word = word.split_once("://").map_or(word, |(_, rest)| rest);
    let host = word.split(['/', ':', '?']).next().unwrap_or_default();
    let labels: Vec<&str> = host.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_*".contains(&byte))
    };
    let top_is_a_word =
        labels.last().is_some_and(|top| top.len() > 1 && top.bytes().all(|byte| byte.is_ascii_lowercase()));
    (labels.len() > 1 && labels.iter().all(is_label) && top_is_a_word).then_some(host)
}

/// The numbers in a word: runs of digits that no letter touches, so that the 3 of POP3 is none.
fn numbers_in(word: &str) -> impl Iterator<Item = &str> {
    word.split(|character: char| !character.is_alphanumeric())
        .filter(|run| !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Text {
    /// The printed text; nothing for prose.
    #[must_use]
    pub fn printed(&self) -> &str {
        match self {
            Text::Printed(text) => text,
            Text::Prose(_) => "",
        }
    }

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

impl Capture {
    /// The capture of a page: what its curation calls prose is kept as prose, and so is all that stands outside tables.
    ///
    /// # Errors
    ///
    /// A cell that begins like prose in a capture, so that it could not be told from it.
    pub fn of(page: &Page, file: &Path, curation: &Curation) -> Result<Capture, Vec<Diagnostic>> {
        let mut faults = Vec::new();
        // A line without a letter or a digit, such as what is left of a picture, says nothing.
        let says_something = |line: &&crate::page::Line| line.text.chars().any(char::is_alphanumeric);
        let said = page.loose.iter().filter(says_something);
        let mut lines: Vec<Line> = said.map(|line| outside(page, &line.text, line.number)).collect();
        let mut tables = Vec::new();
        let mut number = 0;
        for table in &page.tables {
            let mut rows = Vec::new();
            for row in &table.rows {
                number += 1;
                let mut cells = Vec::new();
                for (cell, head) in row.cells.iter().zip(&table.header) {
                    lines.extend(cell.notes.iter().map(|note| outside(page, note, cell.line)));
                    cells.push(match curation.is_prose(&head.text, &cell.text) {
                        true => {
                            Cell { text: Text::Prose(Prose::of(&cell.text)), line: cell.line, above: cell.from_above }
                        }
                        false => {
                            Cell { text: Text::Printed(cell.text.clone()), line: cell.line, above: cell.from_above }
                        }
                    });
                    if cell.text.starts_with(PROSE) {
                        let message = format!(
                            "found {:?}, expected no cell that begins with {PROSE:?}, which marks prose in a capture; change the page",
                            cell.text
                        );
                        faults.push(fault(file, cell.line, message));
                    }
                }
                rows.push(Row { number, line: row.line, cells });
            }
            let printed = |line: &crate::page::Line| Cell {
                text: Text::Printed(line.text.clone()),
                line: line.number,
                above: false,
            };
            let heading = table.heading.as_ref().map(printed);
            tables.push(Table { heading, header: table.header.iter().map(printed).collect(), rows });
        }
        let mut capture = Capture { file: file.to_path_buf(), tables, lines };
        capture.empty_lost_cells(curation, &mut faults);
        if faults.is_empty() { Ok(capture) } else { Err(faults) }
    }

    /// Empties the cells that a text capture lost, which its layout shows like cells that span from above.
    fn empty_lost_cells(&mut self, curation: &Curation, faults: &mut Vec<Diagnostic>) {
        let file = self.file.clone();
        for entry in &curation.lost {
            let lost = entry.get_ref();
            for label in &lost.labels {
                let cell = self.cell_of(curation, &lost.section, &lost.column, label);
                let fault = match cell {
                    Some(cell) if cell.above || cell.text.printed().is_empty() => {
                        cell.above = false;
                        cell.text = Text::Printed(String::new());
                        continue;
                    }
                    Some(cell) => fault(
                        &file,
                        cell.line,
                        format!(
                            "found {:?} in a cell that {} calls lost; take it out there",
                            cell.text.printed(),
                            curation.file.display()
                        ),
                    ),
                    None => curation
                        .fault(entry, format!("found no row {label:?} under {:?}, expected just one", lost.section)),
                };
                faults.push(fault);
            }
        }
    }

    /// The cell of a column in the only row of a section that has a label.
    fn cell_of(&mut self, curation: &Curation, section: &str, head: &str, label: &str) -> Option<&mut Cell> {
        let place = |wanted: &dyn Fn(&crate::curation::Column) -> bool| curation.columns.iter().position(wanted);
        let column = place(&|column| column.head == head)?;
        let labels = place(&|column| column.is == Meaning::Label)?;
        let tables =
            self.tables.iter_mut().zip(&curation.tables).filter(|(_, table)| table.section.as_deref() == Some(section));
        let mut rows = tables
            .flat_map(|(table, _)| &mut table.rows)
            .filter(|row| row.cells.get(labels).is_some_and(|cell| cell.text.printed() == label));
        match (rows.next(), rows.next()) {
            (Some(row), None) => row.cells.get_mut(column),
            _ => None,
        }
    }

    /// Reads a capture that was written.
    ///
    /// # Errors
    ///
    /// What is wrong with the file; nobody should have edited it.
    pub fn read(file: &Path) -> Result<Capture, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        Capture::of_cells(file, Cells::read(file, &mut errors), errors)
    }

    /// Parses the bytes of a capture that was written.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub fn parse(file: &Path, bytes: &[u8]) -> Result<Capture, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        Capture::of_cells(file, Cells::parse(file, bytes, &mut errors), errors)
    }

    fn of_cells(file: &Path, cells: Option<Cells>, mut errors: Vec<Diagnostic>) -> Result<Capture, Vec<Diagnostic>> {
        let Some(cells) = cells.filter(|_| errors.is_empty()) else {
            return Err(errors);
        };
        let mut capture = Capture { file: file.to_path_buf(), tables: Vec::new(), lines: Vec::new() };
        if cells.header.len() < 4 {
            let message = format!("capture header has {} columns, but at least 4 are needed", cells.header.len());
            return Err(vec![fault(file, 1, message).help("write it with cargo xtask regenerate --doc")]);
        }
        let mut heading = None;
        for record in &cells.rows {
            let [kind, number, above, rest @ ..] = record.as_slice() else {
                continue;
            };
            let malformed = |cell: &port_data::cells::Cell, expected: &str| {
                let message = format!("found {:?}, expected {expected}", cell.text);
                fault_at(file, cell.line, cell.column, message)
            };
            let Some(spans) = spans(&above.text, rest.len()) else {
                errors.push(malformed(above, "numbers of columns; `cargo xtask regenerate --doc` writes captures"));
                continue;
            };
            let mut row: Vec<Cell> = rest
                .iter()
                .zip(1..)
                .map(|(cell, column)| Cell {
                    text: Text::parse(&cell.text),
                    line: cell.line,
                    above: spans.contains(&column),
                })
                .collect();
            let count = number.text.parse::<usize>().ok();
            match (kind.text.as_str(), count, capture.tables.last_mut()) {
                ("line", Some(after_tables), _) => {
                    let Cell { text, line, .. } = row.swap_remove(0);
                    match text {
                        Text::Prose(prose) => capture.lines.push(Line { prose, line, after_tables }),
                        Text::Printed(_) => {
                            errors.push(malformed(&rest[0], "prose; `cargo xtask regenerate --doc` writes captures"));
                        }
                    }
                }
                ("heading", _, _) => heading = Some(row.swap_remove(0)),
                // A narrower table leaves the last columns empty, and says how many are its own.
                ("header", Some(columns @ 1..), _) if columns <= row.len() => {
                    row.truncate(columns);
                    capture.tables.push(Table { heading: heading.take(), header: row, rows: Vec::new() });
                }
                ("row", Some(number), Some(table)) => {
                    row.truncate(table.header.len());
                    table.rows.push(Row { number, line: kind.line, cells: row });
                }
                ("line" | "header", ..) | ("row", _, Some(_)) => errors.push(malformed(
                    number,
                    "a number that fits the file; `cargo xtask regenerate --doc` writes captures",
                )),
                _ => errors.push(malformed(
                    kind,
                    "line, heading, header, or row below a header; `cargo xtask regenerate --doc` writes captures",
                )),
            }
        }
        if errors.is_empty() { Ok(capture) } else { Err(errors) }
    }

    /// The capture as its file has it.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let width = self.tables.iter().map(|table| table.header.len()).max().unwrap_or(1);
        let columns = (1..=width).map(|column| column.to_string());
        let mut csv =
            port_data::write::Csv::new(["kind", "number", "above"].map(str::to_string).into_iter().chain(columns));
        let mut record = |kind: &str, number: String, cells: &[Cell]| {
            let above =
                cells.iter().zip(1..).filter(|(cell, _)| cell.above).map(|(_, column): (_, usize)| column.to_string());
            let above = above.collect::<Vec<_>>().join(" ");
            let texts = cells.iter().map(|cell| cell.text.to_string());
            let fill = (cells.len()..width).map(|_| String::new());
            csv.row([kind.to_string(), number, above].into_iter().chain(texts).chain(fill));
        };
        for line in &self.lines {
            let text = Text::Prose(line.prose.clone());
            record("line", line.after_tables.to_string(), &[Cell { text, line: line.line, above: false }]);
        }
        for table in &self.tables {
            if let Some(heading) = &table.heading {
                record("heading", String::new(), std::slice::from_ref(heading));
            }
            record("header", table.header.len().to_string(), &table.header);
            for row in &table.rows {
                record("row", row.number.to_string(), &row.cells);
            }
        }
        csv.finish()
    }

    /// All rows, in the page's order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.tables.iter().flat_map(|table| &table.rows)
    }
}

/// The columns whose cells span from above, of so many; none where the text is no list of them.
fn spans(text: &str, columns: usize) -> Option<BTreeSet<usize>> {
    let numbers = text.split(' ').filter(|number| !number.is_empty());
    numbers.map(|number| number.parse().ok().filter(|column| (1..=columns).contains(column))).collect()
}

/// A line outside the tables of a page.
fn outside(page: &Page, text: &str, line: usize) -> Line {
    let tops = page.tables.iter().filter_map(|table| table.header.first());
    Line { prose: Prose::of(text), line, after_tables: tops.filter(|head| head.number < line).count() }
}

#[cfg(test)]
mod tests {
    use super::{Prose, host_in};

    #[test]
    fn prose_keeps_its_facts_and_not_its_words() {
        let prose = Prose::of(
            "Needs  TCP port 443, or 8443 (see https://ports.acme.example/list.html), for POP3 on a.b-c.example.",
        );
        assert_eq!(prose.numbers, ["443", "8443"]);
        assert_eq!(prose.hosts, ["ports.acme.example", "a.b-c.example"]);
        assert_eq!(prose.digest.len(), 16);
        assert_eq!(
            prose,
            Prose::of(
                "Needs TCP port 443, or 8443 (see https://ports.acme.example/list.html), for POP3 on a.b-c.example."
            )
        );
        assert_ne!(prose.digest, Prose::of("Wants TCP port 443.").digest);
    }

    #[test]
    fn a_host_is_told_from_other_words_with_dots() {
        for host in ["acme.example", "a-1.acme.example", "*.acme.example"] {
            assert_eq!(host_in(host), Some(host));
        }
        for word in ["e.g.", "1.2", "192.0.2.1", "MIRRORED.BY", "it.Next", "acme", "", "..", "a..example"] {
            assert_eq!(host_in(word), None, "{word}");
        }
    }
}
