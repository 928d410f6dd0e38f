//! The columns of the packed tables, and what the numbers in them mean.
//!
//! An index of a vendor, product, edition, peer or service counts from 0. In a column whose value may be missing, 0 means missing and
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

/// A product: its vendor, the list of the flows of its newest edition, and its texts.
pub mod product {
    columns!(numbers: VENDOR, FLOWS; texts: NAME, FIELD);
}

/// An edition: its product, its flows, whether all of the document was available, and the texts about the document.
pub mod edition {
    columns!(numbers: PRODUCT, FLOWS, COMPLETE; texts: NAME, PRINTED, DOCUMENT, URL, SOURCE, LICENCE, RETRIEVED, NOTE);
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

/// A row of a flow table. `COMPONENT` and `RECOMMENDED` are indexes in the product's lists from 1. `INTERFACES` has one bit for each
/// index in the product's list, `CURATED` one for each index in `Fact::ALL`.
///
/// The tables have the newest row of each id. Rows of older editions store what differs from it: pairs of a column and its value.
/// The text columns count from `NUMBERS`, and two more columns contain the indexes of the row's lists of specs and hosts.
pub mod flow {
    columns!(
        numbers: PRODUCT, EDITION, COMPONENT, PEER, DIRECTION, GROUPS, REQUIREMENT, SCOPE, ENABLED, CONFIGURABLE, INTERFACES,
            RECOMMENDED, CURATED, ROW;
        texts: PURPOSE, CONDITION, CUSTOMIZATION, NOTE, SECTION, PRINTED_PEER, PRINTED_LABEL, PRINTED_PORTS
    );

    pub const SPECS: usize = NUMBERS + TEXTS;
    pub const HOSTS: usize = SPECS + 1;
}

/// A port spec: its ports, or for a transport without ports its number from 1 as the first (0 if it has none); the index of its transport in `Transport::ALL` from 1, its service from 1.
pub mod spec {
    columns!(numbers: FIRST, LAST, TRANSPORT, SERVICE, GROUP; texts:);
}

/// The port index: for TCP, for UDP, for either of them and for SCTP, 2,048 pages of 32 ports, each port with a flow list. The pages
/// for SCTP are left out if no flow uses it.
pub mod port {
    pub const PAGES: usize = 2048;
    pub const PAGE_SIZE: usize = 32;
    pub const TCP: usize = 0;
    pub const UDP: usize = 1;
    pub const EITHER: usize = 2;
    pub const SCTP: usize = 3;
    pub const KINDS: usize = 4;
}
