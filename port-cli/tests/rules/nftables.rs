//! The rules for nftables, loaded with nft and read back from its listing.

use serde_json::Value;

use crate::cases::{Comparison, rules, site};
use crate::openings::{Opening, protocol, text};
use crate::tools::{piped, sandboxed, tool};

/// Loads rules twice, as after a change, and lists the result.
fn listed(ruleset: &str) -> Option<Vec<Value>> {
    tool("nft")?;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, ruleset).unwrap();
    let load = "nft -f \"$0\" && nft -f \"$0\" && nft -n -j list ruleset";
    let sandboxed = sandboxed(&["sh", "-c", load, file.path().to_str().unwrap()])?;
    let listed: Value = serde_json::from_str(&piped(sandboxed, "")).unwrap();
    Some(listed["nftables"].as_array().unwrap().clone())
}

/// A rule as nft lists it.
struct Listed {
    openings: Vec<Opening>,
    source: String,
    destination: String,
}

fn read(listed: &[Value]) -> Vec<Listed> {
    listed.iter().filter_map(|item| item.get("rule")).map(read_rule).collect()
}

fn read_rule(rule: &Value) -> Listed {
    let (_, direction) = rule["chain"].as_str().unwrap().rsplit_once('-').unwrap();
    let mut read = Listed { openings: Vec::new(), source: String::new(), destination: String::new() };
    let opening = |protocol: &str, port| (text(&rule["comment"]), direction.to_string(), protocol.to_string(), port);
    let [matches @ .., verdict] = rule["expr"].as_array().unwrap().as_slice() else { panic!("{rule}") };
    assert!(verdict.get("accept").is_some(), "{rule}");
    for one in matches {
        let one = &one["match"];
        assert_eq!(one["op"], "==", "{rule}");
        let meta = one["left"]["meta"]["key"].as_str();
        let payload = &one["left"]["payload"];
        match payload["field"].as_str().or(meta).unwrap() {
            "l4proto" | "protocol" => read.openings.push(opening(&protocol(one["right"].as_u64().unwrap()), 0)),
            "nfproto" => assert_eq!(one["right"], 10, "{rule}"),
            "type" => {
                let icmp = payload["protocol"].as_str().unwrap();
                read.openings
                    .extend(values(&one["right"]).iter().map(|number| opening(&format!("{icmp}/{number}"), 0)));
            }
            "dport" => {
                let ports = values(&one["right"]).into_iter().flat_map(ports);
                read.openings.extend(ports.map(|port| opening(payload["protocol"].as_str().unwrap(), port)));
            }
            "saddr" => read.source = addresses(&one["right"]),
            "daddr" => read.destination = addresses(&one["right"]),
            other => panic!("{other}: {rule}"),
        }
    }
    read
}

/// The members of a set, or a single value.
pub fn values(right: &Value) -> Vec<&Value> {
    right["set"].as_array().map_or(vec![right], |set| set.iter().collect())
}

pub fn ports(value: &Value) -> std::ops::RangeInclusive<u16> {
    let port = |value: &Value| u16::try_from(value.as_u64().unwrap()).unwrap();
    match value["range"].as_array() {
        Some(range) => port(&range[0])..=port(&range[1]),
        None => port(value)..=port(value),
    }
}

pub fn addresses(right: &Value) -> String {
    let address = |value: &Value| match value.get("prefix") {
        Some(prefix) => format!("{}/{}", prefix["addr"].as_str().unwrap(), prefix["len"]),
        None => text(value),
    };
    values(right).into_iter().map(address).collect::<Vec<_>>().join(" ")
}

#[test]
fn nft_allows_exactly_what_the_catalog_lists() {
    if listed("").is_some() {
        let nftables = Comparison { format: "nftables", locations: &["host", "network"], can_express: |_| true };
        nftables
            .run(|files| read(&listed(&files[0].text).unwrap()).into_iter().flat_map(|rule| rule.openings).collect());
    }
}

#[test]
fn rules_contain_the_addresses_of_the_site() {
    let site = site();
    let call = [
        "--format=nftables",
        "--product=mailgate",
        "--at=network",
        "--unnamed=any",
        "--site",
        site.path().to_str().unwrap(),
    ];
    let Some(listed) = listed(&rules(&call)) else { return };
    let rules = read(&listed);
    let ends = |id: &str| -> Vec<(&str, &str)> {
        let flow_rules = rules.iter().filter(|rule| rule.openings[0].0 == id);
        flow_rules.map(|rule| (rule.source.as_str(), rule.destination.as_str())).collect()
    };
    assert_eq!(
        ends("mailgate-in-email-client-smtp"),
        [("10.0.0.0/8 198.51.100.7", "192.0.2.10"), ("2001:db8:1::/48", "2001:db8::10")]
    );
    assert_eq!(ends("mailgate-out-ldap-server"), [("192.0.2.10", "10.0.5.1")]);
    assert_eq!(ends("mailgate-out-nas"), [("192.0.2.10", "10.3.3.3")]);
    assert_eq!(ends("mailgate-in-admin"), [("", "192.0.2.10"), ("", "2001:db8::10")]);
    // One rule for TCP, one for UDP.
    assert_eq!(ends("mailgate-out-dns-server"), [("192.0.2.10", "0.0.0.0/0"); 2]);
}
