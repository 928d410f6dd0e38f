//! The text of a cell or a paragraph, with what was taken out of it.

use super::super::doubt::Doubt;
use super::super::table::{Line, Skipped, SkippedKind};
use super::super::text::fold;
use super::tree::{Element, Kind};

/// In a text, a place where a mark or dropped text was. Parsed HTML doesn't contain this character.
pub(super) const REMOVED: char = '\0';

/// The text of an element.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ExtractedText {
    pub text: String,
    /// The line of the first word.
    pub line: usize,
    pub footnotes: Vec<String>,
    /// The marks in superscript.
    pub marks: Vec<String>,
    /// What the curation must decide if the text is in a table.
    pub doubts: Vec<Doubt>,
    /// What isn't displayed, or is dropped by the curation.
    pub skipped: Vec<Skipped>,
}

impl ExtractedText {
    /// The text and the footnotes as lines of text outside tables.
    pub(super) fn into_lines(self) -> impl Iterator<Item = Line> {
        let number = self.line;
        let texts = [self.text].into_iter().filter(|text| !text.is_empty()).chain(self.footnotes);
        texts.map(move |text| Line::new(number, text))
    }

    /// A term of a definition list with its definition.
    pub(super) fn with_definition(self, definition: ExtractedText) -> Self {
        let colon = if self.text.ends_with(':') { "" } else { ":" };
        Self {
            text: format!("{}{colon} {}", self.text, definition.text),
            line: self.line,
            footnotes: [self.footnotes, definition.footnotes].concat(),
            marks: [self.marks, definition.marks].concat(),
            doubts: [self.doubts, definition.doubts].concat(),
            skipped: [self.skipped, definition.skipped].concat(),
        }
    }
}

/// The text of an element that is skipped, line by line.
pub(super) fn skipped_lines(element: Element, kind: SkippedKind) -> Vec<Skipped> {
    let texts = element.descendants().filter_map(|node| match &node.value().kind {
        Kind::Text(text) => Some((node.value().line, text.trim_start())),
        _ => None,
    });
    let lines = texts.flat_map(|(line, text)| (line..).zip(text.split('\n')));
    let lines = lines.map(|(number, text)| Skipped { number, text: fold(text), kind });
    lines.filter(|skipped| !skipped.text.is_empty()).collect()
}

/// Folds a text. Where something was removed between two letters or digits, a space keeps them apart.
pub(super) fn without_removed(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for part in text.split(REMOVED) {
        if kept.ends_with(char::is_alphanumeric) && part.starts_with(char::is_alphanumeric) {
            kept.push(' ');
        }
        kept.push_str(part);
    }
    fold(&kept)
}
