//! The columns of the packed tables, and what the numbers in them mean.
//!
//! An index of a vendor, product, peer or service counts from 0. In a column whose value may be missing, 0 means missing and
//! indexes count from 1. For the same reason, text 0 is empty, and so is flow list 0. A column `FLOWS` contains the index of a
//! flow list.
#![allow(missing_docs, reason = "the name of a column says what it contains")]

/// Defines the columns of a table: an index for each number column and each text column, their counts, and their names.
macro_rules! columns {
    (numbers: $($number:ident),*; texts: $($text:ident),*) => {
        #[allow(clippy::upper_case_acronyms, non_camel_case_types)]
        enum NumberColumn { $($number,)* Count }
        #[allow(clippy::upper_case_acronyms, non_camel_case_types)]
        enum TextColumn { $($text,)* Count }

        $(pub const $number: usize = NumberColumn::$number as usize;)*
        pub const NUMBERS: usize = NumberColumn::Count as usize;
        pub const NUMBER_NAMES: [&str; NUMBERS] = [$(stringify!($number)),*];

        $(pub const $text: usize = TextColumn::$text as usize;)*
        pub const TEXTS: usize = TextColumn::Count as usize;
        pub const TEXT_NAMES: [&str; TEXTS] = [$(stringify!($text)),*];
    };
}

/// A vendor.
pub mod vendor {
    columns!(numbers: FLOWS; texts: NAME, URL);
}

/// A product: its vendor, and the texts about its document.
pub mod product {
    columns!(numbers: VENDOR, FLOWS; texts: NAME, DOCUMENT, URL, EDITION, RETRIEVED);
}

/// A peer: the index of its kind in `PeerKind::ALL`, and its texts.
pub mod peer {
    columns!(numbers: KIND, FLOWS; texts: NAME, DESCRIPTION);
}

/// A service: its port (0 if it has none), one bit for each index in `Transport::ALL`, whether it is encrypted (0 if unknown, 1 for
/// no, 2 for yes), and its texts.
pub mod service {
    columns!(numbers: PORT, TRANSPORTS, ENCRYPTED, FLOWS; texts: NAME, DESCRIPTION);
}

/// A flow. `INTERFACES` has one bit for each index in the product's list, `CURATED` one for each index in `Fact::ALL`.
pub mod flow {
    columns!(
        numbers: PRODUCT, PEER, DIRECTION, REQUIREMENT, CONFIGURABLE, INTERFACES, RECOMMENDED, CURATED, ROW;
        texts: PURPOSE, CONDITION, CUSTOMIZATION, NOTE, SECTION, PRINTED_PEER, PRINTED_LABEL, PRINTED_PORTS
    );
}

/// A port spec: its ports (0 if it has none), the index of its transport in `Transport::ALL` from 1, its service from 1.
pub mod spec {
    columns!(numbers: FIRST, LAST, TRANSPORT, SERVICE, GROUP; texts:);
}

/// The port index: for TCP, for UDP and for either of them, 1,024 pages of 64 ports, each port with a flow list.
pub mod port {
    pub const PAGES: usize = 1024;
    pub const PAGE_SIZE: usize = 64;
    pub const TCP: usize = 0;
    pub const UDP: usize = 1;
    pub const EITHER: usize = 2;
    pub const KINDS: usize = 3;
}
