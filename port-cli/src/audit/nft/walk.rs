//! Sends packets to all ports through the chains, and tells which come in.

use std::collections::HashSet;

use port_catalog::Transport;

use super::condition::{About, Branch, Packet, Verdict, spoken};
use super::ruleset::{Hook, Key, Rule, Ruleset};
use crate::audit::Family;
use crate::port_set::PortSet;

/// How deep chains may call each other: as deep as the kernel lets them.
const DEEPEST: usize = 16;

/// How many chains are gone through at most, the same ones again and again. The kernel lets no ruleset be so entangled.
const LONGEST: usize = 1 << 16;

/// Where more rules than these keep out some packets to the ports that another lets in, it is not told to which ports each.
const MOST_EXCEPTIONS: usize = 64;

/// Ports that a rule or a policy lets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Which ports.
    pub ports: PortSet,
    /// The rule or the policy, with the limits under which it does.
    pub evidence: String,
}

/// What becomes of packets to all ports.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What lets in which of those that come in.
    pub grants: Vec<Grant>,
    /// The ports of which it cannot be said.
    pub unknown: PortSet,
    /// The rules that could not be interpreted, of those that such packets meet.
    pub not_interpreted: Vec<String>,
}

/// Packets on their way.
#[derive(Clone, Debug)]
struct Packets {
    /// The ports to which some still go.
    ports: PortSet,
    /// Those of them whose packets something that was not interpreted may have decided already.
    in_doubt: PortSet,
    /// Those of them of whose packets some took another way out.
    partly: PortSet,
}

/// Under which circumstances a chain is gone through.
#[derive(Clone, Debug, Default)]
struct Circumstances {
    limits: Vec<String>,
    in_doubt: bool,
    depth: usize,
}

/// A rule that keeps out some of the packets to ports.
#[derive(Clone, Debug)]
struct Exception {
    ports: PortSet,
    chain: Key,
    handle: u64,
}

/// What became of the packets at one hook.
struct Walk<'a> {
    packet: &'a Packet<'a>,
    /// The ports to which packets are accepted, all or some.
    accepted: PortSet,
    /// The ports to which packets may be accepted.
    unknown: PortSet,
    /// The ports whose packets come in as others.
    rewritten: PortSet,
    grants: Vec<Grant>,
    /// The rules that keep out some of the packets to ports.
    exceptions: Vec<Exception>,
    not_interpreted: Vec<String>,
    /// The same, to tell each once.
    told: HashSet<String>,
    /// How many more chains may be gone through.
    left: usize,
}

/// Sends new packets of a family and a transport through all chains by which they come in.
///
/// # Errors
///
/// A chain or a set that is not in the ruleset, and chains that call each other without end.
pub fn walk(ruleset: &Ruleset, family: Family, transport: Transport) -> Result<Outcome, String> {
    walk_within(ruleset, family, transport, LONGEST)
}

/// The same, through so many chains at most for each hook.
pub fn walk_within(ruleset: &Ruleset, family: Family, transport: Transport, longest: usize) -> Result<Outcome, String> {
    let packet = Packet { ruleset, family, transport };
    let (mut accepted, mut possible) = (PortSet::full(), PortSet::full());
    let mut rewritten = PortSet::empty();
    let mut hooks = Vec::new();
    let mut not_interpreted = Vec::new();
    for (key, hook, _) in ruleset.hooked(family) {
        let mut walk = Walk::new(&packet, longest);
        let policy = walk.hook(key, hook)?;
        // What a hook keeps out that not all packets come by may come in elsewhere.
        possible = if hook.in_doubt { possible } else { &possible & &(&walk.accepted | &walk.unknown) };
        accepted = &accepted & &walk.accepted;
        rewritten = &rewritten | &walk.rewritten;
        hooks.push((walk.grants, policy));
        not_interpreted.append(&mut walk.not_interpreted);
    }
    // Every hook must let a packet in, and only a port that none rewrites is the one that peers see.
    accepted = &accepted - &rewritten;
    let unknown = &(&possible | &rewritten) - &accepted;
    let mut grants = told(&hooks);
    for grant in &mut grants {
        grant.ports = &grant.ports & &accepted;
    }
    if ruleset.hooked(family).next().is_none() {
        grants.push(Grant { ports: PortSet::full(), evidence: "nothing filters it".to_string() });
    }
    Ok(Outcome { grants, unknown, not_interpreted })
}

/// What is worth telling of what lets packets in at each hook: a policy only where a rule of the same hook does so too, for
/// some packets, or no rule of any hook does.
fn told(hooks: &[(Vec<Grant>, Vec<Grant>)]) -> Vec<Grant> {
    let by_rules = |grants: &[Grant]| grants.iter().fold(PortSet::empty(), |all, grant| &all | &grant.ports);
    let all = hooks.iter().fold(PortSet::empty(), |all, (grants, _)| &all | &by_rules(grants));
    let mut told = Vec::new();
    for (grants, policy) in hooks {
        let elsewhere_only = &all - &by_rules(grants);
        told.extend(grants.iter().cloned());
        told.extend(policy.iter().map(|policy| Grant { ports: &policy.ports - &elsewhere_only, ..policy.clone() }));
    }
    told
}

impl<'a> Walk<'a> {
    fn new(packet: &'a Packet<'a>, longest: usize) -> Walk<'a> {
        Walk {
            packet,
            accepted: PortSet::empty(),
            unknown: PortSet::empty(),
            rewritten: PortSet::empty(),
            grants: Vec::new(),
            exceptions: Vec::new(),
            not_interpreted: Vec::new(),
            told: HashSet::new(),
            left: longest,
        }
    }

    /// Goes through a chain that the kernel calls; gives what its policy lets in.
    fn hook(&mut self, key: &Key, hook: &Hook) -> Result<Vec<Grant>, String> {
        let all = Packets { ports: PortSet::full(), ..Packets::none() };
        let left = self.chain(key, all, &Circumstances::default())?;
        if !hook.accepts {
            return Ok(Vec::new());
        }
        let ports = &left.ports - &left.in_doubt;
        self.accepted = &self.accepted | &ports;
        self.unknown = &self.unknown | &left.in_doubt;
        Ok(self.granted(&ports, &left.partly, &format!("the policy of {key}")))
    }

    /// Sends packets through a chain; gives those that come out of it undecided.
    fn chain(&mut self, key: &Key, mut going: Packets, under: &Circumstances) -> Result<Packets, String> {
        let Some(chain) = self.packet.ruleset.chains.get(key) else {
            return Err(format!("found no chain {key}, to which a rule jumps; list the whole ruleset"));
        };
        if under.depth > DEEPEST {
            return Err(format!(
                "found chains that call each other more than {DEEPEST} deep, such as {key}, which nft does not load; list the ruleset again"
            ));
        }
        let Some(left) = self.left.checked_sub(1) else {
            return Err(
                "found chains that call each other too often to be followed; audit with --nmap or --ss".to_string()
            );
        };
        self.left = left;
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
        Branch { about, verdict }: Branch,
        going: &mut Packets,
        returned: &mut Packets,
        under: &Circumstances,
    ) -> Result<(), String> {
        let hit = going.only(&about.ports);
        if hit.ports.is_empty() {
            return Ok(());
        }
        let place = format!("{key} handle {}", rule.handle);
        let About { limits, not_interpreted, .. } = about;
        let in_doubt = !not_interpreted.is_empty();
        // Whether all packets to these ports that still go are meant.
        let is_exact = limits.is_empty() && !in_doubt;
        let inner = Circumstances {
            limits: [&under.limits[..], &limits[..]].concat(),
            in_doubt: under.in_doubt || in_doubt,
            depth: under.depth + 1,
        };
        if in_doubt {
            self.tell(format!("{place}: {}", not_interpreted.join("; ")));
        }
        match verdict {
            Verdict::Accept => {
                let unsure = if inner.in_doubt { &hit.ports } else { &hit.in_doubt };
                let ports = &hit.ports - unsure;
                self.unknown = &self.unknown | unsure;
                self.accepted = &self.accepted | &ports;
                let grants = self.granted(&ports, &hit.partly, &format!("{place}{}", said(&inner.limits)));
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
                let mut out = self.chain(&key.beside(target), hit.clone(), &inner)?;
                if in_doubt {
                    // Whether they went there is not known, nor then what became of them.
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
                self.tell(format!(
                    "{place}: {} changes where packets go",
                    rule.parts.last().map(spoken).unwrap_or_default()
                ));
            }
            Verdict::NotInterpreted => {
                if !in_doubt {
                    let last = rule.parts.last().map(spoken).unwrap_or_default();
                    self.tell(format!("{place}: {last}"));
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

    /// Ports that are let in, with what keeps out some of the packets to them.
    fn granted(&self, ports: &PortSet, partly: &PortSet, by: &str) -> Vec<Grant> {
        let mut grants = Vec::new();
        for (ports, less) in self.less(ports) {
            let whole = Grant { ports: &ports - partly, evidence: format!("{by}{less}") };
            let part = Grant { ports: &ports & partly, evidence: format!("{by}, where packets get there{less}") };
            grants.extend([whole, part].into_iter().filter(|grant| !grant.ports.is_empty()));
        }
        grants
    }

    /// The ports apart for which other rules keep out some of the packets, each with what is to be said of these rules.
    fn less(&self, ports: &PortSet) -> Vec<(PortSet, String)> {
        let meeting: Vec<&Exception> =
            self.exceptions.iter().filter(|exception| exception.ports.meets(ports)).collect();
        if meeting.len() > MOST_EXCEPTIONS {
            return vec![(ports.clone(), less(" to some of these ports", &meeting))];
        }
        let mut apart: Vec<(PortSet, Vec<&Exception>)> = vec![(ports.clone(), Vec::new())];
        for exception in meeting {
            for (ports, exceptions) in std::mem::take(&mut apart) {
                let more = exceptions.iter().copied().chain([exception]).collect();
                apart.push((&ports & &exception.ports, more));
                apart.push((&ports - &exception.ports, exceptions));
            }
            apart.retain(|(ports, _)| !ports.is_empty());
        }
        apart.into_iter().map(|(ports, exceptions)| (ports, less("", &exceptions))).collect()
    }

    fn tell(&mut self, text: String) {
        if self.told.insert(text.clone()) {
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

/// The limits of a rule, behind its place.
fn said(limits: &[String]) -> String {
    if limits.is_empty() { String::new() } else { format!(", where {}", limits.join(" and ")) }
}

/// The rules that keep out some of the packets, to all of the ports or only to some, behind what lets in the others.
fn less(to: &str, exceptions: &[&Exception]) -> String {
    /// More than these nobody reads.
    const MOST: usize = 5;
    let by_chain = exceptions.chunk_by(|one, other| one.chain == other.chain).filter_map(|rules| {
        let chain = &rules.first()?.chain;
        let mut handles: Vec<String> = rules.iter().map(|rule| rule.handle.to_string()).collect();
        handles.dedup();
        let more = handles.len().saturating_sub(MOST);
        handles.truncate(MOST);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Some(format!("{chain} handle {}{more}", handles.join(", ")))
    });
    let by_chain: Vec<String> = by_chain.collect();
    if by_chain.is_empty() {
        String::new()
    } else {
        format!(", less what is dropped{to} by {}", by_chain.join(" and "))
    }
}
