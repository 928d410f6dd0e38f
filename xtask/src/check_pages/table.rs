//! `port-data/pages.csv`: what is known about pages, written by `cargo xtask check-pages --update`.

use std::path::Path;

use port_data::cells::Cells;
use port_data::write::Csv;
use port_data::{Diagnostic, Place};

use crate::codes;

/// What is known about the page of an edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPage {
    /// The product.
    pub product: String,
    /// The edition.
    pub edition: String,
    /// The address that answered, after redirects.
    pub url: String,
    /// The version that the server sent.
    pub etag: Option<String>,
    /// The time that the server sent.
    pub last_modified: Option<String>,
    /// The digest of what the page says.
    pub digest: String,
    /// The digest of the edition's capture at that time. For another capture, the row means nothing.
    pub capture: String,
    /// How the page compares with its capture.
    pub status: Match,
}

/// How a page compares with its capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// The page gives its capture.
    Capture,
    /// It doesn't, and somebody accepted that.
    Accepted,
}

const CAPTURE: &str = "capture";
const ACCEPTED: &str = "accepted";

const COLUMNS: [&str; 8] = ["product", "edition", "url", "etag", "last_modified", "digest", "capture", "status"];

/// Reads the file; no rows if there is none.
///
/// # Errors
///
/// The file can't be read, or isn't in the form that [`write_pages`] writes.
pub fn read_pages(file: &Path) -> Result<Vec<KnownPage>, Vec<Diagnostic>> {
    if let Ok(false) = file.try_exists() {
        return Ok(Vec::new());
    }
    let mut diagnostics = Vec::new();
    let Some(cells) = Cells::read(file, &mut diagnostics).filter(|_| diagnostics.is_empty()) else {
        return Err(diagnostics);
    };
    let malformed = |message: String, place| {
        let help = "write the file with `cargo xtask check-pages --update` instead of editing it";
        Diagnostic::new(codes::PAGES_TABLE, message).help(help).at(place)
    };
    if !cells.header.iter().map(|head| head.text.as_str()).eq(COLUMNS) {
        let message = format!("columns aren't {}", COLUMNS.join(", "));
        return Err(vec![malformed(message, Place::line(file, 1))]);
    }
    let mut pages = Vec::new();
    for row in &cells.rows {
        let [product, edition, url, etag, last_modified, digest, capture, status] = row.as_slice() else { continue };
        let status = match status.text.as_str() {
            CAPTURE => Match::Capture,
            ACCEPTED => Match::Accepted,
            other => {
                let message = format!("status is neither {CAPTURE} nor {ACCEPTED} (found {other:?})");
                diagnostics.push(malformed(message, Place::new(file, status.line, status.column)));
                continue;
            }
        };
        let optional = |text: &str| Some(text.to_string()).filter(|text| !text.is_empty());
        pages.push(KnownPage {
            product: product.text.clone(),
            edition: edition.text.clone(),
            url: url.text.clone(),
            etag: optional(&etag.text),
            last_modified: optional(&last_modified.text),
            digest: digest.text.clone(),
            capture: capture.text.clone(),
            status,
        });
    }
    if diagnostics.is_empty() { Ok(pages) } else { Err(diagnostics) }
}

/// The text of the file.
#[must_use]
pub fn write_pages(pages: &[KnownPage]) -> String {
    let mut csv = Csv::new(COLUMNS.map(str::to_string));
    for page in pages {
        let KnownPage { product, edition, url, etag, last_modified, digest, capture, status } = page.clone();
        let status = match status {
            Match::Capture => CAPTURE,
            Match::Accepted => ACCEPTED,
        };
        let (etag, last_modified) = (etag.unwrap_or_default(), last_modified.unwrap_or_default());
        csv.row([product, edition, url, etag, last_modified, digest, capture, status.to_string()]);
    }
    csv.finish()
}
