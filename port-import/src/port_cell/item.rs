//! Items of a cell: a transport, numbers and services that belong together, and how items are joined.

use std::ops::Range;

use port_core::PortRange;

use super::token::IpProtocol;

/// How several transports or ports are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    /// Any one of them is enough.
    Any,
    /// All of them are needed.
    All,
    /// A sign joins them that says neither: a comma or a slash.
    Unstated,
}

/// Transports of the same ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Transports {
    /// Names of protocols with ports: `tcp`.
    pub names: Vec<&'static str>,
    pub join: Join,
}

/// Where the transports of an item are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Position {
    /// Before the number, which makes them those of the numbers after it too: `TCP 2379, 2380`.
    #[default]
    Before,
    /// After the number, to which alone they belong: `8301/udp`, `8301 (UDP)`.
    After,
    /// After the number and a space, so that a number may follow them: `443 TCP`.
    AfterSpace,
}

/// What slashes, colons and brackets join.
#[derive(Debug, Default)]
pub(super) struct Item {
    pub transports: Option<Transports>,
    pub position: Position,
    /// A protocol without ports. The item then has nothing else but the type of ICMP.
    pub portless: Option<IpProtocol>,
    pub icmp_type: Option<u8>,
    pub numbers: Vec<PortRange>,
    pub services: Vec<String>,
    pub begins_with_number: bool,
    /// Where the item is in the cell, in bytes.
    pub range: Range<usize>,
}

/// How an item follows the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// It is the first.
    Start,
    Space,
    And,
    Or,
    /// A slash after brackets.
    Slash,
    Comma,
    /// `, or`.
    CommaOr,
    /// `, and`.
    CommaAnd,
}

/// An item, and how it follows the one before it.
#[derive(Debug)]
pub(super) struct LinkedItem {
    pub link: Link,
    pub item: Item,
    /// Whether the item's transports are in brackets or after its number, so that more of them may follow.
    pub has_trailing_transports: bool,
}

impl Item {
    pub(super) fn is_empty(&self) -> bool {
        self.transports.is_none() && self.portless.is_none() && self.lacks_number() && self.services.is_empty()
    }

    pub(super) fn is_only_services(&self) -> bool {
        !self.services.is_empty() && self.transports.is_none() && self.numbers.is_empty()
    }

    pub(super) fn is_only_transports(&self) -> bool {
        self.transports.is_some() && self.services.is_empty() && self.numbers.is_empty()
    }

    /// Whether the item has numbers that don't state their transport.
    pub(super) fn is_bare(&self) -> bool {
        !self.numbers.is_empty() && self.transports.is_none()
    }

    pub(super) fn is_without_service(&self) -> bool {
        !self.numbers.is_empty() && self.services.is_empty()
    }

    /// Whether the item has numbers, and their transports follow them.
    pub(super) fn has_transports_after(&self) -> bool {
        !self.numbers.is_empty() && self.transports.is_some() && self.position != Position::Before
    }

    /// Whether the item has no number and can have one.
    pub(super) fn lacks_number(&self) -> bool {
        self.portless.is_none() && self.numbers.is_empty()
    }

    /// Whether a service in brackets after the item belongs to it.
    pub(super) fn accepts_service(&self) -> bool {
        self.portless.is_none() && (self.numbers.len() == 1 || self.is_only_transports())
    }

    /// Whether another item can be the rest of this one: each has only what the other lacks.
    pub(super) fn accepts(&self, other: &Self) -> bool {
        self.portless.is_none()
            && other.portless.is_none()
            && (self.transports.is_none() || other.transports.is_none())
            && (self.numbers.is_empty() || other.numbers.is_empty())
            && (self.services.is_empty() || other.services.is_empty())
            && self.services.len().max(other.services.len()) < 2
            && (self.services.is_empty() && other.services.is_empty()
                || self.numbers.len().max(other.numbers.len()) < 2)
    }

    /// Adds the rest of this item.
    pub(super) fn absorb(&mut self, other: Self) {
        if self.transports.is_none() {
            self.position = if self.numbers.is_empty() { other.position } else { Position::AfterSpace };
        }
        self.transports = self.transports.take().or(other.transports);
        self.numbers.extend(other.numbers);
        self.services.extend(other.services);
        self.range = self.range.start.min(other.range.start)..self.range.end.max(other.range.end);
    }

    /// Whether the item becomes several groups.
    pub(super) fn has_several_groups(&self) -> bool {
        let transports = self.transports.as_ref();
        self.numbers.len() > 1
            || self.services.len() > 1
            || transports.is_some_and(|all| all.join != Join::Any && all.names.len() > 1)
    }
}
