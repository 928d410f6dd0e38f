//! The text of a Markdown cell: code, links, emphasis and tags resolved, footnotes taken out.
//!
//! Only what surely is markup is taken for it. A star behind a number is a footnote's mark, `<host>` is a word.

use super::super::html;
use super::super::text::fold;
use std::collections::HashMap;

/// Tags that are read as HTML; what looks like any other tag is text.
const TAGS: [&str; 27] = [
    "a", "abbr", "b", "big", "br", "code", "del", "div", "em", "font", "i", "img", "ins", "kbd", "li", "ol", "p", "s",
    "small", "span", "strong", "sub", "sup", "tt", "u", "ul", "wbr",
];
/// How many stars and underscores may wait for their partner.
const MAX_OPEN: usize = 8;

/// The text and the footnotes of a cell.
pub(super) fn inline(cell: &str) -> (String, Vec<String>) {
    let markup = to_html(cell);
    let told = if markup.contains(['<', '&']) { html::text_of(&markup) } else { Some((fold(&markup), Vec::new())) };
    // Where tags and marks leave a doubt, the cell stays as printed.
    told.unwrap_or_else(|| (fold(cell), Vec::new()))
}

/// A run of stars or underscores that may open an emphasis, and which of the pieces it is.
struct Opener<'a> {
    run: &'a str,
    piece: usize,
}

/// The cell with its Markdown resolved, and everything that isn't a tag or an entity escaped.
fn to_html(cell: &str) -> String {
    let partners = code_partners(cell);
    let mut pieces: Vec<String> = vec![String::new()];
    let mut openers: Vec<Opener> = Vec::new();
    // Where the words of a link end, and where its address does.
    let mut link: Option<(usize, usize)> = None;
    let mut at = 0;
    while let Some(c) = cell[at..].chars().next() {
        let rest = &cell[at..];
        let Some(text) = pieces.last_mut() else { break };
        if let Some((_, end)) = link.filter(|(close, _)| *close == at) {
            link = None;
            at = end;
            continue;
        }
        at += match c {
            '\\' => {
                if let Some(escaped) = rest[1..].chars().next().filter(char::is_ascii_punctuation) {
                    push(text, escaped);
                    2
                } else {
                    text.push(c);
                    1
                }
            }
            '`' => {
                let run = run_length(rest, '`');
                let end = partners.get(&at).copied();
                let code = end.map_or("", |end| &cell[at + run..end]);
                code.chars().for_each(|c| push(text, c));
                if end.is_none() {
                    text.push_str(&rest[..run]);
                }
                end.map_or(run, |end| end + run - at)
            }
            '[' if rest.starts_with("[^") => {
                if let Some(end) = closing(&rest[2..], '[', ']').map(|end| end + 2) {
                    text.push_str("<sup>");
                    rest[2..end].chars().for_each(|c| push(text, c));
                    text.push_str("</sup>");
                    end + 1
                } else {
                    text.push_str("[^");
                    2
                }
            }
            '!' if rest.starts_with("![") && link.is_none() && link_at(cell, at + 1).is_some() => 1,
            '[' => {
                let found = if link.is_none() { link_at(cell, at) } else { None };
                if found.is_none() {
                    text.push('[');
                }
                link = link.or(found);
                1
            }
            '<' => {
                if let Some((raw, end)) = tag(rest) {
                    text.push_str(&raw);
                    end
                } else {
                    push(text, c);
                    1
                }
            }
            '&' => {
                if is_entity(rest) {
                    text.push('&');
                } else {
                    push(text, c);
                }
                1
            }
            '*' | '_' => {
                let length = run_length(rest, c);
                let run = &rest[..length];
                let before = cell[..at].chars().next_back();
                let after = rest[length..].chars().next();
                emphasis(run, (before, after), &mut pieces, &mut openers);
                length
            }
            _ => {
                push(text, c);
                c.len_utf8()
            }
        };
    }
    pieces.concat()
}

fn push(html: &mut String, c: char) {
    match c {
        '<' => html.push_str("&lt;"),
        '&' => html.push_str("&amp;"),
        _ => html.push(c),
    }
}

fn run_length(text: &str, c: char) -> usize {
    text.len() - text.trim_start_matches(c).len()
}

/// A run of stars closes the emphasis that the same run opened, and both go; else it is text.
fn emphasis<'a>(
    run: &'a str,
    (before, after): (Option<char>, Option<char>),
    pieces: &mut Vec<String>,
    openers: &mut Vec<Opener<'a>>,
) {
    let is_edge = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || c.is_ascii_punctuation());
    let is_blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    if !is_blank(before) && is_edge(after) {
        if let Some(at) = openers.iter().rposition(|opener| opener.run == run) {
            pieces[openers[at].piece].clear();
            openers.truncate(at);
            return;
        }
    }
    if !is_blank(after) && is_edge(before) {
        if openers.len() == MAX_OPEN {
            openers.remove(0);
        }
        openers.push(Opener { run, piece: pieces.len() });
    }
    pieces.push(run.to_owned());
    pieces.push(String::new());
}

/// For each run of backticks that opens code, the run of the same length that closes it.
fn code_partners(cell: &str) -> HashMap<usize, usize> {
    let mut partners = HashMap::new();
    if !cell.contains('`') {
        return partners;
    }
    let mut runs = Vec::new();
    let mut at = 0;
    while let Some(found) = cell[at..].find('`') {
        let start = at + found;
        let length = run_length(&cell[start..], '`');
        runs.push((start, length));
        at = start + length;
    }
    let mut next: HashMap<usize, usize> = HashMap::new();
    for (start, length) in runs.into_iter().rev() {
        if let Some(partner) = next.insert(length, start) {
            partners.insert(start, partner);
        }
    }
    partners
}

/// Where a closing sign stands, if not behind another opening one: so no text is searched twice.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    text.find([open, close]).filter(|&at| text[at..].starts_with(close))
}

/// The end of the words and of the address of a link `[words](address)` that begins here.
fn link_at(cell: &str, at: usize) -> Option<(usize, usize)> {
    let words = at + 1;
    let close = words + closing(&cell[words..], '[', ']')?;
    let address = close + 2;
    let end = closing(cell[close..].strip_prefix("](")?, '[', ')')?;
    Some((close, address + end + 1))
}

/// A tag as HTML, or the text of an address in angle brackets; and where it ends.
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
    inside.chars().for_each(|c| push(&mut address, c));
    Some((address, end + 2))
}

/// Does an entity such as `&nbsp;` or `&#160;` begin here?
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
    fn markup_goes_and_marks_stay() {
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
