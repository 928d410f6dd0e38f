//! Connections as CSV: who connected to which port of whom.

use super::{LineError, Parsed};
use crate::audit::csv_line::{Cell, split};
use crate::audit::flow_log::record::{End, Opener, Record};
use crate::audit::flow_log::values::{address, number, port, protocol};

/// The columns that are read.
const COLUMNS: [&str; 5] = ["source", "destination", "transport", "port", "count"];

/// The columns that a file has to have.
const REQUIRED: usize = 4;

/// The columns of a file.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// Which of [`COLUMNS`] each column is; none, if it isn't read.
    columns: Vec<Option<usize>>,
    /// The names of columns that aren't used.
    pub unused: Vec<String>,
}

impl Columns {
    /// The columns of a file with this header; `None` if it isn't one.
    pub fn of(header: &[u8]) -> Option<Result<Columns, LineError>> {
        let mut cells = Vec::new();
        split(header, &mut cells).ok()?;
        let names: Vec<String> = cells.iter().map(|cell| text(cell).to_ascii_lowercase()).collect();
        if !COLUMNS[..2].iter().any(|name| names.iter().any(|own| own == name)) {
            return None;
        }
        let columns: Vec<Option<usize>> =
            names.iter().map(|name| COLUMNS.iter().position(|known| known == name)).collect();
        for (index, name) in COLUMNS.iter().enumerate() {
            let mut own = columns.iter().zip(&cells).filter(|(column, _)| **column == Some(index));
            if let (None, true) = (own.next(), index < REQUIRED) {
                return Some(Err(LineError::new(0, format!("the header has no column {name}"))));
            }
            if let Some((_, again)) = own.next() {
                return Some(Err(LineError::new(again.offset, format!("the column {name} occurs twice"))));
            }
        }
        let unused = names.iter().zip(&columns).filter(|(_, column)| column.is_none());
        let unused = unused.map(|(name, _)| name.clone()).collect();
        Some(Ok(Columns { columns, unused }))
    }

    /// Parses a line.
    pub fn parse(&self, line: &[u8]) -> Result<Parsed, LineError> {
        if line.trim_ascii().is_empty() {
            return Ok(Parsed::Header);
        }
        if memchr::memchr(b'"', line).is_some() {
            let mut cells = Vec::new();
            split(line, &mut cells).map_err(|error| {
                let (offset, message) = error.parts();
                LineError::new(offset, message)
            })?;
            return self.record(cells.iter().map(|cell| (cell.bytes.as_ref(), cell.offset)));
        }
        let mut start = 0;
        let ends = memchr::memchr_iter(b',', line).chain(std::iter::once(line.len()));
        self.record(ends.map(|end| {
            let from = std::mem::replace(&mut start, end + 1);
            (&line[from..end], from)
        }))
    }

    fn record<'a>(&self, cells: impl Iterator<Item = (&'a [u8], usize)>) -> Result<Parsed, LineError> {
        let mut values: [(&[u8], usize); COLUMNS.len()] = [(b"", 0); COLUMNS.len()];
        let mut count = 0;
        for (cell, offset) in cells {
            if let Some(Some(column)) = self.columns.get(count) {
                values[*column] = (cell.trim_ascii(), offset);
            }
            count += 1;
        }
        if count != self.columns.len() {
            let message = format!("the line has {count} cells, but the header has {}", self.columns.len());
            return Err(LineError::new(0, message));
        }
        let invalid = |column: usize| {
            let (value, offset) = values[column];
            let found = port_data::hidden::QuotedAscii(String::from_utf8_lossy(value)).to_string();
            LineError::new(offset, format!("invalid {} {found}", COLUMNS[column]))
        };
        let source = address(values[0].0).ok_or_else(|| invalid(0))?;
        let destination = address(values[1].0).ok_or_else(|| invalid(1))?;
        let protocol = protocol(values[2].0, source.is_ipv6()).ok_or_else(|| invalid(2))?;
        let number_of_port = match values[3].0 {
            b"" if !protocol.has_ports() => None,
            text => Some(port(text).ok_or_else(|| invalid(3))?),
        };
        let is_invalid =
            |port: u16| protocol.has_ports() && port == 0 || protocol.is_icmp() && port > u16::from(u8::MAX);
        if number_of_port.is_some_and(is_invalid) {
            return Err(invalid(3));
        }
        let count = match values[4].0 {
            b"" => 1,
            text => number(text).ok_or_else(|| invalid(4))?,
        };
        let has_ports = protocol.has_ports();
        Ok(Parsed::Record(Record {
            source: End { address: source, port: None },
            destination: End { address: destination, port: number_of_port.filter(|_| has_ports) },
            protocol,
            icmp_type: if protocol.is_icmp() { number_of_port.and_then(|port| port.try_into().ok()) } else { None },
            opener: Opener::Source,
            is_unanswered: false,
            count,
        }))
    }
}

/// A cell's text without surrounding spaces.
fn text(cell: &Cell<'_>) -> String {
    String::from_utf8_lossy(&cell.bytes).trim().to_string()
}
