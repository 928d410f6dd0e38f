//! The options that choose the dataset of a call.

use std::path::PathBuf;

use clap::Args;
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
        if !directory.is_dir() {
            let problem = Diagnostic::new(codes::UNREADABLE, "not a directory").help("name a directory of tables");
            return Err(vec![problem.at(Place::file(directory))]);
        }
        let tables = Dataset::from_tables(&port_data::read(directory)?);
        if self.only_tables {
            return Ok(tables);
        }
        let below_directory = |problem: Diagnostic| {
            let place = Place { file: directory.join(&problem.place.file), ..problem.place };
            Diagnostic { place, ..problem }
        };
        compiled::dataset().merge(tables).map_err(|problems| problems.into_iter().map(below_directory).collect())
    }
}
