//! Vendors' pages in every layout, read with hints and without, and kept as captures.

#[path = "../../../src/page/letters.rs"]
mod letters;

use std::path::Path;

use letters::{letters, said};
use port_import::capture::Capture;
use port_import::curation::Curation;
use port_import::page::{Hints, Layout, MAX_ERRORS, Page, ReadError, read};

/// What curation says of the pages among the seeds; a layout that shows its shape by itself needs none.
fn curation(layout: Layout) -> Option<Curation> {
    let text = match layout {
        Layout::Bars => include_str!("../../../../fuzz/seeds/curation/bars.toml"),
        Layout::Values => include_str!("../../../../fuzz/seeds/curation/values.toml"),
        Layout::Broken => include_str!("../../../../fuzz/seeds/curation/broken.toml"),
        Layout::Pipes => include_str!("../../../../fuzz/seeds/curation/pipes.toml"),
        Layout::Html | Layout::Markdown | Layout::Csv => return None,
    };
    Some(Curation::parse(Path::new("seed.toml"), text).expect("the seed is sound"))
}

macro_rules! layouts {
    ($($read:ident $check:ident $layout:ident;)*) => {$(
        pub fn $check(bytes: &[u8]) {
            check(bytes, Layout::$layout);
        }

        pub fn $read(bytes: &[u8]) -> Result<String, String> {
            told(bytes, Layout::$layout)
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
}

fn told(bytes: &[u8], layout: Layout) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let hints = curation(layout).map(|curation| curation.hints());
    let told = |page: Page| {
        let rows: usize = page.tables.iter().map(|table| table.rows.len()).sum();
        format!("{} tables, {rows} rows, {} loose lines", page.tables.len(), page.loose.len())
    };
    read(text, layout, &hints.unwrap_or_default()).map(told).map_err(|errors| errors[0].to_string())
}

fn check(bytes: &[u8], layout: Layout) {
    let text = String::from_utf8_lossy(bytes);
    check_read(&text, layout, &Hints::default(), None);
    if let Some(curation) = curation(layout) {
        check_read(&text, layout, &curation.hints(), Some(&curation));
    }
}

fn check_read(text: &str, layout: Layout, hints: &Hints, curation: Option<&Curation>) {
    let result = read(text, layout, hints);
    // A lone carriage return ends a line of HTML.
    let lines = text.split(['\n', '\r']).count();
    match &result {
        Ok(page) => {
            check_page(page, lines);
            if is_all_text(text, layout) {
                check_letters(text, page);
            }
            if let Some(curation) = curation {
                check_capture(page, curation);
            }
        }
        Err(errors) => check_errors(errors, lines),
    }
    assert_eq!(result, read(text, layout, hints), "read twice");
}

/// Whether each letter of a page is one that it says. Tags, entities and addresses of links are none, nor is a copy of the body.
fn is_all_text(text: &str, layout: Layout) -> bool {
    match layout {
        Layout::Html | Layout::Values => false,
        Layout::Markdown => !text.contains(['<', '&']) && !text.contains("]("),
        Layout::Bars | Layout::Broken | Layout::Pipes | Layout::Csv => true,
    }
}

fn check_page(page: &Page, lines: usize) {
    let within = |line: usize| assert!((1..=lines).contains(&line), "line {line} of {lines}");
    assert!(!page.tables.is_empty());
    for table in &page.tables {
        for row in &table.rows {
            assert_eq!(row.cells.len(), table.header.len());
            within(row.line);
            row.cells.iter().for_each(|cell| within(cell.line));
        }
        table.heading.iter().chain(&table.header).for_each(|head| within(head.number));
    }
    assert!(page.loose.is_sorted_by_key(|line| line.number));
    for line in &page.loose {
        within(line.number);
        assert!(!line.text.is_empty());
    }
}

fn check_errors(errors: &[ReadError], lines: usize) {
    assert!((1..=MAX_ERRORS).contains(&errors.len()));
    for error in errors {
        assert!((1..=lines).contains(&error.line) && error.column > 0, "{error}");
        assert!(!error.found.is_empty() && !error.expected.is_empty() && !error.advice.is_empty(), "{error:?}");
    }
}

/// No letter and no digit of the text is lost.
fn check_letters(text: &str, page: &Page) {
    let (before, after) = (letters([text]), letters(said(page)));
    let lost: Vec<char> =
        (0_u8..128).filter(|&at| before[usize::from(at)] > after[usize::from(at)]).map(char::from).collect();
    assert!(lost.is_empty(), "lost {lost:?} of {page:#?}");
}

/// What is kept of a page is read as it was written.
fn check_capture(page: &Page, curation: &Curation) {
    let file = Path::new("page");
    match Capture::of(page, file, curation) {
        Ok(capture) => {
            let kept = capture.to_csv();
            // A text that no table may hold, such as one with a control character, is refused where it is read again.
            if let Ok(again) = Capture::parse(file, kept.as_bytes()) {
                assert_eq!(again.to_csv(), kept);
                assert_eq!(again.rows().count(), capture.rows().count());
            }
        }
        Err(faults) => assert!(!faults.is_empty() && faults.iter().all(|fault| !fault.message.is_empty())),
    }
}
