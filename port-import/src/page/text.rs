//! Lines of a text capture: what they say, and what their bars make of them.

use port_data::hidden::Escaped;

/// Whether a character is padding that pages have between others, and that is printed as nothing: byte order mark, zero-width
/// blank, word joiner, soft hyphen, and the selectors by which a check mark is drawn in colours.
fn is_padding(character: char) -> bool {
    matches!(character, '\u{feff}' | '\u{200b}' | '\u{2060}' | '\u{ad}' | '\u{fe00}'..='\u{fe0f}')
}

/// Whether a character parts words: any blank and any end of a line. The two others of Unicode's are controls that no page has
/// for that; where one stands, a character of another encoding was read wrongly.
fn is_blank(character: char) -> bool {
    character.is_whitespace() && !matches!(character, '\u{b}' | '\u{85}')
}

/// A line that is not blank.
pub(super) struct Source {
    /// The line, from 1.
    pub number: usize,
    /// Its text, folded.
    pub text: String,
}

/// What the bars of a line make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Words, no bars.
    Plain,
    /// Bars and nothing else: how many.
    Bars(usize),
    /// The rule under a header: over how many columns.
    Rule(usize),
    /// Words and bars.
    Cells,
}

impl Source {
    pub(super) fn shape(&self) -> Shape {
        let bars = self.text.matches('|').count();
        if bars == 0 {
            Shape::Plain
        } else if self.text.chars().all(|c| c == '|' || c == ' ') {
            Shape::Bars(bars)
        } else {
            rule(&self.text).map_or(Shape::Cells, Shape::Rule)
        }
    }

    /// The text without the bar that ends it.
    pub(super) fn unbarred(&self) -> &str {
        self.text.strip_suffix('|').unwrap_or(&self.text).trim_end()
    }
}

/// The columns of a rule such as `---|---|`. A single column is none: that may be a cell of dashes.
fn rule(text: &str) -> Option<usize> {
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

/// The lines that are not blank.
pub(super) fn lines(text: &str) -> Vec<Source> {
    text.lines()
        .zip(1..)
        .map(|(line, number)| Source { number, text: fold(line) })
        .filter(|line| !line.text.is_empty())
        .collect()
}

/// Folds runs of blanks to one, trims, and leaves out what is printed as nothing.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split(is_blank).filter(|word| !word.is_empty()) {
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

/// A text in quotes for a message: its beginning only, since pages hold long sentences.
pub(super) fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    let text = Escaped(text).to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_fold_to_one_and_the_invisible_goes() {
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
    fn bars_shape_a_line() {
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
            assert_eq!(Source { number: 1, text: text.to_owned() }.shape(), shape, "{text:?}");
        }
    }
}
