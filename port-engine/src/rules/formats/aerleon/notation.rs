//! How Aerleon names protocols and the types of ICMP messages.

use crate::protocol::Protocol;
use crate::rules::protocol_notation::{ProtocolNotation, type_name};

/// The protocols that every target accepts that knows them. `ipip` is written as its number, since nft and iptables take the name for 94.
pub(super) const PROTOCOLS: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| match protocol {
        Protocol::IPIP => Some(protocol.number().to_string()),
        named if named.name().is_some() => Some(named.to_string()),
        other => NUMBERS.contains(&other.number()).then(|| other.number().to_string()),
    },
    icmp_type: |protocol, icmp_type| type_name(ICMP_TYPES, protocol, icmp_type),
};

/// The other protocols that Aerleon knows, except extension headers of IPv6: IGMP, GGP, EGP, IGP, RDP, IPv6, RSVP, OSPF, PIM, L2TP and
/// UDP-Lite. It rejects all other numbers.
const NUMBERS: [u8; 11] = [2, 3, 8, 9, 27, 41, 46, 89, 103, 115, 136];

/// The protocols that the target paloalto knows. It rejects a policy that has another one.
pub(super) const PALOALTO: [Protocol; 8] = [
    Protocol::TCP,
    Protocol::UDP,
    Protocol::SCTP,
    Protocol::ESP,
    Protocol::AH,
    Protocol::GRE,
    Protocol::ICMP,
    Protocol::ICMPV6,
];

/// The types of ICMP that Aerleon names as its target nftables can write them.
const ICMP_TYPES: &[(Protocol, u8, &str)] = &[
    (Protocol::ICMP, 0, "echo-reply"),
    (Protocol::ICMP, 3, "unreachable"),
    (Protocol::ICMP, 4, "source-quench"),
    (Protocol::ICMP, 5, "redirect"),
    (Protocol::ICMP, 8, "echo-request"),
    (Protocol::ICMP, 9, "router-advertisement"),
    (Protocol::ICMP, 10, "router-solicitation"),
    (Protocol::ICMP, 11, "time-exceeded"),
    (Protocol::ICMP, 12, "parameter-problem"),
    (Protocol::ICMP, 13, "timestamp-request"),
    (Protocol::ICMP, 14, "timestamp-reply"),
    (Protocol::ICMP, 15, "information-request"),
    (Protocol::ICMP, 16, "information-reply"),
    (Protocol::ICMP, 17, "mask-request"),
    (Protocol::ICMP, 18, "mask-reply"),
    (Protocol::ICMPV6, 1, "destination-unreachable"),
    (Protocol::ICMPV6, 2, "packet-too-big"),
    (Protocol::ICMPV6, 3, "time-exceeded"),
    (Protocol::ICMPV6, 4, "parameter-problem"),
    (Protocol::ICMPV6, 128, "echo-request"),
    (Protocol::ICMPV6, 129, "echo-reply"),
    (Protocol::ICMPV6, 130, "multicast-listener-query"),
    (Protocol::ICMPV6, 131, "multicast-listener-report"),
    (Protocol::ICMPV6, 132, "multicast-listener-done"),
    (Protocol::ICMPV6, 133, "router-solicit"),
    (Protocol::ICMPV6, 134, "router-advertisement"),
    (Protocol::ICMPV6, 135, "neighbor-solicit"),
    (Protocol::ICMPV6, 136, "neighbor-advertisement"),
    (Protocol::ICMPV6, 137, "redirect-message"),
    (Protocol::ICMPV6, 138, "router-renumbering"),
    (Protocol::ICMPV6, 141, "inverse-neighbor-discovery-solicitation"),
    (Protocol::ICMPV6, 142, "inverse-neighbor-discovery-advertisement"),
    (Protocol::ICMPV6, 143, "version-2-multicast-listener-report"),
];
