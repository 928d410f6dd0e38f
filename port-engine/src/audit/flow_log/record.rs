//! A record of a log: two ends, and what the log states about them.

use std::net::IpAddr;

use crate::protocol::Protocol;

/// A record of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// The end that the log calls source or originator.
    pub source: End,
    /// The other end.
    pub destination: End,
    /// The protocol.
    pub protocol: Protocol,
    /// The type of ICMP's message, if the log states it.
    pub icmp_type: Option<u8>,
    /// Who opened the connection.
    pub opener: Opener,
    /// Whether it was refused, or not answered.
    pub is_unanswered: bool,
    /// How many connections the record is about.
    pub count: u64,
}

/// An end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// Its address.
    pub address: IpAddr,
    /// Its port; `None` if the log doesn't state it, or the protocol has none.
    pub port: Option<u16>,
}

/// Who opened a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opener {
    /// The source.
    Source,
    /// The destination: the record is about packets that answer.
    Destination,
    /// The log doesn't show it.
    Unknown,
}

impl Record {
    /// The same record, with the ends exchanged.
    #[must_use]
    pub fn reversed(self) -> Record {
        let opener = match self.opener {
            Opener::Source => Opener::Destination,
            Opener::Destination => Opener::Source,
            Opener::Unknown => Opener::Unknown,
        };
        Record { source: self.destination, destination: self.source, opener, ..self }
    }
}
