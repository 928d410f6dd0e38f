//! What makes a catalog: its enums, named by one trait, and what every one of them can do.

use core::fmt::{Debug, Display};
use core::hash::Hash;
use core::str::FromStr;

use crate::packed::{FlowLists, HostIndex, Lists, PackedInts, PortIndex, TextColumn, TextIndex, StringPool};
use port_core::layout::{flow, peer, product, service, spec, vendor};
use port_core::ParseIdError;

/// A catalog: the enums that its tables become. `catalog!` implements it, for ours and for yours.
///
/// Whatever is generic over it works with any catalog:
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
/// assert_eq!(ids.len(), 25);
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

/// An enum of a catalog: vendors, products, peers, services or flow ids.
///
/// Its variants stand in the catalog's order, which is their [`Ord`]. [`Display`] writes the id, [`FromStr`] reads it.
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
    /// What it is, for messages: `product`, `flow id`.
    const KIND: &'static str;

    /// Every one, in the catalog's order.
    fn all() -> &'static [Self];

    /// The id as tables, JSON and command lines write it.
    fn as_str(self) -> &'static str;

    #[doc(hidden)]
    const IDS: StringPool;
    #[doc(hidden)]
    const INDEX: TextIndex;
    #[doc(hidden)]
    fn place(self) -> usize;
}

/// What each enum of a catalog can do, given its variants and where its ids stand.
#[doc(hidden)]
#[macro_export]
macro_rules! __id {
    ($name:ident, $kind:literal, $data:ident, $ids:ident, $index:ident) => {
        impl $name {
            /// The id as tables, JSON and command lines write it.
            #[inline]
            pub const fn as_str(self) -> &'static str {
                $crate::__private::text_const($ids, self as usize)
            }
        }

        impl $crate::Id for $name {
            type Catalog = $data;
            const KIND: &'static str = $kind;
            const IDS: $crate::__private::StringPool = $ids;
            const INDEX: $crate::__private::TextIndex = $index;

            #[inline]
            fn all() -> &'static [$name] {
                $name::ALL
            }

            #[inline]
            fn as_str(self) -> &'static str {
                $crate::__private::text($ids, self as usize)
            }

            #[inline]
            fn place(self) -> usize {
                self as usize
            }
        }

        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_tuple(::core::stringify!($name)).field(&$crate::Id::as_str(*self)).finish()
            }
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad($crate::Id::as_str(*self))
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::ParseIdError;

            #[inline]
            fn from_str(text: &str) -> ::core::result::Result<Self, $crate::ParseIdError> {
                $crate::__private::parse_id(text)
            }
        }

        $crate::__serde_id!($name);
    };
}

/// The questions that a catalog's enums answer about themselves. All the work is done by code that serves every catalog.
#[doc(hidden)]
#[macro_export]
macro_rules! __facts {
    ($data:ident) => {
        impl Vendor {
            /// What the vendor calls itself.
            #[inline]
            pub fn name(self) -> &'static str {
                $crate::__private::vendor_text::<$data>(self, $crate::__private::layout::vendor::NAME)
            }

            /// Its home page.
            #[inline]
            pub fn url(self) -> &'static str {
                $crate::__private::vendor_text::<$data>(self, $crate::__private::layout::vendor::URL)
            }

            /// Its products, in the catalog's order.
            #[inline]
            pub fn products(self) -> impl ExactSizeIterator<Item = Product> + ::core::clone::Clone {
                $crate::__private::vendor_products::<$data>(self)
            }

            /// The flows of its products, in the catalog's order.
            #[inline]
            pub fn flows(self) -> $crate::Flows<$data> {
                $crate::__private::vendor_flows(self)
            }
        }

        impl Product {
            /// What its vendor calls it.
            #[inline]
            pub fn name(self) -> &'static str {
                $crate::__private::product_text::<$data>(self, $crate::__private::layout::product::NAME)
            }

            /// Who makes it.
            #[inline]
            pub fn vendor(self) -> Vendor {
                $crate::__private::product_vendor::<$data>(self)
            }

            /// The title of the document that its flows come from.
            #[inline]
            pub fn document(self) -> &'static str {
                $crate::__private::product_text::<$data>(self, $crate::__private::layout::product::DOCUMENT)
            }

            /// The edition of that document.
            #[inline]
            pub fn edition(self) -> &'static str {
                $crate::__private::product_text::<$data>(self, $crate::__private::layout::product::EDITION)
            }

            /// Where the document stands.
            #[inline]
            pub fn url(self) -> &'static str {
                $crate::__private::product_text::<$data>(self, $crate::__private::layout::product::URL)
            }

            /// The day on which the document was read, as `YYYY-MM-DD`; `None` where that is not known.
            #[inline]
            pub fn retrieved(self) -> ::core::option::Option<&'static str> {
                let day = $crate::__private::product_text::<$data>(self, $crate::__private::layout::product::RETRIEVED);
                ::core::option::Option::Some(day).filter(|day| !day.is_empty())
            }

            /// The names of its own interfaces, where its document tells flows apart by them.
            #[inline]
            pub fn interfaces(self) -> impl ExactSizeIterator<Item = &'static str> + ::core::clone::Clone {
                $crate::__private::product_interfaces::<$data>(self)
            }

            /// Its flows, in the order of its document.
            #[inline]
            pub fn flows(self) -> $crate::Flows<$data> {
                $crate::__private::product_flows(self)
            }
        }

        impl Peer {
            /// Its name.
            #[inline]
            pub fn name(self) -> &'static str {
                $crate::__private::peer_text::<$data>(self, $crate::__private::layout::peer::NAME)
            }

            /// What it is, in a few words.
            #[inline]
            pub fn description(self) -> &'static str {
                $crate::__private::peer_text::<$data>(self, $crate::__private::layout::peer::DESCRIPTION)
            }

            /// What sort of thing it is.
            #[inline]
            pub fn kind(self) -> $crate::PeerKind {
                $crate::__private::peer_kind::<$data>(self)
            }

            /// For a peer that stands for any of several: those. Empty for all others.
            #[inline]
            pub fn includes(self) -> impl ExactSizeIterator<Item = Peer> + ::core::clone::Clone {
                $crate::__private::peer_includes::<$data>(self)
            }

            /// The flows to and from it, and those of a peer that includes it, in the catalog's order.
            #[inline]
            pub fn flows(self) -> $crate::Flows<$data> {
                $crate::__private::peer_flows(self)
            }
        }

        impl Service {
            /// Its name.
            #[inline]
            pub fn name(self) -> &'static str {
                $crate::__private::service_text::<$data>(self, $crate::__private::layout::service::NAME)
            }

            /// What it is, in a few words.
            #[inline]
            pub fn description(self) -> &'static str {
                $crate::__private::service_text::<$data>(self, $crate::__private::layout::service::DESCRIPTION)
            }

            /// The port that the IANA registry gives it, 1 to 65535; `None` where it gives none.
            #[inline]
            pub fn port(self) -> ::core::option::Option<u16> {
                $crate::__private::service_port::<$data>(self)
            }

            /// What carries it.
            #[inline]
            pub fn transports(self) -> impl Iterator<Item = $crate::Transport> + ::core::clone::Clone {
                $crate::__private::service_transports::<$data>(self)
            }

            /// The flows that speak it on any of their ports, in the catalog's order.
            #[inline]
            pub fn flows(self) -> $crate::Flows<$data> {
                $crate::__private::service_flows(self)
            }
        }

        /// The flows of all products that use a port over a transport.
        ///
        /// A flow whose document states no transport (`any`) counts for TCP and for UDP, and [`Transport::Any`] asks for both.
        /// ESP has no ports, so nothing is found for it.
        ///
        /// [`Transport::Any`]: $crate::Transport::Any
        #[inline]
        pub const fn by_port(transport: $crate::Transport, port: u16) -> $crate::Flows<$data> {
            $crate::__private::by_port(transport, port)
        }

        /// Begins a question to this catalog: every flow, until it is narrowed.
        #[inline]
        pub const fn query<'a>() -> $crate::Query<'a, $data> {
            $crate::__private::query()
        }

        impl FlowId {
            /// The flow of this id.
            #[inline]
            pub const fn flow(self) -> $crate::Flow<$data> {
                $crate::__private::flow(self as usize)
            }
        }
    };
}
