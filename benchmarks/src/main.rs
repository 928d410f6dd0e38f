//! Benchmarks of port-catalog and its alternatives: lookups, regenerations from large pages, and the cost of depending on a crate.

mod builds;
mod comparison;
mod flow_logs;
mod lookups;
mod machine;
mod pages;

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Benchmarks of port-catalog and its alternatives
///
/// Everything that is compared is measured in one run, in turns, so that other load of the machine affects all contenders
/// alike. Compare the ratios, not the times.
#[derive(Parser)]
#[command(
    max_term_width = 120,
    after_help = "Measure twice on an idle machine: the difference between the runs is noise."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Lookups(lookups::Arguments),
    Builds(builds::Arguments),
    FlowLogs(flow_logs::Arguments),
    Pages(pages::Arguments),
}

fn main() -> ExitCode {
    match run(&Arguments::parse(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        // A closed pipe (`head`) isn't an error.
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
    // A generated log has nothing else.
    if !matches!(&arguments.command, Command::FlowLogs(arguments) if arguments.generate.is_some()) {
        write!(out, "{}", machine::description())?;
    }
    match &arguments.command {
        Command::Lookups(arguments) => lookups::run(arguments, out)?,
        Command::Builds(arguments) => builds::run(arguments, out)?,
        Command::FlowLogs(arguments) => flow_logs::run(arguments, out)?,
        Command::Pages(arguments) => pages::run(arguments, out)?,
    }
    Ok(())
}
