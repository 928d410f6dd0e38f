//! The text outside the tables of a page, in the parts that a person reads: each paragraph with a number or a host, and the rest of what
//! is printed between two tables or headings.

use super::{OutsideText, Prose};
use crate::page::{Line, LineKind, Page};

/// The numbers that may be ports. Lower ones count chapters and steps.
const PORTS: std::ops::RangeInclusive<u32> = 7..=65_535;

/// The texts in the page's order, those of a cell's footnotes after its table.
pub(super) fn texts(page: &Page) -> Vec<OutsideText> {
    let mut found = Vec::new();
    let mut stretch = Stretch::default();
    // A line without letters or digits, such as what is left of a picture, has no meaning.
    let with_words = page.text_outside_tables.iter().filter(|line| line.text.chars().any(char::is_alphanumeric));
    for line in with_words {
        let after_tables = tables_above(page, line.number);
        if line.kind == LineKind::Heading || stretch.after_tables != after_tables {
            found.extend(stretch.finish());
            stretch.after_tables = after_tables;
        }
        let prose = Prose::digest(&line.text);
        let has_rows = page.tables.iter().any(|table| table.text.as_ref() == Some(&prose.digest));
        if has_rows || has_facts(&prose) {
            found.push(OutsideText { prose, line: line.number, after_tables, words: Some(line.text.clone()) });
        } else {
            stretch.lines.push(line);
        }
    }
    found.extend(stretch.finish());
    for table in &page.tables {
        for cell in table.rows.iter().flat_map(|row| &row.cells) {
            // A mark alone is kept with its cell.
            let is_mark = |note: &&String| cell.marks.iter().any(|mark| **note == format!("[{mark}]"));
            let notes = cell.footnotes.iter().filter(|note| !is_mark(note));
            found.extend(notes.map(|note| OutsideText {
                prose: Prose::digest(note),
                line: cell.line,
                after_tables: tables_above(page, cell.line),
                words: Some(note.clone()),
            }));
        }
    }
    found.sort_by_key(|text| text.line);
    found
}

/// Whether a person must say what a text is.
pub fn has_facts(prose: &Prose) -> bool {
    facts(prose).next().is_some()
}

/// The numbers of a text that may be ports, and its hosts.
pub fn facts(prose: &Prose) -> impl Iterator<Item = &String> {
    let is_port = |number: &&String| number.parse().is_ok_and(|number| PORTS.contains(&number));
    prose.numbers.iter().filter(is_port).chain(&prose.hosts)
}

fn tables_above(page: &Page, line: usize) -> usize {
    page.tables.iter().filter_map(|table| table.header.first()).filter(|name| name.number < line).count()
}

/// The lines without facts between two tables or headings.
#[derive(Default)]
struct Stretch<'a> {
    lines: Vec<&'a Line>,
    after_tables: usize,
}

impl Stretch<'_> {
    /// The text of the lines, and a new stretch.
    fn finish(&mut self) -> Option<OutsideText> {
        let line = self.lines.first()?.number;
        let words: Vec<&str> = self.lines.drain(..).map(|line| line.text.as_str()).collect();
        let words = words.join(" ");
        let prose = Prose::digest(&words);
        Some(OutsideText { prose, line, after_tables: self.after_tables, words: Some(words) })
    }
}
