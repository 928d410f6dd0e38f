//! The `port-catalog` command. All of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    port_cli::main(std::env::args_os())
}
