//! The text of an audit: a summary, and then a table for each kind of finding, the most urgent first.

use std::fmt::Write;

use port_core::{PortRange, Requirement};
use port_data::hidden::Escaped;
use port_engine::audit::observation::{MAX_EVIDENCE, Observation, Tool};
use port_engine::audit::verdict::{Audit, FlowVerdict, Observed, Undocumented, Verdict};
use port_engine::protocol::Protocol;

use crate::format::{Columns, table};
use crate::output::count;

/// The text of an audit, in tables of the terminal's width.
pub fn print(audit: &Audit, width: Option<u16>) -> String {
    let observation = audit.observation;
    let mut text = format!("{}, {}\n", audit.product, source(observation));
    for (label, number) in [
        ("documented and not open", audit.count(Verdict::Missing)),
        ("documented and partly open", audit.count(Verdict::PartlyOpen)),
        ("documented and unknown", audit.count(Verdict::Unknown)),
        ("documented and undecided", audit.count(Verdict::Undecided)),
        ("documented and open", audit.count(Verdict::Open)),
    ] {
        writeln!(text, "  {label:<27} {}", count(number, "inbound flow")).expect("writing to memory does not fail");
    }
    text += &format!("  open and not documented     {} of ports\n", count(audit.undocumented.len(), "range"));
    for (label, number, name, of_ports) in [
        ("protocols not documented", audit.undocumented_protocols.len(), "protocol", ""),
        ("unknown, not documented", audit.undocumented_unknown.len(), "range", " of ports"),
        ("not checked, not documented", audit.undocumented_not_checked.len(), "range", " of ports"),
    ] {
        if number > 0 {
            writeln!(text, "  {label:<27} {}{of_ports}", count(number, name)).expect("writing to memory does not fail");
        }
    }
    text += &format!("  not audited                 {}\n", count(audit.outbound, "outbound flow"));
    let flows = |verdict| flow_columns(audit.flows.iter().filter(move |flow| flow.verdict == verdict));
    let sections = [
        ("Documented and not open", flows(Verdict::Missing)),
        ("Documented and partly open", flows(Verdict::PartlyOpen)),
        ("Open and not documented", port_columns(&audit.undocumented)),
        ("Accepted or unknown protocols that are not documented", protocol_columns(&audit.undocumented_protocols)),
        ("Documented and unknown", flows(Verdict::Unknown)),
        ("Documented and undecided", flows(Verdict::Undecided)),
        ("Documented and open", flows(Verdict::Open)),
        ("Not documented and on loopback only", port_columns(&audit.undocumented_loopback)),
        ("Not documented and unknown", port_columns(&audit.undocumented_unknown)),
        ("Not documented and not checked", port_columns(&audit.undocumented_not_checked)),
    ];
    for (heading, columns) in sections {
        if !columns.rows.is_empty() {
            text += &format!("\n{heading}\n{}", table::print(&columns, width));
        }
    }
    if !observation.not_interpreted.is_empty() {
        text += "\nNot interpreted\n";
        for part in &observation.not_interpreted {
            text += &format!("{}\n", Escaped(part));
        }
    }
    text
}

fn source(observation: &Observation) -> String {
    let by = match (observation.source, &observation.host) {
        (Tool::Nmap, Some(host)) => format!("according to nmap's scan of {}", Escaped(host)),
        (Tool::Nmap, None) => "according to nmap".to_string(),
        (Tool::Ss, _) => "according to ss".to_string(),
        (Tool::Nft, _) => "according to the rules of nft".to_string(),
        (Tool::Iptables, _) => "according to the rules of iptables".to_string(),
    };
    match observation.family {
        Some(family) => format!("{by}, over {}", family.name()),
        None => by,
    }
}

fn flow_columns<'a>(flows: impl Iterator<Item = &'a FlowVerdict<'a>>) -> Columns {
    let row = |flow: &FlowVerdict| vec![flow.flow.id.clone(), flow.flow.expression(), observed(flow), remarks(flow)];
    Columns { names: vec!["id", "ports", "observed", "remarks"], rows: flows.map(row).collect() }
}

/// The observed states of a flow's ports.
fn observed(flow: &FlowVerdict) -> String {
    let all = flow.specs.iter().flat_map(|spec| &spec.observed);
    let mut parts: Vec<String> =
        all.map(|seen| format!("{} {}", ports(seen.protocol, seen.range), state(seen))).collect();
    let unnumbered = flow.specs.iter().filter(|spec| spec.observed.is_empty());
    let unnumbered: Vec<String> = unnumbered.map(|spec| spec.spec.to_string()).collect();
    if !unnumbered.is_empty() {
        parts.push(format!("{}: the document gives no port", unnumbered.join(", ")));
    }
    parts.join("; ")
}

fn state(seen: &Observed) -> String {
    /// The most reasons in a line; JSON has more.
    const MAX_LISTED: usize = 3;
    let mut reasons: Vec<String> = seen.evidence.iter().take(MAX_LISTED).cloned().collect();
    if let Some(more @ 1..) = seen.evidence.len().checked_sub(MAX_LISTED) {
        let least = if seen.evidence.len() > MAX_EVIDENCE { "at least " } else { "" };
        reasons.push(format!("and {least}{more} more"));
    }
    match reasons.is_empty() {
        true => seen.state.description().to_string(),
        false => format!("{} ({})", seen.state.description(), reasons.join("; ")),
    }
}

/// Why a flow matters, or why it may not be open.
fn remarks(flow: &FlowVerdict) -> String {
    let mut remarks = Vec::new();
    if flow.flow.requirement == Requirement::Required {
        remarks.push("required".to_string());
    }
    remarks.extend(flow.flow.condition.as_ref().map(|condition| format!("only: {condition}")));
    if flow.flow.configurable {
        let setting = flow.flow.customization.as_ref().map(|setting| format!(": {setting}")).unwrap_or_default();
        remarks.push(format!("configurable{setting}"));
    }
    remarks.extend(flow.flow.note.as_ref().map(|note| format!("note: {note}")));
    remarks.join("; ")
}

fn port_columns(undocumented: &[Undocumented]) -> Columns {
    let row = |one: &Undocumented| {
        let services = one.may_be.iter().map(|may_be| format!("may be the {} of {}", may_be.service, may_be.flow));
        let (seen, services) = (&one.observed, services.collect::<Vec<_>>());
        vec![ports(seen.protocol, seen.range), state(seen), services.join("; ")]
    };
    Columns { names: vec!["port", "observed", "remarks"], rows: undocumented.iter().map(row).collect() }
}

fn protocol_columns(protocols: &[Observed]) -> Columns {
    let rows = protocols.iter().map(|seen| vec![seen.protocol.to_string(), state(seen)]);
    Columns { names: vec!["protocol", "observed"], rows: rows.collect() }
}

/// A protocol with its ports: `tcp/25-26`, `esp`.
fn ports(protocol: Protocol, range: Option<PortRange>) -> String {
    range.map_or_else(|| protocol.to_string(), |range| format!("{protocol}/{range}"))
}

#[cfg(test)]
mod tests {
    use port_core::PortRange;
    use port_engine::audit::observation::{Observation, Seen, State, Tool};
    use port_engine::audit::verdict::Audit;
    use port_engine::protocol::Protocol;

    #[test]
    fn only_the_first_reasons_are_printed_with_the_number_of_others() {
        let dataset = crate::compiled::dataset();
        for (seen, expected) in [
            (3, "tcp/1 open (0; 1; 2)\n"),
            (4, "tcp/1 open (0; 1; 2; and 1 more)\n"),
            (100, "tcp/1 open (0; 1; 2; and 97 more)\n"),
            (1000, "tcp/1 open (0; 1; 2; and at least 98 more)\n"),
        ] {
            let (protocol, range) = (Protocol::TCP, PortRange::new(1, 1).unwrap());
            let one = |number: usize| Seen { protocol, range, state: State::Open, evidence: number.to_string() };
            let observation = Observation::new(Tool::Ss, &(0..seen).map(one).collect::<Vec<_>>());
            let text = super::print(&Audit::new(&dataset, "fortimail", &observation), None);
            assert!(text.replace("  ", " ").contains(expected), "{text}");
        }
    }
}
