//! Compares what the reader reports of a ruleset with what the kernel does, and makes a difference small.

use std::collections::{BTreeMap, BTreeSet};

use crate::probe::{Answer, ESP, Fate, GRE, ICMP, ICMPV6, Network, Rules, Source, TCP, Target, UDP};
use crate::reader::{Verdict, verdicts};
use crate::ruleset::Ruleset;

/// How long late packets are waited for, in seconds, and how long before a difference counts.
pub const SETTLE: f64 = 0.001;
pub const SETTLE_TO_CONFIRM: f64 = 0.1;

/// How many smaller rulesets are tried at most.
const MOST_TRIALS: usize = 400;

/// A port of which the reader is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    pub is_ipv6: bool,
    pub target: Target,
    pub verdict: Verdict,
}

/// How often the reader reported what.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub open: usize,
    pub not_open: usize,
    pub unknown: usize,
    /// Rulesets that nft does not load.
    pub not_loaded: usize,
}

/// A family's sources have addresses from two known subnets and one other, on both interfaces.
const ADDRESSES: [&str; 6] =
    ["10.9.0.2", "192.0.2.5", "203.0.113.7", "2001:db8:9::2", "2001:db8:5::5", "2001:db8:7::7"];

/// A source port that no generated rule names.
const SOURCE_PORT: u16 = 40001;

/// Where packets come from: every combination of what the rules can ask, and two that differ in their headers.
pub fn sources(ruleset: &Ruleset) -> Vec<Source> {
    let mut sources = Vec::new();
    for port in ruleset.source_ports.iter().copied().chain([SOURCE_PORT]) {
        for interface in ["eth0", "eth1"] {
            sources.extend(ADDRESSES.map(|address| Source {
                interface,
                address,
                port,
                ecn: false,
                extension: false,
                crossing: false,
            }));
        }
    }
    let plain = sources.clone();
    sources.extend(plain.iter().map(|source| Source { ecn: true, ..source.clone() }));
    let ipv6 = plain.iter().filter(|source| source.is_ipv6());
    sources.extend(ipv6.map(|source| Source { extension: true, ..source.clone() }));
    // Only a mask can tell this address from the first one.
    if ruleset.to_string().contains("saddr &") {
        let masked: Vec<Source> = sources.iter().filter(|source| source.address == "10.9.0.2").cloned().collect();
        sources.extend(masked.into_iter().map(|source| Source { address: "10.9.0.3", ..source }));
    }
    // The machine takes packets to any of its addresses on each interface.
    if ruleset.to_string().contains("daddr") {
        let crossing: Vec<Source> = sources.iter().map(|source| Source { crossing: true, ..source.clone() }).collect();
        sources.extend(crossing);
    }
    sources
}

/// What packets are sent to: the ports that rules name with their neighbours, another port, and protocols without ports. Rules can
/// take bytes of these for a port, so they are sent with several.
pub fn targets(ports: &[u16]) -> Vec<Target> {
    let near = ports.iter().flat_map(|port| [port.saturating_sub(1), *port, port.saturating_add(1)]);
    let ports: BTreeSet<u16> = near.chain([40000]).filter(|port| *port > 0).collect();
    let with_ports = [TCP, UDP].into_iter().flat_map(|protocol| ports.iter().map(move |port| (protocol, *port)));
    let without =
        [ICMP, ICMPV6, ESP, GRE].into_iter().flat_map(|protocol| ports.iter().map(move |port| (protocol, *port)));
    with_ports.chain(without).collect()
}

/// The differences of a ruleset, and why it could not be compared.
pub fn differences(
    network: &mut Network,
    ruleset: &Ruleset,
    settle: f64,
    counts: &mut Counts,
) -> Result<Vec<Difference>, String> {
    let (sources, targets) = (sources(ruleset), targets(&ruleset.ports));
    let answer = network.probe(&Rules::Nft(ruleset.to_string()), &sources, &targets, settle)?;
    let verdicts = |is_ipv6| verdicts(&answer.listing[0], is_ipv6, &targets);
    wrong_verdicts(&sources, &targets, &answer, counts, verdicts)
}

/// The verdicts that the kernel contradicts.
pub fn wrong_verdicts(
    sources: &[Source],
    targets: &[Target],
    answer: &Answer,
    counts: &mut Counts,
    verdicts: impl Fn(bool) -> Result<Vec<Option<Verdict>>, String>,
) -> Result<Vec<Difference>, String> {
    let mut found = Vec::new();
    for is_ipv6 in [false, true] {
        let verdicts = verdicts(is_ipv6)?;
        let mut fates: BTreeMap<Target, (Verdict, Vec<Fate>)> = BTreeMap::new();
        for ((target, verdict), row) in targets.iter().zip(verdicts).zip(&answer.fates) {
            let Some(verdict) = verdict else { continue };
            let sent = sources.iter().zip(row).filter(|(source, _)| source.is_ipv6() == is_ipv6);
            let target = if matches!(target.0, TCP | UDP) { *target } else { (target.0, 0) };
            fates.entry(target).or_insert((verdict, Vec::new())).1.extend(sent.map(|(_, fate)| *fate));
        }
        for (target, (verdict, fates)) in fates {
            let got_through = fates.iter().any(|fate| fate.got_through());
            if fates.contains(&Fate::NotSent) {
                continue;
            }
            let is_wrong = match verdict {
                Verdict::Open => !got_through,
                Verdict::NotOpen => got_through,
                Verdict::Unknown => false,
            };
            match verdict {
                Verdict::Open => counts.open += 1,
                Verdict::NotOpen => counts.not_open += 1,
                Verdict::Unknown => {
                    counts.unknown += 1;
                }
            }
            if is_wrong {
                found.push(Difference { is_ipv6, target, verdict });
            }
        }
    }
    Ok(found)
}

/// The first difference of a ruleset that is there again when late packets have time to arrive, and the smallest ruleset
/// that still has it.
pub fn confirmed(network: &mut Network, ruleset: &Ruleset, counts: &mut Counts) -> Option<(Ruleset, Difference)> {
    let Ok(found) = differences(network, ruleset, SETTLE, counts) else {
        counts.not_loaded += 1;
        return None;
    };
    if found.is_empty() {
        return None;
    }
    let unrelated = &mut Counts::default();
    let difference = differences(network, ruleset, SETTLE_TO_CONFIRM, unrelated)
        .ok()?
        .into_iter()
        .find(|again| found.contains(again))?;
    Some((minimized(network, ruleset.clone(), difference), difference))
}

/// Removes nodes for as long as the difference persists.
fn minimized(network: &mut Network, mut ruleset: Ruleset, difference: Difference) -> Ruleset {
    let (mut at, mut has_changed) = (0, false);
    for _ in 0..MOST_TRIALS {
        let Some(smaller) = ruleset.smaller().into_iter().nth(at) else {
            // A set or a chain can go only after the last rule that names it.
            if !has_changed {
                break;
            }
            (at, has_changed) = (0, false);
            continue;
        };
        let found = differences(network, &smaller, SETTLE, &mut Counts::default());
        match found.is_ok_and(|found| found.contains(&difference)) {
            true => (ruleset, has_changed) = (smaller, true),
            false => at += 1,
        }
    }
    ruleset
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let family = if self.is_ipv6 { "IPv6" } else { "IPv4" };
        let (protocol, port) = self.target;
        let kernel = if self.verdict == Verdict::Open { "drops it from every source" } else { "lets it through" };
        write!(
            f,
            "{family}, protocol {protocol}, port {port}: the reader reports {:?}, the kernel {kernel}",
            self.verdict
        )
    }
}
