//! What is wrong with a file that somebody gave: the place, and what to do about it.

use std::fmt;
use std::path::{Path, PathBuf};

use port_data::hidden::{Shown, Told};

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The line and the column in characters, both from 1; nothing where the whole file is meant.
    pub place: Option<(usize, usize)>,
    /// What stands there, what was expected, what to do.
    pub message: String,
}

impl Fault {
    /// A fault of a file as a whole.
    pub fn of_file(file: &Path, message: impl Into<String>) -> Fault {
        Fault { file: file.to_path_buf(), place: None, message: message.into() }
    }

    /// A fault at a byte of a file's text.
    pub fn at(file: &Path, text: &str, start: usize, message: impl Into<String>) -> Fault {
        let before = text.get(..start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
        Fault { file: file.to_path_buf(), place: Some((line, column)), message: message.into() }
    }

    /// A fault where the reader of JSON complains, with a message made of what it complains of. It tells the last byte that it read, which may stand inside a character,
    /// and before the first one of a line.
    pub fn of_json(file: &Path, text: &str, error: &serde_json::Error, message: impl FnOnce(&str) -> String) -> Fault {
        let complaint = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let message = message(complaint.strip_suffix(&place).unwrap_or(&complaint));
        let line = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
        let byte = (line + error.column().saturating_sub(1)).min(text.len());
        let start = (0..=byte).rev().find(|byte| text.is_char_boundary(*byte)).unwrap_or_default();
        Fault::at(file, text, start, message)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", Shown(self.file.display().to_string()))?;
        if let Some((line, column)) = self.place {
            write!(f, "{line}:{column}:")?;
        }
        write!(f, " {}", Told(&self.message))
    }
}

impl std::error::Error for Fault {}
