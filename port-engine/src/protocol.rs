//! IP protocols by number. The engine uses them instead of transports, so that a new protocol is data.

use std::fmt;

use port_core::Transport;
use serde::{Serialize, Serializer};

/// An IP protocol by its number in the IANA registry.
///
/// ```
/// use port_engine::protocol::Protocol;
///
/// assert_eq!(Protocol::ESP.number(), 50);
/// assert_eq!(Protocol::ESP.to_string(), "esp");
/// assert!(!Protocol::ESP.has_ports());
/// assert_eq!(Protocol::new(112).to_string(), "ip/112");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Protocol(u8);

impl Protocol {
    /// TCP.
    pub const TCP: Protocol = Protocol(6);
    /// UDP.
    pub const UDP: Protocol = Protocol(17);
    /// The Encapsulating Security Payload of `IPsec`.
    pub const ESP: Protocol = Protocol(50);

    /// ICMP, which only IPv4 has.
    pub const ICMP: Protocol = Protocol(1);
    /// Generic Routing Encapsulation.
    pub const GRE: Protocol = Protocol(47);
    /// ICMP for IPv6.
    pub const ICMPV6: Protocol = Protocol(58);

    /// Every protocol that a transport of the vocabulary may mean, those with ports first.
    pub const KNOWN: &'static [Protocol] = &[Protocol::TCP, Protocol::UDP, Protocol::ESP];

    /// The protocol of a number.
    #[must_use]
    pub const fn new(number: u8) -> Protocol {
        Protocol(number)
    }

    /// Its number in the IANA registry.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Whether the protocol has port numbers.
    #[must_use]
    pub const fn has_ports(self) -> bool {
        matches!(self, Protocol::TCP | Protocol::UDP)
    }

    /// The protocol's name in lowercase, if the engine knows one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Protocol::TCP => Some("tcp"),
            Protocol::UDP => Some("udp"),
            Protocol::ESP => Some("esp"),
            Protocol::ICMP => Some("icmp"),
            Protocol::GRE => Some("gre"),
            Protocol::ICMPV6 => Some("icmpv6"),
            _ => None,
        }
    }

    /// The protocols that a transport may mean: two for [`Transport::Any`], otherwise one.
    ///
    /// ```
    /// use port_core::Transport;
    /// use port_engine::protocol::Protocol;
    ///
    /// assert_eq!(Protocol::possible(Transport::Any), [Protocol::TCP, Protocol::UDP]);
    /// ```
    #[must_use]
    pub const fn possible(transport: Transport) -> &'static [Protocol] {
        match transport {
            Transport::Tcp => &[Protocol::TCP],
            Transport::Udp => &[Protocol::UDP],
            Transport::Esp => &[Protocol::ESP],
            Transport::Any => &[Protocol::TCP, Protocol::UDP],
            // `tests::every_transport_has_a_protocol` fails if a transport of the vocabulary is missing above.
            _ => &[],
        }
    }
}

/// The protocol's name, or `ip/112`.
impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => f.pad(&format!("ip/{}", self.0)),
        }
    }
}

impl Serialize for Protocol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Protocol;
    use port_core::Transport;

    #[test]
    fn every_transport_has_a_protocol() {
        for transport in Transport::ALL {
            let protocols = Protocol::possible(*transport);
            assert!(!protocols.is_empty(), "{transport}");
            assert!(protocols.iter().all(|protocol| protocol.has_ports() == transport.has_ports()), "{transport}");
            assert!(protocols.iter().all(|protocol| Protocol::KNOWN.contains(protocol)), "{transport}");
        }
    }
}
