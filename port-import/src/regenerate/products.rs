//! Reads the products to regenerate. Other problems of `products.csv` are reported when all tables are read.

use std::path::Path;

use port_data::cells::{Cell, Cells};
use port_data::{Diagnostic, Place};

use crate::codes;
use crate::report::Product;

/// The products, in the table's order.
pub(super) fn read_products(file: &Path) -> Result<Vec<Product>, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let cells = Cells::read(file, &mut diagnostics);
    let Some(cells) = cells.filter(|_| diagnostics.is_empty()) else {
        return Err(diagnostics);
    };
    let column = |name: &str| cells.header.iter().position(|head| head.text == name);
    if column("id").is_none() {
        let diagnostic = Diagnostic::new(codes::MISSING_COLUMN, "column id is missing").help("add it");
        return Err(vec![diagnostic.at(Place::line(file, 1))]);
    }
    let product = |row: &Vec<Cell>| {
        let cell = |name: &str| column(name).map(|index| row[index].text.clone()).unwrap_or_default();
        Product {
            id: cell("id"),
            vendor: cell("vendor"),
            document: cell("document"),
            edition_id: port_data::id::edition_id(&cell("edition")),
            edition: cell("edition"),
            url: cell("url"),
        }
    };
    Ok(cells.rows.iter().map(product).collect())
}
