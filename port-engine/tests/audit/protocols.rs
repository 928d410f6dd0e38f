//! What firewalls accept of SCTP, of types of ICMP and of protocols by their number.

use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::observation::State;
use port_engine::protocol::Protocol;
use serde_json::{Value, json};

use super::{l4proto, listing, matches, of_iptables, of_nft, payload, state};

/// Targets with their states.
type States = &'static [(&'static str, State)];

const OPEN: State = State::Open;
const CLOSED: State = State::NotOpen;

fn assert_states_of_nft(family: Option<AddressFamily>, cases: &[(Vec<Value>, States)]) {
    for (conditions, expected) in cases {
        let observation = of_nft(&listing("drop", std::slice::from_ref(conditions)), family);
        for (target, expected) in *expected {
            assert_eq!(state(&observation, target), *expected, "{target}: {conditions:?}");
        }
    }
}

fn assert_states_of_iptables(family: AddressFamily, cases: &[(&str, States)]) {
    for (rule, expected) in cases {
        let observation = of_iptables(family, &format!("-A INPUT {rule} -j ACCEPT"));
        for (target, expected) in *expected {
            assert_eq!(state(&observation, target), *expected, "{target}: {rule}");
        }
    }
}

#[test]
fn nft_accepts_ports_of_sctp() {
    let port = || json!(36412);
    assert_states_of_nft(
        None,
        &[
            (
                vec![matches("==", payload("sctp", "dport"), port())],
                &[("sctp/36412", OPEN), ("sctp/36413", CLOSED), ("tcp/36412", CLOSED), ("udp/36412", CLOSED)],
            ),
            (vec![l4proto(json!("sctp"))], &[("sctp/1", OPEN), ("sctp/65535", OPEN), ("tcp/1", CLOSED)]),
            (
                vec![l4proto(json!({ "set": ["sctp", "tcp"] })), matches("==", payload("th", "dport"), port())],
                &[("sctp/36412", OPEN), ("tcp/36412", OPEN), ("udp/36412", CLOSED), ("sctp/1", CLOSED)],
            ),
            (vec![matches("==", payload("tcp", "dport"), port())], &[("sctp/36412", CLOSED), ("tcp/36412", OPEN)]),
            // A chunk is in the first packet or not: only SCTP has any.
            (
                vec![matches("==", json!({ "sctp chunk": { "name": "init" } }), json!(true))],
                &[("sctp/36412", State::Unknown), ("tcp/36412", CLOSED)],
            ),
            (
                vec![matches("in", json!({ "ct": { "key": "state" } }), json!("new")), l4proto(json!(132))],
                &[("sctp/36412", OPEN)],
            ),
        ],
    );
}

#[test]
fn iptables_accepts_ports_of_sctp() {
    assert_states_of_iptables(
        AddressFamily::Ipv4,
        &[
            ("-p sctp -m sctp --dport 36412", &[("sctp/36412", OPEN), ("sctp/1", CLOSED), ("tcp/36412", CLOSED)]),
            ("-p sctp -m sctp --dport 36412:36422", &[("sctp/36422", OPEN), ("sctp/36423", CLOSED)]),
            (
                "-p sctp -m multiport --dports 5060,36412",
                &[("sctp/5060", OPEN), ("sctp/36412", OPEN), ("sctp/9", CLOSED)],
            ),
            ("-p 132", &[("sctp/9", OPEN), ("tcp/9", CLOSED)]),
            ("! -p sctp", &[("sctp/9", CLOSED), ("tcp/9", OPEN)]),
            ("-p sctp -m sctp --dport 9 --chunk-types any INIT", &[("sctp/9", State::Unknown), ("sctp/10", CLOSED)]),
        ],
    );
}

#[test]
fn nft_accepts_types_of_icmp() {
    let icmp = |operator, right| vec![matches(operator, payload("icmp", "type"), right)];
    let code = |operator, right| matches(operator, payload("icmp", "code"), right);
    let ct = |word: &str| matches("in", json!({ "ct": { "key": "state" } }), json!(word));
    assert_states_of_nft(
        None,
        &[
            (icmp("==", json!("echo-request")), &[("icmp/8", OPEN), ("icmp/13", CLOSED), ("icmpv6/128", CLOSED)]),
            (icmp("!=", json!("echo-request")), &[("icmp/8", CLOSED), ("icmp/13", OPEN), ("icmp/0", OPEN)]),
            (
                icmp("==", json!({ "set": ["echo-request", "echo-reply", 13] })),
                &[("icmp/0", OPEN), ("icmp/8", OPEN), ("icmp/13", OPEN), ("icmp/14", CLOSED)],
            ),
            (icmp("==", json!({ "range": [9, 12] })), &[("icmp/8", CLOSED), ("icmp/9", OPEN), ("icmp/12", OPEN)]),
            (icmp("<", json!(8)), &[("icmp/0", OPEN), ("icmp/7", OPEN), ("icmp/8", CLOSED)]),
            (vec![l4proto(json!("icmp"))], &[("icmp/8", OPEN), ("icmp/255", OPEN), ("icmpv6/128", CLOSED)]),
            (vec![code("==", json!(0))], &[("icmp/8", OPEN), ("icmp/3", State::Restricted)]),
            (vec![code("==", json!("frag-needed"))], &[("icmp/8", CLOSED), ("icmp/3", State::Restricted)]),
            // The type and the code are the first two bytes.
            (
                vec![l4proto(json!("icmp")), matches("==", payload("th", "sport"), json!(0x0800))],
                &[("icmp/8", OPEN), ("icmp/13", CLOSED)],
            ),
            // Requests begin connections; answers and errors belong to one, if the machine asked.
            (vec![ct("new")], &[("icmp/8", OPEN), ("icmp/13", OPEN), ("icmp/9", CLOSED)]),
            (vec![ct("invalid")], &[("icmp/8", CLOSED), ("icmp/9", OPEN)]),
            (vec![ct("related")], &[("icmp/8", CLOSED), ("icmp/3", OPEN), ("icmp/0", OPEN), ("icmp/9", CLOSED)]),
        ],
    );
    let icmpv6 = |right| vec![matches("==", payload("icmpv6", "type"), right)];
    assert_states_of_nft(
        None,
        &[
            (icmpv6(json!("echo-request")), &[("icmpv6/128", OPEN), ("icmpv6/135", CLOSED), ("icmp/8", CLOSED)]),
            (
                icmpv6(json!({ "set": ["nd-neighbor-solicit", { "range": [130, 132] }] })),
                &[("icmpv6/135", OPEN), ("icmpv6/131", OPEN), ("icmpv6/128", CLOSED)],
            ),
            (vec![ct("untracked")], &[("icmpv6/135", OPEN), ("icmpv6/128", CLOSED), ("icmp/8", CLOSED)]),
        ],
    );
}

#[test]
fn iptables_accepts_types_of_icmp() {
    assert_states_of_iptables(
        AddressFamily::Ipv4,
        &[
            ("-p icmp -m icmp --icmp-type 8", &[("icmp/8", OPEN), ("icmp/13", CLOSED)]),
            ("-p icmp -m icmp ! --icmp-type 8", &[("icmp/8", CLOSED), ("icmp/13", OPEN)]),
            ("-p icmp -m icmp --icmp-type 8/0", &[("icmp/8", OPEN), ("icmp/13", CLOSED)]),
            ("-p icmp -m icmp --icmp-type 3/4", &[("icmp/3", State::Restricted), ("icmp/8", CLOSED)]),
            ("-p icmp -m icmp ! --icmp-type 8/0", &[("icmp/8", CLOSED), ("icmp/13", OPEN)]),
            ("-p icmp -m icmp --icmp-type any", &[("icmp/8", OPEN), ("icmp/42", OPEN)]),
            ("-p icmp", &[("icmp/8", OPEN), ("icmp/0", OPEN)]),
        ],
    );
    assert_states_of_iptables(
        AddressFamily::Ipv6,
        &[
            ("-p ipv6-icmp -m icmp6 --icmpv6-type 128", &[("icmpv6/128", OPEN), ("icmpv6/135", CLOSED)]),
            ("-p ipv6-icmp -m icmp6 --icmpv6-type 1/2", &[("icmpv6/1", State::Restricted), ("icmpv6/128", CLOSED)]),
        ],
    );
}

#[test]
fn protocols_are_known_by_name_and_by_number() {
    for (protocol, names) in [
        ("ah", &[json!("ah"), json!(51)][..]),
        ("gre", &[json!("gre"), json!(47)]),
        ("ipip", &[json!("ipencap"), json!(4)]),
        ("vrrp", &[json!("vrrp"), json!(112)]),
        ("89", &[json!("ospf"), json!(89)]),
        ("99", &[json!(99)]),
    ] {
        for name in names {
            let observation = of_nft(&listing("drop", &[vec![l4proto(name.clone())]]), Some(AddressFamily::Ipv4));
            assert_eq!(state(&observation, protocol), OPEN, "{name}");
            let text = name.as_str().map_or_else(|| name.to_string(), str::to_string);
            let observation = of_iptables(AddressFamily::Ipv4, &format!("-A INPUT -p {text} -j ACCEPT"));
            assert_eq!(state(&observation, protocol), OPEN, "-p {text}");
            let others =
                ["ah", "gre", "ipip", "vrrp", "89", "99", "esp"].into_iter().filter(|other| *other != protocol);
            for other in others {
                assert_eq!(state(&observation, other), CLOSED, "{other}: -p {text}");
            }
        }
    }
    // A policy decides about protocols that no rule names.
    let observation = of_nft(&listing("accept", &[]), None);
    assert!(["ah", "ipip", "vrrp", "99", "sctp/7", "icmp/13"].iter().all(|target| state(&observation, target) == OPEN));
}

#[test]
fn what_ah_carries_over_ipv6_is_not_known() {
    let is_new = matches("in", json!({ "ct": { "key": "state" } }), json!("new"));
    let to_ssh = matches("==", payload("tcp", "dport"), json!(22));
    for condition in [l4proto(json!("ah")), l4proto(json!("tcp")), to_ssh, is_new] {
        let listing = listing("drop", &[vec![condition.clone()]]);
        assert_eq!(state(&of_nft(&listing, Some(AddressFamily::Ipv6)), "ah"), State::Unknown, "{condition}");
    }
    // A key for everything else needs a port too.
    let catch_all = json!({ "vmap": { "key": payload("tcp", "dport"), "data": { "set": [["*", { "drop": null }]] } } });
    let observation = of_nft(&listing("accept", &[vec![catch_all]]), Some(AddressFamily::Ipv6));
    assert_eq!(state(&observation, "ah"), State::Unknown);
    let pair = json!({ "concat": [{ "meta": { "key": "iifname" } }, payload("tcp", "dport")] });
    let other_pairs = matches("!=", pair, json!({ "set": [{ "concat": ["eth1", 80] }] }));
    let observation = of_nft(&listing("drop", &[vec![other_pairs]]), Some(AddressFamily::Ipv6));
    assert_eq!(state(&observation, "ah"), State::Unknown);
    let by_address = matches("==", payload("ip6", "saddr"), json!("2001:db8::1"));
    let observation = of_nft(&listing("drop", &[vec![by_address]]), Some(AddressFamily::Ipv6));
    assert_eq!(state(&observation, "ah"), State::Restricted);
    let observation = of_nft(&listing("drop", &[]), Some(AddressFamily::Ipv6));
    assert_eq!(state(&observation, "ah"), CLOSED);
    // That is the reason, and no rule about TCP is called one that can't be interpreted.
    let observation = of_nft(&listing("drop", &[vec![matches("==", payload("tcp", "dport"), json!(22))]]), None);
    assert_eq!(observation.portless(Protocol::AH).evidence, ["over IPv6, rules are about what it carries"]);
    assert_eq!(observation.not_interpreted, Vec::<String>::new());
}
