//! Flow logs of Amazon VPC: words separated by spaces, a record for the packets of one direction.
//!
//! The records don't state who opened a connection, unless the field `tcp-flags` does.

use super::{LineError, Parsed};
use crate::audit::flow_log::record::{End, Opener, Record};
use crate::audit::flow_log::values::{address, number, port, protocol};
use crate::protocol::Protocol;

/// The fields of the default format, version 2.
const DEFAULT: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action \
                       log-status";

/// The fields that are read.
const FIELDS: [&str; 10] = [
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "action",
    "log-status",
    "tcp-flags",
    "pkt-srcaddr",
    "pkt-dstaddr",
];

/// The fields that a format has to have.
const REQUIRED: usize = 5;

/// The bits of `tcp-flags`. ACK is set only together with SYN.
const SYN: u64 = 2;
const ACK: u64 = 16;

/// The columns of a format.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// Which of [`FIELDS`] each column is; none, if it isn't read.
    fields: Vec<Option<usize>>,
    /// The header, which each file of several has.
    header: Vec<u8>,
}

impl Columns {
    /// The columns of a log with this first line; `None` if it isn't a flow log.
    pub fn of(line: &[u8]) -> Option<Result<Columns, LineError>> {
        let words: Vec<&[u8]> = words(line).collect();
        let is_header = words.iter().any(|word| ["srcaddr", "dstaddr"].iter().any(|name| name.as_bytes() == *word));
        let default: Vec<&[u8]> = DEFAULT.split(' ').map(str::as_bytes).collect();
        if !is_header && (words.len() != default.len() || words[0] != b"2") {
            return None;
        }
        let names = if is_header { &words } else { &default };
        let field = |name: &&[u8]| FIELDS.iter().position(|known| known.as_bytes() == *name);
        let fields: Vec<Option<usize>> = names.iter().map(field).collect();
        let is_again = |position: usize| fields[position].is_some() && fields[..position].contains(&fields[position]);
        if let Some(again) = (0..fields.len()).find(|position| is_again(*position)) {
            let offset = (names[again].as_ptr() as usize).wrapping_sub(line.as_ptr() as usize);
            let name = String::from_utf8_lossy(names[again]);
            return Some(Err(LineError::new(offset, format!("the field {name} occurs twice"))));
        }
        let missing = (0..REQUIRED).find(|field| !fields.contains(&Some(*field)));
        Some(match missing {
            None => Ok(Columns { fields, header: if is_header { line.to_vec() } else { DEFAULT.into() } }),
            Some(missing) => Err(LineError::new(0, format!("the header has no field {}", FIELDS[missing]))),
        })
    }

    /// Whether a line is the header.
    pub fn is_header(&self, line: &[u8]) -> bool {
        line == self.header.as_slice()
    }

    /// Parses a line.
    pub fn parse(&self, line: &[u8]) -> Result<Parsed, LineError> {
        let mut values: [&[u8]; FIELDS.len()] = [b"-"; FIELDS.len()];
        let mut count = 0;
        for word in words(line) {
            if let Some(Some(field)) = self.fields.get(count) {
                values[*field] = word;
            }
            count += 1;
        }
        if count == 0 || self.is_header(line) {
            return Ok(Parsed::Header);
        }
        if count != self.fields.len() {
            let message = format!("the line has {count} fields, but the format has {}", self.fields.len());
            return Err(LineError::new(0, message));
        }
        let [srcaddr, dstaddr, srcport, dstport, transport, action, status, flags, pkt_src, pkt_dst] = values;
        match status {
            b"NODATA" => return Ok(Parsed::NoData),
            b"SKIPDATA" => return Ok(Parsed::Incomplete),
            _ => {}
        }
        let invalid = |value: &[u8], name: &str| {
            let found = port_data::hidden::QuotedAscii(String::from_utf8_lossy(value)).to_string();
            LineError::new(
                (value.as_ptr() as usize).wrapping_sub(line.as_ptr() as usize),
                format!("invalid {name} {found}"),
            )
        };
        // With a NAT gateway or a load balancer, these are the ends of the connection.
        let end = |packet: &[u8], own: &[u8], name| {
            address(packet).or_else(|| address(own)).ok_or_else(|| invalid(own, name))
        };
        let source = end(pkt_src, srcaddr, "srcaddr")?;
        let destination = end(pkt_dst, dstaddr, "dstaddr")?;
        let protocol = protocol(transport, source.is_ipv6()).ok_or_else(|| invalid(transport, "protocol"))?;
        let ends = if protocol.has_ports() {
            let source_port = port(srcport).ok_or_else(|| invalid(srcport, "srcport"))?;
            (Some(source_port), Some(port(dstport).ok_or_else(|| invalid(dstport, "dstport"))?))
        } else {
            (None, None)
        };
        let tcp_flags = match flags {
            b"-" => None,
            text => Some(number(text).filter(|flags| *flags <= 255).ok_or_else(|| invalid(text, "tcp-flags"))?),
        };
        Ok(Parsed::Record(Record {
            source: End { address: source, port: ends.0 },
            destination: End { address: destination, port: ends.1 },
            protocol,
            icmp_type: None,
            opener: if protocol == Protocol::TCP { opener(tcp_flags) } else { Opener::Unknown },
            is_unanswered: action == b"REJECT",
            count: 1,
        }))
    }
}

/// The words of a line.
fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b' ').filter(|word| !word.is_empty())
}

/// Who opened a connection, by the flags of the packets that the source sent: SYN opens one, and SYN with ACK answers.
fn opener(flags: Option<u64>) -> Opener {
    match flags {
        Some(flags) if flags & SYN != 0 && flags & ACK != 0 => Opener::Destination,
        Some(flags) if flags & SYN != 0 => Opener::Source,
        _ => Opener::Unknown,
    }
}
