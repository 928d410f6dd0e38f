//! The verdicts of an audit: the inbound flows of products against an observation, and the ports that none of them documents.

mod flows;
mod undocumented;

use std::collections::BTreeMap;

use port_core::Direction;

use super::observation::{Observation, State};
use crate::dataset::{Dataset, Flow};
use crate::protocol::Protocol;
use crate::words::words;
pub use flows::{FlowVerdict, Observed, SpecVerdict, Verdict};
use flows::{Peers, flow_verdict};
pub use undocumented::{Undocumented, UnnumberedService};
use undocumented::{documented, undocumented_ports, undocumented_protocols};

words! {
    /// A finding that can make an audit fail.
    Failure is a "finding" {
        /// A port or a protocol is open, to anybody or to some peers, and in no inbound flow
        Undocumented = "undocumented",
        /// A port of a flow is open to some peers only
        Restricted = "restricted",
        /// A port of a flow is not open
        Missing = "missing",
        /// The same, for flows that the document requires
        MissingRequired = "missing-required",
        /// The source can't decide whether ports are open, or didn't check ports of a flow or of TCP
        Unknown = "unknown",
        /// The source didn't check a port that is in no inbound flow; unlike unknown, this includes UDP
        NotChecked = "not-checked",
        /// A flow is documented without a port number, or the document doesn't say which of its ports are needed and not all are open
        Undecided = "undecided",
        /// A flow that stays within its machine or its pod is open to peers
        Exposed = "exposed",
    }
}

/// How often a failure occurs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// Documented flows.
    pub flows: usize,
    /// Ranges of ports that are in no inbound flow.
    pub ranges: usize,
    /// Protocols without ports that are in no inbound flow.
    pub protocols: usize,
}

impl Failures {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Failures::default()
    }
}

/// What the addresses of one peer reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerObservation {
    /// The addresses.
    pub addresses: Vec<String>,
    /// What all of them reach; a port that a part of them reaches is [`State::Restricted`].
    pub observation: Observation,
}

/// The documents of products compared with an observation of their machine. It serializes as `port-catalog audit --format json`
/// prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit<'a> {
    /// The ids of the products, which share the machine.
    pub products: Vec<&'a str>,
    /// The only parts of the products that run on the machine; all of them, if it is empty.
    pub components: Vec<&'a str>,
    /// What was observed.
    pub observation: &'a Observation,
    /// The products' inbound flows, in catalog order for each product.
    pub flows: Vec<FlowVerdict<'a>>,
    /// Ports that are open and in no inbound flow.
    pub undocumented: Vec<Undocumented>,
    /// Ports that are open to some peers and in no inbound flow.
    pub undocumented_restricted: Vec<Undocumented>,
    /// Ports that are in no inbound flow, if the source can't decide whether they are open.
    pub undocumented_unknown: Vec<Undocumented>,
    /// Ports that are in no inbound flow and on loopback only.
    pub undocumented_loopback: Vec<Undocumented>,
    /// Ports that are in no inbound flow and that the source didn't check.
    pub undocumented_not_checked: Vec<Undocumented>,
    /// Protocols without ports that are in no inbound flow and are accepted, or may be.
    pub undocumented_protocols: Vec<Observed>,
    /// The number of outbound flows. The machine's own ports show nothing about them.
    pub outbound: usize,
}

impl<'a> Audit<'a> {
    /// Audits products of the dataset that share one machine. The verdict on a flow whose peer is in `peers` is about that peer's
    /// addresses.
    #[must_use]
    pub fn new(
        dataset: &'a Dataset,
        products: &[&'a str],
        observation: &'a Observation,
        peers: &BTreeMap<String, PeerObservation>,
    ) -> Audit<'a> {
        Audit::of_components(dataset, products, &[], observation, peers)
    }

    /// The same for a machine that runs only some parts of the products. A product without any of them runs as a whole.
    #[must_use]
    pub fn of_components(
        dataset: &'a Dataset,
        products: &[&'a str],
        components: &[&'a str],
        observation: &'a Observation,
        peers: &BTreeMap<String, PeerObservation>,
    ) -> Audit<'a> {
        let all = products.iter().flat_map(|product| dataset.flows_of(product));
        let own = all.filter(|flow| runs_on_machine(dataset, flow, components));
        let (inbound, outbound): (Vec<&Flow>, Vec<&Flow>) = own.partition(|flow| is_inbound(dataset, flow, components));
        let undocumented = |state| undocumented_ports(dataset, &inbound, observation, state);
        // A port that some other flow opens to anybody may be open to anybody.
        let to_any: Vec<&Flow> = inbound.iter().copied().filter(|flow| !peers.contains_key(&flow.peer)).collect();
        let verdict = |flow: &&'a Flow| {
            let Some(peer) = peers.get(&flow.peer) else { return flow_verdict(flow, observation, Peers::Any) };
            let mut verdict = flow_verdict(flow, &peer.observation, Peers::Named);
            verdict.peer_addresses.clone_from(&peer.addresses);
            if is_open_to_more(flow, observation, &to_any) {
                verdict.remarks.push("open to anybody, not only to the site's addresses".to_string());
            }
            verdict
        };
        Audit {
            products: products.to_vec(),
            components: components.to_vec(),
            observation,
            undocumented: undocumented(State::Open),
            undocumented_restricted: undocumented(State::Restricted),
            undocumented_unknown: undocumented(State::Unknown),
            undocumented_loopback: undocumented(State::Loopback),
            undocumented_not_checked: undocumented(State::NotChecked),
            undocumented_protocols: undocumented_protocols(&inbound, observation),
            flows: inbound.iter().map(verdict).collect(),
            outbound: outbound.len(),
        }
    }

    /// The number of flows with a verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.flows.iter().filter(|flow| flow.verdict == verdict).count()
    }

    /// The undocumented protocols in a state. ICMP doesn't count: nobody connects to it, and every machine needs some of it.
    fn protocols(&self, state: State) -> usize {
        self.undocumented_protocols.iter().filter(|seen| seen.state == state && !seen.protocol.is_icmp()).count()
    }

    /// The undocumented ranges of some protocols that the source didn't check.
    ///
    /// A scan of every port of TCP takes minutes. One of UDP takes most of a day, since a machine answers for a closed port about once a
    /// second, so a scan that leaves out undocumented ports of UDP is as complete as scans are. [`Failure::NotChecked`] finds them.
    fn not_checked(&self, is_included: impl Fn(Protocol) -> bool) -> usize {
        self.undocumented_not_checked.iter().filter(|range| is_included(range.observed.protocol)).count()
    }

    /// What failures of a kind are about: documented flows, ranges of ports that are in no flow, and such protocols.
    #[must_use]
    pub fn failures(&self, failure: Failure) -> Failures {
        let flows = |flows| Failures { flows, ..Failures::default() };
        match failure {
            Failure::Undocumented => Failures {
                flows: 0,
                ranges: self.undocumented.len() + self.undocumented_restricted.len(),
                protocols: self.protocols(State::Open) + self.protocols(State::Restricted),
            },
            Failure::Restricted => flows(self.count(Verdict::Restricted)),
            Failure::Missing => flows(self.flows.iter().filter(|flow| flow.is_missing()).count()),
            Failure::MissingRequired => flows(self.flows.iter().filter(|flow| flow.is_missing_and_required()).count()),
            Failure::Unknown => Failures {
                flows: self.count(Verdict::Unknown),
                ranges: self.undocumented_unknown.len() + self.not_checked(|protocol| protocol == Protocol::TCP),
                protocols: self.protocols(State::Unknown),
            },
            Failure::NotChecked => Failures { ranges: self.not_checked(|_| true), ..Failures::default() },
            Failure::Undecided => flows(self.count(Verdict::Undecided)),
            Failure::Exposed => flows(self.count(Verdict::Exposed)),
        }
    }
}

/// Whether one of the components, or the whole product, is at an end of a flow.
fn runs_on_machine(dataset: &Dataset, flow: &Flow, components: &[&str]) -> bool {
    is_at(dataset, flow, components, |component| flow.involves_component(component))
}

/// Whether a flow is expected on the machine's own ports: a peer opens it to a component that runs there. A flow between two
/// components is stored where it is listened for.
fn is_inbound(dataset: &Dataset, flow: &Flow, components: &[&str]) -> bool {
    flow.direction == Direction::Inbound
        && is_at(dataset, flow, components, |component| flow.component.as_deref() == Some(component))
}

/// Whether a component satisfies the predicate. A flow for which the document names no component is about all of them, and a product
/// without any of the components runs as a whole.
fn is_at(dataset: &Dataset, flow: &Flow, components: &[&str], predicate: impl Fn(&str) -> bool) -> bool {
    let known = dataset.product(&flow.product).map(|product| product.components.as_slice()).unwrap_or_default();
    let mut own = components.iter().filter(|component| known.iter().any(|known| known == *component)).peekable();
    flow.component.is_none() || own.peek().is_none() || own.any(|component| predicate(component))
}

/// Whether anybody reaches a port of a flow for which the site has addresses, and which no flow to anybody documents.
fn is_open_to_more(flow: &Flow, observation: &Observation, to_any: &[&Flow]) -> bool {
    let with_ports = Protocol::KNOWN.iter().copied().filter(|protocol| protocol.has_ports());
    with_ports.into_iter().any(|protocol| {
        let own = &documented(&[flow], protocol) - &documented(to_any, protocol);
        own.overlaps(&observation.ports(protocol, |state| state == State::Open))
    })
}

#[cfg(test)]
mod tests;
