//! `diff`: the differences between two exports, and what they mean for firewall rules.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use port_data::Diagnostic;
use port_data::hidden::Escaped;
use port_engine::dataset::{Dataset, ProductEdition};
use port_engine::diff::{self, Difference, Impact};
use port_engine::export::ExportedFlow;

use super::Context;
use crate::codes;
use crate::format::{difference, json};
use crate::input;
use crate::known_id::IdKind;
use crate::output::{Output, Result, count};
use crate::word_parser::words;

/// The notes and examples in the help.
pub const HELP: &str = "\
A port opens if a flow needs it and no old flow of the product needed it in the same direction for the same peer, host \
and interface; it closes if no new flow does. Peers that include others count for all of these. The transport any \
counts as TCP and UDP, all alternatives count as open, and no host or interface as any. JSON lists every fact that \
differs; text and Markdown print once what many flows share.

PRODUCT@EDITION in place of a file is that edition in the catalog. If an export has several editions of a product, each is \
compared with the same edition in the other export. If the catalog says that the document of an edition is not complete, what \
only the other export has is not known for it. In exports of earlier versions, all groups of ports are needed, no flow has a \
component, the scope is network and enabled is unstated.

Each flow has one impact. --fail-on opens finds everything that has to be opened: also flows that move or widen, and \
ports that have no alternative any more. --fail-on closes is the inverse. The other impacts find only themselves.

Examples:
  port-catalog list --format json > old.json      with the previous version
  port-catalog list --format json > new.json      with this one
  port-catalog diff old.json new.json
  port-catalog diff old.json new.json --format markdown > ticket.md
  port-catalog diff old.json new.json --fail-on opens,closes,limits
  port-catalog list --format json | port-catalog diff old.json -";

/// The arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The older export, as printed by `list --format json`, or PRODUCT@EDITION; - is standard input
    #[arg(value_name = "OLD.json")]
    pub old: PathBuf,
    /// The newer export, or PRODUCT@EDITION; - is standard input
    #[arg(value_name = "NEW.json")]
    pub new: PathBuf,
    /// Output format
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub format: DiffFormat,
    /// Exit with 1 if any of these is found (comma-separated)
    #[arg(long, value_name = "IMPACT", value_parser = words::<Impact>(), value_delimiter = ',')]
    pub fail_on: Vec<Impact>,
}

/// How a difference is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// A summary, then each flow that differs
    Text,
    /// One object: summary, impacts, added, removed, `not_known`, renamed, changed
    Json,
    /// Headings and tables for a change ticket
    Markdown,
}

impl DiffArgs {
    /// Compares the exports.
    ///
    /// # Errors
    ///
    /// A file that can't be read or isn't an export.
    pub fn run(&self, context: Context<'_>) -> Result {
        if input::is_standard_input(&self.old) && input::is_standard_input(&self.new) {
            let problem = Diagnostic::new(codes::OPTIONS, "standard input is given twice");
            return Err(vec![problem.help("name a file for one of the exports")]);
        }
        let read = |argument: &Path| read(argument, context.dataset).map_err(|problem| vec![problem]);
        let (old, new) = (read(&self.old)?, read(&self.new)?);
        let compared = diff::compare(&old, &new, context.dataset);
        let text = match self.format {
            DiffFormat::Text => difference::text(&compared, context.width),
            DiffFormat::Json => json::object(&compared),
            DiffFormat::Markdown => difference::markdown(&compared),
        };
        let output = Output { messages: other_products(&compared), ..Output::text(text) };
        let failures = difference::failures(&compared, &self.fail_on);
        if failures.is_empty() {
            return Ok(output);
        }
        let message = format!("fails: {}", failures.join(", "));
        Ok(Output { code: 1, ..output.message(message) })
    }
}

/// A warning for each export that has products which the other one hasn't. The difference then says to remove or add the rules of
/// all their flows, though the cause may be a filter.
fn other_products(difference: &Difference) -> Vec<String> {
    let sides = [("older", difference.old, difference.new), ("newer", difference.new, difference.old)];
    let warning = |(which, own, other): (&str, &[ExportedFlow], &[ExportedFlow])| {
        let only = &difference.products(own) - &difference.products(other);
        let flows = own.iter().filter(|flow| only.contains(&difference.product(flow))).count();
        let help = "if the exports were filtered differently, export the same products again";
        let only = Escaped(only.into_iter().collect::<Vec<_>>().join(", "));
        (flows > 0).then(|| format!("warning: only the {which} export has {only} ({}); {help}", count(flows, "flow")))
    };
    sides.into_iter().filter_map(warning).collect()
}

/// The flows of an argument: an export, or an edition of the catalog.
fn read(argument: &Path, dataset: &Dataset) -> std::result::Result<Vec<ExportedFlow>, Diagnostic> {
    let text = argument.to_string_lossy();
    let named = ProductEdition::from(&*text);
    match named.edition {
        Some(id) if !argument.exists() => {
            IdKind::Product.check(&named.product, "PRODUCT@EDITION", dataset)?;
            if let Some(product) = dataset.product(&named.product) {
                dataset.edition(product, &id)?;
            }
            Ok(diff::exported(dataset.flows_of_edition(&named.product, &id)))
        }
        _ => diff::read(input::display_name(argument), &input::read_text(argument)?),
    }
}
