//! The cost of depending on a crate: the time of a clean build, the number of crates, and the size of the program.

mod program;
mod project;

use std::error::Error;
use std::io::Write;
use std::time::Duration;

use clap::ValueEnum;

use self::program::Program;
use self::project::Projects;
use crate::comparison::median;

/// Measure the builds of a small program with port-catalog and with other crates
///
/// Each build is a clean `cargo build --release` in a temporary directory, in turns with the others. The crates are downloaded
/// first, which needs the network if cargo doesn't have them yet. Columns: CPU seconds of all processes (median); the ratio to
/// the program with port-catalog; crates compiled; kilobytes (1,000 bytes) by which the stripped program is larger than the
/// empty one.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo run --release --manifest-path benchmarks/Cargo.toml -- builds
  cargo run --release --manifest-path benchmarks/Cargo.toml -- builds --runs 1 --only port-catalog,phf    # a quick check")]
pub struct Arguments {
    /// The number of builds of each program
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,

    /// Build only these programs and the empty one
    #[arg(long, value_name = "PROGRAM", value_delimiter = ',')]
    only: Vec<Program>,
}

impl Arguments {
    fn includes(&self, program: Program) -> bool {
        self.only.is_empty() || self.only.contains(&program)
    }
}

/// The measurements of a program's builds.
struct Cost {
    program: Program,
    times: Vec<Duration>,
    crates: usize,
    bytes: u64,
}

impl Cost {
    fn seconds(&self) -> f64 {
        median(&self.times).as_secs_f64()
    }
}

/// Builds all programs in turns, and prints their costs.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    writeln!(out, "runs       {}", arguments.runs)?;
    let projects = Projects::new()?;
    let is_included = |program: &Program| *program == Program::Empty || arguments.includes(*program);
    let mut costs = Vec::new();
    for program in Program::value_variants().iter().copied().filter(is_included) {
        projects.create(program)?;
        costs.push(Cost { program, times: Vec::new(), crates: 0, bytes: 0 });
    }
    for run in 1..=arguments.runs {
        for cost in &mut costs {
            eprintln!("run {run} of {}: {}", arguments.runs, cost.program.name());
            let build = projects.build(cost.program)?;
            cost.times.push(build.time);
            (cost.crates, cost.bytes) = (build.crates, build.bytes);
        }
        costs.rotate_left(1);
    }
    costs.sort_by_key(|cost| cost.program);
    write!(out, "{}", table(&costs))?;
    if arguments.includes(Program::PortCatalog) {
        let times = (0..arguments.runs).map(|_| projects.rebuild()).collect::<Result<Vec<_>, _>>()?;
        let seconds = median(&times).as_secs_f64();
        writeln!(out, "\n{seconds:.2} s to rebuild the program with port-catalog after a change of one table cell")?;
    }
    Ok(())
}

/// A line for each program.
fn table(costs: &[Cost]) -> String {
    let ours = costs.iter().find(|cost| cost.program == Program::PortCatalog).map(Cost::seconds);
    let line = |cost: &Cost| {
        let ratio = ours.map_or(String::new(), |ours| format!("{:.2}", cost.seconds() / ours));
        let more = (cost.bytes as f64 - costs[0].bytes as f64) / 1000.0;
        let dependency = cost.program.depends_on();
        format!("{dependency:44}{:>8.2}{ratio:>7}{:>8}{more:>9.1}\n", cost.seconds(), cost.crates)
    };
    let head = format!(
        "\n{:44}{:>8}{:>7}{:>8}{:>9}\n",
        "A small program that depends on", "CPU s", "ours", "crates", "kB more"
    );
    head + &costs.iter().map(line).collect::<String>()
}
