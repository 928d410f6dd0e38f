//! The verdicts of an audit: the inbound flows of products against an observation, and the ports that none of them documents.

mod baseline;
mod flows;
mod undocumented;

use std::collections::BTreeMap;

use super::observation::{Observation, State};
use crate::dataset::Dataset;
use crate::protocol::Protocol;
use crate::words::words;
pub use baseline::{Baseline, parts, runs_on_machine};
pub use flows::{FlowVerdict, Observed, SpecVerdict, Verdict};
pub use undocumented::{Undocumented, UnnumberedService};

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
        Baseline::new(dataset, products, &[]).audit(observation, peers)
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

#[cfg(test)]
mod tests;
