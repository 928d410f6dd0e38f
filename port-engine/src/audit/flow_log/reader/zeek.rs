//! Zeek's `conn.log` as text: columns separated by tabs, which a header names.

use super::{LineError, Parsed};
use crate::audit::flow_log::record::{End, Opener, Record};
use crate::audit::flow_log::values::{address, number, port, protocol};
use crate::protocol::Protocol;

/// The fields that are read.
const FIELDS: [&[u8]; 8] =
    [b"id.orig_h", b"id.orig_p", b"id.resp_h", b"id.resp_p", b"proto", b"conn_state", b"history", b"ip_proto"];

/// The fields that a record has to have.
const REQUIRED: usize = 5;

/// No field that is read.
const OTHER: u8 = u8::MAX;

/// The columns of the last header.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    separator: u8,
    /// Which of [`FIELDS`] each column is.
    fields: Vec<u8>,
    /// The number of columns up to the last one that is read.
    read: usize,
    /// Whether the last header is that of another log.
    is_other_log: bool,
}

impl Default for Columns {
    fn default() -> Columns {
        Columns { separator: b'\t', fields: Vec::new(), read: 0, is_other_log: false }
    }
}

impl Columns {
    /// Parses a line. Headers may follow each other, since logs are appended.
    #[inline]
    pub fn parse(&mut self, line: &[u8]) -> Result<Parsed, LineError> {
        if line.first() == Some(&b'#') {
            return self.header(line);
        }
        if self.is_other_log {
            return Ok(if line.is_empty() { Parsed::Header } else { Parsed::OtherLog });
        }
        if self.fields.is_empty() {
            return if line.is_empty() {
                Ok(Parsed::Header)
            } else {
                Err(LineError::new(0, "no line that begins #fields is above this one"))
            };
        }
        let mut values: [&[u8]; FIELDS.len()] = [b"-"; FIELDS.len()];
        let (mut start, mut count, mut is_at_end) = (0, 0, false);
        let mut separators = memchr::memchr_iter(self.separator, line);
        for field in &self.fields[..self.read] {
            let end = separators.next();
            if *field != OTHER {
                values[*field as usize] = &line[start..end.unwrap_or(line.len())];
            }
            count += 1;
            match end {
                Some(end) => start = end + 1,
                None => {
                    is_at_end = true;
                    break;
                }
            }
        }
        if !is_at_end {
            // Of the other columns, only the number counts.
            count += separators.count() + 1;
        }
        if count != self.fields.len() {
            if line.is_empty() {
                return Ok(Parsed::Header);
            }
            let message = format!("the line has {count} columns, but its header has {}", self.fields.len());
            return Err(LineError::new(0, message));
        }
        record(values, |value| (value.as_ptr() as usize).wrapping_sub(line.as_ptr() as usize)).map(Parsed::Record)
    }

    #[cold]
    fn header(&mut self, line: &[u8]) -> Result<Parsed, LineError> {
        if let Some(separator) = line.strip_prefix(b"#separator ") {
            self.separator = match separator {
                [byte] => *byte,
                [b'\\', b'x', hex @ ..] => {
                    let byte = std::str::from_utf8(hex).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok());
                    byte.ok_or_else(|| LineError::new(11, "unknown separator"))?
                }
                _ => return Err(LineError::new(11, "unknown separator")),
            };
            // It begins a header, in which all else follows.
            (self.is_other_log, self.fields) = (false, Vec::new());
            return Ok(Parsed::Header);
        }
        let mut words = line.split(|byte| *byte == self.separator);
        match words.next() {
            Some(b"#path") => {
                self.is_other_log = words.next() != Some(b"conn");
                Ok(if self.is_other_log { Parsed::OtherLog } else { Parsed::Header })
            }
            Some(b"#fields") if !self.is_other_log => {
                let field = |name: &[u8]| FIELDS.iter().position(|known| *known == name);
                self.fields =
                    words.map(|name| field(name).map_or(OTHER, |field| u8::try_from(field).unwrap_or(OTHER))).collect();
                self.read = self.fields.iter().rposition(|field| *field != OTHER).map_or(0, |last| last + 1);
                let checked = self.check_fields(line);
                if checked.is_err() {
                    self.fields.clear();
                }
                checked.map(|()| Parsed::Header)
            }
            _ => Ok(Parsed::Header),
        }
    }

    /// Whether a header has the fields of a record, each once.
    fn check_fields(&self, header: &[u8]) -> Result<(), LineError> {
        for (field, name) in FIELDS.iter().enumerate() {
            let mut own = (0..).zip(&self.fields).filter(|(_, own)| usize::from(**own) == field);
            let name = String::from_utf8_lossy(name);
            if own.next().is_none() && field < REQUIRED {
                return Err(LineError::new(0, format!("the header has no field {name}")));
            }
            if let Some((again, _)) = own.next() {
                // The first word is `#fields`.
                let offset: usize =
                    header.split(|byte| *byte == self.separator).take(again + 1).map(|word| word.len() + 1).sum();
                return Err(LineError::new(offset, format!("the field {name} occurs twice")));
            }
        }
        Ok(())
    }
}

/// The record of the values of [`FIELDS`], `-` if one isn't set. `offset` is where a value is in the line.
#[inline]
pub(super) fn record(values: [&[u8]; FIELDS.len()], offset: impl Fn(&[u8]) -> usize) -> Result<Record, LineError> {
    let [orig_h, orig_p, resp_h, resp_p, proto, conn_state, history, ip_proto] = values;
    let invalid = |value: &[u8], name: &str| {
        let found = port_data::hidden::QuotedAscii(String::from_utf8_lossy(value)).to_string();
        LineError::new(offset(value), format!("invalid {name} {found}"))
    };
    let source = address(orig_h).ok_or_else(|| invalid(orig_h, "id.orig_h"))?;
    let destination = address(resp_h).ok_or_else(|| invalid(resp_h, "id.resp_h"))?;
    let source_port = port(orig_p).ok_or_else(|| invalid(orig_p, "id.orig_p"))?;
    let destination_port = port(resp_p).ok_or_else(|| invalid(resp_p, "id.resp_p"))?;
    // Newer versions log other protocols as unknown, with their number in a field of its own.
    let number = || number(ip_proto).and_then(|number| number.try_into().ok()).map(Protocol::new);
    let protocol = match proto {
        b"unknown_transport" => number().ok_or_else(|| invalid(proto, "proto"))?,
        _ => protocol(proto, source.is_ipv6()).ok_or_else(|| invalid(proto, "proto"))?,
    };
    // Senders of UDP that expect no answer may use port 0.
    if protocol.has_ports() && source_port == 0 && protocol != Protocol::UDP
        || protocol.is_icmp() && source_port > u16::from(u8::MAX)
    {
        return Err(invalid(orig_p, "id.orig_p"));
    }
    if protocol.has_ports() && destination_port == 0 {
        return Err(invalid(resp_p, "id.resp_p"));
    }
    // OTH is a connection whose beginning Zeek didn't see, and ^ is one whose direction it guessed by the ports.
    let is_guessed = protocol == Protocol::TCP && conn_state == b"OTH" || history.first() == Some(&b'^');
    let ports = protocol.has_ports();
    Ok(Record {
        source: End { address: source, port: ports.then_some(source_port) },
        destination: End { address: destination, port: ports.then_some(destination_port) },
        protocol,
        // Zeek writes the type of ICMP as the originator's port.
        icmp_type: if protocol.is_icmp() { source_port.try_into().ok() } else { None },
        opener: if is_guessed { Opener::Unknown } else { Opener::Source },
        is_unanswered: protocol == Protocol::TCP && matches!(conn_state, b"S0" | b"REJ" | b"RSTOS0" | b"SH"),
        count: 1,
    })
}
