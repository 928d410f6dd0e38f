//! What is wrong, and where: the error that every step of a regeneration gives.

use std::fmt;
use std::path::PathBuf;

use port_data::hidden::{Shown, Told};

/// A line of a file, or a place in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// The column of the line, in characters from 1; 0 where the whole line is meant.
    pub column: usize,
}

/// Something wrong at a place: what was found, what was expected, what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What.
    pub message: String,
}

impl Fault {
    /// A fault in a line of a file.
    pub fn new(file: impl Into<PathBuf>, line: usize, message: impl Into<String>) -> Fault {
        Fault::at(file, line, 0, message)
    }

    /// A fault in a column of a line.
    pub fn at(file: impl Into<PathBuf>, line: usize, column: usize, message: impl Into<String>) -> Fault {
        Fault { place: Place { file: file.into(), line, column }, message: message.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Shown(self.file.display().to_string()))?;
        for number in [self.line, self.column].into_iter().take_while(|number| *number > 0) {
            write!(f, ":{number}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, Told(&self.message))
    }
}

impl From<port_data::Error> for Fault {
    fn from(error: port_data::Error) -> Fault {
        let cell = error.cell.as_ref().map(|cell| format!("{cell}: ")).unwrap_or_default();
        Fault::at(error.file, error.line, error.column, format!("{cell}{}", error.problem))
    }
}
