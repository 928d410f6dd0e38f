//! Reads the parts of a cell between commas: their items, and the words between those.

use super::brackets;
use super::cell::{Cell, NoPort};
use super::item::{Item, Link, LinkedItem};
use super::join;
use super::problem::{MAY_EXTEND, Problem, ProblemKind};
use super::protocol_column::ProtocolColumn;
use super::reader::Reader;
use super::token::{Kind, Token};
use super::words::no_port;

/// Reads a cell in which each run of whitespace is one space.
pub(super) fn read_cell(text: &str, protocol: &ProtocolColumn) -> Result<Cell, Problem> {
    let mut reader = Reader::new(text, protocol.portless.filter(|protocol| protocol.is_icmp()));
    if let Some(no_port) = no_port(text) {
        if no_port == NoPort::BelowIp {
            reader.cell.remarks.push(text.to_owned());
        }
        reader.cell.no_port = Some(no_port);
    } else {
        read_parts(&mut reader)?;
    }
    let Reader { items, mut cell, .. } = reader;
    let is_prose = items.is_empty() && !cell.remarks.is_empty() && cell.no_port.is_none();
    (cell.specs, cell.groups) = join::specs(items, protocol)?;
    if is_prose {
        cell.remarks = vec![text.to_owned()];
    }
    cell.remarks.extend(protocol.remarks.iter().cloned());
    cell.no_port = if !cell.specs.is_empty() {
        None
    } else if is_prose || cell.is_default {
        Some(NoPort::Words)
    } else {
        cell.no_port.or(Some(NoPort::Empty))
    };
    Ok(cell)
}

/// Reads a text that is one protocol without ports and nothing else but its number and remarks: `AH (protocol 51)`, `ICMP type 8`.
pub(super) fn read_protocol(text: &str) -> Option<ProtocolColumn> {
    let mut reader = Reader::new(text, None);
    read_parts(&mut reader).ok()?;
    let [LinkedItem { item: Item { portless: Some(portless), icmp_type, .. }, .. }] = reader.items[..] else {
        return None;
    };
    let mut column = ProtocolColumn { portless: Some(portless), icmp_type, ..ProtocolColumn::default() };
    // A remark that ends with the number repeats it.
    let number = portless.portless_number.map(|number| number.to_string());
    let is_number = |remark: &String| remark.rsplit(' ').next() == number.as_deref();
    column.remarks = reader.cell.remarks.into_iter().filter(|remark| !is_number(remark)).collect();
    reader.cell.marks.is_empty().then_some(column)
}

fn read_parts(reader: &mut Reader) -> Result<(), Problem> {
    let mut link = Link::Start;
    while reader.next < reader.tokens.len() {
        read_part(reader, link)?;
        if reader.kind(0) == Some(Kind::Comma) {
            reader.next += 1;
            if matches!(reader.kind(0), None | Some(Kind::Comma)) {
                let comma = reader.next - 1..reader.next;
                return Err(reader.problem(comma, ProblemKind::Unreadable("nothing follows the comma")));
            }
        }
        link = Link::Comma;
    }
    Ok(())
}

/// Reads up to a comma outside brackets, or to the end.
fn read_part(reader: &mut Reader, mut link: Link) -> Result<(), Problem> {
    let (start, first_item) = (reader.next, reader.items.len());
    // The token that joins the next item: an `or`, an `and` or a plus.
    let mut joining: Option<usize> = None;
    loop {
        let here = reader.next;
        match reader.kind(0) {
            None | Some(Kind::Comma) => break,
            Some(Kind::Mark) if !reader.begins_item(0) => reader.read_mark(),
            Some(Kind::Open) => brackets::read_brackets(reader, first_item, link)?,
            Some(Kind::Other) if is_full_stop(reader) => reader.next += 1,
            Some(Kind::Word) if is_default(reader) => {
                reader.cell.is_default = true;
                reader.next += if reader.is_word(0, "by") { 2 } else { 1 };
            }
            Some(Kind::Word) if is_port_word(reader) => reader.next += 1,
            _ if joining.is_none() && joined_link(reader, here > start, link).is_some() => {
                link = joined_link(reader, here > start, link).unwrap_or(link);
                joining = Some(here);
                reader.next += 1;
            }
            _ if reader.begins_item(0) => {
                let item = reader.read_item()?;
                reader.items.push(LinkedItem { link, item, has_trailing_transports: false });
                link = Link::Space;
                joining = None;
            }
            _ => {
                let has_only_services = reader.items[first_item..].iter().all(|item| item.item.is_only_services());
                if has_only_services {
                    reader.items.truncate(first_item);
                }
                let from = if has_only_services { start } else { joining.unwrap_or(here) };
                return read_remark(reader, from);
            }
        }
    }
    match joining {
        Some(index) => Err(reader.problem(index..index + 1, ProblemKind::Unreadable("no port follows it"))),
        None => Ok(()),
    }
}

/// How an `or`, an `and`, a plus or a slash joins the next item, if one is next. At the start of a part, `or` and `and` belong to
/// the comma before them.
fn joined_link(reader: &Reader, is_inside_part: bool, link: Link) -> Option<Link> {
    match (reader.kind(0)?, is_inside_part) {
        (Kind::Word, true) if reader.is_word(0, "or") => Some(Link::Or),
        (Kind::Word, true) if reader.is_word(0, "and") => Some(Link::And),
        (Kind::Plus, true) => Some(Link::And),
        (Kind::Slash, true) if reader.next > 0 && reader.tokens[reader.next - 1].kind == Kind::Close => {
            Some(Link::Slash)
        }
        (Kind::Word, false) if link == Link::Comma && reader.is_word(0, "or") => Some(Link::CommaOr),
        (Kind::Word, false) if link == Link::Comma && reader.is_word(0, "and") => Some(Link::CommaAnd),
        _ => None,
    }
}

/// Reads words that name no port, up to the end of the part.
fn read_remark(reader: &mut Reader, from: usize) -> Result<(), Problem> {
    let mut depth = 0_usize;
    let mut end = from;
    while let Some(token) = reader.tokens.get(end) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close if depth == 0 => {
                return Err(reader.problem(end..end + 1, ProblemKind::Unreadable("no bracket is open")));
            }
            Kind::Close => depth -= 1,
            Kind::Comma if depth == 0 => break,
            _ => {}
        }
        end += 1;
    }
    let words = reader.slice(from..end);
    let is_protocol = |token: &Token| matches!(token.kind, Kind::Protocol(_));
    let names_port = words.contains(char::is_numeric) || reader.tokens[from..end].iter().any(is_protocol);
    if names_port || depth > 0 || !words.contains(char::is_alphabetic) {
        let reason = "it is neither ports, transports and services nor only words";
        return Err(reader.problem(from..end, ProblemKind::Unreadable(reason)));
    }
    let follows_port = from > 0 && !reader.items.is_empty() && reader.tokens[from - 1].kind != Kind::Comma;
    if follows_port && reader.may_extend_range(from, end) {
        return Err(reader.problem(from..end, ProblemKind::Unreadable(MAY_EXTEND)));
    }
    let words = words.to_owned();
    reader.cell.remarks.push(words);
    reader.next = end;
    Ok(())
}

/// Whether `default` or `by default` is next.
fn is_default(reader: &Reader) -> bool {
    reader.is_word(0, "default") || reader.is_word(0, "by") && reader.is_word(1, "default")
}

/// Whether the word `port` before a number is next, which means nothing.
fn is_port_word(reader: &Reader) -> bool {
    (reader.is_word(0, "port") || reader.is_word(0, "ports")) && reader.kind(1) == Some(Kind::Number)
}

/// Whether a full stop after a word is next.
fn is_full_stop(reader: &Reader) -> bool {
    let index = reader.next;
    reader.slice(index..index + 1) == "." && reader.tokens.get(index + 1).is_none_or(|next| next.follows_space)
}
