//! Decides which flows explain a record, and counts.
//!
//! A record is read as a connection from one end to the other. If the log states who opened it, there is one reading; otherwise there
//! are two. Of two readings, both may be documented: then the record is, but not by which flow. If one is, the port at its listening
//! end has to be one that programs listen on rather than the other end's: ports below 1024 are those of services, ports from 32768 those
//! that systems give to clients, and of those between, either may be true. Otherwise it is undecided.

use std::net::IpAddr;

use port_core::Direction;

use super::expectation::{Expectation, ListId, Match};
use super::explanation::{Explanation, FlowRecords, Records};
use super::peer_summary::PeerSummary;
use super::record::{End, Opener, Record};
use super::unexplained::BoundedTable;
use crate::protocol::Protocol;

/// The most rows of unexplained records that are kept.
pub const MOST_ROWS: usize = 1 << 16;

/// What unexplained records have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// Why they are not explained.
    pub explanation: Explanation,
    /// Who connected; `None` if the log doesn't state it.
    pub direction: Option<Direction>,
    /// The protocol.
    pub protocol: Protocol,
    /// The port at the product. Without a direction, not if it is one of those that systems give to clients.
    pub own_port: Option<u16>,
    /// The port at the other end, likewise.
    pub peer_port: Option<u16>,
    /// The type of ICMP.
    pub icmp_type: Option<u8>,
}

/// A record read as a connection.
#[derive(Clone, Copy)]
struct Reading {
    /// Who opened it, from the product's point of view.
    direction: Direction,
    own: IpAddr,
    peer: IpAddr,
    /// The port that is listened on.
    port: Option<u16>,
    list: ListId,
    best: Match,
}

/// Counts the records of logs by what explains them.
#[derive(Clone, Debug)]
pub struct Explainer<'a> {
    pub(super) expectation: Expectation<'a>,
    /// The records by explanation, in the order of [`Explanation::ALL`].
    pub(super) totals: [Records; Explanation::ALL.len()],
    flows: Vec<FlowRecords>,
    /// The records of each list for which addresses make no difference.
    lists: Vec<FlowRecords>,
    pub(super) rows: BoundedTable<RowKey, (Records, PeerSummary)>,
}

impl<'a> Explainer<'a> {
    /// Nothing was read yet.
    #[must_use]
    pub fn new(expectation: Expectation<'a>) -> Explainer<'a> {
        Explainer {
            flows: vec![FlowRecords::default(); expectation.flows.len()],
            lists: vec![FlowRecords::default(); expectation.lists()],
            totals: Default::default(),
            rows: BoundedTable::new(MOST_ROWS),
            expectation,
        }
    }

    /// The number of records so far.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.totals.iter().map(|records| records.records).sum()
    }

    /// Counts a record.
    #[inline]
    pub fn record(&mut self, record: &Record) {
        let own = &self.expectation.own;
        let is_own = [own.contains(record.source.address), own.contains(record.destination.address)];
        if is_own == [false, false] {
            self.totals[Explanation::NotAbout as usize].add(record);
            return;
        }
        match record.opener {
            Opener::Source => self.one_reading(record, is_own),
            Opener::Destination => self.one_reading(&record.reversed(), [is_own[1], is_own[0]]),
            Opener::Unknown => self.two_readings(record, is_own),
        }
    }

    /// Counts a record whose source opened the connection.
    #[inline]
    fn one_reading(&mut self, record: &Record, is_own: [bool; 2]) {
        let reading = self.reading(record.source, record.destination, is_own, record);
        let explanation = match reading.best {
            Match::Address => Explanation::Explained,
            Match::Port => Explanation::PortOnly,
            Match::Local => Explanation::Local,
            Match::OtherPeer => Explanation::OtherPeer,
            Match::None if self.may_be_of_type(&reading, record) => Explanation::Undecided,
            Match::None => Explanation::Undocumented,
        };
        self.totals[explanation as usize].add(record);
        if explanation.is_unexplained() {
            let port = |direction| reading.port.filter(|_| reading.direction == direction);
            let key = RowKey {
                explanation,
                direction: Some(reading.direction),
                protocol: record.protocol,
                own_port: port(Direction::Inbound),
                peer_port: port(Direction::Outbound),
                icmp_type: record.icmp_type,
            };
            self.unexplained(key, reading.peer, record);
        } else {
            self.count(&reading, explanation, record);
        }
    }

    /// Counts a record that is about either direction.
    fn two_readings(&mut self, record: &Record, is_own: [bool; 2]) {
        let forward = self.reading(record.source, record.destination, is_own, record);
        let backward = self.reading(record.destination, record.source, [is_own[1], is_own[0]], record);
        let is_documented = |reading: &Reading| reading.best >= Match::Port;
        let (explanation, documented) = match (is_documented(&forward), is_documented(&backward)) {
            (true, true) => (Explanation::EitherDirection, vec![forward, backward]),
            (true, false) if listens(record.destination, record.source) => (by_best(&forward), vec![forward]),
            (false, true) if listens(record.source, record.destination) => (by_best(&backward), vec![backward]),
            (true, false) => (Explanation::Undecided, vec![forward]),
            (false, true) => (Explanation::Undecided, vec![backward]),
            (false, false) => {
                let may_be = [&forward, &backward].into_iter().any(|reading| self.may_be_of_type(reading, record));
                // Of two readings that aren't documented, that of the service counts, if the ports show which one it is.
                let likely = if listens(record.source, record.destination) { &backward } else { &forward };
                (if may_be { Explanation::Undecided } else { undocumented(likely) }, Vec::new())
            }
        };
        self.totals[explanation as usize].add(record);
        for reading in &documented {
            self.count(reading, explanation, record);
        }
        if explanation.is_unexplained() {
            let (own, peer) =
                if is_own[0] { (record.source, record.destination) } else { (record.destination, record.source) };
            let of_service = |end: End| end.port.filter(|port| *port < CLIENTS);
            let key = RowKey {
                explanation,
                direction: None,
                protocol: record.protocol,
                own_port: of_service(own),
                peer_port: of_service(peer),
                icmp_type: record.icmp_type,
            };
            self.unexplained(key, peer.address, record);
        }
    }

    /// A record as a connection from one end to another. Between two machines of the product, it is read from the side that explains it
    /// better.
    #[inline]
    fn reading(&self, from: End, to: End, [from_is_own, to_is_own]: [bool; 2], record: &Record) -> Reading {
        let side = |direction, own: End, peer: End| self.side(direction, own.address, peer.address, to.port, record);
        let inbound = to_is_own.then(|| side(Direction::Inbound, to, from));
        let outbound = from_is_own.then(|| side(Direction::Outbound, from, to));
        match (inbound, outbound) {
            (Some(inbound), Some(outbound)) if outbound.best > inbound.best => outbound,
            (Some(inbound), _) => inbound,
            (None, Some(outbound)) => outbound,
            (None, None) => unreachable!("one end is a machine of the product"),
        }
    }

    /// A record as a connection, seen from one machine of the product.
    #[inline]
    fn side(&self, direction: Direction, own: IpAddr, peer: IpAddr, port: Option<u16>, record: &Record) -> Reading {
        let list = self.expectation.find(direction, record.protocol, port, record.icmp_type);
        Reading { direction, own, peer, port, list, best: self.expectation.best(list, own, peer) }
    }

    /// Whether a message of ICMP whose type isn't known may be one that is documented.
    fn may_be_of_type(&self, reading: &Reading, record: &Record) -> bool {
        record.icmp_type.is_none() && self.expectation.has_types(reading.direction, record.protocol)
    }

    /// Counts a record for the flows that explain it best, and, between two machines of the product, for those of the other machine.
    #[inline]
    fn count(&mut self, reading: &Reading, explanation: Explanation, record: &Record) {
        self.count_side(reading, explanation, record);
        if self.expectation.own.contains(reading.peer) {
            self.count_other_side(reading, explanation, record);
        }
    }

    /// Counts a record for the flows of the machine at the other end, except those that were counted at the first one. That the other end
    /// is the product's makes another peer unlikely, so only an address or the product as the peer shows which flow it is.
    #[cold]
    fn count_other_side(&mut self, first: &Reading, explanation: Explanation, record: &Record) {
        let opposite = match first.direction {
            Direction::Inbound => Direction::Outbound,
            Direction::Outbound => Direction::Inbound,
        };
        let other = self.side(opposite, first.peer, first.own, first.port, record);
        if other.best < Match::Port {
            return;
        }
        let flows_of = |side: &Reading| self.expectation.matching(side.list, side.own, side.peer, side.best);
        let counted: Vec<usize> = flows_of(first).collect();
        let flows: Vec<usize> = flows_of(&other).filter(|flow| !counted.contains(flow)).collect();
        let explanation = match explanation {
            Explanation::Explained | Explanation::PortOnly => by_best(&other),
            unclear => unclear,
        };
        for index in &flows {
            let flow = self.expectation.flows[*index];
            let is_shown = other.best == Match::Address || flow.peer == flow.product;
            self.flows[*index].add(explanation, record, flows.len() == 1 && is_shown);
        }
    }

    /// Counts a record for the flows that explain a reading best.
    #[inline]
    fn count_side(&mut self, reading: &Reading, explanation: Explanation, record: &Record) {
        if self.expectation.is_plain(reading.list) {
            let is_sole = self.expectation.flows_of(reading.list).nth(1).is_none();
            self.lists[reading.list as usize].add(explanation, record, is_sole);
            return;
        }
        let flows = || self.expectation.matching(reading.list, reading.own, reading.peer, reading.best);
        let is_sole = flows().nth(1).is_none();
        for flow in flows() {
            self.flows[flow].add(explanation, record, is_sole);
        }
    }

    fn unexplained(&mut self, key: RowKey, peer: IpAddr, record: &Record) {
        let (records, peers) = self.rows.add(key, record.count);
        records.add(record);
        peers.add(peer);
    }

    /// The records of each flow.
    pub(super) fn by_flow(&self) -> Vec<FlowRecords> {
        let mut flows = self.flows.clone();
        for (list, records) in (0..).zip(&self.lists) {
            for flow in self.expectation.flows_of(list) {
                flows[flow].add_all(*records);
            }
        }
        flows
    }
}

fn by_best(reading: &Reading) -> Explanation {
    if reading.best == Match::Address { Explanation::Explained } else { Explanation::PortOnly }
}

fn undocumented(reading: &Reading) -> Explanation {
    match reading.best {
        Match::OtherPeer => Explanation::OtherPeer,
        Match::Local => Explanation::Local,
        _ => Explanation::Undocumented,
    }
}

/// The first port of those that systems give to clients: 32768 with Linux, 49152 with others.
pub const CLIENTS: u16 = 32768;

/// Whether the ports show that one end listens, and the other one is its client.
fn listens(end: End, other: End) -> bool {
    let class = |port: u16| match port {
        0..1024 => 0,
        1024..CLIENTS => 1,
        CLIENTS.. => 2,
    };
    end.port.zip(other.port).is_some_and(|(end, other)| class(end) < class(other))
}

#[cfg(test)]
mod tests;
