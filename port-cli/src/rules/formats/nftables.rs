//! nftables: a chain for each direction in the table `inet filter`, to jump to from chains of one's own.
//!
//! The file can be loaded with `nft -f` or included, and loaded again: the chains are made where they are not there, and
//! emptied before they are filled. They are no base chains, since what one base chain accepts another one still drops.

use std::fmt::Display;

use port_catalog::Direction;

use super::{File, Writer, hash_comments};
use crate::rules::address::{End, Family};
use crate::rules::choices::At;
use crate::rules::fit::{Ends, Families, Limits};
use crate::rules::model::{FlowRules, Protocol, Rule, Ruleset};

/// How rules become a file of nftables.
pub const WRITER: Writer = Writer {
    limits: Limits {
        format: "nftables",
        places: &[At::Host, At::Network],
        comments: true,
        esp: true,
        stateful: true,
        port_slots: None,
        // nft looks a host name up once, while it loads the rules.
        ends: Ends { own: true, families: Families::OneEach, hosts: false, most: None },
    },
    files,
};

fn files(ruleset: &Ruleset) -> Vec<File> {
    let chains: Vec<(Direction, String)> =
        ruleset.directions.iter().map(|direction| (*direction, format!("{}-{direction}", ruleset.name))).collect();
    let mut text = hash_comments("", ruleset.comments());
    text += &hash_comments("", usage(ruleset.at, &chains).into_iter());
    text += "\ntable inet filter {\n";
    for (_, chain) in &chains {
        text += &format!("\tchain {chain} {{\n\t}}\n");
    }
    text += "}\n";
    for (_, chain) in &chains {
        text += &format!("flush chain inet filter {chain}\n");
    }
    text += "\ntable inet filter {\n";
    for (direction, chain) in &chains {
        let rules: Vec<String> = ruleset.towards(*direction).map(flow).collect();
        text += &format!("\tchain {chain} {{\n{}\t}}\n", rules.join("\n"));
    }
    text += "}\n";
    vec![File { name: format!("{}.nft", ruleset.name), text }]
}

/// How to use the chains.
fn usage(at: At, chains: &[(Direction, String)]) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        "Load it with nft -f, and jump to it from your chains, after they accept established connections:".to_string(),
    ];
    for (direction, chain) in chains {
        let from = match (at, direction) {
            (At::Network, _) => "forward",
            (At::Host, Direction::Outbound) => "output",
            (At::Host, _) => "input",
        };
        lines.push(format!("  nft add rule inet filter {from} jump {chain}"));
    }
    lines
}

/// A flow's rules below what is to be said of it.
fn flow(flow: &FlowRules) -> String {
    let rules = flow.rules.iter().map(|one| format!("\t\t{} accept comment \"{}\"\n", rule(one), flow.id));
    hash_comments("\t\t", flow.comments()) + &rules.collect::<String>()
}

/// What a rule matches.
fn rule(rule: &Rule) -> String {
    let ip = match rule.family() {
        Some(Family::V6) => "ip6",
        _ => "ip",
    };
    let mut matches = Vec::new();
    for (end, field) in [(&rule.source, "saddr"), (&rule.destination, "daddr")] {
        if let End::Only(addresses) = end {
            matches.push(format!("{ip} {field} {}", set(addresses)));
        }
    }
    matches.push(match rule.protocol {
        Protocol::Esp => "meta l4proto esp".to_string(),
        protocol => format!("{protocol} dport {}", set(&rule.ports)),
    });
    matches.join(" ")
}

/// One value, or a set of several.
fn set(values: &[impl Display]) -> String {
    match values {
        [value] => value.to_string(),
        values => format!("{{ {} }}", values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    }
}
