//! The parts of a product's curation that the reader of its page needs.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Facts about the structure of a page that a text capture lost. HTML needs none of them.
///
/// The reader also checks each hint, so that a renamed column, heading or value is an error with a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// The headings printed above the tables. In [`Layout::Values`](super::Layout::Values), if the body is printed twice, also
    /// the line with which it begins. In [`Layout::Html`](super::Layout::Html), a cell over the full width of a table is then a
    /// heading only if it is one of these.
    pub headings: Vec<String>,
    /// The column names as printed, in order; `""` for a column without a name. [`Layout::Values`](super::Layout::Values)
    /// requires them.
    pub columns: Vec<String>,
    /// The names of the columns whose cells may span from the row above, so that a row may lack them.
    pub spanning: Vec<String>,
    /// The only values that a column may contain, by column name. [`Layout::Values`](super::Layout::Values) finds rows by
    /// them. In a spanning column, each value must occur, since a cell that the capture lost looks like one that spans.
    pub values: BTreeMap<String, Vec<String>>,
    /// The lists that are tables.
    pub lists: Vec<ListPattern>,
    /// The texts outside tables that print rows of tables.
    pub texts: Vec<TextRows>,
    /// The only element of HTML that is read, by its id or a simple selector: `#post-382858`, `div.post`.
    pub article: Option<String>,
    /// What to do with hidden text in tables. By default, it is an error.
    pub hidden: Option<Concealed>,
    /// What to do with struck-out text in tables. By default, it is an error.
    pub struck_out: Option<Concealed>,
    /// What a link or a small span is if it directly follows a number. By default, it is an error.
    pub glued: Option<Glued>,
}

/// A list of a page that is read as a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListPattern {
    /// The nearest heading above the list. Without it, every list of which an item fits.
    pub heading: Option<String>,
    /// The pattern of its items, with column names in braces: `{Ports}: {Label}`.
    pub pattern: String,
}

/// A text outside tables that prints rows of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextRows {
    /// The digest of the text.
    pub digest: String,
    /// The column names.
    pub columns: Vec<String>,
    /// The cells of each row, one for each column, in words of the text.
    pub rows: Vec<Vec<String>>,
}

/// What to do with text that a browser hides, or that is struck out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Concealed {
    /// It is text like any other.
    Keep,
    /// It is skipped.
    Drop,
}

/// What a link or a small span is that directly follows a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Glued {
    /// The mark of a footnote.
    Mark,
    /// Part of the text.
    Text,
}

impl Hints {
    /// Whether the cells of a column may span from the row above. Without any hints, those of the first column may.
    pub(super) fn may_span(&self, column: usize, name: &str) -> bool {
        if self.columns.is_empty() && self.spanning.is_empty() {
            column == 0
        } else {
            self.spanning.iter().any(|spanning| spanning == name)
        }
    }

    /// Whether a column may contain a text.
    pub(super) fn allows(&self, column_name: &str, text: &str) -> bool {
        self.values.get(column_name).is_none_or(|values| values.iter().any(|value| value == text))
    }
}
