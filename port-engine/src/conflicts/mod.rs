//! Products that share a host: who listens where, which ports collide, and which products can use other ports.
//!
//! Only inbound flows are compared, since a product listens for them. All listeners of a protocol are cut into [`Endpoint`]s: ranges
//! of ports at which the same listeners are. Two products at one endpoint are a collision. It can be avoided if the products choose
//! other alternatives: [`Conflicts::choices`] is the choice that leaves the fewest collisions.

use port_core::{Direction, PortRange, Transport};
use serde::Serialize;

use crate::dataset::{Dataset, Flow, PortSpec};
use crate::port_set::PortSet;
use crate::protocol::Protocol;
use crate::words::words;

mod choice;
mod report;

pub use choice::Choice;

/// A port spec of an inbound flow: the product listens there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener<'a> {
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
    /// Whether the document states the transport.
    #[must_use]
    pub fn has_transport(&self) -> bool {
        self.spec.transport() != Some(Transport::Any)
    }
}

/// Ports at which the same listeners are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// The protocol.
    pub protocol: Protocol,
    /// Which ports; `None` for a protocol without ports.
    pub range: Option<PortRange>,
    /// The listeners, grouped by product in the order of the call, and then in catalog order.
    pub listeners: Vec<Listener<'a>>,
    /// Whether at most one product listens there if all make the best choice.
    pub avoidable: bool,
}

impl<'a> Endpoint<'a> {
    /// The listeners of each product.
    pub fn products(&self) -> impl Iterator<Item = (&'a str, &[Listener<'a>])> {
        let by_product = self.listeners.chunk_by(|one, next| one.flow.product == next.flow.product);
        by_product.filter_map(|listeners| listeners.first().map(|first| (first.flow.product.as_str(), listeners)))
    }

    /// Whether several products listen there.
    #[must_use]
    pub fn collides(&self) -> bool {
        self.products().nth(1).is_some()
    }

    /// Whether two products certainly listen there, even if transports that aren't stated mean another protocol.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.products().filter(|(_, listeners)| listeners.iter().any(Listener::has_transport)).nth(1).is_some()
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
    /// The products' ids, in the order of the call.
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
}

impl<'a> Conflicts<'a> {
    /// Compares products of the dataset.
    #[must_use]
    pub fn new(dataset: &'a Dataset, products: &[&'a str]) -> Conflicts<'a> {
        let listeners = listeners(dataset, products);
        let flows = products.iter().flat_map(|product| dataset.flows_of(product));
        let mut endpoints = endpoints(&listeners);
        let best = choice::best(dataset, products, &endpoints);
        for (index, endpoint) in endpoints.iter_mut().enumerate() {
            endpoint.avoidable = !best.collisions.contains(&index);
        }
        Conflicts {
            products: products.to_vec(),
            endpoints,
            choices: best.choices,
            exact: best.is_exact,
            listeners,
            outbound: flows.filter(|flow| flow.direction == Direction::Outbound).count(),
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

/// Whether a product with this spec listens at an endpoint.
fn is_at(spec: &PortSpec, endpoint: &Endpoint) -> bool {
    let has_ports = match (spec.range(), endpoint.range) {
        (Some(own), Some(range)) => own.contains(range.first()),
        (own, range) => own.is_none() && range.is_none(),
    };
    has_ports && endpoint.protocol.may_be(spec)
}

/// The products' listeners, flow by flow, with the alternatives that are free.
fn listeners<'a>(dataset: &'a Dataset, products: &[&'a str]) -> Vec<Listener<'a>> {
    let inbound = |product: &'a str| dataset.flows_of(product).filter(|flow| flow.direction == Direction::Inbound);
    // The ports of a protocol at which other products listen.
    let taken = |by: &str, protocol: Protocol| -> PortSet {
        let others = products.iter().copied().filter(|product| *product != by).flat_map(inbound);
        let specs = others.flat_map(|flow| &flow.ports).filter(|spec| protocol.may_be(spec));
        specs.filter_map(PortSpec::range).collect()
    };
    let mut listeners = Vec::new();
    for product in products.iter().copied() {
        let taken: Vec<(Protocol, PortSet)> = protocols_with_ports().map(|one| (one, taken(product, one))).collect();
        let is_free = |spec: &PortSpec| {
            let Some(range) = spec.range() else { return false };
            let ports = PortSet::from(range);
            taken.iter().all(|(protocol, taken)| !protocol.may_be(spec) || !taken.overlaps(&ports))
        };
        for flow in inbound(product) {
            for spec in &flow.ports {
                let others = flow.ports.iter().filter(|other| other.group() == spec.group() && *other != spec);
                let alternatives = others.map(|spec| Alternative { free: is_free(spec), spec }).collect();
                listeners.push(Listener { flow, spec, alternatives });
            }
        }
    }
    listeners
}

fn protocols_with_ports() -> impl Iterator<Item = Protocol> {
    Protocol::KNOWN.iter().copied().filter(|protocol| protocol.has_ports())
}

/// The endpoints at which somebody listens: protocols with ports first. A listener without a stated transport is at endpoints of TCP
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
            let range = PortRange::new(*first, last);
            endpoints.push(Endpoint { protocol, range, listeners: here.collect(), avoidable: true });
        }
    }
    for protocol in Protocol::KNOWN.iter().copied().filter(|protocol| !protocol.has_ports()) {
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
