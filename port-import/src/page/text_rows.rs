//! Makes tables of the texts that print rows, such as a sentence that lists ports.
//!
//! The curation names the text by its digest and lists the rows in the words of the text. Each cell must be in the text as whole
//! words. The text stays text outside the tables, so that its digest is in the capture.

use port_data::hidden::Escaped;

use super::codes;
use super::hints::{Hints, TextRows};
use super::problems::Problems;
use super::table::{Cell, Line, Page, Row, Table};
use super::text::quote;
use crate::digest::digest_of_words;

/// The number of characters of a text that a message shows.
const SHOWN: usize = 300;

/// Inserts a table for each text of the curation, below the tables above the text.
pub(super) fn make_tables(page: &mut Page, hints: &Hints, problems: &mut Problems) {
    for text in &hints.texts {
        let found = page.text_outside_tables.iter().find(|line| digest_of_words(&line.text) == text.digest);
        let Some(line) = found else {
            report_missing(page, text, problems);
            continue;
        };
        report_unprinted(line, text, problems);
        let cell = |cell: &String| Cell { text: cell.clone(), line: line.number, ..Cell::default() };
        let row = |row: &Vec<String>| Row { line: line.number, cells: row.iter().map(cell).collect() };
        let table = Table {
            heading: page.heading_above(line).cloned(),
            text: Some(text.digest.clone()),
            header: text.columns.iter().map(|name| Line::new(line.number, name)).collect(),
            rows: text.rows.iter().map(row).collect(),
        };
        let begins_above = |other: &&Table| other.header.first().is_some_and(|name| name.number <= line.number);
        let above = page.tables.iter().filter(begins_above).count();
        page.tables.insert(above, table);
    }
}

/// Reports cells that a text doesn't print.
fn report_unprinted(line: &Line, text: &TextRows, problems: &mut Problems) {
    let cells = text.rows.iter().flat_map(|row| text.columns.iter().zip(row));
    for (column, cell) in cells.filter(|(_, cell)| !prints(&line.text, cell)) {
        let words: String = line.text.chars().take(SHOWN).collect();
        let more = if words.len() < line.text.len() { "..." } else { "" };
        let words = Escaped(&words);
        let message = format!(
            "text doesn't print the cell {} of the column {} (found \"{words}{more}\")",
            quote(cell),
            quote(column)
        );
        let help = "copy whole words of the text into the rows of its table in the curation";
        problems.report(line.number, codes::TEXT_ROWS, message, help);
    }
}

/// Reports a text that isn't on the page, with the one that resembles it most.
fn report_missing(page: &Page, text: &TextRows, problems: &mut Problems) {
    let cells: Vec<&String> = text.rows.iter().flatten().filter(|cell| !cell.is_empty()).collect();
    let printed = |line: &Line| cells.iter().filter(|cell| prints(&line.text, cell)).count();
    let message = format!("text {} isn't on the page, but the curation lists its rows", quote(&text.digest));
    // Of several that print as much, the first.
    match page.text_outside_tables.iter().rev().max_by_key(|line| printed(line)).filter(|line| printed(line) > 0) {
        Some(line) => {
            let (count, all, digest) = (printed(line), cells.len(), digest_of_words(&line.text));
            let help = format!(
                "read the text of this line, which prints {count} of the {all} cells; if it is the same one, set text = {digest:?} \
                 and correct the rows"
            );
            problems.report(line.number, codes::TEXT_ROWS, message, help);
        }
        None => problems.report_page(
            codes::TEXT_ROWS,
            message,
            "if the vendor removed it, remove its table from the curation",
        ),
    }
}

/// Whether a text contains words as a whole. A number is only a whole one: neither `0` nor `192` is in `192.0`.
fn prints(text: &str, words: &str) -> bool {
    let is_at = |start: usize| {
        let (before, after) = (text[..start].chars().rev(), text[start + words.len()..].chars());
        is_boundary(words.chars().next(), before) && is_boundary(words.chars().next_back(), after)
    };
    words.is_empty() || text.match_indices(words).any(|(start, _)| is_at(start))
}

/// Whether words can end with a character that is followed by others, or begin with one after others.
fn is_boundary(inner: Option<char>, mut outer: impl Iterator<Item = char>) -> bool {
    let (Some(inner), Some(next)) = (inner, outer.next()) else { return true };
    let is_in_number = inner.is_ascii_digit() && matches!(next, '.' | ',');
    let continues = is_in_number && outer.next().is_some_and(|other| other.is_ascii_digit());
    !(continues || inner.is_alphanumeric() && next.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{read, rows_as_text};
    use super::super::{Hints, Layout, TextRows};
    use super::prints;
    use crate::digest::digest_of_words;

    #[test]
    fn only_whole_words_are_printed() {
        let text = "Uses 7000 (7001 if SSL is on), 9042/tcp and 192.0.2.1:80; 1,024-65,535 for S\u{e9}ance.";
        for words in [
            "",
            "7000",
            "7001 if SSL is on",
            "(7001",
            "9042/tcp",
            "9042",
            "tcp",
            "80",
            "1,024",
            "65,535",
            "S\u{e9}ance.",
        ] {
            assert!(prints(text, words), "{words}");
        }
        for words in ["700", "000", "uses", "192", "0", "2.1", "024", "65", "535", "S", "ance", "8"] {
            assert!(!prints(text, words), "{words}");
        }
        // A later occurrence may be whole.
        assert!(prints("70001 and 7000", "7000"));
    }

    #[test]
    fn texts_are_tables_in_the_order_of_the_page() {
        let sentence = "Nodes use 7000, and clients 9042 over TCP.";
        let page = format!(
            "# Names\n\n| A | B |\n|---|---|\n| x | y |\n\n# Ports\n\n{sentence}\n\n# Others\n\n| A | B |\n|---|---|\n| z | y |\n"
        );
        let rows = [["7000", "Nodes"], ["9042", "clients"]].map(|row| row.map(str::to_owned).to_vec()).to_vec();
        let columns = ["Port", "Use"].map(str::to_owned).to_vec();
        let texts = vec![TextRows { digest: digest_of_words(sentence), columns, rows }];
        let page = read(&page, Layout::Markdown, &Hints { texts, ..Hints::default() }).unwrap();
        let headings: Vec<_> = page.tables.iter().map(|table| table.heading.as_ref().unwrap().text.as_str()).collect();
        assert_eq!(headings, ["Names", "Ports", "Others"]);
        assert_eq!(rows_as_text(&page), ["5 x / y", "9 7000 / Nodes", "9 9042 / clients", "15 z / y"]);
        assert!(page.text_outside_tables.iter().any(|line| line.text == sentence));
    }
}
