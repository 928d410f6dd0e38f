//! The syntax of the CLI: edits, names and comments.

use crate::rules::model::one_line;

/// The longest of all other names, in characters.
pub(super) const LONGEST_NAME: usize = 79;

/// The longest comment, in bytes.
pub(super) const LONGEST_COMMENT: usize = 255;

/// The edit of an entry, with the lines that set its fields.
pub(super) fn edit(name: &str, lines: &[String]) -> String {
    let lines: String = lines.iter().map(|line| format!("        {line}\n")).collect();
    format!("    edit {name}\n{lines}    next\n")
}

pub(super) fn quoted(name: &str) -> String {
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
