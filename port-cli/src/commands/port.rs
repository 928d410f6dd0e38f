//! `port`: which products use a port.

use std::collections::BTreeSet;

use clap::Args;
use port_engine::filter::{Filter, PortQuery};

use super::Context;
use crate::format::{Format, flow_columns, flows};
use crate::output::{Output, count};

/// The examples in the help.
pub const HELP: &str = "\
Examples:
  port-catalog port 8013
  port-catalog port udp/514
  port-catalog port 8000-8100";

/// The arguments of `port`.
#[derive(Debug, Args)]
pub struct PortArgs {
    /// A port or a range, with or without a transport: 8013, tcp/8013, 8013/tcp, 8000-8100
    #[arg(value_name = "PORT")]
    pub port: PortQuery,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

impl PortArgs {
    /// Lists the flows that use the port.
    pub fn run(&self, context: Context<'_>) -> Output {
        let filter = Filter { port: Some(self.port), ..Filter::default() };
        let selected = filter.select(context.dataset);
        if selected.is_empty() {
            let text = match self.format {
                Format::Table => String::new(),
                _ => flows::print(&selected, &flow_columns::users(&selected, self.port), self.format, None),
            };
            return Output::text(text).message(format!("no flow uses port {}", self.port));
        }
        let text = match self.format {
            Format::Csv => flows::print(&selected, &flow_columns::all(&selected), self.format, None),
            Format::Table => {
                let products: BTreeSet<&str> = selected.iter().map(|flow| flow.product.as_str()).collect();
                let columns = flow_columns::users(&selected, self.port);
                format!(
                    "port {}: {} of {}\n\n{}",
                    self.port,
                    count(selected.len(), "flow"),
                    count(products.len(), "product"),
                    flows::table(&selected, &columns, context.width, Some(self.port)),
                )
            }
            _ => flows::print(&selected, &flow_columns::users(&selected, self.port), self.format, context.width),
        };
        Output::text(text)
    }
}
