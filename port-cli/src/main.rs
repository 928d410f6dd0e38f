//! The `port-catalog` command. Everything is in the library.

fn main() -> std::process::ExitCode {
    port_cli::main(std::env::args_os())
}
