//! What is wrong with a part of a cell.

use std::ops::Range;

use port_core::Transport;
use port_data::{Code, Diagnostic};

use super::codes;

/// Why words after a port are rejected that aren't certainly a remark.
pub(super) const MAY_EXTEND: &str = "it may mean other ports than the number before it";

/// Why several numbers under a protocol column with several services are rejected.
pub(super) const SERVICES_OF_NUMBERS: &str =
    "it isn't clear which service of the protocol column belongs to which number";

/// A part of a cell that can't be read, as a range of bytes, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub part: Range<usize>,
    pub kind: ProblemKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProblemKind {
    /// A number isn't a port.
    NotAPort,
    /// A number isn't an IP protocol or a type of ICMP.
    NotAByte,
    /// A range's first port isn't less than its last.
    ReversedRange,
    /// A transport has no number and no service.
    MissingPort,
    /// The part can be read in two ways, which the text describes.
    Ambiguous(&'static str),
    /// The part contradicts what the text names.
    Contradiction(&'static str),
    /// The part isn't a port, a transport, a service or a remark. The text says why.
    Unreadable(&'static str),
    /// The part begins a group after the last one that a flow can have.
    TooManyGroups,
    /// The catalog's vocabulary doesn't have this protocol.
    UnsupportedProtocol(&'static str),
}

impl Problem {
    pub(super) fn new(part: Range<usize>, kind: ProblemKind) -> Self {
        Self { part, kind }
    }

    /// The diagnostic for a cell with this text. `what` names the cell: `port cell`.
    pub(super) fn into_diagnostic(self, what: &str, cell: &str) -> Diagnostic {
        let part = cell.get(self.part).unwrap_or_default();
        let (code, message) = self.kind.describe(part);
        let message = format!("{what} \"{cell}\": {message}");
        let help = match self.kind {
            ProblemKind::UnsupportedProtocol(_) => {
                let known: Vec<&str> = Transport::ALL.iter().map(|transport| transport.as_str()).collect();
                format!(
                    "give the flow's ports under `reading` or `adds` in the curation; the vocabulary has {}",
                    known.join(", ")
                )
            }
            _ => "give the flow's ports under `reading` or `adds` in the curation".to_string(),
        };
        Diagnostic::new(code, message).help(help)
    }
}

impl ProblemKind {
    fn describe(self, part: &str) -> (Code, String) {
        match self {
            Self::NotAPort => {
                (codes::NOT_A_PORT, format!("\"{part}\" is not a port from 1 to 65535 without leading zeros"))
            }
            Self::NotAByte => {
                let message =
                    format!("\"{part}\" is not an IP protocol or a type of ICMP, which are numbers from 0 to 255");
                (codes::NOT_A_PROTOCOL, message)
            }
            Self::ReversedRange => {
                (codes::REVERSED_RANGE, format!("the first port of the range \"{part}\" is not less than the last"))
            }
            Self::MissingPort => (codes::MISSING_PORT, format!("\"{part}\" has no port and no service")),
            Self::Ambiguous(readings) => (codes::AMBIGUOUS, format!("\"{part}\" is ambiguous: {readings}")),
            Self::Contradiction(other) => (codes::CONTRADICTION, format!("\"{part}\" contradicts {other}")),
            Self::Unreadable(reason) => (codes::UNREADABLE, format!("cannot read \"{part}\": {reason}")),
            Self::TooManyGroups => (codes::TOO_MANY, format!("\"{part}\" follows 256 groups of ports")),
            Self::UnsupportedProtocol(protocol) => {
                (codes::UNSUPPORTED_PROTOCOL, format!("unsupported protocol {protocol}"))
            }
        }
    }
}
