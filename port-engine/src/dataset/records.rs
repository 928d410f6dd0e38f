//! The records of a dataset, and how to find them.

use port_core::{Direction, Enabled, Fact, Groups, PeerKind, Requirement, Scope, Transport};
use serde::{Deserialize, Serialize};

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
    /// The flows of the newest edition of each product, grouped by product.
    pub flows: Vec<Flow>,
    /// The flows of older editions, by product and edition, oldest first.
    pub older_flows: Vec<Flow>,
}

/// A vendor.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Vendor {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A product.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Product {
    /// Its id.
    pub id: String,
    /// Its vendor's id.
    pub vendor: String,
    /// Its name.
    pub name: String,
    /// What it is for, such as `Kubernetes`, if that is known.
    pub field: Option<String>,
    /// The parts of the product that its documents distinguish.
    pub components: Vec<String>,
    /// The editions of the document that lists its ports, oldest first. There is at least one.
    pub editions: Vec<Edition>,
}

/// One version of a product's document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Edition {
    /// Its id, such as `6.2.0`.
    pub id: String,
    /// The edition as the document prints it.
    pub printed: String,
    /// The title of the document.
    pub document: String,
    /// The URL of the document.
    pub url: String,
    /// Where the document was taken from, if not from its URL.
    pub source: Option<String>,
    /// The document's licence, if known.
    pub licence: Option<String>,
    /// The day on which the document was retrieved, as `YYYY-MM-DD`, if known.
    pub retrieved: Option<String>,
    /// Whether all parts of the document were available.
    pub is_complete: bool,
    /// What to know about the source of the edition, such as which parts weren't available.
    pub note: Option<String>,
}

/// A peer: the other end of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
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
    /// The id of the edition that lists it.
    pub edition: String,
    /// Who opens the connection.
    pub direction: Direction,
    /// The part of the product at its own end.
    pub component: Option<String>,
    /// Its peer's id.
    pub peer: String,
    /// What it is for.
    pub purpose: String,
    /// Its port specs, with their groups.
    pub ports: Vec<PortSpec>,
    /// Whether all groups of its port specs are needed.
    pub groups: Groups,
    /// Whether the document requires it.
    pub requirement: Requirement,
    /// When a conditional flow is needed.
    pub condition: Option<String>,
    /// How far its traffic goes.
    pub scope: Scope,
    /// Whether the port is open by default.
    pub enabled: Enabled,
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

    /// The product and the component that a peer is, if it is a component. Its id is `<product>-<component>`.
    #[must_use]
    pub fn component_of(&self, peer: &str) -> Option<(&str, &str)> {
        self.products.iter().find_map(|product| {
            let component = peer.strip_prefix(&product.id)?.strip_prefix('-')?;
            let component = product.components.iter().find(|own| *own == component)?;
            Some((product.id.as_str(), component.as_str()))
        })
    }

    /// The service with an id.
    #[must_use]
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }

    /// The flow with an id, in the newest edition that has it.
    #[must_use]
    pub fn flow(&self, id: &str) -> Option<&Flow> {
        self.flows.iter().chain(self.older_flows.iter().rev()).find(|flow| flow.id == id)
    }

    /// The flows of the newest edition of a product, in the order of its document.
    pub fn flows_of(&self, product: &str) -> impl Iterator<Item = &Flow> {
        self.flows.iter().filter(move |flow| flow.product == product)
    }
}

impl Product {
    /// The newest edition.
    ///
    /// # Panics
    ///
    /// If the product has no edition, which no source of datasets allows.
    #[must_use]
    pub fn newest_edition(&self) -> &Edition {
        self.editions.last().expect("every product has an edition")
    }
}

impl Flow {
    /// The port specs as an expression: `tcp/25 smtp | tcp/465 smtps`.
    #[must_use]
    pub fn expression(&self) -> String {
        expression(&self.ports, self.groups)
    }

    /// Whether its peer is this one, or one that includes it.
    #[must_use]
    pub fn involves(&self, peer: &str, dataset: &Dataset) -> bool {
        let includes = |own: &Peer| own.includes.iter().any(|included| included == peer);
        self.peer == peer || dataset.peer(&self.peer).is_some_and(includes)
    }

    /// The component of the same product that is the flow's peer, if one is.
    #[must_use]
    pub fn peer_component<'a>(&self, dataset: &'a Dataset) -> Option<&'a str> {
        let (product, component) = dataset.component_of(&self.peer)?;
        (product == self.product).then_some(component)
    }

    /// Whether a part of the product is at either end: the flow's own component, or a peer that is one.
    #[must_use]
    pub fn involves_component(&self, component: &str) -> bool {
        // The id of a peer that is a component is `<product>-<component>`.
        let peer = self.peer.strip_prefix(&self.product).and_then(|rest| rest.strip_prefix('-'));
        self.component.as_deref() == Some(component) || peer == Some(component)
    }

    /// The specs by group: each slice is a list of alternatives.
    pub fn port_groups(&self) -> impl Iterator<Item = &[PortSpec]> {
        self.ports.chunk_by(|one, next| one.group() == next.group())
    }
}

/// Specs as a port expression, with the groups that they have.
#[must_use]
pub fn expression(specs: &[PortSpec], groups: Groups) -> String {
    struct Expression<'a>(&'a [PortSpec], Groups);

    impl std::fmt::Display for Expression<'_> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            port_core::port_spec::write_expression(f, self.1, self.0.iter())
        }
    }

    Expression(specs, groups).to_string()
}
