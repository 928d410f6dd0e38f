//! Drafts every open document as it is. The table of the results is in `target/drafts.tsv`:
//! `cargo test -p port-import --test drafts open_documents`.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use port_import::new_product::{NewProduct, Subject, Summary, new_product};

use crate::Workspace;

/// The pages that must have a draft, of 94.
const MIN_DRAFTED: usize = 80;
/// The FIXMEs per row that the median page may have, apart from texts to explain, which have a column of their own.
const MAX_PER_ROW: f64 = 0.5;

const HEADER: &str = "page\trows\tdrafted rows\tFIXMEs of rows\tcolumns\ttables\tpeers and components\tCSV\ttogether\tper row\t\
                      texts\tto explain\n";

#[test]
fn open_documents_draft_with_little_left_to_do() {
    let Some(documents) = port_catalog_tests::open_documents() else { return };
    let index = fs::read_to_string(documents.join("INDEX.tsv")).unwrap();
    let mut table = HEADER.to_string();
    let mut per_row: Vec<f64> = Vec::new();
    let mut failed = String::new();
    for line in index.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let workspace = Workspace::new();
        let new = options(&workspace, &documents, &cells);
        let file = cells[0];
        match new_product(&new) {
            Ok(summary) => {
                let (line, ratio) = table_line(file, &summary);
                table += &line;
                per_row.push(ratio);
                if let Some(directory) = std::env::var_os("PORT_KEEP_DRAFTS") {
                    keep(&workspace, &new.id, &Path::new(&directory).join(file));
                }
            }
            Err(errors) => {
                let _ = writeln!(table, "{file}\tno draft");
                let lines = errors.iter().map(|error| error.to_string().replace(&*documents.to_string_lossy(), ""));
                let _ = writeln!(failed, "{}", lines.collect::<Vec<_>>().join("\n"));
            }
        }
    }
    per_row.sort_by(f64::total_cmp);
    let median = per_row.get(per_row.len() / 2).copied().unwrap_or_default();
    let (drafted, all) = (per_row.len(), index.lines().count() - 1);
    let _ =
        writeln!(table, "\n{drafted} of {all} pages have a draft; median of FIXMEs per row {median:.2}\n\n{failed}");
    fs::create_dir_all(port_catalog_tests::root().join("target")).unwrap();
    fs::write(port_catalog_tests::root().join("target/drafts.tsv"), &table).unwrap();
    assert!(drafted >= MIN_DRAFTED.min(all), "{table}");
    assert!(median <= MAX_PER_ROW, "{table}");
}

/// The options of a maintainer who knows where the page is from.
fn options(workspace: &Workspace, documents: &Path, cells: &[&str]) -> NewProduct {
    let [file, product, name, vendor, edition, licence, source, ..] = *cells else { panic!("{cells:?}") };
    let id = |text: &str| {
        text.to_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "-").trim_matches('-').to_string()
    };
    let some = |text: &str| Some(text.to_string());
    // A page without a version is named after a day.
    let edition_id = if edition.is_empty() { "1".to_string() } else { id(edition) };
    NewProduct {
        edition: edition_id,
        printed_edition: some(edition).filter(|edition| !edition.is_empty()),
        name: some(name),
        // The catalog lists fields, the page doesn't.
        field: some("networking"),
        vendor: Some(id(vendor)),
        vendor_name: some(vendor),
        retrieved: some("2026-11-22"),
        url: some(&format!("https://{}", source.replace(' ', "/"))),
        source: some(source),
        licence: some(licence),
        ..workspace.product_of(product, &documents.join(file))
    }
}

/// The line of the table about a page, and its FIXMEs per row.
fn table_line(file: &str, summary: &Summary) -> (String, f64) {
    let subjects = [Subject::Rows, Subject::Columns, Subject::Tables, Subject::Parties, Subject::Cells];
    let counts = subjects.map(|subject| summary.fixmes_about(subject));
    let together: usize = counts.iter().sum();
    #[expect(clippy::cast_precision_loss, reason = "a page has few rows")]
    let ratio = together as f64 / summary.rows.max(1) as f64;
    let counts = counts.map(|count| count.to_string()).join("\t");
    let line = format!(
        "{file}\t{}\t{}\t{counts}\t{together}\t{ratio:.2}\t{}\t{}\n",
        summary.rows, summary.drafted_rows, summary.texts, summary.unexplained_texts
    );
    (line, ratio)
}

/// Copies the files of a draft, for somebody who wants to read them.
fn keep(workspace: &Workspace, product: &str, directory: &Path) {
    fs::create_dir_all(directory).unwrap();
    for entry in fs::read_dir(workspace.data().join("curation").join(product)).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), directory.join(entry.file_name())).unwrap();
    }
}
