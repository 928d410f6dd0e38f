//! Compares what the reader reports of a ruleset with what the kernel does, and makes a difference small.

use std::collections::{BTreeMap, BTreeSet};

use crate::probe::{
    AH, Answer, Destination, ESP, Fate, GRE, ICMP, ICMPV6, Network, OSPF, Rules, SCTP, Source, TCP, Target, UDP,
};
use crate::reader::{Question, Verdict, firewall, verdicts};
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
    pub question: Question,
    pub target: Target,
    pub verdict: Verdict,
}

/// How often the reader reported what.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub open: usize,
    pub restricted: usize,
    pub not_open: usize,
    pub unknown: usize,
    /// Rulesets that nft does not load.
    pub not_loaded: usize,
}

/// A family's sources have addresses from two known subnets, and one that no rule names.
const ADDRESSES: [&str; 6] =
    ["10.9.0.2", "192.0.2.5", "203.0.113.7", "2001:db8:9::2", "2001:db8:5::5", "2001:db8:7::7"];

/// The addresses that no rule names.
const STRANGERS: [&str; 2] = ["203.0.113.7", "2001:db8:7::7"];

/// The interfaces of the server. No rule names the last one.
const INTERFACES: [&str; 3] = ["eth0", "eth1", "wan0"];

/// A source port that no generated rule names.
const SOURCE_PORT: u16 = 40001;

/// Where packets come from: every combination of what the rules can ask, and those that differ in their headers.
pub fn sources(ruleset: &Ruleset) -> Vec<Source> {
    let text = ruleset.to_string();
    let mut sources = Vec::new();
    for port in ruleset.source_ports.iter().copied().chain([SOURCE_PORT]) {
        for interface in INTERFACES {
            sources.extend(ADDRESSES.map(|address| Source {
                interface,
                address,
                port,
                ecn: false,
                extension: false,
                to: Destination::Interface,
            }));
        }
    }
    let plain = sources.clone();
    sources.extend(plain.iter().map(|source| Source { ecn: true, ..source.clone() }));
    // One packet can have both, which matters if the rules ask for both.
    let with_extension = if text.contains("tcp flags") && text.contains("nexthdr") { &sources } else { &plain };
    let ipv6 = with_extension.iter().filter(|source| source.is_ipv6());
    let extended: Vec<Source> = ipv6.map(|source| Source { extension: true, ..source.clone() }).collect();
    sources.extend(extended);
    // Only a mask can tell this address from the first one.
    if text.contains("saddr &") {
        let masked: Vec<Source> = sources.iter().filter(|source| source.address == "10.9.0.2").cloned().collect();
        sources.extend(masked.into_iter().map(|source| Source { address: "10.9.0.3", ..source }));
    }
    let to_server = sources.clone();
    // The machine takes packets to any of its addresses on each interface.
    if text.contains("daddr") {
        sources.extend(to_other_interfaces(&to_server));
    }
    if forwards(&text) {
        sources.extend(to_server.iter().map(|source| Source { to: Destination::Behind, ..source.clone() }));
    }
    sources
}

/// The same packets to the server's addresses on the interfaces by which they don't come.
pub fn to_other_interfaces(sources: &[Source]) -> Vec<Source> {
    let others = |source: &Source| {
        let own = source.interface;
        INTERFACES.into_iter().filter(move |interface| *interface != own)
    };
    let to = |source: &Source, other| Source { to: Destination::OtherInterface(other), ..source.clone() };
    sources.iter().flat_map(|source| others(source).map(|other| to(source, other)).collect::<Vec<_>>()).collect()
}

/// Whether packets to the machine behind the server have a hook of their own.
fn forwards(text: &str) -> bool {
    text.contains("hook forward") || text.contains("hook postrouting")
}

/// Messages of ICMP that begin something: requests, and one of each version that connection tracking doesn't take for a connection.
const ICMP_TYPES: [(u8, u8); 6] = [(ICMP, 8), (ICMP, 13), (ICMP, 9), (ICMPV6, 128), (ICMPV6, 139), (ICMPV6, 135)];

/// What packets are sent to: the ports that rules name with their neighbours, another port, and protocols without ports. If rules
/// take bytes of these for a port, they are sent with several.
pub fn targets(ports: &[u16], text: &str) -> Vec<Target> {
    let near = ports.iter().flat_map(|port| [port.saturating_sub(1), *port, port.saturating_add(1)]);
    let ports: BTreeSet<u16> = near.chain([40000]).filter(|port| *port > 0).collect();
    let takes_bytes = ["th ", "@th"].iter().any(|word| text.contains(word));
    let bytes: Vec<u16> = if takes_bytes { ports.iter().copied().collect() } else { vec![40000] };
    let with_ports =
        [TCP, UDP, SCTP].into_iter().flat_map(|protocol| ports.iter().map(move |port| (protocol, *port, 0)));
    let without = [ESP, AH, GRE, OSPF].into_iter().map(|protocol| (protocol, 0));
    let without =
        without.chain(ICMP_TYPES).flat_map(|(protocol, kind)| bytes.iter().map(move |own| (protocol, *own, kind)));
    with_ports.chain(without).collect()
}

/// A packet: where it came from, and what became of it.
type Sent<'a> = (&'a Source, Fate);

/// The differences of a ruleset, and why it could not be compared.
pub fn differences(
    network: &mut Network,
    ruleset: &Ruleset,
    settle: f64,
    counts: &mut Counts,
) -> Result<Vec<Difference>, String> {
    let text = ruleset.to_string();
    let (sources, targets) = (sources(ruleset), targets(&ruleset.ports, &text));
    let answer = network.probe(&Rules::Nft(text.clone()), &sources, &targets, settle)?;
    let firewall = firewall(&answer.listing[0])?;
    let is_asked = |question: Question| {
        let forwards = forwards(&text) || !question.is_about_forwarding();
        // By which interface the way back begins differs between the sources, so not all of them are alike.
        forwards && !(text.contains("oif missing") && question.names_interfaces())
    };
    let verdicts = |question, is_ipv6| verdicts(&firewall, question, is_ipv6, &targets);
    wrong_verdicts(&sources, &targets, &answer, counts, is_asked, verdicts)
}

/// The verdicts that the kernel contradicts, for the questions that are asked.
pub fn wrong_verdicts(
    sources: &[Source],
    targets: &[Target],
    answer: &Answer,
    counts: &mut Counts,
    is_asked: impl Fn(Question) -> bool,
    verdicts: impl Fn(Question, bool) -> Result<Vec<Option<Verdict>>, String>,
) -> Result<Vec<Difference>, String> {
    let mut found = Vec::new();
    let questions = Question::ALL.into_iter().filter(|question| is_asked(*question));
    for (question, is_ipv6) in questions.flat_map(|question| [(question, false), (question, true)]) {
        let verdicts = verdicts(question, is_ipv6)?;
        // Of a protocol without ports, there are packets with several values where others have the port.
        let mut fates: BTreeMap<Target, (Verdict, Vec<Vec<Sent>>)> = BTreeMap::new();
        for ((target, verdict), row) in targets.iter().zip(verdicts).zip(&answer.fates) {
            let Some(verdict) = verdict else { continue };
            let is_asked = |source: &Source| source.is_ipv6() == is_ipv6 && question.is_about(source);
            let sent = sources.iter().zip(row.iter().copied()).filter(|(source, _)| is_asked(source));
            let target = if matches!(target.0, TCP | UDP | SCTP) { *target } else { (target.0, 0, target.2) };
            fates.entry(target).or_insert((verdict, Vec::new())).1.push(sent.collect());
        }
        for (target, (verdict, fates)) in fates {
            if fates.iter().flatten().any(|(_, fate)| *fate == Fate::NotSent) {
                continue;
            }
            counts.add(verdict);
            if is_wrong(target, verdict, question, &fates) {
                found.push(Difference { is_ipv6, question, target, verdict });
            }
        }
    }
    Ok(found)
}

/// Whether the kernel does something else with the packets of these sources, a list for each port.
fn is_wrong(target: Target, verdict: Verdict, question: Question, fates: &[Vec<Sent>]) -> bool {
    let is_reached = fates.iter().flatten().any(|(_, fate)| fate.got_through());
    let is_general = fates.iter().any(|fates| gets_through_in_general(question, fates));
    match verdict {
        // Packets of a protocol without ports share a connection, so one that got through can stop the next, with another value. Both
        // verdicts are right if packets with one value get through here, and with another there.
        Verdict::Open => !gets_through_in_general(question, &fates.concat()),
        // Messages with other codes than those that are sent may be accepted, or not.
        Verdict::Restricted if matches!(target.0, ICMP | ICMPV6) => false,
        // A rule can name an interface that the server doesn't have.
        Verdict::Restricted => is_general || question.names_interfaces() && !is_reached,
        Verdict::NotOpen => is_reached,
        Verdict::Unknown => false,
    }
}

/// Whether packets of peers in general get through to a port.
fn gets_through_in_general(question: Question, fates: &[Sent]) -> bool {
    let strangers_by = |interface: &str| {
        let mut own = fates.iter().filter(|(source, _)| source.interface == interface);
        own.any(|(source, fate)| STRANGERS.contains(&source.address) && fate.got_through())
    };
    match question {
        Question::FromAnywhere | Question::Forwarded => strangers_by("wan0"),
        Question::ByInterface | Question::ForwardedByInterface => INTERFACES.into_iter().all(strangers_by),
        Question::FromOne => fates.iter().any(|(_, fate)| fate.got_through()),
    }
}

impl Counts {
    fn add(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Open => &mut self.open,
            Verdict::Restricted => &mut self.restricted,
            Verdict::NotOpen => &mut self.not_open,
            Verdict::Unknown => &mut self.unknown,
        } += 1;
    }
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
        let (protocol, port, icmp_type) = self.target;
        write!(
            f,
            "{family}, protocol {protocol}, port {port}, type {icmp_type}, {:?}: the reader reports {:?}, the kernel does something else",
            self.question, self.verdict
        )
    }
}
