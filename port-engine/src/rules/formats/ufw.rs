//! ufw: an application profile for each flow, and the commands that allow it.
//!
//! A profile defines ports. The commands that use the profile choose the direction and the addresses. The file contains them as
//! comments with a prefix that no other comment has. A profile can't contain protocols without ports, so commands allow them without a
//! profile. Each rule gets a comment with the ruleset's name and the direction. The first commands delete the rules with these comments, since ufw keeps the rules of an earlier version otherwise.

use port_core::{Direction, PortRange};

use super::text::{comment_lines, short_name};
use super::writer::{Directions, File, Writer, no_remarks};
use crate::protocol::Protocol;
use crate::rules::address::Endpoints;
use crate::rules::limits::{EndpointLimits, IcmpTypes, Limits};
use crate::rules::model::{FlowRules, Rule, Ruleset, one_line};
use crate::rules::options::FirewallLocation;
use crate::rules::output_options::OutputOptions;
use crate::rules::protocol_notation::{ProtocolNotation, no_type};

/// The longest name of a profile, in characters.
const LONGEST_NAME: usize = 64;

/// The longest value of a profile's field, in characters.
const LONGEST_VALUE: usize = 1024;

/// The prefix of a line that is a command. No other comment begins with it.
const COMMAND: &str = "#$ ";

/// TCP, UDP, and the protocols without ports that ufw knows for both address families. It also knows `ipv6`, but only inside IPv4.
pub(super) const PROTOCOLS: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| match (protocol, protocol.number()) {
        (Protocol::TCP | Protocol::UDP | Protocol::ESP | Protocol::AH | Protocol::GRE | Protocol::VRRP, _) => {
            Some(protocol.to_string())
        }
        (_, 2) => Some("igmp".to_string()),
        _ => None,
    },
    icmp_type: no_type,
};

/// How to write application profiles for ufw.
pub const WRITER: Writer = Writer {
    limits: Limits {
        icmp_types: IcmpTypes::OneEach,
        // ufw makes an iptables rule from each list.
        port_slots: Some(15),
        endpoints: EndpointLimits { max_addresses: Some(1), ..EndpointLimits::ADDRESSES },
        ..Limits::usual("ufw", &[FirewallLocation::Host, FirewallLocation::Network], PROTOCOLS)
    },
    options: &[],
    directions: Directions { keeps_empty: true, uncontrolled: Some("an earlier version's rules stay") },
    remarks: no_remarks,
    files,
};

fn files(ruleset: &Ruleset, _: &OutputOptions) -> Vec<File> {
    let name = format!("{}.ufw", ruleset.name);
    let usage = [
        String::new(),
        "Put this file into /etc/ufw/applications.d, then run the commands below to allow its profiles. They first delete".to_string(),
        "what an earlier version of this file has allowed:".to_string(),
        format!("  sed -n 's/^#[$] //p' /etc/ufw/applications.d/{name} | sh -e"),
        "If a port has changed and your own rules use these profiles, run: ufw app update all".to_string(),
    ];
    let mut text = comment_lines("", ruleset.comments().chain(usage));
    for direction in &ruleset.directions {
        text += &format!("{COMMAND}{}\n", deletion(&rule_comment(ruleset, *direction)));
    }
    for direction in &ruleset.directions {
        text += &ruleset.in_direction(*direction).map(|flow| profiles(flow, ruleset)).collect::<String>();
    }
    vec![File { name, text }]
}

/// The comment of the rules of a direction, by which a later version finds them.
fn rule_comment(ruleset: &Ruleset, direction: Direction) -> String {
    format!("port-catalog {} {direction}", ruleset.name)
}

/// The command that deletes all rules with a comment. `ufw show added` prints the commands that would add the rules again.
fn deletion(comment: &str) -> String {
    format!(
        "ufw show added | sed -n \"s/^ufw \\(route \\)\\{{0,1\\}}\\(.*\\) comment '{comment}\\(: [a-z0-9-]*\\)\\{{0,1\\}}'$/ufw \\1delete \\2/p\" | sh -e"
    )
}

/// A flow's profiles with their commands, below the flow's comment.
fn profiles(flow: &FlowRules, ruleset: &Ruleset) -> String {
    let mut text = format!("\n{}", comment_lines("", flow.comments()));
    let title = if flow.purpose.trim().is_empty() { &flow.id } else { &flow.purpose };
    for (index, ports) in port_lists(flow).into_iter().enumerate() {
        let name = match index {
            0 => short_name(&flow.name, LONGEST_NAME),
            // Ids contain no underscore, so no other flow's profile has this name.
            _ => short_name(&format!("{}_{}", flow.name, index + 1), LONGEST_NAME),
        };
        text += &commands(flow, ruleset, &name);
        text += &format!("[{name}]\n");
        text += &field("title", title);
        text += &field("description", &format!("{}, {} {}", flow.id, flow.direction.preposition(), flow.peer));
        text += &field("ports", &ports);
    }
    text + &protocol_commands(flow, ruleset)
}

/// How the commands for a flow's rules begin.
fn allow(flow: &FlowRules, ruleset: &Ruleset) -> &'static str {
    match (ruleset.location, flow.direction) {
        (FirewallLocation::Network, _) => "route allow",
        (FirewallLocation::Host, Direction::Outbound) => "allow out",
        (FirewallLocation::Host, Direction::Inbound) => "allow in",
    }
}

/// The commands that allow a profile.
fn commands(flow: &FlowRules, ruleset: &Ruleset, profile: &str) -> String {
    let (allow, comment) = (allow(flow, ruleset), rule_comment(ruleset, flow.direction));
    let command = |(source, destination): (&Endpoints, &Endpoints)| {
        let ends = format!("from {} to {}", address(source), address(destination));
        format!("{COMMAND}ufw {allow} {ends} app {profile} comment '{comment}'\n")
    };
    flow.endpoints().into_iter().map(command).collect()
}

/// The commands that allow protocols without ports. Without a profile, only their comment can name the flow.
fn protocol_commands(flow: &FlowRules, ruleset: &Ruleset) -> String {
    let (allow, comment) = (allow(flow, ruleset), rule_comment(ruleset, flow.direction));
    let command = |rule: &Rule| {
        let protocol = PROTOCOLS.write(rule.traffic.protocol).unwrap_or_default();
        let ends = format!("from {} to {}", address(&rule.source), address(&rule.destination));
        format!("{COMMAND}ufw {allow} proto {protocol} {ends} comment '{comment}: {}'\n", flow.id)
    };
    flow.rules.iter().filter(|rule| rule.traffic.ports.is_empty()).map(command).collect()
}

fn address(end: &Endpoints) -> String {
    end.addresses().first().map_or("any".to_string(), ToString::to_string)
}

/// The values of the field `ports`: one, unless it would be too long.
fn port_lists(flow: &FlowRules) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for traffic in flow.traffic().into_iter().filter(|traffic| !traffic.ports.is_empty()) {
        let list = port_list(traffic.protocol, &traffic.ports);
        match values.last_mut() {
            Some(value) if value.len() + "|".len() + list.len() <= LONGEST_VALUE => *value += &format!("|{list}"),
            _ => values.push(list),
        }
    }
    values
}

fn port_list(protocol: Protocol, ports: &[PortRange]) -> String {
    let ports: Vec<String> = ports.iter().map(|range| range.to_string().replace('-', ":")).collect();
    format!("{}/{protocol}", ports.join(","))
}

/// A field on one line, cut to the longest value.
fn field(name: &str, value: &str) -> String {
    let value: String = one_line(value).trim().chars().take(LONGEST_VALUE).collect();
    format!("{name}={value}\n")
}
