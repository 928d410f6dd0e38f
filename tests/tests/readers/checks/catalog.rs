//! Checks of the readers of the catalog's sources: curation, captures, port cells, tables and port expressions.

use std::fmt;
use std::path::{Path, PathBuf};

use port_core::port_spec::write_expression;
use port_core::{Groups, PortSpec, Transport};
use port_data::cells::Cells;
use port_data::port_expression::{self, Located};
use port_data::write::Csv;
use port_data::{Code, Diagnostic};
use port_import::capture::Capture;
use port_import::curation::{Curation, SharedFlows};
use port_import::port_cell::{self, Cell, Column};

/// The number of lines of a text, including the one after its last line feed.
fn lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count() + 1
}

/// The files of an input: that of the edition, after that of all editions if there is one.
fn parse_curation(text: &str) -> Result<Curation, Vec<Diagnostic>> {
    match &files(text)[..] {
        [(_, shared), (_, edition), ..] => {
            let shared = SharedFlows::parse(Path::new("relay/flows.toml"), shared).map_err(|error| vec![error])?;
            Curation::parse_with(Path::new("relay/1.toml"), edition, &shared)
        }
        _ => Curation::parse(Path::new("curation.toml"), text),
    }
}

pub fn read_curation(bytes: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let curation = parse_curation(text).map_err(|problems| problems[0].to_string())?;
    Ok(format!("{} flows, {} values", curation.flows.len(), curation.values.len()))
}

pub fn curation(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let parse = || parse_curation(&text);
    let result = parse();
    match &result {
        Ok(curation) => {
            assert_eq!(curation.hints().columns.len(), curation.columns.len());
            assert!(curation.unresolved().iter().all(|problem| (1..=lines(bytes)).contains(&problem.place.line)));
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems {
                assert!(problem.place.line <= lines(bytes), "{problem}");
                assert!(!problem.message.is_empty());
            }
        }
    }
    assert_eq!(format!("{result:?}"), format!("{:?}", parse()), "two reads differ");
}

pub fn read_capture(bytes: &[u8]) -> Result<String, String> {
    let capture = Capture::parse(Path::new("capture.csv"), bytes).map_err(|errors| errors[0].to_string())?;
    Ok(format!("{} tables, {} rows", capture.tables.len(), capture.rows().count()))
}

/// A capture that is read is written unchanged, and is read again as the same.
pub fn capture(bytes: &[u8]) {
    let file = Path::new("capture.csv");
    match Capture::parse(file, bytes) {
        Ok(capture) => {
            let written = capture.to_csv();
            let again = Capture::parse(file, written.as_bytes()).expect("what is written can be read");
            assert_eq!(again.to_csv(), written);
            assert_eq!(again.tables.len(), capture.tables.len());
            assert_eq!(again.texts.len(), capture.texts.len());
            for (row, same) in capture.rows().zip(again.rows()) {
                assert_eq!(row.number, same.number);
                let texts = |row: &port_import::capture::Row| -> Vec<_> {
                    row.cells.iter().map(|cell| (cell.text.clone(), cell.spans_from_above)).collect()
                };
                assert_eq!(texts(row), texts(same));
            }
        }
        Err(errors) => check_errors(&errors, lines(bytes)),
    }
}

fn check_errors(errors: &[Diagnostic], lines: usize) {
    assert!(!errors.is_empty());
    for error in errors {
        assert!(error.place.line <= lines, "{error}");
        assert!(!error.message.is_empty());
    }
}

pub fn read_port_cell(bytes: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let (protocol, cell) = parts(text);
    let result = match columns(cell) {
        cells if cells.len() > 1 => port_cell::parse_columns(&cells, protocol.as_slice()),
        _ => port_cell::parse(cell, protocol),
    };
    result.map(|cell| format!("{} specs", cell.specs.len())).map_err(|error| error.to_string())
}

/// The cell of the protocol column, which is the first line unless it is empty, and the port cell.
fn parts(text: &str) -> (Option<&str>, &str) {
    let (protocol, cell) = text.split_once('\n').unwrap_or(("", text));
    (Some(protocol).filter(|protocol| !protocol.is_empty()), cell)
}

pub fn port_cell(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (protocol, text) = parts(&text);
    let result = port_cell::parse(text, protocol);
    match &result {
        Ok(cell) => check_cell(cell, text),
        Err(error) => assert!(!error.message.is_empty() && error.help.is_some(), "{error:?}"),
    }
    assert_eq!(result, port_cell::parse(text, protocol), "two reads differ");
    row(text, protocol);
}

/// The port cells of a row with several port columns, between bars.
fn columns(text: &str) -> Vec<(Column, &str)> {
    let columns = [Column::First, Column::Last, Column::Tcp, Column::Udp, Column::Ports];
    columns.into_iter().cycle().zip(text.split('|')).collect()
}

/// Reads the parts of a text as the port cells of a row with several port columns.
fn row(text: &str, protocol: Option<&str>) {
    let cells = columns(text);
    for cells in [&cells[..], cells.get(2..).unwrap_or_default()] {
        match port_cell::parse_columns(cells, protocol.as_slice()) {
            Ok(cell) => check_groups(&cell),
            Err(error) => assert!(!error.message.is_empty() && error.help.is_some(), "{error:?}"),
        }
    }
}

/// Groups have no gaps.
fn check_groups(cell: &Cell) {
    assert_eq!(cell.specs.is_empty(), cell.no_port.is_some(), "{cell:?}");
    check_expression(cell);
    let mut groups: Vec<u8> = cell.specs.iter().map(PortSpec::group).collect();
    assert!(groups.is_sorted());
    groups.dedup();
    assert!(groups.iter().map(|group| usize::from(*group)).eq(0..groups.len()));
}

/// The ports of a cell, without services, are printed as an expression that is read as the same.
fn check_expression(cell: &Cell) {
    let unnamed = |spec: &PortSpec<String>| {
        PortSpec::<usize>::from_parts(spec.transport(), spec.range(), None, spec.group(), spec.number())
    };
    let specs: Vec<PortSpec<usize>> = cell.specs.iter().map(unnamed).collect();
    // A service without a port is nothing but its name, and an expression lists each port once.
    let is_whole = |(index, spec): (usize, &PortSpec<usize>)| {
        let needs_port = spec.transport().is_none_or(Transport::has_ports);
        let is_other = |other: &PortSpec<usize>| {
            (other.transport(), other.range(), other.number()) != (spec.transport(), spec.range(), spec.number())
        };
        (spec.range().is_some() || !needs_port) && specs[..index].iter().all(is_other)
    };
    if !specs.is_empty() && specs.iter().enumerate().all(is_whole) {
        let printed = Printed(&specs, cell.groups).to_string();
        let read = parse_expression(&printed).map(|(specs, _)| specs);
        assert_eq!(read, Ok(specs), "{printed}");
    }
}

/// Each number of the cell is one of its ports or in its remarks.
fn check_cell(cell: &Cell, text: &str) {
    check_groups(cell);
    let mut kept: Vec<String> = cell.remarks.iter().chain(&cell.marks).cloned().collect();
    for spec in &cell.specs {
        assert!(spec.transport().is_some() || spec.service_ref().is_some(), "{spec:?}");
        kept.extend(spec.service_ref().cloned());
        kept.extend(spec.number().map(|number| number.to_string()));
        kept.extend(spec.range().map(|range| format!("{} {}", range.first(), range.last())));
    }
    let kept = kept.join(" ");
    // The digit of these belongs to the name of a protocol.
    let text = text.to_ascii_lowercase().replace("icmpv4", "icmp").replace("icmpv6", "icmp");
    let is_digit = |c: char| c.is_ascii_digit();
    for number in text.split(|c: char| !is_digit(c)).filter(|number| !number.is_empty()) {
        assert!(kept.contains(number), "{number} of {text:?} in {cell:?}");
    }
}

/// Precedes the name of a file in an input that contains several.
const FILE: &str = "==> ";

/// The files of an input, each below a line with its name.
pub(super) fn files(text: &str) -> Vec<(PathBuf, String)> {
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix(FILE) {
            // A path must not leave the directory.
            Some(name) => files.push((name.trim().replace("..", "").trim_start_matches('/').into(), String::new())),
            None => {
                if let Some((_, text)) = files.last_mut() {
                    text.push_str(line);
                }
            }
        }
    }
    files
}

/// A directory that doesn't exist, so that only the tables of the input are read.
const NOWHERE: &str = "no such directory";

pub fn read_tables(bytes: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let catalog = port_data::read_texts(Path::new(NOWHERE), files(text)).map_err(|errors| errors[0].to_string())?;
    Ok(format!("{} flows", catalog.flows.len()))
}

pub fn tables(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let files = files(&text);
    for (file, text) in &files {
        check_cells(file, text);
    }
    let result = port_data::read_texts(Path::new(NOWHERE), files.clone());
    match &result {
        Ok(catalog) => {
            for flow in &catalog.flows {
                assert!(flow.product < catalog.products.len() && flow.row.peer < catalog.peers.len());
                assert!(flow.row.specs.iter().filter_map(PortSpec::service).all(|at| at < catalog.services.len()));
            }
            assert!(catalog.products.iter().all(|product| product.vendor < catalog.vendors.len()));
        }
        Err(errors) => check_errors(errors, lines(text.as_bytes())),
    }
    assert_eq!(
        format!("{result:?}"),
        format!("{:?}", port_data::read_texts(Path::new(NOWHERE), files)),
        "two reads differ"
    );
}

/// Cells that are read, written and read again are the same.
fn check_cells(file: &Path, text: &str) {
    let parse = |text: &str| {
        let mut errors = Vec::new();
        let cells = Cells::parse(file, text.as_bytes(), &mut errors);
        (cells, errors)
    };
    let (Some(cells), errors) = parse(text) else { return };
    if !errors.is_empty() {
        return check_errors(&errors, lines(text.as_bytes()));
    }
    if cells.header.len() == 1 {
        // A single cell with a semicolon, which only quotes keep together, is written without them and read as two.
        return;
    }
    let texts = |row: &Vec<port_data::cells::Cell>| row.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>();
    let mut csv = Csv::new(texts(&cells.header));
    cells.rows.iter().for_each(|row| csv.row(texts(row)));
    let (again, errors) = parse(&csv.finish());
    assert_eq!(errors, []);
    let again = again.expect("what is written can be read");
    assert!(
        [&again.header]
            .into_iter()
            .chain(&again.rows)
            .map(texts)
            .eq([&cells.header].into_iter().chain(&cells.rows).map(texts))
    );
}

/// The services that an expression may contain.
const SERVICES: [&str; 7] = ["smtp", "smtps", "ike", "ipsec-nat-t", "sftp", "ftp", "https"];

const UNKNOWN_SERVICE: Code = Code { id: "test-unknown-service", summary: "A service isn't known." };

fn parse_expression(text: &str) -> Result<(Vec<PortSpec<usize>>, Groups), Vec<Located>> {
    port_expression::parse(text, |id, _| {
        let index = SERVICES.iter().position(|service| *service == id);
        index.ok_or_else(|| Diagnostic::new(UNKNOWN_SERVICE, format!("unknown service {id}")))
    })
}

pub fn read_port_expression(bytes: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    parse_expression(text)
        .map(|(specs, _)| format!("{} specs", specs.len()))
        .map_err(|problems| problems[0].1.to_string())
}

/// Displays an expression.
struct Printed<'a>(&'a [PortSpec<usize>], Groups);

impl fmt::Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_expression(f, self.1, self.0.iter().map(|spec| spec.map_service(|service| SERVICES[service])))
    }
}

/// An expression that is read is printed unchanged, and is read again as the same.
pub fn port_expression(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match parse_expression(&text) {
        Ok(specs) => {
            let printed = Printed(&specs.0, specs.1).to_string();
            assert_eq!(parse_expression(&printed).as_ref(), Ok(&specs), "{printed}");
            // A range of one port is printed as the port.
            assert!(printed == text || text.contains('-'), "{printed}");
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            assert!(problems.is_sorted_by_key(|(spec, _)| spec.start));
            assert!(
                problems.iter().all(|(spec, problem)| text.get(spec.clone()).is_some() && !problem.message.is_empty())
            );
        }
    }
}
