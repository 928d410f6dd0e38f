//! Reads protocols without ports: their numbers in the IP header, and types of ICMP.

use std::ops::Range;

use super::item::Item;
use super::problem::{Problem, ProblemKind};
use super::reader::Reader;
use super::token::{IpProtocol, Kind};

/// Types of ICMP by the names that IANA's registries give them, with their numbers in ICMP and `ICMPv6`.
const ICMP_TYPES: [(&str, Option<u8>, Option<u8>); 13] = [
    ("echo reply", Some(0), Some(129)),
    ("echo request", Some(8), Some(128)),
    ("destination unreachable", Some(3), Some(1)),
    ("packet too big", None, Some(2)),
    ("redirect", Some(5), Some(137)),
    ("time exceeded", Some(11), Some(3)),
    ("parameter problem", Some(12), Some(4)),
    ("timestamp request", Some(13), None),
    ("timestamp reply", Some(14), None),
    ("router solicitation", Some(10), Some(133)),
    ("router advertisement", Some(9), Some(134)),
    ("neighbor solicitation", None, Some(135)),
    ("neighbor advertisement", None, Some(136)),
];

/// The largest number of words in the name of a type.
const LONGEST_NAME: usize = 3;

impl Reader<'_> {
    /// The number of tokens of a protocol that is printed as a number, such as `IP protocol 112`, `protocol ID 112` or `IP/112`.
    pub(super) fn numbered_protocol(&self, ahead: usize) -> Option<usize> {
        let mut length = usize::from(self.is_word(ahead, "ip"));
        if length == 1 && self.kind(ahead + 1) == Some(Kind::Slash) {
            length += 1;
        } else if ["protocol", "proto"].iter().any(|word| self.is_word(ahead + length, word)) {
            length += 1;
            let is_number = ["number", "id"].iter().any(|word| self.is_word(ahead + length, word));
            length += usize::from(is_number || self.kind(ahead + length) == Some(Kind::Colon));
        } else {
            return None;
        }
        (self.kind(ahead + length) == Some(Kind::Number)).then_some(length + 1)
    }

    /// Whether a type of ICMP begins here, in a row whose protocol column is ICMP.
    pub(super) fn begins_type_of_column(&self, ahead: usize) -> bool {
        self.icmp_column.is_some_and(|icmp| {
            let is_number = self.is_word(ahead, "type") && self.kind(ahead + 1) == Some(Kind::Number);
            is_number || self.type_name(ahead, icmp).is_some()
        })
    }

    /// Reads a protocol that is printed as a number, or a type of the ICMP of the protocol column. Returns `None` if there is neither.
    pub(super) fn read_unnamed_protocol(&mut self, item: &mut Item) -> Result<Option<Kind>, Problem> {
        if let Some(length) = self.numbered_protocol(0) {
            let tokens = self.next..self.next + length;
            let protocol = IpProtocol::from_number(self.byte(tokens.end - 1)?)
                .map_err(|_| self.problem(tokens.clone(), ProblemKind::MissingPort))?;
            self.next += length;
            if let Some(Kind::Protocol(named)) = self.kind(0).filter(|_| !self.follows_mark()) {
                if named.portless_number != protocol.portless_number {
                    let kind = ProblemKind::Contradiction("the number of the protocol before it");
                    return Err(self.problem(self.next..self.next + 1, kind));
                }
                self.next += 1;
            }
            item.portless = Some(protocol);
            item.icmp_type = self.read_icmp_type(protocol, None)?;
            return Ok(Some(Kind::Protocol(protocol)));
        }
        let Some(icmp) = self.icmp_column else { return Ok(None) };
        let number = self.known_type(icmp);
        if number.is_none() && !self.begins_type_of_column(0) {
            return Ok(None);
        }
        self.next += usize::from(number.is_some());
        item.portless = Some(icmp);
        item.icmp_type = self.read_icmp_type(icmp, number)?;
        Ok(Some(Kind::Protocol(icmp)))
    }

    /// The number that is next, if it is a type of the ICMP of the protocol column. Other numbers may be ports.
    fn known_type(&self, icmp: IpProtocol) -> Option<u8> {
        let number = self.kind(0).filter(|kind| *kind == Kind::Number).and_then(|_| self.byte(self.next).ok())?;
        let is_number = |(_, v4, v6): &(_, Option<u8>, Option<u8>)| type_of(icmp, *v4, *v6) == Some(number);
        ICMP_TYPES.iter().any(is_number).then_some(number)
    }

    /// Reads what follows the name of a protocol without ports: its number, such as `protocol 51`, and a type of ICMP.
    pub(super) fn read_after_name(&mut self, item: &mut Item, protocol: IpProtocol) -> Result<(), Problem> {
        if let Some(length) = self.numbered_protocol(0) {
            let tokens = self.next..self.next + length;
            if protocol.portless_number != Some(u16::from(self.byte(tokens.end - 1)?)) {
                return Err(self.problem(tokens, ProblemKind::Contradiction("the protocol before it")));
            }
            self.next += length;
        }
        item.icmp_type = self.read_icmp_type(protocol, None)?;
        Ok(())
    }

    /// Reads a type of ICMP if one is next: its number, its name, or both if they agree with each other and with the one found before.
    fn read_icmp_type(&mut self, protocol: IpProtocol, mut found: Option<u8>) -> Result<Option<u8>, Problem> {
        while protocol.is_icmp() {
            let here = self.next;
            let is_number = self.is_word(0, "type") && self.kind(1) == Some(Kind::Number);
            let is_slash = found.is_none() && self.kind(0) == Some(Kind::Slash) && self.kind(1) == Some(Kind::Number);
            let (number, length) = if is_number || is_slash {
                (self.byte(here + 1)?, 2)
            } else if let Some(named) = self.type_name(0, protocol) {
                named
            } else {
                break;
            };
            if found.is_some_and(|found| found != number) {
                let kind = ProblemKind::Contradiction("the type of ICMP before it");
                return Err(self.problem(here..here + length, kind));
            }
            found = Some(number);
            self.next += length;
        }
        Ok(found)
    }

    /// Reads brackets after a protocol without ports: its other name, or a type of ICMP. Returns `false` if they contain neither.
    pub(super) fn read_bracketed_type(&mut self, piece: Range<usize>, first_item: usize) -> Result<bool, Problem> {
        let last = self.items[first_item..].last().map(|last| (last.item.portless, last.item.icmp_type));
        let Some((Some(protocol), known)) = last else { return Ok(false) };
        if let [Kind::Protocol(other)] =
            self.tokens[piece.clone()].iter().map(|token| token.kind).collect::<Vec<_>>()[..]
        {
            let is_same = other.portless_number == protocol.portless_number;
            return if is_same { Ok(true) } else { Err(self.problem(piece, contradicts_protocol())) };
        }
        self.next = piece.start;
        let Some(found) = self.read_icmp_type(protocol, None)?.filter(|_| self.next == piece.end) else {
            return Ok(false);
        };
        if known.is_some_and(|known| known != found) {
            return Err(self.problem(piece, ProblemKind::Contradiction("the type of ICMP before it")));
        }
        if let Some(last) = self.items.last_mut() {
            last.item.icmp_type = Some(found);
        }
        Ok(true)
    }

    /// The type of ICMP whose name begins here, and its number of tokens.
    fn type_name(&self, ahead: usize, icmp: IpProtocol) -> Option<(u8, usize)> {
        (1..=LONGEST_NAME).rev().find_map(|length| {
            let is_words = (ahead..ahead + length).all(|ahead| self.kind(ahead) == Some(Kind::Word));
            let start = self.next + ahead;
            let name = is_words.then(|| self.slice(start..start + length).to_ascii_lowercase())?;
            let name = name.replace(['-', '_'], " ").replace("neighbour", "neighbor");
            let (_, v4, v6) = ICMP_TYPES.iter().find(|(known, ..)| *known == name)?;
            Some((type_of(icmp, *v4, *v6)?, length))
        })
    }

    /// The number at a token, from 0 to 255.
    fn byte(&self, index: usize) -> Result<u8, Problem> {
        let digits = self.slice(index..index + 1);
        let number = digits.parse().ok().filter(|_| digits == "0" || !digits.starts_with('0'));
        number.ok_or_else(|| self.problem(index..index + 1, ProblemKind::NotAByte))
    }

    fn follows_mark(&self) -> bool {
        self.next > 0 && self.tokens[self.next - 1].kind == Kind::Mark
    }
}

/// The number of a type in one of the two ICMPs.
fn type_of(icmp: IpProtocol, v4: Option<u8>, v6: Option<u8>) -> Option<u8> {
    if icmp.name == "icmp" { v4 } else { v6 }
}

fn contradicts_protocol() -> ProblemKind {
    ProblemKind::Contradiction("the protocol before it")
}
