//! ufw: an application profile for each flow, below the commands that let it through.
//!
//! A profile names ports. In which direction they are open, and between which addresses, is said where the profile is used, so
//! that this is written as commands: comments of the file, told from all others by how they begin.

use port_catalog::{Direction, PortRange};

use super::{File, Writer, hash_comments, short_name};
use crate::rules::address::End;
use crate::rules::choices::At;
use crate::rules::fit::{Ends, Families, Limits};
use crate::rules::model::{FlowRules, Protocol, Ruleset, one_line};

/// The most characters of a profile's name, and of each of its values.
const LONGEST_NAME: usize = 64;
const LONGEST_VALUE: usize = 1024;

/// What a line begins with that is a command; no other comment does.
const COMMAND: &str = "#$ ";

/// How rules become a file of profiles.
pub const WRITER: Writer = Writer {
    limits: Limits {
        format: "a profile of ufw",
        places: &[At::Host, At::Network],
        comments: true,
        esp: false,
        stateful: true,
        // Each list becomes a rule of iptables.
        port_slots: Some(15),
        ends: Ends { own: true, families: Families::OneEach, hosts: false, most: Some(1) },
    },
    files,
};

fn files(ruleset: &Ruleset) -> Vec<File> {
    let name = format!("{}.ufw", ruleset.name);
    let usage = [
        String::new(),
        "Put it into /etc/ufw/applications.d, and let its profiles through with the commands below:".to_string(),
        format!("  sed -n 's/^#[$] //p' /etc/ufw/applications.d/{name} | sh -e"),
        "Where they are in use and a port has changed: ufw app update all".to_string(),
    ];
    let mut text = hash_comments("", ruleset.comments().chain(usage));
    for direction in &ruleset.directions {
        text += &ruleset.towards(*direction).map(|one| flow(one, ruleset.at)).collect::<String>();
    }
    vec![File { name, text }]
}

/// A flow's profiles and commands, below what is to be said of it.
fn flow(flow: &FlowRules, at: At) -> String {
    let mut text = format!("\n{}", hash_comments("", flow.comments()));
    let title = if flow.purpose.trim().is_empty() { flow.id } else { flow.purpose };
    for (place, ports) in values(flow).into_iter().enumerate() {
        let name = match place {
            0 => short_name(flow.id, LONGEST_NAME),
            // An id has no underscore, so that no other flow's profile has the name.
            _ => short_name(&format!("{}_{}", flow.id, place + 1), LONGEST_NAME),
        };
        text += &commands(flow, at, &name);
        text += &format!("[{name}]\n");
        text += &field("title", title);
        text += &field("description", &format!("{}, {} {}", flow.id, flow.direction.preposition(), flow.peer));
        text += &field("ports", &ports);
    }
    text
}

/// What lets a profile through.
fn commands(flow: &FlowRules, at: At, profile: &str) -> String {
    let allow = match (at, flow.direction) {
        (At::Network, _) => "route allow",
        (At::Host, Direction::Outbound) => "allow out",
        (At::Host, _) => "allow in",
    };
    let command = |(source, destination): (&End, &End)| {
        format!("{COMMAND}ufw {allow} from {} to {} app {profile}\n", address(source), address(destination))
    };
    flow.ends().into_iter().map(command).collect()
}

fn address(end: &End) -> String {
    end.addresses().first().map_or("any".to_string(), ToString::to_string)
}

/// The values of the field `ports`: one, unless it were too long.
fn values(flow: &FlowRules) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for (protocol, ports) in flow.traffic() {
        let list = list(protocol, ports);
        match values.last_mut() {
            Some(value) if value.len() + "|".len() + list.len() <= LONGEST_VALUE => *value += &format!("|{list}"),
            _ => values.push(list),
        }
    }
    values
}

fn list(protocol: Protocol, ports: &[PortRange]) -> String {
    let ports: Vec<String> = ports.iter().map(|range| range.to_string().replace('-', ":")).collect();
    format!("{}/{protocol}", ports.join(","))
}

/// A field that is a line, and no longer than it may be.
fn field(name: &str, value: &str) -> String {
    let value: String = one_line(value).trim().chars().take(LONGEST_VALUE).collect();
    format!("{name}={value}\n")
}
