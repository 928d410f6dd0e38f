//! The closed vocabulary: words with the same meaning in every catalog.

use core::fmt;
use core::str::FromStr;

use crate::nearest::nearest;
use crate::parse_id_error::ParseIdError;

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

        impl fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            #[inline]
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                match text {
                    $($text => Ok($name::$variant),)+
                    _ => Err(ParseIdError::new($kind, text, |text| nearest(text, $name::ALL.iter().map(|word| word.as_str())))),
                }
            }
        }
    )+};
}

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
        /// The Encapsulating Security Payload of `IPsec`, IP protocol 50. It has no ports.
        Esp = "esp",
        /// The document states a port but no transport: TCP, UDP or both.
        Any = "any",
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
        /// The other end.
        Peer = "peer",
        /// The purpose.
        Purpose = "purpose",
        /// The port specs as a whole.
        Ports = "ports",
        /// The services on the ports.
        Service = "service",
        /// Whether the flow is required.
        Requirement = "requirement",
        /// The condition of a conditional flow.
        Condition = "condition",
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
    /// Whether the same traffic can match both: they are equal, or one is `any` and the other has ports.
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
        matches!(
            (self, other),
            (Transport::Tcp | Transport::Any, Transport::Tcp | Transport::Any)
                | (Transport::Udp | Transport::Any, Transport::Udp | Transport::Any)
                | (Transport::Esp, Transport::Esp)
        )
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
        !matches!(self, Transport::Esp)
    }
}
