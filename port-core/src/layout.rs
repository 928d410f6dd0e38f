//! The columns of the packed tables, and what the numbers in them are.
//!
//! A number that stands for a vendor, a product, a peer or a service counts from 0. Where a fact may be missing, 0 says so
//! and the others count from 1; text 0 is the empty one for the same reason, and list 0 of flows the empty one.
//! `FLOWS` is the number of a list of flows.
#![allow(missing_docs, reason = "a column is what its name says")]

/// A vendor.
pub mod vendor {
    pub const FLOWS: usize = 0;
    pub const NUMBERS: usize = 1;

    pub const NAME: usize = 0;
    pub const URL: usize = 1;
    pub const TEXTS: usize = 2;
}

/// A product: its vendor, and its document's texts.
pub mod product {
    pub const VENDOR: usize = 0;
    pub const FLOWS: usize = 1;
    pub const NUMBERS: usize = 2;

    pub const NAME: usize = 0;
    pub const DOCUMENT: usize = 1;
    pub const URL: usize = 2;
    pub const EDITION: usize = 3;
    pub const RETRIEVED: usize = 4;
    pub const TEXTS: usize = 5;
}

/// A peer: its kind's place in `PeerKind::ALL`, and its texts.
pub mod peer {
    pub const KIND: usize = 0;
    pub const FLOWS: usize = 1;
    pub const NUMBERS: usize = 2;

    pub const NAME: usize = 0;
    pub const DESCRIPTION: usize = 1;
    pub const TEXTS: usize = 2;
}

/// A service: its port (0 for none), one bit per place of `Transport::ALL`, and its texts.
pub mod service {
    pub const PORT: usize = 0;
    pub const TRANSPORTS: usize = 1;
    pub const FLOWS: usize = 2;
    pub const NUMBERS: usize = 3;

    pub const NAME: usize = 0;
    pub const DESCRIPTION: usize = 1;
    pub const TEXTS: usize = 2;
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
    pub const NUMBERS: usize = 9;

    pub const PURPOSE: usize = 0;
    pub const CONDITION: usize = 1;
    pub const CUSTOMIZATION: usize = 2;
    pub const NOTE: usize = 3;
    pub const SECTION: usize = 4;
    pub const PRINTED_PEER: usize = 5;
    pub const PRINTED_LABEL: usize = 6;
    pub const PRINTED_PORTS: usize = 7;
    pub const TEXTS: usize = 8;
}

/// A port spec: ports (0 for none), transport's place in `Transport::ALL` from 1, service from 1.
pub mod spec {
    pub const FIRST: usize = 0;
    pub const LAST: usize = 1;
    pub const TRANSPORT: usize = 2;
    pub const SERVICE: usize = 3;
    pub const GROUP: usize = 4;
    pub const NUMBERS: usize = 5;
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
