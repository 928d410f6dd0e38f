//! What a reader makes of a page: its tables, and the text outside them.

/// The tables of a page, and every line of text that isn't part of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The tables, in the page's order.
    pub tables: Vec<Table>,
    /// Titles, sentences, footnotes and alternative texts of images, in the page's order.
    pub text_outside_tables: Vec<Line>,
    /// What isn't text for readers, by its kind: front matter, code blocks and navigation. Nobody needs to explain it.
    pub skipped: Vec<Line>,
}

/// A text and the line it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line, from 1.
    pub number: usize,
    /// The text, with each run of whitespace replaced by one space, and without the bar that ends a cell.
    pub text: String,
}

/// A table of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The heading above the table, if the layout has headings.
    pub heading: Option<Line>,
    /// The column names as printed. A column without a name has an empty text.
    pub header: Vec<Line>,
    /// The rows below the header.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line on which the row begins, from 1.
    pub line: usize,
    /// The cells, one for each column.
    pub cells: Vec<Cell>,
}

/// A cell of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// The text as printed, with each run of whitespace and each line end replaced by one space.
    pub text: String,
    /// The line on which the cell begins, from 1. For a cell that spans from above, the line of its row.
    pub line: usize,
    /// Whether the cell spans from the row above. Its text and footnotes are then those of the cell above, or empty in the first
    /// row.
    pub spans_from_above: bool,
    /// Footnotes inside the cell: `[8] text` for a popup with a mark, `[8]` for a mark alone, and the text alone for a popup
    /// on words that stay in the cell.
    pub footnotes: Vec<String>,
}

/// The heading and the column names of a table of a page.
pub struct PrintedTable<'a> {
    /// The heading; empty if there is none.
    pub heading: &'a str,
    /// The column names.
    pub header: Vec<&'a str>,
}

impl Page {
    /// Every text of the page. Cells that span from above are left out, since they repeat the cell above.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let outside = self.text_outside_tables.iter().chain(&self.skipped).map(|line| line.text.as_str());
        outside.chain(self.tables.iter().flat_map(Table::texts).map(|(_, text)| text))
    }
}

impl Table {
    /// The heading and the column names.
    #[must_use]
    pub fn printed(&self) -> PrintedTable<'_> {
        PrintedTable {
            heading: self.heading.as_ref().map_or("", |heading| heading.text.as_str()),
            header: self.header.iter().map(|name| name.text.as_str()).collect(),
        }
    }

    /// The heading, the column names, and the texts and footnotes of the cells, each with its line. Cells that span from above
    /// are left out.
    pub(super) fn texts(&self) -> impl Iterator<Item = (usize, &str)> {
        let names = self.heading.iter().chain(&self.header).map(|line| (line.number, line.text.as_str()));
        let cells = self.rows.iter().flat_map(|row| &row.cells).filter(|cell| !cell.spans_from_above);
        names.chain(cells.flat_map(Cell::texts))
    }
}

impl Cell {
    /// The text and the footnotes, each with the cell's line.
    pub(super) fn texts(&self) -> impl Iterator<Item = (usize, &str)> {
        [&self.text].into_iter().chain(&self.footnotes).map(|text| (self.line, text.as_str()))
    }
}
