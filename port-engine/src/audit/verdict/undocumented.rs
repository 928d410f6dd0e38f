//! What is open, or may be, and in no inbound flow: ports, protocols without ports, and types of ICMP.
//!
//! If the same is known about all ports of SCTP, and no flow has one, SCTP is reported as a protocol, in one line, and not at all if
//! nothing checked it or nothing is open: few machines use it.

use std::collections::BTreeSet;

use super::baseline::{Baseline, Unnumbered};
use super::flows::Observed;
use crate::audit::firewall::icmp::is_needed;
use crate::audit::observation::{Finding, Observation, State, View};
use crate::dataset::PortSpec;
use crate::port_set::PortSet;
use crate::protocol::Protocol;

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

/// The ports in a state that no inbound flow documents.
pub(super) fn undocumented_ports(baseline: &Baseline, observation: &Observation, state: State) -> Vec<Undocumented> {
    let reported =
        baseline.documented.iter().filter(|(protocol, _)| as_one(**protocol, baseline, observation).is_none());
    let observed = reported.flat_map(|(protocol, documented)| {
        let pieces = observation.pieces(*protocol).iter().filter(|piece| piece.state == state);
        let is_seen = pieces.clone().next().is_some();
        let ports = is_seen.then(|| &pieces.map(|piece| piece.range).collect::<PortSet>() - documented);
        let pieces = ports.map(|ports| observation.pieces_within(*protocol, &ports)).unwrap_or_default();
        pieces.into_iter().map(|piece| Observed::ports(*protocol, piece))
    });
    let may_be = |observed: &Observed| {
        let services = baseline.unnumbered.iter().filter(|unnumbered| unnumbered.may_be(observed));
        let service = |one: &Unnumbered| UnnumberedService { service: one.service.clone(), flow: one.flow.clone() };
        services.map(service).collect()
    };
    observed.map(|observed| Undocumented { may_be: may_be(&observed), observed }).collect()
}

/// What is known about all ports of a protocol that is reported in one line; `None` if its ports are reported.
fn as_one(protocol: Protocol, baseline: &Baseline, observation: &Observation) -> Option<Finding> {
    let [piece] = observation.pieces(protocol) else { return None };
    (protocol == Protocol::SCTP && baseline.documented[&protocol].is_empty())
        .then(|| Finding { state: piece.state, evidence: piece.evidence.clone() })
}

/// The protocols without ports, and the types of ICMP, that are accepted, or may be, and that no inbound flow documents.
pub(super) fn undocumented_protocols(baseline: &Baseline, observation: &Observation) -> Vec<Observed> {
    let is_scan = observation.sources.iter().all(|tool| tool.view() == View::Scan);
    let is_reported = |protocol: Protocol, state: State| match state {
        State::Open | State::Restricted => true,
        // A scan can't decide about most protocols.
        State::Unknown => !is_scan || protocol == Protocol::ESP,
        State::NotOpen | State::Loopback | State::NotChecked => false,
    };
    let specs = || baseline.inbound.iter().flat_map(|flow| &flow.ports);
    let portless = observation.all_portless().filter(|(portless, _)| portless.icmp_type.is_none());
    let portless = portless.map(|(portless, finding)| (portless.protocol, finding.clone()));
    let sctp = as_one(Protocol::SCTP, baseline, observation).map(|finding| (Protocol::SCTP, finding));
    let found = portless.chain(sctp).filter(|(protocol, finding)| {
        is_reported(*protocol, finding.state) && !specs().any(|spec| protocol.may_be(spec))
    });
    let mut found: Vec<Observed> = found.map(|(protocol, finding)| Observed::portless(protocol, finding)).collect();
    for protocol in [Protocol::ICMP, Protocol::ICMPV6] {
        let own: Vec<Option<u8>> = specs().filter(|spec| protocol.may_be(spec)).map(PortSpec::icmp_type).collect();
        if !own.contains(&None) {
            let documented = own.into_iter().flatten().collect();
            let types = types(protocol, &documented, observation);
            found.extend(types.into_iter().filter(|seen| is_reported(protocol, seen.state)));
        }
    }
    found.sort_by_key(|seen| seen.protocol);
    found
}

/// The types of ICMP that no flow documents, those in the same state for the same reasons joined. Without a type, it is all of them.
fn types(protocol: Protocol, documented: &BTreeSet<u8>, observation: &Observation) -> Vec<Observed> {
    let mut found: Vec<Observed> = Vec::new();
    let mut is_joined = false;
    for icmp_type in (0..=u8::MAX).filter(|icmp_type| !is_needed(protocol, *icmp_type)) {
        if documented.contains(&icmp_type) {
            is_joined = false;
            continue;
        }
        let finding = observation.of_type(protocol, Some(icmp_type));
        match found.last_mut() {
            Some(Observed { icmp_types: Some((_, last)), state, evidence, .. })
                if is_joined && *state == finding.state && *evidence == finding.evidence =>
            {
                *last = icmp_type;
            }
            _ => found
                .push(Observed { icmp_types: Some((icmp_type, icmp_type)), ..Observed::portless(protocol, finding) }),
        }
        is_joined = true;
    }
    match &mut found[..] {
        [all] if documented.is_empty() => all.icmp_types = None,
        _ => {}
    }
    found
}
