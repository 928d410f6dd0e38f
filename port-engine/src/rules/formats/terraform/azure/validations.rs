//! The validations of rules for Azure: conditions in Terraform's language, with the messages if one doesn't hold.

use crate::rules::formats::terraform::hcl::{for_all, is_network, unique, validation};

/// The longest name of a rule, in characters.
pub(super) const LONGEST_NAME: usize = 80;

/// How many priorities the rules of a ruleset are spread over: as many as a network security group can have rules.
pub(super) const PRIORITIES: u32 = 1000;

/// Conditions for the name of a rule, which is the key of the map. `rule` is the name.
const NAME: &str = "can(regex(\"^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$\", rule))";

/// Conditions for a rule.
const RULE: [(&str, &str); 5] = [
    ("contains([\"Inbound\", \"Outbound\"], rule.direction)", "Each direction must be Inbound or Outbound."),
    (
        "contains([\"Tcp\", \"Udp\", \"Icmp\", \"Esp\", \"Ah\"], rule.protocol)",
        "Each protocol must be Tcp, Udp, Icmp, Esp or Ah.",
    ),
    (
        "!contains([\"Tcp\", \"Udp\"], rule.protocol) || (length(rule.ports) > 0 && alltrue([
        for range in rule.ports :
        can(regex(\"^[1-9][0-9]*(-[1-9][0-9]*)?$\", range)) &&
        try(tonumber(split(\"-\", range)[0]) <= tonumber(reverse(split(\"-\", range))[0]), false) &&
        try(tonumber(reverse(split(\"-\", range))[0]) <= 65535, false)
      ]))",
        "For Tcp and Udp, ports must list numbers from 1 to 65535, and ascending ranges such as 8000-8100.",
    ),
    (
        "contains([\"Tcp\", \"Udp\"], rule.protocol) || rule.ports == tolist([\"*\"])",
        "For protocols without ports, ports must be [\"*\"].",
    ),
    (
        "length(distinct([
        for network in concat(rule.sources, rule.destinations) : can(regex(\":\", network)) if network != \"*\"
      ])) <= 1",
        "A rule can't have networks of both IPv4 and IPv6.",
    ),
];

/// The validations of the variable with the rules.
pub(super) fn validations(variable: &str) -> String {
    let names = format!("keys(var.{variable})");
    let rules = format!("values(var.{variable})");
    let network = is_network("network");
    let ends = format!(
        "alltrue([
        for end in [rule.sources, rule.destinations] :
        length(end) > 0 && (end == tolist([\"*\"]) || alltrue([for network in end : {network}]))
      ])"
    );
    let offset =
        format!("try(0 <= rule.offset && rule.offset < {PRIORITIES} && floor(rule.offset) == rule.offset, false)");
    let mut text = validation(
        &for_all(&names, &format!("length(rule) <= {LONGEST_NAME} && {NAME}")),
        &format!("Each name must have at most {LONGEST_NAME} letters, digits, underscores, dots and hyphens."),
    );
    for (condition, message) in RULE {
        text += &validation(&for_all(&rules, condition), message);
    }
    text += &validation(
        &for_all(&rules, &ends),
        "Sources and destinations must list networks with their first address, such as 10.0.0.0/8, or be [\"*\"].",
    );
    text += &validation(
        &for_all(&rules, &offset),
        &format!("Each offset must be a whole number from 0 to {}.", PRIORITIES - 1),
    );
    text + &validation(
        &unique(variable, "rule.direction, rule.offset"),
        "Rules of one direction must have different offsets.",
    )
}
