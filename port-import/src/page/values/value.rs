//! The values of a text capture without bars.

use super::super::table::{Cell, Line};
use super::super::text::fold;

/// Consecutive lines that aren't blank, as one text.
pub(super) struct Value {
    pub line: usize,
    pub text: String,
}

impl Value {
    pub(super) fn to_line(&self) -> Line {
        Line::new(self.line, self.text.clone())
    }

    pub(super) fn to_cell(&self) -> Cell {
        Cell { text: self.text.clone(), line: self.line, ..Cell::default() }
    }
}

/// The values of a page.
pub(super) fn values(text: &str) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    let mut is_open = false;
    for (source, line) in text.lines().zip(1..) {
        let text = fold(source);
        match values.last_mut().filter(|_| is_open) {
            _ if text.is_empty() => is_open = false,
            Some(value) => {
                value.text.push(' ');
                value.text.push_str(&text);
            }
            None => {
                is_open = true;
                values.push(Value { line, text });
            }
        }
    }
    values
}
