//! Reads a base port and the number of ports from it on: `64 ports from 49152`, `49152 (64 ports)`.

use std::ops::Range;

use port_core::PortRange;

use super::problem::{Problem, ProblemKind};
use super::reader::Reader;
use super::token::Kind;

/// A number of ports, in tokens that are counted from the next one.
pub(super) struct Count {
    /// How many ports.
    pub ports: u16,
    /// The token of the base port, if it follows.
    pub base: Option<usize>,
    /// The number of tokens.
    pub length: usize,
}

impl Reader<'_> {
    /// A number of ports that begins at a token, such as `64 ports` or `64 ports starting at 49152`.
    pub(super) fn count(&self, ahead: usize) -> Option<Count> {
        let is_any = |ahead: usize, words: &[&str]| words.iter().any(|word| self.is_word(ahead, word));
        let digits = self.kind(ahead).filter(|kind| *kind == Kind::Number).map(|_| self.next + ahead)?;
        let digits = self.slice(digits..digits + 1);
        let ports = digits.parse::<u16>().ok().filter(|_| !digits.starts_with('0'))?;
        let mut length = 1;
        length += usize::from(is_any(ahead + length, &["consecutive"]));
        if !is_any(ahead + length, &["port", "ports"]) {
            return None;
        }
        length += 1;
        let phrase = if is_any(ahead + length, &["from"]) {
            1
        } else if is_any(ahead + length, &["starting", "beginning"])
            && is_any(ahead + length + 1, &["at", "from", "with"])
        {
            2
        } else {
            return Some(Count { ports, base: None, length });
        };
        if self.kind(ahead + length + phrase) != Some(Kind::Number) {
            return Some(Count { ports, base: None, length });
        }
        let base = Some(ahead + length + phrase);
        length += phrase + 1;
        length += usize::from(is_any(ahead + length, &["on", "onwards", "upwards"]));
        Some(Count { ports, base, length })
    }

    /// Reads `64 ports from 49152`. Returns `None` if something else is next.
    pub(super) fn read_counted_range(&mut self) -> Result<Option<PortRange>, Problem> {
        let Some(Count { ports, base: Some(base), length }) = self.count(0) else { return Ok(None) };
        let first = self.port(self.next + base)?;
        let range = first.checked_add(ports - 1).and_then(|last| PortRange::new(first, last));
        let range = range.ok_or_else(|| {
            let reason = ProblemKind::Unreadable("the range ends after port 65535");
            self.problem(self.next..self.next + length, reason)
        })?;
        self.next += length;
        Ok(Some(range))
    }

    /// Rejects a plus after a number: another port, or the number of ports from the first on.
    pub(super) fn check_plus(&self, start: usize) -> Result<(), Problem> {
        let plus = self.next;
        if self.kind(0) != Some(Kind::Plus) || self.slice(plus..plus + 1) != "+" {
            return Ok(());
        }
        match self.kind(1) {
            Some(Kind::Number) => {
                let readings = "it is two ports, or a base port and the number of ports from it on";
                Err(self.problem(start..plus + 2, ProblemKind::Ambiguous(readings)))
            }
            Some(Kind::Word) if !self.begins_item(1) => {
                let reason = "it doesn't state the number of ports from the first on";
                Err(self.problem(start..plus + 2, ProblemKind::Unreadable(reason)))
            }
            _ => Ok(()),
        }
    }

    /// Reads brackets with the number of ports after a port or a range. Returns `false` if they contain something else.
    pub(super) fn read_bracketed_count(&mut self, piece: Range<usize>, first_item: usize) -> Result<bool, Problem> {
        self.next = piece.start;
        let Some(Count { ports, base, .. }) = self.count(0).filter(|count| count.length == piece.len()) else {
            return Ok(false);
        };
        let base = base.map(|base| self.port(piece.start + base)).transpose()?;
        let is_only_item = self.items.len() == 1;
        let part = self.bytes(piece);
        let Some(last) = self.items[first_item..].last_mut() else { return Ok(false) };
        let [range] = &mut last.item.numbers[..] else { return Ok(false) };
        let counted = range.first().checked_add(ports - 1).and_then(|end| PortRange::new(range.first(), end));
        match counted.filter(|_| base.is_none_or(|base| base == range.first())) {
            Some(counted) if counted == *range => {}
            Some(_) if range.first() == range.last() && base.is_none() && !is_only_item => {
                let readings = "it counts the ports from the last one on, or all of the cell";
                return Err(Problem::new(part, ProblemKind::Ambiguous(readings)));
            }
            Some(counted) if range.first() == range.last() => *range = counted,
            _ => return Err(Problem::new(part, ProblemKind::Contradiction("the port before it"))),
        }
        Ok(true)
    }
}
