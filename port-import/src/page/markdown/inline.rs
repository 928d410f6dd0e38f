//! The text of a Markdown cell: code, links, emphasis and tags are resolved, and footnotes are taken out.
//!
//! Only what is certainly markup is treated as markup. A star after a number is a footnote's mark; `<host>` is text.

use super::super::html;
use super::super::text::fold;
use std::collections::HashMap;

/// The tags that are read as HTML. Anything that looks like another tag is text.
const TAGS: [&str; 27] = [
    "a", "abbr", "b", "big", "br", "code", "del", "div", "em", "font", "i", "img", "ins", "kbd", "li", "ol", "p", "s",
    "small", "span", "strong", "sub", "sup", "tt", "u", "ul", "wbr",
];
/// The most runs of stars or underscores that may be open.
const MAX_OPEN: usize = 8;

/// The text and the footnotes of a cell.
pub(super) fn inline(cell: &str) -> (String, Vec<String>) {
    let markup = Converter::new(cell).into_html();
    let extracted =
        if markup.contains(['<', '&']) { html::text_of(&markup) } else { Some((fold(&markup), Vec::new())) };
    // If the markup is ambiguous, the cell stays as printed.
    extracted.unwrap_or_else(|| (fold(cell), Vec::new()))
}

/// A run of stars or underscores that may open an emphasis, and the index of its piece.
struct Opener<'a> {
    run: &'a str,
    piece: usize,
}

/// A link whose text is being converted: where its text ends, and where its address does.
struct OpenLink {
    text_end: usize,
    end: usize,
}

/// Converts Markdown to HTML. Everything that isn't a tag or an entity is escaped.
struct Converter<'a> {
    cell: &'a str,
    /// For each run of backticks that opens code, the run that closes it.
    code_ends: HashMap<usize, usize>,
    /// The HTML. Each run of stars that may still turn out to be emphasis is a piece of its own.
    pieces: Vec<String>,
    openers: Vec<Opener<'a>>,
    link: Option<OpenLink>,
}

impl<'a> Converter<'a> {
    fn new(cell: &'a str) -> Self {
        let code_ends = code_ends(cell);
        Self { cell, code_ends, pieces: vec![String::new()], openers: Vec::new(), link: None }
    }

    fn into_html(mut self) -> String {
        let mut offset = 0;
        while let Some(c) = self.cell[offset..].chars().next() {
            if let Some(link) = self.link.take_if(|link| link.text_end == offset) {
                offset = link.end;
            } else {
                offset += self.convert(offset, c);
            }
        }
        self.pieces.concat()
    }

    /// Converts the markup that begins at a character. Returns how many bytes it takes.
    fn convert(&mut self, offset: usize, c: char) -> usize {
        let rest = &self.cell[offset..];
        match c {
            '\\' => match rest[1..].chars().next().filter(char::is_ascii_punctuation) {
                Some(escaped) => {
                    self.push(escaped);
                    2
                }
                None => self.push_all(&rest[..1]),
            },
            '`' => self.code(offset),
            '[' if rest.starts_with("[^") => self.footnote_mark(rest),
            '!' if rest.starts_with("![") && self.link.is_none() && link_at(self.cell, offset + 1).is_some() => 1,
            '[' => {
                let found = if self.link.is_none() { link_at(self.cell, offset) } else { None };
                if found.is_none() {
                    self.push(c);
                }
                self.link = self.link.take().or(found);
                1
            }
            '<' => match tag(rest) {
                Some((html, end)) => {
                    self.push_html(&html);
                    end
                }
                None => self.push(c),
            },
            '&' if is_entity(rest) => {
                self.push_html("&");
                1
            }
            '*' | '_' => {
                let length = run_length(rest, c);
                let before = self.cell[..offset].chars().next_back();
                self.emphasis(&rest[..length], before, rest[length..].chars().next());
                length
            }
            _ => self.push(c),
        }
    }

    /// Code between backticks, or a run of backticks that nothing closes.
    fn code(&mut self, offset: usize) -> usize {
        let rest = &self.cell[offset..];
        let run = run_length(rest, '`');
        match self.code_ends.get(&offset).copied() {
            Some(end) => {
                self.push_all(&self.cell[offset + run..end]);
                end + run - offset
            }
            None => self.push_all(&rest[..run]),
        }
    }

    /// A footnote's mark, `[^1]`.
    fn footnote_mark(&mut self, rest: &'a str) -> usize {
        let Some(end) = closing(&rest[2..], '[', ']').map(|end| end + 2) else {
            return self.push_all("[^");
        };
        self.push_html("<sup>");
        self.push_all(&rest[2..end]);
        self.push_html("</sup>");
        end + 1
    }

    /// A run of stars or underscores. If the same run opened an emphasis, both are removed; otherwise the run is text for now.
    fn emphasis(&mut self, run: &'a str, before: Option<char>, after: Option<char>) {
        let is_edge = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || c.is_ascii_punctuation());
        let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
        if !is_space(before) && is_edge(after) {
            if let Some(index) = self.openers.iter().rposition(|opener| opener.run == run) {
                self.pieces[self.openers[index].piece].clear();
                self.openers.truncate(index);
                return;
            }
        }
        if !is_space(after) && is_edge(before) {
            if self.openers.len() == MAX_OPEN {
                self.openers.remove(0);
            }
            self.openers.push(Opener { run, piece: self.pieces.len() });
        }
        self.pieces.push(run.to_owned());
        self.pieces.push(String::new());
    }

    /// Adds a character as text. Returns its length in bytes.
    fn push(&mut self, c: char) -> usize {
        if let Some(html) = self.pieces.last_mut() {
            push_escaped(html, c);
        }
        c.len_utf8()
    }

    /// Adds text. Returns its length in bytes.
    fn push_all(&mut self, text: &str) -> usize {
        text.chars().map(|c| self.push(c)).sum()
    }

    fn push_html(&mut self, html: &str) {
        if let Some(last) = self.pieces.last_mut() {
            last.push_str(html);
        }
    }
}

fn push_escaped(html: &mut String, c: char) {
    match c {
        '<' => html.push_str("&lt;"),
        '&' => html.push_str("&amp;"),
        _ => html.push(c),
    }
}

fn run_length(text: &str, c: char) -> usize {
    text.len() - text.trim_start_matches(c).len()
}

/// For each run of backticks that opens code, the offset of the run of the same length that closes it.
fn code_ends(cell: &str) -> HashMap<usize, usize> {
    let mut ends = HashMap::new();
    if !cell.contains('`') {
        return ends;
    }
    let mut runs = Vec::new();
    let mut offset = 0;
    while let Some(found) = cell[offset..].find('`') {
        let start = offset + found;
        let length = run_length(&cell[start..], '`');
        runs.push((start, length));
        offset = start + length;
    }
    let mut next: HashMap<usize, usize> = HashMap::new();
    for (start, length) in runs.into_iter().rev() {
        if let Some(end) = next.insert(length, start) {
            ends.insert(start, end);
        }
    }
    ends
}

/// The offset of a closing character, unless another opening one is before it. So no text is searched twice.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    text.find([open, close]).filter(|&offset| text[offset..].starts_with(close))
}

/// The link `[text](address)` that begins at an offset.
fn link_at(cell: &str, offset: usize) -> Option<OpenLink> {
    let text = offset + 1;
    let text_end = text + closing(&cell[text..], '[', ']')?;
    let address = text_end + 2;
    let address_length = closing(cell[text_end..].strip_prefix("](")?, '[', ')')?;
    Some(OpenLink { text_end, end: address + address_length + 1 })
}

/// A tag as HTML, or the text of an address in angle brackets, and the offset after it.
fn tag(text: &str) -> Option<(String, usize)> {
    let inside = &text[1..];
    let end = closing(inside, '<', '>')?;
    let inside = &inside[..end];
    let name = inside.trim_start_matches('/');
    let (name, attributes) = name.split_at(name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len()));
    let has_attributes = attributes.starts_with(' ') && attributes.contains('=');
    let is_tag = TAGS.iter().any(|tag| name.eq_ignore_ascii_case(tag));
    if is_tag && (has_attributes || matches!(attributes.trim(), "" | "/")) {
        return Some((text[..end + 2].to_owned(), end + 2));
    }
    let is_address = inside.contains("://") || inside.contains('@') || inside.starts_with("mailto:");
    if !is_address || inside.contains(char::is_whitespace) {
        return None;
    }
    let mut address = String::new();
    inside.chars().for_each(|c| push_escaped(&mut address, c));
    Some((address, end + 2))
}

/// Whether an entity such as `&nbsp;` or `&#160;` begins here.
fn is_entity(text: &str) -> bool {
    const LONGEST: usize = 33;
    let name = text[1..].strip_prefix('#').unwrap_or(&text[1..]);
    let end = name.char_indices().take(LONGEST).find(|(_, c)| !c.is_ascii_alphanumeric());
    end.is_some_and(|(end, c)| end > 0 && c == ';')
}

#[cfg(test)]
mod tests {
    use super::inline;

    #[test]
    fn markup_is_resolved_and_footnote_marks_are_taken_out() {
        for (cell, text, notes) in [
            ("**TCP/25** or `465`", "TCP/25 or 465", &[][..]),
            ("*443*, 80", "443, 80", &[]),
            ("17500* or 17515*", "17500* or 17515*", &[]),
            ("500*,600*", "500*,600*", &[]),
            ("my_own_port _80_", "my_own_port 80", &[]),
            ("\\*443", "*443", &[]),
            ("`a*b` and ``c`d``", "a*b and c`d", &[]),
            ("one ` only", "one ` only", &[]),
            ("[Mail **host**](https://x.example/a_b) 25", "Mail host 25", &[]),
            ("![yes](y.png)", "yes", &[]),
            ("[see] (25)", "[see] (25)", &[]),
            ("1433<br>1434<br/>", "1433 1434", &[]),
            ("3300<sup>1</sup>", "3300", &["[1]"]),
            ("443[^2]", "443", &["[2]"]),
            ("<host>:443 &amp; a&b", "<host>:443 & a&b", &[]),
            ("<p 443> <b style='x'>80</b>", "<p 443> 80", &[]),
            ("<https://x.example:8443>", "https://x.example:8443", &[]),
            ("80&nbsp;&#49; < 90", "80 1 < 90", &[]),
        ] {
            let found = inline(cell);
            assert_eq!(
                (found.0.as_str(), found.1.as_slice()),
                (text, &notes.iter().map(|&note| note.to_owned()).collect::<Vec<_>>()[..]),
                "{cell:?}"
            );
        }
    }
}
