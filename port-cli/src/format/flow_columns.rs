//! Flows as columns of text, for the formats that are tables.

use port_core::{Fact, PortRange};
use port_engine::dataset::Flow;
use port_engine::filter::PortQuery;
use port_engine::protocol::Protocol;

use super::Columns;

/// A column of flows: its name, and the cell of one flow.
type Column = (&'static str, fn(&Flow) -> String);

/// Every fact of every flow.
pub fn all(flows: &[&Flow]) -> Columns {
    columns(
        flows,
        &[
            ("id", |flow| flow.id.clone()),
            ("vendor", |flow| flow.vendor.clone()),
            ("product", |flow| flow.product.clone()),
            ("direction", |flow| flow.direction.to_string()),
            ("peer", |flow| flow.peer.clone()),
            ("purpose", |flow| flow.purpose.clone()),
            ("ports", Flow::expression),
            ("requirement", |flow| flow.requirement.to_string()),
            ("condition", |flow| optional(flow.condition.as_ref())),
            ("interfaces", |flow| flow.interfaces.join(", ")),
            ("recommended_interface", |flow| optional(flow.recommended_interface.as_ref())),
            ("hosts", |flow| flow.hosts.join(", ")),
            ("configurable", |flow| flow.configurable.to_string()),
            ("customization", |flow| optional(flow.customization.as_ref())),
            ("note", |flow| optional(flow.note.as_ref())),
            ("curated", curated),
            ("document", |flow| flow.source.document.clone()),
            ("edition", |flow| flow.source.edition.clone()),
            ("section", |flow| optional(flow.source.section.as_ref())),
            ("row", |flow| flow.source.row.to_string()),
            ("printed_peer", |flow| optional(flow.source.peer.as_ref())),
            ("printed_label", |flow| optional(flow.source.label.as_ref())),
            ("printed_ports", |flow| optional(flow.source.ports.as_ref())),
        ],
    )
}

/// What fits on a page: the peer, the purpose and the ports.
pub fn summary(flows: &[&Flow]) -> Columns {
    let mut columns = columns(
        flows,
        &[
            ("id", |flow| flow.id.clone()),
            ("direction", |flow| flow.direction.to_string()),
            ("peer", |flow| flow.peer.clone()),
            ("purpose", |flow| flow.purpose.clone()),
            ("ports", Flow::expression),
        ],
    );
    push_remarks(&mut columns, flows, None);
    columns
}

/// The flows that use a port, the product first.
pub fn users(flows: &[&Flow], port: PortQuery) -> Columns {
    let mut columns = columns(
        flows,
        &[
            ("product", |flow| flow.product.clone()),
            ("direction", |flow| flow.direction.to_string()),
            ("peer", |flow| flow.peer.clone()),
            ("purpose", |flow| flow.purpose.clone()),
            ("ports", Flow::expression),
        ],
    );
    push_remarks(&mut columns, flows, Some(port));
    columns
}

fn columns(flows: &[&Flow], columns: &[Column]) -> Columns {
    Columns {
        names: columns.iter().map(|(name, _)| *name).collect(),
        rows: flows.iter().map(|flow| columns.iter().map(|(_, text)| text(flow)).collect()).collect(),
    }
}

fn push_remarks(columns: &mut Columns, flows: &[&Flow], port: Option<PortQuery>) {
    columns.names.push("remarks");
    for (row, flow) in columns.rows.iter_mut().zip(flows) {
        row.push(remarks(flow, port));
    }
}

/// What to know about a flow before opening its ports: alternatives, the condition, curated facts, and the note.
///
/// With a port, alternatives are mentioned only if the port is one of them.
fn remarks(flow: &Flow, port: Option<PortQuery>) -> String {
    let mut remarks = Vec::new();
    if has_alternatives(flow, port) {
        remarks.push("alternatives".to_string());
    }
    if let Some(condition) = &flow.condition {
        remarks.push(format!("only: {condition}"));
    }
    let curated = curated(flow);
    if !curated.is_empty() {
        remarks.push(format!("curated: {curated}"));
    }
    if let Some(note) = &flow.note {
        remarks.push(format!("note: {note}"));
    }
    remarks.join("; ")
}

/// The facts of a flow that its document doesn't state.
pub fn curated(flow: &Flow) -> String {
    flow.curated.iter().copied().map(Fact::as_str).collect::<Vec<_>>().join(", ")
}

/// Whether a flow has alternative specs; with a port, whether the port is one of them.
pub fn has_alternatives(flow: &Flow, port: Option<PortQuery>) -> bool {
    flow.port_groups()
        .any(|group| group.len() > 1 && port.is_none_or(|port| group.iter().any(|spec| port.matches(spec))))
}

/// Ports of a protocol: `tcp/25`, `tcp/17700-17714`, or `esp`, which has none.
pub fn ports(protocol: Protocol, range: Option<PortRange>) -> String {
    range.map_or_else(|| protocol.to_string(), |range| format!("{protocol}/{range}"))
}

fn optional(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}
