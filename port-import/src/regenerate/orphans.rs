//! Finds files of products that `products.csv` doesn't contain. A product is removed together with its files.

use std::path::{Path, PathBuf};

use port_data::{Diagnostic, Place};

use crate::codes;
use crate::report::Product;

/// Reports captures, curation files and flow tables without a product.
pub(super) fn orphaned_files(data: &Path, products: &[Product]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (directory, extension) in [("captures", "csv"), ("curation", "toml"), ("tables/flows", "csv")] {
        let Ok(entries) = std::fs::read_dir(data.join(directory)) else { continue };
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.sort();
        for file in files.into_iter().filter(|file| file.extension().is_some_and(|found| found == extension)) {
            let id = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if !products.iter().any(|product| product.id == id) {
                let message = format!("file belongs to the unknown product {id:?} (not in products.csv)");
                let help = "remove it, which is a major change, or add the product";
                diagnostics.push(Diagnostic::new(codes::ORPHANED_FILE, message).help(help).at(Place::file(file)));
            }
        }
    }
    diagnostics
}
