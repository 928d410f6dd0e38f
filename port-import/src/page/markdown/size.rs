//! Estimates from the text of a Markdown page how many parts the parser makes of it, since each takes some hundred bytes.

use super::super::text::markup_lines;
use super::render::{is_rule, split_cells};

/// How many parts any page may have. A vendor's page with large tables has some thousand.
const BASE_PARTS: usize = 40_000;

/// How many bytes a page has for each part beyond those. The parser takes about 450 bytes for a part when its memory has just
/// doubled, which fits into the 150 bytes for each byte of [`MAX_BYTES`](super::super::limits::MAX_BYTES).
const BYTES_PER_PART: usize = 4;

/// The diagnostic for a page from which the parser would make too many parts.
pub(super) fn excess(text: &str) -> Option<String> {
    let (parts, most) = (parts(text), BASE_PARTS + text.len() / BYTES_PER_PART);
    (parts > most).then(|| {
        format!("page has too many lines, cells and marks (about {parts} parts, at most {most} at its length)")
    })
}

/// At most how many parts there are. A line may be a row with a cell and its text, and text follows each mark and bar. Marks also
/// begin quotes and items of lists, many in one line.
fn parts(text: &str) -> usize {
    let marks = text.bytes().filter(|byte| b"|*_`[]<>~#!&\\\"$".contains(byte)).count();
    let is_item = |pair: &&[u8]| b"-+.)".contains(&pair[0]) && b" \t".contains(&pair[1]);
    let items = text.as_bytes().windows(2).filter(is_item).count();
    3 * markup_lines(text).count() + 2 * (marks + items) + missing_cells(text)
}

/// How many cells rows lack compared to their header. The parser adds them.
fn missing_cells(text: &str) -> usize {
    let (mut missing, mut columns) = (0, 0_usize);
    for line in markup_lines(text) {
        let line = line.trim_start_matches([' ', '\t', '>']).trim_end();
        if line.is_empty() {
            columns = 0;
        } else if is_rule(line) {
            columns = split_cells(line).len();
        } else {
            missing += columns.saturating_sub(line.matches('|').count() + 1);
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::{excess, parts};

    #[test]
    fn lines_marks_items_and_missing_cells_are_counted() {
        for (text, count) in [
            ("words, and more: words", 3),
            ("a\r\nb\rc\n", 9),
            ("- 1. x", 3 + 2 * 2),
            ("1-2 a.b", 3),
            ("a|b|c\n-|-|-\nx\n\ny\n", 3 * 5 + 2 * 4 + 2),
            ("> a|b|c\n> -|-|-\n> x\n", 3 * 3 + 2 * (3 + 4) + 2),
        ] {
            assert_eq!(parts(text), count, "{text:?}");
        }
    }

    #[test]
    fn a_large_page_of_words_is_read_and_one_of_marks_is_not() {
        assert_eq!(excess(&"| Send mail of all users | TCP/25 |\n".repeat(100_000)), None);
        assert!(excess(&"x\n".repeat(100_000)).is_some());
        assert!(excess(&format!("{}\n{}\n{}", "a|".repeat(500), "-|".repeat(500), "x\n".repeat(500))).is_some());
    }
}
