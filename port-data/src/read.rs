//! Reads a directory of tables into a catalog: resolves every reference and reports everything wrong.

use std::path::{Path, PathBuf};

use port_core::{PeerKind, Transport};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::flow_row::Services;
use crate::flows::Tables;
use crate::id::{check_edition_id, check_id, edition_id};
use crate::ids::Ids;
use crate::row::Row;
use crate::schema::{
    Catalog, EDITIONS, Edition, PEERS, PRODUCTS, PRODUCTS_WITH_DOCUMENT, Peer, Product, SERVICES, Service, VENDORS,
    Vendor,
};
use crate::table_reader::{Rows, TableReader};

pub use crate::table_reader::MAX_DIAGNOSTICS;

/// Reads the tables of a directory.
///
/// # Errors
///
/// Everything that is wrong with them, with file, line and column, up to [`MAX_DIAGNOSTICS`].
pub fn read(directory: &Path) -> Result<Catalog, Vec<Diagnostic>> {
    read_from(directory, None)
}

/// Reads tables from memory: the texts of files that the directory would have, by their paths in it.
///
/// # Errors
///
/// The same as [`read()`].
pub fn read_texts(directory: &Path, texts: Vec<(PathBuf, String)>) -> Result<Catalog, Vec<Diagnostic>> {
    let texts = texts.into_iter().map(|(path, text)| (directory.join(path), text)).collect();
    read_from(directory, Some(texts))
}

/// What is wrong with a directory of tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The errors.
    pub errors: Vec<Diagnostic>,
    /// Probable mistakes, which don't make the tables invalid.
    pub warnings: Vec<Diagnostic>,
}

/// Reads the tables of a directory, and reports everything that is wrong with them: every error, and every warning, also if there are
/// errors. After `limit` errors, no more rows are read.
#[must_use]
pub fn check(directory: &Path, limit: usize) -> Findings {
    let mut reader = TableReader::new(None);
    reader.limit = limit;
    reader.catalog(directory);
    reader.diagnostics.truncate(limit);
    reader.warnings.truncate(limit);
    Findings { errors: reader.diagnostics, warnings: reader.warnings }
}

fn read_from(directory: &Path, texts: Option<Vec<(PathBuf, String)>>) -> Result<Catalog, Vec<Diagnostic>> {
    let mut reader = TableReader::new(texts);
    let catalog = reader.catalog(directory);
    if reader.diagnostics.is_empty() {
        Ok(Catalog { files: reader.files, warnings: reader.warnings, ..catalog })
    } else {
        reader.diagnostics.truncate(MAX_DIAGNOSTICS);
        Err(reader.diagnostics)
    }
}

impl TableReader {
    fn catalog(&mut self, directory: &Path) -> Catalog {
        let vendors = self.rows(&directory.join("vendors.csv"), VENDORS, |row| {
            let (id, variant) = row.id_and_variant()?;
            Some(Vendor { id, variant, name: row.required_text("name")?, url: row.url("url")? })
        });
        self.check_distinct_ids(&vendors.ids);

        let editions_file = directory.join("editions.csv");
        let is_simple = !self.has_file(&editions_file);
        let (mut products, mut editions, interfaces_are_declared) = self.products(directory, &vendors.ids(), is_simple);
        self.check_distinct_ids(&products.ids);
        if !is_simple {
            editions = self.editions(&editions_file, &products);
        }

        let peers = self.peers(directory, &products);

        let services = self.rows(&directory.join("services.csv"), SERVICES, |row| {
            let (id, variant) = row.id_and_variant()?;
            let transports = row.words::<Transport>("transports", Transport::ALL);
            let port = row.port("port");
            let encrypted = row.yes_or_no("encrypted");
            let description = row.required_text("description");
            Some(Service {
                id,
                variant,
                name: row.required_text("name")?,
                transports: transports?,
                port: port?,
                encrypted: encrypted?,
                description: description?,
            })
        });
        self.check_distinct_ids(&services.ids);

        let transports = services.valid.iter().map(|service| (service.row.id.clone(), service.row.transports.clone()));
        let services_of_flows = Services { ids: services.ids(), transports: transports.collect() };
        let tables = Tables { peers: &peers, services: &services_of_flows, is_simple, interfaces_are_declared };
        let (flows, flow_ids) = self.flows(directory, &mut products, &editions, &tables);

        Catalog {
            vendors: vendors.into_valid(),
            products: products.into_valid(),
            editions,
            peers: peers.into_valid(),
            services: services.into_valid(),
            flows,
            flow_ids,
            files: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The products, their editions in the simple form, and whether `products.csv` declares their interfaces.
    fn products(&mut self, directory: &Path, vendors: &Ids, is_simple: bool) -> (Rows<Product>, Vec<Edition>, bool) {
        let mut interfaces_are_declared = false;
        let mut editions = Vec::new();
        let columns = if is_simple { PRODUCTS_WITH_DOCUMENT } else { PRODUCTS };
        let products = self.rows(&directory.join("products.csv"), columns, |row| {
            interfaces_are_declared = row.has("interfaces");
            let (id, variant) = row.id_and_variant()?;
            let vendor = row.reference("vendor", vendors, "vendors.csv");
            let interfaces = row.interfaces();
            let components = row.parse_list("components", check_id);
            let name = row.required_text("name");
            let field = row.text("field");
            let edition = if is_simple { Some(row.only_edition(editions.len())?) } else { None };
            let (vendor, name) = (vendor?, name?);
            let product =
                Product { id, variant, vendor, name, field, interfaces: interfaces?, components: components? };
            editions.extend(edition);
            Some(product)
        });
        (products, editions, interfaces_are_declared)
    }

    /// The editions, by product and oldest first for each product. An edition without a product, and a product without an
    /// edition, are errors.
    fn editions(&mut self, file: &Path, products: &Rows<Product>) -> Vec<Edition> {
        let ids = products.ids();
        let mut seen: Vec<(usize, String)> = Vec::new();
        let rows = self.rows(file, EDITIONS, |row| {
            let product = row.reference("product", &ids, "products.csv");
            let id = row.parse("edition", check_edition_id);
            let edition = row.edition(product?, id?)?;
            let key = (edition.product, edition.id.clone());
            if seen.contains(&key) {
                let cell = row.cell("edition");
                let message = format!("duplicate edition {}", edition.id);
                row.report("edition", &cell, Diagnostic::new(codes::INVALID_EDITION, message).help("remove one"));
                return None;
            }
            seen.push(key);
            Some(edition)
        });
        for (index, product) in products.valid.iter().enumerate() {
            if rows.is_complete && !seen.iter().any(|(known, _)| *known == index) {
                let message = format!("product {} has no edition", product.row.id);
                let problem = Diagnostic::new(codes::NO_EDITION, message).help("add a row to editions.csv");
                self.diagnostics.push(problem.at(product.place.clone()));
            }
        }
        let mut editions = rows.into_valid();
        editions.sort_by_key(|edition| edition.product);
        editions
    }

    /// The peers. What a peer includes is resolved once all peers are known.
    fn peers(&mut self, directory: &Path, products: &Rows<Product>) -> Rows<Peer> {
        let mut included_cells = Vec::new();
        let mut peers = self.rows(&directory.join("peers.csv"), PEERS, |row| {
            let (id, variant) = row.id_and_variant()?;
            let kind = row.word::<PeerKind>("kind", PeerKind::ALL);
            let description = row.required_text("description");
            let name = row.required_text("name")?;
            let component = row.component_of_product(&id, kind?, products)?;
            let includes = Vec::new();
            let peer = Peer { id, variant, name, kind: kind?, description: description?, includes, component };
            included_cells.push(row.list("includes"));
            Some(peer)
        });
        self.check_distinct_ids(&peers.ids);
        let ids = peers.ids();
        for (index, cells) in included_cells.iter().enumerate() {
            let peer = &mut peers.valid[index];
            for cell in cells {
                match find_included(&ids, &peer.row.id, &cell.text) {
                    Ok(member) => peer.row.includes.push(member),
                    Err(problem) => {
                        let message = format!("includes: {}", problem.message);
                        let place = cell.place(&peer.place.file);
                        self.diagnostics.push(Diagnostic { place, message, ..problem });
                    }
                }
            }
        }
        peers
    }
}

impl Row<'_> {
    /// The edition of a product in the simple form, whose columns are those of the product.
    fn only_edition(&mut self, product: usize) -> Option<Edition> {
        let printed = self.required_text("edition");
        let document = self.required_text("document");
        let url = self.url("url");
        let retrieved = self.date("retrieved");
        let printed = printed?;
        Some(Edition {
            product,
            id: edition_id(&printed),
            printed,
            document: document?,
            url: url?,
            source: None,
            licence: None,
            retrieved: retrieved?,
            is_complete: true,
            note: None,
            saved_by_hand: false,
        })
    }

    /// A row of `editions.csv`.
    fn edition(&mut self, product: usize, id: String) -> Option<Edition> {
        let printed = self.required_text("printed_edition");
        let document = self.required_text("document");
        let url = self.url("url");
        let retrieved = self.date("retrieved");
        let is_complete = self.flag_or_true("complete");
        let saved_by_hand = self.saved_by_hand();
        let (source, licence, note) = (self.text("source"), self.text("licence"), self.text("note"));
        Some(Edition {
            product,
            id,
            printed: printed?,
            document: document?,
            url: url?,
            source,
            licence,
            retrieved: retrieved?,
            is_complete: is_complete?,
            note,
            saved_by_hand: saved_by_hand?,
        })
    }

    /// The product and the component that a peer of the kind `component` is: its id is `<product>-<component>`.
    fn component_of_product(
        &mut self,
        id: &str,
        kind: PeerKind,
        products: &Rows<Product>,
    ) -> Option<Option<(usize, usize)>> {
        let cell = self.cell("product");
        if kind != PeerKind::Component {
            if cell.text.is_empty() {
                return Some(None);
            }
            let problem = Diagnostic::new(codes::COMPONENT, format!("peer of the kind {kind} has a product"));
            self.report("product", &cell, problem.help("remove it, or write the kind component"));
            return None;
        }
        let product = self.reference("product", &products.ids(), "products.csv")?;
        // The index counts rows with an id, valid or not; products with problems are reported on their own.
        let row = &products.valid.iter().find(|product| product.row.id == cell.text)?.row;
        let name = id.strip_prefix(&row.id).and_then(|rest| rest.strip_prefix('-'));
        let component = name.and_then(|name| row.components.iter().position(|component| component == name));
        if component.is_none() {
            let components: Vec<String> =
                row.components.iter().map(|component| format!("{}-{component}", row.id)).collect();
            let message = format!("{id} isn't a component of {}", row.id);
            let help = match components.is_empty() {
                true => "list the components of the product in products.csv".to_string(),
                false => format!("name the peer {}", components.join(" or ")),
            };
            let cell = self.cell("id");
            self.report("id", &cell, Diagnostic::new(codes::COMPONENT, message).help(help));
        }
        Some(Some((product, component?)))
    }
}

/// The index of a peer that `peer` includes.
fn find_included(peers: &Ids, peer: &str, included: &str) -> Result<usize, Diagnostic> {
    if included == peer {
        let message = format!("{included} includes itself");
        return Err(Diagnostic::new(codes::INCLUDES_ITSELF, message).help("name other peers only"));
    }
    peers.find(included, "peers.csv")
}
