//! Writes the hostile tables into a directory, for tests that aren't in Rust: `cargo run --example hostile_tables -- DIR`.

use std::path::PathBuf;
use std::process::ExitCode;

use port_catalog_tests::hostile;

fn main() -> ExitCode {
    let Some(directory) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("name the directory to write the tables into");
        return ExitCode::from(2);
    };
    hostile::write_tables(&directory);
    ExitCode::SUCCESS
}
