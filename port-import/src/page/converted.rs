//! reStructuredText and AsciiDoc, which docutils and Asciidoctor convert to HTML.
//!
//! A small script runs in each tool: `rst.py` and `adoc.mjs`. It reads the page from standard input, and may not read other files.
//! `align` gives the HTML the lines of the page, and the reader of HTML reads it.

mod adoc;
mod align;
mod tool;

use super::codes;
use super::hints::Hints;
use super::html;
use super::layout::Layout;
use super::problems::Problems;
use super::table::Page;
use tool::Tool;

pub(super) fn read_rst(text: &str, hints: &Hints, problems: &mut Problems) -> Page {
    html_of(Tool::Docutils, text, problems).map_or_else(Page::default, |html| html::read(&html, hints, problems))
}

pub(super) fn read_adoc(text: &str, hints: &Hints, problems: &mut Problems) -> Page {
    let (resolved, skipped) = adoc::without_directives(text);
    let html = html_of(Tool::Asciidoctor, &resolved, problems);
    let mut page = html.map_or_else(Page::default, |html| html::read(&html, hints, problems));
    page.skipped.extend(skipped);
    page.skipped.sort_by_key(|skipped| skipped.number);
    page
}

/// Reads the HTML that a converter made of a page.
pub(super) fn read(text: &str, html: &str, layout: Layout, hints: &Hints, problems: &mut Problems) -> Page {
    let html = match layout {
        Layout::Adoc => align::align(html, &adoc::without_directives(text).0),
        _ => align::align(html, text),
    };
    html::read(&html, hints, problems)
}

/// The page as HTML with the same lines.
pub(super) fn to_html(text: &str, is_rst: bool, problems: &mut Problems) -> Option<String> {
    if is_rst {
        return html_of(Tool::Docutils, text, problems);
    }
    html_of(Tool::Asciidoctor, &adoc::without_directives(text).0, problems)
}

fn html_of(tool: Tool, text: &str, problems: &mut Problems) -> Option<String> {
    if text.trim().is_empty() {
        return Some(String::new());
    }
    let converted = match tool::convert(tool, text) {
        Ok(converted) => converted,
        Err(error) => {
            problems.report_page(error.code, error.message, error.help.unwrap_or_default());
            return None;
        }
    };
    let last = text.lines().count();
    for error in &converted.errors {
        let message = format!("{tool} can't read the page ({})", super::text::quote(&error.message));
        let help = "if the page is right, report the construct as unsupported";
        problems.report(error.line.clamp(1, last), codes::CONVERTER, message, help);
    }
    Some(align::align(&converted.html, text))
}
