//! The rows of a draft in handwritten tables.

use std::collections::BTreeMap;
use std::path::Path;

use port_data::cells::Cells;
use port_data::{Diagnostic, Place};

use crate::atomic_write::NewFile;
use crate::codes;
use crate::file;

/// The ids of a table by the names of their rows, in lowercase.
pub(super) fn ids_by_name(file: &Path) -> Result<BTreeMap<String, String>, Vec<Diagnostic>> {
    let cells = read(file)?;
    let column = |name: &str| {
        cells.header.iter().position(|head| head.text == name).ok_or_else(|| {
            let diagnostic = Diagnostic::new(codes::MISSING_COLUMN, format!("column {name} is missing")).help("add it");
            vec![diagnostic.at(Place::line(file, 1))]
        })
    };
    let (id, name) = (column("id")?, column("name")?);
    Ok(cells.rows.iter().map(|row| (row[name].text.to_lowercase(), row[id].text.clone())).collect())
}

/// The table with an added row; `None` if it has a row with that id. If the table has more columns than the row, the other
/// cells are empty.
pub(super) fn add_row(tables: &Path, name: &str, id: &str, row: &str) -> Result<Option<NewFile>, Vec<Diagnostic>> {
    let file = tables.join(format!("{name}.csv"));
    let cells = read(&file)?;
    if cells.rows.iter().any(|row| row.first().is_some_and(|cell| cell.text == id)) {
        return Ok(None);
    }
    let text = file::read(&file).map_err(|diagnostic| vec![diagnostic])?;
    let missing = cells.header.len().saturating_sub(row.split(',').count());
    let line_end = if text.ends_with('\n') { "" } else { "\n" };
    Ok(Some((file, format!("{text}{line_end}{row}{}\n", ",".repeat(missing)))))
}

/// `editions.csv` with another row below the last one of a product.
pub(super) fn insert_edition(tables: &Path, product: &str, row: &str) -> Result<NewFile, Vec<Diagnostic>> {
    let file = tables.join("editions.csv");
    let cells = read(&file)?;
    let text = file::read(&file).map_err(|diagnostic| vec![diagnostic])?;
    let last = cells.rows.iter().filter_map(|row| row.first()).filter(|cell| cell.text == product).map(|cell| cell.line);
    // The row ends before the next one begins, or at the end of the file.
    let last = last.max().unwrap_or_default();
    let next = cells.rows.iter().filter_map(|row| row.first()).map(|cell| cell.line).find(|line| *line > last);
    let missing = cells.header.len().saturating_sub(row.split(',').count());
    let row = format!("{row}{}\n", ",".repeat(missing));
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let line_end = if text.ends_with('\n') { "" } else { "\n" };
    let end = next.map_or(lines.len(), |next| next - 1);
    if end == lines.len() {
        lines.push(line_end);
    }
    lines.insert(if next.is_some() { end } else { lines.len() }, &row);
    Ok((file, lines.concat()))
}

fn read(file: &Path) -> Result<Cells, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let cells = Cells::read(file, &mut diagnostics);
    cells.filter(|_| diagnostics.is_empty()).ok_or(diagnostics)
}
