//! Flows and products as columns of text, for the formats that are tables.

use port_catalog::{Flow, PortRange, Product, Transport};

/// Rows of text below the names of their columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The names of the columns.
    pub names: Vec<&'static str>,
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<String>>,
}

/// A column of items: its name, and its cell for one of them.
type Column<T> = (&'static str, fn(&T) -> String);

impl Columns {
    /// Every fact of every flow.
    pub fn of_flows(flows: &[Flow]) -> Columns {
        Columns::of(
            flows,
            &[
                ("id", |flow| flow.id().to_string()),
                ("vendor", |flow| flow.vendor().to_string()),
                ("product", |flow| flow.product().to_string()),
                ("direction", |flow| flow.direction().to_string()),
                ("peer", |flow| flow.peer().to_string()),
                ("purpose", |flow| flow.purpose().to_string()),
                ("ports", |flow| flow.ports().to_string()),
                ("requirement", |flow| flow.requirement().to_string()),
                ("condition", |flow| optional(flow.condition())),
                ("interfaces", |flow| join(flow.interfaces())),
                ("recommended_interface", |flow| optional(flow.recommended_interface())),
                ("hosts", |flow| join(flow.hosts())),
                ("configurable", |flow| flow.configurable().to_string()),
                ("customization", |flow| optional(flow.customization())),
                ("note", |flow| optional(flow.note())),
                ("curated", |flow| curated(*flow)),
                ("document", |flow| flow.source().document.to_string()),
                ("edition", |flow| flow.source().edition.to_string()),
                ("section", |flow| optional(flow.source().section)),
                ("row", |flow| flow.source().row.to_string()),
                ("printed_peer", |flow| optional(flow.source().peer)),
                ("printed_label", |flow| optional(flow.source().label)),
                ("printed_ports", |flow| optional(flow.source().ports)),
            ],
        )
    }

    /// What fits a page of a document: who, what for, over which ports.
    pub fn of_flows_in_brief(flows: &[Flow]) -> Columns {
        Columns::of(
            flows,
            &[
                ("id", |flow| flow.id().to_string()),
                ("direction", |flow| flow.direction().to_string()),
                ("peer", |flow| flow.peer().to_string()),
                ("purpose", |flow| flow.purpose().to_string()),
                ("ports", |flow| flow.ports().to_string()),
                ("remarks", |flow| remarks(*flow, None)),
            ],
        )
    }

    /// Who uses a port: the products first.
    pub fn of_users(flows: &[Flow], transport: Transport, port: u16) -> Columns {
        let mut columns = Columns::of(
            flows,
            &[
                ("product", |flow| flow.product().to_string()),
                ("direction", |flow| flow.direction().to_string()),
                ("peer", |flow| flow.peer().to_string()),
                ("purpose", |flow| flow.purpose().to_string()),
                ("ports", |flow| flow.ports().to_string()),
            ],
        );
        columns.names.push("remarks");
        for (row, flow) in columns.rows.iter_mut().zip(flows) {
            row.push(remarks(*flow, Some((transport, port))));
        }
        columns
    }

    /// The products and their documents.
    pub fn of_products(products: &[Product]) -> Columns {
        Columns::of(
            products,
            &[
                ("id", |product| product.to_string()),
                ("vendor", |product| product.vendor().to_string()),
                ("name", |product| product.name().to_string()),
                ("flows", |product| product.flows().len().to_string()),
                ("document", |product| product.document().to_string()),
                ("edition", |product| product.edition().to_string()),
                ("retrieved", |product| optional(product.retrieved())),
                ("url", |product| product.url().to_string()),
            ],
        )
    }

    fn of<T>(items: &[T], columns: &[Column<T>]) -> Columns {
        Columns {
            names: columns.iter().map(|(name, _)| *name).collect(),
            rows: items.iter().map(|item| columns.iter().map(|(_, text)| text(item)).collect()).collect(),
        }
    }
}

/// The facts of a flow that its document does not state.
pub fn curated(flow: Flow) -> String {
    join(flow.curated().map(port_catalog::Fact::as_str))
}

/// What one must know of a flow before opening its ports: alternatives, the limit, what the document does not state.
///
/// With a port, alternatives are only told where the port is one of them.
fn remarks(flow: Flow, port: Option<(Transport, u16)>) -> String {
    let mut remarks = Vec::new();
    if has_alternatives(flow, port) {
        remarks.push("alternatives".to_string());
    }
    if let Some(condition) = flow.condition() {
        remarks.push(format!("only: {condition}"));
    }
    let curated = curated(flow);
    if !curated.is_empty() {
        remarks.push(format!("curated: {curated}"));
    }
    remarks.join("; ")
}

/// Whether a flow has specs that are alternatives to each other; with a port, to one that uses it.
pub fn has_alternatives(flow: Flow, port: Option<(Transport, u16)>) -> bool {
    let uses = |spec: &port_catalog::PortSpec<_>| port.is_none_or(|(transport, port)| spec.matches(transport, port));
    flow.ports().filter(uses).any(|spec| flow.ports().filter(|other| other.group() == spec.group()).count() > 1)
}

/// Ports as `tcp/25`, `tcp/17700-17714`; what has none as `esp`.
pub fn ports(transport: Transport, range: Option<PortRange>) -> String {
    range.map_or_else(|| transport.to_string(), |range| format!("{transport}/{range}"))
}

/// Items as one text.
pub fn join<'a>(items: impl Iterator<Item = &'a str>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn optional(text: Option<&str>) -> String {
    text.unwrap_or_default().to_string()
}
