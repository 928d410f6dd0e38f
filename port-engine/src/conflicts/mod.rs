//! Products that share a host: who listens where, which ports collide, and which products can use other ports.
//!
//! Only inbound flows are compared, since a product listens for them. All listeners of a protocol are cut into [`Endpoint`]s: ranges
//! of ports at which the same listeners are. Two products at one endpoint are a collision. It can be avoided if the products choose
//! other alternatives: [`Conflicts::choices`] is the choice that leaves the fewest collisions.
//!
//! Flows within the host count, since a port is taken for the loopback address if a program listens there for any address. Flows
//! within a pod don't, since each pod has its own addresses. A protocol without ports has nothing that only one program can take,
//! so a collision there is only possible: it depends on what else tells the traffic of the two apart. ICMP never collides, since
//! the host itself answers it.

use std::collections::BTreeSet;

use port_core::{Direction, Groups, PortRange, Scope, Transport};
use serde::Serialize;

use crate::dataset::{Flow, PortSpec};
use crate::port_set::PortSet;
use crate::protocol::Protocol;
use crate::words::words;

mod choice;
mod participant;
mod report;

pub use choice::Choice;
pub use participant::Participant;

/// A port spec of an inbound flow: the product listens there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener<'a> {
    /// The name of the participant whose flow it is.
    pub participant: &'a str,
    /// The flow.
    pub flow: &'a Flow,
    /// The spec.
    pub spec: &'a PortSpec,
    /// The other specs of its group, at which the product could listen instead.
    pub alternatives: Vec<Alternative<'a>>,
}

/// A spec that can replace another one of its group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alternative<'a> {
    /// The spec.
    #[serde(flatten)]
    pub spec: &'a PortSpec,
    /// Whether no other product listens there. False if the document gives no port number.
    pub free: bool,
}

impl Listener<'_> {
    /// Why it is uncertain that the product listens there.
    #[must_use]
    pub fn uncertainty(&self) -> Option<Uncertainty> {
        if self.spec.transport() == Some(Transport::Any) {
            return Some(Uncertainty::Transport);
        }
        let is_unstated = self.flow.groups == Groups::Unstated && self.flow.port_groups().nth(1).is_some();
        is_unstated.then_some(Uncertainty::Groups)
    }
}

words! {
    /// Why a collision is possible, but not certain.
    Uncertainty is a "reason" {
        /// A document doesn't state the transport
        Transport = "transport",
        /// A document doesn't say whether all of a flow's ports are needed
        Groups = "groups",
        /// The protocol has no ports, so programs can share it if something else tells their traffic apart
        Protocol = "protocol",
    }
}

/// Ports at which the same listeners are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// The protocol.
    pub protocol: Protocol,
    /// Which ports; `None` for a protocol without ports.
    pub range: Option<PortRange>,
    /// The listeners, grouped by product in the order of the call. Those at exactly this port come before those with a range.
    pub listeners: Vec<Listener<'a>>,
    /// Whether at most one product listens there if all make the best choice.
    pub avoidable: bool,
}

impl<'a> Endpoint<'a> {
    /// The listeners of each product.
    pub fn products(&self) -> impl Iterator<Item = (&'a str, &[Listener<'a>])> {
        let by_product = self.listeners.chunk_by(|one, next| one.participant == next.participant);
        by_product.filter_map(|listeners| listeners.first().map(|first| (first.participant, listeners)))
    }

    /// Whether several products listen there, and what they take can't be shared. The host itself answers ICMP.
    #[must_use]
    pub fn collides(&self) -> bool {
        !self.protocol.is_icmp() && self.products().nth(1).is_some()
    }

    /// Why a collision there is only possible. Empty if two products certainly take the same port.
    #[must_use]
    pub fn uncertainties(&self) -> BTreeSet<Uncertainty> {
        if !self.protocol.has_ports() {
            return BTreeSet::from([Uncertainty::Protocol]);
        }
        let is_certain = |listeners: &[Listener]| listeners.iter().any(|listener| listener.uncertainty().is_none());
        let (certain, uncertain): (Vec<_>, Vec<_>) = self.products().partition(|(_, listeners)| is_certain(listeners));
        if certain.len() > 1 {
            return BTreeSet::new();
        }
        uncertain.iter().flat_map(|(_, listeners)| listeners.iter().filter_map(Listener::uncertainty)).collect()
    }
}

words! {
    /// A finding that can make a comparison fail.
    ConflictFinding is a "finding" {
        /// Several products listen on a port
        Collision = "collision",
        /// No choice of alternatives and configurable ports avoids it
        Unavoidable = "unavoidable",
    }
}

/// Products compared. It serializes as `port-catalog conflicts --format json` prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflicts<'a> {
    /// The names of what is compared, in the order of the call.
    pub products: Vec<&'a str>,
    /// Every listener, by product and then in catalog order.
    pub listeners: Vec<Listener<'a>>,
    /// The endpoints at which somebody listens, by protocol and port.
    pub endpoints: Vec<Endpoint<'a>>,
    /// The choice with the fewest collisions: where the products listen for the flows that compete for a port, by product and then in
    /// catalog order.
    pub choices: Vec<Choice<'a>>,
    /// Whether no other choice has fewer collisions. False if the search was stopped since there are too many combinations; the
    /// choice is then the best one that was found.
    pub exact: bool,
    /// The number of outbound flows. Products don't listen for them.
    pub outbound: usize,
    /// The number of inbound flows within pods, which have their own addresses.
    pub within_pods: usize,
}

impl<'a> Conflicts<'a> {
    /// Compares participants with each other.
    #[must_use]
    pub fn new(participants: &'a [Participant<'a>]) -> Conflicts<'a> {
        let listeners = listeners(participants);
        let number = |is_counted: &dyn Fn(&Flow) -> bool| {
            participants.iter().flat_map(|own| &own.flows).filter(|flow| is_counted(flow)).count()
        };
        let mut endpoints = endpoints(&listeners);
        let best = choice::best(participants, &endpoints);
        for (index, endpoint) in endpoints.iter_mut().enumerate() {
            endpoint.avoidable = !best.collisions.contains(&index);
        }
        Conflicts {
            products: participants.iter().map(|own| own.name.as_str()).collect(),
            endpoints,
            choices: best.choices,
            exact: best.is_exact,
            listeners,
            outbound: number(&|flow| flow.direction == Direction::Outbound),
            within_pods: number(&|flow| flow.direction == Direction::Inbound && !is_on_host(flow)),
        }
    }

    /// The endpoints at which several products listen.
    pub fn collisions(&self) -> impl Iterator<Item = &Endpoint<'a>> {
        self.endpoints.iter().filter(|endpoint| endpoint.collides())
    }

    /// The listeners for which the document gives no port number. They are at no endpoint.
    pub fn unnumbered(&self) -> impl Iterator<Item = &Listener<'a>> {
        self.listeners.iter().filter(|listener| listener.spec.transport().is_none())
    }

    /// The number of collisions that are such a finding.
    #[must_use]
    pub fn count(&self, finding: ConflictFinding) -> usize {
        match finding {
            ConflictFinding::Collision => self.collisions().count(),
            ConflictFinding::Unavoidable => self.collisions().filter(|endpoint| !endpoint.avoidable).count(),
        }
    }
}

/// Whether a flow uses the addresses of the host. Each pod has its own.
fn is_on_host(flow: &Flow) -> bool {
    flow.scope != Scope::Pod
}

/// Whether a product with this spec listens at an endpoint.
fn is_at(spec: &PortSpec, endpoint: &Endpoint) -> bool {
    let has_ports = match (spec.range(), endpoint.range) {
        (Some(own), Some(range)) => own.contains(range.first()),
        (own, range) => own.is_none() && range.is_none(),
    };
    has_ports && endpoint.protocol.may_be(spec)
}

/// The products' listeners, flow by flow, with the alternatives that are free.
fn listeners<'a>(participants: &'a [Participant<'a>]) -> Vec<Listener<'a>> {
    // The ports of a protocol at which other participants listen.
    let taken = |by: usize, protocol: Protocol| -> PortSet {
        let others = participants.iter().enumerate().filter(|(index, _)| *index != by);
        let others = others.flat_map(|(_, own)| own.inbound()).filter(|flow| is_on_host(flow));
        let specs = others.flat_map(|flow| &flow.ports).filter(|spec| protocol.may_be(spec));
        specs.filter_map(PortSpec::range).collect()
    };
    let mut listeners = Vec::new();
    for (index, participant) in participants.iter().enumerate() {
        let taken: Vec<(Protocol, PortSet)> = protocols_with_ports().map(|one| (one, taken(index, one))).collect();
        let is_free = |spec: &PortSpec| {
            let Some(range) = spec.range() else { return false };
            let ports = PortSet::from(range);
            taken.iter().all(|(protocol, taken)| !protocol.may_be(spec) || !taken.overlaps(&ports))
        };
        for flow in participant.inbound().filter(|flow| is_on_host(flow)) {
            for spec in &flow.ports {
                let others = flow.ports.iter().filter(|other| other.group() == spec.group() && *other != spec);
                let alternatives = others.map(|spec| Alternative { free: is_free(spec), spec }).collect();
                listeners.push(Listener { participant: &participant.name, flow, spec, alternatives });
            }
        }
    }
    listeners
}

fn protocols_with_ports() -> impl Iterator<Item = Protocol> {
    Protocol::KNOWN.iter().copied().filter(|protocol| protocol.has_ports())
}

/// The endpoints at which somebody listens, protocols with ports first. A listener without a stated transport is at endpoints of TCP
/// and of UDP; one without a port number is at none.
fn endpoints<'a>(listeners: &[Listener<'a>]) -> Vec<Endpoint<'a>> {
    let mut endpoints = Vec::new();
    for protocol in protocols_with_ports() {
        let own: Vec<(&Listener, PortRange)> = listeners
            .iter()
            .filter(|listener| protocol.may_be(listener.spec))
            .filter_map(|listener| Some((listener, listener.spec.range()?)))
            .collect();
        // The listeners change only where a range begins, and after a range's end.
        let firsts = own.iter().map(|(_, range)| Some(range.first()));
        let mut boundaries: Vec<u16> =
            firsts.chain(own.iter().map(|(_, range)| range.last().checked_add(1))).flatten().collect();
        boundaries.sort_unstable();
        boundaries.dedup();
        for (index, first) in boundaries.iter().enumerate() {
            let last = boundaries.get(index + 1).map_or(u16::MAX, |next| next - 1);
            let here = own.iter().filter(|(_, range)| range.contains(*first)).map(|(listener, _)| (*listener).clone());
            let mut listeners: Vec<Listener> = here.collect();
            let is_range = |listener: &Listener| listener.spec.range().is_some_and(|own| own.first() < own.last());
            for own in listeners.chunk_by_mut(|one, next| one.participant == next.participant) {
                own.sort_by_key(is_range);
            }
            let range = PortRange::new(*first, last);
            endpoints.push(Endpoint { protocol, range, listeners, avoidable: true });
        }
    }
    // Those with a name come before the others.
    let others = listeners.iter().flat_map(|listener| Protocol::of(listener.spec));
    let others: BTreeSet<Protocol> = others.copied().filter(|protocol| protocol.name().is_none()).collect();
    let without_ports = Protocol::KNOWN.iter().copied().filter(|protocol| !protocol.has_ports());
    for protocol in without_ports.chain(others) {
        let own = listeners.iter().filter(|listener| protocol.may_be(listener.spec)).cloned();
        endpoints.push(Endpoint { protocol, range: None, listeners: own.collect(), avoidable: true });
    }
    endpoints.retain(|endpoint| !endpoint.listeners.is_empty());
    endpoints
}

#[cfg(test)]
mod choice_tests;
#[cfg(test)]
mod tests;
