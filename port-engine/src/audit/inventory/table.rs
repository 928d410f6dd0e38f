//! Parses the header and the lines of an inventory: a listener each.

use std::path::Path;

use port_core::nearest::nearest;
use port_data::hidden::QuotedAscii;
use port_data::{Code, Diagnostic, Place};

use crate::audit::codes;
use crate::audit::csv_line::{Cell, split};
use crate::audit::lines::{Line, LineEnd, column};
use crate::audit::local_address::LocalAddress;
use crate::protocol::Protocol;

/// The columns that an inventory has to have, and those that it may have.
const REQUIRED: [&str; 4] = ["host", "transport", "address", "port"];
const OPTIONAL: [&str; 3] = ["process", "product", "component"];

/// The positions of the columns.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// Those of [`REQUIRED`] and then [`OPTIONAL`].
    positions: [Option<usize>; REQUIRED.len() + OPTIONAL.len()],
    count: usize,
    /// The names of columns that aren't used.
    pub unused: Vec<String>,
}

/// A line of an inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ListenerRow<'a> {
    pub host: &'a str,
    /// The listener; `None` for a host on which nothing listens.
    pub listener: Option<Listener<'a>>,
    /// The product on the host, and the column of its cell.
    pub product: Option<(&'a str, usize)>,
    /// The component of the product.
    pub component: Option<(&'a str, usize)>,
}

/// A socket that listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listener<'a> {
    pub protocol: Protocol,
    pub address: &'a str,
    pub port: u16,
    /// The process; empty if it isn't known.
    pub process: &'a str,
}

/// The place of a byte offset in a line.
pub(super) fn place(file: &Path, line: Line<'_>, offset: usize) -> Place {
    Place::new(file, usize::try_from(line.number).unwrap_or(usize::MAX), column(line.bytes, offset))
}

/// The line as text without a byte order mark, and the cells of it.
fn cells<'a>(file: &Path, line: Line<'a>, cells: &mut Vec<Cell<'a>>) -> Result<(), Diagnostic> {
    let malformed = |offset, message: &str, help: &str| {
        Diagnostic::new(codes::INVENTORY_LINE, message).help(help).at(place(file, line, offset))
    };
    if line.end == LineEnd::TooLong {
        return Err(malformed(0, "the line is longer than 1 MiB", "check that this is a CSV file"));
    }
    if let Err(error) = std::str::from_utf8(line.bytes) {
        let problem = Diagnostic::new(codes::NOT_UTF8, "the line is not UTF-8").help("convert the file to UTF-8");
        return Err(problem.at(place(file, line, error.valid_up_to())));
    }
    split(line.bytes, cells).map_err(|error| {
        let (offset, message) = error.parts();
        malformed(offset, message, "write a quote in a quoted cell as two")
    })
}

/// A cell's text without surrounding spaces. The line is UTF-8, so its cells are.
fn text<'a>(cell: &'a Cell<'_>) -> &'a str {
    std::str::from_utf8(&cell.bytes).unwrap_or_default().trim()
}

impl Columns {
    /// Reads the header.
    pub fn parse(file: &Path, line: Line<'_>) -> Result<Columns, Diagnostic> {
        let mark = "\u{feff}".as_bytes();
        let line = Line { bytes: line.bytes.strip_prefix(mark).unwrap_or(line.bytes), ..line };
        let mut header = Vec::new();
        cells(file, line, &mut header)?;
        let problem = |code: Code, offset, message: String, help: String| {
            Err(Diagnostic::new(code, message).help(help).at(place(file, line, offset)))
        };
        let mut columns = Columns { positions: [None; 7], count: header.len(), unused: Vec::new() };
        let known = || REQUIRED.iter().chain(&OPTIONAL);
        for (position, cell) in header.iter().enumerate() {
            let name = text(cell);
            match known().position(|known| known.eq_ignore_ascii_case(name)) {
                None => columns.unused.push(name.to_string()),
                Some(column) if columns.positions[column].is_some() => {
                    let message = format!("the column {name} occurs twice");
                    return problem(codes::INVENTORY_HEADER, cell.offset, message, "remove one of them".to_string());
                }
                Some(column) => columns.positions[column] = Some(position),
            }
        }
        if let Some(missing) =
            REQUIRED.iter().zip(columns.positions).find_map(|(name, at)| at.is_none().then_some(name))
        {
            let message = format!("the header has no column {missing}");
            let near = nearest(missing, columns.unused.iter().map(String::as_str)).map(QuotedAscii);
            let help = match near {
                Some(near) => format!("rename {near} to {missing}"),
                None => format!("begin the file with {}[,{}]", REQUIRED.join(","), OPTIONAL.join("][,")),
            };
            return problem(codes::INVENTORY_HEADER, 0, message, help);
        }
        Ok(columns)
    }

    /// Whether there is a column with the products.
    pub fn has_product(&self) -> bool {
        self.positions[5].is_some()
    }

    /// Reads a line. `header` is memory for the cells.
    pub fn row<'a, 'b>(
        &self,
        file: &Path,
        line: Line<'a>,
        row: &'b mut Vec<Cell<'a>>,
    ) -> Result<ListenerRow<'b>, Diagnostic> {
        cells(file, line, row)?;
        let problem = |code: Code, offset, message: String, help: &str| {
            Err(Diagnostic::new(code, message).help(help).at(place(file, line, offset)))
        };
        if row.len() != self.count {
            let message = format!("the line has {} cells, but the header has {}", row.len(), self.count);
            let help = match line.end {
                LineEnd::EndOfFile => "check whether the file was cut off",
                _ => "quote a cell that contains a comma",
            };
            return problem(codes::INVENTORY_LINE, 0, message, help);
        }
        let cell = |column: usize| self.positions[column].map(|position| &row[position]);
        let value = |column: usize| cell(column).map(text).unwrap_or_default();
        let offset = |column: usize| cell(column).map_or(0, |cell| cell.offset);
        let [host, transport, address, port] = [0, 1, 2, 3].map(value);
        if host.is_empty() {
            return problem(codes::INVENTORY_LINE, offset(0), "the host is empty".to_string(), "write its name");
        }
        let named = |column: usize| {
            let text = value(column);
            (!text.is_empty()).then(|| (text, crate::audit::lines::column(line.bytes, offset(column))))
        };
        let listener = if transport.is_empty() && address.is_empty() && port.is_empty() {
            None
        } else {
            let Some(protocol) = protocol(transport) else {
                let message = format!("unknown transport {}", QuotedAscii(transport));
                return problem(codes::INVENTORY_VALUE, offset(1), message, "write tcp, udp or sctp");
            };
            if LocalAddress::parse(address).is_none() {
                let message = format!("invalid address {}", QuotedAscii(address));
                let help = "write an address such as 0.0.0.0, ::, * or 192.0.2.1";
                return problem(codes::INVENTORY_VALUE, offset(2), message, help);
            }
            let Ok(port) = port_data::port_expression::parse_port(port) else {
                let message = format!("invalid port {}", QuotedAscii(port));
                return problem(codes::INVENTORY_VALUE, offset(3), message, "write a number from 1 to 65535");
            };
            Some(Listener { protocol, address, port, process: value(4) })
        };
        Ok(ListenerRow { host, listener, product: named(5), component: named(6) })
    }
}

/// A protocol with ports, by its name in any case or by its number.
fn protocol(text: &str) -> Option<Protocol> {
    let with_ports = Protocol::KNOWN.iter().copied().filter(|protocol| protocol.has_ports());
    let is_named = |protocol: &Protocol| {
        let name = protocol.name().unwrap_or_default();
        text.eq_ignore_ascii_case(name) || text.parse() == Ok(protocol.number())
    };
    with_ports.into_iter().find(is_named)
}
