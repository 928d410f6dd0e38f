//! Drafts a new product from its vendor's page: capture, curation, and rows in `products.csv`, `editions.csv` and `vendors.csv`; or
//! another edition of a product from its page and the curation of the edition whose page is most like it.
//!
//! The draft contains what can be read from the page. Every value is certain, or is marked [`FIXME`](crate::curation::FIXME). Nothing is generated until
//! every mark is resolved.

mod again;
mod blocks;
mod column_values;
mod columns;
mod conditions;
mod content;
mod doubts;
mod draft;
mod edition;
mod edition_flows;
mod edition_keys;
mod end_names;
mod files;
mod flows;
mod header_words;
mod headings;
mod ids;
mod imperative;
mod lists;
mod names;
mod no_flow;
mod options;
mod outside_text;
mod parties;
mod phrase_book;
mod phrases;
mod purpose;
mod read;
mod service_phrases;
mod services;
mod sources;
mod summary;
mod tables;
mod tasks;
mod write;

use std::collections::BTreeSet;
use std::path::Path;

use port_data::{Diagnostic, Place};

use crate::atomic_write::AtomicWriter;
use crate::capture::{self, Capture};
use crate::codes;
use crate::curation::{Curation, SHARED_FILE, SharedFlows};
use crate::page_file::file_of_capture;
use crate::printed_row::{PrintedRow, PrintedRows, read_rows};
use crate::row_key::DistinctKeys;

use again::{EarlierDrafts, Written};
pub use edition::new_edition;
use files::{DraftText, table_rows};
use flows::{DraftRow, FlowDrafter};
pub(crate) use ids::row_id;
pub use options::{NewEdition, NewProduct};
use parties::Known;
use phrase_book::PhraseBook;
use read::{DraftedPage, read_page};
use services::new_services;
use sources::sources;
pub use summary::{Left, Subject, Summary};
pub use tables::fields_in_use;
use tables::{KnownIds, add_services};
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
    check_new(new, &directory, &edition_file).map_err(one)?;
    let catalog = KnownIds::read(&tables)?;
    let known = Known { peers: &catalog.peers, product: &new.id, name: new.name.as_deref() };
    let written = match new.again {
        true => Some(Written::read(&directory, &edition_file)?),
        false => None,
    };
    let drafted = match &written {
        Some(written) => written.read_page(new, &known)?,
        None => read_page(new, &known)?,
    };
    let book = PhraseBook::read(&tables);
    let with_ids = |used_ids| FlowDrafter { known: &known, services: catalog.services(), book: &book, used_ids };
    let rows_of = |page: &DraftedPage, used_ids| DraftedRows::new(new, page, with_ids(used_ids));
    // What an earlier draft wrote, before and after somebody changed its columns or tables, isn't anybody's work.
    let earlier: EarlierDrafts = written
        .iter()
        .flat_map(|written| [read_page(new, &known), written.read_page(new, &known).map(DraftedPage::without_parties)])
        .flatten()
        .filter_map(|page| rows_of(&page, BTreeSet::new()).ok())
        .flat_map(|rows| rows.drafts)
        .collect();
    let used_ids = written.as_ref().map(|written| written.ids(&earlier)).unwrap_or_default();
    let DraftedRows { curation, capture, rows, drafts: row_drafts } = rows_of(&drafted, used_ids)?;
    let sources = sources(&drafted.page, &curation, Some(&drafted.draft));
    let mut text = match &written {
        Some(written) => written.merge(&row_drafts, &rows, &sources, &earlier),
        None => DraftText::new(&row_drafts),
    };
    text.shared = drafted.parties.clone() + &text.shared;
    let explained = written.as_ref().map(Written::curation);
    let of_edition =
        drafted.keys.clone() + &texts(&capture, &drafted.page, explained) + &text.rows + &text.flows.text();
    // A draft that can't be read would be of no use to anybody.
    let shared = SharedFlows::parse(&directory.join(SHARED_FILE), &text.shared).map_err(one)?;
    Curation::parse_with(&edition_file, &of_edition, &shared)?;

    let mut summary = Summary { rows: rows.len(), ..Summary::default() };
    summary.count_rows(&row_drafts);
    summary.count_page(&curation, &drafted.page, &capture);
    let capture_file = new.data.join(format!("captures/{}/{}.csv", new.id, new.edition));
    let mut files = vec![(directory.join(SHARED_FILE), text.shared), (edition_file, of_edition)];
    files.extend(table_rows(new, &tables, &drafted, &rows, &catalog.peers)?);
    let flow_of = |row| written.as_ref().and_then(|written| written.flow_of(row, &sources));
    let with_flows = rows.iter().map(|row| (row, flow_of(row)));
    files.extend(add_services(&tables, &new_services(with_flows, &catalog.services()))?);
    for (file, text) in &files {
        summary.count(file, text);
    }
    files.insert(0, (capture_file, file_of_capture(&capture, &new.doc)?));
    writer.write(&files, &mut summary.files).map_err(one)?;
    Ok(summary)
}

/// The rows of a page, and the draft of each.
struct DraftedRows {
    curation: Curation,
    capture: Capture,
    rows: Vec<PrintedRow>,
    drafts: Vec<DraftRow>,
}

impl DraftedRows {
    fn new(new: &NewProduct, page: &DraftedPage, drafter: FlowDrafter<'_>) -> Result<DraftedRows, Vec<Diagnostic>> {
        let directory = new.data.join("curation").join(&new.id);
        let shared =
            SharedFlows::parse(&directory.join(SHARED_FILE), &page.parties).map_err(|diagnostic| vec![diagnostic])?;
        let curation = Curation::parse_with(&directory.join(format!("{}.toml", new.edition)), &page.keys, &shared)?;
        let capture = capture::from_page(&page.page, &new.doc, page.layout, &curation)?;
        let PrintedRows { rows, diagnostics } = read_rows(&capture, &curation);
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        let drafts =
            drafter.draft(&rows, &DistinctKeys::new(&rows), &sources(&page.page, &curation, Some(&page.draft)));
        Ok(DraftedRows { curation, capture, rows, drafts })
    }
}

/// Whether a product can be drafted: for the first time, or again.
fn check_new(new: &NewProduct, directory: &Path, edition_file: &Path) -> Result<(), Diagnostic> {
    if new.again && !edition_file.exists() {
        let diagnostic = Diagnostic::new(codes::NO_CURATION, format!("{}@{} has no draft", new.id, new.edition));
        return Err(diagnostic.help("draft it without --again").at(Place::file(edition_file)));
    }
    if !new.again && directory.exists() {
        let diagnostic = Diagnostic::new(codes::EXISTS, format!("product {} exists already", new.id)).help(
            "read a changed page with `cargo xtask regenerate --doc`, draft another edition with new-edition, or draft this one \
             again with --again",
        );
        return Err(diagnostic.at(Place::file(directory)));
    }
    Ok(())
}
