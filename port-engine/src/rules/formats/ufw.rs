//! ufw: an application profile for each flow, and the commands that allow it.
//!
//! A profile defines ports. The commands that use the profile choose the direction and the addresses. The file contains them as
//! comments with a prefix that no other comment has.

use port_core::{Direction, PortRange};

use super::text::{comment_lines, short_name};
use super::writer::{File, Writer};
use crate::protocol::Protocol;
use crate::rules::address::Endpoints;
use crate::rules::fit::{EndpointLimits, Families, Limits};
use crate::rules::model::{FlowRules, Ruleset, one_line};
use crate::rules::options::FirewallLocation;
use crate::rules::protocol_notation::ProtocolNotation;

/// The longest name of a profile, in characters.
const LONGEST_NAME: usize = 64;

/// The longest value of a profile's field, in characters.
const LONGEST_VALUE: usize = 1024;

/// The prefix of a line that is a command. No other comment begins with it.
const COMMAND: &str = "#$ ";

/// How to write application profiles for ufw.
pub const WRITER: Writer = Writer {
    limits: Limits {
        format: "ufw profiles",
        locations: &[FirewallLocation::Host, FirewallLocation::Network],
        comments: true,
        protocols: ProtocolNotation::WithPorts,
        stateful: true,
        // ufw makes an iptables rule from each list.
        port_slots: Some(15),
        endpoints: EndpointLimits { own: true, families: Families::OneEach, host_names: false, max_addresses: Some(1) },
        longest_interface: None,
    },
    files,
};

fn files(ruleset: &Ruleset) -> Vec<File> {
    let name = format!("{}.ufw", ruleset.name);
    let usage = [
        String::new(),
        "Put this file into /etc/ufw/applications.d, then run the commands below to allow its profiles:".to_string(),
        format!("  sed -n 's/^#[$] //p' /etc/ufw/applications.d/{name} | sh -e"),
        "If the profiles are already in use and a port has changed, run: ufw app update all".to_string(),
    ];
    let mut text = comment_lines("", ruleset.comments().chain(usage));
    for direction in &ruleset.directions {
        text += &ruleset.in_direction(*direction).map(|flow| profiles(flow, ruleset.location)).collect::<String>();
    }
    vec![File { name, text }]
}

/// A flow's profiles with their commands, below the flow's comment.
fn profiles(flow: &FlowRules, location: FirewallLocation) -> String {
    let mut text = format!("\n{}", comment_lines("", flow.comments()));
    let title = if flow.purpose.trim().is_empty() { &flow.id } else { &flow.purpose };
    for (index, ports) in port_lists(flow).into_iter().enumerate() {
        let name = match index {
            0 => short_name(&flow.id, LONGEST_NAME),
            // Ids contain no underscore, so no other flow's profile has this name.
            _ => short_name(&format!("{}_{}", flow.id, index + 1), LONGEST_NAME),
        };
        text += &commands(flow, location, &name);
        text += &format!("[{name}]\n");
        text += &field("title", title);
        text += &field("description", &format!("{}, {} {}", flow.id, flow.direction.preposition(), flow.peer));
        text += &field("ports", &ports);
    }
    text
}

/// The commands that allow a profile.
fn commands(flow: &FlowRules, location: FirewallLocation, profile: &str) -> String {
    let allow = match (location, flow.direction) {
        (FirewallLocation::Network, _) => "route allow",
        (FirewallLocation::Host, Direction::Outbound) => "allow out",
        (FirewallLocation::Host, Direction::Inbound) => "allow in",
    };
    let command = |(source, destination): (&Endpoints, &Endpoints)| {
        format!("{COMMAND}ufw {allow} from {} to {} app {profile}\n", address(source), address(destination))
    };
    flow.endpoints().into_iter().map(command).collect()
}

fn address(end: &Endpoints) -> String {
    end.addresses().first().map_or("any".to_string(), ToString::to_string)
}

/// The values of the field `ports`: one, unless it would be too long.
fn port_lists(flow: &FlowRules) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for (protocol, ports) in flow.traffic() {
        let list = port_list(protocol, ports);
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
