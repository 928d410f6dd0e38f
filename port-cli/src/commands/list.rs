//! `list`: flows that match every option.

use std::borrow::Cow;

use clap::{Args, ValueEnum};
use port_engine::dataset::{Flow, PortSpec};
use port_engine::nmap_ports::NmapPorts;

use super::Context;
use crate::filter_args::FilterArgs;
use crate::format::flow_columns::Summary;
use crate::format::{Format, flows, full_rows_first, portmap};
use crate::output::{Output, Result, count};

/// The examples in the help.
pub const HELP: &str = "\
Examples:
  port-catalog list --product securitygateway --direction outbound
  port-catalog list --vendor fortinet --port udp/514
  port-catalog list --port 8000-8100
  port-catalog list --host mdaemon.com    hosts of that name and below it
  port-catalog list --format json > flows.json
  port-catalog list --format json --full-rows-first > polars.json
  port-catalog list --product fortimail --direction inbound --format nmap
  port-catalog list --product fortimail@5.4    another edition of the document
  port-catalog list --edition all --format portmap > ports.csv
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
    /// Begin with rows that together have a value in every field, for readers that infer types from the first rows
    #[arg(long)]
    pub full_rows_first: bool,
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
    /// CSV for joins in SQL engines: a line for each flow and port range, and for the transport any two lines, tcp and udp
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
        let mut selected = self.filter.filter(&dataset)?.select(&dataset);
        if self.full_rows_first {
            selected = full_rows_first::order(&selected);
        }
        let has_editions = context.names_edition || self.edition == EditionChoice::All;
        let print = |format| flows::print(&Summary::new(&selected, has_editions), format, context.width);
        let output = match self.format {
            ListFormat::Nmap => return Ok(nmap(&selected, has_editions)),
            ListFormat::Portmap => {
                left_out(Output::text(portmap::print(&selected)), &portmap::without_port(&selected), has_editions, "")
            }
            ListFormat::Table if selected.is_empty() => Output::default(),
            ListFormat::Table => Output::text(print(Format::Table)),
            ListFormat::Csv => Output::text(print(Format::Csv)),
            ListFormat::Json => Output::text(print(Format::Json)),
            ListFormat::Jsonl => Output::text(print(Format::Jsonl)),
            ListFormat::Markdown => Output::text(print(Format::Markdown)),
        };
        Ok(if selected.is_empty() { output.message("no flow matches") } else { output })
    }
}

/// Reports specs without a port as left out, one line per flow. `hint` follows the reason for protocols without ports.
fn left_out(output: Output, without_port: &[(&Flow, &PortSpec)], has_editions: bool, hint: &str) -> Output {
    without_port.chunk_by(|(one, _), (next, _)| std::ptr::eq(*one, *next)).fold(output, |output, specs| {
        let (protocols, services): (Vec<&PortSpec>, Vec<&PortSpec>) =
            specs.iter().map(|(_, spec)| *spec).partition(|spec| spec.transport().is_some());
        let names = |specs: &[&PortSpec]| specs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let reasons = [
            (!protocols.is_empty()).then(|| format!("{} (no ports{hint})", names(&protocols))),
            (!services.is_empty()).then(|| format!("the document gives no port for {}", names(&services))),
        ];
        let reasons: Vec<String> = reasons.into_iter().flatten().collect();
        let flow = specs[0].0;
        let edition = if has_editions { format!("@{}", flow.edition) } else { String::new() };
        output.message(format!("left out of {}{edition}: {}", flow.id, reasons.join("; ")))
    })
}

/// The ports of inbound flows as nmap takes them. What it leaves out is reported.
fn nmap(selected: &[&Flow], has_editions: bool) -> Output {
    let ports = NmapPorts::new(selected.iter().copied());
    let mut output = Output::text(if ports.is_empty() { String::new() } else { format!("{ports}\n") });
    if ports.outbound > 0 {
        let flows = count(ports.outbound, "outbound flow");
        output =
            output.message(format!("left out {flows}: a scan of the product's machine shows only its inbound flows"));
    }
    output = left_out(output, &ports.without_port, has_editions, "; nmap -sO scans for protocols");
    if ports.is_empty() { output.message("no port to scan") } else { output }
}
