//! Conditions on ports, verdicts, jumps and verdict maps.

use serde_json::{Value, json};

use super::*;

#[test]
fn each_way_to_name_a_port_is_understood() {
    let l4 = || meta("l4proto");
    let th = || payload("th", "dport");
    for (parts, expected) in [
        (vec![dport(&json!(22))], &["tcp/22 open: input handle 1"][..]),
        (vec![dport(&ports(80, 90))], &["tcp/80-90 open: input handle 1"]),
        (
            vec![dport(&json!({ "set": [25, { "range": [80, 90] }, 65535] }))],
            &["tcp/25 open: input handle 1", "tcp/80-90 open: input handle 1", "tcp/65535 open: input handle 1"],
        ),
        (vec![dport(&json!("@mail"))], &["tcp/465 open: input handle 1", "tcp/8000-8100 open: input handle 1"]),
        (vec![matches("!=", &payload("tcp", "dport"), &ports(2, 65535))], &["tcp/1 open: input handle 1"]),
        (
            vec![matches("!=", &payload("udp", "dport"), &json!({ "set": [{ "range": [3, 65535] }, 1] }))],
            &["udp/2 open: input handle 1"],
        ),
        (vec![matches("<", &payload("tcp", "dport"), &json!(3))], &["tcp/1-2 open: input handle 1"]),
        (vec![matches("<=", &payload("tcp", "dport"), &json!(3))], &["tcp/1-3 open: input handle 1"]),
        (vec![matches(">", &payload("udp", "dport"), &json!(65533))], &["udp/65534-65535 open: input handle 1"]),
        (vec![matches(">=", &payload("udp", "dport"), &json!(65535))], &["udp/65535 open: input handle 1"]),
        (vec![matches(">", &payload("udp", "dport"), &json!(65535))], &[]),
        (vec![matches("<", &payload("udp", "dport"), &json!(1))], &[]),
        (
            vec![matches("==", &th(), &json!(53))],
            &[
                "tcp/53 open: input handle 1",
                "udp/53 open: input handle 1",
                "esp open: input handle 1, only if the bytes where TCP has its port match",
                // For ICMP, these bytes are the checksum.
                "? input handle 1: th dport 53",
            ],
        ),
        (vec![matches("==", &l4(), &json!("udp")), matches("==", &th(), &json!(53))], &["udp/53 open: input handle 1"]),
        (vec![matches("==", &l4(), &json!(17)), matches("==", &th(), &json!(53))], &["udp/53 open: input handle 1"]),
        (
            vec![matches(
                "==",
                &json!({ "concat": [l4(), th()] }),
                &json!({ "set": [
                    { "concat": ["tcp", 2000] }, { "concat": ["udp", { "range": [3, 4] }] } ] }),
            )],
            &["tcp/2000 open: input handle 1", "udp/3-4 open: input handle 1"],
        ),
        (vec![matches("==", &l4(), &json!({ "set": ["esp", "icmp"] }))], &["esp open: input handle 1"]),
        (vec![matches("==", &payload("ip", "protocol"), &json!("esp"))], &["esp open: input handle 1"]),
        (vec![matches("==", &payload("ip6", "nexthdr"), &json!("esp"))], &[]),
        (vec![matches("==", &payload("esp", "spi"), &json!(5))], &["esp unknown: ", "? input handle 1: esp spi 5"]),
        // A set whose elements say more than their values.
        (vec![dport(&json!({ "set": [{ "elem": { "val": 22, "timeout": 60 } }] }))], &["tcp/22 open: input handle 1"]),
    ] {
        let rule = Value::from([parts, vec![accept()]].concat());
        let table =
            Table::dropping(vec![rule.clone()]).with_set("set", "mail", &json!([465, { "range": [8000, 8100] }]));
        assert_eq!(lines(&table.observation()), expected, "{rule}");
    }
}

#[test]
fn conditions_that_new_tcp_and_udp_packets_never_meet_open_nothing() {
    for condition in [
        matches("==", &payload("icmp", "type"), &json!("echo-request")),
        matches("==", &payload("icmpv6", "type"), &json!("nd-neighbor-solicit")),
        matches("==", &payload("sctp", "dport"), &json!(9)),
        matches("==", &payload("ip6", "saddr"), &json!("2001:db8::1")),
        matches("==", &meta("l4proto"), &json!(99)),
        matches("==", &meta("nfproto"), &json!("ipv6")),
        matches("==", &meta("protocol"), &json!("arp")),
        state(&json!(["established", "related"])),
        state(&json!("invalid")),
        // No rule exempts packets from tracking, so none is untracked.
        state(&json!("untracked")),
    ] {
        let table = Table::dropping(vec![json!([condition, accept()])]);
        assert_eq!(lines(&table.observation()), Vec::<String>::new(), "{condition}");
    }
}

#[test]
fn what_icmp_has_in_the_place_of_a_destination_port_is_unclear() {
    // It is the checksum, which depends on everything else in the packet.
    let drops = json!([matches("!=", &payload("th", "dport"), &ports(443, 465)), drop()]);
    let table = Table::accepting(vec![drops]);
    for (family, protocol) in [(AddressFamily::Ipv4, Protocol::ICMP), (AddressFamily::Ipv6, Protocol::ICMPV6)] {
        assert_eq!(seen(&table.listing(), Some(family)).portless(protocol).state, State::Unknown, "{family:?}");
    }
}

#[test]
fn the_first_verdict_decides_and_then_the_policy() {
    let twenties = || json!([dport(&ports(20, 29)), accept()]);
    for (table, expected) in [
        (
            Table::dropping(vec![json!([dport(&json!(23)), drop()]), twenties()]),
            &["tcp/20-22 open: input handle 2", "tcp/24-29 open: input handle 2"][..],
        ),
        (Table::dropping(vec![twenties(), json!([dport(&json!(23)), drop()])]), &["tcp/20-29 open: input handle 1"]),
        (Table::dropping(vec![json!([drop()]), twenties()]), &[]),
        (
            Table::dropping(vec![json!([{ "counter": { "packets": 0, "bytes": 0 } }, { "log": null }]), twenties()]),
            &["tcp/20-29 open: input handle 2"],
        ),
        (
            Table::accepting(vec![json!([dport(&ports(1, 65000)), { "reject": { "type": "tcp reset" } }])]),
            &[
                "tcp/65001-65535 open: the policy of input",
                "udp/1-65535 open: the policy of input",
                "esp open: the policy of input",
            ],
        ),
    ] {
        assert_eq!(lines(&table.observation()), expected);
    }
}

#[test]
fn jumps_return_and_gotos_do_not() {
    let web =
        || vec![json!([dport(&json!(80)), accept()]), json!([dport(&json!(81)), { "return": null }]), json!([drop()])];
    let rest = || json!([dport(&ports(80, 83)), accept()]);
    for (verdict, expected) in [
        (
            to("jump", "web"),
            &["tcp/80 open: web handle 3", "tcp/81 open: input handle 2", "tcp/83 open: input handle 2"][..],
        ),
        (to("goto", "web"), &["tcp/80 open: web handle 3", "tcp/83 open: input handle 2"]),
    ] {
        let table = Table::dropping(vec![json!([dport(&ports(80, 82)), verdict]), rest()]).with("web", web());
        assert_eq!(lines(&table.observation()), expected);
    }
}

#[test]
fn a_verdict_map_has_a_branch_for_each_element() {
    let named = json!([[110, accept()], [995, to("jump", "tls")], [4000, drop()],
        [{ "elem": { "val": 4001, "comment": "x" } }, accept()]]);
    let by_name = json!([{ "vmap": { "key": payload("tcp", "dport"), "data": "@verdicts" } }]);
    let all = json!([dport(&ports(4000, 4001)), accept()]);
    let table = Table::dropping(vec![by_name, all])
        .with("tls", vec![json!([saddr("192.0.2.1"), accept()])])
        .with_set("map", "verdicts", &named);
    assert_eq!(
        lines(&table.observation()),
        [
            "tcp/110 open: input handle 1",
            "tcp/995 open to some: tls handle 3, only if ip saddr 192.0.2.1",
            "tcp/4001 open: input handle 1",
        ]
    );
    // What no other element has.
    let others = json!([{ "vmap": { "key": payload("tcp", "dport"),
        "data": { "set": [["*", accept()], [{ "range": [1, 100] }, drop()], [{ "range": [200, 65535] }, { "continue": null }]] } } }]);
    assert_eq!(lines(&Table::dropping(vec![others]).observation()), ["tcp/101-199 open: input handle 1"]);
    let states = json!([{ "vmap": { "key": { "ct": { "key": "state" } },
        "data": { "set": [["established", accept()], ["invalid", drop()], ["new", to("jump", "fresh")]] } } }]);
    let table = Table::dropping(vec![states]).with("fresh", vec![json!([dport(&json!(22)), accept()])]);
    assert_eq!(lines(&table.observation()), ["tcp/22 open: fresh handle 2"]);
}

#[test]
fn two_unequal_ports_of_a_rule_may_be_loaded_as_one_condition() {
    let chains = |verdict: Value, policy: &str| {
        let unequal = |field: &str, port: u16| matches("!=", &payload("tcp", field), &json!(port));
        let parts = json!([unequal("dport", 587), { "counter": null }, unequal("sport", 53), verdict]);
        let objects = [table("inet", "f"), chain("inet", "f", "c", "input", policy), rule("inet", "f", "c", &parts)];
        lines(&seen(&listing(&objects), Some(AddressFamily::Ipv4)))
    };
    // Loaded as one, the rule accepts packets to port 587 from other source ports than 53.
    let accepting = chains(accept(), "drop");
    assert!(accepting.contains(&"tcp/587 unknown: ".to_string()), "{accepting:?}");
    assert!(accepting.iter().any(|line| line.starts_with("tcp/1-586 open: inet f c handle 7")), "{accepting:?}");
    // And it drops packets to other ports from source port 53, which pass two conditions. Those to port 587 pass both ways.
    let dropping = chains(json!({ "drop": null }), "accept");
    let open = dropping.iter().filter(|line| line.starts_with("tcp") && line.contains(" open"));
    assert_eq!(open.collect::<Vec<_>>(), ["tcp/587 open: the policy of inet f c, only if packets get there"]);
    assert_eq!(dropping.iter().filter(|line| line.starts_with("tcp") && line.contains(" unknown")).count(), 2);
}
