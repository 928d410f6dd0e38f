//! Targets: the platforms that one format of rules is written for, if it is for several.

use crate::words::words;

words! {
    /// A platform that rules of a format are for.
    Target is a "target" {
        /// nft (aerleon)
        Nftables = "nftables",
    }
}
