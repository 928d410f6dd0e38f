//! `cargo xtask regenerate`: from vendors' pages, or from the captures of them, to the tables.
//!
//! Everything is worked out in memory first. Only where nothing is wrong and something changes is anything written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use port_core::nearest::nearest;
use port_data::Catalog;
use port_data::cells::Cells;

use crate::capture::Capture;
use crate::curation::{Curation, missing_in};
use crate::file;
use crate::generated_file::generated_file;
use crate::page::{self, Layout};
use crate::place::fault;
use crate::publish::{Publisher, changed, is_unfinished};
use crate::refine::{self, FlowRow};
use crate::report::{self, Document, Product, Report};
use port_data::Diagnostic;

/// What to regenerate, from what, and where to.
#[derive(Clone, Debug)]
pub struct Regeneration {
    /// The folder with captures, curation and tables.
    pub data: PathBuf,
    /// Paths in the report are given from here.
    pub root: PathBuf,
    /// Vendors' pages: the product and the file of each.
    pub docs: Vec<(String, PathBuf)>,
    /// A folder of vendors' pages, each named after its product.
    pub docs_in: Option<PathBuf>,
    /// Where to write instead.
    pub out: Option<PathBuf>,
    /// Whether nothing may be written.
    pub check: bool,
}

/// How a regeneration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Done.
    Done,
    /// Something would change, under `check`.
    Differs,
    /// Bad input; nothing was written.
    Bad,
}

/// The tables that people write and regeneration copies.
const WRITTEN_BY_HAND: [&str; 4] = ["vendors", "products", "peers", "services"];

/// The tables as Rust, for those who depend on port-catalog without its macros. A link in port-catalog leads here.
const GENERATED: &str = "../port-catalog/src/generated.rs";

/// Runs a regeneration.
#[must_use]
pub fn regenerate(regeneration: &Regeneration) -> (Report, End) {
    let mut report = Report::default();
    let mut faults = Vec::new();
    let target = regeneration.out.as_ref().unwrap_or(&regeneration.data);
    // What is read must not change until what is made of it is written, and a run that was cut off must be finished first.
    let publisher = match begin(regeneration, target, &mut report) {
        Ok(publisher) => publisher,
        Err(fault) => {
            report.fail(vec![fault], &regeneration.root);
            return (report, End::Bad);
        }
    };
    let files = match new_files(regeneration, &mut report) {
        Ok(files) => files,
        Err(found) => {
            faults = found;
            BTreeMap::new()
        }
    };
    if faults.is_empty() {
        let changed = changed(target, &files);
        report.files = changed.map(|(path, _)| relative(&target.join(path), &regeneration.root)).collect();
        if let (Some(publisher), false) = (publisher, report.files.is_empty()) {
            if let Err(unwritten) = publisher.publish(&files) {
                report.is_begun = unwritten.is_begun;
                faults.push(fault(target, 0, unwritten.to_string()));
            }
        }
    }
    let end = match (faults.is_empty(), regeneration.check && !report.files.is_empty()) {
        (false, _) => End::Bad,
        (true, true) => End::Differs,
        (true, false) => End::Done,
    };
    report.fail(faults, &regeneration.root);
    (report, end)
}

/// Takes the lock of what is written, and finishes what a run before left undone. Under `check` there is nothing to write.
fn begin(regeneration: &Regeneration, target: &Path, report: &mut Report) -> Result<Option<Publisher>, Diagnostic> {
    let unfinished = |folder: &Path| {
        let message = "a regeneration was cut off here; run `cargo xtask regenerate` to finish it";
        is_unfinished(folder).then(|| fault(folder, 0, message))
    };
    let only_read = if regeneration.check { Some(target) } else { None };
    let data = Some(regeneration.data.as_path()).filter(|data| *data != target);
    if let Some(fault) = only_read.into_iter().chain(data).find_map(unfinished) {
        return Err(fault);
    }
    if regeneration.check {
        return Ok(None);
    }
    Publisher::new(target).map(Some).map_err(|unwritten| {
        report.is_begun = unwritten.is_begun;
        fault(target, 0, unwritten.to_string())
    })
}

/// The files that are made, as they should be, by their paths from the folder they belong to.
fn new_files(regeneration: &Regeneration, report: &mut Report) -> Result<BTreeMap<PathBuf, String>, Vec<Diagnostic>> {
    let data = &regeneration.data;
    let products = products(&data.join("tables/products.csv"))?;
    let docs = documents(regeneration, &products)?;
    let mut files = BTreeMap::new();
    let mut faults = Vec::new();
    for product in &products {
        let id = &product.id;
        match of_product(regeneration, product, docs.get(id), report) {
            Ok((capture, flows)) => {
                files.insert(PathBuf::from(format!("captures/{id}.csv")), capture.to_csv());
                files.insert(PathBuf::from(format!("tables/flows/{id}.csv")), refine::table(&flows));
            }
            Err(found) => faults.extend(found),
        }
    }
    for table in WRITTEN_BY_HAND {
        let path = PathBuf::from(format!("tables/{table}.csv"));
        match file::read(&data.join(&path)) {
            Ok(text) => {
                faults.extend(missing_in(&data.join(&path), &text));
                files.insert(path, text);
            }
            Err(fault) => faults.push(fault),
        }
    }
    faults.extend(strays(data, &products));
    if !faults.is_empty() {
        return Err(faults);
    }
    let catalog = catalog(&files, data)?;
    if regeneration.out.is_none() {
        files.retain(|path, _| path.starts_with("captures") || path.starts_with("tables/flows"));
        files.insert(PathBuf::from(GENERATED), generated_file(&catalog));
    }
    Ok(files)
}

/// Files of products that `products.csv` does not have: a product that goes takes its files with it.
fn strays(data: &Path, products: &[Product]) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for (folder, ending) in [("captures", "csv"), ("curation", "toml"), ("tables/flows", "csv")] {
        let Ok(entries) = std::fs::read_dir(data.join(folder)) else { continue };
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.sort();
        for file in files.into_iter().filter(|file| file.extension().is_some_and(|found| found == ending)) {
            let id = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if !products.iter().any(|product| product.id == id) {
                let message = format!(
                    "found a file of {id:?}, which products.csv does not have; remove it, which is a major version, or add the product"
                );
                faults.push(fault(file, 0, message));
            }
        }
    }
    faults
}

/// The catalog of tables that are not written yet.
fn catalog(files: &BTreeMap<PathBuf, String>, data: &Path) -> Result<Catalog, Vec<Diagnostic>> {
    let tables =
        files.iter().filter_map(|(path, text)| Some((path.strip_prefix("tables").ok()?.to_path_buf(), text.clone())));
    port_data::read_texts(&data.join("tables"), tables.collect())
        .map_err(|errors| errors.into_iter().map(|error| where_it_comes_from(&error, files, data)).collect())
}

/// What is wrong with a flow is told where a person can mend it: at its entry in the curation, and not in the table made of that.
fn where_it_comes_from(error: &Diagnostic, files: &BTreeMap<PathBuf, String>, data: &Path) -> Diagnostic {
    let entry = || {
        let table = error.place.file.strip_prefix(data).ok()?;
        let product = table.strip_prefix("tables/flows").ok()?.file_stem()?.to_str()?;
        let curation = Curation::read(&data.join(format!("curation/{product}.toml"))).ok()?;
        // A flow is a line of the table, and its id is what the line begins with.
        let (id, _) = files.get(table)?.lines().nth(error.place.line.checked_sub(1)?)?.split_once(',')?;
        let mut entries = curation.flows.iter().filter(|entry| entry.get_ref().id == id);
        // Of an id that stands twice, the second one is wrong.
        entries.next_back().map(|entry| curation.fault(entry, Diagnostic::from(error.clone()).message))
    };
    entry().unwrap_or_else(|| Diagnostic::from(error.clone()))
}

/// The products, in the table's order.
fn products(file: &Path) -> Result<Vec<Product>, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let cells = Cells::read(file, &mut errors);
    let Some(cells) = cells.filter(|_| errors.is_empty()) else {
        return Err(errors.into_iter().map(Diagnostic::from).collect());
    };
    let column = |name: &str| cells.header.iter().position(|head| head.text == name);
    if column("id").is_none() {
        return Err(vec![fault(file, 1, "found no column id; add it")]);
    }
    let product = |row: &Vec<port_data::cells::Cell>| {
        let cell = |name: &str| column(name).map(|place| row[place].text.clone()).unwrap_or_default();
        Product { id: cell("id"), vendor: cell("vendor"), document: cell("document"), edition: cell("edition") }
    };
    Ok(cells.rows.iter().map(product).collect())
}

/// The page of each product that has one.
fn documents(regeneration: &Regeneration, products: &[Product]) -> Result<BTreeMap<String, PathBuf>, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let mut named = regeneration.docs.clone();
    if let Some(folder) = &regeneration.docs_in {
        match pages_in(folder) {
            Ok(pages) if pages.is_empty() => {
                faults.push(fault(
                    folder,
                    0,
                    "found no page, expected files such as fortimail.txt, .html, .md or .csv",
                ));
            }
            Ok(pages) => named.extend(pages),
            Err(fault) => faults.push(fault),
        }
    }
    let mut docs = BTreeMap::new();
    for (product, file) in named {
        if !products.iter().any(|known| known.id == product) {
            let nearest = nearest(&product, products.iter().map(|known| known.id.as_str()));
            let nearest = nearest.map(|nearest| format!("; the nearest is {nearest}")).unwrap_or_default();
            let message = format!("found a page of {product:?}, expected a product of products.csv{nearest}");
            faults.push(fault(file, 0, message));
        } else if let Some(other) = docs.insert(product.clone(), file.clone()) {
            let message = format!("found a second page of {product}, expected one; the first is {}", other.display());
            faults.push(fault(file, 0, message));
        }
    }
    if faults.is_empty() { Ok(docs) } else { Err(faults) }
}

/// The pages of a folder, in the order of their names.
fn pages_in(folder: &Path) -> Result<Vec<(String, PathBuf)>, Diagnostic> {
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|error| fault(folder, 0, format!("cannot be read: {error}")))?;
    let files: BTreeSet<PathBuf> =
        entries.into_iter().map(|entry| entry.path()).filter(|file| ending(file).is_some()).collect();
    Ok(files
        .into_iter()
        .map(|file| (file.file_stem().unwrap_or_default().to_string_lossy().into_owned(), file))
        .collect())
}

/// The endings of pages, and the layout of each; a text's is named by its curation.
const ENDINGS: [(&str, Option<Layout>); 5] = [
    ("txt", None),
    ("html", Some(Layout::Html)),
    ("htm", Some(Layout::Html)),
    ("md", Some(Layout::Markdown)),
    ("csv", Some(Layout::Csv)),
];

fn ending(file: &Path) -> Option<Option<Layout>> {
    let extension = file.extension()?.to_string_lossy().to_lowercase();
    ENDINGS.iter().find(|(ending, _)| *ending == extension).map(|(_, layout)| *layout)
}

/// The layout that a file's ending tells; a text's may be any.
#[must_use]
pub fn layout_of(file: &Path) -> Option<Layout> {
    ending(file).flatten()
}

/// The capture and the flows of a product; what they change goes to the report, also where something is wrong.
fn of_product(
    regeneration: &Regeneration,
    product: &Product,
    doc: Option<&PathBuf>,
    report: &mut Report,
) -> Result<(Capture, Vec<FlowRow>), Vec<Diagnostic>> {
    let data = &regeneration.data;
    let id = &product.id;
    let curation = Curation::read(&data.join(format!("curation/{id}.toml"))).map_err(|fault| vec![fault])?;
    let kept = data.join(format!("captures/{id}.csv"));
    let capture = match doc {
        Some(file) => {
            let capture = read_page(file, &curation)?;
            let rows = capture.rows().count();
            report.documents.push(Document { product: id.clone(), file: relative(file, &regeneration.root), rows });
            capture
        }
        None => read_capture(&kept)?,
    };
    let refined = refine::refine(&capture, &curation);
    let before = report::flows_of(&data.join(format!("tables/flows/{id}.csv")))?;
    // Where something is wrong the flows that could be made are compared all the same, except that none is missing then.
    let gone_are_known = refined.faults.is_empty();
    let before: Vec<FlowRow> = match gone_are_known {
        true => before,
        false => {
            let made: BTreeSet<&String> = refined.flows.iter().map(|flow| &flow["id"]).collect();
            before.into_iter().filter(|flow| made.contains(&flow["id"])).collect()
        }
    };
    report.compare(product, &before, &refined.flows);
    if doc.is_some() && kept.exists() {
        report.compare_prose((&read_capture(&kept)?, &before), (&capture, &refined.flows));
    }
    if refined.faults.is_empty() { Ok((capture, refined.flows)) } else { Err(refined.faults) }
}

/// Reads a vendor's page.
///
/// # Errors
///
/// What is wrong with the page.
pub fn read_page(file: &Path, curation: &Curation) -> Result<Capture, Vec<Diagnostic>> {
    let Some(layout) = ending(file) else {
        return Err(vec![fault(file, 0, "found an ending that is no page's, expected .txt, .html, .md or .csv")]);
    };
    let text = file::read(file).map_err(|fault| vec![fault])?;
    capture_text(&text, file, layout.unwrap_or(curation.layout), curation)
}

/// The capture of a page's text.
///
/// # Errors
///
/// What is wrong with the page.
pub fn capture_text(text: &str, file: &Path, layout: Layout, curation: &Curation) -> Result<Capture, Vec<Diagnostic>> {
    let page = page::read(text, layout, &curation.hints())
        .map_err(|errors| errors.into_iter().map(|error| error.fault(file)).collect::<Vec<_>>())?;
    Capture::of(&page, file, curation)
}

fn read_capture(file: &Path) -> Result<Capture, Vec<Diagnostic>> {
    if !file.exists() {
        let message = "found no capture, expected one; `cargo xtask regenerate --doc` makes it of the vendor's page";
        return Err(vec![fault(file, 0, message)]);
    }
    Capture::read(file).map_err(|errors| errors.into_iter().map(Diagnostic::from).collect())
}

fn relative(file: &Path, root: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).display().to_string()
}
