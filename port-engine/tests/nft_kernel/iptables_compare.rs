//! Compares what the reader reports of saved rules of iptables with what the kernel does, and makes a difference small.

use std::collections::BTreeMap;

use port_catalog_tests::tools::{print_uncaptured, tool};
use port_engine::audit::firewall::Firewall;

use crate::compare::{
    Counts, Difference, SETTLE, SETTLE_TO_CONFIRM, sources, targets, to_other_interfaces, wrong_verdicts,
};
use crate::grammar::Mode;
use crate::iptables::{IptablesRuleset, generate};
use crate::probe::{Answer, Backend, Network, Rules, Source};
use crate::reader::{Question, Verdict, firewall, saved_firewall, verdicts};
use crate::ruleset::Ruleset;

/// Everything that the packets of a ruleset differ in.
fn all_sources(ruleset: &IptablesRuleset) -> Vec<Source> {
    let named = Ruleset { source_ports: ruleset.source_ports.clone(), ..Ruleset::default() };
    let mut sources = sources(&named);
    if !ruleset.lines.iter().flatten().any(|line| line.contains("--tcp-flags") || line.contains("--syn")) {
        sources.retain(|source| !source.ecn);
    }
    // The machine takes packets to any of its addresses on each interface.
    if ruleset.lines.iter().flatten().any(|line| line.contains("-d ")) {
        sources.extend(to_other_interfaces(&sources));
    }
    sources
}

fn probe(
    network: &mut Network,
    backend: Backend,
    ruleset: &IptablesRuleset,
    settle: f64,
) -> Result<(Vec<Source>, Answer), String> {
    let rules = Rules::Iptables(backend, ruleset.text(false), ruleset.text(true));
    let sources = all_sources(ruleset);
    let answer = network.probe(&rules, &sources, &targets(&ruleset.ports, ""), settle)?;
    Ok((sources, answer))
}

/// The differences of a ruleset, by what is saved and, with iptables-nft, by that next to the listing of nft.
fn differences(
    network: &mut Network,
    backend: Backend,
    ruleset: &IptablesRuleset,
    settle: f64,
    counts: &mut Counts,
) -> Result<Vec<Difference>, String> {
    let (sources, answer) = probe(network, backend, ruleset, settle)?;
    let targets = targets(&ruleset.ports, "");
    let [v4, v6, listed @ ..] = &answer.listing[..] else { return Err("nothing is saved".to_string()) };
    // The reader reads what iptables-save prints, without exception.
    let saved = saved_firewall(v4, v6).unwrap_or_else(|error| panic!("{error}\n{v4}\n{v6}"));
    let is_asked = |question: Question| !question.is_about_forwarding();
    let verdicts_of = |firewall: &Firewall, question, is_ipv6| verdicts(firewall, question, is_ipv6, &targets);
    let mut found = Vec::new();
    // Only the listing of nft tells that a rule isn't saved as it was loaded.
    if backend == Backend::Legacy || !ruleset.is_saved_wrongly_by_nft() {
        found.extend(wrong_verdicts(&sources, &targets, &answer, counts, is_asked, |question, is_ipv6| {
            verdicts_of(&saved, question, is_ipv6)
        })?);
    }
    if let [listing] = listed {
        let combined = firewall(listing)?.with_iptables(saved_firewall(v4, v6)?);
        let verdicts = |question, is_ipv6| verdicts_of(&combined, question, is_ipv6);
        found.extend(wrong_verdicts(&sources, &targets, &answer, &mut Counts::default(), is_asked, verdicts)?);
    }
    Ok(found)
}

/// Removes rules for as long as the difference persists.
fn minimized(
    network: &mut Network,
    backend: Backend,
    mut ruleset: IptablesRuleset,
    difference: Difference,
) -> IptablesRuleset {
    for is_ipv6 in [false, true] {
        for position in ruleset.rules(is_ipv6).into_iter().rev() {
            let mut smaller = ruleset.clone();
            smaller.lines[usize::from(is_ipv6)].remove(position);
            let found = differences(network, backend, &smaller, SETTLE, &mut Counts::default());
            if found.is_ok_and(|found| found.contains(&difference)) {
                ruleset = smaller;
            }
        }
    }
    ruleset
}

/// Compares the rulesets of consecutive seeds; returns how often the reader reported what.
pub fn compare(backend: Backend, mode: Mode, seeds: std::ops::Range<u64>) -> Counts {
    let mut counts = Counts::default();
    for name in ["iptables", "ip6tables"] {
        if tool(&format!("{name}-{}-restore", backend.word())).is_none() {
            return counts;
        }
    }
    let Some(mut network) = Network::new() else { return counts };
    let mut kinds: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let began = std::time::Instant::now();
    let mut errors: Vec<String> = Vec::new();
    for seed in seeds.clone() {
        let ruleset = generate(seed, mode);
        let found = match differences(&mut network, backend, &ruleset, SETTLE, &mut counts) {
            Ok(found) => found,
            Err(error) => {
                counts.not_loaded += 1;
                errors.push(error);
                continue;
            }
        };
        if found.is_empty() {
            continue;
        }
        let again = differences(&mut network, backend, &ruleset, SETTLE_TO_CONFIRM, &mut Counts::default());
        let Some(difference) = again.unwrap_or_default().into_iter().find(|again| found.contains(again)) else {
            continue;
        };
        let smallest = minimized(&mut network, backend, ruleset, difference);
        let family = smallest.text(difference.is_ipv6);
        let kind: String = family.lines().filter(|line| line.starts_with("-A")).collect();
        let kind: String = kind.chars().filter(|character| !character.is_ascii_digit()).collect();
        let report = format!("seed {seed:#x}: {difference}\n{family}");
        kinds.entry(format!("{:?} {kind}", difference.verdict)).or_insert((0, report)).0 += 1;
    }
    let seconds = began.elapsed().as_secs_f64();
    let rulesets = seeds.end - seeds.start;
    print_uncaptured(&format!(
        "iptables-{}, {mode:?}: {rulesets} rulesets in {seconds:.1} s, {counts:?}",
        backend.word()
    ));
    let most = usize::try_from(rulesets / 20).unwrap_or(usize::MAX);
    assert!(counts.not_loaded <= most, "{} are rejected: {}", counts.not_loaded, errors.join("\n"));
    let reports: Vec<String> =
        kinds.into_values().map(|(count, report)| format!("{count} times, first {report}")).collect();
    assert!(reports.is_empty(), "{} kinds of differences\n{}", reports.len(), reports.join("\n"));
    counts
}

/// Whether at most 1 % of the ports are unknown, and the others are both open and not.
pub fn assert_decided(counts: &Counts) {
    let all = counts.open + counts.not_open + counts.unknown;
    assert!(counts.unknown * 100 <= all, "more than 1 % of the probed ports are unknown: {counts:?}");
    assert!(all == 0 || counts.open > 0 && counts.not_open > 0, "{counts:?}");
}

/// A verdict that is wrong must be found.
pub fn assert_notices_a_wrong_verdict() {
    let Some(mut network) = Network::new() else { return };
    let ruleset = generate(1, Mode::Interpreted);
    let (sources, answer) = probe(&mut network, Backend::Nft, &ruleset, SETTLE).expect("a ruleset that loads");
    let targets = targets(&ruleset.ports, "");
    for verdict in [Verdict::Open, Verdict::NotOpen] {
        let always = |_, _| Ok(targets.iter().map(|_| Some(verdict)).collect());
        let is_asked = |question: Question| question == Question::FromAnywhere;
        let found = wrong_verdicts(&sources, &targets, &answer, &mut Counts::default(), is_asked, always);
        assert!(!found.expect("verdicts").is_empty(), "{verdict:?}");
    }
}
