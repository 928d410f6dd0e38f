//! `port`: which products use a port.

use std::collections::BTreeSet;

use clap::Args;
use port_engine::filter::{Filter, PortQuery};

use super::Context;
use crate::format::flow_columns::Summary;
use crate::format::{Format, flows};
use crate::output::{Output, count};

/// The notes and examples in the help.
pub const HELP: &str = "\
Flows with exactly the port come before flows with a range that contains it. A flow without a stated transport counts for TCP \
and for UDP.

Examples:
  port-catalog port 8013
  port-catalog port udp/514
  port-catalog port 8000-8100
  port-catalog port esp           a protocol without ports
  port-catalog port icmp/8        a type of ICMP";

/// The arguments of `port`.
#[derive(Debug, Args)]
pub struct PortArgs {
    /// A port or a range, with or without a transport: 8013, tcp/8013, 8013/tcp, 8000-8100; or a protocol without ports: esp,
    /// icmp/8, ip/112
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
        let mut selected = filter.select(context.dataset);
        // The sort is stable: flows stay in catalog order among the exact ones and among the others.
        selected.sort_by_key(|flow| !flow.ports.iter().any(|spec| self.port.matches_exactly(spec)));
        let port = match self.port {
            PortQuery::Ports { .. } => format!("port {}", self.port),
            PortQuery::Protocol { .. } => self.port.to_string(),
        };
        let print = || flows::print(&Summary::users(&selected, self.port), self.format, context.width);
        match self.format {
            Format::Table if selected.is_empty() => Output::default().message(format!("no flow uses {port}")),
            Format::Table => {
                let products: BTreeSet<&str> = selected.iter().map(|flow| flow.product.as_str()).collect();
                let [flows, products] = [count(selected.len(), "flow"), count(products.len(), "product")];
                Output::text(format!("{port}: {flows} of {products}\n\n{}", print()))
            }
            _ if selected.is_empty() => Output::text(print()).message(format!("no flow uses {port}")),
            _ => Output::text(print()),
        }
    }
}
