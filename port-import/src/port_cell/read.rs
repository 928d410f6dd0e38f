//! Tokens of a cell to its items: what stands together as one port, and the words between.

use super::join::{self, Item, Join, Link, Transports, Unit};
use super::protocol::Protocol;
use super::token::{Kind, Token, Transport, tokens};
use super::{Cell, CellError, NoPort, Problem};
use std::ops::Range;

/// Services that vendors write in small letters, or with one capital.
const SERVICES: [&str; 34] = [
    "bgp", "cifs", "dhcp", "dns", "ftp", "ftps", "http", "https", "ike", "imap", "imaps", "ipsec", "iscsi", "kerberos",
    "ldap", "ldaps", "netbios", "nfs", "ntp", "pop3", "pop3s", "radius", "rdp", "rpc", "sftp", "smb", "smtp", "smtps",
    "snmp", "ssh", "syslog", "telnet", "tftp", "tls",
];
/// Words that are no service in capitals either.
const NO_SERVICES: [&str; 18] = [
    "all", "and", "any", "custom", "default", "dynamic", "either", "ip", "no", "none", "not", "only", "or", "port",
    "ports", "see", "tbd", "to",
];

/// Reads a cell whose blanks are folded.
pub(super) fn cell(text: &str, protocol: &Protocol) -> Result<Cell, CellError> {
    let mut reader = Reader { text, tokens: tokens(text), at: 0, units: Vec::new(), cell: Cell::default() };
    if let Some(no_port) = no_port(text) {
        if no_port == NoPort::BelowIp {
            reader.cell.remarks.push(text.to_owned());
        }
        reader.cell.no_port = Some(no_port);
    } else {
        reader.parts()?;
    }
    let Reader { units, mut cell, .. } = reader;
    let is_prose = units.is_empty() && !cell.remarks.is_empty() && cell.no_port.is_none();
    cell.specs = join::specs(text, units, protocol)?;
    if is_prose {
        cell.remarks = vec![text.to_owned()];
    }
    cell.no_port = if !cell.specs.is_empty() {
        None
    } else if is_prose || cell.default {
        Some(NoPort::Words)
    } else {
        cell.no_port.or(Some(NoPort::Empty))
    };
    Ok(cell)
}

/// Cells that say there is no port.
pub(super) fn no_port(text: &str) -> Option<NoPort> {
    let lower = text.to_ascii_lowercase();
    if text.chars().all(|c| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')) {
        return Some(NoPort::Empty);
    }
    if matches!(lower.as_str(), "n/a" | "n.a." | "na" | "not applicable") {
        return Some(NoPort::NotApplicable);
    }
    let is_ether_type = lower.rsplit_once(' ').is_some_and(|(before, last)| {
        let digits = last.strip_prefix("0x").unwrap_or_default();
        let is_hex = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex && matches!(before.split(' ').next(), Some("eth" | "ethernet" | "ethertype"))
    });
    is_ether_type.then_some(NoPort::BelowIp)
}

/// Is this how a service is written? Known ones in any case, and words with capitals, such as `iSCI` or `NAT-T`. Not
/// with three digits at the end: those may be a port.
pub(super) fn is_service(word: &str) -> bool {
    let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(word));
    let digits = word.len() - word.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let capitals = word.chars().filter(char::is_ascii_uppercase).count();
    let names_transport = word.split(['-', '_']).any(|part| Transport::named(part).is_some());
    is(&SERVICES) || capitals > 1 && digits < 3 && !is(&NO_SERVICES) && !names_transport
}

pub(super) struct Reader<'a> {
    pub text: &'a str,
    pub tokens: Vec<Token>,
    /// The token that is read next.
    pub at: usize,
    pub units: Vec<Unit>,
    pub cell: Cell,
}

impl Reader<'_> {
    fn parts(&mut self) -> Result<(), CellError> {
        let mut link = Link::Start;
        while self.at < self.tokens.len() {
            self.part(link)?;
            if self.kind(0) == Some(Kind::Comma) {
                self.at += 1;
                if matches!(self.kind(0), None | Some(Kind::Comma)) {
                    return Err(
                        self.error(self.at - 1..self.at, Problem::Unreadable("something between and after commas"))
                    );
                }
            }
            link = Link::Comma;
        }
        Ok(())
    }

    /// Reads up to a comma outside brackets, or to the end.
    fn part(&mut self, mut link: Link) -> Result<(), CellError> {
        let (start, known) = (self.at, self.units.len());
        // The place of an `or`, an `and`, a plus that waits for what it joins.
        let mut joined_at: Option<usize> = None;
        loop {
            let here = self.at;
            match self.kind(0) {
                None | Some(Kind::Comma) => break,
                Some(Kind::Mark) => self.mark(),
                Some(Kind::Open) => self.brackets(known, link)?,
                Some(Kind::Other) if self.is_full_stop() => self.at += 1,
                Some(Kind::Word) if self.is_default() => {
                    self.cell.default = true;
                    self.at += if self.is_word(0, "by") { 2 } else { 1 };
                }
                Some(Kind::Word) if self.is_port_word() => self.at += 1,
                _ if joined_at.is_none() && self.joins(here > start, &mut link) => {
                    joined_at = Some(here);
                    self.at += 1;
                }
                _ if self.begins_item(0) => {
                    let item = self.item()?;
                    self.units.push(Unit { link, item, is_bracketed: false });
                    link = Link::Blank;
                    joined_at = None;
                }
                _ => {
                    let is_named_only = self.units[known..].iter().all(|unit| unit.item.is_name());
                    if is_named_only {
                        self.units.truncate(known);
                    }
                    let from = if is_named_only { start } else { joined_at.unwrap_or(here) };
                    return self.prose(from);
                }
            }
        }
        match joined_at {
            Some(at) => Err(self.error(at..at + 1, Problem::Unreadable("a port after it"))),
            None => Ok(()),
        }
    }

    /// Does an `or` or an `and` stand here? At the start of a part it goes with the comma before it.
    fn joins(&self, is_inside: bool, link: &mut Link) -> bool {
        let joined = match (self.kind(0), is_inside) {
            (Some(Kind::Word), true) if self.is_word(0, "or") => Link::Or,
            (Some(Kind::Word), true) if self.is_word(0, "and") => Link::And,
            (Some(Kind::Plus), true) => Link::And,
            (Some(Kind::Slash), true) if self.at > 0 && self.tokens[self.at - 1].kind == Kind::Close => Link::And,
            (Some(Kind::Word), false) if *link == Link::Comma && self.is_word(0, "or") => Link::CommaOr,
            (Some(Kind::Word), false) if *link == Link::Comma && self.is_word(0, "and") => Link::Comma,
            _ => return false,
        };
        *link = joined;
        true
    }

    /// Words that name no port, up to the part's end: a remark.
    fn prose(&mut self, from: usize) -> Result<(), CellError> {
        let mut depth = 0_usize;
        let mut end = from;
        while let Some(token) = self.tokens.get(end) {
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close if depth == 0 => {
                    return Err(self.error(end..end + 1, Problem::Unreadable("an opening bracket before it")));
                }
                Kind::Close => depth -= 1,
                Kind::Comma if depth == 0 => break,
                _ => {}
            }
            end += 1;
        }
        let words = self.slice(from..end);
        let is_transport = |token: &Token| matches!(token.kind, Kind::Transport(_));
        let names_port = words.contains(char::is_numeric) || self.tokens[from..end].iter().any(is_transport);
        if names_port || depth > 0 || !words.contains(char::is_alphabetic) {
            let expected = "ports, transports and services, or words alone";
            return Err(self.error(from..end, Problem::Unreadable(expected)));
        }
        self.cell.remarks.push(words.to_owned());
        self.at = end;
        Ok(())
    }

    /// Numbers, transports and services that slashes and colons join.
    pub(super) fn item(&mut self) -> Result<Item, CellError> {
        let start = self.at;
        let mut item = Item { begins_with_number: self.kind(0) == Some(Kind::Number), ..Item::default() };
        let mut before = None;
        loop {
            before = Some(self.element(&mut item, before, start)?);
            while self.kind(0) == Some(Kind::Mark) {
                self.mark();
            }
            let is_bound = match (self.kind(0), before) {
                (Some(Kind::Slash), _) => true,
                (Some(Kind::Colon), Some(Kind::Word | Kind::Transport(_))) => self.kind(1) == Some(Kind::Number),
                (Some(Kind::Plus), Some(Kind::Transport(_))) => {
                    matches!(self.kind(1), Some(Kind::Transport(_)))
                }
                _ => false,
            };
            if !is_bound {
                break;
            }
            if item.portless.is_some() {
                return Err(self.error(start..self.at + 1, Problem::Unreadable("a protocol without ports alone")));
            }
            self.at += 1;
        }
        item.at = self.tokens[start].at.start..self.tokens[self.at - 1].at.end;
        let is_list = item.names.len() > 1 && (!item.numbers.is_empty() || item.transports.is_some());
        if is_list || item.names.len() == 1 && item.numbers.len() > 1 {
            return Err(self.error(start..self.at, Problem::Ambiguous("which service belongs to which number")));
        }
        Ok(item)
    }

    /// One of the things that an item is joined of, after one of a kind.
    fn element(&mut self, item: &mut Item, before: Option<Kind>, start: usize) -> Result<Kind, CellError> {
        if self.kind(0) == Some(Kind::Host) && self.begins_item(0) {
            let host = self.slice(self.at..self.at + 1).to_owned();
            self.cell.remarks.push(host);
            self.at += 2;
        }
        let here = self.at;
        match self.kind(0) {
            Some(Kind::Number) => {
                if !item.numbers.is_empty() && before != Some(Kind::Number) {
                    let readings = "its transport or service belongs to the number before it, or to the one behind it";
                    return Err(self.error(start..here + 1, Problem::Ambiguous(readings)));
                }
                let range = self.range()?;
                item.numbers.push(range);
                Ok(Kind::Number)
            }
            Some(kind @ Kind::Transport(transport)) => {
                self.at += 1;
                let is_alone = item.is_empty();
                match (transport.portless, &mut item.transports) {
                    (Some(_), None) if is_alone => item.portless = Some(transport),
                    (None, None) => {
                        item.transports = Some(Transports { names: vec![transport.name], join: Join::All });
                    }
                    (None, Some(there))
                        if matches!(before, Some(Kind::Transport(_))) && !there.names.contains(&transport.name) =>
                    {
                        there.names.push(transport.name);
                    }
                    _ => {
                        let expected = "each transport once, beside its number";
                        return Err(self.error(start..here + 1, Problem::Unreadable(expected)));
                    }
                }
                Ok(kind)
            }
            Some(Kind::Word) if is_service(self.slice(here..here + 1)) => {
                item.names.push(self.slice(here..here + 1).to_owned());
                self.at += 1;
                Ok(Kind::Word)
            }
            _ => {
                let expected = "a port, a transport or a service at its end";
                Err(self.error(start..here + 1, Problem::Unreadable(expected)))
            }
        }
    }

    /// A number, or two of them with a dash or `to` between.
    fn range(&mut self) -> Result<(u16, u16), CellError> {
        let start = self.at;
        let first = self.port(start)?;
        let is_range = |reader: &Self, at: usize| {
            let joins = reader.kind(at) == Some(Kind::Dash)
                || reader.is_word(at, "to")
                || reader.is_word(at, "through")
                || reader.is_word(at, "thru");
            joins && reader.kind(at + 1) == Some(Kind::Number)
        };
        if !is_range(self, 1) {
            self.at += 1;
            return Ok((first, first));
        }
        let last = self.port(start + 2)?;
        if is_range(self, 3) {
            return Err(self.error(start..start + 5, Problem::Unreadable("a range of two numbers")));
        }
        if last <= first {
            return Err(self.error(start..start + 3, Problem::Reversed));
        }
        self.at += 3;
        Ok((first, last))
    }

    fn port(&self, at: usize) -> Result<u16, CellError> {
        let digits = self.slice(at..at + 1);
        let port = digits.parse::<u16>().ok().filter(|&port| port > 0 && !digits.starts_with('0'));
        let Some(port) = port else {
            return Err(self.error(at..at + 1, Problem::NoPortNumber));
        };
        // `1,024` may be one number, and so may `25,465`; `80,443` would be no port.
        if let Some([comma, next]) = self.tokens.get(at + 1..at + 3) {
            let thousands = self.text[next.at.clone()].parse::<u32>().unwrap_or(0);
            let is_thousand = next.at.len() == 3 && u32::from(port) * 1_000 + thousands <= 65_535;
            let is_close = self.text[comma.at.clone()] == *"," && !comma.is_apart && !next.is_apart;
            if next.kind == Kind::Number && is_close && is_thousand && digits.len() < 3 {
                return Err(self.error(at..at + 3, Problem::Ambiguous("one number with a comma in it, or two ports")));
            }
        }
        Ok(port)
    }

    /// Takes a footnote's mark.
    pub(super) fn mark(&mut self) {
        let mark = self.slice(self.at..self.at + 1).to_owned();
        self.cell.marks.push(mark);
        self.at += 1;
    }

    /// The kind of a token, counted from the one that is read next.
    fn kind(&self, ahead: usize) -> Option<Kind> {
        self.tokens.get(self.at + ahead).map(|token| token.kind)
    }

    fn is_word(&self, ahead: usize, word: &str) -> bool {
        let at = self.at + ahead;
        self.kind(ahead) == Some(Kind::Word) && self.slice(at..at + 1).eq_ignore_ascii_case(word)
    }

    /// `default`, `by default`.
    fn is_default(&self) -> bool {
        self.is_word(0, "default") || self.is_word(0, "by") && self.is_word(1, "default")
    }

    /// The word `port` before a number says nothing.
    fn is_port_word(&self) -> bool {
        (self.is_word(0, "port") || self.is_word(0, "ports")) && self.kind(1) == Some(Kind::Number)
    }

    /// A full stop at the end of words.
    fn is_full_stop(&self) -> bool {
        self.slice(self.at..self.at + 1) == "." && self.tokens.get(self.at + 1).is_none_or(|next| next.is_apart)
    }

    pub(super) fn begins_item(&self, ahead: usize) -> bool {
        let at = self.at + ahead;
        match self.kind(ahead) {
            Some(Kind::Number | Kind::Transport(_)) => true,
            Some(Kind::Word) => is_service(self.slice(at..at + 1)),
            Some(Kind::Host) => self.kind(ahead + 1) == Some(Kind::Colon) && self.kind(ahead + 2) == Some(Kind::Number),
            _ => false,
        }
    }

    /// Some tokens as printed.
    pub(super) fn slice(&self, tokens: Range<usize>) -> &str {
        let tokens = &self.tokens[tokens];
        match (tokens.first(), tokens.last()) {
            (Some(first), Some(last)) => &self.text[first.at.start..last.at.end],
            _ => "",
        }
    }

    pub(super) fn error(&self, tokens: Range<usize>, problem: Problem) -> CellError {
        let end = tokens.end.min(self.tokens.len());
        let part = self.slice(tokens.start.min(end)..end).to_owned();
        CellError { cell: self.text.to_owned(), part, problem }
    }
}
