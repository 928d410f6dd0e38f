//! Checks of the page readers: every layout is read with and without hints, and what was read is kept as a capture.

use std::path::Path;

use port_catalog_tests::letters::lost_letters;
use port_data::Diagnostic;
use port_import::capture::{self, Capture};
use port_import::curation::Curation;
use port_import::page::{Hints, Layout, MAX_ERRORS, Page, codes, read};

/// The curation of the pages among the seeds. Layouts that show their structure need none.
fn curation(layout: Layout) -> Option<Curation> {
    let text = match layout {
        Layout::Bars => include_str!("../../../../fuzz/seeds/curation/bars.toml"),
        Layout::Values => include_str!("../../../../fuzz/seeds/curation/values.toml"),
        Layout::Broken => include_str!("../../../../fuzz/seeds/curation/broken.toml"),
        Layout::Pipes => include_str!("../../../../fuzz/seeds/curation/pipes.toml"),
        Layout::Html | Layout::Markdown | Layout::Csv | Layout::Rst | Layout::Adoc | Layout::Dita => return None,
    };
    Some(Curation::parse(Path::new("seed.toml"), text).expect("the seed is valid"))
}

macro_rules! layouts {
    ($($read:ident $check:ident $layout:ident;)*) => {$(
        pub fn $check(bytes: &[u8]) {
            check(bytes, Layout::$layout);
        }

        pub fn $read(bytes: &[u8]) -> Result<String, String> {
            summary(bytes, Layout::$layout)
        }
    )*};
}

layouts! {
    read_bars bars Bars;
    read_values values Values;
    read_broken broken Broken;
    read_pipes pipes Pipes;
    read_html html Html;
    read_markdown markdown Markdown;
    read_csv_page csv_page Csv;
    read_dita dita Dita;
}

fn summary(bytes: &[u8], layout: Layout) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let hints = curation(layout).map(|curation| curation.hints()).unwrap_or_default();
    let page = read(Path::new("page"), text, layout, &hints).map_err(|errors| errors[0].to_string())?;
    let rows: usize = page.tables.iter().map(|table| table.rows.len()).sum();
    Ok(format!("{} tables, {rows} rows, {} lines outside tables", page.tables.len(), page.text_outside_tables.len()))
}

fn check(bytes: &[u8], layout: Layout) {
    let text = String::from_utf8_lossy(bytes);
    check_read(&text, layout, &Hints::default(), None);
    if let Some(curation) = curation(layout) {
        check_read(&text, layout, &curation.hints(), Some(&curation));
    }
}

fn check_read(text: &str, layout: Layout, hints: &Hints, curation: Option<&Curation>) {
    let read = || read(Path::new("page"), text, layout, hints);
    let result = read();
    let lines = line_count(text);
    match &result {
        Ok(page) => {
            check_page(page, lines);
            if is_all_text(text, layout) {
                let lost = lost_letters([text], page.texts());
                assert!(lost.is_empty(), "lost {lost:?} of {page:#?}");
            }
            if let Some(curation) = curation {
                check_capture(page, layout, curation);
            }
        }
        Err(errors) => check_errors(errors, lines),
    }
    assert_eq!(result, read(), "two reads differ");
}

/// The number of lines of a page. In HTML, a lone carriage return ends a line.
pub(super) fn line_count(text: &str) -> usize {
    text.split(['\n', '\r']).count()
}

/// Whether each letter of a page is part of its text. Tags, entities, addresses of links and their definitions (`[a]: b`) aren't, and a
/// copy of the body is left out.
fn is_all_text(text: &str, layout: Layout) -> bool {
    match layout {
        Layout::Html | Layout::Values | Layout::Rst | Layout::Adoc | Layout::Dita => false,
        Layout::Markdown => !text.contains(['<', '&']) && !text.contains("](") && !text.contains("]:"),
        Layout::Bars | Layout::Broken | Layout::Pipes | Layout::Csv => true,
    }
}

pub(super) fn check_page(page: &Page, lines: usize) {
    let check_line = |line: usize| assert!((1..=lines).contains(&line), "line {line} of {lines}");
    assert!(!page.tables.is_empty() || page.has_items());
    for table in &page.tables {
        for row in &table.rows {
            assert_eq!(row.cells.len(), table.header.len());
            check_line(row.line);
            row.cells.iter().for_each(|cell| check_line(cell.line));
        }
        table.heading.iter().chain(&table.header).for_each(|name| check_line(name.number));
    }
    assert!(page.text_outside_tables.is_sorted_by_key(|line| line.number));
    for line in &page.text_outside_tables {
        check_line(line.number);
        assert!(!line.text.is_empty());
    }
}

/// Every diagnostic has a line of the page, unless it is about the whole page.
pub(super) fn check_errors(errors: &[Diagnostic], lines: usize) {
    // A pattern is in the curation, not on a line of the page.
    let about_pattern = [codes::INVALID_PATTERN, codes::ITEM_PATTERN];
    let about_page = [&[codes::NO_TABLE, codes::MISSING_HINTS, codes::TOO_LARGE], &about_pattern[..]].concat();
    assert!((1..=MAX_ERRORS).contains(&errors.len()));
    for error in errors {
        let line = error.place.line;
        assert!((1..=lines).contains(&line) || line == 0 && about_page.contains(&error.code), "{error}");
        assert!(!error.message.is_empty() && error.help.as_ref().is_some_and(|help| !help.is_empty()), "{error:?}");
    }
}

/// A capture of the page is read as it was written.
fn check_capture(page: &Page, layout: Layout, curation: &Curation) {
    let file = Path::new("page");
    match capture::from_page(page, file, layout, curation) {
        Ok(capture) => {
            let written = capture.to_csv();
            // Text that no table may contain, such as a control character, is rejected when the capture is read.
            if let Ok(again) = Capture::parse(file, written.as_bytes()) {
                assert_eq!(again.to_csv(), written);
                assert_eq!(again.rows().count(), capture.rows().count());
            }
        }
        Err(errors) => assert!(!errors.is_empty() && errors.iter().all(|error| !error.message.is_empty())),
    }
}
