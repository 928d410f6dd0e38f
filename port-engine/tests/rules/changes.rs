//! Rules that an upgrade removes: what another flow needs between the same ends stays.

use port_core::PortRange;
use port_engine::protocol::Protocol;
use port_engine::rules::address::Endpoints;
use port_engine::rules::changes::keep_needed;
use port_engine::rules::model::{Rule, Ruleset, Traffic};

use crate::fit::ruleset;

/// A ruleset with one flow to an address.
fn to(address: &str, traffic: Traffic) -> Ruleset {
    let destination = Endpoints::new([address.parse().unwrap()]);
    ruleset(Rule { traffic, source: Endpoints::Any, destination })
}

fn ports(ports: &[&str]) -> Traffic {
    Traffic::ports(Protocol::TCP, ports.iter().map(|range| range.parse::<PortRange>().unwrap()).collect())
}

/// What is left to remove, and the remarks.
fn left(mut removed: Ruleset, other: &Ruleset, shares_rules: bool) -> (Vec<Traffic>, Vec<String>) {
    let remarks = keep_needed(&mut removed, other, shares_rules).iter().map(ToString::to_string).collect();
    (removed.flows.into_iter().flat_map(|flow| flow.rules).map(|rule| rule.traffic).collect(), remarks)
}

#[test]
fn a_port_that_another_flow_needs_is_not_removed_if_the_platform_has_one_rule_for_both() {
    let removed = || to("192.0.2.1", ports(&["53", "8000-8100"]));
    let other = to("192.0.2.1", ports(&["443", "8050"]));
    let remarks = vec!["tcp/8050 of made-up stays open for peer (needed by made-up)".to_string()];
    assert_eq!(left(removed(), &other, true), (vec![ports(&["53", "8000-8049", "8051-8100"])], remarks.clone()));
    assert_eq!(left(removed(), &other, false), (vec![ports(&["53", "8000-8100"])], remarks));
}

#[test]
fn a_port_for_other_ends_is_removed() {
    let removed = to("192.0.2.1", ports(&["53"]));
    assert_eq!(left(removed, &to("192.0.2.2", ports(&["53"])), true), (vec![ports(&["53"])], Vec::new()));
}

#[test]
fn a_protocol_without_ports_stays_as_a_whole() {
    let esp = || to("192.0.2.1", Traffic::whole(Protocol::ESP));
    let remarks = vec!["esp of made-up stays open for peer (needed by made-up)".to_string()];
    assert_eq!(left(esp(), &esp(), true), (Vec::new(), remarks));
}
