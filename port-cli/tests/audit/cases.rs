//! Listings and scans that an audit once judged wrongly. Where they are rules, real packets showed what gets through.

use std::path::Path;

use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::nft;
use port_engine::protocol::Protocol;
use serde_json::Value;

use crate::{audit, run};

pub fn case(name: &str) -> String {
    format!("{}/tests/audit/cases/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The state of a port such as `tcp/25` in an audit, with the reasons.
pub fn state(audit: &Value, port: &str) -> (String, String) {
    let (transport, number) = port.split_once('/').unwrap();
    let number: u64 = number.parse().unwrap();
    let lists = ["undocumented", "undocumented_restricted", "undocumented_unknown"]
        .iter()
        .flat_map(|list| audit[list].as_array().unwrap());
    let flows = audit["flows"].as_array().unwrap().iter();
    let specs = flows.flat_map(|flow| flow["ports"].as_array().unwrap());
    let all = lists.chain(specs.flat_map(|spec| spec["observed"].as_array().unwrap()));
    let found = all.into_iter().find(|seen| {
        let [first, last] = ["first", "last"].map(|bound| seen[bound].as_u64().unwrap_or_default());
        seen["transport"] == transport && (first..=last).contains(&number)
    });
    found.map_or(("not-open".to_string(), String::new()), |seen| {
        let reasons: Vec<&str> = seen["evidence"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        (seen["state"].as_str().unwrap().to_string(), reasons.join("; "))
    })
}

fn of(name: &str, family: &str) -> Value {
    audit("mailgate", &["--nft", &case(name), "--family", family])
}

#[test]
fn ports_that_packets_reach_are_open_or_unknown() {
    for (name, family, expected) in [
        // A SYN opens a connection, so dropping it closes TCP.
        (
            "dropped-syn.json",
            "ipv4",
            &[("tcp/25", "open"), ("tcp/587", "open"), ("tcp/443", "not-open"), ("tcp/9", "not-open")][..],
        ),
        // Only the verdict of `*` is to drop, and eth0 has an element.
        ("catch-all-drop.json", "ipv4", &[("tcp/443", "restricted"), ("tcp/23", "restricted"), ("tcp/9", "not-open")]),
        ("catch-all-continue.json", "ipv4", &[("tcp/23", "restricted"), ("tcp/9", "not-open")]),
        // Docker's DNAT, of which nft doesn't list the target.
        ("docker-published-port.json", "ipv4", &[("tcp/5432", "unknown"), ("tcp/443", "open"), ("tcp/9", "loopback")]),
        ("docker-without-published-port.json", "ipv4", &[("tcp/25", "open")]),
        ("redirect.json", "ipv4", &[("tcp/25", "open"), ("tcp/2525", "open"), ("tcp/9", "not-open")]),
        ("dnat-elsewhere.json", "ipv4", &[("tcp/5432", "unknown"), ("tcp/9", "not-open")]),
        // The port is rewritten before connection tracking sees it.
        ("rewritten-port.json", "ipv4", &[("tcp/2323", "open"), ("tcp/443", "open"), ("tcp/9", "not-open")]),
        // With an extension header, TCP isn't what the first header names.
        ("first-header.json", "ipv6", &[("tcp/23", "open")]),
        ("first-header.json", "ipv4", &[("tcp/23", "not-open")]),
        ("one-address.json", "ipv4", &[("tcp/25", "restricted"), ("tcp/9", "restricted")]),
        ("trusted-interface.json", "ipv4", &[("tcp/25", "restricted"), ("tcp/9", "restricted")]),
        ("no-rules.json", "ipv4", &[("tcp/25", "unknown"), ("udp/9", "unknown")]),
    ] {
        let listing = std::fs::read_to_string(case(name)).unwrap();
        let family = AddressFamily::ALL.iter().copied().find(|known| known.as_str() == family);
        let observation = nft::read(Path::new(name), &listing, family).unwrap();
        for (port, expected) in expected {
            let (transport, number) = port.split_once('/').unwrap();
            let protocol = if transport == "tcp" { Protocol::TCP } else { Protocol::UDP };
            let mut pieces = observation.pieces(protocol).iter();
            let piece = pieces.find(|piece| piece.range.contains(number.parse().unwrap())).unwrap();
            assert_eq!(piece.state.as_str(), *expected, "{name}, {family:?}: {port}");
        }
    }
}

#[test]
fn the_evidence_names_the_only_peers() {
    for (name, limit) in
        [("one-address.json", "only if ip saddr 192.0.2.5"), ("trusted-interface.json", "only if iifname mgmt0")]
    {
        let (_, reasons) = state(&of(name, "ipv4"), "tcp/25");
        assert!(reasons.contains(limit), "{name}: {reasons}");
    }
}

#[test]
fn rules_that_are_not_interpreted_are_named_in_words() {
    let audit = of("conditions-in-words.json", "ipv4");
    let named: Vec<&str> = audit["not_interpreted"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(
        named,
        ["inet filter input handle 2: socket transparent 1", "inet filter input handle 3: osf name Linux"]
    );
}

#[test]
fn usual_outputs_of_ss_and_masscan_are_read() {
    for (option, name, open, unchecked, remark) in [
        (
            "--ss",
            "ss-all-states.txt",
            &["tcp/25"][..],
            false,
            "skipped 1 socket that ss printed: 1 not listening (ESTAB)",
        ),
        ("--ss", "ss-continuation.txt", &["tcp/25", "udp/53"], false, ""),
        ("--ss", "ss-raw.txt", &["tcp/25"], true, "skipped 1 socket that ss printed: 1 of other kinds (icmp6)"),
        ("--ss", "ss-tcp-only.txt", &["tcp/25"], true, "udp was not checked"),
        ("--nmap", "masscan.xml", &["tcp/25"], true, "masscan doesn't write which ports it scanned"),
    ] {
        let audit = audit("archive", &[option, &case(name)]);
        let flows = crate::flows(&audit, "open");
        assert!(flows.iter().any(|flow| flow == "archive-in-email-server"), "{name}: {audit}");
        let undocumented: Vec<&str> = open.iter().copied().filter(|port| *port != "tcp/25").collect();
        assert_eq!(crate::ports(&audit["undocumented"]), undocumented, "{name}");
        assert_eq!(!crate::ports(&audit["undocumented_not_checked"]).is_empty(), unchecked, "{name}");
        assert!(audit["remarks"].to_string().contains(remark), "{name}: {}", audit["remarks"]);
    }
    // masscan lists open ports only, so no flow is missing.
    let audit = audit("archive", &["--nmap", &case("masscan.xml")]);
    assert_eq!((crate::flows(&audit, "missing"), &audit["source"]), (vec![], &Value::from("masscan")));
}

#[test]
fn what_is_not_known_fails_with_unknown() {
    for (option, name, code) in [
        ("--nft", "dnat-elsewhere.json", 1),
        ("--nmap", "udp-without-answers.xml", 1),
        ("--nmap", "seven-ports.xml", 1),
        ("--nft", "no-rules.json", 1),
        ("--nft", "docker-published-port.json", 1),
        ("--nft", "dropped-syn.json", 0),
    ] {
        let output = run(&["audit", "--product", "mailgate", option, &case(name), "--fail-on", "unknown"]);
        assert_eq!(output.status.code(), Some(code), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_scan_of_tcp_and_of_documented_udp_can_be_free_of_unknowns() {
    let scan = case("tcp-and-documented-udp.xml");
    for (finding, code, message) in [
        ("unknown", 0, ""),
        ("undocumented", 0, ""),
        // The ports of UDP between the documented ones.
        ("not-checked", 1, "fails: 2 other ranges of ports not checked\n"),
    ] {
        let output = run(&["audit", "--product", "mailgate", "--nmap", &scan, "--fail-on", finding]);
        let messages = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), messages.as_str()), (Some(code), message), "{finding}");
    }
}

#[test]
fn a_listing_without_rules_says_why_that_may_be() {
    let output = run(&["audit", "--product", "mailgate", "--nft", &case("no-rules.json")]);
    let messages = String::from_utf8(output.stderr).unwrap();
    assert!(messages.contains("iptables-legacy") && messages.contains("root"), "{messages}");
}
