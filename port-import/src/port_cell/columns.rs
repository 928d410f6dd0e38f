//! Combines the port cells of one row into one cell.

use port_core::{Groups, PortRange, PortSpec, Transport};
use port_data::Diagnostic;

use super::cell::{Cell, NoPort};
use super::parts;
use super::problem::{Problem, ProblemKind, SERVICES_OF_NUMBERS};
use super::protocol_column::ProtocolColumn;
use super::words::no_port;

/// What the header of a column says about the ports in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Ports.
    Ports,
    /// The first port of a range whose last port is in the next column of the row.
    First,
    /// The last port of that range. Empty, a dash or `N/A` if the first is the only port.
    Last,
    /// TCP ports.
    Tcp,
    /// UDP ports.
    Udp,
}

/// Reads the port cells of a row. `protocols` are the cells of the page's protocol columns in the same row.
///
/// The cells of several columns are read on their own, and all of their ports are ports of the row. Since nothing states whether all
/// of them are needed, [`Cell::groups`] is [`Groups::Unstated`] if more than one has ports. Cells that are empty, a dash or `N/A` are left
/// out if another cell has ports.
///
/// # Errors
///
/// The first part of a cell that can't be read with certainty, or that contradicts its header or another cell. The diagnostic has no
/// place: add the row's.
///
/// # Examples
/// ```
/// use port_import::port_cell::{Column, parse_columns};
///
/// let cell = parse_columns(&[(Column::First, "2379"), (Column::Last, "2380")], &["TCP"])?;
/// assert_eq!(cell.specs[0].to_string(), "tcp/2379-2380");
///
/// let cell = parse_columns(&[(Column::Tcp, "2049"), (Column::Udp, "2049")], &[])?;
/// assert_eq!(cell.specs.iter().map(ToString::to_string).collect::<Vec<_>>(), ["tcp/2049", "udp/2049"]);
/// # Ok::<(), port_data::Diagnostic>(())
/// ```
pub fn parse_columns(cells: &[(Column, &str)], protocols: &[&str]) -> Result<Cell, Diagnostic> {
    let protocol = protocol_columns(protocols)?;
    let cells: Vec<(Column, String)> = cells.iter().map(|(column, text)| (*column, fold(text))).collect();
    if let [(Column::Ports, text)] = &cells[..] {
        return read(text, &protocol);
    }
    if cells.iter().all(|(_, text)| is_blank(text)) {
        return read(cells.first().map_or("", |(_, text)| text), &protocol);
    }
    let mut row = Row::default();
    let mut cells = cells.iter().peekable();
    while let Some((column, text)) = cells.next() {
        let last = cells.next_if(|(next, _)| *column == Column::First && *next == Column::Last);
        let (cell, text) = match (column, last) {
            (Column::First, Some((_, last))) => (read_ends(text, last, &protocol)?, format!("{text} - {last}")),
            (Column::First | Column::Last, _) => {
                let reason = "the row has only one end of the range";
                return Err(problem(text, ProblemKind::Unreadable(reason)));
            }
            _ if is_blank(text) => continue,
            (Column::Ports, _) => (read(text, &protocol)?, text.clone()),
            (Column::Tcp, _) => (read_with(text, &protocol, "tcp", Transport::Tcp)?, text.clone()),
            (Column::Udp, _) => (read_with(text, &protocol, "udp", Transport::Udp)?, text.clone()),
        };
        row.cells.push((cell, text));
    }
    row.combine(protocol.services.len() > 1)
}

/// What the protocol columns state together: transports, services, or a protocol without ports in any of the forms of a port cell.
fn protocol_columns(cells: &[&str]) -> Result<ProtocolColumn, Diagnostic> {
    let mut column = ProtocolColumn::default();
    for text in cells.iter().map(|cell| fold(cell)) {
        let problem = |kind| Problem::new(0..text.len(), kind).into_diagnostic("protocol cell", &text);
        let next = ProtocolColumn::parse(&text).or_else(|kind| parts::read_protocol(&text).ok_or(kind));
        column.add(next.map_err(problem)?).map_err(problem)?;
    }
    Ok(column)
}

/// The text of a cell with one space for each run of whitespace.
fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a cell states that there is no port in its column.
fn is_blank(text: &str) -> bool {
    matches!(no_port(text), Some(NoPort::Empty | NoPort::NotApplicable))
}

fn read(text: &str, protocol: &ProtocolColumn) -> Result<Cell, Diagnostic> {
    parts::read_cell(text, protocol).map_err(|problem| problem.into_diagnostic("port cell", text))
}

/// What is wrong with a whole cell.
fn problem(text: &str, kind: ProblemKind) -> Diagnostic {
    Problem::new(0..text.len(), kind).into_diagnostic("port cell", text)
}

/// Reads a cell under a header that states a transport.
fn read_with(
    text: &str,
    protocol: &ProtocolColumn,
    name: &'static str,
    transport: Transport,
) -> Result<Cell, Diagnostic> {
    const HEADER: ProblemKind = ProblemKind::Contradiction("the transport of its header");
    let protocol = protocol.with_transport(name).map_err(|_| problem(text, HEADER))?;
    let cell = read(text, &protocol)?;
    match cell.specs.iter().all(|spec| spec.transport() == Some(transport)) {
        true => Ok(cell),
        false => Err(problem(text, HEADER)),
    }
}

/// Reads the cells of a first and a last port, each of which is one number.
fn read_ends(first_text: &str, last_text: &str, protocol: &ProtocolColumn) -> Result<Cell, Diagnostic> {
    let mut first = read(first_text, protocol)?;
    if is_blank(last_text) {
        return Ok(first);
    }
    if is_blank(first_text) {
        return Err(problem(last_text, ProblemKind::Unreadable("the row has no first port")));
    }
    let last = read(last_text, protocol)?;
    let one_number = "the first port and the last port of a range are one number each";
    let first_port = only_port(&first).ok_or_else(|| problem(first_text, ProblemKind::Unreadable(one_number)))?;
    let last_port = only_port(&last).ok_or_else(|| problem(last_text, ProblemKind::Unreadable(one_number)))?;
    let rest = |cell: &Cell| -> Vec<_> {
        cell.specs.iter().map(|spec| (spec.transport(), spec.service_ref().cloned(), spec.group())).collect()
    };
    if rest(&first) != rest(&last) {
        return Err(problem(last_text, ProblemKind::Contradiction("the first port of the row")));
    }
    let range = PortRange::new(first_port, last_port)
        .ok_or_else(|| problem(&format!("{first_text} - {last_text}"), ProblemKind::ReversedRange))?;
    for spec in &mut first.specs {
        *spec = PortSpec::from_parts(spec.transport(), Some(range), spec.service_ref().cloned(), spec.group(), None);
    }
    first.add_words(last);
    Ok(first)
}

/// The port of a cell that has only one.
fn only_port(cell: &Cell) -> Option<u16> {
    let range = cell.specs.first()?.range()?;
    let is_only = range.first() == range.last() && cell.specs.iter().all(|spec| spec.range() == Some(range));
    is_only.then_some(range.first())
}

/// The cells of a row, each with its text.
#[derive(Default)]
struct Row {
    cells: Vec<(Cell, String)>,
}

impl Row {
    /// One cell with the ports of all cells. Several services of the protocol column can only belong to a single number.
    fn combine(self, has_services: bool) -> Result<Cell, Diagnostic> {
        let has_ports = self.cells.iter().any(|(cell, _)| !cell.specs.is_empty());
        let mut all = Cell::default();
        for (mut cell, text) in self.cells {
            if has_ports && cell.no_port.is_some() {
                let reason = "it has only words, and another column of the row has ports";
                return Err(problem(&text, ProblemKind::Unreadable(reason)));
            }
            let is_same = |spec: &PortSpec<String>| cell.specs.iter().all(|own| own.range() == spec.range());
            if has_services && !all.specs.iter().all(is_same) {
                return Err(problem(&text, ProblemKind::Ambiguous(SERVICES_OF_NUMBERS)));
            }
            let next = all.specs.last().map(|spec| usize::from(spec.group()) + 1);
            all.groups = if next.is_some() { Groups::Unstated } else { cell.groups };
            all.no_port = all.no_port.or(cell.no_port);
            for spec in std::mem::take(&mut cell.specs) {
                let group = u8::try_from(next.unwrap_or_default() + usize::from(spec.group()))
                    .map_err(|_| problem(&text, ProblemKind::TooManyGroups))?;
                let number = spec.number();
                let service = spec.service_ref().cloned();
                all.specs.push(PortSpec::from_parts(spec.transport(), spec.range(), service, group, number));
            }
            all.add_words(cell);
        }
        Ok(all)
    }
}

impl Cell {
    /// Adds what another cell states apart from its specs.
    fn add_words(&mut self, other: Cell) {
        self.is_default |= other.is_default;
        self.marks.extend(other.marks);
        for remark in other.remarks {
            if !self.remarks.contains(&remark) {
                self.remarks.push(remark);
            }
        }
    }
}
