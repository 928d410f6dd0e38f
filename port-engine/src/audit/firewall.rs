//! A parsed firewall, and what it accepts from peers.
//!
//! Readers such as [`super::nft`] parse a tool's output into a [`Firewall`]; [`Firewall::observe`] follows packets through it.
//!
//! Classes of first packets of new connections are followed through the chains, for all ports of a protocol at once. `ruleset`
//! holds the chains, `value` reads the constants of their rules and `statement` names their statements; `packets` holds the
//! classes, `condition` splits them, `effect` is what statements do to them, `walk` follows them through a base chain, and `hooks`
//! through the hooks of the kernel. A port is open if packets of some class get through; the evidence names what limits it. A part
//! that can't be interpreted forks the packets into those that match and those that don't: if both get through, it makes no
//! difference; otherwise the ports are unknown, and the rule is reported.

mod condition;
mod effect;
mod exceptions;
pub(super) mod hooks;
mod intervals;
mod packets;
mod passing;
pub(super) mod ruleset;
mod scope;
mod statement;
mod value;
mod verdict;
mod walk;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use port_data::{Diagnostic, Place};

use super::address_family::AddressFamily;
use super::observation::{Finding, Observation, Seen, State, Tool};
use crate::port_set::PortSet;
use crate::protocol::Protocol;
use hooks::{Grant, Outcome};
use ruleset::Ruleset;
pub use scope::{HookPath, Scope};

/// The rules of a machine, as a tool listed them.
#[derive(Debug)]
pub struct Firewall {
    file: PathBuf,
    tool: Tool,
    pub(super) ruleset: Ruleset,
    /// The only family whose rules are known; both are, if it is `None`.
    pub(super) covered: Option<AddressFamily>,
}

impl Firewall {
    /// The firewall whose rules a reader parsed.
    pub(super) fn new(file: &Path, tool: Tool, ruleset: Ruleset) -> Firewall {
        Firewall { file: file.to_path_buf(), tool, ruleset, covered: None }
    }

    /// The only address family whose rules are known.
    #[must_use]
    pub fn covered(&self) -> Option<AddressFamily> {
        self.covered
    }

    /// The tool that listed the rules.
    #[must_use]
    pub fn tool(&self) -> Tool {
        self.tool
    }

    /// What the rules accept of the packets in the scope. Several scopes can be observed of one firewall.
    ///
    /// # Errors
    ///
    /// The rules refer to a chain or a set that isn't listed, or their chains call each other too often.
    pub fn observe(&self, scope: &Scope) -> Result<Observation, Diagnostic> {
        let family = scope.family.or(self.covered);
        if let Some((asked, covered)) = family.zip(self.covered).filter(|(asked, covered)| asked != covered) {
            let mut observation = Observation::new(self.tool, &[]);
            observation.family = Some(asked);
            let remark = format!("the rules are those of {}: nothing is known over {}", covered.name(), asked.name());
            observation.remarks.push(remark);
            return Ok(observation);
        }
        let (file, ruleset) = (&self.file, &self.ruleset);
        if ruleset.chains.is_empty() {
            return Ok(without_rules(self.tool, family));
        }
        let families = family.map_or_else(|| vec![AddressFamily::Ipv4, AddressFamily::Ipv6], |family| vec![family]);
        let mut not_interpreted = ruleset.not_interpreted.clone();
        let mut is_reported: HashSet<String> = not_interpreted.iter().cloned().collect();
        let mut outcomes = |protocol| -> Result<Vec<(AddressFamily, Outcome)>, Diagnostic> {
            let mut outcomes = Vec::new();
            // Each version of ICMP belongs to one family.
            let other = |family| if family == AddressFamily::Ipv4 { Protocol::ICMPV6 } else { Protocol::ICMP };
            for family in families.iter().filter(|family| other(**family) != protocol) {
                let mut outcome =
                    hooks::walk(ruleset, *family, protocol, scope).map_err(|problem| problem.at(Place::file(file)))?;
                for part in outcome.not_interpreted.drain(..) {
                    if is_reported.insert(part.clone()) {
                        not_interpreted.push(part);
                    }
                }
                outcomes.push((*family, outcome));
            }
            Ok(outcomes)
        };
        let mut seen = Vec::new();
        let mut portless = Vec::new();
        let mut redirected: BTreeMap<Protocol, PortSet> = BTreeMap::new();
        for protocol in protocols(ruleset) {
            let outcomes = outcomes(protocol)?;
            if protocol.has_ports() && scope.path == HookPath::Input {
                let own = outcomes.iter().fold(PortSet::empty(), |all, (_, outcome)| &all | &outcome.redirected);
                redirected.insert(protocol, own);
            }
            let reports = reports(protocol, outcomes);
            match protocol.has_ports() {
                true => seen.extend(reports),
                false => portless.push((protocol, as_portless(reports))),
            }
        }
        let mut observation = Observation::new(self.tool, &seen);
        for (protocol, finding) in portless {
            observation.set_portless(protocol, finding);
        }
        observation.family = family;
        observation.redirected = redirected;
        observation.not_interpreted = not_interpreted;
        observation.remarks.clone_from(&ruleset.remarks);
        for family in families {
            if !ruleset.filters(family) {
                observation
                    .remarks
                    .push(format!("no chain filters incoming {} packets: all of them are accepted", family.name()));
            }
        }
        Ok(observation)
    }
}

/// The observation of a listing without any chain: everything is unknown, since nft may not see the rules.
fn without_rules(tool: Tool, family: Option<AddressFamily>) -> Observation {
    let with_ports = Protocol::KNOWN.iter().filter(|protocol| protocol.has_ports());
    let seen = with_ports.flat_map(|protocol| {
        let seen = move |range| Seen { protocol: *protocol, range, state: State::Unknown, evidence: String::new() };
        PortSet::full().ranges().map(seen).collect::<Vec<_>>()
    });
    let mut observation = Observation::new(tool, &seen.collect::<Vec<_>>());
    observation.set_portless(Protocol::ESP, Finding { state: State::Unknown, evidence: Vec::new() });
    observation.family = family;
    observation.remarks.push(
        "the listing has no chain, so what is open is unknown: either nothing is filtered, or nft doesn't see the rules \
         (it was not run as root, or the machine filters with iptables-legacy)"
            .to_string(),
    );
    observation
}

/// The protocols that are followed: every one that a transport can mean, those that often have rules, and those that rules name.
fn protocols(ruleset: &Ruleset) -> BTreeSet<Protocol> {
    let often = [Protocol::GRE, Protocol::ICMP, Protocol::ICMPV6];
    Protocol::KNOWN.iter().copied().chain(often).chain(ruleset.protocols()).collect()
}

/// What is known about a protocol without ports, from reports about the two bytes where TCP and UDP have the port: a rule can compare
/// them in packets of every protocol.
fn as_portless(mut reports: Vec<Seen>) -> Finding {
    for seen in reports.iter_mut().filter(|seen| seen.range.first() != 1 || seen.range.last() != u16::MAX) {
        if seen.state == State::Open {
            seen.evidence += ", only if the bytes where TCP has its port match";
        }
    }
    let state = reports.iter().map(|seen| seen.state).max().unwrap_or(State::NotOpen);
    let mut evidence: Vec<String> =
        reports.into_iter().filter(|seen| seen.state == state).map(|seen| seen.evidence).collect();
    evidence.retain(|text| !text.is_empty());
    let mut known = HashSet::new();
    evidence.retain(|text| known.insert(text.clone()));
    Finding { state, evidence }
}

/// The reports about a protocol. If a rule accepts packets of only one of two families, the evidence names the family.
fn reports(protocol: Protocol, outcomes: Vec<(AddressFamily, Outcome)>) -> Vec<Seen> {
    let seen = |ports: &PortSet, state, evidence: &str| -> Vec<Seen> {
        let seen = |range| Seen { protocol, range, state, evidence: evidence.to_string() };
        ports.ranges().map(seen).collect()
    };
    let mut all = seen(&PortSet::full(), State::NotOpen, "");
    for (_, outcome) in &outcomes {
        all.extend(seen(&outcome.unknown, State::Unknown, ""));
    }
    let has_both_families = outcomes.len() > 1;
    // What accepts packets, in order, with the ports over IPv4 and over IPv6.
    let mut grants: Vec<(String, [PortSet; 2])> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    for (family, outcome) in outcomes {
        for Grant { ports, evidence } in outcome.grants {
            let position = *positions.entry(evidence.clone()).or_insert(grants.len());
            if position == grants.len() {
                grants.push((evidence, [PortSet::empty(), PortSet::empty()]));
            }
            let own = &mut grants[position].1[usize::from(family == AddressFamily::Ipv6)];
            *own = &*own | &ports;
        }
    }
    for (evidence, [v4, v6]) in grants {
        if !has_both_families {
            all.extend(seen(&(&v4 | &v6), State::Open, &evidence));
            continue;
        }
        all.extend(seen(&(&v4 & &v6), State::Open, &evidence));
        for (family, ports) in [(AddressFamily::Ipv4, &v4 - &v6), (AddressFamily::Ipv6, &v6 - &v4)] {
            all.extend(seen(&ports, State::Open, &format!("{evidence}, over {}", family.name())));
        }
    }
    all
}
