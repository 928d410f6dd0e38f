//! What one row of a page prints, by the meanings that the curation gives its columns.

use port_core::Direction;
use port_data::{Diagnostic, Place};

use crate::capture::{Capture, Prose, Row, Table, Text};
use crate::codes;
use crate::curation::{self, Curation, Meaning};
use crate::port_cell;

/// What one row of a page prints.
#[derive(Clone, Debug)]
pub struct PrintedRow {
    /// The row number in the page, from 1.
    pub number: usize,
    /// The line where the row begins.
    pub line: usize,
    /// The part of the document.
    pub section: Option<String>,
    /// Who opens the connection.
    pub direction: Option<Direction>,
    /// Whether the row prints both directions.
    pub has_both_directions: bool,
    /// The peer cell.
    pub peer: Option<String>,
    /// The label cell.
    pub label: Option<String>,
    /// The port cell.
    pub ports: Option<String>,
    /// The port cell, parsed, or why it can't be parsed.
    pub port_cell: Result<port_cell::Cell, Diagnostic>,
    /// The product's interfaces.
    pub interfaces: Vec<String>,
    /// The interface that the row recommends.
    pub recommended_interface: Option<String>,
    /// Where the port can be changed, if a short text says so.
    pub customization: Option<String>,
    /// Whether the customization cell contains a short text, neither prose nor nothing.
    pub has_short_customization: bool,
    /// The prose cells.
    pub prose: Vec<Prose>,
}

impl PrintedRow {
    /// The marks and remarks in the port cell.
    #[must_use]
    pub fn marks(&self) -> Vec<&String> {
        self.port_cell.iter().flat_map(|cell| cell.remarks.iter().chain(&cell.marks)).collect()
    }
}

/// Reads every row of a capture. Rows that can't be read are reported and left out.
#[must_use]
pub fn read_rows(capture: &Capture, curation: &Curation) -> (Vec<PrintedRow>, Vec<Diagnostic>) {
    let (found, expected) = (capture.tables.len(), curation.tables.len());
    if found != expected {
        let header = capture.tables.last().and_then(|table| table.header.first());
        let message = format!("number of tables is {found} (expected {expected})");
        let diagnostic = Diagnostic::new(codes::TABLE_COUNT, message)
            .help(format!("if the vendor changed them, change tables in {}", Place::file(&curation.file)))
            .at(Place::line(&capture.file, header.map_or(0, |name| name.line)));
        return (Vec::new(), vec![diagnostic]);
    }
    let mut rows = Vec::new();
    let mut diagnostics = Vec::new();
    for (table, meaning) in capture.tables.iter().zip(&curation.tables) {
        let at = |(line, diagnostic): (usize, Diagnostic)| diagnostic.at(Place::line(&capture.file, line));
        diagnostics.extend(wrong_heading(table, meaning, curation).map(at));
        if let Some(diagnostic) = wrong_columns(table, curation).map(at) {
            diagnostics.push(diagnostic);
            continue;
        }
        for row in &table.rows {
            match read_row(row, meaning, curation) {
                Ok(row) => rows.push(row),
                Err(diagnostic) => diagnostics.push(diagnostic.at(Place::line(&capture.file, row.line))),
            }
        }
    }
    (rows, diagnostics)
}

/// A heading that isn't the curation's, and its line.
fn wrong_heading(table: &Table, meaning: &curation::Table, curation: &Curation) -> Option<(usize, Diagnostic)> {
    let expected = meaning.heading.as_deref()?;
    let found = table.heading.as_ref().map_or("", |heading| heading.text.printed());
    if found == expected {
        return None;
    }
    let line = table.heading.as_ref().or(table.header.first()).map_or(0, |cell| cell.line);
    let message = format!("table has the heading {found:?} (expected {expected:?})");
    let help = format!("if the vendor renamed it, change it in {}", Place::file(&curation.file));
    Some((line, Diagnostic::new(codes::HEADING, message).help(help)))
}

/// Columns that aren't the curation's, and their line.
fn wrong_columns(table: &Table, curation: &Curation) -> Option<(usize, Diagnostic)> {
    let found: Vec<&str> = table.header.iter().map(|name| name.text.printed()).collect();
    let expected: Vec<&str> = curation.columns.iter().map(|column| column.head.as_str()).collect();
    if found == expected {
        return None;
    }
    let message = format!("table has the columns {found:?} (expected {expected:?})");
    let help = format!("if the vendor renamed one, change it in {}", Place::file(&curation.file));
    Some((table.header.first().map_or(0, |name| name.line), Diagnostic::new(codes::COLUMNS, message).help(help)))
}

fn read_row(row: &Row, table: &curation::Table, curation: &Curation) -> Result<PrintedRow, Diagnostic> {
    let mut printed = PrintedRow {
        number: row.number,
        line: row.line,
        section: table.section.clone(),
        direction: table.direction,
        has_both_directions: false,
        peer: None,
        label: None,
        ports: None,
        port_cell: Ok(port_cell::Cell::default()),
        interfaces: Vec::new(),
        recommended_interface: None,
        customization: None,
        has_short_customization: false,
        prose: Vec::new(),
    };
    let mut protocol = None;
    let (mut from, mut to) = (None, None);
    for (cell, column) in row.cells.iter().zip(&curation.columns) {
        if let Text::Prose(prose) = &cell.text {
            printed.prose.push(prose.clone());
        }
        let text = Some(cell.text.printed().to_string()).filter(|text| !text.is_empty());
        let required = |text: Option<String>| {
            text.ok_or_else(|| Diagnostic::new(codes::EMPTY_CELL, format!("{} cell is empty", column.is.as_str())))
        };
        match column.is {
            Meaning::Peer => printed.peer = text,
            Meaning::Label if column.may_be_empty => printed.label = text,
            Meaning::Label => printed.label = Some(required(text)?),
            Meaning::Ports => printed.ports = text,
            Meaning::Protocol => protocol = Some(required(text)?),
            Meaning::Direction => {
                printed.direction = parse_direction(cell.text.printed())?;
                printed.has_both_directions = printed.direction.is_none();
            }
            Meaning::Section => {
                let section = find_section(cell.text.printed(), curation)?;
                printed.section.clone_from(&section.section);
                printed.direction = section.direction.or(printed.direction);
            }
            Meaning::Interfaces => {
                (printed.interfaces, printed.recommended_interface) = parse_interfaces(cell.text.printed())?;
            }
            Meaning::From => from = text,
            Meaning::To => to = text,
            Meaning::Customization => {
                let meaning = text.as_ref().and_then(|text| column.short.get(text));
                printed.customization = meaning.cloned().filter(|text| !text.is_empty());
                printed.has_short_customization = text.is_some();
            }
            Meaning::Note => {}
        }
    }
    if let Some(own_name) = &curation.own_name {
        let (direction, peer) = parse_ends(from.unwrap_or_default(), to.unwrap_or_default(), own_name)?;
        (printed.direction, printed.peer) = (Some(direction), Some(peer));
    }
    printed.port_cell = port_cell::parse(printed.ports.as_deref().unwrap_or_default(), protocol.as_deref());
    Ok(printed)
}

/// The direction and the peer of a row with a source and a destination, one of which is the product.
fn parse_ends(from: String, to: String, own_name: &str) -> Result<(Direction, String), Diagnostic> {
    let (direction, peer) = match (from == own_name, to == own_name) {
        (true, false) => (Direction::Outbound, to),
        (false, true) => (Direction::Inbound, from),
        _ => {
            let message = format!("row goes from {from:?} to {to:?}, but exactly one end must be {own_name:?}");
            return Err(Diagnostic::new(codes::OWN_NAME, message));
        }
    };
    match peer.is_empty() {
        true => Err(Diagnostic::new(codes::EMPTY_CELL, "peer cell is empty")),
        false => Ok((direction, peer)),
    }
}

/// A direction, or nothing if the text means both.
fn parse_direction(text: &str) -> Result<Option<Direction>, Diagnostic> {
    let words = text.to_ascii_lowercase().replace(['/', ',', '&', '-'], " ").replace(" and ", " ");
    match words.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["inbound" | "incoming" | "in"] => Ok(Some(Direction::Inbound)),
        ["outbound" | "outgoing" | "out"] => Ok(Some(Direction::Outbound)),
        ["both" | "bidirectional"]
        | ["both", "directions"]
        | ["inbound", "outbound"]
        | ["outbound", "inbound"]
        | ["incoming", "outgoing"]
        | ["outgoing", "incoming"]
        | ["in", "out"] => Ok(None),
        _ => {
            let message =
                format!("unknown direction {text:?} (known: Inbound, Incoming, In, Outbound, Outgoing, Out, Both)");
            Err(Diagnostic::new(codes::UNREADABLE_CELL, message))
        }
    }
}

/// The section that a cell names.
fn find_section<'a>(text: &str, curation: &'a Curation) -> Result<&'a curation::Table, Diagnostic> {
    let found = curation.sections.iter().find(|section| section.heading.as_deref() == Some(text));
    found.ok_or_else(|| {
        Diagnostic::new(codes::HEADING, format!("section {text:?} isn't curated"))
            .help(format!("if the vendor renamed it, change sections in {}", Place::file(&curation.file)))
    })
}

/// The interfaces of a cell such as `C/P1/P2 (C recommended)`, and the one that it recommends.
fn parse_interfaces(text: &str) -> Result<(Vec<String>, Option<String>), Diagnostic> {
    let (names, remark) = text.split_once(" (").unwrap_or((text, ""));
    let interfaces: Vec<String> = names.split('/').map(str::to_lowercase).collect();
    let recommended = remark.strip_suffix(" recommended)").map(str::to_lowercase);
    if !interfaces.iter().all(|name| port_data::id::is_id(name)) || (recommended.is_none() && !remark.is_empty()) {
        let message = format!("interfaces {text:?} don't have a form such as C/P1/P2 (C recommended)");
        return Err(Diagnostic::new(codes::UNREADABLE_CELL, message));
    }
    Ok((interfaces, recommended))
}
