//! The columns of the packed tables: every table is rows of plain numbers, and these are their places.
//!
//! A number that stands for a text, a vendor, a product, a peer or a service counts from 0.
//! Where a fact may be missing, 0 says so and the others count from 1; text 0 is the empty one for the same reason, and
//! list 0 of flows the empty one. `FLOWS` is the number of a list of flows.
#![allow(missing_docs, reason = "a column is what its name says")]

/// A vendor: its texts.
pub mod vendor {
    pub const NAME: usize = 0;
    pub const URL: usize = 1;
    pub const FLOWS: usize = 2;
    pub const WIDTH: usize = 3;
}

/// A product: its vendor, and its document's texts.
pub mod product {
    pub const VENDOR: usize = 0;
    pub const NAME: usize = 1;
    pub const DOCUMENT: usize = 2;
    pub const URL: usize = 3;
    pub const EDITION: usize = 4;
    pub const RETRIEVED: usize = 5;
    pub const FLOWS: usize = 6;
    pub const WIDTH: usize = 7;
}

/// A peer: its texts, and its kind's place in `PeerKind::ALL`.
pub mod peer {
    pub const NAME: usize = 0;
    pub const DESCRIPTION: usize = 1;
    pub const KIND: usize = 2;
    pub const FLOWS: usize = 3;
    pub const WIDTH: usize = 4;
}

/// A service: its texts, its port (0 for none) and one bit per place of `Transport::ALL`.
pub mod service {
    pub const NAME: usize = 0;
    pub const DESCRIPTION: usize = 1;
    pub const PORT: usize = 2;
    pub const TRANSPORTS: usize = 3;
    pub const FLOWS: usize = 4;
    pub const WIDTH: usize = 5;
}

/// A flow. Interfaces are bits by place in the product's list, curated facts bits by place in `Fact::ALL`.
pub mod flow {
    pub const PRODUCT: usize = 0;
    pub const PEER: usize = 1;
    pub const DIRECTION: usize = 2;
    pub const REQUIREMENT: usize = 3;
    pub const CONFIGURABLE: usize = 4;
    pub const INTERFACES: usize = 5;
    pub const RECOMMENDED: usize = 6;
    pub const CURATED: usize = 7;
    pub const ROW: usize = 8;
    pub const PURPOSE: usize = 9;
    pub const CONDITION: usize = 10;
    pub const CUSTOMIZATION: usize = 11;
    pub const NOTE: usize = 12;
    pub const SECTION: usize = 13;
    pub const PRINTED_PEER: usize = 14;
    pub const PRINTED_LABEL: usize = 15;
    pub const PRINTED_PORTS: usize = 16;
    pub const WIDTH: usize = 17;
}

/// A port spec: ports (0 for none), transport's place in `Transport::ALL` from 1, service from 1.
pub mod spec {
    pub const FIRST: usize = 0;
    pub const LAST: usize = 1;
    pub const TRANSPORT: usize = 2;
    pub const SERVICE: usize = 3;
    pub const GROUP: usize = 4;
    pub const WIDTH: usize = 5;
}

/// How the port index is cut: for `tcp`, for `udp` and for either 1,024 pages of 64 ports, each port with a list of flows.
pub mod port {
    pub const PAGES: usize = 1024;
    pub const PAGE: usize = 64;
    pub const TCP: usize = 0;
    pub const UDP: usize = 1;
    pub const EITHER: usize = 2;
    pub const WAYS: usize = 3;
}
