//! Limits: what the rules of a format can express, as data.

use super::address::Family;
use super::options::FirewallLocation;
use super::protocol_notation::ProtocolNotation;

/// What the rules of a format can express.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The format's name in remarks.
    pub format: &'static str,
    /// Where firewalls of this format can be; the usual location is first.
    pub locations: &'static [FirewallLocation],
    /// Whether the output can contain comments.
    pub comments: bool,
    /// How the format writes protocols, and which of them it can express.
    pub protocols: ProtocolNotation,
    /// Whether the firewall tracks connections and therefore recognizes replies. For a firewall that doesn't, rules allow the
    /// replies too. Only for TCP can such rules tell replies from new connections.
    pub stateful: bool,
    /// How many types of ICMP messages a rule can have.
    pub icmp_types: IcmpTypes,
    /// How many slots for ports a rule has. A range takes two slots. A rule with a single port or range always fits.
    pub port_slots: Option<usize>,
    /// What it can express of the ends.
    pub endpoints: EndpointLimits,
    /// The longest name of an interface, in characters. `None` if rules can't contain interfaces.
    pub longest_interface: Option<usize>,
}

impl Limits {
    /// The limits that most formats share: the firewall tracks connections, and a rule has any number of ports and types of ICMP, and
    /// [addresses](EndpointLimits::ADDRESSES) at both ends, but no interfaces. A format states what is different.
    #[must_use]
    pub const fn usual(
        format: &'static str,
        locations: &'static [FirewallLocation],
        protocols: ProtocolNotation,
    ) -> Limits {
        Limits {
            format,
            locations,
            comments: true,
            protocols,
            stateful: true,
            icmp_types: IcmpTypes::Several,
            port_slots: None,
            endpoints: EndpointLimits::ADDRESSES,
            longest_interface: None,
        }
    }
}

/// How many types of ICMP messages a rule of a format can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IcmpTypes {
    /// One.
    OneEach,
    /// Any number.
    Several,
}

/// What the rules of a format can express of their source and destination.
#[derive(Clone, Copy, Debug)]
pub struct EndpointLimits {
    /// Whether rules can contain the product's own addresses. If not, the rules are applied to the product itself.
    pub own: bool,
    /// Which address families a rule can mix.
    pub families: Families,
    /// Whether rules can contain host names.
    pub host_names: bool,
    /// Whether rules can contain all names below a domain, such as `*.example.com`.
    pub wildcards: bool,
    /// How many addresses each end of a rule can have.
    pub max_addresses: Option<usize>,
}

impl EndpointLimits {
    /// Any number of addresses of one family at each end, and no names.
    pub const ADDRESSES: EndpointLimits = EndpointLimits {
        own: true,
        families: Families::OneEach,
        host_names: false,
        wildcards: false,
        max_addresses: None,
    };
}

/// Which address families the rules of a format can contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Families {
    /// Both in one rule.
    Mixed,
    /// Both, but only one in each rule. Host names get rules of their own.
    OneEach,
    /// Only this family. The named format is for the other one, if there is one.
    Only(Family, Option<&'static str>),
}
