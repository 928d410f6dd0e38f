//! Regenerates one product: the capture and the flow table of each edition, and their changes.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use port_data::flow_table::write_flow_table;
use port_data::{Diagnostic, FlowRow, Place};

use super::documents::Documents;
use super::editions::Product;
use super::options::RegenerateOptions;
use crate::capture::Capture;
use crate::codes;
use crate::curation::{Curation, SharedFlows};
use crate::grouped_diagnostics::{GroupableDiagnostic, join};
use crate::page_file::read_page;
use crate::pair::Previous;
use crate::refine::{Refined, refine, unused_cell};
use crate::report::{Document, Edition, EditionFlows, Report};
use crate::vocabulary::Vocabulary;

/// The generated files of an edition, as texts.
#[derive(Debug)]
pub(super) struct Generated {
    pub(super) product: String,
    pub(super) edition: String,
    pub(super) capture: String,
    pub(super) flows: String,
}

impl Generated {
    /// The path of its files without their extension, in the directories of captures and of flow tables.
    pub(super) fn path(&self, directory: &str) -> PathBuf {
        PathBuf::from(format!("{directory}/{}/{}.csv", self.product, self.edition))
    }
}

/// Regenerates the editions of a product, each from its page, or from its capture if no page is given. The report shows what changes
/// even if something is wrong. Without some editions, what the others don't use may be that of the missing ones.
pub(super) fn regenerate_product(
    options: &RegenerateOptions,
    product: &Product,
    docs: &Documents,
    vocabulary: &Vocabulary,
    has_all_editions: bool,
    report: &mut Report,
) -> Result<Vec<Generated>, Vec<Diagnostic>> {
    let directory = options.data.join("curation").join(&product.id);
    let mut editions = Vec::new();
    let mut diagnostics = Vec::new();
    let is_only_edition = product.editions.len() == 1;
    for edition in &product.editions {
        let doc = docs.get(&(product.id.clone(), edition.id.clone()));
        match RefinedEdition::read(options, &directory, edition, doc, vocabulary, report) {
            Ok(mut refined) => {
                let own_file = (!is_only_edition).then(|| directory.join(format!("{}.toml", edition.id)));
                report.edits.extend(refined.refined.edits.drain(..).map(|edit| edit.of_edition(own_file.as_deref())));
                editions.push(refined);
            }
            Err(found) => diagnostics.extend(found),
        }
    }
    let changes: Vec<EditionFlows<'_>> = editions
        .iter()
        .map(|RefinedEdition { edition, before, refined, .. }| EditionFlows {
            edition: (*edition).clone(),
            before: before.as_deref().map(Cow::Borrowed),
            after: Some(Cow::Borrowed(&refined.flows)),
        })
        .collect();
    report.compare(&changes);
    for RefinedEdition { edition, before, refined, capture, old_capture, .. } in &editions {
        if let (Some(before), Some(old_capture)) = (before, old_capture) {
            let is_newest = product.newest().is_some_and(|newest| newest.id == edition.id);
            let (old, new) = ((old_capture, &before[..]), (capture, &refined.flows[..]));
            report.compare_rows(edition, is_newest, old, new);
            if refined.diagnostics.is_empty() {
                report.compare_rows_without_flows(edition, old, new);
            }
        }
    }
    diagnostics.extend(editions.iter().flat_map(|edition| edition.refined.diagnostics.clone()));
    if diagnostics.is_empty() && !editions.is_empty() && has_all_editions {
        diagnostics.extend(unused_by_all(&directory, &editions));
    }
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let generated = |RefinedEdition { edition, refined, capture, .. }: RefinedEdition<'_>| Generated {
        product: product.id.clone(),
        edition: edition.id.clone(),
        capture: capture.to_file(),
        flows: write_flow_table(&refined.flows),
    };
    Ok(editions.into_iter().map(generated).collect())
}

/// An edition with its new flows, next to what was there before.
struct RefinedEdition<'a> {
    edition: &'a Edition,
    capture: Capture,
    /// The capture before, if a page was read.
    old_capture: Option<Capture>,
    before: Option<Vec<FlowRow>>,
    refined: Refined,
}

impl<'a> RefinedEdition<'a> {
    fn read(
        options: &RegenerateOptions,
        directory: &Path,
        edition: &'a Edition,
        doc: Option<&PathBuf>,
        vocabulary: &Vocabulary,
        report: &mut Report,
    ) -> Result<RefinedEdition<'a>, Vec<Diagnostic>> {
        let curation = Curation::read(directory, &edition.id)?;
        let file =
            |directory: &str| options.data.join(directory).join(&edition.product).join(format!("{}.csv", edition.id));
        let capture_file = file("captures");
        let flow_table = file("tables/flows");
        let (capture, old_capture, mut before) = match doc {
            Some(page) => {
                // A page of ten thousand rows takes as long to read as its old capture and its flow table together.
                let (read, old, before) = std::thread::scope(|scope| {
                    let known = scope.spawn(|| {
                        let old = capture_file.exists().then(|| read_capture(&capture_file)).transpose();
                        (old, read_flow_table(&flow_table))
                    });
                    let read = read_page(page, &curation);
                    let (old, before) = known.join().expect("readers don't panic");
                    (read, old, before)
                });
                let (mut capture, old) = (read?, old?);
                let is_same = old.as_ref().is_some_and(|old| old.to_csv() == capture.to_csv());
                let known = old.as_ref().and_then(|old| old.page.clone());
                // The same file with another curation isn't another page.
                let changed = old.is_some() && !is_same && (known.is_none() || known != capture.page);
                if is_same && known.is_some() {
                    capture.page = known;
                }
                report.documents.push(Document {
                    product: edition.product.clone(),
                    edition: edition.id.clone(),
                    file: options.relative_path(page),
                    rows: capture.rows().count(),
                    printed_edition: edition.printed.clone(),
                    url: edition.url.clone(),
                    retrieved: edition.retrieved.clone(),
                    changed,
                    changes: Vec::new(),
                });
                (capture, old, before?)
            }
            None => (read_capture(&capture_file)?, None, read_flow_table(&flow_table)?),
        };
        let previous = match (&old_capture, doc) {
            (Some(old), _) => Some(Previous::new(old, before.as_deref().unwrap_or_default())),
            (None, Some(_)) => None,
            (None, None) => Some(Previous::of_texts(&capture)),
        };
        let refined = refine(&capture, &curation, vocabulary, previous.as_ref());
        if let (Some(before), false) = (&mut before, refined.diagnostics.is_empty()) {
            // Flows that couldn't be made aren't removed.
            let made: BTreeSet<&str> = refined.flows.iter().map(|flow| flow.id.as_str()).collect();
            before.retain(|flow| made.contains(flow.id.as_str()));
        }
        Ok(RefinedEdition { edition, capture, old_capture, before, refined })
    }
}

/// Peer cells and flows of the shared file that no edition has.
fn unused_by_all(directory: &Path, editions: &[RefinedEdition<'_>]) -> Vec<Diagnostic> {
    let shared = match SharedFlows::read(directory) {
        Ok(shared) => shared,
        Err(diagnostic) => return vec![diagnostic],
    };
    let is_used = |cell: &str| editions.iter().any(|edition| edition.refined.used_cells.contains(cell));
    let has_flow = |id: &str| editions.iter().any(|edition| edition.refined.flows.iter().any(|flow| flow.id == id));
    let peers = shared.mapped_cells().filter(|(cell, _)| !is_used(cell)).map(|(cell, place)| unused_cell(cell, &place));
    let flows = shared.flow_ids().filter(|(id, _)| !has_flow(id)).map(|(id, place)| {
        let message = format!("flow {id} is absent from all editions");
        let diagnostic = Diagnostic::new(codes::UNUSED_ENTRY, message).help("remove it, or correct absent").at(place);
        let all = "remove them, or correct absent";
        GroupableDiagnostic::from(diagnostic).among("flows are absent from all editions", id, all)
    });
    join(peers.chain(flows).collect())
}

/// The flow table as it is now, if there is one.
fn read_flow_table(file: &Path) -> Result<Option<Vec<FlowRow>>, Vec<Diagnostic>> {
    match file.try_exists() {
        Ok(false) => Ok(None),
        _ => FlowRow::read(file).map(Some),
    }
}

fn read_capture(file: &Path) -> Result<Capture, Vec<Diagnostic>> {
    if !file.exists() {
        let diagnostic = Diagnostic::new(codes::NO_CAPTURE, "capture is missing")
            .help("make it from the vendor's page with `cargo xtask regenerate --doc`")
            .at(Place::file(file));
        return Err(vec![diagnostic]);
    }
    Capture::read(file)
}
