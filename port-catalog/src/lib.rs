//! The network ports that vendors' products require, as typed enums and static tables, with the source of every fact.
//!
//! ```
//! use port_catalog::{Direction, FlowId, Product, Transport, by_port, flows};
//!
//! // Which flows use tcp/8013, in any product? Exact ports come before ranges that contain them. A flow without a stated
//! // transport counts for TCP and for UDP.
//! let mut found = by_port(Transport::Tcp, 8013).map(|flow| flow.to_string());
//! assert_eq!(found.next().unwrap(), "forticlient outbound to forticlient-ems-fortigate: tcp/8013");
//!
//! // Which flows must a firewall allow in to a FortiMail?
//! let mut inbound = Product::FortiMail.flows().filter(|flow| flow.direction() == Direction::Inbound);
//! assert_eq!(inbound.next(), Some(flows::FortiMail::InAdmin.flow()));
//!
//! // One row of one vendor's table, and its source.
//! let id: FlowId = "fortimail-in-email-client-pop3".parse()?;
//! assert_eq!(id.flow().ports().to_string(), "tcp/110 pop3 | tcp/995 pop3s");
//! assert_eq!(id.flow().source().row, 4);
//! # Ok::<(), port_catalog::ParseIdError>(())
//! ```
//!
//! # What it contains
//!
//! A [`Flow`] is one row of a vendor's document: traffic between a [`Product`] and one [`Peer`], in one [`Direction`]. A flow whose
//! direction is inbound is opened by the peer, an outbound one by the product. Peers are the other ends: roles such as an LDAP
//! server, other products, and services on the Internet.
//!
//! A product has a field, which says what it is for:
//!
//! ```
//! use port_catalog::Product;
//!
//! assert_eq!(Product::Rke2.field(), Some("Kubernetes"));
//! let mut mail = Product::ALL.iter().filter(|product| product.field() == Some("mail"));
//! assert_eq!(mail.next(), Some(&Product::FortiMail));
//! ```
//!
//! The documentation shows the whole catalog: [`flows`] has a page for each product, with a constant for each row of its document.
//! Search for a port number such as `8013` to find the flows that use it. Each constant, such as `flows::FortiMail::InAdmin`, is a
//! [`FlowId`], and [`FlowId::flow`] gives the flow. Constants can be patterns of a `match`.
//!
//! # Ports
//!
//! [`Flow::ports`] gives one [`PortSpec`] after another. Specs of the same group are alternatives, of which one is enough.
//! [`Flow::groups`] says whether every group is needed, or the document doesn't say. A spec may have no port number, because it is an
//! IP protocol such as ESP or the document names only a service.
//!
//! ```
//! use port_catalog::{Transport, flows};
//!
//! let specs: Vec<_> = flows::FortiMail::InEmailClientPop3.flow().ports().collect();
//! let groups: Vec<_> = specs.chunk_by(|one, next| one.group() == next.group()).collect();
//! // One group with two alternatives: 110 or 995.
//! assert_eq!(groups.len(), 1);
//! assert!(groups[0].iter().any(|spec| spec.matches(Transport::Tcp, 995)));
//! ```
//!
//! If the document doesn't state whether a port is TCP or UDP, its transport is [`Transport::Any`]. Nothing is presented as documented
//! that the document doesn't say: [`Flow::curated`] lists the facts of a flow that this project added.
//!
//! # Editions
//!
//! A product has an [`Edition`] for each version of its document that the catalog has. Everything else finds flows of the newest
//! edition, unless it is asked for another. A flow that the newest edition no longer has keeps its id.
//!
//! ```
//! use port_catalog::{Product, flows, query};
//!
//! let names: Vec<_> = Product::FortiClient.editions().map(|edition| edition.name()).collect();
//! assert_eq!(names, ["6.0.4", "6.2.0"]);
//!
//! // The same flow in two editions.
//! let old = Product::FortiClient.edition("6.0.4").unwrap();
//! let rating = flows::FortiClient::OutUrlRating;
//! assert!(rating.is_current());
//! assert_eq!(rating.flow().ports().to_string(), "tcp/8888");
//! assert_eq!(rating.in_edition(old).unwrap().ports().to_string(), "udp/8888");
//!
//! // All flows of an edition.
//! assert_eq!(query().edition(old).flows().count(), old.flows().len());
//! ```
//!
//! # Features
//!
//! The crate is `no_std`, doesn't allocate, and has no start-up cost. Without features, `port-core` is its only dependency.
//!
//! - `macros` (on by default): `catalog!` compiles a directory of your own tables into the same types with the same queries.
//! - `serde`: ids and words serialize and deserialize as strings, and a flow serializes as `port-catalog list --format json`
//!   prints it.
//! - `upgrade`: a function of that name lists the changes at a firewall from one edition of a document to another.

#![no_std]
#![warn(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// The expansion of `catalog!` refers to this crate by its name.
extern crate self as port_catalog;

mod catalog;
mod edition;
mod enum_methods;
mod examples;
mod facts;
mod flow;
mod flow_lists;
mod iterators;
#[allow(clippy::doc_markdown, reason = "names are written as the vendors write them")]
mod own_catalog;
mod packed;
mod query;
#[cfg(feature = "serde")]
mod serde;
mod serde_bound;
mod tables;
#[cfg(feature = "upgrade")]
mod upgrade;

pub use crate::catalog::{Catalog, FlowIdFacts, Id, PeerFacts, ProductFacts, ServiceFacts, VendorFacts};
pub use crate::edition::{Edition, Editions};
pub use crate::flow::{Flow, Ports, Source};
pub use crate::flow_lists::Flows;
pub use crate::iterators::{Ids, Interfaces, Names, Words};
pub use crate::own_catalog::{Data, FlowId, Peer, Product, Service, Vendor, by_port, flows, query};
pub use crate::query::{Matches, Query};
#[cfg(feature = "upgrade")]
pub use crate::upgrade::{Change, Upgrade, upgrade};
#[cfg(feature = "upgrade")]
pub use port_core::ChangeClass;
pub use port_core::{
    Direction, Enabled, Fact, Groups, ParseIdError, PeerKind, PortRange, PortRangeError, PortSpec, Requirement, Scope,
    Transport,
};
#[cfg(feature = "macros")]
pub use port_macros::catalog;

/// The version of the data and of the crate: removing a flow is a major change, adding one is minor, and changing a fact is a
/// patch.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Without the feature `serde`, enums don't implement its traits.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __serde_id {
    ($name:ident) => {};
}

/// Internal to the expansion of `catalog!`. It may change with any version.
#[doc(hidden)]
#[allow(clippy::inline_always, reason = "function calls would take longer than the lookup")]
pub mod __private {
    pub use crate::catalog::parse_id;
    pub use crate::edition::{edition_named, flow_in_edition, newest_edition, product_editions};
    pub use crate::facts::*;
    pub use crate::flow_lists::{peer_flows, product_flows, service_flows, vendor_flows};
    pub use crate::packed::{
        Column, FlowLists, HostIndex, Lists, OlderRows, PackedInts, PortIndex, StringPool, TextColumn, TextIndex,
    };
    pub use crate::tables::{IdTables, Tables};
    #[cfg(feature = "serde")]
    pub use ::serde;
    pub use port_core::id_hash::HashInput;
    pub use port_core::layout;
    #[cfg(feature = "serde")]
    pub use port_core::serde::deserialize;

    use crate::{Catalog, Flow, Flows, Query, Transport};

    #[inline(always)]
    pub const fn text_const(pool: StringPool, index: usize) -> &'static str {
        pool.get_const(index)
    }

    pub const fn flow<C: Catalog>(index: usize) -> Flow<C> {
        Flow::new(index)
    }

    pub const fn by_port<C: Catalog>(transport: Transport, port: u16) -> Flows<C> {
        Flows::new(C::PORTS.get(transport, port))
    }

    pub const fn query<'a, C: Catalog>() -> Query<'a, C> {
        Query::new()
    }
}
