//! Terraform for Azure: the rules of a network security group.
//!
//! Each rule needs a priority that no other rule of its direction has. It is derived from the rule's name, so that a later version
//! changes the priorities of few rules.

use std::collections::BTreeSet;

use port_core::{Direction, PortRange};
use validations::{LONGEST_NAME, PRIORITIES, validations};

use super::hcl::{list, quoted, validation};
use crate::protocol::Protocol;
use crate::rules::address::{Address, Endpoints, Family};
use crate::rules::formats::text::{comment_lines, digest, identifier, short_name};
use crate::rules::formats::writer::{Directions, File, Writer};
use crate::rules::limits::{IcmpTypes, Limits};
use crate::rules::model::{FlowRules, Remark, RemarkKind, Rule, Ruleset};
use crate::rules::options::FirewallLocation;
use crate::rules::output_options::OutputOptions;
use crate::rules::protocol_notation::{ProtocolNotation, no_type};

mod validations;

/// The last priority.
const LAST_PRIORITY: u32 = 4096;

/// The protocols that Azure names. Its ICMP is that of IPv4, and it has no types.
const PROTOCOLS: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| match protocol {
        Protocol::TCP => Some("Tcp".to_string()),
        Protocol::UDP => Some("Udp".to_string()),
        Protocol::ICMP => Some("Icmp".to_string()),
        Protocol::ESP => Some("Esp".to_string()),
        Protocol::AH => Some("Ah".to_string()),
        _ => None,
    },
    icmp_type: no_type,
};

/// How to write a configuration for Azure.
pub(super) const WRITER: Writer = Writer {
    limits: Limits { icmp_types: IcmpTypes::OneEach, ..Limits::usual("Azure", &[FirewallLocation::Host], PROTOCOLS) },
    options: &[],
    directions: Directions { keeps_empty: true, uncontrolled: Some("an earlier version's rules are deleted") },
    remarks,
    files,
};

/// A warning if a network security group can't have as many rules.
fn remarks(ruleset: &Ruleset, _: &OutputOptions) -> Vec<Remark> {
    let count = ruleset.flows.iter().map(|flow| flow.rules.len()).sum::<usize>();
    let text = format!("note: {count} rules; a network security group can have {PRIORITIES}");
    let is_too_many = u32::try_from(count).is_ok_and(|count| count > PRIORITIES);
    is_too_many.then(|| Remark::new(RemarkKind::Warning, text)).into_iter().collect()
}

fn files(ruleset: &Ruleset, _: &OutputOptions) -> Vec<File> {
    let name = identifier(&ruleset.name);
    let mut text = comment_lines("", ruleset.comments().chain(usage(&name)));
    text += &group_variable(&name);
    text += &priority_variable(&name);
    text += &rule_variable(ruleset, &name);
    text += &resource(&name);
    vec![File { name: format!("{}.tf", ruleset.name), text }]
}

/// Instructions for using the configuration.
fn usage(name: &str) -> Vec<String> {
    vec![
        String::new(),
        format!(
            "Put this file into a module, and set {name}_network_security_group. The group must not have rules in its own resource."
        ),
        format!("The rules have priorities from {name}_priority on. Rules of others must have other priorities."),
        "terraform validates edited rules, and deletes the rules that a later version doesn't contain.".to_string(),
        "Azure's default rules also allow all connections within the virtual network, and outbound ones to the Internet. To close"
            .to_string(),
        "the rest, add a rule that denies it, with a higher priority number.".to_string(),
    ]
}

fn group_variable(name: &str) -> String {
    let variable = format!("{name}_network_security_group");
    format!(
        "\nvariable {} {{\n  description = {}\n  type = object({{\n    name                = string\n    resource_group_name = string\n  }})\n}}\n",
        quoted(&variable),
        quoted("The network security group of the product's network interfaces or subnet"),
    )
}

fn priority_variable(name: &str) -> String {
    let variable = format!("{name}_priority");
    let last = LAST_PRIORITY + 1 - PRIORITIES;
    let condition = format!(
        "try(100 <= var.{variable} && var.{variable} <= {last} && floor(var.{variable}) == var.{variable}, false)"
    );
    format!(
        "\nvariable {} {{\n  description = {}\n  type        = number\n  default     = 1000\n{}}}\n",
        quoted(&variable),
        quoted(&format!("The first of the {PRIORITIES} priorities that the rules are spread over")),
        validation(&condition, &format!("The first priority must be a whole number from 100 to {last}.")),
    )
}

/// The variable with all rules.
fn rule_variable(ruleset: &Ruleset, name: &str) -> String {
    let variable = format!("{name}_rules");
    let rules: String = ruleset.directions.iter().map(|direction| rules_of_direction(ruleset, *direction)).collect();
    let validations = validations(&variable);
    format!(
        "\nvariable {} {{\n  description = {}\n  type = map(object({{\n    flow         = string\n    offset       = number\n    \
         direction    = string\n    protocol     = string\n    ports        = list(string)\n    sources      = list(string)\n    \
         destinations = list(string)\n  }}))\n  default = {{\n{rules}  }}\n{validations}}}\n",
        quoted(&variable),
        quoted(&format!(
            "The rules by name: the flow that needs each, its priority after {name}_priority, and what it allows; * is any port or address"
        )),
    )
}

fn rules_of_direction(ruleset: &Ruleset, direction: Direction) -> String {
    let mut names = BTreeSet::new();
    let mut offsets = BTreeSet::new();
    let flows = ruleset.in_direction(direction).map(|flow| {
        let rules = flow.rules.iter().map(|one| {
            let name = unused_name(flow, one, &mut names);
            let offset = unused_offset(&name, &mut offsets);
            rule(flow, one, &name, offset)
        });
        comment_lines("    ", flow.comments()) + &rules.collect::<String>()
    });
    flows.collect()
}

/// The name of a rule: that of its flow, its protocol, and its address family if it has only one. Ids contain no underscore.
fn unused_name(flow: &FlowRules, rule: &Rule, names: &mut BTreeSet<String>) -> String {
    let family = match rule.family() {
        Some(Family::V4) if rule.traffic.protocol != Protocol::ICMP => "_ipv4",
        Some(Family::V6) => "_ipv6",
        _ => "",
    };
    let start = format!("{}_{}{family}", flow.name, rule.traffic.protocol);
    let mut name = short_name(&start, LONGEST_NAME);
    let mut number = 1;
    while !names.insert(name.clone()) {
        number += 1;
        name = short_name(&format!("{start}_{number}"), LONGEST_NAME);
    }
    name
}

/// The priority of a rule after the first one.
fn unused_offset(name: &str, offsets: &mut BTreeSet<u32>) -> u32 {
    let mut offset = digest(name) % PRIORITIES;
    // If there are too many rules, terraform reports the offset.
    let limit = if offsets.len() < PRIORITIES as usize { PRIORITIES } else { u32::MAX };
    while !offsets.insert(offset) {
        offset = (offset + 1) % limit;
    }
    offset
}

fn rule(flow: &FlowRules, rule: &Rule, name: &str, offset: u32) -> String {
    let direction = if flow.direction == Direction::Inbound { "Inbound" } else { "Outbound" };
    let ports: Vec<String> = match rule.traffic.ports.as_slice() {
        [] => vec!["*".to_string()],
        ports => ports.iter().map(PortRange::to_string).collect(),
    };
    let family = rule.traffic.family();
    format!(
        "    {} = {{\n      flow         = {}\n      offset       = {offset}\n      direction    = {}\n      protocol     = {}\n      \
         ports        = {}\n      sources      = {}\n      destinations = {}\n    }}\n",
        quoted(name),
        quoted(&flow.id),
        quoted(direction),
        quoted(&PROTOCOLS.write(rule.traffic.protocol).unwrap_or_default()),
        list(ports),
        list(networks(&rule.source, family)),
        list(networks(&rule.destination, family)),
    )
}

/// The networks of an end. Traffic that only IPv4 has isn't allowed for IPv6.
fn networks(end: &Endpoints, family: Option<Family>) -> Vec<String> {
    match (end, family) {
        (Endpoints::Any, Some(Family::V4)) => vec!["0.0.0.0/0".to_string()],
        (Endpoints::Any, Some(Family::V6)) => vec!["::/0".to_string()],
        (Endpoints::Any, None) => vec!["*".to_string()],
        (Endpoints::Only(addresses), _) => addresses.iter().map(network).collect(),
    }
}

fn network(address: &Address) -> String {
    match address {
        Address::Net(network) => network.to_string(),
        Address::Host(_) | Address::Wildcard(_) => unreachable!("the format's limits exclude host names"),
    }
}

/// The resource with a rule for each value of the variable.
fn resource(name: &str) -> String {
    let any = |list: &str| format!("contains(each.value.{list}, \"*\") ? \"*\" : null");
    let several = |list: &str| format!("contains(each.value.{list}, \"*\") ? null : each.value.{list}");
    format!(
        "\nresource \"azurerm_network_security_rule\" {} {{
  for_each = var.{name}_rules

  resource_group_name          = var.{name}_network_security_group.resource_group_name
  network_security_group_name  = var.{name}_network_security_group.name
  name                         = each.key
  description                  = each.value.flow
  priority                     = var.{name}_priority + each.value.offset
  direction                    = each.value.direction
  access                       = \"Allow\"
  protocol                     = each.value.protocol
  source_port_range            = \"*\"
  destination_port_range       = {}
  destination_port_ranges      = {}
  source_address_prefix        = {}
  source_address_prefixes      = {}
  destination_address_prefix   = {}
  destination_address_prefixes = {}
}}\n",
        quoted(name),
        any("ports"),
        several("ports"),
        any("sources"),
        several("sources"),
        any("destinations"),
        several("destinations"),
    )
}
