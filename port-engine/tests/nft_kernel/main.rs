//! A differential test of the audit's reader against the kernel: random rulesets are loaded into a network namespace, probed
//! with real packets, and compared with what the reader makes of their listing.
//!
//! `PORT_KERNEL_RULESETS=5000` sets the number of rulesets, and `PORT_KERNEL_SEED=7` another seed.

mod compare;
mod grammar;
mod iptables;
mod probe;
mod reader;
mod rules;
mod ruleset;
mod wild;

use std::collections::BTreeMap;
use std::time::Instant;

use compare::{Counts, Difference, confirmed, sources, targets};
use grammar::{Mode, generate};
use port_catalog_tests::tools::print_uncaptured;
use probe::{Network, Rules};

/// How many rulesets are compared, unless the environment asks for more.
const RULESETS: u64 = 200;

fn from_environment(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}: {text:?} is not a number")))
}

/// What differences of one kind have in common: the hooks and rules of the ruleset without numbers, and the direction.
fn kind(ruleset: &str, difference: Difference) -> String {
    let lines = ruleset.lines().filter(|line| line.starts_with("\t\t"));
    let text: String = lines.map(|line| line.split(" priority").next().unwrap_or_default()).collect();
    let mut kind = format!("{:?} {:?}", difference.question, difference.verdict);
    for character in text.chars() {
        let character = if character.is_ascii_digit() { '0' } else { character };
        if character != '0' || !kind.ends_with('0') {
            kind.push(character);
        }
    }
    kind
}

fn compare(mode: Mode) -> Counts {
    let mut counts = Counts::default();
    let Some(mut network) = Network::new() else { return counts };
    let first = from_environment("PORT_KERNEL_SEED").unwrap_or(1) << 32;
    let rulesets = from_environment("PORT_KERNEL_RULESETS").unwrap_or(RULESETS);
    let began = Instant::now();
    let mut kinds: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for seed in first..first + rulesets {
        let ruleset = generate(seed, mode);
        let Some((smallest, difference)) = confirmed(&mut network, &ruleset, &mut counts) else { continue };
        let text = smallest.to_string();
        let features = ruleset.features.iter().copied().collect::<Vec<_>>().join(", ");
        let report = format!("seed {seed:#x}: {difference}\n{text}generated with {features}");
        let found = kinds.entry(kind(&text, difference)).or_insert((0, report));
        found.0 += 1;
    }
    let seconds = began.elapsed().as_secs_f64();
    print_uncaptured(&format!("{mode:?}: {rulesets} rulesets in {seconds:.1} s, {counts:?}"));
    let mut reports: Vec<(usize, String)> = kinds.into_values().collect();
    reports.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let reports: Vec<String> =
        reports.into_iter().map(|(count, report)| format!("{count} times, first {report}")).collect();
    assert!(reports.is_empty(), "{} kinds of differences\n{}", reports.len(), reports.join("\n"));
    counts
}

#[test]
fn the_reader_agrees_with_the_kernel_on_what_is_interpreted() {
    let counts = compare(Mode::Interpreted);
    let all = counts.open + counts.restricted + counts.not_open + counts.unknown;
    assert!(counts.unknown * 100 <= all, "more than 1 % of the probed ports are unknown: {counts:?}");
}

#[test]
fn the_reader_is_never_wrong_about_the_rest() {
    compare(Mode::Wild);
}

#[test]
fn most_generated_rulesets_load() {
    let Some(mut network) = Network::new() else { return };
    for mode in [Mode::Interpreted, Mode::Wild] {
        let mut rejected = Vec::new();
        for seed in 0..100 {
            let ruleset = generate(seed, mode);
            let targets = targets(&ruleset.ports);
            if let Err(error) = network.probe(&Rules::Nft(ruleset.to_string()), &[], &targets, 0.0) {
                rejected.push(error);
            }
        }
        assert!(rejected.len() <= 5, "{mode:?}: {} are rejected: {}", rejected.len(), rejected.join("\n"));
    }
}

#[test]
fn generated_iptables_rulesets_load_and_let_some_packets_through() {
    let Some(mut network) = Network::new() else { return };
    let (mut through, mut dropped) = (0, 0);
    for seed in 0..30 {
        let ruleset = iptables::generate(seed);
        let rules = Rules::Iptables(ruleset.v4, ruleset.v6);
        let answer =
            network.probe(&rules, &sources(&generate(seed, Mode::Interpreted)), &targets(&ruleset.ports), 0.001);
        let answer = answer.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let fates = answer.fates.iter().flatten();
        through += fates.clone().filter(|fate| fate.got_through()).count();
        dropped += fates.filter(|fate| !fate.got_through()).count();
    }
    assert!(through > 0 && dropped > 0, "{through} got through, {dropped} did not");
}
