//! What is wrong, and where: the error that every step of a regeneration gives.

use std::fmt;
use std::path::PathBuf;

use port_data::hidden::Shown;

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
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
        Fault { place: Place { file: file.into(), line }, message: message.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Shown(self.file.display().to_string()))?;
        match self.line {
            0 => Ok(()),
            line => write!(f, ":{line}"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, Shown(&self.message))
    }
}

impl From<port_data::Error> for Fault {
    fn from(error: port_data::Error) -> Fault {
        let column = if error.column > 0 { format!("column {}: ", error.column) } else { String::new() };
        let cell = error.cell.as_ref().map(|cell| format!("{cell}: ")).unwrap_or_default();
        let message = format!("{column}{cell}{}", error.problem);
        Fault::new(error.file, error.line, message)
    }
}
