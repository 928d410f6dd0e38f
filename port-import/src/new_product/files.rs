//! The files of a draft: its two files of curation, and its rows in handwritten tables.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use port_data::Diagnostic;

use super::edition_flows::EditionFlows;
use super::flows::{DraftFlow, DraftRow};
use super::options::NewProduct;
use super::read::DraftedPage;
use super::summary::Summary;
use super::tables::add_rows;
use crate::atomic_write::NewFile;
use crate::capture::{Capture, has_facts};
use crate::curation::{Curation, FIXME, quote};
use crate::page::{LineKind, Page, PrintedTable, SkippedKind, Table};
use crate::printed_row::PrintedRow;

/// The flows and rows of a draft as text.
#[derive(Debug, Default)]
pub(super) struct DraftText {
    /// For the file of all editions.
    pub(super) shared: String,
    /// The rows that aren't flows, for the file of the edition.
    pub(super) rows: String,
    /// The flows, for the file of the edition.
    pub(super) flows: EditionFlows,
}

impl DraftText {
    pub(super) fn new(rows: &[DraftRow]) -> DraftText {
        let mut text = DraftText::default();
        let mut listed = BTreeSet::new();
        for row in rows {
            match row {
                DraftRow::NoFlow { key, reason } if listed.insert(key) => text.rows += &no_flow(key, reason),
                DraftRow::NoFlow { .. } => {}
                DraftRow::Flows(flows) => flows.iter().for_each(|flow| text.add(flow)),
            }
        }
        text
    }

    /// Adds a flow to both files.
    pub(super) fn add(&mut self, flow: &DraftFlow) {
        self.shared += &flow.shared();
        self.flows.add_keys(&flow.id, flow.page_keys().map(|(_, line)| line));
    }
}

pub(super) fn flows_of(row: &DraftRow) -> Option<&Vec<DraftFlow>> {
    match row {
        DraftRow::Flows(flows) => Some(flows),
        DraftRow::NoFlow { .. } => None,
    }
}

/// A row without a flow. A key without texts would be that of every row.
pub(super) fn no_flow(key: &str, reason: &str) -> String {
    let key = if key == "{}" { format!("{{ label = {FIXME:?} }}") } else { key.to_string() };
    format!("\n[[row]]\nrow = {key}\nno_flow = {}\n", quote(reason))
}

impl Summary {
    pub(super) fn count_rows(&mut self, rows: &[DraftRow]) {
        self.drafted_rows = rows.iter().filter_map(flows_of).count();
        self.other_rows = rows.len() - self.drafted_rows;
    }

    pub(super) fn count_page(&mut self, curation: &Curation, page: &Page, capture: &Capture) {
        let printed: Vec<PrintedTable<'_>> = page.tables.iter().map(Table::printed).collect();
        let entries = curation.match_tables(&printed).into_iter().flatten();
        self.ignored_tables = entries.filter(|entry| curation.tables[*entry].get_ref().ignore.is_some()).count();
        let with_rows = capture.texts_with_rows();
        let texts = capture.texts.iter().enumerate().filter(|(index, _)| !with_rows.contains(index));
        self.texts = texts.clone().count();
        self.unexplained_texts = texts.filter(|(_, text)| has_facts(&text.prose)).count();
    }
}

/// The rows of the product, the edition, the vendor, and the parts of the product that are peers.
pub(super) fn table_rows(
    new: &NewProduct,
    tables: &Path,
    drafted: &DraftedPage,
    rows: &[PrintedRow],
    known: &BTreeMap<String, String>,
) -> Result<Vec<NewFile>, Vec<Diagnostic>> {
    let DraftedPage { page, draft, .. } = drafted;
    let or_fixme = |text: &Option<String>| text.clone().unwrap_or_else(|| FIXME.to_string());
    let components: Vec<String> = draft.components().into_iter().collect();
    let (components, name, field) = (components.join(", "), or_fixme(&new.name), or_fixme(&new.field));
    let product: Vec<(&str, &str)> = vec![
        ("id", &new.id),
        ("vendor", new.vendor.as_deref().unwrap_or(FIXME)),
        ("name", &name),
        ("field", &field),
        ("components", &components),
    ];
    let document = title(page);
    let edition = EditionRow {
        product: &new.id,
        edition: &new.edition,
        printed: new.printed_edition.as_deref().or_else(|| printed_edition(&new.edition, page)),
        document: &document,
        url: new.url.as_deref(),
        source: new.source.as_deref(),
        licence: new.licence.as_deref(),
        retrieved: new.retrieved.as_deref(),
    };
    let mut files: Vec<NewFile> = add_rows(tables, "products", &[product])?.into_iter().collect();
    files.extend(add_rows(tables, "editions", &[edition.cells()])?);
    if let Some(vendor) = &new.vendor {
        let name = new.vendor_name.as_deref().unwrap_or(FIXME);
        // The table needs no web site.
        let url = new.vendor_url.as_deref().unwrap_or_default();
        files.extend(add_rows(tables, "vendors", &[vec![("id", vendor), ("name", name), ("url", url)]])?);
    }
    let own = |peer: &&String| **peer == new.id || peer.starts_with(&format!("{}-", new.id));
    let of_tables = draft.tables.iter().flat_map(|table| &table.constants).filter(|(key, _)| *key == "peer");
    let peers = rows.iter().flat_map(|row| &row.ends).filter_map(|end| end.peer.as_ref());
    let peers: BTreeSet<&String> = peers.chain(of_tables.map(|(_, peer)| &peer.value)).filter(own).collect();
    let peers: Vec<(&String, String, &str, &str, String)> = peers
        .into_iter()
        .filter(|peer| !known.contains_key(*peer))
        .map(|peer| {
            let part = peer.strip_prefix(&new.id).unwrap_or_default().replace('-', " ");
            let (kind, product, description) = match part.is_empty() {
                true => ("product", "", format!("Another {name}")),
                false => ("component", new.id.as_str(), format!("A part of {name}")),
            };
            (peer, format!("{name}{part}"), kind, product, description)
        })
        .collect();
    let peers: Vec<Vec<(&str, &str)>> = peers
        .iter()
        .map(|(id, name, kind, product, description)| {
            vec![
                ("id", id.as_str()),
                ("name", name),
                ("kind", kind),
                ("description", description),
                ("product", product),
            ]
        })
        .collect();
    files.extend(add_rows(tables, "peers", &peers)?);
    Ok(files)
}

/// The title of the page: the one in its front matter or, without one, its first line if that is a heading.
pub(super) fn title(page: &Page) -> String {
    let texts = page.text_outside_tables.iter().filter(|line| line.kind != LineKind::Heading);
    let first_text = texts.map(|line| line.number).min().unwrap_or(usize::MAX);
    let first = page.headings.iter().min_by_key(|line| line.number).filter(|line| line.number < first_text);
    // A heading of a table may be that of a part of the page.
    let is_of_table =
        |line: usize| page.tables.iter().any(|table| table.heading.as_ref().is_some_and(|own| own.number == line));
    let first = first.filter(|line| page.headings.len() == 1 || !is_of_table(line.number));
    let front_matter = page.skipped.iter().filter(|skipped| skipped.kind == SkippedKind::FrontMatter);
    let in_front_matter = || {
        let mut lines = front_matter.flat_map(|skipped| skipped.text.lines());
        let names = ["title:", "title =", "post_title:"];
        let title = lines.find_map(|line| names.into_iter().find_map(|name| line.strip_prefix(name)))?.trim();
        let title = title.trim_matches(['"', '\'']).trim();
        (!title.is_empty()).then(|| title.to_string())
    };
    in_front_matter().or_else(|| first.map(|line| line.text.clone())).unwrap_or_else(|| FIXME.to_string())
}

/// The id of an edition, if the page prints it.
pub(super) fn printed_edition<'a>(id: &'a str, page: &Page) -> Option<&'a str> {
    let is_part = |letter: char| letter.is_alphanumeric() || "-.".contains(letter);
    let prints = |text: &str| text.split(|letter| !is_part(letter)).any(|word| word.trim_matches('.') == id);
    page.text_outside_tables.iter().any(|line| prints(&line.text)).then_some(id)
}

/// The cells of an edition.
pub(super) struct EditionRow<'a> {
    pub(super) product: &'a str,
    pub(super) edition: &'a str,
    pub(super) printed: Option<&'a str>,
    pub(super) document: &'a str,
    pub(super) url: Option<&'a str>,
    pub(super) source: Option<&'a str>,
    pub(super) licence: Option<&'a str>,
    pub(super) retrieved: Option<&'a str>,
}

impl<'a> EditionRow<'a> {
    pub(super) fn cells(&self) -> Vec<(&'static str, &'a str)> {
        vec![
            ("product", self.product),
            ("edition", self.edition),
            ("printed_edition", self.printed.unwrap_or(FIXME)),
            ("document", self.document),
            ("url", self.url.unwrap_or(FIXME)),
            ("source", self.source.unwrap_or_default()),
            ("licence", self.licence.unwrap_or_default()),
            ("retrieved", self.retrieved.unwrap_or(FIXME)),
            ("complete", "true"),
        ]
    }
}
