//! Compares the copies of an article that a page contains twice.

use super::super::codes;
use super::super::problems::Problems;
use super::super::table::{Cell, Page};
use super::super::text::quote;

/// Reports the first difference between two copies.
pub(super) fn compare(first: &Page, copy: &Page, problems: &mut Problems) {
    let mut copied = texts(copy);
    let mut end = first.text_outside_tables.last().map_or(1, |line| line.number);
    for (line, text) in texts(first) {
        end = line;
        match copied.next() {
            Some((_, same)) if same == text => {}
            other => {
                report_difference((line, &quote(text)), other, problems);
                return;
            }
        }
    }
    if let Some(more) = copied.next() {
        report_difference((end, "the end"), Some(more), problems);
    }
}

fn report_difference((line, text): (usize, &str), copied: Option<(usize, &str)>, problems: &mut Problems) {
    let (copied_line, found) = copied.map_or_else(|| (line, "the end".to_owned()), |(line, text)| (line, quote(text)));
    let message =
        format!("the page contains its article twice, and the copies differ (here {found}, at line {line} {text})");
    problems.report(copied_line, codes::COPIES_DIFFER, message, "find out which copy the vendor means");
}

/// All texts of a page, including repeated cells, each with its line.
fn texts(page: &Page) -> impl Iterator<Item = (usize, &str)> {
    let tables = page.tables.iter().flat_map(|table| {
        let names = table.heading.iter().chain(&table.header).map(|line| (line.number, line.text.as_str()));
        names.chain(table.rows.iter().flat_map(|row| &row.cells).flat_map(Cell::texts))
    });
    tables.chain(page.text_outside_tables.iter().map(|line| (line.number, line.text.as_str())))
}
