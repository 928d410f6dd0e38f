//! Benchmarks of `port-catalog audit --flows`, compared with other programs that answer the same question about the same log.

pub mod contenders;
pub mod generate;

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::Duration;

use contenders::{Contender, Measured};
use generate::Format;

use crate::comparison::median;

/// Measure how long it takes to explain a log of connections, compared with awk, DuckDB and Polars
///
/// The question is how many connections to or from one machine each port has, and whether a product's document has the port. Every
/// contender must count the same connections that are not documented. Without --generate, logs are written to a temporary directory: 150
/// bytes for a connection of Zeek, 40 for one of CSV.
// Help isn't Markdown.
#[allow(clippy::doc_markdown)]
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo build --release
  cargo run --release --manifest-path benchmarks/Cargo.toml -- flow-logs --python target/tools/bin/python3
  cargo run --release --manifest-path benchmarks/Cargo.toml -- flow-logs --formats csv --rows 100000000 --rounds 1
  cargo run --release --manifest-path benchmarks/Cargo.toml -- flow-logs --generate zeek --rows 1000 > conn.log")]
pub struct Arguments {
    /// Only write a log of this format to standard output
    #[arg(long)]
    pub generate: Option<Format>,
    /// The number of connections
    #[arg(long, default_value_t = 10_000_000)]
    rows: u64,
    /// The number of rounds
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// The formats (comma-separated)
    #[arg(long, value_delimiter = ',', default_values = ["zeek", "zeek-json", "vpc", "csv"])]
    formats: Vec<Format>,
    /// The command
    #[arg(long, default_value = "target/release/port-catalog")]
    command: PathBuf,
    /// A Python with DuckDB and Polars; without it, they are left out
    #[arg(long)]
    python: Option<PathBuf>,
    /// Where to write the logs; by default a temporary directory
    #[arg(long)]
    directory: Option<PathBuf>,
}

/// Measures every contender and prints the medians, or writes a log.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    if let Some(format) = arguments.generate {
        let mut out = BufWriter::with_capacity(1 << 20, out);
        generate::write(format, arguments.rows, &mut out)?;
        return Ok(out.flush()?);
    }
    let temporary = tempfile::tempdir()?;
    let directory = arguments.directory.clone().unwrap_or_else(|| temporary.path().to_path_buf());
    writeln!(out, "rounds     {}\nrows       {}", arguments.rounds, arguments.rows)?;
    for format in &arguments.formats {
        let log = directory.join(format.file());
        let mut file = BufWriter::with_capacity(1 << 20, File::create(&log)?);
        generate::write(*format, arguments.rows, &mut file)?;
        file.flush()?;
        let bytes = fs::metadata(&log)?.len();
        writeln!(out, "\n{} ({} MB)\n{COLUMNS}", format.file(), bytes / 1_000_000)?;
        let contenders = contenders::of(*format, &log, arguments)?;
        let mut results: Vec<Vec<Measured>> = contenders.iter().map(|_| Vec::new()).collect();
        for _ in 0..arguments.rounds {
            for (contender, results) in contenders.iter().zip(&mut results) {
                results.push(contender.measure()?);
            }
        }
        print(&contenders, &results, arguments.rows, out)?;
        fs::remove_file(&log)?;
    }
    Ok(())
}

const COLUMNS: &str = "contender                 seconds  CPU seconds  million rows/CPU s  MB memory  ratio";

/// Prints the medians. The ratio is that of the elapsed time to the first contender's.
fn print(
    contenders: &[Contender],
    results: &[Vec<Measured>],
    rows: u64,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let middle = |results: &[Measured], value: fn(&Measured) -> Duration| {
        median(&results.iter().map(value).collect::<Vec<_>>()).as_secs_f64()
    };
    let first = middle(&results[0], |one| one.elapsed);
    let counts = |one: &[Measured]| one.first().and_then(|measured| measured.undocumented);
    let expected = counts(&results[0]);
    for (contender, results) in contenders.iter().zip(results) {
        let (seconds, cpu) = (middle(results, |one| one.elapsed), middle(results, |one| one.cpu));
        let memory = results.iter().map(|one| one.megabytes).max().unwrap_or_default();
        writeln!(
            out,
            "{:24} {seconds:>8.2} {cpu:>12.2} {:>19.1} {memory:>10} {:>6.2}",
            contender.name,
            rows as f64 / 1e6 / cpu,
            seconds / first,
        )?;
        if counts(results).is_some() && counts(results) != expected {
            return Err(format!("{} counts {:?}, not {expected:?}", contender.name, counts(results)).into());
        }
    }
    Ok(())
}
