//! The records of a dataset, and how to find them.

use port_core::{Direction, Fact, PeerKind, Requirement, Transport};
use serde::Serialize;

/// A port spec whose service is an id.
pub type PortSpec = port_core::PortSpec<String>;

/// Vendors, products, peers, services and flows, each in catalog order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dataset {
    /// The vendors.
    pub vendors: Vec<Vendor>,
    /// The products.
    pub products: Vec<Product>,
    /// The peers.
    pub peers: Vec<Peer>,
    /// The services.
    pub services: Vec<Service>,
    /// The flows, grouped by product.
    pub flows: Vec<Flow>,
}

/// A vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vendor {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A product and the document that lists its ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: String,
    /// Its vendor's id.
    pub vendor: String,
    /// Its name.
    pub name: String,
    /// The title of its document.
    pub document: String,
    /// The edition of its document.
    pub edition: String,
    /// The URL of its document.
    pub url: String,
    /// The day on which the document was retrieved, as `YYYY-MM-DD`, if known.
    pub retrieved: Option<String>,
}

/// A peer: the other end of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: PeerKind,
    /// A short description.
    pub description: String,
    /// For a peer that means any of several others: their ids.
    pub includes: Vec<String>,
}

/// A service: an application protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The transports that carry it, in the vocabulary's order.
    pub transports: Vec<Transport>,
    /// Its port in the IANA registry, if it has one.
    pub port: Option<u16>,
    /// Whether its traffic is always encrypted, or never. `None` if that is not known, or depends on the set-up, as with STARTTLS.
    pub encrypted: Option<bool>,
}

/// A flow: one row of a document. It serializes as `port-catalog list --format json` prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flow {
    /// Its id.
    pub id: String,
    /// The id of its product's vendor.
    pub vendor: String,
    /// Its product's id.
    pub product: String,
    /// Who opens the connection.
    pub direction: Direction,
    /// Its peer's id.
    pub peer: String,
    /// What it is for.
    pub purpose: String,
    /// Its port specs, with their groups.
    pub ports: Vec<PortSpec>,
    /// Whether the document requires it.
    pub requirement: Requirement,
    /// When a conditional flow is needed.
    pub condition: Option<String>,
    /// The product's interfaces that it uses.
    pub interfaces: Vec<String>,
    /// The interface that the document recommends.
    pub recommended_interface: Option<String>,
    /// The peer's host names.
    pub hosts: Vec<String>,
    /// Whether the document says that the port can be changed.
    pub configurable: bool,
    /// Where or how to change the port.
    pub customization: Option<String>,
    /// A warning for users of the flow.
    pub note: Option<String>,
    /// The facts that the document doesn't state.
    pub curated: Vec<Fact>,
    /// Where the row is in the document, and what is printed there.
    pub source: Source,
}

/// The source of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The document's title.
    pub document: String,
    /// The document's edition.
    pub edition: String,
    /// The document's URL.
    pub url: String,
    /// The section that contains the row.
    pub section: Option<String>,
    /// The row number in the whole document, from 1.
    pub row: u32,
    /// The peer cell as printed.
    pub peer: Option<String>,
    /// The label cell as printed.
    pub label: Option<String>,
    /// The port cell as printed.
    pub ports: Option<String>,
}

impl Dataset {
    /// The vendor with an id.
    #[must_use]
    pub fn vendor(&self, id: &str) -> Option<&Vendor> {
        self.vendors.iter().find(|vendor| vendor.id == id)
    }

    /// The product with an id.
    #[must_use]
    pub fn product(&self, id: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.id == id)
    }

    /// The peer with an id.
    #[must_use]
    pub fn peer(&self, id: &str) -> Option<&Peer> {
        self.peers.iter().find(|peer| peer.id == id)
    }

    /// The service with an id.
    #[must_use]
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }

    /// The flow with an id.
    #[must_use]
    pub fn flow(&self, id: &str) -> Option<&Flow> {
        self.flows.iter().find(|flow| flow.id == id)
    }

    /// The flows of a product, in the order of its document.
    pub fn flows_of(&self, product: &str) -> impl Iterator<Item = &Flow> {
        self.flows.iter().filter(move |flow| flow.product == product)
    }
}

impl Flow {
    /// The port specs as an expression: `tcp/25 smtp | tcp/465 smtps`.
    #[must_use]
    pub fn expression(&self) -> String {
        expression(&self.ports)
    }

    /// Whether its peer is this one, or one that includes it.
    #[must_use]
    pub fn involves(&self, peer: &str, dataset: &Dataset) -> bool {
        let includes = |own: &Peer| own.includes.iter().any(|included| included == peer);
        self.peer == peer || dataset.peer(&self.peer).is_some_and(includes)
    }

    /// The specs by group: each slice is a list of alternatives.
    pub fn groups(&self) -> impl Iterator<Item = &[PortSpec]> {
        self.ports.chunk_by(|one, next| one.group() == next.group())
    }
}

/// Specs as a port expression, with the groups that they have.
#[must_use]
pub fn expression(specs: &[PortSpec]) -> String {
    struct Expression<'a>(&'a [PortSpec]);

    impl std::fmt::Display for Expression<'_> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            port_core::port_spec::write_expression(f, self.0.iter())
        }
    }

    Expression(specs).to_string()
}
