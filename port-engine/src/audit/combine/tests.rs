//! Tests of combined sources: what every pair of states amounts to, and the reasons.

use super::{Named, complete, for_all, let_in, over_both, reached};
use crate::audit::observation::{Finding, Observation, Seen, State, Tool, View};
use crate::port_set::PortSet;
use crate::protocol::Protocol;
use port_core::PortRange;

use State::{Loopback, NotChecked, NotOpen, Open, Restricted, Unknown};

/// The states of the ports from 1 on, each with a reason if it has one; all other ports were not checked.
fn observation(states: &[(State, &str)]) -> Observation {
    let seen = |(index, (state, evidence)): (usize, &(State, &str))| {
        let port = u16::try_from(index + 1).unwrap();
        let range = PortRange::new(port, port).unwrap();
        Seen { protocol: Protocol::TCP, range, state: *state, evidence: (*evidence).to_string() }
    };
    Observation::new(Tool::Nft, &states.iter().enumerate().map(seen).collect::<Vec<_>>())
}

/// What is known about the first four ports.
fn first_four(observation: &Observation) -> Vec<(State, Vec<&str>)> {
    let pieces = observation.pieces(Protocol::TCP)[..4].iter();
    pieces.map(|piece| (piece.state, piece.evidence.iter().map(String::as_str).collect())).collect()
}

/// An observation of the first port.
fn one(state: State) -> Observation {
    observation(&[(state, "")])
}

fn named<'a>(name: &'a str, observation: &'a Observation) -> Named<'a> {
    Named { name, observation }
}

fn first(observation: &Observation) -> State {
    observation.pieces(Protocol::TCP)[0].state
}

/// The reasons of the first port.
fn reasons(observation: &Observation) -> Vec<&str> {
    observation.pieces(Protocol::TCP)[0].evidence.iter().map(String::as_str).collect()
}

#[test]
fn scans_complete_each_other_and_name_what_they_disagree_about() {
    let tcp = observation(&[(Open, "syn-ack"), (NotOpen, "closed"), (Open, "syn-ack"), (NotChecked, "")]);
    let again = observation(&[(Open, "syn-ack"), (Unknown, "unfiltered"), (NotChecked, ""), (NotOpen, "filtered")]);
    let both = complete(&[named("a.xml", &tcp), named("b.xml", &again)], View::Scan);
    assert_eq!(
        first_four(&both),
        [
            (Open, vec!["syn-ack"]),
            (Unknown, vec!["a.xml: not open (closed)", "b.xml: unknown (unfiltered)"]),
            (Open, vec!["syn-ack"]),
            (NotOpen, vec!["filtered"]),
        ]
    );
    assert_eq!(both.pieces(Protocol::TCP)[4].state, NotChecked);
    assert_eq!(both.sources, [Tool::Nft]);
}

#[test]
fn a_port_is_open_if_something_listens_and_is_let_in() {
    for (listener, rules, expected) in [
        (Open, Open, Open),
        (Open, Restricted, Restricted),
        (Open, Unknown, Unknown),
        (Open, NotOpen, NotOpen),
        (NotOpen, Open, NotOpen),
        (NotOpen, Restricted, NotOpen),
        (NotOpen, Unknown, NotOpen),
        (Loopback, Open, Loopback),
        (Unknown, Open, Unknown),
        (Unknown, NotOpen, NotOpen),
        // What one source didn't check is what the other reports.
        (NotChecked, Open, Open),
        (NotChecked, Restricted, Restricted),
        (Open, NotChecked, Open),
        (NotChecked, NotChecked, NotChecked),
    ] {
        let both = let_in(named("ss", &one(listener)), named("nft", &one(rules)));
        assert_eq!(first(&both), expected, "{listener:?} {rules:?}");
    }
    let listener = observation(&[(Open, "0.0.0.0 (smtpd)")]);
    let both = let_in(named("ss", &listener), named("nft", &one(NotOpen)));
    assert_eq!(reasons(&both), ["ss: listens (0.0.0.0 (smtpd))", "nft: not let in"]);
    let rules = observation(&[(Open, "input handle 5")]);
    let both = let_in(named("ss", &one(NotOpen)), named("nft", &rules));
    assert_eq!(reasons(&both), ["ss: nothing listens", "nft: let in (input handle 5)"]);
}

#[test]
fn a_listener_says_nothing_about_a_redirected_port() {
    for (listener, rules, expected) in [
        (NotOpen, Open, Unknown),
        (Open, Open, Unknown),
        (Loopback, Open, Unknown),
        (NotOpen, Restricted, Unknown),
        (NotOpen, NotOpen, NotOpen),
    ] {
        let mut rules = one(rules);
        rules.redirected.insert(Protocol::TCP, PortSet::from(PortRange::new(1, 1).unwrap()));
        let both = let_in(named("ss", &one(listener)), named("nft", &rules));
        assert_eq!(first(&both), expected, "{listener:?} {rules:?}");
        let is_explained = reasons(&both).contains(&"nft: may pass it to another port or machine");
        assert_eq!(is_explained, expected == Unknown);
    }
}

#[test]
fn what_a_peer_reaches_counts_more_than_what_the_machine_reports() {
    for (scan, machine, expected) in [
        (Open, NotOpen, Open),
        (Open, Unknown, Open),
        (NotOpen, Open, NotOpen),
        (NotOpen, Unknown, NotOpen),
        // The scan's peer isn't one of those that are let in.
        (NotOpen, Restricted, Restricted),
        (Unknown, Open, Open),
        (Unknown, NotOpen, NotOpen),
        (Unknown, Unknown, Unknown),
        (Unknown, NotChecked, Unknown),
        (NotChecked, Open, Open),
        (NotChecked, Loopback, Loopback),
        (Open, NotChecked, Open),
    ] {
        assert_eq!(first(&reached(named("nmap", &one(scan)), &one(machine))), expected, "{scan:?} {machine:?}");
    }
    let (scan, machine) = (observation(&[(NotOpen, "filtered")]), observation(&[(Open, "ss: listens (*)")]));
    assert_eq!(reasons(&reached(named("nmap", &scan), &machine)), ["nmap: not open (filtered)", "ss: listens (*)"]);
}

#[test]
fn a_reason_for_one_address_family_names_it() {
    let v4 = observation(&[(Open, "a"), (Open, "a"), (Restricted, "a"), (NotOpen, "a")]);
    let v6 = observation(&[(Open, "a"), (NotOpen, "b"), (Open, "b"), (NotOpen, "b")]);
    let both = over_both(&v4, &v6);
    assert_eq!(
        first_four(&both),
        [
            (Open, vec!["a"]),
            (Open, vec!["a, over IPv4"]),
            (Open, vec!["b, over IPv6"]),
            (NotOpen, vec!["a, over IPv4", "b, over IPv6"]),
        ]
    );
}

#[test]
fn a_port_is_open_to_a_peer_if_all_of_its_addresses_reach_it() {
    for (states, expected) in [
        (&[Open, Open][..], Open),
        (&[Open, NotOpen], Restricted),
        (&[NotOpen, NotOpen], NotOpen),
        (&[Loopback, NotOpen], Loopback),
        (&[Open, Unknown], Unknown),
        (&[Unknown, NotOpen], Restricted),
        (&[Restricted, Open], Restricted),
        (&[Restricted], Restricted),
        (&[NotChecked, NotChecked], NotChecked),
        (&[NotChecked, Open], Unknown),
    ] {
        let observations: Vec<Observation> = states.iter().map(|state| one(*state)).collect();
        let parts: Vec<Named> = observations.iter().map(|observation| named("192.0.2.1", observation)).collect();
        assert_eq!(first(&for_all(&parts)), expected, "{states:?}");
    }
    let (open, closed) = (observation(&[(Open, "handle 5")]), one(NotOpen));
    let both = for_all(&[named("192.0.2.1", &open), named("192.0.2.2", &closed)]);
    assert_eq!(reasons(&both), ["192.0.2.2 is not let in", "handle 5"]);
}

#[test]
fn protocols_without_ports_are_combined_like_ports() {
    let with_esp = |state, evidence: &str| {
        let mut observation = one(NotOpen);
        observation.set_portless(Protocol::ESP, Finding { state, evidence: vec![evidence.to_string()] });
        observation
    };
    let (a, b) = (with_esp(Open, "handle 1"), with_esp(NotOpen, ""));
    let both = over_both(&a, &b);
    assert_eq!(
        both.portless(Protocol::ESP),
        Finding { state: Open, evidence: vec!["handle 1, over IPv4".to_string()] }
    );
    // ss doesn't list sockets of ESP.
    let both = let_in(named("ss", &one(Open)), named("nft", &a));
    assert_eq!(both.portless(Protocol::ESP).state, Open);
}
