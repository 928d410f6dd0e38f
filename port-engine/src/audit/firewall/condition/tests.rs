//! Tests of conditions on single packets and on classes of packets.

use std::rc::Rc;

use serde_json::{Value, json};

use super::Condition;
use crate::audit::address_family::AddressFamily;
use crate::audit::firewall::intervals::Intervals;
use crate::audit::firewall::packets::{FIELDS, Field, Packets, Tracking};
use crate::audit::firewall::ruleset::{Key, Ruleset};
use crate::audit::firewall::scope::Scope;
use crate::audit::firewall::split::Split;
use crate::audit::firewall::subject::Common;
use crate::audit::firewall::value::{interfaces, network};
use crate::protocol::Protocol;

/// What a condition says of packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fits {
    /// All of them match.
    Yes,
    /// None of them does.
    No,
    /// Some of them do.
    Some,
    /// The condition isn't interpreted.
    Unknown,
}

use Fits::{No, Unknown, Yes};

/// The left side of a condition, its operator, its right side, and what it says of [`packet`].
type Case = (Value, &'static str, Value, Fits);

fn payload(protocol: &str, field: &str) -> Value {
    json!({ "payload": { "protocol": protocol, "field": field } })
}

fn port() -> Value {
    payload("tcp", "dport")
}

fn meta(key: &str) -> Value {
    json!({ "meta": { "key": key } })
}

fn set(elements: &Value) -> Value {
    json!({ "set": elements })
}

fn concat(parts: &[Value]) -> Value {
    json!({ "concat": parts })
}

fn masked(left: &Value, mask: &Value) -> Value {
    json!({ "&": [left, mask] })
}

/// Conditions that `!=` negates: each with what it says of [`packet`] with `==`, and with `!=`.
fn equalities() -> Vec<(Value, Value, Fits, Fits)> {
    let pair = || concat(&[payload("ip", "saddr"), port()]);
    let of_protocol = || concat(&[meta("l4proto"), payload("th", "dport")]);
    let elements = |elements: &[&[Value]]| set(&elements.iter().map(|values| concat(values)).collect());
    vec![
        (port(), json!(22), Yes, No),
        (port(), json!(23), No, Yes),
        (port(), set(&json!([25, { "range": [20, 24] }])), Yes, No),
        (port(), set(&json!([25, { "range": [80, 90] }])), No, Yes),
        (port(), set(&json!([])), No, Yes),
        (port(), set(&json!([25, "*"])), Yes, No),
        (port(), json!("@mail"), Yes, No),
        // Rules add elements to this set.
        (port(), json!("@seen"), Fits::Some, Fits::Some),
        // The name of a port isn't interpreted.
        (port(), json!("ssh"), Unknown, Unknown),
        (port(), set(&json!([25, "ssh"])), Unknown, Unknown),
        (port(), set(&json!([22, "ssh"])), Yes, No),
        (payload("udp", "dport"), json!(22), No, No),
        (payload("ip6", "saddr"), json!("2001:db8::1"), No, No),
        (payload("ip", "saddr"), json!({ "prefix": { "addr": "192.0.2.0", "len": 24 } }), Yes, No),
        (payload("ip", "saddr"), json!("192.0.2.6"), No, Yes),
        (payload("ether", "saddr"), json!("02:00:00:00:00:01"), Yes, No),
        (meta("iifname"), json!("eth*"), Yes, No),
        (meta("iifname"), json!("eth1"), No, Yes),
        (meta("l4proto"), json!("tcp"), Yes, No),
        (meta("l4proto"), set(&json!(["udp", "esp"])), No, Yes),
        (meta("mark"), json!(5), Yes, No),
        (meta("mark"), json!(4), No, Yes),
        (meta("hour"), json!("12:00"), Fits::Some, Fits::Some),
        (meta("length"), json!(40), Unknown, Unknown),
        (payload("tcp", "flags"), json!("syn"), Yes, No),
        (payload("tcp", "flags"), json!(["syn", "ack"]), No, Yes),
        (json!({ "ct": { "key": "state" } }), set(&json!(["new", "invalid"])), Yes, No),
        (masked(&meta("mark"), &json!(6)), json!(4), Yes, No),
        (masked(&meta("mark"), &json!(6)), json!(5), No, Yes),
        (masked(&meta("mark"), &json!(6)), set(&json!([2, 4])), Yes, No),
        (masked(&port(), &json!(0xfff0)), json!(16), Yes, No),
        (masked(&port(), &json!(0xfff0)), json!(22), No, Yes),
        (masked(&payload("ip", "saddr"), &json!("255.255.255.0")), json!("192.0.2.0"), Unknown, Unknown),
        (masked(&payload("udp", "dport"), &json!(0xfff0)), json!(16), No, No),
        (pair(), elements(&[&[json!("192.0.2.5"), json!(22)]]), Yes, No),
        (pair(), elements(&[&[json!("192.0.2.6"), json!(22)], &[json!("192.0.2.5"), json!(25)]]), No, Yes),
        (pair(), elements(&[&[json!("192.0.2.6"), json!(22)], &[json!("192.0.2.5"), json!(22)]]), Yes, No),
        (pair(), elements(&[]), No, Yes),
        (pair(), set(&json!(["*"])), Yes, No),
        // The name of a host isn't interpreted, which matters only with the right port.
        (pair(), elements(&[&[json!("host"), json!(22)]]), Unknown, Unknown),
        (pair(), elements(&[&[json!("host"), json!(25)]]), No, Yes),
        (pair(), elements(&[&[json!("192.0.2.5"), json!(22), json!(1)]]), Unknown, Unknown),
        (pair(), json!("@seen_pairs"), Fits::Some, Fits::Some),
        (of_protocol(), elements(&[&[json!("tcp"), json!(22)]]), Yes, No),
        (of_protocol(), elements(&[&[json!("udp"), json!(22)]]), No, Yes),
        (concat(&[meta("hour"), port()]), elements(&[&[json!("12:00"), json!(22)]]), Fits::Some, Fits::Some),
        (concat(&[meta("length"), port()]), elements(&[&[json!(40), json!(22)]]), Unknown, Unknown),
        (concat(&[payload("udp", "sport"), meta("mark")]), elements(&[&[json!(53), json!(5)]]), No, No),
    ]
}

/// Conditions with other operators.
fn others() -> Vec<Case> {
    let flags = || payload("tcp", "flags");
    let (state, status) = (json!({ "ct": { "key": "state" } }), json!({ "ct": { "key": "status" } }));
    let of_mark = || masked(&meta("mark"), &json!(6));
    let first_flags = masked(&flags(), &json!(["fin", "syn", "rst", "ack"]));
    vec![
        (port(), "<", json!(22), No),
        (port(), "<", json!(23), Yes),
        (port(), "<=", json!(21), No),
        (port(), "<=", json!(22), Yes),
        (port(), ">", json!(22), No),
        (port(), ">", json!(21), Yes),
        (port(), ">=", json!(23), No),
        (port(), ">=", json!(22), Yes),
        (port(), "<", json!("ssh"), Unknown),
        // Any of the bits, or none of them.
        (flags(), "in", json!("syn"), Yes),
        (flags(), "in", json!(["syn", "ack"]), Yes),
        (flags(), "in", json!(["fin", "ack"]), No),
        (flags(), "!", json!("syn"), No),
        (flags(), "!", json!(["fin", "ack"]), Yes),
        (flags(), "in", json!("push"), Unknown),
        (state.clone(), "in", json!(["established", "new"]), Yes),
        (state.clone(), "in", json!("established"), No),
        (state.clone(), "!", json!("invalid"), Yes),
        (state, "!", json!(["new", "untracked"]), No),
        (status.clone(), "in", json!("dnat"), No),
        (status, "!", json!("dnat"), Yes),
        (first_flags.clone(), "==", json!("syn"), Yes),
        (first_flags.clone(), "!=", json!("syn"), No),
        (first_flags.clone(), "in", json!("ack"), No),
        (first_flags, "!", json!("ack"), Yes),
        // Of the mark 5, the mask leaves 4.
        (of_mark(), "in", json!(4), Yes),
        (of_mark(), "in", json!(6), Yes),
        (of_mark(), "in", json!(3), No),
        (of_mark(), "!", json!(3), Yes),
        (of_mark(), "!", json!(12), No),
        (of_mark(), "!", set(&json!([1, 4])), No),
        (of_mark(), "<", json!(7), Unknown),
        (concat(&[payload("ip", "saddr"), port()]), "<", json!(7), Unknown),
    ]
}

fn cases() -> Vec<Case> {
    let equalities = equalities().into_iter().flat_map(|(left, right, equal, unequal)| {
        [(left.clone(), "==", right.clone(), equal), (left, "!=", right, unequal)]
    });
    equalities.chain(others()).collect()
}

fn ruleset() -> Ruleset {
    let mut ruleset = Ruleset::default();
    ruleset.sets.insert(key("mail"), vec![json!(25), json!(22)]);
    for name in ["seen", "seen_pairs"] {
        ruleset.sets.insert(key(name), Vec::new());
        ruleset.updated.insert(key(name));
    }
    ruleset
}

fn key(name: &str) -> Key {
    Key { family: "inet".to_string(), table: "t".to_string(), name: name.to_string() }
}

/// All first packets of a family and a protocol, with the mark 5, behind connection tracking.
fn all(family: AddressFamily, protocol: Protocol) -> Packets {
    let mut all = Packets::all(family, protocol, &Scope::default()).remove(0);
    all.mark = Some(5);
    all.tracking = Tracking::New;
    all
}

fn narrowed(mut packets: Packets, field: Field, values: Intervals) -> Packets {
    packets.fields[field as usize] = Rc::new(values);
    packets
}

/// A packet of a class.
fn packet(class: &Packets, port: u128, source: &str, flags: u128) -> Packets {
    let source = network(source.parse().expect("a network"));
    [
        (Field::Port, Intervals::one(port)),
        (Field::Interface, interfaces("eth0")),
        (Field::Source, source),
        (Field::Hardware, Intervals::one(0x0200_0000_0001)),
        (Field::SourcePort, Intervals::one(40000)),
        (Field::Flags, Intervals::one(flags)),
    ]
    .into_iter()
    .fold(class.clone(), |packet, (field, values)| narrowed(packet, field, values))
}

fn prepared(common: &Common, (left, operator, right, _): &Case) -> Condition {
    let statement = json!({ "left": left, "op": operator, "right": right });
    common.condition(&key("chain"), &statement).expect("every set is listed")
}

fn fits(split: &Split) -> Fits {
    match (split.matched.is_empty(), split.others.is_empty()) {
        _ if split.is_opaque => Unknown,
        (false, true) => Yes,
        (true, false) => No,
        _ => Fits::Some,
    }
}

#[test]
fn a_condition_matches_the_packets_that_it_names() {
    let ruleset = ruleset();
    let (family, protocol) = (AddressFamily::Ipv4, Protocol::TCP);
    let common = Common { ruleset: &ruleset, family, protocol };
    let packet = packet(&all(family, protocol), 22, "192.0.2.5/32", 2);
    for case in cases() {
        let condition = prepared(&common, &case);
        assert_eq!(fits(&condition.split(packet.clone())), case.3, "{case:?}");
    }
}

#[test]
fn an_element_for_all_other_keys_matches_every_packet_that_has_the_key() {
    let ruleset = ruleset();
    for (protocol, expected) in [(Protocol::TCP, Yes), (Protocol::UDP, No)] {
        let family = AddressFamily::Ipv4;
        let common = Common { ruleset: &ruleset, family, protocol };
        for key_of_map in [port(), concat(&[payload("ip", "saddr"), port()])] {
            let condition = common.element(&key("chain"), &key_of_map, &json!("*")).expect("an element");
            assert_eq!(fits(&condition.split(all(family, protocol))), expected, "{protocol} {key_of_map}");
        }
    }
}

/// Classes that differ in what rules know of them.
fn classes(family: AddressFamily, protocol: Protocol) -> Vec<Packets> {
    let all = all(family, protocol);
    let with_port = |value| {
        let mut packets = all.clone();
        packets.set(Field::Port, value);
        packets
    };
    vec![
        narrowed(all.clone(), Field::Port, Intervals::range(23, 65535)),
        narrowed(all.clone(), Field::Source, network("198.51.100.0/24".parse().expect("a network"))),
        with_port(Some(25)),
        with_port(None),
        Packets { mark: None, ..all.clone() },
        Packets { tracking: Tracking::Unknown, ..all.clone() },
        all,
    ]
}

fn is_in(packet: &Packets, classes: &[Packets]) -> bool {
    classes.iter().any(|class| (0..FIELDS).all(|field| class.fields[field].contains_all(&packet.fields[field])))
}

#[test]
fn a_class_is_split_as_its_packets_are_and_the_quick_answer_agrees() {
    let ruleset = ruleset();
    let families = [AddressFamily::Ipv4, AddressFamily::Ipv6];
    let protocols = [Protocol::TCP, Protocol::UDP, Protocol::ESP];
    let mut checked = 0;
    for (family, protocol) in families.into_iter().flat_map(|family| protocols.map(|protocol| (family, protocol))) {
        let common = Common { ruleset: &ruleset, family, protocol };
        for (case, class) in cases().iter().flat_map(|case| {
            let classes = classes(family, protocol);
            classes.into_iter().map(move |class| (case, class))
        }) {
            let condition = prepared(&common, case);
            let split = condition.split(class.clone());
            let context = format!("{family:?} {protocol} {case:?} {class:?}");
            // The quick answer says no to packets that don't match, so that rules about others cost little.
            match condition.is_negated {
                // A negated condition may be asked in vain.
                true => assert!(condition.may_match(&class) || split.matched.is_empty(), "{context}"),
                false => assert_eq!(condition.may_match(&class), !split.matched.is_empty(), "{context}"),
            }
            let ports = [22, 25, 85].into_iter().flat_map(|port| [2, 0xc2].map(|flags| (port, flags)));
            for (port, flags) in ports.filter(|(port, _)| class.values(Field::Port).contains(*port)) {
                let one = packet(&class, port, "198.51.100.5/32", flags);
                let (is_matched, is_other) = (is_in(&one, &split.matched), is_in(&one, &split.others));
                let expected = match fits(&condition.split(one)) {
                    Yes => (true, false),
                    No => (false, true),
                    Unknown | Fits::Some => (true, true),
                };
                assert_eq!((is_matched, is_other), expected, "{port} {flags} {context}");
                checked += 1;
            }
        }
    }
    assert!(checked > 10_000, "{checked}");
}
