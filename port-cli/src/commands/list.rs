//! `list`: flows that match every option.

use std::borrow::Cow;
use std::collections::BTreeSet;

use clap::{Args, ValueEnum};
use port_engine::dataset::Flow;
use port_engine::nmap_ports::NmapPorts;
use port_engine::protocol::Protocol;

use super::Context;
use crate::filter_args::FilterArgs;
use crate::format::{Format, flow_columns, flows, portmap};
use crate::output::{Output, Result, count};

/// The examples in the help.
pub const HELP: &str = "\
Examples:
  port-catalog list --product securitygateway --direction outbound
  port-catalog list --vendor fortinet --port udp/514
  port-catalog list --port 8000-8100
  port-catalog list --host mdaemon.com    hosts of that name and below it
  port-catalog list --format json > flows.json
  port-catalog list --product fortimail --direction inbound --format nmap
  port-catalog list --product fortimail@5.4    another edition of the document
  port-catalog list --tables ports --only-tables    tables of your own";

/// The arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Which flows.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Which editions of each product's document; PRODUCT@EDITION selects one
    #[arg(long, value_enum, default_value_t = EditionChoice::Latest)]
    pub edition: EditionChoice,
    /// Output format
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// Which editions are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EditionChoice {
    /// The newest one of each product
    Latest,
    /// Every edition
    All,
}

/// How flows are listed: the formats of other commands, and those for flows only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// A table as wide as the terminal, or with one line per row in a file or pipe
    Table,
    /// One array
    Json,
    /// One object per line
    Jsonl,
    /// A header and one line per row; a cell that a spreadsheet would run as a formula gets an apostrophe in front
    Csv,
    /// A table for a document
    Markdown,
    /// The ports of inbound flows as the value of nmap's -p: T:22,25,U:9443,20000-20001,S:36412
    Nmap,
    /// CSV for joins in SQL engines: a line for each flow and port range, and for any two lines, tcp and udp
    Portmap,
}

impl ListArgs {
    /// Lists the flows.
    ///
    /// # Errors
    ///
    /// Unknown ids.
    pub fn run(&self, context: Context<'_>) -> Result {
        let dataset = match self.edition {
            EditionChoice::Latest => Cow::Borrowed(context.dataset),
            EditionChoice::All => Cow::Owned(context.dataset.with_all_editions()),
        };
        let selected = self.filter.filter(&dataset)?.select(&dataset);
        let print = |columns, format, width| flows::print(&selected, &columns, format, width);
        let summary = |format| print(flow_columns::summary(&selected), format, context.width);
        let text = match self.format {
            ListFormat::Nmap => return Ok(nmap(&selected)),
            ListFormat::Portmap => portmap::print(&selected),
            ListFormat::Table if selected.is_empty() => String::new(),
            ListFormat::Table => summary(Format::Table),
            ListFormat::Csv => print(flow_columns::all(&selected), Format::Csv, None),
            ListFormat::Json => summary(Format::Json),
            ListFormat::Jsonl => summary(Format::Jsonl),
            ListFormat::Markdown => summary(Format::Markdown),
        };
        let output = Output::text(text);
        Ok(if selected.is_empty() { output.message("no flow matches") } else { output })
    }
}

/// The ports of inbound flows as nmap takes them. What it leaves out is reported.
fn nmap(selected: &[&Flow]) -> Output {
    let ports = NmapPorts::new(selected.iter().copied());
    let mut output = Output::text(if ports.is_empty() { String::new() } else { format!("{ports}\n") });
    if ports.outbound > 0 {
        let flows = count(ports.outbound, "outbound flow");
        output =
            output.message(format!("left out {flows}: a scan of the product's machine shows only its inbound flows"));
    }
    for specs in ports.without_port.chunk_by(|(one, _), (next, _)| one.id == next.id) {
        let services: Vec<&str> = specs.iter().filter_map(|(_, spec)| spec.service_ref().map(String::as_str)).collect();
        let protocols: BTreeSet<&Protocol> = specs.iter().flat_map(|(_, spec)| Protocol::of(spec)).collect();
        let protocols: Vec<String> = protocols.into_iter().map(Protocol::to_string).collect();
        let reason = match protocols.as_slice() {
            [] => format!("the document gives no port for {}", services.join(", ")),
            [one] => format!("{one} has no ports, so -p can't scan it (nmap -sO can)"),
            several => format!("{} have no ports, so -p can't scan them (nmap -sO can)", several.join(", ")),
        };
        output = output.message(format!("left out of {}: {reason}", specs[0].0.id));
    }
    if ports.is_empty() { output.message("no port to scan") } else { output }
}
