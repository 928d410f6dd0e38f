//! Terraform for AWS: the rules of a security group.

use port_core::Direction;

use super::hcl::{for_all, is_network, list, quoted, unique, validation};
use crate::rules::formats::security_group::{self, RulesOfFlow, SecurityGroupRule, rules};
use crate::rules::formats::text::{comment_lines, identifier};
use crate::rules::formats::writer::{File, Writer};
use crate::rules::model::Ruleset;
use crate::rules::output_options::OutputOptions;

/// How to write a configuration for AWS.
pub(super) const WRITER: Writer = Writer {
    limits: security_group::LIMITS,
    options: &[],
    directions: security_group::DIRECTIONS,
    remarks: security_group::remarks,
    files,
};

/// The conditions for rules, with the messages if one doesn't hold. Comparing null is an error, which `try` turns into false.
const VALIDATIONS: [(&str, &str); 5] = [
    (
        "contains([\"tcp\", \"udp\", \"icmp\", \"icmpv6\"], rule.protocol) || (
        can(regex(\"^([2-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])$\", rule.protocol)) &&
        !contains([\"6\", \"17\", \"58\", \"132\"], rule.protocol)
      )",
        "Each protocol must be tcp, udp, icmp, icmpv6, or the number of another protocol without ports, such as 50.",
    ),
    (
        "!contains([\"tcp\", \"udp\"], rule.protocol) || try(
        1 <= rule.from_port && rule.from_port <= rule.to_port && rule.to_port <= 65535 &&
        floor(rule.from_port) == rule.from_port && floor(rule.to_port) == rule.to_port,
        false
      )",
        "For tcp and udp, from_port and to_port must be whole numbers from 1 to 65535, in ascending order.",
    ),
    (
        "!contains([\"icmp\", \"icmpv6\"], rule.protocol) || try(
        -1 <= rule.from_port && rule.from_port <= 255 && floor(rule.from_port) == rule.from_port &&
        -1 <= rule.to_port && rule.to_port <= 255 && floor(rule.to_port) == rule.to_port,
        false
      )",
        "For icmp and icmpv6, from_port must be a type and to_port a code, from 0 to 255, or -1 for any.",
    ),
    (
        "contains([\"tcp\", \"udp\", \"icmp\", \"icmpv6\"], rule.protocol) || (rule.from_port == null && rule.to_port == null)",
        "For protocols without ports, from_port and to_port must be null.",
    ),
    ("length(rule.flows) > 0", "Each rule must name the flows that need it, since they are its description."),
];

fn files(ruleset: &Ruleset, _: &OutputOptions) -> Vec<File> {
    let name = identifier(&ruleset.name);
    let mut text = comment_lines("", ruleset.comments().chain(usage(&name)));
    text += &security_group_variable(&name);
    for direction in &ruleset.directions {
        text += &rule_variable(&name, *direction, &rules(ruleset, *direction));
        text += &resource(&name, *direction);
    }
    vec![File { name: format!("{}.tf", ruleset.name), text }]
}

/// Instructions for using the configuration.
fn usage(name: &str) -> Vec<String> {
    vec![
        String::new(),
        format!("Put this file into a module, and set {name}_security_group_id. The security group must not have rules in its own resource."),
        "terraform validates edited rules, and deletes the rules that a later version doesn't contain.".to_string(),
        "A security group that you create outside of Terraform allows all outbound connections until you delete that rule.".to_string(),
    ]
}

fn security_group_variable(name: &str) -> String {
    let variable = format!("{name}_security_group_id");
    let condition = format!("can(regex(\"^sg-[0-9a-f]+$\", var.{variable}))");
    format!(
        "\nvariable {} {{\n  description = {}\n  type        = string\n{}}}\n",
        quoted(&variable),
        quoted("The id of the product's security group"),
        validation(&condition, "Write the id of a security group, such as sg-0123456789abcdef0."),
    )
}

/// The variable with the rules of a direction.
fn rule_variable(name: &str, direction: Direction, flows: &[RulesOfFlow]) -> String {
    let variable = format!("{name}_{}", ingress_or_egress(direction));
    let rules: String = flows.iter().map(rules_of_flow).collect();
    let end = if direction == Direction::Inbound { "source" } else { "destination" };
    let description = format!(
        "The {direction} rules: the flows that need each, its protocol, its ports (for ICMP the type and the code, -1 for any), and the network of the {end}"
    );
    let rules_of = format!("values(var.{variable})");
    let mut validations: String =
        VALIDATIONS.iter().map(|(condition, message)| validation(&for_all(&rules_of, condition), message)).collect();
    validations += &validation(
        &for_all(&rules_of, &is_network("rule.cidr")),
        "Each cidr must be a network with its first address, such as 10.0.0.0/8 or 2001:db8::/32.",
    );
    validations += &validation(
        &unique(&variable, "rule.protocol, rule.from_port, rule.to_port, rule.cidr"),
        "A security group can't contain the same rule twice.",
    );
    format!(
        "\nvariable {} {{\n  description = {}\n  type = map(object({{\n    flows     = list(string)\n    protocol  = string\n    \
         from_port = number\n    to_port   = number\n    cidr      = string\n  }}))\n  default = {{\n{rules}  }}\n{validations}}}\n",
        quoted(&variable),
        quoted(&description),
    )
}

fn rules_of_flow(flow: &RulesOfFlow) -> String {
    comment_lines("    ", flow.comments()) + &flow.rules.iter().map(rule).collect::<String>()
}

fn rule(rule: &SecurityGroupRule) -> String {
    let [first, last] = match rule.ports {
        Some((first, last)) => [first, last].map(|port| port.to_string()),
        None => ["null", "null"].map(str::to_string),
    };
    format!(
        "    {} = {{\n      flows     = {}\n      protocol  = {}\n      from_port = {first}\n      to_port   = {last}\n      \
         cidr      = {}\n    }}\n",
        quoted(&rule.key),
        list(&rule.flows),
        quoted(&rule.protocol),
        quoted(&rule.network.to_string()),
    )
}

/// The resource with a rule for each value of the variable. A description can have 255 characters.
fn resource(name: &str, direction: Direction) -> String {
    let word = ingress_or_egress(direction);
    format!(
        "\nresource \"aws_vpc_security_group_{word}_rule\" {} {{
  for_each = var.{name}_{word}

  security_group_id = var.{name}_security_group_id
  description       = substr(join(\", \", each.value.flows), 0, 255)
  ip_protocol       = each.value.protocol
  from_port         = each.value.from_port
  to_port           = each.value.to_port
  cidr_ipv4         = can(regex(\":\", each.value.cidr)) ? null : each.value.cidr
  cidr_ipv6         = can(regex(\":\", each.value.cidr)) ? each.value.cidr : null
}}\n",
        quoted(name),
    )
}

/// The word for a direction in names of AWS.
fn ingress_or_egress(direction: Direction) -> &'static str {
    if direction == Direction::Inbound { "ingress" } else { "egress" }
}
