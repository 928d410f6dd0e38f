//! What a regeneration changes: flows that come and go, facts that change, prose that was reworded.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use port_data::cells::Cells;
use port_data::hidden::Escaped;
use serde::Serialize;
use serde_json::{Value, json};

use crate::capture::{Capture, Row, Text};
use crate::place::fault;
use crate::refine::FlowRow;
use port_data::Diagnostic;

/// What changes, for a reviewer and as JSON.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The documents that were read.
    pub documents: Vec<Document>,
    /// Flows that come.
    pub added: Vec<Value>,
    /// Flows that go.
    pub removed: Vec<Value>,
    /// Facts that change.
    pub changed: Vec<Change>,
    /// Rows whose prose was reworded; where its facts changed too, they are told by themselves.
    pub reworded: Vec<Reworded>,
    /// The part of the version that rises.
    pub bump: Bump,
    /// What is wrong; where anything is, nothing was written, except where [`Report::is_begun`] says so.
    pub errors: Vec<ReportedFault>,
    /// The files that change.
    #[serde(skip)]
    pub files: Vec<String>,
    /// Whether some of them may be in their places though there are errors: the next run moves the rest.
    #[serde(skip)]
    pub is_begun: bool,
}

/// A document that was read.
#[derive(Debug, Serialize)]
pub struct Document {
    /// The product.
    pub product: String,
    /// The file.
    pub file: String,
    /// How many rows its tables have.
    pub rows: usize,
}

/// A fact of a flow that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The flow.
    pub id: String,
    /// The fact, by its name in a flow's JSON; ports and lists are texts as the tables have them.
    pub field: &'static str,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
}

/// A row whose prose was reworded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reworded {
    /// The flow.
    pub id: String,
    /// The row.
    pub row: usize,
}

/// A fault, in the form of the report.
#[derive(Debug, Serialize)]
pub struct ReportedFault {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// The column of the line, in characters from 1; nothing where the whole line is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// What is wrong.
    pub message: String,
}

/// The part of the data's version that must rise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bump {
    /// Nothing changes.
    #[default]
    None,
    /// A fact changes.
    Patch,
    /// A flow comes.
    Minor,
    /// A flow goes.
    Major,
}

/// The columns of a flow's table by the names of its JSON.
const FIELDS: [(&str, &str); 18] = [
    ("direction", "direction"),
    ("peer", "peer"),
    ("purpose", "purpose"),
    ("ports", "ports"),
    ("requirement", "requirement"),
    ("condition", "condition"),
    ("interfaces", "interfaces"),
    ("recommended_interface", "recommended_interface"),
    ("hosts", "hosts"),
    ("configurable", "configurable"),
    ("customization", "customization"),
    ("note", "note"),
    ("curated", "curated"),
    ("section", "source.section"),
    ("row", "source.row"),
    ("printed_peer", "source.peer"),
    ("printed_label", "source.label"),
    ("printed_ports", "source.ports"),
];

impl Report {
    /// Adds what one product's flows change.
    pub fn compare(&mut self, product: &Product, before: &[FlowRow], after: &[FlowRow]) {
        let by_id =
            |flows: &[FlowRow]| flows.iter().map(|flow| (flow["id"].clone(), flow.clone())).collect::<BTreeMap<_, _>>();
        let (old, new) = (by_id(before), by_id(after));
        self.added
            .extend(after.iter().filter(|flow| !old.contains_key(&flow["id"])).map(|flow| as_json(product, flow)));
        self.removed
            .extend(before.iter().filter(|flow| !new.contains_key(&flow["id"])).map(|flow| as_json(product, flow)));
        for flow in after {
            let Some(was) = old.get(&flow["id"]) else { continue };
            for (column, field) in FIELDS {
                let [before, after] = [was, flow].map(|flow| flow.get(column).cloned().unwrap_or_default());
                if before != after {
                    self.changed.push(Change { id: flow["id"].clone(), field, before, after });
                }
            }
        }
        self.bump = match (self.removed.is_empty(), self.added.is_empty(), self.changed.is_empty()) {
            (false, _, _) => Bump::Major,
            (_, false, _) => Bump::Minor,
            (_, _, false) => Bump::Patch,
            _ => self.bump,
        };
    }

    /// Adds the flows of one product whose rows' prose was reworded.
    pub fn compare_prose(&mut self, before: (&Capture, &[FlowRow]), after: (&Capture, &[FlowRow])) {
        let [old, new] = [before, after].map(|(capture, flows)| prose_of(capture, flows));
        for (id, (row, prose)) in new {
            if old.get(&id).is_some_and(|(_, before)| *before != prose) {
                self.reworded.push(Reworded { id, row });
            }
        }
        self.reworded.sort_by_key(|reworded| reworded.row);
        if self.bump == Bump::None && !self.reworded.is_empty() {
            self.bump = Bump::Patch;
        }
    }

    /// Adds what is wrong, each fault once, in the order of files and lines.
    pub fn fail(&mut self, mut faults: Vec<Diagnostic>, root: &Path) {
        faults.sort();
        faults.dedup();
        self.errors.extend(faults.into_iter().map(|fault| ReportedFault {
            file: fault.place.file.strip_prefix(root).unwrap_or(&fault.place.file).display().to_string(),
            line: fault.place.line,
            column: Some(fault.place.column).filter(|column| *column > 0),
            message: fault.message.replace(&format!("{}/", root.display()), ""),
        }));
    }

    /// Whether no file changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// The row of each flow, and the digests of its prose.
fn prose_of(capture: &Capture, flows: &[FlowRow]) -> BTreeMap<String, (usize, Vec<String>)> {
    let digests = |row: &Row| {
        let prose = row.cells.iter().filter_map(|cell| match &cell.text {
            Text::Prose(prose) => Some(prose.digest.clone()),
            Text::Printed(_) => None,
        });
        (row.number, prose.collect::<Vec<_>>())
    };
    let rows: BTreeMap<usize, Vec<String>> = capture.rows().map(digests).collect();
    let of_flow = |flow: &FlowRow| {
        let row = flow["row"].parse().ok()?;
        Some((flow["id"].clone(), (row, rows.get(&row)?.clone())))
    };
    flows.iter().filter_map(of_flow).collect()
}

/// What the JSON of a flow says of its product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: String,
    /// Its vendor's id.
    pub vendor: String,
    /// Its document.
    pub document: String,
    /// The document's edition.
    pub edition: String,
}

/// A row of the tables as the JSON of a flow, as `port-catalog list --format json` prints it.
fn as_json(product: &Product, flow: &FlowRow) -> Value {
    let text = |column: &str| flow.get(column).map_or("", String::as_str);
    let nullable = |column: &str| Some(text(column)).filter(|text| !text.is_empty());
    let list = |column: &str| text(column).split(", ").filter(|item| !item.is_empty()).collect::<Vec<_>>();
    let mut services = Vec::new();
    let specs = port_data::port_expression::parse(text("ports"), |service| {
        services.push(service.to_string());
        Ok(services.len() - 1)
    });
    let ports: Vec<Value> = specs
        .unwrap_or_default()
        .iter()
        .map(|spec| {
            json!({
                "transport": spec.transport().map(port_core::Transport::as_str),
                "first": spec.range().map(port_core::PortRange::first),
                "last": spec.range().map(port_core::PortRange::last),
                "service": spec.service().map(|place| services[place].clone()),
                "group": spec.group(),
            })
        })
        .collect();
    json!({
        "id": text("id"), "vendor": product.vendor, "product": product.id,
        "direction": text("direction"), "peer": text("peer"), "purpose": text("purpose"),
        "ports": ports,
        "requirement": text("requirement"), "condition": nullable("condition"),
        "interfaces": list("interfaces"), "recommended_interface": nullable("recommended_interface"),
        "hosts": list("hosts"),
        "configurable": text("configurable") == "true", "customization": nullable("customization"),
        "curated": list("curated"),
        "source": {
            "document": product.document, "edition": product.edition, "section": nullable("section"),
            "row": text("row").parse::<u32>().ok(), "peer": nullable("printed_peer"), "label": nullable("printed_label"),
            "ports": nullable("printed_ports"),
        },
    })
}

/// The rows of a table of flows that was written before; none where there is no such file.
///
/// # Errors
///
/// What is wrong with the file.
pub fn flows_of(file: &Path) -> Result<Vec<FlowRow>, Vec<Diagnostic>> {
    match std::fs::read(file) {
        Ok(table) => flows_in(&table, file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(vec![fault(file, 0, format!("cannot be read: {error}"))]),
    }
}

/// The rows of a table of flows, which stands in a file.
///
/// # Errors
///
/// What is wrong with it.
pub fn flows_in(table: &[u8], file: &Path) -> Result<Vec<FlowRow>, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let cells = Cells::parse(file, table, &mut errors);
    let Some(cells) = cells.filter(|_| errors.is_empty()) else {
        return Err(errors.into_iter().map(Diagnostic::from).collect());
    };
    let columns =
        cells.header.iter().map(|head| port_data::schema::FLOWS.iter().find(|column| column.name == head.text));
    let columns: Vec<_> = columns.collect();
    let row = |cells: &Vec<port_data::cells::Cell>| {
        let named =
            columns.iter().zip(cells).filter_map(|(column, cell)| Some((column.as_ref()?.name, cell.text.clone())));
        let mut row: FlowRow = named.collect();
        row.entry("id").or_default();
        row
    };
    Ok(cells.rows.iter().map(row).collect())
}

/// What a reviewer reads first.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for document in &self.documents {
            writeln!(f, "read {}: {}, {} rows", document.product, Escaped(&document.file), document.rows)?;
        }
        for error in &self.errors {
            let numbers = [error.line, error.column.unwrap_or_default()].into_iter().filter(|number| *number > 0);
            let place: String = numbers.map(|number| format!(":{number}")).collect();
            writeln!(f, "error: {}{place}: {}", Escaped(&error.file), Escaped(&error.message))?;
        }
        for flow in &self.added {
            writeln!(f, "added    {}", in_brief(flow))?;
        }
        for flow in &self.removed {
            writeln!(f, "removed  {}", in_brief(flow))?;
        }
        // Rows that only moved are told in one line: each inserted row moves all below it.
        let (moved, changed): (Vec<&Change>, Vec<&Change>) =
            self.changed.iter().partition(|change| change.field == "source.row");
        for change in changed {
            writeln!(f, "changed  {} {}: {:?} -> {:?}", change.id, change.field, change.before, change.after)?;
        }
        match moved.as_slice() {
            [] => {}
            [change] => writeln!(f, "moved    {}: row {} -> {}", change.id, change.before, change.after)?,
            [first, .., last] => writeln!(
                f,
                "moved    {} flows have other row numbers, from {} ({} -> {}) to {} ({} -> {})",
                moved.len(),
                first.id,
                first.before,
                first.after,
                last.id,
                last.before,
                last.after
            )?,
        }
        for reworded in &self.reworded {
            writeln!(f, "reworded {}: row {}; read again what the curation says of it", reworded.id, reworded.row)?;
        }
        if !self.errors.is_empty() {
            let count = self.errors.len();
            let written =
                if self.is_begun { "writing was begun, and the next run finishes it" } else { "nothing was written" };
            return writeln!(f, "{count} error{}: {written}", if count == 1 { "" } else { "s" });
        }
        if self.is_empty() {
            return writeln!(f, "nothing changed");
        }
        for file in &self.files {
            writeln!(f, "file     {}", Escaped(file))?;
        }
        let bump = match self.bump {
            Bump::None => "none",
            Bump::Patch => "patch",
            Bump::Minor => "minor",
            Bump::Major => "major",
        };
        writeln!(f, "version  {bump}")?;
        writeln!(f, "review   cargo test --workspace --no-fail-fast; cargo insta review")?;
        writeln!(f, "accept   git add port-data tests && git commit")
    }
}

/// A flow in a line: its id, and its ports as printed.
fn in_brief(flow: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    format!(
        "{}: {} {}, {:?}",
        text(&flow["id"]),
        text(&flow["direction"]),
        text(&flow["peer"]),
        text(&flow["source"]["ports"])
    )
}
