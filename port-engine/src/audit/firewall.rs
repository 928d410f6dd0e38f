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

mod comparison;
mod condition;
pub(super) mod effect;
mod exceptions;
mod first_packets;
pub(super) mod hooks;
pub(super) mod icmp;
mod intervals;
mod join;
pub(super) mod outcome;
mod packets;
mod passing;
mod program;
pub(super) mod protocol_names;
mod reach;
pub(super) mod ruleset;
mod scope;
mod split;
pub(super) mod statement;
pub(super) mod subject;
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
use outcome::{Grant, Outcome};
use reach::States;
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
            return Ok(without_rules(self.tool, &Scope { family, ..scope.clone() }));
        }
        let scope = &Scope { family, ..scope.clone() };
        let mut walks = Walks {
            ruleset,
            scope,
            families: families(scope),
            not_interpreted: ruleset.not_interpreted.clone(),
            is_reported: ruleset.not_interpreted.iter().cloned().collect(),
        };
        let mut seen = Vec::new();
        let (mut portless, mut icmp) = (Vec::new(), Vec::new());
        let mut redirected: BTreeMap<Protocol, PortSet> = BTreeMap::new();
        for protocol in protocols(ruleset, scope) {
            let outcomes = walks.outcomes(protocol).map_err(|problem| problem.at(Place::file(file)))?;
            // Packets of the family that has the protocol weren't followed.
            if outcomes.is_empty() && protocol.is_icmp() {
                continue;
            }
            if protocol.has_ports() && scope.path == HookPath::Input {
                let own = outcomes.iter().fold(PortSet::empty(), |all, (_, outcome)| &all | &outcome.redirected);
                redirected.insert(protocol, own);
            }
            let reports = reports(protocol, outcomes);
            match protocol {
                _ if protocol.has_ports() => seen.extend(reports),
                _ if protocol.is_icmp() => {
                    icmp.extend(icmp::findings(protocol, &reports).into_iter().map(|own| (protocol, own)));
                }
                _ => {
                    let mut finding = as_portless(reports);
                    let is_header = walks.families.iter().any(|family| is_header(*family, protocol));
                    if is_header && finding.state == State::Unknown {
                        finding.evidence.push("over IPv6, rules are about what it carries".to_string());
                    }
                    portless.push((protocol, finding));
                }
            }
        }
        let mut observation = Observation::new(self.tool, &seen);
        for (protocol, finding) in portless {
            observation.set_portless(protocol, finding);
        }
        for (protocol, (icmp_type, finding)) in icmp {
            observation.set_icmp(protocol, icmp_type, finding);
        }
        observation.family = family;
        observation.redirected = redirected;
        observation.remarks = walks.remarks();
        observation.not_interpreted = walks.not_interpreted;
        Ok(observation)
    }
}

/// The families that packets in the scope can have.
fn families(scope: &Scope) -> Vec<AddressFamily> {
    let both = [AddressFamily::Ipv4, AddressFamily::Ipv6];
    both.into_iter().filter(|family| scope.family.is_none_or(|only| only == *family) && scope.has(*family)).collect()
}

/// The walks of all protocols and families.
struct Walks<'a> {
    ruleset: &'a Ruleset,
    scope: &'a Scope,
    families: Vec<AddressFamily>,
    not_interpreted: Vec<String>,
    /// The same, so that each is reported once.
    is_reported: HashSet<String>,
}

impl Walks<'_> {
    fn outcomes(&mut self, protocol: Protocol) -> Result<Vec<(AddressFamily, Outcome)>, Diagnostic> {
        let mut outcomes = Vec::new();
        // Each version of ICMP belongs to one family.
        let other = |family| if family == AddressFamily::Ipv4 { Protocol::ICMPV6 } else { Protocol::ICMP };
        for family in self.families.iter().filter(|family| other(**family) != protocol) {
            let mut outcome = hooks::walk(self.ruleset, *family, protocol, self.scope)?;
            // Almost every ruleset has such parts about neighbour discovery.
            let unknown = outcome.states.get(&State::Unknown);
            let is_unimportant = protocol.is_icmp()
                && !self.scope.protocols.contains(&protocol)
                && !unknown.is_some_and(|unknown| icmp::is_undecided(protocol, unknown));
            let is_unimportant = is_unimportant || is_header(*family, protocol);
            for part in outcome.not_interpreted.drain(..).filter(|_| !is_unimportant) {
                if self.is_reported.insert(part.clone()) {
                    self.not_interpreted.push(part);
                }
            }
            outcomes.push((*family, outcome));
        }
        Ok(outcomes)
    }

    /// What readers of the observation should know.
    fn remarks(&self) -> Vec<String> {
        let mut remarks = self.ruleset.remarks.clone();
        if self.families.is_empty() {
            remarks.push("no packet was followed: the given addresses are of another family".to_string());
        }
        let (hook, packets) = match self.scope.path {
            HookPath::Input => ("input", "incoming"),
            HookPath::Forward => ("forward", "forwarded"),
        };
        for family in self.families.iter().filter(|family| !self.ruleset.filters(**family, hook)) {
            let name = family.name();
            remarks.push(format!("no chain filters {packets} {name} packets: all of them are accepted"));
        }
        if self.scope.path == HookPath::Input && self.families.iter().any(|family| self.ruleset.forwards(*family)) {
            remarks.push(
                "only packets to the machine itself were followed; the rules also filter packets that it forwards to others"
                    .to_string(),
            );
        }
        remarks
    }
}

/// Whether a protocol is a header that IPv6 allows before others: no rule can be interpreted without what follows.
fn is_header(family: AddressFamily, protocol: Protocol) -> bool {
    family == AddressFamily::Ipv6 && subject::SKIPPED.contains(&protocol.number())
}

/// The observation of a listing without any chain: everything is unknown, since nft may not see the rules.
fn without_rules(tool: Tool, scope: &Scope) -> Observation {
    let with_ports = Protocol::KNOWN.iter().filter(|protocol| protocol.has_ports());
    let seen = with_ports.flat_map(|protocol| {
        let seen = move |range| Seen { protocol: *protocol, range, state: State::Unknown, evidence: String::new() };
        PortSet::full().ranges().map(seen).collect::<Vec<_>>()
    });
    let mut observation = Observation::new(tool, &seen.collect::<Vec<_>>());
    for protocol in scope.protocols.iter().chain([&Protocol::ESP]).filter(|protocol| !protocol.has_ports()) {
        observation.set_portless(*protocol, Finding { state: State::Unknown, evidence: Vec::new() });
    }
    observation.family = scope.family;
    observation.remarks.push(
        "the listing has no chain, so what is open is unknown: either nothing is filtered, or nft doesn't see the rules \
         (it was not run as root, or the machine filters with iptables-legacy)"
            .to_string(),
    );
    observation
}

/// The protocols that are followed: those that often have rules, those that rules name, and those that are asked about.
fn protocols(ruleset: &Ruleset, scope: &Scope) -> BTreeSet<Protocol> {
    let with_ports = Protocol::KNOWN.iter().copied().filter(|protocol| protocol.has_ports());
    let often = [Protocol::ESP, Protocol::GRE, Protocol::ICMP, Protocol::ICMPV6];
    with_ports.chain(often).chain(ruleset.protocols()).chain(scope.protocols.iter().copied()).collect()
}

/// The states of a port, from the one that counts most. What is open to some may be open to all, if the rest is unknown.
const BY_WEIGHT: [State; 5] = [State::Open, State::Unknown, State::Restricted, State::Loopback, State::NotOpen];

/// What is known about a protocol without ports, from reports about the two bytes where TCP and UDP have the port: a rule can compare
/// them in packets of every protocol.
fn as_portless(mut reports: Vec<Seen>) -> Finding {
    for seen in reports.iter_mut().filter(|seen| seen.range.first() != 1 || seen.range.last() != u16::MAX) {
        if !seen.evidence.is_empty() {
            seen.evidence += ", only if the bytes where TCP has its port match";
        }
    }
    let has = |state: &State| reports.iter().any(|seen| seen.state == *state);
    let state = BY_WEIGHT.into_iter().find(has).unwrap_or(State::NotOpen);
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
    let has_both_families = outcomes.len() > 1;
    // What accepts packets in a state, in order, with the ports over IPv4 and over IPv6.
    let mut grants: Vec<((State, String), [PortSet; 2])> = Vec::new();
    let mut positions: HashMap<(State, String), usize> = HashMap::new();
    let states = combined(&outcomes);
    for (family, outcome) in outcomes {
        for Grant { ports, evidence, is_loopback } in outcome.grants {
            for state in [State::Open, State::Restricted, State::Loopback] {
                let of_state = outcome.states.get(&state).zip(states.get(&state));
                let Some((own, all)) = of_state.filter(|_| is_loopback == (state == State::Loopback)) else { continue };
                let ports = &(&ports & own) & all;
                if ports.is_empty() {
                    continue;
                }
                let key = (state, evidence.clone());
                let position = *positions.entry(key.clone()).or_insert(grants.len());
                if position == grants.len() {
                    grants.push((key, [PortSet::empty(), PortSet::empty()]));
                }
                let own = &mut grants[position].1[usize::from(family == AddressFamily::Ipv6)];
                *own = &*own | &ports;
            }
        }
    }
    let mut all: Vec<Seen> = states.iter().flat_map(|(state, ports)| seen(ports, *state, "")).collect();
    for ((state, evidence), [v4, v6]) in grants {
        if !has_both_families {
            all.extend(seen(&(&v4 | &v6), state, &evidence));
            continue;
        }
        all.extend(seen(&(&v4 & &v6), state, &evidence));
        for (family, ports) in [(AddressFamily::Ipv4, &v4 - &v6), (AddressFamily::Ipv6, &v6 - &v4)] {
            all.extend(seen(&ports, state, &format!("{evidence}, over {}", family.name())));
        }
    }
    all
}

/// The states of ports over several families. A port that is open to some over one family may be open to all over another one.
fn combined(families: &[(AddressFamily, Outcome)]) -> States {
    let mut left = PortSet::full();
    let mut combined = States::new();
    for state in BY_WEIGHT.into_iter().filter(|state| *state != State::NotOpen) {
        let of_any = families.iter().filter_map(|(_, outcome)| outcome.states.get(&state));
        let ports = &of_any.fold(PortSet::empty(), |all, own| &all | own) & &left;
        left = &left - &ports;
        combined.insert(state, ports);
    }
    combined.insert(State::NotOpen, left);
    combined
}
