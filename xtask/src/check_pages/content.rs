//! What a page says, as its reader sees it: scripts, counters and menus don't matter.

use std::collections::HashMap;
use std::path::Path;

use port_data::diagnostic::count;
use port_data::hidden::Truncated;
use port_data::{Diagnostic, Place};
use port_import::capture::Prose;
use port_import::curation::Curation;
use port_import::page::{Layout, plain_text};
use port_import::page_file::{capture_text, layout_of};

/// What a page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The text of the capture that it gives.
    Capture(String),
    /// Its text without markup, and why it gives no capture.
    Text(String, String),
}

impl Content {
    /// A digest of it.
    #[must_use]
    pub fn digest(&self) -> String {
        match self {
            Content::Capture(text) | Content::Text(text, _) => digest(text),
        }
    }

    /// Whether it is a capture with this text.
    #[must_use]
    pub fn is(&self, capture: &str) -> bool {
        matches!(self, Content::Capture(text) if text == capture)
    }
}

/// The digest of a text. The width of its whitespace doesn't matter.
#[must_use]
pub fn digest(text: &str) -> String {
    Prose::digest(text).digest
}

/// Reads what a server sent with the reader of its type and the curation of its edition.
///
/// # Errors
///
/// The type, if no reader reads it.
pub fn read_content(body: &[u8], content_type: &str, url: &str, curation: &Curation) -> Result<Content, String> {
    let layout = layout(content_type, url, curation).ok_or(content_type)?;
    let file = Path::new(url);
    let Ok(text) = std::str::from_utf8(body) else {
        let text = String::from_utf8_lossy(body);
        return Ok(Content::Text(plain_text(&text, layout), "the page isn't UTF-8".to_string()));
    };
    Ok(match capture_text(text, file, layout, curation) {
        Ok(capture) => Content::Capture(capture.to_csv()),
        Err(diagnostics) => Content::Text(plain_text(text, layout), why(diagnostics)),
    })
}

/// The first problem of a page, with its line.
fn why(diagnostics: Vec<Diagnostic>) -> String {
    let Some(first) = diagnostics.into_iter().next() else { return String::new() };
    let line = first.place.line;
    let message = Truncated(first.at(Place::default()).to_string());
    let line = if line > 0 { format!("line {line}: ") } else { String::new() };
    format!("the page can't be read as the curation describes it: {line}{message}")
}

/// The layout of what a server sent; `None` if it isn't a page.
fn layout(content_type: &str, url: &str, curation: &Curation) -> Option<Layout> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = || layout_of(Path::new(path.rsplit('/').next().unwrap_or_default()));
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_lowercase();
    match media_type.as_str() {
        "text/html" | "application/xhtml+xml" => Some(Layout::Html),
        "text/markdown" | "text/x-markdown" => Some(Layout::Markdown),
        "text/csv" => Some(Layout::Csv),
        // A file of a repository. Its name says more than its type.
        "" | "text/plain" => Some(name().unwrap_or(curation.layout)),
        other if other.starts_with("text/") || other == "application/xml" => name(),
        _ => None,
    }
}

/// How a page that changed differs from its capture.
#[must_use]
pub fn difference(content: &Content, capture: &str) -> String {
    let text = match content {
        Content::Text(_, why) => return why.clone(),
        Content::Capture(text) => text,
    };
    let mut balance: HashMap<&str, isize> = HashMap::new();
    for line in text.lines() {
        *balance.entry(line).or_default() += 1;
    }
    for line in capture.lines() {
        *balance.entry(line).or_default() -= 1;
    }
    let sum = |sign: isize| -> usize { balance.values().map(|balance| (balance * sign).max(0).unsigned_abs()).sum() };
    match (sum(1), sum(-1)) {
        (0, 0) => "the page has the lines of its capture in another order".to_string(),
        (new, old) => format!("the page would add {} to its capture and remove {old}", count(new, "line")),
    }
}
