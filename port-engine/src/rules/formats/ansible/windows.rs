//! Ansible for Windows: a rule of Windows Firewall for each protocol and address family of a flow.
//!
//! The rules of a direction are in a group of their own, so that a task can remove all of them, whatever their names are.

use port_core::{Direction, PortRange};

use super::play::{Play, playbook};
use crate::protocol::Protocol;
use crate::rules::address::{Address, Endpoints};
use crate::rules::formats::text::{comment_lines, identifier, quoted};
use crate::rules::formats::writer::{Directions, File, Writer};
use crate::rules::limits::Limits;
use crate::rules::model::{FlowRules, Remark, RemarkKind, Rule, Ruleset};
use crate::rules::options::FirewallLocation;
use crate::rules::output_options::OutputOptions;
use crate::rules::protocol_notation::{ProtocolNotation, type_number};

/// Windows Firewall has ports for TCP and UDP only. 0 is the number of the header for hop-by-hop options.
const PROTOCOLS: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| match protocol {
        Protocol::TCP | Protocol::UDP => Some(protocol.to_string()),
        Protocol::ICMP => Some("icmpv4".to_string()),
        Protocol::ICMPV6 => Some("icmpv6".to_string()),
        Protocol::SCTP => None,
        _ => (protocol.number() != 0).then(|| protocol.number().to_string()),
    },
    icmp_type: type_number,
};

/// How to write a playbook for Windows.
pub(super) const WRITER: Writer = Writer {
    limits: Limits::usual("win_firewall_rule", &[FirewallLocation::Host], PROTOCOLS),
    options: &[],
    directions: Directions { keeps_empty: true, uncontrolled: Some("an earlier version's rules stay") },
    remarks,
    files,
};

const PLAY: Play = Play {
    hosts: "the product's machines",
    collection: "community.windows",
    settings: "",
    usage: &["Windows allows outbound connections that no rule blocks, unless you change the profiles' default."],
};

fn remarks(ruleset: &Ruleset, _: &OutputOptions) -> Vec<Remark> {
    let text = format!(
        "the removal of what only an earlier version allows (run the playbook with -e {}_state=absent first, which removes the rules of all versions)",
        identifier(&ruleset.name)
    );
    vec![Remark::new(RemarkKind::LeftOut, text)]
}

fn files(ruleset: &Ruleset, _: &OutputOptions) -> Vec<File> {
    let mut tasks = String::new();
    for direction in &ruleset.directions {
        let group = group(ruleset, *direction);
        tasks += &removal(ruleset, *direction, &group);
        tasks += &ruleset.in_direction(*direction).map(|flow| task(flow, ruleset, &group)).collect::<String>();
    }
    playbook(ruleset, &PLAY, &tasks)
}

/// The group of the rules of a direction.
fn group(ruleset: &Ruleset, direction: Direction) -> String {
    quoted(&format!("port-catalog {} {direction}", ruleset.name))
}

fn removal(ruleset: &Ruleset, direction: Direction, group: &str) -> String {
    format!(
        "\n    - name: Remove all {direction} rules
      community.windows.win_firewall_rule:
        group: {group}
        state: absent
      when: {}_state == \"absent\"\n",
        identifier(&ruleset.name)
    )
}

/// The task for a flow, below the flow's comment.
fn task(flow: &FlowRules, ruleset: &Ruleset, group: &str) -> String {
    let comments = format!("\n{}", comment_lines("    ", flow.comments()));
    if flow.rules.is_empty() {
        return comments + &comment_lines("    ", std::iter::once(format!("no task for {}", flow.id)));
    }
    let rules: String = flow.rules.iter().map(|rule| item(flow, rule)).collect();
    let (way, port) = match flow.direction {
        Direction::Inbound => ("in", "localport"),
        Direction::Outbound => ("out", "remoteport"),
    };
    format!(
        "{comments}    - name: Allow {id}
      community.windows.win_firewall_rule:
        name: \"{{{{ item.name }}}}\"
        group: {group}
        description: {description}
        direction: {way}
        action: allow
        enabled: true
        protocol: \"{{{{ item.protocol }}}}\"
        localip: \"{{{{ item.local | default('any') }}}}\"
        remoteip: \"{{{{ item.remote | default('any') }}}}\"
        {port}: \"{{{{ item.ports | default(omit) }}}}\"
        icmp_type_code: \"{{{{ item.icmp | default(omit) }}}}\"
      loop:\n{rules}      when: {name}_state == \"present\"\n",
        id = flow.id,
        description = quoted(&format!("{}, {} {}", flow.id, flow.direction.preposition(), flow.peer)),
        name = identifier(&ruleset.name),
    )
}

/// An item of the loop: a rule. Its name has the protocol, and the address family if it is for one only.
fn item(flow: &FlowRules, rule: &Rule) -> String {
    let traffic = &rule.traffic;
    let family = match rule.family() {
        Some(family) if !traffic.protocol.is_icmp() => format!(" {family}"),
        _ => String::new(),
    };
    let mut text = format!("        - name: {}\n", quoted(&format!("{} {}{family}", flow.name, traffic.protocol)));
    let mut field = |name: &str, value: &str| text += &format!("          {name}: {}\n", quoted(value));
    field("protocol", &PROTOCOLS.write(traffic.protocol).unwrap_or_default());
    if !traffic.ports.is_empty() {
        field("ports", &join(traffic.ports.iter().map(PortRange::to_string)));
    }
    if !traffic.icmp_types.is_empty() {
        let types: Vec<String> = traffic.icmp_types.iter().map(|icmp_type| quoted(&format!("{icmp_type}:*"))).collect();
        text += &format!("          icmp: [{}]\n", types.join(", "));
    } else if traffic.protocol.is_icmp() {
        text += "          icmp: [\"*\"]\n";
    }
    let (local, remote) = match flow.direction {
        Direction::Inbound => (&rule.destination, &rule.source),
        Direction::Outbound => (&rule.source, &rule.destination),
    };
    for (name, end) in [("local", local), ("remote", remote)] {
        if let Endpoints::Only(addresses) = end {
            text += &format!("          {name}: {}\n", quoted(&join(addresses.iter().map(Address::to_string))));
        }
    }
    text
}

fn join(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(",")
}
