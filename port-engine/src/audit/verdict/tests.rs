//! Tests of the verdicts on the fixture catalog.

use std::collections::BTreeMap;

use super::flows::{Peers, flow_verdict};
use super::{Audit, Failure, Failures, PeerObservation, UnnumberedService, Verdict};
use crate::audit::observation::{Finding, Observation, Seen, State, Tool};
use crate::dataset::Dataset;
use crate::port_set::PortSet;
use crate::protocol::Protocol;
use port_catalog_tests::fixture;
use port_core::{Direction, PortRange};

/// A flow, the state of the ports that are not listed, the ports that are, and the expected verdict.
type Case = (&'static str, State, &'static [(&'static str, State)], Verdict);

fn dataset() -> Dataset {
    Dataset::from_tables(&port_data::read(&fixture::tables()).unwrap())
}

/// An observation of all ports: those listed, such as `tcp/25`, and all others in one state.
fn observation(others: State, seen: &[(&str, State)]) -> Observation {
    let report = |protocol, range, state| Seen { protocol, range, state, evidence: String::new() };
    let mut rest = [Protocol::TCP, Protocol::UDP].map(|protocol| (protocol, PortSet::full()));
    let mut all_seen = Vec::new();
    for (ports, state) in seen {
        let (protocol, ports) = ports.split_once('/').unwrap();
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let range = PortRange::new(first.parse().unwrap(), last.parse().unwrap()).unwrap();
        let protocol = if protocol == "tcp" { Protocol::TCP } else { Protocol::UDP };
        all_seen.push(report(protocol, range, *state));
        for (_, rest) in rest.iter_mut().filter(|(own, _)| *own == protocol) {
            *rest = &*rest - &PortSet::from(range);
        }
    }
    for (protocol, rest) in &rest {
        all_seen.extend(rest.ranges().map(|range| report(*protocol, range, others)));
    }
    Observation::new(Tool::Nmap, &all_seen)
}

#[test]
fn a_flow_is_as_open_as_what_it_needs() {
    use State::{Loopback, NotChecked, NotOpen, Open, Unknown};
    let cases: [Case; 31] = [
        // tcp/443: one port.
        ("mailgate-in-admin", NotOpen, &[("tcp/443", Open)], Verdict::Open),
        ("mailgate-in-admin", NotOpen, &[], Verdict::Missing),
        ("mailgate-in-admin", NotOpen, &[("udp/443", Open)], Verdict::Missing),
        ("mailgate-in-admin", NotOpen, &[("tcp/443", Loopback)], Verdict::Missing),
        ("mailgate-in-admin", NotOpen, &[("tcp/443", Unknown)], Verdict::Unknown),
        ("mailgate-in-admin", NotChecked, &[], Verdict::Unknown),
        // tcp/110 pop3 | tcp/995 pop3s: one is enough.
        ("mailgate-in-email-client-pop3", NotOpen, &[("tcp/995", Open)], Verdict::Open),
        ("mailgate-in-email-client-pop3", Unknown, &[("tcp/110", Open)], Verdict::Open),
        ("mailgate-in-email-client-pop3", NotOpen, &[], Verdict::Missing),
        ("mailgate-in-email-client-pop3", NotChecked, &[("tcp/110", NotOpen)], Verdict::Unknown),
        // tcp/8443, tcp/9443: both are needed.
        ("archive-in-filter-suite", NotOpen, &[("tcp/8443", Open), ("tcp/9443", Open)], Verdict::Open),
        ("archive-in-filter-suite", NotOpen, &[("tcp/8443", Open)], Verdict::PartlyOpen),
        ("archive-in-filter-suite", Unknown, &[("tcp/8443", Open)], Verdict::Unknown),
        ("archive-in-filter-suite", Unknown, &[("tcp/8443", NotOpen)], Verdict::Missing),
        ("archive-in-filter-suite", NotOpen, &[], Verdict::Missing),
        // any/25: TCP or UDP.
        ("filter-suite-in-email-server", NotOpen, &[("tcp/25", Open)], Verdict::Open),
        ("filter-suite-in-email-server", Unknown, &[("udp/25", Open)], Verdict::Open),
        ("filter-suite-in-email-server", NotOpen, &[("udp/25", Unknown)], Verdict::Unknown),
        ("filter-suite-in-email-server", NotChecked, &[("tcp/25", NotOpen)], Verdict::Unknown),
        ("filter-suite-in-email-server", NotOpen, &[], Verdict::Missing),
        // any/17700-17714: the whole range, each port over either protocol.
        ("filter-suite-in-analysis", NotOpen, &[("tcp/17700-17714", Open)], Verdict::Open),
        ("filter-suite-in-analysis", NotOpen, &[("tcp/17700-17710", Open), ("udp/17711-17714", Open)], Verdict::Open),
        ("filter-suite-in-analysis", NotOpen, &[("tcp/17700-17713", Open)], Verdict::PartlyOpen),
        ("filter-suite-in-analysis", NotChecked, &[("tcp/17700-17713", Open)], Verdict::Unknown),
        ("filter-suite-in-analysis", NotOpen, &[], Verdict::Missing),
        ("filter-suite-in-analysis", NotChecked, &[("tcp/17700", NotOpen), ("udp/17700", NotOpen)], Verdict::Unknown),
        ("filter-suite-in-analysis", NotChecked, &[("tcp/17700", Loopback), ("udp/17700", NotOpen)], Verdict::Unknown),
        ("filter-suite-in-analysis", NotOpen, &[("udp/17701", NotChecked)], Verdict::Unknown),
        ("filter-suite-in-analysis", NotOpen, &[("udp/17701", Unknown)], Verdict::Unknown),
        ("filter-suite-in-analysis", NotOpen, &[("tcp/17700", Open), ("udp/17701", NotChecked)], Verdict::PartlyOpen),
        // sftp | ftp: no port to check.
        ("mailgate-in-email-server-backup", Open, &[], Verdict::Undecided),
    ];
    let dataset = dataset();
    for (flow, others, seen, expected) in cases {
        let verdict = flow_verdict(dataset.flow(flow).unwrap(), &observation(others, seen), Peers::Any).verdict;
        assert_eq!(verdict, expected, "{flow}, others {others:?}, {seen:?}");
    }
}

#[test]
fn an_alternative_that_may_be_open_is_not_called_missing() {
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
fn esp_is_judged_by_what_is_known_about_the_protocol() {
    let dataset = dataset();
    let flow = dataset.flow("endpoint-out-vpn").unwrap();
    let ike = [("udp/500", State::Open), ("udp/4500", State::Open)];
    for (esp, expected) in [
        (State::NotChecked, Verdict::Unknown),
        (State::Unknown, Verdict::Unknown),
        (State::NotOpen, Verdict::PartlyOpen),
        (State::Open, Verdict::Open),
    ] {
        let mut observation = observation(State::NotOpen, &ike);
        observation.set_portless(Protocol::ESP, Finding { state: esp, evidence: Vec::new() });
        assert_eq!(flow_verdict(flow, &observation, Peers::Any).verdict, expected, "{esp:?}");
    }
    // Of named addresses, all have to reach it.
    let mut restricted = observation(State::NotOpen, &ike);
    restricted.set_portless(Protocol::ESP, Finding { state: State::Restricted, evidence: Vec::new() });
    for (peers, expected) in [(Peers::Any, Verdict::Restricted), (Peers::Named, Verdict::PartlyOpen)] {
        assert_eq!(flow_verdict(flow, &restricted, peers).verdict, expected);
    }
}

/// The ports that no inbound flow documents: open, unknown and on loopback only.
fn undocumented(product: &str, observation: &Observation) -> [Vec<String>; 3] {
    let dataset = dataset();
    let audit = Audit::new(&dataset, &[product], observation, &BTreeMap::new());
    [&audit.undocumented, &audit.undocumented_unknown, &audit.undocumented_loopback].map(|all| {
        let names = all.iter().map(|one| format!("{}/{}", one.observed.protocol, one.observed.range.unwrap()));
        names.collect()
    })
}

#[test]
fn ports_that_no_inbound_flow_lists_are_undocumented() {
    let seen = observation(
        State::NotOpen,
        &[
            ("tcp/24-26", State::Open),
            // Only flows that the product opens list udp/53 and tcp/389.
            ("udp/53", State::Open),
            ("tcp/389", State::Unknown),
            ("udp/20000", State::Open),
            ("tcp/5000", State::Loopback),
            ("tcp/443", State::Loopback),
        ],
    );
    assert_eq!(
        undocumented("mailgate", &seen),
        [vec!["tcp/24", "tcp/26", "udp/53"], vec!["tcp/389"], vec!["tcp/5000"]]
    );
    // A port without a stated transport is documented for both protocols.
    let both = observation(State::NotOpen, &[("tcp/443", State::Open), ("udp/443", State::Open)]);
    assert_eq!(undocumented("filter-suite", &both)[0], Vec::<String>::new());
    assert_eq!(undocumented("mailgate", &both)[0], ["udp/443"]);
    // A product with a single inbound flow documents nothing else.
    assert_eq!(undocumented("endpoint", &both)[0], ["tcp/443", "udp/443"]);
}

#[test]
fn unscanned_ports_of_udp_are_not_checked_rather_than_unknown() {
    let dataset = dataset();
    let full = |protocol| {
        let range = PortRange::new(1, u16::MAX).unwrap();
        Seen { protocol, range, state: State::NotOpen, evidence: String::new() }
    };
    for (protocol, unknown) in [(Protocol::TCP, false), (Protocol::UDP, true)] {
        let observation = Observation::new(Tool::Nmap, &[full(protocol)]);
        let audit = Audit::new(&dataset, &["archive"], &observation, &BTreeMap::new());
        assert_eq!(audit.failures(Failure::Unknown).ranges > 0, unknown, "{protocol}");
        assert!(audit.failures(Failure::NotChecked).ranges > 0, "{protocol}");
    }
    let observation = Observation::new(Tool::Nmap, &[full(Protocol::TCP), full(Protocol::UDP)]);
    let audit = Audit::new(&dataset, &["archive"], &observation, &BTreeMap::new());
    assert!(audit.failures(Failure::NotChecked).is_empty() && audit.failures(Failure::Unknown).ranges == 0);
}

#[test]
fn every_port_is_either_documented_or_reported_for_every_product() {
    let dataset = dataset();
    for product in &dataset.products {
        let inbound = dataset.flows_of(&product.id).filter(|flow| flow.direction == Direction::Inbound);
        let specs: Vec<_> = inbound.flat_map(|flow| &flow.ports).collect();
        let lists = |protocol: Protocol, port: u16| {
            let transport = protocol.name().unwrap().parse().unwrap();
            specs.iter().any(|spec| spec.matches(transport, port))
        };
        let listed = [Protocol::TCP, Protocol::UDP]
            .map(|protocol| (protocol, (1..=u16::MAX).filter(|port| lists(protocol, *port)).collect::<Vec<_>>()));
        for state in [State::Open, State::Unknown, State::Loopback] {
            let observation = observation(state, &[]);
            let audit = Audit::new(&dataset, &[&product.id], &observation, &BTreeMap::new());
            let lists = [&audit.undocumented, &audit.undocumented_unknown, &audit.undocumented_loopback];
            for (protocol, listed) in &listed {
                let all = lists.into_iter().flatten().map(|one| &one.observed);
                let own = all.filter(|observed| observed.protocol == *protocol);
                let reported: PortSet = own.map(|observed| observed.range.unwrap()).collect();
                let not_reported: Vec<u16> = (1..=u16::MAX).filter(|port| !reported.contains(*port)).collect();
                assert_eq!(not_reported, *listed, "{} {state:?} {protocol}", product.id);
            }
            assert_eq!(audit.flows.len() + audit.outbound, dataset.flows_of(&product.id).count());
        }
    }
}

#[test]
fn failures_are_counted_by_what_they_are_about() {
    let dataset = dataset();
    let mut observation = observation(
        State::NotOpen,
        &[
            ("tcp/24", State::Open),
            ("udp/26", State::Restricted),
            ("tcp/28-29", State::Unknown),
            ("udp/31", State::Unknown),
            ("tcp/33", State::NotChecked),
            ("udp/35", State::NotChecked),
            ("tcp/37", State::Loopback),
            ("tcp/8300-8302", State::Restricted),
            ("tcp/22", State::Unknown),
        ],
    );
    let protocols = [
        (Protocol::new(89), State::Open),
        (Protocol::GRE, State::Restricted),
        (Protocol::ESP, State::Unknown),
        (Protocol::new(112), State::NotOpen),
        // Every machine needs some of ICMP.
        (Protocol::ICMP, State::Open),
        (Protocol::ICMPV6, State::Unknown),
    ];
    for (protocol, state) in protocols {
        observation.set_portless(protocol, Finding { state, evidence: Vec::new() });
    }
    let audit = Audit::new(&dataset, &["mailgate"], &observation, &BTreeMap::new());
    let of = |failure| {
        let Failures { flows, ranges, protocols } = audit.failures(failure);
        (flows, ranges, protocols)
    };
    let flows = |verdicts: &[Verdict]| verdicts.iter().map(|verdict| audit.count(*verdict)).sum::<usize>();
    let required = audit.flows.iter().filter(|flow| flow.is_missing_and_required()).count();
    assert_eq!(of(Failure::Undocumented), (0, 2, 2));
    assert_eq!(of(Failure::Restricted), (flows(&[Verdict::Restricted]), 0, 0));
    assert_eq!(of(Failure::Missing), (flows(&[Verdict::Missing, Verdict::PartlyOpen]), 0, 0));
    assert_eq!(of(Failure::MissingRequired), (required, 0, 0));
    assert_eq!(of(Failure::Unknown), (flows(&[Verdict::Unknown]), 3, 1));
    assert_eq!(of(Failure::NotChecked), (0, 2, 0));
    assert_eq!(of(Failure::Undecided), (flows(&[Verdict::Undecided]), 0, 0));
    for failure in
        [Failure::Restricted, Failure::Missing, Failure::MissingRequired, Failure::Unknown, Failure::Undecided]
    {
        assert!(audit.failures(failure).flows > 0, "{failure:?}");
    }
    assert!(required < of(Failure::Missing).0);
}

#[test]
fn one_failure_of_any_kind_is_enough() {
    let one = [
        Failures { flows: 1, ..Failures::default() },
        Failures { ranges: 1, ..Failures::default() },
        Failures { protocols: 1, ..Failures::default() },
    ];
    assert!(one.iter().all(|failures| !failures.is_empty()));
    assert!(Failures::default().is_empty());
}

#[test]
fn a_flow_to_named_addresses_says_whether_anybody_else_reaches_it() {
    let dataset = dataset();
    let for_peer = observation(State::NotOpen, &[("tcp/443", State::Open), ("tcp/22", State::Open)]);
    let peer = || PeerObservation { addresses: vec!["192.0.2.5".to_string()], observation: for_peer.clone() };
    for (to_all, expected) in [(State::Open, true), (State::Restricted, false), (State::NotOpen, false)] {
        let seen =
            observation(State::NotOpen, &[("tcp/443", to_all), ("tcp/110", State::Open), ("udp/443", State::Open)]);
        let peers = BTreeMap::from([("admin".to_string(), peer())]);
        let audit = Audit::new(&dataset, &["mailgate"], &seen, &peers);
        let of = |id: &str| audit.flows.iter().find(|flow| flow.flow.id == id).unwrap();
        let [web, ssh, pop3] = ["mailgate-in-admin", "mailgate-in-admin-ssh", "mailgate-in-email-client-pop3"].map(of);
        assert_eq!((web.verdict, ssh.verdict), (Verdict::Open, Verdict::Open));
        assert_eq!(web.peer_addresses, ["192.0.2.5"]);
        assert_eq!(!web.remarks.is_empty(), expected, "{to_all:?} {:?}", web.remarks);
        // Port 22 is open to the address only, and the flow of another peer has no addresses.
        assert_eq!(ssh.remarks, Vec::<String>::new());
        assert_eq!((pop3.verdict, pop3.remarks.len(), pop3.peer_addresses.len()), (Verdict::Open, 0, 0));
    }
}

#[test]
fn an_open_port_may_be_that_of_a_service_without_a_documented_port() {
    let dataset = dataset();
    let seen =
        observation(State::NotOpen, &[("tcp/21", State::Open), ("udp/21", State::Open), ("tcp/23", State::Open)]);
    let audit = Audit::new(&dataset, &["mailgate"], &seen, &BTreeMap::new());
    let flow = "mailgate-in-email-server-backup".to_string();
    let ftp = UnnumberedService { service: "ftp".to_string(), flow };
    let found: Vec<_> = audit.undocumented.iter().map(|one| (one.observed.protocol, one.may_be.clone())).collect();
    assert_eq!(found, [(Protocol::TCP, vec![ftp]), (Protocol::TCP, Vec::new()), (Protocol::UDP, Vec::new())]);
}
