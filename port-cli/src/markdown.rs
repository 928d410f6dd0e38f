//! Prints columns as a Markdown table.

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
    if text.starts_with("https://") || text.starts_with("http://") {
        return format!("<{text}>");
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '|' | '*' | '_' | '`' | '\\' | '<' | '>' | '[' | ']' | '#' | '~' | '&' | '$') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::print;
    use crate::columns::Columns;

    #[test]
    fn a_bar_in_a_cell_is_no_new_cell() {
        let columns = Columns { names: vec!["ports"], rows: vec![vec!["tcp/25 | tcp/465 *".to_string()]] };
        assert_eq!(print(&columns), "| ports |\n| --- |\n| tcp/25 \\| tcp/465 \\* |\n");
    }
}
