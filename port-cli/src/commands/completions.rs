//! `completions`: completion scripts for shells.

use clap::{Args, Command};
use clap_complete::Shell;

use crate::output::Output;

/// The examples in the help.
pub const HELP: &str = "\
Example:
  port-catalog completions bash > ~/.port-catalog.bash    to source in ~/.bashrc";

/// The arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

impl CompletionsArgs {
    /// Prints the completion script of `command`.
    pub fn run(&self, mut command: Command) -> Output {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "port-catalog", &mut script);
        Output::text(String::from_utf8_lossy(&script))
    }
}
