//! Reads a directory of tables into a catalog: resolves every reference, checks every cell, and reports everything wrong.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use port_core::nearest::nearest;
use port_core::{PeerKind, Transport};

use crate::cells::{Cell, Cells, empty_table, unreadable};
use crate::codes;
use crate::diagnostic::{Diagnostic, Place};
use crate::flow_record::FlowRecord;
use crate::flow_row::{FlowReferences, ProductContext, Unresolved};
use crate::hidden::QuotedAscii;
use crate::id::{is_id, variant};
use crate::ids::Ids;
use crate::row::{Row, Table};
use crate::schema::{Catalog, Column, FLOWS, Flow, PEERS, PRODUCTS, Peer, Product, SERVICES, Service, VENDORS, Vendor};

/// The largest number of diagnostics that are reported. A directory with more is probably not a directory of tables.
pub const MAX_DIAGNOSTICS: usize = 100;

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
    let mut reader = TableReader { texts, diagnostics: Vec::new(), files: Vec::new() };
    let catalog = reader.catalog(directory);
    if reader.diagnostics.is_empty() {
        Ok(Catalog { files: reader.files, ..catalog })
    } else {
        reader.diagnostics.truncate(MAX_DIAGNOSTICS);
        Err(reader.diagnostics)
    }
}

impl FlowRecord {
    /// Reads the records of a flow table.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the table, except references to other tables, which aren't looked up.
    pub fn read(file: &Path) -> Result<Vec<FlowRecord>, Vec<Diagnostic>> {
        read_flow_records(file, None)
    }

    /// The same for a table in memory. `file` is the path that diagnostics name.
    ///
    /// # Errors
    ///
    /// As for [`read`](FlowRecord::read).
    pub fn parse(file: &Path, table: String) -> Result<Vec<FlowRecord>, Vec<Diagnostic>> {
        read_flow_records(file, Some(vec![(file.to_path_buf(), table)]))
    }
}

fn read_flow_records(file: &Path, texts: Option<Vec<(PathBuf, String)>>) -> Result<Vec<FlowRecord>, Vec<Diagnostic>> {
    let mut reader = TableReader { texts, diagnostics: Vec::new(), files: Vec::new() };
    let rows = reader.rows(file, FLOWS, |row| row.flow_record(&Unresolved));
    if reader.diagnostics.is_empty() { Ok(rows.into_valid()) } else { Err(reader.diagnostics) }
}

/// Reads tables one after another, from memory or from the disk.
struct TableReader {
    texts: Option<Vec<(PathBuf, String)>>,
    diagnostics: Vec<Diagnostic>,
    files: Vec<PathBuf>,
}

/// The rows of a table.
struct Rows<T> {
    /// The valid rows.
    valid: Vec<Located<T>>,
    /// The id and variant of every row that has one, valid or not.
    ids: Vec<Located<(String, String)>>,
    /// Whether the ids of all rows are known: the file, its header and its records could be read.
    is_complete: bool,
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
            Some(Service {
                id,
                variant,
                name: row.required_text("name")?,
                transports: transports?,
                port: port?,
                description: description?,
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
            flows.ids.extend(rows.ids);
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

    /// The flow tables, each with the product that it is named after, sorted by name.
    fn flow_files(&mut self, directory: &Path) -> Vec<(String, PathBuf)> {
        let entries = match &self.texts {
            Some(texts) => {
                let files = texts.iter().map(|(file, _)| file);
                Ok(files.filter(|file| file.parent() == Some(directory)).cloned().collect())
            }
            None => paths_in(directory),
        };
        let entries: Vec<PathBuf> = match entries {
            Ok(entries) => entries,
            Err(error) => {
                self.diagnostics.push(unreadable(directory, &error));
                return Vec::new();
            }
        };
        let mut files = Vec::new();
        for file in entries {
            let is_table = file.extension().is_some_and(|extension| extension == "csv");
            if let (true, Some(stem)) = (is_table, file.file_stem()) {
                files.push((stem.to_string_lossy().into_owned(), file));
            }
        }
        files.sort_unstable();
        files
    }

    /// The rows of a table, converted by `convert`. An invalid row is reported and left out.
    fn rows<T>(
        &mut self,
        file: &Path,
        columns: &'static [Column],
        mut convert: impl FnMut(&mut Row<'_>) -> Option<T>,
    ) -> Rows<T> {
        let mut rows = Rows { valid: Vec::new(), ids: Vec::new(), is_complete: false };
        self.files.push(file.to_path_buf());
        let before = self.diagnostics.len();
        let text =
            self.texts.as_ref().and_then(|texts| texts.iter().find(|(path, _)| path == file)).map(|(_, text)| text);
        let cells = match text {
            Some(text) => Cells::parse(file, text.as_bytes(), &mut self.diagnostics),
            None => Cells::read(file, &mut self.diagnostics),
        };
        let Some(cells) = cells else {
            return rows;
        };
        if cells.rows.is_empty() && self.diagnostics.len() == before {
            self.diagnostics.push(empty_table(file));
        }
        let Some(table) = self.table(cells, columns) else {
            return rows;
        };
        // The id of a malformed record is unknown.
        rows.is_complete = self.diagnostics.len() == before;
        for cells in &table.rows {
            if self.diagnostics.len() >= MAX_DIAGNOSTICS {
                break;
            }
            let mut row = Row { table: &table, cells, diagnostics: &mut self.diagnostics };
            let converted = convert(&mut row);
            let id = row.cell("id");
            if is_id(&id.text) {
                let variant = variant(&id.text, &row.cell("name").text);
                rows.ids.push(Located::new(&table, &id, (id.text.clone(), variant)));
            }
            rows.valid.extend(converted.map(|row| Located::new(&table, &id, row)));
        }
        rows
    }

    /// Finds the index of each column, and reports missing, unknown and duplicate columns.
    fn table(&mut self, cells: Cells, columns: &'static [Column]) -> Option<Table> {
        let mut indexes = HashMap::new();
        for (index, cell) in cells.header.iter().enumerate() {
            let is_known = columns.iter().any(|column| column.name == cell.text);
            let problem = if !is_known {
                let message = format!("unknown column {}", QuotedAscii(&cell.text));
                let nearest = nearest(&cell.text, columns.iter().map(|column| column.name));
                Diagnostic::new(codes::UNKNOWN_COLUMN, message).nearest(nearest)
            } else if indexes.insert(cell.text.clone(), index).is_some() {
                let message = format!("column {} occurs twice", cell.text);
                Diagnostic::new(codes::DUPLICATE_COLUMN, message).help("remove one")
            } else {
                continue;
            };
            self.diagnostics.push(problem.at(Place::new(&cells.file, cell.line, cell.column)));
        }
        let mut has_all_columns = true;
        for column in columns.iter().filter(|column| !column.optional) {
            if !indexes.contains_key(column.name) {
                has_all_columns = false;
                let problem = Diagnostic::new(codes::MISSING_COLUMN, format!("column {} is missing", column.name))
                    .help("add it to the header and to every row");
                self.diagnostics.push(problem.at(Place::line(&cells.file, cells.header[0].line)));
            }
        }
        let columns = columns.iter().map(|column| (column.name, indexes.get(column.name).copied())).collect();
        // An unknown column doesn't prevent reading the rows; a missing one does.
        has_all_columns.then_some(Table { file: cells.file, columns, rows: cells.rows })
    }

    /// Reports duplicate ids, and ids whose variants would be equal or reserved.
    fn check_distinct_ids(&mut self, ids: &[Located<(String, String)>]) {
        let mut seen: HashMap<&str, &Located<(String, String)>> = HashMap::new();
        for located in ids {
            let (id, variant) = &located.row;
            // `ALL` is the constant that lists the variants.
            let problem = if matches!(variant.as_str(), "Self" | "ALL") {
                let message = format!("id {id} would become the reserved variant {variant}");
                Diagnostic::new(codes::RESERVED_VARIANT, message).help("choose another id")
            } else if let Some(first) = seen.get(variant.as_str()) {
                let other = &first.row.0;
                if other == id {
                    let message = format!("duplicate id {id} (first in {first})");
                    Diagnostic::new(codes::DUPLICATE_ID, message).help("choose another id")
                } else {
                    let message = format!("ids {id} and {other} ({first}) would become the same variant {variant}");
                    Diagnostic::new(codes::SAME_VARIANT, message).help("change one of them")
                }
            } else {
                seen.insert(variant, located);
                continue;
            };
            let message = format!("id: {}", problem.message);
            self.diagnostics.push(Diagnostic { message, ..problem }.at(located.place.clone()));
        }
    }

    /// Reports flows of one product that claim the same row of its document.
    fn check_distinct_rows(&mut self, flows: &[Located<Flow>]) {
        let mut seen: HashMap<u32, &Located<Flow>> = HashMap::new();
        for located in flows {
            if let Some(first) = seen.get(&located.row.row) {
                let message = format!("row: duplicate row {} (first in {first})", located.row.row);
                let problem = Diagnostic::new(codes::DUPLICATE_ROW, message).help("give each flow its own row");
                self.diagnostics.push(problem.at(Place { column: 0, ..located.place.clone() }));
            } else {
                seen.insert(located.row.row, located);
            }
        }
    }
}

/// A row, and the place of its id.
struct Located<T> {
    row: T,
    place: Place,
}

impl<T> Rows<T> {
    fn ids(&self) -> Ids {
        Ids::new(self.ids.iter().map(|located| located.row.0.clone()), self.is_complete)
    }

    fn into_valid(self) -> Vec<T> {
        self.valid.into_iter().map(|located| located.row).collect()
    }
}

impl<T> Located<T> {
    fn new(table: &Table, cell: &Cell, row: T) -> Located<T> {
        Located { row, place: Place::new(&table.file, cell.line, cell.column) }
    }
}

/// `file:line`, for messages about another place.
impl<T> fmt::Display for Located<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.place.file.file_name().unwrap_or_default();
        write!(f, "{}:{}", name.to_string_lossy(), self.place.line)
    }
}

/// The paths in a directory.
fn paths_in(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    std::fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect()
}

/// The index of a peer that `peer` includes.
fn find_included(peers: &Ids, peer: &str, included: &str) -> Result<usize, Diagnostic> {
    if included == peer {
        let message = format!("{included} includes itself");
        return Err(Diagnostic::new(codes::INCLUDES_ITSELF, message).help("name other peers only"));
    }
    peers.find(included, "peers.csv")
}
