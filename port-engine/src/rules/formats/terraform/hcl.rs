//! Terraform's language: strings, lists, and validations of variables.

use crate::rules::formats::text;
use crate::rules::model::one_line;

/// A quoted string without templates.
pub(super) fn quoted(text: &str) -> String {
    text::quoted(&one_line(text)).replace("${", "$${").replace("%{", "%%{")
}

/// Strings as a list.
pub(super) fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| quoted(&item.to_string())).collect();
    format!("[{}]", items.join(", "))
}

/// A validation of a variable.
pub(super) fn validation(condition: &str, message: &str) -> String {
    let message = quoted(message);
    let aligned = if condition.contains('\n') { "condition" } else { "condition    " };
    format!("\n  validation {{\n    {aligned} = {condition}\n    error_message = {message}\n  }}\n")
}

/// A condition that holds for all items of a list. `rule` is the item.
pub(super) fn for_all(list: &str, condition: &str) -> String {
    format!("alltrue([\n      for rule in {list} :\n      {condition}\n    ])")
}

/// The condition that all rules of a map are different in these expressions.
pub(super) fn unique(map: &str, expressions: &str) -> String {
    format!(
        "length(var.{map}) == length(distinct([\n      for rule in values(var.{map}) : jsonencode([{expressions}])\n    ]))"
    )
}

/// The condition that an expression is a network, with its first address in the shortest form.
pub(super) fn is_network(expression: &str) -> String {
    format!("try(lower({expression}) == \"${{cidrhost({expression}, 0)}}/${{split(\"/\", {expression})[1]}}\", false)")
}
