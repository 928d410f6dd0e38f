//! What vendors print in a port cell, as typed specs; what can't be read with certainty is an error.
//!
//! The rules, from tightest to loosest:
//! - a slash, a colon or brackets join a transport, a number and a service: `TCP/25`, `25/tcp`, `443 (HTTPS)`;
//! - so does a blank: names and transports stand before their numbers, unless the cell begins with a number;
//! - `or` joins alternatives, and so does a slash between services: they share a group;
//! - a comma, a blank, `and`, `+` and a slash between numbers or transports join what is needed together: each of them
//!   begins a group;
//! - a number without a transport takes the one before it in the cell, or else that of the page's protocol column.
//!
//! Words without any number or transport are remarks, kept as printed.

mod brackets;
#[cfg(test)]
mod cases;
mod join;
mod protocol;
mod read;
mod token;

use protocol::Protocol;
use std::fmt;

/// What a port cell says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// The ports, protocols and services, in the order of the cell.
    pub specs: Vec<Spec>,
    /// Why there is no spec; none where there is one.
    pub no_port: Option<NoPort>,
    /// The cell calls its number a default.
    pub default: bool,
    /// Marks of footnotes as printed: `*`, `†`, `¹`, `[1]`.
    pub marks: Vec<String>,
    /// All other text, as printed but without the brackets around it: `server mode only`, `or defined by certificate`,
    /// `IP 50`, the host of `host.example:443`.
    pub remarks: Vec<String>,
}

/// A port or a range of ports, a protocol without ports, or a service without a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// `tcp`, `udp`, `esp`, in lower case; none where neither the cell nor the protocol column states one.
    pub transport: Option<String>,
    /// The first port, 1 to 65535; none where no number is stated.
    pub first: Option<u16>,
    /// The last port of the range, `first` where it is a single one.
    pub last: Option<u16>,
    /// The service as printed: `HTTPS`, `NAT-T`.
    pub name: Option<String>,
    /// Specs of one group are alternatives; every group is needed. Counted from 0 without gaps.
    pub group: u16,
}

/// Why a cell has no spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPort {
    /// Nothing is printed, or a dash.
    Empty,
    /// `N/A`.
    NotApplicable,
    /// A protocol below IP, such as `ETH Layer 0x8890`; it is in the remarks.
    BelowIp,
    /// Words that name no port, such as `See comments`; they are in the remarks.
    Words,
}

/// A cell that can't be read with certainty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellError {
    /// The cell as printed.
    pub cell: String,
    /// The part of it that can't be read.
    pub part: String,
    /// What is wrong with the part.
    pub problem: Problem,
}

/// What is wrong with a part of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// A number that is no port.
    NoPortNumber,
    /// A range whose first port is not below its last.
    Reversed,
    /// A transport with ports, and no number or service for it.
    NoNumber,
    /// The part may mean two things: which.
    Ambiguous(&'static str),
    /// The part contradicts another one: how.
    Contradiction(&'static str),
    /// The part is no port, no transport, no service: what could stand there.
    Unreadable(&'static str),
    /// More groups than a cell can have.
    TooLong,
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cell, part, problem } = self;
        write!(f, "port cell `{cell}`: `{part}` ")?;
        match problem {
            Problem::NoPortNumber => f.write_str("is no port, expected 1 to 65535 without leading zeros"),
            Problem::Reversed => f.write_str("is a range whose first port is not below its last"),
            Problem::NoNumber => f.write_str("is a transport, expected a number or a service with it"),
            Problem::Ambiguous(readings) => write!(f, "may mean two things: {readings}"),
            Problem::Contradiction(how) => write!(f, "contradicts what stands beside it: {how}"),
            Problem::Unreadable(expected) => write!(f, "can't be read, expected {expected}"),
            Problem::TooLong => f.write_str("goes on after 65535 groups of ports"),
        }?;
        f.write_str("; say in the curation what the cell means")
    }
}

impl std::error::Error for CellError {}

/// Reads a port cell, with what the page's protocol column says beside it.
///
/// # Errors
/// Every number, transport or sign that can't be read with certainty.
///
/// # Examples
/// ```
/// use port_import::port_cell::parse;
///
/// let cell = parse("UDP/53 or 8888, TCP/443", None)?;
/// let specs: Vec<_> = cell.specs.iter().map(|spec| (spec.transport.as_deref(), spec.first, spec.group)).collect();
/// assert_eq!(specs, [(Some("udp"), Some(53), 0), (Some("udp"), Some(8888), 0), (Some("tcp"), Some(443), 1)]);
/// # Ok::<(), port_import::port_cell::CellError>(())
/// ```
pub fn parse(cell: &str, protocol: Option<&str>) -> Result<Cell, CellError> {
    let protocol = Protocol::parse(protocol.unwrap_or_default())?;
    let text = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    read::cell(&text, &protocol)
}
