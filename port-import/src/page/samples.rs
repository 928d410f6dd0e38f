//! Small pages made up for the tests, one per layout, which are seeds of the fuzz targets too, and how tests look at what was read.

use std::path::Path;

use super::{Cell, Hints, Layout, Page, ReadError, read};
use crate::curation::Curation;

/// One cell a line, two tables.
pub(super) const BARS: &str = include_str!("../../../fuzz/seeds/bars/mail.txt");

/// One value a line, the body twice.
pub(super) const VALUES: &str = include_str!("../../../fuzz/seeds/values/mail.txt");

/// Rows broken over lines, two tables.
pub(super) const BROKEN: &str = include_str!("../../../fuzz/seeds/broken/appliance.txt");

/// A bar before each row.
pub(super) const PIPES: &str = include_str!("../../../fuzz/seeds/pipes/gateway.txt");

/// A heading, two tables under it, and one under another.
pub(super) const MARKDOWN: &str = include_str!("../../../fuzz/seeds/markdown/ports.md");

pub(super) const CSV: &str = include_str!("../../../fuzz/seeds/csv_page/ports.csv");

/// The sample of a layout.
pub(super) fn of(layout: Layout) -> &'static str {
    match layout {
        Layout::Bars => BARS,
        Layout::Values => VALUES,
        Layout::Broken => BROKEN,
        Layout::Pipes => PIPES,
        Layout::Html => HTML,
        Layout::Markdown => MARKDOWN,
        Layout::Csv => CSV,
    }
}

/// What curation says of each sample.
pub(super) fn hints(layout: Layout) -> Hints {
    let curation = match layout {
        Layout::Bars => include_str!("../../../fuzz/seeds/curation/bars.toml"),
        Layout::Values => include_str!("../../../fuzz/seeds/curation/values.toml"),
        Layout::Broken => include_str!("../../../fuzz/seeds/curation/broken.toml"),
        Layout::Pipes => include_str!("../../../fuzz/seeds/curation/pipes.toml"),
        Layout::Html | Layout::Markdown | Layout::Csv => return Hints::default(),
    };
    Curation::parse(Path::new("sample.toml"), curation).unwrap().hints()
}

/// The first error of a page that has one.
pub(super) fn first_error(text: &str, layout: Layout) -> ReadError {
    match read(text, layout, &hints(layout)) {
        Ok(page) => panic!("no error in:\n{text}\nread:\n{:#?}", grid(&page)),
        Err(mut errors) => errors.swap_remove(0),
    }
}

/// Shows the rows, as `line cell / cell {note}`, with `^` before a cell from above.
pub(super) fn grid(page: &Page) -> Vec<String> {
    let cell = |cell: &Cell| {
        let notes: String = cell.notes.iter().flat_map(|note| [" {", note, "}"]).collect();
        format!("{}{}{notes}", if cell.from_above { "^" } else { "" }, cell.text)
    };
    let rows = page.tables.iter().flat_map(|table| &table.rows);
    rows.map(|row| format!("{} {}", row.line, row.cells.iter().map(cell).collect::<Vec<_>>().join(" / "))).collect()
}

/// The lines of the loose lines.
pub(super) fn loose(page: &Page) -> Vec<usize> {
    page.loose.iter().map(|line| line.number).collect()
}

/// An article with a note's layout table, a table with headings in it, and one with nested heads and popups.
pub(super) const HTML: &str = include_str!("../../../fuzz/seeds/html/relay.html");
