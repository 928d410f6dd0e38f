//! A flow, its port specs and its source.

#![allow(clippy::inline_always, reason = "if the column is known, so is its width, and a read is one load")]

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use port_core::layout::{edition, flow, spec};
use port_core::port_spec::write_expression;
use port_core::{Direction, Enabled, Fact, Groups, PeerKind, PortRange, PortSpec, Requirement, Scope, Transport};

use crate::catalog::{Catalog, Id};
use crate::own_catalog::Data;
use crate::packed::element;

/// One row of one edition of a document: traffic between a product and one peer, for one purpose.
///
/// A handle of four bytes: copy it freely. The order of flows is the catalog order. Two editions' flows with the same id are
/// different flows.
///
/// ```
/// use port_catalog::{Direction, Peer, Product, flows};
///
/// let flow = flows::FortiMail::InEmailClientPop3.flow();
/// assert_eq!(flow.product(), Product::FortiMail);
/// assert_eq!(flow.direction(), Direction::Inbound);
/// assert_eq!(flow.peer(), Peer::EmailClient);
/// assert_eq!(flow.ports().to_string(), "tcp/110 pop3 | tcp/995 pop3s");
/// assert_eq!(flow.source().row, 4);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flow<C: Catalog = Data> {
    index: u32,
    catalog: PhantomData<C>,
}

impl<C: Catalog> Flow<C> {
    #[allow(clippy::cast_possible_truncation, reason = "integers in tables have at most four bytes")]
    pub(crate) const fn new(index: usize) -> Self {
        Flow { index: index as u32, catalog: PhantomData }
    }

    /// The number of rows of all editions.
    pub(crate) const ROWS: usize = C::FLOWS[flow::EDITION].len() + C::OLDER.ids.len();

    fn index(self) -> usize {
        self.index as usize
    }

    /// The value of a column, given the values for the newest row of each id.
    #[inline(always)]
    fn value(self, column: usize, newest: impl FnOnce(usize) -> usize) -> usize {
        let row = self.index();
        let ids = C::FLOWS[flow::EDITION].len();
        // A catalog without older editions doesn't need the comparison.
        if C::OLDER.ids.len() == 0 || row < ids { newest(row) } else { C::OLDER.get(row - ids, column, newest) }
    }

    #[inline(always)]
    fn cell(self, column: usize) -> usize {
        self.value(column, |row| C::FLOWS[column].get(row))
    }

    #[inline(always)]
    fn text(self, column: usize) -> &'static str {
        let column_of_texts = C::FLOW_TEXT_COLUMNS[column];
        let number = self.value(flow::NUMBERS + column, |row| column_of_texts.numbers.get(row));
        C::FLOW_TEXTS.get(column_of_texts.first + number)
    }

    #[inline(always)]
    fn optional_text(self, column: usize) -> Option<&'static str> {
        Some(self.text(column)).filter(|text| !text.is_empty())
    }

    /// Its id, which is permanently stable.
    pub fn id(self) -> C::FlowId {
        let row = self.index();
        let ids = C::FLOWS[flow::EDITION].len();
        C::FlowId::from_index(if row < ids { row } else { C::OLDER.ids.get(row - ids) })
    }

    /// The index of the edition whose document lists it.
    pub(crate) fn edition_index(self) -> usize {
        self.cell(flow::EDITION)
    }

    /// Whether it is in the newest edition of its product.
    pub fn is_current(self) -> bool {
        let (_, end) = C::PRODUCT_EDITIONS.pair(self.product().index());
        self.edition_index() + 1 == end
    }

    /// The part of the product at its own end, if the document distinguishes parts.
    pub fn component(self) -> Option<&'static str> {
        let index = self.cell(flow::COMPONENT).checked_sub(1)?;
        crate::facts::product_components::<C>(self.product()).nth(index)
    }

    /// The product whose document lists it.
    pub fn product(self) -> C::Product {
        C::Product::from_index(self.cell(flow::PRODUCT))
    }

    /// The vendor of its product.
    pub fn vendor(self) -> C::Vendor {
        crate::facts::product_vendor::<C>(self.product())
    }

    /// Who opens the connection.
    pub fn direction(self) -> Direction {
        element(Direction::ALL, self.cell(flow::DIRECTION))
    }

    /// The other end.
    pub fn peer(self) -> C::Peer {
        C::Peer::from_index(self.cell(flow::PEER))
    }

    /// Its purpose, in this project's words.
    pub fn purpose(self) -> &'static str {
        self.text(flow::PURPOSE)
    }

    /// Its port specs with their groups. [`Ports`] displays as a port expression.
    pub fn ports(self) -> Ports<C> {
        let (next, end) = C::FLOW_SPECS.pair(self.value(flow::SPECS, |row| row));
        Ports { next, end, groups: self.groups(), catalog: PhantomData }
    }

    /// Whether all groups of its port specs are needed.
    pub fn groups(self) -> Groups {
        element(Groups::ALL, self.cell(flow::GROUPS))
    }

    /// Whether the document requires it.
    pub fn requirement(self) -> Requirement {
        element(Requirement::ALL, self.cell(flow::REQUIREMENT))
    }

    /// When a conditional flow is needed.
    pub fn condition(self) -> Option<&'static str> {
        self.optional_text(flow::CONDITION)
    }

    /// How far its traffic goes.
    pub fn scope(self) -> Scope {
        element(Scope::ALL, self.cell(flow::SCOPE))
    }

    /// Whether the document says that the port is open by default.
    pub fn enabled(self) -> Enabled {
        element(Enabled::ALL, self.cell(flow::ENABLED))
    }

    /// The product's interfaces that it uses, in the product's order; empty if the document names none.
    pub fn interfaces(self) -> impl Iterator<Item = &'static str> + Clone {
        let used = self.cell(flow::INTERFACES);
        let all = crate::facts::product_interfaces::<C>(self.product());
        all.enumerate().filter(move |(index, _)| used & (1 << index) != 0).map(|(_, interface)| interface)
    }

    /// The interface that the document recommends, if it does.
    pub fn recommended_interface(self) -> Option<&'static str> {
        let index = self.cell(flow::RECOMMENDED).checked_sub(1)?;
        crate::facts::product_interfaces::<C>(self.product()).nth(index)
    }

    /// The host names that the document gives for the peer, in its order, some with a wildcard as in `*.example.com`.
    pub fn hosts(self) -> impl ExactSizeIterator<Item = &'static str> + Clone {
        C::FLOW_HOSTS.get(self.value(flow::HOSTS, |row| row)).map(|name| C::HOSTS.names.get(name))
    }

    /// Whether the document says that the port can be changed.
    pub fn configurable(self) -> bool {
        self.cell(flow::CONFIGURABLE) != 0
    }

    /// Where or how to change the port, if the document says so.
    pub fn customization(self) -> Option<&'static str> {
        self.optional_text(flow::CUSTOMIZATION)
    }

    /// A warning for users of the row: further facts of the page, or what looks wrong on it.
    pub fn note(self) -> Option<&'static str> {
        self.optional_text(flow::NOTE)
    }

    /// The facts of this flow that the document does not state.
    pub fn curated(self) -> impl Iterator<Item = Fact> + Clone {
        let curated = self.cell(flow::CURATED);
        Fact::ALL
            .iter()
            .copied()
            .enumerate()
            .filter(move |(index, _)| curated & (1 << index) != 0)
            .map(|(_, fact)| fact)
    }

    /// Where the document lists it, and what it prints there.
    pub fn source(self) -> Source {
        let text = |column| crate::facts::edition_text::<C>(self.edition_index(), column);
        Source {
            document: text(edition::DOCUMENT),
            edition: text(edition::PRINTED),
            url: text(edition::URL),
            section: self.optional_text(flow::SECTION),
            row: self.cell(flow::ROW),
            peer: self.optional_text(flow::PRINTED_PEER),
            label: self.optional_text(flow::PRINTED_LABEL),
            ports: self.optional_text(flow::PRINTED_PORTS),
        }
    }

    /// Whether a part of the product is at either of its ends: its own component, or a peer that is a component.
    pub fn involves_component(self, component: &str) -> bool {
        self.component() == Some(component) || self.peer_component() == Some(component)
    }

    /// The part of the product at the other end, if the peer is one.
    pub(crate) fn peer_component(self) -> Option<&'static str> {
        let is_component = crate::facts::peer_kind::<C>(self.peer()) == PeerKind::Component;
        // The id of such a peer is `<product>-<component>`.
        let rest = self.peer().as_str().strip_prefix(self.product().as_str()).filter(|_| is_component)?;
        rest.strip_prefix('-')
    }

    /// Whether its peer is `peer`, or includes `peer`.
    pub fn involves(self, peer: C::Peer) -> bool {
        self.peer() == peer || crate::facts::peer_includes::<C>(self.peer()).any(|included| included == peer)
    }
}

impl<C: Catalog> fmt::Debug for Flow<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Flow").field(&self.id().as_str()).finish()
    }
}

/// One line: `fortimail inbound from email-client: tcp/110 pop3 | tcp/995 pop3s`.
impl<C: Catalog> fmt::Display for Flow<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = self.direction();
        write!(f, "{} {direction} {} {}: {}", self.product(), direction.preposition(), self.peer(), self.ports())
    }
}

/// Where a vendor's document lists a flow, and what it prints there.
///
/// ```
/// use port_catalog::flows;
///
/// let source = flows::FortiMail::InEmailClientPop3.flow().source();
/// assert_eq!(source.section, Some("Incoming ports"));
/// assert_eq!(source.ports, Some("TCP/110 or TCP/995 (server mode only)"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// The document's title.
    pub document: &'static str,
    /// The document's edition.
    pub edition: &'static str,
    /// The document's URL.
    pub url: &'static str,
    /// The section of the document that contains the row, if it has sections.
    pub section: Option<&'static str>,
    /// The row, counted from 1 over the tables of the whole document.
    pub row: usize,
    /// The peer cell as printed.
    pub peer: Option<&'static str>,
    /// The cell that describes the row, as printed.
    pub label: Option<&'static str>,
    /// The port cell as printed.
    pub ports: Option<&'static str>,
}

/// An iterator over the port specs of a flow. It displays the specs that are left as a port expression.
#[derive(Clone, Debug)]
pub struct Ports<C: Catalog = Data> {
    next: usize,
    end: usize,
    groups: Groups,
    catalog: PhantomData<C>,
}

impl<C: Catalog> Iterator for Ports<C> {
    type Item = PortSpec<C::Service>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.end {
            return None;
        }
        let row = self.next;
        self.next += 1;
        // The tables were checked at compile time: ports fit in 16 bits, groups in 8.
        let port = |column: usize| u16::try_from(C::SPECS[column].get(row)).unwrap_or(0);
        let transport = C::SPECS[spec::TRANSPORT].get(row).checked_sub(1).map(|index| element(Transport::ALL, index));
        let range = PortRange::new(port(spec::FIRST), port(spec::LAST));
        let number = port(spec::FIRST).checked_sub(1).filter(|_| range.is_none());
        let spec = PortSpec::from_parts(
            transport,
            range,
            C::SPECS[spec::SERVICE].get(row).checked_sub(1).map(C::Service::from_index),
            u8::try_from(C::SPECS[spec::GROUP].get(row)).unwrap_or(u8::MAX),
        );
        Some(spec.with_number(number.and_then(|number| u8::try_from(number).ok())))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.end - self.next;
        (left, Some(left))
    }
}

impl<C: Catalog> ExactSizeIterator for Ports<C> {}
impl<C: Catalog> FusedIterator for Ports<C> {}

impl<C: Catalog> fmt::Display for Ports<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_expression(f, self.groups, self.clone())
    }
}
