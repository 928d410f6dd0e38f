//! Reads ports and ranges of ports: `443`, `1,024`, `2500 to 3300`, `10000:20000`, `1024 and above`, `1024+`, `>1023`.

use port_core::PortRange;

use super::problem::{Problem, ProblemKind};
use super::reader::Reader;
use super::token::Kind;

/// Words that join the two numbers of a range.
const TO: [&str; 3] = ["to", "through", "thru"];
/// Words after `and` or `or` that make all higher ports part of a range.
const HIGHER: [&str; 10] =
    ["above", "up", "upward", "upwards", "higher", "greater", "over", "beyond", "onward", "onwards"];
/// Words that do so alone.
const ONWARDS: [&str; 4] = ["upward", "upwards", "onward", "onwards"];
/// Words of a remark that may change which ports the number before them means.
const EXTENDING: [&str; 32] = [
    "above",
    "up",
    "upward",
    "upwards",
    "higher",
    "greater",
    "over",
    "beyond",
    "onward",
    "onwards",
    "under",
    "below",
    "lower",
    "less",
    "more",
    "max",
    "maximum",
    "min",
    "minimum",
    "until",
    "till",
    "through",
    "thru",
    "range",
    "ranges",
    "subsequent",
    "following",
    "consecutive",
    "next",
    "increasing",
    "etc",
    "others",
];
/// Words after a dash that are the last port of a range: `1024 - any`.
const LAST: [&str; 7] = ["any", "all", "end", "highest", "infinity", "last", "unlimited"];
/// The lowest first number of a range with a colon. Lower numbers may be a port that is mapped to another one.
const LOWEST_BEFORE_COLON: u16 = 10_000;

impl Reader<'_> {
    /// Whether a port or a range begins at a token.
    pub(super) fn begins_range(&self, ahead: usize) -> bool {
        let is_number = |ahead| self.kind(ahead) == Some(Kind::Number);
        is_number(ahead) || self.kind(ahead) == Some(Kind::Above) && is_number(ahead + 1)
    }

    /// Reads a number, or a range in one of its forms.
    pub(super) fn read_range(&mut self) -> Result<PortRange, Problem> {
        let start = self.next;
        if self.kind(0) == Some(Kind::Above) {
            return self.read_above();
        }
        let first = self.port(start)?;
        let is_joined = |ahead: usize| self.joins_range(ahead) && self.kind(ahead + 1) == Some(Kind::Number);
        let (last, length) = if is_joined(1) { (self.port(start + 2)?, 3) } else { (first, 1) };
        if length == 3 && is_joined(3) {
            return Err(self.problem(start..start + 5, ProblemKind::Unreadable("a range has two numbers")));
        }
        let is_mapping = first < LOWEST_BEFORE_COLON && last != u16::MAX || first >= last;
        if length == 3 && self.kind(1) == Some(Kind::Colon) && is_mapping {
            let readings = "it is a range, or a port that is mapped to another one";
            return Err(self.problem(start..start + 3, ProblemKind::Ambiguous(readings)));
        }
        let range = PortRange::new(first, last).filter(|_| length == 1 || first < last);
        let range = range.ok_or_else(|| self.problem(start..start + length, ProblemKind::ReversedRange))?;
        self.next += length;
        match self.open_end() {
            Some(end) if length == 1 => {
                let words = self.slice(self.next..self.next + end).to_owned();
                self.cell.remarks.push(words);
                self.next += end;
                PortRange::new(first, u16::MAX).ok_or_else(|| self.problem(start..self.next, ProblemKind::NotAPort))
            }
            Some(end) => {
                let reason = "a range with a last port has no higher ports";
                Err(self.problem(start..self.next + end, ProblemKind::Unreadable(reason)))
            }
            None => Ok(range),
        }
    }

    /// Reads `>1023`, `≥1024` or `>=1024`, which is kept as a remark too.
    fn read_above(&mut self) -> Result<PortRange, Problem> {
        let start = self.next;
        let number = self.port(start + 1)?;
        let is_included = self.slice(start..start + 1) != ">";
        let first = if is_included { Some(number) } else { number.checked_add(1) };
        let range = first.and_then(|first| PortRange::new(first, u16::MAX));
        let range = range.ok_or_else(|| self.problem(start..start + 2, ProblemKind::NotAPort))?;
        self.next += 2;
        if self.joins_range(0) || self.open_end().is_some() {
            let reason = "the range has more than one limit";
            return Err(self.problem(start..self.next + 1, ProblemKind::Unreadable(reason)));
        }
        let words = self.slice(start..start + 2).to_owned();
        self.cell.remarks.push(words);
        Ok(range)
    }

    /// Whether a token joins the two numbers of a range.
    fn joins_range(&self, ahead: usize) -> bool {
        matches!(self.kind(ahead), Some(Kind::Dash | Kind::Colon)) || TO.iter().any(|word| self.is_word(ahead, word))
    }

    /// The number of tokens that make all higher ports part of a range: `and above`, `onwards`, `+`.
    fn open_end(&self) -> Option<usize> {
        let is_any = |ahead: usize, words: &[&str]| words.iter().any(|word| self.is_word(ahead, word));
        let is_plus = self.kind(0) == Some(Kind::Plus);
        if is_plus && self.slice(self.next..self.next + 1) == "+" {
            let ends =
                matches!(self.kind(1), None | Some(Kind::Comma | Kind::Open | Kind::Close | Kind::Slash | Kind::Mark));
            return ends.then_some(1);
        }
        let length = if (is_plus || is_any(0, &["and", "or"])) && is_any(1, &HIGHER) {
            2
        } else if is_any(0, &ONWARDS) {
            1
        } else {
            return None;
        };
        // `and up to 2000` has a last port.
        let goes_on = self.joins_range(length) || self.kind(length) == Some(Kind::Number);
        (!goes_on).then_some(length)
    }

    /// Whether words after a port may change which ports it means, such as `to any`, `and up to the maximum` or `-max`.
    pub(super) fn may_extend_range(&self, from: usize, end: usize) -> bool {
        const WORDS: usize = 3;
        let first = &self.tokens[from];
        let is_sign = matches!(first.kind, Kind::Dash | Kind::Colon | Kind::Slash | Kind::Plus);
        let has_space = first.follows_space || self.tokens.get(from + 1).is_some_and(|next| next.follows_space);
        let is_tight = is_sign && !has_space;
        let is_any = |index: usize, words: &[&str]| {
            words.iter().any(|word| self.slice(index..index + 1).eq_ignore_ascii_case(word))
        };
        let has_last = first.kind == Kind::Dash && from + 1 < end && is_any(from + 1, &LAST);
        is_tight || has_last || is_any(from, &TO) || (from..end).take(WORDS).any(|index| is_any(index, &EXTENDING))
    }

    /// The port at a token.
    pub(super) fn port(&self, index: usize) -> Result<u16, Problem> {
        let digits = self.slice(index..index + 1).replace(',', "");
        let port = digits.parse::<u16>().ok().filter(|&port| port > 0 && !digits.starts_with('0'));
        let Some(port) = port else {
            return Err(self.problem(index..index + 1, ProblemKind::NotAPort));
        };
        // `25,465` may be one number. `80,443` would not be a port.
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
}
