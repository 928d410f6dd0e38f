//! What the accepted packets make of the ports: their states, and the rules that accept them.

use std::collections::HashMap;
use std::rc::Rc;

use super::first_packets::networks_of;
use super::intervals::Intervals;
use super::join::surely_accepted;
use super::packets::{Field, Maybe, Now, Packets, Step, ports};
use super::reach::{Accepted, Peers, States, states};
use super::scope::{HookPath, Scope};
use super::value::interfaces;
use super::walk::Walk;
use crate::audit::address_family::AddressFamily;
use crate::port_set::PortSet;

/// Ports that a rule or a policy accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Which ports.
    pub ports: PortSet,
    /// The rule or the policy, with its limits.
    pub evidence: String,
    /// Whether the packets are from the machine itself.
    pub is_loopback: bool,
}

/// The result of a walk.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The state of each port.
    pub states: States,
    /// What accepts packets.
    pub grants: Vec<Grant>,
    /// The ports of which packets get through and may reach another port or another machine.
    pub redirected: PortSet,
    /// The rules on the way that could not be interpreted.
    pub not_interpreted: Vec<String>,
}

/// Whether packets are to be followed after prerouting: on the way to another machine, those that were sent to its address, and those
/// that a rule translated so.
pub fn is_about(packets: &Packets, family: AddressFamily, scope: &Scope) -> bool {
    if scope.path == HookPath::Input || scope.destinations.is_empty() {
        return true;
    }
    let wanted = networks_of(family, &scope.destinations);
    packets.values(Field::Destination).overlaps(&wanted)
        || match packets.now(Field::Destination) {
            Now::Original => false,
            Now::Changed(address) => wanted.contains(address),
            // A redirected packet goes to the firewall itself.
            Now::Unknown => packets.leaves != Maybe::No,
        }
}

/// The ports of the audited machine to which packets go; `None` if they aren't known. They are the ports that peers send them to,
/// unless peers send them to the address of another machine, from which a rule translates them.
fn audited_ports(packets: &Packets, wanted: Option<&Intervals>) -> Option<Rc<Intervals>> {
    let ports = packets.values(Field::Port).clone();
    if wanted.is_none_or(|wanted| packets.values(Field::Destination).overlaps(wanted)) {
        return Some(ports);
    }
    match packets.now(Field::Port) {
        Now::Original => Some(ports),
        Now::Changed(port) => Some(Rc::new(Intervals::one(port))),
        Now::Unknown => None,
    }
}

/// What the accepted packets make of the ports.
pub fn outcome(walk: Walk, accepted: &[Packets]) -> Outcome {
    let (scope, family) = (walk.scope, walk.common.family);
    let is_translated_only = scope.path == HookPath::Forward && !scope.destinations.is_empty();
    let wanted = is_translated_only.then(|| networks_of(family, &scope.destinations));
    let mut grants = Grants::default();
    let mut all = Vec::new();
    let mut redirected = PortSet::empty();
    for packets in accepted {
        if packets.now(Field::Port) != Now::Original
            || packets.is_translated != Maybe::No
            || packets.leaves != Maybe::No
        {
            redirected = &redirected | &ports(packets.values(Field::Port));
        }
        let Some(ports) = audited_ports(packets, wanted.as_ref()) else {
            all.push(Accepted::new(packets, Rc::new(Intervals::range(1, u16::MAX.into())), false));
            continue;
        };
        if !packets.in_doubt {
            all.push(Accepted::new(packets, ports.clone(), true));
            grants.add(packets, &ports, &walk.dropped);
            continue;
        }
        all.push(Accepted::new(packets, ports, false));
        let sure = surely_accepted(packets, &walk.maybe_dropped).into_iter();
        for part in sure.filter(|part| is_about(part, family, scope)) {
            if let Some(ports) = audited_ports(&part, wanted.as_ref()) {
                grants.add(&part, &ports, &walk.dropped);
                all.push(Accepted::new(&part, ports, true));
            }
        }
    }
    let states = states(&Peers::new(family, scope), all);
    Outcome { states, grants: grants.all, redirected, not_interpreted: walk.not_interpreted }
}

/// The rules and policies that accept packets, in order.
#[derive(Default)]
struct Grants {
    all: Vec<Grant>,
    positions: HashMap<(String, bool), usize>,
}

impl Grants {
    /// Adds what accepted packets on their way to some ports.
    fn add(&mut self, packets: &Packets, audited: &Intervals, dropped: &Intervals) {
        let (own, others) = packets.clone().split(Field::Interface, &interfaces("lo"));
        for (packets, is_loopback) in [(own, true), (others, false)] {
            if let Some(packets) = packets {
                self.add_from(&packets, audited, dropped, is_loopback);
            }
        }
    }

    fn add_from(&mut self, packets: &Packets, audited: &Intervals, dropped: &Intervals, is_loopback: bool) {
        // A policy is named only if no rule accepts the packets.
        let by_rules: Vec<&Step> = packets.trail.iter().filter(|step| !step.is_policy).collect();
        let reasons = if by_rules.is_empty() { packets.trail.iter().collect() } else { by_rules };
        if reasons.is_empty() {
            self.add_one(audited, "no chain filters it", is_loopback);
        }
        let has_limit = reasons.iter().any(|step| step.has_limit);
        for step in reasons {
            if has_limit || is_loopback || !audited.overlaps(dropped) {
                self.add_one(audited, &step.text, is_loopback);
            } else {
                self.add_one(&audited.minus(dropped), &step.text, is_loopback);
                let text = format!("{}, only if packets get there", step.text);
                self.add_one(&audited.and(dropped), &text, is_loopback);
            }
        }
    }

    fn add_one(&mut self, own: &Intervals, evidence: &str, is_loopback: bool) {
        if own.is_empty() {
            return;
        }
        let position = *self.positions.entry((evidence.to_string(), is_loopback)).or_insert(self.all.len());
        let ports = ports(own);
        match self.all.get_mut(position) {
            Some(grant) => grant.ports = &grant.ports | &ports,
            None => self.all.push(Grant { ports, evidence: evidence.to_string(), is_loopback }),
        }
    }
}
