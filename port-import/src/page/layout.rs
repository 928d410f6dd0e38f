//! How a page is laid out, which decides which reader reads it.

use std::fmt;

use port_data::Diagnostic;
use port_data::hidden::QuotedAscii;

use super::codes;

/// The layout of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layout {
    /// Text capture: one cell per line, ended by a bar. A lone bar follows a row whose first cell spans from above.
    Bars,
    /// Text capture: one value per line, separated by blank lines, without bars. The body may be printed twice.
    Values,
    /// Text capture: cells ended by bars, a rule below the header, and rows broken over several lines.
    Broken,
    /// Text capture: a bar before the first cell of a row and one after each cell. The first row is the header.
    Pipes,
    /// A page as a browser saves it.
    Html,
    /// Markdown with pipe tables.
    Markdown,
    /// Comma-separated values below a header line.
    Csv,
    /// reStructuredText, read through docutils.
    Rst,
    /// AsciiDoc, read through Asciidoctor.
    Adoc,
    /// A DITA topic.
    Dita,
}

impl Layout {
    /// Every layout.
    #[rustfmt::skip]
    pub const ALL: [Self; 10] = [
        Self::Bars, Self::Values, Self::Broken, Self::Pipes, Self::Html, Self::Markdown, Self::Csv, Self::Rst, Self::Adoc,
        Self::Dita,
    ];

    /// Whether pages of this layout are read through a program that must be installed.
    #[must_use]
    pub fn needs_converter(self) -> bool {
        matches!(self, Self::Rst | Self::Adoc)
    }

    /// Whether pages of this layout are text captures, which lost the structure of the original page.
    pub(super) fn is_text_capture(self) -> bool {
        matches!(self, Self::Bars | Self::Values | Self::Broken | Self::Pipes)
    }

    /// Whether the reader finds lists and headings.
    pub(super) fn has_lists(self) -> bool {
        matches!(self, Self::Html | Self::Markdown | Self::Rst | Self::Adoc | Self::Dita)
    }

    /// Whether the cells that span from above are printed as empty cells, so that they must be filled.
    pub(super) fn prints_spans_as_empty_cells(self) -> bool {
        matches!(self, Self::Broken | Self::Pipes | Self::Markdown | Self::Csv)
    }

    /// Whether the page says which cells span from above, and no cell is lost.
    pub(crate) fn prints_spans(self) -> bool {
        !self.is_text_capture() && !self.prints_spans_as_empty_cells()
    }

    /// Whether the curation must list all columns, if it lists any.
    pub(super) fn has_curated_columns(self) -> bool {
        !self.has_lists()
    }
}

/// The name in lowercase: `bars`.
impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bars => "bars",
            Self::Values => "values",
            Self::Broken => "broken",
            Self::Pipes => "pipes",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Csv => "csv",
            Self::Rst => "rst",
            Self::Adoc => "adoc",
            Self::Dita => "dita",
        })
    }
}

impl std::str::FromStr for Layout {
    type Err = Diagnostic;

    fn from_str(text: &str) -> Result<Self, Diagnostic> {
        let found = Self::ALL.into_iter().find(|layout| layout.to_string() == text);
        found.ok_or_else(|| {
            let names = Self::ALL.map(|layout| layout.to_string()).join(", ");
            let message = format!("unknown layout {}", QuotedAscii(text));
            Diagnostic::new(codes::UNKNOWN_LAYOUT, message).help(format!("use one of {names}"))
        })
    }
}
