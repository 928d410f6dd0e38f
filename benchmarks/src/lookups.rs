//! Lookups, beside every other way to look the same thing up.

mod ids;
mod ports;
mod queries;

use std::io::{self, Write};

/// The rivals as `build.rs` writes them down.
#[allow(clippy::pedantic, reason = "nobody reads them")]
mod rivals {
    include!(concat!(env!("OUT_DIR"), "/rivals.rs"));
}

/// Lookups: nanoseconds, beside every other way to look the same thing up
///
/// All contenders answer the same questions, one after the other, in many rounds, and each round asks in another order. Before
/// that, all must give the same answers. Columns: the median time; how many times that is the limit's; how many times that is
/// ours.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo run --release --manifest-path benchmarks/Cargo.toml -- lookups
  cargo run --release --manifest-path benchmarks/Cargo.toml -- lookups --rounds 2    # see that it works")]
pub struct Arguments {
    /// How often each contender has its turn
    #[arg(long, default_value_t = 101, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
}

/// Holds every race, and writes how it went.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> io::Result<()> {
    let rounds = arguments.rounds.into();
    writeln!(out, "rounds     {rounds}")?;
    for races in [ports::races, ids::races, queries::races] {
        write!(out, "{}", races(rounds))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn all_contenders_answer_alike() {
        for races in [super::ports::races, super::ids::races, super::queries::races] {
            assert!(races(1).contains("ours"));
        }
    }
}
