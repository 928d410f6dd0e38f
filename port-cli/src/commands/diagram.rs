//! `diagram`: products, their peers and the flows between them as a diagram.

use clap::Args;
use port_engine::diagram::{Diagram, DiagramFormat};

use super::Context;
use crate::filter_args::FilterArgs;
use crate::output::{Output, Result, count};
use crate::word_parser::words;

/// The notes and examples in the help.
pub const HELP: &str = "\
All flows between a product and a peer in one direction are one arrow; flows with a condition are a dashed one. \
Components of a product are drawn in a frame. Numbers refer to the notes of flows in the legend. A * marks what the vendor's document does not state and this catalog adds.

Examples:
  port-catalog diagram --product fortimail > fortimail.mmd
  port-catalog diagram --product fortimail --direction inbound
  port-catalog diagram --service ldap    every product that uses LDAP
  port-catalog diagram --product fortimail --format dot | dot -Tsvg > ports.svg";

/// The most arrows that several products make in a readable diagram.
const READABLE: usize = 50;

/// The arguments of `diagram`.
#[derive(Debug, Args)]
pub struct DiagramArgs {
    /// Which flows.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Language of the diagram
    #[arg(long, value_parser = words::<DiagramFormat>(), default_value = DiagramFormat::Mermaid.as_str())]
    pub format: DiagramFormat,
}

impl DiagramArgs {
    /// Draws the flows.
    ///
    /// # Errors
    ///
    /// Unknown ids, and several editions of one product.
    pub fn run(&self, context: Context<'_>) -> Result {
        let selected = self.filter.filter(context.dataset)?.select(context.dataset);
        if selected.is_empty() {
            return Ok(Output::default().message("no flow matches"));
        }
        for product in &self.filter.product {
            context.dataset.check_one_edition(product).map_err(|problem| vec![problem])?;
        }
        let diagram = Diagram::new(&selected, context.dataset);
        let output = Output::text(diagram.print(self.format));
        let products = diagram.product_count();
        if products < 2 || diagram.arrows.len() <= READABLE {
            return Ok(output);
        }
        let (flows, products) = (count(selected.len(), "flow"), count(products, "product"));
        let help = "narrow it with --product, --direction, --peer or --service";
        let arrows = count(diagram.arrows.len(), "arrow");
        Ok(output.message(format!("warning: hard to read: {flows} of {products} make {arrows}; {help}")))
    }
}
