//! The command line as a whole: every command, and how a call is run. Nothing below this module knows more than one command.

use std::ffi::OsString;

use clap::{CommandFactory, Parser, Subcommand};
use port_data::hidden::Escaped;

use crate::commands::{Context, audit, completions, conflicts, list, manual, port, products, schema, show};
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
    /// List the products, with their documents and editions
    #[command(after_help = products::HELP)]
    Products(products::ProductsArgs),
    /// Compare what is open on a machine with what a product's document lists
    #[command(after_help = audit::HELP)]
    Audit(audit::AuditArgs),
    /// Find the ports that collide if products share a host
    #[command(after_help = conflicts::HELP)]
    Conflicts(conflicts::ConflictsArgs),
    /// Print the manual, one page per command
    #[command(after_help = manual::HELP)]
    Manual(manual::ManualArgs),
    /// Print the JSON Schema of `list --format json`
    #[command(after_help = schema::HELP)]
    Schema,
    /// Print a shell's completions
    #[command(after_help = completions::HELP)]
    Completions(completions::CompletionsArgs),
}

impl Cli {
    /// Runs the command. `width` is the width of the terminal, if there is one.
    pub fn run(&self, width: Option<u16>) -> Output {
        self.try_run(width).unwrap_or_else(|problems| Output::failure(&problems))
    }

    fn try_run(&self, width: Option<u16>) -> Result {
        // Commands that don't use the dataset work even if its tables are invalid.
        match &self.command {
            Command::Manual(args) => return args.run(Cli::command()),
            Command::Schema => return Ok(schema::run()),
            Command::Completions(args) => return Ok(args.run(Cli::command())),
            _ => {}
        }
        let dataset = self.dataset.dataset()?;
        let context = Context { dataset: &dataset, width };
        match &self.command {
            Command::List(args) => args.run(context),
            Command::Port(args) => Ok(args.run(context)),
            Command::Show(args) => args.run(context),
            Command::Products(args) => Ok(args.run(context)),
            Command::Audit(args) => args.run(context),
            Command::Conflicts(args) => args.run(context),
            Command::Manual(_) | Command::Schema | Command::Completions(_) => unreachable!("handled above"),
        }
    }
}

/// Parses the arguments of a call. The first one is the program's name.
///
/// # Errors
///
/// What is wrong with the arguments. Hidden characters in them are escaped, since clap prints arguments as they are.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> std::result::Result<Cli, clap::Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    Cli::try_parse_from(&arguments).map_err(|error| {
        let escaped = arguments.iter().map(|argument| Escaped(argument.to_string_lossy()).to_string());
        Cli::try_parse_from(escaped).err().unwrap_or(error)
    })
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_defined() {
        Cli::command().debug_assert();
    }
}
