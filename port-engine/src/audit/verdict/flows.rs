//! The verdict on one flow, from its port specs up.
//!
//! A spec is open if all of its ports are open, and missing if none of them is open or may be. Specs of one group are alternatives, so
//! the best one counts. If all groups are needed, the worst one counts. "Unknown" is better than "missing" among alternatives and
//! never hides a group that is missing: what may be open is not called missing, and what is missing is reported. If the document
//! doesn't say which groups are needed, a flow is undecided as long as a group isn't open.
//!
//! A flow that stays within its machine or its pod isn't expected to be open to peers, nor is one that the document calls disabled.

use std::fmt;

use port_core::{Enabled, Groups, PortRange, Requirement, Scope, Transport};

use crate::audit::observation::{Finding, Observation, Piece, State, echo_request};
use crate::dataset::{Flow, PortSpec};
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
        /// Documented without a port number, or without saying which ports are needed, of which some are not open: no source can decide
        Undecided = "undecided",
        /// Documented as disabled by default, and not open
        Off = "off",
        /// Documented within the machine or the pod only, and not open to peers
        Local = "local",
        /// Documented within the machine or the pod only, and open to peers
        Exposed = "exposed",
    }
}

impl Verdict {
    /// The verdict on alternatives, of which one is enough.
    pub(super) fn of_any(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
        let order = [Verdict::Open, Verdict::Restricted, Verdict::Unknown, Verdict::Undecided, Verdict::PartlyOpen];
        let verdicts: Vec<Verdict> = verdicts.collect();
        order.into_iter().find(|verdict| verdicts.contains(verdict)).unwrap_or(Verdict::Missing)
    }

    /// The verdict on groups of which the document doesn't say whether all are needed. If all were, or one, a group that isn't open
    /// would make a difference.
    fn of_some(verdicts: &[Verdict]) -> Verdict {
        let is_not_open = |verdict: &Verdict| matches!(verdict, Verdict::Missing | Verdict::PartlyOpen);
        if verdicts.len() > 1 && verdicts.iter().any(is_not_open) {
            Verdict::Undecided
        } else {
            Verdict::of_all(verdicts)
        }
    }

    /// The verdict on a flow that stays within its machine or its pod, from those on its specs.
    fn within_machine(verdicts: &[Verdict]) -> Verdict {
        let has = |expected: &[Verdict]| verdicts.iter().any(|verdict| expected.contains(verdict));
        if has(&[Verdict::Open, Verdict::PartlyOpen, Verdict::Restricted]) {
            Verdict::Exposed
        } else if has(&[Verdict::Unknown]) {
            Verdict::Unknown
        } else if has(&[Verdict::Missing]) {
            Verdict::Local
        } else {
            Verdict::Undecided
        }
    }

    /// The verdict on groups, all of which are needed.
    fn of_all(verdicts: &[Verdict]) -> Verdict {
        let has = |verdict| verdicts.contains(&verdict);
        if has(Verdict::PartlyOpen) || has(Verdict::Missing) && (has(Verdict::Open) || has(Verdict::Restricted)) {
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
    /// The first and the last type of ICMP; `None` for all of them, and for other protocols.
    pub icmp_types: Option<(u8, u8)>,
    /// Their state.
    pub state: State,
    /// The reasons.
    pub evidence: Vec<String>,
}

/// The protocol with its ports or its types: `tcp/80-90`, `esp`, `icmp/8`.
impl fmt::Display for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.protocol)?;
        match (self.range, self.icmp_types) {
            (Some(range), _) => write!(f, "/{range}"),
            (None, Some((first, last))) if first == last => write!(f, "/{first}"),
            (None, Some((first, last))) => write!(f, "/{first}-{last}"),
            (None, None) => Ok(()),
        }
    }
}

impl Observed {
    pub(super) fn ports(protocol: Protocol, piece: Piece) -> Observed {
        Observed { protocol, range: Some(piece.range), icmp_types: None, state: piece.state, evidence: piece.evidence }
    }

    /// What was observed of a type of ICMP, or of a protocol without types.
    fn of_type(protocol: Protocol, icmp_type: Option<u8>, observation: &Observation) -> Observed {
        let icmp_type = icmp_type.or(echo_request(protocol));
        let finding = observation.of_type(protocol, icmp_type);
        Observed { icmp_types: icmp_type.map(|own| (own, own)), ..Observed::portless(protocol, finding) }
    }

    pub(super) fn portless(protocol: Protocol, finding: Finding) -> Observed {
        Observed { protocol, range: None, icmp_types: None, state: finding.state, evidence: finding.evidence }
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
    /// The peer's addresses that the verdict is about; empty if it is about any peer.
    pub peer_addresses: Vec<String>,
    /// What else there is to know about the flow.
    pub remarks: Vec<String>,
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

/// Whom a verdict is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peers {
    /// Anybody: a port that only some reach is restricted.
    Any,
    /// The addresses of one peer, all of which have to reach the port: one that only some reach is open in part.
    Named,
}

/// The verdict on a flow; see the module's documentation.
pub(super) fn flow_verdict<'a>(flow: &'a Flow, observation: &Observation, peers: Peers) -> FlowVerdict<'a> {
    let specs: Vec<SpecVerdict> = flow.ports.iter().map(|spec| spec_verdict(spec, observation, peers)).collect();
    let groups: Vec<Verdict> = specs
        .chunk_by(|one, next| one.spec.group() == next.spec.group())
        .map(|group| Verdict::of_any(group.iter().map(|spec| spec.verdict)))
        .collect();
    let verdict = match (flow.scope, flow.enabled, flow.groups) {
        (Scope::Host | Scope::Pod, ..) => {
            Verdict::within_machine(&specs.iter().map(|spec| spec.verdict).collect::<Vec<_>>())
        }
        (_, Enabled::No, _) if Verdict::of_all(&groups) == Verdict::Missing => Verdict::Off,
        (_, _, Groups::Unstated) => Verdict::of_some(&groups),
        (_, _, Groups::All) => Verdict::of_all(&groups),
    };
    FlowVerdict { flow, verdict, specs, peer_addresses: Vec::new(), remarks: Vec::new() }
}

fn spec_verdict(spec: &PortSpec, observation: &Observation, peers: Peers) -> SpecVerdict {
    match (spec.transport(), spec.range()) {
        (Some(transport), Some(range)) => ports_verdict(spec, transport, range, observation, peers),
        (Some(_), None) => portless_verdict(spec, observation, peers),
        // The document names a service and gives no port, so there is nothing to check.
        (None, _) => SpecVerdict { spec: spec.clone(), verdict: Verdict::Undecided, observed: Vec::new() },
    }
}

/// The verdict on a range of ports. If the transport isn't stated, a port is open if it is open over any protocol, and not open
/// only if it isn't over all of them.
fn ports_verdict(
    spec: &PortSpec,
    transport: Transport,
    range: PortRange,
    observation: &Observation,
    peers: Peers,
) -> SpecVerdict {
    let protocols = Protocol::possible(transport).iter();
    let pieces = protocols.map(|protocol| observation.pieces_of_range(*protocol, range).collect());
    let pieces: Vec<Vec<Piece>> = pieces.collect();
    let states = states(range, &pieces);
    let has = |state| states.contains(&state);
    let verdict = match (has(State::Open), has(State::Restricted), has(State::NotOpen)) {
        (true, false, false) if !has(State::Unknown) => Verdict::Open,
        (_, true, _) if peers == Peers::Named => Verdict::PartlyOpen,
        (_, true, false) if !has(State::Unknown) => Verdict::Restricted,
        (_, _, false) => Verdict::Unknown,
        // Ports that aren't known may be open.
        (false, false, true) if has(State::Unknown) => Verdict::Unknown,
        (false, false, true) => Verdict::Missing,
        (_, _, true) => Verdict::PartlyOpen,
    };
    let named = Protocol::possible(transport).iter().zip(pieces);
    let observed =
        named.flat_map(|(protocol, pieces)| pieces.into_iter().map(|piece| Observed::ports(*protocol, piece)));
    SpecVerdict { spec: spec.clone(), verdict, observed: observed.collect() }
}

/// The states that ports of a range have: open or restricted if they are over one of the protocols, not open if they aren't over any,
/// otherwise unknown. `pieces` are those of each protocol, and cover the range.
fn states(range: PortRange, pieces: &[Vec<Piece>]) -> Vec<State> {
    let mut found = Vec::new();
    let mut positions = vec![0; pieces.len()];
    loop {
        let current = || pieces.iter().zip(&positions).filter_map(|(pieces, position)| pieces.get(*position));
        let is_not_open = |state| matches!(state, State::NotOpen | State::Loopback);
        let has = |state| current().any(|piece| piece.state == state);
        found.push(if has(State::Open) {
            State::Open
        } else if has(State::Restricted) {
            State::Restricted
        } else if current().filter(|piece| is_not_open(piece.state)).count() == pieces.len() {
            State::NotOpen
        } else {
            State::Unknown
        });
        let end = current().map(|piece| piece.range.last()).min().unwrap_or(range.last());
        if end >= range.last() {
            return found;
        }
        for (pieces, position) in pieces.iter().zip(&mut positions) {
            *position += usize::from(pieces.get(*position).is_some_and(|piece| piece.range.last() <= end));
        }
    }
}

/// The verdict on a protocol without ports, such as ESP. ICMP without a type is judged by echo requests, with which `ping` asks.
fn portless_verdict(spec: &PortSpec, observation: &Observation, peers: Peers) -> SpecVerdict {
    let protocols = Protocol::of(spec).iter();
    let observed: Vec<Observed> =
        protocols.map(|protocol| Observed::of_type(*protocol, spec.icmp_type(), observation)).collect();
    let verdicts = observed.iter().map(|observed| match observed.state {
        State::Open => Verdict::Open,
        State::Restricted if peers == Peers::Named => Verdict::PartlyOpen,
        State::Restricted => Verdict::Restricted,
        State::NotOpen | State::Loopback => Verdict::Missing,
        State::Unknown | State::NotChecked => Verdict::Unknown,
    });
    SpecVerdict { spec: spec.clone(), verdict: Verdict::of_any(verdicts), observed }
}
