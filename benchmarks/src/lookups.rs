//! Benchmarks of lookups, compared with other ways to look up the same thing.

mod alternatives;
mod ids;
mod ports;
mod queries;

use std::io::{self, Write};

/// Measure lookups in nanoseconds, compared with other ways to look up the same thing
///
/// All contenders answer the same questions, one contender after another, in many rounds with a new order of questions in each
/// round. Before that, all must give the same answers. Columns: the median time; its ratio to the limit's; its ratio to ours.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo run --release --manifest-path benchmarks/Cargo.toml -- lookups
  cargo run --release --manifest-path benchmarks/Cargo.toml -- lookups --rounds 2    # a quick check")]
pub struct Arguments {
    /// The number of rounds
    #[arg(long, default_value_t = 101, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
}

/// Runs every comparison and prints its results.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> io::Result<()> {
    let rounds = arguments.rounds.into();
    writeln!(out, "rounds     {rounds}")?;
    for compare in [ports::compare, ids::compare, queries::compare] {
        write!(out, "{}", compare(rounds))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn all_contenders_give_the_same_answers() {
        for compare in [super::ports::compare, super::ids::compare, super::queries::compare] {
            assert!(compare(1).contains("ours"));
        }
    }
}
