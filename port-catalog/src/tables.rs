//! The tables of a catalog, as constants of traits that only `catalog!` implements.
//!
//! They are supertraits of [`Catalog`](crate::Catalog) and [`Id`](crate::Id) that programs can't name, so that those can get further methods
//! in a minor version.
#![allow(missing_docs, reason = "the name of a table says what it contains")]

use port_core::layout::{edition, flow, peer, product, profile, service, spec, vendor};

use crate::packed::{
    Column, FlowLists, HostIndex, Lists, OlderRows, PackedInts, PortIndex, StringPool, TextColumn, TextIndex,
};

/// The tables of a catalog.
#[diagnostic::on_unimplemented(message = "`{Self}` isn't a catalog: only the macro `catalog!` makes one")]
pub trait Tables {
    const VENDORS: [Column; vendor::NUMBERS];
    const VENDOR_TEXTS: StringPool;
    const VENDOR_TEXT_COLUMNS: [TextColumn; vendor::TEXTS];
    const VENDOR_PRODUCTS: Lists;
    const PRODUCTS: [Column; product::NUMBERS];
    const PRODUCT_TEXTS: StringPool;
    const PRODUCT_TEXT_COLUMNS: [TextColumn; product::TEXTS];
    const PRODUCT_INTERFACES: Lists;
    const PRODUCT_COMPONENTS: Lists;
    const NAMES: StringPool;
    const EDITIONS: [Column; edition::NUMBERS];
    const EDITION_TEXTS: StringPool;
    const EDITION_TEXT_COLUMNS: [TextColumn; edition::TEXTS];
    const PRODUCT_EDITIONS: PackedInts;
    const PEERS: [Column; peer::NUMBERS];
    const PEER_TEXTS: StringPool;
    const PEER_TEXT_COLUMNS: [TextColumn; peer::TEXTS];
    const PEER_INCLUDES: Lists;
    const SERVICES: [Column; service::NUMBERS];
    const SERVICE_TEXTS: StringPool;
    const SERVICE_TEXT_COLUMNS: [TextColumn; service::TEXTS];
    const FLOWS: [Column; flow::NUMBERS];
    const FLOW_TEXTS: StringPool;
    const FLOW_TEXT_COLUMNS: [TextColumn; flow::TEXTS];
    const PROFILES: [Column; profile::NUMBERS];
    const OLDER: OlderRows;
    const SPEC_LISTS: PackedInts;
    const SPECS: [Column; spec::NUMBERS];
    const HOST_LISTS: Lists;
    const HOST_NAMES: StringPool;
    const HOSTS: HostIndex;
    const PORTS: PortIndex;
    const FLOW_LISTS: FlowLists;
}

/// The tables of a type of ids.
#[diagnostic::on_unimplemented(message = "`{Self}` isn't a type of ids: only the macro `catalog!` makes one")]
pub trait IdTables: Copy {
    const IDS: StringPool;
    const INDEX: TextIndex;

    /// The position of the id in the catalog's order.
    fn index(self) -> usize;
}
