//! Reads what vendors print in a port cell as typed specs. A cell that can't be read with certainty is rejected.
//!
//! The rules, from the one that binds tightest:
//! - a slash, a colon or brackets join a transport, a number and a service: `TCP/25`, `25/tcp`, `443 (HTTPS)`;
//! - a space joins them too: services and transports precede their numbers, unless the cell begins with a number;
//! - `or` joins alternatives, which share a group; before the last item of a list it makes alternatives of the whole list, as in
//!   `80, 443 or 8080`. If the items of such a list have different transports, or another list follows, the cell is rejected;
//! - `and` and `+` join groups that are all needed; `and` before the last item of a list is meant for the whole list;
//! - a comma, a space, and a slash between numbers, transports or services begin a group, but don't state whether all groups are
//!   needed: `80/443` is two ports;
//! - a transport before a number is that of the numbers after it too, up to the next transport: `TCP 2379, 2380`. A transport
//!   after a number belongs to that number alone: of `8300, 8301(UDP), 8500` and `8301/UDP, 8500`, only 8301 is UDP. After the last
//!   number of a list, as in `6443, 9345 TCP`, it may be meant for all of them, and the cell is rejected. Numbers that slashes join
//!   are one item, so that `20/21 TCP` is TCP for both. `443/TCP, UDP` is 443 with both transports;
//! - a number without a transport has that of the page's protocol column, or else is `any`;
//! - `1024 and above`, `1024+`, `1024 onwards` and `>1023` end at port 65535; the words that say so are remarks too. Other words that
//!   may extend a range, as in `1024-max`, are rejected;
//! - `10000:20000` is a range if its first number is at least 10000 or its last is 65535; lower numbers, as in `80:8080`, may be a port
//!   that is mapped to another one, and are rejected. A comma is a thousands separator only if it can be nothing else: `1,024-65,535`;
//! - `64 ports from 49152` and `49152 (64 ports)` are a range; `5900+100` isn't read, since it may be two ports;
//! - `host.example:443`, `localhost:9099`, `*:6443` and `:6443` are ports; what precedes the colon is a remark;
//! - `ICMP type 8`, `ICMP/8` and `ICMP echo request` state a type of ICMP, and `IP protocol 112` a protocol without ports. Under a
//!   protocol column that is ICMP, a number is a type if that type is known, and otherwise contradicts the column;
//! - the protocol column may have several services, as in `HTTP/HTTPS`: a single number has all of them. Its words in brackets are
//!   remarks.
//!
//! Words without a number or a transport are remarks, and are kept as printed. `Any`, `dynamic` and `all ports` are such words: they
//! name no port, and a person decides what they mean. Addresses, versions and dates aren't ports.

mod brackets;
mod cell;
pub mod codes;
mod columns;
mod counted;
mod item;
mod join;
mod lists;
mod parts;
mod portless;
#[cfg(test)]
mod printed_cells;
#[cfg(test)]
mod printed_columns;
mod problem;
#[cfg(test)]
mod properties;
mod protocol_column;
mod ranges;
mod reader;
#[cfg(test)]
mod tests;
mod thousands;
mod token;
mod words;

use port_data::Diagnostic;

pub use cell::{Cell, NoPort};
pub use columns::{Column, parse_columns};

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
    parse_columns(&[(Column::Ports, cell)], protocol.as_slice())
}
