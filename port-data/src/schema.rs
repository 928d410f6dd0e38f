//! The schema: the columns of each table, and what its rows become once they are checked.

use std::path::PathBuf;

use crate::shared::expression::PortSpec;
use crate::shared::words::{Direction, Fact, PeerKind, Requirement, Transport};

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// Whether a table may do without it; its cells are empty then.
    pub optional: bool,
}

const fn column(name: &'static str) -> Column {
    Column { name, optional: false }
}

const fn optional(name: &'static str) -> Column {
    Column { name, optional: true }
}

/// The columns of `vendors.csv`.
pub const VENDORS: &[Column] = &[column("id"), column("name"), column("url")];

/// The columns of `products.csv`.
pub const PRODUCTS: &[Column] = &[
    column("id"),
    column("vendor"),
    column("name"),
    column("document"),
    column("url"),
    column("edition"),
    column("retrieved"),
    optional("interfaces"),
];

/// The columns of `peers.csv`.
pub const PEERS: &[Column] =
    &[column("id"), column("name"), column("kind"), column("description"), optional("includes")];

/// The columns of `services.csv`.
pub const SERVICES: &[Column] =
    &[column("id"), column("name"), column("transports"), column("port"), column("description")];

/// The columns of `flows/<product>.csv`.
pub const FLOWS: &[Column] = &[
    column("id"),
    column("direction"),
    column("peer"),
    column("purpose"),
    column("ports"),
    column("requirement"),
    column("condition"),
    column("interfaces"),
    optional("recommended_interface"),
    column("hosts"),
    column("configurable"),
    column("customization"),
    optional("note"),
    column("curated"),
    column("section"),
    column("row"),
    optional("printed_peer"),
    optional("printed_label"),
    column("printed_ports"),
];

/// Tables that hold together: every reference is the place of a row in the list it refers to.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The vendors, in the table's order.
    pub vendors: Vec<Vendor>,
    /// The products, in the table's order, which is the catalog's.
    pub products: Vec<Product>,
    /// The peers, in the table's order.
    pub peers: Vec<Peer>,
    /// The services, in the table's order.
    pub services: Vec<Service>,
    /// The flows: product by product, and within one in its table's order.
    pub flows: Vec<Flow>,
    /// The files that were read.
    pub files: Vec<PathBuf>,
}

/// A row of `vendors.csv`.
#[derive(Debug)]
pub struct Vendor {
    /// Its id.
    pub id: String,
    /// The enum variant of its id.
    pub variant: String,
    /// What the vendor calls itself.
    pub name: String,
    /// Its home page.
    pub url: String,
}

/// A row of `products.csv`.
#[derive(Debug)]
pub struct Product {
    /// Its id.
    pub id: String,
    /// The enum variant of its id.
    pub variant: String,
    /// Its vendor's place in [`Catalog::vendors`].
    pub vendor: usize,
    /// What the vendor calls it.
    pub name: String,
    /// The title of the document that lists its ports.
    pub document: String,
    /// Where the document stands.
    pub url: String,
    /// The document's edition.
    pub edition: String,
    /// The day on which it was read, as `YYYY-MM-DD`, where that is known.
    pub retrieved: Option<String>,
    /// The names of its own interfaces.
    pub interfaces: Vec<String>,
}

/// A row of `peers.csv`.
#[derive(Debug)]
pub struct Peer {
    /// Its id.
    pub id: String,
    /// The enum variant of its id.
    pub variant: String,
    /// Its name.
    pub name: String,
    /// What sort of thing it is.
    pub kind: PeerKind,
    /// What it is, in a few words.
    pub description: String,
    /// For a peer that stands for any of several: their places in [`Catalog::peers`].
    pub includes: Vec<usize>,
}

/// A row of `services.csv`.
#[derive(Debug)]
pub struct Service {
    /// Its id.
    pub id: String,
    /// The enum variant of its id.
    pub variant: String,
    /// Its name.
    pub name: String,
    /// What carries it.
    pub transports: Vec<Transport>,
    /// The port that the IANA registry gives it, where it has one.
    pub port: Option<u16>,
    /// What it is, in a few words.
    pub description: String,
}

/// A row of `flows/<product>.csv`.
#[derive(Debug)]
pub struct Flow {
    /// Its id.
    pub id: String,
    /// The enum variant of its id.
    pub variant: String,
    /// Its product's place in [`Catalog::products`].
    pub product: usize,
    /// Who opens the connection.
    pub direction: Direction,
    /// The peer's place in [`Catalog::peers`].
    pub peer: usize,
    /// What it is for, in our words.
    pub purpose: String,
    /// Its port specs; a service is its place in [`Catalog::services`].
    pub specs: Vec<PortSpec<usize>>,
    /// How firmly the document asks for it.
    pub requirement: Requirement,
    /// The limit of a conditional flow, in our words.
    pub condition: Option<String>,
    /// The places of its interfaces in [`Product::interfaces`].
    pub interfaces: Vec<usize>,
    /// The interface to prefer, by its place in [`Product::interfaces`].
    pub recommended_interface: Option<usize>,
    /// The peer's host names.
    pub hosts: Vec<String>,
    /// Whether the document calls the port one that can be changed.
    pub configurable: bool,
    /// Where or how the port can be changed.
    pub customization: Option<String>,
    /// What else a reader of the row should know, in our words.
    pub note: Option<String>,
    /// The facts that the document does not state.
    pub curated: Vec<Fact>,
    /// The part of the document that the row stands in.
    pub section: Option<String>,
    /// The row's number in the whole document, from 1.
    pub row: u32,
    /// The peer's cell as printed.
    pub printed_peer: Option<String>,
    /// The cell that says what the row is about, as printed.
    pub printed_label: Option<String>,
    /// The ports' cell as printed.
    pub printed_ports: Option<String>,
}
