//! Reads what vendors print in a port cell as typed specs. A cell that can't be read with certainty is rejected.
//!
//! The rules, from the one that binds tightest:
//! - a slash, a colon or brackets join a transport, a number and a service: `TCP/25`, `25/tcp`, `443 (HTTPS)`;
//! - a space joins them too: services and transports precede their numbers, unless the cell begins with a number;
//! - `or` joins alternatives: they share a group;
//! - `and` and `+` join groups that are all needed; `and` before the last item of a list is meant for the whole list;
//! - a comma, a space, and a slash between numbers, transports or services begin a group, but don't state whether all groups are
//!   needed;
//! - `64 ports from 49152` and `49152 (64 ports)` are a range; `5900+100` isn't read, since it may be two ports;
//! - `ICMP type 8`, `ICMP/8` and `ICMP echo request` state a type of ICMP, and `IP protocol 112` a protocol without ports;
//! - a number without a transport has the previous transport of the cell, or else that of the page's protocol column.
//!
//! Words without a number or a transport are remarks, and are kept as printed.

mod brackets;
mod cell;
pub mod codes;
mod counted;
mod item;
mod join;
mod parts;
mod portless;
mod problem;
#[cfg(test)]
mod properties;
mod protocol_column;
mod reader;
#[cfg(test)]
mod tests;
mod token;
mod words;

use port_data::Diagnostic;

pub use cell::{Cell, NoPort};

use protocol_column::ProtocolColumn;

/// Reads a port cell. `protocol` is the cell of the page's protocol column in the same row, if the page has that column.
///
/// # Errors
///
/// The first part of either cell that can't be read with certainty. The diagnostic has no place: add the row's.
///
/// # Examples
/// ```
/// use port_core::Transport;
/// use port_import::port_cell::parse;
///
/// let cell = parse("UDP/53 or 8888, TCP/443 (HTTPS)", None)?;
/// let specs: Vec<_> = cell.specs.iter().map(|spec| (spec.to_string(), spec.group())).collect();
/// assert_eq!(specs, [("udp/53".to_string(), 0), ("udp/8888".to_string(), 0), ("tcp/443 HTTPS".to_string(), 1)]);
///
/// // Without a transport, the cell states a port that may be TCP or UDP.
/// assert_eq!(parse("8013", None)?.specs[0].transport(), Some(Transport::Any));
/// assert_eq!(parse("8013", Some("TCP"))?.specs[0].transport(), Some(Transport::Tcp));
/// # Ok::<(), port_data::Diagnostic>(())
/// ```
pub fn parse(cell: &str, protocol: Option<&str>) -> Result<Cell, Diagnostic> {
    let protocol = protocol_column(protocol.unwrap_or_default())?;
    let text = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    parts::read_cell(&text, &protocol).map_err(|problem| problem.into_diagnostic("port cell", &text))
}

/// SHIM
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Ports,
    First,
    Last,
    Tcp,
    Udp,
}

/// SHIM
pub fn parse_columns(columns: &[(Column, &str)], protocols: &[&str]) -> Result<Cell, Diagnostic> {
    parse(columns.first().map_or("", |(_, cell)| cell), protocols.first().copied())
}

/// What the protocol column states: transports, a service, or a protocol without ports in any of the forms of a port cell.
fn protocol_column(text: &str) -> Result<ProtocolColumn, Diagnostic> {
    ProtocolColumn::parse(text).or_else(|diagnostic| {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (portless, icmp_type) = parts::read_protocol(&text).ok_or(diagnostic)?;
        Ok(ProtocolColumn { portless: Some(portless), icmp_type, ..ProtocolColumn::default() })
    })
}
