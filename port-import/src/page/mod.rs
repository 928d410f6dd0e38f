//! Reads a vendor's page into tables, and accounts for every line of it.
//!
//! Each layout has its own reader. Every reader makes a [`Page`], uses the [`Hints`] of the page's curation, and reports
//! [`Diagnostic`]s. What applies to every layout is in `checks`, `hidden` and `spans`.
//!
//! Nothing is dropped silently. A line that isn't blank becomes a cell, a column name or a heading of a table, or is added to
//! [`Page::text_outside_tables`], or is a rule or padding that its layout defines. Anything else is an error with its line.

mod bars;
mod broken;
mod checks;
pub mod codes;
mod converted;
mod csv;
mod dita;
#[cfg(test)]
mod documents;
mod doubt;
mod hidden;
mod hints;
mod html;
mod layout;
mod limits;
mod lists;
mod markdown;
#[cfg(test)]
mod open_documents;
mod pattern;
mod pipes;
mod problems;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod samples;
mod spans;
mod table;
mod text;
mod text_rows;
mod values;

use std::path::Path;

use port_data::Diagnostic;

pub use hints::{Concealed, Glued, Hints, ListPattern, TextRows};
pub use layout::Layout;
pub use limits::{MAX_BYTES, MAX_CELLS, MAX_COLUMNS, MAX_ERRORS};
pub use pattern::Pattern;
pub use table::{Cell, Line, LineKind, Page, PrintedTable, Row, Skipped, SkippedKind, Table};

use limits::CUT_DOWN;
use lists::Lists;
use problems::Problems;

/// Reads a page. `file` is the path that diagnostics name; it isn't opened.
///
/// # Errors
///
/// Every place that can't be read with certainty, in the page's order, up to [`MAX_ERRORS`].
///
/// # Examples
/// ```
/// use std::path::Path;
///
/// use port_import::page::{Hints, Layout, read};
///
/// let text = "# Inbound\n\n| Port | Use |\n|---|---|\n| TCP/25 | SMTP |\n";
/// let page = read(Path::new("ports.md"), text, Layout::Markdown, &Hints::default())?;
/// assert_eq!(page.tables[0].heading.as_ref().unwrap().text, "Inbound");
/// assert_eq!(page.tables[0].rows[0].cells[0].text, "TCP/25");
/// assert_eq!(page.tables[0].rows[0].line, 5);
/// # Ok::<(), Vec<port_data::Diagnostic>>(())
/// ```
pub fn read(file: &Path, text: &str, layout: Layout, hints: &Hints) -> Result<Page, Vec<Diagnostic>> {
    let mut problems = Problems::new(file);
    if text.len() > MAX_BYTES {
        problems.report_page(codes::TOO_LARGE, format!("page exceeds {} MiB", MAX_BYTES >> 20), CUT_DOWN);
        return Err(problems.into_diagnostics());
    }
    let page = match layout {
        Layout::Bars => bars::read(text, hints, &mut problems),
        Layout::Values => values::read(text, hints, &mut problems),
        Layout::Broken => broken::read(text, hints, &mut problems),
        Layout::Pipes => pipes::read(text, hints, &mut problems),
        Layout::Html => html::read(text, hints, &mut problems),
        Layout::Markdown => markdown::read(text, hints, &mut problems),
        Layout::Csv => csv::read(text, &mut problems),
        Layout::Rst => converted::read_rst(text, hints, &mut problems),
        Layout::Adoc => converted::read_adoc(text, hints, &mut problems),
        Layout::Dita => dita::read(text, hints, &mut problems),
    };
    checked(page, text, layout, hints, problems)
}

/// Reads a page of reStructuredText or AsciiDoc from the HTML that its converter made.
///
/// # Errors
///
/// As for [`read`], with the lines of the page.
pub fn read_converted(
    file: &Path,
    text: &str,
    html: &str,
    layout: Layout,
    hints: &Hints,
) -> Result<Page, Vec<Diagnostic>> {
    let mut problems = Problems::new(file);
    let page = converted::read(text, html, layout, hints, &mut problems);
    checked(page, text, layout, hints, problems)
}

/// A page after the checks of all layouts.
fn checked(
    mut page: Page,
    text: &str,
    layout: Layout,
    hints: &Hints,
    mut problems: Problems,
) -> Result<Page, Vec<Diagnostic>> {
    if !layout.has_lists() {
        lists::make_tables(&mut page, Lists::default(), hints, &mut problems);
    }
    hidden::check(&page, text, &mut problems);
    if problems.is_empty() {
        if matches!(layout, Layout::Broken | Layout::Pipes) {
            move_headings_to_tables(&mut page, hints);
        }
        if layout.prints_spans_as_empty_cells() {
            spans::fill(&mut page, hints, &mut problems);
        }
        checks::check(&page, layout, hints, &mut problems);
        text_rows::make_tables(&mut page, hints, &mut problems);
    }
    if problems.is_empty() { Ok(page) } else { Err(problems.into_diagnostics()) }
}

/// The text of a page that its reader can't read, without markup.
#[must_use]
pub fn plain_text(text: &str, layout: Layout) -> String {
    match layout {
        Layout::Html => html::plain_text(text),
        _ => text.to_string(),
    }
}

/// A page as the HTML that is read in its place, with the same lines. `None` for layouts that are read as they are.
///
/// # Errors
///
/// The page can't be converted.
pub fn to_html(file: &Path, text: &str, layout: Layout) -> Result<Option<String>, Vec<Diagnostic>> {
    let mut problems = Problems::new(file);
    let html = match layout {
        Layout::Markdown => Some(markdown::to_html(text, &mut problems)),
        Layout::Rst | Layout::Adoc => converted::to_html(text, layout == Layout::Rst, &mut problems),
        Layout::Dita => dita::to_html(text, &mut problems).map(|(html, _)| html),
        _ => None,
    };
    if problems.is_empty() { Ok(html) } else { Err(problems.into_diagnostics()) }
}

/// Gives each table the nearest line above it that the curation lists as a heading.
fn move_headings_to_tables(page: &mut Page, hints: &Hints) {
    let mut previous_header = 0;
    for table in &mut page.tables {
        let header = table.header.iter().map(|name| name.number).min().unwrap_or(0);
        let from = page.text_outside_tables.partition_point(|line| line.number < previous_header);
        let to = page.text_outside_tables.partition_point(|line| line.number < header);
        let is_heading = |index: &usize| hints.headings.contains(&page.text_outside_tables[*index].text);
        if let Some(index) = (from..to).rfind(is_heading) {
            table.heading = Some(page.text_outside_tables.remove(index));
        }
        previous_header = header;
    }
}
