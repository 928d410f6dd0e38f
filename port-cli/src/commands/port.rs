//! `port`: which products use a port.

use clap::Args;
use port_data::Diagnostic;
use port_engine::dataset::Flow;
use port_engine::filter::{Filter, PortQuery};

use super::Context;
use crate::format::flow_columns::Summary;
use crate::format::{Format, flows, port_users};
use crate::known_id::IdKind;
use crate::output::{Output, Result, count};

/// The most flows that a table lists unasked.
const SCREENFUL: usize = 30;

/// The notes and examples in the help.
pub const HELP: &str = "\
Products with exactly the port come before products with a wider range that contains it. A flow without a stated transport \
counts for TCP and for UDP. Above 30 flows, the table has a line for each product; the other formats always have every flow.

The newest edition of each product counts, unless --product names another. list --port PORT --edition all searches all of them.

Examples:
  port-catalog port 8013
  port-catalog port udp/514
  port-catalog port 443 --rows    every flow
  port-catalog port 443 --product fortimail
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
    /// Only flows of this product, or of PRODUCT@EDITION, each on its own line; may be repeated
    #[arg(long, value_parser = IdKind::Product.parser())]
    pub product: Vec<String>,
    /// List every flow in the table, however many there are
    #[arg(long)]
    pub rows: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

impl PortArgs {
    /// Lists the flows that use the port, or the products if there are many flows.
    ///
    /// # Errors
    ///
    /// Unknown products.
    pub fn run(&self, context: Context<'_>) -> Result {
        let check = |id: &String| IdKind::Product.check(id, "--product", context.dataset).err();
        let unknown: Vec<Diagnostic> = self.product.iter().filter_map(check).collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let filter = Filter { products: self.product.clone(), port: Some(self.port), ..Filter::default() };
        let mut selected = filter.select(context.dataset);
        // The sort is stable: flows stay in catalog order among the exact ones and among the others.
        selected.sort_by_key(|flow| !port_users::is_exact(flow, self.port));
        let output = match self.format {
            Format::Table if selected.is_empty() => Output::default(),
            Format::Table => Output::text(self.table(&selected, context)),
            _ => Output::text(self.print(&selected, context)),
        };
        Ok(if selected.is_empty() { output.message(self.no_flow()) } else { output })
    }

    /// The flows by product, or above a screenful the products.
    fn table(&self, selected: &[&Flow], context: Context<'_>) -> String {
        let users = port_users::by_product(selected, self.port, context.dataset);
        let [flows, products] = [count(selected.len(), "flow"), count(users.len(), "product")];
        let title = format!("{}: {flows} of {products}", self.title());
        if self.rows || !self.product.is_empty() || selected.len() <= SCREENFUL {
            let rows: Vec<&Flow> = users.into_iter().flat_map(|user| user.flows).collect();
            return format!("{title}\n\n{}", self.print(&rows, context));
        }
        let summary = port_users::print(&users, self.port, context.width);
        format!("{title}\n\n{summary}\n--rows lists the {flows}, --product PRODUCT those of a product\n")
    }

    fn print(&self, flows: &[&Flow], context: Context<'_>) -> String {
        flows::print(&Summary::users(flows, self.port, context.names_edition), self.format, context.width)
    }

    fn title(&self) -> String {
        match self.port {
            PortQuery::Ports { .. } => format!("port {}", self.port),
            PortQuery::Protocol { .. } => self.port.to_string(),
        }
    }

    fn no_flow(&self) -> String {
        match self.product.as_slice() {
            [] => format!("no flow uses {}", self.title()),
            products => format!("no flow of {} uses {}", products.join(" or "), self.title()),
        }
    }
}
