//! Drafts a new product from its vendor's page: capture, curation, and rows in `products.csv`, `editions.csv` and `vendors.csv`; or
//! another edition of a product from its page and the curation of its newest edition that has the same columns.
//!
//! The draft contains what can be read from the page. What a person must add is marked [`FIXME`], and nothing is generated
//! until every mark is resolved.

mod columns;
mod draft;
mod edition;
mod options;
mod tables;

use std::path::{Path, PathBuf};

use port_data::hidden::Escaped;
use port_data::{Diagnostic, Place};

use crate::atomic_write::AtomicWriter;
use crate::capture;
use crate::codes;
use crate::curation::{Curation, FIXME, SHARED_FILE};
use crate::file;
use crate::page::{self, Hints, Layout, Page};
use crate::page_file::layout_of;
use crate::printed_row::{PrintedRows, read_rows};

pub(crate) use draft::flow_id;
use draft::{Draft, header, texts};
pub use edition::new_edition;
pub use options::{NewEdition, NewProduct};
use tables::add_row;

/// Drafts a product. Returns the files that were written.
///
/// # Errors
///
/// The product exists already, the page can't be read, or a file can't be written.
pub fn new_product(new: &NewProduct) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let tables = new.data.join("tables");
    let writer = AtomicWriter::lock(&new.data).map_err(|diagnostic| vec![diagnostic])?;
    let directory = new.data.join("curation").join(&new.id);
    if directory.exists() {
        let diagnostic = Diagnostic::new(codes::EXISTS, format!("product {} exists already", new.id))
            .help("read a changed page with `cargo xtask regenerate --doc`, or draft another edition with new-edition")
            .at(Place::file(directory));
        return Err(vec![diagnostic]);
    }
    let curation_file = directory.join(format!("{}.toml", new.edition));
    let (layout, page) = read_as_any_layout(&new.doc, new.layout)?;
    let draft = Draft::from_page(&page, layout, new, &tables)?;
    let curation = Curation::parse(&curation_file, &format!("{}{}", draft.page_keys(), draft.peers()));
    let curation = curation.map_err(|diagnostic| vec![diagnostic])?;
    let capture = capture::from_page(&page, &new.doc, layout, &curation)?;
    // Rows that can't be read yet are left to the person who completes the draft.
    let PrintedRows { rows, diagnostics: unreadable } = read_rows(&capture, &curation);
    let unreadable: String = unreadable
        .iter()
        .chain(rows.iter().filter_map(|row| row.problem.as_ref()))
        .map(|diagnostic| format!("\n# {FIXME}, line {}: {}\n", diagnostic.place.line, Escaped(diagnostic.text())))
        .collect();

    let product = [("id", &*new.id), ("vendor", new.vendor.as_deref().unwrap_or(FIXME)), ("name", FIXME)];
    let edition = edition_row(&new.id, &new.edition, new.retrieved.as_deref());
    let flows = draft.flows(&rows);
    let files = [
        Some((new.data.join(format!("captures/{}/{}.csv", new.id, new.edition)), capture.to_csv())),
        Some((directory.join(SHARED_FILE), format!("{}{}{}", header(), draft.peers(), flows.shared))),
        Some((curation_file, draft.page_keys() + &texts(&capture, None) + &flows.of_edition + &unreadable)),
        add_row(&tables, "products", &new.id, &product)?,
        add_row(&tables, "editions", &new.id, &edition)?,
        match &new.vendor {
            Some(vendor) => add_row(&tables, "vendors", vendor, &[("id", vendor), ("name", FIXME), ("url", FIXME)])?,
            None => None,
        },
    ];
    let files: Vec<_> = files.into_iter().flatten().collect();
    let mut written = Vec::new();
    writer.write(&files, &mut written).map_err(|diagnostic| vec![diagnostic])?;
    Ok(written)
}

/// The cells of an edition whose document a person describes.
fn edition_row<'a>(product: &'a str, edition: &'a str, retrieved: Option<&'a str>) -> [(&'a str, &'a str); 7] {
    [
        ("product", product),
        ("edition", edition),
        ("printed_edition", FIXME),
        ("document", FIXME),
        ("url", FIXME),
        ("retrieved", retrieved.unwrap_or(FIXME)),
        ("complete", "true"),
    ]
}

/// Reads the page with the given layout, the one that its extension implies, or the only one that fits.
fn read_as_any_layout(doc: &Path, layout: Option<Layout>) -> Result<(Layout, Page), Vec<Diagnostic>> {
    let text = file::read(doc).map_err(|diagnostic| vec![diagnostic])?;
    let read_as = |layout| page::read(doc, &text, layout, &Hints::default());
    if let Some(layout) = layout.or(layout_of(doc)) {
        return read_as(layout).map(|page| (layout, page));
    }
    let mut fitting: Vec<(Layout, Page)> = Layout::ALL
        .into_iter()
        .filter(|layout| !layout.needs_converter())
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
    Err(vec![diagnostic.at(Place::file(doc))])
}
