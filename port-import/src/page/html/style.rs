//! What the tag, the attributes and the inline style of an element say about its text: hidden, struck out, raised, small.

use super::super::table::SkippedKind;
use super::tree::{Node, is_any};

/// Elements that a browser never displays as text; sorted.
const NOT_DISPLAYED: [&str; 6] = ["head", "noscript", "script", "style", "template", "title"];

pub(super) fn is_not_displayed(node: &Node) -> bool {
    is_any(node, &NOT_DISPLAYED)
}

/// Why an element isn't part of the text of an article, if it isn't.
pub(super) fn skipped_kind(node: &Node) -> Option<SkippedKind> {
    let is = |name: &str, value: &str| node.attribute(name) == Some(value);
    if is_not_displayed(node) {
        Some(SkippedKind::NotDisplayed)
    } else if node.name() == "pre" {
        Some(SkippedKind::Code)
    } else if node.name() == "nav" || is("role", "navigation") || is("role", "doc-toc") || is("id", "toc") {
        Some(SkippedKind::Navigation)
    } else if is("id", "footer-text") || is("id", "footer") && node.name() == "div" {
        // asciidoctor prints there when it was run.
        Some(SkippedKind::Footer)
    } else {
        None
    }
}

/// Whether the text of an element is hidden or struck out.
pub(super) fn concealed_kind(node: &Node) -> Option<SkippedKind> {
    let is_hidden = |property: &str, value: &str| match property {
        "display" => value.starts_with("none"),
        "visibility" => value.starts_with("hidden") || value.starts_with("collapse"),
        _ => false,
    };
    let is_struck_out =
        |property: &str, value: &str| property.starts_with("text-decoration") && value.contains("line-through");
    if node.attribute("hidden").is_some() || has_rule(node, is_hidden) {
        Some(SkippedKind::Hidden)
    } else if is_any(node, &["del", "s", "strike"]) || has_rule(node, is_struck_out) {
        Some(SkippedKind::StruckOut)
    } else {
        None
    }
}

pub(super) fn is_superscript(node: &Node) -> bool {
    let is_raised = |property: &str, value: &str| property == "vertical-align" && value == "super";
    let is_named = |class: &str| ["sup", "super", "superscript"].iter().any(|name| class.eq_ignore_ascii_case(name));
    !is_any(node, &["td", "th"]) && (node.name() == "sup" || has_rule(node, is_raised) || node.has_class(is_named))
}

/// Whether an element may be the mark of a footnote: a link, or text that is small or moved up.
pub(super) fn may_be_mark(node: &Node) -> bool {
    let is_small_or_raised = |property: &str, value: &str| match property {
        "font-size" => is_small(value),
        "top" | "bottom" => value.starts_with(['-', '.']) || value.starts_with(|c: char| ('1'..='9').contains(&c)),
        "vertical-align" => !matches!(value, "baseline" | "inherit" | "initial"),
        _ => false,
    };
    let is_link = node.name() == "a" && node.attribute("href").is_some();
    let is_inline = is_any(node, &["b", "em", "font", "i", "span", "strong", "u"]);
    is_link || is_any(node, &["small", "sub"]) || is_inline && has_rule(node, is_small_or_raised)
}

/// Whether a font size is smaller than that of the text around it, or of any text.
fn is_small(value: &str) -> bool {
    let end = value.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(value.len());
    let (number, unit) = value.split_at(end);
    let below = |limit: f64| number.parse::<f64>().is_ok_and(|number| number < limit);
    match unit.trim() {
        "%" => below(100.0),
        "em" => below(1.0),
        "px" => below(11.0),
        "pt" => below(8.5),
        word => number.is_empty() && matches!(word, "small" | "smaller" | "x-small" | "xx-small"),
    }
}

/// Whether a rule of an element's inline style satisfies a predicate. Names and values are in lowercase.
fn has_rule(node: &Node, predicate: impl Fn(&str, &str) -> bool) -> bool {
    node.attribute("style").is_some_and(|style| {
        style.split(';').filter_map(|rule| rule.split_once(':')).any(|(property, value)| {
            predicate(&property.trim().to_ascii_lowercase(), &value.trim().to_ascii_lowercase())
        })
    })
}
