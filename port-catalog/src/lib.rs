//! The network ports that vendors' products require, as typed enums and static tables, with the source of every fact.
//!
//! ```
//! use port_catalog::{by_port, Direction, FlowId, Product, Transport};
//!
//! // Who uses tcp/8013, in every product? A flow without a stated transport counts for TCP and for UDP.
//! let users: Vec<String> = by_port(Transport::Tcp, 8013).map(|flow| flow.to_string()).collect();
//! assert_eq!(users, ["forticlient outbound to forticlient-ems-fortigate: tcp/8013"]);
//!
//! // What must be let in to a FortiMail?
//! let inbound = Product::FortiMail.flows().filter(|flow| flow.direction() == Direction::Inbound);
//! assert_eq!(inbound.count(), 25);
//!
//! // One row of one vendor's table, and where it stands.
//! let id: FlowId = "fortimail-in-email-client-pop3".parse()?;
//! assert_eq!(id.flow().ports().to_string(), "tcp/110 pop3 | tcp/995 pop3s");
//! assert_eq!(id.flow().source().row, 4);
//! # Ok::<(), port_catalog::ParseIdError>(())
//! ```
//!
//! The documentation is the catalog: [`FlowId`] has a variant for each row of each document, [`Product`], [`Peer`] and
//! [`Service`] one for each of theirs.
//!
//! The crate is `no_std`, allocates nothing, has nothing to initialise and needs nothing at run time. With the feature
//! `serde`, ids and words are (de)serialised as their texts, and a flow serialises as
//! `port-catalog list --format json` prints it.
//!
//! `catalog!` compiles a directory of your own tables into the same types with the same queries. It is the feature `macros`,
//! which is on by default; without it the crate has no dependency at all.

#![no_std]
#![warn(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// The macro names this crate by its name, here as everywhere.
extern crate self as port_catalog;

mod catalog;
mod facts;
mod flow;
mod flow_lists;
mod packed;
mod query;
#[cfg(feature = "serde")]
mod serde;

pub use crate::catalog::{Catalog, Id};
pub use crate::flow::{Flow, Ports, Source};
pub use crate::flow_lists::Flows;
pub use crate::query::{Matches, Query};
pub use port_core::{Direction, Fact, ParseIdError, PeerKind, PortRange, PortSpec, Requirement, Transport};
#[cfg(feature = "macros")]
pub use port_macros::catalog;

/// The version of the data, which is the crate's: a flow that goes raises its major number, one that comes its minor one,
/// a fact that changes its patch.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// This project's own tables.
#[cfg(feature = "macros")]
mod generated {
    crate::catalog!();
}
#[cfg(not(feature = "macros"))]
#[allow(clippy::doc_markdown, reason = "the names are the vendors'")]
mod generated {
    include!("generated.rs");
}

pub use generated::{Data, FlowId, Peer, Product, Service, Vendor, by_port, query};

/// Serialises an enum of any catalog: not at all, without the feature.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __serde_id {
    ($name:ident) => {};
}

/// What the expansion of `catalog!` calls. No part of the interface: it may change with any version.
#[doc(hidden)]
#[allow(clippy::inline_always, reason = "a look-up takes less time than a few calls would")]
pub mod __private {
    pub use crate::facts::*;
    pub use crate::flow_lists::{peer_flows, product_flows, service_flows, vendor_flows};
    pub use crate::packed::{
        FlowLists, HostIndex, Lists, PackedInts, PortIndex, TextColumn, TextIndex, StringPool, Width, parse_id,
    };
    #[cfg(feature = "serde")]
    pub use port_core::serde::deserialize;
    pub use port_core::id_hash::HashInput;
    pub use port_core::layout;
    #[cfg(feature = "serde")]
    pub use ::serde;

    use crate::{Catalog, Flow, Flows, Query, Transport};

    #[inline(always)]
    pub fn text(texts: StringPool, number: usize) -> &'static str {
        texts.get(number)
    }

    #[inline(always)]
    pub const fn text_const(texts: StringPool, number: usize) -> &'static str {
        texts.get_const(number)
    }

    pub const fn flow<C: Catalog>(place: usize) -> Flow<C> {
        Flow::at(place)
    }

    pub const fn by_port<C: Catalog>(transport: Transport, port: u16) -> Flows<C> {
        Flows::of(C::PORTS.get(transport, port))
    }

    pub const fn query<'a, C: Catalog>() -> Query<'a, C> {
        Query::every()
    }
}
