//! How records are explained, and how many.

use super::record::Record;
use crate::words::words;

words! {
    /// How a record is explained.
    Explanation is a "explanation" {
        /// A flow has the port, and the site's addresses of its peer have that of the other end
        Explained = "explained",
        /// A flow has the port; the addresses of its peer are not known
        PortOnly = "port-only",
        /// The log doesn't state who connected, and a flow has the port in either case
        EitherDirection = "either-direction",
        /// The log doesn't state who connected, and only in one case a flow has the port
        Undecided = "undecided",
        /// A flow has the port, but the other end is not at the addresses of its peer
        OtherPeer = "other-peer",
        /// A flow has the port, and the document says that it stays within the machine or the pod
        Local = "local",
        /// No flow has the port
        Undocumented = "undocumented",
        /// Neither end is a machine of the product
        NotAbout = "not-about",
    }
}

impl Explanation {
    /// Whether it leaves something to look at.
    #[must_use]
    pub const fn is_unexplained(self) -> bool {
        matches!(self, Explanation::Undecided | Explanation::OtherPeer | Explanation::Local | Explanation::Undocumented)
    }
}

/// Numbers of records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Records {
    /// All.
    pub records: u64,
    /// How many of these records were refused or not answered.
    pub unanswered: u64,
}

impl Records {
    #[inline]
    pub(super) fn add(&mut self, record: &Record) {
        self.records += record.count;
        self.unanswered += if record.is_unanswered { record.count } else { 0 };
    }

    fn add_all(&mut self, other: Records) {
        self.records += other.records;
        self.unanswered += other.unanswered;
    }
}

/// The records of a flow. A record that several flows explain equally well counts for each of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FlowRecords {
    pub explained: Records,
    pub port_only: Records,
    pub either_direction: Records,
    pub undecided: Records,
    /// Those with a direction that no other flow of the same machine explains equally well.
    pub sole: Records,
}

impl FlowRecords {
    #[inline]
    pub fn add(&mut self, explanation: Explanation, record: &Record, is_sole: bool) {
        match explanation {
            Explanation::Explained => self.explained.add(record),
            Explanation::PortOnly => self.port_only.add(record),
            Explanation::EitherDirection => self.either_direction.add(record),
            Explanation::Undecided => self.undecided.add(record),
            _ => {}
        }
        if is_sole && matches!(explanation, Explanation::Explained | Explanation::PortOnly) {
            self.sole.add(record);
        }
    }

    pub fn add_all(&mut self, other: FlowRecords) {
        self.explained.add_all(other.explained);
        self.port_only.add_all(other.port_only);
        self.either_direction.add_all(other.either_direction);
        self.undecided.add_all(other.undecided);
        self.sole.add_all(other.sole);
    }
}
