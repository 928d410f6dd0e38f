//! Follows packets to all ports of a protocol through the chains, and finds which ports are accepted.
//!
//! All ports are followed at once, as sets. [`Packets`] holds the ports of which some packets are still undecided; two subsets of
//! it record what is known less exactly. A port is `in_doubt` if a part that can't be interpreted may already have decided its
//! packets, and `partly` if a rule with a limit has already sent some of its packets another way.
//!
//! A branch acts on the ports that it matches. If it matches all packets to them, it removes them from the packets that continue;
//! if it has a limit, the other packets continue; if it can't be interpreted, the packets continue in doubt. An accepted port that
//! is in doubt is unknown rather than open. A dropped one is not open only if nothing accepts it later.
//!
//! Each base chain is walked on its own: a packet comes in only if every hook accepts it, so the results are intersected.
//! A hook that some packets may bypass doesn't close a port, and a port that a rule rewrites is unknown, since the filter may
//! see it as another one.

use std::collections::HashSet;

use port_data::Diagnostic;

use super::condition::{Packet, PacketMatch};
use super::rule::{Branch, Verdict};
use super::ruleset::{Hook, Key, Rule, Ruleset, incomplete};
use super::statement::display;
use crate::audit::address_family::AddressFamily;
use crate::audit::codes;
use crate::port_set::PortSet;
use crate::protocol::Protocol;

/// How deeply chains may call each other: as deeply as the kernel allows.
const MAX_DEPTH: usize = 16;

/// The most chain calls of a walk. The kernel rejects rulesets with as many.
const MAX_CALLS: usize = 1 << 16;

/// If more rules than this drop some packets to the accepted ports, their ports are not listed separately.
const MAX_EXCEPTIONS: usize = 64;

/// Ports that a rule or a policy accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Which ports.
    pub ports: PortSet,
    /// The rule or the policy, with its limits.
    pub evidence: String,
}

/// The result of a walk.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What accepts the ports that are open.
    pub grants: Vec<Grant>,
    /// The ports that may be open.
    pub unknown: PortSet,
    /// The rules on the way that could not be interpreted.
    pub not_interpreted: Vec<String>,
}

/// Packets that no rule has decided yet.
#[derive(Clone, Debug)]
struct Packets {
    /// Their ports.
    ports: PortSet,
    /// Ports whose packets a part that isn't interpreted may have decided.
    in_doubt: PortSet,
    /// Ports for which some packets have already left the chain.
    partly: PortSet,
}

/// What holds for all packets in a chain.
#[derive(Clone, Debug, Default)]
struct WalkContext {
    limits: Vec<String>,
    in_doubt: bool,
    depth: usize,
}

/// A rule that drops some of the packets to its ports.
#[derive(Clone, Debug)]
struct Exception {
    ports: PortSet,
    chain: Key,
    handle: u64,
}

/// The walk from one hook.
struct Walk<'a> {
    packet: &'a Packet<'a>,
    /// The ports of which all or some packets are accepted.
    accepted: PortSet,
    /// The ports of which packets may be accepted.
    unknown: PortSet,
    /// The ports whose packets are rewritten.
    rewritten: PortSet,
    grants: Vec<Grant>,
    /// The rules that drop some of the packets to their ports.
    exceptions: Vec<Exception>,
    not_interpreted: Vec<String>,
    /// The same, so that each is reported once.
    reported: HashSet<String>,
    /// How many more chain calls are allowed.
    calls_left: usize,
}

/// Walks the first packets of a family and a protocol through all base chains for incoming packets.
///
/// # Errors
///
/// A chain or a set that isn't in the ruleset, and chains that call each other endlessly.
pub fn walk(ruleset: &Ruleset, family: AddressFamily, protocol: Protocol) -> Result<Outcome, Diagnostic> {
    walk_within(ruleset, family, protocol, MAX_CALLS)
}

/// The same with a maximum number of chain calls per hook.
pub fn walk_within(
    ruleset: &Ruleset,
    family: AddressFamily,
    protocol: Protocol,
    max_calls: usize,
) -> Result<Outcome, Diagnostic> {
    let packet = Packet { ruleset, family, protocol };
    let (mut accepted, mut possible) = (PortSet::full(), PortSet::full());
    let mut rewritten = PortSet::empty();
    let mut hooks = Vec::new();
    let mut not_interpreted = Vec::new();
    for (key, hook, _) in ruleset.hooked(family) {
        let mut walk = Walk::new(&packet, max_calls);
        let policy = walk.hook(key, hook)?;
        // Packets that a hook drops may come in elsewhere, if some bypass it.
        possible = if hook.in_doubt { possible } else { &possible & &(&walk.accepted | &walk.unknown) };
        accepted = &accepted & &walk.accepted;
        rewritten = &rewritten | &walk.rewritten;
        hooks.push((walk.grants, policy));
        not_interpreted.append(&mut walk.not_interpreted);
    }
    // Every hook must accept a packet, and peers see a port as it is only if no rule rewrites it.
    accepted = &accepted - &rewritten;
    let unknown = &(&possible | &rewritten) - &accepted;
    let mut grants = relevant_grants(&hooks);
    for grant in &mut grants {
        grant.ports = &grant.ports & &accepted;
    }
    if ruleset.hooked(family).next().is_none() {
        grants.push(Grant { ports: PortSet::full(), evidence: "no chain filters it".to_string() });
    }
    Ok(Outcome { grants, unknown, not_interpreted })
}

/// The grants that explain why ports are open. A policy explains a port only if a rule of the same hook accepts some of its packets
/// too, or if no rule of any hook does.
fn relevant_grants(hooks: &[(Vec<Grant>, Vec<Grant>)]) -> Vec<Grant> {
    let by_rules = |grants: &[Grant]| grants.iter().fold(PortSet::empty(), |all, grant| &all | &grant.ports);
    let all = hooks.iter().fold(PortSet::empty(), |all, (grants, _)| &all | &by_rules(grants));
    let mut relevant = Vec::new();
    for (grants, policy) in hooks {
        let elsewhere_only = &all - &by_rules(grants);
        relevant.extend(grants.iter().cloned());
        relevant.extend(policy.iter().map(|policy| Grant { ports: &policy.ports - &elsewhere_only, ..policy.clone() }));
    }
    relevant
}

impl<'a> Walk<'a> {
    fn new(packet: &'a Packet<'a>, max_calls: usize) -> Walk<'a> {
        Walk {
            packet,
            accepted: PortSet::empty(),
            unknown: PortSet::empty(),
            rewritten: PortSet::empty(),
            grants: Vec::new(),
            exceptions: Vec::new(),
            not_interpreted: Vec::new(),
            reported: HashSet::new(),
            calls_left: max_calls,
        }
    }

    /// Walks a base chain; returns what its policy accepts.
    fn hook(&mut self, key: &Key, hook: &Hook) -> Result<Vec<Grant>, Diagnostic> {
        let all = Packets { ports: PortSet::full(), ..Packets::none() };
        let left = self.chain(key, all, &WalkContext::default())?;
        if !hook.accepts {
            return Ok(Vec::new());
        }
        let ports = &left.ports - &left.in_doubt;
        self.accepted = &self.accepted | &ports;
        self.unknown = &self.unknown | &left.in_doubt;
        Ok(self.granted(&ports, &left.partly, &format!("the policy of {key}")))
    }

    /// Walks packets through a chain; returns those that leave it undecided.
    fn chain(&mut self, key: &Key, mut going: Packets, under: &WalkContext) -> Result<Packets, Diagnostic> {
        let Some(chain) = self.packet.ruleset.chains.get(key) else {
            return Err(incomplete(format!("chain {key}, to which a rule jumps, is not listed")));
        };
        if under.depth > MAX_DEPTH {
            let message =
                format!("chains call each other more than {MAX_DEPTH} deep, such as {key}, which nft rejects");
            return Err(Diagnostic::new(codes::NFT_TOO_COMPLEX, message).help("list the ruleset again"));
        }
        let Some(left) = self.calls_left.checked_sub(1) else {
            let problem = Diagnostic::new(codes::NFT_TOO_COMPLEX, "chains call each other too often to be followed");
            return Err(problem.help("audit with --nmap or --ss"));
        };
        self.calls_left = left;
        let mut returned = Packets::none();
        for rule in &chain.rules {
            if going.ports.is_empty() {
                break;
            }
            for branch in self.packet.branches(key, rule)? {
                self.branch(key, rule, branch, &mut going, &mut returned, under)?;
            }
        }
        returned.join(&going);
        Ok(returned)
    }

    fn branch(
        &mut self,
        key: &Key,
        rule: &Rule,
        Branch { matched, verdict }: Branch,
        going: &mut Packets,
        returned: &mut Packets,
        under: &WalkContext,
    ) -> Result<(), Diagnostic> {
        let hit = going.only(&matched.ports);
        if hit.ports.is_empty() {
            return Ok(());
        }
        let place = format!("{key} handle {}", rule.handle);
        let PacketMatch { limits, not_interpreted, .. } = matched;
        let in_doubt = !not_interpreted.is_empty();
        // Whether it matches all undecided packets to these ports.
        let is_exact = limits.is_empty() && !in_doubt;
        let inner = WalkContext {
            limits: [&under.limits[..], &limits[..]].concat(),
            in_doubt: under.in_doubt || in_doubt,
            depth: under.depth + 1,
        };
        if in_doubt {
            self.report(format!("{place}: {}", not_interpreted.join("; ")));
        }
        match verdict {
            Verdict::Accept => {
                let unsure = if inner.in_doubt { &hit.ports } else { &hit.in_doubt };
                let ports = &hit.ports - unsure;
                self.unknown = &self.unknown | unsure;
                self.accepted = &self.accepted | &ports;
                let grants = self.granted(&ports, &hit.partly, &format!("{place}{}", limits_suffix(&inner.limits)));
                self.grants.extend(grants);
            }
            Verdict::Drop => {
                if !in_doubt && !inner.limits.is_empty() {
                    let exception = Exception { ports: hit.ports.clone(), chain: key.clone(), handle: rule.handle };
                    self.exceptions.push(exception);
                }
            }
            Verdict::Return if in_doubt => returned.join(&hit.all_in_doubt()),
            Verdict::Return => {
                let partly = if is_exact { hit.partly.clone() } else { hit.ports.clone() };
                going.partly = &going.partly | &partly;
                returned.join(&Packets { partly, ..hit.clone() });
            }
            Verdict::Jump(ref target) | Verdict::Goto(ref target) => {
                let mut out = self.chain(&key.sibling(target), hit.clone(), &inner)?;
                if in_doubt {
                    // It is unknown whether the packets were sent there, and so what happened to them.
                    going.doubt(&hit.ports);
                    out = out.all_in_doubt();
                }
                if is_exact {
                    going.remove(&hit.ports);
                }
                if matches!(verdict, Verdict::Jump(_)) {
                    going.join(&out);
                } else {
                    if !is_exact {
                        out.partly = out.ports.clone();
                        going.partly = &going.partly | &hit.ports;
                    }
                    returned.join(&out);
                }
                return Ok(());
            }
            Verdict::Rewrite => {
                self.rewritten = &self.rewritten | &hit.ports;
                self.report(format!(
                    "{place}: {} changes the destination",
                    rule.parts.last().map(display).unwrap_or_default()
                ));
            }
            Verdict::NotInterpreted => {
                if !in_doubt {
                    let last = rule.parts.last().map(display).unwrap_or_default();
                    self.report(format!("{place}: {last}"));
                }
                self.unknown = &self.unknown | &hit.ports;
                going.doubt(&hit.ports);
                return Ok(());
            }
        }
        if is_exact {
            going.remove(&hit.ports);
        } else if in_doubt && verdict != Verdict::Accept {
            going.doubt(&hit.ports);
        }
        Ok(())
    }

    /// Grants for accepted ports, with the exceptions that drop some of the packets.
    fn granted(&self, ports: &PortSet, partly: &PortSet, by: &str) -> Vec<Grant> {
        let mut grants = Vec::new();
        for (ports, less) in self.split_by_exceptions(ports) {
            let whole = Grant { ports: &ports - partly, evidence: format!("{by}{less}") };
            let part = Grant { ports: &ports & partly, evidence: format!("{by}, only if packets get there{less}") };
            grants.extend([whole, part].into_iter().filter(|grant| !grant.ports.is_empty()));
        }
        grants
    }

    /// Splits ports by the rules that drop some of their packets; each part has a text that names these rules.
    fn split_by_exceptions(&self, ports: &PortSet) -> Vec<(PortSet, String)> {
        let relevant: Vec<&Exception> =
            self.exceptions.iter().filter(|exception| exception.ports.overlaps(ports)).collect();
        if relevant.len() > MAX_EXCEPTIONS {
            return vec![(ports.clone(), exceptions_suffix(" to some of these ports", &relevant))];
        }
        let mut split: Vec<(PortSet, Vec<&Exception>)> = vec![(ports.clone(), Vec::new())];
        for exception in relevant {
            for (ports, exceptions) in std::mem::take(&mut split) {
                let more = exceptions.iter().copied().chain([exception]).collect();
                split.push((&ports & &exception.ports, more));
                split.push((&ports - &exception.ports, exceptions));
            }
            split.retain(|(ports, _)| !ports.is_empty());
        }
        split.into_iter().map(|(ports, exceptions)| (ports, exceptions_suffix("", &exceptions))).collect()
    }

    fn report(&mut self, text: String) {
        if self.reported.insert(text.clone()) {
            self.not_interpreted.push(text);
        }
    }
}

impl Packets {
    fn none() -> Packets {
        Packets { ports: PortSet::empty(), in_doubt: PortSet::empty(), partly: PortSet::empty() }
    }

    fn only(&self, ports: &PortSet) -> Packets {
        Packets { ports: &self.ports & ports, in_doubt: &self.in_doubt & ports, partly: &self.partly & ports }
    }

    fn remove(&mut self, ports: &PortSet) {
        self.ports = &self.ports - ports;
        self.in_doubt = &self.in_doubt - ports;
        self.partly = &self.partly - ports;
    }

    fn join(&mut self, other: &Packets) {
        self.ports = &self.ports | &other.ports;
        self.in_doubt = &self.in_doubt | &other.in_doubt;
        self.partly = &self.partly | &other.partly;
    }

    fn doubt(&mut self, ports: &PortSet) {
        self.in_doubt = &self.in_doubt | &(&self.ports & ports);
    }

    fn all_in_doubt(&self) -> Packets {
        Packets { in_doubt: self.ports.clone(), ..self.clone() }
    }
}

/// The limits of a rule, to follow its name.
fn limits_suffix(limits: &[String]) -> String {
    if limits.is_empty() { String::new() } else { format!(", only if {}", limits.join(" and ")) }
}

/// The rules that drop some of the packets, to follow the name of the rule that accepts the others.
fn exceptions_suffix(to: &str, exceptions: &[&Exception]) -> String {
    /// The most handles that are listed.
    const MAX_LISTED: usize = 5;
    let by_chain = exceptions.chunk_by(|one, other| one.chain == other.chain).filter_map(|rules| {
        let chain = &rules.first()?.chain;
        let mut handles: Vec<String> = rules.iter().map(|rule| rule.handle.to_string()).collect();
        handles.dedup();
        let more = handles.len().saturating_sub(MAX_LISTED);
        handles.truncate(MAX_LISTED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Some(format!("{chain} handle {}{more}", handles.join(", ")))
    });
    let by_chain: Vec<String> = by_chain.collect();
    if by_chain.is_empty() {
        String::new()
    } else {
        format!(", except what is dropped{to} by {}", by_chain.join(" and "))
    }
}
