//! The whole command line: every command, and how it is run. No other module depends on more than one command.

use std::ffi::OsString;

use clap::{CommandFactory, Parser, Subcommand};
use port_data::Diagnostic;
use port_engine::dataset::ProductEdition;

use crate::call_error;
use crate::commands::{
    Context, audit, check, completions, conflicts, diagram, diff, editions, list, manual, peers, port, products, rules,
    schema, show, upgrade,
};
use crate::dataset_args::DatasetArgs;
use crate::output::{Output, Result};

/// The network ports that products require, with the source of every fact
#[derive(Debug, Parser)]
#[command(name = "port-catalog", version, max_term_width = 100)]
#[command(after_help = "\
Exit codes: 0 done, even if nothing was found; 1 a finding that --fail-on names; 2 bad arguments or input (the reason is \
on standard error, nothing is on standard output); 3 something was dropped from rules under --strict.

Examples:
  port-catalog port 8013                              which products use 8013?
  port-catalog list --product fortimail --direction inbound
  port-catalog list --peer ldap-server --format csv
  port-catalog show fortimail-in-email-client-pop3    one flow, with its source
  port-catalog upgrade forticlient 6.0.4 6.2.0        what to open and close?
  port-catalog diagram --product fortimail > fortimail.mmd")]
pub struct Cli {
    /// The dataset.
    #[command(flatten)]
    pub dataset: DatasetArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// A command with its arguments.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List flows: all of them, or those that match every option
    #[command(after_help = list::HELP)]
    List(list::ListArgs),
    /// Show which products use a port
    #[command(after_help = port::HELP)]
    Port(port::PortArgs),
    /// Show one flow, with its source
    #[command(after_help = show::HELP)]
    Show(show::ShowArgs),
    /// List the products, with the newest edition of each document
    #[command(after_help = products::HELP)]
    Products(products::ProductsArgs),
    /// List the editions of a product's document
    #[command(after_help = editions::HELP)]
    Editions(editions::EditionsArgs),
    /// List the peers, with how many flows each has
    #[command(after_help = peers::HELP)]
    Peers(peers::PeersArgs),
    /// Show what changes at the firewalls between two editions of a product
    #[command(after_help = upgrade::HELP)]
    Upgrade(upgrade::UpgradeArgs),
    /// Write firewall rules for the flows of products
    #[command(after_help = unwrapped(rules::HELP))]
    Rules(rules::RulesArgs),
    /// Compare what is open on a machine with what a product's document lists
    #[command(after_help = unwrapped(audit::HELP))]
    Audit(audit::AuditArgs),
    /// Find the ports that collide if products share a host
    #[command(after_help = conflicts::HELP)]
    Conflicts(conflicts::ConflictsArgs),
    /// Compare two exports of the catalog, and show what changes at the firewalls
    #[command(after_help = diff::HELP)]
    Diff(diff::DiffArgs),
    /// Draw products, their peers and the flows between them
    #[command(after_help = diagram::HELP)]
    Diagram(diagram::DiagramArgs),
    /// Check a directory of your own tables
    #[command(after_help = check::HELP)]
    Check(check::CheckArgs),
    /// Print the manual, one page per command
    #[command(after_help = manual::HELP)]
    Manual(manual::ManualArgs),
    /// Print the JSON Schema of `list --format json`
    #[command(after_help = schema::HELP)]
    Schema,
    /// Print a completion script for a shell
    #[command(after_help = completions::HELP)]
    Completions(completions::CompletionsArgs),
}

impl Cli {
    /// Runs the command. `width` is the width of the terminal, if there is one.
    pub fn run(mut self, width: Option<u16>) -> Output {
        self.try_run(width).unwrap_or_else(|problems| Output::failure(&problems))
    }

    fn try_run(&mut self, width: Option<u16>) -> Result {
        let named: Vec<ProductEdition> = self.command.products().into_iter().map(take_edition).collect();
        let names_edition = named.iter().any(|named| named.edition.is_some());
        let with_dataset = |run: &dyn Fn(Context<'_>) -> Result| {
            let dataset = self.dataset.dataset()?.at_editions(&named)?;
            run(Context { dataset: &dataset, names_edition, width })
        };
        match &self.command {
            Command::List(args) => with_dataset(&|context| args.run(context)),
            Command::Port(args) => with_dataset(&|context| args.run(context)),
            Command::Show(args) => with_dataset(&|context| args.run(context)),
            Command::Products(args) => with_dataset(&|context| args.run(context)),
            Command::Editions(args) => with_dataset(&|context| args.run(context)),
            Command::Peers(args) => with_dataset(&|context| args.run(context)),
            Command::Upgrade(args) => with_dataset(&|context| args.run(context)),
            Command::Rules(args) => with_dataset(&|context| args.run(context)),
            Command::Audit(args) => with_dataset(&|context| args.run(context)),
            Command::Conflicts(args) => with_dataset(&|context| args.run(context)),
            Command::Diff(args) => with_dataset(&|context| args.run(context)),
            Command::Diagram(args) => with_dataset(&|context| args.run(context)),
            // These don't use the dataset, and work even if its tables are invalid.
            Command::Check(args) => args.run(),
            Command::Manual(args) => args.run(Cli::command()),
            Command::Schema => Ok(schema::run()),
            Command::Completions(args) => Ok(args.run(Cli::command())),
        }
    }
}

/// Takes the edition out of an argument such as `fortimail@5.4`, which then names the product only.
fn take_edition(argument: &mut String) -> ProductEdition {
    let named: ProductEdition = argument.parse().unwrap_or_else(|never: std::convert::Infallible| match never {});
    argument.clone_from(&named.product);
    named
}

impl Command {
    /// The arguments that name products, each possibly with an edition.
    fn products(&mut self) -> Vec<&mut String> {
        match self {
            Command::List(args) => args.filter.product.iter_mut().collect(),
            Command::Rules(args) => args.filter.product.iter_mut().chain(&mut args.site_template).collect(),
            Command::Audit(args) => args.product.iter_mut().collect(),
            Command::Diagram(args) => args.filter.product.iter_mut().collect(),
            Command::Port(args) => args.product.iter_mut().collect(),
            Command::Peers(args) => args.product.iter_mut().collect(),
            Command::Editions(args) => vec![&mut args.product],
            _ => Vec::new(),
        }
    }
}

/// A text whose sentences aren't broken into lines, so that the help can break them to fit the terminal. Indented lines and lines at
/// whose end a sentence ends are kept.
fn unwrapped(text: &str) -> String {
    let mut joined = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        joined += line;
        let is_prose = |line: &str| !line.is_empty() && !line.starts_with(' ');
        let continues = is_prose(line) && !line.ends_with(['.', ':']);
        match lines.peek() {
            Some(next) if continues && is_prose(next) => joined.push(' '),
            Some(_) => joined.push('\n'),
            None => {}
        }
    }
    joined
}

/// Parses command-line arguments. The first one is the program's name.
///
/// # Errors
///
/// What is wrong with the arguments, or clap's error if it is the help or the version that was asked for.
pub fn parse(
    arguments: impl IntoIterator<Item = OsString>,
) -> std::result::Result<Cli, std::result::Result<clap::Error, Diagnostic>> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    Cli::try_parse_from(&arguments).map_err(|error| {
        let program = Cli::command();
        let names: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
        let command =
            arguments.iter().skip(1).filter_map(|argument| argument.to_str()).find(|text| names.contains(text));
        call_error::diagnostic(&error, command).map_or(Ok(error), Err)
    })
}

#[cfg(test)]
mod tests {
    use super::{Cli, unwrapped};
    use clap::CommandFactory;

    #[test]
    fn only_lines_that_break_a_sentence_are_joined() {
        let text = "One\nsentence. Another\none.\nA third:\n  an example\n\nExamples:\n  call\n  another";
        let joined = "One sentence. Another one.\nA third:\n  an example\n\nExamples:\n  call\n  another";
        assert_eq!(unwrapped(text), joined);
    }

    #[test]
    fn the_command_line_is_well_defined() {
        Cli::command().debug_assert();
    }
}
