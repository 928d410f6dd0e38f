//! A simple CSS selector: a tag, ids, classes and attributes of one element, such as `div.post` or `#post-382858`.

use port_data::hidden::Escaped;

use super::tree::Node;

pub(super) struct Selector {
    tag: Option<String>,
    conditions: Vec<Condition>,
}

enum Condition {
    Id(String),
    Class(String),
    /// An attribute, and its value if it must have a certain one.
    Attribute(String, Option<String>),
}

impl Selector {
    /// Parses a selector, or returns what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let invalid = || format!("unknown selector \"{}\" of the article", Escaped(text));
        let is_name =
            |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ':'));
        let start = text.find(['#', '.', '[']).unwrap_or(text.len());
        let (tag, mut rest) = text.split_at(start);
        let mut selector = Self { tag: None, conditions: Vec::new() };
        if !tag.is_empty() {
            selector.tag = Some(tag.to_ascii_lowercase()).filter(|tag| is_name(tag));
            if selector.tag.is_none() {
                return Err(invalid());
            }
        }
        while let Some(mark) = rest.chars().next() {
            let condition = if mark == '[' {
                let (inside, after) = rest[1..].split_once(']').ok_or_else(invalid)?;
                rest = after;
                let (name, value) = match inside.split_once('=') {
                    Some((name, value)) => (name, Some(value.trim_matches(['"', '\'']).to_owned())),
                    None => (inside, None),
                };
                Some(Condition::Attribute(name.to_owned(), value)).filter(|_| is_name(name))
            } else {
                let end = rest[1..].find(['#', '.', '[']).map_or(rest.len(), |end| end + 1);
                let name = rest[1..end].to_owned();
                rest = &rest[end..];
                let condition = if mark == '#' { Condition::Id(name.clone()) } else { Condition::Class(name.clone()) };
                Some(condition).filter(|_| is_name(&name))
            };
            selector.conditions.push(condition.ok_or_else(invalid)?);
        }
        if selector.tag.is_none() && selector.conditions.is_empty() { Err(invalid()) } else { Ok(selector) }
    }

    pub(super) fn has_id(&self) -> bool {
        self.conditions.iter().any(|condition| matches!(condition, Condition::Id(_)))
    }

    pub(super) fn matches(&self, node: &Node) -> bool {
        self.tag.as_ref().is_none_or(|tag| node.name() == tag)
            && self.conditions.iter().all(|condition| match condition {
                Condition::Id(id) => node.attribute("id") == Some(id),
                Condition::Class(class) => node.has_class(|name| name == class),
                Condition::Attribute(name, None) => node.attribute(name).is_some(),
                Condition::Attribute(name, Some(value)) => node.attribute(name) == Some(value),
            })
    }
}
