//! Reads `left-out.csv`: products that the catalog deliberately doesn't have, each with a reason.

use std::path::Path;

use port_data::id::check_id;
use port_data::{Diagnostic, Place};

use super::editions::{Product, Table};
use crate::codes;

/// A product that the catalog leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// Its id, after which its pages are named.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// The products that are left out; none if there is no such file.
///
/// # Errors
///
/// A row without a valid id, a name or a reason, a second row of a product, or a product of the catalog.
pub(super) fn read_left_out(data: &Path, products: &[Product]) -> Result<Vec<LeftOut>, Vec<Diagnostic>> {
    let file = data.join("left-out.csv");
    if let Ok(false) = file.try_exists() {
        return Ok(Vec::new());
    }
    let table = Table::read(file, &["id", "name", "url", "reason"])?;
    let mut left_out: Vec<LeftOut> = Vec::new();
    let mut diagnostics = Vec::new();
    for row in &table.cells.rows {
        let (id, reason) = (table.text(row, "id"), table.text(row, "reason"));
        let wrong = |message: String, help: &str| Diagnostic::new(codes::LEFT_OUT, message).help(help);
        let found = if let Err(diagnostic) = check_id(&id) {
            Some(("id", diagnostic))
        } else if products.iter().any(|product| product.id == id) {
            Some((
                "id",
                wrong(format!("product {id} is left out, but is in products.csv"), "remove one of the two rows"),
            ))
        } else if left_out.iter().any(|known| known.id == id) {
            Some(("id", wrong(format!("product {id} is left out twice"), "remove one")))
        } else {
            let is_empty = |column: &&&str| table.text(row, column).trim().is_empty();
            let column = ["name", "reason"].iter().find(is_empty);
            column.map(|column| (*column, wrong(format!("{column} of {id} is empty"), "write it")))
        };
        match found {
            None => left_out.push(LeftOut { id, reason }),
            Some((column, diagnostic)) => {
                let cell = table.cell(row, column);
                diagnostics.push(diagnostic.at(Place::new(&table.file, cell.line, cell.column)));
            }
        }
    }
    if diagnostics.is_empty() { Ok(left_out) } else { Err(diagnostics) }
}
