//! The verdicts of an audit: a product's inbound flows against an observation.
//!
//! A flow is judged from its port specs up. A spec is open if all of its ports are open. Specs of one group are alternatives, so
//! the best one counts; all groups are needed, so the worst one counts. "Unknown" is better than "missing" among alternatives and
//! never hides a group that is missing: what may be open is not called missing, and what is missing is reported.

use port_core::{Direction, PortRange, Requirement, Transport};

use super::observation::{Finding, Observation, Piece, State};
use crate::dataset::{Dataset, Flow, PortSpec};
use crate::port_set::PortSet;
use crate::protocol::Protocol;
use crate::words::words;

words! {
    /// The verdict on a flow, or on one of its port specs.
    Verdict is a "verdict" {
        /// Documented and open; of alternatives, one is
        Open = "open",
        /// Documented and not open in part: some ports of a range, or some of the groups
        PartlyOpen = "partly-open",
        /// Documented and open to some peers only
        Restricted = "restricted",
        /// Documented and not open
        Missing = "missing",
        /// Documented, and the source can't decide
        Unknown = "unknown",
        /// Documented without a port number, so no source can decide
        Undecided = "undecided",
    }
}

impl Verdict {
    /// The verdict on alternatives, of which one is enough.
    fn of_any(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
        let order = [Verdict::Open, Verdict::Restricted, Verdict::Unknown, Verdict::Undecided, Verdict::PartlyOpen];
        let verdicts: Vec<Verdict> = verdicts.collect();
        order.into_iter().find(|verdict| verdicts.contains(verdict)).unwrap_or(Verdict::Missing)
    }

    /// The verdict on groups, all of which are needed.
    fn of_all(verdicts: &[Verdict]) -> Verdict {
        let has = |verdict| verdicts.contains(&verdict);
        if has(Verdict::PartlyOpen) || has(Verdict::Missing) && has(Verdict::Open) {
            Verdict::PartlyOpen
        } else if has(Verdict::Missing) {
            Verdict::Missing
        } else if has(Verdict::Unknown) {
            Verdict::Unknown
        } else if has(Verdict::Restricted) {
            Verdict::Restricted
        } else if has(Verdict::Undecided) {
            Verdict::Undecided
        } else {
            Verdict::Open
        }
    }
}

/// What was observed of ports, or of a protocol without ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The protocol.
    pub protocol: Protocol,
    /// Which ports; `None` for a protocol without ports.
    pub range: Option<PortRange>,
    /// Their state.
    pub state: State,
    /// The reasons.
    pub evidence: Vec<String>,
}

impl Observed {
    fn ports(protocol: Protocol, piece: Piece) -> Observed {
        Observed { protocol, range: Some(piece.range), state: piece.state, evidence: piece.evidence }
    }

    fn portless(protocol: Protocol, finding: Finding) -> Observed {
        Observed { protocol, range: None, state: finding.state, evidence: finding.evidence }
    }
}

/// The verdict on a port spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecVerdict {
    /// The spec.
    pub spec: PortSpec,
    /// The verdict.
    pub verdict: Verdict,
    /// What was observed of its ports, in order. Empty if the document gives no port number.
    pub observed: Vec<Observed>,
}

/// The verdict on a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowVerdict<'a> {
    /// The flow.
    pub flow: &'a Flow,
    /// The verdict.
    pub verdict: Verdict,
    /// The verdicts on its port specs, in order.
    pub specs: Vec<SpecVerdict>,
}

impl FlowVerdict<'_> {
    /// Whether something that the flow needs is not open.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self.verdict, Verdict::Missing | Verdict::PartlyOpen)
    }

    /// The same for a flow that the document requires.
    #[must_use]
    pub fn is_missing_and_required(&self) -> bool {
        self.is_missing() && self.flow.requirement == Requirement::Required
    }
}

/// Ports that no inbound flow documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undocumented {
    /// What was observed.
    pub observed: Observed,
    /// Inbound flows that name a service without a port, whose registered port is one of these.
    pub may_be: Vec<UnnumberedService>,
}

/// A service for which a flow gives no port number.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct UnnumberedService {
    /// The service's id.
    pub service: String,
    /// The flow's id.
    pub flow: String,
}

words! {
    /// A finding that can make an audit fail.
    Failure is a "finding" {
        /// A port or a protocol is open and in no inbound flow
        Undocumented = "undocumented",
        /// A port of a flow is not open
        Missing = "missing",
        /// The same, for flows that the document requires
        MissingRequired = "missing-required",
        /// The source can't decide whether ports are open, or didn't check ports of a flow or of TCP
        Unknown = "unknown",
        /// The source didn't check a port that is in no inbound flow; unlike unknown, this includes UDP
        NotChecked = "not-checked",
        /// A flow is documented without a port number
        Undecided = "undecided",
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

/// A product's document compared with an observation. It serializes as `port-catalog audit --format json` prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit<'a> {
    /// The product's id.
    pub product: &'a str,
    /// What was observed.
    pub observation: &'a Observation,
    /// The product's inbound flows, in catalog order.
    pub flows: Vec<FlowVerdict<'a>>,
    /// Ports that are open and in no inbound flow.
    pub undocumented: Vec<Undocumented>,
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
    /// Audits a product of the dataset.
    #[must_use]
    pub fn new(dataset: &'a Dataset, product: &'a str, observation: &'a Observation) -> Audit<'a> {
        let (inbound, outbound): (Vec<&Flow>, Vec<&Flow>) =
            dataset.flows_of(product).partition(|flow| flow.direction == Direction::Inbound);
        let undocumented = |state: State| -> Vec<Undocumented> {
            let with_ports = Protocol::KNOWN.iter().copied().filter(|protocol| protocol.has_ports());
            let observed = with_ports.flat_map(|protocol| {
                let seen = observation.ports(protocol, |seen| seen == state);
                let pieces = observation.pieces_within(protocol, &(&seen - &documented(&inbound, protocol)));
                pieces.into_iter().map(move |piece| Observed::ports(protocol, piece))
            });
            observed
                .map(|observed| Undocumented { may_be: unnumbered_services(dataset, &inbound, &observed), observed })
                .collect()
        };
        Audit {
            product,
            observation,
            undocumented: undocumented(State::Open),
            undocumented_unknown: undocumented(State::Unknown),
            undocumented_loopback: undocumented(State::Loopback),
            undocumented_not_checked: undocumented(State::NotChecked),
            undocumented_protocols: undocumented_protocols(&inbound, observation),
            flows: inbound.iter().map(|flow| flow_verdict(flow, observation)).collect(),
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
        let is_icmp = |protocol| protocol == Protocol::ICMP || protocol == Protocol::ICMPV6;
        self.undocumented_protocols.iter().filter(|seen| seen.state == state && !is_icmp(seen.protocol)).count()
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
            Failure::Undocumented => {
                Failures { flows: 0, ranges: self.undocumented.len(), protocols: self.protocols(State::Open) }
            }
            Failure::Missing => flows(self.flows.iter().filter(|flow| flow.is_missing()).count()),
            Failure::MissingRequired => flows(self.flows.iter().filter(|flow| flow.is_missing_and_required()).count()),
            Failure::Unknown => Failures {
                flows: self.count(Verdict::Unknown),
                ranges: self.undocumented_unknown.len() + self.not_checked(|protocol| protocol == Protocol::TCP),
                protocols: self.protocols(State::Unknown),
            },
            Failure::NotChecked => Failures { ranges: self.not_checked(|_| true), ..Failures::default() },
            Failure::Undecided => flows(self.count(Verdict::Undecided)),
        }
    }
}

/// The ports of a protocol that the flows document.
fn documented(flows: &[&Flow], protocol: Protocol) -> PortSet {
    let specs = flows.iter().flat_map(|flow| &flow.ports);
    let own = specs.filter(|spec| may_use(spec, protocol));
    own.filter_map(PortSpec::range).collect()
}

/// The protocols without ports that are accepted, or may be, and that no inbound flow documents.
fn undocumented_protocols(inbound: &[&Flow], observation: &Observation) -> Vec<Observed> {
    let is_documented = |protocol| inbound.iter().flat_map(|flow| &flow.ports).any(|spec| may_use(spec, protocol));
    let found = observation.portless_protocols().filter(|(protocol, finding)| {
        matches!(finding.state, State::Open | State::Unknown) && !is_documented(*protocol)
    });
    found.map(|(protocol, finding)| Observed::portless(protocol, finding.clone())).collect()
}

/// Whether a spec's transport may mean a protocol.
fn may_use(spec: &PortSpec, protocol: Protocol) -> bool {
    spec.transport().is_some_and(|transport| Protocol::possible(transport).contains(&protocol))
}

/// The services that inbound flows name without a port, and whose registered port was observed here.
fn unnumbered_services(dataset: &Dataset, inbound: &[&Flow], observed: &Observed) -> Vec<UnnumberedService> {
    let specs = inbound.iter().flat_map(|flow| flow.ports.iter().map(move |spec| (flow, spec)));
    let unnumbered = specs.filter(|(_, spec)| spec.transport().is_none());
    let services = unnumbered.filter_map(|(flow, spec)| {
        let service = dataset.service(spec.service_ref()?)?;
        let is_within = observed.range?.contains(service.port?);
        let mut protocols = service.transports.iter().flat_map(|transport| Protocol::possible(*transport));
        (is_within && protocols.any(|own| *own == observed.protocol))
            .then(|| UnnumberedService { service: service.id.clone(), flow: flow.id.clone() })
    });
    services.collect()
}

/// The verdict on a flow; see the module's documentation.
fn flow_verdict<'a>(flow: &'a Flow, observation: &Observation) -> FlowVerdict<'a> {
    let specs: Vec<SpecVerdict> = flow.ports.iter().map(|spec| spec_verdict(spec, observation)).collect();
    let groups: Vec<Verdict> = specs
        .chunk_by(|one, next| one.spec.group() == next.spec.group())
        .map(|group| Verdict::of_any(group.iter().map(|spec| spec.verdict)))
        .collect();
    FlowVerdict { flow, verdict: Verdict::of_all(&groups), specs }
}

fn spec_verdict(spec: &PortSpec, observation: &Observation) -> SpecVerdict {
    match (spec.transport(), spec.range()) {
        (Some(transport), Some(range)) => ports_verdict(spec, transport, range, observation),
        (Some(transport), None) => portless_verdict(spec, transport, observation),
        // The document names a service and gives no port, so there is nothing to check.
        (None, _) => SpecVerdict { spec: spec.clone(), verdict: Verdict::Undecided, observed: Vec::new() },
    }
}

/// The verdict on a range of ports. If the transport isn't stated, a port is open if it is open over any protocol, and not open
/// only if it isn't over all of them.
fn ports_verdict(spec: &PortSpec, transport: Transport, range: PortRange, observation: &Observation) -> SpecVerdict {
    let ports = PortSet::from(range);
    let mut open = PortSet::empty();
    let mut restricted = PortSet::empty();
    let mut not_open = ports.clone();
    let mut observed = Vec::new();
    for protocol in Protocol::possible(transport) {
        let is_not_open = |state| matches!(state, State::NotOpen | State::Loopback);
        open = &open | &(&ports & &observation.ports(*protocol, |state| state == State::Open));
        restricted = &restricted | &(&ports & &observation.ports(*protocol, |state| state == State::Restricted));
        not_open = &not_open & &observation.ports(*protocol, is_not_open);
        let pieces = observation.pieces_within(*protocol, &ports);
        observed.extend(pieces.into_iter().map(|piece| Observed::ports(*protocol, piece)));
    }
    let verdict = if open == ports {
        Verdict::Open
    } else if (&open | &restricted) == ports {
        Verdict::Restricted
    } else if not_open.is_empty() {
        Verdict::Unknown
    } else if open.is_empty() {
        Verdict::Missing
    } else {
        Verdict::PartlyOpen
    };
    SpecVerdict { spec: spec.clone(), verdict, observed }
}

/// The verdict on a protocol without ports, such as ESP.
fn portless_verdict(spec: &PortSpec, transport: Transport, observation: &Observation) -> SpecVerdict {
    let protocols = Protocol::possible(transport).iter();
    let observed: Vec<Observed> =
        protocols.map(|protocol| Observed::portless(*protocol, observation.portless(*protocol))).collect();
    let verdicts = observed.iter().map(|observed| match observed.state {
        State::Open => Verdict::Open,
        State::Restricted => Verdict::Restricted,
        State::NotOpen | State::Loopback => Verdict::Missing,
        State::Unknown | State::NotChecked => Verdict::Unknown,
    });
    SpecVerdict { spec: spec.clone(), verdict: Verdict::of_any(verdicts), observed }
}

#[cfg(test)]
mod tests;
