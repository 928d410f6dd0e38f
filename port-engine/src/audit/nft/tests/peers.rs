//! Who reaches a port: everybody, some, or only the machine itself.

use serde_json::{Value, json};

use super::*;
use crate::audit::firewall::Scope;
use crate::audit::nft::parse;
use crate::port_set::PortSet;

fn iif(operator: &str, names: &Value) -> Value {
    matches(operator, &meta("iifname"), names)
}

fn ip(operator: &str, networks: &Value) -> Value {
    matches(operator, &payload("ip", "saddr"), networks)
}

fn prefix(address: &str, length: u8) -> Value {
    json!({ "prefix": { "addr": address, "len": length } })
}

/// The state of tcp/22, if these conditions and then `verdict` decide about it.
fn state_in(scope: &Scope, table: &Table) -> State {
    let scope = Scope { family: Some(AddressFamily::Ipv4), ..scope.clone() };
    let observation = parse(Path::new("rules.json"), &table.listing()).unwrap().observe(&scope).unwrap();
    let is_ssh = |piece: &&crate::audit::observation::Piece| piece.range.contains(22);
    observation.pieces(Protocol::TCP).iter().find(is_ssh).unwrap().state
}

/// Rules that each accept tcp/22 if a condition matches.
fn accepting_each(conditions: &[Value]) -> Table {
    Table::dropping(conditions.iter().map(|condition| json!([condition, dport(&json!(22)), accept()])).collect())
}

/// Rules that each drop tcp/22 if a condition matches; the others are accepted.
fn dropping_each(conditions: &[Value]) -> Table {
    Table::accepting(conditions.iter().map(|condition| json!([condition, dport(&json!(22)), drop()])).collect())
}

#[test]
fn lists_of_allowed_peers_restrict_a_port_and_lists_of_denied_ones_leave_it_open() {
    let ether = |operator, address: &str| matches(operator, &payload("ether", "saddr"), &json!(address));
    for (table, expected) in [
        (accepting_each(&[saddr("192.0.2.5")]), State::Restricted),
        (accepting_each(&[ip("==", &json!({ "set": ["192.0.2.5", prefix("10.0.0.0", 8)] }))]), State::Restricted),
        (accepting_each(&[iif("==", &json!("mgmt0"))]), State::Restricted),
        (accepting_each(&[iif("==", &json!("eth*"))]), State::Restricted),
        (accepting_each(&[iif("==", &json!({ "set": ["lo", "eth0"] }))]), State::Restricted),
        (accepting_each(&[ether("==", "02:00:00:00:00:01")]), State::Restricted),
        (accepting_each(&[iif("==", &json!("lo"))]), State::Loopback),
        (accepting_each(&[matches("==", &meta("iif"), &json!("lo"))]), State::Loopback),
        (accepting_each(&[iif("==", &json!("lo")), saddr("192.0.2.5")]), State::Restricted),
        (accepting_each(&[iif("!=", &json!("lo"))]), State::Open),
        (dropping_each(&[iif("!=", &json!("lo"))]), State::Loopback),
        (accepting_each(&[ip("!=", &json!("192.0.2.5"))]), State::Open),
        (accepting_each(&[ether("!=", "02:00:00:00:00:01")]), State::Open),
        (dropping_each(&[saddr("192.0.2.5"), iif("==", &json!("eth1"))]), State::Open),
        (dropping_each(&[ip("!=", &json!("192.0.2.5"))]), State::Restricted),
        (dropping_each(&[iif("!=", &json!("mgmt0"))]), State::Restricted),
        // Private networks, and what isn't assigned to anybody, are a small part of the address space.
        (dropping_each(&[ip("==", &json!({ "set": [prefix("10.0.0.0", 8), prefix("240.0.0.0", 4)] }))]), State::Open),
        // Classes count together.
        (accepting_each(&[iif("==", &json!("eth0")), iif("!=", &json!("eth0"))]), State::Open),
        (accepting_each(&[ip("==", &prefix("0.0.0.0", 1)), ip("==", &prefix("128.0.0.0", 1))]), State::Open),
        (accepting_each(&[ip("==", &prefix("0.0.0.0", 1))]), State::Restricted),
        (accepting_each(&[ip("==", &prefix("128.0.0.0", 1))]), State::Restricted),
        // Peers choose their source ports.
        (accepting_each(&[matches("==", &payload("tcp", "sport"), &json!(53))]), State::Open),
        // What may be open to all isn't called restricted.
        (accepting_each(&[saddr("192.0.2.5"), opaque()]), State::Unknown),
        (Table::dropping(vec![json!([saddr("192.0.2.5"), opaque(), dport(&json!(22)), accept()])]), State::Unknown),
    ] {
        assert_eq!(state_in(&Scope::default(), &table), expected, "{}", table.listing());
    }
}

#[test]
fn in_a_scope_all_of_its_peers_must_reach_an_open_port() {
    let over = |names: &[&str]| Scope {
        interfaces: names.iter().map(|name| (*name).to_string()).collect(),
        ..Scope::default()
    };
    let from = |networks: &[&str]| Scope {
        sources: networks.iter().map(|network| network.parse().unwrap()).collect(),
        ..Scope::default()
    };
    let mgmt = accepting_each(&[iif("==", &json!("mgmt0"))]);
    let admin = accepting_each(&[saddr("192.0.2.5")]);
    for (scope, table, expected) in [
        (over(&["mgmt0"]), &mgmt, State::Open),
        (over(&["eth0"]), &mgmt, State::NotOpen),
        (over(&["eth0", "mgmt0"]), &mgmt, State::Restricted),
        (over(&["mgmt*"]), &mgmt, State::Restricted),
        (over(&["eth0"]), &admin, State::Restricted),
        (from(&["192.0.2.5/32"]), &admin, State::Open),
        (from(&["192.0.2.0/24"]), &admin, State::Restricted),
        (from(&["198.51.100.0/24"]), &admin, State::NotOpen),
        (from(&["192.0.2.5/32"]), &mgmt, State::Restricted),
        (over(&["eth0"]), &accepting_each(&[iif("==", &json!("lo"))]), State::NotOpen),
        (from(&["192.0.2.0/24"]), &accepting_each(&[ip("!=", &json!("192.0.2.5"))]), State::Restricted),
        (from(&["10.0.0.0/8"]), &accepting_each(&[ip("!=", &json!("192.0.2.5"))]), State::Open),
        (from(&["2001:db8::/32"]), &accepting_each(&[ip("!=", &json!("192.0.2.5"))]), State::NotOpen),
    ] {
        assert_eq!(state_in(&scope, table), expected, "{scope:?} {}", table.listing());
    }
}

#[test]
fn a_port_that_is_open_to_some_names_the_rules_that_accept_them() {
    let table = Table::dropping(vec![
        json!([saddr("192.0.2.5"), accept()]),
        json!([iif("==", &json!("mgmt0")), dport(&json!(22)), accept()]),
        json!([dport(&json!(25)), accept()]),
        json!([iif("==", &json!("lo")), dport(&json!(5432)), accept()]),
    ]);
    let observation = table.observation();
    let reasons = |port: u16| {
        let piece = observation.pieces(Protocol::TCP).iter().find(|piece| piece.range.contains(port)).unwrap().clone();
        (piece.state, piece.evidence.join(" and ").replace("inet filter ", ""))
    };
    assert_eq!(
        reasons(22),
        (
            State::Restricted,
            "input handle 1, only if ip saddr 192.0.2.5 and input handle 2, only if iifname mgmt0".into()
        )
    );
    assert_eq!(reasons(25).0, State::Open);
    assert_eq!(reasons(5432), (State::Restricted, "input handle 1, only if ip saddr 192.0.2.5".into()));
    // Protocols without ports likewise.
    let esp = observation.portless(Protocol::ESP);
    assert_eq!((esp.state, esp.evidence.len()), (State::Restricted, 1));
    assert_eq!(
        lines(&accepting_each(&[iif("==", &json!("lo"))]).observation()),
        ["tcp/22 on loopback only: input handle 1"]
    );
}

#[test]
fn packets_that_arrive_by_another_way_than_the_way_back_open_nothing() {
    let fib = |flags: &Value| json!({ "fib": { "result": "oif", "flags": flags } });
    let missing = |flags: &Value| matches("==", &fib(flags), &json!(false));
    let exists = |flags: &Value| matches("==", &fib(flags), &json!(true));
    let (plain, marked) = (json!(["saddr", "iif"]), json!(["saddr", "mark", "iif"]));
    for (table, expected) in [
        // A reverse path filter, as firewalld has it.
        (Table::accepting(vec![json!([missing(&marked), drop()])]), State::Open),
        (Table::dropping(vec![json!([missing(&plain), drop()]), json!([dport(&json!(22)), accept()])]), State::Open),
        (
            Table::dropping(vec![json!([missing(&plain), drop()]), json!([saddr("192.0.2.5"), accept()])]),
            State::Restricted,
        ),
        (accepting_each(&[exists(&plain)]), State::Open),
        (accepting_each(&[missing(&plain)]), State::Unknown),
        (dropping_each(&[exists(&plain)]), State::Unknown),
        (accepting_each(&[missing(&plain), exists(&plain)]), State::Open),
        // The way back to this address may begin at another interface.
        (
            Table::dropping(vec![
                json!([missing(&plain), drop()]),
                json!([saddr("192.0.2.5"), iif("==", &json!("eth0")), accept()]),
            ]),
            State::Unknown,
        ),
        // Another question than whether there is a way back by this interface.
        (accepting_each(&[exists(&json!(["saddr"]))]), State::Unknown),
    ] {
        assert_eq!(state_in(&Scope::default(), &table), expected, "{}", table.listing());
    }
}

#[test]
fn addresses_of_another_family_than_the_audited_one_have_a_remark() {
    let scope = Scope {
        family: Some(AddressFamily::Ipv4),
        sources: vec!["2001:db8::/32".parse().unwrap()],
        ..Scope::default()
    };
    let table = accepting_each(&[saddr("192.0.2.5")]);
    let observation = parse(Path::new("rules.json"), &table.listing()).unwrap().observe(&scope).unwrap();
    assert_eq!(observation.remarks, ["no packet was followed: the given addresses are of another family"]);
}

#[test]
fn thousands_of_rules_about_single_addresses_are_followed() {
    // Each class of packets differs from all others in two fields, so none can be joined.
    let rules = (0..3500_u16).map(|number| {
        let address = format!("10.0.{}.{}", number >> 8, number & 255);
        json!([saddr(&address), dport(&json!(1 + number)), accept()])
    });
    let observation = Table::dropping(rules.collect()).observation();
    assert_eq!(observation.not_interpreted, Vec::<String>::new());
    let restricted = observation.ports(Protocol::TCP, |state| state == State::Restricted);
    assert_eq!(restricted, PortSet::from(port_core::PortRange::new(1, 3500).unwrap()));
}
