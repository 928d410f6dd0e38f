//! What `editions.csv` says about a page: the printed edition, the URL, and the day of retrieval. If a page changed, its day did too,
//! and perhaps the others.

use std::path::{Path, PathBuf};

use port_data::date::UNKNOWN_DATE;
use port_data::{Diagnostic, Place};

use super::drafts::Drafts;
use super::editions::Table;
use super::options::RegenerateOptions;
use crate::codes;
use crate::curation::FIXME;
use crate::propose::{Edit, set_cells};
use crate::report::{Bump, Change, Report};

/// New facts about the pages that changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    /// The day on which they were retrieved.
    pub retrieved: Option<String>,
    /// The edition as the only changed page prints it.
    pub printed_edition: Option<String>,
    /// The URL of the only changed page.
    pub url: Option<String>,
}

impl PageFacts {
    /// The columns of `editions.csv` with their new texts and their keys in the JSON of a flow.
    fn cells(&self) -> Vec<(&'static str, &'static str, &str)> {
        let cells = [
            ("printed_edition", "source.edition", &self.printed_edition),
            ("url", "source.url", &self.url),
            ("retrieved", "retrieved", &self.retrieved),
        ];
        cells.into_iter().filter_map(|(column, field, text)| Some((column, field, text.as_deref()?))).collect()
    }
}

/// The text of `editions.csv` with the new facts of the changed pages. An edition without a day of retrieval, and a changed page
/// without a new one, are errors; the edits that would resolve them are added to the report.
pub(super) fn new_editions_csv(
    options: &RegenerateOptions,
    text: &str,
    drafts: &Drafts,
    report: &mut Report,
) -> Result<String, Vec<Diagnostic>> {
    let file = options.data.join("tables/editions.csv");
    let table = Table::read(file.clone(), &["product", "edition"])?;
    let mut diagnostics = without_retrieval(options, &table, drafts, report);
    let changed = report.documents.iter().filter(|document| document.changed).count();
    let facts = &options.page_facts;
    if changed > 1 && (facts.printed_edition.is_some() || facts.url.is_some()) {
        let message = format!("{changed} pages changed, but a printed edition or a URL is that of one");
        let help = "give the changed pages one after another, or edit editions.csv";
        diagnostics.push(Diagnostic::new(codes::PAGE_FACTS, message).help(help).at(Place::file(&file)));
    }
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let mut edits = Vec::new();
    let mut is_changed = false;
    for document in report.documents.iter_mut().filter(|document| document.changed) {
        let is_row = |row: &&Vec<port_data::cells::Cell>| {
            table.text(row, "product") == document.product && table.text(row, "edition") == document.edition
        };
        let Some(row) = table.cells.rows.iter().find(is_row) else { continue };
        let place = Place::line(&file, table.cell(row, "edition").line);
        if facts.retrieved.is_none() {
            edits.push(Edit::cell(&place, "retrieved", FIXME));
            if !options.check {
                diagnostics.push(changed_page(document, place));
            }
            continue;
        }
        let cells = facts.cells();
        edits.extend(cells.iter().map(|(column, _, text)| Edit::cell(&place, column, *text)));
        let new: Vec<(&str, &str)> = cells.iter().map(|(column, _, text)| (*column, *text)).collect();
        let Some(new_row) = set_cells(&file, text, place.line, &new)? else {
            let diagnostic = Diagnostic::new(codes::MISSING_COLUMN, "column retrieved is missing").help("add it");
            diagnostics.push(diagnostic.at(Place::line(&file, 1)));
            continue;
        };
        for (column, field, after) in cells {
            let before = table.text(row, column);
            if before != after {
                let id = format!("{}@{}", document.product, document.edition);
                document.changes.push(Change { id, field: field.to_string(), before, after: after.to_string() });
            }
        }
        if let Some(line) = lines.get_mut(place.line - 1) {
            is_changed |= *line != new_row;
            *line = new_row;
        }
    }
    report.edits.extend(edits);
    if report.documents.iter().any(|document| !document.changes.is_empty()) {
        report.bump = report.bump.max(Bump::Patch);
    }
    match (diagnostics.is_empty(), is_changed) {
        (false, _) => Err(diagnostics),
        (true, false) => Ok(text.to_string()),
        (true, true) => Ok(lines.join("\n") + "\n"),
    }
}

/// A page that changed, without the day on which it was retrieved.
fn changed_page(document: &crate::report::Document, place: Place) -> Diagnostic {
    let crate::report::Document { product, edition, printed_edition, url, retrieved, .. } = document;
    let retrieved = if retrieved.is_empty() { UNKNOWN_DATE } else { retrieved };
    let message = format!(
        "the page of {product}@{edition} changed (known: edition {printed_edition:?}, {url}, retrieved {retrieved})"
    );
    let help = "set --retrieved to the day on which you saved it, and --printed-edition and --url if they changed; \
                if the page is about another version, use `cargo xtask new-edition`";
    Diagnostic::new(codes::CHANGED_PAGE, message).help(help).at(place)
}

/// Editions without a day of retrieval. A day may be unknown only if the edition isn't new.
fn without_retrieval(
    options: &RegenerateOptions,
    table: &Table,
    drafts: &Drafts,
    report: &mut Report,
) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for row in &table.cells.rows {
        let (product, edition) = (table.text(row, "product"), table.text(row, "edition"));
        let is_new = || !flow_table(&options.data, &product, &edition).exists();
        let is_changed = report
            .documents
            .iter()
            .any(|document| document.changed && document.product == product && document.edition == edition);
        if is_changed && options.page_facts.retrieved.is_some() || drafts.contains(&product, &edition) {
            continue;
        }
        let found = match table.text(row, "retrieved").as_str() {
            "" => "has no day of retrieval",
            UNKNOWN_DATE if is_new() => "is new, but its day of retrieval is unknown",
            _ => continue,
        };
        let place = Place::line(&table.file, table.cell(row, "edition").line);
        report.edits.push(Edit::cell(&place, "retrieved", FIXME));
        let help = "write the day on which the page was saved into the column retrieved, as YYYY-MM-DD";
        let diagnostic = Diagnostic::new(codes::NO_RETRIEVAL, format!("edition {product}@{edition} {found}"));
        diagnostics.push(diagnostic.help(help).at(place));
    }
    diagnostics
}

fn flow_table(data: &Path, product: &str, edition: &str) -> PathBuf {
    data.join("tables/flows").join(product).join(format!("{edition}.csv"))
}
