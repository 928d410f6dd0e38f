//! A differential test of the audit's reader against the kernel: random rulesets are loaded into a network namespace, probed
//! with real packets, and compared with what the reader makes of their listing.
//!
//! The same is done with rulesets of iptables, which iptables-nft and iptables-legacy load and save.
//!
//! `PORT_KERNEL_RULESETS=5000` sets the number of rulesets, and `PORT_KERNEL_SEED=7` another seed.

mod compare;
mod grammar;
mod icmp_rules;
mod iptables;
mod iptables_compare;
mod iptables_rules;
mod iptables_wild;
mod probe;
mod reader;
mod rules;
mod ruleset;
mod wild;

use std::collections::BTreeMap;
use std::time::Instant;

use compare::{Counts, Difference, confirmed, targets};
use grammar::{Mode, generate};
use iptables_compare::assert_decided;
use port_catalog_tests::tools::print_uncaptured;
use probe::{Backend, Network, Rules};

/// How many rulesets are compared, unless the environment asks for more.
const RULESETS: u64 = 150;

/// The same for rulesets of iptables, for each kind of iptables.
const IPTABLES_RULESETS: u64 = 25;

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
            let targets = targets(&ruleset.ports, &ruleset.to_string());
            if let Err(error) = network.probe(&Rules::Nft(ruleset.to_string()), &[], &targets, 0.0) {
                rejected.push(error);
            }
        }
        assert!(rejected.len() <= 5, "{mode:?}: {} are rejected: {}", rejected.len(), rejected.join("\n"));
    }
}

/// The seeds of rulesets of iptables: as many as the environment asks for.
fn iptables_seeds(most: u64) -> std::ops::Range<u64> {
    let first = from_environment("PORT_KERNEL_SEED").unwrap_or(1) << 32;
    first..first + from_environment("PORT_KERNEL_RULESETS").unwrap_or(most)
}

#[test]
fn the_reader_of_iptables_nft_agrees_with_the_kernel() {
    assert_decided(&iptables_compare::compare(Backend::Nft, Mode::Interpreted, iptables_seeds(IPTABLES_RULESETS)));
}

#[test]
fn the_reader_of_iptables_legacy_agrees_with_the_kernel() {
    assert_decided(&iptables_compare::compare(Backend::Legacy, Mode::Interpreted, iptables_seeds(IPTABLES_RULESETS)));
}

#[test]
fn the_reader_of_iptables_is_never_wrong_about_the_rest() {
    iptables_compare::compare(Backend::Legacy, Mode::Wild, iptables_seeds(IPTABLES_RULESETS));
    iptables_compare::compare(Backend::Nft, Mode::Wild, iptables_seeds(IPTABLES_RULESETS));
}

#[test]
fn the_comparison_of_iptables_notices_a_wrong_verdict() {
    iptables_compare::assert_notices_a_wrong_verdict();
}
