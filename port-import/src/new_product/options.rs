//! The options of drafts.

use std::path::PathBuf;

use crate::page::Layout;

/// The product to draft.
#[derive(Clone, Debug, Default)]
pub struct NewProduct {
    /// The directory with captures, curation and tables.
    pub data: PathBuf,
    /// The product's id.
    pub id: String,
    /// The id of its first edition.
    pub edition: String,
    /// The vendor's page.
    pub doc: PathBuf,
    /// The layout of a page that is saved as text.
    pub layout: Option<Layout>,
    /// The day on which the page was saved. Without it, a person must write it into `editions.csv`.
    pub retrieved: Option<String>,
    /// The edition as the page prints it.
    pub printed_edition: Option<String>,
    /// The vendor's id. A new vendor gets a row too.
    pub vendor: Option<String>,
    /// The name of a new vendor.
    pub vendor_name: Option<String>,
    /// The web site of a new vendor.
    pub vendor_url: Option<String>,
    /// The product's name.
    pub name: Option<String>,
    /// What the product is for, such as `Kubernetes`.
    pub field: Option<String>,
    /// The address of the page.
    pub url: Option<String>,
    /// Where the text of the page comes from, such as a repository and a file in it.
    pub source: Option<String>,
    /// The licence of the text.
    pub licence: Option<String>,
    /// Whether to draft a product again after somebody changed the columns or tables. What is written already is kept.
    pub again: bool,
}

/// The edition to draft.
#[derive(Clone, Debug, Default)]
pub struct NewEdition {
    /// The directory with captures, curation and tables.
    pub data: PathBuf,
    /// The product's id.
    pub product: String,
    /// The edition's id.
    pub edition: String,
    /// The vendor's page.
    pub doc: PathBuf,
    /// The layout of a page that is saved as text.
    pub layout: Option<Layout>,
    /// The day on which the page was saved. Without it, a person must write it into `editions.csv`.
    pub retrieved: Option<String>,
    /// The edition as the page prints it.
    pub printed_edition: Option<String>,
    /// The address of the page.
    pub url: Option<String>,
    /// Where the text of the page comes from.
    pub source: Option<String>,
    /// The licence of the text.
    pub licence: Option<String>,
}
