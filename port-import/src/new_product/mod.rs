//! Drafts a new product from its vendor's page: capture, curation, and rows in `products.csv`, `editions.csv` and `vendors.csv`; or
//! another edition of a product from its page and the curation of the edition whose page is most like it.
//!
//! The draft contains what can be read from the page. Every value is certain, or is marked [`FIXME`](crate::curation::FIXME). Nothing is generated until
//! every mark is resolved.

mod again;
mod blocks;
mod column_values;
mod columns;
mod content;
mod doubts;
mod draft;
mod edition;
mod edition_keys;
mod files;
mod flows;
mod header_words;
mod headings;
mod ids;
mod lists;
mod names;
mod options;
mod parties;
mod purpose;
mod read;
mod services;
mod sources;
mod summary;
mod tables;
mod write;

use std::collections::BTreeSet;

use port_data::{Diagnostic, Place};

use crate::atomic_write::AtomicWriter;
use crate::capture;
use crate::codes;
use crate::curation::{Curation, SHARED_FILE, SharedFlows};
use crate::printed_row::read_rows;

use again::Written;
pub use edition::new_edition;
use files::{DraftText, table_rows};
use flows::FlowDrafter;
pub(crate) use ids::row_id;
pub use options::{NewEdition, NewProduct};
use parties::Known;
use names::Services;
use read::{DraftedPage, read_page};
use sources::sources;
pub use summary::{Left, Subject, Summary};
use tables::{ids_by_name, services_by_port};
use write::texts;

/// Drafts a product. Returns what was written, and what is left to do.
///
/// # Errors
///
/// The product exists already, the page can't be read or states no ports, or a file can't be written.
pub fn new_product(new: &NewProduct) -> Result<Summary, Vec<Diagnostic>> {
    let one = |diagnostic| vec![diagnostic];
    let tables = new.data.join("tables");
    let writer = AtomicWriter::lock(&new.data).map_err(one)?;
    let directory = new.data.join("curation").join(&new.id);
    let edition_file = directory.join(format!("{}.toml", new.edition));
    if new.again && !edition_file.exists() {
        let diagnostic = Diagnostic::new(codes::NO_CURATION, format!("{}@{} has no draft", new.id, new.edition));
        return Err(vec![diagnostic.help("draft it without --again").at(Place::file(edition_file))]);
    }
    if !new.again && directory.exists() {
        let diagnostic = Diagnostic::new(codes::EXISTS, format!("product {} exists already", new.id))
            .help(
                "read a changed page with `cargo xtask regenerate --doc`, draft another edition with new-edition, or draft this one \
                 again with --again",
            )
            .at(Place::file(directory));
        return Err(vec![diagnostic]);
    }
    let peers = ids_by_name(&tables.join("peers.csv"))?;
    let services = ids_by_name(&tables.join("services.csv"))?;
    let service_of_port = services_by_port(&tables.join("services.csv"))?;
    let known = Known { peers: &peers, product: &new.id, name: new.name.as_deref() };
    let written = match new.again {
        true => Some(Written::read(&directory, &edition_file).map_err(one)?),
        false => None,
    };
    let DraftedPage { page, layout, draft, keys, parties } = match &written {
        Some(written) => written.read_page(new, &known)?,
        None => read_page(new, &known)?,
    };
    let shared = SharedFlows::parse(&directory.join(SHARED_FILE), &parties).map_err(one)?;
    let curation = Curation::parse_with(&edition_file, &keys, &shared).map_err(one)?;
    let capture = capture::from_page(&page, &new.doc, layout, &curation)?;
    let rows = read_rows(&capture, &curation);
    if !rows.diagnostics.is_empty() {
        return Err(rows.diagnostics);
    }
    let sources = sources(&page, &curation);
    let mut drafter = FlowDrafter {
        known: &known,
        services: Services { ids: &services, of_port: &service_of_port },
        used_ids: BTreeSet::new(),
    };
    if let Some(written) = &written {
        drafter.used_ids = written.ids();
    }
    let row_drafts = drafter.draft(&rows.rows, &sources);
    let mut text = match &written {
        Some(written) => written.merge(&row_drafts, &rows.rows, &sources),
        None => DraftText::new(&row_drafts),
    };
    text.shared = parties + &text.shared;
    let explained = written.as_ref().map(Written::curation);
    text.of_edition = keys + &texts(&capture, &page, explained) + &text.of_edition;
    // A draft that can't be read would be of no use to anybody.
    let shared = SharedFlows::parse(&directory.join(SHARED_FILE), &text.shared).map_err(one)?;
    Curation::parse_with(&edition_file, &text.of_edition, &shared).map_err(one)?;

    let mut summary = Summary { rows: rows.rows.len(), ..Summary::default() };
    summary.count_rows(&row_drafts);
    summary.count_page(&curation, &page, &capture);
    let capture_file = new.data.join(format!("captures/{}/{}.csv", new.id, new.edition));
    let mut files = vec![
        (capture_file, capture.to_csv()),
        (directory.join(SHARED_FILE), text.shared),
        (edition_file, text.of_edition),
    ];
    files.extend(table_rows(new, &tables, &draft, &page, &rows.rows, &peers)?);
    for (file, text) in files.iter().filter(|(file, _)| !file.starts_with(new.data.join("captures"))) {
        summary.count(file, text);
    }
    writer.write(&files, &mut summary.files).map_err(one)?;
    Ok(summary)
}
