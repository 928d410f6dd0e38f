//! A port cell as tokens.

use std::ops::Range;

/// A piece of the cell that has a meaning of its own.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub kind: Kind,
    /// Where it stands, in bytes.
    pub at: Range<usize>,
    /// A blank stands before it.
    pub is_apart: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Transport(Transport),
    /// A name with dots, such as `mail.example.com`, `*.example.com` or `192.0.2.1`.
    Host,
    Word,
    /// A star, a dagger, a raised number: whatever points at a footnote.
    Mark,
    Comma,
    Slash,
    Dash,
    Plus,
    Colon,
    Open,
    Close,
    Other,
}

/// A protocol on top of IP, with its number where it has no ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Transport {
    pub name: &'static str,
    pub portless: Option<u16>,
}

const TRANSPORTS: [Transport; 13] = [
    ported("tcp"),
    ported("udp"),
    ported("sctp"),
    ported("dccp"),
    portless("icmp", 1),
    portless("igmp", 2),
    portless("gre", 47),
    portless("esp", 50),
    portless("ah", 51),
    portless("icmpv6", 58),
    portless("ospf", 89),
    portless("pim", 103),
    portless("vrrp", 112),
];

const fn ported(name: &'static str) -> Transport {
    Transport { name, portless: None }
}

const fn portless(name: &'static str, number: u16) -> Transport {
    Transport { name, portless: Some(number) }
}

impl Transport {
    pub(super) fn named(word: &str) -> Option<Self> {
        TRANSPORTS.into_iter().find(|transport| transport.name.eq_ignore_ascii_case(word))
    }
}

/// Cuts a text into tokens; every character that is not blank is in one of them.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let is_apart = text[..at].ends_with(char::is_whitespace);
        for (kind, length) in next(&text[at..], c) {
            let is_apart = is_apart && tokens.last().is_none_or(|last| last.at.end < at);
            tokens.push(Token { kind, at: at..at + length, is_apart });
            at += length;
        }
    }
    tokens
}

/// The token that begins here, or two that are written as one, such as `UDP389`.
fn next(text: &str, c: char) -> Vec<(Kind, usize)> {
    let kind = match c {
        ',' | ';' => Kind::Comma,
        '/' => Kind::Slash,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' => Kind::Dash,
        '+' | '&' => Kind::Plus,
        ':' => Kind::Colon,
        '(' => Kind::Open,
        ')' => Kind::Close,
        '[' => {
            return vec![bracketed(text).map_or((Kind::Other, 1), |length| (Kind::Mark, length))];
        }
        '*' if text[1..].starts_with('.') && host(&text[1..]) > 1 => {
            return vec![(Kind::Host, 1 + host(&text[1..]))];
        }
        '*' | '†' | '‡' | '§' | '¶' => {
            return vec![(Kind::Mark, run(text, |other| other == c))];
        }
        _ if is_raised(c) => return vec![(Kind::Mark, run(text, is_raised))],
        _ if c.is_ascii_digit() => return number(text),
        _ if c.is_alphabetic() => return word(text),
        _ => Kind::Other,
    };
    vec![(kind, c.len_utf8())]
}

fn run(text: &str, is_it: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is_it(c)).unwrap_or(text.len())
}

fn is_raised(c: char) -> bool {
    matches!(c, '¹' | '²' | '³' | '⁰' | '⁴'..='⁹')
}

/// A footnote's mark in brackets, such as `[1]`.
fn bracketed(text: &str) -> Option<usize> {
    const LONGEST: usize = 3;
    let inside = &text[1..];
    let end = inside.find(']').filter(|end| (1..=LONGEST).contains(end))?;
    let is_mark = inside[..end].chars().all(|c| c.is_ascii_alphanumeric() || c == '*');
    is_mark.then_some(end + 2)
}

/// The length of a word, joined by dots, dashes and underscores inside it.
fn host(text: &str) -> usize {
    // No name is longer; without an end, a long chain of numbers and dashes would be read again for each number.
    const LONGEST: usize = 253;
    let is_part = |c: char| c.is_alphabetic() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    let end = text.char_indices().take(LONGEST).take_while(|&(_, c)| is_part(c)).last();
    let end = end.map_or(0, |(at, c)| at + c.len_utf8());
    text[..end].trim_end_matches(['.', '-', '_']).len()
}

fn number(text: &str) -> Vec<(Kind, usize)> {
    let digits = run(text, |c| c.is_ascii_digit());
    let glued = host(text);
    let rest = &text[digits..glued];
    // A dash makes a range, not a word.
    if rest.is_empty() || rest.starts_with('-') {
        return vec![(Kind::Number, digits)];
    }
    let letters = run(rest, char::is_alphabetic);
    if let Some(transport) = Transport::named(&rest[..letters]).filter(|_| letters == rest.len()) {
        return vec![(Kind::Number, digits), (Kind::Transport(transport), letters)];
    }
    vec![(if rest.contains('.') { Kind::Host } else { Kind::Word }, glued)]
}

fn word(text: &str) -> Vec<(Kind, usize)> {
    let length = host(text);
    let word = &text[..length];
    if let Some(transport) = Transport::named(word) {
        return vec![(Kind::Transport(transport), length)];
    }
    let letters = run(word, char::is_alphabetic);
    let digits = word[letters..].trim_start_matches(['-', '_']);
    if let Some(transport) = Transport::named(&word[..letters]) {
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let start = length - digits.len();
            return vec![(Kind::Transport(transport), start), (Kind::Number, digits.len())];
        }
    }
    vec![(if word.contains('.') { Kind::Host } else { Kind::Word }, length)]
}
