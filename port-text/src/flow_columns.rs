//! Flows as columns of text, for the formats that are tables.

use port_core::{Enabled, Fact, Groups, PortRange, Scope, Transport};
use port_engine::dataset::Flow;
use port_engine::filter::PortQuery;
use port_engine::protocol::Protocol;

use super::Columns;
use super::footnotes::Footnotes;
use super::port_users::is_exact;

/// A column of flows: its name, and the cell of one flow.
type Column = (&'static str, fn(&Flow) -> String);

/// Every fact of every flow, in the order of the JSON.
pub fn all(flows: &[&Flow]) -> Columns {
    columns(
        flows,
        &[
            ("id", |flow| flow.id.clone()),
            ("vendor", |flow| flow.vendor.clone()),
            ("product", |flow| flow.product.clone()),
            EDITION,
            DIRECTION,
            COMPONENT,
            PEER,
            PURPOSE,
            PORTS,
            ("groups", |flow| flow.groups.to_string()),
            ("requirement", |flow| flow.requirement.to_string()),
            ("condition", |flow| optional(flow.condition.as_ref())),
            ("scope", |flow| flow.scope.to_string()),
            ("enabled", |flow| flow.enabled.to_string()),
            ("interfaces", |flow| flow.interfaces.join(", ")),
            ("recommended_interface", |flow| optional(flow.recommended_interface.as_ref())),
            ("hosts", |flow| flow.hosts.join(", ")),
            ("configurable", |flow| flow.configurable.to_string()),
            ("customization", |flow| optional(flow.customization.as_ref())),
            ("note", |flow| optional(flow.note.as_ref())),
            ("curated", curated),
            ("document", |flow| flow.source.document.clone()),
            ("printed_edition", |flow| flow.source.edition.clone()),
            ("url", |flow| flow.source.url.clone()),
            ("section", |flow| optional(flow.source.section.as_ref())),
            ("row", |flow| flow.source.row.to_string()),
            ("printed_peer", |flow| optional(flow.source.peer.as_ref())),
            ("printed_label", |flow| optional(flow.source.label.as_ref())),
            ("printed_ports", |flow| optional(flow.source.ports.as_ref())),
        ],
    )
}

const EDITION: Column = ("edition", |flow| flow.edition.clone());
const DIRECTION: Column = ("direction", |flow| flow.direction.to_string());
const COMPONENT: Column = ("component", |flow| optional(flow.component.as_ref()));
const PEER: Column = ("peer", |flow| flow.peer.clone());
const PURPOSE: Column = ("purpose", |flow| flow.purpose.clone());
const PORTS: Column = ("ports", Flow::expression);

/// What fits on a page: the peer, the purpose, the ports, and what to know before opening them.
#[derive(Clone, Copy, Debug)]
pub struct Summary<'a> {
    /// The flows.
    pub flows: &'a [&'a Flow],
    /// The first column: the flow's id, or its product.
    pub first: Column,
    /// Whether the editions are a column.
    pub has_editions: bool,
    /// The port of which the flows are users. Its alternatives are mentioned only if it is one of them.
    pub port: Option<PortQuery>,
}

impl<'a> Summary<'a> {
    /// Flows by their ids.
    pub fn new(flows: &'a [&'a Flow], has_editions: bool) -> Summary<'a> {
        Summary { flows, first: ("id", |flow| flow.id.clone()), has_editions, port: None }
    }

    /// The users of a port by their products.
    pub fn users(flows: &'a [&'a Flow], port: PortQuery, has_editions: bool) -> Summary<'a> {
        Summary { flows, first: ("product", |flow| flow.product.clone()), has_editions, port: Some(port) }
    }

    /// The columns. With footnotes, a remark has only the number of its note.
    pub fn columns(&self, mut footnotes: Option<&mut Footnotes>) -> Columns {
        let has_components = self.flows.iter().any(|flow| flow.component.is_some());
        let optional = |is_present: bool, column: Column| Some(column).filter(|_| is_present);
        let names = [
            Some(self.first),
            optional(self.has_editions, EDITION),
            Some(DIRECTION),
            optional(has_components, COMPONENT),
            Some(PEER),
            Some(PURPOSE),
            Some(PORTS),
        ];
        let mut columns = columns(self.flows, &names.into_iter().flatten().collect::<Vec<_>>());
        columns.names.push("remarks");
        for (row, flow) in columns.rows.iter_mut().zip(self.flows) {
            row.push(self.remarks(flow, footnotes.as_deref_mut()));
        }
        columns
    }

    /// What to know about a flow before opening its ports: a wider range, alternatives, the condition, the scope, the default, curated facts, and
    /// the note.
    fn remarks(&self, flow: &Flow, footnotes: Option<&mut Footnotes>) -> String {
        let mut remarks = Vec::new();
        if is_wider(flow, self.port) {
            remarks.push("range".to_string());
        }
        if has_alternatives(flow, self.port) {
            remarks.push("alternatives".to_string());
        }
        if let Some(condition) = &flow.condition {
            remarks.push(format!("only: {condition}"));
        }
        if flow.scope != Scope::Network {
            remarks.push(format!("scope: {}", flow.scope));
        }
        match flow.enabled {
            Enabled::Yes => remarks.push("on by default".to_string()),
            Enabled::No => remarks.push("off by default".to_string()),
            Enabled::Unstated => {}
        }
        let curated = curated(flow);
        if !curated.is_empty() {
            remarks.push(format!("curated: {curated}"));
        }
        if let Some(note) = &flow.note {
            remarks.push(match footnotes {
                Some(footnotes) => format!("note {}", footnotes.number(note)),
                None => format!("note: {note}"),
            });
        }
        remarks.join("; ")
    }

    /// What the remarks and the ports mean, as far as they occur.
    pub fn legend(&self) -> Vec<&'static str> {
        let any = |is_one: &dyn Fn(&Flow) -> bool| self.flows.iter().any(|flow| is_one(flow));
        let has_any = |flow: &Flow| flow.ports.iter().any(|spec| spec.transport() == Some(Transport::Any));
        let lines = [
            (any(&|flow| is_wider(flow, self.port)), "range: the port is only in a wider range of ports"),
            (
                any(&|flow| has_alternatives(flow, self.port)),
                "alternatives: any one of the ports joined by | is enough",
            ),
            (
                any(&|flow| flow.groups == Groups::Unstated),
                ";: the document doesn't say whether all of the ports are needed",
            ),
            (any(&has_any), "any: the document doesn't say whether TCP or UDP"),
            (any(&|flow| flow.scope == Scope::Host), "scope: host: the traffic doesn't leave the machine"),
            (any(&|flow| flow.scope == Scope::Pod), "scope: pod: the traffic doesn't leave the pod"),
            (
                any(&|flow| !flow.curated.is_empty()),
                "curated: added by this catalog; the vendor's document doesn't state it",
            ),
        ];
        lines.into_iter().filter(|(occurs, _)| *occurs).map(|(_, line)| line).collect()
    }
}

fn columns(flows: &[&Flow], columns: &[Column]) -> Columns {
    Columns {
        names: columns.iter().map(|(name, _)| *name).collect(),
        rows: flows.iter().map(|flow| columns.iter().map(|(_, text)| text(flow)).collect()).collect(),
    }
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

/// Whether a flow has the port that was asked for only in a range with other ports.
fn is_wider(flow: &Flow, port: Option<PortQuery>) -> bool {
    port.is_some_and(|port| matches!(port, PortQuery::Ports { .. }) && !is_exact(flow, port))
}

/// Ports of a protocol: `tcp/25`, `tcp/17700-17714`, or `esp`, which has none.
pub fn ports(protocol: Protocol, range: Option<PortRange>) -> String {
    range.map_or_else(|| protocol.to_string(), |range| format!("{protocol}/{range}"))
}

fn optional(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}
