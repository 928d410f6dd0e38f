//! What differs between the platforms that aclgen generates rules for.

use super::notation::{NAMES, NSXT, NUMBERS, OPENCONFIG, PALOALTO, WITHOUT_SCTP};
use crate::rules::address::Family;
use crate::rules::limits::{EndpointLimits, Families, IcmpTypes, Limits};
use crate::rules::options::FirewallLocation;
use crate::rules::output_options::OutputOption;
use crate::rules::protocol_notation::ProtocolNotation;
use crate::rules::target::Target;

/// A platform that aclgen generates rules for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Platform {
    /// The target. Its word is aclgen's name of the platform.
    pub(super) target: Target,
    /// What rules can express.
    pub(super) limits: Limits,
    /// Which filters a policy has.
    pub(super) layout: Layout,
    /// The options that the platform has.
    pub(super) options: &'static [OutputOption],
    /// The longest name of a network, in characters.
    pub(super) longest_network: usize,
}

impl Platform {
    /// Whether there is a list for packets to the product, and one for packets from it.
    pub(super) fn has_lists(&self) -> bool {
        matches!(self.layout, Layout::Lists | Layout::FamilyLists(_))
    }
}

/// Which filters a policy has, and what they accept besides flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// One for each hook of nft.
    Hooks,
    /// One for each direction on the product's own machine, or one for a machine that forwards.
    Pf,
    /// One for each direction, from a zone to a zone.
    Zones,
    /// One for the packets of each direction, which aclgen writes for each family.
    Lists,
    /// One for the packets of each direction and family. In a list for one family, a term without an address of that family would
    /// match any address, so each filter only has the terms of its family. The text are further options of the filters.
    FamilyLists(&'static str),
    /// One, for a group of machines.
    Group,
    /// One for each direction, without a last term that drops the rest: on Windows, such a rule would override all others.
    Windows,
}

/// The platform of a target. `None` is the usual one.
pub(super) fn platform(target: Option<Target>) -> &'static Platform {
    let found = PLATFORMS.iter().find(|platform| Some(platform.target) == target);
    found.unwrap_or(&PLATFORMS[0])
}

const NFTABLES: Limits = limits("aerleon", &[FirewallLocation::Host, FirewallLocation::Network], NAMES);

const NETWORK: &[FirewallLocation] = &[FirewallLocation::Network];

/// Addresses of both families at each end. For most platforms, aclgen rejects a policy that has a host name.
const fn limits(format: &'static str, locations: &'static [FirewallLocation], protocols: ProtocolNotation) -> Limits {
    let endpoints = EndpointLimits { families: Families::Mixed, ..EndpointLimits::ADDRESSES };
    Limits { endpoints, ..Limits::usual(format, locations, protocols) }
}

/// The limits of lists that don't track connections.
const fn stateless(format: &'static str, protocols: ProtocolNotation) -> Limits {
    Limits { stateful: false, ..limits(format, NETWORK, protocols) }
}

/// The same if a rule has one family.
const fn openconfig(format: &'static str) -> Limits {
    one_family(stateless(format, OPENCONFIG))
}

const fn one_family(limits: Limits) -> Limits {
    Limits { endpoints: EndpointLimits { families: Families::OneEach, ..limits.endpoints }, ..limits }
}

/// A platform whose last term can log.
const fn logging(target: Target, layout: Layout, limits: Limits) -> Platform {
    Platform { target, limits, layout, options: &[OutputOption::Log], longest_network: 58 }
}

/// Every platform, the usual one first. A test compares it with [`TARGETS`](super::TARGETS).
pub(super) const PLATFORMS: &[Platform] = &[
    Platform { longest_network: usize::MAX, ..logging(Target::Nftables, Layout::Hooks, NFTABLES) },
    logging(Target::Arista, Layout::Lists, stateless("aerleon for arista", WITHOUT_SCTP)),
    logging(Target::Cisco, Layout::Lists, stateless("aerleon for cisco", NUMBERS)),
    logging(Target::CiscoAsa, Layout::Lists, CISCOASA),
    logging(Target::CiscoNx, Layout::Lists, stateless("aerleon for cisconx", WITHOUT_SCTP)),
    logging(Target::CiscoXr, Layout::Lists, stateless("aerleon for ciscoxr", NUMBERS)),
    logging(Target::Juniper, Layout::Lists, stateless("aerleon for juniper", NUMBERS)),
    without_log(Target::NokiaSrl, Layout::FamilyLists(" r24.3.2"), openconfig("aerleon for nokiasrl")),
    logging(Target::Nsxt, Layout::Group, NSX),
    without_log(Target::OpenConfig, Layout::FamilyLists(""), openconfig("aerleon for openconfig")),
    Platform { longest_network: 31, ..logging(Target::PacketFilter, Layout::Pf, PACKETFILTER) },
    logging(Target::PaloAlto, Layout::Zones, PAN_OS),
    without_log(Target::Sonic, Layout::FamilyLists(""), openconfig("aerleon for sonic")),
    logging(Target::Srx, Layout::Zones, SRX),
    without_log(Target::WindowsAdvFirewall, Layout::Windows, WINDOWS),
];

const fn without_log(target: Target, layout: Layout, limits: Limits) -> Platform {
    Platform { options: &[], ..logging(target, layout, limits) }
}

/// aclgen writes only the rules for IPv4.
const CISCOASA: Limits = {
    let limits = limits("aerleon for ciscoasa", NETWORK, NUMBERS);
    Limits { endpoints: EndpointLimits { families: Families::Only(Family::V4, None), ..limits.endpoints }, ..limits }
};

/// aclgen writes only the first type of ICMP of a term. A service of NSX-T has up to 15 ports or ranges.
const NSX: Limits =
    Limits { icmp_types: IcmpTypes::OneEach, port_slots: Some(15), ..limits("aerleon for nsxt", NETWORK, NSXT) };

const PACKETFILTER: Limits =
    limits("aerleon for packetfilter", &[FirewallLocation::Host, FirewallLocation::Network], WITHOUT_SCTP);

/// The ports of a service of PAN-OS are a text of up to 1,023 characters; a port and its comma have up to 6.
const PAN_OS: Limits = Limits { port_slots: Some(170), ..limits("aerleon for paloalto", NETWORK, PALOALTO) };

/// aclgen doesn't close the application of a term with eight types of ICMP.
const SRX: Limits = {
    let limits = limits("aerleon for srx", NETWORK, NUMBERS);
    let endpoints = EndpointLimits { host_names: true, ..limits.endpoints };
    Limits { icmp_types: IcmpTypes::OneEach, endpoints, ..limits }
};

/// For all addresses of one family, aclgen writes any address of both.
const WINDOWS: Limits = one_family(limits("aerleon for windows_advfirewall", &[FirewallLocation::Host], WITHOUT_SCTP));
