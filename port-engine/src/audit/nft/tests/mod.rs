//! What comes in by small rulesets, told; and by many, against packets that are sent through them one by one.

use std::path::Path;

use port_catalog::Transport;
use serde_json::{Value, json};

use super::ruleset::Ruleset;
use super::{read, walk};
use crate::audit::Family;
use crate::audit::observation::{Observation, State};

/// A ruleset with a table `inet filter`, of which `input` is called for what comes in.
struct Table {
    policy: &'static str,
    input: Vec<Value>,
    /// Other chains: their names and rules.
    chains: Vec<(&'static str, Vec<Value>)>,
    /// Sets and maps, as nft lists them, but for the table.
    sets: Vec<Value>,
}

impl Table {
    fn dropping(input: Vec<Value>) -> Table {
        Table { policy: "drop", input, chains: Vec::new(), sets: Vec::new() }
    }

    fn accepting(input: Vec<Value>) -> Table {
        Table { policy: "accept", ..Table::dropping(input) }
    }

    fn with(mut self, chain: &'static str, rules: Vec<Value>) -> Table {
        self.chains.push((chain, rules));
        self
    }

    fn with_set(mut self, kind: &str, name: &str, elements: &Value) -> Table {
        self.sets.push(json!({ kind: { "family": "inet", "table": "filter", "name": name, "elem": elements } }));
        self
    }

    fn listing(&self) -> String {
        let mut objects = vec![
            json!({ "metainfo": { "version": "1.0.6", "json_schema_version": 1 } }),
            json!({ "table": { "family": "inet", "name": "filter" } }),
        ];
        objects.extend(self.sets.clone());
        let hook = json!({ "family": "inet", "table": "filter", "name": "input", "type": "filter", "hook": "input",
            "prio": 0, "policy": self.policy });
        objects.push(json!({ "chain": hook }));
        for (name, _) in &self.chains {
            objects.push(json!({ "chain": { "family": "inet", "table": "filter", "name": name } }));
        }
        let mut handle = 0;
        for (name, rules) in
            [("input", &self.input)].into_iter().chain(self.chains.iter().map(|(name, rules)| (*name, rules)))
        {
            for rule in rules {
                handle += 1;
                objects.push(json!({ "rule": { "family": "inet", "table": "filter", "chain": name, "handle": handle,
                    "expr": rule } }));
            }
        }
        json!({ "nftables": objects }).to_string()
    }

    fn observation(&self) -> Observation {
        seen(&self.listing(), Some(Family::Ipv4))
    }
}

fn seen(listing: &str, family: Option<Family>) -> Observation {
    read(Path::new("rules.json"), listing, family).unwrap()
}

/// What is not kept out, line by line.
fn told(observation: &Observation) -> Vec<String> {
    let mut told = Vec::new();
    for transport in [Transport::Tcp, Transport::Udp] {
        let pieces = observation.pieces(transport).iter().filter(|piece| piece.state != State::NotOpen);
        told.extend(pieces.map(|piece| {
            let evidence = piece.evidence.join(" and ").replace("inet filter ", "");
            format!("{transport}/{} {}: {evidence}", piece.range, piece.state.words())
        }));
    }
    if observation.esp.0 != State::NotOpen {
        let evidence = observation.esp.1.join(" and ").replace("inet filter ", "");
        told.push(format!("esp {}: {evidence}", observation.esp.0.words()));
    }
    told.extend(observation.not_interpreted.iter().map(|told| told.replace("inet filter ", "? ")));
    told
}

fn matches(operator: &str, left: &Value, right: &Value) -> Value {
    json!({ "match": { "op": operator, "left": left, "right": right } })
}

fn payload(protocol: &str, field: &str) -> Value {
    json!({ "payload": { "protocol": protocol, "field": field } })
}

fn meta(key: &str) -> Value {
    json!({ "meta": { "key": key } })
}

fn dport(right: &Value) -> Value {
    matches("==", &payload("tcp", "dport"), right)
}

fn saddr(address: &str) -> Value {
    matches("==", &payload("ip", "saddr"), &json!(address))
}

fn state(words: &Value) -> Value {
    matches("in", &json!({ "ct": { "key": "state" } }), words)
}

/// A condition that nothing can be made of: bytes at an offset.
fn opaque() -> Value {
    matches("==", &json!({ "payload": { "base": "th", "offset": 16, "len": 8 } }), &json!(1))
}

fn to(kind: &str, target: &str) -> Value {
    json!({ kind: { "target": target } })
}

fn accept() -> Value {
    json!({ "accept": null })
}

fn drop() -> Value {
    json!({ "drop": null })
}

fn ports(first: u16, last: u16) -> Value {
    json!({ "range": [first, last] })
}

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
        (vec![matches("==", &th(), &json!(53))], &["tcp/53 open: input handle 1", "udp/53 open: input handle 1"]),
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
        (vec![matches("==", &payload("esp", "spi"), &json!(5))], &["esp open: input handle 1, where esp spi 5"]),
        // A set whose elements say more than their values.
        (vec![dport(&json!({ "set": [{ "elem": { "val": 22, "timeout": 60 } }] }))], &["tcp/22 open: input handle 1"]),
    ] {
        let rule = Value::from([parts, vec![accept()]].concat());
        let table =
            Table::dropping(vec![rule.clone()]).with_set("set", "mail", &json!([465, { "range": [8000, 8100] }]));
        assert_eq!(told(&table.observation()), expected, "{rule}");
    }
}

#[test]
fn what_has_no_ports_of_tcp_or_udp_opens_none() {
    for condition in [
        matches("==", &payload("icmp", "type"), &json!("echo-request")),
        matches("==", &payload("icmpv6", "type"), &json!("nd-neighbor-solicit")),
        matches("==", &payload("sctp", "dport"), &json!(9)),
        matches("==", &payload("ip6", "saddr"), &json!("2001:db8::1")),
        matches("==", &meta("l4proto"), &json!(99)),
        matches("==", &meta("nfproto"), &json!("ipv6")),
        matches("==", &meta("protocol"), &json!("arp")),
        matches("==", &meta("iif"), &json!("lo")),
        matches("==", &meta("iifname"), &json!({ "set": ["lo"] })),
        state(&json!(["established", "related"])),
        state(&json!("invalid")),
        // No rule exempts packets from tracking, so none is untracked.
        state(&json!("untracked")),
    ] {
        let table = Table::dropping(vec![json!([condition, accept()])]);
        assert_eq!(told(&table.observation()), Vec::<String>::new(), "{condition}");
    }
}

#[test]
fn the_first_verdict_counts_and_then_the_policy() {
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
        assert_eq!(told(&table.observation()), expected);
    }
}

#[test]
fn jumps_come_back_and_gotos_do_not() {
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
        assert_eq!(told(&table.observation()), expected);
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
        told(&table.observation()),
        [
            "tcp/110 open: input handle 1",
            "tcp/995 open: tls handle 3, where ip saddr 192.0.2.1",
            "tcp/4001 open: input handle 1",
        ]
    );
    // What no other element has.
    let others = json!([{ "vmap": { "key": payload("tcp", "dport"),
        "data": { "set": [["*", accept()], [{ "range": [1, 100] }, drop()], [{ "range": [200, 65535] }, { "continue": null }]] } } }]);
    assert_eq!(told(&Table::dropping(vec![others]).observation()), ["tcp/101-199 open: input handle 1"]);
    let states = json!([{ "vmap": { "key": { "ct": { "key": "state" } },
        "data": { "set": [["established", accept()], ["invalid", drop()], ["new", to("jump", "fresh")]] } } }]);
    let table = Table::dropping(vec![states]).with("fresh", vec![json!([dport(&json!(22)), accept()])]);
    assert_eq!(told(&table.observation()), ["tcp/22 open: fresh handle 2"]);
}

#[test]
fn what_is_asked_beside_the_port_is_a_limit_and_is_told() {
    let ssh = || dport(&json!(22));
    for (rules, expected) in [
        (
            vec![json!([saddr("192.0.2.0/24"), ssh(), accept()])],
            "tcp/22 open: input handle 1, where ip saddr 192.0.2.0/24",
        ),
        (
            vec![json!([matches("==", &meta("iifname"), &json!({ "set": ["lo", "eth0"] })), ssh(), accept()])],
            "tcp/22 open: input handle 1, where iifname { lo, eth0 }",
        ),
        (vec![json!([matches("!=", &meta("iifname"), &json!("lo")), ssh(), accept()])], "tcp/22 open: input handle 1"),
        (
            vec![json!([
                matches("!=", &payload("ip", "saddr"), &json!({ "prefix": { "addr": "10.0.0.0", "len": 8 } })),
                ssh(),
                accept()
            ])],
            "tcp/22 open: input handle 1, where ip saddr != 10.0.0.0/8",
        ),
        (
            vec![json!([{ "limit": { "rate": 10, "burst": 5, "per": "second" } }, ssh(), accept()])],
            "tcp/22 open: input handle 1, where limit rate 10/second",
        ),
        (
            vec![json!([ssh(), { "ct count": { "val": 3, "inv": true } }, drop()]), json!([ssh(), accept()])],
            "tcp/22 open: input handle 2, less what is dropped by input handle 1",
        ),
        (
            vec![json!([saddr("192.0.2.1"), drop()]), json!([saddr("192.0.2.2"), drop()]), json!([ssh(), accept()])],
            "tcp/22 open: input handle 3, less what is dropped by input handle 1, 2",
        ),
        (
            vec![json!([
                matches(
                    "==",
                    &json!({ "concat": [payload("ip", "saddr"), payload("tcp", "dport")] }),
                    &json!({ "set": [{ "concat": ["192.0.2.1", 22] }] })
                ),
                accept()
            ])],
            "tcp/22 open: input handle 1, where ip saddr . tcp dport { 192.0.2.1 . 22 }",
        ),
        (
            vec![json!([{ "set": { "op": "add", "elem": payload("ip", "saddr"), "set": "@seen",
                "stmt": [{ "limit": { "rate": 3, "per": "minute" } }] } }, ssh(), accept()])],
            "tcp/22 open: input handle 1, where set @seen of each ip saddr",
        ),
        (
            vec![json!([saddr("192.0.2.1"), ssh(), accept()]), json!([ssh(), accept()])],
            "tcp/22 open: input handle 1, where ip saddr 192.0.2.1 and input handle 2",
        ),
    ] {
        assert_eq!(told(&Table::dropping(rules.clone()).observation()), [expected], "{rules:?}");
    }
    // Where so many rules do so, it is not said of a port that all of them are about it.
    let mut many: Vec<Value> = (1..=65).map(|port| json!([saddr("192.0.2.1"), dport(&json!(port)), drop()])).collect();
    many.push(json!([dport(&ports(1, 70)), accept()]));
    assert_eq!(
        told(&Table::dropping(many).observation()),
        [
            "tcp/1-70 open: input handle 66, less what is dropped to some of these ports by input handle 1, 2, 3, 4, 5 and 60 more"
        ]
    );
    // Of every port there is a packet that is not from there.
    let pair = json!({ "concat": [payload("ip", "saddr"), payload("tcp", "dport")] });
    let others = matches("!=", &pair, &json!({ "set": [{ "concat": ["192.0.2.1", 22] }] }));
    assert_eq!(
        told(&Table::dropping(vec![json!([others, accept()])]).observation()),
        ["tcp/1-65535 open: input handle 1, where ip saddr . tcp dport != { 192.0.2.1 . 22 }"]
    );
    // What only TCP has asks for TCP.
    let option = matches("==", &json!({ "tcp option": { "name": "maxseg", "field": "size" } }), &json!(1460));
    let of_option = told(&Table::dropping(vec![json!([option, accept()])]).observation());
    assert_eq!(of_option.len(), 1, "{of_option:?}");
    assert!(of_option[0].starts_with("tcp/1-65535 open: input handle 1, where "), "{of_option:?}");
    // Where the policy lets in the others too, both are told; where it does no more than a rule elsewhere does, it is not.
    let table = Table::accepting(vec![json!([saddr("192.0.2.1"), ssh(), accept()])]);
    let told_of_ssh = told(&table.observation()).remove(1);
    assert_eq!(told_of_ssh, "tcp/22 open: input handle 1, where ip saddr 192.0.2.1 and the policy of input");
    // Limits add up on the way.
    let table = Table::dropping(vec![json!([saddr("192.0.2.1"), to("jump", "own")])])
        .with("own", vec![json!([matches("==", &meta("iifname"), &json!("eth0")), ssh(), accept()])]);
    assert_eq!(told(&table.observation()), ["tcp/22 open: own handle 2, where ip saddr 192.0.2.1 and iifname eth0"]);
}

#[test]
fn what_cannot_be_interpreted_is_told_and_its_ports_are_unknown() {
    let ssh = || dport(&json!(22));
    let masked = matches("==", &json!({ "&": [payload("tcp", "dport"), 65280] }), &json!(4608));
    for (rules, expected) in [
        (
            vec![json!([ssh(), opaque(), accept()])],
            &["tcp/22 unknown: ", "? input handle 1: {\"payload\":{\"base\":\"th\",\"offset\":16,\"len\":8}} 1"][..],
        ),
        // It may have been dropped, or not.
        (
            vec![json!([opaque(), drop()]), json!([ssh(), accept()])],
            &["tcp/22 unknown: ", "? input handle 1: {\"payload\":{\"base\":\"th\",\"offset\":16,\"len\":8}} 1"],
        ),
        // Accepted either way.
        (
            vec![json!([ssh(), opaque(), accept()]), json!([ssh(), accept()])],
            &[
                "tcp/22 open: input handle 2",
                "? input handle 1: {\"payload\":{\"base\":\"th\",\"offset\":16,\"len\":8}} 1",
            ],
        ),
        (
            vec![json!([saddr("192.0.2.1"), masked, drop()]), json!([ssh(), accept()])],
            &["tcp/22 unknown: ", "? input handle 1: tcp dport & 65280 4608"],
        ),
        (
            vec![json!([ssh(), { "queue": { "num": 0 } }])],
            &["tcp/22 unknown: ", "? input handle 1: {\"queue\":{\"num\":0}}"],
        ),
        (
            vec![json!([ssh(), "a statement without a callback"])],
            &["tcp/22 unknown: ", "? input handle 1: a statement without a callback"],
        ),
        (
            vec![json!([ssh(), { "novelty": {} }, accept()])],
            &["tcp/22 unknown: ", "? input handle 1: {\"novelty\":{}}"],
        ),
        (vec![json!([dport(&json!("ssh")), accept(),])], &["tcp/1-65535 unknown: ", "? input handle 1: tcp dport ssh"]),
        // What iptables-nft writes: nft does not tell what its extensions ask.
        (
            vec![json!([ssh(), { "xt": { "type": "match", "name": "multiport" } }, accept()])],
            &["tcp/22 unknown: ", "? input handle 1: the match multiport of iptables"],
        ),
        (
            vec![
                json!([{ "xt": { "type": "target", "name": "LOG" } }]),
                json!([ssh(), { "xt": { "type": "match", "name": "comment" } }, accept()]),
            ],
            &["tcp/22 open: input handle 2"],
        ),
        (vec![json!([ssh(), { "xt": { "type": "target", "name": "REJECT" } }]), json!([ssh(), accept()])], &[]),
    ] {
        assert_eq!(told(&Table::dropping(rules.clone()).observation()), expected, "{rules:?}");
    }
    // Neither a port as it was before it was rewritten, nor an element that has other parts than what it is compared with.
    let before = json!({ "ct": { "key": "proto-dst", "dir": "original" } });
    let pair = json!({ "concat": [payload("ip", "saddr"), payload("tcp", "dport")] });
    for condition in [
        matches("==", &before, &json!(22)),
        matches("==", &pair, &json!({ "set": [{ "concat": ["192.0.2.1", 22, 23] }] })),
        matches("==", &pair, &json!({ "set": [22] })),
    ] {
        let told = told(&Table::dropping(vec![json!([ssh(), condition, accept()])]).observation());
        assert_eq!((told.len(), told[0].as_str()), (2, "tcp/22 unknown: "), "{told:?}");
    }
    let table = Table::dropping(vec![json!([opaque(), to("jump", "own")]), json!([dport(&ports(22, 23)), accept()])])
        .with("own", vec![json!([ssh(), drop()])]);
    assert_eq!(told(&table.observation())[0], "tcp/22-23 unknown: ");
}

/// A listing of these objects.
fn listing(objects: &[Value]) -> String {
    let first = json!({ "metainfo": { "json_schema_version": 1 } });
    let objects = [&[first], objects].concat();
    json!({ "nftables": objects }).to_string()
}

fn table(family: &str, name: &str) -> Value {
    json!({ "table": { "family": family, "name": name } })
}

fn chain(family: &str, table: &str, name: &str, hook: &str, policy: &str) -> Value {
    json!({ "chain": { "family": family, "table": table, "name": name, "hook": hook, "policy": policy } })
}

fn rule(family: &str, table: &str, chain: &str, parts: &Value) -> Value {
    json!({ "rule": { "family": family, "table": table, "chain": chain, "handle": 7, "expr": parts } })
}

#[test]
fn every_hook_must_let_a_packet_in() {
    let ssh = json!([dport(&ports(20, 25)), accept()]);
    let filter = [table("inet", "a"), chain("inet", "a", "in", "input", "drop"), rule("inet", "a", "in", &ssh)];
    let of = |more: &[Value]| told(&seen(&listing(&[&filter[..], more].concat()), Some(Family::Ipv4)));
    assert_eq!(of(&[]), ["tcp/20-25 open: inet a in handle 7"]);
    for (family, hook, expected) in [
        ("ip", "input", &["tcp/20-21 open: inet a in handle 7", "tcp/23-25 open: inet a in handle 7"][..]),
        ("inet", "prerouting", &["tcp/20-21 open: inet a in handle 7", "tcp/23-25 open: inet a in handle 7"]),
        // Packets of other devices do not come by.
        (
            "netdev",
            "ingress",
            &["tcp/20-21 open: inet a in handle 7", "tcp/22 unknown: ", "tcp/23-25 open: inet a in handle 7"],
        ),
        ("ip6", "input", &["tcp/20-25 open: inet a in handle 7"]),
        ("ip", "output", &["tcp/20-25 open: inet a in handle 7"]),
        ("ip", "forward", &["tcp/20-25 open: inet a in handle 7"]),
        ("arp", "input", &["tcp/20-25 open: inet a in handle 7"]),
        ("bridge", "input", &["tcp/20-25 open: inet a in handle 7", "bridge b: a bridge's rules are not interpreted"]),
    ] {
        let drops = json!([dport(&json!(22)), drop()]);
        let more = [table(family, "b"), chain(family, "b", "c", hook, "accept"), rule(family, "b", "c", &drops)];
        assert_eq!(of(&more), expected, "{family} {hook}");
    }
    // A port that is rewritten is not the one that peers see, whether or not the filter lets it in, and for whomever.
    for (port, from) in [(22, None), (443, None), (22, Some("192.0.2.1")), (443, Some("192.0.2.1"))] {
        let mut parts: Vec<Value> = from.map(saddr).into_iter().collect();
        parts.extend([dport(&json!(port)), json!({ "redirect": { "port": 8443 } })]);
        let parts = Value::Array(parts);
        let more = [table("ip", "n"), chain("ip", "n", "p", "prerouting", "accept"), rule("ip", "n", "p", &parts)];
        let told = of(&more);
        assert!(told.contains(&format!("tcp/{port} unknown: ")), "{told:?}");
        assert_eq!(told.last().unwrap(), "ip n p handle 7: {\"redirect\":{\"port\":8443}} changes where packets go");
    }
}

#[test]
fn what_a_machine_with_firewalld_lets_in_for_packets_sent_elsewhere_opens_no_other_port() {
    let filter = [table("inet", "a"), chain("inet", "a", "in", "input", "drop")];
    let of = |parts: &[&Value]| {
        let rules = parts.iter().map(|parts| rule("inet", "a", "in", parts));
        told(&seen(&listing(&[&filter[..], &rules.collect::<Vec<_>>()].concat()), Some(Family::Ipv4)))
    };
    let status = |operator, words: Value| matches(operator, &json!({ "ct": { "key": "status" } }), &words);
    let ssh = json!([dport(&json!(22)), accept()]);
    assert_eq!(of(&[&json!([status("in", json!("dnat")), accept()]), &ssh]), ["tcp/22 open: inet a in handle 7"]);
    // The first is `ct status != dnat`, the second `ct status & dnat == 0`: that is so of all packets.
    for operator in ["!=", "!"] {
        assert_eq!(of(&[&json!([status(operator, json!("dnat")), drop()]), &ssh]), Vec::<String>::new(), "{operator}");
    }
    assert_eq!(
        of(&[&json!([status("in", json!(["snat", "dnat"])), dport(&json!(25)), accept()])]),
        ["tcp/25 open: inet a in handle 7, where ct status snat,dnat"]
    );
    // A port that is sent elsewhere is unknown all the same.
    let sent = json!([dport(&json!(80)), { "dnat": { "addr": "192.0.2.1" } }]);
    let more = [
        table("ip", "n"),
        chain("ip", "n", "p", "prerouting", "accept"),
        rule("ip", "n", "p", &sent),
        rule("inet", "a", "in", &json!([status("in", json!("dnat")), accept()])),
    ];
    let told = told(&seen(&listing(&[&filter[..], &more].concat()), Some(Family::Ipv4)));
    assert_eq!(told[0], "tcp/80 unknown: ");
    assert_eq!(told.len(), 2, "{told:?}");
}

#[test]
fn a_rule_that_sets_the_port_or_the_address_of_a_packet_is_not_interpreted() {
    let of = |key: &Value| {
        let set = json!([dport(&json!(22)), { "mangle": { "key": key, "value": 25 } }]);
        told(&Table::dropping(vec![set, json!([dport(&json!(22)), accept()])]).observation())
    };
    for key in [payload("tcp", "dport"), payload("ip", "daddr")] {
        let told = of(&key);
        assert_eq!(told[0], "tcp/22 unknown: ", "{told:?}");
        assert!(told[1].starts_with("? input handle 1: {\"mangle\":"), "{told:?}");
    }
    for key in [meta("mark"), payload("ip", "dscp")] {
        assert_eq!(of(&key), ["tcp/22 open: input handle 2"]);
    }
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
    assert_eq!(told(&seen(&text, Some(Family::Ipv4))), ["tcp/22 open: ip f in handle 7"]);
    assert_eq!(told(&seen(&text, Some(Family::Ipv6))), ["tcp/23 open: ip6 f in handle 7"]);
    assert_eq!(
        told(&seen(&text, None)),
        ["tcp/22 open: ip f in handle 7, over IPv4", "tcp/23 open: ip6 f in handle 7, over IPv6"]
    );
    // Where nothing filters a family, all of it comes in, and that is said.
    let only_v4 = listing(&[table("ip", "f"), chain("ip", "f", "in", "input", "drop")]);
    let observation = seen(&only_v4, None);
    assert_eq!(told(&observation)[0], "tcp/1-65535 open: nothing filters it, over IPv6");
    assert_eq!(observation.remarks, ["no chain filters what comes in over IPv6: all of it is accepted"]);
    assert_eq!(told(&seen(&only_v4, Some(Family::Ipv4))), Vec::<String>::new());
}

#[test]
fn a_table_that_is_not_in_force_keeps_nothing_out() {
    let of = |flags: &Value| {
        let table = json!({ "table": { "family": "ip", "name": "f", "flags": flags } });
        told(&seen(&listing(&[table, chain("ip", "f", "in", "input", "drop")]), Some(Family::Ipv4)))
    };
    assert_eq!(of(&json!("dormant")).last().unwrap(), "ip f: the table is dormant");
    assert_eq!(of(&json!(["dormant"]))[0], "tcp/1-65535 open: nothing filters it");
    assert_eq!(of(&json!(["owner"])), Vec::<String>::new());
    // nft 1.0.6 prints the table's name for its flags.
    let unsure = of(&json!("f"));
    assert_eq!(unsure[0], "tcp/1-65535 unknown: ");
    assert_eq!(
        unsure.last().unwrap(),
        "ip f: the table's flags do not say whether it is dormant; what it drops is unknown"
    );
}

#[test]
fn packets_that_no_rule_tracks_may_be_untracked() {
    let text = listing(&[
        table("inet", "f"),
        chain("inet", "f", "raw", "prerouting", "accept"),
        chain("inet", "f", "in", "input", "drop"),
        rule("inet", "f", "raw", &json!([dport(&json!(22)), { "notrack": null }])),
        rule("inet", "f", "in", &json!([state(&json!(["established", "untracked"])), dport(&json!(22)), accept()])),
    ]);
    assert_eq!(
        told(&seen(&text, Some(Family::Ipv4))),
        ["tcp/22 open: inet f in handle 7, where ct state established,untracked"]
    );
}

#[test]
fn what_is_no_whole_listing_is_refused() {
    let ssh = json!([dport(&json!("@gone")), accept()]);
    let jumps = json!([to("jump", "gone")]);
    let looping = json!([to("jump", "in")]);
    let base = [table("ip", "f"), chain("ip", "f", "in", "input", "drop")];
    let with = |more: Value| listing(&[&base[..], &[more]].concat());
    for (text, told) in [
        (
            "{\"nftables\": []}".to_string(),
            "rules.json: nftables[0]: found no json_schema_version, expected 1, as nft lists it in a metainfo",
        ),
        (
            json!({ "nftables": [{ "metainfo": { "json_schema_version": 2 } }] }).to_string(),
            "rules.json: nftables[0]: found the json_schema_version 2, expected 1, as nft lists it in a metainfo",
        ),
        (
            "{\"tables\": []}".to_string(),
            "rules.json: looks like JSON, but not of nft, expected the output of `nft -j list ruleset`",
        ),
        (
            "table inet f {\n}\n".to_string(),
            "rules.json: looks like the output of `nft list ruleset`, without -j, expected the output of `nft -j list ruleset`",
        ),
        (
            "{\"nftables\": [\n {\"metainfo\": ".to_string(),
            "rules.json:2:14: EOF while parsing a value; was the file cut off?",
        ),
        (
            with(json!({ "add": {} })),
            "rules.json: nftables[3]: found the command \"add\", expected a listing, as `nft -j list ruleset` prints it",
        ),
        (
            with(json!(5)),
            "rules.json: nftables[3]: found no object with one key, expected one such as rule; list the ruleset again",
        ),
        (
            with(json!({ "rule": {} })),
            "rules.json: nftables[3]: rule: found no text as family, expected one; list the ruleset again",
        ),
        (
            with(rule("ip", "g", "in", &ssh)),
            "rules.json: nftables[3]: rule: found no chain ip g in before it; list the whole ruleset",
        ),
        (
            with(chain("ip", "g", "x", "input", "drop")),
            "rules.json: nftables[3]: chain: found no table ip g before it; list the whole ruleset",
        ),
        (
            with(chain("ip", "f", "x", "input", "queue")),
            "rules.json: nftables[3]: chain: found the policy \"queue\", expected accept or drop",
        ),
        (
            with(chain("ip", "f", "in", "input", "drop")),
            "rules.json: nftables[3]: chain: found ip f in a second time, expected it once; list the ruleset again",
        ),
        (
            with(json!({ "rule": { "family": "ip", "table": "f", "chain": "in", "handle": 1 } })),
            "rules.json: nftables[3]: rule: found no number as handle or no list as expr, expected both; list the ruleset again",
        ),
        (
            with(json!({ "set": { "family": "ip", "table": "f", "name": "s", "elem": 5 } })),
            "rules.json: nftables[3]: set: found an elem that is no list, expected a list; list the ruleset again",
        ),
        (with(rule("ip", "f", "in", &ssh)), "rules.json: ip f in: found no set ip f gone; list the whole ruleset"),
        (
            with(rule("ip", "f", "in", &jumps)),
            "rules.json: found no chain ip f gone, to which a rule jumps; list the whole ruleset",
        ),
        (
            with(rule("ip", "f", "in", &looping)),
            "rules.json: found chains that call each other more than 16 deep, such as ip f in, which nft does not load; list the ruleset again",
        ),
    ] {
        assert_eq!(read(Path::new("rules.json"), &text, None).unwrap_err().to_string(), told, "{text}");
    }
}

#[test]
fn chains_that_are_too_entangled_to_follow_are_refused() {
    let names: Vec<String> = (0..15).map(|number| format!("c{number}")).collect();
    let mut objects = vec![table("ip", "f"), chain("ip", "f", "c0", "input", "drop")];
    for name in &names[1..] {
        objects.push(json!({ "chain": { "family": "ip", "table": "f", "name": name } }));
    }
    for pair in names.windows(2) {
        let jump = rule("ip", "f", &pair[0], &json!([to("jump", &pair[1])]));
        objects.extend([jump.clone(), jump.clone(), jump.clone(), jump]);
    }
    let ruleset = Ruleset::parse(Path::new("rules.json"), &listing(&objects)).unwrap();
    let told = walk::walk_within(&ruleset, Family::Ipv4, Transport::Tcp, 1000).unwrap_err();
    assert_eq!(told, "found chains that call each other too often to be followed; audit with --nmap or --ss");
}

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u16) -> u16 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u16::try_from((self.0 >> 33) % u64::from(bound)).expect("it is below a port")
    }
}

#[derive(Clone, Copy, Debug)]
enum Asks {
    Ports(u16, u16),
    OtherPorts(u16, u16),
    /// That the packet comes from the one peer of two that is named.
    Peer,
    /// What cannot be interpreted; the number tells such conditions apart.
    Opaque(u32),
    New,
    Established,
}

#[derive(Clone, Copy, Debug)]
enum Does {
    Accept,
    Drop,
    Return,
    Jump(usize),
    Goto(usize),
    Nothing,
}

/// Chains of rules; each may call those behind it. The first is called for what comes in.
type Chains = Vec<Vec<(Vec<Asks>, Does)>>;

/// The ports that the rules of [`Chains`] ask for, and one more.
const PORTS: u16 = 6;

const NAMES: [&str; 3] = ["input", "one", "two"];

fn chains(chance: &mut Chance, with_opaque: bool, with_peer: bool) -> Chains {
    let mut opaque = 0;
    let mut chains = Vec::new();
    for number in 0..NAMES.len() {
        let mut rules = Vec::new();
        for _ in 0..chance.below(5) {
            let asks = (0..chance.below(3)).map(|_| {
                let first = 1 + chance.below(5);
                let last = first + chance.below(3);
                match chance.below(if with_opaque { 10 } else { 8 }) {
                    5 if with_peer => Asks::Peer,
                    0..4 | 5 => Asks::Ports(first, last),
                    4 => Asks::OtherPorts(first, last),
                    6 => Asks::New,
                    7 => Asks::Established,
                    _ => {
                        opaque += 1;
                        Asks::Opaque(opaque - 1)
                    }
                }
            });
            let asks = asks.collect();
            let later = |chance: &mut Chance| (number + 1 + usize::from(chance.below(2))).min(NAMES.len() - 1);
            let does = match chance.below(8) {
                0..3 => Does::Accept,
                3 | 4 => Does::Drop,
                5 => Does::Return,
                6 if number + 1 < NAMES.len() => Does::Jump(later(chance)),
                7 if number + 1 < NAMES.len() => Does::Goto(later(chance)),
                _ => Does::Nothing,
            };
            rules.push((asks, does));
        }
        chains.push(rules);
    }
    chains
}

fn as_table(chains: &Chains, policy: &'static str) -> Table {
    let of = |rule: &(Vec<Asks>, Does)| {
        let (asks, does) = rule;
        let mut parts: Vec<Value> = asks
            .iter()
            .map(|asks| match *asks {
                Asks::Ports(first, last) => dport(&ports(first, last)),
                Asks::OtherPorts(first, last) => matches("!=", &payload("tcp", "dport"), &ports(first, last)),
                Asks::Peer => saddr("192.0.2.1"),
                Asks::Opaque(_) => opaque(),
                Asks::New => state(&json!("new")),
                Asks::Established => state(&json!("established")),
            })
            .collect();
        parts.push(match *does {
            Does::Accept => accept(),
            Does::Drop => drop(),
            Does::Return => json!({ "return": null }),
            Does::Jump(chain) => to("jump", NAMES[chain]),
            Does::Goto(chain) => to("goto", NAMES[chain]),
            Does::Nothing => json!({ "counter": null }),
        });
        Value::Array(parts)
    };
    let rules = |chain: usize| chains[chain].iter().map(of).collect::<Vec<_>>();
    Table { policy, ..Table::dropping(rules(0)) }.with("one", rules(1)).with("two", rules(2))
}

/// A packet, and which of the conditions that cannot be interpreted it fits: a bit for each.
#[derive(Clone, Copy)]
struct OnePacket {
    port: u16,
    from_peer: bool,
    opaque: u32,
}

impl OnePacket {
    fn fits(self, asks: Asks) -> bool {
        match asks {
            Asks::Ports(first, last) => (first..=last).contains(&self.port),
            Asks::OtherPorts(first, last) => !(first..=last).contains(&self.port),
            Asks::Peer => self.from_peer,
            Asks::Opaque(number) => self.opaque & (1 << number) != 0,
            Asks::New => true,
            Asks::Established => false,
        }
    }

    /// Whether it is accepted by a chain, one rule after the other; nothing where it comes out undecided.
    fn is_accepted(self, chains: &Chains, chain: usize) -> Option<bool> {
        for (asks, does) in &chains[chain] {
            if !asks.iter().all(|asks| self.fits(*asks)) {
                continue;
            }
            match *does {
                Does::Accept => return Some(true),
                Does::Drop => return Some(false),
                Does::Return => return None,
                Does::Jump(target) => {
                    if let Some(accepted) = self.is_accepted(chains, target) {
                        return Some(accepted);
                    }
                }
                Does::Goto(target) => return self.is_accepted(chains, target),
                Does::Nothing => {}
            }
        }
        None
    }
}

#[test]
fn what_is_told_holds_for_each_packet() {
    let mut chance = Chance(5);
    let mut met = [0; 4];
    for round in 0..1600 {
        let (with_opaque, with_peer) = (round % 2 == 0, round % 4 < 2);
        let chains = chains(&mut chance, with_opaque, with_peer);
        let policy = if round % 3 == 0 { "accept" } else { "drop" };
        let ruleset = Ruleset::parse(Path::new("rules.json"), &as_table(&chains, policy).listing()).unwrap();
        let outcome = walk::walk(&ruleset, Family::Ipv4, Transport::Tcp).unwrap();
        let opaque = chains.iter().flatten().flat_map(|(asks, _)| asks).filter(|asks| matches!(asks, Asks::Opaque(_)));
        let opaque = opaque.count();
        if opaque > 6 {
            continue;
        }
        for port in 1..=PORTS + 1 {
            let accepted: Vec<bool> = (0..1 << opaque)
                .flat_map(|opaque| [true, false].map(|from_peer| OnePacket { port, from_peer, opaque }))
                .map(|packet| packet.is_accepted(&chains, 0).unwrap_or(policy == "accept"))
                .collect();
            let grants: Vec<&str> = (outcome.grants.iter())
                .filter(|grant| grant.ports.contains(port))
                .map(|grant| grant.evidence.as_str())
                .collect();
            let is_unlimited = |text: &&str| !text.contains(", where ") && !text.contains(", less ");
            let said = format!("{port}: {grants:?} {accepted:?} {chains:?}");
            if grants.iter().any(is_unlimited) {
                met[0] += 1;
                assert!(!accepted.contains(&false), "{said}");
            } else if !grants.is_empty() {
                met[1] += 1;
                assert!(with_peer, "nothing limits it: {said}");
            } else if outcome.unknown.contains(port) {
                met[2] += 1;
                assert!(opaque > 0, "all can be interpreted: {said}");
            } else {
                met[3] += 1;
                assert!(!accepted.contains(&true), "{said}");
            }
            assert!(grants.is_empty() || !outcome.unknown.contains(port), "{said}");
        }
    }
    assert!(met.iter().all(|times| *times > 150), "{met:?}");
}
