//! Finds the page of each edition that has one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use port_core::nearest::nearest;
use port_data::hidden::QuotedAscii;
use port_data::{Diagnostic, Place};

use super::editions::Product;
use super::left_out::{LeftOut, read_left_out};
use super::options::RegenerateOptions;
use crate::codes;
use crate::file::unreadable;
use crate::page_file::is_page;
use crate::report::{LeftOutPage, Report};

/// The pages by product and edition.
pub(super) type Documents = BTreeMap<(String, String), PathBuf>;

/// The pages by product and edition. Pages in the directory whose product is left out are only reported.
pub(super) fn documents(
    options: &RegenerateOptions,
    products: &[Product],
    report: &mut Report,
) -> Result<Documents, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let left_out = read_left_out(&options.data, products)?;
    let mut pages = options.docs.clone();
    if let Some(directory) = &options.docs_directory {
        match pages_in(directory) {
            Ok(found) => {
                for (name, file) in found {
                    let id = name.split_once('@').map_or(name.as_str(), |(id, _)| id);
                    match left_out.iter().find(|known| known.id == id) {
                        Some(LeftOut { id, reason }) => report.left_out.push(LeftOutPage {
                            product: id.clone(),
                            file: options.relative_path(&file),
                            reason: reason.clone(),
                        }),
                        None => pages.push((name, file)),
                    }
                }
            }
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    let mut docs = Documents::new();
    for (name, file) in pages {
        let diagnostic = match find_edition(&name, products) {
            Err(diagnostic) => diagnostic,
            Ok((product, edition)) => {
                let key = (product.to_string(), edition.to_string());
                let Some(other) = docs.insert(key, file.clone()) else { continue };
                let message = format!("second page of {product}@{edition} (the first is {})", Place::file(other));
                Diagnostic::new(codes::DUPLICATE_PAGE, message).help("give one page per edition")
            }
        };
        diagnostics.push(diagnostic.at(Place::file(file)));
    }
    if diagnostics.is_empty() { Ok(docs) } else { Err(diagnostics) }
}

/// The product and edition that `product` or `product@edition` names. Without an edition, the newest one is meant.
fn find_edition<'a>(name: &str, products: &'a [Product]) -> Result<(&'a str, &'a str), Diagnostic> {
    let (id, edition) = match name.split_once('@') {
        Some((id, edition)) => (id, Some(edition)),
        None => (name, None),
    };
    let Some(product) = products.iter().find(|product| product.id == id) else {
        let ids = products.iter().map(|known| known.id.as_str());
        let message = format!("unknown product {} (not in products.csv)", QuotedAscii(id));
        let help = "draft it with `cargo xtask new-product`, or name it in left-out.csv with a reason";
        return Err(Diagnostic::new(codes::UNKNOWN_PRODUCT, message).help(help).nearest(nearest(id, ids)));
    };
    let found = match edition {
        Some(wanted) => product.editions.iter().find(|known| known.id == wanted),
        None => product.newest(),
    };
    found.map(|found| (product.id.as_str(), found.id.as_str())).ok_or_else(|| {
        let known: Vec<&str> = product.editions.iter().map(|known| known.id.as_str()).collect();
        let message = match edition {
            Some(wanted) => format!("unknown edition {} of {id} (known: {})", QuotedAscii(wanted), known.join(", ")),
            None => format!("product {id} has no edition"),
        };
        let help = "draft a new one with `cargo xtask new-edition`";
        Diagnostic::new(codes::UNKNOWN_EDITION, message).help(help)
    })
}

/// The pages in a directory with the products and editions that they are named after, sorted by name.
fn pages_in(directory: &Path) -> Result<Vec<(String, PathBuf)>, Diagnostic> {
    let entries = std::fs::read_dir(directory).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|error| unreadable(directory, &error))?;
    let files: BTreeSet<PathBuf> = entries.into_iter().map(|entry| entry.path()).filter(|file| is_page(file)).collect();
    if files.is_empty() {
        let help = "add files such as fortimail.txt, fortimail.html, fortimail.md or fortimail@6.2.0.csv";
        let diagnostic = Diagnostic::new(codes::NO_PAGES, "directory contains no pages").help(help);
        return Err(diagnostic.at(Place::file(directory)));
    }
    let name = |file: &Path| file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(files.into_iter().map(|file| (name(&file), file)).collect())
}
