//! Prints columns as a Markdown table.

use port_data::hidden::Shown;

use crate::columns::Columns;

/// The columns as a table that Markdown's readers show cell by cell as it is.
pub fn print(columns: &Columns) -> String {
    let line = |cells: &mut dyn Iterator<Item = String>| format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    let mut text = line(&mut columns.names.iter().map(ToString::to_string));
    text += &line(&mut columns.names.iter().map(|_| "---".to_string()));
    for row in &columns.rows {
        text += &line(&mut row.iter().map(|cell| escape(cell)));
    }
    text
}

/// A text in which Markdown finds nothing to interpret; an address is a link.
pub fn escape(text: &str) -> String {
    if is_address(text) {
        return format!("<{text}>");
    }
    let mut escaped = String::with_capacity(text.len());
    for character in Shown(text).to_string().chars() {
        // What means something to Markdown or to one of its dialects.
        if r"|*_`\<>[]{}#~&$^".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Whether a text is nothing but an address, of characters that end no link and no cell.
fn is_address(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"<>|\\`\"".contains(&byte);
    (text.starts_with("https://") || text.starts_with("http://")) && text.bytes().all(is_plain)
}
