//! What a source saw of one machine's ports: the one model that every reader fills.

use std::collections::{BTreeSet, HashSet};

use port_catalog::{PortRange, Transport};
use serde::{Serialize, Serializer};

use super::Family;
use crate::port_set::PortSet;

/// What is known of a port. Where a port was seen more than once, the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// The source did not look at the port, so that nothing is known.
    NotLookedAt,
    /// The source looked, and the port is not open: closed, filtered, not listened on, or not accepted.
    NotOpen,
    /// Something listens that only the machine itself can reach.
    Loopback,
    /// The source looked and cannot say, such as nmap's `open|filtered`.
    Unknown,
    /// Peers can reach it.
    Open,
}

impl State {
    /// The word of programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::NotLookedAt => "not-looked-at",
            State::NotOpen => "not-open",
            State::Loopback => "loopback",
            State::Unknown => "unknown",
            State::Open => "open",
        }
    }

    /// The words for people.
    pub const fn words(self) -> &'static str {
        match self {
            State::NotLookedAt => "not looked at",
            State::NotOpen => "not open",
            State::Loopback => "on loopback only",
            State::Unknown => "unknown",
            State::Open => "open",
        }
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Ports that a source saw, and what made it think so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// `tcp` or `udp`.
    pub transport: Transport,
    /// Which ports.
    pub range: PortRange,
    /// What is known of them.
    pub state: State,
    /// By what: an address, a reason, a rule. Empty where there is nothing to add.
    pub evidence: String,
}

/// Ports next to each other of which the same is known for the same reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which ports.
    pub range: PortRange,
    /// What is known of each of them.
    pub state: State,
    /// By what, in the order in which the source has it.
    pub evidence: Vec<String>,
}

/// The kinds of sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `nmap -oX`: a scan from elsewhere.
    Nmap,
    /// `ss -tulnH`: the listeners of the machine.
    Ss,
    /// `nft -j list ruleset`: what the machine's firewall accepts.
    Nft,
}

impl Source {
    /// The word of programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Source::Nmap => "nmap",
            Source::Ss => "ss",
            Source::Nft => "nft",
        }
    }
}

/// What a source saw of one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The kind of source.
    pub source: Source,
    /// The machine's address, where the source names it.
    pub host: Option<String>,
    /// The version of the Internet protocol that was looked at, where only one was.
    pub family: Option<Family>,
    /// What is known of ESP, and by what.
    pub esp: (State, Vec<String>),
    /// What the source holds that could not be interpreted; the ports that it is about are unknown.
    pub not_interpreted: Vec<String>,
    /// What else a person should know of the source.
    pub remarks: Vec<String>,
    tcp: Vec<Piece>,
    udp: Vec<Piece>,
}

impl Observation {
    /// What a source saw, port by port; a port that was not seen was not looked at.
    pub fn new(source: Source, seen: &[Seen]) -> Observation {
        let pieces = |transport| pieces(seen.iter().filter(|seen| seen.transport == transport));
        Observation {
            source,
            host: None,
            family: None,
            esp: (State::NotLookedAt, Vec::new()),
            not_interpreted: Vec::new(),
            remarks: Vec::new(),
            tcp: pieces(Transport::Tcp),
            udp: pieces(Transport::Udp),
        }
    }

    /// What is known of every port of `tcp` or `udp`, in order; nothing for other transports.
    pub fn pieces(&self, transport: Transport) -> &[Piece] {
        match transport {
            Transport::Tcp => &self.tcp,
            Transport::Udp => &self.udp,
            _ => &[],
        }
    }

    /// The ports of a transport in a state that fits.
    pub fn ports(&self, transport: Transport, fits: impl Fn(State) -> bool) -> PortSet {
        self.pieces(transport).iter().filter(|piece| fits(piece.state)).map(|piece| piece.range).collect()
    }

    /// What is known of these ports of a transport, in order.
    pub fn of(&self, transport: Transport, ports: &PortSet) -> Vec<Piece> {
        let pieces = self.pieces(transport);
        let mut found = Vec::new();
        for asked in ports.ranges() {
            let first = pieces.partition_point(|piece| piece.range.last() < asked.first());
            for piece in pieces[first..].iter().take_while(|piece| piece.range.first() <= asked.last()) {
                let (first, last) = (piece.range.first().max(asked.first()), piece.range.last().min(asked.last()));
                found.extend(PortRange::new(first, last).map(|range| Piece { range, ..piece.clone() }));
            }
        }
        found
    }
}

/// How much of what was seen of the same ports is told, before the word `more`. Thousands of rules about all ports would fill the
/// memory otherwise.
pub const MOST_EVIDENCE: usize = 100;

/// One more than the highest port.
const END: u32 = 1 << 16;

/// Cuts all ports where what was seen begins and ends, and joins the pieces of which the same is known.
fn pieces<'a>(seen: impl Iterator<Item = &'a Seen>) -> Vec<Piece> {
    let seen: Vec<&Seen> = seen.collect();
    // Where something begins (true) and where it does no longer hold (false).
    let mut bounds: Vec<(u32, bool, usize)> = Vec::with_capacity(2 * seen.len());
    for (order, seen) in seen.iter().enumerate() {
        bounds.push((seen.range.first().into(), true, order));
        bounds.push((u32::from(seen.range.last()) + 1, false, order));
    }
    bounds.sort_unstable();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut holds: BTreeSet<usize> = BTreeSet::new();
    let mut bounds = bounds.into_iter().peekable();
    let mut from = 1;
    while from < END {
        while let Some((_, begins, order)) = bounds.next_if(|(port, ..)| *port <= from) {
            if begins {
                holds.insert(order)
            } else {
                holds.remove(&order)
            };
        }
        let next = bounds.peek().map_or(END, |(port, ..)| *port);
        let (first, last) = (u16::try_from(from).unwrap_or(u16::MAX), u16::try_from(next - 1).unwrap_or(u16::MAX));
        let (state, evidence) = known(holds.iter().map(|order| seen[*order]));
        match pieces.last_mut() {
            Some(piece) if piece.state == state && piece.evidence == evidence => {
                piece.range = PortRange::new(piece.range.first(), last).unwrap_or(piece.range);
            }
            _ => pieces.extend(PortRange::new(first, last).map(|range| Piece { range, state, evidence })),
        }
        from = next;
    }
    pieces
}

/// What follows from all that was seen of the same ports.
fn known<'a>(seen: impl Iterator<Item = &'a Seen> + Clone) -> (State, Vec<String>) {
    let state = seen.clone().map(|seen| seen.state).max().unwrap_or(State::NotLookedAt);
    let mut evidence: Vec<String> = Vec::new();
    let mut told: HashSet<&str> = HashSet::new();
    for seen in seen.filter(|seen| seen.state == state && !seen.evidence.is_empty()) {
        if told.len() == MOST_EVIDENCE && !told.contains(seen.evidence.as_str()) {
            evidence.push("more".to_string());
            break;
        }
        if told.insert(&seen.evidence) {
            evidence.push(seen.evidence.clone());
        }
    }
    (state, evidence)
}

#[cfg(test)]
mod tests {
    use super::{Observation, Seen, Source, State};
    use port_catalog::{PortRange, Transport};

    fn seen(first: u16, last: u16, state: State, evidence: &str) -> Seen {
        let range = PortRange::new(first, last).unwrap();
        Seen { transport: Transport::Tcp, range, state, evidence: evidence.to_string() }
    }

    fn told(observation: &Observation, transport: Transport) -> Vec<String> {
        let pieces = observation.pieces(transport).iter();
        pieces.map(|piece| format!("{} {} {}", piece.range, piece.state.words(), piece.evidence.join("+"))).collect()
    }

    #[test]
    fn what_one_sees_open_is_open_and_what_nobody_saw_was_not_looked_at() {
        let observation = Observation::new(
            Source::Ss,
            &[
                seen(2, 65000, State::NotOpen, ""),
                seen(80, 90, State::Open, "b"),
                seen(85, 95, State::Open, "a"),
                seen(88, 88, State::Open, "b"),
                seen(90, 99, State::Unknown, "x"),
                seen(90, 90, State::Loopback, "lo"),
            ],
        );
        assert_eq!(
            told(&observation, Transport::Tcp),
            [
                "1 not looked at ",
                "2-79 not open ",
                "80-84 open b",
                "85-90 open b+a",
                "91-95 open a",
                "96-99 unknown x",
                "100-65000 not open ",
                "65001-65535 not looked at ",
            ]
        );
        assert_eq!(told(&observation, Transport::Udp), ["1-65535 not looked at "]);
        assert_eq!(told(&observation, Transport::Esp), Vec::<String>::new());
    }

    #[test]
    fn no_more_is_told_of_a_port_than_anyone_reads() {
        let all: Vec<Seen> = (0..1000).map(|number| seen(25, 25, State::Open, &number.to_string())).collect();
        let observation = Observation::new(Source::Ss, &all);
        let evidence = &observation.pieces(Transport::Tcp)[1].evidence;
        assert_eq!((evidence.len(), evidence[99].as_str(), evidence[100].as_str()), (101, "99", "more"));
    }

    #[test]
    fn the_highest_port_is_seen_too() {
        let observation = Observation::new(Source::Ss, &[seen(65535, 65535, State::Open, "")]);
        assert_eq!(told(&observation, Transport::Tcp), ["1-65534 not looked at ", "65535 open "]);
    }
}
