//! The file of a vendor's page: its extension, its layout, and its capture.

use std::path::Path;

use port_data::{Diagnostic, Place};

use crate::capture::{self, Capture};
use crate::codes;
use crate::curation::Curation;
use crate::digest::digest;
use crate::file;
use crate::page::{self, Layout};

/// The extensions of pages, each with its layout. The curation names the layout of a `.txt` file.
const EXTENSIONS: [(&str, Option<Layout>); 11] = [
    ("txt", None),
    ("html", Some(Layout::Html)),
    ("htm", Some(Layout::Html)),
    ("md", Some(Layout::Markdown)),
    ("mdx", Some(Layout::Markdown)),
    ("csv", Some(Layout::Csv)),
    ("rst", Some(Layout::Rst)),
    ("adoc", Some(Layout::Adoc)),
    ("asciidoc", Some(Layout::Adoc)),
    ("dita", Some(Layout::Dita)),
    ("xml", Some(Layout::Dita)),
];

/// Whether a file has the extension of a page.
#[must_use]
pub fn is_page(file: &Path) -> bool {
    find_extension(file).is_some()
}

/// The layout that a file's extension implies.
#[must_use]
pub fn layout_of(file: &Path) -> Option<Layout> {
    find_extension(file).flatten()
}

fn find_extension(file: &Path) -> Option<Option<Layout>> {
    let extension = file.extension()?.to_string_lossy().to_lowercase();
    EXTENSIONS.iter().find(|(known, _)| *known == extension).map(|(_, layout)| *layout)
}

/// Reads the file of a page and makes its capture.
///
/// # Errors
///
/// Everything that is wrong with the page.
pub fn read_page(file: &Path, curation: &Curation) -> Result<Capture, Vec<Diagnostic>> {
    let Some(layout) = find_extension(file) else {
        let diagnostic = Diagnostic::new(codes::UNKNOWN_EXTENSION, "extension isn't that of a page");
        return Err(vec![
            diagnostic.help("use .txt, .html, .md, .mdx, .csv, .rst, .adoc or .dita").at(Place::file(file)),
        ]);
    };
    let text = file::read(file).map_err(|diagnostic| vec![diagnostic])?;
    let capture = capture_text(&text, file, layout.unwrap_or(curation.layout), curation)?;
    Ok(Capture { page: Some(digest(text.as_bytes())), ..capture })
}

/// The text of a capture's file, with the digest of the page from which it was made.
///
/// # Errors
///
/// The page can't be read.
pub fn file_of_capture(capture: &Capture, page: &Path) -> Result<String, Vec<Diagnostic>> {
    let text = file::read(page).map_err(|diagnostic| vec![diagnostic])?;
    Ok(Capture { page: Some(digest(text.as_bytes())), ..capture.clone() }.to_file())
}

/// The HTML that is read in place of a page, with the same lines.
///
/// # Errors
///
/// The page can't be converted, or its layout is read as it is.
pub fn convert(file: &Path) -> Result<String, Vec<Diagnostic>> {
    let text = file::read(file).map_err(|diagnostic| vec![diagnostic])?;
    let html = layout_of(file).map_or(Ok(None), |layout| page::to_html(file, &text, layout))?;
    html.ok_or_else(|| {
        let diagnostic = Diagnostic::new(codes::UNKNOWN_EXTENSION, "pages with this extension aren't converted");
        vec![diagnostic.help("use .md, .mdx, .rst, .adoc, .dita or .xml").at(Place::file(file))]
    })
}

/// Makes the capture of a page's text.
///
/// # Errors
///
/// Everything that is wrong with the page.
pub fn capture_text(text: &str, file: &Path, layout: Layout, curation: &Curation) -> Result<Capture, Vec<Diagnostic>> {
    let page = page::read(file, text, layout, &curation.hints())?;
    capture::from_page(&page, file, layout, curation)
}
