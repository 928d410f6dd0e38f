//! Small pages for the tests, one per layout, and helpers that show what was read. The pages are also seeds of the fuzz targets.

use std::path::Path;

use port_data::Diagnostic;

use super::{Cell, Hints, Layout, Page};
use crate::curation::Curation;

/// One cell per line; two tables.
pub(super) const BARS: &str = include_str!("../../../fuzz/seeds/bars/mail.txt");

/// One value per line.
pub(super) const VALUES: &str = include_str!("../../../fuzz/seeds/values/mail.txt");

/// Rows broken over lines; two tables.
pub(super) const BROKEN: &str = include_str!("../../../fuzz/seeds/broken/appliance.txt");

/// A bar before each row.
pub(super) const PIPES: &str = include_str!("../../../fuzz/seeds/pipes/gateway.txt");

/// An article with a table that only arranges a note, a table with headings inside it, and one with a nested header and popups.
pub(super) const HTML: &str = include_str!("../../../fuzz/seeds/html/relay.html");

/// A heading with two tables below it, and another heading with one.
pub(super) const MARKDOWN: &str = include_str!("../../../fuzz/seeds/markdown/ports.md");

pub(super) const CSV: &str = include_str!("../../../fuzz/seeds/csv_page/ports.csv");

/// A grid table and a list.
pub(super) const RST: &str = include_str!("converted/ports.rst");

/// A table with a condition between its rows, and a definition list.
pub(super) const ADOC: &str = include_str!("converted/ports.adoc");

/// A table with spans, and a list.
pub(super) const DITA: &str = include_str!("../../../fuzz/seeds/dita/ports.dita");

/// The sample of a layout.
pub(super) fn sample(layout: Layout) -> &'static str {
    match layout {
        Layout::Bars => BARS,
        Layout::Values => VALUES,
        Layout::Broken => BROKEN,
        Layout::Pipes => PIPES,
        Layout::Html => HTML,
        Layout::Markdown => MARKDOWN,
        Layout::Csv => CSV,
        Layout::Rst => RST,
        Layout::Adoc => ADOC,
        Layout::Dita => DITA,
    }
}

/// The hints of each sample's curation.
pub(super) fn hints(layout: Layout) -> Hints {
    let curation = match layout {
        Layout::Bars => include_str!("../../../fuzz/seeds/curation/bars.toml"),
        Layout::Values => include_str!("../../../fuzz/seeds/curation/values.toml"),
        Layout::Broken => include_str!("../../../fuzz/seeds/curation/broken.toml"),
        Layout::Pipes => include_str!("../../../fuzz/seeds/curation/pipes.toml"),
        _ => return Hints::default(),
    };
    Curation::parse(Path::new("sample.toml"), curation).unwrap().hints()
}

/// Reads a page that isn't in a file.
pub(super) fn read(text: &str, layout: Layout, hints: &Hints) -> Result<Page, Vec<Diagnostic>> {
    super::read(Path::new("page"), text, layout, hints)
}

/// The first error of a page, read with the hints of its layout's sample.
pub(super) fn first_error(text: &str, layout: Layout) -> Diagnostic {
    match read(text, layout, &hints(layout)) {
        Ok(page) => panic!("no error in:\n{text}\nread:\n{:#?}", rows_as_text(&page)),
        Err(mut errors) => errors.swap_remove(0),
    }
}

/// The rows as `line cell / cell {footnote}`, with `^` before a cell that spans from above.
pub(super) fn rows_as_text(page: &Page) -> Vec<String> {
    let cell = |cell: &Cell| {
        let footnotes: String = cell.footnotes.iter().flat_map(|footnote| [" {", footnote, "}"]).collect();
        format!("{}{}{footnotes}", if cell.spans_from_above { "^" } else { "" }, cell.text)
    };
    let rows = page.tables.iter().flat_map(|table| &table.rows);
    rows.map(|row| format!("{} {}", row.line, row.cells.iter().map(cell).collect::<Vec<_>>().join(" / "))).collect()
}

/// The line numbers of the text outside tables.
pub(super) fn outside_lines(page: &Page) -> Vec<usize> {
    page.text_outside_tables.iter().map(|line| line.number).collect()
}
