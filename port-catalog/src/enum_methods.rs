//! The macros that implement the traits and methods of a catalog's ids. The expansion of `catalog!` calls them.
//!
//! Everything that depends on the tables is in functions that all catalogs share, so that a catalog costs the compiler little.

/// Implements the traits of an enum of ids, given the names of its id tables.
#[doc(hidden)]
#[macro_export]
macro_rules! __id {
    ($name:ident, $kind:literal, $data:ident, $ids:ident, $index:ident) => {
        $crate::__id!(@traits $name, $kind, $data, $ids, $index, id => id as usize, {});
    };
    (@traits $name:ident, $kind:literal, $data:ident, $ids:ident, $index:ident, $id:ident => $number:expr, { $($items:item)* }) => {
        impl $name {
            /// The id as tables, JSON and the command line write it.
            #[inline]
            pub const fn as_str(self) -> &'static str {
                let $id = self;
                $crate::__private::text_const($ids, $number)
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
                $crate::__private::text($ids, $crate::Id::index(self))
            }

            #[inline]
            fn index(self) -> usize {
                let $id = self;
                $number
            }

            $($items)*
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

/// Implements the traits of the ids of flows, which are numbered, given their count and the names of their id tables.
#[doc(hidden)]
#[macro_export]
macro_rules! __flow_id {
    ($name:ident, $number:ty, $count:literal, $data:ident, $ids:ident, $index:ident) => {
        static ALL_FLOW_IDS: [$name; $count] = {
            let mut ids = [$name(0); $count];
            let mut number = 0;
            while number < $count {
                ids[number] = $name::numbered(number);
                number += 1;
            }
            ids
        };

        impl $name {
            /// Every flow id, in catalog order.
            pub const ALL: &'static [$name] = &ALL_FLOW_IDS;

            /// Its position in [`ALL`](Self::ALL), which changes with the catalog.
            #[inline]
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            #[inline]
            #[allow(clippy::cast_possible_truncation)]
            const fn numbered(number: usize) -> $name {
                $name(number as $number)
            }
        }

        $crate::__id!(@traits $name, "flow id", $data, $ids, $index, id => id.0 as usize, {
            #[inline]
            fn from_index(index: usize) -> $name {
                $name::numbered($crate::__private::checked_index(index, $count))
            }
        });
    };
}

/// Defines the methods of a catalog's enums. They call functions that all catalogs share.
#[doc(hidden)]
#[macro_export]
macro_rules! __facts {
    ($data:ident) => {
        impl Vendor {
            /// The vendor's name.
            #[inline]
            pub fn name(self) -> &'static str {
                $crate::__private::vendor_text::<$data>(self, $crate::__private::layout::vendor::NAME)
            }

            /// Its home page.
            #[inline]
            pub fn url(self) -> &'static str {
                $crate::__private::vendor_text::<$data>(self, $crate::__private::layout::vendor::URL)
            }

            /// Its products, in catalog order.
            #[inline]
            pub fn products(self) -> impl ExactSizeIterator<Item = Product> + ::core::clone::Clone {
                $crate::__private::vendor_products::<$data>(self)
            }

            /// The flows of its products, in catalog order.
            #[inline]
            pub fn flows(self) -> $crate::Flows<$data> {
                $crate::__private::vendor_flows(self)
            }
        }

        impl Product {
            /// The product's name.
            #[inline]
            pub fn name(self) -> &'static str {
                $crate::__private::product_text::<$data>(self, $crate::__private::layout::product::NAME)
            }

            /// What it is for, such as `Kubernetes`; `None` if the tables don't say.
            #[inline]
            pub fn field(self) -> ::core::option::Option<&'static str> {
                $crate::__private::product_field::<$data>(self)
            }

            /// Its vendor.
            #[inline]
            pub fn vendor(self) -> Vendor {
                $crate::__private::product_vendor::<$data>(self)
            }

            /// The editions of its document, oldest first. There is at least one.
            #[inline]
            pub fn editions(
                self,
            ) -> impl ExactSizeIterator<Item = $crate::Edition<$data>> + DoubleEndedIterator + ::core::clone::Clone
            {
                $crate::__private::product_editions::<$data>(self)
            }

            /// The edition with an id, such as `6.2.0`.
            #[inline]
            pub fn edition(self, name: &str) -> ::core::option::Option<$crate::Edition<$data>> {
                self.editions().find(|edition| edition.name() == name)
            }

            /// The newest edition.
            #[inline]
            pub fn newest_edition(self) -> $crate::Edition<$data> {
                $crate::__private::newest_edition::<$data>(self)
            }

            /// The parts of the product that its documents distinguish.
            #[inline]
            pub fn components(self) -> impl ExactSizeIterator<Item = &'static str> + ::core::clone::Clone {
                $crate::__private::product_components::<$data>(self)
            }

            /// Its own interfaces, if the document distinguishes flows by them.
            #[inline]
            pub fn interfaces(self) -> impl ExactSizeIterator<Item = &'static str> + ::core::clone::Clone {
                $crate::__private::product_interfaces::<$data>(self)
            }

            /// The flows of its newest edition, in document order.
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

            /// A short description.
            #[inline]
            pub fn description(self) -> &'static str {
                $crate::__private::peer_text::<$data>(self, $crate::__private::layout::peer::DESCRIPTION)
            }

            /// Its kind.
            #[inline]
            pub fn kind(self) -> $crate::PeerKind {
                $crate::__private::peer_kind::<$data>(self)
            }

            /// The peers that it includes, if it means any of several; empty for other peers.
            #[inline]
            pub fn includes(self) -> impl ExactSizeIterator<Item = Peer> + ::core::clone::Clone {
                $crate::__private::peer_includes::<$data>(self)
            }

            /// The flows to and from it or a peer that includes it, in catalog order.
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

            /// A short description.
            #[inline]
            pub fn description(self) -> &'static str {
                $crate::__private::service_text::<$data>(self, $crate::__private::layout::service::DESCRIPTION)
            }

            /// Its port in the IANA registry, 1 to 65535; `None` if it has none.
            #[inline]
            pub fn port(self) -> ::core::option::Option<u16> {
                $crate::__private::service_port::<$data>(self)
            }

            /// Whether its traffic is always encrypted, or never; `None` if that is not known, or depends on the set-up.
            #[inline]
            pub fn is_encrypted(self) -> ::core::option::Option<bool> {
                $crate::__private::service_encryption::<$data>(self)
            }

            /// The transports that carry it.
            #[inline]
            pub fn transports(self) -> impl Iterator<Item = $crate::Transport> + ::core::clone::Clone {
                $crate::__private::service_transports::<$data>(self)
            }

            /// The flows that use it on any of their ports, in catalog order.
            #[inline]
            pub fn flows(self) -> $crate::Flows<$data> {
                $crate::__private::service_flows(self)
            }
        }

        /// The flows of all products that use a port over a transport.
        ///
        /// Flows of the newest edition of each product, those that name the port itself before those that name a range of ports. A flow
        /// whose document states no transport (`any`) counts for TCP and for UDP. [`Transport::Any`] finds flows of either. Protocols
        /// without ports find nothing.
        ///
        /// [`Transport::Any`]: $crate::Transport::Any
        #[inline]
        pub const fn by_port(transport: $crate::Transport, port: u16) -> $crate::Flows<$data> {
            $crate::__private::by_port(transport, port)
        }

        /// Begins a query. Without filters it matches every flow of the newest editions.
        #[inline]
        pub const fn query<'a>() -> $crate::Query<'a, $data> {
            $crate::__private::query()
        }

        impl FlowId {
            /// The flow with this id, in the newest edition that has it.
            #[inline]
            pub const fn flow(self) -> $crate::Flow<$data> {
                $crate::__private::flow(self.0 as usize)
            }

            /// The flow with this id in an edition; `None` if the edition doesn't have it.
            #[inline]
            pub fn in_edition(self, edition: $crate::Edition<$data>) -> ::core::option::Option<$crate::Flow<$data>> {
                $crate::__private::flow_in_edition(self, edition)
            }

            /// Whether the newest edition of its product has it.
            #[inline]
            pub fn is_current(self) -> bool {
                self.flow().is_current()
            }
        }
    };
}
