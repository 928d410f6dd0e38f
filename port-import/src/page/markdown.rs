//! Markdown as GitHub shows it: pipe tables, tables in HTML, lists, footnotes.
//!
//! ```text
//! ## Inbound
//!
//! | Port | Use |
//! |------|-----|
//! | 25   | SMTP \| ESMTP |
//! ```
//!
//! `templates` takes out what site generators replace, `render` writes the rest as HTML with the page's lines, and the reader of
//! HTML reads that. If a row has too few cells, the others are empty, as on GitHub. If it has too many, GitHub hides them; here
//! they become text outside the tables.
//!
//! Front matter and code blocks are kept apart: they configure the page or show commands.

mod render;
mod size;
mod templates;

use port_data::hidden::{REMOVE_HIDDEN, hidden_character};

use super::codes;
use super::hints::Hints;
use super::html;
use super::limits::{CUT_DOWN, MAX_ERRORS};
use super::problems::Problems;
use super::table::{Line, Page};
use super::text::markup_lines;

pub(super) fn read(text: &str, hints: &Hints, problems: &mut Problems) -> Page {
    // The parser would replace it by a visible character.
    for (line, number) in markup_lines(text).zip(1..).filter(|(line, _)| line.contains('\0')).take(MAX_ERRORS) {
        let column = line.split('\0').next().unwrap_or_default().chars().count() + 1;
        problems.report_at((number, column), codes::HIDDEN_CHARACTER, hidden_character('\0'), REMOVE_HIDDEN);
    }
    if let Some(message) = size::excess(text) {
        problems.report_page(codes::TOO_LARGE, message, CUT_DOWN);
        return Page::default();
    }
    let source = templates::without_templates(text);
    let rendered = render::render(&source, problems);
    let mut page = html::read(&rendered.html, hints, problems);
    let beyond = rendered.cells_beyond_header.into_iter().map(|line| {
        let under = page.headings.partition_point(|heading| heading.number <= line.number).checked_sub(1);
        Line { under, ..line }
    });
    page.text_outside_tables.extend(beyond.collect::<Vec<_>>());
    page.text_outside_tables.sort_by_key(|line| line.number);
    page.skipped.extend(rendered.skipped.into_iter().chain(source.skipped));
    page.skipped.sort_by_key(|skipped| skipped.number);
    page
}

/// The page as HTML with the same lines.
pub(super) fn to_html(text: &str, problems: &mut Problems) -> String {
    render::render(&templates::without_templates(text), problems).html
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, read, rows_as_text};
    use super::super::{Hints, Layout, Page};

    fn read_markdown(text: &str) -> Page {
        read(text, Layout::Markdown, &Hints::default()).unwrap()
    }

    #[test]
    fn tables_have_the_nearest_heading_above() {
        let page = read_markdown(samples::MARKDOWN);
        let headings: Vec<_> = page.tables.iter().map(|table| table.heading.as_ref().map(|line| line.number)).collect();
        assert_eq!(headings, [Some(5), Some(5), Some(20)]);
        assert_eq!(
            rows_as_text(&page),
            ["9 Mail / TCP/25", "10 Web|proxy / 443 (HTTPS) {[1]}", "14 x / y", "24 Store / 1433 1434"]
        );
    }

    #[test]
    fn short_rows_are_filled_and_what_github_hides_of_long_rows_is_text() {
        let page = read_markdown("| A | B |\n|---|---|\n| 1 |\n| 2 | 3 | see note |\n");
        assert_eq!(rows_as_text(&page), ["3 1 / ", "4 2 / 3"]);
        let outside: Vec<_> = page.text_outside_tables.iter().map(|line| (line.number, line.text.as_str())).collect();
        assert_eq!(outside, [(4, "see note")]);
    }

    #[test]
    fn a_table_in_html_and_a_tag_after_a_table_are_read_as_on_github() {
        let page =
            read_markdown("## A\n\n<table>\n<tr><th>U</th><th>P</th></tr>\n<tr><td>x</td><td>53</td></tr>\n</table>\n");
        assert_eq!(rows_as_text(&page), ["5 x / 53"]);
        let page = read_markdown(
            "<Tabs>\n<TabItem value=\"a\" label=\"Calico\">\n\n| U | P |\n|---|---|\n| x | 53 |\n</TabItem>\n</Tabs>\n",
        );
        assert_eq!(rows_as_text(&page), ["6 x / 53"]);
        assert_eq!(page.tables[0].heading.as_ref().unwrap().text, "Calico");
    }

    #[test]
    fn cells_are_read_as_on_github() {
        for (cell, text, notes) in [
            ("**TCP/25** or `465`", "TCP/25 or 465", &[][..]),
            ("17500* or 17515*", "17500* or 17515*", &[]),
            ("500*,600*", "500*,600*", &[]),
            ("my_own_port _80_", "my_own_port 80", &[]),
            ("\\*443", "*443", &[]),
            ("[Mail **host**](https://x.example/a_b) 25", "Mail host 25", &[]),
            ("See the [pages][1]", "See the pages", &[]),
            ("![yes](y.png)", "yes", &[]),
            ("1433<br>1434<br/>", "1433 1434", &[]),
            ("3300<sup>1</sup>", "3300", &["[1]"]),
            ("443[^2]", "443", &["[2]"]),
            ("<host>:443 &amp; a&b", "<host>:443 & a&b", &[]),
            ("80&nbsp;&#49; < 90", "80 1 < 90", &[]),
        ] {
            let page = read_markdown(&format!(
                "| A | B |\n|---|---|\n| {cell} | x |\n\n[1]: https://x.example\n\n[^2]: A note.\n"
            ));
            let found = &page.tables[0].rows[0].cells[0];
            assert_eq!(found.text, text, "{cell:?}");
            assert_eq!(found.footnotes, notes, "{cell:?}");
        }
    }
}
