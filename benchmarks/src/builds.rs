//! What it costs to depend on a crate: time of a clean build, crates, and bytes of the program.

mod program;
mod project;

use std::error::Error;
use std::io::Write;
use std::time::Duration;

use clap::ValueEnum;

use self::program::Program;
use self::project::Projects;
use crate::race::median;

/// Builds: CPU seconds, crates and kilobytes of a small program, beside the same with other crates
///
/// Each build is a clean `cargo build --release` in a temporary directory, in turns with the others. The crates are downloaded
/// before, which needs the network where cargo does not have them yet. Columns: CPU seconds of all processes, the median; how
/// many times that is the program's with port-catalog; crates compiled; kilobytes (of 1,000) that the stripped program has
/// more than the empty one.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo run --release --manifest-path benchmarks/Cargo.toml -- builds
  cargo run --release --manifest-path benchmarks/Cargo.toml -- builds --runs 1 --only port-catalog,phf    # see that it works")]
pub struct Arguments {
    /// How often each program is built
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,

    /// Only these programs, beside the empty one
    #[arg(long, value_name = "PROGRAM", value_delimiter = ',')]
    only: Vec<Program>,
}

impl Arguments {
    fn ask_for(&self, program: Program) -> bool {
        self.only.is_empty() || self.only.contains(&program)
    }
}

/// What the builds of a program came to.
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

/// Builds every program in turns, and writes what each costs.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    writeln!(out, "runs       {}", arguments.runs)?;
    let projects = Projects::new()?;
    let asked_for = |program: &Program| *program == Program::Empty || arguments.ask_for(*program);
    let mut costs = Vec::new();
    for program in Program::value_variants().iter().copied().filter(asked_for) {
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
    if arguments.ask_for(Program::PortCatalog) {
        let times = (0..arguments.runs).map(|_| projects.rebuild()).collect::<Result<Vec<_>, _>>()?;
        let seconds = median(&times).as_secs_f64();
        let until = "until the program with port-catalog is there again once a cell of its tables has changed";
        writeln!(out, "\n{seconds:.2} s {until}")?;
    }
    Ok(())
}

/// A line for each program.
fn table(costs: &[Cost]) -> String {
    let ours = costs.iter().find(|cost| cost.program == Program::PortCatalog).map(Cost::seconds);
    let line = |cost: &Cost| {
        let ratio = ours.map_or(String::new(), |ours| format!("{:.2}", cost.seconds() / ours));
        let more = (cost.bytes as f64 - costs[0].bytes as f64) / 1000.0;
        let what = cost.program.depends_on();
        format!("{what:44}{:>8.2}{ratio:>7}{:>8}{more:>9.1}\n", cost.seconds(), cost.crates)
    };
    let head = format!(
        "\n{:44}{:>8}{:>7}{:>8}{:>9}\n",
        "A small program that depends on", "CPU s", "ours", "crates", "kB more"
    );
    head + &costs.iter().map(line).collect::<String>()
}
