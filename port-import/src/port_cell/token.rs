//! Splits a port cell into tokens.

use std::ops::Range;

/// The smallest part of a cell that has a meaning.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub kind: Kind,
    /// Where it is in the cell, in bytes.
    pub range: Range<usize>,
    /// Whether a space precedes it.
    pub follows_space: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Protocol(IpProtocol),
    /// A name with dots, such as `mail.example.com`, `*.example.com` or `192.0.2.1`.
    Host,
    Word,
    /// A footnote's mark: a star, a dagger, a superscript number.
    Mark,
    Comma,
    Slash,
    Dash,
    Plus,
    /// `>`, `>=` or `≥`.
    Above,
    Colon,
    Open,
    Close,
    Other,
}

/// A protocol on top of IP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IpProtocol {
    pub name: &'static str,
    /// The IP protocol number of a protocol without ports. `None` if the protocol has ports.
    pub portless_number: Option<u16>,
}

const PROTOCOLS: [IpProtocol; 14] = [
    with_ports("tcp"),
    with_ports("udp"),
    with_ports("sctp"),
    with_ports("dccp"),
    without_ports("icmp", 1),
    without_ports("igmp", 2),
    without_ports("ipip", 4),
    without_ports("gre", 47),
    without_ports("esp", 50),
    without_ports("ah", 51),
    without_ports("icmpv6", 58),
    without_ports("ospf", 89),
    without_ports("pim", 103),
    without_ports("vrrp", 112),
];

/// Other names of protocols.
const ALIASES: [(&str, &str); 3] = [("icmpv4", "icmp"), ("ip-in-ip", "ipip"), ("ipinip", "ipip")];

/// The numbers of the protocols with ports in the IP header.
const NUMBERS_WITH_PORTS: [(u16, &str); 4] = [(6, "TCP"), (17, "UDP"), (33, "DCCP"), (132, "SCTP")];

const fn with_ports(name: &'static str) -> IpProtocol {
    IpProtocol { name, portless_number: None }
}

const fn without_ports(name: &'static str, number: u16) -> IpProtocol {
    IpProtocol { name, portless_number: Some(number) }
}

impl IpProtocol {
    /// The protocol with a name, in any case.
    pub(super) fn from_name(word: &str) -> Option<Self> {
        let alias = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(word));
        let name = alias.map_or(word, |(_, name)| name);
        PROTOCOLS.into_iter().find(|protocol| protocol.name.eq_ignore_ascii_case(name))
    }

    /// The protocol without ports that has a number in the IP header. The name of a protocol with that number that has ports otherwise.
    pub(super) fn from_number(number: u8) -> Result<Self, &'static str> {
        let number = u16::from(number);
        match NUMBERS_WITH_PORTS.iter().find(|(known, _)| *known == number) {
            Some((_, name)) => Err(name),
            None => {
                let named = PROTOCOLS.into_iter().find(|protocol| protocol.portless_number == Some(number));
                Ok(named.unwrap_or(without_ports("ip", number)))
            }
        }
    }

    pub(super) fn is_icmp(self) -> bool {
        matches!(self.name, "icmp" | "icmpv6")
    }

    pub(super) fn has_ports(self) -> bool {
        self.portless_number.is_none()
    }
}

/// Splits a text into tokens. Every character that isn't whitespace is part of one.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut offset = 0;
    while let Some(c) = text[offset..].chars().next() {
        if c.is_whitespace() {
            offset += c.len_utf8();
            continue;
        }
        let follows_space = text[..offset].ends_with(char::is_whitespace);
        for (index, (kind, length)) in next(&text[offset..], c).into_iter().enumerate() {
            let follows_space = follows_space && index == 0;
            tokens.push(Token { kind, range: offset..offset + length, follows_space });
            offset += length;
        }
    }
    tokens
}

/// The token that begins here, or the two that are written as one word, such as `UDP389`, with their lengths.
fn next(text: &str, c: char) -> Vec<(Kind, usize)> {
    let kind = match c {
        ',' | ';' => Kind::Comma,
        '/' => Kind::Slash,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' => Kind::Dash,
        '+' | '&' => Kind::Plus,
        '>' if text[1..].starts_with('=') => return vec![(Kind::Above, 2)],
        '>' | '≥' => Kind::Above,
        ':' => Kind::Colon,
        '(' => Kind::Open,
        ')' => Kind::Close,
        '[' => {
            return vec![bracketed_mark(text).map_or((Kind::Other, 1), |length| (Kind::Mark, length))];
        }
        '*' if text[1..].starts_with('.') && host_length(&text[1..]) > 1 => {
            return vec![(Kind::Host, 1 + host_length(&text[1..]))];
        }
        '*' | '†' | '‡' | '§' | '¶' => {
            return vec![(Kind::Mark, run_length(text, |other| other == c))];
        }
        _ if is_superscript(c) => return vec![(Kind::Mark, run_length(text, is_superscript))],
        _ if c.is_ascii_digit() => return number(text),
        _ if c.is_alphabetic() => return word(text),
        _ => Kind::Other,
    };
    vec![(kind, c.len_utf8())]
}

/// The length of the characters at the start that satisfy a predicate.
fn run_length(text: &str, predicate: impl Fn(char) -> bool) -> usize {
    text.find(|c| !predicate(c)).unwrap_or(text.len())
}

fn is_superscript(c: char) -> bool {
    matches!(c, '¹' | '²' | '³' | '⁰' | '⁴'..='⁹')
}

/// A footnote's mark in brackets, such as `[1]`.
fn bracketed_mark(text: &str) -> Option<usize> {
    const LONGEST: usize = 3;
    let inside = &text[1..];
    let end = inside.find(']').filter(|end| (1..=LONGEST).contains(end))?;
    let is_mark = inside[..end].chars().all(|c| c.is_ascii_alphanumeric() || c == '*');
    is_mark.then_some(end + 2)
}

/// The length of a word, which may contain dots, dashes and underscores.
fn host_length(text: &str) -> usize {
    // No host name is longer. Without a limit, a long chain of numbers and dashes would be scanned again for each number.
    const LONGEST: usize = 253;
    let is_part = |c: char| c.is_alphabetic() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    let end = text.char_indices().take(LONGEST).take_while(|&(_, c)| is_part(c)).last();
    let end = end.map_or(0, |(at, c)| at + c.len_utf8());
    text[..end].trim_end_matches(['.', '-', '_']).len()
}

fn number(text: &str) -> Vec<(Kind, usize)> {
    let digits = run_length(text, |c| c.is_ascii_digit());
    let length = host_length(text);
    let rest = &text[digits..length];
    // A dash after a number makes a range, not a word.
    if rest.is_empty() || rest.starts_with('-') {
        return vec![(Kind::Number, digits)];
    }
    let letters = run_length(rest, char::is_alphabetic);
    if let Some(protocol) = IpProtocol::from_name(&rest[..letters]).filter(|_| letters == rest.len()) {
        return vec![(Kind::Number, digits), (Kind::Protocol(protocol), letters)];
    }
    vec![(if rest.contains('.') { Kind::Host } else { Kind::Word }, length)]
}

fn word(text: &str) -> Vec<(Kind, usize)> {
    let length = host_length(text);
    if let Some(version) = http_version(text, length) {
        return vec![(Kind::Word, length + version)];
    }
    let word = &text[..length];
    if let Some(protocol) = IpProtocol::from_name(word) {
        return vec![(Kind::Protocol(protocol), length)];
    }
    let letters = run_length(word, char::is_alphabetic);
    let digits = word[letters..].trim_start_matches(['-', '_']);
    if let Some(protocol) = IpProtocol::from_name(&word[..letters]) {
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let start = length - digits.len();
            return vec![(Kind::Protocol(protocol), start), (Kind::Number, digits.len())];
        }
    }
    vec![(if word.contains('.') { Kind::Host } else { Kind::Word }, length)]
}

/// The length of the version of HTTP after its name, such as `/2` or `/1.1`, which isn't a port.
fn http_version(text: &str, length: usize) -> Option<usize> {
    const VERSIONS: [&str; 5] = ["/1.0", "/1.1", "/1", "/2", "/3"];
    let (name, rest) = text.split_at(length);
    let is_end = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let version = VERSIONS.iter().find(|version| rest.strip_prefix(**version).is_some_and(is_end));
    version.filter(|_| name.eq_ignore_ascii_case("http")).map(|version| version.len())
}
