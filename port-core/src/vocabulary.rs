//! The closed vocabulary: words with the same meaning in every catalog.

use crate::parse_id_error::ParseIdError;

/// Finds the word with a text. `nearest` finds the most similar one. One function for all enums compiles faster than one for each.
pub(crate) fn parse<T: Copy>(
    kind: &'static str,
    text: &str,
    all: &[T],
    as_str: fn(T) -> &'static str,
    nearest: fn(&str) -> Option<&'static str>,
) -> Result<T, ParseIdError> {
    all.iter().copied().find(|word| as_str(*word) == text).ok_or_else(|| ParseIdError::new(kind, text, nearest))
}

/// Defines a closed set of words: an enum and the text of each variant.
macro_rules! vocabulary {
    ($($(#[$meta:meta])* $name:ident is a $kind:literal { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+ })+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $name {
            #[doc = concat!("Every ", $kind, ", in order.")]
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word as tables and JSON write it.
            #[inline]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)+
                }
            }
        }

        impl $name {
            /// What it is, for messages.
            pub(crate) const KIND: &'static str = $kind;
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl From<$name> for &'static str {
            #[inline]
            fn from(word: $name) -> &'static str {
                word.as_str()
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $crate::ParseIdError;

            #[inline]
            fn try_from(text: &str) -> Result<Self, $crate::ParseIdError> {
                text.parse()
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::ParseIdError;

            #[inline]
            fn from_str(text: &str) -> Result<Self, $crate::ParseIdError> {
                $crate::vocabulary::parse($name::KIND, text, $name::ALL, $name::as_str, |text| {
                    $crate::nearest::nearest(text, $name::ALL.iter().map(|word| word.as_str()))
                })
            }
        }
    )+};
}

#[cfg(feature = "upgrade")]
pub(crate) use vocabulary;

vocabulary! {
    /// The protocol of a flow: a transport with ports, or an IP protocol without ports.
    ///
    /// ```
    /// use port_catalog::{Transport, flows};
    ///
    /// let heartbeat = flows::FortiMail::InFortimailHaHeartbeat.flow();
    /// assert_eq!(heartbeat.ports().next().unwrap().transport(), Some(Transport::Udp));
    /// ```
    #[non_exhaustive]
    Transport is a "transport" {
        /// TCP.
        Tcp = "tcp",
        /// UDP.
        Udp = "udp",
        /// SCTP.
        Sctp = "sctp",
        /// The document states a port but no transport: TCP, UDP or both.
        Any = "any",
        /// The Encapsulating Security Payload of `IPsec`, IP protocol 50. It has no ports.
        Esp = "esp",
        /// The Authentication Header of `IPsec`, IP protocol 51. It has no ports.
        Ah = "ah",
        /// Generic Routing Encapsulation, IP protocol 47. It has no ports.
        Gre = "gre",
        /// ICMP for IPv4, IP protocol 1. It has no ports, but may have a [type](crate::PortSpec::icmp_type).
        Icmp = "icmp",
        /// ICMP for IPv6, IP protocol 58. It has no ports, but may have a [type](crate::PortSpec::icmp_type).
        Icmpv6 = "icmpv6",
        /// IPv4 inside IPv4, IP protocol 4. It has no ports.
        Ipip = "ipip",
        /// The Virtual Router Redundancy Protocol, IP protocol 112. It has no ports.
        Vrrp = "vrrp",
        /// Any other IP protocol, by its [number](crate::PortSpec::ip_protocol). It has no ports.
        Ip = "ip",
    }

    /// How the groups of a flow's port specs relate.
    ///
    /// ```
    /// use port_catalog::{Groups, flows};
    ///
    /// // "TCP/110 or TCP/995": one group, whose specs are alternatives.
    /// let pop3 = flows::FortiMail::InEmailClientPop3.flow();
    /// assert_eq!(pop3.groups(), Groups::All);
    /// ```
    Groups is a "relation of groups" {
        /// Every group is needed.
        All = "all",
        /// The document lists several groups and doesn't say whether all of them are needed.
        Unstated = "unstated",
    }

    /// How far the traffic of a flow goes.
    ///
    /// ```
    /// use port_catalog::{Scope, flows};
    ///
    /// assert_eq!(flows::FortiMail::InAdmin.flow().scope(), Scope::Network);
    /// ```
    #[non_exhaustive]
    Scope is a "scope" {
        /// Over the network, so a firewall can see it.
        Network = "network",
        /// Within one host, over its loopback interface.
        Host = "host",
        /// Within one pod.
        Pod = "pod",
    }

    /// Whether the product opens the port by default.
    ///
    /// ```
    /// use port_catalog::{Enabled, flows};
    ///
    /// assert_eq!(flows::FortiMail::InAdmin.flow().enabled(), Enabled::Unstated);
    /// ```
    Enabled is a "default state" {
        /// The document says that it is on by default.
        Yes = "yes",
        /// The document says that it is off by default.
        No = "no",
        /// The document doesn't say.
        Unstated = "unstated",
    }

    /// Who opens the connection.
    ///
    /// ```
    /// use port_catalog::{Direction, flows};
    ///
    /// let dns = flows::SecurityGateway::OutDnsServer.flow();
    /// assert_eq!(dns.direction(), Direction::Outbound);
    /// ```
    Direction is a "direction" {
        /// The peer connects to the product.
        Inbound = "inbound",
        /// The product connects to the peer.
        Outbound = "outbound",
    }

    /// Whether the document requires a flow.
    ///
    /// ```
    /// use port_catalog::{Requirement, flows};
    ///
    /// let pop3 = flows::FortiMail::InEmailClientPop3.flow();
    /// assert_eq!(pop3.requirement(), Requirement::Conditional);
    /// assert_eq!(pop3.condition(), Some("server mode only"));
    /// ```
    #[non_exhaustive]
    Requirement is a "requirement" {
        /// The document says that the flow is needed.
        Required = "required",
        /// The flow is needed only under a condition that the document states.
        Conditional = "conditional",
        /// The document lists the flow without saying whether it is needed.
        Unstated = "unstated",
    }

    /// The kind of a peer.
    ///
    /// ```
    /// use port_catalog::{Peer, PeerKind};
    ///
    /// assert_eq!(Peer::LdapServer.kind(), PeerKind::Role);
    /// assert_eq!(Peer::FortiManager.kind(), PeerKind::Product);
    /// ```
    #[non_exhaustive]
    PeerKind is a "kind of peer" {
        /// A role that any software can have: a mail client, an LDAP server, the Internet.
        Role = "role",
        /// A vendor's product that a customer runs.
        Product = "product",
        /// A service on the Internet.
        Service = "service",
        /// A part of a product, such as the control plane of a cluster, as the peer of another part of it.
        Component = "component",
    }

    /// A field of a flow, as the `curated` list names it.
    ///
    /// ```
    /// use port_catalog::{Fact, flows};
    ///
    /// // The capture lost the cell that names the peer of this row, so the peer is curated.
    /// let poll = flows::FortiMail::InFortimanagerSnmpPoll.flow();
    /// assert!(poll.curated().any(|fact| fact == Fact::Peer));
    /// ```
    #[non_exhaustive]
    Fact is a "curated fact" {
        /// Who opens the connection.
        Direction = "direction",
        /// The part of the product at its own end.
        Component = "component",
        /// The other end.
        Peer = "peer",
        /// The purpose.
        Purpose = "purpose",
        /// The port specs as a whole.
        Ports = "ports",
        /// Whether all groups of ports are needed.
        Groups = "groups",
        /// The services on the ports.
        Service = "service",
        /// Whether the flow is required.
        Requirement = "requirement",
        /// The condition of a conditional flow.
        Condition = "condition",
        /// How far the traffic goes.
        Scope = "scope",
        /// Whether the port is open by default.
        Enabled = "enabled",
        /// The product's interfaces.
        Interfaces = "interfaces",
        /// The recommended interface.
        RecommendedInterface = "recommended_interface",
        /// The peer's host names.
        Hosts = "hosts",
        /// Whether the port can be changed.
        Configurable = "configurable",
        /// Where or how to change the port.
        Customization = "customization",
    }
}

impl Direction {
    /// The word that joins a direction to its peer: inbound `from`, outbound `to`.
    ///
    /// ```
    /// use port_catalog::Direction;
    ///
    /// assert_eq!(Direction::Inbound.preposition(), "from");
    /// ```
    #[inline]
    pub const fn preposition(self) -> &'static str {
        match self {
            Direction::Inbound => "from",
            Direction::Outbound => "to",
        }
    }
}

impl Transport {
    /// Whether the same traffic can match both: they are equal, or one is `any` and the other is TCP or UDP.
    ///
    /// ```
    /// use port_catalog::Transport;
    ///
    /// assert!(Transport::Any.overlaps(Transport::Udp));
    /// assert!(!Transport::Tcp.overlaps(Transport::Udp));
    /// assert!(!Transport::Any.overlaps(Transport::Esp));
    /// ```
    #[inline]
    pub const fn overlaps(self, other: Transport) -> bool {
        let is_any = matches!(self, Transport::Any) || matches!(other, Transport::Any);
        let are_both = matches!(self, Transport::Tcp | Transport::Udp | Transport::Any)
            && matches!(other, Transport::Tcp | Transport::Udp | Transport::Any);
        self as u8 == other as u8 || is_any && are_both
    }

    /// Its number in the IP header; `None` for [`Any`](Transport::Any), which may be several, and [`Ip`](Transport::Ip), which is
    /// any number.
    ///
    /// ```
    /// use port_catalog::Transport;
    ///
    /// assert_eq!(Transport::Esp.ip_protocol(), Some(50));
    /// assert_eq!(Transport::Any.ip_protocol(), None);
    /// ```
    #[inline]
    pub const fn ip_protocol(self) -> Option<u8> {
        match self {
            Transport::Tcp => Some(6),
            Transport::Udp => Some(17),
            Transport::Sctp => Some(132),
            Transport::Esp => Some(50),
            Transport::Ah => Some(51),
            Transport::Gre => Some(47),
            Transport::Icmp => Some(1),
            Transport::Icmpv6 => Some(58),
            Transport::Ipip => Some(4),
            Transport::Vrrp => Some(112),
            Transport::Any | Transport::Ip => None,
        }
    }

    /// Whether the transport has port numbers.
    ///
    /// ```
    /// use port_catalog::Transport;
    ///
    /// assert!(Transport::Any.has_ports());
    /// assert!(!Transport::Esp.has_ports());
    /// ```
    #[inline]
    pub const fn has_ports(self) -> bool {
        matches!(self, Transport::Tcp | Transport::Udp | Transport::Sctp | Transport::Any)
    }
}
