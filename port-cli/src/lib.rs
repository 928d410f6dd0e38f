//! The `port-catalog` command: arguments, files and printing around `port-engine`.
//!
//! There are three tiers, and dependencies point down. [`cli`] knows every command. Each module of [`commands`] has the
//! arguments of one command and its `run` function. Below are leaves that know no command: [`filter_args`], [`known_id`] and
//! [`word_parser`] parse arguments, [`call_error`] reports those that clap rejects, [`compiled`] and [`dataset_args`] make the dataset, [`input`] reads files and [`stream`] those of any size, [`rules_args`] has what the commands for rules have in common, [`mod@format`] prints
//! tables, CSV, JSON and Markdown, and [`output`] is what a command returns.

use std::ffi::OsString;
use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use port_data::hidden::Escaped;

pub mod call_error;
pub mod cli;
pub mod codes;
pub mod commands;
pub mod compiled;
pub mod dataset_args;
pub mod filter_args;
pub mod format;
pub mod input;
pub mod known_id;
pub mod output;
pub mod rules_args;
pub mod stream;
pub mod word_parser;

use output::Output;

/// Runs the command. The first argument is the program's name.
///
/// Exit codes: 0 done, even if nothing was found; 1 a finding that `--fail-on` names; 2 bad arguments or input, or output that
/// can't be written; 3 something that a rule format can't express was dropped under `--strict`.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let output = match cli::parse(arguments) {
        Ok(cli) => cli.run(std::io::stdout().is_terminal().then(terminal_width)),
        Err(Ok(help)) => help.exit(),
        Err(Err(problem)) => Output::failure(&[problem]),
    };
    let Output { text, messages, code } = output;
    for line in messages.iter().flat_map(|message| message.lines()) {
        // If standard error is closed, there is nowhere to report that.
        let _ = writeln!(std::io::stderr(), "{}", Escaped(line));
    }
    let mut output = anstream::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Ok(()) => ExitCode::from(code),
        // A closed pipe (`head`) is not an error.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::from(code),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error[{}]: cannot write the output ({error})", codes::OUTPUT);
            ExitCode::from(2)
        }
    }
}

/// The width of the terminal in characters.
fn terminal_width() -> u16 {
    const DEFAULT: u16 = 80;
    terminal_size::terminal_size().map_or(DEFAULT, |(terminal_size::Width(width), _)| width)
}
