//! Several hooks, families and tables, and rewritten packets.

use serde_json::{Value, json};

use super::*;

#[test]
fn every_hook_must_accept_a_packet() {
    let ssh = json!([dport(&ports(20, 25)), accept()]);
    let filter = [table("inet", "a"), chain("inet", "a", "in", "input", "drop"), rule("inet", "a", "in", &ssh)];
    let of = |more: &[Value]| lines(&seen(&listing(&[&filter[..], more].concat()), Some(AddressFamily::Ipv4)));
    assert_eq!(of(&[]), ["tcp/20-25 open: inet a in handle 7"]);
    for (family, hook, expected) in [
        ("ip", "input", &["tcp/20-21 open: inet a in handle 7", "tcp/23-25 open: inet a in handle 7"][..]),
        ("inet", "prerouting", &["tcp/20-21 open: inet a in handle 7", "tcp/23-25 open: inet a in handle 7"]),
        // This hook doesn't see packets of other devices.
        (
            "netdev",
            "ingress",
            &[
                "tcp/20-21 open: inet a in handle 7",
                "tcp/22 unknown: ",
                "tcp/23-25 open: inet a in handle 7",
                "netdev b c: the device of the chain is not listed",
            ],
        ),
        ("ip6", "input", &["tcp/20-25 open: inet a in handle 7"]),
        ("ip", "output", &["tcp/20-25 open: inet a in handle 7"]),
        ("ip", "forward", &["tcp/20-25 open: inet a in handle 7"]),
        ("arp", "input", &["tcp/20-25 open: inet a in handle 7"]),
        ("bridge", "input", &["tcp/20-25 open: inet a in handle 7", "bridge b: rules of bridges are not interpreted"]),
    ] {
        let drops = json!([dport(&json!(22)), drop()]);
        let more = [table(family, "b"), chain(family, "b", "c", hook, "accept"), rule(family, "b", "c", &drops)];
        assert_eq!(of(&more), expected, "{family} {hook}");
    }
    // A redirected packet must be accepted with its new port.
    let redirect = |port: u16, from: Option<&str>| {
        let mut parts: Vec<Value> = from.map(saddr).into_iter().collect();
        parts.extend([dport(&json!(22)), json!({ "redirect": { "port": port } })]);
        let parts = Value::Array(parts);
        let nat = json!({ "chain": { "family": "ip", "table": "n", "name": "p", "type": "nat", "hook": "prerouting", "prio": -100 } });
        of(&[table("ip", "n"), nat, rule("ip", "n", "p", &parts)])
    };
    let rest = ["tcp/20-21 open: inet a in handle 7", "tcp/23-25 open: inet a in handle 7"];
    assert_eq!(redirect(8443, None), rest);
    assert_eq!(
        redirect(25, None),
        [
            "tcp/20-21 open: inet a in handle 7",
            "tcp/22 open: ip n p handle 7 (redirect to :25) and inet a in handle 7",
            "tcp/23-25 open: inet a in handle 7",
        ]
    );
    assert_eq!(
        redirect(8443, Some("192.0.2.1")),
        [
            "tcp/20-21 open: inet a in handle 7",
            "tcp/22 open: inet a in handle 7, only if packets get there",
            "tcp/23-25 open: inet a in handle 7",
        ]
    );
}

#[test]
fn accepting_redirected_packets_opens_no_other_port() {
    let filter = [table("inet", "a"), chain("inet", "a", "in", "input", "drop")];
    let of = |parts: &[&Value]| {
        let rules = parts.iter().map(|parts| rule("inet", "a", "in", parts));
        lines(&seen(&listing(&[&filter[..], &rules.collect::<Vec<_>>()].concat()), Some(AddressFamily::Ipv4)))
    };
    let status = |operator, words: Value| matches(operator, &json!({ "ct": { "key": "status" } }), &words);
    let ssh = json!([dport(&json!(22)), accept()]);
    assert_eq!(of(&[&json!([status("in", json!("dnat")), accept()]), &ssh]), ["tcp/22 open: inet a in handle 7"]);
    // The first is `ct status != dnat`, the second `ct status & dnat == 0`: both are true of all packets.
    for operator in ["!=", "!"] {
        assert_eq!(of(&[&json!([status(operator, json!("dnat")), drop()]), &ssh]), Vec::<String>::new(), "{operator}");
    }
    assert_eq!(
        of(&[&json!([status("in", json!(["snat", "dnat"])), dport(&json!(25)), accept()])]),
        Vec::<String>::new()
    );
    // A redirected port is unknown nevertheless.
    let sent = json!([dport(&json!(80)), { "dnat": { "addr": "192.0.2.1" } }]);
    let more = [
        table("ip", "n"),
        chain("ip", "n", "p", "prerouting", "accept"),
        rule("ip", "n", "p", &sent),
        rule("inet", "a", "in", &json!([status("in", json!("dnat")), accept()])),
    ];
    let reported = lines(&seen(&listing(&[&filter[..], &more].concat()), Some(AddressFamily::Ipv4)));
    assert_eq!(reported[0], "tcp/80 unknown: ");
    assert_eq!(reported.len(), 2, "{reported:?}");
}

#[test]
fn a_port_that_a_rule_sets_is_followed() {
    let of = |key: &Value, value: &Value, port: u16| {
        let set = json!([dport(&json!(22)), { "mangle": { "key": key, "value": value } }]);
        lines(&Table::dropping(vec![set, json!([dport(&json!(port)), accept()])]).observation())
    };
    let tcp = payload("tcp", "dport");
    assert_eq!(of(&tcp, &json!(25), 22), Vec::<String>::new());
    assert_eq!(of(&tcp, &json!(25), 25), ["tcp/22 open: input handle 2", "tcp/25 open: input handle 2"]);
    assert_eq!(of(&payload("udp", "dport"), &json!(25), 22), ["tcp/22 open: input handle 2"]);
    // A port that isn't known may be any.
    let reports = of(&tcp, &json!({ "numgen": { "mode": "inc", "mod": 5 } }), 22);
    assert_eq!(reports[0], "tcp/22 unknown: ", "{reports:?}");
    assert!(reports[1].starts_with("? input handle 1: tcp dport set "), "{reports:?}");
    for key in [meta("mark"), payload("ip", "dscp")] {
        assert_eq!(of(&key, &json!(25), 22), ["tcp/22 open: input handle 2"]);
    }
    // Of a protocol without ports, the rule overwrites something else, so it isn't sure that the packet is of any use.
    let set = json!([{ "mangle": { "key": payload("th", "dport"), "value": 25 } }]);
    assert_eq!(
        lines(&Table::dropping(vec![set, json!([accept()])]).observation()),
        [
            "tcp/1-65535 open: input handle 2",
            "udp/1-65535 open: input handle 2",
            "esp unknown: ",
            "? input handle 1: th dport set 25",
        ]
    );
}

#[test]
fn each_family_has_its_own_filters() {
    let accepts = |port: u16| json!([dport(&json!(port)), accept()]);
    let text = listing(&[
        table("ip", "f"),
        table("ip6", "f"),
        chain("ip", "f", "in", "input", "drop"),
        chain("ip6", "f", "in", "input", "drop"),
        rule("ip", "f", "in", &accepts(22)),
        rule("ip6", "f", "in", &accepts(23)),
    ]);
    assert_eq!(lines(&seen(&text, Some(AddressFamily::Ipv4))), ["tcp/22 open: ip f in handle 7"]);
    assert_eq!(lines(&seen(&text, Some(AddressFamily::Ipv6))), ["tcp/23 open: ip6 f in handle 7"]);
    assert_eq!(
        lines(&seen(&text, None)),
        ["tcp/22 open: ip f in handle 7, over IPv4", "tcp/23 open: ip6 f in handle 7, over IPv6"]
    );
    // If nothing filters a family, all of its packets are accepted, with a remark.
    let only_v4 = listing(&[table("ip", "f"), chain("ip", "f", "in", "input", "drop")]);
    let observation = seen(&only_v4, None);
    assert_eq!(lines(&observation)[0], "tcp/1-65535 open: no chain filters it, over IPv6");
    assert_eq!(observation.remarks, ["no chain filters incoming IPv6 packets: all of them are accepted"]);
    assert_eq!(lines(&seen(&only_v4, Some(AddressFamily::Ipv4))), Vec::<String>::new());
}

#[test]
fn a_dormant_table_drops_nothing() {
    let of = |flags: &Value| {
        let table = json!({ "table": { "family": "ip", "name": "f", "flags": flags } });
        lines(&seen(&listing(&[table, chain("ip", "f", "in", "input", "drop")]), Some(AddressFamily::Ipv4)))
    };
    assert_eq!(of(&json!("dormant")).last().unwrap(), "ip f: the table is dormant");
    assert_eq!(of(&json!(["dormant"]))[0], "tcp/1-65535 open: no chain filters it");
    assert_eq!(of(&json!(["owner"])), Vec::<String>::new());
    // nft 1.0.6 prints the table's name for its flags.
    let unsure = of(&json!("f"));
    assert_eq!(unsure[0], "tcp/1-65535 unknown: ");
    assert_eq!(unsure.last().unwrap(), "ip f: the table may be dormant (unclear flags), so what it drops is unknown");
}

#[test]
fn with_notrack_before_connection_tracking_new_packets_are_untracked() {
    let text = listing(&[
        table("inet", "f"),
        json!({ "chain": { "family": "inet", "table": "f", "name": "raw", "hook": "prerouting", "prio": -300 } }),
        chain("inet", "f", "in", "input", "drop"),
        rule("inet", "f", "raw", &json!([dport(&json!(22)), { "notrack": null }])),
        rule("inet", "f", "in", &json!([state(&json!(["established", "untracked"])), dport(&json!(22)), accept()])),
    ]);
    assert_eq!(lines(&seen(&text, Some(AddressFamily::Ipv4))), ["tcp/22 open: inet f in handle 7"]);
}

/// The state of tcp/22 and the rules that weren't interpreted, with a chain at a priority of prerouting that has one rule, and further
/// objects.
fn with_prerouting(priority: i64, parts: &Value, more: &[Value]) -> (State, Vec<String>) {
    let hook = json!({ "chain": { "family": "inet", "table": "f", "name": "pre", "type": "filter", "hook": "prerouting",
        "prio": priority, "policy": "accept" } });
    let own = [table("inet", "f"), hook, rule("inet", "f", "pre", parts)];
    let observation = seen(&listing(&[&own[..], more].concat()), Some(AddressFamily::Ipv4));
    let piece = observation.pieces(Protocol::TCP).iter().find(|piece| piece.range.contains(22)).unwrap();
    (piece.state, observation.not_interpreted)
}

#[test]
fn a_chain_sees_the_port_before_or_after_its_translation_by_its_priority() {
    use State::{NotOpen, Open, Unknown};
    let nat = json!({ "chain": { "family": "ip", "table": "n", "name": "p", "type": "nat", "hook": "prerouting",
        "prio": -100, "policy": "accept" } });
    let redirect = json!([dport(&json!(22)), { "redirect": { "port": 2222 } }]);
    let translation = [table("ip", "n"), nat, rule("ip", "n", "p", &redirect)];
    let is_doubted = "inet f pre: whether it is before or after the translation, at the same priority";
    // The states of port 22 if the chain drops packets to port 22, and if it drops those to port 2222.
    for (priority, before, after) in [
        (-150, NotOpen, Open),
        (-101, NotOpen, Open),
        (-100, Unknown, Unknown),
        (-99, Open, NotOpen),
        (0, Open, NotOpen),
    ] {
        for (port, expected) in [(22, before), (2222, after)] {
            let (state, reported) = with_prerouting(priority, &json!([dport(&json!(port)), drop()]), &translation);
            assert_eq!(state, expected, "{port} at {priority}");
            assert_eq!(reported == [is_doubted], priority == -100, "{port} at {priority}: {reported:?}");
        }
    }
    // Without a translation at the same priority, there is no doubt.
    assert_eq!(with_prerouting(-100, &json!([dport(&json!(22)), drop()]), &[]), (NotOpen, Vec::new()));
}

#[test]
fn a_chain_is_before_or_after_connection_tracking_by_its_priority() {
    use State::{NotOpen, Open, Unknown};
    let untracked = json!([state(&json!("untracked")), accept()]);
    let filter = [chain("inet", "f", "in", "input", "drop"), rule("inet", "f", "in", &untracked)];
    let is_doubted = "inet f pre: whether it is before or after connection tracking, at the same priority";
    // The state of port 22 if the chain exempts it and only untracked packets are accepted, and if the chain drops new ones.
    for (priority, exempted, new) in [
        (-300, Open, Open),
        (-201, Open, Open),
        (-200, Unknown, Unknown),
        (-199, NotOpen, NotOpen),
        (0, NotOpen, NotOpen),
    ] {
        let notrack = json!([dport(&json!(22)), { "notrack": null }]);
        let drop_new = json!([state(&json!("new")), drop()]);
        for (parts, more, expected) in [(&notrack, &filter[..], exempted), (&drop_new, &[], new)] {
            let (state, reported) = with_prerouting(priority, parts, more);
            assert_eq!(state, expected, "{parts} at {priority}");
            assert_eq!(
                reported.contains(&is_doubted.to_string()),
                priority == -200,
                "{parts} at {priority}: {reported:?}"
            );
        }
    }
}

#[test]
fn without_a_rule_that_tracks_connections_a_chain_that_translates_may_not_be_called() {
    let nat = json!({ "chain": { "family": "inet", "table": "f", "name": "nat", "type": "nat", "hook": "prerouting", "prio": -99,
        "policy": "accept" } });
    let of = |more: &[Value]| {
        let own = [table("inet", "f"), nat.clone(), rule("inet", "f", "nat", &json!([dport(&json!(22)), drop()]))];
        lines(&seen(&listing(&[&own[..], more].concat()), Some(AddressFamily::Ipv4)))
    };
    let doubted = of(&[]);
    assert!(doubted.contains(&"tcp/22 unknown: ".to_string()), "{doubted:?}");
    assert_eq!(doubted.last().unwrap(), "inet f nat: whether connections are tracked, without which it isn't called");
    // Connections of the other family don't count.
    let filter = |family: &str| {
        let new = json!([state(&json!("new")), accept()]);
        [table(family, "g"), chain(family, "g", "in", "input", "accept"), rule(family, "g", "in", &new)]
    };
    assert!(of(&filter("ip6")).contains(&"tcp/22 unknown: ".to_string()));
    let translated = rule("inet", "f", "nat", &json!([{ "dnat": { "family": "ip6", "addr": "2001:db8::1" } }]));
    assert!(of(&[translated]).contains(&"tcp/22 unknown: ".to_string()));
    let extension = rule("inet", "f", "nat", &json!([{ "xt": { "type": "target", "name": "MASQUERADE" } }]));
    for more in [&filter("ip")[..], &[extension]] {
        let tracked = of(more);
        assert!(!tracked.iter().any(|line| line.contains("unknown") || line.starts_with("tcp/22")), "{tracked:?}");
    }
}
