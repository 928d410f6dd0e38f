//! What one row of a page prints, by the meanings that the curation gives its columns.

mod cells;
mod ends;
mod tables;

use port_core::{Enabled, Requirement, Scope, Transport};
use port_data::{Diagnostic, Place};

use crate::capture::{Capture, Prose, Row, Text};
use crate::codes;
use crate::curation::{Column, Curation, Meaning, Table};
use crate::grouped_diagnostics::{GroupableDiagnostic, join};
use crate::port_cell;

pub use ends::End;

use cells::{parse_enabled, parse_interfaces, parse_requirement, required};

/// What one row of a page prints.
#[expect(clippy::struct_excessive_bools, reason = "each says whether the row itself states something")]
#[derive(Clone, Debug)]
pub struct PrintedRow {
    /// The row number in the page, from 1.
    pub number: usize,
    /// The line where the row begins.
    pub line: usize,
    /// The part of the document.
    pub section: Option<String>,
    /// The ways in which the product and a peer can be at the two ends: several if the row prints both directions or several
    /// peers or parts of the product, each of which needs a flow.
    pub ends: Vec<End>,
    /// The peer cell.
    pub peer: Option<String>,
    /// The label cell.
    pub label: Option<String>,
    /// The port cell; several cells are separated by bars.
    pub ports: Option<String>,
    /// The port cells, parsed, or why they can't be parsed.
    pub port_cell: Result<port_cell::Cell, Diagnostic>,
    /// The product's interfaces.
    pub interfaces: Vec<String>,
    /// The interface that the row recommends.
    pub recommended_interface: Option<String>,
    /// Where the port can be changed, if a short text says so.
    pub customization: Option<String>,
    /// Whether the customization cell contains a short text, neither prose nor nothing.
    pub has_short_customization: bool,
    /// The condition, if the table has one for all rows.
    pub condition: Option<String>,
    /// Whether the flow is required, if a cell or the table says so.
    pub requirement: Option<Requirement>,
    /// How far the traffic goes, if the table says so.
    pub scope: Option<Scope>,
    /// Whether the port is open by default, if a cell or the table says so.
    pub enabled: Option<Enabled>,
    /// The prose cells.
    pub prose: Vec<Prose>,
    /// The heading above the table.
    pub heading: Option<String>,
    /// All printed cells that aren't empty.
    pub cells: Vec<String>,
    /// The texts that the curation gives in place of cells.
    pub meanings: Vec<String>,
    /// Why cells can't be read. The row isn't a flow until that is resolved.
    pub problems: Vec<GroupableDiagnostic>,
    /// Whether all cells about its ports can be read, so that the port cell is what the row prints.
    pub has_all_port_cells: bool,
    /// Whether the transport of its ports is that of the table, since the row prints none.
    pub has_table_transport: bool,
    /// Whether its direction is that of the table, since the row prints none.
    pub has_table_direction: bool,
}

/// What distinguishes rows with the same key: the peer, label and port cells, the digests of the prose, and all printed cells, such
/// as that of the transport.
pub type Content<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>, Vec<&'a str>, Vec<&'a str>);

impl PrintedRow {
    /// What distinguishes the row from others with the same key.
    #[must_use]
    pub fn content(&self) -> Content<'_> {
        let prose = self.prose.iter().map(|prose| prose.digest.as_str()).collect();
        let cells = self.cells.iter().map(String::as_str).collect();
        (self.peer.as_deref(), self.label.as_deref(), self.ports.as_deref(), prose, cells)
    }

    /// Whether the row prints the same as another one.
    #[must_use]
    pub fn repeats(&self, other: &PrintedRow) -> bool {
        self.section == other.section && self.ends == other.ends && self.content() == other.content()
    }

    /// Why the row can't be read: the first problem.
    #[must_use]
    pub fn problem(&self) -> Option<&Diagnostic> {
        self.problems.first().map(|problem| &*problem.diagnostic)
    }

    /// The marks and remarks in the port cell.
    #[must_use]
    pub fn marks(&self) -> Vec<&String> {
        self.port_cell.iter().flat_map(|cell| cell.remarks.iter().chain(&cell.marks)).collect()
    }

    /// Who opens the connection, if that is the same at all of its ends.
    #[must_use]
    pub fn direction(&self) -> Option<port_core::Direction> {
        let first = self.ends.first()?.direction;
        first.filter(|_| self.ends.iter().all(|end| end.direction == first))
    }

    /// Whether the row contains a text: as a cell, a remark or mark, its heading, or the digest of its prose.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        self.heading.iter().chain(&self.cells).any(|own| own == text)
            || self.prose.iter().any(|prose| prose.digest == text)
            || self.marks().into_iter().any(|mark| mark == text)
    }
}

/// The rows of a capture, and what is wrong with them.
#[derive(Debug, Default)]
pub struct PrintedRows {
    /// The rows of the tables that the curation describes.
    pub rows: Vec<PrintedRow>,
    /// The tables that it doesn't describe, and those that the page doesn't have.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads every row of a capture.
#[must_use]
pub fn read_rows(capture: &Capture, curation: &Curation) -> PrintedRows {
    let (entries, diagnostics) = tables::find_entries(capture, curation);
    let mut read = PrintedRows { rows: Vec::new(), diagnostics: join(diagnostics) };
    for (table, entry) in capture.tables.iter().zip(entries) {
        let Some(entry) = entry else { continue };
        let heading = table.heading.as_ref().map(|heading| heading.text.printed());
        read.rows.extend(table.rows.iter().map(|row| {
            let mut printed = RowReader::new(curation, entry, heading, row).read();
            let at_row = |problem: GroupableDiagnostic| problem.at(Place::line(&capture.file, row.line));
            printed.problems = printed.problems.into_iter().map(at_row).collect();
            printed
        }));
    }
    read
}

/// Reads one row.
struct RowReader<'a> {
    curation: &'a Curation,
    table: &'a Table,
    row: &'a Row,
    printed: PrintedRow,
    cells: ends::Cells,
    /// Whether all cells about the ends can be read.
    has_all_ends: bool,
    ports: Vec<(port_cell::Column, String)>,
    protocols: Vec<String>,
    /// The superscript marks of the row. They belong to it, wherever they are printed.
    raised_marks: Vec<String>,
}

impl<'a> RowReader<'a> {
    fn new(curation: &'a Curation, table: &'a Table, heading: Option<&str>, row: &'a Row) -> RowReader<'a> {
        let printed = PrintedRow {
            number: row.number,
            line: row.line,
            section: table.section.clone(),
            ends: Vec::new(),
            peer: None,
            label: None,
            ports: None,
            port_cell: Ok(port_cell::Cell::default()),
            interfaces: Vec::new(),
            recommended_interface: None,
            customization: None,
            has_short_customization: false,
            condition: table.condition.clone(),
            requirement: table.requirement,
            scope: table.scope,
            enabled: table.enabled,
            prose: Vec::new(),
            heading: heading.map(str::to_string),
            cells: Vec::new(),
            meanings: Vec::new(),
            problems: Vec::new(),
            has_all_port_cells: true,
            has_table_transport: false,
            has_table_direction: false,
        };
        let (cells, ports, protocols) = (ends::Cells::default(), Vec::new(), Vec::new());
        RowReader {
            curation,
            table,
            row,
            printed,
            cells,
            has_all_ends: true,
            ports,
            protocols,
            raised_marks: Vec::new(),
        }
    }

    fn read(mut self) -> PrintedRow {
        let columns = self.curation.columns_of(self.table);
        for (cell, column) in self.row.cells.iter().zip(columns) {
            if column.is.is_ports() || !cell.spans_from_above {
                self.raised_marks.extend(cell.marks.iter().cloned());
            }
            let is_prose = matches!(cell.text, Text::Prose(_)) && !column.is.is_typed();
            let found = self.text(column, &cell.text).and_then(|text| self.read_cell(column, text, is_prose));
            if let Err(problem) = found {
                self.printed.problems.push(problem);
                self.has_all_ends &= !column.is.is_about_ends();
                self.printed.has_all_port_cells &= !column.is.is_ports() && column.is != Meaning::Protocol;
            }
        }
        self.printed.meanings.extend([&self.table.from, &self.table.to].into_iter().flatten().cloned());
        self.printed.has_table_direction = self.table.direction.is_some() && !self.cells.state_direction();
        // Without one of their cells, the ends would be others.
        if self.has_all_ends {
            let problems = &mut self.printed.problems;
            (self.printed.peer, self.printed.ends) = self.cells.read(self.curation, self.table, problems);
        }
        let printed = self.ports.iter().map(|(_, cell)| cell.as_str()).filter(|cell| !cell.is_empty());
        let printed = printed.collect::<Vec<_>>().join(" | ");
        self.printed.ports = Some(printed).filter(|text| !text.is_empty());
        let ports: Vec<_> = self.ports.iter().map(|(column, cell)| (*column, cell.as_str())).collect();
        let protocols: Vec<&str> = self.protocols.iter().map(String::as_str).collect();
        self.printed.port_cell = port_cell::parse_columns(&ports, &protocols);
        // The transport of the table is that of rows that print none.
        let of_table = self.table.transport.filter(|transport| *transport != Transport::Any && protocols.is_empty());
        if let Some(transport) = of_table.filter(|_| !prints_transport(&self.printed.port_cell)) {
            self.printed.port_cell = port_cell::parse_columns(&ports, &[transport.as_ref()]);
            self.printed.has_table_transport = true;
        }
        if let Ok(cell) = &mut self.printed.port_cell {
            cell.marks.append(&mut self.raised_marks);
        }
        self.printed
    }

    /// The text of a cell: as printed or, of prose that must be understood, the one that the curation gives its digest.
    fn text(&mut self, column: &Column, text: &Text) -> Result<Option<String>, GroupableDiagnostic> {
        match text {
            Text::Printed(text) => {
                let text = Some(text.clone()).filter(|text| !text.is_empty());
                self.printed.cells.extend(text.clone());
                Ok(text)
            }
            Text::Prose(prose) => {
                self.printed.prose.push(prose.clone());
                if !column.is.is_typed() {
                    return Ok(None);
                }
                let short = column.means.get(&prose.digest).cloned();
                self.printed.meanings.extend(short.clone());
                short.map(Some).ok_or_else(|| {
                    let column = column.is.as_str();
                    let message = format!("{column} cell is prose (digest {})", prose.digest);
                    let help = "give the digest a short text under means of the column";
                    let diagnostic =
                        GroupableDiagnostic::from(Diagnostic::new(codes::UNREADABLE_CELL, message).help(help));
                    let all = "give the digests short texts under means of the column";
                    diagnostic.among(format!("{column} cells are prose"), format!("digest {}", prose.digest), all)
                })
            }
        }
    }

    fn read_cell(&mut self, column: &Column, text: Option<String>, is_prose: bool) -> Result<(), GroupableDiagnostic> {
        let printed = text.as_deref().unwrap_or_default();
        let meaning = column.means.get(printed).map_or(printed, String::as_str).to_string();
        self.printed.meanings.extend(Some(meaning.clone()).filter(|meaning| meaning != printed));
        let ports = |column| (column, printed.to_string());
        match column.is {
            Meaning::Peer => self.cells.peer = Some(printed.to_string()),
            Meaning::From => self.cells.from = Some(printed.to_string()),
            Meaning::To => self.cells.to = Some(printed.to_string()),
            Meaning::ToOrFrom => self.cells.to_or_from = Some(printed.to_string()),
            Meaning::Component => self.cells.component = Some(meaning),
            Meaning::Direction => self.cells.direction = Some(meaning),
            Meaning::Section => {
                let section = tables::find_section(printed, self.curation)?;
                self.printed.section.clone_from(&section.section);
                self.cells.section_direction = section.direction;
            }
            Meaning::Label if is_prose || column.may_be_empty => self.printed.label = text,
            Meaning::Label => self.printed.label = Some(required(text, column)?),
            Meaning::Ports => self.ports.push(ports(port_cell::Column::Ports)),
            Meaning::FirstPort => self.ports.push(ports(port_cell::Column::First)),
            Meaning::LastPort => self.ports.push(ports(port_cell::Column::Last)),
            Meaning::TcpPorts => self.ports.push(ports(port_cell::Column::Tcp)),
            Meaning::UdpPorts => self.ports.push(ports(port_cell::Column::Udp)),
            Meaning::Protocol => match text {
                None if column.may_be_empty => {}
                text => {
                    required(text, column)?;
                    self.protocols.push(meaning);
                }
            },
            Meaning::Interfaces => {
                (self.printed.interfaces, self.printed.recommended_interface) = parse_interfaces(printed)?;
            }
            Meaning::Requirement => match meaning.strip_prefix("if ").filter(|_| meaning != printed) {
                Some(condition) => self.printed.condition = Some(condition.to_string()),
                None => self.printed.requirement = Some(parse_requirement(&meaning)?),
            },
            Meaning::Enabled => self.printed.enabled = Some(parse_enabled(&meaning)?),
            Meaning::Customization => {
                let meaning = text.as_ref().and_then(|text| column.means.get(text));
                self.printed.customization = meaning.cloned().filter(|text| !text.is_empty());
                self.printed.has_short_customization = text.is_some();
            }
            Meaning::Note | Meaning::Ignored => {}
        }
        Ok(())
    }
}

/// Whether a row prints the transport of some port.
fn prints_transport(cell: &Result<port_cell::Cell, Diagnostic>) -> bool {
    let is_stated = |transport: Transport| transport != Transport::Any;
    cell.as_ref().is_ok_and(|cell| {
        let mut specs = cell.specs.iter().filter(|spec| spec.range().is_some());
        specs.any(|spec| spec.transport().is_some_and(is_stated))
    })
}
