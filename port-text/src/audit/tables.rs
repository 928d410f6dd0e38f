//! The tables of an audit, one for each kind of finding.

use port_core::{Groups, Requirement, Scope};
use port_engine::audit::observation::{State, Tool};
use port_engine::audit::verdict::{Audit, FlowVerdict, Observed, SpecVerdict, Undocumented, Verdict};

use super::reasons::Reasons;
use crate::Columns;

/// The tables with their headings, the most urgent last: the end of the output is what a person sees on a terminal. Empty ones are
/// left out. `reasons` gets what the tables mention by number.
pub fn tables(audit: &Audit, reasons: &mut Reasons) -> Vec<(&'static str, Columns)> {
    let mut tables = Vec::new();
    let mut push = |heading, columns: Columns| {
        if !columns.rows.is_empty() {
            tables.push((heading, columns));
        }
    };
    push("Not documented and not checked", port_columns(&audit.undocumented_not_checked, reasons));
    push("Not documented and unknown", port_columns(&audit.undocumented_unknown, reasons));
    // A firewall usually accepts all of the loopback interface. Then the summary has the number, and JSON the ports.
    if audit.observation.sources.contains(&Tool::Ss) {
        push("Not documented and on loopback only", port_columns(&audit.undocumented_loopback, reasons));
    }
    push("Documented and open", flow_columns(audit, Verdict::Open, State::Open, reasons));
    push("Documented as off by default and not open", flow_columns(audit, Verdict::Off, State::NotOpen, reasons));
    push("Documented as local and not open to peers", flow_columns(audit, Verdict::Local, State::NotOpen, reasons));
    push("Documented and undecided", flow_columns(audit, Verdict::Undecided, State::Unknown, reasons));
    push("Documented and unknown", flow_columns(audit, Verdict::Unknown, State::Unknown, reasons));
    push(
        "Accepted or unknown protocols that are not documented",
        protocol_columns(&audit.undocumented_protocols, reasons),
    );
    push("Open to some and not documented", port_columns(&audit.undocumented_restricted, reasons));
    push("Open and not documented", port_columns(&audit.undocumented, reasons));
    push("Documented as local and open to peers", flow_columns(audit, Verdict::Exposed, State::Open, reasons));
    push("Documented and open to some", flow_columns(audit, Verdict::Restricted, State::Restricted, reasons));
    push("Documented and partly open", flow_columns(audit, Verdict::PartlyOpen, State::Restricted, reasons));
    push("Documented and not open", flow_columns(audit, Verdict::Missing, State::NotOpen, reasons));
    tables
}

/// The flows with a verdict. A port that is only in the state of the whole table has no state in its cell.
fn flow_columns(audit: &Audit, verdict: Verdict, state: State, reasons: &mut Reasons) -> Columns {
    let flows = audit.flows.iter().filter(|flow| flow.verdict == verdict);
    let row = |flow: &FlowVerdict| {
        // Among the ports of a flow that is open in part, some are open and some aren't.
        let expected = Some(state).filter(|_| verdict != Verdict::PartlyOpen || !flow.peer_addresses.is_empty());
        vec![flow.flow.id.clone(), flow_ports(flow, expected, reasons), flow_remarks(flow, reasons)]
    };
    without_empty_column(Columns { names: vec!["id", "ports", "remarks"], rows: flows.map(row).collect() })
}

/// A flow's ports as its document lists them, each with its state if that isn't the expected one, and with the reasons.
fn flow_ports(flow: &FlowVerdict, expected: Option<State>, reasons: &mut Reasons) -> String {
    let mut text = String::new();
    for (index, spec) in flow.specs.iter().enumerate() {
        let is_alternative = index > 0 && flow.specs[index - 1].spec.group() == spec.spec.group();
        text += if index == 0 {
            ""
        } else if is_alternative {
            " | "
        } else if flow.flow.groups == Groups::Unstated {
            "; "
        } else {
            ", "
        };
        text += &spec.spec.to_string();
        let seen = spec_states(spec, expected, reasons);
        if !seen.is_empty() {
            text += &format!(" {seen}");
        }
    }
    text
}

/// What was observed of a spec's ports. Ports are named only if they differ.
fn spec_states(spec: &SpecVerdict, expected: Option<State>, reasons: &mut Reasons) -> String {
    match spec.observed.as_slice() {
        // The document gives no port.
        [] => "(no port)".to_string(),
        [only] => state(only, expected, reasons),
        [first, others @ ..]
            if others.iter().all(|other| (other.state, &other.evidence) == (first.state, &first.evidence)) =>
        {
            state(first, expected, reasons)
        }
        several => {
            let several = several.iter();
            let states = several.map(|seen| format!("{seen} {}", state(seen, None, reasons)));
            format!("({})", states.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A state with the numbers of its reasons: `open [1] [2]`, or `[1] [2]` if the state is the expected one.
fn state(seen: &Observed, expected: Option<State>, reasons: &mut Reasons) -> String {
    let words = if Some(seen.state) == expected { "" } else { seen.state.description() };
    let numbers = reasons.numbers(&seen.evidence);
    [words, &numbers].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Why a flow matters, or why it may not be open. Prose is in the list of reasons.
fn flow_remarks(flow: &FlowVerdict, reasons: &mut Reasons) -> String {
    let mut remarks = Vec::new();
    let own = flow.flow;
    if own.requirement == Requirement::Required {
        remarks.push("required".to_string());
    }
    if own.scope != Scope::Network {
        remarks.push(format!("{} only", own.scope));
    }
    if let Some(condition) = &own.condition {
        remarks.push(format!("only {}", reasons.number(&format!("only: {condition}"))));
    }
    if own.configurable {
        let setting = own.customization.as_ref().map(|setting| reasons.number(&format!("configurable: {setting}")));
        remarks.push(format!("configurable {}", setting.unwrap_or_default()).trim_end().to_string());
    }
    if let Some(note) = &own.note {
        remarks.push(format!("note {}", reasons.number(&format!("note: {note}"))));
    }
    if !flow.peer_addresses.is_empty() {
        let from = format!("from {} at {}", own.peer, flow.peer_addresses.join(", "));
        remarks.push(format!("from {}", reasons.number(&from)));
    }
    remarks.extend(flow.remarks.iter().map(|remark| format!("see {}", reasons.number(remark))));
    remarks.join("; ")
}

fn port_columns(undocumented: &[Undocumented], reasons: &mut Reasons) -> Columns {
    let row = |one: &Undocumented| {
        let services = one.may_be.iter().map(|may_be| format!("may be the {} of {}", may_be.service, may_be.flow));
        let (seen, services) = (&one.observed, services.collect::<Vec<_>>());
        vec![seen.to_string(), state(seen, None, reasons), services.join("; ")]
    };
    let rows: Vec<Vec<String>> = undocumented.iter().map(row).collect();
    without_empty_column(Columns { names: vec!["port", "observed", "remarks"], rows })
}

fn protocol_columns(protocols: &[Observed], reasons: &mut Reasons) -> Columns {
    let rows = protocols.iter().map(|seen| vec![seen.to_string(), state(seen, None, reasons)]);
    Columns { names: vec!["protocol", "observed"], rows: rows.collect() }
}

/// The columns without the last one if it is empty.
fn without_empty_column(mut columns: Columns) -> Columns {
    if columns.rows.iter().all(|row| row.last().is_none_or(String::is_empty)) {
        columns.names.pop();
        for row in &mut columns.rows {
            row.pop();
        }
    }
    columns
}
