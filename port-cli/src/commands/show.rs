//! `show`: one flow, with its source.

use std::fmt::Write;

use clap::Args;
use port_core::{Enabled, Groups, Scope, Transport};
use port_data::Diagnostic;
use port_engine::dataset::{Dataset, Flow};

use super::Context;
use crate::codes;
use crate::format::{Format, flow_columns, print_items};
use crate::known_id::IdKind;
use crate::output::{Output, Result};

/// The examples in the help.
pub const HELP: &str = "\
Examples:
  port-catalog show fortimail-in-email-client-pop3
  port-catalog show fortimail-in-email-client-pop3@5.4    in another edition";

/// The arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The flow's id, as `list` prints it; FLOW-ID@EDITION shows another edition
    #[arg(value_name = "FLOW-ID", value_parser = IdKind::Flow.parser(), hide_possible_values = true)]
    pub id: String,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

impl ShowArgs {
    /// Shows the flow.
    ///
    /// # Errors
    ///
    /// An unknown id.
    pub fn run(&self, context: Context<'_>) -> Result {
        let dataset = context.dataset;
        let (id, edition) =
            self.id.split_once('@').map_or((self.id.as_str(), None), |(id, edition)| (id, Some(edition)));
        IdKind::Flow.check(id, "FLOW-ID", dataset).map_err(|problem| vec![problem])?;
        let flow = match (dataset.flow(id), edition) {
            (Some(newest), Some(edition)) => {
                Some(in_edition(newest, edition, dataset).map_err(|problem| vec![problem])?)
            }
            (newest, _) => newest,
        };
        let selected: Vec<&Flow> = flow.into_iter().collect();
        let text = match self.format {
            Format::Table => selected.iter().map(|flow| details(flow, context.dataset)).collect(),
            _ => print_items(&selected, &flow_columns::all(&selected), self.format, None),
        };
        Ok(Output::text(text))
    }
}

/// The flow with the same id in another edition.
fn in_edition<'a>(newest: &'a Flow, edition: &str, dataset: &'a Dataset) -> std::result::Result<&'a Flow, Diagnostic> {
    if let Some(product) = dataset.product(&newest.product) {
        dataset.edition(product, edition)?;
    }
    let mut flows = dataset.flows.iter().chain(&dataset.older_flows);
    flows.find(|flow| flow.id == newest.id && flow.edition == edition).ok_or_else(|| {
        let message = format!("{}@{edition} doesn't have the flow {}", newest.product, newest.id);
        Diagnostic::new(codes::UNKNOWN_ID, message).help(format!("edition {} has it", newest.edition))
    })
}

/// The edition of a flow, and how it relates to the newest one.
fn edition(flow: &Flow, dataset: &Dataset) -> String {
    let Some(product) = dataset.product(&flow.product) else { return flow.edition.clone() };
    let newest = &product.newest_edition().id;
    let is_current = dataset.flows.iter().any(|current| current.id == flow.id);
    let mut remarks = Vec::new();
    if flow.edition != *newest && is_current {
        remarks.push(format!("the newest is {newest}"));
    } else if flow.edition != *newest {
        remarks.push(format!("{newest}, the newest, doesn't have this flow"));
    }
    let own = product.editions.iter().find(|edition| edition.id == flow.edition);
    if own.is_some_and(|edition| !edition.is_complete) {
        remarks.push("incomplete: parts of the document were not available".to_string());
    }
    let note =
        own.and_then(|edition| edition.note.as_ref()).map(|note| format!("\n{:14}{note}", "")).unwrap_or_default();
    let remarks = if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join("; ")) };
    format!("{}{remarks}{note}", flow.edition)
}

/// Every fact of a flow, one per line.
fn details(flow: &Flow, dataset: &Dataset) -> String {
    let mut text = format!("{}\n{}\n\n", flow.id, flow.purpose);
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            writeln!(text, "{name:<14}{value}").expect("writing to memory does not fail");
        }
    };
    if let Some(product) = dataset.product(&flow.product) {
        let vendor = dataset.vendor(&product.vendor).map_or(product.vendor.as_str(), |vendor| &vendor.name);
        line("product", &format!("{} ({vendor})", product.name));
    }
    line("edition", &edition(flow, dataset));
    line("component", flow.component.as_deref().unwrap_or_default());
    line("direction", &format!("{}, {} the peer", flow.direction, flow.direction.preposition()));
    if let Some(peer) = dataset.peer(&flow.peer) {
        line("peer", &format!("{} ({}): {}", peer.id, peer.kind, peer.description));
    }
    line("ports", &flow.expression());
    if flow_columns::has_alternatives(flow, None) {
        line("", "(any one of the ports joined by | is enough)");
    }
    if flow.ports.iter().any(|spec| spec.transport() == Some(Transport::Any)) {
        line("", "(any: the document doesn't say whether TCP or UDP)");
    }
    if flow.groups == Groups::Unstated {
        line("", "(;: the document doesn't say whether all of the ports are needed)");
    }
    let condition = flow.condition.as_ref().map(|condition| format!(": {condition}")).unwrap_or_default();
    line("requirement", &format!("{}{condition}", flow.requirement));
    line("scope", if flow.scope == Scope::Network { "" } else { flow.scope.as_str() });
    line("enabled", if flow.enabled == Enabled::Unstated { "" } else { flow.enabled.as_str() });
    line("interfaces", &flow.interfaces.join(", "));
    line("recommended", flow.recommended_interface.as_deref().unwrap_or_default());
    line("hosts", &flow.hosts.join(", "));
    let customization = flow.customization.as_ref().map(|place| format!(": {place}")).unwrap_or_default();
    line("configurable", &format!("{}{customization}", if flow.configurable { "yes" } else { "no" }));
    line("note", flow.note.as_deref().unwrap_or_default());
    line("curated", &flow_columns::curated(flow));
    let source = &flow.source;
    line("document", &format!("{}, {}", source.document, source.edition));
    line("", &source.url);
    line("section", source.section.as_deref().unwrap_or_default());
    line("row", &source.row.to_string());
    for (name, cell) in [("peer cell", &source.peer), ("label cell", &source.label), ("ports cell", &source.ports)] {
        line(name, cell.as_deref().unwrap_or_default());
    }
    text
}
