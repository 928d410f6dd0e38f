//! `NetworkPolicy`: one object of Kubernetes that opens pods to what the product needs and closes them to all else.
//!
//! It is one object and not one for each flow, so that whoever applies it again closes what is no longer needed. Which pods are the
//! product only the user knows: they are chosen by the label that Kubernetes recommends for an application's name.

use port_catalog::{Direction, PortRange};

use super::{File, Writer, hash_comments, quoted, short_name};
use crate::rules::address::{Address, End};
use crate::rules::choices::At;
use crate::rules::fit::{Ends, Families, Limits};
use crate::rules::model::{FlowRules, Protocol, Rule, Ruleset};

/// The most characters of a label's value.
const LONGEST_LABEL: usize = 63;

/// The label that pods are chosen by.
const LABEL: &str = "app.kubernetes.io/name";

/// How rules become a `NetworkPolicy`.
pub const WRITER: Writer = Writer {
    limits: Limits {
        format: "networkpolicy",
        places: &[At::Host],
        comments: true,
        // Its protocols are TCP, UDP and SCTP.
        esp: false,
        stateful: true,
        port_slots: None,
        ends: Ends { own: false, families: Families::Mixed, hosts: false, most: None },
    },
    files,
};

fn files(ruleset: &Ruleset) -> Vec<File> {
    let name = quoted(&ruleset.name);
    let file = format!("{}.yaml", ruleset.name);
    let label = &short_name(&ruleset.name, LONGEST_LABEL);
    let mut text = hash_comments("", ruleset.comments());
    text += &hash_comments("", usage(&file, label).into_iter());
    text += &format!("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {name}\nspec:\n");
    text += &format!("  podSelector:\n    matchLabels:\n      {LABEL}: {}\n", quoted(label));
    text += "  policyTypes:\n";
    for direction in &ruleset.directions {
        text += &format!("    - {}\n", Words::of(*direction).policy_type);
    }
    for direction in &ruleset.directions {
        text += &rules(ruleset, *direction);
    }
    vec![File { name: file, text }]
}

/// How to use the object.
fn usage(file: &str, label: &str) -> Vec<String> {
    vec![
        String::new(),
        format!("It is for pods with the label {LABEL}: {label}; write the labels of yours below podSelector."),
        format!("Apply it where they are: kubectl apply --namespace NAMESPACE -f {file}"),
        "In the directions below policyTypes it closes them to all that no policy opens, to and from other pods"
            .to_string(),
        "and name servers as well.".to_string(),
    ]
}

/// What a direction is called.
struct Words {
    policy_type: &'static str,
    rules: &'static str,
    peer: &'static str,
}

impl Words {
    fn of(direction: Direction) -> Words {
        match direction {
            Direction::Outbound => Words { policy_type: "Egress", rules: "egress", peer: "to" },
            _ => Words { policy_type: "Ingress", rules: "ingress", peer: "from" },
        }
    }
}

/// The rules of a direction. Where there are none, the list is empty, which lets nothing through.
fn rules(ruleset: &Ruleset, direction: Direction) -> String {
    let words = Words::of(direction);
    let is_empty = ruleset.towards(direction).all(|flow| flow.rules.is_empty());
    let list = if is_empty { " []" } else { "" };
    let flows: String = ruleset.towards(direction).map(|flow| rules_of(flow, &words)).collect();
    format!("  {}:{list}\n{flows}", words.rules)
}

/// A flow's rules below what is to be said of it. Its id stands in a comment above each, since a rule has no name.
fn rules_of(flow: &FlowRules, words: &Words) -> String {
    let rules = flow.rules.iter().map(|one| format!("    # {}\n{}", flow.id, rule(flow.direction, one, words)));
    hash_comments("    ", flow.comments()) + &rules.collect::<String>()
}

fn rule(direction: Direction, rule: &Rule, words: &Words) -> String {
    let peer = match direction {
        Direction::Outbound => &rule.destination,
        _ => &rule.source,
    };
    let mut text = String::from("    - ports:\n");
    text += &rule.ports.iter().map(|range| port(rule.protocol, *range)).collect::<String>();
    if let End::Only(addresses) = peer {
        text += &format!("      {}:\n", words.peer);
        text += &addresses.iter().map(block).collect::<String>();
    }
    text
}

fn port(protocol: Protocol, range: PortRange) -> String {
    let protocol = protocol.as_str().to_uppercase();
    let end = if range.first() == range.last() { String::new() } else { format!(", endPort: {}", range.last()) };
    format!("        - {{ protocol: {protocol}, port: {}{end} }}\n", range.first())
}

fn block(address: &Address) -> String {
    let Address::Net(net) = address else { unreachable!("the limits let no host name through") };
    format!("        - ipBlock: {{ cidr: {} }}\n", quoted(&net.to_string()))
}
