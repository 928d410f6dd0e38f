//! How Aerleon names protocols and the types of ICMP messages.

use crate::protocol::Protocol;
use crate::rules::protocol_notation::{ProtocolNotation, no_type, type_name};

/// Protocols by name, as nft and iptables take them: except `ipip`, which they read as 94.
pub(super) const NAMES: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| match protocol {
        Protocol::IPIP => Some(protocol.number().to_string()),
        named if named.name().is_some() => Some(named.to_string()),
        other => NUMBERED.iter().any(|(number, _)| *number == other.number()).then(|| other.number().to_string()),
    },
    icmp_type: named_type,
};

/// Protocols by number, except those that every platform knows by name: platforms disagree on the other names.
pub(super) const NUMBERS: ProtocolNotation = ProtocolNotation { protocol: number, icmp_type: named_type };

/// The same for platforms whose rules can't match the ports of SCTP.
pub(super) const WITHOUT_SCTP: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| (protocol != Protocol::SCTP).then(|| number(protocol)).flatten(),
    icmp_type: named_type,
};

/// Every protocol by its name in Aerleon, and no types of ICMP, which aclgen ignores for these targets without a warning.
pub(super) const OPENCONFIG: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| match protocol.name() {
        Some(name) => Some(name.to_string()),
        None => NUMBERED.iter().find(|(number, _)| *number == protocol.number()).map(|(_, name)| (*name).to_string()),
    },
    icmp_type: no_type,
};

/// What PAN-OS knows. aclgen rejects a policy with another protocol.
pub(super) const PALOALTO: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| match protocol {
        Protocol::IPIP | Protocol::VRRP => None,
        IGMP => Some("igmp".to_string()),
        other => other.name().map(str::to_string),
    },
    icmp_type: named_type,
};

/// What aclgen writes for NSX-T. For any other protocol it writes a rule that allows all of them, and it rejects types of `ICMPv6`.
pub(super) const NSXT: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| {
        let is_known = matches!(protocol, Protocol::TCP | Protocol::UDP | Protocol::ICMP | Protocol::ICMPV6);
        is_known.then(|| protocol.to_string())
    },
    icmp_type: |protocol, icmp_type| (protocol == Protocol::ICMP).then(|| named_type(protocol, icmp_type)).flatten(),
};

const IGMP: Protocol = Protocol::new(2);

/// The other protocols that Aerleon knows, except extension headers of IPv6. It rejects all other numbers.
const NUMBERED: [(u8, &str); 11] = [
    (2, "igmp"),
    (3, "ggp"),
    (8, "egp"),
    (9, "igp"),
    (27, "rdp"),
    (41, "ipv6"),
    (46, "rsvp"),
    (89, "ospf"),
    (103, "pim"),
    (115, "l2tp"),
    (136, "udplite"),
];

fn number(protocol: Protocol) -> Option<String> {
    match protocol {
        Protocol::TCP | Protocol::UDP | Protocol::SCTP | Protocol::ICMP | Protocol::ICMPV6 => {
            Some(protocol.to_string())
        }
        other => (NAMES.protocol)(other).map(|_| other.number().to_string()),
    }
}

fn named_type(protocol: Protocol, icmp_type: u8) -> Option<String> {
    type_name(ICMP_TYPES, protocol, icmp_type)
}

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
