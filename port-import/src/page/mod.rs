//! A reader turns one vendor's page into tables, and accounts for every line of it.
//!
//! Each layout has a reader of its own; what they share is here: the page they make, the hints that curation gives
//! them, the error they give back, and the checks that hold in every layout.
//!
//! Nothing is lost in silence. A line that is not blank becomes a cell, a head or a heading of a table, or stands in
//! [`Page::loose`], or is a rule or padding that its layout defines. Anything else is an error with its line.

mod bars;
mod broken;
mod csv;
#[cfg(test)]
mod documents;
mod hidden;
mod html;
#[cfg(test)]
mod letters;
mod markdown;
mod pipes;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod samples;
mod spans;
mod text;
mod values;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::Path;

use crate::place::fault_at;
use port_data::Diagnostic;

/// The longest page that is read, in bytes. What is made of it takes at most 150 times as much memory.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// The most columns of a table.
pub const MAX_COLUMNS: usize = 1_000;
/// The most cells of a table, those that spans repeat included.
pub const MAX_CELLS: usize = 1_000_000;
/// The most errors that are told of one page: after so many, its layout is another one.
pub const MAX_ERRORS: usize = 100;

/// What a page says: its tables in order, and every line outside them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The tables, in the page's order.
    pub tables: Vec<Table>,
    /// Every line that is not part of a table, in the page's order: titles, sentences, footnotes, pictures.
    pub loose: Vec<Line>,
}

/// A text and the line where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line, from 1.
    pub number: usize,
    /// The text, its blanks folded to one, without the bar that ends it.
    pub text: String,
}

/// A table of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What is printed over the table, where its layout has such a thing.
    pub heading: Option<Line>,
    /// The column heads as printed; an empty head has an empty text.
    pub header: Vec<Line>,
    /// The rows under the header.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line where the row begins, from 1.
    pub line: usize,
    /// The cells: as many as the table has heads.
    pub cells: Vec<Cell>,
}

/// A cell of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// The cell as printed, its blanks folded to one; the lines of a broken cell are joined by one blank.
    pub text: String,
    /// The line where the cell begins, from 1; of a cell that spans, the line of the row it spans into.
    pub line: usize,
    /// The cell spans from the row above: text and notes are the ones above, empty where there is no row above.
    pub from_above: bool,
    /// Footnotes that stood inside the cell: `[8] text` of a popup with its mark, `[8]` of a mark alone, the text
    /// alone where the popup hangs on words that stay in the cell.
    pub notes: Vec<String>,
}

/// How a page is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layout {
    /// Text capture: one cell a line, ended by a bar; a lone bar after a row whose first cell spans.
    Bars,
    /// Text capture: one value a line, blank lines between, no bars; the body may stand twice.
    Values,
    /// Text capture: cells ended by bars, a rule under the header, rows broken over lines.
    Broken,
    /// Text capture: a bar before the row's first cell, one after each; the first row is the header.
    Pipes,
    /// A page as a browser saves it.
    Html,
    /// Markdown with pipe tables.
    Markdown,
    /// Comma-separated values under a header line.
    Csv,
}

impl Layout {
    /// Every layout.
    pub const ALL: [Self; 7] =
        [Self::Bars, Self::Values, Self::Broken, Self::Pipes, Self::Html, Self::Markdown, Self::Csv];
}

/// By its name in lower case.
impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bars => "bars",
            Self::Values => "values",
            Self::Broken => "broken",
            Self::Pipes => "pipes",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Csv => "csv",
        })
    }
}

impl std::str::FromStr for Layout {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|layout| layout.to_string() == text);
        found.ok_or_else(|| {
            let names = Self::ALL.map(|layout| layout.to_string()).join(", ");
            format!("found the layout {text:?}, expected one of {names}")
        })
    }
}

/// What curation tells a reader of text captures, which lost the shape of the page. HTML needs none of it.
///
/// Whatever is given is also checked, so that a renamed head, heading or value is an error with its line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// What is printed over the tables. In [`Layout::Values`], where the body stands twice, also where it begins. In
    /// [`Layout::Html`] a cell over the full width is then a heading only if it is one of them.
    pub headings: Vec<String>,
    /// The column heads as printed, in order; `""` is an empty head. [`Layout::Values`] can't do without.
    pub columns: Vec<String>,
    /// Heads of the columns whose cells may span from the row above, so that a row may lack them.
    pub spanning: Vec<String>,
    /// The only values that a column may hold, by its head. [`Layout::Values`] tells rows apart by them. Of a column
    /// that spans, each of them has to be found: a cell that the page lost looks like one that spans.
    pub values: BTreeMap<String, Vec<String>>,
}

impl Hints {
    /// May the cells of this column span from the row above? Without any hints the first column's may.
    fn spans(&self, column: usize, head: &str) -> bool {
        if self.columns.is_empty() && self.spanning.is_empty() {
            column == 0
        } else {
            self.spanning.iter().any(|spanning| spanning == head)
        }
    }

    /// May this text stand under this head?
    fn fits(&self, head: &str, text: &str) -> bool {
        self.values.get(head).is_none_or(|values| values.iter().any(|value| value == text))
    }
}

/// A place in a page that can't be read with certainty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1; 1 also where the whole line is meant.
    pub column: usize,
    /// What stands there.
    pub found: String,
    /// What could stand there.
    pub expected: String,
    /// What to do about it.
    pub advice: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, found, expected, advice } = self;
        write!(f, "line {line}, column {column}: found {found}, expected {expected}; {advice}")
    }
}

impl std::error::Error for ReadError {}

impl ReadError {
    /// The fault in the file of the page.
    pub fn fault(&self, file: &Path) -> Diagnostic {
        // The first column is also that of a whole line.
        let column = if self.column > 1 { self.column } else { 0 };
        let message = format!("found {}, expected {}; {}", self.found, self.expected, self.advice);
        fault_at(file, self.line, column, message)
    }
}

/// Reads one page.
///
/// # Errors
/// Every place that can't be read with certainty, in the order of the page, the first [`MAX_ERRORS`] of them.
///
/// # Examples
/// ```
/// use port_import::page::{Hints, Layout, read};
///
/// let page = read("# Inbound\n\n| Port | Use |\n|---|---|\n| TCP/25 | SMTP |\n", Layout::Markdown, &Hints::default())?;
/// assert_eq!(page.tables[0].heading.as_ref().unwrap().text, "Inbound");
/// assert_eq!(page.tables[0].rows[0].cells[0].text, "TCP/25");
/// assert_eq!(page.tables[0].rows[0].line, 5);
/// # Ok::<(), Vec<port_import::page::ReadError>>(())
/// ```
pub fn read(text: &str, layout: Layout, hints: &Hints) -> Result<Page, Vec<ReadError>> {
    let mut problems = Problems::default();
    if text.len() > MAX_BYTES {
        problems.push(
            (1, format!("a page of {} bytes", text.len())),
            format!("at most {MAX_BYTES}"),
            "cut the page down to the part with the tables",
        );
        return Err(problems.0);
    }
    let mut page = match layout {
        Layout::Bars => bars::read(text, hints, &mut problems),
        Layout::Values => values::read(text, hints, &mut problems),
        Layout::Broken => broken::read(text, hints, &mut problems),
        Layout::Pipes => pipes::read(text, hints, &mut problems),
        Layout::Html => html::read(text, hints, &mut problems),
        Layout::Markdown => markdown::read(text, &mut problems),
        Layout::Csv => csv::read(text, &mut problems),
    };
    hidden::check(&page, text, &mut problems);
    if problems.0.is_empty() {
        if matches!(layout, Layout::Broken | Layout::Pipes) {
            claim_headings(&mut page, hints);
        }
        if matches!(layout, Layout::Broken | Layout::Pipes | Layout::Markdown | Layout::Csv) {
            spans::fill(&mut page, hints, &mut problems);
        }
        check(&page, layout, hints, &mut problems);
    }
    if problems.0.is_empty() { Ok(page) } else { Err(problems.0) }
}

/// Errors as a reader meets them, no more of them than anyone reads.
#[derive(Default)]
struct Problems(Vec<ReadError>);

impl Problems {
    /// A problem with a line: what was found there, what could be, and what to do.
    fn push(
        &mut self,
        (line, found): (usize, impl Into<String>),
        expected: impl Into<String>,
        advice: impl Into<String>,
    ) {
        self.push_at((line, 1), found, expected, advice);
    }

    fn push_at(
        &mut self,
        (line, column): (usize, usize),
        found: impl Into<String>,
        expected: impl Into<String>,
        advice: impl Into<String>,
    ) {
        if self.0.len() < MAX_ERRORS {
            self.0.push(ReadError {
                line,
                column,
                found: found.into(),
                expected: expected.into(),
                advice: advice.into(),
            });
        }
    }
}

/// Gives each table the nearest line above it that curation knows as a heading.
fn claim_headings(page: &mut Page, hints: &Hints) {
    let mut above = 0;
    for table in &mut page.tables {
        let top = table.header.iter().map(|head| head.number).min().unwrap_or(0);
        let from = page.loose.partition_point(|line| line.number < above);
        let to = page.loose.partition_point(|line| line.number < top);
        if let Some(at) = (from..to).rfind(|&at| hints.headings.contains(&page.loose[at].text)) {
            table.heading = Some(page.loose.remove(at));
        }
        above = top;
    }
}

/// What holds in every layout, and what curation says of a text capture.
fn check(page: &Page, layout: Layout, hints: &Hints, problems: &mut Problems) {
    if page.tables.is_empty() {
        problems.push(
            (1, "a page without a table"),
            format!("at least one table in the layout {layout:?}"),
            "name the page's layout, or save the page again",
        );
        return;
    }
    let is_capture = !matches!(layout, Layout::Html | Layout::Markdown);
    for table in &page.tables {
        if table.header.len() > MAX_COLUMNS {
            let line = table.header.first().map_or(1, |head| head.number);
            problems.push(
                (line, format!("a header of {} columns", table.header.len())),
                format!("at most {MAX_COLUMNS}"),
                "name the page's layout",
            );
            return;
        }
        if is_capture && !hints.columns.is_empty() {
            check_header(table, hints, problems);
        }
        for row in &table.rows {
            check_values(row, &table.header, hints, problems);
        }
    }
    if is_capture {
        check_spanning(page, hints, problems);
    }
    let has_headings = matches!(layout, Layout::Bars | Layout::Values | Layout::Broken | Layout::Pipes);
    if has_headings {
        for heading in &hints.headings {
            if !page.tables.iter().any(|table| table.heading.as_ref().is_some_and(|line| line.text == *heading)) {
                problems.push(
                    (last_row(page), "the last row of all tables"),
                    format!("a table under the heading {} somewhere above", text::quote(heading)),
                    "if the vendor renamed or removed the table, change the headings in the curation",
                );
            }
        }
    }
}

/// The cells hold nothing but what their columns may hold.
fn check_values(row: &Row, header: &[Line], hints: &Hints, problems: &mut Problems) {
    for (head, cell) in header.iter().zip(&row.cells) {
        if !cell.from_above && !hints.fits(&head.text, &cell.text) {
            problems.push(
                (cell.line, text::quote(&cell.text)),
                format!("under {} one of: {}", text::quote(&head.text), hints.values[&head.text].join(", ")),
                "put back what the page lost near here; a value that is new, add to the column's values in the curation",
            );
        }
    }
}

/// Each value of a column that spans stands somewhere: a cell that the page lost looks like one that spans.
fn check_spanning(page: &Page, hints: &Hints, problems: &mut Problems) {
    for head in &hints.spanning {
        let cells = page.tables.iter().flat_map(|table| {
            let column = table.header.iter().position(|column| column.text == *head);
            table.rows.iter().filter_map(move |row| row.cells.get(column?))
        });
        let found: HashSet<&str> = cells.map(|cell| cell.text.as_str()).collect();
        for value in hints.values.get(head).into_iter().flatten().filter(|value| !found.contains(value.as_str())) {
            problems.push(
                (last_row(page), format!("no {} in all rows of the column {}", text::quote(value), text::quote(head))),
                "each of the column's values at least once",
                "put the cell back if the page lost it; if the vendor removed or renamed it, change the column's values",
            );
        }
    }
}

fn last_row(page: &Page) -> usize {
    page.tables.iter().flat_map(|table| &table.rows).map(|row| row.line).max().unwrap_or(1)
}

/// The heads are the ones that curation knows.
fn check_header(table: &Table, hints: &Hints, problems: &mut Problems) {
    let line = table.header.first().map_or(1, |head| head.number);
    if table.header.len() != hints.columns.len() {
        problems.push(
            (line, format!("a header of {} columns", table.header.len())),
            format!("{} columns: {}", hints.columns.len(), hints.columns.join(", ")),
            "if the vendor added or removed a column, change the columns in the curation",
        );
        return;
    }
    for (head, column) in table.header.iter().zip(&hints.columns) {
        if head.text != *column {
            problems.push(
                (head.number, format!("the head {}", text::quote(&head.text))),
                text::quote(column),
                "if the vendor renamed the column, rename it in the curation",
            );
        }
    }
}
