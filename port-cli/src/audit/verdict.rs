//! Holds what a product's document lists against what a source saw.

use port_catalog::{Direction, Flow, PortRange, PortSpec, Product, Requirement, Service, Transport};
use serde::{Serialize, Serializer};

use super::observation::{Observation, Piece, State};
use crate::port_set::PortSet;

/// What comes of a flow, or of one of its port specs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Documented and open. Of alternatives, one is.
    Open,
    /// Documented, and a part of what it needs is not open: some ports of a range, or some of its groups.
    PartlyOpen,
    /// Documented and not open.
    Missing,
    /// The source does not tell.
    Unknown,
}

impl Verdict {
    /// The word of programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Verdict::Open => "open",
            Verdict::PartlyOpen => "partly-open",
            Verdict::Missing => "missing",
            Verdict::Unknown => "unknown",
        }
    }

    /// The verdict on alternatives, any of which will do.
    fn of_any(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
        let order = [Verdict::Open, Verdict::Unknown, Verdict::PartlyOpen];
        let verdicts: Vec<Verdict> = verdicts.collect();
        order.into_iter().find(|verdict| verdicts.contains(verdict)).unwrap_or(Verdict::Missing)
    }

    /// The verdict on groups, every one of which is needed.
    fn of_all(verdicts: &[Verdict]) -> Verdict {
        let has = |verdict| verdicts.contains(&verdict);
        if has(Verdict::PartlyOpen) || has(Verdict::Missing) && has(Verdict::Open) {
            Verdict::PartlyOpen
        } else if has(Verdict::Missing) {
            Verdict::Missing
        } else if has(Verdict::Unknown) {
            Verdict::Unknown
        } else {
            Verdict::Open
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What was seen of ports, or of a protocol without any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// `tcp`, `udp` or `esp`.
    pub transport: Transport,
    /// Which ports; nothing for `esp`.
    pub range: Option<PortRange>,
    /// What is known of them.
    pub state: State,
    /// By what.
    pub evidence: Vec<String>,
}

impl Observed {
    fn of(transport: Transport, piece: Piece) -> Observed {
        Observed { transport, range: Some(piece.range), state: piece.state, evidence: piece.evidence }
    }
}

/// What comes of a port spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecVerdict {
    /// The spec.
    pub spec: PortSpec<Service>,
    /// What comes of it.
    pub verdict: Verdict,
    /// What was seen of its ports, in order; nothing where the document names no number to look at.
    pub observed: Vec<Observed>,
}

/// What comes of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowVerdict {
    /// The flow.
    pub flow: Flow,
    /// What comes of it.
    pub verdict: Verdict,
    /// Its port specs, in order.
    pub specs: Vec<SpecVerdict>,
}

impl FlowVerdict {
    /// Whether not all that the flow needs is open.
    pub fn is_missing(&self) -> bool {
        matches!(self.verdict, Verdict::Missing | Verdict::PartlyOpen)
    }

    /// Whether that is so of a flow that the document requires.
    pub fn is_missing_and_required(&self) -> bool {
        self.is_missing() && self.flow.requirement() == Requirement::Required
    }
}

/// A product's document against what a source saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// The product.
    pub product: Product,
    /// Its inbound flows, in the catalog's order.
    pub flows: Vec<FlowVerdict>,
    /// What is open and stands in no inbound flow.
    pub undocumented: Vec<Observed>,
    /// What stands in no inbound flow, and the source cannot say whether it is open.
    pub undocumented_unknown: Vec<Observed>,
    /// What listens for the machine itself only, and stands in no inbound flow.
    pub undocumented_loopback: Vec<Observed>,
    /// How many flows the product opens itself. Ports on its machine say nothing of them.
    pub outbound: usize,
}

impl Audit {
    /// Audits a product.
    pub fn new(product: Product, observation: &Observation) -> Audit {
        let (inbound, outbound): (Vec<Flow>, Vec<Flow>) =
            product.flows().partition(|flow| flow.direction() == Direction::Inbound);
        let undocumented = |state: State| {
            let of = |transport| {
                let ports = &observation.ports(transport, |seen| seen == state) - &documented(&inbound, transport);
                let pieces = observation.of(transport, &ports);
                pieces.into_iter().map(move |piece| Observed::of(transport, piece))
            };
            of(Transport::Tcp).chain(of(Transport::Udp)).collect()
        };
        Audit {
            product,
            undocumented: undocumented(State::Open),
            undocumented_unknown: undocumented(State::Unknown),
            undocumented_loopback: undocumented(State::Loopback),
            flows: inbound.iter().map(|flow| flow_verdict(*flow, observation)).collect(),
            outbound: outbound.len(),
        }
    }

    /// How many flows a verdict came to.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.flows.iter().filter(|flow| flow.verdict == verdict).count()
    }
}

/// The ports of a transport that flows list.
fn documented(flows: &[Flow], transport: Transport) -> PortSet {
    let specs = flows.iter().flat_map(|flow| flow.ports());
    let own = specs.filter(|spec| spec.transport().is_some_and(|own| own.meets(transport)));
    own.filter_map(|spec| spec.range()).collect()
}

fn flow_verdict(flow: Flow, observation: &Observation) -> FlowVerdict {
    let specs: Vec<SpecVerdict> = flow.ports().map(|spec| spec_verdict(spec, observation)).collect();
    let groups: Vec<Verdict> = specs
        .chunk_by(|one, other| one.spec.group() == other.spec.group())
        .map(|group| Verdict::of_any(group.iter().map(|spec| spec.verdict)))
        .collect();
    FlowVerdict { flow, verdict: Verdict::of_all(&groups), specs }
}

fn spec_verdict(spec: PortSpec<Service>, observation: &Observation) -> SpecVerdict {
    let transports: &[Transport] = match spec.transport() {
        Some(Transport::Any) => &[Transport::Tcp, Transport::Udp],
        Some(Transport::Tcp) => &[Transport::Tcp],
        Some(Transport::Udp) => &[Transport::Udp],
        _ => &[],
    };
    let Some(range) = spec.range() else {
        return without_ports(spec, observation);
    };
    let ports = PortSet::from(range);
    let mut open = PortSet::empty();
    let mut not_open = ports.clone();
    let mut observed = Vec::new();
    for transport in transports {
        // Of a port whose transport is not stated, either will do, and neither alone is missing.
        open = &open | &(&ports & &observation.ports(*transport, |state| state == State::Open));
        not_open =
            &not_open & &observation.ports(*transport, |state| matches!(state, State::NotOpen | State::Loopback));
        observed.extend(observation.of(*transport, &ports).into_iter().map(|piece| Observed::of(*transport, piece)));
    }
    let verdict = if open == ports {
        Verdict::Open
    } else if not_open.is_empty() {
        Verdict::Unknown
    } else if open.is_empty() {
        Verdict::Missing
    } else {
        Verdict::PartlyOpen
    };
    SpecVerdict { spec, verdict, observed }
}

/// The verdict on ESP, and on a service whose number the document does not give.
fn without_ports(spec: PortSpec<Service>, observation: &Observation) -> SpecVerdict {
    let (state, evidence) = &observation.esp;
    if spec.transport() != Some(Transport::Esp) {
        return SpecVerdict { spec, verdict: Verdict::Unknown, observed: Vec::new() };
    }
    let verdict = match state {
        State::Open => Verdict::Open,
        State::NotOpen | State::Loopback => Verdict::Missing,
        State::Unknown | State::NotLookedAt => Verdict::Unknown,
    };
    let seen = Observed { transport: Transport::Esp, range: None, state: *state, evidence: evidence.clone() };
    SpecVerdict { spec, verdict, observed: vec![seen] }
}

#[cfg(test)]
mod tests {
    use super::{Audit, Verdict, flow_verdict};
    use crate::audit::observation::{Observation, Seen, Source, State};
    use crate::port_set::PortSet;
    use port_catalog::{Direction, Flow, FlowId, PortRange, Product, Transport};

    /// A flow, what is known of the ports that are not named, and what of those that are; and what comes of it.
    type Case = (FlowId, State, &'static [(&'static str, State)], Verdict);

    /// What a source saw of all ports, but for those named: `tcp/25 open`.
    fn observation(others: State, seen: &[(&str, State)]) -> Observation {
        let of = |transport, range, state| Seen { transport, range, state, evidence: String::new() };
        let mut rest = [Transport::Tcp, Transport::Udp].map(|transport| (transport, PortSet::full()));
        let mut all_seen = Vec::new();
        for (ports, state) in seen {
            let (transport, ports) = ports.split_once('/').unwrap();
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            let range = PortRange::new(first.parse().unwrap(), last.parse().unwrap()).unwrap();
            let transport = transport.parse().unwrap();
            all_seen.push(of(transport, range, *state));
            for (_, rest) in rest.iter_mut().filter(|(own, _)| *own == transport) {
                *rest = &*rest - &PortSet::from(range);
            }
        }
        for (transport, rest) in &rest {
            all_seen.extend(rest.ranges().map(|range| of(*transport, range, others)));
        }
        Observation::new(Source::Nmap, &all_seen)
    }

    fn verdict(flow: FlowId, others: State, seen: &[(&str, State)]) -> Verdict {
        flow_verdict(flow.flow(), &observation(others, seen)).verdict
    }

    #[test]
    fn a_flow_is_as_open_as_what_it_needs() {
        use State::{Loopback, NotLookedAt, NotOpen, Open, Unknown};
        let cases: [Case; 26] = [
            // One port.
            (FlowId::FortimailInEmailClientWebdav, NotOpen, &[("tcp/8008", Open)], Verdict::Open),
            (FlowId::FortimailInEmailClientWebdav, NotOpen, &[], Verdict::Missing),
            (FlowId::FortimailInEmailClientWebdav, NotOpen, &[("udp/8008", Open)], Verdict::Missing),
            (FlowId::FortimailInEmailClientWebdav, NotOpen, &[("tcp/8008", Loopback)], Verdict::Missing),
            (FlowId::FortimailInEmailClientWebdav, NotOpen, &[("tcp/8008", Unknown)], Verdict::Unknown),
            (FlowId::FortimailInEmailClientWebdav, NotLookedAt, &[], Verdict::Unknown),
            // tcp/110 pop3 | tcp/995 pop3s: any one will do.
            (FlowId::FortimailInEmailClientPop3, NotOpen, &[("tcp/995", Open)], Verdict::Open),
            (FlowId::FortimailInEmailClientPop3, Unknown, &[("tcp/110", Open)], Verdict::Open),
            (FlowId::FortimailInEmailClientPop3, NotOpen, &[], Verdict::Missing),
            (FlowId::FortimailInEmailClientPop3, NotLookedAt, &[("tcp/110", NotOpen)], Verdict::Unknown),
            // tcp/3260 iscsi, tcp/2049 nfs: both are needed.
            (
                FlowId::FortimailInExternalEmailServerStorage,
                NotOpen,
                &[("tcp/3260", Open), ("tcp/2049", Open)],
                Verdict::Open,
            ),
            (FlowId::FortimailInExternalEmailServerStorage, NotOpen, &[("tcp/3260", Open)], Verdict::PartlyOpen),
            (FlowId::FortimailInExternalEmailServerStorage, Unknown, &[("tcp/3260", Open)], Verdict::Unknown),
            (FlowId::FortimailInExternalEmailServerStorage, Unknown, &[("tcp/3260", NotOpen)], Verdict::Missing),
            (FlowId::FortimailInExternalEmailServerStorage, NotOpen, &[], Verdict::Missing),
            // any/25: TCP or UDP.
            (FlowId::ForcepointEmailSecurityInSmtp, NotOpen, &[("tcp/25", Open)], Verdict::Open),
            (FlowId::ForcepointEmailSecurityInSmtp, Unknown, &[("udp/25", Open)], Verdict::Open),
            (FlowId::ForcepointEmailSecurityInSmtp, NotOpen, &[("udp/25", Unknown)], Verdict::Unknown),
            (FlowId::ForcepointEmailSecurityInSmtp, NotLookedAt, &[("tcp/25", NotOpen)], Verdict::Unknown),
            (FlowId::ForcepointEmailSecurityInSmtp, NotOpen, &[], Verdict::Missing),
            // any/17700-17714: the whole range, port by port over either.
            (FlowId::ForcepointEmailSecurityInDlpHealth, NotOpen, &[("tcp/17700-17714", Open)], Verdict::Open),
            (
                FlowId::ForcepointEmailSecurityInDlpHealth,
                NotOpen,
                &[("tcp/17700-17710", Open), ("udp/17711-17714", Open)],
                Verdict::Open,
            ),
            (FlowId::ForcepointEmailSecurityInDlpHealth, NotOpen, &[("tcp/17700-17713", Open)], Verdict::PartlyOpen),
            (FlowId::ForcepointEmailSecurityInDlpHealth, NotLookedAt, &[("tcp/17700-17713", Open)], Verdict::Unknown),
            (FlowId::ForcepointEmailSecurityInDlpHealth, NotOpen, &[], Verdict::Missing),
            // sftp | ftp: no number to look at.
            (FlowId::FortimailInExternalEmailServerConfigBackup, Open, &[], Verdict::Unknown),
        ];
        for (flow, others, seen, expected) in cases {
            assert_eq!(verdict(flow, others, seen), expected, "{flow}, others {others:?}, {seen:?}");
        }
    }

    #[test]
    fn what_may_be_open_is_not_called_missing() {
        use Verdict::{Missing, Open, PartlyOpen, Unknown};
        for (alternatives, expected) in [
            (&[Missing, Open][..], Open),
            (&[Unknown, Open], Open),
            (&[PartlyOpen, Unknown], Unknown),
            (&[Missing, Unknown], Unknown),
            (&[Missing, PartlyOpen], PartlyOpen),
            (&[Missing, Missing], Missing),
        ] {
            assert_eq!(Verdict::of_any(alternatives.iter().copied()), expected, "{alternatives:?}");
        }
    }

    #[test]
    fn esp_is_seen_only_by_what_looks_at_protocols() {
        let flow = FlowId::ForticlientOutIpsecVpn.flow();
        let ike = [("udp/500", State::Open), ("udp/4500", State::Open)];
        for (esp, expected) in [
            (State::NotLookedAt, Verdict::Unknown),
            (State::Unknown, Verdict::Unknown),
            (State::NotOpen, Verdict::PartlyOpen),
            (State::Open, Verdict::Open),
        ] {
            let mut observation = observation(State::NotOpen, &ike);
            observation.esp = (esp, Vec::new());
            assert_eq!(flow_verdict(flow, &observation).verdict, expected, "{esp:?}");
        }
    }

    /// What stands in no inbound flow: the ports of each list.
    fn undocumented(product: Product, observation: &Observation) -> [Vec<String>; 3] {
        let audit = Audit::new(product, observation);
        [&audit.undocumented, &audit.undocumented_unknown, &audit.undocumented_loopback]
            .map(|seen| seen.iter().map(|seen| format!("{}/{}", seen.transport, seen.range.unwrap())).collect())
    }

    #[test]
    fn what_no_inbound_flow_lists_is_not_documented() {
        let observation = observation(
            State::NotOpen,
            &[
                ("tcp/24-26", State::Open),
                // Only flows that the product opens list udp/53 and udp/514.
                ("udp/53", State::Open),
                ("udp/514", State::Unknown),
                ("udp/20000", State::Open),
                ("tcp/5000", State::Loopback),
                ("tcp/443", State::Loopback),
            ],
        );
        assert_eq!(
            undocumented(Product::FortiMail, &observation),
            [vec!["tcp/24", "tcp/26", "udp/53"], vec!["udp/514"], vec!["tcp/5000"]]
        );
        // A port whose transport is not stated is documented for both.
        let both = super::tests::observation(State::NotOpen, &[("tcp/9443", State::Open), ("udp/9443", State::Open)]);
        assert_eq!(undocumented(Product::ForcepointEmailSecurity, &both)[0], Vec::<String>::new());
        assert_eq!(undocumented(Product::FortiMail, &both)[0], ["tcp/9443"]);
        // A product that nobody connects to documents nothing.
        assert_eq!(undocumented(Product::FortiClient, &both)[0], ["tcp/9443", "udp/9443"]);
    }

    #[test]
    fn every_port_is_documented_or_told_for_every_product() {
        for product in Product::ALL {
            let inbound = product.flows().filter(|flow| flow.direction() == Direction::Inbound);
            let specs: Vec<_> = inbound.flat_map(Flow::ports).collect();
            let lists = |transport, port: u16| specs.iter().any(|spec| spec.matches(transport, port));
            let listed = [Transport::Tcp, Transport::Udp].map(|transport| {
                (transport, (1..=u16::MAX).filter(|port| lists(transport, *port)).collect::<Vec<_>>())
            });
            for state in [State::Open, State::Unknown, State::Loopback] {
                let audit = Audit::new(*product, &observation(state, &[]));
                let lists = [&audit.undocumented, &audit.undocumented_unknown, &audit.undocumented_loopback];
                for (transport, listed) in &listed {
                    let own = lists.into_iter().flatten().filter(|seen| seen.transport == *transport);
                    let told: PortSet = own.map(|seen| seen.range.unwrap()).collect();
                    let not_told: Vec<u16> = (1..=u16::MAX).filter(|port| !told.contains(*port)).collect();
                    assert_eq!(not_told, *listed, "{product} {state:?} {transport}");
                }
                assert_eq!(audit.flows.len() + audit.outbound, product.flows().len());
            }
        }
    }
}
