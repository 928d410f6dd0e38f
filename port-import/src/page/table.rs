//! What a reader makes of a page: its tables, and the text outside them.

/// The tables of a page, and every line of text that isn't part of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The tables, and the lists and texts that the curation reads as tables, in the page's order.
    pub tables: Vec<Table>,
    /// Titles, sentences, items of lists, footnotes and alternative texts of images, in the page's order. A text that prints rows
    /// of a table is here too.
    pub text_outside_tables: Vec<Line>,
    /// All headings (`h1` to `h6`), in the page's order, including those that are headings of tables.
    pub headings: Vec<Line>,
    /// What isn't text for readers, in the page's order. Nobody needs to explain it.
    pub skipped: Vec<Skipped>,
}

/// A text and the line it is on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// The line, from 1.
    pub number: usize,
    /// The text, with each run of whitespace replaced by one space, and without the bar that ends a cell.
    pub text: String,
    /// What the text is. Text captures lost that, and have only [`LineKind::Text`].
    pub kind: LineKind,
    /// The nearest heading above, as an index of [`Page::headings`].
    pub under: Option<usize>,
}

/// What a line of text outside tables is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LineKind {
    /// A paragraph, a footnote, or any other text.
    #[default]
    Text,
    /// A heading.
    Heading,
    /// An item of a bulleted, numbered or definition list. Of a definition list, it is `term: definition`.
    Item {
        /// The number of the list in the page. A list inside an item has a number of its own.
        list: usize,
    },
}

/// A text of a page that isn't meant for readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The line, from 1.
    pub number: usize,
    /// The text.
    pub text: String,
    /// Why it is skipped.
    pub kind: SkippedKind,
}

/// Why a text is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkippedKind {
    /// Metadata above the text.
    FrontMatter,
    /// A code block outside tables.
    Code,
    /// A menu of a web site, or a table of contents.
    Navigation,
    /// What is outside of the article.
    OutsideArticle,
    /// What a converter adds below the text, such as the time at which it ran.
    Footer,
    /// Scripts, styles, the title in the head, and other elements that a browser doesn't display.
    NotDisplayed,
    /// What the curation drops as hidden.
    Hidden,
    /// What the curation drops as struck out.
    StruckOut,
    /// A tag of a site generator or of MDX that shows no text, or a condition or an attribute of AsciiDoc.
    Template,
}

/// A table of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The heading above the table, if the layout has headings.
    pub heading: Option<Line>,
    /// The digest of the text outside tables that prints the rows, if the curation lists them.
    pub text: Option<String>,
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
    /// The marks in superscript, without brackets: `8`. In a list that is read as a table, each cell of a row has the marks of
    /// the whole item.
    pub marks: Vec<String>,
}

/// The heading and the column names of a table of a page, by which the curation finds it.
pub struct PrintedTable<'a> {
    /// The digest of the text that prints the rows, if it isn't a table of the page.
    pub text: Option<&'a str>,
    /// The heading; empty if there is none.
    pub heading: &'a str,
    /// The column names.
    pub header: Vec<&'a str>,
}

impl Page {
    /// Every text of the page. Cells that span from above are left out, since they repeat the cell above.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let outside = self.text_outside_tables.iter().map(|line| line.text.as_str());
        let outside = outside.chain(self.skipped.iter().map(|skipped| skipped.text.as_str()));
        outside.chain(self.tables.iter().flat_map(Table::texts).map(|(_, text)| text))
    }

    /// The nearest heading above a line of text outside tables.
    #[must_use]
    pub fn heading_above(&self, line: &Line) -> Option<&Line> {
        self.headings.get(line.under?)
    }

    /// Whether any line is an item of a list.
    #[must_use]
    pub fn has_items(&self) -> bool {
        self.text_outside_tables.iter().any(|line| matches!(line.kind, LineKind::Item { .. }))
    }
}

impl Line {
    /// A line of text.
    #[must_use]
    pub fn new(number: usize, text: impl Into<String>) -> Line {
        Line { number, text: text.into(), ..Line::default() }
    }
}

impl Table {
    /// The heading and the column names.
    #[must_use]
    pub fn printed(&self) -> PrintedTable<'_> {
        PrintedTable {
            text: self.text.as_deref(),
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
