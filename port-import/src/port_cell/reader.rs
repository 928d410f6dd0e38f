//! Reads items from the tokens of a cell.

use std::ops::Range;

use port_core::PortRange;

use super::cell::Cell;
use super::item::{Item, Join, LinkedItem, Transports};
use super::problem::{Problem, ProblemKind};
use super::token::{IpProtocol, Kind, Token, tokens};
use super::words::is_service;

/// A position in the tokens of a cell, and what was read before it.
pub(super) struct Reader<'a> {
    pub text: &'a str,
    pub tokens: Vec<Token>,
    /// The index of the next token.
    pub next: usize,
    pub items: Vec<LinkedItem>,
    pub cell: Cell,
    /// The ICMP of the protocol column, if the column is that.
    pub icmp_column: Option<IpProtocol>,
}

impl Reader<'_> {
    pub(super) fn new(text: &str, icmp_column: Option<IpProtocol>) -> Reader<'_> {
        Reader { text, tokens: tokens(text), next: 0, items: Vec::new(), cell: Cell::default(), icmp_column }
    }

    /// Reads numbers, transports and services that slashes and colons join.
    pub(super) fn read_item(&mut self) -> Result<Item, Problem> {
        let start = self.next;
        let mut item = Item { begins_with_number: self.kind(0) == Some(Kind::Number), ..Item::default() };
        let mut before = None;
        loop {
            before = Some(self.read_element(&mut item, before, start)?);
            while self.kind(0) == Some(Kind::Mark) {
                self.read_mark();
            }
            let is_joined = match (self.kind(0), before) {
                (Some(Kind::Slash), _) => true,
                (Some(Kind::Colon), Some(Kind::Word | Kind::Protocol(_))) => self.kind(1) == Some(Kind::Number),
                (Some(Kind::Plus), Some(Kind::Protocol(_))) => matches!(self.kind(1), Some(Kind::Protocol(_))),
                _ => false,
            };
            if !is_joined {
                break;
            }
            if item.portless.is_some() {
                let reason = "a protocol without ports can't be joined with anything";
                return Err(self.problem(start..self.next + 1, ProblemKind::Unreadable(reason)));
            }
            self.next += 1;
        }
        item.range = self.bytes(start..self.next);
        let has_several_services = item.services.len() > 1 && (!item.numbers.is_empty() || item.transports.is_some());
        if has_several_services || item.services.len() == 1 && item.numbers.len() > 1 {
            let readings = "it isn't clear which service belongs to which number";
            return Err(self.problem(start..self.next, ProblemKind::Ambiguous(readings)));
        }
        Ok(item)
    }

    /// Reads one element of an item, after an element of the kind `before`.
    fn read_element(&mut self, item: &mut Item, before: Option<Kind>, start: usize) -> Result<Kind, Problem> {
        if self.kind(0) == Some(Kind::Host) && self.begins_item(0) {
            let host = self.slice(self.next..self.next + 1).to_owned();
            self.cell.remarks.push(host);
            self.next += 2;
        }
        let here = self.next;
        if here == start {
            if let Some(kind) = self.read_unnamed_protocol(item)? {
                return Ok(kind);
            }
        }
        match self.kind(0) {
            Some(Kind::Number) => {
                if !item.numbers.is_empty() && before != Some(Kind::Number) {
                    let readings = "the transport or service belongs to the number before it or to the one after it";
                    return Err(self.problem(start..here + 1, ProblemKind::Ambiguous(readings)));
                }
                let range = match self.read_counted_range()? {
                    Some(range) => range,
                    None => self.read_range()?,
                };
                self.check_plus(here)?;
                item.numbers.push(range);
                Ok(Kind::Number)
            }
            Some(kind @ Kind::Protocol(protocol)) => {
                self.next += 1;
                let follows_plus = here > start && self.tokens[here - 1].kind == Kind::Plus;
                if !add_protocol(item, protocol, before, follows_plus) {
                    let reason = "a transport is repeated, or isn't next to its number";
                    return Err(self.problem(start..here + 1, ProblemKind::Unreadable(reason)));
                }
                if !protocol.has_ports() {
                    self.read_after_name(item, protocol)?;
                }
                Ok(kind)
            }
            Some(Kind::Word) if is_service(self.slice(here..here + 1)) => {
                item.services.push(self.slice(here..here + 1).to_owned());
                self.next += 1;
                Ok(Kind::Word)
            }
            _ => {
                let reason = "it doesn't end with a port, a transport or a service";
                Err(self.problem(start..here + 1, ProblemKind::Unreadable(reason)))
            }
        }
    }

    /// Reads a number, or two with a dash or `to` between them.
    fn read_range(&mut self) -> Result<PortRange, Problem> {
        let start = self.next;
        let first = self.port(start)?;
        let is_range = |reader: &Self, ahead: usize| {
            let joins = reader.kind(ahead) == Some(Kind::Dash)
                || ["to", "through", "thru"].iter().any(|word| reader.is_word(ahead, word));
            joins && reader.kind(ahead + 1) == Some(Kind::Number)
        };
        let (last, length) = if is_range(self, 1) { (self.port(start + 2)?, 3) } else { (first, 1) };
        if length == 3 && is_range(self, 3) {
            return Err(self.problem(start..start + 5, ProblemKind::Unreadable("a range has two numbers")));
        }
        match PortRange::new(first, last) {
            Some(range) if length == 1 || first < last => {
                self.next += length;
                Ok(range)
            }
            _ => Err(self.problem(start..start + length, ProblemKind::ReversedRange)),
        }
    }

    /// The port at a token.
    pub(super) fn port(&self, index: usize) -> Result<u16, Problem> {
        let digits = self.slice(index..index + 1);
        let port = digits.parse::<u16>().ok().filter(|&port| port > 0 && !digits.starts_with('0'));
        let Some(port) = port else {
            return Err(self.problem(index..index + 1, ProblemKind::NotAPort));
        };
        // `1,024` may be one number, and so may `25,465`. `80,443` would not be a port.
        if let Some([comma, next]) = self.tokens.get(index + 1..index + 3) {
            let thousands = self.text[next.range.clone()].parse::<u32>().unwrap_or(0);
            let is_port = next.range.len() == 3 && u32::from(port) * 1_000 + thousands <= 65_535;
            let is_close = self.text[comma.range.clone()] == *"," && !comma.follows_space && !next.follows_space;
            if next.kind == Kind::Number && is_close && is_port && digits.len() < 3 {
                let readings = "it is one number with a thousands separator, or two ports";
                return Err(self.problem(index..index + 3, ProblemKind::Ambiguous(readings)));
            }
        }
        Ok(port)
    }

    /// Reads a footnote's mark.
    pub(super) fn read_mark(&mut self) {
        let mark = self.slice(self.next..self.next + 1).to_owned();
        self.cell.marks.push(mark);
        self.next += 1;
    }

    /// The kind of a token, counted from the next one.
    pub(super) fn kind(&self, ahead: usize) -> Option<Kind> {
        self.tokens.get(self.next + ahead).map(|token| token.kind)
    }

    pub(super) fn is_word(&self, ahead: usize, word: &str) -> bool {
        let index = self.next + ahead;
        self.kind(ahead) == Some(Kind::Word) && self.slice(index..index + 1).eq_ignore_ascii_case(word)
    }

    pub(super) fn begins_item(&self, ahead: usize) -> bool {
        let index = self.next + ahead;
        match self.kind(ahead) {
            Some(Kind::Number | Kind::Protocol(_)) => true,
            Some(Kind::Word) => {
                is_service(self.slice(index..index + 1))
                    || self.numbered_protocol(ahead).is_some()
                    || self.begins_type_of_column(ahead)
            }
            Some(Kind::Host) => self.kind(ahead + 1) == Some(Kind::Colon) && self.kind(ahead + 2) == Some(Kind::Number),
            _ => false,
        }
    }

    /// Where some tokens are in the text, in bytes.
    pub(super) fn bytes(&self, tokens: Range<usize>) -> Range<usize> {
        match self.tokens.get(tokens) {
            Some([first, .., last]) => first.range.start..last.range.end,
            Some([only]) => only.range.clone(),
            _ => 0..0,
        }
    }

    /// The text of some tokens, as printed.
    pub(super) fn slice(&self, tokens: Range<usize>) -> &str {
        &self.text[self.bytes(tokens)]
    }

    pub(super) fn problem(&self, tokens: Range<usize>, kind: ProblemKind) -> Problem {
        let end = tokens.end.min(self.tokens.len());
        Problem::new(self.bytes(tokens.start.min(end)..end), kind)
    }
}

/// Adds a protocol to an item. Returns `false` if the item can't have it.
fn add_protocol(item: &mut Item, protocol: IpProtocol, before: Option<Kind>, follows_plus: bool) -> bool {
    let is_alone = item.is_empty();
    match &mut item.transports {
        None if !protocol.has_ports() && is_alone => item.portless = Some(protocol),
        None if protocol.has_ports() => {
            item.transports = Some(Transports { names: vec![protocol.name], join: Join::All });
        }
        Some(transports)
            if protocol.has_ports()
                && matches!(before, Some(Kind::Protocol(_)))
                && !transports.names.contains(&protocol.name) =>
        {
            transports.names.push(protocol.name);
            if !follows_plus {
                transports.join = Join::Unstated;
            }
        }
        _ => return false,
    }
    true
}
