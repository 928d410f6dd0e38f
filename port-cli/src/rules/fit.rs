//! What a format can hold, and how rules are split into what it holds; what it cannot is dropped, and said.

use std::collections::BTreeSet;

use port_catalog::{Direction, PortRange};

use super::address::{Address, End, Family, list};
use super::choices::At;
use super::model::{Class, FlowRules, Protocol, Remark, Rule, Ruleset};

/// What the rules of a format can hold.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "a format can hold a thing or it cannot")]
pub struct Limits {
    /// What the format is called, where something is dropped for it.
    pub format: &'static str,
    /// Where its firewalls stand, the usual place first.
    pub places: &'static [At],
    /// Whether what is to be said of the rules can stand beside them.
    pub comments: bool,
    /// Whether it can say the IP protocol ESP.
    pub esp: bool,
    /// Whether its firewalls know by themselves what answers a connection. For others, rules let the answers through as well, and
    /// these cannot tell what answers from what opens a connection but for TCP.
    pub stateful: bool,
    /// The slots for ports in one rule, of which a range takes two. A rule that is one port or one range always fits.
    pub port_slots: Option<usize>,
    /// What it can say of the ends.
    pub ends: Ends,
}

/// What the rules of a format can say of the ends.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    /// Whether the product's own addresses have a place. Where they have none, the rules are put on the product itself.
    pub own: bool,
    /// Of which families addresses may be.
    pub families: Families,
    /// Whether host names may stand among them.
    pub hosts: bool,
    /// How many addresses may stand at one end of a rule.
    pub most: Option<usize>,
}

/// Of which families the addresses in a rule may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Families {
    /// Of both in one rule.
    Mixed,
    /// Of either, one in a rule. Host names stand in rules of their own at their end.
    OneEach,
    /// Of this one; the rules of the other are for the format that is named.
    Only(Family, &'static str),
}

impl Ruleset {
    /// The same as far as a format can hold it.
    #[must_use]
    pub fn fit(mut self, limits: &Limits) -> Ruleset {
        let own = self.take_own(limits);
        let other_family = other_family(&self, limits);
        let mut unlimited: BTreeSet<&str> = BTreeSet::new();
        for flow in &mut self.flows {
            let of_flow = unlimited_ends(flow, limits);
            fit_flow(flow, limits);
            if !flow.rules.is_empty() {
                unlimited.extend(of_flow);
            }
        }
        if !unlimited.is_empty() {
            let names = unlimited.into_iter().collect::<Vec<_>>().join(", ");
            self.remarks.push(Remark::new(Class::Opened, format!("any address, since none is given: {names}")));
        }
        self.remarks.extend(own);
        self.remarks.extend(other_family);
        self
    }

    /// Takes the product's own addresses out of the rules where the format has no place for them.
    fn take_own(&mut self, limits: &Limits) -> Option<Remark> {
        if limits.ends.own {
            return None;
        }
        let mut taken: BTreeSet<Address> = BTreeSet::new();
        for flow in &mut self.flows {
            for rule in &mut flow.rules {
                let own = match flow.direction {
                    Direction::Outbound => &mut rule.source,
                    _ => &mut rule.destination,
                };
                taken.extend(own.addresses().iter().cloned());
                *own = End::Any;
            }
        }
        let taken: Vec<Address> = taken.into_iter().collect();
        let text = format!("{} of the product itself, which rules of {} are put on", list(&taken), limits.format);
        (!taken.is_empty()).then(|| Remark::new(Class::LeftOut, text))
    }
}

/// Who may have any address.
fn unlimited_ends(flow: &FlowRules, limits: &Limits) -> Vec<&'static str> {
    let own = limits.ends.own.then_some("the product itself");
    let (source, destination) = match flow.direction {
        Direction::Outbound => (own, Some(flow.peer)),
        _ => (Some(flow.peer), own),
    };
    let ends = flow.rules.iter().flat_map(|rule| [(&rule.source, source), (&rule.destination, destination)]);
    ends.filter(|(end, _)| **end == End::Any).filter_map(|(_, name)| name).collect()
}

/// Which addresses are for another format, since they are of another family.
fn other_family(ruleset: &Ruleset, limits: &Limits) -> Option<Remark> {
    let Families::Only(wanted, other_format) = limits.ends.families else { return None };
    let rules = ruleset.flows.iter().flat_map(|flow| &flow.rules);
    let addresses = rules.flat_map(|rule| [&rule.source, &rule.destination]).flat_map(End::addresses);
    let others = addresses.filter(|address| address.family().is_some_and(|family| family != wanted));
    let others: Vec<Address> = others.collect::<BTreeSet<_>>().into_iter().cloned().collect();
    let text = format!("{}, for which there is the format {other_format}", list(&others));
    (!others.is_empty()).then(|| Remark::new(Class::LeftOut, text))
}

fn fit_flow(flow: &mut FlowRules, limits: &Limits) {
    let rules = std::mem::take(&mut flow.rules);
    for rule in rules {
        if rule.protocol == Protocol::Esp && !limits.esp {
            flow.remark(Class::Dropped, format!("esp, which {} cannot say", limits.format));
            continue;
        }
        for (source, destination) in fit_ends(&rule, flow, limits) {
            for ports in chunks_of_ports(&rule.ports, limits.port_slots) {
                let (source, destination) = (source.clone(), destination.clone());
                flow.rules.push(Rule { protocol: rule.protocol, ports, source, destination });
            }
        }
    }
    if !limits.stateful {
        remark_on_answers(flow, limits);
    }
}

/// Says what is open in the other direction as well, where answers are let through by rules that cannot tell them from the rest.
fn remark_on_answers(flow: &mut FlowRules, limits: &Limits) {
    let protocols: BTreeSet<Protocol> = flow.rules.iter().map(|rule| rule.protocol).collect();
    let both_ways: Vec<&str> =
        protocols.into_iter().filter(|protocol| *protocol != Protocol::Tcp).map(Protocol::as_str).collect();
    if !both_ways.is_empty() {
        let (protocols, format) = (both_ways.join(" and "), limits.format);
        let text = format!("{protocols} both ways, since {format} cannot tell an answer from what opens a connection");
        flow.remark(Class::Opened, text);
    }
}

/// The pairs of ends that say together what the rule's ends say.
fn fit_ends(rule: &Rule, flow: &mut FlowRules, limits: &Limits) -> Vec<(End, End)> {
    let mut parts = |end: &End| -> Vec<End> {
        let parts = fit_end(end, flow, limits);
        parts.into_iter().flat_map(|part| chunks_of_addresses(part, limits.ends.most)).collect()
    };
    let (sources, destinations) = (parts(&rule.source), parts(&rule.destination));
    let pairs = sources.iter().flat_map(|source| destinations.iter().map(move |destination| (source, destination)));
    let can_meet = pairs.filter(|(source, destination)| source.can_meet(destination));
    can_meet.map(|(source, destination)| (source.clone(), destination.clone())).collect()
}

/// The parts of an end that a format can hold, each of what may stand together in a rule.
fn fit_end(end: &End, flow: &mut FlowRules, limits: &Limits) -> Vec<End> {
    let Ends { families, hosts, .. } = limits.ends;
    let End::Only(addresses) = end else { return vec![End::Any] };
    let (names, nets): (Vec<Address>, Vec<Address>) =
        addresses.iter().cloned().partition(|address| address.family().is_none());
    if !hosts && !names.is_empty() {
        let text = format!("the host name {}, for which {} has no place", list(&names), limits.format);
        flow.remark(Class::Dropped, text);
    }
    let names = if hosts { names } else { Vec::new() };
    let (v4, v6): (Vec<Address>, Vec<Address>) =
        nets.into_iter().partition(|address| address.family() == Some(Family::V4));
    let parts = match families {
        Families::Mixed => vec![[v4, v6, names].concat()],
        Families::OneEach => vec![v4, v6, names],
        Families::Only(wanted, other_format) => {
            let (kept, others) = if wanted == Family::V4 { (v4, v6) } else { (v6, v4) };
            if kept.is_empty() && !others.is_empty() {
                flow.remark(
                    Class::LeftOut,
                    format!("all of it, since one end has no {wanted} address; see the format {other_format}"),
                );
            }
            vec![kept, names]
        }
    };
    parts.into_iter().filter(|part| !part.is_empty()).map(End::Only).collect()
}

/// An end in parts of at most so many addresses.
fn chunks_of_addresses(end: End, most: Option<usize>) -> Vec<End> {
    match (end, most) {
        (End::Only(addresses), Some(most)) => addresses.chunks(most).map(|part| End::Only(part.to_vec())).collect(),
        (end, _) => vec![end],
    }
}

/// Ports in parts that fit the slots of one rule each. What has no ports is one part without any.
fn chunks_of_ports(ports: &[PortRange], slots: Option<usize>) -> Vec<Vec<PortRange>> {
    let Some(slots) = slots else { return vec![ports.to_vec()] };
    let size = |range: &PortRange| if range.first() == range.last() { 1 } else { 2 };
    let mut chunks: Vec<Vec<PortRange>> = vec![Vec::new()];
    let mut free = slots;
    for range in ports {
        if free < size(range) && chunks.last().is_some_and(|chunk| !chunk.is_empty()) {
            chunks.push(Vec::new());
            free = slots;
        }
        // Where a range is more than all the slots, it stands alone.
        free = free.saturating_sub(size(range));
        chunks.last_mut().expect("there is always one").push(*range);
    }
    chunks
}
