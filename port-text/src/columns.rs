//! Rows of text, which the formats for people and for spreadsheets print.

/// Rows of text below the names of their columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The names of the columns.
    pub names: Vec<&'static str>,
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<String>>,
}
