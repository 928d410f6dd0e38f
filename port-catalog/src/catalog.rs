//! The traits of a catalog and of its enums.

use core::fmt::{Debug, Display};
use core::hash::Hash;
use core::str::FromStr;

use crate::packed::{FlowLists, HostIndex, Lists, PackedInts, PortIndex, StringPool, TextColumn, TextIndex, element};
use port_core::ParseIdError;
use port_core::layout::{flow, peer, product, service, spec, vendor};
use port_core::nearest::{LONGEST_ID, nearest};

/// A catalog: the types that its tables become. `catalog!` implements it.
///
/// Code that is generic over it works with any catalog:
///
/// ```
/// use port_catalog::{Catalog, Direction, Id, Query};
///
/// /// The ids of a product's inbound flows.
/// fn inbound<C: Catalog>(product: C::Product) -> impl Iterator<Item = &'static str> {
///     Query::<C>::default().product(product).direction(Direction::Inbound).flows().map(|flow| flow.id().as_str())
/// }
///
/// let ids: Vec<_> = inbound::<port_catalog::Data>(port_catalog::Product::FortiMail).collect();
/// assert!(ids.contains(&"fortimail-in-admin"));
/// ```
pub trait Catalog: Copy + Ord + Debug + Hash + 'static {
    /// The vendors.
    type Vendor: Id<Catalog = Self>;
    /// The products.
    type Product: Id<Catalog = Self>;
    /// The peers.
    type Peer: Id<Catalog = Self>;
    /// The services.
    type Service: Id<Catalog = Self>;
    /// The flows' ids.
    type FlowId: Id<Catalog = Self>;

    #[doc(hidden)]
    const VENDORS: [PackedInts; vendor::NUMBERS];
    #[doc(hidden)]
    const VENDOR_TEXTS: StringPool;
    #[doc(hidden)]
    const VENDOR_TEXT_COLUMNS: [TextColumn; vendor::TEXTS];
    #[doc(hidden)]
    const VENDOR_PRODUCTS: Lists;
    #[doc(hidden)]
    const PRODUCTS: [PackedInts; product::NUMBERS];
    #[doc(hidden)]
    const PRODUCT_TEXTS: StringPool;
    #[doc(hidden)]
    const PRODUCT_TEXT_COLUMNS: [TextColumn; product::TEXTS];
    #[doc(hidden)]
    const PRODUCT_INTERFACES: Lists;
    #[doc(hidden)]
    const INTERFACES: StringPool;
    #[doc(hidden)]
    const PEERS: [PackedInts; peer::NUMBERS];
    #[doc(hidden)]
    const PEER_TEXTS: StringPool;
    #[doc(hidden)]
    const PEER_TEXT_COLUMNS: [TextColumn; peer::TEXTS];
    #[doc(hidden)]
    const PEER_INCLUDES: Lists;
    #[doc(hidden)]
    const SERVICES: [PackedInts; service::NUMBERS];
    #[doc(hidden)]
    const SERVICE_TEXTS: StringPool;
    #[doc(hidden)]
    const SERVICE_TEXT_COLUMNS: [TextColumn; service::TEXTS];
    #[doc(hidden)]
    const FLOWS: [PackedInts; flow::NUMBERS];
    #[doc(hidden)]
    const FLOW_TEXTS: StringPool;
    #[doc(hidden)]
    const FLOW_TEXT_COLUMNS: [TextColumn; flow::TEXTS];
    #[doc(hidden)]
    const FLOW_SPECS: PackedInts;
    #[doc(hidden)]
    const SPECS: [PackedInts; spec::NUMBERS];
    #[doc(hidden)]
    const FLOW_HOSTS: Lists;
    #[doc(hidden)]
    const HOSTS: HostIndex;
    #[doc(hidden)]
    const PORTS: PortIndex;
    #[doc(hidden)]
    const FLOW_LISTS: FlowLists;
}

/// A type of ids of a catalog: vendors, products, peers, services or flow ids.
///
/// The order of the ids is the catalog order, which [`Ord`] follows. [`Display`] prints the id, [`FromStr`] parses it.
///
/// ```
/// use port_catalog::{Id, Product, Service};
///
/// fn ids<I: Id>() -> Vec<&'static str> {
///     I::all().iter().map(|id| id.as_str()).collect()
/// }
///
/// assert_eq!(ids::<Product>()[0], "fortimail");
/// assert!(ids::<Service>().contains(&"smtp"));
/// ```
pub trait Id: Copy + Ord + Hash + Debug + Display + FromStr<Err = ParseIdError> + 'static {
    /// The catalog it belongs to.
    type Catalog: Catalog;
    /// The kind of id, for messages: `product`, `flow id`.
    const KIND: &'static str;

    /// Every id, in catalog order.
    fn all() -> &'static [Self];

    /// The id as tables, JSON and the command line write it.
    fn as_str(self) -> &'static str;

    #[doc(hidden)]
    const IDS: StringPool;
    #[doc(hidden)]
    const INDEX: TextIndex;
    #[doc(hidden)]
    fn index(self) -> usize;
    #[doc(hidden)]
    #[inline]
    fn from_index(index: usize) -> Self {
        element(Self::all(), index)
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
        if let Some(id) = I::all().get(candidate) {
            if I::IDS.bytes(candidate) == text.as_bytes() {
                return Ok(*id);
            }
        }
    }
    Err(ParseIdError::new(I::KIND, text, |text| {
        // A trait object, so that one `nearest` is compiled for all enums.
        nearest(text, &mut I::all().iter().map(|id| id.as_str()) as &mut dyn Iterator<Item = _>)
    }))
}
