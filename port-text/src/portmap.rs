//! Flows as CSV with a line for each port range, for joins in SQL engines.

use port_core::{PortRange, Transport};
use port_engine::dataset::{Flow, PortSpec};

use super::{Columns, csv};

/// The flows' port ranges. Specs [without a port](without_port) have no line.
pub fn print(flows: &[&Flow]) -> String {
    let rows = flows.iter().flat_map(|flow| {
        let ranges = flow.ports.iter().filter_map(|spec| Some((spec.transport()?, spec.range()?, spec.service_ref())));
        let lines = ranges.flat_map(|(transport, range, service)| {
            transports(transport).iter().map(move |transport| (*transport, range, service))
        });
        lines.map(|(transport, range, service)| row(flow, transport, range, service)).collect::<Vec<_>>()
    });
    csv::print(&Columns {
        names: vec![
            "product",
            "edition",
            "id",
            "direction",
            "component",
            "peer",
            "transport",
            "first",
            "last",
            "service",
            "requirement",
        ],
        rows: rows.collect(),
    })
}

/// The specs that have no line: protocols such as ESP, and services for which the document gives no port.
pub fn without_port<'a>(flows: &[&'a Flow]) -> Vec<(&'a Flow, &'a PortSpec)> {
    let specs = flows.iter().flat_map(|flow| flow.ports.iter().map(move |spec| (*flow, spec)));
    specs.filter(|(_, spec)| spec.range().is_none()).collect()
}

/// The transports that one can mean.
fn transports(transport: Transport) -> &'static [Transport] {
    match transport {
        Transport::Tcp => &[Transport::Tcp],
        Transport::Udp => &[Transport::Udp],
        Transport::Sctp => &[Transport::Sctp],
        Transport::Any => &[Transport::Tcp, Transport::Udp],
        _ => &[],
    }
}

fn row(flow: &Flow, transport: Transport, range: PortRange, service: Option<&String>) -> Vec<String> {
    vec![
        flow.product.clone(),
        flow.edition.clone(),
        flow.id.clone(),
        flow.direction.to_string(),
        flow.component.clone().unwrap_or_default(),
        flow.peer.clone(),
        transport.to_string(),
        range.first().to_string(),
        range.last().to_string(),
        service.cloned().unwrap_or_default(),
        flow.requirement.to_string(),
    ]
}
