//! iptables and ip6tables: a chain for each direction, to jump to from chains of one's own.
//!
//! The file is what `iptables-restore --noflush` reads: it makes the chains where they are not there, empties them before they
//! are filled, and leaves every other chain alone. What is IPv4 and what is IPv6 are formats of their own, since they are loaded
//! by programs of their own.

use port_catalog::{Direction, PortRange};

use super::{File, Writer, hash_comments, short_name};
use crate::rules::address::{End, Family};
use crate::rules::choices::At;
use crate::rules::fit::{Ends, Families, Limits};
use crate::rules::model::{FlowRules, Protocol, Rule, Ruleset};

/// The most characters of a chain's name.
const LONGEST_NAME: usize = 28;

/// How rules become a file of iptables.
pub const V4: Writer = Writer { limits: limits("iptables", Family::V4, "ip6tables"), files: v4 };

/// How rules become a file of ip6tables.
pub const V6: Writer = Writer { limits: limits("ip6tables", Family::V6, "iptables"), files: v6 };

const fn limits(format: &'static str, family: Family, other: &'static str) -> Limits {
    Limits {
        format,
        places: &[At::Host, At::Network],
        comments: true,
        esp: true,
        stateful: true,
        // What the match `multiport` takes.
        port_slots: Some(15),
        // It makes a rule for each address anyway, and looks a host name up once, while it loads the rules.
        ends: Ends { own: true, families: Families::Only(family, other), hosts: false, most: Some(1) },
    }
}

fn v4(ruleset: &Ruleset) -> Vec<File> {
    vec![file(ruleset, "iptables", "v4")]
}

fn v6(ruleset: &Ruleset) -> Vec<File> {
    vec![file(ruleset, "ip6tables", "v6")]
}

fn file(ruleset: &Ruleset, program: &str, suffix: &str) -> File {
    let chains: Vec<(Direction, String)> =
        ruleset.directions.iter().map(|direction| (*direction, chain(ruleset, *direction))).collect();
    let mut text = hash_comments("", ruleset.comments());
    text += &hash_comments("", usage(ruleset.at, program, &chains).into_iter());
    text += "*filter\n";
    for (_, chain) in &chains {
        text += &format!(":{chain} - [0:0]\n");
    }
    for (direction, chain) in &chains {
        text += &ruleset.towards(*direction).map(|one| flow(one, chain)).collect::<String>();
    }
    text += "COMMIT\n";
    File { name: format!("{}.{suffix}", ruleset.name), text }
}

/// The chain of a direction. A name that is too long ends in a digest, so that no two chains have one name.
fn chain(ruleset: &Ruleset, direction: Direction) -> String {
    let suffix = if direction == Direction::Outbound { "out" } else { "in" };
    format!("{}-{suffix}", short_name(&ruleset.name, LONGEST_NAME - "-out".len()))
}

/// How to use the chains.
fn usage(at: At, program: &str, chains: &[(Direction, String)]) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        format!("Load it with {program}-restore --noflush, without which every other rule is removed,"),
        "and jump to it from your chains, after they accept established connections:".to_string(),
    ];
    for (direction, chain) in chains {
        let from = match (at, direction) {
            (At::Network, _) => "FORWARD",
            (At::Host, Direction::Outbound) => "OUTPUT",
            (At::Host, _) => "INPUT",
        };
        lines.push(format!("  {program} -A {from} -j {chain}"));
    }
    lines
}

/// A flow's rules below what is to be said of it.
fn flow(flow: &FlowRules, chain: &str) -> String {
    let rules = flow.rules.iter().map(|one| {
        let id = flow.id;
        format!("-A {chain}{} -m comment --comment \"{id}\" -j ACCEPT\n", rule(one))
    });
    hash_comments("", flow.comments()) + &rules.collect::<String>()
}

/// What a rule matches.
fn rule(rule: &Rule) -> String {
    let mut matches = String::new();
    for (end, option) in [(&rule.source, "-s"), (&rule.destination, "-d")] {
        if let End::Only(addresses) = end {
            matches += &addresses.iter().map(|address| format!(" {option} {address}")).collect::<String>();
        }
    }
    match (rule.protocol, rule.ports.as_slice()) {
        (Protocol::Esp, _) => matches += " -p esp",
        (protocol, [range]) => matches += &format!(" -p {protocol} --dport {}", ports(*range)),
        (protocol, ranges) => {
            let ranges: Vec<String> = ranges.iter().copied().map(ports).collect();
            matches += &format!(" -p {protocol} -m multiport --dports {}", ranges.join(","));
        }
    }
    matches
}

fn ports(range: PortRange) -> String {
    range.to_string().replace('-', ":")
}
