//! Drafts: editions with an unresolved FIXME. They are left out, so that they don't keep others from being regenerated.
//!
//! Nothing of a draft is published. An edition that was published before keeps its files. A draft isn't left out if its page is given
//! with `--doc`, if a FIXME is in the row of a table that is published, or if there are only drafts.

use std::path::Path;

use port_data::Diagnostic;

use super::editions::{Product, Table};
use super::options::RegenerateOptions;
use super::product::Generated;
use crate::curation::{FIXME, SHARED_FILE, unresolved};
use crate::file;
use crate::report::Edition;

/// The drafts that are left out.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    editions: Vec<Draft>,
    /// The products and vendors that have nothing but drafts.
    products: Vec<String>,
    vendors: Vec<String>,
}

/// An edition that is a draft.
#[derive(Debug)]
struct Draft {
    product: String,
    edition: String,
    is_published: bool,
}

impl Drafts {
    /// Finds the drafts among the editions of some products.
    pub(super) fn find(options: &RegenerateOptions, products: &[Product]) -> Result<Drafts, Vec<Diagnostic>> {
        if options.no_drafts {
            return Ok(Drafts::default());
        }
        let table = |name: &str, columns: &[&str]| Table::read(options.data.join("tables").join(name), columns);
        let vendors = table("vendors.csv", &["id"])?;
        let product_table = table("products.csv", &["id"])?;
        let editions = table("editions.csv", &["product", "edition"])?;
        let is_marked = |table: &Table, keys: &[(&str, &str)]| {
            let is_row =
                |row: &&Vec<port_data::cells::Cell>| keys.iter().all(|(key, text)| table.text(row, key) == *text);
            table.cells.rows.iter().filter(is_row).flatten().any(|cell| cell.text.contains(FIXME))
        };
        let is_subject = |product: &Product, edition: &Edition| {
            let is_newest = product.newest().is_some_and(|newest| newest.id == edition.id);
            let name = format!("{}@{}", product.id, edition.id);
            options.docs.iter().any(|(doc, _)| *doc == name || is_newest && *doc == product.id)
        };
        let mut found = Drafts::default();
        for product in products {
            let directory = options.data.join("curation").join(&product.id);
            let vendor = product.editions.first().map_or("", |edition| edition.vendor.as_str());
            let has_marked_row =
                is_marked(&product_table, &[("id", &product.id)]) || is_marked(&vendors, &[("id", vendor)]);
            let has_marked_flows = has_mark(&directory.join(SHARED_FILE));
            for edition in product.editions.iter().filter(|edition| !is_subject(product, edition)) {
                let row = [("product", product.id.as_str()), ("edition", edition.id.as_str())];
                let in_tables = has_marked_row || is_marked(&editions, &row);
                let in_curation = has_marked_flows || has_mark(&directory.join(format!("{}.toml", edition.id)));
                let is_published = flows_file(options, edition).exists();
                let is_left_out = match is_published {
                    true => in_curation && !in_tables,
                    false => in_curation || in_tables,
                };
                if is_left_out {
                    let (product, edition) = (product.id.clone(), edition.id.clone());
                    found.editions.push(Draft { product, edition, is_published });
                }
            }
        }
        let is_unpublished = |product: &&Product| {
            !product.editions.is_empty()
                && product.editions.iter().all(|edition| found.is_unpublished(&product.id, &edition.id))
        };
        found.products = products.iter().filter(is_unpublished).map(|product| product.id.clone()).collect();
        if found.products.len() == products.len() {
            // There is nothing to regenerate but drafts.
            return Ok(Drafts::default());
        }
        let vendor = |product: &Product| Some(product.editions.first()?.vendor.clone());
        let (left_out, published): (Vec<&Product>, Vec<&Product>) =
            products.iter().partition(|product| found.products.contains(&product.id));
        let published: Vec<String> = published.into_iter().filter_map(vendor).collect();
        found.vendors = left_out.into_iter().filter_map(vendor).filter(|vendor| !published.contains(vendor)).collect();
        Ok(found)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.editions.is_empty()
    }

    /// Whether an edition is a draft.
    pub(super) fn contains(&self, product: &str, edition: &str) -> bool {
        self.editions.iter().any(|draft| draft.product == product && draft.edition == edition)
    }

    fn is_unpublished(&self, product: &str, edition: &str) -> bool {
        let is_draft = |draft: &&Draft| draft.product == product && draft.edition == edition;
        self.editions.iter().find(is_draft).is_some_and(|draft| !draft.is_published)
    }

    /// The drafts, each as `product@edition`.
    pub(super) fn names(&self) -> Vec<String> {
        self.editions.iter().map(|draft| format!("{}@{}", draft.product, draft.edition)).collect()
    }

    /// A product with the editions that aren't drafts, and with those that are.
    pub(super) fn split(&self, product: &Product) -> (Product, Product) {
        let of = |editions: Vec<&Edition>| Product {
            id: product.id.clone(),
            editions: editions.into_iter().cloned().collect(),
        };
        let (drafts, others) = product.editions.iter().partition(|edition| self.contains(&product.id, &edition.id));
        (of(others), of(drafts))
    }

    /// The files of the drafts that were published before, as they are.
    pub(super) fn published(
        &self,
        options: &RegenerateOptions,
        product: &Product,
    ) -> Result<Vec<Generated>, Vec<Diagnostic>> {
        let published = |edition: &&Edition| {
            self.contains(&product.id, &edition.id) && !self.is_unpublished(&product.id, &edition.id)
        };
        let generated = |edition: &Edition| {
            let capture = options.data.join("captures").join(&product.id).join(format!("{}.csv", edition.id));
            Ok(Generated {
                product: product.id.clone(),
                edition: edition.id.clone(),
                capture: file::read(&capture)?,
                flows: file::read(&flows_file(options, edition))?,
            })
        };
        product
            .editions
            .iter()
            .filter(published)
            .map(generated)
            .collect::<Result<_, _>>()
            .map_err(|problem| vec![problem])
    }

    /// The text of a table without the rows of drafts, and the unresolved lines among those rows. A peer or a service with a FIXME is
    /// that of a draft: others can't use it.
    pub(super) fn remove_rows(
        &self,
        name: &str,
        file: &Path,
        text: &str,
    ) -> Result<(String, Vec<Diagnostic>), Vec<Diagnostic>> {
        if self.is_empty() {
            return Ok((text.to_string(), Vec::new()));
        }
        let table = Table::read(file.to_path_buf(), &[])?;
        let is_left_out = |row: &&Vec<port_data::cells::Cell>| {
            let cell = |column: &str| table.text(row, column);
            let is_marked = || row.iter().any(|cell| cell.text.contains(FIXME));
            match name {
                "vendors" => self.vendors.contains(&cell("id")),
                "products" => self.products.contains(&cell("id")),
                "editions" => self.is_unpublished(&cell("product"), &cell("edition")),
                "peers" => is_marked() || self.products.contains(&cell("product")),
                _ => is_marked(),
            }
        };
        let rows = table.cells.rows.iter().filter(is_left_out).filter_map(|row| row.first());
        let lines: Vec<usize> = rows.map(|cell| cell.line).collect();
        let kept = text.lines().zip(1..).filter(|(_, line)| !lines.contains(line));
        let kept: String = kept.map(|(text, _)| format!("{text}\n")).collect();
        let marked = unresolved(file, text).into_iter().filter(|diagnostic| lines.contains(&diagnostic.place.line));
        Ok((kept, marked.collect()))
    }
}

/// Whether a file of a curation contains a FIXME.
fn has_mark(file: &Path) -> bool {
    file::read(file).is_ok_and(|text| !unresolved(file, &text).is_empty())
}

fn flows_file(options: &RegenerateOptions, edition: &Edition) -> std::path::PathBuf {
    options.data.join("tables/flows").join(&edition.product).join(format!("{}.csv", edition.id))
}
