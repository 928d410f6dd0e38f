//! Verdicts on flows whose documents state scopes, components and groups, and what is in no flow.

use std::collections::BTreeMap;
use std::path::Path;

use port_core::{Enabled, Groups, Scope};
use port_engine::audit::nft;
use port_engine::audit::observation::{Observation, Seen, State, Tool};
use port_engine::audit::verdict::{Audit, Baseline, Failure, Verdict};
use port_engine::dataset::Dataset;
use port_engine::protocol::Protocol;
use serde_json::{Value, json};

use super::{dataset, l4proto, listing, matches, of_nft, payload, protocol};

/// A scan in which these ports are in these states, and all others of TCP and UDP are closed.
fn observation(ports: &[(&str, State)]) -> Observation {
    let report = |protocol, first, last, state| {
        let range = port_core::PortRange::new(first, last).unwrap();
        Seen { protocol, range, state, evidence: String::new() }
    };
    let mut seen =
        vec![report(Protocol::TCP, 1, u16::MAX, State::NotOpen), report(Protocol::UDP, 1, u16::MAX, State::NotOpen)];
    for (target, state) in ports {
        let (name, port) = target.split_once('/').unwrap();
        let port: u16 = port.parse().unwrap();
        seen.push(report(protocol(name), port, port, *state));
    }
    Observation::new(Tool::Nmap, &seen)
}

fn verdict(dataset: &Dataset, flow: &str, observation: &Observation) -> Verdict {
    let audit = Audit::new(dataset, &["cluster"], observation, &BTreeMap::new());
    audit.flows.iter().find(|own| own.flow.id == flow).unwrap_or_else(|| panic!("no flow {flow}")).verdict
}

/// The fixture with another value of a flow.
fn with(flow: &str, change: impl Fn(&mut port_engine::dataset::Flow)) -> Dataset {
    let mut dataset = dataset();
    dataset.flows.iter_mut().filter(|own| own.id == flow).for_each(change);
    dataset
}

#[test]
fn groups_of_which_it_is_not_stated_whether_all_are_needed_are_undecided_unless_all_are_open() {
    use State::{NotOpen, Open, Restricted, Unknown};
    // udp/8472; udp/4789
    let flow = "cluster-in-worker-overlay";
    let unstated = with(flow, |flow| flow.enabled = Enabled::Unstated);
    let all = with(flow, |flow| (flow.enabled, flow.groups) = (Enabled::Unstated, Groups::All));
    for (one, other, expected, if_all) in [
        (Open, Open, Verdict::Open, Verdict::Open),
        (Open, NotOpen, Verdict::Undecided, Verdict::PartlyOpen),
        (NotOpen, NotOpen, Verdict::Undecided, Verdict::Missing),
        (NotOpen, Unknown, Verdict::Undecided, Verdict::Missing),
        (Restricted, NotOpen, Verdict::Undecided, Verdict::PartlyOpen),
        (Open, Unknown, Verdict::Unknown, Verdict::Unknown),
        (Open, Restricted, Verdict::Restricted, Verdict::Restricted),
    ] {
        let observation = observation(&[("udp/8472", one), ("udp/4789", other)]);
        assert_eq!(verdict(&unstated, flow, &observation), expected, "{one:?} {other:?}");
        assert_eq!(verdict(&all, flow, &observation), if_all, "{one:?} {other:?}");
    }
    let seen = observation(&[("udp/8472", Open)]);
    let audit = Audit::new(&unstated, &["cluster"], &seen, &BTreeMap::new());
    assert_eq!(audit.failures(Failure::Undecided).flows, 1);
    let missing = audit.flows.iter().filter(|flow| flow.is_missing());
    assert!(missing.clone().count() > 0 && missing.clone().all(|own| own.flow.id != flow));
    // The state of each port is in the report.
    let json = serde_json::to_value(&audit).unwrap();
    let own = json["flows"].as_array().unwrap().iter().find(|own| own["id"] == flow).unwrap().clone();
    let states: Vec<&Value> =
        own["ports"].as_array().unwrap().iter().map(|spec| &spec["observed"][0]["state"]).collect();
    assert_eq!(
        (&own["verdict"], &own["groups"], states),
        (&json!("undecided"), &json!("unstated"), vec![&json!("open"), &json!("not-open")])
    );
    assert_eq!(own["note"], "The page doesn't say whether both are needed.");
}

#[test]
fn one_alternative_of_each_group_is_enough() {
    let flow = "cluster-in-worker-overlay";
    let alternatives = with(flow, |flow| {
        flow.enabled = Enabled::Unstated;
        let specs = flow.ports.iter().map(|spec| spec.clone().map_service(|service| service)).collect::<Vec<_>>();
        let other =
            port_core::PortSpec::from_parts(specs[0].transport(), port_core::PortRange::new(9, 9), None, 0, None);
        flow.ports = vec![specs[0].clone(), other, specs[1].clone()];
    });
    let open = observation(&[("udp/9", State::Open), ("udp/4789", State::Open)]);
    assert_eq!(verdict(&alternatives, flow, &open), Verdict::Open);
    let one = observation(&[("udp/9", State::Open), ("udp/8472", State::Open)]);
    assert_eq!(verdict(&alternatives, flow, &one), Verdict::Undecided);
}

#[test]
fn a_flow_within_the_machine_or_the_pod_need_not_be_open_and_is_a_finding_if_it_is() {
    let dataset = dataset();
    for (flow, port) in [("cluster-in-client-health", "tcp/10259"), ("cluster-in-client-metrics", "tcp/9153")] {
        for (state, expected) in [
            (State::Loopback, Verdict::Local),
            (State::NotOpen, Verdict::Local),
            (State::Open, Verdict::Exposed),
            (State::Restricted, Verdict::Exposed),
            (State::Unknown, Verdict::Unknown),
            (State::NotChecked, Verdict::Local),
        ] {
            // A scan that covers the port says that it isn't open.
            assert_eq!(verdict(&dataset, flow, &observation(&[(port, state)])), expected, "{flow} {state:?}");
        }
        let seen = observation(&[(port, State::Open)]);
        let audit = Audit::new(&dataset, &["cluster"], &seen, &BTreeMap::new());
        assert_eq!(audit.failures(Failure::Exposed).flows, 1);
        assert!(audit.undocumented.is_empty(), "{:?}", audit.undocumented);
    }
    let seen = observation(&[]);
    let audit = Audit::new(&dataset, &["cluster"], &seen, &BTreeMap::new());
    assert!(audit.failures(Failure::Exposed).is_empty());
    let local = |flow: &&port_engine::audit::verdict::FlowVerdict| flow.flow.scope != Scope::Network;
    assert!(audit.flows.iter().filter(local).all(|flow| !flow.is_missing()));
}

#[test]
fn a_flow_that_is_off_by_default_is_not_missing() {
    let dataset = dataset();
    let flow = "cluster-in-worker-overlay";
    for (states, expected) in [
        ([State::NotOpen, State::NotOpen], Verdict::Off),
        ([State::NotOpen, State::Unknown], Verdict::Off),
        ([State::Open, State::Open], Verdict::Open),
        ([State::Open, State::NotOpen], Verdict::Undecided),
        ([State::Unknown, State::Unknown], Verdict::Unknown),
    ] {
        let observation = observation(&[("udp/8472", states[0]), ("udp/4789", states[1])]);
        assert_eq!(verdict(&dataset, flow, &observation), expected, "{states:?}");
    }
    // udp/500, esp, ah, udp/4500: some of what it needs is open, so it may be on, and incomplete.
    let tunnel = of_nft(&listing("drop", &[vec![matches("==", payload("udp", "dport"), json!(500))]]), None);
    assert_eq!(verdict(&dataset, "cluster-in-worker-tunnel", &tunnel), Verdict::PartlyOpen);
    let closed = of_nft(&listing("drop", &[]), Some(port_engine::audit::address_family::AddressFamily::Ipv4));
    assert_eq!(verdict(&dataset, "cluster-in-worker-tunnel", &closed), Verdict::Off);
}

#[test]
fn a_machine_that_runs_a_component_has_only_its_flows() {
    let dataset = dataset();
    let seen = observation(&[("tcp/6443", State::Open), ("tcp/10250", State::Open)]);
    let audit = |components: &[&'static str]| {
        let audit = Baseline::new(&dataset, &["cluster"], components).audit(&seen, &BTreeMap::new());
        let flows: Vec<String> = audit.flows.iter().map(|flow| flow.flow.id.clone()).collect();
        let undocumented: Vec<String> = audit.undocumented.iter().map(|one| one.observed.to_string()).collect();
        (flows, undocumented, audit.outbound)
    };
    let (flows, undocumented, outbound) = audit(&["worker"]);
    let of = |component: &str| -> Vec<String> {
        let own = dataset.flows_of("cluster").filter(|flow| flow.component.as_deref() == Some(component));
        own.filter(|flow| flow.direction == port_core::Direction::Inbound).map(|flow| flow.id.clone()).collect()
    };
    assert_eq!(flows, of("worker"));
    // The API is another component's.
    assert_eq!(undocumented, ["tcp/6443"]);
    assert_eq!(outbound, 1);
    let (flows, undocumented, outbound) = audit(&["control-plane"]);
    assert_eq!((flows, undocumented), (of("control-plane"), vec!["tcp/10250".to_string()]));
    // It opens the agent's port on a worker, which is stored there, and connects to other clusters.
    assert_eq!(outbound, 2);
    let (flows, undocumented, _) = audit(&["control-plane", "worker"]);
    assert_eq!(flows.len(), audit(&[]).0.len());
    assert!(undocumented.is_empty(), "{undocumented:?}");
    // A product without such a component runs as a whole.
    let console = Baseline::new(&dataset, &["console"], &["worker"]).audit(&seen, &BTreeMap::new());
    assert_eq!((console.flows.len(), console.outbound), (1, 2));
}

/// What a listing accepts and the product doesn't document.
fn undocumented(product: &str, listing: &str) -> (Vec<String>, Vec<String>) {
    let dataset = dataset();
    let observation = nft::read(Path::new("rules.json"), listing, None).unwrap();
    let audit = Audit::new(&dataset, &[product], &observation, &BTreeMap::new());
    (
        audit.undocumented.iter().map(|one| one.observed.to_string()).collect(),
        audit.undocumented_protocols.iter().map(ToString::to_string).collect(),
    )
}

#[test]
fn only_types_of_icmp_that_are_not_documented_are_reported() {
    let types = |types: Value| listing("drop", &[vec![matches("==", payload("icmp", "type"), types)]]);
    assert_eq!(undocumented("console", &types(json!("echo-request"))).1, ["icmp/8"]);
    // The cluster documents ICMP, and so every type of it.
    assert_eq!(undocumented("cluster", &types(json!({ "set": [8, 13] }))).1, Vec::<String>::new());
    let only_echo = with("cluster-in-router-vrrp", |flow| flow.ports.retain(|spec| spec.icmp_type().is_some()));
    for (accepted, expected) in [
        (json!(8), &[][..]),
        (json!({ "set": [8, 13] }), &["icmp/13"]),
        // Answers and errors are about what the machine sent itself.
        (json!({ "set": [0, 3, 8, 11, 12] }), &[]),
        (json!({ "range": [8, 10] }), &["icmp/9-10"]),
    ] {
        let observation = nft::read(Path::new("rules.json"), &types(accepted.clone()), None).unwrap();
        let audit = Audit::new(&only_echo, &["cluster"], &observation, &BTreeMap::new());
        let found: Vec<String> = audit.undocumented_protocols.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{accepted}");
        assert!(audit.failures(Failure::Undocumented).is_empty(), "{accepted}");
    }
    // All that is alike is reported in one line.
    let all = listing("drop", &[vec![l4proto(json!("icmp"))], vec![l4proto(json!("ipv6-icmp"))]]);
    assert_eq!(undocumented("console", &all).1, ["icmp", "icmpv6"]);
    let observation = nft::read(Path::new("rules.json"), &all, None).unwrap();
    let audit = Audit::new(&only_echo, &["cluster"], &observation, &BTreeMap::new());
    let found: Vec<String> = audit.undocumented_protocols.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["icmp/1-7", "icmp/9-255", "icmpv6/138-255"]);
    // Neighbours are found with ICMP, which isn't worth a report.
    let discovery = listing("drop", &[vec![matches("==", payload("icmpv6", "type"), json!({ "range": [133, 136] }))]]);
    assert_eq!(undocumented("console", &discovery).1, Vec::<String>::new());
}

#[test]
fn sctp_is_one_protocol_unless_its_ports_differ_or_are_documented() {
    let nothing: (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    assert_eq!(undocumented("console", &listing("drop", &[])), nothing);
    let tcp_only = listing("drop", &[vec![matches("==", payload("tcp", "dport"), json!(443))]]);
    assert_eq!(undocumented("console", &tcp_only), nothing);
    // Only lo accepts everything, as on most machines.
    let loopback = matches("==", json!({ "meta": { "key": "iifname" } }), json!("lo"));
    let dataset = dataset();
    let observation = of_nft(&listing("drop", &[vec![loopback]]), None);
    let audit = Audit::new(&dataset, &["console"], &observation, &BTreeMap::new());
    assert!(audit.undocumented_loopback.iter().all(|one| one.observed.protocol != Protocol::SCTP));
    let (ports, protocols) = undocumented("console", &listing("accept", &[]));
    assert!(ports.iter().all(|port| !port.starts_with("sctp")), "{ports:?}");
    assert_eq!(protocols.iter().filter(|protocol| *protocol == "sctp").count(), 1, "{protocols:?}");
    let open = listing("drop", &[vec![matches("==", payload("sctp", "dport"), json!({ "set": [7, 36412] }))]]);
    assert_eq!(undocumented("console", &open).0, ["sctp/7", "sctp/36412"]);
    assert_eq!(undocumented("cluster", &open).0, ["sctp/7"]);
    // A scan of TCP and UDP says nothing about SCTP.
    let scanned = observation_of_scan();
    let audit = Audit::new(&dataset, &["console"], &scanned, &BTreeMap::new());
    assert!(audit.undocumented_not_checked.is_empty() && audit.undocumented_protocols.is_empty());
    // The cluster documents a port of SCTP, so its others matter as well.
    let audit = Audit::new(&dataset, &["cluster"], &scanned, &BTreeMap::new());
    let unchecked: Vec<String> = audit.undocumented_not_checked.iter().map(|one| one.observed.to_string()).collect();
    assert_eq!(unchecked, ["sctp/1-36411", "sctp/36413-65535"]);
    assert_eq!(verdict(&dataset, "cluster-in-client-signalling", &scanned), Verdict::Unknown);
}

fn observation_of_scan() -> Observation {
    observation(&[("tcp/443", State::Open)])
}
