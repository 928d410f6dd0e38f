//! What stands in brackets behind a port: facts about it, or a remark.

use super::join::{Item, Join, Link, Transports, Unit};
use super::read::{Reader, is_service};
use super::token::{Kind, Token};
use super::{CellError, Problem};
use std::ops::Range;

/// What a piece between commas turned out to be.
enum Piece {
    Fact,
    Remark,
}

impl Reader<'_> {
    /// Reads from an opening bracket to its closing one. The units from `known` on are in the same part of the cell.
    pub(super) fn brackets(&mut self, known: usize, link: Link) -> Result<(), CellError> {
        let open = self.at;
        let mut depth = 0_usize;
        let mut starts = vec![open + 1];
        let close = (open..self.tokens.len()).find(|&at| {
            match self.tokens[at].kind {
                Kind::Open => depth += 1,
                Kind::Close => depth -= 1,
                Kind::Comma if depth == 1 => starts.push(at + 1),
                _ => {}
            }
            depth == 0
        });
        let Some(close) = close else {
            return Err(self.error(open..self.tokens.len(), Problem::Unreadable("a closing bracket")));
        };
        let ends = starts.iter().skip(1).map(|start| start - 1).chain([close]);
        let pieces: Vec<Range<usize>> = starts.iter().zip(ends).map(|(&start, end)| start..end).collect();
        let mut remarks = Vec::new();
        for piece in &pieces {
            if let Piece::Remark = self.piece(piece.clone(), known, link)? {
                remarks.push(self.slice(piece.clone()).to_owned());
            }
        }
        if remarks.len() == pieces.len() {
            remarks = vec![self.slice(open + 1..close).to_owned()];
        }
        self.cell.remarks.extend(remarks);
        self.at = close + 1;
        Ok(())
    }

    fn piece(&mut self, mut piece: Range<usize>, known: usize, link: Link) -> Result<Piece, CellError> {
        while !piece.is_empty() && self.tokens[piece.end - 1].kind == Kind::Mark {
            piece.end -= 1;
            self.at = piece.end;
            self.mark();
        }
        self.at = piece.start;
        let words: Vec<&str> = piece.clone().map(|at| self.slice(at..at + 1)).collect();
        let tokens = &self.tokens[piece.clone()];
        let Some(first) = tokens.first() else {
            return Err(self.error(piece.start - 1..piece.start, Problem::Unreadable("something in the brackets")));
        };
        if is_default(&words) {
            self.cell.default = true;
            return Ok(Piece::Fact);
        }
        if let Some(transports) = transports(tokens, &words) {
            return self.transports(transports, piece, known, link);
        }
        let begins_port = matches!(first.kind, Kind::Number | Kind::Transport(_))
            || words[0].eq_ignore_ascii_case("or")
            || words[0].eq_ignore_ascii_case("and");
        let is_name = is_name(tokens, &words);
        let number = protocol_number(tokens, &words).map(str::to_owned);
        let is_number_due = |item: &Item| item.portless.is_none() && item.numbers.is_empty();
        match self.units[known..].last().map(|unit| &unit.item) {
            Some(Item { portless: Some(transport), .. }) if number.is_some() => {
                if number != transport.portless.map(|number| number.to_string()) {
                    return Err(self.error(piece, Problem::Contradiction("the protocol has another number")));
                }
                return Ok(Piece::Remark);
            }
            Some(item) if is_number_due(item) && begins_port => {
                let inner = self.bracketed_item(piece.end)?;
                if self.at == piece.end {
                    if let Some(unit) = self.units.last_mut().filter(|unit| unit.item.accepts(&inner)) {
                        unit.item.absorb(inner);
                        return Ok(Piece::Fact);
                    }
                }
            }
            Some(item) if is_name && item.names.is_empty() && item.takes_name() => {
                let name = self.slice(piece).to_owned();
                if let Some(unit) = self.units.last_mut() {
                    unit.item.names.push(name);
                }
                return Ok(Piece::Fact);
            }
            _ => {}
        }
        if begins_port {
            let expected = "in brackets the transport, the service or a remark of the port before them";
            return Err(self.error(piece, Problem::Unreadable(expected)));
        }
        Ok(Piece::Remark)
    }

    /// A port in the brackets: one item, or a transport and its number with a blank between.
    fn bracketed_item(&mut self, end: usize) -> Result<Item, CellError> {
        let mut item = self.item()?;
        if self.at < end && item.is_transport() && self.begins_item(0) {
            let number = self.item()?;
            if item.accepts(&number) {
                item.absorb(number);
            }
        }
        Ok(item)
    }

    /// The transports of the port before the brackets, or, with none before them, of the port behind them.
    fn transports(
        &mut self,
        transports: Transports,
        piece: Range<usize>,
        known: usize,
        link: Link,
    ) -> Result<Piece, CellError> {
        let at = self.tokens[piece.start].at.start..self.tokens[piece.end - 1].at.end;
        let Some(unit) = self.units[known..].last_mut() else {
            let item = Item { transports: Some(transports), at, ..Item::default() };
            self.units.push(Unit { link, item, is_bracketed: true });
            return Ok(Piece::Fact);
        };
        match &mut unit.item.transports {
            _ if unit.item.portless.is_some() => {
                return Err(self.error(piece, Problem::Contradiction("one protocol on top of IP beside another")));
            }
            None => unit.item.transports = Some(transports),
            Some(there) if *there == transports => {}
            Some(there) if unit.is_bracketed && there.join == Join::All && transports.join == Join::All => {
                there.names.extend(transports.names);
            }
            Some(_) => {
                return Err(self.error(piece, Problem::Contradiction("the port has a transport")));
            }
        }
        unit.is_bracketed = true;
        Ok(Piece::Fact)
    }
}

fn is_default(words: &[&str]) -> bool {
    let is = |words: &[&str]| {
        words.iter().all(|word| ["by", "default", "port"].contains(&word.to_ascii_lowercase().as_str()))
    };
    is(words) && words.iter().any(|word| word.eq_ignore_ascii_case("default"))
}

/// Transports with ports and nothing else, joined in one way.
fn transports(tokens: &[Token], words: &[&str]) -> Option<Transports> {
    let mut names = Vec::new();
    let mut join = None;
    for (number, (token, word)) in tokens.iter().zip(words).enumerate() {
        let joined = match token.kind {
            Kind::Transport(transport) if number % 2 == 0 && transport.portless.is_none() => {
                names.push(transport.name);
                continue;
            }
            Kind::Word if word.eq_ignore_ascii_case("or") => Join::Any,
            Kind::Word if word.eq_ignore_ascii_case("and") => Join::All,
            Kind::Slash | Kind::Plus => Join::All,
            _ => return None,
        };
        if number % 2 == 0 || *join.get_or_insert(joined) != joined {
            return None;
        }
    }
    (tokens.len() % 2 == 1).then_some(Transports { names, join: join.unwrap_or(Join::All) })
}

/// A service, or several with slashes between.
fn is_name(tokens: &[Token], words: &[&str]) -> bool {
    tokens.len() % 2 == 1
        && tokens.iter().zip(words).enumerate().all(|(number, (token, word))| {
            if number % 2 == 0 { token.kind == Kind::Word && is_service(word) } else { token.kind == Kind::Slash }
        })
}

/// The number of a protocol on top of IP: `50`, `IP 50`, `IP protocol 50`.
fn protocol_number<'a>(tokens: &[Token], words: &[&'a str]) -> Option<&'a str> {
    let (last, before) = tokens.split_last()?;
    let is_number = last.kind == Kind::Number && before.iter().all(|token| token.kind == Kind::Word);
    if is_number { words.last().copied() } else { None }
}
