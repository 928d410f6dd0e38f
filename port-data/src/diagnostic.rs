//! What is wrong with an input: a code, a place, what was found, and what to do about it.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::hidden::{Escaped, Truncated};

/// Identifies one kind of diagnostic. Codes are unique in the repository and documented in `docs/errors.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    /// The code as it is printed: `table-unknown-id`.
    pub id: &'static str,
    /// What the code means, in one line.
    pub summary: &'static str,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id)
    }
}

/// Declares the codes of a crate: a constant for each, and `ALL`.
#[doc(hidden)]
#[macro_export]
macro_rules! codes {
    ($(#[doc = $summary:literal] $name:ident = $id:literal;)+) => {
        $(
            #[doc = $summary]
            pub const $name: $crate::Code = $crate::Code { id: $id, summary: $summary };
        )+

        /// Every code of this crate.
        pub const ALL: &[$crate::Code] = &[$($name),+];
    };
}

/// A line and a column, in characters. Both count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// A place in a file, or a whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file. Empty for a diagnostic about the call itself.
    pub file: PathBuf,
    /// The line, from 1. 0 means the whole file.
    pub line: usize,
    /// The column in characters, from 1. 0 means the whole line.
    pub column: usize,
    /// The position after the last character, if it is known. It isn't printed.
    pub end: Option<Position>,
}

impl Place {
    /// A whole file.
    pub fn file(file: impl Into<PathBuf>) -> Place {
        Place::new(file, 0, 0)
    }

    /// A line of a file.
    pub fn line(file: impl Into<PathBuf>, line: usize) -> Place {
        Place::new(file, line, 0)
    }

    /// A column of a line.
    pub fn new(file: impl Into<PathBuf>, line: usize, column: usize) -> Place {
        Place { file: file.into(), line, column, end: None }
    }

    /// Sets the end.
    #[must_use]
    pub fn until(mut self, end: Position) -> Place {
        self.end = Some(end);
        self
    }

    /// The place of a byte offset in a file's text. For many offsets in one text, keep a [`LineIndex`].
    pub fn at_offset(file: impl Into<PathBuf>, text: &str, offset: usize) -> Place {
        let (line, column) = LineIndex::new(text).locate(text, offset);
        Place::new(file, line, column)
    }

    /// The same place with the file's path relative to `base`, if the file is below it.
    #[must_use]
    pub fn relative_to(mut self, base: &Path) -> Place {
        if let Ok(relative) = self.file.strip_prefix(base) {
            self.file = relative.to_path_buf();
        }
        self
    }
}

/// `file:line:column`. Paths are printed with `/` on every platform, so that a message is the same everywhere.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Escaped(self.file.display().to_string().replace('\\', "/")))?;
        for number in [self.line, self.column].into_iter().take_while(|number| *number > 0) {
            write!(f, ":{number}")?;
        }
        Ok(())
    }
}

/// One thing that is wrong: printed as `place: message; help`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// Where it is wrong.
    pub place: Place,
    /// Which kind of diagnostic this is.
    pub code: Code,
    /// What is wrong, and what was found.
    pub message: String,
    /// What to do about it, if the message doesn't imply it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A diagnostic without a place. Add one with [`at`](Diagnostic::at), unless it is about the call itself.
    pub fn new(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic { place: Place::default(), code, message: message.into(), help: None }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Adds `did you mean "..."?` as help, if there is a near name.
    #[must_use]
    pub fn nearest(self, nearest: Option<&str>) -> Diagnostic {
        match nearest {
            Some(nearest) => self.help(format!("did you mean \"{nearest}\"?")),
            None => self,
        }
    }

    /// Sets the place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Diagnostic {
        self.place = place;
        self
    }

    /// The message and the help, without the place.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.help {
            Some(help) => format!("{}; {help}", self.message),
            None => self.message.clone(),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place != Place::default() {
            write!(f, "{}: ", self.place)?;
        }
        write!(f, "{}", Truncated(self.text()))
    }
}

impl std::error::Error for Diagnostic {}

/// A count with its noun: `1 cell`, `2 cells`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// The line starts of a text, to find the line and column of any byte offset.
#[derive(Clone, Debug, Default)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Indexes a text.
    #[must_use]
    pub fn new(text: &str) -> LineIndex {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(end, _)| end + 1));
        LineIndex { starts: starts.collect() }
    }

    /// The line of a byte offset, from 1.
    #[must_use]
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).max(1)
    }

    /// The line and the column in characters of a byte offset, both from 1. An offset inside a character or after the end of
    /// the text is moved to the character before it. A leading byte order mark isn't counted.
    #[must_use]
    pub fn locate(&self, text: &str, offset: usize) -> (usize, usize) {
        let line = self.line(offset);
        let byte_order_mark = if line == 1 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let start = self.starts.get(line - 1).copied().unwrap_or_default() + byte_order_mark;
        let end = (start..=offset.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(start);
        (line, text[start..end].chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Diagnostic, LineIndex, Place};

    #[test]
    fn offsets_become_lines_and_columns_in_characters() {
        let text = "a\n\u{e9}b\r\n\nc";
        let index = LineIndex::new(text);
        let located: Vec<_> = [0, 1, 2, 3, 4, 5, 7, 8, 9, 100].map(|offset| index.locate(text, offset)).to_vec();
        assert_eq!(located, [(1, 1), (1, 2), (2, 1), (2, 1), (2, 2), (2, 3), (3, 1), (4, 1), (4, 2), (4, 2)]);
        let text = "\u{feff}ab";
        assert_eq!(LineIndex::new(text).locate(text, 4), (1, 2));
    }

    #[test]
    fn a_diagnostic_prints_its_place_message_and_help() {
        const CODE: Code = Code { id: "test", summary: "A test." };
        let diagnostic = Diagnostic::new(CODE, "unknown peer \"ldap\"");
        assert_eq!(diagnostic.to_string(), "unknown peer \"ldap\"");
        let diagnostic = diagnostic.nearest(Some("ldap-server")).at(Place::new("site\u{202e}.toml", 5, 1));
        assert_eq!(
            diagnostic.to_string(),
            "site\\u{202e}.toml:5:1: unknown peer \"ldap\"; did you mean \"ldap-server\"?"
        );
        assert_eq!(Diagnostic::new(CODE, "empty").at(Place::line("a.csv", 3)).to_string(), "a.csv:3: empty");
    }
}
