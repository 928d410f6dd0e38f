//! Drafts a new product from its vendor's page: capture, curation, and rows in `products.csv` and `vendors.csv`.
//!
//! The draft contains what can be read from the page. What a person must add is marked [`FIXME`], and nothing is generated
//! until every mark is resolved.

mod columns;
mod draft;
mod options;
mod tables;

use std::path::PathBuf;

use port_data::hidden::Escaped;
use port_data::{Diagnostic, Place};

use crate::atomic_write::AtomicWriter;
use crate::capture;
use crate::codes;
use crate::curation::{Curation, FIXME};
use crate::file;
use crate::page::{self, Hints, Layout, Page};
use crate::page_file::layout_of;
use crate::printed_row::read_rows;

use draft::Draft;
pub use options::NewProduct;
use tables::add_row;

/// Drafts a product. Returns the files that were written.
///
/// # Errors
///
/// The product exists already, the page can't be read, or a file can't be written.
pub fn new_product(new: &NewProduct) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let tables = new.data.join("tables");
    let writer = AtomicWriter::lock(&new.data).map_err(|diagnostic| vec![diagnostic])?;
    let curation_file = new.data.join(format!("curation/{}.toml", new.id));
    if curation_file.exists() {
        let diagnostic = Diagnostic::new(codes::EXISTS, format!("product {} exists already", new.id))
            .help("read a new edition of its page with `cargo xtask regenerate --doc`")
            .at(Place::file(curation_file));
        return Err(vec![diagnostic]);
    }
    let (layout, page) = read(new)?;
    let draft = Draft::from_page(&page, layout, new, &tables)?;
    let curation = Curation::parse(&curation_file, &draft.curation(&[], &[]));
    let curation = curation.map_err(|diagnostic| vec![diagnostic])?;
    let capture = capture::from_page(&page, &new.doc, &curation)?;
    // Rows that can't be read yet are left to the person who completes the draft.
    let (rows, unreadable) = read_rows(&capture, &curation);
    let unreadable: String = unreadable
        .iter()
        .map(|diagnostic| format!("\n# {FIXME}, line {}: {}\n", diagnostic.place.line, Escaped(diagnostic.text())))
        .collect();

    let product = format!("{},{},{FIXME},{FIXME},{FIXME},{FIXME},", new.id, new.vendor.as_deref().unwrap_or(FIXME));
    let files = [
        Some((new.data.join(format!("captures/{}.csv", new.id)), capture.to_csv())),
        Some((curation_file, draft.curation(&capture.lines, &rows) + &unreadable)),
        add_row(&tables, "products", &new.id, &product)?,
        match &new.vendor {
            Some(vendor) => add_row(&tables, "vendors", vendor, &format!("{vendor},{FIXME},{FIXME}"))?,
            None => None,
        },
    ];
    let files: Vec<_> = files.into_iter().flatten().collect();
    let mut written = Vec::new();
    writer.write(&files, &mut written).map_err(|diagnostic| vec![diagnostic])?;
    Ok(written)
}

/// Reads the page with the given layout, the one that its extension implies, or the only one that fits.
fn read(new: &NewProduct) -> Result<(Layout, Page), Vec<Diagnostic>> {
    let text = file::read(&new.doc).map_err(|diagnostic| vec![diagnostic])?;
    let read_as = |layout| page::read(&new.doc, &text, layout, &Hints::default());
    if let Some(layout) = new.layout.or(layout_of(&new.doc)) {
        return read_as(layout).map(|page| (layout, page));
    }
    let mut fitting: Vec<(Layout, Page)> = Layout::ALL
        .into_iter()
        .filter_map(|layout| Some((layout, read_as(layout).ok()?)))
        .filter(|(_, page)| page.tables.iter().any(|table| !table.rows.is_empty()))
        .collect();
    if fitting.len() == 1 {
        return Ok(fitting.remove(0));
    }
    let diagnostic = if fitting.is_empty() {
        Diagnostic::new(codes::LAYOUT, "no layout fits the page")
            .help("save the page as HTML, or set --layout to see what is wrong")
    } else {
        let layouts: Vec<String> = fitting.iter().map(|(layout, _)| layout.to_string()).collect();
        Diagnostic::new(codes::LAYOUT, format!("{} layouts fit the page ({})", layouts.len(), layouts.join(", ")))
            .help("set --layout, or save the page as HTML")
    };
    Err(vec![diagnostic.at(Place::file(&new.doc))])
}
