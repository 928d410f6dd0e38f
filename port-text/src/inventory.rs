//! Prints the findings of an audit of many hosts, a line for each, and their totals.

use std::fmt::Write;

use port_core::Requirement;
use port_data::diagnostic::count;
use port_data::hidden::{Escaped, escape_json};
use port_engine::audit::inventory::finding::{FindingKind, HostFinding};
use port_engine::audit::inventory::totals::{Count, Totals};
use port_engine::audit::verdict::{Failure, Failures};
use serde::Serialize;

use crate::audit::failure_text;
use crate::footnotes::Footnotes;
use crate::table::{self, bold};
use crate::{Columns, csv};

/// The columns of the findings as CSV.
const COLUMNS: [&str; 9] =
    ["host", "products", "finding", "flow", "edition", "requirement", "ports", "observed", "note"];

/// A finding as a line of text.
pub fn line(finding: &HostFinding, notes: &mut Footnotes) -> String {
    let mut text = format!("{}: {}", Escaped(finding.host), finding.kind);
    if finding.flow.is_none() && finding.ports.is_empty() {
        if !finding.products.is_empty() {
            let _ = write!(text, " ({})", finding.products.join(", "));
        }
        return text + "\n";
    }
    if let Some(flow) = finding.flow {
        let _ = write!(text, " {}", flow.id);
    }
    let _ = write!(text, " {}", finding.ports);
    for observed in &finding.observed {
        let _ = write!(text, "; {}", Escaped(observed));
    }
    if let Some(flow) = finding.flow {
        if flow.requirement == Requirement::Required {
            text += "; required";
        }
        if let Some(condition) = &flow.condition {
            let _ = write!(text, "; only: {condition}");
        }
        if flow.configurable {
            text += "; configurable";
        }
        if let Some(note) = &flow.note {
            let _ = write!(text, "; note {}", notes.number(note));
        }
    }
    text + "\n"
}

/// A finding as a line of JSON.
pub fn json_line(finding: &HostFinding) -> String {
    escape_json(&serde_json::to_string(finding).expect("keys are strings"))
}

/// The header of the findings as CSV.
pub fn csv_header() -> String {
    csv::print(&Columns { names: COLUMNS.to_vec(), rows: Vec::new() })
}

/// A finding as a line of CSV.
pub fn csv_line(finding: &HostFinding) -> String {
    let flow = |text: &dyn Fn(&port_engine::dataset::Flow) -> String| finding.flow.map(text).unwrap_or_default();
    csv::line(&[
        Escaped(finding.host).to_string(),
        finding.products.join(" "),
        finding.kind.to_string(),
        flow(&|flow| flow.id.clone()),
        flow(&|flow| flow.edition.clone()),
        flow(&|flow| flow.requirement.to_string()),
        finding.ports.clone(),
        Escaped(finding.observed.join("; ")).to_string(),
        flow(&|flow| flow.note.clone().unwrap_or_default()),
    ])
}

/// The totals as text, after the notes.
pub fn totals(totals: &Totals, notes: &Footnotes, width: Option<u16>) -> String {
    let mut text = String::new();
    let listed = notes.print(width);
    if !listed.is_empty() {
        let _ = write!(text, "\n{}\n{listed}", bold("Notes"));
    }
    let _ = write!(text, "\n{}\n", bold(&format!("Totals: {} audited", count(totals.audited, "host"))));
    let found = |kind: &FindingKind| Some((kind.to_string(), *totals.findings.get(kind)?));
    let others = [("open", totals.open), ("outbound, not audited", totals.outbound)];
    let others = others.into_iter().map(|(name, count)| (name.to_string(), count));
    let rows = FindingKind::ALL.iter().filter_map(found).chain(others);
    let rows = rows.map(|(name, Count { hosts, findings })| vec![name, hosts.to_string(), findings.to_string()]);
    text + &table::print(&Columns { names: vec!["finding", "hosts", "number"], rows: rows.collect() }, width)
}

/// The totals as the end of the object that `--format json` prints.
pub fn json_totals(totals: &Totals) -> String {
    #[derive(Serialize)]
    struct End<'a> {
        totals: &'a Totals,
    }
    serde_json::to_string(&End { totals }).expect("keys are strings")[1..].to_string()
}

/// The totals in one line.
pub fn totals_line(totals: &Totals) -> String {
    let found = totals
        .findings
        .iter()
        .map(|(kind, found)| format!("{kind} {} on {}", found.findings, count(found.hosts, "host")));
    let found: Vec<String> = found.collect();
    let found = if found.is_empty() { "nothing found".to_string() } else { found.join(", ") };
    format!("{} audited: {found}", count(totals.audited, "host"))
}

/// What made the audit of a fleet fail.
pub fn failure(failure: Failure, hosts: usize, failures: Failures) -> String {
    format!("fails: {}: {}", count(hosts, "host"), failure_text(failure, failures))
}
