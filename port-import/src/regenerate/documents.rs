//! Finds the page of each product that has one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use port_core::nearest::nearest;
use port_data::{Diagnostic, Place};

use super::options::RegenerateOptions;
use crate::codes;
use crate::file::unreadable;
use crate::page_file::is_page;
use crate::report::Product;

/// The pages by product.
pub(super) fn documents(
    options: &RegenerateOptions,
    products: &[Product],
) -> Result<BTreeMap<String, PathBuf>, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let mut pages = options.docs.clone();
    if let Some(directory) = &options.docs_directory {
        match pages_in(directory) {
            Ok(found) => pages.extend(found),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    let mut docs: BTreeMap<String, PathBuf> = BTreeMap::new();
    for (product, file) in pages {
        let ids = products.iter().map(|known| known.id.as_str());
        if !ids.clone().any(|id| id == product) {
            let message = format!("unknown product {product:?} (not in products.csv)");
            let diagnostic = Diagnostic::new(codes::UNKNOWN_PRODUCT, message).nearest(nearest(&product, ids));
            diagnostics.push(diagnostic.at(Place::file(file)));
        } else if let Some(other) = docs.insert(product.clone(), file.clone()) {
            let message = format!("second page of {product} (the first is {})", Place::file(other));
            let diagnostic = Diagnostic::new(codes::DUPLICATE_PAGE, message).help("give one page per product");
            diagnostics.push(diagnostic.at(Place::file(file)));
        }
    }
    if diagnostics.is_empty() { Ok(docs) } else { Err(diagnostics) }
}

/// The pages in a directory with the products that they are named after, sorted by name.
fn pages_in(directory: &Path) -> Result<Vec<(String, PathBuf)>, Diagnostic> {
    let entries = std::fs::read_dir(directory).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|error| unreadable(directory, &error))?;
    let files: BTreeSet<PathBuf> = entries.into_iter().map(|entry| entry.path()).filter(|file| is_page(file)).collect();
    if files.is_empty() {
        let help = "add files such as fortimail.txt, fortimail.html, fortimail.md or fortimail.csv";
        let diagnostic = Diagnostic::new(codes::NO_PAGES, "directory contains no pages").help(help);
        return Err(diagnostic.at(Place::file(directory)));
    }
    let product = |file: &Path| file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(files.into_iter().map(|file| (product(&file), file)).collect())
}
