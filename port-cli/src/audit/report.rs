//! Tells what an audit found, to people and to programs.

use std::fmt::Write;

use port_catalog::{PortRange, Product, Requirement, Service, Transport};
use port_data::hidden::Shown;
use serde_json::{Value, json};

use super::observation::{MOST_EVIDENCE, Observation, Source};
use super::verdict::{Audit, FlowVerdict, Observed, SpecVerdict, Verdict};
use crate::answer::count;
use crate::columns::{self, Columns};
use crate::{json, table};

/// For people: how it stands, and then what to look at, the most urgent first.
pub fn table(audit: &Audit, observation: &Observation, width: Option<u16>) -> String {
    let mut text = format!("{}, {}\n", audit.product, seen_by(observation));
    for (what, number) in [
        ("documented and not open", audit.count(Verdict::Missing)),
        ("documented and partly open", audit.count(Verdict::PartlyOpen)),
        ("documented and unknown", audit.count(Verdict::Unknown)),
        ("documented and open", audit.count(Verdict::Open)),
    ] {
        writeln!(text, "  {what:<27} {}", count(number, "inbound flow")).expect("writing to memory does not fail");
    }
    let ranges = count(audit.undocumented.len(), "range");
    text += &format!("  open and not documented     {ranges} of ports\n");
    text += &format!("  not audited                 {}\n", count(audit.outbound, "outbound flow"));
    let flows = |verdict| audit.flows.iter().filter(move |flow| flow.verdict == verdict).collect::<Vec<_>>();
    let undocumented = |seen: &[Observed]| of_ports(seen, audit.product);
    let sections = [
        ("Documented and not open", of_flows(&flows(Verdict::Missing))),
        ("Documented and partly open", of_flows(&flows(Verdict::PartlyOpen))),
        ("Open and not documented", undocumented(&audit.undocumented)),
        ("Documented and unknown", of_flows(&flows(Verdict::Unknown))),
        ("Documented and open", of_flows(&flows(Verdict::Open))),
        ("Not documented and on loopback only", undocumented(&audit.undocumented_loopback)),
        ("Not documented and unknown", undocumented(&audit.undocumented_unknown)),
    ];
    for (heading, columns) in sections {
        if !columns.rows.is_empty() {
            text += &format!("\n{heading}\n{}", table::print(&columns, width));
        }
    }
    if !observation.not_interpreted.is_empty() {
        text += "\nNot interpreted\n";
        for told in &observation.not_interpreted {
            text += &format!("{}\n", Shown(told));
        }
    }
    text
}

fn seen_by(observation: &Observation) -> String {
    let by = match (observation.source, &observation.host) {
        (Source::Nmap, Some(host)) => format!("as nmap sees {}", Shown(host)),
        (Source::Nmap, None) => "as nmap sees it".to_string(),
        (Source::Ss, _) => "by the listeners that ss tells".to_string(),
        (Source::Nft, _) => "by what nft's rules accept".to_string(),
    };
    match observation.family {
        Some(family) => format!("{by}, over {family}"),
        None => by,
    }
}

fn of_flows(flows: &[&FlowVerdict]) -> Columns {
    let row = |flow: &&FlowVerdict| {
        vec![flow.flow.id().to_string(), flow.flow.ports().to_string(), observed(flow), remarks(flow)]
    };
    Columns { names: vec!["id", "ports", "observed", "remarks"], rows: flows.iter().map(row).collect() }
}

/// What was seen of a flow's ports, each once.
fn observed(flow: &FlowVerdict) -> String {
    let mut told: Vec<String> = Vec::new();
    for spec in &flow.specs {
        told.extend(
            spec.observed.iter().map(|seen| format!("{} {}", columns::ports(seen.transport, seen.range), state(seen))),
        );
    }
    let unnumbered = flow.specs.iter().filter(|spec| spec.observed.is_empty());
    let unnumbered: Vec<String> = unnumbered.map(|spec| spec.spec.to_string()).collect();
    if !unnumbered.is_empty() {
        told.push(format!("{}: the document gives no number", unnumbered.join(", ")));
    }
    told.join("; ")
}

fn state(seen: &Observed) -> String {
    /// More than these nobody reads in a line; JSON has more.
    const MOST: usize = 3;
    let mut told: Vec<String> = seen.evidence.iter().take(MOST).cloned().collect();
    if let Some(more @ 1..) = seen.evidence.len().checked_sub(MOST) {
        let least = if seen.evidence.len() > MOST_EVIDENCE { "at least " } else { "" };
        told.push(format!("and {least}{more} more"));
    }
    match told.is_empty() {
        true => seen.state.words().to_string(),
        false => format!("{} ({})", seen.state.words(), told.join("; ")),
    }
}

/// What may be the reason that a flow is not open, or that it matters.
fn remarks(flow: &FlowVerdict) -> String {
    let mut remarks = Vec::new();
    if flow.flow.requirement() == Requirement::Required {
        remarks.push("required".to_string());
    }
    remarks.extend(flow.flow.condition().map(|condition| format!("only: {condition}")));
    if flow.flow.configurable() {
        let place = flow.flow.customization().map(|place| format!(": {place}")).unwrap_or_default();
        remarks.push(format!("configurable{place}"));
    }
    remarks.join("; ")
}

fn of_ports(seen: &[Observed], product: Product) -> Columns {
    let rows = seen.iter().map(|seen| {
        let hint = unnumbered(product, seen).map(|(service, flow)| format!("may be the {service} of {flow}"));
        vec![columns::ports(seen.transport, seen.range), state(seen), hint.collect::<Vec<_>>().join("; ")]
    });
    Columns { names: vec!["port", "observed", "remarks"], rows: rows.collect() }
}

/// The services for which the product's inbound flows give no number, and whose registered one is in the range.
fn unnumbered(product: Product, seen: &Observed) -> impl Iterator<Item = (Service, port_catalog::FlowId)> {
    let (transport, range) = (seen.transport, seen.range);
    let inbound = product.flows().filter(|flow| flow.direction() == port_catalog::Direction::Inbound);
    let specs = inbound.flat_map(|flow| flow.ports().map(move |spec| (flow, spec)));
    let services = specs.filter(|(_, spec)| spec.transport().is_none()).filter_map(|(flow, spec)| {
        let service = spec.service()?;
        Some((service, flow.id()))
    });
    services.filter(move |(service, _)| {
        let number = service.port().filter(|number| range.is_some_and(|range| range.contains(*number)));
        number.is_some() && service.transports().any(|own: Transport| own.meets(transport))
    })
}

/// For programs: one object, with everything.
pub fn json(audit: &Audit, observation: &Observation) -> String {
    let all = |seen: &[Observed]| seen.iter().map(seen_object).collect::<Vec<_>>();
    let undocumented = |seen: &Observed| {
        let mut object = seen_object(seen);
        let may_be = unnumbered(audit.product, seen).map(|(service, flow)| json!({ "service": service, "flow": flow }));
        object["may_be"] = may_be.collect();
        object
    };
    json::object(&json!({
        "product": audit.product,
        "source": observation.source.as_str(),
        "host": observation.host,
        "family": observation.family.map(|family| family.to_string().to_lowercase()),
        "summary": {
            "open": audit.count(Verdict::Open),
            "partly_open": audit.count(Verdict::PartlyOpen),
            "missing": audit.count(Verdict::Missing),
            "unknown": audit.count(Verdict::Unknown),
            "undocumented": audit.undocumented.len(),
            "outbound_not_audited": audit.outbound,
        },
        "flows": audit.flows.iter().map(flow_object).collect::<Vec<_>>(),
        "undocumented": audit.undocumented.iter().map(undocumented).collect::<Vec<_>>(),
        "undocumented_unknown": all(&audit.undocumented_unknown),
        "undocumented_loopback": all(&audit.undocumented_loopback),
        "not_interpreted": observation.not_interpreted,
        "remarks": observation.remarks,
    }))
}

fn flow_object(flow: &FlowVerdict) -> Value {
    json!({
        "id": flow.flow.id(),
        "verdict": flow.verdict,
        "requirement": flow.flow.requirement(),
        "condition": flow.flow.condition(),
        "configurable": flow.flow.configurable(),
        "ports": flow.specs.iter().map(spec_object).collect::<Vec<_>>(),
    })
}

/// A spec as `list` prints it, with what comes of it.
fn spec_object(SpecVerdict { spec, verdict, observed }: &SpecVerdict) -> Value {
    let mut object = serde_json::to_value(spec).expect("a spec has only texts for keys");
    object["verdict"] = json!(verdict);
    object["observed"] = observed.iter().map(seen_object).collect();
    object
}

fn seen_object(seen: &Observed) -> Value {
    json!({
        "transport": seen.transport,
        "first": seen.range.map(PortRange::first),
        "last": seen.range.map(PortRange::last),
        "state": seen.state,
        "evidence": seen.evidence,
    })
}

#[cfg(test)]
mod tests {
    use super::table;
    use crate::audit::observation::{Observation, Seen, Source, State};
    use crate::audit::verdict::Audit;
    use port_catalog::{PortRange, Product, Transport};

    #[test]
    fn of_what_was_seen_of_a_port_the_first_is_told_and_how_much_more_there_is() {
        for (seen, expected) in [
            (3, "tcp/1 open (0; 1; 2)\n"),
            (4, "tcp/1 open (0; 1; 2; and 1 more)\n"),
            (100, "tcp/1 open (0; 1; 2; and 97 more)\n"),
            (1000, "tcp/1 open (0; 1; 2; and at least 98 more)\n"),
        ] {
            let (transport, range) = (Transport::Tcp, PortRange::new(1, 1).unwrap());
            let one = |number: usize| Seen { transport, range, state: State::Open, evidence: number.to_string() };
            let observation = Observation::new(Source::Ss, &(0..seen).map(one).collect::<Vec<_>>());
            let text = table(&Audit::new(Product::FortiMail, &observation), &observation, None);
            assert!(text.replace("  ", " ").contains(expected), "{text}");
        }
    }
}
