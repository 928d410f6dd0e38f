//! What differs between the types of ICMP messages: what connection tracking takes them for, and what is accepted of each.
//!
//! The numbers follow `nf_conntrack_proto_icmp.c` and `nf_conntrack_proto_icmpv6.c` of Linux, which decide what a rule with `ct state`
//! matches.

use port_core::PortRange;

use super::intervals::Intervals;
use super::packets::{Field, Now, Packets, Tracking};
use super::value::Kind;
use crate::audit::observation::{Finding, Piece, Seen, State, pieces};
use crate::port_set::PortSet;
use crate::protocol::Protocol;

/// Types by what connection tracking takes a first message for. All others are invalid.
struct Types {
    /// Requests begin a connection.
    requests: &'static [(u128, u128)],
    /// What connection tracking leaves alone.
    untracked: &'static [(u128, u128)],
    /// Answers and errors, which belong to a connection that exists, or are invalid.
    answers: &'static [(u128, u128)],
}

/// Echo, timestamp, information and address mask requests; their answers, and errors.
const ICMP: Types = Types {
    requests: &[(8, 8), (13, 13), (15, 15), (17, 17)],
    untracked: &[],
    answers: &[(0, 0), (3, 5), (11, 12), (14, 14), (16, 16), (18, 18)],
};

/// Echo requests and node information queries; what finds neighbours, routers and listeners of multicast; answers, and errors.
const ICMPV6: Types = Types {
    requests: &[(128, 128), (139, 139)],
    untracked: &[(130, 136), (143, 143)],
    answers: &[(0, 127), (129, 129), (137, 137), (140, 140)],
};

fn types(protocol: Protocol) -> (&'static Types, Kind) {
    if protocol == Protocol::ICMPV6 { (&ICMPV6, Kind::Icmpv6) } else { (&ICMP, Kind::Icmp) }
}

/// The packets of a class as connection tracking takes them, by their type.
pub fn tracked(protocol: Protocol, packets: Packets) -> Vec<Packets> {
    if packets.now(Field::Port) != Now::Original {
        return vec![Packets { tracking: Tracking::Unknown, ..packets }];
    }
    let (types, kind) = types(protocol);
    let mut tracked = Vec::new();
    let mut rest = Some(packets);
    for (own, tracking) in [
        (types.requests, Tracking::New),
        (types.untracked, Tracking::Untracked),
        (types.answers, Tracking::Answer),
        (&[(0, 255)], Tracking::Invalid),
    ] {
        let values = kind.in_field(own.iter().copied().collect::<Intervals>());
        let Some(packets) = rest.take() else { break };
        let (within, others) = packets.split(Field::Port, &values);
        tracked.extend(within.map(|packets| Packets { tracking, ..packets }));
        rest = others;
    }
    tracked
}

/// The highest code that messages of a type have; 0 for most of them.
fn highest_code(protocol: Protocol, icmp_type: u8) -> u16 {
    match (protocol == Protocol::ICMPV6, icmp_type) {
        (false, 3) => 15,
        (false, 5) => 3,
        (false, 11) | (true, 3) => 1,
        (false, 12) | (true, 139 | 140) => 2,
        (true, 1 | 4) => 8,
        _ => 0,
    }
}

/// What is accepted of each type, from reports about the values of [`Field::Port`]. A type of which only some codes are accepted is
/// restricted.
pub fn findings(protocol: Protocol, reports: &[Seen]) -> Vec<(u8, Finding)> {
    let pieces = pieces(reports.iter());
    let of_type = |icmp_type: u8| {
        let first = u16::from(icmp_type) * 256 + 1;
        let codes = first..=first + highest_code(protocol, icmp_type);
        let own = codes.filter_map(|number| pieces.iter().find(|piece| piece.range.contains(number)));
        (icmp_type, finding(&own.collect::<Vec<&Piece>>()))
    };
    (0..=u8::MAX).map(of_type).collect()
}

fn finding(codes: &[&Piece]) -> Finding {
    let has = |state| codes.iter().any(|piece| piece.state == state);
    let all = |state| codes.iter().all(|piece| piece.state == state);
    let state = match () {
        () if all(State::Open) => State::Open,
        () if has(State::Unknown) => State::Unknown,
        () if has(State::Open) || has(State::Restricted) => State::Restricted,
        () => codes.iter().map(|piece| piece.state).max().unwrap_or(State::NotOpen),
    };
    let is_partly = state == State::Restricted && has(State::Open);
    let mut evidence: Vec<String> = Vec::new();
    for text in codes.iter().flat_map(|piece| &piece.evidence) {
        let text = if is_partly { format!("{text}, only some codes") } else { text.clone() };
        if !evidence.contains(&text) {
            evidence.push(text);
        }
    }
    Finding { state, evidence }
}

/// Whether every machine needs messages of a type: answers and errors, which are about packets that it sent itself, and what IPv6
/// needs to find neighbours, routers and listeners of multicast.
pub fn is_needed(protocol: Protocol, icmp_type: u8) -> bool {
    match (protocol == Protocol::ICMPV6, icmp_type) {
        (false, icmp_type) => matches!(icmp_type, 0 | 3..=5 | 11 | 12 | 14 | 16 | 18),
        (true, icmp_type) => matches!(icmp_type, 0..=127 | 129..=137 | 140..=143 | 151..=153),
    }
}

/// Whether it isn't known if messages are accepted that not every machine needs.
pub fn is_undecided(protocol: Protocol, unknown: &PortSet) -> bool {
    let of_type = |icmp_type: u8| PortRange::new(u16::from(icmp_type) * 256 + 1, u16::from(icmp_type) * 256 + 1);
    let others = (0..=u8::MAX).filter(|icmp_type| !is_needed(protocol, *icmp_type)).filter_map(of_type);
    others.collect::<PortSet>().overlaps(unknown)
}
