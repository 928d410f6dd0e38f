//! What the left side of a condition reads from a packet.
//!
//! It is a field, by which a class of packets can be split (see [`Field`]), a value that all packets of the class have, such as the
//! protocol or the mark, or something that isn't interpreted: then the packets may match and may not. A field of a header that the
//! packets don't have never matches, not even with `!=`.

use serde_json::Value;

use super::packets::{Field, Maybe, Now, Packets, Tracking};
use super::ruleset::{Key, Ruleset};
use super::statement::{SOME_PACKETS, single, text};
use super::value::{IPV4, IPV6, Kind, number};
use crate::audit::address_family::AddressFamily;
use crate::protocol::Protocol;

/// What all packets on a walk have in common.
#[derive(Clone, Copy)]
pub struct Common<'a> {
    /// The rules that they pass.
    pub ruleset: &'a Ruleset,
    /// Their family.
    pub family: AddressFamily,
    /// Their protocol.
    pub protocol: Protocol,
}

/// What a condition reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A field by which packets differ.
    Field(Field),
    /// A value that all packets of the family and the protocol have.
    Constant(u128),
    /// The mark.
    Mark,
    /// What connection tracking knows.
    Tracking(Tracked),
    /// Whether the destination is the machine itself, as far as the kind of its address tells.
    DestinationType,
    /// Something that some packets to each port have and others don't.
    Varies,
    /// Something that the packets don't have.
    Absent,
    /// Something that isn't interpreted.
    Opaque,
}

/// What a condition asks connection tracking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracked {
    /// The state.
    State,
    /// Bits about the connection.
    Status,
    /// The direction.
    Direction,
    /// Something that isn't interpreted.
    Other,
}

/// What a condition reads from the packets of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// A field by which they differ, with the values that peers sent.
    Field(Field),
    /// A value that all of them have.
    Value(u128),
    /// Something that some of them have and others don't.
    Varies,
    /// Something that they don't have.
    Absent,
    /// Something that isn't interpreted.
    Opaque,
}

impl Subject {
    /// What it is in these packets.
    pub fn of(self, packets: &Packets) -> Reads {
        match self {
            Subject::Field(field) => match packets.now(field) {
                Now::Original => Reads::Field(field),
                Now::Changed(value) => Reads::Value(value),
                Now::Unknown => Reads::Opaque,
            },
            Subject::Constant(value) => Reads::Value(value),
            Subject::Mark => packets.mark.map_or(Reads::Opaque, Reads::Value),
            Subject::Tracking(tracked) => tracked.of(packets),
            // A rule that sends packets elsewhere makes it unclear.
            Subject::DestinationType if packets.now(Field::Destination) != Now::Original => Reads::Opaque,
            Subject::DestinationType => match packets.leaves {
                Maybe::No => Reads::Value(2),
                Maybe::Yes => Reads::Value(1),
                Maybe::Unknown => Reads::Varies,
            },
            Subject::Varies => Reads::Varies,
            Subject::Absent => Reads::Absent,
            Subject::Opaque => Reads::Opaque,
        }
    }
}

impl Tracked {
    fn of(self, packets: &Packets) -> Reads {
        let (new, untracked, invalid) = (8, 64, 1);
        match (self, packets.tracking) {
            (_, Tracking::Unknown) | (Tracked::Other, Tracking::New) => Reads::Opaque,
            (_, Tracking::Answer) => Reads::Varies,
            (Tracked::State, Tracking::New) => Reads::Value(new),
            (Tracked::State, Tracking::Untracked) => Reads::Value(untracked),
            (Tracked::State, Tracking::None | Tracking::Invalid) => Reads::Value(invalid),
            // There is no connection yet.
            (_, Tracking::None | Tracking::Untracked | Tracking::Invalid) => Reads::Absent,
            // The kernel sets further bits, which have no name and which no exact comparison can match.
            (Tracked::Status, Tracking::New) => match packets.is_translated {
                Maybe::Yes => Reads::Value(32 + 256),
                Maybe::No => Reads::Value(256),
                Maybe::Unknown => Reads::Opaque,
            },
            (Tracked::Direction, Tracking::New) => Reads::Value(0),
        }
    }
}

impl Common<'_> {
    /// What the left side of a condition in a chain reads, and the kind of its values.
    pub fn subject(&self, chain: &Key, left: &Value) -> (Subject, Kind) {
        let opaque = (Subject::Opaque, Kind::Number);
        let Some((what, value)) = single(left) else { return opaque };
        match what {
            "payload" => self.payload(text(value, "protocol"), text(value, "field")),
            "meta" => match text(value, "key") {
                // There, it isn't the family of the packet.
                "nfproto" if chain.family == "netdev" => opaque,
                // Of what such a header is before, the kernel reads the protocol.
                "l4proto" if self.is_skipped() => (Subject::Opaque, Kind::Protocol),
                "l4proto" => (Subject::Constant(self.protocol.number().into()), Kind::Protocol),
                "protocol" | "nfproto" => (Subject::Constant(self.family_number()), Kind::Family),
                "iif" | "iifname" => (Subject::Field(Field::Interface), Kind::Interface),
                "mark" => (Subject::Mark, Kind::Number),
                "hour" | "day" | "time" => (Subject::Varies, Kind::Number),
                _ => opaque,
            },
            "ct" if value.get("dir").is_some() => opaque,
            "ct" => match text(value, "key") {
                "state" => (Subject::Tracking(Tracked::State), Kind::State),
                "status" => (Subject::Tracking(Tracked::Status), Kind::Status),
                "direction" => (Subject::Tracking(Tracked::Direction), Kind::Direction),
                _ => (Subject::Tracking(Tracked::Other), Kind::Number),
            },
            "tcp option" if self.protocol != Protocol::TCP => (Subject::Absent, Kind::Number),
            "sctp chunk" if self.protocol != Protocol::SCTP => (Subject::Absent, Kind::Number),
            "ip option" if self.family != AddressFamily::Ipv4 => (Subject::Absent, Kind::Number),
            // Readers of other tools write this for what their tool can ask.
            SOME_PACKETS => (Subject::Varies, Kind::Number),
            "exthdr" if self.family != AddressFamily::Ipv6 => (Subject::Absent, Kind::Number),
            "fib" => route(value),
            _ => opaque,
        }
    }

    fn family_number(&self) -> u128 {
        if self.family == AddressFamily::Ipv4 { IPV4 } else { IPV6 }
    }

    /// Whether the protocol is a header that IPv6 allows before others, such as AH: the kernel looks for the protocol behind it.
    pub fn is_skipped(&self) -> bool {
        super::is_header(self.family, self.protocol)
    }

    fn payload(&self, protocol: &str, field: &str) -> (Subject, Kind) {
        let is_ipv4 = self.family == AddressFamily::Ipv4;
        let own = u128::from(self.protocol.number());
        let has = match protocol {
            "ether" | "vlan" => true,
            "ip" => is_ipv4,
            "ip6" => !is_ipv4,
            _ if self.is_skipped() => return (Subject::Opaque, Kind::Number),
            "th" => true,
            // Bytes at an offset.
            "" => return (Subject::Opaque, Kind::Number),
            name => number(Kind::Protocol, &Value::from(name)) == Some(own),
        };
        match (protocol, field) {
            _ if !has => (Subject::Absent, Kind::Number),
            // Of other protocols, these are the bytes where TCP and UDP have their ports.
            ("th", "sport") if self.protocol.is_icmp() => (Subject::Field(Field::Port), Kind::IcmpTypeAndCode),
            // The checksum, which depends on everything else in the packet.
            ("th", "dport") if self.protocol.is_icmp() => (Subject::Opaque, Kind::Number),
            ("th" | "tcp" | "udp" | "sctp" | "dccp" | "udplite", "dport") => {
                (Subject::Field(Field::Port), Kind::Number)
            }
            ("th" | "tcp" | "udp" | "sctp" | "dccp" | "udplite", "sport") => {
                (Subject::Field(Field::SourcePort), Kind::Number)
            }
            ("tcp", "flags") => (Subject::Field(Field::Flags), Kind::Flags),
            ("ip", "protocol") => (Subject::Constant(own), Kind::Protocol),
            ("ip", "version") => (Subject::Constant(4), Kind::Number),
            ("ip6", "version") => (Subject::Constant(6), Kind::Number),
            ("ip6", "nexthdr") => (Subject::Field(Field::NextHeader), Kind::Protocol),
            ("ip" | "ip6", "saddr") => (Subject::Field(Field::Source), Kind::Address),
            ("ip" | "ip6", "daddr") => (Subject::Field(Field::Destination), Kind::Address),
            ("icmp", "type") => (Subject::Field(Field::Port), Kind::Icmp),
            ("icmpv6", "type") => (Subject::Field(Field::Port), Kind::Icmpv6),
            ("icmp", "code") => (Subject::Field(Field::Port), Kind::IcmpCode),
            ("icmpv6", "code") => (Subject::Field(Field::Port), Kind::Icmpv6Code),
            ("ether", "saddr") => (Subject::Field(Field::Hardware), Kind::Hardware),
            _ => (Subject::Opaque, Kind::Number),
        }
    }
}

/// The headers that IPv6 allows before others, and that the kernel skips.
pub const SKIPPED: &[u8] = &[0, 43, 44, 51, 60, 135, 139, 140];

/// What a condition reads from the routing table.
fn route(fib: &Value) -> (Subject, Kind) {
    let flags = match fib.get("flags") {
        Some(Value::Array(flags)) => flags.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(flag)) => vec![flag.as_str()],
        _ => Vec::new(),
    };
    match (&flags[..], text(fib, "result")) {
        (["daddr"], "type") => (Subject::DestinationType, Kind::AddressType),
        // The mark may choose another routing table, for the packets in both directions.
        (["saddr", "iif"] | ["saddr", "mark", "iif"], "oif" | "oifname") => {
            (Subject::Field(Field::WayBack), Kind::Number)
        }
        _ => (Subject::Opaque, Kind::Number),
    }
}
