//! The schema: the columns of each table, and the types that valid rows become.

use std::path::PathBuf;

use port_core::{Direction, Enabled, Fact, Groups, PeerKind, PortSpec, Requirement, Scope, Transport};

use crate::diagnostic::Diagnostic;

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// Whether the column may be missing. Its cells are then empty.
    pub optional: bool,
}

const fn column(name: &'static str) -> Column {
    Column { name, optional: false }
}

const fn optional(name: &'static str) -> Column {
    Column { name, optional: true }
}

/// The columns of `vendors.csv`.
pub const VENDORS: &[Column] = &[column("id"), column("name"), optional("variant"), column("url")];

/// The columns of `products.csv` next to an `editions.csv`.
pub const PRODUCTS: &[Column] = &[
    column("id"),
    column("vendor"),
    column("name"),
    optional("variant"),
    optional("field"),
    optional("interfaces"),
    optional("components"),
];

/// The columns of `products.csv` in the simple form: without `editions.csv`, each product has one edition.
pub const PRODUCTS_WITH_DOCUMENT: &[Column] = &[
    column("id"),
    column("vendor"),
    column("name"),
    optional("variant"),
    optional("field"),
    column("document"),
    column("url"),
    column("edition"),
    column("retrieved"),
    optional("interfaces"),
    optional("components"),
];

/// The columns of `editions.csv`.
pub const EDITIONS: &[Column] = &[
    column("product"),
    column("edition"),
    column("printed_edition"),
    column("document"),
    column("url"),
    optional("source"),
    optional("licence"),
    optional("retrieved"),
    optional("complete"),
    optional("note"),
    optional("saved"),
];

/// The value of the column `saved` if scripts make the page, so that no program can fetch it.
pub const SAVED_BY_HAND: &str = "by-hand";

/// The columns of `peers.csv`.
pub const PEERS: &[Column] = &[
    column("id"),
    column("name"),
    optional("variant"),
    column("kind"),
    column("description"),
    optional("includes"),
    optional("product"),
];

/// The columns of `services.csv`.
pub const SERVICES: &[Column] = &[
    column("id"),
    column("name"),
    optional("variant"),
    column("transports"),
    column("port"),
    column("description"),
    optional("encrypted"),
];

/// The columns of `flows/<product>/<edition>.csv`, or of `flows/<product>.csv` in the simple form.
pub const FLOWS: &[Column] = &[
    column("id"),
    column("direction"),
    optional("component"),
    column("peer"),
    column("purpose"),
    column("ports"),
    optional("groups"),
    column("requirement"),
    column("condition"),
    optional("scope"),
    optional("enabled"),
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

/// A directory of valid tables. Every reference is an index into the list it refers to.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The vendors, in table order.
    pub vendors: Vec<Vendor>,
    /// The products, in table order, which is the catalog order.
    pub products: Vec<Product>,
    /// The editions, by product, and oldest first for each product. Every product has one.
    pub editions: Vec<Edition>,
    /// The peers, in table order.
    pub peers: Vec<Peer>,
    /// The services, in table order.
    pub services: Vec<Service>,
    /// The rows of the flow tables: for each id the row of the newest edition that has it, in the order of ids, and then the rows of
    /// older editions, by edition and then in table order.
    pub flows: Vec<Flow>,
    /// The number of flow ids, and so the number of rows before those of older editions. Ids are ordered by product, then by the
    /// table of its newest edition; ids that only older editions have come last.
    pub flow_ids: usize,
    /// The files that were read.
    pub files: Vec<PathBuf>,
    /// Probable mistakes in them.
    pub warnings: Vec<Diagnostic>,
}

impl Catalog {
    /// The index of the newest edition of a product, given the index of the product.
    #[must_use]
    pub fn newest_edition(&self, product: usize) -> usize {
        self.editions.partition_point(|edition| edition.product <= product) - 1
    }
}

/// A row of `vendors.csv`.
#[derive(Debug)]
pub struct Vendor {
    /// Its id.
    pub id: String,
    /// The enum variant of its id.
    pub variant: String,
    /// The vendor's name.
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
    /// The index of its vendor in [`Catalog::vendors`].
    pub vendor: usize,
    /// The product's name.
    pub name: String,
    /// What the product is for, such as `Kubernetes`. The tables decide which fields there are.
    pub field: Option<String>,
    /// The product's own interfaces.
    pub interfaces: Vec<String>,
    /// The parts of the product that its documents distinguish.
    pub components: Vec<String>,
}

/// A row of `editions.csv`: one version of a product's document.
#[derive(Clone, Debug)]
pub struct Edition {
    /// The index of its product in [`Catalog::products`].
    pub product: usize,
    /// Its id, such as `6.2.0`. The id of an edition is unique for its product.
    pub id: String,
    /// The edition as the document prints it.
    pub printed: String,
    /// The title of the document that lists the ports.
    pub document: String,
    /// The document's URL.
    pub url: String,
    /// Where the document was taken from, if not from its URL: a repository, a path and a commit.
    pub source: Option<String>,
    /// The document's licence, if known.
    pub licence: Option<String>,
    /// The day on which the document was retrieved, as `YYYY-MM-DD`, if known.
    pub retrieved: Option<String>,
    /// Whether all parts of the document were available.
    pub is_complete: bool,
    /// What users of the edition should know about its source, such as what is missing, in our words.
    pub note: Option<String>,
    /// Whether the page must be saved by hand, since scripts make it.
    pub saved_by_hand: bool,
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
    /// Its kind.
    pub kind: PeerKind,
    /// A short description.
    pub description: String,
    /// For a peer that means any of several others: their indexes in [`Catalog::peers`].
    pub includes: Vec<usize>,
    /// For a component of a product: the index of the product in [`Catalog::products`], and that of the component in
    /// [`Product::components`].
    pub component: Option<(usize, usize)>,
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
    /// The transports that carry it.
    pub transports: Vec<Transport>,
    /// Its port in the IANA registry, if it has one.
    pub port: Option<u16>,
    /// A short description.
    pub description: String,
    /// Whether its traffic is always encrypted (`yes`) or never (`no`). `None` if that is not known, or depends on the set-up.
    pub encrypted: Option<bool>,
}

/// A flow: a row of a flow table, and the product and edition that it belongs to.
#[derive(Debug)]
pub struct Flow {
    /// The variant of its id in the enum of its product.
    pub variant: String,
    /// The index of its product in [`Catalog::products`].
    pub product: usize,
    /// The index of its edition in [`Catalog::editions`].
    pub edition: usize,
    /// Its place in its table, from 0. Flows with the same row of the document have the table's order.
    pub position: usize,
    /// The row. Its references are indexes in [`Catalog::peers`], [`Catalog::services`], [`Product::interfaces`] and
    /// [`Product::components`].
    pub row: FlowRow<usize>,
}

/// A row of a flow table. `R` is the type of its references to peers, services, interfaces and components: ids by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowRow<R = String> {
    /// Its id.
    pub id: String,
    /// Who opens the connection.
    pub direction: Direction,
    /// The part of the product at its own end, if the document distinguishes parts.
    pub component: Option<R>,
    /// Its peer.
    pub peer: R,
    /// The purpose, in our words.
    pub purpose: String,
    /// The port specs.
    pub specs: Vec<PortSpec<R>>,
    /// Whether all groups of the specs are needed. [`Groups::All`] if there is one group.
    pub groups: Groups,
    /// Whether the document requires it.
    pub requirement: Requirement,
    /// When a conditional flow is needed, in our words.
    pub condition: Option<String>,
    /// How far its traffic goes.
    pub scope: Scope,
    /// Whether the port is open by default.
    pub enabled: Enabled,
    /// The product's interfaces that it uses.
    pub interfaces: Vec<R>,
    /// The recommended interface.
    pub recommended_interface: Option<R>,
    /// The peer's host names, some of them with a wildcard as in `*.example.com`.
    pub hosts: Vec<String>,
    /// Whether the document says that the port can be changed.
    pub configurable: bool,
    /// Where or how to change the port.
    pub customization: Option<String>,
    /// A warning for users of the row, in our words.
    pub note: Option<String>,
    /// The facts that the document doesn't state.
    pub curated: Vec<Fact>,
    /// The section of the document that contains the row.
    pub section: Option<String>,
    /// The row number in the whole document, from 1.
    pub row: u32,
    /// The peer cell as printed.
    pub printed_peer: Option<String>,
    /// The label cell as printed.
    pub printed_label: Option<String>,
    /// The port cell as printed.
    pub printed_ports: Option<String>,
}
