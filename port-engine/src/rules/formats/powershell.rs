//! PowerShell: commands for Windows Defender Firewall on the product's own machine, with a rule for each flow and protocol.
//!
//! The script first removes the rules of an earlier version, which it finds by their group. Windows PowerShell 5.1 reads a script as text
//! of the system's code page, in which parts of other characters are quotation marks. So strings only contain ASCII.

use port_core::Direction;

use super::text::comment_lines;
use super::writer::{Directions, File, Writer, no_remarks};
use crate::protocol::Protocol;
use crate::rules::address::{Address, Endpoints, Family};
use crate::rules::limits::Limits;
use crate::rules::model::{FlowRules, Rule, Ruleset};
use crate::rules::options::FirewallLocation;
use crate::rules::output_options::OutputOptions;
use crate::rules::protocol_notation::{ProtocolNotation, type_number};

/// Protocols by number, except those that need a name for their ports or types. Windows matches the ports of TCP and UDP only.
const PROTOCOLS: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| match protocol {
        Protocol::TCP => Some("TCP".to_string()),
        Protocol::UDP => Some("UDP".to_string()),
        Protocol::ICMP => Some("ICMPv4".to_string()),
        Protocol::ICMPV6 => Some("ICMPv6".to_string()),
        Protocol::SCTP => None,
        other => Some(other.number().to_string()),
    },
    icmp_type: type_number,
};

/// How to write commands of PowerShell.
pub const WRITER: Writer = Writer {
    limits: Limits::usual("powershell", &[FirewallLocation::Host], PROTOCOLS),
    options: &[],
    directions: Directions { keeps_empty: true, uncontrolled: Some("an earlier version's rules stay") },
    remarks: no_remarks,
    files,
};

fn files(ruleset: &Ruleset, _: &OutputOptions) -> Vec<File> {
    let mut text = comment_lines("", ruleset.comments());
    text += &comment_lines("", USAGE.iter().map(ToString::to_string));
    text += "\n$ErrorActionPreference = 'Stop'\n\n# The rules of an earlier version.\n";
    for direction in &ruleset.directions {
        text += &format!(
            "Get-NetFirewallRule -Group {} -ErrorAction SilentlyContinue | Remove-NetFirewallRule\n",
            quoted(&group(ruleset, *direction))
        );
    }
    for flow in &ruleset.flows {
        text += "\n";
        text += &comment_lines("", flow.comments());
        let commands = flow.rules.iter().enumerate().map(|(index, rule)| command(ruleset, flow, rule, index));
        text += &commands.collect::<String>();
    }
    vec![File { name: format!("{}.ps1", ruleset.name), text }]
}

/// Instructions for using the script.
const USAGE: [&str; 5] = [
    "",
    "Run this script in PowerShell as an administrator. It removes the rules of an earlier version and adds these.",
    "What no rule allows is blocked only if the profiles of the firewall block it:",
    "  Set-NetFirewallProfile -All -DefaultInboundAction Block -DefaultOutboundAction Block",
    "There is no rule that blocks the rest, since on Windows it would override all others.",
];

/// The group of a ruleset's rules for a direction.
fn group(ruleset: &Ruleset, direction: Direction) -> String {
    format!("port-catalog {} {direction}", ruleset.name)
}

/// The command for a rule. The names of a machine's rules are unique, so they contain the ruleset's name and the direction.
fn command(ruleset: &Ruleset, flow: &FlowRules, rule: &Rule, index: usize) -> String {
    let traffic = &rule.traffic;
    let protocol = PROTOCOLS.write(traffic.protocol).unwrap_or_default();
    let name = format!("port-catalog {} {} {} {}", ruleset.name, flow.direction, flow.id, index + 1);
    let (direction, [source, destination], ports) = match flow.direction {
        Direction::Inbound => ("Inbound", ["RemoteAddress", "LocalAddress"], "LocalPort"),
        Direction::Outbound => ("Outbound", ["LocalAddress", "RemoteAddress"], "RemotePort"),
    };
    let mut command = format!(
        "New-NetFirewallRule -Name {} -DisplayName {} -Group {} -Direction {direction} -Action Allow -Protocol {protocol}",
        quoted(&name),
        quoted(&flow.id),
        quoted(&group(ruleset, flow.direction)),
    );
    for (end, parameter) in [(&rule.source, source), (&rule.destination, destination)] {
        if *end != Endpoints::Any {
            command += &format!(" -{parameter} {}", list(end.addresses().iter().map(address)));
        }
    }
    if !traffic.ports.is_empty() {
        command += &format!(" -{ports} {}", list(traffic.ports.iter().map(ToString::to_string)));
    }
    if !traffic.icmp_types.is_empty() {
        command += &format!(" -IcmpType {}", list(traffic.icmp_types.iter().map(ToString::to_string)));
    }
    command + " | Out-Null\n"
}

/// An address. Windows rejects a network of all addresses of a family, but not their range.
fn address(address: &Address) -> String {
    match (address, address.to_string().ends_with("/0")) {
        (Address::Net(_), true) if address.family() == Some(Family::V4) => "0.0.0.0-255.255.255.255".to_string(),
        (Address::Net(_), true) => "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff".to_string(),
        _ => address.to_string(),
    }
}

/// A list of strings.
fn list(items: impl Iterator<Item = String>) -> String {
    items.map(|item| quoted(&item)).collect::<Vec<_>>().join(", ")
}

/// A string in which PowerShell replaces nothing. It reads typographic quotation marks as plain ones, so they are replaced, like
/// everything else that isn't ASCII.
fn quoted(text: &str) -> String {
    let ascii = text.chars().map(|character| if character.is_ascii() { character } else { '?' });
    format!("'{}'", ascii.collect::<String>().replace('\'', "''"))
}
