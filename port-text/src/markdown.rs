//! Prints columns as a Markdown table.

use port_data::hidden::Escaped;

use super::columns::Columns;

/// The columns as a table whose cells Markdown displays unchanged.
pub fn print(columns: &Columns) -> String {
    let line = |cells: &mut dyn Iterator<Item = String>| format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    let mut text = line(&mut columns.names.iter().map(ToString::to_string));
    text += &line(&mut columns.names.iter().map(|_| "---".to_string()));
    for row in &columns.rows {
        text += &line(&mut row.iter().map(|cell| escape(cell)));
    }
    text
}

/// A text that Markdown displays unchanged. A URL becomes a link.
pub fn escape(text: &str) -> String {
    if is_url(text) {
        return format!("<{text}>");
    }
    let mut escaped = String::with_capacity(text.len());
    for character in Escaped(text).to_string().chars() {
        // Special characters of Markdown and its dialects.
        if r"|*_`\<>[]{}#~&$^".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Whether a text is a URL without characters that end a link or a cell.
fn is_url(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"<>|\\`\"".contains(&byte);
    (text.starts_with("https://") || text.starts_with("http://")) && text.bytes().all(is_plain)
}
