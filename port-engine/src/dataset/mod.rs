//! The dataset that every computation starts from: plain records, with ids as strings and words from `port-core`.
//!
//! It is made from a directory of tables or from exported JSON, and two datasets can be merged.

use port_data::{Diagnostic, Place};

pub mod codes;
mod editions;
mod export;
mod merge;
mod records;
mod tables;
mod transfer;

pub use editions::ProductEdition;
pub use records::{Dataset, Edition, Flow, Peer, PortSpec, Product, Service, Source, Vendor, expression};

impl Dataset {
    /// A dataset from valid tables.
    #[must_use]
    pub fn from_tables(catalog: &port_data::Catalog) -> Dataset {
        tables::dataset(catalog)
    }

    /// A dataset from the JSON of `port-catalog list --format json`. `file` names it in messages.
    ///
    /// Members that a flow of this version doesn't have are ignored. An export has no names, so vendors, products, peers and
    /// services are named by their ids.
    ///
    /// # Errors
    ///
    /// The text isn't an export, or a flow lacks a required fact.
    pub fn from_export(file: impl AsRef<std::path::Path>, text: &str) -> Result<Dataset, Vec<Diagnostic>> {
        export::dataset(file.as_ref(), text)
    }

    /// The dataset as a text for [`from_text`](Dataset::from_text): the whole of it, with all names.
    #[must_use]
    pub fn to_text(&self) -> String {
        transfer::write(self)
    }

    /// A dataset from the text that [`to_text`](Dataset::to_text) wrote. `file` names it in messages.
    ///
    /// # Errors
    ///
    /// The text isn't a dataset of this version.
    pub fn from_text(file: impl AsRef<std::path::Path>, text: &str) -> Result<Dataset, Vec<Diagnostic>> {
        transfer::read(file.as_ref(), text)
    }

    /// Both datasets as one, those of `other` last. Vendors, peers and services that both define are kept once.
    ///
    /// Two definitions of a service agree unless both state a port, or both state whether it is encrypted, and differ there. The
    /// merged service has the transports of both, and what only one of them states.
    ///
    /// # Errors
    ///
    /// Every product or flow of `other` that this dataset already has, and every vendor, peer or service that the two define
    /// differently. Places name the table of `other`, such as `products.csv`.
    pub fn merge(self, other: Dataset) -> Result<Dataset, Vec<Diagnostic>> {
        self.merge_with_places(other, |table, _| Place::file(table))
    }

    /// The same as [`merge`](Dataset::merge), with a function that finds the place of a row of `other`: from its table, such as
    /// `products.csv` or `flows/relay.csv`, and its id. It is called only for rows that are reported.
    ///
    /// # Errors
    ///
    /// The same as [`merge`](Dataset::merge).
    pub fn merge_with_places(
        self,
        other: Dataset,
        place: impl Fn(&str, &str) -> Place,
    ) -> Result<Dataset, Vec<Diagnostic>> {
        merge::merge(self, other, &place)
    }
}
