//! The entries of a configuration, and how the CLI writes them.

use crate::rules::model::one_line;

/// The longest of all other names, in characters.
pub(super) const LONGEST_NAME: usize = 79;

/// The longest comment, in bytes.
pub(super) const LONGEST_COMMENT: usize = 255;

/// An entry of a section.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::rules::formats) struct Entry {
    pub key: Key,
    pub fields: Vec<(&'static str, Value)>,
}

/// What identifies an entry in its section.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::rules::formats) enum Key {
    Name(String),
    Number(u32),
}

/// The value of a field. Names and comments contain nothing that has to be escaped.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::rules::formats) enum Value {
    /// A word of the CLI, an address or a list of ranges.
    Plain(String),
    /// A comment or a host name.
    Text(String),
    /// The names of other entries.
    Names(Vec<String>),
    /// No value: an earlier load may have set one.
    Nothing,
}

impl Value {
    pub(super) fn plain(value: impl Into<String>) -> Value {
        Value::Plain(value.into())
    }

    /// The name of one entry.
    pub(super) fn name(name: impl Into<String>) -> Value {
        Value::Names(vec![name.into()])
    }
}

impl Entry {
    /// An entry with a name.
    pub(super) fn named(name: &str, fields: Vec<(&'static str, Value)>) -> Entry {
        Entry { key: Key::Name(name.to_string()), fields }
    }

    /// The edit of the entry, with the lines that set its fields.
    pub(super) fn edit(&self) -> String {
        let key = match &self.key {
            Key::Name(name) => quoted(name),
            Key::Number(number) => number.to_string(),
        };
        let line = |(field, value): &(&str, Value)| match value {
            Value::Plain(value) => format!("        set {field} {value}\n"),
            Value::Text(value) => format!("        set {field} {}\n", quoted(value)),
            Value::Names(names) => {
                let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
                format!("        set {field} {}\n", names.join(" "))
            }
            Value::Nothing => format!("        unset {field}\n"),
        };
        format!("    edit {key}\n{}    next\n", self.fields.iter().map(line).collect::<String>())
    }
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// A text without characters that the CLI rejects or needs escaped, cut to `max` bytes.
pub(super) fn value(text: &str, max: usize) -> String {
    let text = one_line(text).replace(['"', '\'', '\\', '<', '>', '?'], " ");
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].trim().to_string()
}
