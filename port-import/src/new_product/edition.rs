//! Drafts another edition of a product: what its page shares with an edition that the catalog has is taken from that one's curation.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use port_core::nearest::nearest;
use port_data::{Diagnostic, FlowRow, Place};

use super::blocks::{Block, blocks};
use super::draft::PageDraft;
use super::edition_flows::{EditionFlows, WrittenKeys, is_of_flows};
use super::edition_keys::page_keys;
use super::files::{EditionRow, printed_edition, title};
use super::flows::{DraftFlow, DraftRow, FlowDrafter};
use super::options::NewEdition;
use super::parties::Known;
use super::phrase_book::PhraseBook;
use super::read::draft_page;
use super::services::new_services;
use super::sources::{Source, sources};
use super::summary::Summary;
use super::tables::{KnownIds, add_services, insert_edition};
use super::write::{list, texts};
use crate::atomic_write::AtomicWriter;
use crate::capture::{self, Capture};
use crate::codes;
use crate::curation::{self, Curation, FIXME, SharedFlows, quote};
use crate::file;
use crate::page::{self, Layout, Page};
use crate::page_file::{file_of_capture, layout_of};
use crate::pair::{Paired, Previous, pair};
use crate::printed_row::{PrintedRow, PrintedRows, read_rows};
use crate::regenerate::read_products;
use crate::report::Edition;
use crate::row_key::{DistinctKeys, full_key_template, row_has_key, write_key};

/// Drafts an edition. Returns what was written, and what is left to do.
///
/// # Errors
///
/// The product doesn't exist, the edition exists already, the page can't be read, or a file can't be written.
pub fn new_edition(new: &NewEdition) -> Result<Summary, Vec<Diagnostic>> {
    let tables = new.data.join("tables");
    let one = |diagnostic| vec![diagnostic];
    let writer = AtomicWriter::lock(&new.data).map_err(one)?;
    let directory = new.data.join("curation").join(&new.product);
    let file = directory.join(format!("{}.toml", new.edition));
    let editions = known_editions(new, &tables, &file)?;
    let shared = SharedFlows::read(&directory).map_err(one)?;
    let catalog = KnownIds::read(&tables)?;
    let known = Known { peers: &catalog.peers, product: &new.product, name: None };
    let (old, layout, page, draft) = read(new, &directory, &editions, &known)?;
    let mut old_flows = blocks(&file::read(&old.file).map_err(one)?);
    old_flows.retain(is_of_flows);
    let keys = page_keys(&old, layout, &page, draft.as_ref(), new);
    let kept: String = old_flows.iter().map(|block| block.text.as_str()).collect();
    let curation = Curation::parse_with(&file, &format!("{keys}{kept}"), &shared)?;
    let capture = capture::from_page(&page, &new.doc, layout, &curation)?;
    let PrintedRows { rows, diagnostics } = read_rows(&capture, &curation);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let not_flows = rows_without_flow(&old, &rows, &curation);
    let rows_with_flow: Vec<PrintedRow> = with_flow(&rows, &old, &curation);
    let previous = previous(new, &old);
    let paired = pair(&rows_with_flow, &capture, &curation, previous.as_ref(), true);
    let used_ids = curation.flows.iter().map(|flow| flow.id.clone()).collect();
    let sources = sources(&page, &curation, None);
    let book = PhraseBook::read(&tables);
    let drafter = FlowDrafter { known: &known, services: catalog.services(), book: &book, used_ids };
    let text = keys
        + &texts(&capture, &page, Some(&old))
        + &not_flows
        + &absent(&curation, &paired)
        + &flows(&curation, &paired, &rows_with_flow, &old_flows, drafter, &sources);
    Curation::parse_with(&file, &text, &shared)?;
    let mut files = vec![(file, text), insert_edition(&tables, &new.product, &edition_cells(new, &page))?];
    let flow_of: BTreeMap<usize, usize> = paired.pairs.iter().copied().collect();
    let with_flows = rows_with_flow.iter().enumerate();
    let with_flows = with_flows.map(|(index, row)| (row, flow_of.get(&index).map(|flow| &curation.flows[*flow])));
    files.extend(add_services(&tables, &new_services(with_flows, &catalog.services()))?);
    let mut summary = Summary { rows: rows.len(), drafted_rows: rows_with_flow.len(), ..Summary::default() };
    summary.other_rows = rows.len() - rows_with_flow.len();
    summary.count_page(&curation, &page, &capture);
    for (file, text) in &files {
        summary.count(file, text);
    }
    let capture_file = new.data.join(format!("captures/{}/{}.csv", new.product, new.edition));
    files.insert(0, (capture_file, file_of_capture(&capture, &new.doc)?));
    writer.write(&files, &mut summary.files).map_err(one)?;
    Ok(summary)
}

/// The editions of the product, if it doesn't have this one.
fn known_editions(new: &NewEdition, tables: &Path, file: &Path) -> Result<Vec<Edition>, Vec<Diagnostic>> {
    let products = read_products(tables)?;
    let product = products.iter().find(|product| product.id == new.product && !product.editions.is_empty());
    let Some(product) = product else {
        let ids = products.iter().map(|product| product.id.as_str());
        let message = format!("unknown product {} (not in products.csv, or without an edition)", new.product);
        let diagnostic = Diagnostic::new(codes::UNKNOWN_PRODUCT, message).nearest(nearest(&new.product, ids));
        return Err(vec![diagnostic.at(Place::file(tables.join("editions.csv")))]);
    };
    if file.exists() || product.editions.iter().any(|known| known.id == new.edition) {
        let message = format!("edition {}@{} exists already", new.product, new.edition);
        let help = "read its page with `cargo xtask regenerate --doc`";
        return Err(vec![Diagnostic::new(codes::EXISTS, message).help(help).at(Place::file(file))]);
    }
    Ok(product.editions.clone())
}

/// The row in `editions.csv`.
fn edition_cells(new: &NewEdition, page: &Page) -> Vec<(&'static str, String)> {
    let document = title(page);
    let edition = EditionRow {
        product: &new.product,
        edition: &new.edition,
        printed: new.printed_edition.as_deref().or_else(|| printed_edition(&new.edition, page)),
        document: &document,
        url: new.url.as_deref(),
        source: new.source.as_deref(),
        licence: new.licence.as_deref(),
        retrieved: new.retrieved.as_deref(),
    };
    edition.cells().into_iter().map(|(column, cell)| (column, cell.to_string())).collect()
}

/// The curation of the edition that fits the page best, and the page read with its hints: the newest one that describes all tables of
/// the page, or else the newest one, with a draft for the tables that it doesn't describe.
fn read(
    new: &NewEdition,
    directory: &Path,
    editions: &[Edition],
    known: &Known<'_>,
) -> Result<(Curation, Layout, Page, Option<PageDraft>), Vec<Diagnostic>> {
    let text = file::read(&new.doc).map_err(|diagnostic| vec![diagnostic])?;
    let read_with = |edition: &Edition| {
        let old = Curation::read(directory, &edition.id)?;
        let layout = new.layout.or(layout_of(&new.doc)).unwrap_or(old.layout);
        let page = page::read(&new.doc, &text, layout, &old.hints())?;
        Ok::<_, Vec<Diagnostic>>((old, layout, page))
    };
    let describes_all = |(old, _, page): &(Curation, Layout, Page)| {
        let printed: Vec<_> = page.tables.iter().map(page::Table::printed).collect();
        old.match_tables(&printed).iter().all(Option::is_some)
    };
    let same = editions.iter().rev().filter_map(|edition| read_with(edition).ok()).find(describes_all);
    if let Some((old, layout, page)) = same {
        return Ok((old, layout, page, None));
    }
    let Some(newest) = editions.last() else { return Err(Vec::new()) };
    let old = Curation::read(directory, &newest.id)?;
    match read_with(newest) {
        Ok((old, layout, page)) => {
            let draft = PageDraft::from_page(&page, layout, &[], known);
            Ok((old, layout, page, Some(draft)))
        }
        // The hints don't fit the page, so that it is read like that of a new product.
        Err(errors) => {
            let drafted = draft_page(&new.doc, new.layout, known).map_err(|_| errors)?;
            Ok((old, drafted.layout, drafted.page, Some(drafted.draft)))
        }
    }
}

/// The rows of the edition whose curation is used, if it has been regenerated.
fn previous(new: &NewEdition, old: &Curation) -> Option<Previous> {
    let file = |directory: &str| {
        let edition = old.file.file_stem().unwrap_or_default().to_string_lossy();
        new.data.join(directory).join(&new.product).join(format!("{edition}.csv"))
    };
    let capture = Capture::read(&file("captures")).ok()?;
    Some(Previous::new(&capture, &FlowRow::read(&file("tables/flows")).ok()?))
}

/// The rows of which the older edition doesn't say that they aren't flows.
fn with_flow(rows: &[PrintedRow], old: &Curation, curation: &Curation) -> Vec<PrintedRow> {
    let is_listed = |index: usize| old.rows.iter().any(|entry| is_row_of(entry.get_ref(), rows, index, curation));
    let with_flow = rows.iter().enumerate().filter(|(index, _)| !is_listed(*index));
    with_flow.map(|(_, row)| row.clone()).collect()
}

/// Whether an entry says that a row isn't a flow.
fn is_row_of(entry: &curation::RowEntry, rows: &[PrintedRow], index: usize, curation: &Curation) -> bool {
    let has_key = |row: &PrintedRow| row_has_key(row, &entry.row, curation);
    let row = &rows[index];
    has_key(row) && (!entry.repeats || rows[..index].iter().any(|other| has_key(other) && row.repeats(other)))
}

/// The rows that aren't flows in the older edition either.
fn rows_without_flow(old: &Curation, rows: &[PrintedRow], curation: &Curation) -> String {
    let mut text = String::new();
    for entry in old.rows.iter().map(toml::Spanned::get_ref) {
        if let Some(index) = (0..rows.len()).find(|index| is_row_of(entry, rows, *index, curation)) {
            let key = write_key(&rows[index], &entry.row);
            text += &format!("\n[[row]]\nrow = {{ {key} }}\nno_flow = {}\n", quote(&entry.no_flow));
            text += if entry.repeats { "repeats = true\n" } else { "" };
            text.extend(entry.note_of.as_ref().map(|texts| format!("note_of = {}\n", list(texts.as_slice()))));
        }
    }
    text
}

/// The flows of all editions without a row.
fn absent(curation: &Curation, paired: &Paired) -> String {
    let ids = paired.flows_left.iter().map(|flow| &curation.flows[*flow].id);
    let ids: Vec<String> =
        ids.filter(|id| curation.shared_ids.contains(*id)).map(|id| format!("    {id:?},\n")).collect();
    if ids.is_empty() {
        return String::new();
    }
    format!("\n[[absent]]\nflows = [\n{}]\nreason = {FIXME:?}\n", ids.concat())
}

/// The keys of the older edition's flows that have rows, those of renamed rows, and a flow for each other row.
fn flows(
    curation: &Curation,
    paired: &Paired,
    rows: &[PrintedRow],
    old: &[Block],
    drafter: FlowDrafter<'_>,
    sources: &[Source<'_>],
) -> String {
    let mut flows = EditionFlows::default();
    let mut old = WrittenKeys::by_id(old);
    let mut same: Vec<(String, String, bool)> = Vec::new();
    for (row, flow) in &paired.pairs {
        let (row, flow) = (&rows[*row], &curation.flows[*flow]);
        let written = old.remove(&flow.id).unwrap_or_default();
        flows.add_written(&flow.id, with_marks(written, &row.marks(), &flow.marks));
    }
    let mut new_rows: Vec<PrintedRow> = Vec::new();
    for (index, flow) in &paired.rows_left {
        let row = &rows[*index];
        let Some(flow) = flow.map(|flow| &curation.flows[flow]) else {
            new_rows.push(row.clone());
            continue;
        };
        let written = with_marks(old.remove(&flow.id).unwrap_or_default(), &row.marks(), &flow.marks);
        let empty = curation::Row::default();
        let key = flow.key().unwrap_or(&empty);
        let only_label_differs = key.label.is_some() && row.label.is_some() && key.prose.is_none() && {
            let relabelled = curation::Row { label: None, ..key.clone() };
            row_has_key(row, &relabelled, curation)
        };
        match (&key.label, &row.label) {
            (Some(known), Some(printed)) if only_label_differs => {
                same.push((known.clone(), printed.clone(), plain(known) == plain(printed)));
                flows.add_written(&flow.id, written);
            }
            _ => {
                let key = write_key(row, flow.key().unwrap_or(&full_key_template()));
                let line = format!("row = {{ {key} }} # {FIXME}: is it this flow?\n");
                flows.add_written(&flow.id, written.without("row").with([("row", line)]));
            }
        }
    }
    let mut not_flows = String::new();
    for row in drafter.draft(&new_rows, &DistinctKeys::new(rows), sources) {
        match row {
            DraftRow::NoFlow { key, reason } => not_flows += &super::files::no_flow(&key, &reason),
            DraftRow::Flows(of_row) => of_row.iter().for_each(|flow| add_new(flow, &mut flows)),
        }
    }
    spellings(&same) + &not_flows + &flows.text()
}

/// What the older edition says about a flow, with the marks of its row. If they differ, facts may rest on the old ones.
fn with_marks(written: WrittenKeys, marks: &[&String], known: &[String]) -> WrittenKeys {
    if marks.iter().copied().eq(known) {
        return written;
    }
    let line = format!("marks = {} # {FIXME}: were {}\n", list(marks), list(known));
    written.without("marks").with([("marks", line)])
}

/// Adds a flow that no other edition has.
fn add_new(flow: &DraftFlow, flows: &mut EditionFlows) {
    let page_keys = flow.page_keys().map(|(_, line)| line);
    flows.add_table(&flow.id, &format!(" # {}", flow.ports), flow.shared_keys().chain(page_keys));
}

/// The labels that this edition prints in another way.
fn spellings(same: &[(String, String, bool)]) -> String {
    let mut text = String::new();
    let mut known: Vec<&String> = same.iter().map(|(known, _, _)| known).collect();
    known.dedup();
    for label in known.into_iter().collect::<BTreeSet<_>>() {
        let others = same.iter().filter(|(known, _, _)| known == label);
        let printed: BTreeSet<&String> = others.clone().map(|(_, printed, _)| printed).collect();
        let is_certain = others.clone().all(|(_, _, is_certain)| *is_certain);
        let question = if is_certain { String::new() } else { format!(" # {FIXME}: is it the same?") };
        text += &format!("{} = {}{question}\n", quote(label), list(&printed.into_iter().collect::<Vec<_>>()));
    }
    if text.is_empty() { text } else { format!("\n[same.label]\n{text}") }
}

/// A label without what may be written in two ways.
fn plain(label: &str) -> String {
    label.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect()
}
