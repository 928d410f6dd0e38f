//! What products' documents expect of a machine, prepared once for any number of machines.

use std::collections::BTreeMap;

use port_core::Direction;

use super::flows::{Observed, Peers, flow_verdict};
use super::undocumented::{undocumented_ports, undocumented_protocols};
use super::{Audit, PeerObservation};
use crate::audit::observation::{Observation, State};
use crate::audit::pointwise::deduplicated;
use crate::dataset::{Dataset, Flow, PortSpec};
use crate::port_set::PortSet;
use crate::protocol::Protocol;

/// The flows of products that share a machine, and the ports that they document.
#[derive(Clone, Debug)]
pub struct Baseline<'a> {
    products: Vec<&'a str>,
    components: Vec<&'a str>,
    /// The inbound flows, in catalog order for each product.
    pub(super) inbound: Vec<&'a Flow>,
    outbound: usize,
    /// The ports that the inbound flows document, for each protocol with ports.
    pub(super) documented: BTreeMap<Protocol, PortSet>,
    /// The services that inbound flows name without a port.
    pub(super) unnumbered: Vec<Unnumbered>,
}

/// A service for which an inbound flow gives no port number.
#[derive(Clone, Debug)]
pub(super) struct Unnumbered {
    pub service: String,
    pub flow: String,
    /// Its port in the IANA registry.
    pub port: u16,
    /// The protocols that carry it.
    pub protocols: Vec<Protocol>,
}

impl<'a> Baseline<'a> {
    /// The flows of the newest editions of products, on a machine that runs only some of their components. A product without any of
    /// the components runs as a whole.
    #[must_use]
    pub fn new(dataset: &'a Dataset, products: &[&'a str], components: &[&'a str]) -> Baseline<'a> {
        let parts = parts(dataset, products, components);
        let flows = products.iter().flat_map(|product| dataset.flows_of(product));
        let baseline = Baseline::of_flows(dataset, products, &parts, flows);
        Baseline { components: components.to_vec(), ..baseline }
    }

    /// The same for the given flows, such as those of older editions of the products. `parts` are the components that run on the
    /// machine, each after its product.
    #[must_use]
    pub fn of_flows(
        dataset: &'a Dataset,
        products: &[&'a str],
        parts: &[(&'a str, &'a str)],
        flows: impl Iterator<Item = &'a Flow>,
    ) -> Baseline<'a> {
        let own = flows.filter(|flow| runs_on_machine(flow, parts));
        let (inbound, outbound): (Vec<&Flow>, Vec<&Flow>) = own.partition(|flow| is_inbound(flow, parts));
        let with_ports = Protocol::KNOWN.iter().copied().filter(|protocol| protocol.has_ports());
        Baseline {
            products: products.to_vec(),
            components: deduplicated(parts.iter().map(|(_, component)| *component)),
            documented: with_ports.map(|protocol| (protocol, documented(&inbound, protocol))).collect(),
            unnumbered: unnumbered(dataset, &inbound),
            outbound: outbound.len(),
            inbound,
        }
    }

    /// Compares the flows with what was observed of a machine. The verdict on a flow whose peer is in `peers` is about that peer's
    /// addresses.
    #[must_use]
    pub fn audit<'b>(&self, observation: &'b Observation, peers: &BTreeMap<String, PeerObservation>) -> Audit<'b>
    where
        'a: 'b,
    {
        let undocumented = |state| undocumented_ports(self, observation, state);
        // A port that some other flow opens to anybody may be open to anybody.
        let to_any: Vec<&Flow> = self.inbound.iter().copied().filter(|flow| !peers.contains_key(&flow.peer)).collect();
        let verdict = |flow: &&'b Flow| {
            let Some(peer) = peers.get(&flow.peer) else { return flow_verdict(flow, observation, Peers::Any) };
            let mut verdict = flow_verdict(flow, &peer.observation, Peers::Named);
            verdict.peer_addresses.clone_from(&peer.addresses);
            if is_open_to_more(flow, observation, &to_any) {
                verdict.remarks.push("open to anybody, not only to the site's addresses".to_string());
            }
            verdict
        };
        Audit {
            products: self.products.clone(),
            components: self.components.clone(),
            observation,
            undocumented: undocumented(State::Open),
            undocumented_restricted: undocumented(State::Restricted),
            undocumented_unknown: undocumented(State::Unknown),
            undocumented_loopback: undocumented(State::Loopback),
            undocumented_not_checked: undocumented(State::NotChecked),
            undocumented_protocols: undocumented_protocols(self, observation),
            flows: self.inbound.iter().map(verdict).collect(),
            outbound: self.outbound,
        }
    }
}

impl Unnumbered {
    /// Whether its registered port was observed here.
    pub fn may_be(&self, observed: &Observed) -> bool {
        observed.range.is_some_and(|range| range.contains(self.port)) && self.protocols.contains(&observed.protocol)
    }
}

/// The services that flows name without a port, and that have a port in the registry.
fn unnumbered(dataset: &Dataset, flows: &[&Flow]) -> Vec<Unnumbered> {
    let specs = flows.iter().flat_map(|flow| flow.ports.iter().map(move |spec| (flow, spec)));
    let found = specs.filter(|(_, spec)| spec.transport().is_none()).filter_map(|(flow, spec)| {
        let service = dataset.service(spec.service_ref()?)?;
        let protocols = service.transports.iter().flat_map(|transport| Protocol::possible(*transport));
        Some(Unnumbered {
            service: service.id.clone(),
            flow: flow.id.clone(),
            port: service.port?,
            protocols: protocols.copied().collect(),
        })
    });
    found.collect()
}

/// The ports of a protocol that the flows document.
fn documented(flows: &[&Flow], protocol: Protocol) -> PortSet {
    let specs = flows.iter().flat_map(|flow| &flow.ports);
    let own = specs.filter(|spec| protocol.may_be(spec));
    own.filter_map(PortSpec::range).collect()
}

/// The components that products have, each after its product.
#[must_use]
pub fn parts<'a>(dataset: &'a Dataset, products: &[&str], components: &[&str]) -> Vec<(&'a str, &'a str)> {
    let products = products.iter().filter_map(|product| dataset.product(product));
    let own = products.flat_map(|product| {
        let known = product.components.iter().filter(|known| components.contains(&known.as_str()));
        known.map(|component| (product.id.as_str(), component.as_str()))
    });
    own.collect()
}

/// Whether one of the parts, or the whole product, is at an end of a flow.
#[must_use]
pub fn runs_on_machine(flow: &Flow, parts: &[(&str, &str)]) -> bool {
    is_at(flow, parts, |component| flow.involves_component(component))
}

/// Whether a flow is expected on the machine's own ports: a peer opens it to a component that runs there. A flow between two
/// components is stored where it is listened for.
fn is_inbound(flow: &Flow, parts: &[(&str, &str)]) -> bool {
    flow.direction == Direction::Inbound && is_at(flow, parts, |component| flow.component.as_deref() == Some(component))
}

/// Whether a part of the flow's product satisfies the predicate. A flow for which the document names no component is about all of
/// them, and a product without any of the parts runs as a whole.
fn is_at(flow: &Flow, parts: &[(&str, &str)], predicate: impl Fn(&str) -> bool) -> bool {
    let mut own = parts.iter().filter(|(product, _)| *product == flow.product).peekable();
    flow.component.is_none() || own.peek().is_none() || own.any(|(_, component)| predicate(component))
}

/// Whether anybody reaches a port of a flow for which the site has addresses, and which no flow to anybody documents.
fn is_open_to_more(flow: &Flow, observation: &Observation, to_any: &[&Flow]) -> bool {
    let with_ports = Protocol::KNOWN.iter().copied().filter(|protocol| protocol.has_ports());
    with_ports.into_iter().any(|protocol| {
        let own = &documented(&[flow], protocol) - &documented(to_any, protocol);
        own.overlaps(&observation.ports(protocol, |state| state == State::Open))
    })
}
