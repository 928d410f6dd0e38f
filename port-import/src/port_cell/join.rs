//! Turns the items of a cell into specs: services and transports are joined with their numbers, and groups are numbered.

use port_core::{Groups, PortRange, PortSpec, Transport};

use super::item::{Item, Join, Link, LinkedItem, Transports};
use super::lists;
use super::problem::{Problem, ProblemKind, SERVICES_OF_NUMBERS};
use super::protocol_column::ProtocolColumn;
use super::token::IpProtocol;

/// How several transports may be meant.
const TRANSPORTS: &str = "either all of the transports are needed, or any one of them";

/// The specs of a cell, and how their groups relate.
pub(super) fn specs(
    items: Vec<LinkedItem>,
    protocol: &ProtocolColumn,
) -> Result<(Vec<PortSpec<String>>, Groups), Problem> {
    lists::check_or_and_and(&items)?;
    let mut items = bind(items)?;
    lists::join_alternatives(&mut items)?;
    check_separate_items(&items)?;
    check_services(&items, protocol)?;
    let transports = lists::governing_transports(&items, protocol.transports.as_ref())?;
    let mut specs = Specs { list: Vec::new(), group: None, has_unstated_join: !are_joined_by_and(&items) };
    for (LinkedItem { link, item, .. }, transports) in items.iter().zip(transports) {
        check_protocol_column(item, protocol)?;
        let begins_group = !matches!(link, Link::Or | Link::CommaOr);
        specs
            .add_item(item, transports, protocol, begins_group)
            .map_err(|kind| Problem::new(item.range.clone(), kind))?;
    }
    if let (true, Some(portless)) = (specs.list.is_empty(), protocol.portless) {
        specs.push(true, Some((portless, protocol.icmp_type)), None, None).map_err(|kind| Problem::new(0..0, kind))?;
    }
    let groups = match (specs.group, specs.has_unstated_join) {
        (Some(1..), true) => Groups::Unstated,
        _ => Groups::All,
    };
    Ok((specs.list, groups))
}

/// Whether words join all items that begin a group: `80 and 443`, or the last two of a list such as `80, 443 and 8443`. With an `or`
/// in it, such a list has two meanings, so that each item needs its own `and`.
fn are_joined_by_and(items: &[LinkedItem]) -> bool {
    let is_and = |link: &Link| matches!(link, Link::And | Link::CommaAnd);
    let is_or = |link: &Link| matches!(link, Link::Or | Link::CommaOr);
    let links = items.iter().skip(1).map(|item| item.link);
    let has_or = links.clone().any(|link| is_or(&link));
    let links: Vec<Link> = links.filter(|link| !is_or(link)).collect();
    match links.split_last() {
        None => true,
        Some((last, before)) => {
            is_and(last) && (before.iter().all(is_and) || !has_or && before.iter().all(|link| *link == Link::Comma))
        }
    }
}

/// The specs so far.
struct Specs {
    list: Vec<PortSpec<String>>,
    group: Option<u8>,
    /// Whether a sign such as a comma begins a group, which doesn't state whether the group is needed.
    has_unstated_join: bool,
}

impl Specs {
    /// Adds the specs of an item: each number with each transport.
    fn add_item(
        &mut self,
        item: &Item,
        transports: Option<&Transports>,
        protocol: &ProtocolColumn,
        mut begins_group: bool,
    ) -> Result<(), ProblemKind> {
        let protocols: Vec<Option<(IpProtocol, Option<u8>)>> = match (item.portless, transports) {
            (Some(portless), _) => {
                // The column states the type of a cell that repeats only its protocol.
                let of_column = protocol.icmp_type.filter(|_| protocol.portless == Some(portless));
                vec![Some((portless, item.icmp_type.or(of_column)))]
            }
            (None, Some(transports)) => {
                transports.names.iter().map(|name| Some((IpProtocol::from_name(name)?, None))).collect()
            }
            (None, None) => vec![None],
        };
        let join = transports.filter(|_| protocols.len() > 1).map_or(Join::Any, |transports| transports.join);
        let (of_item, join_of_services) = match item.services.is_empty() && item.portless.is_none() {
            true => (&protocol.services, protocol.join_of_services),
            false => (&item.services, Join::Unstated),
        };
        let has_slashes = item.numbers.len() > 1 || of_item.len() > 1 && join_of_services == Join::Unstated;
        self.has_unstated_join |= has_slashes || join == Join::Unstated;
        let ranges = item.numbers.iter().copied().map(Some).chain(item.numbers.is_empty().then_some(None));
        for range in ranges {
            // A number has one service, or those of the protocol column.
            let services = of_item.iter().map(Some).chain(of_item.is_empty().then_some(None));
            for service in services {
                for protocol in &protocols {
                    self.push(begins_group, *protocol, range, service)?;
                    begins_group = join != Join::Any;
                }
                begins_group |= of_item.len() > 1 && join_of_services != Join::Any;
            }
            begins_group = true;
        }
        Ok(())
    }

    /// Adds a spec, in a new group or in the group of the last spec.
    fn push(
        &mut self,
        begins_group: bool,
        protocol: Option<(IpProtocol, Option<u8>)>,
        range: Option<PortRange>,
        service: Option<&String>,
    ) -> Result<(), ProblemKind> {
        let group = match self.group {
            None => 0,
            Some(group) if begins_group => group.checked_add(1).ok_or(ProblemKind::TooManyGroups)?,
            Some(group) => group,
        };
        self.group = Some(group);
        let (transport, number) = match protocol {
            Some((protocol, icmp_type)) => {
                let known = transport(protocol, icmp_type);
                let (transport, number) = known.ok_or(ProblemKind::UnsupportedProtocol(protocol.name))?;
                (Some(transport), number)
            }
            None => (range.is_some().then_some(Transport::Any), None),
        };
        self.list.push(PortSpec::from_parts(transport, range, service.cloned(), group, number));
        Ok(())
    }
}

/// The transport of a protocol, and its number: the type of ICMP, or that of a protocol without a name in the vocabulary.
fn transport(protocol: IpProtocol, icmp_type: Option<u8>) -> Option<(Transport, Option<u8>)> {
    match (protocol.name.parse(), protocol.portless_number) {
        (Err(_) | Ok(Transport::Ip), Some(number)) => Some((Transport::Ip, Some(u8::try_from(number).ok()?))),
        (Err(_), None) => None,
        (Ok(transport), _) => Some((transport, icmp_type)),
    }
}

/// Joins services and transports with the numbers they belong to.
fn bind(items: Vec<LinkedItem>) -> Result<Vec<LinkedItem>, Problem> {
    // If the services of a cell precede its numbers, each service belongs to the number after it, and otherwise to the one before
    // it. The same for transports.
    let first =
        |predicate: fn(&Item) -> bool| items.iter().position(|item| predicate(&item.item)).unwrap_or(usize::MAX);
    let number = first(|item| !item.numbers.is_empty());
    let precedes = |predicate: fn(&Item) -> bool| {
        let index = first(predicate);
        index < number || index == number && items.get(index).is_some_and(|item| !item.item.begins_with_number)
    };
    let services_first = precedes(|item| !item.services.is_empty());
    let transports_first = precedes(|item| item.transports.is_some());

    let mut bound: Vec<LinkedItem> = Vec::with_capacity(items.len());
    let mut items = items.into_iter().peekable();
    while let Some(linked) = items.next() {
        // After a space, a number that has no transport yet may follow.
        let is_before_number = items.peek().is_some_and(|next| next.link == Link::Space && next.item.is_bare());
        let Some(last) = bound.last_mut() else {
            bound.push(linked);
            continue;
        };
        let (before, item) = (&mut last.item, &linked.item);
        let is_forward =
            (before.services.is_empty() || services_first) && (before.transports.is_none() || transports_first);
        let is_backward =
            (item.services.is_empty() || !services_first) && (item.transports.is_none() || !transports_first);
        match linked.link {
            Link::Space if before.lacks_number() && is_forward && before.accepts(item) => {
                before.absorb(linked.item);
            }
            Link::Space if item.lacks_number() && !before.lacks_number() && is_backward && before.accepts(item) => {
                last.has_trailing_transports |= item.is_only_transports();
                before.absorb(linked.item);
            }
            Link::And | Link::Or
                if before.is_only_transports() && item.transports.is_some()
                    || before.has_transports_after() && item.is_only_transports() && !is_before_number =>
            {
                let join = if linked.link == Link::Or { Join::Any } else { Join::All };
                let range = before.range.start..item.range.end;
                if !combine(before, linked.item, join) {
                    return Err(Problem::new(range, ProblemKind::Ambiguous(TRANSPORTS)));
                }
            }
            // `443/TCP, UDP`: no port can follow the comma without a number.
            Link::Comma if before.has_transports_after() && item.is_only_transports() && !is_before_number => {
                let range = before.range.start..item.range.end;
                if !combine(before, linked.item, Join::Unstated) {
                    return Err(Problem::new(range, ProblemKind::Ambiguous(TRANSPORTS)));
                }
            }
            _ => bound.push(linked),
        }
    }
    Ok(bound)
}

/// Adds the transports of another item, and what else it has. Returns `false` if the two are joined in different ways.
fn combine(item: &mut Item, other: Item, join: Join) -> bool {
    let (Some(known), Some(more)) = (&mut item.transports, other.transports) else {
        return false;
    };
    let is_same_join = |all: &Transports| all.names.len() == 1 || all.join == join;
    if !is_same_join(known) || !is_same_join(&more) || more.names.iter().any(|name| known.names.contains(name)) {
        return false;
    }
    known.names.extend(more.names);
    known.join = join;
    item.absorb(Item { transports: None, ..other });
    true
}

/// Rejects items that can't be separate from the items next to them.
fn check_separate_items(items: &[LinkedItem]) -> Result<(), Problem> {
    for (index, LinkedItem { link, item, .. }) in items.iter().enumerate() {
        if item.is_only_transports() {
            return Err(Problem::new(item.range.clone(), ProblemKind::MissingPort));
        }
        let Some(LinkedItem { item: before, .. }) = items[..index].last() else {
            continue;
        };
        let both = before.range.start..item.range.end;
        let is_only_numbers = item.transports.is_none() && item.services.is_empty() && !item.numbers.is_empty();
        if before.icmp_type.is_some() && is_only_numbers {
            return Err(Problem::new(both, ProblemKind::Ambiguous("the number is a port or a type of ICMP")));
        }
        let is_portless_and_number = before.portless.is_some() && is_only_numbers;
        let may_be_one = before.is_only_services() || item.is_only_services() || is_portless_and_number;
        let is_service_and_number = before.is_only_services() && item.is_without_service()
            || item.is_only_services() && before.is_without_service();
        if *link == Link::Space && may_be_one || *link == Link::Comma && is_service_and_number {
            return Err(Problem::new(both, ProblemKind::Ambiguous("it is one port or two")));
        }
        if matches!(link, Link::Or | Link::CommaOr) {
            if before.has_several_groups() || item.has_several_groups() {
                let readings = "it replaces the port before it, or several ports before it";
                return Err(Problem::new(item.range.clone(), ProblemKind::Ambiguous(readings)));
            }
            if before.is_only_services() != item.is_only_services() {
                return Err(Problem::new(both, ProblemKind::Ambiguous("the number belongs to one service or to both")));
            }
        }
    }
    Ok(())
}

/// Rejects services of the protocol column that a cell contradicts, or that can't be joined with its numbers.
fn check_services(items: &[LinkedItem], column: &ProtocolColumn) -> Result<(), Problem> {
    let is_of_column = |name: &String| column.services.iter().any(|own| own.eq_ignore_ascii_case(name));
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return Ok(()) };
    if column.services.is_empty() {
        return Ok(());
    }
    let contradicts = |item: &&LinkedItem| !item.item.services.iter().all(is_of_column);
    if let Some(LinkedItem { item, .. }) = items.iter().find(contradicts) {
        return Err(Problem::new(item.range.clone(), ProblemKind::Contradiction("the page's protocol column")));
    }
    let without =
        items.iter().map(|item| &item.item).filter(|item| item.services.is_empty() && item.portless.is_none());
    let count: usize = without.map(|item| item.numbers.len()).sum();
    let part = first.item.range.start..last.item.range.end;
    if items.iter().all(|item| item.item.portless.is_some()) {
        return Err(Problem::new(part, ProblemKind::Contradiction("the page's protocol column")));
    }
    if column.services.len() > 1 && count > 1 {
        return Err(Problem::new(part, ProblemKind::Ambiguous(SERVICES_OF_NUMBERS)));
    }
    Ok(())
}

/// Rejects an item that contradicts the protocol column.
fn check_protocol_column(item: &Item, column: &ProtocolColumn) -> Result<(), Problem> {
    if let (Some(own), Some(portless)) = (item.portless, column.portless) {
        let is_same_type = item.icmp_type.is_none() || column.icmp_type.is_none() || item.icmp_type == column.icmp_type;
        if own != portless || !is_same_type {
            return Err(Problem::new(item.range.clone(), ProblemKind::Contradiction("the page's protocol column")));
        }
    }
    let contradicts = match (&item.transports, &column.transports, column.portless) {
        (Some(transports), Some(column), _) => transports.names.iter().any(|name| !column.names.contains(name)),
        (transports, _, Some(_)) => transports.is_some() || !item.numbers.is_empty(),
        _ => false,
    };
    if contradicts {
        return Err(Problem::new(item.range.clone(), ProblemKind::Contradiction("the page's protocol column")));
    }
    Ok(())
}
