//! The chores of a maintainer: `cargo xtask --help` lists them.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod expand;

/// The chores of a maintainer
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Print the Rust that `catalog!` makes of a directory of tables
    Expand {
        /// The directory; this project's own tables where none is given
        #[arg(default_value = port_data::TABLES)]
        directory: PathBuf,
    },
}

/// Exit codes: 0 done; 2 bad input or usage.
fn main() -> ExitCode {
    let Chore::Expand { directory } = Arguments::parse().chore;
    match expand::expand(&directory) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(errors) => {
            eprintln!("{errors}");
            ExitCode::from(2)
        }
    }
}
