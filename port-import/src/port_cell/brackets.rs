//! Reads brackets after a port: facts about the port, or a remark.

use std::ops::Range;

use super::item::{Item, Join, Link, LinkedItem, Position, Transports};
use super::problem::{MAY_EXTEND, Problem, ProblemKind};
use super::reader::Reader;
use super::token::{Kind, Token};
use super::words::is_service;

/// What a piece between commas is.
enum Piece {
    Fact,
    Remark,
}

/// Reads from an opening bracket to its closing one. The items from `first_item` on are in the same part of the cell.
pub(super) fn read_brackets(reader: &mut Reader, first_item: usize, link: Link) -> Result<(), Problem> {
    let open = reader.next;
    let mut depth = 0_usize;
    let mut starts = vec![open + 1];
    let close = (open..reader.tokens.len()).find(|&index| {
        match reader.tokens[index].kind {
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            Kind::Comma if depth == 1 => starts.push(index + 1),
            _ => {}
        }
        depth == 0
    });
    let Some(close) = close else {
        let reason = ProblemKind::Unreadable("the bracket isn't closed");
        return Err(reader.problem(open..reader.tokens.len(), reason));
    };
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([close]);
    let pieces: Vec<Range<usize>> = starts.iter().zip(ends).map(|(&start, end)| start..end).collect();
    let mut remarks = Vec::new();
    for piece in &pieces {
        if let Piece::Remark = read_piece(reader, piece.clone(), first_item, link)? {
            remarks.push(reader.slice(piece.clone()).to_owned());
        }
    }
    if remarks.len() == pieces.len() {
        remarks = vec![reader.slice(open + 1..close).to_owned()];
    }
    reader.cell.remarks.extend(remarks);
    reader.next = close + 1;
    Ok(())
}

fn read_piece(reader: &mut Reader, mut piece: Range<usize>, first_item: usize, link: Link) -> Result<Piece, Problem> {
    while !piece.is_empty() && reader.tokens[piece.end - 1].kind == Kind::Mark {
        piece.end -= 1;
        reader.next = piece.end;
        reader.read_mark();
    }
    if reader.read_bracketed_type(piece.clone(), first_item)?
        || reader.read_bracketed_count(piece.clone(), first_item)?
    {
        return Ok(Piece::Fact);
    }
    reader.next = piece.start;
    let words: Vec<&str> = piece.clone().map(|index| reader.slice(index..index + 1)).collect();
    let tokens = &reader.tokens[piece.clone()];
    let Some(first) = tokens.first() else {
        let reason = ProblemKind::Unreadable("the brackets are empty");
        return Err(reader.problem(piece.start - 1..piece.start, reason));
    };
    if is_default(&words) {
        reader.cell.is_default = true;
        return Ok(Piece::Fact);
    }
    if let Some(transports) = transports(tokens, &words) {
        return add_transports(reader, transports, piece, first_item, link);
    }
    let begins_port = matches!(first.kind, Kind::Number | Kind::Protocol(_) | Kind::Above | Kind::Plus)
        || words[0].eq_ignore_ascii_case("or")
        || words[0].eq_ignore_ascii_case("and");
    let is_services = is_services(tokens, &words);
    let number = protocol_number(tokens, &words).map(str::to_owned);
    match reader.items[first_item..].last().map(|item| &item.item) {
        Some(Item { portless: Some(protocol), .. }) if number.is_some() => {
            if number != protocol.portless_number.map(|number| number.to_string()) {
                let kind = ProblemKind::Contradiction("the number of the protocol before it");
                return Err(reader.problem(piece, kind));
            }
            return Ok(Piece::Remark);
        }
        Some(item) if item.lacks_number() && begins_port => {
            let inner = read_bracketed_item(reader, piece.end)?;
            if reader.next == piece.end {
                if let Some(outer) = reader.items.last_mut().filter(|outer| outer.item.accepts(&inner)) {
                    outer.item.absorb(inner);
                    return Ok(Piece::Fact);
                }
            }
        }
        Some(item) if is_services && item.services.is_empty() && item.accepts_service() => {
            let service = reader.slice(piece).to_owned();
            if let Some(item) = reader.items.last_mut() {
                item.item.services.push(service);
            }
            return Ok(Piece::Fact);
        }
        _ => {}
    }
    if begins_port {
        let reason = "brackets may contain only the transport, the service or a remark of the port before them";
        return Err(reader.problem(piece, ProblemKind::Unreadable(reason)));
    }
    if !reader.items.is_empty() && reader.may_extend_range(piece.start, piece.start + 1) {
        return Err(reader.problem(piece, ProblemKind::Unreadable(MAY_EXTEND)));
    }
    Ok(Piece::Remark)
}

/// Reads a port in brackets: one item, or a transport and its number with a space between them.
fn read_bracketed_item(reader: &mut Reader, end: usize) -> Result<Item, Problem> {
    let mut item = reader.read_item()?;
    if reader.next < end && item.is_only_transports() && reader.begins_item(0) {
        let number = reader.read_item()?;
        if item.accepts(&number) {
            item.absorb(number);
        }
    }
    Ok(item)
}

/// Adds transports to the port before the brackets or, without one, to the port after them.
fn add_transports(
    reader: &mut Reader,
    transports: Transports,
    piece: Range<usize>,
    first_item: usize,
    link: Link,
) -> Result<Piece, Problem> {
    let range = reader.bytes(piece.clone());
    let contradiction = |other| Err(Problem::new(range.clone(), ProblemKind::Contradiction(other)));
    let Some(before) = reader.items[first_item..].last_mut() else {
        let item = Item { transports: Some(transports), range, ..Item::default() };
        reader.items.push(LinkedItem { link, item, has_trailing_transports: true });
        return Ok(Piece::Fact);
    };
    match &mut before.item.transports {
        _ if before.item.portless.is_some() => return contradiction("the protocol before it"),
        None => {
            before.item.transports = Some(transports);
            before.item.position = if before.item.numbers.is_empty() { Position::Before } else { Position::After };
        }
        Some(known) if *known == transports => {}
        // A comma in the brackets separates them.
        Some(known) if before.has_trailing_transports && known.join != Join::Any && transports.join != Join::Any => {
            known.names.extend(transports.names);
            known.join = Join::Unstated;
        }
        Some(_) => return contradiction("the transport before it"),
    }
    before.has_trailing_transports = true;
    Ok(Piece::Fact)
}

fn is_default(words: &[&str]) -> bool {
    let is_any = |word: &&str| ["by", "default", "port"].contains(&word.to_ascii_lowercase().as_str());
    words.iter().all(is_any) && words.iter().any(|word| word.eq_ignore_ascii_case("default"))
}

/// Transports with ports and nothing else, all joined in the same way.
fn transports(tokens: &[Token], words: &[&str]) -> Option<Transports> {
    let mut names = Vec::new();
    let mut join = None;
    for (number, (token, word)) in tokens.iter().zip(words).enumerate() {
        let joined = match token.kind {
            Kind::Protocol(protocol) if number % 2 == 0 && protocol.has_ports() => {
                names.push(protocol.name);
                continue;
            }
            Kind::Word if word.eq_ignore_ascii_case("or") => Join::Any,
            Kind::Word if word.eq_ignore_ascii_case("and") => Join::All,
            Kind::Plus => Join::All,
            Kind::Slash => Join::Unstated,
            _ => return None,
        };
        if number % 2 == 0 || *join.get_or_insert(joined) != joined {
            return None;
        }
    }
    (tokens.len() % 2 == 1).then_some(Transports { names, join: join.unwrap_or(Join::All) })
}

/// Whether a piece is a service, or several with slashes between them.
fn is_services(tokens: &[Token], words: &[&str]) -> bool {
    tokens.len() % 2 == 1
        && tokens.iter().zip(words).enumerate().all(|(number, (token, word))| {
            if number % 2 == 0 { token.kind == Kind::Word && is_service(word) } else { token.kind == Kind::Slash }
        })
}

/// The number of an IP protocol: `50`, `IP 50`, `IP protocol 50`.
fn protocol_number<'a>(tokens: &[Token], words: &[&'a str]) -> Option<&'a str> {
    let (last, before) = tokens.split_last()?;
    let is_number = last.kind == Kind::Number && before.iter().all(|token| token.kind == Kind::Word);
    if is_number { words.last().copied() } else { None }
}
