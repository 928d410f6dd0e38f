//! The closed vocabulary: the words whose meaning no catalog changes, and the range of ports.

use core::fmt;
use core::str::FromStr;

use super::nearest::{LONGEST_ID, nearest};

/// A text that is none of the words or ids it should be one of.
///
/// ```
/// use port_catalog::Product;
///
/// let error = "fortimial".parse::<Product>().unwrap_err();
/// assert_eq!(error.kind(), "product");
/// assert_eq!(error.nearest(), Some("fortimail"));
/// assert_eq!(error.to_string(), "no such product; the nearest is fortimail");
/// ```
#[derive(Clone, Copy)]
pub struct Unknown {
    kind: &'static str,
    /// As much of the text as is compared with what is known, and how much that is.
    text: [u8; LONGEST_ID],
    length: usize,
    /// Looking for the nearest takes longer than all else, and who does not ask for it shall not pay for it.
    nearest: fn(&str) -> Option<&'static str>,
}

impl Unknown {
    /// Says that a text is no `kind`, and how the nearest one is found.
    #[doc(hidden)]
    #[inline]
    pub fn new(kind: &'static str, text: &str, nearest: fn(&str) -> Option<&'static str>) -> Self {
        let mut start = [0; LONGEST_ID];
        let length = start.len().min(text.len());
        start[..length].copy_from_slice(&text.as_bytes()[..length]);
        Unknown { kind, text: start, length, nearest }
    }

    /// What the text should have been: `product`, `flow id`, `transport`.
    #[inline]
    pub const fn kind(&self) -> &'static str {
        self.kind
    }

    /// The known word nearest to the text; `None` only where nothing is known at all.
    #[inline]
    pub fn nearest(&self) -> Option<&'static str> {
        (self.nearest)(self.text())
    }

    /// The text, or its first characters.
    #[inline]
    fn text(&self) -> &str {
        let text = &self.text[..self.length];
        match core::str::from_utf8(text) {
            Ok(text) => text,
            // It was cut within a character.
            Err(error) => core::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default(),
        }
    }
}

impl PartialEq for Unknown {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        (self.kind, self.text()) == (other.kind, other.text())
    }
}

impl Eq for Unknown {}

impl fmt::Debug for Unknown {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Unknown").field(&format_args!("{self}")).finish()
    }
}

impl fmt::Display for Unknown {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no such {}", self.kind)?;
        match self.nearest() {
            Some(nearest) => write!(f, "; the nearest is {nearest}"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for Unknown {}

/// Defines a closed set of words: an enum with its texts, in the order in which the variants stand.
macro_rules! words {
    ($($(#[$meta:meta])* $name:ident is a $kind:literal { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+ })+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
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
            type Err = Unknown;

            #[inline]
            fn from_str(text: &str) -> Result<Self, Unknown> {
                match text {
                    $($text => Ok($name::$variant),)+
                    _ => Err(Unknown::new($kind, text, |text| nearest(text, $name::ALL.iter().map(|word| word.as_str())))),
                }
            }
        }
    )+};
}

words! {
    /// What carries a flow: a transport with ports, or an IP protocol without any.
    ///
    /// ```
    /// use port_catalog::{FlowId, Transport};
    ///
    /// let heartbeat = FlowId::FortimailInFortimailHaHeartbeat.flow();
    /// assert_eq!(heartbeat.ports().next().unwrap().transport(), Some(Transport::Udp));
    /// ```
    Transport is a "transport" {
        /// TCP.
        Tcp = "tcp",
        /// UDP.
        Udp = "udp",
        /// The Encapsulating Security Payload of `IPsec`, IP protocol 50. It has no ports.
        Esp = "esp",
        /// The document names a port and no transport: it may be TCP, UDP or both.
        Any = "any",
    }

    /// Who opens the connection.
    ///
    /// ```
    /// use port_catalog::{Direction, FlowId};
    ///
    /// let dns = FlowId::SecuritygatewayOutDnsServer.flow();
    /// assert_eq!(dns.direction(), Direction::Outbound);
    /// ```
    Direction is a "direction" {
        /// The peer connects to the product.
        Inbound = "inbound",
        /// The product connects to the peer.
        Outbound = "outbound",
    }

    /// How firmly the document asks for a flow.
    ///
    /// ```
    /// use port_catalog::{FlowId, Requirement};
    ///
    /// let pop3 = FlowId::FortimailInEmailClientPop3.flow();
    /// assert_eq!(pop3.requirement(), Requirement::Conditional);
    /// assert_eq!(pop3.condition(), Some("server mode only"));
    /// ```
    Requirement is a "requirement" {
        /// The document says that the flow is needed.
        Required = "required",
        /// The document limits it: it is needed only under the flow's condition.
        Conditional = "conditional",
        /// The document lists the flow and does not say whether it is needed.
        Unstated = "unstated",
    }

    /// What sort of thing a peer is.
    ///
    /// ```
    /// use port_catalog::{Peer, PeerKind};
    ///
    /// assert_eq!(Peer::LdapServer.kind(), PeerKind::Role);
    /// assert_eq!(Peer::FortiManager.kind(), PeerKind::Product);
    /// ```
    PeerKind is a "kind of peer" {
        /// A part that anybody's software may play: a mail client, an LDAP server, the Internet.
        Role = "role",
        /// A vendor's product that a customer runs.
        Product = "product",
        /// A service that somebody runs on the Internet for many.
        Service = "service",
    }

    /// A fact of a flow, as the `curated` list names it.
    ///
    /// ```
    /// use port_catalog::{Fact, FlowId};
    ///
    /// // The capture lost the cell that names the peer of this row, so the peer is curated.
    /// let poll = FlowId::FortimailInFortimanagerSnmpPoll.flow();
    /// assert!(poll.curated().any(|fact| fact == Fact::Peer));
    /// ```
    Fact is a "curated fact" {
        /// Who opens the connection.
        Direction = "direction",
        /// The other end.
        Peer = "peer",
        /// What the flow is for.
        Purpose = "purpose",
        /// The port specs as a whole.
        Ports = "ports",
        /// The services spoken on the ports.
        Service = "service",
        /// Whether the flow is required.
        Requirement = "requirement",
        /// The limit of a conditional flow.
        Condition = "condition",
        /// The product's interfaces.
        Interfaces = "interfaces",
        /// The interface to prefer.
        RecommendedInterface = "recommended_interface",
        /// The peer's host names.
        Hosts = "hosts",
        /// Whether the port can be changed.
        Configurable = "configurable",
        /// Where the port can be changed.
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
    /// Whether traffic of one can be traffic of the other: equal, or one is `any` and the other has ports.
    ///
    /// ```
    /// use port_catalog::Transport;
    ///
    /// assert!(Transport::Any.meets(Transport::Udp));
    /// assert!(!Transport::Tcp.meets(Transport::Udp));
    /// assert!(!Transport::Any.meets(Transport::Esp));
    /// ```
    #[inline]
    pub const fn meets(self, other: Transport) -> bool {
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

/// The ports from one number to another, both included; a single port is a range of one. Never empty, never with port 0.
///
/// ```
/// use port_catalog::{FlowId, PortRange};
///
/// let flow = FlowId::ForcepointEmailSecurityOutDlpMessageAnalysis.flow();
/// let range = flow.ports().next().unwrap().range().unwrap();
/// assert_eq!(range, PortRange::new(17500, 17515).unwrap());
/// assert_eq!(range.to_string(), "17500-17515");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    first: u16,
    last: u16,
}

impl PortRange {
    /// The ports `first..=last`, 1 to 65535; `None` where `first` is 0 or greater than `last`.
    ///
    /// ```
    /// use port_catalog::PortRange;
    ///
    /// assert!(PortRange::new(20, 21).is_some());
    /// assert!(PortRange::new(21, 20).is_none());
    /// assert!(PortRange::new(0, 20).is_none());
    /// ```
    #[inline]
    pub const fn new(first: u16, last: u16) -> Option<PortRange> {
        if first == 0 || first > last { None } else { Some(PortRange { first, last }) }
    }

    /// The lowest port, 1 to 65535.
    #[inline]
    pub const fn first(self) -> u16 {
        self.first
    }

    /// The highest port, 1 to 65535; the lowest one again for a single port.
    #[inline]
    pub const fn last(self) -> u16 {
        self.last
    }

    /// Whether the range has the port.
    ///
    /// ```
    /// use port_catalog::PortRange;
    ///
    /// assert!(PortRange::new(17700, 17714).unwrap().contains(17714));
    /// ```
    #[inline]
    pub const fn contains(self, port: u16) -> bool {
        self.first <= port && port <= self.last
    }
}

impl fmt::Display for PortRange {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}-{}", self.first, self.last) }
    }
}
