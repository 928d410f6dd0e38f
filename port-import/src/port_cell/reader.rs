//! Reads items from the tokens of a cell.

use std::ops::Range;

use super::cell::Cell;
use super::item::{Item, Join, LinkedItem, Position, Transports};
use super::problem::{Problem, ProblemKind};
use super::thousands::join_thousands;
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
        let mut tokens = tokens(text);
        join_thousands(text, &mut tokens);
        Reader { text, tokens, next: 0, items: Vec::new(), cell: Cell::default(), icmp_column }
    }

    /// Reads numbers, transports and services that slashes and colons join.
    pub(super) fn read_item(&mut self) -> Result<Item, Problem> {
        let start = self.next;
        let mut item = Item { begins_with_number: self.begins_range(0), ..Item::default() };
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
        if is_date(&item) {
            return Err(self.problem(start..self.next, ProblemKind::Ambiguous("it is three ports, or a date")));
        }
        Ok(item)
    }

    /// Reads one element of an item, after an element of the kind `before`.
    fn read_element(&mut self, item: &mut Item, before: Option<Kind>, start: usize) -> Result<Kind, Problem> {
        if let Some(length) = self.address(0) {
            if length > 1 {
                let host = self.slice(self.next..self.next + 1).to_owned();
                self.cell.remarks.push(host);
            }
            self.next += length;
        }
        let here = self.next;
        if here == start {
            if let Some(kind) = self.read_unnamed_protocol(item)? {
                return Ok(kind);
            }
        }
        match self.kind(0) {
            Some(Kind::Number | Kind::Above) if self.begins_range(0) => {
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
            Some(Kind::Above) => self.begins_range(ahead),
            Some(Kind::Word) => {
                is_service(self.slice(index..index + 1))
                    || self.address(ahead).is_some()
                    || self.numbered_protocol(ahead).is_some()
                    || self.begins_type_of_column(ahead)
            }
            Some(Kind::Host | Kind::Mark | Kind::Colon) => self.address(ahead).is_some(),
            _ => false,
        }
    }

    /// The number of tokens of an address and its colon before a port: `mail.example.com:`, `localhost:`, `*:` or only a colon.
    fn address(&self, ahead: usize) -> Option<usize> {
        let index = self.next + ahead;
        let is_first = index.checked_sub(1).is_none_or(|before| self.tokens[before].kind == Kind::Comma);
        let length = match self.kind(ahead)? {
            Kind::Colon if is_first => 1,
            Kind::Host => 2,
            Kind::Word if self.is_word(ahead, "localhost") => 2,
            Kind::Mark if self.slice(index..index + 1) == "*" && !self.follows_number(index) => 2,
            _ => return None,
        };
        let is_port =
            self.kind(ahead + length - 1) == Some(Kind::Colon) && self.kind(ahead + length) == Some(Kind::Number);
        is_port.then_some(length)
    }

    /// Whether the token before this one is a number, to which a mark belongs.
    fn follows_number(&self, index: usize) -> bool {
        index.checked_sub(1).is_some_and(|before| self.tokens[before].kind == Kind::Number)
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

/// Whether the numbers of an item are a day, a month and a year.
fn is_date(item: &Item) -> bool {
    const YEARS: std::ops::RangeInclusive<u16> = 1990..=2099;
    const LONGEST_MONTH: u16 = 31;
    let numbers: Vec<u16> = item.numbers.iter().map(|range| range.first()).collect();
    let is_day = |number: u16| number <= LONGEST_MONTH;
    match numbers[..] {
        [a, b, c] => is_day(b) && (YEARS.contains(&a) && is_day(c) || is_day(a) && YEARS.contains(&c)),
        _ => false,
    }
}

/// Adds a protocol to an item. Returns `false` if the item can't have it.
fn add_protocol(item: &mut Item, protocol: IpProtocol, before: Option<Kind>, follows_plus: bool) -> bool {
    let is_alone = item.is_empty();
    match &mut item.transports {
        None if !protocol.has_ports() && is_alone => item.portless = Some(protocol),
        None if protocol.has_ports() => {
            item.transports = Some(Transports { names: vec![protocol.name], join: Join::All });
            item.position = if item.numbers.is_empty() { Position::Before } else { Position::After };
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
