//! Tests of observations from reports.

use super::{Observation, Seen, State, Tool};
use crate::protocol::Protocol;
use port_core::PortRange;

fn seen(first: u16, last: u16, state: State, evidence: &str) -> Seen {
    let range = PortRange::new(first, last).unwrap();
    Seen { protocol: Protocol::TCP, range, state, evidence: evidence.to_string() }
}

fn lines(observation: &Observation, protocol: Protocol) -> Vec<String> {
    let pieces = observation.pieces(protocol).iter();
    pieces.map(|piece| format!("{} {} {}", piece.range, piece.state.description(), piece.evidence.join("+"))).collect()
}

#[test]
fn the_greatest_state_counts_and_uncovered_ports_were_not_checked() {
    let observation = Observation::new(
        Tool::Ss,
        &[
            seen(2, 65000, State::NotOpen, ""),
            seen(80, 90, State::Open, "b"),
            seen(85, 95, State::Open, "a"),
            seen(88, 88, State::Open, "b"),
            seen(90, 99, State::Unknown, "x"),
            seen(90, 90, State::Loopback, "lo"),
        ],
    );
    assert_eq!(
        lines(&observation, Protocol::TCP),
        [
            "1 not checked ",
            "2-79 not open ",
            "80-84 open b",
            "85-90 open b+a",
            "91-95 open a",
            "96-99 unknown x",
            "100-65000 not open ",
            "65001-65535 not checked ",
        ]
    );
    assert_eq!(lines(&observation, Protocol::UDP), ["1-65535 not checked "]);
    assert_eq!(lines(&observation, Protocol::ESP), Vec::<String>::new());
}

#[test]
fn a_piece_keeps_a_limited_number_of_reasons() {
    let all: Vec<Seen> = (0..1000).map(|number| seen(25, 25, State::Open, &number.to_string())).collect();
    let observation = Observation::new(Tool::Ss, &all);
    let evidence = &observation.pieces(Protocol::TCP)[1].evidence;
    assert_eq!((evidence.len(), evidence[99].as_str(), evidence[100].as_str()), (101, "99", "more"));
}

#[test]
fn the_highest_port_is_covered() {
    let observation = Observation::new(Tool::Ss, &[seen(65535, 65535, State::Open, "")]);
    assert_eq!(lines(&observation, Protocol::TCP), ["1-65534 not checked ", "65535 open "]);
}
