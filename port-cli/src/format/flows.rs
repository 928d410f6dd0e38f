//! Prints flows in any format.

use port_core::Transport;
use port_engine::dataset::Flow;
use port_engine::filter::PortQuery;

use super::flow_columns::has_alternatives;
use super::{Columns, Format, print_items, table};

/// Flows in a format; a table has a legend below it.
pub fn print(flows: &[&Flow], columns: &Columns, format: Format, width: Option<u16>) -> String {
    match format {
        Format::Table => table(flows, columns, width, None),
        _ => print_items(flows, columns, format, width),
    }
}

/// A table of flows with a legend. With a port, alternatives are explained only if the port is one of them.
pub fn table(flows: &[&Flow], columns: &Columns, width: Option<u16>, port: Option<PortQuery>) -> String {
    table::print(columns, width) + &legend(flows, port)
}

/// What the remarks in a table mean, for those that occur.
fn legend(flows: &[&Flow], port: Option<PortQuery>) -> String {
    let mut text = String::new();
    if flows.iter().any(|flow| has_alternatives(flow, port)) {
        text += "alternatives: any one of the ports joined by | is enough\n";
    }
    if flows.iter().any(|flow| !flow.curated.is_empty()) {
        text += "curated: added by this catalog; the vendor's document doesn't state it\n";
    }
    if flows.iter().flat_map(|flow| &flow.ports).any(|spec| spec.transport() == Some(Transport::Any)) {
        text += "any: the document doesn't say whether TCP or UDP\n";
    }
    if !text.is_empty() {
        text.insert(0, '\n');
    }
    text
}
