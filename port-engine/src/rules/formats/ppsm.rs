//! A table of ports, protocols and services as CSV, as accreditations ask for: a line for each service of a flow and protocol.
//!
//! Remarks on flows are in the last column. Those on the whole ruleset are only in the report, since a table has no place for them.

use super::document::{Line, ends, limits, lines, reference};
use super::writer::{Directions, File, Writer, no_remarks};
use crate::csv;
use crate::rules::model::{FlowRules, Ruleset, one_line};
use crate::rules::output_options::OutputOptions;

/// How to write a table.
pub const WRITER: Writer = Writer {
    limits: limits("ppsm"),
    options: &[],
    directions: Directions { keeps_empty: true, uncontrolled: None },
    remarks: no_remarks,
    files,
};

/// The columns.
const COLUMNS: [&str; 11] = [
    "service",
    "protocol",
    "port",
    "direction",
    "source",
    "destination",
    "purpose",
    "required",
    "reference",
    "flow",
    "remarks",
];

fn files(ruleset: &Ruleset, _: &OutputOptions) -> Vec<File> {
    let rows = ruleset.flows.iter().flat_map(|flow| lines(flow).into_iter().map(move |line| row(flow, &line)));
    let rows: Vec<Vec<String>> = rows.collect();
    vec![File { name: format!("{}.csv", ruleset.name), text: csv::write(&COLUMNS, &rows) }]
}

fn row(flow: &FlowRules, line: &Line<'_>) -> Vec<String> {
    let [source, destination] = ends(flow).map(|end| end.text());
    let remarks: Vec<String> = flow.remarks.iter().map(ToString::to_string).collect();
    let cells = [
        line.service.unwrap_or_default().to_string(),
        line.protocol_text().unwrap_or_default(),
        line.port_text().unwrap_or_default(),
        flow.direction.to_string(),
        source,
        destination,
        flow.purpose.clone(),
        required(flow),
        format!("{}, {}", reference(flow), flow.row.source.url),
        flow.id.clone(),
        remarks.join("; "),
    ];
    cells.iter().map(|cell| one_line(cell)).collect()
}

/// Whether the document requires the flow, with the condition if there is one.
fn required(flow: &FlowRules) -> String {
    let condition = flow.row.condition.as_ref().map(|condition| format!(": {condition}")).unwrap_or_default();
    format!("{}{condition}", flow.row.requirement)
}
