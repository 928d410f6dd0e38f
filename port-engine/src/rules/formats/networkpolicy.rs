//! `NetworkPolicy`: one Kubernetes object that allows what the product needs for its pods, and nothing else.
//!
//! It is a single object, so that applying a newer version also closes what is no longer needed. A direction without selected flows is
//! not in it, since the pods could no longer use anything in that direction. Only the user knows which pods are
//! the product; the policy selects them by the label that Kubernetes recommends for an application's name.

use port_core::{Direction, PortRange};

use super::text::{comment_lines, quoted, short_name};
use super::writer::{Directions, File, Writer};
use crate::protocol::Protocol;
use crate::rules::address::{Address, Endpoints};
use crate::rules::limits::{EndpointLimits, Families, IcmpTypes, Limits};
use crate::rules::model::{FlowRules, Remark, RemarkKind, Rule, Ruleset};
use crate::rules::options::FirewallLocation;
use crate::rules::output_options::{OutputOption, OutputOptions};
use crate::rules::protocol_notation::{ProtocolNotation, no_type};

/// The longest value of a label, in characters.
const LONGEST_LABEL: usize = 63;

/// The label that selects the product's pods.
const LABEL: &str = "app.kubernetes.io/name";

/// TCP, UDP and SCTP.
const PROTOCOLS: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| protocol.has_ports().then(|| protocol.to_string().to_uppercase()),
    icmp_type: no_type,
};

/// How to write a `NetworkPolicy`.
pub const WRITER: Writer = Writer {
    limits: Limits {
        icmp_types: IcmpTypes::OneEach,
        endpoints: EndpointLimits { own: false, families: Families::Mixed, ..EndpointLimits::ADDRESSES },
        ..Limits::usual("networkpolicy", &[FirewallLocation::Host], PROTOCOLS)
    },
    options: &[OutputOption::AllowDns],
    directions: Directions { keeps_empty: false, uncontrolled: Some("the policy doesn't limit them") },
    remarks,
    files,
};

/// A remark on name resolution, which an egress policy limits too.
fn remarks(ruleset: &Ruleset, output: &OutputOptions) -> Vec<Remark> {
    if !ruleset.directions.contains(&Direction::Outbound) {
        return Vec::new();
    }
    if output.allow_dns {
        let text = "DNS to the pods with the label k8s-app: kube-dns in the namespace kube-system (--allow-dns)";
        return vec![Remark::new(RemarkKind::Opened, text)];
    }
    let mut rules = ruleset.in_direction(Direction::Outbound).flat_map(|flow| &flow.rules);
    let allows_dns =
        rules.any(|rule| rule.traffic.protocol == Protocol::UDP && rule.destination == Endpoints::Any && has_dns(rule));
    let text = "DNS to the cluster's name servers (--allow-dns allows it; without it the pods can't resolve names)";
    if allows_dns { Vec::new() } else { vec![Remark::new(RemarkKind::LeftOut, text)] }
}

fn has_dns(rule: &Rule) -> bool {
    rule.traffic.ports.iter().any(|range| (range.first()..=range.last()).contains(&DNS))
}

/// The port of DNS, over UDP and TCP.
const DNS: u16 = 53;

/// The rule for DNS, with the labels that Kubernetes gives to the namespace and that clusters give to their name servers.
const DNS_RULE: &str = "\
    # --allow-dns: change the labels if the name servers of your cluster have others
    - ports:
        - { protocol: UDP, port: 53 }
        - { protocol: TCP, port: 53 }
      to:
        - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } }
          podSelector: { matchLabels: { k8s-app: kube-dns } }
";

fn files(ruleset: &Ruleset, output: &OutputOptions) -> Vec<File> {
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
        text += &rule_list(ruleset, *direction, output.allow_dns && *direction == Direction::Outbound);
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
fn rule_list(ruleset: &Ruleset, direction: Direction, with_dns: bool) -> String {
    let keys = Keys::new(direction);
    let is_empty = !with_dns && ruleset.in_direction(direction).all(|flow| flow.rules.is_empty());
    let list = if is_empty { " []" } else { "" };
    let flows: String = ruleset.in_direction(direction).map(|flow| flow_rules(flow, &keys)).collect();
    format!("  {}:{list}\n{flows}{}", keys.rules, if with_dns { DNS_RULE } else { "" })
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
    text += &rule.traffic.ports.iter().map(|range| ports(rule.traffic.protocol, *range)).collect::<String>();
    if let Endpoints::Only(addresses) = peer {
        text += &format!("      {}:\n", keys.peer);
        text += &addresses.iter().map(ip_block).collect::<String>();
    }
    text
}

/// A range as one entry. Two ports are two entries, since not every network plugin implements `endPort`.
fn ports(protocol: Protocol, range: PortRange) -> String {
    let protocol = PROTOCOLS.write(protocol).unwrap_or_default();
    let entry = |ports: String| format!("        - {{ protocol: {protocol}, {ports} }}\n");
    match (range.first(), range.last()) {
        (first, last) if last - first <= 1 => (first..=last).map(|port| entry(format!("port: {port}"))).collect(),
        (first, last) => entry(format!("port: {first}, endPort: {last}")),
    }
}

fn ip_block(address: &Address) -> String {
    let Address::Net(net) = address else { unreachable!("the format's limits exclude host names") };
    format!("        - ipBlock: {{ cidr: {} }}\n", quoted(&net.to_string()))
}
