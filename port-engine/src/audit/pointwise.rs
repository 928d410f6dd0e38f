//! Makes an observation from others, port by port.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::observation::{Finding, Observation, Perspective, Piece, Portless, State, push};
use crate::protocol::Protocol;

/// An observation that is made from others, port by port and protocol by protocol.
///
/// `combine` gets what each part knows about the same ports, in the order of the parts. The remarks, the tools and the parts
/// that could not be interpreted are those of all parts; the host is that of the first part with one.
#[must_use]
pub fn pointwise(parts: &[&Observation], combine: impl Fn(&[Knowledge<'_>]) -> Finding) -> Observation {
    let with_ports = Protocol::KNOWN.iter().filter(|protocol| protocol.has_ports());
    let pieces = with_ports.map(|protocol| {
        let own: Vec<&[Piece]> = parts.iter().map(|part| part.pieces(*protocol)).collect();
        (*protocol, pieces_of(&own, &combine))
    });
    let portless: BTreeSet<Portless> = parts.iter().flat_map(|part| part.portless.keys().copied()).collect();
    let portless = portless.into_iter().map(|portless| {
        let own = parts.iter().map(|part| part.of_type(portless.protocol, portless.icmp_type));
        let own: Vec<Finding> = own.collect();
        (portless, combine(&own.iter().map(knowledge).collect::<Vec<_>>()))
    });
    let all = |texts: fn(&Observation) -> &[String]| deduplicated(parts.iter().flat_map(|part| texts(part)).cloned());
    Observation {
        sources: deduplicated(parts.iter().flat_map(|part| part.sources.iter().copied())),
        host: parts.iter().find_map(|part| part.host.clone()),
        family: None,
        perspective: Perspective::default(),
        not_interpreted: all(|part| &part.not_interpreted),
        remarks: all(|part| &part.remarks),
        redirected: BTreeMap::new(),
        pieces: pieces.collect(),
        portless: portless.collect(),
    }
}

/// What one part of a combined observation knows about some ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knowledge<'a> {
    /// Their state.
    pub state: State,
    /// The reasons.
    pub evidence: &'a [String],
}

fn knowledge(finding: &Finding) -> Knowledge<'_> {
    Knowledge { state: finding.state, evidence: &finding.evidence }
}

/// Cuts the range of all ports wherever a piece of a part begins, and joins adjacent pieces that agree.
fn pieces_of(parts: &[&[Piece]], combine: impl Fn(&[Knowledge<'_>]) -> Finding) -> Vec<Piece> {
    let begins: BTreeSet<u16> = parts.iter().flat_map(|part| part.iter().map(|piece| piece.range.first())).collect();
    let ends = begins.iter().skip(1).map(|next| next - 1).chain([u16::MAX]);
    let mut positions = vec![0; parts.len()];
    let mut pieces = Vec::new();
    for (first, last) in begins.iter().zip(ends) {
        let own = parts.iter().zip(&mut positions).map(|(part, position)| {
            while part[*position].range.last() < *first {
                *position += 1;
            }
            Knowledge { state: part[*position].state, evidence: &part[*position].evidence }
        });
        push(&mut pieces, *first, last, combine(&own.collect::<Vec<_>>()));
    }
    pieces
}

/// Items in their order, each once.
pub fn deduplicated<T: Clone + Eq + std::hash::Hash>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut known = HashSet::new();
    items.filter(|item| known.insert(item.clone())).collect()
}
