//! Real packets of protocols for which this program has no sockets: SCTP, ICMP, tunnels, and other IP protocols.
//!
//! A program with raw sockets sends them, and counters behind the firewall show which of them arrive. Each direction has namespaces of
//! its own, since the firewall takes a packet in the other direction for a reply.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

use port_catalog_tests::fixture;
use port_engine::protocol::Protocol;
use serde_json::Value;

use crate::firewalls::{Firewall, IPTABLES, NFTABLES};
use crate::openings::{Decisions, documented_in};
use crate::packets::{NAMESPACES, PEER, PRODUCT};
use crate::tools::{private_sandbox, tool};

/// Loads the rules, sends packets from the namespace `$3`, and lists the counters of the namespace `$4`.
const SCRIPT: &str = r#"
(cd "$directory" && ip netns exec $firewall sh -e load.sh)
ip netns exec $4 nft -f "$directory/seen.nft"
for name in product router peer; do ip -n $name neighbour flush all; done
ip netns exec $3 "$program" "$directory/send_raw.py" < "$directory/packets"
ip netns exec $4 nft -j list table inet seen > "$directory/seen"
"#;

/// A packet: the protocol, its port or type, and the address family.
type Packet = (Protocol, Option<u16>, &'static str);

/// Documented and undocumented packets, over both families. Raw sockets can't send the protocols 0 and 255.
fn packets() -> BTreeSet<Packet> {
    let mut packets = BTreeSet::new();
    for family in ["ipv4", "ipv6"] {
        let numbers = [2, 4, 46, 47, 50, 51, 89, 99, 100, 112, 115];
        packets.extend(numbers.map(|number| (Protocol::new(number), None, family)));
        packets.extend(
            [2905, 2906, 3867, 3868, 3870, 3871, 36412, 36413].map(|port| (Protocol::SCTP, Some(port), family)),
        );
        // IPv4 with the number of ICMPv6 is not ICMPv6, and the other way round.
        packets.extend([8, 13, 17, 200, 255].map(|icmp_type| (Protocol::ICMP, Some(icmp_type), family)));
        packets.extend([128, 139, 200, 255].map(|icmp_type| (Protocol::ICMPV6, Some(icmp_type), family)));
    }
    packets.insert((Protocol::new(43), None, "ipv4"));
    packets
}

/// The protocol with the type, as openings name it.
fn name((protocol, number, _): Packet) -> (String, u16) {
    match number {
        Some(icmp_type) if protocol.is_icmp() => (format!("{protocol}/{icmp_type}"), 0),
        other => (protocol.to_string(), other.unwrap_or(0)),
    }
}

/// Whether the family of a packet has its protocol.
fn has_protocol((protocol, _, family): Packet) -> bool {
    match (protocol, protocol.number()) {
        (Protocol::ICMP, _) | (_, 2 | 43) => family == "ipv4",
        (Protocol::ICMPV6, _) => family == "ipv6",
        _ => true,
    }
}

/// Counts each packet after the firewall, which has a lower priority.
fn counters() -> String {
    let counter = |packet: Packet| {
        let (protocol, number, family) = packet;
        let number = match (number, protocol) {
            (None, _) => String::new(),
            (Some(port), Protocol::SCTP) => format!("sctp dport {port} "),
            (Some(icmp_type), _) => format!("@th,0,8 {icmp_type} "),
        };
        let (name, port) = name(packet);
        format!(
            "meta nfproto {family} meta l4proto {} {number}counter comment \"{family} {name} {port}\"\n",
            protocol.number()
        )
    };
    let counters: String = packets().into_iter().map(counter).collect();
    format!("table inet seen {{\n chain input {{\n type filter hook input priority 100\n{counters} }}\n}}\n")
}

/// The comments of the counters that counted something.
fn seen(listed: &str) -> BTreeSet<String> {
    let listed: Value = serde_json::from_str(listed).unwrap();
    let rules = listed["nftables"].as_array().unwrap().iter().filter_map(|item| item.get("rule"));
    let has_counted = |rule: &&Value| {
        let mut statements = rule["expr"].as_array().unwrap().iter();
        statements.any(|statement| statement["counter"]["packets"].as_u64().is_some_and(|packets| packets > 0))
    };
    rules.filter(has_counted).map(|rule| rule["comment"].as_str().unwrap().to_string()).collect()
}

/// Sends all packets in a direction, and compares those that arrive with those that are documented.
fn send(firewall: &Firewall, at: &str, direction: &str, cannot_express: &[&str]) {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    let (from, to, addresses) = match direction {
        "inbound" => ("peer", "product", PRODUCT),
        _ => ("product", "peer", PEER),
    };
    let site = format!("[products]\nrelay = {PRODUCT:?}\n[peers]\nneighbour = {PEER:?}\n");
    fs::write(file("site.toml"), site).unwrap();
    let site = file("site.toml");
    let mut call = vec!["--product", "relay", "--peer", "neighbour", "--at", at];
    if at == "network" {
        call.extend(["--site", site.to_str().unwrap()]);
    }
    (firewall.write)(directory.path(), &fixture::protocols(), &call);
    fs::write(file("seen.nft"), counters()).unwrap();
    fs::write(file("send_raw.py"), include_str!("send_raw.py")).unwrap();
    let line = |(protocol, number, family): Packet| {
        let address = addresses[usize::from(family == "ipv6")];
        format!("{} {} {address}\n", protocol.number(), number.unwrap_or(0))
    };
    fs::write(file("packets"), packets().into_iter().map(line).collect::<String>()).unwrap();

    let namespace = if at == "host" { "product" } else { "router" };
    let script = format!("{NAMESPACES}{SCRIPT}");
    let python = tool("python3").unwrap();
    let paths = [python.to_str().unwrap(), directory.path().to_str().unwrap()];
    let arguments = ["sh", "-c", &script, paths[0], paths[1], namespace, from, to];
    let output = private_sandbox(&arguments).expect("the sandbox worked before").stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{at} {direction}: {}", String::from_utf8_lossy(&output.stderr));

    let openings = documented_in(&fixture::protocols(), "relay", Decisions::ALL[0], at);
    let openings: BTreeSet<(String, u16)> = openings
        .into_iter()
        .filter(|(id, own, protocol, _)| {
            id != "relay-in-monitor" && own == direction && !cannot_express.contains(&protocol.as_str())
        })
        .map(|(_, _, protocol, port)| (protocol, port))
        .collect();
    let expected = packets().into_iter().filter(|packet| has_protocol(*packet) && openings.contains(&name(*packet)));
    let comment = |packet: Packet| {
        let (name, port) = name(packet);
        format!("{} {name} {port}", packet.2)
    };
    let expected: BTreeSet<String> = expected.map(comment).collect();
    assert!(expected.len() > 10, "{expected:?}");
    assert_eq!(seen(&fs::read_to_string(file("seen")).unwrap()), expected, "{at} {direction}");
}

fn send_both_ways(firewall: &Firewall, at: &str, cannot_express: &[&str]) {
    let tools = [&["ip", "nft", "python3"], firewall.tools].concat();
    if tools.into_iter().any(|name| tool(name).is_none()) || private_sandbox(&["true"]).is_none() {
        return;
    }
    for direction in ["inbound", "outbound"] {
        send(firewall, at, direction, cannot_express);
    }
}

#[test]
fn documented_protocols_pass_nftables_on_the_product() {
    send_both_ways(&NFTABLES, "host", &[]);
}

#[test]
fn documented_protocols_pass_nftables_between_product_and_peer() {
    send_both_ways(&NFTABLES, "network", &[]);
}

/// Type 255 would be any type of ICMP for iptables.
#[test]
fn documented_protocols_pass_iptables_on_the_product() {
    send_both_ways(&IPTABLES, "host", &["icmp/255"]);
}

#[test]
fn documented_protocols_pass_iptables_between_product_and_peer() {
    send_both_ways(&IPTABLES, "network", &["icmp/255"]);
}
