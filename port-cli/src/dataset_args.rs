//! The options that choose the dataset of a call.

use std::path::{Path, PathBuf};

use clap::Args;
use port_data::cells::Cells;
use port_data::{Diagnostic, Place};
use port_engine::dataset::Dataset;

use crate::{codes, compiled};

/// These options follow those of the command in its help, and `--help` follows them.
const LAST: usize = 900;

/// Where the flows of a call come from.
#[derive(Clone, Debug, Default, Args)]
pub struct DatasetArgs {
    /// Add your own products: a directory of tables in the form that docs/own-catalog.md describes
    #[arg(long, value_name = "DIR", global = true, display_order = LAST)]
    pub tables: Option<PathBuf>,
    /// Use only the products of --tables, not the built-in catalog
    #[arg(long, global = true, requires = "tables", display_order = LAST + 1)]
    pub only_tables: bool,
}

impl DatasetArgs {
    /// The dataset.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the tables, and every id that the catalog already has or defines differently.
    pub fn dataset(&self) -> Result<Dataset, Vec<Diagnostic>> {
        let Some(directory) = &self.tables else {
            return Ok(compiled::dataset());
        };
        check_directory(directory).map_err(|problem| vec![problem])?;
        let tables = Dataset::from_tables(&port_data::read(directory)?);
        if self.only_tables {
            return Ok(tables);
        }
        compiled::dataset().merge_with_places(tables, |table, id| place_of(&with_row(directory.join(table), id), id))
    }
}

/// Whether a directory has any table. If only some are missing, reading reports each of them.
///
/// # Errors
///
/// The directory doesn't exist, or is of another kind.
pub fn check_directory(directory: &Path) -> Result<(), Diagnostic> {
    let parts = ["vendors.csv", "products.csv", "peers.csv", "services.csv", "flows"];
    if parts.iter().any(|part| directory.join(part).exists()) {
        return Ok(());
    }
    let help = "it needs vendors.csv, products.csv, peers.csv, services.csv and flows/";
    let problem = Diagnostic::new(codes::UNREADABLE, "not a directory of tables").help(help);
    Err(problem.at(Place::file(directory)))
}

/// The table that has the row of an id: the one that is named, or in the full form one of the product's editions.
fn with_row(table: PathBuf, id: &str) -> PathBuf {
    if table.exists() {
        return table;
    }
    let editions = std::fs::read_dir(table.with_extension("")).into_iter().flatten().flatten();
    let mut editions: Vec<PathBuf> = editions.map(|entry| entry.path()).collect();
    editions.sort();
    editions.into_iter().find(|edition| place_of(edition, id).line > 0).unwrap_or(table)
}

/// The place of an id in a table, or the table if it has changed since it was read.
fn place_of(table: &Path, id: &str) -> Place {
    let line = Cells::read(table, &mut Vec::new()).and_then(|cells| {
        let column = cells.header.iter().position(|cell| cell.text == "id")?;
        let mut ids = cells.rows.iter().filter_map(|row| row.get(column));
        ids.find(|cell| cell.text == id).map(|cell| cell.line)
    });
    line.map_or_else(|| Place::file(table), |line| Place::line(table, line))
}
