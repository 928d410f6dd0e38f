//! Finds files of products and editions that the tables don't list. A product or an edition is removed together with its files.

use std::path::{Path, PathBuf};

use port_data::hidden::QuotedAscii;
use port_data::{Diagnostic, Place};

use super::editions::Product;
use crate::codes;
use crate::curation::SHARED_FILE;

/// Reports captures, curation files and flow tables without a product or an edition.
pub(super) fn orphaned_files(data: &Path, products: &[Product]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (directory, extension) in [("captures", "csv"), ("curation", "toml"), ("tables/flows", "csv")] {
        for entry in entries(&data.join(directory)) {
            if !entry.is_dir() {
                if has_extension(&entry, extension) {
                    let help = format!("move it to {directory}/<product>/<edition>.{extension}, or remove it");
                    diagnostics.push(orphan(&entry, "file isn't in the directory of a product".to_string(), &help));
                }
                continue;
            }
            let id = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let product = products.iter().find(|product| product.id == id);
            for file in entries(&entry).into_iter().filter(|file| has_extension(file, extension)) {
                let edition = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let Some(product) = product else {
                    let message =
                        format!("file belongs to the unknown product {} (not in products.csv)", QuotedAscii(&id));
                    let help = "remove it, which is a major change, or add the product";
                    diagnostics.push(orphan(&file, message, help));
                    continue;
                };
                let is_shared = directory == "curation" && file.file_name().is_some_and(|name| name == SHARED_FILE);
                if !is_shared && !product.editions.iter().any(|known| known.id == edition) {
                    let message = format!(
                        "file belongs to the unknown edition {} of {id} (not in editions.csv)",
                        QuotedAscii(&edition)
                    );
                    diagnostics.push(orphan(&file, message, "remove it, or add the edition"));
                }
            }
        }
    }
    diagnostics
}

fn orphan(file: &Path, message: String, help: &str) -> Diagnostic {
    Diagnostic::new(codes::ORPHANED_FILE, message).help(help).at(Place::file(file))
}

/// What a directory contains, sorted by name.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

fn has_extension(file: &Path, extension: &str) -> bool {
    file.extension().is_some_and(|found| found == extension)
}
