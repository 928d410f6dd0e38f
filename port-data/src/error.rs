//! What can be wrong with tables: the place, what stands there, what was expected, what to do.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::hidden::{Shown, Word, refusal};

/// One thing that is wrong with a directory of tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// The column of the line, in characters from 1; 0 where the whole line is meant.
    pub column: usize,
    /// The name of the table's column, where one cell is meant.
    pub cell: Option<String>,
    /// What is wrong there.
    pub problem: Problem,
}

/// Everything that is wrong with a directory of tables, in the order of files and lines. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errors(pub Vec<Error>);

/// What is wrong at a place.
#[expect(missing_docs, reason = "a field is what its name says: what was found, what was expected, what comes nearest")]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The file cannot be read.
    Unreadable(String),
    /// A file of more bytes than are read.
    TooLong { most: usize },
    /// A byte that is not UTF-8.
    NotUtf8(u8),
    /// A control character or one that turns the direction of text.
    ForbiddenCharacter(char),
    /// Quotes that do not enclose a cell properly.
    Quotes(String),
    /// Blanks at the start or the end of a cell.
    OuterBlanks(String),
    /// A row with more or fewer cells than the header.
    CellCount { found: usize, expected: usize },
    /// A column that the schema asks for is not there.
    MissingColumn(&'static str),
    /// A column that the schema does not know.
    UnknownColumn { found: String, nearest: Option<&'static str> },
    /// A column that stands twice.
    DuplicateColumn(String),
    /// A table without a row.
    EmptyTable,
    /// A cell that must not be empty.
    EmptyCell,
    /// An id that is not lowercase kebab-case ASCII.
    NotKebabCase(String),
    /// An id that stands twice in its column.
    DuplicateId { found: String, first: String },
    /// An id that would become the same enum variant as another.
    SameVariant { found: String, variant: String, other: String, first: String },
    /// An id whose enum variant would be a word that Rust keeps for itself.
    ReservedVariant { found: String, variant: String },
    /// An id that no row of the table it belongs to has.
    UnknownId { found: String, wanted: String, nearest: Option<String> },
    /// A text that is none of the words allowed.
    UnknownWord { found: String, allowed: String, nearest: Option<&'static str> },
    /// A text that is not of the form that its column wants.
    Malformed { found: String, expected: &'static str },
    /// A number that is no port.
    NotAPort(String),
    /// A range whose end comes before its start.
    ReversedRange { found: String, first: u16, last: u16 },
    /// Two facts of a row that cannot both be true.
    Contradiction { found: String, expected: &'static str },
    /// A row number that another flow of the product has.
    DuplicateRow { found: u32, first: String },
    /// A product without its table of flows.
    NoFlows { product: String, expected: PathBuf },
    /// A table of flows without its product.
    NoProduct { found: String, nearest: Option<String> },
}

impl Error {
    /// The same error with its file's path given from `base` on, where the file is below it.
    #[must_use]
    pub fn relative_to(mut self, base: &Path) -> Self {
        if let Ok(relative) = self.file.strip_prefix(base) {
            self.file = relative.to_path_buf();
        }
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A path is written with `/` everywhere, so that a message is the same on every machine.
        write!(f, "{}", Shown(self.file.display().to_string().replace('\\', "/")))?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        if let Some(cell) = &self.cell {
            write!(f, ": {cell}")?;
        }
        write!(f, ": {}", Shown(self.problem.to_string()))
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, error) in self.0.iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}

/// Ends a message with the nearest known text, where there is one.
fn suggest<T: fmt::Display>(f: &mut fmt::Formatter<'_>, nearest: Option<&T>) -> fmt::Result {
    match nearest {
        Some(nearest) => write!(f, "; the nearest is {nearest}"),
        None => Ok(()),
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Unreadable(reason) => write!(f, "cannot be read: {reason}"),
            Problem::TooLong { most } => {
                write!(f, "found more than {most} bytes, expected at most so many; is it the file that is meant?")
            }
            Problem::NotUtf8(byte) => write!(f, "found the byte 0x{byte:02x}, expected UTF-8; save the file as UTF-8"),
            Problem::ForbiddenCharacter(found) => f.write_str(&refusal(*found)),
            Problem::Quotes(found) => write!(
                f,
                "found {found}, expected a cell quoted as a whole or not at all, with \"\" for a quote inside"
            ),
            Problem::OuterBlanks(found) => write!(f, "found {found:?}, expected no blank at the start or the end"),
            Problem::CellCount { found, expected } => {
                write!(f, "found {found} cells, expected {expected} as in the header; a cell with a comma needs quotes")
            }
            Problem::MissingColumn(column) => {
                write!(f, "found no column {column}; add it to the header and to every row")
            }
            Problem::UnknownColumn { found, nearest } => {
                write!(f, "found {}, expected a column of this table", Word(found))?;
                suggest(f, nearest.as_ref())
            }
            Problem::DuplicateColumn(found) => write!(f, "found the column {found} twice, expected it once"),
            Problem::EmptyTable => write!(
                f,
                "found no row, expected at least one below the header; add one, though nothing may refer to it"
            ),
            Problem::EmptyCell => write!(f, "found nothing, expected a text"),
            Problem::NotKebabCase(found) => write!(
                f,
                "found {}, expected lowercase kebab-case ASCII of at most {} characters that begins with a letter, such as email-client",
                Word(found),
                crate::shared::nearest::LONGEST_ID
            ),
            Problem::DuplicateId { found, first } => {
                write!(f, "found {found} a second time, expected it once; it stands first at {first}")
            }
            Problem::SameVariant { found, variant, other, first } => write!(
                f,
                "found {found}, which becomes the variant {variant} like {other} at {first}; change one of the two"
            ),
            Problem::ReservedVariant { found, variant } => {
                write!(f, "found {found}, which becomes the variant {variant}, a word of Rust's own; choose another id")
            }
            Problem::UnknownId { found, wanted, nearest } => {
                write!(f, "found {}, expected {wanted}", Word(found))?;
                suggest(f, nearest.as_ref())
            }
            Problem::UnknownWord { found, allowed, nearest } => {
                write!(f, "found {}, expected one of {allowed}", Word(found))?;
                suggest(f, nearest.as_ref())
            }
            Problem::Malformed { found, expected } => write!(f, "found {}, expected {expected}", Word(found)),
            Problem::NotAPort(found) => write!(f, "found {}, expected a port from 1 to 65535", Word(found)),
            Problem::ReversedRange { found, first, last } => {
                write!(f, "found {}, expected the lower port first: {last}-{first}", Word(found))
            }
            Problem::Contradiction { found, expected } => write!(f, "found {found}, expected {expected}"),
            Problem::DuplicateRow { found, first } => {
                write!(
                    f,
                    "found row {found} a second time, expected each row of the document once; it stands first at {first}"
                )
            }
            Problem::NoFlows { product, expected } => write!(
                f,
                "found the product {product} without flows, expected them in {}",
                expected.display().to_string().replace('\\', "/")
            ),
            Problem::NoProduct { found, nearest } => {
                write!(f, "found flows of {}, expected a file named after a product of products.csv", Word(found))?;
                suggest(f, nearest.as_ref())
            }
        }
    }
}
