//! Writes tables as CSV. The same rows give the same bytes.

use crate::schema::Column;

/// A CSV file. Cells are quoted only if necessary, and lines end with a line feed.
#[derive(Clone, Debug)]
pub struct Csv {
    text: String,
}

impl Csv {
    /// A file with a header.
    pub fn new(header: impl IntoIterator<Item = String>) -> Csv {
        let mut csv = Csv { text: String::new() };
        csv.row(header);
        csv
    }

    /// A table with all columns of its schema.
    #[must_use]
    pub fn table(columns: &[Column]) -> Csv {
        Csv::new(columns.iter().map(|column| column.name.to_string()))
    }

    /// Appends a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        for (number, cell) in cells.into_iter().enumerate() {
            if number > 0 {
                self.text.push(',');
            }
            if cell.contains([',', '"', '\n', '\r']) {
                self.text.push('"');
                self.text.push_str(&cell.replace('"', "\"\""));
                self.text.push('"');
            } else {
                self.text.push_str(&cell);
            }
        }
        self.text.push('\n');
    }

    /// The file's text.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }
}
