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

/// A row of a flow table. `COMPONENT` is an index in the product's list from 1. `PROFILE`, `SPECS` and `HOSTS` are the indexes of a
/// [`profile`] and of the row's lists of specs and hosts; each distinct one is stored once.
///
/// The tables have the newest row of each id. Rows of older editions store what differs from it: columns and their values. The text
/// columns count from `NUMBERS`.
pub mod flow {
    columns!(
        numbers: PRODUCT, COMPONENT, PEER, PROFILE, ROW, SPECS, HOSTS;
        texts: PURPOSE, CONDITION, CUSTOMIZATION, NOTE, SECTION, PRINTED_PEER, PRINTED_LABEL, PRINTED_PORTS
    );
}

/// The facts of a flow that have few values. There are few combinations of them, so a row has only the index of its combination.
/// `NEWER` is the number of editions of the product that are newer than the row's. `RECOMMENDED` is an index in the product's list of
/// interfaces from 1. `INTERFACES` has one bit for each index in that list, `CURATED` one for each index in `Fact::ALL`.
pub mod profile {
    columns!(
        numbers: NEWER, DIRECTION, GROUPS, REQUIREMENT, SCOPE, ENABLED, CONFIGURABLE, INTERFACES, RECOMMENDED, CURATED;
        texts:
    );
}

/// The strings of a pool are in blocks of this many. Each block has a start, and each string one that counts from that of its block.
pub const STRINGS_PER_BLOCK: usize = 16;

/// A port spec: its first port and how many follow it; the index of its transport in `Transport::ALL` from 1, its service from 1, and its
/// group. For a transport without ports, `FIRST` is its number from 1 (0 if it has none) and `MORE` is [`NO_PORTS`](spec::NO_PORTS).
pub mod spec {
    columns!(numbers: FIRST, MORE, TRANSPORT, SERVICE, GROUP; texts:);

    /// The number of ports that follow the first is always less.
    pub const NO_PORTS: usize = 0xFFFF;
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
