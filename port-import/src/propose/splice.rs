//! Replaces parts of a text, and leaves the rest as it is.

use std::ops::Range;

/// A part of a text and its replacement.
#[derive(Debug)]
pub(super) struct Splice {
    range: Range<usize>,
    text: String,
}

impl Splice {
    pub(super) fn replace(range: Range<usize>, text: &str) -> Splice {
        Splice { range, text: text.to_string() }
    }

    pub(super) fn insert(position: usize, text: &str) -> Splice {
        Splice::replace(position..position, text)
    }
}

/// The ranges of a text's lines, without their ends.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_inclusive('\n').scan(0, |start, line| {
        let range = *start..*start + line.trim_end_matches(['\n', '\r']).len();
        *start += line.len();
        Some(range)
    })
}

/// The text after all replacements. Texts that are inserted at one position keep their order. A replacement that overlaps an
/// earlier one isn't made.
pub(super) fn apply(text: &str, mut splices: Vec<Splice>) -> String {
    splices.sort_by_key(|splice| (splice.range.start, !splice.range.is_empty()));
    let mut new = String::new();
    let mut position = 0;
    for Splice { range, text: inserted } in splices {
        if range.start < position {
            continue;
        }
        new += &text[position..range.start];
        if range.start == text.len() && !inserted.starts_with('\n') && !new.is_empty() && !new.ends_with('\n') {
            new.push('\n');
        }
        new += &inserted;
        position = range.end;
    }
    new + &text[position..]
}

#[cfg(test)]
mod tests {
    use super::{Splice, apply, lines};

    #[test]
    fn parts_are_replaced_in_their_order() {
        let text = "a\nb\r\nc";
        assert_eq!(lines(text).collect::<Vec<_>>(), [0..1, 2..3, 5..6]);
        let splices = vec![
            Splice::insert(text.len(), "d\n"),
            Splice::replace(2..3, "x"),
            Splice::insert(2, "y"),
            Splice::replace(2..4, "z"),
        ];
        assert_eq!(apply(text, splices), "a\nyx\r\nc\nd\n");
    }
}
