//! `upgrade`: what changes at the firewalls between two editions of a product.

use clap::{Args, ValueEnum};
use port_data::Diagnostic;
use port_data::hidden::QuotedAscii;
use port_engine::diff::Impact;
use port_engine::upgrade::{EditionFlows, Upgrade};

use super::Context;
use crate::codes;
use crate::format::{difference, json};
use crate::known_id::IdKind;
use crate::output::{Output, Result};
use crate::word_parser::words;

/// The notes and examples in the help.
pub const HELP: &str = "\
Ports open, close and move as in diff: a port closes only if no flow of TO needs it for the same peer and direction, and \
swapping FROM and TO gives the inverse. What is curated, labels, rows and other words of the documents aren't compared. If a \
document was not available as a whole, a flow that only the other edition has is not known for it: it neither opens nor closes \
anything, --fail-on unknown finds it, and a port that it may need isn't closed.

Exit codes: 0 done; 1 a change that --fail-on names; 2 bad arguments.

Examples:
  port-catalog upgrade forticlient 6.0.4 6.2.0
  port-catalog upgrade forticlient 6.0.4 6.2.0 --format markdown > ticket.md
  port-catalog upgrade forticlient 6.0.4 6.2.0 --fail-on opens,closes";

/// The arguments of `upgrade`.
#[derive(Debug, Args)]
pub struct UpgradeArgs {
    /// The product
    #[arg(value_name = "PRODUCT", value_parser = IdKind::Product.parser())]
    pub product: String,
    /// The edition in use, as `editions` prints it
    #[arg(value_name = "FROM")]
    pub from: String,
    /// The edition to change to
    #[arg(value_name = "TO")]
    pub to: String,
    /// Output format
    #[arg(long, value_enum, default_value_t = UpgradeFormat::Text)]
    pub format: UpgradeFormat,
    /// Exit with 1 if any of these is found (comma-separated)
    #[arg(long, value_name = "IMPACT", value_parser = words::<Impact>(), value_delimiter = ',')]
    pub fail_on: Vec<Impact>,
}

/// How an upgrade is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UpgradeFormat {
    /// A summary, then each flow that differs
    Text,
    /// One object: the editions, the number of unchanged flows, and every change with the flow before and after
    Json,
    /// Headings and tables for a change ticket
    Markdown,
}

impl UpgradeArgs {
    /// Compares the editions.
    ///
    /// # Errors
    ///
    /// An unknown product or edition.
    pub fn run(&self, context: Context<'_>) -> Result {
        let dataset = context.dataset;
        if let Some((product, _)) = self.product.split_once('@') {
            let message = format!("PRODUCT is {}, but the editions are FROM and TO", QuotedAscii(&self.product));
            let help = format!("write {} and an edition for each", QuotedAscii(product));
            return Err(vec![Diagnostic::new(codes::ARGUMENTS, message).help(help)]);
        }
        IdKind::Product.check(&self.product, "PRODUCT", dataset).map_err(|problem| vec![problem])?;
        let product = dataset.product(&self.product).expect("the product was checked");
        let edition = |id: &str| dataset.edition(product, id).map_err(|problem| vec![problem]);
        let editions = [edition(&self.from)?, edition(&self.to)?];
        let flows = EditionFlows::new(dataset, &product.id, &self.from, &self.to);
        let upgrade = Upgrade::new(dataset, product, editions, &flows);
        let text = match self.format {
            UpgradeFormat::Text => port_text::upgrade::text(&upgrade, context.width),
            UpgradeFormat::Json => json::object(&upgrade),
            UpgradeFormat::Markdown => port_text::upgrade::markdown(&upgrade),
        };
        let output = Output::text(text);
        let failures = difference::failures(&upgrade.difference, &self.fail_on);
        if failures.is_empty() {
            return Ok(output);
        }
        let message = format!("fails: {}", failures.join(", "));
        Ok(Output { code: 1, ..output.message(message) })
    }
}
