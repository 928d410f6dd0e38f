//! Makes a catalog of a directory of tables: resolves every reference, checks every fact, and reports all that is wrong.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::cells::{Cell, Cells};
use crate::error::{Error, Errors, Problem};
use crate::id::{is_id, variant};
use crate::port_expression;
use crate::schema::{Catalog, Column, FLOWS, Flow, PEERS, PRODUCTS, Peer, Product, SERVICES, Service, VENDORS, Vendor};
use crate::shared::nearest::nearest;
use crate::shared::words::{Direction, Fact, PeerKind, Requirement, Transport, Unknown};

/// The most interfaces that a product may have: a flow keeps its own as bits of a 16-bit number.
const MOST_INTERFACES: usize = 16;

/// Reads the tables of a directory.
///
/// # Errors
///
/// Everything that is wrong with them, each with its file, line and column: not the first fault only.
pub fn read(directory: &Path) -> Result<Catalog, Errors> {
    read_from(directory, None)
}

/// Reads tables that are not written yet: the texts of the files that the directory would have, by their paths in it.
///
/// # Errors
///
/// As [`read()`].
pub fn read_texts(directory: &Path, texts: BTreeMap<PathBuf, String>) -> Result<Catalog, Errors> {
    let texts = texts.into_iter().map(|(path, text)| (directory.join(path), text)).collect();
    read_from(directory, Some(texts))
}

fn read_from(directory: &Path, texts: Option<BTreeMap<PathBuf, String>>) -> Result<Catalog, Errors> {
    let mut reading = Reading { texts, errors: Vec::new(), files: Vec::new() };
    let catalog = reading.catalog(directory);
    if reading.errors.is_empty() {
        Ok(Catalog { files: reading.files, ..catalog })
    } else {
        Err(Errors(reading.errors))
    }
}

/// A reading under way: the files' texts where they are not on the disk, what was wrong so far, and the files seen.
struct Reading {
    texts: Option<BTreeMap<PathBuf, String>>,
    errors: Vec<Error>,
    files: Vec<PathBuf>,
}

/// A table whose columns are known: its rows, and for each column of the schema the place of its cells.
struct Table {
    file: PathBuf,
    columns: Vec<(&'static str, Option<usize>)>,
    rows: Vec<Vec<Cell>>,
}

/// One row of a table, and where to report what is wrong with it.
struct Row<'a> {
    table: &'a Table,
    cells: &'a [Cell],
    errors: &'a mut Vec<Error>,
}

/// The ids of a table, each with its place. An id whose row has a fault counts too, so that one fault is told once.
struct Ids {
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
    fn find(&self, text: &str, wanted: &str) -> Result<usize, Problem> {
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

/// The product whose flows are read.
struct Of<'a> {
    product: usize,
    id: &'a str,
    interfaces: Vec<String>,
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
            let Some(file) = files.remove(&product.id) else {
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

    /// The files of flows by the product they are named after.
    fn flow_files(&mut self, directory: &Path) -> BTreeMap<String, PathBuf> {
        let mut files = BTreeMap::new();
        let entries = match &self.texts {
            Some(texts) => Ok(texts.keys().filter(|file| file.parent() == Some(directory)).cloned().collect()),
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
                files.insert(stem.to_string_lossy().into_owned(), file);
            }
        }
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
        let text = self.texts.as_ref().and_then(|texts| texts.get(file));
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
            let problem = if variant == "Self" {
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

impl Row<'_> {
    /// The cell of a column; an empty one where the table does without the column.
    fn cell(&self, column: &str) -> Cell {
        let place = self.table.columns.iter().find(|(name, _)| *name == column).and_then(|(_, place)| *place);
        match place {
            Some(place) => self.cells[place].clone(),
            None => Cell { text: String::new(), line: self.cells[0].line, column: 0 },
        }
    }

    /// Whether the table has the column at all.
    fn has(&self, column: &str) -> bool {
        self.table.columns.iter().any(|(name, place)| *name == column && place.is_some())
    }

    fn report(&mut self, cell: &Cell, column: &str, problem: Problem) {
        self.errors.push(Error {
            file: self.table.file.clone(),
            line: cell.line,
            column: cell.column,
            cell: Some(column.to_string()),
            problem,
        });
    }

    /// The value, or `None` after reporting what is wrong with the cell it was made of.
    fn accept<T>(&mut self, column: &str, cell: &Cell, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.report(cell, column, problem)).ok()
    }

    /// A text that must not be empty.
    fn filled(&mut self, column: &str) -> Option<String> {
        let cell = self.cell(column);
        let result = if cell.text.is_empty() { Err(Problem::EmptyCell) } else { Ok(cell.text.clone()) };
        self.accept(column, &cell, result)
    }

    /// A text that may be empty.
    fn text(&self, column: &str) -> Option<String> {
        Some(self.cell(column).text).filter(|text| !text.is_empty())
    }

    /// The row's id.
    fn id(&mut self) -> Option<String> {
        let cell = self.cell("id");
        let result = match is_id(&cell.text) {
            true => Ok(cell.text.clone()),
            false => Err(Problem::NotKebabCase(cell.text.clone())),
        };
        self.accept("id", &cell, result)
    }

    /// The row's id and its variant, spelled as the row's name spells it.
    fn id_named(&mut self) -> Option<(String, String)> {
        let id = self.id()?;
        let variant = variant(&id, &self.cell("name").text);
        Some((id, variant))
    }

    fn reference(&mut self, column: &str, ids: &Ids, wanted: &str) -> Option<usize> {
        let cell = self.cell(column);
        let result = ids.find(&cell.text, wanted);
        self.accept(column, &cell, result)
    }

    fn word<T: FromStr<Err = Unknown> + fmt::Display>(&mut self, column: &str, all: &[T]) -> Option<T> {
        let cell = self.cell(column);
        let result = word(&cell.text, all);
        self.accept(column, &cell, result)
    }

    fn words<T: FromStr<Err = Unknown> + fmt::Display + PartialEq>(
        &mut self,
        column: &str,
        all: &[T],
    ) -> Option<Vec<T>> {
        let cells = self.list(column);
        let words: Vec<T> = cells
            .iter()
            .filter_map(|cell| {
                let result = word(&cell.text, all);
                self.accept(column, cell, result)
            })
            .collect();
        (words.len() == cells.len()).then_some(words)
    }

    /// The items of a cell, separated by commas, each as a cell of its own with its place.
    fn list(&mut self, column: &str) -> Vec<Cell> {
        let cell = self.cell(column);
        let mut items: Vec<Cell> = Vec::new();
        let mut start = cell.column;
        for item in cell.text.split(',').filter(|_| !cell.text.is_empty()) {
            let blanks = item.chars().take_while(|character| *character == ' ').count();
            let item_cell = Cell { text: item.trim().to_string(), line: cell.line, column: start + blanks };
            start += item.chars().count() + 1;
            if items.iter().any(|earlier| earlier.text == item_cell.text) {
                let found = format!("{} twice", item_cell.text);
                self.report(&item_cell, column, Problem::Contradiction { found, expected: "each item once" });
            }
            items.push(item_cell);
        }
        items
    }

    fn port(&mut self, column: &str) -> Option<Option<u16>> {
        let cell = self.cell(column);
        if cell.text.is_empty() {
            return Some(None);
        }
        let result = port_expression::parse_port(&cell.text);
        self.accept(column, &cell, result).map(Some)
    }

    fn url(&mut self, column: &str) -> Option<String> {
        let cell = self.cell(column);
        let plain = cell.text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"`\\".contains(&byte));
        let result = match plain && (cell.text.starts_with("https://") || cell.text.starts_with("http://")) {
            true => Ok(cell.text.clone()),
            false => Err(Problem::Malformed {
                found: cell.text.clone(),
                expected: "an address that begins with https:// or http://",
            }),
        };
        self.accept(column, &cell, result)
    }

    fn date(&mut self, column: &str) -> Option<Option<String>> {
        let cell = self.cell(column);
        if cell.text.is_empty() {
            return Some(None);
        }
        let result = match is_date(&cell.text) {
            true => Ok(Some(cell.text.clone())),
            false => Err(Problem::Malformed {
                found: cell.text.clone(),
                expected: "a day as YYYY-MM-DD, or nothing where it is not known",
            }),
        };
        self.accept(column, &cell, result)
    }

    fn flag(&mut self, column: &str) -> Option<bool> {
        let cell = self.cell(column);
        let result = match cell.text.as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Problem::Malformed { found: cell.text.clone(), expected: "true or false" }),
        };
        self.accept(column, &cell, result)
    }

    /// The interfaces that a product declares.
    fn interfaces(&mut self) -> Option<Vec<String>> {
        let cells = self.list("interfaces");
        let mut sound = true;
        for cell in &cells {
            if !is_id(&cell.text) {
                self.report(cell, "interfaces", Problem::NotKebabCase(cell.text.clone()));
                sound = false;
            }
        }
        if cells.len() > MOST_INTERFACES {
            let problem = Problem::Malformed { found: format!("{} interfaces", cells.len()), expected: "at most 16" };
            self.report(&cells[MOST_INTERFACES], "interfaces", problem);
            sound = false;
        }
        sound.then(|| cells.into_iter().map(|cell| cell.text).collect())
    }

    /// A flow of a product; each of its cells is checked, whatever is wrong with the others.
    fn flow(&mut self, of: &Of<'_>, peers: &Ids, services: &Ids) -> Option<Flow> {
        let id = self.id();
        let direction = self.word("direction", Direction::ALL);
        let peer = self.reference("peer", peers, "the id of a row of peers.csv");
        let purpose = self.filled("purpose");
        let ports = self.cell("ports");
        let specs = port_expression::parse(&ports.text, |id| services.find(id, "the id of a row of services.csv"));
        let specs = specs.map_err(|faults| {
            for (offset, problem) in faults {
                let cell = Cell { column: ports.column + ports.text[..offset].chars().count(), ..ports.clone() };
                self.report(&cell, "ports", problem);
            }
        });
        let specs = specs.ok();
        let requirement = self.word("requirement", Requirement::ALL);
        let condition = self.text("condition");
        if let Some(requirement) = requirement {
            self.check_condition(requirement, condition.is_some());
        }
        let interfaces = self.flow_interfaces(of);
        let recommended_interface = self.recommended_interface(of, interfaces.as_deref().unwrap_or_default());
        let hosts = self.hosts();
        let configurable = self.flag("configurable");
        let customization = self.text("customization");
        if configurable == Some(false) && customization.is_some() {
            let cell = self.cell("configurable");
            let problem = Problem::Contradiction {
                found: "false beside a customization".to_string(),
                expected: "true, or no customization",
            };
            self.report(&cell, "configurable", problem);
        }
        let curated = self.words::<Fact>("curated", Fact::ALL);
        let row = self.row_number();
        let id = id?;
        Some(Flow {
            variant: variant(&id, ""),
            id,
            product: of.product,
            direction: direction?,
            peer: peer?,
            purpose: purpose?,
            specs: specs?,
            requirement: requirement?,
            condition,
            interfaces: interfaces?,
            recommended_interface: recommended_interface?,
            hosts: hosts?,
            configurable: configurable?,
            customization,
            note: self.text("note"),
            curated: curated?,
            section: self.text("section"),
            row: row?,
            printed_peer: self.text("printed_peer"),
            printed_label: self.text("printed_label"),
            printed_ports: self.text("printed_ports"),
        })
    }

    fn check_condition(&mut self, requirement: Requirement, has_condition: bool) {
        let problem = match (requirement == Requirement::Conditional, has_condition) {
            (true, false) => Problem::Contradiction {
                found: "no condition".to_string(),
                expected: "the limit of a conditional flow",
            },
            (false, true) => Problem::Contradiction {
                found: format!("a condition on a flow that is {requirement}"),
                expected: "none, or the requirement conditional",
            },
            _ => return,
        };
        let cell = self.cell("condition");
        self.report(&cell, "condition", problem);
    }

    /// Adds the flow's interfaces to its product's: where `products.csv` has no column for them, the flows declare them.
    fn declare_interfaces(&mut self, interfaces: &mut Vec<String>) {
        for cell in self.list("interfaces").into_iter().filter(|cell| !cell.text.is_empty()) {
            if !is_id(&cell.text) {
                self.report(&cell, "interfaces", Problem::NotKebabCase(cell.text.clone()));
            }
            if !interfaces.contains(&cell.text) && interfaces.len() < MOST_INTERFACES {
                interfaces.push(cell.text);
            }
        }
    }

    /// The flow's interfaces by their places.
    fn flow_interfaces(&mut self, of: &Of<'_>) -> Option<Vec<usize>> {
        let cells = self.list("interfaces");
        let places: Vec<usize> = cells.iter().filter_map(|cell| self.interface(of, cell, "interfaces")).collect();
        (places.len() == cells.len()).then_some(places)
    }

    fn interface(&mut self, of: &Of<'_>, cell: &Cell, column: &str) -> Option<usize> {
        let found = of.interfaces.iter().position(|interface| *interface == cell.text);
        let result = found.ok_or_else(|| Problem::UnknownId {
            found: cell.text.clone(),
            wanted: format!("an interface of {}, as products.csv declares them", of.id),
            nearest: nearest(&cell.text, of.interfaces.iter().map(String::as_str)).map(str::to_string),
        });
        self.accept(column, cell, result)
    }

    fn recommended_interface(&mut self, of: &Of<'_>, of_flow: &[usize]) -> Option<Option<usize>> {
        let cell = self.cell("recommended_interface");
        if cell.text.is_empty() {
            return Some(None);
        }
        let interface = self.interface(of, &cell, "recommended_interface")?;
        if !of_flow.contains(&interface) {
            let problem = Problem::Contradiction {
                found: format!("{}, which is none of the flow's interfaces", cell.text),
                expected: "one of them",
            };
            self.report(&cell, "recommended_interface", problem);
        }
        Some(Some(interface))
    }

    fn hosts(&mut self) -> Option<Vec<String>> {
        let cells = self.list("hosts");
        let mut sound = true;
        for cell in &cells {
            if !is_host(&cell.text) {
                let expected = "a host name in lower case without a star, with \", \" between several";
                self.report(cell, "hosts", Problem::Malformed { found: cell.text.clone(), expected });
                sound = false;
            }
        }
        sound.then(|| cells.into_iter().map(|cell| cell.text).collect())
    }

    fn row_number(&mut self) -> Option<u32> {
        let cell = self.cell("row");
        let plain = cell.text.bytes().all(|byte| byte.is_ascii_digit()) && !cell.text.starts_with('0');
        let result = match cell.text.parse() {
            Ok(row) if plain => Ok(row),
            _ => Err(Problem::Malformed {
                found: cell.text.clone(),
                expected: "the row's number in the document, from 1",
            }),
        };
        self.accept("row", &cell, result)
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

/// A word of a closed vocabulary.
fn word<T: FromStr<Err = Unknown> + fmt::Display>(text: &str, all: &[T]) -> Result<T, Problem> {
    text.parse().map_err(|unknown: Unknown| Problem::UnknownWord {
        found: text.to_string(),
        allowed: all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        nearest: unknown.nearest(),
    })
}

/// Whether a text is a host name in lower case.
fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// Whether a text is a day of the calendar as `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
        return false;
    }
    let number = |part: &str| part.parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(year), number(month), number(day));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}
