//! The traits of a catalog and of its ids, for code that works with any catalog.

use core::fmt::{Debug, Display};
use core::hash::Hash;
use core::str::FromStr;

use crate::edition::{Edition, Editions, flow_in_edition, newest_edition, product_editions};
use crate::facts;
use crate::flow::Flow;
use crate::flow_lists::{Flows, peer_flows, product_flows, service_flows, vendor_flows};
use crate::iterators::{Ids, Names, Words};
use crate::query::Query;
use crate::serde_bound::SerdeId;
use crate::tables::{IdTables, Tables};
use port_core::layout::{peer, product, service, vendor};
use port_core::nearest::{LONGEST_ID, nearest};
use port_core::{ParseIdError, PeerKind, Transport};

/// A catalog: the types that its tables become.
///
/// Only [`catalog!`](crate::catalog) implements it; [`Data`](crate::Data) is this crate's own. Code that is generic over it works with any
/// catalog:
///
/// ```
/// use port_catalog::{Catalog, Direction, FlowIdFacts, Id, ProductFacts, Transport};
///
/// /// The ids of a product's inbound flows.
/// fn inbound<C: Catalog>(product: C::Product) -> impl Iterator<Item = &'static str> {
///     product.flows().filter(|flow| flow.direction() == Direction::Inbound).map(|flow| flow.id().as_str())
/// }
///
/// /// The names of the products that have a flow with one of these ids, or use the port that it uses first.
/// fn related<C: Catalog>(id: &str) -> Result<Vec<&'static str>, port_catalog::ParseIdError> {
///     let first = id.parse::<C::FlowId>()?.flow().ports().find_map(|spec| spec.range());
///     let flows = first.map(|range| C::by_port(Transport::Any, range.first()));
///     let mut names: Vec<_> = flows.into_iter().flatten().map(|flow| flow.product().name()).collect();
///     names.dedup();
///     Ok(names)
/// }
///
/// let ids: Vec<_> = inbound::<port_catalog::Data>(port_catalog::Product::FortiMail).collect();
/// assert!(ids.contains(&"fortimail-in-admin"));
/// assert!(related::<port_catalog::Data>("fortimail-in-email-client-pop3")?.contains(&"FortiMail"));
/// # Ok::<(), port_catalog::ParseIdError>(())
/// ```
pub trait Catalog: Tables + Copy + Ord + Debug + Hash + 'static {
    /// The vendors.
    type Vendor: VendorFacts<Catalog = Self>;
    /// The products.
    type Product: ProductFacts<Catalog = Self>;
    /// The peers.
    type Peer: PeerFacts<Catalog = Self>;
    /// The services.
    type Service: ServiceFacts<Catalog = Self>;
    /// The flows' ids.
    type FlowId: FlowIdFacts<Catalog = Self>;

    /// The flows of all products that use a port over a transport, as [`by_port`](crate::by_port) finds them.
    #[inline]
    fn by_port(transport: Transport, port: u16) -> Flows<Self> {
        Flows::new(Self::PORTS.get(transport, port))
    }

    /// Begins a query. Without filters it matches every flow of the newest editions.
    #[inline]
    fn query<'a>() -> Query<'a, Self> {
        Query::new()
    }
}

/// A type of ids of a catalog: vendors, products, peers, services or flow ids.
///
/// The order of the ids is the catalog order, which [`Ord`] follows. [`Display`] prints the id, [`FromStr`] parses it; with the feature
/// `serde`, ids serialize and deserialize as strings. Only [`catalog!`](crate::catalog) implements it.
///
/// ```
/// use port_catalog::{Id, Product, Service};
///
/// fn ids<I: Id>() -> Vec<&'static str> {
///     I::ALL.iter().map(|id| id.as_str()).collect()
/// }
///
/// assert_eq!(ids::<Product>()[0], "fortimail");
/// assert!(ids::<Service>().contains(&"smtp"));
/// ```
pub trait Id:
    IdTables
    + SerdeId
    + Copy
    + Ord
    + Hash
    + Debug
    + Display
    + AsRef<str>
    + Into<&'static str>
    + FromStr<Err = ParseIdError>
    + for<'a> TryFrom<&'a str, Error = ParseIdError>
    + Send
    + Sync
    + 'static
{
    /// The catalog it belongs to.
    type Catalog: Catalog;
    /// The kind of id, for messages: `product`, `flow id`.
    const KIND: &'static str;
    /// Every id, in catalog order.
    const ALL: &'static [Self];

    /// The id as tables, JSON and the command line write it.
    #[inline]
    #[must_use]
    fn as_str(self) -> &'static str {
        Self::IDS.get(self.index())
    }
}

/// The facts of a vendor, in code that is generic over catalogs. [`Vendor`](crate::Vendor) has the same methods.
pub trait VendorFacts: Id {
    /// The vendor's name.
    #[must_use]
    fn name(self) -> &'static str {
        facts::vendor_text::<Self::Catalog>(self.index(), vendor::NAME)
    }

    /// Its home page.
    #[must_use]
    fn url(self) -> &'static str {
        facts::vendor_text::<Self::Catalog>(self.index(), vendor::URL)
    }

    /// Its products, in catalog order.
    fn products(self) -> Ids<<Self::Catalog as Catalog>::Product> {
        facts::vendor_products::<Self::Catalog>(self.index())
    }

    /// The flows of its products, in catalog order.
    fn flows(self) -> Flows<Self::Catalog> {
        vendor_flows(self.index())
    }
}

/// The facts of a product, in code that is generic over catalogs. [`Product`](crate::Product) has the same methods.
pub trait ProductFacts: Id {
    /// The product's name.
    #[must_use]
    fn name(self) -> &'static str {
        facts::product_text::<Self::Catalog>(self.index(), product::NAME)
    }

    /// What it is for, such as `Kubernetes`; `None` if the tables don't say.
    #[must_use]
    fn field(self) -> Option<&'static str> {
        facts::product_field::<Self::Catalog>(self.index())
    }

    /// Its vendor.
    #[must_use]
    fn vendor(self) -> <Self::Catalog as Catalog>::Vendor {
        facts::product_vendor::<Self::Catalog>(self.index())
    }

    /// The editions of its document, oldest first. There is at least one.
    fn editions(self) -> Editions<Self::Catalog> {
        product_editions(self.index())
    }

    /// The edition with an id, such as `6.2.0`.
    #[must_use]
    fn edition(self, name: &str) -> Option<Edition<Self::Catalog>> {
        self.editions().find(|edition| edition.name() == name)
    }

    /// The newest edition.
    #[must_use]
    fn newest_edition(self) -> Edition<Self::Catalog> {
        newest_edition(self.index())
    }

    /// The parts of the product that its documents distinguish.
    fn components(self) -> Names {
        facts::product_components::<Self::Catalog>(self.index())
    }

    /// Its own interfaces, if the document distinguishes flows by them.
    fn interfaces(self) -> Names {
        facts::product_interfaces::<Self::Catalog>(self.index())
    }

    /// The flows of its newest edition, in document order.
    fn flows(self) -> Flows<Self::Catalog> {
        product_flows(self.index())
    }
}

/// The facts of a peer, in code that is generic over catalogs. [`Peer`](crate::Peer) has the same methods.
pub trait PeerFacts: Id {
    /// Its name.
    #[must_use]
    fn name(self) -> &'static str {
        facts::peer_text::<Self::Catalog>(self.index(), peer::NAME)
    }

    /// A short description.
    #[must_use]
    fn description(self) -> &'static str {
        facts::peer_text::<Self::Catalog>(self.index(), peer::DESCRIPTION)
    }

    /// Its kind.
    #[must_use]
    fn kind(self) -> PeerKind {
        facts::peer_kind::<Self::Catalog>(self.index())
    }

    /// The peers that it includes, if it means any of several; empty for other peers.
    fn includes(self) -> Ids<<Self::Catalog as Catalog>::Peer> {
        facts::peer_includes::<Self::Catalog>(self.index())
    }

    /// The flows to and from it or a peer that includes it, in catalog order.
    fn flows(self) -> Flows<Self::Catalog> {
        peer_flows(self.index())
    }
}

/// The facts of a service, in code that is generic over catalogs. [`Service`](crate::Service) has the same methods.
pub trait ServiceFacts: Id {
    /// Its name.
    #[must_use]
    fn name(self) -> &'static str {
        facts::service_text::<Self::Catalog>(self.index(), service::NAME)
    }

    /// A short description.
    #[must_use]
    fn description(self) -> &'static str {
        facts::service_text::<Self::Catalog>(self.index(), service::DESCRIPTION)
    }

    /// Its port in the IANA registry, 1 to 65535; `None` if it has none.
    #[must_use]
    fn port(self) -> Option<u16> {
        facts::service_port::<Self::Catalog>(self.index())
    }

    /// Whether its traffic is always encrypted, or never; `None` if that is not known, or depends on the set-up.
    #[must_use]
    fn is_encrypted(self) -> Option<bool> {
        facts::service_encryption::<Self::Catalog>(self.index())
    }

    /// The transports that carry it.
    fn transports(self) -> Words<Transport> {
        facts::service_transports::<Self::Catalog>(self.index())
    }

    /// The flows that use it on any of their ports, in catalog order.
    fn flows(self) -> Flows<Self::Catalog> {
        service_flows(self.index())
    }
}

/// The flow of an id, in code that is generic over catalogs. [`FlowId`](crate::FlowId) has the same methods.
pub trait FlowIdFacts: Id + Into<Flow<<Self as Id>::Catalog>> {
    /// The flow with this id, in the newest edition that has it.
    #[must_use]
    fn flow(self) -> Flow<Self::Catalog> {
        Flow::new(self.index())
    }

    /// The flow with this id in an edition; `None` if the edition doesn't have it.
    #[must_use]
    fn in_edition(self, edition: Edition<Self::Catalog>) -> Option<Flow<Self::Catalog>> {
        flow_in_edition(self.index(), edition)
    }

    /// Whether the newest edition of its product has it.
    #[must_use]
    fn is_current(self) -> bool {
        self.flow().is_current()
    }
}

/// Parses an id.
///
/// # Errors
///
/// The text isn't an id of this type.
#[doc(hidden)]
#[inline(always)]
#[allow(clippy::inline_always, reason = "function calls would take longer than the lookup")]
pub fn parse_id<I: Id>(text: &str) -> Result<I, ParseIdError> {
    if text.len() <= LONGEST_ID {
        let candidate = I::INDEX.candidate(text.as_bytes());
        if let Some(id) = I::ALL.get(candidate) {
            if I::IDS.bytes(candidate) == text.as_bytes() {
                return Ok(*id);
            }
        }
    }
    Err(ParseIdError::new(I::KIND, text, |text| {
        // A trait object, so that one `nearest` is compiled for all enums.
        nearest(text, &mut I::ALL.iter().map(|id| id.as_str()) as &mut dyn Iterator<Item = _>)
    }))
}
