//! What a tool reported about one machine's ports: the one model that every reader fills.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use port_core::PortRange;

use super::address_family::AddressFamily;
use crate::port_set::PortSet;
use crate::protocol::Protocol;
use crate::words::words;

words! {
    /// The state of a port. If several reports cover a port, the greatest state counts.
    State is a "state" {
        /// The tool didn't check the port
        NotChecked = "not-looked-at",
        /// The port isn't open: closed, filtered, not listened on, or not accepted
        NotOpen = "not-open",
        /// Something listens that only the machine itself can reach
        Loopback = "loopback",
        /// The tool checked the port and can't decide, such as nmap's `open|filtered`
        Unknown = "unknown",
        /// Only some peers can reach the port: those with given addresses, or over given interfaces
        Restricted = "restricted",
        /// Peers can reach the port
        Open = "open",
    }
}

impl State {
    /// The state as texts write it.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            State::NotChecked => "not checked",
            State::NotOpen => "not open",
            State::Loopback => "on loopback only",
            State::Unknown => "unknown",
            State::Restricted => "open to some",
            State::Open => "open",
        }
    }
}

words! {
    /// The tool whose output was read.
    Tool is a "tool" {
        /// A scan with `nmap -oX`
        Nmap = "nmap",
        /// A scan with `masscan -oX`
        Masscan = "masscan",
        /// The machine's listeners, from `ss -tulnH`
        Ss = "ss",
        /// The listeners of many machines, from a CSV file
        Inventory = "inventory",
        /// The machine's firewall, from `nft -j list ruleset`
        Nft = "nft",
        /// The machine's firewall, from `iptables-save` and `ip6tables-save`
        Iptables = "iptables",
    }
}

/// What a tool can see of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// What a peer reaches.
    Scan,
    /// What listens on the machine.
    Listeners,
    /// What a firewall lets in, whether or not anything listens.
    Firewall,
}

impl Tool {
    /// What the tool can see.
    #[must_use]
    pub const fn view(self) -> View {
        match self {
            Tool::Nmap | Tool::Masscan => View::Scan,
            Tool::Ss | Tool::Inventory => View::Listeners,
            Tool::Nft | Tool::Iptables => View::Firewall,
        }
    }
}

/// One report about a range of ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// A protocol with ports.
    pub protocol: Protocol,
    /// Which ports.
    pub range: PortRange,
    /// Their state.
    pub state: State,
    /// The reason: an address, nmap's reason, a rule. Empty if there is nothing to add.
    pub evidence: String,
}

/// A state, and the evidence for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The state.
    pub state: State,
    /// The reasons, in the order of the tool's output.
    pub evidence: Vec<String>,
}

/// Adjacent ports with the same state for the same reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which ports.
    pub range: PortRange,
    /// The state of each of them.
    pub state: State,
    /// The reasons, in the order of the tool's output.
    pub evidence: Vec<String>,
}

/// Whose packets an observation is about, and where they go to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Perspective {
    /// The only addresses that the packets come from; empty for any.
    pub from: Vec<String>,
    /// The only interfaces by which they arrive; empty for any but loopback.
    pub interfaces: Vec<String>,
    /// The addresses that they are forwarded to; empty if they are for the machine itself.
    pub destinations: Vec<String>,
}

/// A protocol without ports, or one type of ICMP's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Portless {
    /// The protocol.
    pub protocol: Protocol,
    /// The type; only ICMP has one.
    pub icmp_type: Option<u8>,
}

/// What a tool reported about one machine, or several tools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The tools, each once.
    pub sources: Vec<Tool>,
    /// The machine's address, if the tool names it.
    pub host: Option<String>,
    /// The address family that was checked, if only one was.
    pub family: Option<AddressFamily>,
    /// Whose packets it is about.
    pub perspective: Perspective,
    /// The parts of the input that could not be interpreted. The ports that they may concern are unknown.
    pub not_interpreted: Vec<String>,
    /// Warnings about the input.
    pub remarks: Vec<String>,
    /// The ports whose packets a firewall may pass to another port or to another machine. What listens on the port itself says
    /// nothing about those.
    pub redirected: BTreeMap<Protocol, PortSet>,
    /// For each protocol with ports: pieces that cover every port, in order.
    pub(super) pieces: BTreeMap<Protocol, Vec<Piece>>,
    /// The findings about protocols without ports, and about each type of ICMP. What isn't listed was not checked.
    pub(super) portless: BTreeMap<Portless, Finding>,
}

impl Observation {
    /// An observation from reports. Ports that no report covers were not checked.
    #[must_use]
    pub fn new(source: Tool, seen: &[Seen]) -> Observation {
        let with_ports = Protocol::KNOWN.iter().filter(|protocol| protocol.has_ports());
        let pieces = |protocol: Protocol| pieces(seen.iter().filter(|seen| seen.protocol == protocol));
        Observation {
            sources: vec![source],
            host: None,
            family: None,
            perspective: Perspective::default(),
            not_interpreted: Vec::new(),
            remarks: Vec::new(),
            redirected: BTreeMap::new(),
            pieces: with_ports.map(|protocol| (*protocol, pieces(*protocol))).collect(),
            portless: BTreeMap::new(),
        }
    }

    /// Sets what is known about a protocol without ports. Of ICMP, it is known about every type.
    pub fn set_portless(&mut self, protocol: Protocol, finding: Finding) {
        if protocol.is_icmp() {
            (0..=u8::MAX).for_each(|icmp_type| self.set_icmp(protocol, icmp_type, finding.clone()));
        } else {
            self.portless.insert(Portless { protocol, icmp_type: None }, finding);
        }
    }

    /// Sets what is known about a type of ICMP.
    pub fn set_icmp(&mut self, protocol: Protocol, icmp_type: u8, finding: Finding) {
        self.portless.insert(Portless { protocol, icmp_type: Some(icmp_type) }, finding);
    }

    /// What is known about a protocol without ports. Of ICMP, it is what is known about echo requests.
    #[must_use]
    pub fn portless(&self, protocol: Protocol) -> Finding {
        self.of_type(protocol, echo_request(protocol))
    }

    /// What is known about a type of ICMP, or about a protocol that has no types.
    #[must_use]
    pub fn of_type(&self, protocol: Protocol, icmp_type: Option<u8>) -> Finding {
        let not_checked = || Finding { state: State::NotChecked, evidence: Vec::new() };
        self.portless.get(&Portless { protocol, icmp_type }).cloned().unwrap_or_else(not_checked)
    }

    /// The protocols without ports and the types of ICMP that were checked, with what is known about each.
    pub fn all_portless(&self) -> impl Iterator<Item = (Portless, &Finding)> {
        self.portless.iter().map(|(portless, finding)| (*portless, finding))
    }

    /// What is known about every port of a protocol, in order. Empty for a protocol without ports.
    #[must_use]
    pub fn pieces(&self, protocol: Protocol) -> &[Piece] {
        self.pieces.get(&protocol).map(Vec::as_slice).unwrap_or_default()
    }

    /// The ports of a protocol whose state satisfies the predicate.
    pub fn ports(&self, protocol: Protocol, predicate: impl Fn(State) -> bool) -> PortSet {
        self.pieces(protocol).iter().filter(|piece| predicate(piece.state)).map(|piece| piece.range).collect()
    }

    /// What is known about some ports of a protocol, in order.
    #[must_use]
    pub fn pieces_within(&self, protocol: Protocol, ports: &PortSet) -> Vec<Piece> {
        ports.ranges().flat_map(|range| self.pieces_of_range(protocol, range)).collect()
    }

    /// What is known about a range of ports of a protocol, in order.
    pub fn pieces_of_range(&self, protocol: Protocol, wanted: PortRange) -> impl Iterator<Item = Piece> {
        let pieces = self.pieces(protocol);
        let start = pieces.partition_point(|piece| piece.range.last() < wanted.first());
        let found = pieces[start..].iter().take_while(move |piece| piece.range.first() <= wanted.last());
        found.filter_map(move |piece| {
            let (first, last) = (piece.range.first().max(wanted.first()), piece.range.last().min(wanted.last()));
            PortRange::new(first, last).map(|range| Piece { range, ..piece.clone() })
        })
    }
}

/// The type of ICMP's echo requests, with which `ping` asks; `None` for other protocols.
#[must_use]
pub fn echo_request(protocol: Protocol) -> Option<u8> {
    match protocol {
        Protocol::ICMP => Some(8),
        Protocol::ICMPV6 => Some(128),
        _ => None,
    }
}

/// Adds a piece, or extends the last one if it agrees.
pub(super) fn push(pieces: &mut Vec<Piece>, first: u16, last: u16, Finding { state, evidence }: Finding) {
    match pieces.last_mut() {
        Some(piece) if piece.state == state && piece.evidence == evidence => {
            piece.range = PortRange::new(piece.range.first(), last).unwrap_or(piece.range);
        }
        _ => pieces.extend(PortRange::new(first, last).map(|range| Piece { range, state, evidence })),
    }
}

/// The most reasons that are kept for the same ports; then the word `more` follows. Thousands of rules about all ports would
/// otherwise fill the memory.
pub const MAX_EVIDENCE: usize = 100;

/// One more than the highest port.
const END: u32 = 1 << 16;

/// Cuts the range of all ports wherever a report begins or ends, and joins adjacent pieces that agree.
///
/// This is a sweep over the sorted boundaries. `active` holds the reports that cover the current port, by their position in the
/// input, so that the reasons of a piece keep the order of the tool's output.
pub(super) fn pieces<'a>(seen: impl Iterator<Item = &'a Seen>) -> Vec<Piece> {
    let seen: Vec<&Seen> = seen.collect();
    let mut boundaries: Vec<(u32, bool, usize)> = Vec::with_capacity(2 * seen.len());
    for (position, seen) in seen.iter().enumerate() {
        boundaries.push((seen.range.first().into(), true, position));
        boundaries.push((u32::from(seen.range.last()) + 1, false, position));
    }
    boundaries.sort_unstable();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut active: BTreeSet<usize> = BTreeSet::new();
    let mut boundaries = boundaries.into_iter().peekable();
    let mut from = 1;
    while from < END {
        while let Some((_, begins, position)) = boundaries.next_if(|(port, ..)| *port <= from) {
            if begins {
                active.insert(position)
            } else {
                active.remove(&position)
            };
        }
        let next = boundaries.peek().map_or(END, |(port, ..)| *port);
        let (first, last) = (u16::try_from(from).unwrap_or(u16::MAX), u16::try_from(next - 1).unwrap_or(u16::MAX));
        push(&mut pieces, first, last, combined(active.iter().map(|position| seen[*position])));
        from = next;
    }
    pieces
}

/// What several reports about the same ports amount to: the greatest state, with the reasons for that state.
fn combined<'a>(seen: impl Iterator<Item = &'a Seen> + Clone) -> Finding {
    let state = seen.clone().map(|seen| seen.state).max().unwrap_or(State::NotChecked);
    let mut reasons = seen.filter(|seen| seen.state == state && !seen.evidence.is_empty());
    // Mostly, there is one.
    let first = reasons.next();
    let mut evidence: Vec<String> = first.iter().map(|seen| seen.evidence.clone()).collect();
    let mut reasons = reasons.peekable();
    let mut known: HashSet<&str> = HashSet::new();
    if reasons.peek().is_some() {
        known.extend(first.iter().map(|seen| seen.evidence.as_str()));
    }
    for seen in reasons {
        if known.len() == MAX_EVIDENCE && !known.contains(seen.evidence.as_str()) {
            evidence.push("more".to_string());
            break;
        }
        if known.insert(&seen.evidence) {
            evidence.push(seen.evidence.clone());
        }
    }
    Finding { state, evidence }
}

#[cfg(test)]
mod tests;
