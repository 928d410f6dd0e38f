//! Sends packets to all ports through the chains, and tells which come in.

use port_catalog::Transport;

use super::condition::{About, Branch, Packet, Verdict, spoken};
use super::ruleset::{Hook, Key, Rule, Ruleset};
use crate::audit::Family;
use crate::port_set::PortSet;

/// How deep chains may call each other: as deep as the kernel lets them.
const DEEPEST: usize = 16;

/// How many rules are gone through at most, over all jumps. The kernel lets no ruleset be so entangled.
const LONGEST: usize = 1 << 20;

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
}

/// Under which circumstances a chain is gone through.
#[derive(Clone, Debug, Default)]
struct Circumstances {
    limits: Vec<String>,
    in_doubt: bool,
    depth: usize,
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
    exceptions: Vec<(PortSet, Key, u64)>,
    not_interpreted: Vec<String>,
    steps: usize,
}

/// Sends new packets of a family and a transport through all chains by which they come in.
///
/// # Errors
///
/// A chain or a set that is not in the ruleset, and chains that call each other without end.
pub fn walk(ruleset: &Ruleset, family: Family, transport: Transport) -> Result<Outcome, String> {
    let packet = Packet { ruleset, family, transport };
    let (mut accepted, mut possible) = (PortSet::full(), PortSet::full());
    let mut rewritten = PortSet::empty();
    let mut hooks = Vec::new();
    let mut not_interpreted = Vec::new();
    for (key, hook, _) in ruleset.hooked(family) {
        let mut walk = Walk::new(&packet);
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
fn told(hooks: &[(Vec<Grant>, Option<Grant>)]) -> Vec<Grant> {
    let by_rules = |grants: &[Grant]| grants.iter().fold(PortSet::empty(), |all, grant| &all | &grant.ports);
    let all = hooks.iter().fold(PortSet::empty(), |all, (grants, _)| &all | &by_rules(grants));
    let mut told = Vec::new();
    for (grants, policy) in hooks {
        let elsewhere_only = &all - &by_rules(grants);
        told.extend(grants.iter().cloned());
        told.extend(policy.as_ref().map(|policy| Grant { ports: &policy.ports - &elsewhere_only, ..policy.clone() }));
    }
    told
}

impl<'a> Walk<'a> {
    fn new(packet: &'a Packet<'a>) -> Walk<'a> {
        Walk {
            packet,
            accepted: PortSet::empty(),
            unknown: PortSet::empty(),
            rewritten: PortSet::empty(),
            grants: Vec::new(),
            exceptions: Vec::new(),
            not_interpreted: Vec::new(),
            steps: 0,
        }
    }

    /// Goes through a chain that the kernel calls; gives what its policy lets in.
    fn hook(&mut self, key: &Key, hook: &Hook) -> Result<Option<Grant>, String> {
        let all = Packets { ports: PortSet::full(), in_doubt: PortSet::empty() };
        let left = self.chain(key, all, &Circumstances::default())?;
        if !hook.accepts {
            return Ok(None);
        }
        let ports = &left.ports - &left.in_doubt;
        self.accepted = &self.accepted | &ports;
        self.unknown = &self.unknown | &left.in_doubt;
        let evidence = format!("the policy of {key}{}", self.except(&ports));
        Ok(Some(Grant { ports, evidence }))
    }

    /// Sends packets through a chain; gives those that come out of it undecided.
    fn chain(&mut self, key: &Key, mut going: Packets, under: &Circumstances) -> Result<Packets, String> {
        let Some(chain) = self.packet.ruleset.chains.get(key) else {
            return Err(format!("found no chain {key}, to which a rule jumps; list the whole ruleset"));
        };
        if under.depth > DEEPEST {
            return Err(format!("chains call each other without end; {key} is one of them"));
        }
        let mut returned = Packets { ports: PortSet::empty(), in_doubt: PortSet::empty() };
        for rule in &chain.rules {
            if going.ports.is_empty() {
                break;
            }
            self.steps += 1;
            if self.steps > LONGEST {
                return Err("its chains call each other too often to be followed".to_string());
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
                if !ports.is_empty() {
                    let evidence = format!("{place}{}{}", said(&inner.limits), self.except(&ports));
                    self.grants.push(Grant { ports, evidence });
                }
            }
            Verdict::Drop => {
                if !in_doubt && !inner.limits.is_empty() {
                    self.exceptions.push((hit.ports.clone(), key.clone(), rule.handle));
                }
            }
            Verdict::Return => returned.join(&if in_doubt { hit.all_in_doubt() } else { hit.clone() }),
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
                let back = if matches!(verdict, Verdict::Jump(_)) { going } else { returned };
                back.join(&out);
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

    /// What keeps out some of the packets to these ports.
    fn except(&self, ports: &PortSet) -> String {
        let own: Vec<_> = self.exceptions.iter().filter(|(kept_out, ..)| kept_out.meets(ports)).collect();
        let by_chain = own.chunk_by(|(_, one, _), (_, other, _)| one == other).filter_map(|rules| {
            let (_, chain, _) = rules.first()?;
            let mut handles: Vec<String> = rules.iter().map(|(.., handle)| handle.to_string()).collect();
            handles.dedup();
            Some(format!("{chain} handle {}", handles.join(", ")))
        });
        let by_chain: Vec<String> = by_chain.collect();
        if by_chain.is_empty() {
            String::new()
        } else {
            format!(", less what is dropped by {}", by_chain.join(" and "))
        }
    }

    fn tell(&mut self, text: String) {
        if !self.not_interpreted.contains(&text) {
            self.not_interpreted.push(text);
        }
    }
}

impl Packets {
    fn only(&self, ports: &PortSet) -> Packets {
        Packets { ports: &self.ports & ports, in_doubt: &self.in_doubt & ports }
    }

    fn remove(&mut self, ports: &PortSet) {
        self.ports = &self.ports - ports;
        self.in_doubt = &self.in_doubt - ports;
    }

    fn join(&mut self, other: &Packets) {
        self.ports = &self.ports | &other.ports;
        self.in_doubt = &self.in_doubt | &other.in_doubt;
    }

    fn doubt(&mut self, ports: &PortSet) {
        self.in_doubt = &self.in_doubt | &(&self.ports & ports);
    }

    fn all_in_doubt(&self) -> Packets {
        Packets { ports: self.ports.clone(), in_doubt: self.ports.clone() }
    }
}

/// The limits of a rule, behind its place.
fn said(limits: &[String]) -> String {
    if limits.is_empty() { String::new() } else { format!(", where {}", limits.join(" and ")) }
}
