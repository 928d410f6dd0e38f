//! Estimates from the text of a Markdown page how many pieces the parser makes of it, since each takes some hundred bytes.

use super::super::text::markup_lines;
use super::render::{is_rule, split_cells};

/// What a page may have for each piece, in bytes, beyond the pieces that any page may have.
const BYTES_PER_PIECE: usize = 5;

/// How many pieces any page may have. A vendor's page with a large table has some thousand.
const BASE_PIECES: usize = 20_000;

/// What is wrong with a page that the parser would make too many pieces of.
pub(super) fn excess(text: &str) -> Option<String> {
    (pieces(text) > BASE_PIECES + text.len() / BYTES_PER_PIECE).then(|| {
        format!("page has more than {BASE_PIECES} lines, cells and marks, and one for less than every five bytes")
    })
}

/// At most how many pieces there are: lines, cells, marks of text, quotes and list items, and the cells that short rows lack.
fn pieces(text: &str) -> usize {
    let marks = text.bytes().filter(|byte| b"\n\r|*_`[]<>~#!&\\\"$".contains(byte)).count();
    let is_item = |pair: &&[u8]| b"-+.)".contains(&pair[0]) && b" \t".contains(&pair[1]);
    marks + text.as_bytes().windows(2).filter(is_item).count() + filled_cells(text)
}

/// How many cells the parser adds to rows that have fewer than the header.
fn filled_cells(text: &str) -> usize {
    let (mut filled, mut columns) = (0_usize, 0_usize);
    for line in markup_lines(text) {
        let line = line.trim_start_matches([' ', '\t', '>']).trim_end();
        if line.is_empty() {
            columns = 0;
        } else if is_rule(line) {
            columns = split_cells(line).len();
        } else {
            filled += columns.saturating_sub(line.bytes().filter(|byte| *byte == b'|').count() + 1);
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::{excess, pieces};

    #[test]
    fn lines_marks_list_items_and_missing_cells_are_counted() {
        for (text, count) in [
            ("words, and more: words", 0),
            ("a\r\nb\n", 3),
            ("- 1. x", 2),
            ("1-2 a.b", 0),
            ("a|b|c\n-|-|-\nx\n\ny\n", 4 + 5 + 2),
            ("> a|b|c\n> -|-|-\n> x\n", 4 + 3 + 3 + 2),
        ] {
            assert_eq!(pieces(text), count, "{text:?}");
        }
    }

    #[test]
    fn a_large_page_of_words_is_read_and_one_of_marks_is_not() {
        assert_eq!(excess(&"| Send mail | TCP/25 |\n".repeat(100_000)), None);
        assert!(excess(&"x\n".repeat(100_000)).is_some());
        assert!(excess(&format!("{}\n{}\n{}", "a|".repeat(500), "-|".repeat(500), "x\n".repeat(500))).is_some());
    }
}
