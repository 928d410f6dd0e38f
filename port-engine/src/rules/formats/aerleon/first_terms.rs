//! The terms that a filter has before any flow, because nothing works without them.

use super::filters::{Filter, First};
use crate::rules::formats::text::comment_lines;

/// The first terms of a filter. Those for nftables have peculiarities.
pub(super) fn first_terms(filter: &Filter, is_nftables: bool) -> String {
    let label = &filter.label;
    match filter.first {
        First::Nothing => String::new(),
        First::Machine(interface) => loopback(label, interface, is_nftables) + &machine_icmpv6(label, is_nftables),
        First::MachineIcmpv6 => machine_icmpv6(label, is_nftables),
        First::Network => {
            let icmp = icmp_term("icmp", label, &NETWORK_V4, "accept");
            let icmpv6 = icmp_term("icmpv6", label, &NETWORK_V6, "accept");
            comment_lines("      ", NETWORK_COMMENT.iter().map(ToString::to_string)) + &icmp + &icmpv6
        }
        First::WholeIcmpv6 => icmp_term("icmpv6", label, &[], "accept"),
    }
}

/// What a list accepts of ICMP, and why.
pub(super) const NETWORK_ICMP: &str =
    "errors of icmp and icmpv6, and neighbour discovery, for any address, since connections need them";

/// Why a platform accepts all of `ICMPv6`.
pub(super) const WHOLE_ICMPV6: &str = "icmpv6 of any type, since IPv6 needs some types";

fn loopback(label: &str, interface: &str, is_nftables: bool) -> String {
    let key = if label == "output" { "destination-interface" } else { "source-interface" };
    let platform = if is_nftables { "        platform: nftables\n" } else { "" };
    format!(
        "      # Loopback.\n      - name: \"accept-loopback-{label}\"\n{platform}        {key}: {interface}\n        action: accept\n"
    )
}

fn machine_icmpv6(label: &str, is_nftables: bool) -> String {
    let (comment, action) =
        if is_nftables { (&NFTABLES_COMMENT[..], "[accept, deny]") } else { (&MACHINE_COMMENT[..], "accept") };
    let term = icmp_term("icmpv6", label, &MACHINE_ICMPV6, action);
    let term = if is_nftables {
        term.replacen("        protocol", "        platform: nftables\n        protocol", 1)
    } else {
        term
    };
    comment_lines("      ", comment.iter().map(ToString::to_string)) + &term
}

/// A term that accepts types of ICMP, or all if there are none.
fn icmp_term(protocol: &str, label: &str, types: &[&str], action: &str) -> String {
    let names: String = types.iter().map(|name| format!("          - {name}\n")).collect();
    let types = if types.is_empty() { String::new() } else { format!("        icmp-type:\n{names}") };
    format!(
        "      - name: \"accept-{protocol}-{label}\"\n        protocol: {protocol}\n{types}        action: {action}\n"
    )
}

/// What the term for `ICMPv6` is for.
const MACHINE_COMMENT: [&str; 1] = ["Neighbour discovery and the other ICMPv6 messages of RFC 4890, section 4.4.1."];

/// The same for nftables.
const NFTABLES_COMMENT: [&str; 4] = [
    "Neighbour discovery and the other ICMPv6 messages of RFC 4890, section 4.4.1, except the types 148, 149 and 151 to 153,",
    "for which aclgen writes names that nft doesn't know. The kernel doesn't track neighbour discovery, but aclgen limits",
    "what a term accepts to new connections. It adds no such limit to a term with the action deny; the first action is the",
    "one that it writes.",
];

/// The messages of RFC 4890, section 4.4.1, that must not be dropped, as Aerleon names them.
const MACHINE_ICMPV6: [&str; 16] = [
    "destination-unreachable",
    "packet-too-big",
    "time-exceeded",
    "parameter-problem",
    "echo-request",
    "echo-reply",
    "multicast-listener-query",
    "multicast-listener-report",
    "multicast-listener-done",
    "router-solicit",
    "router-advertisement",
    "neighbor-solicit",
    "neighbor-advertisement",
    "inverse-neighbor-discovery-solicitation",
    "inverse-neighbor-discovery-advertisement",
    "version-2-multicast-listener-report",
];

/// What the terms of a list are for.
const NETWORK_COMMENT: [&str; 2] = [
    "Errors that connections need, such as those about the size of packets, and neighbour discovery. The last term would drop",
    "them, since the list doesn't track connections.",
];

const NETWORK_V4: [&str; 3] = ["unreachable", "time-exceeded", "parameter-problem"];

const NETWORK_V6: [&str; 8] = [
    "destination-unreachable",
    "packet-too-big",
    "time-exceeded",
    "parameter-problem",
    "router-solicit",
    "router-advertisement",
    "neighbor-solicit",
    "neighbor-advertisement",
];
