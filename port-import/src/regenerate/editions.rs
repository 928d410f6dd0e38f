//! Reads the editions to regenerate and the known services. Most other problems of these tables are reported when all tables are read.

use std::path::{Path, PathBuf};

use port_data::cells::{Cell, Cells};
use port_data::id::check_edition_id;
use port_data::schema::SAVED_BY_HAND;
use port_data::{Diagnostic, Place};

use crate::codes;
use crate::curation::SHARED_FILE;
use crate::report::Edition;
use crate::vocabulary::Vocabulary;

/// A product and its editions, oldest first.
#[derive(Debug)]
pub struct Product {
    /// Its id.
    pub id: String,
    /// Its editions.
    pub editions: Vec<Edition>,
}

impl Product {
    pub(crate) fn newest(&self) -> Option<&Edition> {
        self.editions.last()
    }
}

/// The products in the order of `products.csv`, each with its editions in the order of `editions.csv`.
///
/// # Errors
///
/// One of the two tables can't be read, lacks a column, or has an invalid edition.
pub fn read_products(tables: &Path) -> Result<Vec<Product>, Vec<Diagnostic>> {
    let products = Table::read(tables.join("products.csv"), &["id"])?;
    let editions = Table::read(tables.join("editions.csv"), &["product", "edition"])?;
    let mut diagnostics = Vec::new();
    for row in &editions.cells.rows {
        let cell = editions.cell(row, "edition");
        let reserved = SHARED_FILE.trim_end_matches(".toml");
        let found = match cell.text == reserved {
            true => Err(Diagnostic::new(codes::RESERVED_EDITION, format!("edition {reserved} is reserved"))
                .help(format!("choose another id: {SHARED_FILE} is the curation of all editions"))),
            false => check_edition_id(&cell.text),
        };
        if let Err(diagnostic) = found {
            diagnostics.push(diagnostic.at(Place::new(&editions.file, cell.line, cell.column)));
        }
    }
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let product = |row: &Vec<Cell>| {
        let (id, vendor) = (products.text(row, "id"), products.text(row, "vendor"));
        let edition = |row: &Vec<Cell>| Edition {
            product: id.clone(),
            vendor: vendor.clone(),
            id: editions.text(row, "edition"),
            printed: editions.text(row, "printed_edition"),
            document: editions.text(row, "document"),
            url: editions.text(row, "url"),
            retrieved: editions.text(row, "retrieved"),
            saved_by_hand: editions.text(row, "saved") == SAVED_BY_HAND,
        };
        let of_product = editions.cells.rows.iter().filter(|row| editions.text(row, "product") == id);
        Product { editions: of_product.map(edition).collect(), id: id.clone() }
    };
    Ok(products.cells.rows.iter().map(product).collect())
}

/// The services of `services.csv` in a directory of tables.
///
/// # Errors
///
/// The table can't be read, or has no column for ids or names.
pub fn read_vocabulary(tables: &Path) -> Result<Vocabulary, Vec<Diagnostic>> {
    let services = Table::read(tables.join("services.csv"), &["id", "name"])?;
    let rows = services.cells.rows.iter().map(|row| (services.text(row, "id"), services.text(row, "name")));
    let rows: Vec<(String, String)> = rows.collect();
    let transports = services.cells.rows.iter().map(|row| {
        let words = services.text(row, "transports");
        (services.text(row, "id"), words.split(',').filter_map(|word| word.trim().parse().ok()).collect())
    });
    Ok(Vocabulary::new(rows.iter().map(|(id, name)| (id.as_str(), name.as_str()))).with_transports(transports))
}

/// A table with columns that are looked up by their names.
pub(super) struct Table {
    pub(super) file: PathBuf,
    pub(super) cells: Cells,
}

impl Table {
    /// Reads a table that must have some columns.
    pub(super) fn read(file: PathBuf, columns: &[&str]) -> Result<Table, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        let cells = Cells::read(&file, &mut diagnostics);
        let Some(cells) = cells.filter(|_| diagnostics.is_empty()) else {
            return Err(diagnostics);
        };
        let table = Table { file, cells };
        match columns.iter().find(|column| table.column(column).is_none()) {
            None => Ok(table),
            Some(column) => {
                let message = format!("column {column} is missing");
                let diagnostic = Diagnostic::new(codes::MISSING_COLUMN, message).help("add it");
                Err(vec![diagnostic.at(Place::line(&table.file, 1))])
            }
        }
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.cells.header.iter().position(|head| head.text == name)
    }

    pub(super) fn cell<'a>(&self, row: &'a [Cell], name: &str) -> &'a Cell {
        &row[self.column(name).unwrap_or_default()]
    }

    /// The text of a cell; empty if the table doesn't have the column.
    pub(super) fn text(&self, row: &[Cell], name: &str) -> String {
        self.column(name).map(|index| row[index].text.clone()).unwrap_or_default()
    }
}
