//! What entries match, to be compared with the openings of the catalog.

use std::collections::BTreeMap;

use crate::openings::Openings;

/// What entries match: the ports of all packets that have the rest in common, as ranges that don't touch.
pub type Packets = BTreeMap<Kind, Vec<(u16, u16)>>;

/// A kind of packets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// The flow's id; empty if the target has no place for it.
    pub id: String,
    /// The direction of the packets; empty for both.
    pub direction: &'static str,
    pub protocol: String,
    /// Whether the ports are those from which the packets come.
    pub is_from: bool,
    /// Whether only packets of established connections match.
    pub established: bool,
}

/// The id, direction and protocol of openings with their ports, in a row.
pub type Range<'a> = ([&'a str; 3], (u16, u16));

pub fn ranges(openings: &Openings) -> Vec<Range<'_>> {
    let mut ranges: Vec<Range<'_>> = Vec::new();
    for (id, direction, protocol, port) in openings {
        let key = [id.as_str(), direction, protocol];
        match ranges.last_mut() {
            Some((last, ports)) if *last == key && ports.1 + 1 == *port => ports.1 = *port,
            _ => ranges.push((key, (*port, *port))),
        }
    }
    ranges
}

/// The ports of each kind of packets.
pub fn merged(packets: impl IntoIterator<Item = (Kind, (u16, u16))>) -> Packets {
    let mut merged = Packets::new();
    for (kind, ports) in packets {
        merged.entry(kind).or_default().push(ports);
    }
    for ranges in merged.values_mut() {
        ranges.sort_unstable();
        ranges.dedup_by(|next, range| {
            let touches = next.0 <= range.1.saturating_add(1);
            if touches {
                range.1 = range.1.max(next.1);
            }
            touches
        });
    }
    merged
}
