//! Benchmarks of regenerations from large pages, compared with a parser of the same format that only finds the cells.

mod importer;
mod page;
mod plain;

use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use crate::comparison::median;
use importer::{Accepted, Regeneration};
use page::{FORMATS, Format};

/// Measure regenerations from large pages in milliseconds, compared with parsers that only find the cells
///
/// A page of each format is generated, with a flow for each row. It is accepted, one cell changes, and the page is read again. Columns:
/// a parser of the same format that finds the same cells; reading the page into a capture; making its flows; the report of the change;
/// the sum of the three, its ratio to the parser, and its growth from a quarter of the rows, which is 4 if the time is linear; and
/// `regenerate --check`, which also reads all files and makes the tables and the generated Rust.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo run --release --manifest-path benchmarks/Cargo.toml -- pages
  cargo run --release --manifest-path benchmarks/Cargo.toml -- pages --rounds 1 --rows 1000    # a quick check")]
pub struct Arguments {
    /// The number of rounds
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// The number of rows; with more ports, flows would have the same ones
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u16).range(4..))]
    rows: u16,
}

/// Measures every format and prints the medians.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    writeln!(out, "rounds     {}\n\nA page of {} rows, in milliseconds", arguments.rounds, arguments.rows)?;
    writeln!(out, "{COLUMNS}")?;
    for format in FORMATS {
        let times = measure(format, arguments.rows, arguments.rounds)?;
        let quarter = measure(format, arguments.rows / 4, arguments.rounds)?;
        writeln!(out, "{}", line(format, &times, &quarter))?;
    }
    Ok(())
}

const COLUMNS: &str = "format      parser        read   flows  report     sum   ratio  growth  regenerate  growth";

/// The median times of one page.
struct Times {
    parser: Duration,
    read: Duration,
    flows: Duration,
    report: Duration,
    regenerate: Duration,
}

impl Times {
    fn sum(&self) -> Duration {
        self.read + self.flows + self.report
    }
}

fn line(format: Format, times: &Times, quarter: &Times) -> String {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let ratio = |time: Duration, other: Duration| time.as_secs_f64() / other.as_secs_f64();
    format!(
        "{:9} {:>8.1} {:>11.1} {:>7.1} {:>7.1} {:>7.1} {:>7.1} {:>7.1} {:>11.1} {:>7.1}",
        format.name(),
        ms(times.parser),
        ms(times.read),
        ms(times.flows),
        ms(times.report),
        ms(times.sum()),
        ratio(times.sum(), times.parser),
        ratio(times.sum(), quarter.sum()),
        ms(times.regenerate),
        ratio(times.regenerate, quarter.regenerate),
    )
}

/// Measures everything in turns, and checks that the parser and the importer find the same cells and that the change is reported.
fn measure(format: Format, rows: u16, rounds: u16) -> Result<Times, Box<dyn Error>> {
    let accepted = Accepted::new(format, rows)?;
    let regeneration = Regeneration::new(format, rows)?;
    let page = page::page(format, rows, true);
    let mut times: [Vec<Duration>; 5] = Default::default();
    for _ in 0..rounds {
        let cells = timed(&mut times[0], || plain::cells(format, black_box(&page)));
        let capture = timed(&mut times[1], || accepted.read(black_box(&page)))?;
        if cells != capture.rows().map(|row| row.cells.len()).sum::<usize>() {
            return Err(format!("{}: the parser finds {cells} cells", format.name()).into());
        }
        let flows = timed(&mut times[2], || accepted.refine(black_box(&capture)))?;
        let report = timed(&mut times[3], || accepted.report(black_box(&capture), &flows));
        let whole = timed(&mut times[4], || regeneration.run())?;
        for report in [report, whole] {
            if report.matches(" ports: ").count() != 1 {
                return Err(format!("{}: the change isn't reported:\n{report}", format.name()).into());
            }
        }
    }
    let [parser, read, flows, report, regenerate] = times.map(|times| median(&times));
    Ok(Times { parser, read, flows, report, regenerate })
}

fn timed<T>(times: &mut Vec<Duration>, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = black_box(run());
    times.push(start.elapsed());
    result
}

#[cfg(test)]
mod tests {
    use super::{Arguments, run};

    #[test]
    fn parsers_and_importer_find_the_same_cells_and_the_change() {
        let mut out = Vec::new();
        run(&Arguments { rounds: 1, rows: 40 }, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for format in ["text", "csv", "html", "markdown"] {
            assert!(text.lines().any(|line| line.starts_with(format)), "{text}");
        }
    }
}
