//! Listings that are rejected.

use std::path::Path;

use serde_json::json;

use super::*;
use crate::audit::firewall::{Scope, hooks};
use crate::audit::nft::parse;

#[test]
fn an_incomplete_listing_is_rejected() {
    let ssh = json!([dport(&json!("@gone")), accept()]);
    let jumps = json!([to("jump", "gone")]);
    let looping = json!([to("jump", "in")]);
    let base = [table("ip", "f"), chain("ip", "f", "in", "input", "drop")];
    let with = |more: Value| listing(&[&base[..], &[more]].concat());
    for (text, message) in [
        (
            "{\"nftables\": []}".to_string(),
            "rules.json: nftables[0]: json_schema_version is missing; list the ruleset with `nft -j list ruleset`",
        ),
        (
            json!({ "nftables": [{ "metainfo": { "json_schema_version": 2 } }] }).to_string(),
            "rules.json: nftables[0]: unsupported json_schema_version 2 (only 1 is); list the ruleset with `nft -j list ruleset`",
        ),
        (
            "{\"tables\": []}".to_string(),
            "rules.json: not the output of `nft -j list ruleset`: the file looks like JSON of another program",
        ),
        (
            "table inet f {\n}\n".to_string(),
            "rules.json: not the output of `nft -j list ruleset`: the file looks like the output of `nft list ruleset` without -j",
        ),
        (
            "{\"nftables\": [\n {\"metainfo\": ".to_string(),
            "rules.json:2:14: malformed JSON (EOF while parsing a value); check whether the file was cut off",
        ),
        (
            with(json!({ "add": {} })),
            "rules.json: nftables[3]: command \"add\" in a listing; list the ruleset with `nft -j list ruleset`",
        ),
        (with(json!(5)), "rules.json: nftables[3]: not an object with a single key; list the ruleset again"),
        (
            with(json!({ "rule": {} })),
            "rules.json: nftables[3]: rule: family is missing or not a string; list the ruleset again",
        ),
        (
            with(rule("ip", "g", "in", &ssh)),
            "rules.json: nftables[3]: rule: chain ip g in is not listed before it; list the whole ruleset",
        ),
        (
            with(chain("ip", "g", "x", "input", "drop")),
            "rules.json: nftables[3]: chain: table ip g is not listed before it; list the whole ruleset",
        ),
        (
            with(chain("ip", "f", "x", "input", "queue")),
            "rules.json: nftables[3]: chain: unknown policy \"queue\" (accept and drop are known); list the ruleset again",
        ),
        (
            with(chain("ip", "f", "in", "input", "drop")),
            "rules.json: nftables[3]: chain: ip f in is listed twice; list the ruleset again",
        ),
        (
            with(json!({ "rule": { "family": "ip", "table": "f", "chain": "in", "handle": 1 } })),
            "rules.json: nftables[3]: rule: handle is not a number, or expr is not a list; list the ruleset again",
        ),
        (
            with(json!({ "set": { "family": "ip", "table": "f", "name": "s", "elem": 5 } })),
            "rules.json: nftables[3]: set: elem is not a list; list the ruleset again",
        ),
        (with(rule("ip", "f", "in", &ssh)), "rules.json: ip f in: set ip f gone is not listed; list the whole ruleset"),
        (
            with(rule("ip", "f", "in", &jumps)),
            "rules.json: chain ip f gone, to which a rule jumps, is not listed; list the whole ruleset",
        ),
        (
            with(rule("ip", "f", "in", &looping)),
            "rules.json: chains call each other more than 16 deep, such as ip f in, which nft rejects; list the ruleset again",
        ),
    ] {
        assert_eq!(read(Path::new("rules.json"), &text, None).unwrap_err().to_string(), message, "{text}");
    }
}

#[test]
fn chains_that_call_each_other_too_often_are_rejected() {
    let names: Vec<String> = (0..15).map(|number| format!("c{number}")).collect();
    let mut objects = vec![table("ip", "f"), chain("ip", "f", "c0", "input", "drop")];
    for name in &names[1..] {
        objects.push(json!({ "chain": { "family": "ip", "table": "f", "name": name } }));
    }
    for pair in names.windows(2) {
        let jump = rule("ip", "f", &pair[0], &json!([to("jump", &pair[1])]));
        objects.extend([jump.clone(), jump.clone(), jump.clone(), jump]);
    }
    let firewall = parse(Path::new("rules.json"), &listing(&objects)).unwrap();
    let problem =
        hooks::walk_within(&firewall.ruleset, AddressFamily::Ipv4, Protocol::TCP, &Scope::default(), 1000).unwrap_err();
    assert_eq!(problem.text(), "chains call each other too often to be followed; audit with --nmap or --ss");
}
