//! Terraform: variables with the rules, which terraform validates, and the resources that use them.
//!
//! The rules are values of variables, so that terraform checks edited ports, networks and protocols before it changes anything, and
//! so that a module's user can replace them. All names begin with the ruleset's, so that several rulesets can be in one directory.

use port_core::Direction;

use super::writer::Writer;
use crate::rules::model::one_line;
use crate::rules::target::Target;

mod aws;
mod azure;

/// The targets, the usual one first.
pub const TARGETS: &[Target] = &[Target::Aws, Target::Azure];

/// How to write a configuration for a target.
pub(super) fn writer(target: Option<Target>) -> Writer {
    if target == Some(Target::Azure) { azure::WRITER } else { aws::WRITER }
}

/// A quoted string without templates.
fn quoted(text: &str) -> String {
    super::text::quoted(&one_line(text)).replace("${", "$${").replace("%{", "%%{")
}

/// Strings as a list.
fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| quoted(&item.to_string())).collect();
    format!("[{}]", items.join(", "))
}

/// A validation of a variable.
fn validation(condition: &str, message: &str) -> String {
    let message = quoted(message);
    let aligned = if condition.contains('\n') { "condition" } else { "condition    " };
    format!("\n  validation {{\n    {aligned} = {condition}\n    error_message = {message}\n  }}\n")
}

/// A condition that holds for all items of a list. `rule` is the item.
fn for_all(list: &str, condition: &str) -> String {
    format!("alltrue([\n      for rule in {list} :\n      {condition}\n    ])")
}

/// The condition that all rules of a map are different in these expressions.
fn unique(map: &str, expressions: &str) -> String {
    format!(
        "length(var.{map}) == length(distinct([\n      for rule in values(var.{map}) : jsonencode([{expressions}])\n    ]))"
    )
}

/// The condition that an expression is a network, with its first address in the shortest form.
fn is_network(expression: &str) -> String {
    format!("try(lower({expression}) == \"${{cidrhost({expression}, 0)}}/${{split(\"/\", {expression})[1]}}\", false)")
}

/// The word for a direction in names of AWS.
fn ingress_or_egress(direction: Direction) -> &'static str {
    if direction == Direction::Inbound { "ingress" } else { "egress" }
}
