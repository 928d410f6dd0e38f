//! The options that choose the dataset of a call.

use std::path::PathBuf;

use clap::Args;
use port_data::Diagnostic;
use port_engine::dataset::Dataset;

use crate::compiled;

/// Where the flows of a call come from.
#[derive(Clone, Debug, Default, Args)]
pub struct DatasetArgs {
    /// Add the products of a directory of tables to the catalog
    #[arg(long, value_name = "DIR", global = true)]
    pub tables: Option<PathBuf>,
    /// Use only the products of --tables, without the built-in catalog
    #[arg(long, global = true, requires = "tables")]
    pub only_tables: bool,
}

impl DatasetArgs {
    /// The dataset.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the tables, and ids that the catalog already has.
    pub fn dataset(&self) -> Result<Dataset, Vec<Diagnostic>> {
        let Some(directory) = &self.tables else {
            return Ok(compiled::dataset());
        };
        let tables = Dataset::from_tables(&port_data::read(directory)?);
        if self.only_tables {
            return Ok(tables);
        }
        let at_directory =
            |problem: Diagnostic| Diagnostic { place: port_data::Place::file(directory), ..problem };
        compiled::dataset().merge(tables).map_err(|problems| problems.into_iter().map(at_directory).collect())
    }
}
