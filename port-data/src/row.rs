//! Typed access to the cells of one row: each accessor checks its cell and reports what is wrong with it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use port_core::ParseIdError;

use crate::cells::{Cell, row_place};
use crate::codes;
use crate::date::{UNKNOWN_DATE, check_date};
use crate::diagnostic::Diagnostic;
use crate::hidden::QuotedAscii;
use crate::id::{check_id, check_variant};
use crate::ids::Ids;
use crate::port_expression;
use crate::schema::SAVED_BY_HAND;

/// A table whose header is valid: its rows, and the index of each schema column.
pub(crate) struct Table {
    pub(crate) file: PathBuf,
    pub(crate) columns: Vec<(&'static str, Option<usize>)>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// One row of a table, and the lists to which its problems are added.
///
/// An accessor returns `None` after reporting a problem.
pub(crate) struct Row<'a> {
    pub(crate) table: &'a Table,
    pub(crate) cells: &'a [Cell],
    pub(crate) diagnostics: &'a mut Vec<Diagnostic>,
    pub(crate) warnings: &'a mut Vec<Diagnostic>,
}

impl Row<'_> {
    /// The cell of a column; an empty one if the table doesn't have the column.
    pub(crate) fn cell(&self, column: &str) -> Cell {
        let index = self.table.columns.iter().find(|(name, _)| *name == column).and_then(|(_, index)| *index);
        match index {
            Some(index) => self.cells[index].clone(),
            None => Cell::missing(self.cells),
        }
    }

    /// Whether the table has the column.
    pub(crate) fn has(&self, column: &str) -> bool {
        self.table.columns.iter().any(|(name, index)| *name == column && index.is_some())
    }

    /// Reports a problem with a cell; the message begins with the column's name.
    pub(crate) fn report(&mut self, column: &str, cell: &Cell, problem: Diagnostic) {
        let problem = self.in_cell(column, cell, problem);
        self.diagnostics.push(problem);
    }

    /// The same for what may be right.
    pub(crate) fn warn(&mut self, column: &str, cell: &Cell, problem: Diagnostic) {
        let problem = self.in_cell(column, cell, problem);
        self.warnings.push(problem);
    }

    /// A problem at the place of a cell, or of the row if the table doesn't have its column.
    fn in_cell(&self, column: &str, cell: &Cell, problem: Diagnostic) -> Diagnostic {
        let message = format!("{column}: {}", problem.message);
        let file = &self.table.file;
        let place = if cell.column == 0 { row_place(file, self.cells) } else { cell.place(file) };
        Diagnostic { place, message, ..problem }
    }

    /// The value, or `None` after reporting the problem.
    pub(crate) fn accept<T>(&mut self, column: &str, cell: &Cell, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|problem| self.report(column, cell, problem)).ok()
    }

    /// Checks a whole cell.
    pub(crate) fn parse<T>(&mut self, column: &str, parse: impl FnOnce(&str) -> Result<T, Diagnostic>) -> Option<T> {
        let cell = self.cell(column);
        let result = parse(&cell.text);
        self.accept(column, &cell, result)
    }

    /// Checks a cell that may be empty.
    pub(crate) fn parse_optional<T>(
        &mut self,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, Diagnostic>,
    ) -> Option<Option<T>> {
        self.parse(column, |text| if text.is_empty() { Ok(None) } else { parse(text).map(Some) })
    }

    /// A text that must not be empty.
    pub(crate) fn required_text(&mut self, column: &str) -> Option<String> {
        self.parse(column, |text| match text {
            "" => Err(Diagnostic::new(codes::EMPTY_CELL, "cell is empty").help("write a text")),
            text => Ok(text.to_string()),
        })
    }

    /// A text that may be empty.
    pub(crate) fn text(&self, column: &str) -> Option<String> {
        Some(self.cell(column).text).filter(|text| !text.is_empty())
    }

    /// The row's id.
    pub(crate) fn id(&mut self) -> Option<String> {
        self.parse("id", check_id)
    }

    /// The row's id and its enum variant.
    pub(crate) fn id_and_variant(&mut self) -> Option<(String, String)> {
        let id = self.id()?;
        let variant = self.parse("variant", |text| check_variant(&id, text))?;
        Some((id, variant))
    }

    /// The index of the row that the cell refers to.
    pub(crate) fn reference(&mut self, column: &str, ids: &Ids, table: &str) -> Option<usize> {
        self.parse(column, |text| ids.find(text, table))
    }

    /// A word of a closed vocabulary.
    pub(crate) fn word<T: FromStr<Err = ParseIdError> + fmt::Display>(&mut self, column: &str, all: &[T]) -> Option<T> {
        self.parse(column, |text| parse_word(text, all))
    }

    /// A word of a closed vocabulary, or the usual one if the cell is empty.
    pub(crate) fn word_or<T: FromStr<Err = ParseIdError> + fmt::Display>(
        &mut self,
        column: &str,
        all: &[T],
        usual: T,
    ) -> Option<T> {
        self.parse(column, |text| if text.is_empty() { Ok(usual) } else { parse_word(text, all) })
    }

    /// A list of words of a closed vocabulary.
    pub(crate) fn words<T: FromStr<Err = ParseIdError> + fmt::Display>(
        &mut self,
        column: &str,
        all: &[T],
    ) -> Option<Vec<T>> {
        self.parse_list(column, |text| parse_word(text, all))
    }

    /// The items of a comma-separated list, each as a cell with its own place. A duplicate is reported and kept.
    pub(crate) fn list(&mut self, column: &str) -> Vec<Cell> {
        let cell = self.cell(column);
        let mut items: Vec<Cell> = Vec::new();
        let mut start = 0;
        for item in cell.text.split(',').filter(|_| !cell.text.is_empty()) {
            let first = start + item.len() - item.trim_start().len();
            let item_cell = cell.part(first, first + item.trim().len());
            start += item.len() + 1;
            if items.iter().any(|earlier| earlier.text == item_cell.text) {
                let message = format!("{} is listed twice", item_cell.text);
                let problem = Diagnostic::new(codes::DUPLICATE_ITEM, message).help("remove one");
                self.report(column, &item_cell, problem);
            }
            items.push(item_cell);
        }
        items
    }

    /// A comma-separated list whose items are all valid.
    pub(crate) fn parse_list<T>(
        &mut self,
        column: &str,
        parse: impl Fn(&str) -> Result<T, Diagnostic>,
    ) -> Option<Vec<T>> {
        let cells = self.list(column);
        let items: Vec<T> = cells.iter().filter_map(|cell| self.accept(column, cell, parse(&cell.text))).collect();
        (items.len() == cells.len()).then_some(items)
    }

    /// A port that may be missing.
    pub(crate) fn port(&mut self, column: &str) -> Option<Option<u16>> {
        self.parse_optional(column, port_expression::parse_port)
    }

    /// A web address.
    pub(crate) fn url(&mut self, column: &str) -> Option<String> {
        self.parse(column, |text| {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"`\\".contains(&byte));
            match is_plain && (text.starts_with("https://") || text.starts_with("http://")) {
                true => Ok(text.to_string()),
                false => Err(Diagnostic::new(codes::INVALID_URL, format!("invalid URL {}", QuotedAscii(text)))
                    .help("write an address that begins with https:// or http://")),
            }
        })
    }

    /// A day that may be missing or unknown.
    pub(crate) fn date(&mut self, column: &str) -> Option<Option<String>> {
        self.parse(column, |text| match text {
            "" | UNKNOWN_DATE => Ok(None),
            _ => check_date(text).map(|()| Some(text.to_string())),
        })
    }

    /// Whether a page must be saved by hand.
    pub(crate) fn saved_by_hand(&mut self) -> Option<bool> {
        self.parse("saved", |text| match text {
            "" => Ok(false),
            SAVED_BY_HAND => Ok(true),
            _ => Err(Diagnostic::new(codes::UNKNOWN_WORD, format!("unknown value {}", QuotedAscii(text)))
                .help(format!("write {SAVED_BY_HAND}, or nothing if a program can fetch the page"))),
        })
    }

    /// `true` or `false`, or `true` if the cell is empty.
    pub(crate) fn flag_or_true(&mut self, column: &str) -> Option<bool> {
        if self.cell(column).text.is_empty() { Some(true) } else { self.flag(column) }
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, column: &str) -> Option<bool> {
        self.parse(column, |text| {
            text.parse().map_err(|_| {
                let message = format!("unknown value {}", QuotedAscii(text));
                Diagnostic::new(codes::UNKNOWN_WORD, message).help("write true or false")
            })
        })
    }

    /// `yes` or `no`, or nothing if neither is known.
    pub(crate) fn yes_or_no(&mut self, column: &str) -> Option<Option<bool>> {
        self.parse_optional(column, |text| match text {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err(Diagnostic::new(codes::UNKNOWN_WORD, format!("unknown value {}", QuotedAscii(text)))
                .help("write yes, no, or nothing if it is unknown")),
        })
    }

    /// A row number of a document.
    pub(crate) fn row_number(&mut self) -> Option<u32> {
        self.parse("row", |text| {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
            text.parse().ok().filter(|_| is_plain).ok_or_else(|| {
                let message = format!("invalid row number {}", QuotedAscii(text));
                Diagnostic::new(codes::INVALID_ROW_NUMBER, message).help("count the document's rows from 1")
            })
        })
    }
}

/// A word of a closed vocabulary.
fn parse_word<T: FromStr<Err = ParseIdError> + fmt::Display>(text: &str, all: &[T]) -> Result<T, Diagnostic> {
    text.parse().map_err(|error: ParseIdError| {
        let message = format!("unknown {} {}", error.kind(), QuotedAscii(text));
        let known = all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let help = match error.nearest() {
            Some(nearest) => format!("did you mean \"{nearest}\"? (known: {known})"),
            None => format!("write one of {known}"),
        };
        Diagnostic::new(codes::UNKNOWN_WORD, message).help(help)
    })
}
