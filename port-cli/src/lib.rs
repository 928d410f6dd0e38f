//! The `port-catalog` command: which vendor's product needs which port, and where that is written.
//!
//! The way of a call: [`arguments`] says what may be asked, [`answer`] asks the catalog and words the answer as one text,
//! which [`main`] prints. An answer of flows is written by the module of its format: [`table`], [`json`], [`csv`] or
//! [`markdown`], over the [`columns`] that they share. [`rules`] makes firewall rules of flows, [`audit`] holds them
//! against what is open on a machine, [`conflicts`] those of several products against each other, [`diff`] compares two exports
//! of them, [`diagram`] draws them, and [`manual`] prints what the arguments say of themselves. A [`mod@file`] that
//! somebody gave is read up to a limit, and what is wrong with it is a [`fault`]; a [`port_set`] is what sets of ports are
//! compared by.

use std::ffi::OsString;
use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use port_data::hidden::Shown;

pub mod answer;
pub mod arguments;
pub mod audit;
pub mod columns;
pub mod conflicts;
pub mod csv;
pub mod diagram;
pub mod diff;
pub mod fault;
pub mod file;
pub mod json;
pub mod manual;
pub mod markdown;
pub mod port_set;
pub mod rules;
pub mod table;

use answer::Answer;

/// Runs the command with its arguments, the program's name first.
///
/// Exit codes: 0 done, also where nothing was found; 1 something is found that `--fail-on` names; 2 bad arguments or input,
/// or output that cannot be written; 3 something that a format of rules cannot hold was dropped under `--strict`.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = arguments::parse(arguments).unwrap_or_else(|error| error.exit());
    let width = std::io::stdout().is_terminal().then(terminal_width);
    let Answer { text, remark, code } = answer::answer(&arguments, width);
    for line in remark.iter().flat_map(|remark| remark.lines()) {
        // Where standard error is closed there is nobody to tell.
        let _ = writeln!(std::io::stderr(), "{}", Shown(line));
    }
    let mut output = anstream::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Ok(()) => ExitCode::from(code),
        // A reader that has seen enough, such as `head`, is no error.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::from(code),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: cannot write the output: {error}");
            ExitCode::from(2)
        }
    }
}

/// The width of the terminal in characters.
fn terminal_width() -> u16 {
    const USUAL: u16 = 80;
    terminal_size::terminal_size().map_or(USUAL, |(terminal_size::Width(width), _)| width)
}
