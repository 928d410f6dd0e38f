//! What a word or a transport at one place of a list means for the rest of the list.

use super::item::{Item, Link, LinkedItem, Position, Transports};
use super::problem::{Problem, ProblemKind};

const ALL_OR_LAST: &str = "it replaces the port before it, or all ports before it";

/// Rejects `or` and `and` in one part, which can be read in two ways.
pub(super) fn check_or_and_and(items: &[LinkedItem]) -> Result<(), Problem> {
    let (mut has_or, mut has_and) = (false, false);
    for LinkedItem { link, item, .. } in items {
        match link {
            Link::Start | Link::Space => {}
            Link::Comma | Link::CommaAnd => (has_or, has_and) = (false, false),
            Link::Or | Link::CommaOr => has_or = true,
            Link::And | Link::Slash => has_and = true,
        }
        if has_or && has_and {
            let readings = "`and` and `or` aren't separated by a comma";
            return Err(Problem::new(item.range.clone(), ProblemKind::Ambiguous(readings)));
        }
    }
    Ok(())
}

/// Makes alternatives of all items of a list such as `80, 443 or 8080`. Other lists whose `or` may mean more than the port before
/// it are rejected.
pub(super) fn join_alternatives(items: &mut [LinkedItem]) -> Result<(), Problem> {
    let is_or = |item: &LinkedItem| matches!(item.link, Link::Or | Link::CommaOr);
    let ambiguous = |item: &LinkedItem| Err(Problem::new(item.item.range.clone(), ProblemKind::Ambiguous(ALL_OR_LAST)));
    if let [_, between @ .., last] = &*items {
        if !between.is_empty() && between.iter().all(|item| item.link == Link::Comma) && is_or(last) {
            if !have_same_transports(items) {
                return ambiguous(last);
            }
            items.iter_mut().skip(1).for_each(|item| item.link = Link::Or);
            return Ok(());
        }
    }
    // Whether each group that a comma ends has an `or`, so that another `or` belongs to its own group only.
    let mut have_or = true;
    for index in 1..items.len() {
        let follows_list = match items[index - 1].link {
            Link::Start | Link::Or | Link::CommaOr | Link::And | Link::CommaAnd => false,
            Link::Comma => !have_or,
            Link::Space | Link::Slash => true,
        };
        let is_after_comma =
            items[index].link == Link::CommaOr && items[..index].iter().any(|item| item.link == Link::Comma);
        if is_or(&items[index]) && (follows_list || is_after_comma) {
            return ambiguous(&items[index]);
        }
        if matches!(items[index].link, Link::Comma | Link::CommaAnd) {
            have_or &= is_or(&items[index - 1]);
        }
    }
    Ok(())
}

/// Whether all items of a list are ports of the same transports.
fn have_same_transports(items: &[LinkedItem]) -> bool {
    let names = |item: &LinkedItem| item.item.transports.as_ref().map(|all| all.names.clone());
    let Some(first) = items.first() else { return true };
    let is_leading = first.item.position == Position::Before;
    items.iter().skip(1).all(|item| {
        let same = names(item) == names(first) || names(item).is_none() && is_leading;
        same && item.item.portless == first.item.portless
    })
}

/// The transports of each item: its own, or those before an earlier number, or those of the protocol column.
///
/// Transports after a number belong to that number alone. After the last number of a list, they may be meant for the whole list, and
/// are rejected.
pub(super) fn governing_transports<'a>(
    items: &'a [LinkedItem],
    column: Option<&'a Transports>,
) -> Result<Vec<Option<&'a Transports>>, Problem> {
    let ambiguous = |first: &Item, last: &Item, readings| {
        let part = first.range.start..last.range.end;
        Err(Problem::new(part, ProblemKind::Ambiguous(readings)))
    };
    let is_same = |one: &Transports, other: Option<&Transports>| other.is_some_and(|other| other.names == one.names);
    let mut leading: Option<&Transports> = None;
    let mut trailing: Option<&Item> = None;
    let mut governing = Vec::with_capacity(items.len());
    for (index, LinkedItem { link, item, .. }) in items.iter().enumerate() {
        let mut own = item.transports.as_ref();
        if item.has_transports_after() {
            trailing = Some(item);
        } else if own.is_some() {
            (leading, trailing) = (own, None);
        } else if item.is_bare() {
            let after = trailing.filter(|after| !is_same_of(after, leading.or(column)));
            if let Some(after) = after {
                let is_next = *link == Link::Space && after.position == Position::AfterSpace;
                let is_before = items[..index].last().is_some_and(|before| before.item.range == after.range);
                if is_next && is_before {
                    return ambiguous(
                        after,
                        item,
                        "the transport belongs to the number before it or to the one after it",
                    );
                }
                if leading.is_some() {
                    return ambiguous(after, item, "the number has the first transport or the one before it");
                }
            }
            own = leading;
        }
        governing.push(own.or(column));
    }
    let with_numbers: Vec<&Item> =
        items.iter().map(|item| &item.item).filter(|item| !item.numbers.is_empty()).collect();
    if let [first, between @ .., last] = &with_numbers[..] {
        let is_only = first.is_bare() && between.iter().all(|item| item.is_bare()) && leading.is_none();
        if let Some(transports) = last.transports.as_ref().filter(|_| is_only && last.has_transports_after()) {
            if !is_same(transports, column) {
                return ambiguous(first, last, "the transport belongs to the last number or to all of them");
            }
        }
    }
    Ok(governing)
}

/// Whether an item has the same transports.
fn is_same_of(item: &Item, transports: Option<&Transports>) -> bool {
    match (&item.transports, transports) {
        (Some(own), Some(other)) => own.names == other.names,
        _ => false,
    }
}
