//! `list`: flows that match every option.

use clap::Args;

use super::Context;
use crate::filter_args::FilterArgs;
use crate::format::{Format, flow_columns, flows};
use crate::output::{Output, Result};

/// The examples in the help.
pub const HELP: &str = "\
Examples:
  port-catalog list --product securitygateway --direction outbound
  port-catalog list --vendor fortinet --port udp/514
  port-catalog list --port 8000-8100
  port-catalog list --host mdaemon.com    hosts of that name and below it
  port-catalog list --format json > flows.json
  port-catalog list --tables ports --only-tables    tables of your own";

/// The arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Which flows.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

impl ListArgs {
    /// Lists the flows.
    ///
    /// # Errors
    ///
    /// Unknown ids.
    pub fn run(&self, context: Context<'_>) -> Result {
        let selected = self.filter.filter(context.dataset)?.select(context.dataset);
        let text = match self.format {
            Format::Table if selected.is_empty() => String::new(),
            Format::Csv => flows::print(&selected, &flow_columns::all(&selected), self.format, None),
            _ => flows::print(&selected, &flow_columns::summary(&selected), self.format, context.width),
        };
        let output = Output::text(text);
        Ok(if selected.is_empty() { output.message("no flow matches") } else { output })
    }
}
