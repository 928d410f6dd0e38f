//! Products on one host: who listens where, which ports collide, and which of them can move.
//!
//! Only flows that peers open are compared: a product listens for them. [`call`] is the command, [`report`] tells what it
//! found.

use port_catalog::{Direction, Flow, PortRange, PortSpec, Product, Service, Transport};

use crate::port_set::PortSet;

pub mod call;
pub mod report;

#[cfg(test)]
mod tests;

/// A port spec for which a product listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// The product.
    pub product: Product,
    /// The flow that lists the spec.
    pub flow: Flow,
    /// Where it listens.
    pub spec: PortSpec<Service>,
    /// Where it could listen in place of that.
    pub alternatives: Vec<Alternative>,
}

/// A spec that will do in place of another one of its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The spec.
    pub spec: PortSpec<Service>,
    /// Whether no other product listens there. Not, where the document gives no number.
    pub free: bool,
}

impl Listener {
    /// Whether it can listen elsewhere: the port can be changed, or an alternative is free.
    pub fn can_move(&self) -> bool {
        self.flow.configurable() || self.alternatives.iter().any(|alternative| alternative.free)
    }

    /// Whether the document says by which transport.
    pub fn is_stated(&self) -> bool {
        self.spec.transport() != Some(Transport::Any)
    }
}

/// Ports at which the same listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// `tcp`, `udp` or `esp`.
    pub transport: Transport,
    /// Which ports; nothing for `esp`.
    pub range: Option<PortRange>,
    /// Who listens, product by product, in the order in which the products are named and the flows stand.
    pub listeners: Vec<&'a Listener>,
}

impl<'a> Place<'a> {
    /// Those of each product.
    pub fn products(&self) -> impl Iterator<Item = (Product, &[&'a Listener])> {
        let by_product = self.listeners.chunk_by(|one, other| one.product == other.product);
        by_product.filter_map(|listeners| listeners.first().map(|first| (first.product, listeners)))
    }

    /// Whether more than one product listens there.
    pub fn collides(&self) -> bool {
        self.products().nth(1).is_some()
    }

    /// Whether the collision can be avoided: all products but one can move away.
    pub fn is_avoidable(&self) -> bool {
        self.products().filter(|(_, listeners)| !can_move(listeners)).count() <= 1
    }

    /// Whether two products listen there for certain, and not only if a transport that is not stated is this one.
    pub fn is_certain(&self) -> bool {
        self.products().filter(|(_, listeners)| listeners.iter().any(|listener| listener.is_stated())).nth(1).is_some()
    }
}

/// Whether a product can listen elsewhere for all that it listens for at a place.
pub fn can_move(listeners: &[&Listener]) -> bool {
    listeners.iter().all(|listener| listener.can_move())
}

/// Where products listen, flow by flow.
pub fn listeners(products: &[Product]) -> Vec<Listener> {
    let inbound = |product: &Product| product.flows().filter(|flow| flow.direction() == Direction::Inbound);
    let taken = |by: Product, transport: Transport| -> PortSet {
        let others = products.iter().filter(|product| **product != by).flat_map(inbound);
        let specs =
            others.flat_map(Flow::ports).filter(|spec| spec.transport().is_some_and(|own| own.meets(transport)));
        specs.filter_map(|spec| spec.range()).collect()
    };
    let mut listeners = Vec::new();
    for product in products {
        let taken = [Transport::Tcp, Transport::Udp].map(|transport| (transport, taken(*product, transport)));
        let is_free = |spec: &PortSpec<Service>| {
            let (Some(own), Some(range)) = (spec.transport(), spec.range()) else { return false };
            let ports = PortSet::from(range);
            taken.iter().all(|(transport, taken)| !own.meets(*transport) || !taken.meets(&ports))
        };
        for flow in inbound(product) {
            for spec in flow.ports() {
                let others = flow.ports().filter(|other| other.group() == spec.group() && *other != spec);
                let alternatives = others.map(|spec| Alternative { free: is_free(&spec), spec }).collect();
                listeners.push(Listener { product: *product, flow, spec, alternatives });
            }
        }
    }
    listeners
}

/// All places at which anybody listens: TCP and UDP by their ports, then ESP. A listener whose transport is not stated is at
/// those of both; one whose number is not given is at none.
pub fn places(listeners: &[Listener]) -> Vec<Place<'_>> {
    let mut places = Vec::new();
    for transport in [Transport::Tcp, Transport::Udp] {
        let own: Vec<(&Listener, PortRange)> = listeners
            .iter()
            .filter(|listener| listener.spec.transport().is_some_and(|own| own.meets(transport)))
            .filter_map(|listener| Some((listener, listener.spec.range()?)))
            .collect();
        // Who listens changes only where a range begins, and behind where one ends.
        let firsts = own.iter().map(|(_, range)| Some(range.first()));
        let mut bounds: Vec<u16> =
            firsts.chain(own.iter().map(|(_, range)| range.last().checked_add(1))).flatten().collect();
        bounds.sort_unstable();
        bounds.dedup();
        for (number, first) in bounds.iter().enumerate() {
            let last = bounds.get(number + 1).map_or(u16::MAX, |next| next - 1);
            let there = own.iter().filter(|(_, range)| range.contains(*first)).map(|(listener, _)| *listener);
            places.push(Place { transport, range: PortRange::new(*first, last), listeners: there.collect() });
        }
    }
    let esp = listeners.iter().filter(|listener| listener.spec.transport() == Some(Transport::Esp));
    places.push(Place { transport: Transport::Esp, range: None, listeners: esp.collect() });
    places.retain(|place| !place.listeners.is_empty());
    places
}
