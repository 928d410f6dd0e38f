//! The macros that implement the traits and methods of a catalog's ids. The expansion of `catalog!` calls them.
//!
//! Everything that depends on the tables is in functions that all catalogs share, so that a catalog costs the compiler little.

/// Implements the traits of a type of ids, given the names of its id tables. The type has a method `number` that gives its index.
#[doc(hidden)]
#[macro_export]
macro_rules! __id {
    ($name:ident, $kind:literal, $facts:ident, $data:ident, $ids:ident, $index:ident) => {
        impl $name {
            /// The id as tables, JSON and the command line write it.
            #[inline]
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                $crate::__private::text_const($ids, self.number())
            }
        }

        impl $crate::__private::IdTables for $name {
            const IDS: $crate::__private::StringPool = $ids;
            const INDEX: $crate::__private::TextIndex = $index;

            #[inline]
            fn index(self) -> usize {
                self.number()
            }
        }

        impl $crate::Id for $name {
            type Catalog = $data;
            const KIND: &'static str = $kind;
            const ALL: &'static [$name] = $name::ALL;
        }

        impl $crate::$facts for $name {}

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

        impl ::core::convert::TryFrom<&str> for $name {
            type Error = $crate::ParseIdError;

            #[inline]
            fn try_from(text: &str) -> ::core::result::Result<Self, $crate::ParseIdError> {
                $crate::__private::parse_id(text)
            }
        }

        impl ::core::convert::AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                $crate::Id::as_str(*self)
            }
        }

        impl ::core::convert::From<$name> for &'static str {
            #[inline]
            fn from(id: $name) -> &'static str {
                $crate::Id::as_str(id)
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
            let mut number: $number = 0;
            while (number as usize) < $count {
                ids[number as usize] = $name(number);
                number += 1;
            }
            ids
        };

        impl $name {
            /// Every flow id, in catalog order.
            pub const ALL: &'static [$name] = &ALL_FLOW_IDS;

            #[inline]
            const fn number(self) -> usize {
                self.0 as usize
            }

            /// Its position in [`ALL`](Self::ALL), which changes with the catalog.
            #[inline]
            #[must_use]
            pub const fn index(self) -> usize {
                self.number()
            }
        }

        impl ::core::convert::From<$name> for $crate::Flow<$data> {
            #[inline]
            fn from(id: $name) -> $crate::Flow<$data> {
                id.flow()
            }
        }

        $crate::__id!($name, "flow id", FlowIdFacts, $data, $ids, $index);
    };
}

/// Defines the methods of a catalog's enums. They call functions that all catalogs share.
#[doc(hidden)]
#[macro_export]
macro_rules! __facts {
    ($data:ident, $example:ident) => {
        impl Vendor {
            /// The vendor's name.
            #[doc = $crate::$example!(vendor_name)]
            #[inline]
            #[must_use]
            pub const fn name(self) -> &'static str {
                $crate::__private::vendor_text::<$data>(self.number(), $crate::__private::layout::vendor::NAME)
            }

            /// Its home page.
            #[doc = $crate::$example!(vendor_url)]
            #[inline]
            #[must_use]
            pub const fn url(self) -> &'static str {
                $crate::__private::vendor_text::<$data>(self.number(), $crate::__private::layout::vendor::URL)
            }

            /// Its products, in catalog order.
            #[doc = $crate::$example!(vendor_products)]
            #[inline]
            pub const fn products(self) -> $crate::Ids<Product> {
                $crate::__private::vendor_products::<$data>(self.number())
            }

            /// The flows of its products, in catalog order.
            #[doc = $crate::$example!(vendor_flows)]
            #[inline]
            pub const fn flows(self) -> $crate::Flows<$data> {
                $crate::__private::vendor_flows(self.number())
            }
        }

        impl Product {
            /// The product's name.
            #[doc = $crate::$example!(product_name)]
            #[inline]
            #[must_use]
            pub const fn name(self) -> &'static str {
                $crate::__private::product_text::<$data>(self.number(), $crate::__private::layout::product::NAME)
            }

            /// What it is for, such as `Kubernetes`; `None` if the tables don't say.
            #[doc = $crate::$example!(product_field)]
            #[inline]
            #[must_use]
            pub const fn field(self) -> ::core::option::Option<&'static str> {
                $crate::__private::product_field::<$data>(self.number())
            }

            /// Its vendor.
            #[doc = $crate::$example!(product_vendor)]
            #[inline]
            #[must_use]
            pub const fn vendor(self) -> Vendor {
                $crate::__private::product_vendor::<$data>(self.number())
            }

            /// The editions of its document, oldest first. There is at least one.
            #[doc = $crate::$example!(product_editions)]
            #[inline]
            pub const fn editions(self) -> $crate::Editions<$data> {
                $crate::__private::product_editions::<$data>(self.number())
            }

            /// The edition with an id, such as `6.2.0`.
            #[doc = $crate::$example!(product_edition)]
            #[inline]
            #[must_use]
            pub const fn edition(self, name: &str) -> ::core::option::Option<$crate::Edition<$data>> {
                $crate::__private::edition_named(self.number(), name)
            }

            /// The newest edition.
            #[doc = $crate::$example!(product_newest_edition)]
            #[inline]
            #[must_use]
            pub const fn newest_edition(self) -> $crate::Edition<$data> {
                $crate::__private::newest_edition::<$data>(self.number())
            }

            /// The parts of the product that its documents distinguish.
            #[doc = $crate::$example!(product_components)]
            #[inline]
            pub const fn components(self) -> $crate::Names {
                $crate::__private::product_components::<$data>(self.number())
            }

            /// Its own interfaces, if the document distinguishes flows by them.
            #[doc = $crate::$example!(product_interfaces)]
            #[inline]
            pub const fn interfaces(self) -> $crate::Names {
                $crate::__private::product_interfaces::<$data>(self.number())
            }

            /// The flows of its newest edition, in document order.
            #[doc = $crate::$example!(product_flows)]
            #[inline]
            pub const fn flows(self) -> $crate::Flows<$data> {
                $crate::__private::product_flows(self.number())
            }
        }

        impl Peer {
            /// Its name.
            #[doc = $crate::$example!(peer_name)]
            #[inline]
            #[must_use]
            pub const fn name(self) -> &'static str {
                $crate::__private::peer_text::<$data>(self.number(), $crate::__private::layout::peer::NAME)
            }

            /// A short description.
            #[doc = $crate::$example!(peer_description)]
            #[inline]
            #[must_use]
            pub const fn description(self) -> &'static str {
                $crate::__private::peer_text::<$data>(self.number(), $crate::__private::layout::peer::DESCRIPTION)
            }

            /// Its kind.
            #[doc = $crate::$example!(peer_kind)]
            #[inline]
            #[must_use]
            pub const fn kind(self) -> $crate::PeerKind {
                $crate::__private::peer_kind::<$data>(self.number())
            }

            /// The peers that it includes, if it means any of several; empty for other peers.
            #[doc = $crate::$example!(peer_includes)]
            #[inline]
            pub const fn includes(self) -> $crate::Ids<Peer> {
                $crate::__private::peer_includes::<$data>(self.number())
            }

            /// The flows to and from it or a peer that includes it, in catalog order.
            #[doc = $crate::$example!(peer_flows)]
            #[inline]
            pub const fn flows(self) -> $crate::Flows<$data> {
                $crate::__private::peer_flows(self.number())
            }
        }

        impl Service {
            /// Its name.
            #[doc = $crate::$example!(service_name)]
            #[inline]
            #[must_use]
            pub const fn name(self) -> &'static str {
                $crate::__private::service_text::<$data>(self.number(), $crate::__private::layout::service::NAME)
            }

            /// A short description.
            #[doc = $crate::$example!(service_description)]
            #[inline]
            #[must_use]
            pub const fn description(self) -> &'static str {
                $crate::__private::service_text::<$data>(self.number(), $crate::__private::layout::service::DESCRIPTION)
            }

            /// Its port in the IANA registry, 1 to 65535; `None` if it has none.
            #[doc = $crate::$example!(service_port)]
            #[inline]
            #[must_use]
            pub const fn port(self) -> ::core::option::Option<u16> {
                $crate::__private::service_port::<$data>(self.number())
            }

            /// Whether its traffic is always encrypted, or never; `None` if that is not known, or depends on the set-up.
            #[doc = $crate::$example!(service_is_encrypted)]
            #[inline]
            #[must_use]
            pub const fn is_encrypted(self) -> ::core::option::Option<bool> {
                $crate::__private::service_encryption::<$data>(self.number())
            }

            /// The transports that carry it.
            #[doc = $crate::$example!(service_transports)]
            #[inline]
            pub const fn transports(self) -> $crate::Words<$crate::Transport> {
                $crate::__private::service_transports::<$data>(self.number())
            }

            /// The flows that use it on any of their ports, in catalog order.
            #[doc = $crate::$example!(service_flows)]
            #[inline]
            pub const fn flows(self) -> $crate::Flows<$data> {
                $crate::__private::service_flows(self.number())
            }
        }

        /// The flows of all products that use a port over a transport.
        ///
        /// Flows of the newest edition of each product, those that name the port itself before those that name a range of ports. A flow
        /// whose document states no transport (`any`) counts for TCP and for UDP. [`Transport::Any`] finds flows of either. Protocols
        /// without ports find nothing.
        ///
        /// [`Transport::Any`]: $crate::Transport::Any
        #[doc = $crate::$example!(by_port)]
        #[inline]
        pub const fn by_port(transport: $crate::Transport, port: u16) -> $crate::Flows<$data> {
            $crate::__private::by_port(transport, port)
        }

        /// Begins a query. Without filters it matches every flow of the newest editions.
        #[doc = $crate::$example!(query)]
        #[inline]
        pub const fn query<'a>() -> $crate::Query<'a, $data> {
            $crate::__private::query()
        }

        impl FlowId {
            /// The flow with this id, in the newest edition that has it.
            #[doc = $crate::$example!(flow_id_flow)]
            #[inline]
            pub const fn flow(self) -> $crate::Flow<$data> {
                $crate::__private::flow(self.number())
            }

            /// The flow with this id in an edition; `None` if the edition doesn't have it.
            #[doc = $crate::$example!(flow_id_in_edition)]
            #[inline]
            #[must_use]
            pub const fn in_edition(
                self,
                edition: $crate::Edition<$data>,
            ) -> ::core::option::Option<$crate::Flow<$data>> {
                $crate::__private::flow_in_edition(self.number(), edition)
            }

            /// Whether the newest edition of its product has it.
            #[doc = $crate::$example!(flow_id_is_current)]
            #[inline]
            #[must_use]
            pub const fn is_current(self) -> bool {
                self.flow().is_current()
            }
        }
    };
}
