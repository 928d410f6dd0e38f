//! Items of a cell to its specs: names and transports find their numbers, and groups are counted.

use super::protocol::Protocol;
use super::token::Transport;
use super::{CellError, Problem, Spec};
use std::ops::Range;

/// How several are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    /// Any one of them will do.
    Any,
    /// All of them are needed.
    All,
}

/// Transports of the same ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Transports {
    pub names: Vec<&'static str>,
    pub join: Join,
}

/// What slashes, colons and brackets hold together.
#[derive(Debug, Default)]
pub(super) struct Item {
    pub transports: Option<Transports>,
    /// A protocol without ports; then it is all there is.
    pub portless: Option<Transport>,
    pub numbers: Vec<(u16, u16)>,
    pub names: Vec<String>,
    pub begins_with_number: bool,
    /// Where it stands in the cell.
    pub at: Range<usize>,
}

/// How an item follows the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// None is before it.
    Start,
    Blank,
    And,
    Or,
    Comma,
    /// `, or`.
    CommaOr,
}

/// An item in its place.
#[derive(Debug)]
pub(super) struct Unit {
    pub link: Link,
    pub item: Item,
    /// Its transports stood in brackets, or behind it, so that more of them may follow.
    pub is_bracketed: bool,
}

impl Item {
    pub(super) fn is_empty(&self) -> bool {
        self.transports.is_none() && self.portless.is_none() && self.numbers.is_empty() && self.names.is_empty()
    }

    /// Services and nothing else.
    pub(super) fn is_name(&self) -> bool {
        !self.names.is_empty() && self.transports.is_none() && self.numbers.is_empty()
    }

    /// Transports and nothing else.
    pub(super) fn is_transport(&self) -> bool {
        self.transports.is_some() && self.names.is_empty() && self.numbers.is_empty()
    }

    /// Waits for a number, or could have one.
    fn is_head(&self) -> bool {
        self.portless.is_none() && self.numbers.is_empty()
    }

    /// May a service be written behind it?
    pub(super) fn takes_name(&self) -> bool {
        self.portless.is_none() && (self.numbers.len() == 1 || self.is_transport())
    }

    /// Can the other one be the rest of this one: has it nothing that is here too?
    pub(super) fn accepts(&self, other: &Self) -> bool {
        self.portless.is_none()
            && other.portless.is_none()
            && (self.transports.is_none() || other.transports.is_none())
            && (self.numbers.is_empty() || other.numbers.is_empty())
            && (self.names.is_empty() || other.names.is_empty())
            && self.names.len().max(other.names.len()) < 2
            && (self.names.is_empty() && other.names.is_empty() || self.numbers.len().max(other.numbers.len()) < 2)
    }

    pub(super) fn absorb(&mut self, other: Self) {
        self.transports = self.transports.take().or(other.transports);
        self.numbers.extend(other.numbers);
        self.names.extend(other.names);
        self.at = self.at.start.min(other.at.start)..self.at.end.max(other.at.end);
    }

    /// Several groups come of it.
    fn is_several(&self) -> bool {
        let transports = self.transports.as_ref();
        self.numbers.len() > 1 || transports.is_some_and(|all| all.join == Join::All && all.names.len() > 1)
    }
}

/// Makes the specs of a cell.
pub(super) fn specs(text: &str, units: Vec<Unit>, protocol: &Protocol) -> Result<Vec<Spec>, CellError> {
    let error = |(at, problem): Doubt| CellError { cell: text.to_owned(), part: text[at].to_owned(), problem };
    check_joins(&units).map_err(error)?;
    let units = bind(units).map_err(error)?;
    check_alone(&units).map_err(error)?;
    let mut specs = Specs { specs: Vec::new(), group: None };
    let mut last: Option<&Transports> = None;
    for Unit { link, item, .. } in &units {
        check_protocol(item, protocol).map_err(error)?;
        let mut is_next = !matches!(link, Link::Or | Link::CommaOr);
        last = item.transports.as_ref().or(last);
        let numbered = if item.numbers.is_empty() { item.transports.as_ref() } else { last };
        let transports = numbered.or(protocol.transports.as_ref());
        let ports = item.numbers.iter().copied().map(Some).chain(item.numbers.is_empty().then_some(None));
        for port in ports {
            // Names without a number are alternatives; a number has one, or that of the protocol column.
            let names = item.names.iter().map(Some).chain(item.names.is_empty().then_some(None));
            for name in names {
                let name = name.or(protocol.name.as_ref().filter(|_| item.portless.is_none()));
                let all: &[&str] = match (&item.portless, transports) {
                    (Some(portless), _) => &[portless.name],
                    (None, Some(transports)) => &transports.names,
                    (None, None) => &[""],
                };
                let is_each_needed = transports.is_some_and(|transports| transports.join == Join::All);
                for transport in all {
                    if !specs.push(is_next, transport, port, name) {
                        return Err(error((item.at.clone(), Problem::TooLong)));
                    }
                    is_next = is_each_needed && all.len() > 1;
                }
            }
            is_next = true;
        }
    }
    if let (true, Some(portless)) = (specs.specs.is_empty(), protocol.portless) {
        specs.push(true, portless.name, None, None);
    }
    Ok(specs.specs)
}

/// The specs so far.
struct Specs {
    specs: Vec<Spec>,
    group: Option<u16>,
}

impl Specs {
    /// Adds a spec, in the next group or in the one of the last; false when there is no next group.
    fn push(&mut self, is_next: bool, transport: &str, port: Option<(u16, u16)>, name: Option<&String>) -> bool {
        let group = match self.group {
            None => Some(0),
            Some(group) if is_next => group.checked_add(1),
            same => same,
        };
        let Some(number) = group else { return false };
        self.group = group;
        self.specs.push(Spec {
            transport: (!transport.is_empty()).then(|| transport.to_owned()),
            first: port.map(|(first, _)| first),
            last: port.map(|(_, last)| last),
            name: name.cloned(),
            group: number,
        });
        true
    }
}

type Doubt = (Range<usize>, Problem);

/// `or` and `and` in one part, and `or` after a list, may be read in two ways.
fn check_joins(units: &[Unit]) -> Result<(), Doubt> {
    let mut has_comma = false;
    let mut joins = (false, false);
    for unit in units {
        match unit.link {
            Link::Start | Link::Blank => {}
            Link::Comma => {
                has_comma = true;
                joins = (false, false);
            }
            Link::CommaOr if has_comma => {
                return Err((
                    unit.item.at.clone(),
                    Problem::Ambiguous("instead of the port before it, or of all before it"),
                ));
            }
            Link::Or | Link::CommaOr => joins.0 = true,
            Link::And => joins.1 = true,
        }
        if joins == (true, true) {
            return Err((unit.item.at.clone(), Problem::Ambiguous("`and` and `or` without a comma between")));
        }
    }
    Ok(())
}

/// Gives names and transports that stand alone to the numbers they belong to.
fn bind(units: Vec<Unit>) -> Result<Vec<Unit>, Doubt> {
    // What comes first in the cell, a number or what belongs to it, tells on which side to look.
    let first = |is_it: fn(&Item) -> bool| units.iter().position(|unit| is_it(&unit.item)).unwrap_or(usize::MAX);
    let number = units.iter().position(|unit| !unit.item.numbers.is_empty()).unwrap_or(usize::MAX);
    let precedes = |is_it: fn(&Item) -> bool| {
        let at = first(is_it);
        at < number || at == number && units.get(at).is_some_and(|unit| !unit.item.begins_with_number)
    };
    let names_first = precedes(|item| !item.names.is_empty());
    let transports_first = precedes(|item| item.transports.is_some());

    let mut bound: Vec<Unit> = Vec::with_capacity(units.len());
    for unit in units {
        let Some(last) = bound.last_mut() else {
            bound.push(unit);
            continue;
        };
        let (before, item) = (&mut last.item, &unit.item);
        let is_forward = (before.names.is_empty() || names_first) && (before.transports.is_none() || transports_first);
        let is_backward = (item.names.is_empty() || !names_first) && (item.transports.is_none() || !transports_first);
        match unit.link {
            Link::Blank if before.is_head() && is_forward && before.accepts(item) => {
                before.absorb(unit.item);
            }
            Link::Blank if item.is_head() && !before.is_head() && is_backward && before.accepts(item) => {
                last.is_bracketed |= item.is_transport();
                before.absorb(unit.item);
            }
            Link::And | Link::Or
                if before.is_transport() && item.transports.is_some() || last.is_bracketed && item.is_transport() =>
            {
                let join = if unit.link == Link::Or { Join::Any } else { Join::All };
                let at = before.at.start..item.at.end;
                if !combine(before, unit.item, join) {
                    return Err((at, Problem::Ambiguous("all of the transports, or any one of them")));
                }
            }
            _ => bound.push(unit),
        }
    }
    Ok(bound)
}

/// Adds the transports of another item, and what else it has; false where the two are joined in different ways.
fn combine(item: &mut Item, other: Item, join: Join) -> bool {
    let (Some(there), Some(more)) = (&mut item.transports, other.transports) else {
        return false;
    };
    let is_one_way = |all: &Transports| all.names.len() == 1 || all.join == join;
    if !is_one_way(there) || !is_one_way(&more) || more.names.iter().any(|name| there.names.contains(name)) {
        return false;
    }
    there.names.extend(more.names);
    there.join = join;
    item.absorb(Item { transports: None, ..other });
    true
}

/// What stands alone can do so.
fn check_alone(units: &[Unit]) -> Result<(), Doubt> {
    for (at, unit) in units.iter().enumerate() {
        let item = &unit.item;
        if item.is_transport() {
            return Err((item.at.clone(), Problem::NoNumber));
        }
        let Some(before) = units[..at].last() else {
            continue;
        };
        if unit.link == Link::Blank {
            let is_bare = item.transports.is_none() && item.names.is_empty() && !item.numbers.is_empty();
            if before.item.is_name() || item.is_name() || before.item.portless.is_some() && is_bare {
                let at = before.item.at.start..item.at.end;
                return Err((at, Problem::Ambiguous("parts of one port, or two of them")));
            }
        }
        if matches!(unit.link, Link::Or | Link::CommaOr) {
            if before.item.is_several() || item.is_several() {
                return Err((
                    item.at.clone(),
                    Problem::Ambiguous("instead of the port before it, or of several before it"),
                ));
            }
            if before.item.is_name() != item.is_name() {
                return Err((
                    before.item.at.start..item.at.end,
                    Problem::Ambiguous("a number for both services, or for one"),
                ));
            }
        }
    }
    Ok(())
}

/// The cell and the protocol column say the same.
fn check_protocol(item: &Item, protocol: &Protocol) -> Result<(), Doubt> {
    let contradicts = match (&item.transports, &protocol.transports, protocol.portless) {
        (Some(transports), Some(column), _) => transports.names.iter().any(|name| !column.names.contains(name)),
        (transports, _, Some(_)) => transports.is_some() || !item.numbers.is_empty(),
        _ => false,
    };
    if contradicts { Err((item.at.clone(), Problem::Contradiction("the page's protocol column"))) } else { Ok(()) }
}
