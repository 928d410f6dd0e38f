//! Gives converted HTML the lines of its source: newlines before each block bring it to the line of its first words.
//!
//! The converters know the lines of most blocks (`data-line`), though not exactly, and not those of the cells of AsciiDoc. So the
//! first words of each block are searched for in the source, near that line or after the words of the block before.

use port_data::LineIndex;

/// How many words of a block are searched for.
const WORDS: usize = 4;
/// The most bytes between two of them in the source: markup.
const BETWEEN: usize = 80;
/// How far is searched without a known line, in bytes.
const FAR: usize = 16 * 1024;
/// How many lines a known line may be wrong by.
const NEARBY: usize = 4;

/// Before the line that a converter knows.
const LINE_ATTRIBUTE: &str = " data-line=\"";

/// Tags within a paragraph, before which no newline may be added; sorted.
const INLINE: [&str; 14] =
    ["a", "b", "br", "code", "del", "em", "i", "img", "mark", "s", "span", "strong", "sub", "sup"];

/// HTML whose lines are those of the source.
pub(super) fn align(html: &str, source: &str) -> String {
    let lines = source.lines().count().max(1);
    let mut aligner = Aligner {
        source,
        index: LineIndex::new(source),
        starts: line_starts(source),
        lines,
        result: String::with_capacity(html.len() + lines),
        line: 1,
        cursor: 0,
        pending: Pending::default(),
    };
    let mut rest = html;
    while !rest.is_empty() {
        let is_tag = rest.starts_with('<');
        let end = if is_tag {
            rest.find('>').map_or(rest.len(), |end| end + 1)
        } else {
            rest.find('<').unwrap_or(rest.len())
        };
        let (part, after) = rest.split_at(end);
        if is_tag {
            aligner.tag(part);
        } else {
            aligner.text(part);
        }
        rest = after;
    }
    aligner.flush(None);
    aligner.result
}

struct Aligner<'a> {
    source: &'a str,
    index: LineIndex,
    starts: Vec<usize>,
    lines: usize,
    result: String,
    /// The line of the result that is being written.
    line: usize,
    /// Where the words of the last block end in the source.
    cursor: usize,
    pending: Pending,
}

/// Tags that wait for the first text after them.
#[derive(Default)]
struct Pending {
    text: String,
    /// Where the first opening tag of a block is, after all closing tags.
    block: Option<usize>,
    /// The line of the innermost block that has one.
    line: Option<usize>,
}

impl Aligner<'_> {
    fn tag(&mut self, tag: &str) {
        let name = tag.trim_start_matches(['<', '/']);
        let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
        let is_inline = INLINE.binary_search(&name).is_ok();
        if tag.starts_with("</") && !is_inline {
            self.pending.block = None;
            self.pending.line = None;
        } else if !is_inline && self.pending.block.is_none() {
            self.pending.block = Some(self.pending.text.len());
        }
        match tag.split_once(LINE_ATTRIBUTE).and_then(|(before, rest)| Some((before, rest.split_once('"')?))) {
            Some((before, (number, after))) => {
                self.pending.line = number.parse().ok().or(self.pending.line);
                self.pending.text.push_str(&flat(before));
                self.pending.text.push_str(&flat(after));
            }
            None => self.pending.text.push_str(&flat(tag)),
        }
    }

    fn text(&mut self, text: &str) {
        if text.trim().is_empty() {
            self.pending.text.push_str(&flat(text));
            return;
        }
        let found = self.pending.block.is_some().then(|| self.locate(&words(text))).flatten();
        self.flush(found);
        self.result.push_str(&flat(text));
    }

    /// Writes the tags that wait, with the first block at a line.
    fn flush(&mut self, line: Option<usize>) {
        let Pending { text, block, .. } = std::mem::take(&mut self.pending);
        let (before, after) = text.split_at(block.unwrap_or(text.len()));
        self.result.push_str(before);
        for _ in self.line..line.map_or(self.line, |line| line.min(self.lines)) {
            self.result.push('\n');
            self.line += 1;
        }
        self.result.push_str(after);
    }

    /// The line of a block by its first words.
    fn locate(&mut self, words: &[String]) -> Option<usize> {
        let start_of = |line: usize| self.starts.get(line - 1).copied().unwrap_or(self.source.len());
        let hint = self.pending.line.map(|line| line.clamp(1, self.lines));
        let (from, to) = match hint {
            Some(line) => (start_of(line.saturating_sub(NEARBY).max(self.line)), start_of(line + NEARBY)),
            None => (self.cursor, self.cursor + FAR),
        };
        let to = self.floor_boundary(to.max(from));
        let mut found = None;
        for count in [WORDS, 2, 1] {
            let words = &words[..count.min(words.len())];
            let places =
                std::iter::successors(self.find(from, to, words), |(start, _)| self.find(start + 1, to, words));
            let distance = |(start, _): &(usize, usize)| self.index.line(*start).abs_diff(hint.unwrap_or(0));
            found = match hint {
                Some(_) => places.min_by_key(distance),
                None => places.into_iter().next(),
            };
            if found.is_some() {
                break;
            }
        }
        match found {
            Some((start, end)) => {
                self.cursor = self.cursor.max(end);
                Some(self.index.line(start))
            }
            None => {
                self.cursor = self.cursor.max(hint.map_or(0, start_of));
                hint
            }
        }
    }

    /// Where words follow each other in a part of the source.
    fn find(&self, from: usize, to: usize, words: &[String]) -> Option<(usize, usize)> {
        let (first, others) = words.split_first()?;
        let mut from = from;
        while let Some((start, end)) = self.find_word(from, to, first) {
            let mut last = Some(end);
            for word in others {
                last = last
                    .and_then(|end| self.find_word(end, self.floor_boundary(end + BETWEEN), word))
                    .map(|(_, end)| end);
            }
            if let Some(end) = last {
                return Some((start, end));
            }
            from = end;
        }
        None
    }

    fn find_word(&self, from: usize, to: usize, word: &str) -> Option<(usize, usize)> {
        let part = self.source.get(from..to.min(self.source.len()))?;
        let is_inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        part.match_indices(word).map(|(at, _)| (from + at, from + at + word.len())).find(|(start, end)| {
            !is_inside(self.source[..*start].chars().next_back()) && !is_inside(self.source[*end..].chars().next())
        })
    }

    fn floor_boundary(&self, at: usize) -> usize {
        let mut at = at.min(self.source.len());
        while !self.source.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// Where each line begins.
fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

/// A part of the HTML in one line.
fn flat(html: &str) -> String {
    html.replace(['\n', '\r'], " ")
}

/// The first words of a text, without its entities.
fn words(text: &str) -> Vec<String> {
    let mut plain = String::new();
    for part in text.split('&') {
        let rest = part.split_once(';').filter(|(name, _)| name.len() < 10 && !name.contains(' '));
        plain.push_str(rest.map_or(part, |(_, rest)| rest));
        plain.push(' ');
    }
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.take(WORDS).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::align;

    proptest! {
        #[test]
        fn any_html_keeps_its_text_within_the_lines_of_any_source(
            html in "(<p data-line=\"[0-9]{1,3}\">|</p>|<td>|<b>|[a-c&; \n<é]{1,5}){0,20}",
            source in "[a-cé|= \n]{0,60}",
        ) {
            let aligned = align(&html, &source);
            prop_assert!(aligned.lines().count() <= source.lines().count().max(1));
            let letters = |text: &str| text.replace(" data-line=", "").chars().filter(|c| c.is_alphabetic()).count();
            prop_assert_eq!(letters(&aligned), letters(&html));
        }
    }

    #[test]
    fn blocks_are_moved_to_the_lines_of_their_words() {
        let source = "Ports\n=====\n\n|===\n|Port |Use\n\n|443\n|TCP\n|80 |TCP\n|===\n\nThe end `x`.\n";
        let html = "<h1>Ports</h1>\n<table data-line=\"4\"><tr><th>Port</th><th>Use</th></tr><tr><td><p>443</p></td>\n<td><p>TCP</p></td></tr>\n<tr><td>80</td><td>TCP</td></tr></table><p data-line=\"11\">The <b>end</b> (<code>x</code>).</p>";
        let expected = "<h1>Ports</h1> \n\n\n\n<table><tr><th>Port</th><th>Use</th></tr>\n\n<tr><td><p>443</p></td> \n<td><p>TCP</p></td></tr> \n<tr><td>80</td><td>TCP</td></tr></table>\n\n\n<p>The <b>end</b> (<code>x</code>).</p>";
        assert_eq!(align(html, source), expected);
    }
}
