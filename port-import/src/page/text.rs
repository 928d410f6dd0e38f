//! Whitespace and padding of a page's text, and the lines of a text capture.

use port_data::hidden::Escaped;

use super::table::{Cell, Line};

/// Whether a character is padding that is displayed as nothing: the byte order mark, the zero-width space, the word joiner, the
/// soft hyphen, and the variation selectors that choose between a plain and a coloured check mark.
fn is_padding(character: char) -> bool {
    matches!(character, '\u{feff}' | '\u{200b}' | '\u{2060}' | '\u{ad}' | '\u{fe00}'..='\u{fe0f}')
}

/// Whether a character separates words: any whitespace but U+000B and U+0085. No page has those two on purpose; they appear
/// when a page in another encoding was decoded wrongly.
fn separates_words(character: char) -> bool {
    character.is_whitespace() && !matches!(character, '\u{b}' | '\u{85}')
}

/// A line of a text capture that isn't blank.
pub(super) struct SourceLine {
    /// The line, from 1.
    pub number: usize,
    /// The text, normalized by [`fold`].
    pub text: String,
}

/// The structure of a line, according to its bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Text without bars.
    Plain,
    /// Only bars: how many.
    Bars(usize),
    /// A rule below a header: how many columns it has.
    Rule(usize),
    /// Text with bars.
    Cells,
}

impl SourceLine {
    pub(super) fn shape(&self) -> Shape {
        let bars = self.text.matches('|').count();
        if bars == 0 {
            Shape::Plain
        } else if self.text.chars().all(|c| c == '|' || c.is_whitespace()) {
            Shape::Bars(bars)
        } else {
            columns_of_rule(&self.text).map_or(Shape::Cells, Shape::Rule)
        }
    }

    /// Whether the line is one cell, ended by its only bar.
    pub(super) fn is_one_cell(&self) -> bool {
        self.shape() == Shape::Cells && self.text.ends_with('|') && !self.without_last_bar().contains('|')
    }

    /// The text without the bar that ends it.
    pub(super) fn without_last_bar(&self) -> &str {
        self.text.strip_suffix('|').unwrap_or(&self.text).trim_end()
    }

    /// The line without the bar that ends it.
    pub(super) fn to_line(&self) -> Line {
        Line::new(self.number, self.without_last_bar())
    }
}

/// The number of columns of a rule such as `---|---|`. A single column isn't a rule, since it may be a cell of dashes.
fn columns_of_rule(text: &str) -> Option<usize> {
    let mut columns = 0;
    for part in text.split('|').map(str::trim).filter(|part| !part.is_empty()) {
        let dashes = part.trim_start_matches(':').trim_end_matches(':');
        if dashes.len() < 3 || dashes.bytes().any(|byte| byte != b'-') {
            return None;
        }
        columns += 1;
    }
    (columns > 1).then_some(columns)
}

/// The lines that aren't blank.
pub(super) fn source_lines(text: &str) -> Vec<SourceLine> {
    text.lines()
        .zip(1..)
        .map(|(line, number)| SourceLine { number, text: fold(line) })
        .filter(|line| !line.text.is_empty())
        .collect()
}

/// The lines of Markdown, in which a lone carriage return ends a line too, as in HTML.
pub(super) fn markup_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('\r'))
}

/// The parts of a line between its bars, each with whether a bar ends it. The last part is left out if it is empty.
pub(super) fn cell_parts(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let bars = text.matches('|').count();
    let parts = text.split('|').map(str::trim).enumerate().map(move |(index, part)| (part, index < bars));
    parts.filter(|(part, is_closed)| *is_closed || !part.is_empty())
}

/// Adds a part of a line to a cell that is broken over several lines, or begins a cell.
pub(super) fn add_part(open: &mut Option<Cell>, line: usize, part: &str) {
    let cell = open.get_or_insert_with(|| Cell { line, ..Cell::default() });
    if !cell.text.is_empty() && !part.is_empty() {
        cell.text.push(' ');
    }
    cell.text.push_str(part);
}

/// Replaces each run of whitespace by one space, trims, and removes characters that are displayed as nothing.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split(separates_words).filter(|word| !word.is_empty()) {
        let end = folded.len();
        if end > 0 {
            folded.push(' ');
        }
        let start = folded.len();
        folded.extend(word.chars().filter(|c| !is_padding(*c)));
        if folded.len() == start {
            folded.truncate(end);
        }
    }
    folded
}

/// Quotes text of a page in a message. Only its beginning, since pages contain long sentences.
pub(super) fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    let text = Escaped(text).to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("\"{}...\"", &text[..end]),
        None => format!("\"{text}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::{Shape, SourceLine, fold};

    #[test]
    fn whitespace_becomes_one_space_and_padding_is_removed() {
        for (text, folded) in [
            ("  a \t b\u{a0}\u{a0}c\r", "a b c"),
            ("\u{feff}SM\u{ad}TP\u{200b}", "SMTP"),
            ("\u{2714}\u{fe0f} a\u{c}b\u{2028}c", "\u{2714} a b c"),
            ("a\u{85}b", "a\u{85}b"),
            ("a \u{200b} b", "a b"),
            ("\u{200b}", ""),
        ] {
            assert_eq!(fold(text), folded, "{text:?}");
        }
    }

    #[test]
    fn the_bars_of_a_line_decide_its_shape() {
        for (text, shape) in [
            ("words", Shape::Plain),
            ("-----", Shape::Plain),
            ("|", Shape::Bars(1)),
            ("| |", Shape::Bars(2)),
            ("---|---|---", Shape::Rule(3)),
            (":---|:---:|---:|", Shape::Rule(3)),
            ("--- |", Shape::Cells),
            ("- | - |", Shape::Cells),
            ("a | b |", Shape::Cells),
        ] {
            assert_eq!(SourceLine { number: 1, text: text.to_owned() }.shape(), shape, "{text:?}");
        }
    }
}
