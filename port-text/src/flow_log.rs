//! Prints how the records of flow logs are explained.

use std::fmt::Write;

use port_core::{Direction, Requirement};
use port_data::diagnostic::count;
use port_data::hidden::escape_json;
use port_engine::audit::flow_log::explain::{CLIENTS, RowKey};
use port_engine::audit::flow_log::explanation::{Explanation, Records};
use port_engine::audit::flow_log::peer_summary::PeerSummary;
use port_engine::audit::flow_log::report::{FlowLogReport, FlowSighting, Sighting, UnexplainedRow};
use port_engine::audit::verdict::Failure;
use serde::Serialize;

use crate::footnotes::Footnotes;
use crate::table::{self, bold};
use crate::{Columns, csv};

/// The report as text: the most urgent tables are last, next to the summary.
pub fn print(report: &FlowLogReport, width: Option<u16>) -> String {
    let mut text = format!("{}\n\n", title(report));
    let mut notes = Footnotes::default();
    for (heading, sighting) in [
        ("Documented, and not visible in logs since it stays on the machine or in the pod", Sighting::Local),
        ("Documented without a port", Sighting::NoPort),
        ("Documented and seen", Sighting::Seen),
        ("Documented and possibly seen", Sighting::PossiblySeen),
        ("Documented and never seen", Sighting::NeverSeen),
    ] {
        let columns = flow_columns(report, sighting, &mut notes);
        if !columns.rows.is_empty() {
            let _ = writeln!(text, "{}\n{}", bold(heading), table::print(&columns, width));
        }
    }
    if !report.rows.is_empty() {
        let columns = row_columns(&report.rows, &mut notes);
        let _ = writeln!(text, "{}\n{}", bold("Not explained"), table::print(&columns, width));
    }
    if let (rows @ 1.., records) = report.other_rows {
        let _ = writeln!(text, "and {} with {} (--top)\n", count(rows, "more row"), records_text(records));
    }
    let listed = notes.print(width);
    if !listed.is_empty() {
        let _ = writeln!(text, "{}\n{listed}", bold("Notes"));
    }
    text + &format!("{}\n{}", bold(&format!("Summary: {}", title(report))), summary(report))
}

/// The products, and how much was read.
fn title(report: &FlowLogReport) -> String {
    let components = report.components.join(", ");
    let components = if components.is_empty() { components } else { format!(" ({components})") };
    format!("{}{components}, {}", report.products.join(", "), records_text(report.records()))
}

fn records_text(records: u64) -> String {
    format!("{records} record{}", if records == 1 { "" } else { "s" })
}

/// The flows with a sighting.
fn flow_columns(report: &FlowLogReport, sighting: Sighting, notes: &mut Footnotes) -> Columns {
    let mut remarks = |one: &FlowSighting| {
        let flow = one.flow;
        let required = (flow.requirement == Requirement::Required).then(|| "required".to_string());
        let condition =
            flow.condition.as_ref().map(|condition| format!("only {}", notes.number(&format!("only: {condition}"))));
        let note = flow.note.as_ref().map(|note| format!("note {}", notes.number(&format!("note: {note}"))));
        [required, condition, note].into_iter().flatten().collect::<Vec<_>>().join("; ")
    };
    let rows = report.flows_that_are(sighting).map(|one| {
        let mut row = vec![one.flow.id.clone(), one.flow.expression()];
        let numbers = |records: Records| records.records.to_string();
        match sighting {
            Sighting::Seen => row.extend([
                numbers(one.records(Explanation::Explained)),
                numbers(one.records(Explanation::PortOnly)),
                numbers(one.sole()),
                one.with_direction().unanswered.to_string(),
            ]),
            Sighting::PossiblySeen => row.extend([
                numbers(one.records(Explanation::Explained)),
                numbers(one.records(Explanation::PortOnly)),
                numbers(one.records(Explanation::EitherDirection)),
                numbers(one.records(Explanation::Undecided)),
            ]),
            Sighting::NeverSeen | Sighting::NoPort | Sighting::Local => {}
        }
        row.push(remarks(one));
        row
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let names = match sighting {
        Sighting::Seen => vec!["id", "ports", "by address", "by port", "this flow only", "unanswered", "remarks"],
        Sighting::PossiblySeen => {
            vec!["id", "ports", "by address", "by port", "either direction", "undecided", "remarks"]
        }
        Sighting::NeverSeen | Sighting::NoPort | Sighting::Local => vec!["id", "ports", "remarks"],
    };
    Columns { names, rows }
}

fn row_columns(rows: &[UnexplainedRow], notes: &mut Footnotes) -> Columns {
    let mut flows = |row: &UnexplainedRow| {
        let names = row.flows.iter().map(|flow| match &flow.note {
            Some(note) => format!("{} {}", flow.id, notes.number(&format!("note: {note}"))),
            None => flow.id.clone(),
        });
        names.collect::<Vec<_>>().join(" ")
    };
    let row = |row: &UnexplainedRow| {
        vec![
            row.key.explanation.to_string(),
            direction(&row.key).to_string(),
            ports(&row.key),
            counted(row),
            row.records.unanswered.to_string(),
            peers(&row.peers),
            flows(row),
        ]
    };
    let names = vec!["explanation", "direction", "port", "records", "unanswered", "other end", "flows"];
    Columns { names, rows: rows.iter().map(row).collect() }
}

fn direction(key: &RowKey) -> &'static str {
    match key.direction {
        Some(Direction::Inbound) => "inbound",
        Some(Direction::Outbound) => "outbound",
        None => "unknown",
    }
}

/// The port that is listened on; without a direction, the port at each end.
fn ports(key: &RowKey) -> String {
    let protocol = key.protocol;
    match (key.direction, key.own_port, key.peer_port) {
        _ if !protocol.has_ports() => match key.icmp_type {
            Some(icmp_type) => format!("{protocol}/{icmp_type}"),
            None => protocol.to_string(),
        },
        (Some(_), Some(port), _) | (Some(_), None, Some(port)) => format!("{protocol}/{port}"),
        (Some(_), None, None) => protocol.to_string(),
        (None, Some(own), Some(peer)) => format!("{protocol}/{own} at the product, {peer} at the other end"),
        (None, Some(own), None) => format!("{protocol}/{own} at the product"),
        (None, None, Some(peer)) => format!("{protocol}/{peer} at the other end"),
        (None, None, None) => format!("{protocol}/{CLIENTS}-65535 at both ends"),
    }
}

fn counted(row: &UnexplainedRow) -> String {
    if row.at_most > row.records.records {
        format!("{} to {}", row.records.records, row.at_most)
    } else {
        row.records.records.to_string()
    }
}

/// A few addresses, or the networks that contain all of them.
fn peers(peers: &PeerSummary) -> String {
    if peers.has_more || peers.addresses.len() > 3 {
        let networks: Vec<String> = peers.networks.iter().map(ToString::to_string).collect();
        let more = if peers.has_more { "more than " } else { "" };
        format!("{more}{} addresses in {}", peers.addresses.len(), networks.join(" and "))
    } else {
        peers.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// The explanations in the order of the summary, each with its label.
const TOTALS: [(&str, Explanation); 8] = [
    ("not documented", Explanation::Undocumented),
    ("documented for another peer", Explanation::OtherPeer),
    ("documented as local", Explanation::Local),
    ("undecided", Explanation::Undecided),
    ("documented, either direction", Explanation::EitherDirection),
    ("explained by port only", Explanation::PortOnly),
    ("explained by port and peer", Explanation::Explained),
    ("not about the product", Explanation::NotAbout),
];

fn summary(report: &FlowLogReport) -> String {
    let mut text = String::new();
    let mut line = |label: &str, number: String| {
        let _ = writeln!(text, "  {label:<29} {number}");
    };
    for (label, explanation) in TOTALS {
        let Records { records, unanswered } = report.total(explanation);
        let unanswered = if unanswered > 0 { format!(", {unanswered} of them unanswered") } else { String::new() };
        line(label, format!("{}{unanswered}", records_text(records)));
    }
    for (label, sighting) in [
        ("documented and never seen", Sighting::NeverSeen),
        ("documented and possibly seen", Sighting::PossiblySeen),
        ("documented and seen", Sighting::Seen),
        ("documented without a port", Sighting::NoPort),
        ("documented as local, not seen", Sighting::Local),
    ] {
        line(label, count(report.flows_that_are(sighting).count(), "flow"));
    }
    let lines = &report.lines;
    if lines.malformed > 0 {
        line("lines that could not be read", lines.malformed.to_string());
    }
    if lines.other_logs > 0 {
        line("lines of other logs, skipped", lines.other_logs.to_string());
    }
    if lines.incomplete > 0 {
        line("lines about left-out records", lines.incomplete.to_string());
    }
    if report.bound > 0 {
        line("rows that are not listed have", format!("at most {} each", records_text(report.bound)));
    }
    text
}

/// The report as an object.
pub fn json(report: &FlowLogReport) -> String {
    crate::json::object(report)
}

/// Flows and unexplained rows, an object per line: each has a `kind`.
pub fn json_lines(report: &FlowLogReport) -> String {
    #[derive(Serialize)]
    struct Line<'a, T> {
        kind: &'a str,
        #[serde(flatten)]
        content: &'a T,
    }
    fn text(line: &impl Serialize) -> String {
        escape_json(&serde_json::to_string(line).expect("keys are strings")) + "\n"
    }
    let flows = report.flows.iter().map(|content| text(&Line { kind: "flow", content }));
    let rows = report.rows.iter().map(|content| text(&Line { kind: "unexplained", content }));
    flows.chain(rows).collect()
}

/// Flows and unexplained rows as CSV.
pub fn csv(report: &FlowLogReport) -> String {
    let flow = |one: &FlowSighting| {
        let all = [Explanation::Explained, Explanation::PortOnly, Explanation::EitherDirection, Explanation::Undecided];
        let sum = |number: fn(Records) -> u64| all.iter().map(|own| number(one.records(*own))).sum::<u64>().to_string();
        vec![
            one.sighting.to_string(),
            one.flow.direction.to_string(),
            one.flow.expression(),
            sum(|records| records.records),
            sum(|records| records.unanswered),
            one.flow.peer.clone(),
            one.flow.id.clone(),
            one.flow.note.clone().unwrap_or_default(),
        ]
    };
    let row = |row: &UnexplainedRow| {
        let notes = row.flows.iter().filter_map(|flow| flow.note.as_deref());
        vec![
            row.key.explanation.to_string(),
            direction(&row.key).to_string(),
            ports(&row.key),
            row.records.records.to_string(),
            row.records.unanswered.to_string(),
            peers(&row.peers),
            row.flows.iter().map(|flow| flow.id.as_str()).collect::<Vec<_>>().join(" "),
            notes.collect::<Vec<_>>().join(" "),
        ]
    };
    let rows = report.flows.iter().map(flow).chain(report.rows.iter().map(row)).collect();
    let names = vec!["finding", "direction", "ports", "records", "unanswered", "other_end", "flows", "note"];
    csv::print(&Columns { names, rows })
}

/// What made the audit fail; `None` if nothing of the kind was found.
pub fn failure(report: &FlowLogReport, failure: Failure) -> Option<String> {
    let found = |number: u64, text: String| (number > 0).then(|| format!("fails: {text}"));
    let total = |explanation| report.total(explanation).records;
    let flows = |number: usize, kind: &str| found(number as u64, format!("{} never seen", count(number, kind)));
    match failure {
        Failure::Undocumented => {
            let records = total(Explanation::Undocumented) + total(Explanation::OtherPeer);
            found(records, format!("{} not documented", records_text(records)))
        }
        Failure::Missing => flows(report.never_seen(false), "documented flow"),
        Failure::MissingRequired => flows(report.never_seen(true), "required flow"),
        Failure::Undecided => {
            let records = total(Explanation::Undecided);
            found(records, format!("{} undecided", records_text(records)))
        }
        Failure::Exposed => {
            let records = total(Explanation::Local);
            found(records, format!("{} of flows that are documented as local", records_text(records)))
        }
        Failure::Unknown => {
            let lines = report.lines.malformed + report.lines.incomplete;
            let text = count(usize::try_from(lines).unwrap_or(usize::MAX), "line");
            found(lines, format!("{text} not read, or about records that were left out"))
        }
        Failure::Restricted | Failure::NotChecked => None,
    }
}
