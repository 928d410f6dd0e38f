//! A flow, its port specs and its source.

#![allow(clippy::inline_always, reason = "if the column is known, so is its width, and a read is one load")]

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use port_core::layout::{flow, product, spec};
use port_core::port_spec::write_expression;
use port_core::{Direction, Fact, PortRange, PortSpec, Requirement, Transport};

use crate::catalog::{Catalog, Id};
use crate::own_catalog::Data;
use crate::packed::element;

/// One row of a vendor's table: traffic between a product and one peer, for one purpose.
///
/// A handle of four bytes: copy it freely. The order of flows is the catalog order.
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

    fn index(self) -> usize {
        self.index as usize
    }

    #[inline(always)]
    fn cell(self, column: usize) -> usize {
        C::FLOWS[column].get(self.index())
    }

    #[inline(always)]
    fn text(self, column: usize) -> &'static str {
        C::FLOW_TEXTS.get(C::FLOW_TEXT_COLUMNS[column].get(self.index()))
    }

    #[inline(always)]
    fn optional_text(self, column: usize) -> Option<&'static str> {
        Some(self.text(column)).filter(|text| !text.is_empty())
    }

    /// Its id, which is permanently stable.
    pub fn id(self) -> C::FlowId {
        C::FlowId::from_index(self.index())
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
        let (next, end) = C::FLOW_SPECS.pair(self.index());
        Ports { next, end, catalog: PhantomData }
    }

    /// Whether the document requires it.
    pub fn requirement(self) -> Requirement {
        element(Requirement::ALL, self.cell(flow::REQUIREMENT))
    }

    /// When a conditional flow is needed.
    pub fn condition(self) -> Option<&'static str> {
        self.optional_text(flow::CONDITION)
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

    /// The host names that the document gives for the peer, in its order.
    pub fn hosts(self) -> impl ExactSizeIterator<Item = &'static str> + Clone {
        C::FLOW_HOSTS.get(self.index()).map(|name| C::HOSTS.names.get(name))
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
        let product = self.product();
        Source {
            document: crate::facts::product_text::<C>(product, product::DOCUMENT),
            edition: crate::facts::product_text::<C>(product, product::EDITION),
            url: crate::facts::product_text::<C>(product, product::URL),
            section: self.optional_text(flow::SECTION),
            row: self.cell(flow::ROW),
            peer: self.optional_text(flow::PRINTED_PEER),
            label: self.optional_text(flow::PRINTED_LABEL),
            ports: self.optional_text(flow::PRINTED_PORTS),
        }
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
        Some(PortSpec::from_parts(
            C::SPECS[spec::TRANSPORT].get(row).checked_sub(1).map(|index| element(Transport::ALL, index)),
            PortRange::new(port(spec::FIRST), port(spec::LAST)),
            C::SPECS[spec::SERVICE].get(row).checked_sub(1).map(C::Service::from_index),
            u8::try_from(C::SPECS[spec::GROUP].get(row)).unwrap_or(u8::MAX),
        ))
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
        write_expression(f, self.clone())
    }
}
