//! `diff`: the differences between two exports, and what they mean for firewall rules.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use port_data::Diagnostic;
use port_data::hidden::Escaped;
use port_engine::diff::{self, Impact};
use port_engine::export::ExportedFlow;

use super::Context;
use crate::codes;
use crate::format::{difference, json};
use crate::input;
use crate::output::{Output, Result, count};
use crate::word_parser::words;

/// The notes and examples in the help.
pub const HELP: &str = "\
A port opens if a flow needs it and no old flow of the product needed it in the same direction for the same peer, host \
and interface; it closes if no new flow does. Peers that include others count for all of these. The transport any \
counts as TCP and UDP, all alternatives count as open, and no host or interface as any. JSON lists every fact that \
differs; text and Markdown print once what many flows share.

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
    /// The older export, as printed by `list --format json`; - is standard input
    #[arg(value_name = "OLD.json")]
    pub old: PathBuf,
    /// The newer export; - is standard input
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
    /// One object: summary, impacts, added, removed, renamed, changed
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
        let read = |file: &Path| read(file).map_err(|problem| vec![problem]);
        let (old, new) = (read(&self.old)?, read(&self.new)?);
        let compared = diff::compare(&old, &new, &context.dataset.peers);
        let text = match self.format {
            DiffFormat::Text => difference::text(&compared),
            DiffFormat::Json => json::object(&compared),
            DiffFormat::Markdown => difference::markdown(&compared),
        };
        let output = Output { messages: other_products(&old, &new), ..Output::text(text) };
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
fn other_products(old: &[ExportedFlow], new: &[ExportedFlow]) -> Vec<String> {
    let sides = [("older", old, new), ("newer", new, old)];
    let warning = |(which, own, other): (&str, &[ExportedFlow], &[ExportedFlow])| {
        let products = |flows: &[ExportedFlow]| -> BTreeSet<String> {
            flows.iter().map(|flow| flow.text("product").to_string()).collect()
        };
        let only: Vec<String> = products(own).difference(&products(other)).cloned().collect();
        let flows = own.iter().filter(|flow| only.iter().any(|product| product == flow.text("product"))).count();
        let help = "if the exports were filtered differently, export the same products again";
        let only = Escaped(only.join(", "));
        (flows > 0).then(|| format!("warning: only the {which} export has {only} ({}); {help}", count(flows, "flow")))
    };
    sides.into_iter().filter_map(warning).collect()
}

fn read(file: &Path) -> std::result::Result<Vec<ExportedFlow>, Diagnostic> {
    diff::read(input::display_name(file), &input::read_text(file)?)
}
