//! An entry of a generated list, whatever its platform is.

use std::collections::BTreeSet;

use crate::openings::protocol;

/// An entry that accepts packets, or drops all that reach it.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// The direction of the packets, relative to the product; empty for both.
    pub direction: &'static str,
    /// The family of the packets; `None` for both.
    pub family: Option<u8>,
    /// The name of the term; empty if the platform has no place for it.
    pub term: String,
    /// Whether the entry drops everything.
    pub drops: bool,
    /// The protocol, as openings name it.
    pub protocol: String,
    pub source_ports: Vec<(u16, u16)>,
    pub ports: Vec<(u16, u16)>,
    pub icmp_types: Vec<u8>,
    /// Whether only packets of established connections match.
    pub established: bool,
    /// The addresses; empty for any.
    pub source: BTreeSet<String>,
    pub destination: BTreeSet<String>,
}

impl Entry {
    /// Each protocol and range of ports that the entry matches, with 0 for a protocol without ports. Types of ICMP are part of the
    /// protocol.
    pub fn traffic(&self) -> Vec<(String, (u16, u16))> {
        if !self.icmp_types.is_empty() {
            assert!(self.ports.is_empty() && self.source_ports.is_empty(), "{self:?}");
            return self.icmp_types.iter().map(|number| (format!("{}/{number}", self.protocol), (0, 0))).collect();
        }
        assert!(self.ports.is_empty() || self.source_ports.is_empty(), "{self:?}");
        let ports = if self.ports.is_empty() { &self.source_ports } else { &self.ports };
        let has_ports = ["tcp", "udp", "sctp"].contains(&self.protocol.as_str());
        assert_eq!(has_ports, !ports.is_empty(), "a protocol with ports has some: {self:?}");
        let ports: &[(u16, u16)] = if has_ports { ports } else { &[(0, 0)] };
        ports.iter().map(|ports| (self.protocol.clone(), *ports)).collect()
    }
}

/// A protocol by its number or one of its names.
pub fn named_protocol(word: &str) -> String {
    match word.parse() {
        Ok(number) => protocol(number),
        Err(_) => match word.to_lowercase().as_str() {
            "icmp6" | "ipv6-icmp" | "icmpv6" => "icmpv6".to_string(),
            "icmpv4" => "icmp".to_string(),
            known @ ("tcp" | "udp" | "sctp" | "icmp" | "esp" | "ah" | "gre") => known.to_string(),
            "igmp" => "ip/2".to_string(),
            other => panic!("unknown protocol {other}"),
        },
    }
}

/// A range such as `8300-8302`, or a single port.
pub fn range(text: &str, separator: &str) -> (u16, u16) {
    let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("no port: {text}"));
    match text.split_once(separator) {
        Some((first, last)) => (number(first), number(last)),
        None => (number(text), number(text)),
    }
}

/// The direction of a list by the end of its name, which a family may follow.
pub fn direction_of(list: &str) -> &'static str {
    let name = list.trim_end_matches("-ipv4").trim_end_matches("-ipv6");
    match name.rsplit('-').next() {
        Some("inbound") => "inbound",
        Some("outbound") => "outbound",
        _ => panic!("no direction: {list}"),
    }
}
