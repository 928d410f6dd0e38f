//! The two versions of the Internet Protocol.

use crate::words::words;

words! {
    /// A version of the Internet Protocol.
    AddressFamily is a "address family" {
        /// What IPv4 packets reach
        Ipv4 = "ipv4",
        /// What IPv6 packets reach
        Ipv6 = "ipv6",
    }
}

impl AddressFamily {
    /// The name as texts write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            AddressFamily::Ipv4 => "IPv4",
            AddressFamily::Ipv6 => "IPv6",
        }
    }
}
