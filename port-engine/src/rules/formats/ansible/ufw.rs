//! Ansible for ufw: a rule for each list of ports between two ends.

use port_core::{Direction, PortRange};

use super::play::{Play, earlier_version, playbook};
use crate::rules::address::Endpoints;
use crate::rules::formats::text::{comment_lines, identifier, quoted};
use crate::rules::formats::ufw;
use crate::rules::formats::writer::{Directions, File, Writer};
use crate::rules::limits::Limits;
use crate::rules::model::{FlowRules, Rule, Ruleset};
use crate::rules::options::FirewallLocation;
use crate::rules::output_options::OutputOptions;

/// How to write a playbook for ufw.
pub(super) const WRITER: Writer = Writer {
    limits: Limits { format: "community.general.ufw", ..ufw::WRITER.limits },
    options: &[],
    directions: Directions { keeps_empty: false, uncontrolled: Some("an earlier version's rules stay") },
    remarks: earlier_version,
    files,
};

const PLAY: Play = Play {
    hosts: "the product's machines, or the firewall between it and its peers,",
    collection: "community.general",
    settings: "  become: true\n",
    usage: &["The playbook doesn't enable ufw, whose default policies decide about all other connections."],
};

fn files(ruleset: &Ruleset, _: &OutputOptions) -> Vec<File> {
    let flows = ruleset.directions.iter().flat_map(|direction| ruleset.in_direction(*direction));
    let tasks: String = flows.map(|flow| task(flow, ruleset)).collect();
    playbook(ruleset, &PLAY, &tasks)
}

/// The task for a flow, below the flow's comment.
fn task(flow: &FlowRules, ruleset: &Ruleset) -> String {
    let comments = format!("\n{}", comment_lines("    ", flow.comments()));
    if flow.rules.is_empty() {
        return comments + &comment_lines("    ", std::iter::once(format!("no task for {}", flow.id)));
    }
    let way = match (ruleset.location, flow.direction) {
        (FirewallLocation::Network, _) => "route: true",
        (FirewallLocation::Host, Direction::Inbound) => "direction: in",
        (FirewallLocation::Host, Direction::Outbound) => "direction: out",
    };
    let rules: String = flow.rules.iter().map(item).collect();
    format!(
        "{comments}    - name: Allow {id}
      community.general.ufw:
        rule: allow
        {way}
        proto: \"{{{{ item.proto }}}}\"
        from_ip: \"{{{{ item.from }}}}\"
        to_ip: \"{{{{ item.to }}}}\"
        to_port: \"{{{{ item.port | default(omit) }}}}\"
        comment: {comment}
        delete: \"{{{{ {name}_state == 'absent' }}}}\"
      loop:\n{rules}",
        id = flow.id,
        comment = quoted(&format!("port-catalog {} {}: {}", ruleset.name, flow.direction, flow.id)),
        name = identifier(&ruleset.name),
    )
}

/// An item of the loop: a rule.
fn item(rule: &Rule) -> String {
    let protocol = ufw::PROTOCOLS.write(rule.traffic.protocol).unwrap_or_default();
    let ports: Vec<String> = rule.traffic.ports.iter().map(PortRange::to_string).collect();
    let port = match ports.as_slice() {
        [] => String::new(),
        ports => format!(", port: {}", quoted(&ports.join(",").replace('-', ":"))),
    };
    format!(
        "        - {{ proto: {protocol}, from: {}, to: {}{port} }}\n",
        address(&rule.source),
        address(&rule.destination)
    )
}

fn address(end: &Endpoints) -> String {
    end.addresses().first().map_or("any".to_string(), |address| quoted(&address.to_string()))
}
