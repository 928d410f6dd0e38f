//! Drafts every open document as it is. The table of the results is in `target/drafts.tsv`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use port_import::new_product::new_product;

use crate::Workspace;

/// The pages that must have a draft, of 94.
const MIN_DRAFTED: usize = 80;

#[test]
fn open_documents_draft_with_little_left_to_do() {
    let Some(documents) = port_catalog_tests::open_documents() else { return };
    let index = fs::read_to_string(documents.join("INDEX.tsv")).unwrap();
    let mut table = "page\trows\tdrafted rows\tFIXMEs\tin CSV\tin rows\tper row\ttexts\tto explain\n".to_string();
    let mut per_row: Vec<f64> = Vec::new();
    let mut failed = String::new();
    for line in index.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [file, product, name, vendor, edition, licence, source, ..] = cells[..] else { panic!("{line}") };
        let workspace = Workspace::new();
        let mut new = workspace.product_of(product, &documents.join(file));
        let id = |text: &str| {
            text.to_lowercase()
                .replace(|letter: char| !letter.is_ascii_alphanumeric(), "-")
                .trim_matches('-')
                .to_string()
        };
        new.edition = id(edition);
        new.name = Some(name.to_string());
        new.vendor = Some(id(vendor));
        (new.source, new.licence) = (Some(source.to_string()), Some(licence.to_string()));
        match new_product(&new) {
            Ok(summary) => {
                let in_tables: usize =
                    summary.left.iter().filter(|(_, key, _)| key == "cells").map(|(_, _, count)| count).sum();
                let (rows, fixmes, in_rows) = (summary.rows, summary.fixmes(), summary.fixmes_of_rows());
                #[expect(clippy::cast_precision_loss, reason = "a page has few rows")]
                let ratio = in_rows as f64 / rows.max(1) as f64;
                per_row.push(ratio);
                let _ = writeln!(
                    table,
                    "{file}\t{rows}\t{}\t{fixmes}\t{in_tables}\t{in_rows}\t{ratio:.2}\t{}\t{}",
                    summary.drafted_rows, summary.texts, summary.unexplained_texts
                );
                let kept = std::env::var_os("PORT_KEEP_DRAFTS").map(std::path::PathBuf::from);
                if let Some(directory) = kept {
                    keep(&workspace, product, &directory.join(file));
                }
            }
            Err(errors) => {
                let lines: Vec<String> = errors.iter().take(5).map(ToString::to_string).collect();
                let _ = writeln!(table, "{file}\tno draft");
                let _ = writeln!(failed, "{file}: {}", lines.join("\n    "));
            }
        }
    }
    per_row.sort_by(f64::total_cmp);
    let median = per_row.get(per_row.len() / 2).copied().unwrap_or_default();
    let all = index.lines().count() - 1;
    let _ = writeln!(
        table,
        "\n{} of {all} pages have a draft; median of FIXMEs in rows per row {median:.2}\n\n{failed}",
        per_row.len()
    );
    fs::create_dir_all(port_catalog_tests::root().join("target")).unwrap();
    fs::write(port_catalog_tests::root().join("target/drafts.tsv"), &table).unwrap();
    let counts: BTreeMap<&str, usize> = [("drafted", per_row.len())].into();
    assert!(counts["drafted"] >= MIN_DRAFTED.min(all), "{table}");
    assert!(median <= 0.5, "{table}");
}

/// Copies the files of a draft, for somebody who wants to read them.
fn keep(workspace: &Workspace, product: &str, directory: &std::path::Path) {
    fs::create_dir_all(directory).unwrap();
    for entry in fs::read_dir(workspace.data().join("curation").join(product)).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), directory.join(entry.file_name())).unwrap();
    }
}
