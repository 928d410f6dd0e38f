//! Packets to the machine itself, and packets that it forwards.

use serde_json::{Value, json};

use super::*;
use crate::audit::firewall::{HookPath, Scope};
use crate::audit::nft::parse;

/// What reaches 192.0.2.20 through the machine.
fn forwarded(listing: &str) -> Vec<String> {
    let scope = Scope {
        family: Some(AddressFamily::Ipv4),
        path: HookPath::Forward,
        destinations: vec!["192.0.2.20/32".parse().unwrap()],
        ..Scope::default()
    };
    lines(&parse(Path::new("rules.json"), listing).unwrap().observe(&scope).unwrap())
}

fn daddr(address: &str) -> Value {
    matches("==", &payload("ip", "daddr"), &json!(address))
}

/// A firewall with a chain that forwards what `rules` accept, and another table.
fn firewall(rules: &[Value], more: &[Value]) -> String {
    let base =
        [table("inet", "f"), chain("inet", "f", "fwd", "forward", "drop"), chain("inet", "f", "in", "input", "drop")];
    let rules: Vec<Value> = rules.iter().map(|parts| rule("inet", "f", "fwd", parts)).collect();
    listing(&[&base[..], &rules, more].concat())
}

#[test]
fn packets_to_given_addresses_pass_the_hook_forward() {
    let mail = json!([daddr("192.0.2.20"), dport(&json!(25)), accept()]);
    let other = json!([daddr("192.0.2.21"), dport(&json!(80)), accept()]);
    let some = json!([saddr("198.51.100.7"), dport(&json!(22)), accept()]);
    let rules = firewall(&[mail, other, some], &[]);
    assert_eq!(
        forwarded(&rules),
        [
            "tcp/22 open to some: inet f fwd handle 7, only if ip saddr 198.51.100.7",
            "tcp/25 open: inet f fwd handle 7, only if ip daddr 192.0.2.20",
        ]
    );
    // The machine itself accepts nothing, and the observation says what it left out.
    let observation = seen(&rules, Some(AddressFamily::Ipv4));
    assert_eq!(lines(&observation), Vec::<String>::new());
    assert_eq!(
        observation.remarks,
        ["only packets to the machine itself were followed; the rules also filter packets that it forwards to others"]
    );
}

#[test]
fn packets_that_are_translated_to_a_given_address_reach_it_at_the_new_port() {
    let nat = |parts: &Value| {
        let hook = json!({ "chain": { "family": "ip", "table": "n", "name": "p", "type": "nat", "hook": "prerouting", "prio": -100 } });
        vec![table("ip", "n"), hook, rule("ip", "n", "p", parts)]
    };
    let accept_translated = json!([matches("in", &json!({ "ct": { "key": "status" } }), &json!("dnat")), accept()]);
    let dnat = json!({ "dnat": { "addr": "192.0.2.20", "port": 25 } });
    let of = |condition: Value, dnat: &Value| {
        forwarded(&firewall(
            std::slice::from_ref(&accept_translated),
            &nat(&json!([condition, dport(&json!(2525)), dnat])),
        ))
    };
    // From the address of the firewall.
    assert_eq!(
        of(daddr("203.0.113.1"), &dnat),
        ["tcp/25 open: ip n p handle 7 (dnat to 192.0.2.20:25), only if packets get there and inet f fwd handle 7, \
          only if packets get there"]
    );
    // A rule about local addresses doesn't apply to packets that are sent to the other machine.
    let local = matches("==", &json!({ "fib": { "result": "type", "flags": ["daddr"] } }), &json!("local"));
    assert_eq!(of(local, &dnat).len(), 1);
    // To another machine.
    let elsewhere = json!({ "dnat": { "addr": "192.0.2.99", "port": 25 } });
    assert_eq!(of(daddr("203.0.113.1"), &elsewhere), Vec::<String>::new());
    // To an address that isn't known.
    let somewhere =
        json!({ "dnat": { "addr": { "map": { "key": payload("ip", "saddr"), "data": "@m" } }, "port": 25 } });
    assert_eq!(of(daddr("203.0.113.1"), &somewhere)[0], "tcp/25 unknown: ");
}

#[test]
fn the_rules_of_docker_make_only_the_port_unknown_that_they_translate() {
    // As Docker's rules are listed, if the extension `addrtype` isn't interpreted.
    let xt = |kind: &str, name: &str| json!({ "xt": { "type": kind, "name": name } });
    let not_docker = matches("!=", &meta("iifname"), &json!("docker0"));
    let nat = [
        table("ip", "nat"),
        json!({ "chain": { "family": "ip", "table": "nat", "name": "DOCKER" } }),
        json!({ "chain": { "family": "ip", "table": "nat", "name": "PREROUTING", "type": "nat", "hook": "prerouting",
            "prio": -100, "policy": "accept" } }),
        rule("ip", "nat", "PREROUTING", &json!([xt("match", "addrtype"), to("jump", "DOCKER")])),
        rule("ip", "nat", "DOCKER", &json!([matches("==", &meta("iifname"), &json!("docker0")), { "return": null }])),
        rule("ip", "nat", "DOCKER", &json!([not_docker, dport(&json!(4021)), xt("target", "DNAT")])),
    ];
    let filter = [
        table("ip", "filter"),
        chain("ip", "filter", "INPUT", "input", "drop"),
        rule("ip", "filter", "INPUT", &json!([dport(&json!(25)), accept()])),
    ];
    let of = |objects: &[Value]| lines(&seen(&listing(objects), Some(AddressFamily::Ipv4)));
    let with_filter = of(&[&nat[..], &filter].concat());
    assert_eq!(with_filter[..2], ["tcp/25 open: ip filter INPUT handle 7", "tcp/4021 unknown: "]);
    // Whether or not it is translated, nothing drops it.
    assert_eq!(of(&nat)[0], "tcp/1-65535 open: no chain filters it");
}

#[test]
fn packets_that_are_perhaps_redirected_to_the_firewall_do_not_open_the_machine_behind_it() {
    let chain_at = |name: &str, kind: &str, priority: i64| {
        json!({ "chain": { "family": "inet", "table": "f", "name": name, "type": kind, "hook": "prerouting", "prio": priority,
            "policy": "accept" } })
    };
    let rules = listing(&[
        table("inet", "f"),
        chain_at("raw", "filter", -300),
        rule("inet", "f", "raw", &json!([matches("==", &meta("pkttype"), &json!("host")), { "notrack": null }])),
        chain_at("nat", "nat", -99),
        rule("inet", "f", "nat", &json!([{ "redirect": null }])),
        chain("inet", "f", "fwd", "forward", "drop"),
    ]);
    // Untracked packets aren't redirected, and the hook forward drops them.
    assert_eq!(forwarded(&rules)[0], "tcp/1-65535 unknown: ");
}
