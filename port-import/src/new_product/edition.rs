//! Drafts another edition of a product: what its page shares with an edition that the catalog has is taken from that one's curation.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use port_core::nearest::nearest;
use port_data::{Diagnostic, FlowRow, Place};
use toml::Spanned;

use super::columns::meanings;
use super::draft::{flow_id, list, texts};
use super::edition_row;
use super::options::NewEdition;
use super::tables::insert_edition;
use crate::atomic_write::AtomicWriter;
use crate::capture::{self, Capture};
use crate::codes;
use crate::curation::{Curation, FIXME, Lists, Meaning, OneOrMore, SharedFlows, quote};
use crate::file;
use crate::page::{self, Hints, Layout, Page};
use crate::page_file::layout_of;
use crate::pair::{Paired, Previous, pair};
use crate::printed_row::{PrintedRow, PrintedRows, read_rows};
use crate::regenerate::read_products;
use crate::report::Edition;
use crate::row_key::{full_key_template, write_key};

/// Drafts an edition. Returns the files that were written.
///
/// # Errors
///
/// The product doesn't exist, the edition exists already, the page can't be read, or a file can't be written.
pub fn new_edition(new: &NewEdition) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let tables = new.data.join("tables");
    let one = |diagnostic| vec![diagnostic];
    let writer = AtomicWriter::lock(&new.data).map_err(one)?;
    let products = read_products(&tables)?;
    let product = products.iter().find(|product| product.id == new.product && !product.editions.is_empty());
    let Some(product) = product else {
        let ids = products.iter().map(|product| product.id.as_str());
        let message = format!("unknown product {} (not in products.csv, or without an edition)", new.product);
        let diagnostic = Diagnostic::new(codes::UNKNOWN_PRODUCT, message).nearest(nearest(&new.product, ids));
        return Err(vec![diagnostic.at(Place::file(tables.join("editions.csv")))]);
    };
    let directory = new.data.join("curation").join(&new.product);
    let file = directory.join(format!("{}.toml", new.edition));
    if file.exists() || product.editions.iter().any(|known| known.id == new.edition) {
        let message = format!("edition {}@{} exists already", new.product, new.edition);
        let help = "read its page with `cargo xtask regenerate --doc`";
        return Err(vec![Diagnostic::new(codes::EXISTS, message).help(help).at(Place::file(file))]);
    }
    let shared = SharedFlows::read(&directory).map_err(one)?;
    let (old, layout, page) = read(new, &directory, &product.editions)?;
    let old_flows = flow_blocks(&file::read(&old.file).map_err(one)?);
    let keys = page_keys(&old, layout, &page, new);
    let text = format!("{keys}{}", old_flows.iter().map(|(_, block)| format!("\n{block}")).collect::<String>());
    let curation = Curation::parse_with(&file, &text, &shared).map_err(one)?;
    let capture = capture::from_page(&page, &new.doc, layout, &curation)?;
    let PrintedRows { rows, diagnostics: unreadable } = read_rows(&capture, &curation);
    let previous = previous(new, &old);
    let paired = pair(&rows, &capture, &curation, previous.as_ref(), true);
    let mut text = keys + &texts(&capture, Some(&old));
    text += &absent(&curation, &paired);
    text += &flows(&curation, &paired, &rows, &old_flows, new);
    for diagnostic in unreadable.iter().chain(rows.iter().filter_map(|row| row.problem.as_ref())) {
        text += &format!("\n# {FIXME}, line {}: {}\n", diagnostic.place.line, diagnostic.text());
    }
    let files = [
        (new.data.join(format!("captures/{}/{}.csv", new.product, new.edition)), capture.to_csv()),
        (file, text),
        insert_edition(&tables, &new.product, &edition_row(&new.product, &new.edition, new.retrieved.as_deref()))?,
    ];
    let mut written = Vec::new();
    writer.write(&files, &mut written).map_err(one)?;
    Ok(written)
}

/// Reads the page, and finds the edition whose curation fits it best: the newest one with the same columns, or else the newest one.
fn read(new: &NewEdition, directory: &Path, editions: &[Edition]) -> Result<(Curation, Layout, Page), Vec<Diagnostic>> {
    let text = file::read(&new.doc).map_err(|diagnostic| vec![diagnostic])?;
    let read_with = |edition: &Edition| {
        let old = Curation::read(directory, &edition.id).map_err(|diagnostic| vec![diagnostic])?;
        let layout = new.layout.or(layout_of(&new.doc)).unwrap_or(old.layout);
        let page = page::read(&new.doc, &text, layout, &old.hints());
        let page = page.or_else(|found| page::read(&new.doc, &text, layout, &Hints::default()).map_err(|_| found))?;
        Ok((old, layout, page))
    };
    let has_same_columns = |(old, _, page): &(Curation, Layout, Page)| {
        let columns = old.columns.iter().map(|column| &column.head);
        page.tables.iter().all(|table| table.header.iter().map(|name| &name.text).eq(columns.clone()))
    };
    let same = editions.iter().rev().filter_map(|edition| read_with(edition).ok()).find(has_same_columns);
    match (same, editions.last()) {
        (Some(same), _) => Ok(same),
        (None, Some(newest)) => read_with(newest),
        (None, None) => Err(Vec::new()),
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

/// The keys about the page as a whole: those of the newest edition for the columns and headings that both pages have.
fn page_keys(old: &Curation, layout: Layout, page: &Page, new: &NewEdition) -> String {
    let mut text = format!(
        "# A draft of {}@{}: replace every {FIXME}, check the columns, then run `cargo xtask regenerate`.\n\nlayout = \"{layout}\"\n",
        new.product, new.edition
    );
    text += &columns(old, page);
    for (key, texts) in [("spanning", &old.spanning), ("headings", &old.headings)] {
        if !texts.is_empty() {
            text += &format!("{key} = {}\n", list(texts));
        }
    }
    text += &tables(old, page);
    text + &statements(old, layout)
}

/// The columns, with the meanings that they have in the newest edition.
fn columns(old: &Curation, page: &Page) -> String {
    let mut text = "columns = [\n".to_string();
    let header = page.tables.first().into_iter().flat_map(|table| &table.header);
    let names: Vec<String> = header.map(|name| name.text.clone()).collect();
    let is_in_use = |meaning| old.columns.iter().any(|known| known.is == meaning && names.contains(&known.head));
    for (name, guess) in names.iter().zip(meanings(&names)) {
        let Some(known) = old.columns.iter().find(|known| known.head == *name) else {
            let guess = if is_in_use(guess) { Meaning::Note } else { guess };
            text += &format!("    {{ head = {}, is = {:?} }}, # {FIXME}: a new column\n", quote(name), guess.as_str());
            continue;
        };
        text += &format!("    {{ head = {}, is = {:?}", quote(name), known.is.as_str());
        if !known.means.is_empty() {
            let short = known.means.iter().map(|(text, meaning)| format!("{} = {}", quote(text), quote(meaning)));
            text += &format!(", means = {{ {} }}", short.collect::<Vec<_>>().join(", "));
        }
        text += if known.may_be_empty { ", may_be_empty = true },\n" } else { " },\n" };
    }
    text + "]\n"
}

/// The tables and sections, with the meanings that they have in the newest edition.
fn tables(old: &Curation, page: &Page) -> String {
    let mut text = "tables = [\n".to_string();
    for (index, table) in page.tables.iter().enumerate() {
        let heading = table.heading.as_ref().map(|line| line.text.clone());
        let same_heading =
            old.tables.iter().map(Spanned::get_ref).find(|known| heading.is_some() && known.heading == heading);
        // Tables without headings are told apart by their order.
        let same_place = old.tables.get(index).map(Spanned::get_ref).filter(|known| known.heading.is_none());
        let known = same_heading.or(same_place);
        let part = |key: &str, text: Option<String>| text.map(|text| format!("{key} = {}", quote(&text)));
        let parts = [
            part("heading", heading.filter(|_| same_place.is_none() || same_heading.is_some())),
            part("section", known.and_then(|known| known.section.clone())),
            part("direction", known.and_then(|known| known.direction).map(|direction| direction.to_string())),
            known.is_none().then(|| format!("section = {FIXME:?}")),
        ];
        let parts = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        text += &if parts.is_empty() { "    {},\n".to_string() } else { format!("    {{ {parts} }},\n") };
    }
    text += "]\n";
    if !old.sections.is_empty() {
        text += "sections = [\n";
        for known in &old.sections {
            let parts = [
                known.heading.as_ref().map(|text| format!("heading = {}", quote(text))),
                known.section.as_ref().map(|text| format!("section = {}", quote(text))),
                known.direction.map(|direction| format!("direction = \"{direction}\"")),
            ];
            text += &format!("    {{ {} }},\n", parts.into_iter().flatten().collect::<Vec<_>>().join(", "));
        }
        text += "]\n";
    }
    text
}

/// What the page says as a whole, and the values and peers of its cells.
fn statements(old: &Curation, layout: Layout) -> String {
    let mut text = String::new();
    if let Some(own_name) = &old.own_name {
        text += &format!("own_name = {}\n", quote(own_name));
    }
    if let Some(every_row) = &old.every_row {
        let requirement = every_row.requirement.map_or("unstated", |requirement| requirement.as_str());
        text += &format!("\n[every_row]\nrequirement = {requirement:?}\nof = {FIXME:?}\nreason = {FIXME:?}\n");
    }
    if let Some(are) = old.lists.as_ref().and_then(|lists| lists.are) {
        let are = if are == Lists::All { "all" } else { "alternatives" };
        text += &format!("\n[lists]\nare = {are:?}\nreason = {FIXME:?}\n");
    }
    if !old.values.is_empty() && layout == old.layout {
        text += "\n[values]\n";
        for (column, values) in &old.values {
            text += &format!("{} = {}\n", quote(column), list(values));
        }
    }
    let own_peers: Vec<_> = old.peers.iter().filter(|(_, peer)| !peer.is_shared).collect();
    if !own_peers.is_empty() {
        text += "\n[peers]\n";
        for (cell, peer) in own_peers {
            text += &format!("{} = {}\n", quote(cell), ids(&peer.ids));
        }
    }
    text
}

/// The ids that a cell means, as TOML.
fn ids(ids: &OneOrMore) -> String {
    match ids {
        OneOrMore::One(id) => quote(id),
        OneOrMore::More(ids) => list(ids),
    }
}

/// The flows without a row.
fn absent(curation: &Curation, paired: &Paired) -> String {
    let ids: Vec<String> =
        paired.flows_left.iter().map(|flow| format!("    {:?},\n", curation.flows[*flow].id)).collect();
    if ids.is_empty() {
        return String::new();
    }
    format!("\n[[absent]]\nflows = [\n{}]\nreason = {FIXME:?}\n", ids.concat())
}

/// The keys of the newest edition's flows that have rows, those of renamed rows, and a flow for each other row.
fn flows(
    curation: &Curation,
    paired: &Paired,
    rows: &[PrintedRow],
    old: &[(String, String)],
    new: &NewEdition,
) -> String {
    let mut text = String::new();
    for (row, flow) in &paired.pairs {
        let (row, flow) = (&rows[*row], &curation.flows[*flow]);
        let block = old.iter().find(|(id, _)| *id == flow.id).map(|(_, block)| block.clone());
        let marks = row.marks();
        if marks == flow.marks.iter().collect::<Vec<_>>() {
            text.extend(block.map(|block| format!("\n{block}")));
            continue;
        }
        let block = block.unwrap_or_else(|| format!("[[flow]]\nid = {:?}\n", flow.id));
        let kept: String = block.split_inclusive('\n').filter(|line| !line.starts_with("marks = ")).collect();
        text += &format!("\n{kept}marks = {} # {FIXME}: were {}\n", list(&marks), list(&flow.marks));
    }
    let mut used_ids: BTreeSet<String> = curation.flows.iter().map(|flow| flow.id.clone()).collect();
    for (row, flow) in &paired.rows_left {
        let row = &rows[*row];
        match flow {
            Some(flow) => {
                let flow = &curation.flows[*flow];
                let key = write_key(row, flow.key().unwrap_or(&full_key_template()));
                text += &format!("\n[[flow]]\nid = {:?}\nrow = {{ {key} }} # {FIXME}: is it this flow?\n", flow.id);
            }
            None => {
                let id = flow_id(&new.product, row, &mut used_ids);
                let key = write_key(row, &full_key_template());
                text += &format!("\n[[flow]]\nid = {id:?}\nrow = {{ {key} }}\npurpose = {FIXME:?}\n");
            }
        }
    }
    text
}

/// The `[[flow]]` blocks of an edition's file, with their ids.
fn flow_blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        if line.starts_with('[') {
            is_inside = line == "[[flow]]";
            if is_inside {
                blocks.push((String::new(), String::new()));
            }
        }
        let Some((id, block)) = blocks.last_mut().filter(|_| is_inside && !line.trim().is_empty()) else { continue };
        *block += &format!("{line}\n");
        if let Some(found) = line.strip_prefix("id = ") {
            *id = found.trim().trim_matches('"').to_string();
        }
    }
    blocks
}
