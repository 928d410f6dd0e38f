//! Measures port-catalog beside its rivals: its lookups, and what it costs to depend on it.

mod builds;
mod lookups;
mod machine;
mod race;

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures port-catalog beside its rivals
///
/// All that is compared is measured in one run, in turns, so that what else the machine does falls on everyone alike.
/// Compare ratios: they travel from machine to machine, times do not.
#[derive(Parser)]
#[command(
    max_term_width = 120,
    after_help = "Measure on a machine that does nothing else, and twice: what differs is noise."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Lookups(lookups::Arguments),
    Builds(builds::Arguments),
}

fn main() -> ExitCode {
    match run(&Arguments::parse(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has seen enough.
        Err(error) if error.downcast_ref().is_some_and(|error: &io::Error| error.kind() == ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    write!(out, "{}", machine::description())?;
    match &arguments.command {
        Command::Lookups(arguments) => lookups::run(arguments, out)?,
        Command::Builds(arguments) => builds::run(arguments, out)?,
    }
    Ok(())
}
