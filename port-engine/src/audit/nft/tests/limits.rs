//! Limits, and parts that cannot be interpreted.

use serde_json::{Value, json};

use super::*;

#[test]
fn conditions_on_other_fields_are_limits_in_the_evidence() {
    let ssh = || dport(&json!(22));
    for (rules, expected) in [
        (
            vec![json!([saddr("192.0.2.0/24"), ssh(), accept()])],
            "tcp/22 open to some: input handle 1, only if ip saddr 192.0.2.0/24",
        ),
        (
            vec![json!([matches("==", &meta("iifname"), &json!({ "set": ["lo", "eth0"] })), ssh(), accept()])],
            "tcp/22 open to some: input handle 1, only if iifname { lo, eth0 }",
        ),
        (vec![json!([matches("!=", &meta("iifname"), &json!("lo")), ssh(), accept()])], "tcp/22 open: input handle 1"),
        (
            vec![json!([
                matches("!=", &payload("ip", "saddr"), &json!({ "prefix": { "addr": "10.0.0.0", "len": 8 } })),
                ssh(),
                accept()
            ])],
            "tcp/22 open: input handle 1, only if ip saddr != 10.0.0.0/8",
        ),
        (
            vec![json!([{ "limit": { "rate": 10, "burst": 5, "per": "second" } }, ssh(), accept()])],
            "tcp/22 open: input handle 1, only if limit rate 10/second",
        ),
        (
            vec![json!([ssh(), { "ct count": { "val": 3, "inv": true } }, drop()]), json!([ssh(), accept()])],
            "tcp/22 open: input handle 2, except what is dropped by input handle 1",
        ),
        (
            vec![json!([saddr("192.0.2.1"), drop()]), json!([saddr("192.0.2.2"), drop()]), json!([ssh(), accept()])],
            "tcp/22 open: input handle 3, except what is dropped by input handle 1, 2",
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
            "tcp/22 open to some: input handle 1, only if ip saddr . tcp dport { 192.0.2.1 . 22 }",
        ),
        (
            vec![json!([{ "set": { "op": "add", "elem": payload("ip", "saddr"), "set": "@seen",
                "stmt": [{ "limit": { "rate": 3, "per": "minute" } }] } }, ssh(), accept()])],
            "tcp/22 open: input handle 1, only if set @seen of each ip saddr",
        ),
        (
            vec![json!([saddr("192.0.2.1"), ssh(), accept()]), json!([ssh(), accept()])],
            "tcp/22 open: input handle 1, only if ip saddr 192.0.2.1 and input handle 2",
        ),
    ] {
        assert_eq!(lines(&Table::dropping(rules.clone()).observation()), [expected], "{rules:?}");
    }
    // Beyond a number of such rules, a port doesn't list all of them.
    let mut many: Vec<Value> = (1..=65).map(|port| json!([saddr("192.0.2.1"), dport(&json!(port)), drop()])).collect();
    many.push(json!([dport(&ports(1, 70)), accept()]));
    assert_eq!(
        lines(&Table::dropping(many).observation()),
        [
            "tcp/1-65 open: input handle 66, except what is dropped to some of these ports by input handle 1, 2, 3, 4, 5 and 60 more",
            "tcp/66-70 open: input handle 66",
        ]
    );
    // Every port also gets packets from elsewhere.
    let pair = json!({ "concat": [payload("ip", "saddr"), payload("tcp", "dport")] });
    let others = matches("!=", &pair, &json!({ "set": [{ "concat": ["192.0.2.1", 22] }] }));
    assert_eq!(
        lines(&Table::dropping(vec![json!([others, accept()])]).observation()),
        ["tcp/1-65535 open: input handle 1, only if ip saddr . tcp dport != { 192.0.2.1 . 22 }"]
    );
    // A field that only TCP has implies TCP.
    let option = matches("==", &json!({ "tcp option": { "name": "maxseg", "field": "size" } }), &json!(1460));
    let of_option = lines(&Table::dropping(vec![json!([option, accept()])]).observation());
    assert_eq!(of_option.len(), 2, "{of_option:?}");
    assert_eq!(of_option[0], "tcp/1-65535 unknown: ");
    // If the policy accepts the other packets, the rule and the policy are named; a policy that adds nothing is not.
    let table = Table::accepting(vec![json!([saddr("192.0.2.1"), ssh(), accept()])]);
    let ssh_line = lines(&table.observation()).remove(1);
    assert_eq!(ssh_line, "tcp/22 open: input handle 1, only if ip saddr 192.0.2.1 and the policy of input");
    // Limits add up along the path.
    let table = Table::dropping(vec![json!([saddr("192.0.2.1"), to("jump", "own")])])
        .with("own", vec![json!([matches("==", &meta("iifname"), &json!("eth0")), ssh(), accept()])]);
    assert_eq!(
        lines(&table.observation()),
        ["tcp/22 open to some: own handle 2, only if ip saddr 192.0.2.1 and iifname eth0"]
    );
}

#[test]
fn ports_of_uninterpreted_conditions_are_unknown() {
    let ssh = || dport(&json!(22));
    let masked = matches("==", &json!({ "&": [payload("tcp", "dport"), 65280] }), &json!(4608));
    for (rules, expected) in [
        (
            vec![json!([ssh(), opaque(), accept()])],
            &["tcp/22 unknown: ", "? input handle 1: {\"payload\":{\"base\":\"th\",\"offset\":16,\"len\":8}} 1"][..],
        ),
        // It may have been dropped.
        (
            vec![json!([opaque(), drop()]), json!([ssh(), accept()])],
            &["tcp/22 unknown: ", "? input handle 1: {\"payload\":{\"base\":\"th\",\"offset\":16,\"len\":8}} 1"],
        ),
        // Accepted either way.
        (
            vec![json!([ssh(), opaque(), accept()]), json!([ssh(), accept()])],
            &[
                "tcp/22 open: input handle 1 and input handle 2",
                "? input handle 1: {\"payload\":{\"base\":\"th\",\"offset\":16,\"len\":8}} 1",
            ],
        ),
        (vec![json!([saddr("192.0.2.1"), masked, drop()]), json!([ssh(), accept()])], &["tcp/22 open: input handle 2"]),
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
        // As iptables-nft writes rules: nft doesn't print the conditions of its extensions.
        (
            vec![json!([ssh(), { "xt": { "type": "match", "name": "multiport" } }, accept()])],
            &["tcp/22 unknown: ", "? input handle 1: the iptables match multiport"],
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
        assert_eq!(lines(&Table::dropping(rules.clone()).observation()), expected, "{rules:?}");
    }
    // Neither the original port of a rewritten packet, nor a set element with more parts than the compared value.
    let before = json!({ "ct": { "key": "proto-dst", "dir": "original" } });
    let pair = json!({ "concat": [payload("ip", "saddr"), payload("tcp", "dport")] });
    for condition in [
        matches("==", &before, &json!(22)),
        matches("==", &pair, &json!({ "set": [{ "concat": ["192.0.2.1", 22, 23] }] })),
        matches("==", &pair, &json!({ "set": [22] })),
    ] {
        let reported = lines(&Table::dropping(vec![json!([ssh(), condition, accept()])]).observation());
        assert_eq!((reported.len(), reported[0].as_str()), (2, "tcp/22 unknown: "), "{reported:?}");
    }
    let table = Table::dropping(vec![json!([opaque(), to("jump", "own")]), json!([dport(&ports(22, 23)), accept()])])
        .with("own", vec![json!([ssh(), drop()])]);
    // Whether or not they take the jump, packets to the other port are accepted.
    assert_eq!(lines(&table.observation())[..2], ["tcp/22 unknown: ", "tcp/23 open: input handle 2"]);
}

/// A rule that sets the mark of the packets from a source port or to a port, so that they stay apart from all others.
fn marks(field: &str, port: u16, bits: u32) -> Value {
    let marked = json!({ "^": [meta("mark"), bits] });
    let set = json!({ "mangle": { "key": meta("mark"), "value": marked } });
    json!([matches("==", &payload("tcp", field), &json!(port)), set])
}

#[test]
fn the_rest_of_a_chain_with_too_many_kinds_of_packets_is_unknown() {
    let of = |count: u16| {
        let by_source = (1..=count).map(|port| marks("sport", port, u32::from(port)));
        let by_port = (1..=count).map(|port| marks("dport", port, u32::from(port) << 16));
        let ssh = json!([dport(&json!(22)), accept()]);
        Table::dropping(by_source.chain(by_port).chain([ssh]).collect()).observation()
    };
    // 101 by 101 kinds.
    let few = of(100);
    assert_eq!(lines(&few), ["tcp/22 open: input handle 201"]);
    // 151 by 151.
    let many = of(150);
    assert_eq!(lines(&many)[0], "tcp/1-65535 unknown: ");
    assert_eq!(many.not_interpreted, ["inet filter input: too many different kinds of packets to follow"]);
}

#[test]
fn packets_that_rules_treat_alike_are_followed_together() {
    let count = || json!({ "counter": { "packets": 0, "bytes": 0 } });
    let pair = json!({ "concat": [payload("tcp", "sport"), payload("tcp", "dport")] });
    let pairs: Vec<Value> = (1..=40).map(|port| json!({ "concat": [port, port + 1000] })).collect();
    let mut rules = vec![json!([matches("==", &pair, &json!({ "set": pairs })), count()])];
    for port in 1..=30 {
        let address = format!("192.0.2.{port}");
        rules.push(json!([matches("==", &payload("tcp", "sport"), &json!(port)), count()]));
        rules.push(json!([saddr(&address), count()]));
        rules.push(json!([dport(&json!(port)), count()]));
    }
    rules.push(json!([dport(&json!(22)), accept()]));
    // Apart, there would be 31 by 31 by 31 kinds.
    assert_eq!(lines(&Table::dropping(rules).observation()), ["tcp/22 open: input handle 92"]);
}

#[test]
fn chains_are_followed_one_call_deeper_than_the_kernel_loads_them() {
    let names: Vec<&'static str> = vec![
        "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11", "c12", "c13", "c14", "c15", "c16", "c17",
    ];
    let of = |depth: usize| {
        let mut table = Table::dropping(vec![json!([to("jump", names[0])])]);
        for (number, name) in names[..depth].iter().enumerate() {
            let is_last = number + 1 == depth;
            let rule =
                if is_last { json!([dport(&json!(22)), accept()]) } else { json!([to("jump", names[number + 1])]) };
            table = table.with(name, vec![rule]);
        }
        read(Path::new("rules.json"), &table.listing(), Some(AddressFamily::Ipv4))
    };
    assert_eq!(lines(&of(16).unwrap()), ["tcp/22 open: c16 handle 17"]);
    assert_eq!(of(17).unwrap_err().code.id, "nft-too-complex");
}
