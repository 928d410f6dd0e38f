//! iptables and ip6tables: a chain for each direction, to jump to from other chains.
//!
//! The file is input for `iptables-restore --noflush`: it creates missing chains, empties existing ones before it fills them, and
//! doesn't touch other chains. A direction without rules keeps an empty chain, which has lost the rules of an earlier version. IPv4 and IPv6 are separate formats, since different programs load them.

use port_core::{Direction, PortRange};

use super::text::{comment_lines, logs_at_end, short_name};
use super::writer::{Directions, File, Writer, no_remarks};
use crate::protocol::Protocol;
use crate::rules::address::{Endpoints, Family};
use crate::rules::changes::Change;
use crate::rules::limits::{EndpointLimits, Families, IcmpTypes, Limits};
use crate::rules::model::{FlowRules, Rule, Ruleset};
use crate::rules::options::FirewallLocation;
use crate::rules::output_options::{OutputOption, OutputOptions};
use crate::rules::protocol_notation::{ProtocolNotation, system_name};

/// The longest name of a chain, in characters.
const LONGEST_NAME: usize = 28;

/// The longest name of an interface in Linux, in characters.
const LONGEST_INTERFACE: usize = 15;

/// For iptables, protocol 0 is any protocol, and type 255 of ICMP is any type.
const PROTOCOLS: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| (protocol.number() != 0).then(|| system_name(protocol)),
    icmp_type: |protocol, icmp_type| ((protocol, icmp_type) != (Protocol::ICMP, 255)).then(|| icmp_type.to_string()),
};

/// How to write rules for iptables.
pub const V4: Writer = writer(limits("iptables", Family::V4, "ip6tables"), v4);

/// How to write rules for ip6tables.
pub const V6: Writer = writer(limits("ip6tables", Family::V6, "iptables"), v6);

const fn writer(limits: Limits, files: fn(&Ruleset, &OutputOptions) -> Vec<File>) -> Writer {
    Writer {
        limits,
        // iptables counts the packets of every rule.
        options: &[OutputOption::Log, OutputOption::Counter, OutputOption::Chain],
        directions: Directions {
            keeps_empty: true,
            uncontrolled: Some("an earlier version's rules stay in their chain"),
        },
        remarks: no_remarks,
        files,
    }
}

const fn limits(format: &'static str, family: Family, other: &'static str) -> Limits {
    Limits {
        icmp_types: IcmpTypes::OneEach,
        // The limit of the match `multiport`.
        port_slots: Some(15),
        // iptables makes a rule for each address anyway. It resolves host names only once, when it loads the rules.
        endpoints: EndpointLimits {
            families: Families::Only(family, Some(other)),
            max_addresses: Some(1),
            ..EndpointLimits::ADDRESSES
        },
        longest_interface: Some(LONGEST_INTERFACE),
        ..Limits::usual(format, &[FirewallLocation::Host, FirewallLocation::Network], PROTOCOLS)
    }
}

fn v4(ruleset: &Ruleset, output: &OutputOptions) -> Vec<File> {
    vec![file(ruleset, output, Family::V4)]
}

fn v6(ruleset: &Ruleset, output: &OutputOptions) -> Vec<File> {
    vec![file(ruleset, output, Family::V6)]
}

fn file(ruleset: &Ruleset, output: &OutputOptions, family: Family) -> File {
    let (program, suffix) = program(family);
    let prefix = output.chain_prefix(&ruleset.name);
    let chains: Vec<(Direction, String)> =
        ruleset.directions.iter().map(|direction| (*direction, chain_name(prefix, *direction))).collect();
    let mut text = comment_lines("", ruleset.comments());
    text += &comment_lines("", usage(ruleset.location, program, &chains).into_iter());
    text += "*filter\n";
    for (_, chain) in &chains {
        text += &format!(":{chain} - [0:0]\n");
    }
    for (direction, chain) in &chains {
        text += &ruleset.in_direction(*direction).map(|flow| flow_rules(flow, "-A", chain, family)).collect::<String>();
        if output.log && logs_at_end(ruleset, *direction) {
            text += &log(chain);
        }
    }
    text += "COMMIT\n";
    File { name: format!("{}.{suffix}", ruleset.name), text }
}

/// Rules to insert into the chains for IPv4, or to delete from them.
pub(super) fn change_v4(ruleset: &Ruleset, change: Change, output: &OutputOptions) -> File {
    change_file(ruleset, change, output, Family::V4)
}

/// The same for IPv6.
pub(super) fn change_v6(ruleset: &Ruleset, change: Change, output: &OutputOptions) -> File {
    change_file(ruleset, change, output, Family::V6)
}

fn change_file(ruleset: &Ruleset, change: Change, output: &OutputOptions, family: Family) -> File {
    let (program, suffix) = program(family);
    let command = match change {
        Change::Add => "-I",
        Change::Remove => "-D",
    };
    let usage =
        format!("Load this file with {program}-restore --noflush. The rules of the edition in use have to be loaded.");
    let mut text = comment_lines("", ruleset.comments().chain([String::new(), usage]));
    text += "*filter\n";
    let prefix = output.chain_prefix(&ruleset.name);
    for flow in &ruleset.flows {
        text += &flow_rules(flow, command, &chain_name(prefix, flow.direction), family);
    }
    text += "COMMIT\n";
    File { name: format!("{}.{suffix}", ruleset.name), text }
}

/// The program for a family, and the ending of its files.
fn program(family: Family) -> (&'static str, &'static str) {
    match family {
        Family::V4 => ("iptables", "v4"),
        Family::V6 => ("ip6tables", "v6"),
    }
}

/// The name of a direction's chain.
fn chain_name(prefix: &str, direction: Direction) -> String {
    let suffix = if direction == Direction::Outbound { "out" } else { "in" };
    format!("{}-{suffix}", short_name(prefix, LONGEST_NAME - "-out".len()))
}

/// Logs the packets that no rule of a chain accepts, unless there are too many. A prefix has a limit of 29 characters.
fn log(chain: &str) -> String {
    format!("# what no rule above accepts\n-A {chain} -m limit --limit 10/second -j LOG --log-prefix \"{chain} \"\n")
}

/// Instructions for using the chains.
fn usage(location: FirewallLocation, program: &str, chains: &[(Direction, String)]) -> Vec<String> {
    let first = match program {
        "iptables" => "loopback and established connections",
        _ => "loopback, established connections and ICMPv6 neighbour discovery",
    };
    let mut lines = vec![
        String::new(),
        format!("Load this file with {program}-restore --noflush. Without --noflush, all other rules are removed."),
        format!("Jump to it from your own chains, after they accept {first}."),
        "These commands add a jump only if it is missing:".to_string(),
    ];
    for (direction, chain) in chains {
        let from = match (location, direction) {
            (FirewallLocation::Network, _) => "FORWARD",
            (FirewallLocation::Host, Direction::Outbound) => "OUTPUT",
            (FirewallLocation::Host, Direction::Inbound) => "INPUT",
        };
        lines.push(format!("  {program} -C {from} -j {chain} 2> /dev/null || {program} -A {from} -j {chain}"));
    }
    lines
}

/// A flow's rules, below its comment.
fn flow_rules(flow: &FlowRules, command: &str, chain: &str, family: Family) -> String {
    let pairs = flow.interfaces.pairs();
    let rules = flow.rules.iter().flat_map(|rule| pairs.iter().map(move |pair| (rule, pair)));
    let rules = rules.map(|(rule, (source, destination))| {
        let id = &flow.id;
        let [from, to] = [("-i", source), ("-o", destination)]
            .map(|(option, name)| name.map(|name| format!(" {option} {name}")).unwrap_or_default());
        format!("{command} {chain}{from}{to}{} -m comment --comment \"{id}\" -j ACCEPT\n", matches(rule, family))
    });
    comment_lines("", flow.comments()) + &rules.collect::<String>()
}

/// What a rule matches. For ip6tables, the Authentication Header is an extension header: `-p ah` warns that it never matches.
fn matches(rule: &Rule, family: Family) -> String {
    let mut matches = String::new();
    for (end, option) in [(&rule.source, "-s"), (&rule.destination, "-d")] {
        if let Endpoints::Only(addresses) = end {
            matches += &addresses.iter().map(|address| format!(" {option} {address}")).collect::<String>();
        }
    }
    let option = if (rule.traffic.protocol, family) == (Protocol::AH, Family::V6) { "-m" } else { "-p" };
    matches += &format!(" {option} {}", PROTOCOLS.write(rule.traffic.protocol).unwrap_or_default());
    if let [icmp_type] = rule.traffic.icmp_types.as_slice() {
        let option = if rule.traffic.protocol == Protocol::ICMP { "icmp-type" } else { "icmpv6-type" };
        matches += &format!(" --{option} {icmp_type}");
    }
    match rule.traffic.ports.as_slice() {
        [] => {}
        [range] => matches += &format!(" --dport {}", ports(*range)),
        ranges => {
            let ranges: Vec<String> = ranges.iter().copied().map(ports).collect();
            matches += &format!(" -m multiport --dports {}", ranges.join(","));
        }
    }
    matches
}

fn ports(range: PortRange) -> String {
    range.to_string().replace('-', ":")
}
