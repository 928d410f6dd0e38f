//! nftables: a chain for each direction in a table of the family `inet`, to jump to from other chains.
//!
//! The file can be included, or loaded with `nft -f` any number of times: it creates missing chains and empties existing ones
//! before it fills them. A direction without rules keeps an empty chain, so that the chain loses the rules of an earlier version,
//! and so that jumps to it stay valid. They aren't base chains, since a packet that one base chain accepts can still be dropped by another.

use std::fmt::Display;

use port_core::Direction;

use super::text::{comment_lines, logs_at_end};
use super::writer::{Directions, File, Writer, no_remarks};
use crate::rules::address::{Endpoints, Family};
use crate::rules::changes::Change;
use crate::rules::limits::Limits;
use crate::rules::model::{FlowRules, Rule, Ruleset, Traffic};
use crate::rules::options::FirewallLocation;
use crate::rules::output_options::{OutputOption, OutputOptions, TableName};
use crate::rules::protocol_notation::{ProtocolNotation, system_name, type_number};

/// The longest name of an interface in Linux, in characters.
const LONGEST_INTERFACE: usize = 15;

const PROTOCOLS: ProtocolNotation =
    ProtocolNotation { protocol: |protocol| Some(system_name(protocol)), icmp_type: type_number };

/// How to write rules for nftables.
pub const WRITER: Writer = Writer {
    // Rules have no host names, since nft resolves them only once, when it loads the rules.
    limits: Limits {
        longest_interface: Some(LONGEST_INTERFACE),
        ..Limits::usual("nftables", &[FirewallLocation::Host, FirewallLocation::Network], PROTOCOLS)
    },
    options: &[OutputOption::Log, OutputOption::Counter, OutputOption::Table, OutputOption::Chain],
    directions: Directions { keeps_empty: true, uncontrolled: Some("an earlier version's rules stay in their chain") },
    remarks: no_remarks,
    files,
};

/// The table that contains the chains, unless another is given.
const TABLE: &str = "filter";

fn files(ruleset: &Ruleset, output: &OutputOptions) -> Vec<File> {
    let table = output.table.as_ref().map_or(TABLE, TableName::as_str);
    let prefix = output.chain_prefix(&ruleset.name);
    let chains: Vec<(Direction, String)> =
        ruleset.directions.iter().map(|direction| (*direction, format!("{prefix}-{direction}"))).collect();
    let mut text = comment_lines("", ruleset.comments());
    text += &comment_lines("", usage(ruleset.location, table, &chains).into_iter());
    text += &format!("\ntable inet {table} {{\n");
    for (_, chain) in &chains {
        text += &format!("\tchain {chain} {{\n\t}}\n");
    }
    text += "}\n";
    for (_, chain) in &chains {
        text += &format!("flush chain inet {table} {chain}\n");
    }
    text += &format!("\ntable inet {table} {{\n");
    for (direction, chain) in &chains {
        let mut rules: Vec<String> = ruleset.in_direction(*direction).map(|flow| flow_rules(flow, output)).collect();
        if output.log && logs_at_end(ruleset, *direction) {
            rules.push(log(chain));
        }
        text += &format!("\tchain {chain} {{\n{}\t}}\n", rules.join("\n"));
    }
    text += "}\n";
    vec![File { name: format!("{}.nft", ruleset.name), text }]
}

/// Rules to insert into the chains, or to delete from them. nft deletes a rule only by its handle, so a file with rules to delete
/// can't be loaded.
pub(super) fn change(ruleset: &Ruleset, change: Change, output: &OutputOptions) -> File {
    let table = output.table.as_ref().map_or(TABLE, TableName::as_str);
    let prefix = output.chain_prefix(&ruleset.name);
    let (verb, usage) = match change {
        Change::Add => ("insert", "Load this file with nft -f. The chains have to be loaded already."),
        Change::Remove => (
            "delete",
            "nft deletes a rule only by its handle, which nft --handle list chain inet TABLE CHAIN prints: find these rules.",
        ),
    };
    let mut text = comment_lines("", ruleset.comments().chain([String::new(), usage.to_string()]));
    for flow in &ruleset.flows {
        text += &comment_lines("", flow.comments());
        let rules = flow.rules.iter().map(|rule| accept(flow, rule, output));
        let rules = rules.map(|rule| format!("{verb} rule inet {table} {prefix}-{} {rule}\n", flow.direction));
        text += &rules.collect::<String>();
    }
    File { name: format!("{}.nft", ruleset.name), text }
}

/// Logs the packets that no rule of a chain accepts, unless there are too many.
fn log(chain: &str) -> String {
    format!("\t\t# what no rule above accepts\n\t\tlimit rate 10/second log prefix \"{chain}: \"\n")
}

/// Instructions for using the chains.
fn usage(location: FirewallLocation, table: &str, chains: &[(Direction, String)]) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        "Load this file with nft -f. Jump to it once from your own chains, after they accept loopback, established"
            .to_string(),
        "connections and ICMPv6 neighbour discovery:".to_string(),
    ];
    for (direction, chain) in chains {
        let from = match (location, direction) {
            (FirewallLocation::Network, _) => "forward",
            (FirewallLocation::Host, Direction::Outbound) => "output",
            (FirewallLocation::Host, Direction::Inbound) => "input",
        };
        lines.push(format!("  nft add rule inet {table} {from} jump {chain}"));
    }
    lines
}

/// A flow's rules, below its comment.
fn flow_rules(flow: &FlowRules, output: &OutputOptions) -> String {
    let rules = flow.rules.iter().map(|rule| format!("\t\t{}\n", accept(flow, rule, output)));
    comment_lines("\t\t", flow.comments()) + &rules.collect::<String>()
}

/// A rule of a flow.
fn accept(flow: &FlowRules, rule: &Rule, output: &OutputOptions) -> String {
    let counter = if output.counter { " counter" } else { "" };
    format!("{}{}{counter} accept comment \"{}\"", interfaces(flow), matches(rule), flow.id)
}

/// The interfaces that a flow's rules match, each end followed by a space.
fn interfaces(flow: &FlowRules) -> String {
    let ends = [("iifname", &flow.interfaces.source), ("oifname", &flow.interfaces.destination)];
    let quoted = |names: &[String]| names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>();
    let limited = ends.into_iter().filter(|(_, names)| !names.is_empty());
    limited.map(|(field, names)| format!("{field} {} ", set(&quoted(names)))).collect()
}

/// What a rule matches.
fn matches(rule: &Rule) -> String {
    let ip = match rule.family() {
        Some(Family::V6) => "ip6",
        _ => "ip",
    };
    let mut matches = Vec::new();
    for (end, field) in [(&rule.source, "saddr"), (&rule.destination, "daddr")] {
        if let Endpoints::Only(addresses) = end {
            matches.push(format!("{ip} {field} {}", set(addresses)));
        }
    }
    matches.push(traffic(&rule.traffic, matches.is_empty()));
    matches.join(" ")
}

/// The protocol with its ports or types. Without addresses, a protocol that only one family has is limited to that family; `icmp type`
/// and `icmpv6 type` already are.
fn traffic(traffic: &Traffic, has_no_address: bool) -> String {
    let protocol = PROTOCOLS.write(traffic.protocol).unwrap_or_default();
    match (traffic.ports.as_slice(), traffic.icmp_types.as_slice()) {
        ([], []) => match traffic.family().filter(|_| has_no_address) {
            None => format!("meta l4proto {protocol}"),
            Some(Family::V4) => format!("ip protocol {protocol}"),
            Some(Family::V6) => format!("meta nfproto ipv6 meta l4proto {protocol}"),
        },
        ([], types) => format!("{} type {}", traffic.protocol, set(types)),
        (ports, _) => format!("{protocol} dport {}", set(ports)),
    }
}

/// A value, or a set of several.
fn set(values: &[impl Display]) -> String {
    match values {
        [value] => value.to_string(),
        values => format!("{{ {} }}", values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    }
}
