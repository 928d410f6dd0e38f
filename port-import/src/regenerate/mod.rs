//! Regenerates captures, flow tables, the generated Rust and the change feed from vendors' pages, or from the captures of earlier pages.
//!
//! Everything is computed in memory first. Files are written only if nothing is wrong and something changes.

mod documents;
mod drafts;
mod editions;
mod left_out;
mod options;
mod orphans;
mod page_facts;
mod product;

use std::path::{Path, PathBuf};

use port_data::{Catalog, Diagnostic};

use crate::atomic_write::{AtomicWriter, NewFile, changed_files};
use crate::changes;
use crate::curation::{Curation, unresolved};
use crate::file;
use crate::generated_file::generated_file;
use crate::report::{Report, reported};
use crate::vocabulary::Vocabulary;

use documents::{Documents, documents};
use drafts::Drafts;
pub use editions::{Product, read_products, read_vocabulary};
pub use options::RegenerateOptions;
use orphans::orphaned_files;
pub use page_facts::PageFacts;
use page_facts::new_editions_csv;
use product::{Generated, regenerate_product};

/// How a regeneration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything is written, or nothing changes.
    Done,
    /// Something would change, but `check` is set.
    Differs,
    /// The report contains errors.
    Failed,
}

/// The tables that people write. They are only copied, but for the facts of `editions.csv` about changed pages.
const HANDWRITTEN_TABLES: [&str; 5] = ["vendors", "products", EDITIONS, "peers", "services"];

/// The table about editions and their pages.
const EDITIONS: &str = "editions";

/// The catalog as Rust, from the root of the workspace.
const GENERATED_RUST: &str = "port-catalog/src/generated.rs";

/// Runs a regeneration.
#[must_use]
pub fn regenerate(options: &RegenerateOptions) -> (Report, Outcome) {
    let mut report = Report::default();
    match run(options, &mut report) {
        Ok(()) if options.check && !report.is_empty() => (report, Outcome::Differs),
        Ok(()) => (report, Outcome::Done),
        Err(diagnostics) => {
            report.add_errors(diagnostics, &options.root);
            (report, Outcome::Failed)
        }
    }
}

fn run(options: &RegenerateOptions, report: &mut Report) -> Result<(), Vec<Diagnostic>> {
    let target = options.out.as_ref().unwrap_or(&options.data);
    // The lock is taken before anything is read, so that no other run changes it before the results are written.
    let writer = match options.check {
        true => None,
        false => Some(AtomicWriter::lock(target).map_err(|diagnostic| vec![diagnostic])?),
    };
    let files = new_files(options, target, report)?;
    let relative_path = |path: &PathBuf| options.relative_path(path);
    report.files = changed_files(&files).map(|(path, _)| relative_path(path)).collect();
    let Some(writer) = writer else { return Ok(()) };
    let mut written = Vec::new();
    writer.write(&files, &mut written).map_err(|diagnostic| {
        report.written = written.iter().map(relative_path).collect();
        vec![diagnostic]
    })
}

/// The files to write: facts about changed pages and captures first, then the tables made from them, then the Rust made from the tables.
fn new_files(options: &RegenerateOptions, target: &Path, report: &mut Report) -> Result<Vec<NewFile>, Vec<Diagnostic>> {
    let tables = options.data.join("tables");
    let products = read_products(&tables)?;
    let docs = documents(options, &products, report)?;
    let vocabulary = read_vocabulary(&tables)?;
    let drafts = Drafts::find(options, &products)?;
    let mut generated: Vec<Generated> = Vec::new();
    let mut diagnostics = Vec::new();
    let mut of_drafts = Vec::new();
    for product in &products {
        let (product, draft) = drafts.split(product);
        let mut found = Vec::new();
        if !product.editions.is_empty() {
            match regenerate_product(options, &product, &docs, &vocabulary, draft.editions.is_empty(), report) {
                Ok(editions) => generated.extend(editions),
                Err(problems) => found = problems,
            }
        }
        if !draft.editions.is_empty() {
            generated.extend(drafts.published(options, &draft)?);
            of_drafts.extend(check_draft(options, &draft, &vocabulary, report));
        }
        diagnostics.extend(found);
    }
    let handwritten = handwritten_tables(options, &drafts, report, &mut diagnostics, &mut of_drafts)?;
    diagnostics.extend(orphaned_files(&options.data, &products));
    report.drafts = drafts.names();
    report.draft_errors = reported(of_drafts, &options.root);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let of_catalog: Vec<(String, String)> =
        handwritten.iter().map(|table| (table.name.clone(), table.without_drafts.clone())).collect();
    let mut catalog = check_tables(&of_catalog, &generated, &options.data)?;
    let warnings = std::mem::take(&mut catalog.warnings).into_iter();
    let warnings = warnings.map(|warning| move_to_curation(warning, &generated, &options.data)).collect();
    report.warnings = reported(warnings, &options.root);
    let captures = generated.iter().map(|files| (files.path("captures"), files.capture.clone()));
    let flows = generated.iter().map(|files| (files.path("tables/flows"), files.flows.clone()));
    let mut files: Vec<NewFile> = captures.chain(flows).map(|(path, text)| (target.join(path), text)).collect();
    let changelog = changes::read_changelog(&options.root).map_err(|diagnostic| vec![diagnostic])?;
    let feed = changes::feed(&options.data, changelog.as_ref(), &catalog)?;
    match options.out {
        Some(_) => {
            files.extend(of_catalog.into_iter().map(|(name, text)| (target.join("tables").join(name), text)));
            files.extend(changes::feed_files(&feed, target));
        }
        None => {
            // First, so that a run that is cut off leaves a capture that still differs from the page, and asks for the day again.
            let editions = handwritten.into_iter().find(|table| table.name == format!("{EDITIONS}.csv"));
            files.splice(..0, editions.map(|table| (tables.join(table.name), table.text)));
            files.push((options.root.join(GENERATED_RUST), generated_file(&catalog)));
            files.extend(changes::new_files(&feed, target, &options.root, changelog.as_ref()));
        }
    }
    Ok(files)
}

/// The diagnostics of the drafts of a product.
fn check_draft(
    options: &RegenerateOptions,
    draft: &Product,
    vocabulary: &Vocabulary,
    report: &mut Report,
) -> Vec<Diagnostic> {
    let mut own = Report::default();
    let found = regenerate_product(options, draft, &Documents::new(), vocabulary, false, &mut own);
    report.edits.append(&mut own.edits);
    found.err().unwrap_or_default()
}

/// A table that people write.
struct Handwritten {
    name: String,
    /// Its text, with the new facts about changed pages.
    text: String,
    /// The same without the rows of drafts.
    without_drafts: String,
}

/// The tables that people write.
fn handwritten_tables(
    options: &RegenerateOptions,
    drafts: &Drafts,
    report: &mut Report,
    diagnostics: &mut Vec<Diagnostic>,
    of_drafts: &mut Vec<Diagnostic>,
) -> Result<Vec<Handwritten>, Vec<Diagnostic>> {
    let mut handwritten = Vec::new();
    for table in HANDWRITTEN_TABLES {
        let file = options.data.join(format!("tables/{table}.csv"));
        let text = match file::read(&file) {
            Ok(text) if table == EDITIONS => new_editions_csv(options, &text, drafts, report).unwrap_or_else(|found| {
                diagnostics.extend(found);
                text
            }),
            Ok(text) => text,
            Err(diagnostic) => {
                diagnostics.push(diagnostic);
                continue;
            }
        };
        let (without_drafts, marked) = drafts.remove_rows(table, &file, &text)?;
        let unresolved = unresolved(&file, &text);
        diagnostics.extend(unresolved.into_iter().filter(|diagnostic| !marked.contains(diagnostic)));
        of_drafts.extend(marked);
        handwritten.push(Handwritten { name: format!("{table}.csv"), text, without_drafts });
    }
    Ok(handwritten)
}

/// Reads the new tables as a catalog before they are written.
fn check_tables(
    handwritten: &[(String, String)],
    generated: &[Generated],
    data: &Path,
) -> Result<Catalog, Vec<Diagnostic>> {
    let handwritten = handwritten.iter().map(|(name, text)| (PathBuf::from(name), text.clone()));
    let flows = generated.iter().map(|files| (files.path("flows"), files.flows.clone()));
    port_data::read_texts(&data.join("tables"), handwritten.chain(flows).collect()).map_err(|diagnostics| {
        diagnostics.into_iter().map(|diagnostic| move_to_curation(diagnostic, generated, data)).collect()
    })
}

/// A problem with a flow table, at the entry of the curation from which the row was made: nobody edits the table.
fn move_to_curation(diagnostic: Diagnostic, generated: &[Generated], data: &Path) -> Diagnostic {
    let entry_place = || {
        let table = diagnostic.place.file.strip_prefix(data.join("tables")).ok()?;
        let files = generated.iter().find(|files| files.path("flows") == table)?;
        // Each flow is one line of the table, and the line begins with the flow's id.
        let line = files.flows.lines().nth(diagnostic.place.line.checked_sub(1)?)?;
        let (id, _) = line.split_once(',')?;
        let curation = Curation::read(&data.join("curation").join(&files.product), &files.edition).ok()?;
        // If an id is a duplicate, the second entry is the wrong one.
        Some(curation.flows.iter().rfind(|flow| flow.id == id)?.place.clone())
    };
    match entry_place() {
        Some(place) => diagnostic.at(place),
        None => diagnostic,
    }
}
