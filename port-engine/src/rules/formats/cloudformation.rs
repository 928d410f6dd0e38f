//! `CloudFormation`: a template with the rules of a security group, which is a parameter.
//!
//! The logical ID of a rule is its content, since `CloudFormation` replaces a rule whose content changes.

use ipnet::IpNet;
use port_core::Direction;

use super::security_group::{self, SecurityGroupRule, rules};
use super::text::{comment_lines, quoted};
use super::writer::{File, Writer};
use crate::rules::model::Ruleset;
use crate::rules::output_options::OutputOptions;

/// How many resources a template can have.
const MOST_RESOURCES: usize = 500;

/// How to write a template.
pub const WRITER: Writer = Writer {
    limits: security_group::LIMITS,
    options: &[],
    directions: security_group::DIRECTIONS,
    remarks: security_group::remarks,
    files,
};

fn files(ruleset: &Ruleset, _: &OutputOptions) -> Vec<File> {
    let head = comment_lines("", ruleset.comments().chain(usage())) + &head(&ruleset.name);
    let mut templates = vec![head.clone()];
    let mut count = 0;
    for direction in &ruleset.directions {
        for flow in rules(ruleset, *direction) {
            add(&mut templates, &comment_lines("  ", flow.comments()));
            for rule in &flow.rules {
                if count == MOST_RESOURCES {
                    templates.push(head.clone());
                    count = 0;
                }
                add(&mut templates, &resource(*direction, rule));
                count += 1;
            }
        }
    }
    let name = |index: usize| match index {
        0 => format!("{}.yaml", ruleset.name),
        _ => format!("{}-{}.yaml", ruleset.name, index + 1),
    };
    templates.into_iter().enumerate().map(|(index, text)| File { name: name(index), text }).collect()
}

/// Adds to the last template.
fn add(templates: &mut [String], text: &str) {
    if let Some(last) = templates.last_mut() {
        last.push_str(text);
    }
}

/// Instructions for using the template.
fn usage() -> Vec<String> {
    [
        "",
        "Create a stack from this template, with the id of the product's security group as its parameter. A template can have 500",
        "resources, so more rules are in several templates, each for a stack of its own.",
        "An update with a later version deletes the rules that it doesn't contain.",
        "A security group allows all outbound connections until you delete that rule.",
    ]
    .map(str::to_string)
    .to_vec()
}

fn head(name: &str) -> String {
    format!(
        "AWSTemplateFormatVersion: \"2010-09-09\"\nDescription: {}\nParameters:\n  SecurityGroup:\n    \
         Type: AWS::EC2::SecurityGroup::Id\n    Description: The product's security group\nResources:\n",
        quoted(&format!("Connections that {name} needs, from port-catalog"))
    )
}

/// The resource that creates a rule.
fn resource(direction: Direction, rule: &SecurityGroupRule) -> String {
    let kind = if direction == Direction::Inbound { "Ingress" } else { "Egress" };
    let network = if rule.network.addr().is_ipv4() { "CidrIp" } else { "CidrIpv6" };
    let ports = match rule.ports {
        Some((first, last)) => format!("      FromPort: {first}\n      ToPort: {last}\n"),
        None => String::new(),
    };
    let description = rule.description();
    // A description may be too short for all flows.
    let metadata = if description == rule.flows.join(", ") {
        String::new()
    } else {
        let flows: String = rule.flows.iter().map(|flow| format!("        - {}\n", quoted(flow))).collect();
        format!("    Metadata:\n      Flows:\n{flows}")
    };
    format!(
        "  {}:\n    Type: AWS::EC2::SecurityGroup{kind}\n{metadata}    Properties:\n      GroupId: !Ref SecurityGroup\n      \
         Description: {}\n      IpProtocol: {}\n{ports}      {network}: {}\n",
        logical_id(direction, rule),
        quoted(&description),
        quoted(&rule.protocol),
        quoted(&rule.network.to_string()),
    )
}

/// The logical ID of a rule, which has only letters and digits: `InboundTcp8000To8100From10x0x0x0n8`.
fn logical_id(direction: Direction, rule: &SecurityGroupRule) -> String {
    let (traffic, _) = rule.key.split_once(' ').unwrap_or_default();
    let (protocol, detail) = traffic.split_once('/').unwrap_or((traffic, ""));
    let mut protocol = protocol.to_string();
    protocol[..1].make_ascii_uppercase();
    let (way, word) = if direction == Direction::Inbound { ("Inbound", "From") } else { ("Outbound", "To") };
    let network = match rule.network {
        IpNet::V4(network) if network.prefix_len() == 0 => "AnyIpv4".to_string(),
        IpNet::V6(network) if network.prefix_len() == 0 => "AnyIpv6".to_string(),
        network => network.to_string().replace(['.', ':'], "x").replace('/', "n"),
    };
    format!("{way}{protocol}{}{word}{network}", detail.replace('-', "To"))
}
