//! Makes a catalog of a directory of tables: resolves every reference, checks every fact, and reports all that is wrong.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::cells::{Cell, Cells};
use crate::error::{Error, Errors, Problem};
use crate::id::{is_id, variant};
use crate::row::{Of, Row, Table};
use crate::schema::{Catalog, Column, FLOWS, Flow, PEERS, PRODUCTS, Peer, Product, SERVICES, Service, VENDORS, Vendor};
use crate::shared::nearest::nearest;
use crate::shared::words::{PeerKind, Transport};

/// The most faults that are told: after so many, the tables are others than they are taken for.
pub const MAX_ERRORS: usize = 100;

/// Reads the tables of a directory.
///
/// # Errors
///
/// Everything that is wrong with them, each with its file, line and column: not the first fault only, but the first
/// [`MAX_ERRORS`].
pub fn read(directory: &Path) -> Result<Catalog, Errors> {
    read_from(directory, None)
}

/// Reads tables that are not written yet: the texts of the files that the directory would have, by their paths in it.
///
/// # Errors
///
/// As [`read()`].
pub fn read_texts(directory: &Path, texts: Vec<(PathBuf, String)>) -> Result<Catalog, Errors> {
    let texts = texts.into_iter().map(|(path, text)| (directory.join(path), text)).collect();
    read_from(directory, Some(texts))
}

fn read_from(directory: &Path, texts: Option<Vec<(PathBuf, String)>>) -> Result<Catalog, Errors> {
    let mut reading = Reading { texts, errors: Vec::new(), files: Vec::new() };
    let catalog = reading.catalog(directory);
    if reading.errors.is_empty() {
        Ok(Catalog { files: reading.files, ..catalog })
    } else {
        reading.errors.truncate(MAX_ERRORS);
        Err(Errors(reading.errors))
    }
}

/// A reading under way: the files' texts where they are not on the disk, what was wrong so far, and the files seen.
struct Reading {
    texts: Option<Vec<(PathBuf, String)>>,
    errors: Vec<Error>,
    files: Vec<PathBuf>,
}

/// The ids of a table, each with its place. An id whose row has a fault counts too, so that one fault is told once.
pub(crate) struct Ids {
    places: HashMap<String, usize>,
    order: Vec<String>,
    all_are_known: bool,
}

impl Ids {
    fn of<T>(rows: &Rows<T>) -> Ids {
        let order: Vec<String> = rows.ids.iter().map(|placed| placed.row.0.clone()).collect();
        let places = order.iter().cloned().enumerate().map(|(place, id)| (id, place)).collect();
        Ids { places, order, all_are_known: rows.columns_are_known }
    }

    /// The place of an id, or what to say of a text that is none. Where a row of the table has a fault, nothing comes of the
    /// places, so that of an id which may be that row's is beyond all others.
    pub(crate) fn find(&self, text: &str, wanted: &str) -> Result<usize, Problem> {
        match self.places.get(text) {
            Some(place) => Ok(*place),
            None if !self.all_are_known => Ok(usize::MAX),
            None => Err(Problem::UnknownId {
                found: text.to_string(),
                wanted: wanted.to_string(),
                nearest: nearest(text, self.order.iter().map(String::as_str)).map(str::to_string),
            }),
        }
    }
}

/// The rows of a table.
struct Rows<T> {
    /// Those without a fault.
    made: Vec<Placed<T>>,
    /// The id and the variant of every row that has one, with or without a fault.
    ids: Vec<Placed<(String, String)>>,
    /// Whether the file and its header could be read at all.
    columns_are_known: bool,
}

impl Reading {
    fn catalog(&mut self, directory: &Path) -> Catalog {
        let vendors = self.rows(&directory.join("vendors.csv"), VENDORS, |row| {
            let (id, variant) = row.id_named()?;
            Some(Vendor { id, variant, name: row.filled("name")?, url: row.url("url")? })
        });
        self.distinct(&vendors.ids);
        let vendor_ids = Ids::of(&vendors);

        let mut interfaces_are_declared = false;
        let mut products = self.rows(&directory.join("products.csv"), PRODUCTS, |row| {
            interfaces_are_declared = row.has("interfaces");
            let (id, variant) = row.id_named()?;
            let vendor = row.reference("vendor", &vendor_ids, "the id of a row of vendors.csv");
            let retrieved = row.date("retrieved");
            let interfaces = row.interfaces();
            Some(Product {
                id,
                variant,
                vendor: vendor?,
                name: row.filled("name")?,
                document: row.filled("document")?,
                url: row.url("url")?,
                edition: row.filled("edition")?,
                retrieved: retrieved?,
                interfaces: interfaces?,
            })
        });
        self.distinct(&products.ids);

        let mut included = Vec::new();
        let mut peers = self.rows(&directory.join("peers.csv"), PEERS, |row| {
            let (id, variant) = row.id_named()?;
            let kind = row.word::<PeerKind>("kind", PeerKind::ALL);
            let description = row.filled("description");
            let name = row.filled("name")?;
            let peer = Peer { id, variant, name, kind: kind?, description: description?, includes: Vec::new() };
            included.push(row.list("includes"));
            Some(peer)
        });
        self.distinct(&peers.ids);
        let peer_ids = Ids::of(&peers);
        for (place, cells) in included.iter().enumerate() {
            for cell in cells {
                match member(&peer_ids, &peers.made[place].row.id, &cell.text) {
                    Ok(member) => peers.made[place].row.includes.push(member),
                    Err(problem) => self.errors.push(Error {
                        file: peers.made[place].file.clone(),
                        line: cell.line,
                        column: cell.column,
                        cell: Some("includes".to_string()),
                        problem,
                    }),
                }
            }
        }

        let services = self.rows(&directory.join("services.csv"), SERVICES, |row| {
            let (id, variant) = row.id_named()?;
            let transports = row.words::<Transport>("transports", Transport::ALL);
            let port = row.port("port");
            let description = row.filled("description");
            Some(Service {
                id,
                variant,
                name: row.filled("name")?,
                transports: transports?,
                port: port?,
                description: description?,
            })
        });
        self.distinct(&services.ids);
        let service_ids = Ids::of(&services);

        let flows = self.flows(directory, &mut products, &peer_ids, &service_ids, interfaces_are_declared);
        self.distinct(&flows.ids);

        Catalog {
            vendors: vendors.into_sound(),
            products: products.into_sound(),
            peers: peers.into_sound(),
            services: services.into_sound(),
            flows: flows.into_sound(),
            files: Vec::new(),
        }
    }

    /// The flows of every product, each from its own file; a file of no product is an error, and so is a product of no file.
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
        let known = Ids::of(products);
        let mut flows = Rows { made: Vec::new(), ids: Vec::new(), columns_are_known: true };
        for (place, product) in products.made.iter_mut().enumerate() {
            let product = &mut product.row;
            let Some((_, file)) =
                files.iter().position(|(stem, _)| *stem == product.id).map(|found| files.remove(found))
            else {
                let expected = Path::new("flows").join(format!("{}.csv", product.id));
                self.report(products_file.clone(), Problem::NoFlows { product: product.id.clone(), expected });
                continue;
            };
            let mut of = Of { product: place, id: &product.id, interfaces: product.interfaces.clone() };
            let rows = self.rows(&file, FLOWS, |row| {
                if !interfaces_are_declared {
                    row.declare_interfaces(&mut of.interfaces);
                }
                row.flow(&of, peers, services)
            });
            product.interfaces = of.interfaces;
            self.distinct_rows(&rows.made);
            flows.made.extend(rows.made);
            flows.ids.extend(rows.ids);
        }
        for (id, file) in files {
            if known.find(&id, "").is_ok() {
                // The product's own row has a fault: its flows are read for the sake of theirs.
                let mut of = Of { product: 0, id: &id, interfaces: Vec::new() };
                self.rows(&file, FLOWS, |row| {
                    row.declare_interfaces(&mut of.interfaces);
                    row.flow(&of, peers, services)
                });
            } else {
                let nearest = nearest(&id, known.order.iter().map(String::as_str)).map(str::to_string);
                self.report(file, Problem::NoProduct { found: id, nearest });
            }
        }
        flows
    }

    /// The files of flows, each with the product it is named after, in the order of their names.
    fn flow_files(&mut self, directory: &Path) -> Vec<(String, PathBuf)> {
        let mut files = Vec::new();
        let entries = match &self.texts {
            Some(texts) => Ok(texts
                .iter()
                .map(|(file, _)| file)
                .filter(|file| file.parent() == Some(directory))
                .cloned()
                .collect()),
            None => paths_in(directory),
        };
        let entries: Vec<PathBuf> = match entries {
            Ok(entries) => entries,
            Err(error) => {
                self.report(directory.to_path_buf(), Problem::Unreadable(error.to_string()));
                return files;
            }
        };
        for file in entries {
            let is_table = file.extension().is_some_and(|extension| extension == "csv");
            if let (true, Some(stem)) = (is_table, file.file_stem()) {
                files.push((stem.to_string_lossy().into_owned(), file));
            }
        }
        files.sort_unstable();
        files
    }

    fn report(&mut self, file: PathBuf, problem: Problem) {
        self.errors.push(Error { file, line: 0, column: 0, cell: None, problem });
    }

    /// The rows of a table, as `make` makes them of cells; a row with a fault is reported and left out.
    fn rows<T>(
        &mut self,
        file: &Path,
        columns: &'static [Column],
        mut make: impl FnMut(&mut Row<'_>) -> Option<T>,
    ) -> Rows<T> {
        let mut rows = Rows { made: Vec::new(), ids: Vec::new(), columns_are_known: false };
        self.files.push(file.to_path_buf());
        let faults = self.errors.len();
        let text =
            self.texts.as_ref().and_then(|texts| texts.iter().find(|(path, _)| path == file)).map(|(_, text)| text);
        let cells = match text {
            Some(text) => Cells::parse(file, text.as_bytes(), &mut self.errors),
            None => Cells::read(file, &mut self.errors),
        };
        let Some(cells) = cells else {
            return rows;
        };
        if cells.rows.is_empty() && self.errors.len() == faults {
            self.report(file.to_path_buf(), Problem::EmptyTable);
        }
        let Some(table) = self.table(cells, columns) else {
            return rows;
        };
        // A row that is no row at all has been reported, and its id is not known.
        rows.columns_are_known = self.errors.len() == faults;
        for cells in &table.rows {
            if self.errors.len() >= MAX_ERRORS {
                break;
            }
            let mut row = Row { table: &table, cells, errors: &mut self.errors };
            let result = make(&mut row);
            let id = row.cell("id");
            if is_id(&id.text) {
                let variant = variant(&id.text, &row.cell("name").text);
                rows.ids.push(Placed::at(&table, &id, (id.text.clone(), variant)));
            }
            rows.made.extend(result.map(|row| Placed::at(&table, &id, row)));
        }
        rows
    }

    /// Finds the place of each column; what is missing, unknown or there twice is reported.
    fn table(&mut self, cells: Cells, columns: &'static [Column]) -> Option<Table> {
        let mut places = HashMap::new();
        for (place, cell) in cells.header.iter().enumerate() {
            let known = columns.iter().any(|column| column.name == cell.text);
            let problem = if !known {
                let nearest = nearest(&cell.text, columns.iter().map(|column| column.name));
                Problem::UnknownColumn { found: cell.text.clone(), nearest }
            } else if places.insert(cell.text.clone(), place).is_some() {
                Problem::DuplicateColumn(cell.text.clone())
            } else {
                continue;
            };
            let (line, column) = (cell.line, cell.column);
            self.errors.push(Error { file: cells.file.clone(), line, column, cell: None, problem });
        }
        let mut all_are_there = true;
        for column in columns.iter().filter(|column| !column.optional) {
            if !places.contains_key(column.name) {
                all_are_there = false;
                let line = cells.header[0].line;
                let problem = Problem::MissingColumn(column.name);
                self.errors.push(Error { file: cells.file.clone(), line, column: 0, cell: None, problem });
            }
        }
        let columns = columns.iter().map(|column| (column.name, places.get(column.name).copied())).collect();
        // Only what is missing keeps the rows from being read: a column too many does not.
        all_are_there.then_some(Table { file: cells.file, columns, rows: cells.rows })
    }

    /// Reports ids that stand twice, and ids whose variants would be the same or a reserved word.
    fn distinct(&mut self, ids: &[Placed<(String, String)>]) {
        let mut seen: HashMap<&str, &Placed<(String, String)>> = HashMap::new();
        for placed in ids {
            let (id, variant) = &placed.row;
            // The enum has a list of all its variants, by that name.
            let problem = if matches!(variant.as_str(), "Self" | "ALL") {
                Problem::ReservedVariant { found: id.clone(), variant: variant.clone() }
            } else if let Some(first) = seen.get(variant.as_str()) {
                let (other, place) = (&first.row.0, first.to_string());
                match other == id {
                    true => Problem::DuplicateId { found: id.clone(), first: place },
                    false => Problem::SameVariant {
                        found: id.clone(),
                        variant: variant.clone(),
                        other: other.clone(),
                        first: place,
                    },
                }
            } else {
                seen.insert(variant, placed);
                continue;
            };
            self.errors.push(placed.error("id", problem));
        }
    }

    /// Reports flows of one product that claim the same row of its document.
    fn distinct_rows(&mut self, flows: &[Placed<Flow>]) {
        let mut seen: HashMap<u32, &Placed<Flow>> = HashMap::new();
        for placed in flows {
            if let Some(first) = seen.get(&placed.row.row) {
                let problem = Problem::DuplicateRow { found: placed.row.row, first: first.to_string() };
                self.errors.push(Error { column: 0, ..placed.error("row", problem) });
            } else {
                seen.insert(placed.row.row, placed);
            }
        }
    }
}

/// A row that was made, and where its id stands.
struct Placed<T> {
    row: T,
    file: PathBuf,
    line: usize,
    column: usize,
}

impl<T> Rows<T> {
    fn into_sound(self) -> Vec<T> {
        self.made.into_iter().map(|placed| placed.row).collect()
    }
}

impl<T> Placed<T> {
    fn at(table: &Table, cell: &Cell, row: T) -> Placed<T> {
        Placed { row, file: table.file.clone(), line: cell.line, column: cell.column }
    }

    fn error(&self, cell: &str, problem: Problem) -> Error {
        Error { file: self.file.clone(), line: self.line, column: self.column, cell: Some(cell.to_string()), problem }
    }
}

impl<T> fmt::Display for Placed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.file.file_name().unwrap_or_default();
        write!(f, "{}:{}", name.to_string_lossy(), self.line)
    }
}

/// The paths of what is in a directory.
fn paths_in(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    std::fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect()
}

/// The place of a peer that another one includes.
fn member(peers: &Ids, of: &str, text: &str) -> Result<usize, Problem> {
    if text == of {
        return Err(Problem::Contradiction {
            found: format!("{text} as a part of itself"),
            expected: "other peers only",
        });
    }
    peers.find(text, "the id of another row of peers.csv")
}
