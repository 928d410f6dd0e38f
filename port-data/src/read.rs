//! Reads a directory of tables into a catalog: resolves every reference and reports everything wrong.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use port_core::{PeerKind, Transport};

use crate::codes;
use crate::diagnostic::{Diagnostic, Place};
use crate::flow_row::{FlowReferences, ProductContext};
use crate::hidden::QuotedAscii;
use crate::id::flow_variant;
use crate::ids::Ids;
use crate::schema::{Catalog, FLOWS, Flow, PEERS, PRODUCTS, Peer, Product, SERVICES, Service, VENDORS, Vendor};
use crate::table_reader::{IdRow, Located, Rows, TableReader};

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

fn read_from(directory: &Path, texts: Option<Vec<(PathBuf, String)>>) -> Result<Catalog, Vec<Diagnostic>> {
    let mut reader = TableReader::new(texts);
    let catalog = reader.catalog(directory);
    if reader.diagnostics.is_empty() {
        Ok(Catalog { files: reader.files, ..catalog })
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

        let (mut products, interfaces_are_declared) = self.products(directory, &vendors.ids());
        self.check_distinct_ids(&products.ids);

        let peers = self.peers(directory);

        let services = self.rows(&directory.join("services.csv"), SERVICES, |row| {
            let (id, variant) = row.id_and_variant()?;
            let transports = row.words::<Transport>("transports", Transport::ALL);
            let port = row.port("port");
            let description = row.required_text("description");
            let encrypted = row.yes_or_no("encrypted");
            Some(Service {
                id,
                variant,
                name: row.required_text("name")?,
                transports: transports?,
                port: port?,
                description: description?,
                encrypted: encrypted?,
            })
        });
        self.check_distinct_ids(&services.ids);

        let flows = self.flows(directory, &mut products, &peers.ids(), &services.ids(), interfaces_are_declared);
        self.check_distinct_ids(&flows.ids);

        Catalog {
            vendors: vendors.into_valid(),
            products: products.into_valid(),
            peers: peers.into_valid(),
            services: services.into_valid(),
            flows: flows.into_valid(),
            files: Vec::new(),
        }
    }

    /// The products, and whether `products.csv` declares their interfaces.
    fn products(&mut self, directory: &Path, vendors: &Ids) -> (Rows<Product>, bool) {
        let mut interfaces_are_declared = false;
        let products = self.rows(&directory.join("products.csv"), PRODUCTS, |row| {
            interfaces_are_declared = row.has("interfaces");
            let (id, variant) = row.id_and_variant()?;
            let vendor = row.reference("vendor", vendors, "vendors.csv");
            let retrieved = row.date("retrieved");
            let interfaces = row.interfaces();
            Some(Product {
                id,
                variant,
                vendor: vendor?,
                name: row.required_text("name")?,
                document: row.required_text("document")?,
                url: row.url("url")?,
                edition: row.required_text("edition")?,
                retrieved: retrieved?,
                interfaces: interfaces?,
            })
        });
        (products, interfaces_are_declared)
    }

    /// The peers. What a peer includes is resolved once all peers are known.
    fn peers(&mut self, directory: &Path) -> Rows<Peer> {
        let mut included = Vec::new();
        let mut peers = self.rows(&directory.join("peers.csv"), PEERS, |row| {
            let (id, variant) = row.id_and_variant()?;
            let kind = row.word::<PeerKind>("kind", PeerKind::ALL);
            let description = row.required_text("description");
            let name = row.required_text("name")?;
            let peer = Peer { id, variant, name, kind: kind?, description: description?, includes: Vec::new() };
            included.push(row.list("includes"));
            Some(peer)
        });
        self.check_distinct_ids(&peers.ids);
        let ids = peers.ids();
        for (index, cells) in included.iter().enumerate() {
            let peer = &mut peers.valid[index];
            for cell in cells {
                match find_included(&ids, &peer.row.id, &cell.text) {
                    Ok(member) => peer.row.includes.push(member),
                    Err(problem) => {
                        let message = format!("includes: {}", problem.message);
                        let place = Place::new(&peer.place.file, cell.line, cell.column);
                        self.diagnostics.push(Diagnostic { place, message, ..problem });
                    }
                }
            }
        }
        peers
    }

    /// The flows of every product, each from its own file. A file without a product and a product without a file are errors.
    fn flows(
        &mut self,
        directory: &Path,
        products: &mut Rows<Product>,
        peers: &Ids,
        services: &Ids,
        interfaces_are_declared: bool,
    ) -> Rows<Flow> {
        let products_file = directory.join("products.csv");
        let directory = directory.join("flows");
        let mut files = self.flow_files(&directory);
        let product_ids = products.ids();
        let mut flows = Rows { valid: Vec::new(), ids: Vec::new(), is_complete: true };
        for (index, product) in products.valid.iter_mut().enumerate() {
            let product = &mut product.row;
            let found = files.iter().position(|(stem, _)| *stem == product.id);
            let Some((_, file)) = found.map(|found| files.remove(found)) else {
                let message = format!("product {} has no flows", product.id);
                let problem = Diagnostic::new(codes::NO_FLOWS, message).help(format!("add flows/{}.csv", product.id));
                self.diagnostics.push(problem.at(Place::file(&products_file)));
                continue;
            };
            let mut context = ProductContext { index, id: &product.id, interfaces: product.interfaces.clone() };
            let rows = self.rows(&file, FLOWS, |row| {
                if !interfaces_are_declared {
                    row.declare_interfaces(&mut context.interfaces);
                }
                row.flow(&FlowReferences { product: &context, peers, services })
            });
            product.interfaces = context.interfaces;
            self.check_distinct_rows(&rows.valid);
            flows.valid.extend(rows.valid);
            flows.ids.extend(rows.ids.into_iter().map(|Located { row: IdRow { id, .. }, place }| {
                let variant = flow_variant(&product.id, &id);
                Located { row: IdRow { id, variant, product: Some(index) }, place }
            }));
        }
        for (id, file) in files {
            if product_ids.may_contain(&id) {
                // The product's own row is invalid. Its flows are read to report their problems too.
                let mut context = ProductContext { index: 0, id: &id, interfaces: Vec::new() };
                self.rows(&file, FLOWS, |row| {
                    row.declare_interfaces(&mut context.interfaces);
                    row.flow(&FlowReferences { product: &context, peers, services })
                });
            } else {
                let message = format!("unknown product {} (not in products.csv)", QuotedAscii(&id));
                let problem = Diagnostic::new(codes::NO_PRODUCT, message).nearest(product_ids.nearest(&id));
                self.diagnostics.push(problem.at(Place::file(file)));
            }
        }
        flows
    }

    /// Reports flows of one product that claim the same row of its document.
    fn check_distinct_rows(&mut self, flows: &[Located<Flow>]) {
        let mut seen: HashMap<u32, &Located<Flow>> = HashMap::new();
        for located in flows {
            if let Some(first) = seen.get(&located.row.row.row) {
                let message = format!("row: duplicate row {} (first in {first})", located.row.row.row);
                let problem = Diagnostic::new(codes::DUPLICATE_ROW, message).help("give each flow its own row");
                self.diagnostics.push(problem.at(Place { column: 0, ..located.place.clone() }));
            } else {
                seen.insert(located.row.row.row, located);
            }
        }
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
