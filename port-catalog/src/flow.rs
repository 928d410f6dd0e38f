//! A flow, its port specs and its source.

#![allow(clippy::inline_always, reason = "if the column is known, so is its width, and a read is one load")]

use core::fmt;
use core::marker::PhantomData;

use port_core::layout::{flow, profile, spec};
use port_core::padded::padded;
use port_core::port_spec::write_expression;
use port_core::{Direction, Enabled, Fact, Groups, PeerKind, PortRange, PortSpec, Requirement, Scope, Transport};

use crate::catalog::{Catalog, Id};
use crate::facts::{self, optional};
use crate::iterators::{Interfaces, Names, Words, indexed_iterator};
use crate::own_catalog::Data;
use crate::packed::{Cell, element};
use crate::tables::IdTables;

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

    /// The number of ids, which have the first rows.
    const IDS: usize = C::FlowId::IDS.len();

    /// The number of rows of all editions.
    pub(crate) const ROWS: usize = Self::IDS + C::OLDER.ids.len;

    /// Finds a cell of a column.
    #[inline(always)]
    const fn find(self, column: usize) -> Cell {
        let row = self.index as usize;
        // A catalog without older editions doesn't need the comparison.
        if Self::ROWS == Self::IDS || row < Self::IDS { Cell::OfRow(row) } else { self.find_in_older(column) }
    }

    /// One function for all columns, since programs rarely read older rows.
    #[cold]
    #[inline(never)]
    const fn find_in_older(self, column: usize) -> Cell {
        C::OLDER.cell(self.index as usize - Self::IDS, column)
    }

    #[inline(always)]
    const fn cell(self, column: usize) -> usize {
        match self.find(column) {
            Cell::Changed(value) => value,
            Cell::OfRow(row) => C::FLOWS[column].get(row),
        }
    }

    /// A cell of its profile.
    #[inline(always)]
    const fn profile(self, column: usize) -> usize {
        C::PROFILES[column].get(self.cell(flow::PROFILE))
    }

    #[inline(always)]
    const fn text(self, column: usize) -> &'static str {
        let texts = C::FLOW_TEXT_COLUMNS[column];
        let number = match self.find(flow::NUMBERS + column) {
            Cell::Changed(number) => number,
            Cell::OfRow(row) => texts.numbers.get(row),
        };
        Self::text_at(texts.first + number)
    }

    /// One function for all columns, since the text costs more than the call.
    #[inline(never)]
    const fn text_at(number: usize) -> &'static str {
        C::FLOW_TEXTS.get_const(number)
    }

    #[inline(always)]
    const fn optional_text(self, column: usize) -> Option<&'static str> {
        optional(self.text(column))
    }

    /// The index of its id.
    pub(crate) const fn id_index(self) -> usize {
        let row = self.index as usize;
        if row < Self::IDS { row } else { C::OLDER.ids.get(row - Self::IDS) }
    }

    /// The index of the edition whose document lists it.
    pub(crate) const fn edition_index(self) -> usize {
        let (_, end) = C::PRODUCT_EDITIONS.pair(self.product_index());
        end - 1 - self.profile(profile::NEWER)
    }

    const fn product_index(self) -> usize {
        self.cell(flow::PRODUCT)
    }

    const fn peer_index(self) -> usize {
        self.cell(flow::PEER)
    }

    /// Its id, which is permanently stable.
    ///
    /// ```
    /// use port_catalog::{flows};
    ///
    /// let flow = flows::FortiMail::InEmailClientPop3.flow();
    /// assert_eq!(flow.id(), flows::FortiMail::InEmailClientPop3);
    /// ```
    #[must_use]
    pub const fn id(self) -> C::FlowId {
        element(C::FlowId::ALL, self.id_index())
    }

    /// Whether it is in the newest edition of its product.
    ///
    /// ```
    /// use port_catalog::{flows};
    ///
    /// let flow = flows::FortiMail::InEmailClientPop3.flow();
    /// assert!(flow.is_current());
    /// ```
    #[must_use]
    pub const fn is_current(self) -> bool {
        self.profile(profile::NEWER) == 0
    }

    /// The part of the product at its own end, if the document distinguishes parts.
    ///
    /// ```
    /// use port_catalog::flows;
    ///
    /// assert_eq!(flows::Rke2::InServerEtcdClient.flow().component(), Some("server"));
    /// ```
    #[must_use]
    pub const fn component(self) -> Option<&'static str> {
        match self.cell(flow::COMPONENT) {
            0 => None,
            number => facts::product_components::<C>(self.product_index()).get(number - 1),
        }
    }

    /// The product whose document lists it.
    ///
    /// ```
    /// use port_catalog::{Product, flows};
    ///
    /// let flow = flows::FortiMail::InEmailClientPop3.flow();
    /// assert_eq!(flow.product(), Product::FortiMail);
    /// ```
    #[must_use]
    pub const fn product(self) -> C::Product {
        element(C::Product::ALL, self.product_index())
    }

    /// The vendor of its product.
    ///
    /// ```
    /// use port_catalog::{Vendor, flows};
    ///
    /// let flow = flows::FortiMail::InEmailClientPop3.flow();
    /// assert_eq!(flow.vendor(), Vendor::Fortinet);
    /// ```
    #[must_use]
    pub const fn vendor(self) -> C::Vendor {
        facts::product_vendor::<C>(self.product_index())
    }

    /// Who opens the connection.
    ///
    /// ```
    /// use port_catalog::{Direction, flows};
    ///
    /// let flow = flows::FortiMail::InEmailClientPop3.flow();
    /// // Both directions are known, so a `match` needs no `_`.
    /// let end = match flow.direction() {
    ///     Direction::Inbound => "destination",
    ///     Direction::Outbound => "source",
    /// };
    /// assert_eq!(end, "destination");
    /// ```
    #[must_use]
    pub const fn direction(self) -> Direction {
        element(Direction::ALL, self.profile(profile::DIRECTION))
    }

    /// The other end.
    ///
    /// ```
    /// use port_catalog::{Peer, flows};
    ///
    /// let flow = flows::FortiMail::InEmailClientPop3.flow();
    /// assert_eq!(flow.peer(), Peer::EmailClient);
    /// ```
    #[must_use]
    pub const fn peer(self) -> C::Peer {
        element(C::Peer::ALL, self.peer_index())
    }

    /// Its purpose, in this project's words.
    ///
    /// ```
    /// use port_catalog::{flows};
    ///
    /// let flow = flows::FortiMail::InEmailClientPop3.flow();
    /// assert_eq!(flow.purpose(), "Collect mail with POP3 or POP3S");
    /// ```
    #[must_use]
    pub const fn purpose(self) -> &'static str {
        self.text(flow::PURPOSE)
    }

    /// Its port specs with their groups. [`Ports`] displays as a port expression.
    ///
    /// ```
    /// use port_catalog::{flows};
    ///
    /// let flow = flows::FortiMail::InEmailClientPop3.flow();
    /// assert_eq!(flow.ports().to_string(), "tcp/110 pop3 | tcp/995 pop3s");
    /// ```
    #[inline]
    pub const fn ports(self) -> Ports<C> {
        let (start, end) = C::SPEC_LISTS.pair(self.cell(flow::SPECS));
        Ports { start, end, groups: self.groups(), catalog: PhantomData }
    }

    /// Whether it uses a service, given its index, on any of its ports. Only the column of services is read.
    pub(crate) fn uses(self, service: usize) -> bool {
        let (start, end) = C::SPEC_LISTS.pair(self.cell(flow::SPECS));
        (start..end).any(|row| C::SPECS[spec::SERVICE].get(row) == service + 1)
    }

    /// Whether all groups of its port specs are needed.
    ///
    /// ```
    /// use port_catalog::{Groups, flows};
    ///
    /// let flow = flows::FortiMail::InEmailClientPop3.flow();
    /// assert_eq!(flow.groups(), Groups::All);
    /// ```
    #[must_use]
    pub const fn groups(self) -> Groups {
        element(Groups::ALL, self.profile(profile::GROUPS))
    }

    /// Whether the document requires it.
    ///
    /// ```
    /// use port_catalog::{Requirement, flows};
    ///
    /// let flow = flows::FortiMail::InEmailClientPop3.flow();
    /// assert_eq!(flow.requirement(), Requirement::Conditional);
    /// ```
    #[must_use]
    pub const fn requirement(self) -> Requirement {
        element(Requirement::ALL, self.profile(profile::REQUIREMENT))
    }

    /// When a conditional flow is needed.
    ///
    /// ```
    /// use port_catalog::{flows};
    ///
    /// let flow = flows::FortiMail::InEmailClientPop3.flow();
    /// assert_eq!(flow.condition(), Some("server mode only"));
    /// ```
    #[must_use]
    pub const fn condition(self) -> Option<&'static str> {
        self.optional_text(flow::CONDITION)
    }

    /// How far its traffic goes.
    ///
    /// ```
    /// use port_catalog::{Scope, flows};
    ///
    /// assert_eq!(flows::Wazo::InMonitHttp.flow().scope(), Scope::Host);
    /// ```
    #[must_use]
    pub const fn scope(self) -> Scope {
        element(Scope::ALL, self.profile(profile::SCOPE))
    }

    /// Whether the document says that the port is open by default.
    ///
    /// ```
    /// use port_catalog::{Enabled, flows};
    ///
    /// assert_eq!(flows::ExchangeServer::InMailboxImap.flow().enabled(), Enabled::No);
    /// ```
    #[must_use]
    pub const fn enabled(self) -> Enabled {
        element(Enabled::ALL, self.profile(profile::ENABLED))
    }

    /// The product's interfaces that it uses, in the product's order; empty if the document names none.
    ///
    /// ```
    /// use port_catalog::flows;
    ///
    /// assert!(flows::ForcepointEmailSecurity::OutSnmpTrap.flow().interfaces().eq(["c"]));
    /// ```
    pub const fn interfaces(self) -> Interfaces {
        Interfaces::new(facts::product_interfaces::<C>(self.product_index()), self.profile(profile::INTERFACES))
    }

    /// The interface that the document recommends, if it does.
    ///
    /// ```
    /// use port_catalog::flows;
    ///
    /// let flow = flows::ForcepointEmailSecurity::InSslProxy.flow();
    /// assert_eq!(flow.recommended_interface(), Some("c"));
    /// ```
    #[must_use]
    pub const fn recommended_interface(self) -> Option<&'static str> {
        match self.profile(profile::RECOMMENDED) {
            0 => None,
            number => facts::product_interfaces::<C>(self.product_index()).get(number - 1),
        }
    }

    /// The host names that the document gives for the peer, in its order, some with a wildcard as in `*.example.com`.
    ///
    /// ```
    /// use port_catalog::query;
    ///
    /// let flow = query().host("mdaemon.com").flows().next().unwrap();
    /// assert!(flow.hosts().any(|host| host.ends_with("mdaemon.com")));
    /// ```
    pub const fn hosts(self) -> Names {
        Names::new(const { &C::HOST_NAMES }, const { &C::HOST_LISTS }, self.cell(flow::HOSTS))
    }

    /// Whether the document says that the port can be changed.
    ///
    /// ```
    /// use port_catalog::flows;
    ///
    /// assert!(flows::FortiMail::OutOcsp.flow().configurable());
    /// ```
    #[must_use]
    pub const fn configurable(self) -> bool {
        self.profile(profile::CONFIGURABLE) != 0
    }

    /// Where or how to change the port, if the document says so.
    ///
    /// ```
    /// use port_catalog::flows;
    ///
    /// let flow = flows::FortiMail::OutOcsp.flow();
    /// assert_eq!(flow.customization(), Some("the certificate may name another port"));
    /// ```
    #[must_use]
    pub const fn customization(self) -> Option<&'static str> {
        self.optional_text(flow::CUSTOMIZATION)
    }

    /// A warning for users of the row: further facts of the page, or what looks wrong on it.
    ///
    /// ```
    /// use port_catalog::flows;
    ///
    /// assert!(flows::FortiMail::InAdmin.flow().note().unwrap().contains("prints SSH twice"));
    /// ```
    #[must_use]
    pub const fn note(self) -> Option<&'static str> {
        self.optional_text(flow::NOTE)
    }

    /// The facts of this flow that the document does not state.
    ///
    /// ```
    /// use port_catalog::{Fact, flows};
    ///
    /// assert!(flows::FortiMail::InAdmin.flow().curated().any(|fact| fact == Fact::Service));
    /// ```
    pub const fn curated(self) -> Words<Fact> {
        Words::new(Fact::ALL, self.profile(profile::CURATED))
    }

    /// Where the document lists it, and what it prints there.
    ///
    /// ```
    /// use port_catalog::{flows};
    ///
    /// let flow = flows::FortiMail::InEmailClientPop3.flow();
    /// assert_eq!(flow.source().row, 4);
    /// assert_eq!(flow.source().ports, Some("TCP/110 or TCP/995 (server mode only)"));
    /// ```
    #[must_use]
    pub const fn source(self) -> Source {
        let edition = self.edition();
        Source {
            document: edition.document(),
            edition: edition.printed(),
            url: edition.url(),
            section: self.optional_text(flow::SECTION),
            row: self.cell(flow::ROW),
            peer: self.optional_text(flow::PRINTED_PEER),
            label: self.optional_text(flow::PRINTED_LABEL),
            ports: self.optional_text(flow::PRINTED_PORTS),
        }
    }

    /// Whether a part of the product is at either of its ends: its own component, or a peer that is a component.
    ///
    /// ```
    /// use port_catalog::flows;
    ///
    /// // Its peer is the part `node` of the same product.
    /// let flow = flows::Rke2::InServerKubernetesApi.flow();
    /// assert!(flow.involves_component("server") && flow.involves_component("node"));
    /// ```
    #[must_use]
    pub fn involves_component(self, component: &str) -> bool {
        self.component() == Some(component) || self.peer_component() == Some(component)
    }

    /// The part of the product at the other end, if the peer is one.
    pub(crate) fn peer_component(self) -> Option<&'static str> {
        let is_component = facts::peer_kind::<C>(self.peer_index()) == PeerKind::Component;
        // The id of such a peer is `<product>-<component>`.
        let rest = self.peer().as_str().strip_prefix(self.product().as_str()).filter(|_| is_component)?;
        rest.strip_prefix('-')
    }

    /// Whether its peer is `peer`, or includes `peer`.
    ///
    /// ```
    /// use port_catalog::{Peer, flows};
    ///
    /// assert!(flows::FortiMail::InEmailClientPop3.flow().involves(Peer::EmailClient));
    /// ```
    #[must_use]
    pub fn involves(self, peer: C::Peer) -> bool {
        self.peer() == peer || facts::peer_includes::<C>(self.peer_index()).any(|included| included == peer)
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
        let (product, peer, ports) = (self.product(), self.peer(), self.ports());
        padded(f, format_args!("{product} {direction} {} {peer}: {ports}", direction.preposition()))
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
///
/// ```
/// use port_catalog::{Service, Transport, flows};
///
/// let ports = flows::FortiMail::InEmailClientPop3.flow().ports();
/// assert_eq!(ports.get(1).and_then(|spec| spec.service()), Some(Service::Pop3s));
/// assert_eq!(format!("{ports:>30}"), "  tcp/110 pop3 | tcp/995 pop3s");
/// // A policy that is checked when it is compiled.
/// const _: () = assert!(flows::FortiMail::InEmailClientPop3.flow().ports().contains(Transport::Tcp, 995));
/// ```
#[derive(Clone, Debug)]
#[must_use = "iterators do nothing unless they are consumed"]
pub struct Ports<C: Catalog = Data> {
    start: usize,
    end: usize,
    groups: Groups,
    catalog: PhantomData<C>,
}

impl<C: Catalog> Ports<C> {
    #[inline]
    #[allow(clippy::unused_self, reason = "other iterators need it")]
    const fn at(&self, row: usize) -> PortSpec<C::Service> {
        let transport = match C::SPECS[spec::TRANSPORT].get(row) {
            0 => None,
            number => Some(element(Transport::ALL, number - 1)),
        };
        let service = match C::SPECS[spec::SERVICE].get(row) {
            0 => None,
            number => Some(element(C::Service::ALL, number - 1)),
        };
        let first = C::SPECS[spec::FIRST].get(row);
        // A sum that isn't a port number becomes 0, which isn't the end of a range.
        let range = PortRange::new(facts::port(first), facts::port(first + C::SPECS[spec::MORE].get(row)));
        let number = match (range, first) {
            (Some(_), _) | (None, 0) => None,
            (None, number) => Some(byte(number - 1)),
        };
        PortSpec::from_parts(transport, range, service, byte(C::SPECS[spec::GROUP].get(row)), number)
    }

    /// Whether one of the specs that are left includes a port of a transport. `Transport::Any` on either side counts for TCP and UDP.
    ///
    /// ```
    /// use port_catalog::{Transport, flows};
    ///
    /// let admin = flows::FortiMail::InAdmin.flow();
    /// assert!(admin.ports().contains(Transport::Tcp, 443));
    /// assert!(!admin.ports().contains(Transport::Udp, 443));
    /// ```
    #[must_use]
    pub const fn contains(&self, transport: Transport, port: u16) -> bool {
        let mut row = self.start;
        while row < self.end {
            // Most specs have other ports, so these are compared first.
            let first = C::SPECS[spec::FIRST].get(row);
            let has_port = first <= port as usize && port as usize - first <= C::SPECS[spec::MORE].get(row);
            if has_port && self.at(row).matches(transport, port) {
                return true;
            }
            row += 1;
        }
        false
    }
}

indexed_iterator!([C: Catalog] Ports<C> => PortSpec<C::Service>, at);

/// A number of a table that fits in a byte: groups and protocol numbers were checked at compile time.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the number is compared first")]
const fn byte(number: usize) -> u8 {
    if number <= u8::MAX as usize { number as u8 } else { u8::MAX }
}

impl<C: Catalog> fmt::Display for Ports<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        padded(f, format_args!("{}", Unpadded(self)))
    }
}

/// Port specs that ignore the width of a format string.
struct Unpadded<'a, C: Catalog>(&'a Ports<C>);

impl<C: Catalog> fmt::Display for Unpadded<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_expression(f, self.0.groups, self.0.clone())
    }
}
