//! Reads the values that conditions compare with, as numbers.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

use super::intervals::Intervals;
use super::protocol_names::PROTOCOLS;
use super::statement::{single, unwrapped};

/// What kind of value a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number, such as a port or a mark.
    Number,
    /// The name of an interface.
    Interface,
    /// An address of either family.
    Address,
    /// A hardware address.
    Hardware,
    /// An IP protocol.
    Protocol,
    /// The family of a packet, as `EtherType` or as the number of a protocol family.
    Family,
    /// A TCP flag, a bit each.
    Flags,
    /// A state of connection tracking, a bit each.
    State,
    /// A status of connection tracking, a bit each.
    Status,
    /// The direction of a connection.
    Direction,
    /// A type of ICMP messages.
    Icmp,
    /// A type of ICMP messages for IPv6.
    Icmpv6,
    /// A code of ICMP messages.
    IcmpCode,
    /// A code of ICMP messages for IPv6.
    Icmpv6Code,
    /// The type and the code of ICMP messages of either version, a byte each.
    IcmpTypeAndCode,
    /// A kind of address, such as `local`.
    AddressType,
}

/// IPv4 and IPv6 as values of [`Kind::Family`].
pub const IPV4: u128 = 4;
pub const IPV6: u128 = 6;

const FAMILIES: &[(&str, u128)] = &[
    ("ip", IPV4),
    ("ipv4", IPV4),
    ("ip6", IPV6),
    ("ipv6", IPV6),
    ("arp", 1),
    ("vlan", 2),
    ("8021q", 2),
    ("8021ad", 3),
];

const FLAGS: &[(&str, u128)] =
    &[("fin", 1), ("syn", 2), ("rst", 4), ("psh", 8), ("ack", 16), ("urg", 32), ("ecn", 64), ("cwr", 128)];

const STATES: &[(&str, u128)] = &[("invalid", 1), ("established", 2), ("related", 4), ("new", 8), ("untracked", 64)];

const STATUSES: &[(&str, u128)] =
    &[("expected", 1), ("seen-reply", 2), ("assured", 4), ("confirmed", 8), ("snat", 16), ("dnat", 32), ("dying", 512)];

const ICMP: &[(&str, u128)] = &[
    ("echo-reply", 0),
    ("destination-unreachable", 3),
    ("source-quench", 4),
    ("redirect", 5),
    ("echo-request", 8),
    ("router-advertisement", 9),
    ("router-solicitation", 10),
    ("time-exceeded", 11),
    ("parameter-problem", 12),
    ("timestamp-request", 13),
    ("timestamp-reply", 14),
    ("info-request", 15),
    ("info-reply", 16),
    ("address-mask-request", 17),
    ("address-mask-reply", 18),
];

const ICMPV6: &[(&str, u128)] = &[
    ("destination-unreachable", 1),
    ("packet-too-big", 2),
    ("time-exceeded", 3),
    ("parameter-problem", 4),
    ("echo-request", 128),
    ("echo-reply", 129),
    ("mld-listener-query", 130),
    ("mld-listener-report", 131),
    ("mld-listener-done", 132),
    ("mld-listener-reduction", 132),
    ("nd-router-solicit", 133),
    ("nd-router-advert", 134),
    ("nd-neighbor-solicit", 135),
    ("nd-neighbor-advert", 136),
    ("nd-redirect", 137),
    ("router-renumbering", 138),
    ("ind-neighbor-solicit", 141),
    ("ind-neighbor-advert", 142),
    ("mld2-listener-report", 143),
];

const ICMP_CODES: &[(&str, u128)] = &[
    ("net-unreachable", 0),
    ("host-unreachable", 1),
    ("prot-unreachable", 2),
    ("port-unreachable", 3),
    ("frag-needed", 4),
    ("net-prohibited", 9),
    ("host-prohibited", 10),
    ("admin-prohibited", 13),
];

const ICMPV6_CODES: &[(&str, u128)] = &[
    ("no-route", 0),
    ("admin-prohibited", 1),
    ("addr-unreachable", 3),
    ("port-unreachable", 4),
    ("policy-fail", 5),
    ("reject-route", 6),
];

const ADDRESS_TYPES: &[(&str, u128)] =
    &[("unspec", 0), ("unicast", 1), ("local", 2), ("broadcast", 3), ("anycast", 4), ("multicast", 5)];

impl Kind {
    /// The names of the values.
    fn names(self) -> &'static [(&'static str, u128)] {
        match self {
            Kind::Number | Kind::Interface | Kind::Address | Kind::Hardware | Kind::IcmpTypeAndCode => &[],
            Kind::Protocol => PROTOCOLS,
            Kind::Family => FAMILIES,
            Kind::Flags => FLAGS,
            Kind::State => STATES,
            Kind::Status => STATUSES,
            Kind::Direction => &[("original", 0), ("reply", 1)],
            Kind::Icmp => ICMP,
            Kind::Icmpv6 => ICMPV6,
            Kind::IcmpCode => ICMP_CODES,
            Kind::Icmpv6Code => ICMPV6_CODES,
            Kind::AddressType => ADDRESS_TYPES,
        }
    }

    /// The values of the field that have one of these numbers: a type of ICMP is in the field together with every code.
    ///
    /// The field is numbered from 1, as ports are, so that nothing is lost where port 0 doesn't exist. The one message that has no
    /// number has the type 255 and the code 255.
    pub fn in_field(self, numbers: Intervals) -> Intervals {
        const BYTE: u128 = 256;
        let bytes = || numbers.and(&Intervals::range(0, BYTE - 1));
        match self {
            Kind::Icmp | Kind::Icmpv6 => {
                let bytes = bytes();
                bytes.ranges().map(|(first, last)| (first * BYTE + 1, (last + 1) * BYTE)).collect()
            }
            Kind::IcmpCode | Kind::Icmpv6Code => {
                let bytes = bytes();
                let of_type = |kind: u128| {
                    bytes.ranges().map(move |(first, last)| (kind * BYTE + first + 1, kind * BYTE + last + 1))
                };
                (0..BYTE).flat_map(of_type).collect()
            }
            Kind::IcmpTypeAndCode => {
                let words = numbers.and(&Intervals::range(0, BYTE * BYTE - 1));
                words.ranges().map(|(first, last)| (first + 1, last + 1)).collect()
            }
            _ => numbers,
        }
    }

    /// Whether the values are bits, so that a comparison asks for any of them.
    pub fn has_bits(self) -> bool {
        matches!(self, Kind::Flags | Kind::State | Kind::Status)
    }
}

/// The number of a name of an interface: its 16 bytes.
fn interface(name: &str) -> u128 {
    let mut bytes = [0; 16];
    for (byte, own) in bytes.iter_mut().zip(name.bytes()) {
        *byte = own;
    }
    u128::from_be_bytes(bytes)
}

/// The names of interfaces that `*` at the end abbreviates, or one name.
pub fn interfaces(name: &str) -> Intervals {
    match name.strip_suffix('*') {
        // An escaped asterisk belongs to the name.
        Some(prefix) if prefix.ends_with('\\') => Intervals::one(interface(&name.replace("\\*", "*"))),
        Some(prefix) if prefix.len() < 16 => {
            let first = interface(prefix);
            let rest = 8 * (16 - u32::try_from(prefix.len()).unwrap_or(16));
            Intervals::range(first, first | u128::MAX.checked_shr(128 - rest).unwrap_or(0))
        }
        _ => Intervals::one(interface(name)),
    }
}

/// An address as a number.
pub fn address(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// A hardware address as a number: six bytes in hexadecimal digits.
fn hardware(text: &str) -> Option<u128> {
    let bytes = text.split(':').map(|byte| u8::from_str_radix(byte, 16).ok()).collect::<Option<Vec<u8>>>()?;
    (bytes.len() == 6).then(|| bytes.iter().fold(0, |all, byte| all << 8 | u128::from(*byte)))
}

/// The addresses of a network.
pub fn network(network: IpNet) -> Intervals {
    Intervals::range(address(network.network()), address(network.broadcast()))
}

/// A single value as a number. Several bits in a list are one number.
pub fn number(kind: Kind, value: &Value) -> Option<u128> {
    match value {
        Value::Number(number) => number.as_u64().map(u128::from),
        Value::Bool(is_true) => Some(u128::from(*is_true)),
        Value::Array(bits) if kind.has_bits() => {
            bits.iter().try_fold(0, |all, bit| number(kind, bit).map(|bit| all | bit))
        }
        Value::Object(_) => match single(value)? {
            ("|", Value::Array(bits)) => bits.iter().try_fold(0, |all, bit| number(kind, bit).map(|bit| all | bit)),
            _ => None,
        },
        Value::String(text) => match kind {
            Kind::Address => text.parse().ok().map(address),
            Kind::Interface => Some(interface(text)),
            Kind::Hardware => hardware(text),
            _ => kind.names().iter().find(|(name, _)| name == text).map(|(_, number)| *number),
        },
        Value::Array(_) | Value::Null => None,
    }
}

/// A value, a range or a prefix as the numbers that it matches.
pub fn numbers(kind: Kind, value: &Value) -> Option<Intervals> {
    if let Some(("elem", element)) = single(value) {
        // What else an element has, such as a limit, decides too.
        let known = ["val", "timeout", "expires", "comment", "counter", "last"];
        let is_plain = element.as_object()?.keys().all(|key| known.contains(&key.as_str()));
        return if is_plain { numbers(kind, unwrapped(value)) } else { None };
    }
    match single(value) {
        Some(("range", bounds)) => match bounds.as_array().map(Vec::as_slice) {
            Some([first, last]) => Some(Intervals::range(number(kind, first)?, number(kind, last)?)),
            _ => None,
        },
        Some(("prefix", own)) => {
            prefix(own.get("addr")?.as_str()?.parse().ok()?, u32::try_from(own.get("len")?.as_u64()?).ok()?)
        }
        _ if kind == Kind::Address => match value.as_str()?.split_once('/') {
            Some((start, length)) => prefix(start.parse().ok()?, length.parse().ok()?),
            None => number(kind, value).map(Intervals::one),
        },
        _ if kind == Kind::Interface => {
            value.as_str().map(interfaces).or_else(|| number(kind, value).map(Intervals::one))
        }
        _ => number(kind, value).map(Intervals::one),
    }
}

/// The addresses that begin with the first bits of one.
fn prefix(start: IpAddr, length: u32) -> Option<Intervals> {
    let bits: u32 = if start.is_ipv4() { 32 } else { 128 };
    let mask = u128::MAX.checked_shr(128 - bits.checked_sub(length)?).unwrap_or(0);
    let first = address(start) & !mask;
    Some(Intervals::range(first, first | mask))
}
