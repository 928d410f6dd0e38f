//! `NetworkPolicy`: one Kubernetes object that allows what the product needs for its pods, and nothing else.
//!
//! It is a single object, so that applying a newer version also closes what is no longer needed. Only the user knows which pods are
//! the product; the policy selects them by the label that Kubernetes recommends for an application's name.

use port_core::{Direction, PortRange};

use super::text::{comment_lines, quoted, short_name};
use super::writer::{File, Writer};
use crate::protocol::Protocol;
use crate::rules::address::{Address, Endpoints};
use crate::rules::fit::{EndpointLimits, Families, Limits};
use crate::rules::model::{FlowRules, Rule, Ruleset};
use crate::rules::options::FirewallLocation;
use crate::rules::protocol_notation::ProtocolNotation;

/// The longest value of a label, in characters.
const LONGEST_LABEL: usize = 63;

/// The label that selects the product's pods.
const LABEL: &str = "app.kubernetes.io/name";

/// How to write a `NetworkPolicy`.
pub const WRITER: Writer = Writer {
    limits: Limits {
        format: "networkpolicy",
        locations: &[FirewallLocation::Host],
        comments: true,
        // TCP, UDP and SCTP.
        protocols: ProtocolNotation::WithPorts,
        stateful: true,
        port_slots: None,
        endpoints: EndpointLimits { own: false, families: Families::Mixed, host_names: false, max_addresses: None },
        longest_interface: None,
    },
    files,
};

fn files(ruleset: &Ruleset) -> Vec<File> {
    let name = quoted(&ruleset.name);
    let file = format!("{}.yaml", ruleset.name);
    let label = &short_name(&ruleset.name, LONGEST_LABEL);
    let mut text = comment_lines("", ruleset.comments());
    text += &comment_lines("", usage(&file, label).into_iter());
    text += &format!("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {name}\nspec:\n");
    text += &format!("  podSelector:\n    matchLabels:\n      {LABEL}: {}\n", quoted(label));
    text += "  policyTypes:\n";
    for direction in &ruleset.directions {
        text += &format!("    - {}\n", Keys::new(*direction).policy_type);
    }
    for direction in &ruleset.directions {
        text += &rule_list(ruleset, *direction);
    }
    vec![File { name: file, text }]
}

/// Instructions for using the object.
fn usage(file: &str, label: &str) -> Vec<String> {
    vec![
        String::new(),
        format!("This policy is for pods with the label {LABEL}: {label}. If yours have others, change podSelector."),
        format!("Apply it in their namespace: kubectl apply --namespace NAMESPACE -f {file}"),
        "In the directions listed below policyTypes, the pods can no longer use what no policy allows.".to_string(),
        "This includes other pods and name servers.".to_string(),
    ]
}

/// The keys and words for a direction.
struct Keys {
    policy_type: &'static str,
    rules: &'static str,
    peer: &'static str,
}

impl Keys {
    fn new(direction: Direction) -> Keys {
        match direction {
            Direction::Outbound => Keys { policy_type: "Egress", rules: "egress", peer: "to" },
            Direction::Inbound => Keys { policy_type: "Ingress", rules: "ingress", peer: "from" },
        }
    }
}

/// The rules of a direction. An empty list allows nothing.
fn rule_list(ruleset: &Ruleset, direction: Direction) -> String {
    let keys = Keys::new(direction);
    let is_empty = ruleset.in_direction(direction).all(|flow| flow.rules.is_empty());
    let list = if is_empty { " []" } else { "" };
    let flows: String = ruleset.in_direction(direction).map(|flow| flow_rules(flow, &keys)).collect();
    format!("  {}:{list}\n{flows}", keys.rules)
}

/// A flow's rules, below its comment. Each rule has a comment with the flow's id, since rules have no names.
fn flow_rules(flow: &FlowRules, keys: &Keys) -> String {
    let rules = flow.rules.iter().map(|one| format!("    # {}\n{}", flow.id, rule(flow.direction, one, keys)));
    comment_lines("    ", flow.comments()) + &rules.collect::<String>()
}

fn rule(direction: Direction, rule: &Rule, keys: &Keys) -> String {
    let peer = match direction {
        Direction::Outbound => &rule.destination,
        Direction::Inbound => &rule.source,
    };
    let mut text = String::from("    - ports:\n");
    text += &rule.ports.iter().map(|range| port(rule.protocol, *range)).collect::<String>();
    if let Endpoints::Only(addresses) = peer {
        text += &format!("      {}:\n", keys.peer);
        text += &addresses.iter().map(ip_block).collect::<String>();
    }
    text
}

fn port(protocol: Protocol, range: PortRange) -> String {
    let protocol = protocol.to_string().to_uppercase();
    let end = if range.first() == range.last() { String::new() } else { format!(", endPort: {}", range.last()) };
    format!("        - {{ protocol: {protocol}, port: {}{end} }}\n", range.first())
}

fn ip_block(address: &Address) -> String {
    let Address::Net(net) = address else { unreachable!("the format's limits exclude host names") };
    format!("        - ipBlock: {{ cidr: {} }}\n", quoted(&net.to_string()))
}
