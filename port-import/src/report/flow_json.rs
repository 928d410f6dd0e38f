//! A flow in the form in which `port-catalog list --format json` prints it.

use port_data::FlowRow;
use serde_json::{Value, json};

/// An edition of a product: what the JSON of a flow contains about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edition {
    /// The product's id.
    pub product: String,
    /// The vendor's id.
    pub vendor: String,
    /// Its id.
    pub id: String,
    /// The edition as the document prints it.
    pub printed: String,
    /// The title of its document.
    pub document: String,
    /// The document's URL.
    pub url: String,
    /// The day on which it was retrieved, as the table has it.
    pub retrieved: String,
    /// Whether the page must be saved by hand.
    pub saved_by_hand: bool,
}

/// The key of a column in the JSON of a flow: `source.ports` for the column `printed_ports`.
pub(super) fn field(column: &str) -> String {
    match column {
        "section" | "row" => format!("source.{column}"),
        _ => column.strip_prefix("printed_").map_or(column.to_string(), |printed| format!("source.{printed}")),
    }
}

/// The JSON of a flow.
pub(super) fn flow_json(edition: &Edition, flow: &FlowRow) -> Value {
    let ports: Vec<Value> =
        flow.specs.iter().map(|spec| serde_json::to_value(spec).expect("a spec becomes JSON")).collect();
    json!({
        "id": flow.id, "vendor": edition.vendor, "product": edition.product, "edition": edition.id,
        "direction": flow.direction.as_str(), "component": flow.component, "peer": flow.peer, "purpose": flow.purpose,
        "ports": ports, "groups": flow.groups.as_str(),
        "requirement": flow.requirement.as_str(), "condition": flow.condition,
        "scope": flow.scope.as_str(), "enabled": flow.enabled.as_str(),
        "interfaces": flow.interfaces, "recommended_interface": flow.recommended_interface,
        "hosts": flow.hosts,
        "configurable": flow.configurable, "customization": flow.customization, "note": flow.note,
        "curated": flow.curated.iter().map(|fact| fact.as_str()).collect::<Vec<_>>(),
        "source": {
            "document": edition.document, "edition": edition.printed, "url": edition.url,
            "section": flow.section, "row": flow.row, "peer": flow.printed_peer, "label": flow.printed_label, "ports": flow.printed_ports,
        },
    })
}
