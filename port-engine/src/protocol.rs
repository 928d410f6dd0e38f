//! IP protocols by number. The engine uses them instead of transports, so that a new protocol is data.

use std::fmt;

use port_core::{PortSpec, Transport};
use serde::{Serialize, Serializer};

/// An IP protocol by its number in the IANA registry.
///
/// ```
/// use port_engine::protocol::Protocol;
///
/// assert_eq!(Protocol::ESP.number(), 50);
/// assert_eq!(Protocol::ESP.to_string(), "esp");
/// assert!(!Protocol::ESP.has_ports());
/// assert_eq!(Protocol::new(89).to_string(), "ip/89");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Protocol(u8);

/// Every protocol by its number, for slices of one that live forever.
static EVERY: [Protocol; 256] = {
    let mut every = [Protocol(0); 256];
    let mut number = 0;
    while number < u8::MAX {
        number += 1;
        every[number as usize] = Protocol(number);
    }
    every
};

impl Protocol {
    /// TCP.
    pub const TCP: Protocol = Protocol(6);
    /// UDP.
    pub const UDP: Protocol = Protocol(17);
    /// The Stream Control Transmission Protocol.
    pub const SCTP: Protocol = Protocol(132);
    /// The Encapsulating Security Payload of `IPsec`.
    pub const ESP: Protocol = Protocol(50);
    /// The Authentication Header of `IPsec`.
    pub const AH: Protocol = Protocol(51);
    /// Generic Routing Encapsulation.
    pub const GRE: Protocol = Protocol(47);
    /// ICMP, which only IPv4 has.
    pub const ICMP: Protocol = Protocol(1);
    /// ICMP for IPv6.
    pub const ICMPV6: Protocol = Protocol(58);
    /// IPv4 within IP.
    pub const IPIP: Protocol = Protocol(4);
    /// The Virtual Router Redundancy Protocol.
    pub const VRRP: Protocol = Protocol(112);

    /// The protocols that have a name in the vocabulary, those with ports first.
    pub const KNOWN: &'static [Protocol] = &[
        Protocol::TCP,
        Protocol::UDP,
        Protocol::SCTP,
        Protocol::ESP,
        Protocol::AH,
        Protocol::GRE,
        Protocol::ICMP,
        Protocol::ICMPV6,
        Protocol::IPIP,
        Protocol::VRRP,
    ];

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
        matches!(self, Protocol::TCP | Protocol::UDP | Protocol::SCTP)
    }

    /// Whether the protocol is ICMP, whose messages have types.
    #[must_use]
    pub const fn is_icmp(self) -> bool {
        matches!(self, Protocol::ICMP | Protocol::ICMPV6)
    }

    /// The protocol's name in lowercase, if the engine knows one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Protocol::TCP => Some("tcp"),
            Protocol::UDP => Some("udp"),
            Protocol::SCTP => Some("sctp"),
            Protocol::ESP => Some("esp"),
            Protocol::AH => Some("ah"),
            Protocol::GRE => Some("gre"),
            Protocol::ICMP => Some("icmp"),
            Protocol::ICMPV6 => Some("icmpv6"),
            Protocol::IPIP => Some("ipip"),
            Protocol::VRRP => Some("vrrp"),
            _ => None,
        }
    }

    /// The protocols that a transport may mean: two for [`Transport::Any`], none for [`Transport::Ip`] (the number is in the
    /// spec), otherwise one.
    ///
    /// ```
    /// use port_core::Transport;
    /// use port_engine::protocol::Protocol;
    ///
    /// assert_eq!(Protocol::possible(Transport::Any), [Protocol::TCP, Protocol::UDP]);
    /// ```
    #[must_use]
    pub const fn possible(transport: Transport) -> &'static [Protocol] {
        match (transport, transport.ip_protocol()) {
            (Transport::Any, _) => &[Protocol::TCP, Protocol::UDP],
            (_, Some(number)) => std::slice::from_ref(&EVERY[number as usize]),
            (_, None) => &[],
        }
    }

    /// The protocols that a spec may mean: two for [`Transport::Any`], none for a service without a transport, otherwise one.
    ///
    /// ```
    /// use port_core::{PortSpec, Transport};
    /// use port_engine::protocol::Protocol;
    ///
    /// let spec = PortSpec::<String>::from_parts(Some(Transport::Ip), None, None, 0, Some(89));
    /// assert_eq!(Protocol::of(&spec), [Protocol::new(89)]);
    /// ```
    #[must_use]
    pub const fn of<S>(spec: &PortSpec<S>) -> &'static [Protocol] {
        match (spec.transport(), spec.ip_protocol()) {
            (Some(Transport::Any), _) => Protocol::possible(Transport::Any),
            (_, Some(number)) => std::slice::from_ref(&EVERY[number as usize]),
            (_, None) => &[],
        }
    }

    /// Whether a spec may mean the protocol.
    #[must_use]
    pub fn may_be<S>(self, spec: &PortSpec<S>) -> bool {
        Protocol::of(spec).contains(&self)
    }
}

/// The protocol's name, or `ip/89`.
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
        for transport in Transport::ALL.iter().filter(|transport| **transport != Transport::Ip) {
            let protocols = Protocol::possible(*transport);
            assert!(!protocols.is_empty(), "{transport}");
            assert!(protocols.iter().all(|protocol| protocol.has_ports() == transport.has_ports()), "{transport}");
            assert!(protocols.iter().all(|protocol| Protocol::KNOWN.contains(protocol)), "{transport}");
        }
    }
}
