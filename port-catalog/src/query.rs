//! Queries: any combination of product, edition, component, vendor, direction, peer, service, host and port.
#![allow(clippy::inline_always, reason = "the filters that are set are known only where a query is written")]

use core::iter::FusedIterator;

use crate::catalog::Catalog;
use crate::edition::Edition;
use crate::flow::Flow;
use crate::flow_lists::{Flows, peer_flows, product_flows, service_flows, vendor_flows};
use crate::own_catalog::Data;
use crate::packed::NO_FLOWS;
use crate::tables::IdTables;
use port_core::{Direction, Transport};

/// A query. [`query`](crate::query) begins one; in code that is generic over catalogs, use `Query::default()`.
///
/// Filters combine with AND. Filters that are not set match everything, except that a query without an edition finds flows of the
/// newest edition of each product.
///
/// A query scans the shortest flow list that the indexes have for any of its filters, so its cost depends on that list and
/// not on the catalog.
///
/// ```
/// use port_catalog::{query, Direction, Product, Transport};
///
/// let admin = query().product(Product::FortiMail).direction(Direction::Inbound).port(Transport::Tcp, 443);
/// let ids: Vec<_> = admin.flows().map(|flow| flow.id().as_str()).collect();
/// assert_eq!(ids, ["fortimail-in-admin", "fortimail-in-email-client-quarantine"]);
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a query finds nothing until its method `flows` is called"]
pub struct Query<'a, C: Catalog = Data> {
    vendor: Option<C::Vendor>,
    product: Option<C::Product>,
    editions: Editions<C>,
    component: Option<&'a str>,
    direction: Option<Direction>,
    peer: Option<C::Peer>,
    service: Option<C::Service>,
    port: Option<(Transport, u16)>,
    host: Option<&'a str>,
}

/// The editions whose flows a query finds.
#[derive(Clone, Copy, Debug)]
enum Editions<C: Catalog> {
    /// The newest one of each product.
    Newest,
    One(Edition<C>),
    All,
}

/// The query without filters, which matches every flow of the newest editions.
impl<C: Catalog> Default for Query<'_, C> {
    #[inline]
    fn default() -> Self {
        Query::new()
    }
}

impl<C: Catalog> Query<'_, C> {
    #[inline]
    pub(crate) const fn new() -> Self {
        Query {
            vendor: None,
            product: None,
            editions: Editions::Newest,
            component: None,
            direction: None,
            peer: None,
            service: None,
            port: None,
            host: None,
        }
    }
}

impl<'a, C: Catalog> Query<'a, C> {
    /// Only flows of a vendor's products.
    ///
    /// ```
    /// use port_catalog::{Vendor, query};
    ///
    /// assert!(query().vendor(Vendor::Fortinet).flows().all(|flow| flow.vendor() == Vendor::Fortinet));
    /// ```
    #[inline]
    pub const fn vendor(self, vendor: C::Vendor) -> Self {
        Query { vendor: Some(vendor), ..self }
    }

    /// Only flows of a product.
    ///
    /// ```
    /// use port_catalog::{Product, query};
    ///
    /// assert!(query().product(Product::FortiMail).flows().eq(Product::FortiMail.flows()));
    /// ```
    #[inline]
    pub const fn product(self, product: C::Product) -> Self {
        Query { product: Some(product), ..self }
    }

    /// The flows of one edition, instead of the newest edition of each product.
    ///
    /// ```
    /// use port_catalog::{Product, query};
    ///
    /// let newest = Product::FortiMail.newest_edition();
    /// assert!(query().edition(newest).flows().eq(Product::FortiMail.flows()));
    /// ```
    #[inline]
    pub const fn edition(self, edition: Edition<C>) -> Self {
        Query { editions: Editions::One(edition), ..self }
    }

    /// The flows of all editions, instead of the newest edition of each product.
    ///
    /// ```
    /// use port_catalog::{Product, query};
    ///
    /// let both = query().product(Product::FortiMail).all_editions().flows();
    /// assert!(both.count() > Product::FortiMail.flows().len());
    /// ```
    #[inline]
    pub const fn all_editions(self) -> Self {
        Query { editions: Editions::All, ..self }
    }

    /// Only flows with a part of the product at either end, by its name in [`Flow::component`].
    ///
    /// ```
    /// use port_catalog::{Product, query};
    ///
    /// let of_servers = query().product(Product::Rke2).component("server");
    /// assert!(of_servers.flows().all(|flow| flow.involves_component("server")));
    /// ```
    #[inline]
    pub const fn component(self, component: &'a str) -> Self {
        Query { component: Some(component), ..self }
    }

    /// Only flows in one direction.
    ///
    /// ```
    /// use port_catalog::{Direction, Product, query};
    ///
    /// let inbound = query().product(Product::FortiMail).direction(Direction::Inbound);
    /// assert!(inbound.flows().all(|flow| flow.direction() == Direction::Inbound));
    /// ```
    #[inline]
    pub const fn direction(self, direction: Direction) -> Self {
        Query { direction: Some(direction), ..self }
    }

    /// Only flows whose peer is `peer` or includes it.
    ///
    /// ```
    /// use port_catalog::{Peer, Product, query};
    ///
    /// let clients = query().product(Product::FortiMail).peer(Peer::EmailClient);
    /// assert!(clients.flows().any(|flow| flow.id().as_str() == "fortimail-in-email-client-pop3"));
    /// ```
    #[inline]
    pub const fn peer(self, peer: C::Peer) -> Self {
        Query { peer: Some(peer), ..self }
    }

    /// Only flows that use a service on one of their ports.
    ///
    /// ```
    /// use port_catalog::{Product, Service, query};
    ///
    /// let smtp = query().product(Product::FortiMail).service(Service::Smtp);
    /// assert!(smtp.flows().all(|flow| flow.ports().any(|spec| spec.service() == Some(Service::Smtp))));
    /// ```
    #[inline]
    pub const fn service(self, service: C::Service) -> Self {
        Query { service: Some(service), ..self }
    }

    /// Only flows that use a port, as [`by_port`](crate::by_port) finds them; `Transport::Any` matches TCP and UDP.
    ///
    /// ```
    /// use port_catalog::{Transport, by_port, query};
    ///
    /// assert_eq!(query().port(Transport::Tcp, 8013).flows().count(), by_port(Transport::Tcp, 8013).len());
    /// ```
    #[inline]
    pub const fn port(self, transport: Transport, port: u16) -> Self {
        Query { port: Some((transport, port)), ..self }
    }

    /// Only flows to a host name, to a name below it, or to a wildcard that covers it. Case and a final dot are ignored.
    ///
    /// ```
    /// use port_catalog::query;
    ///
    /// assert_eq!(query().host("mdaemon.com").flows().count(), 3);
    /// assert_eq!(query().host("files.mdaemon.com").flows().count(), 1);
    /// ```
    #[inline]
    pub const fn host(self, host: &'a str) -> Self {
        Query { host: Some(host), ..self }
    }

    /// The flows that match, in catalog order.
    ///
    /// ```
    /// use port_catalog::{Product, query};
    ///
    /// assert_eq!(query().product(Product::FortiMail).flows().count(), 54);
    /// ```
    #[inline(always)]
    pub fn flows(self) -> Matches<'a, C> {
        match self.only_list() {
            Some(flows) => Matches { candidates: Candidates::Listed(flows), filters: None },
            None => self.search(),
        }
    }

    /// The flow list of the only filter, if a single one is set that has a list of its own.
    ///
    /// Most programs write their filters in one chain of calls. The compiler then knows which are set, and nothing is left of this but the
    /// lookup of the list.
    #[inline(always)]
    fn only_list(&self) -> Option<Flows<C>> {
        let Query { vendor, product, editions, component, direction, peer, service, port, host } = *self;
        let (Editions::Newest, None, None, None, None) = (editions, component, direction, port, host) else {
            return None;
        };
        match (vendor, product, peer, service) {
            (Some(vendor), None, None, None) => Some(vendor_flows(vendor.index())),
            (None, Some(product), None, None) => Some(product_flows(product.index())),
            (None, None, Some(peer), None) => Some(peer_flows(peer.index())),
            (None, None, None, Some(service)) => Some(service_flows(service.index())),
            _ => None,
        }
    }

    /// The flows that match, for any combination of filters.
    fn search(mut self) -> Matches<'a, C> {
        let candidates = self.take_candidates();
        Matches { candidates, filters: self.has_filters().then_some(self) }
    }

    /// The shortest list that contains every flow that matches. The filter for which it is the list is removed, since all flows of the
    /// list pass it.
    #[inline]
    fn take_candidates(&mut self) -> Candidates<C> {
        match self.editions {
            Editions::One(edition) => {
                self.editions = Editions::All;
                return Candidates::Listed(edition.flows());
            }
            Editions::All => return Candidates::All(0),
            Editions::Newest => {}
        }
        let mut shortest = Shortest { filter: Filter::None, flows: Flows::new(NO_FLOWS) };
        shortest.add(Filter::Vendor, self.vendor.map(|vendor| vendor_flows(vendor.index())));
        shortest.add(Filter::Product, self.product.map(|product| product_flows(product.index())));
        shortest.add(Filter::Peer, self.peer.map(|peer| peer_flows(peer.index())));
        shortest.add(Filter::Service, self.service.map(|service| service_flows(service.index())));
        shortest.add(Filter::Host, self.host.map(|host| Flows::new(C::HOSTS.get(C::HOST_NAMES, host))));
        shortest.add(Filter::Port, self.port.map(|(transport, port)| Flows::new(C::PORTS.get(transport, port))));
        match shortest.filter {
            Filter::None => return Candidates::All(0),
            Filter::Vendor => self.vendor = None,
            Filter::Product => self.product = None,
            Filter::Peer => self.peer = None,
            Filter::Service => self.service = None,
            Filter::Host => self.host = None,
            Filter::Port => self.port = None,
        }
        // Lists have only flows of the newest editions.
        self.editions = Editions::All;
        match shortest {
            Shortest { filter: Filter::Port, flows } => Candidates::Merged(MergedRuns::new(flows)),
            Shortest { flows, .. } => Candidates::Listed(flows),
        }
    }

    /// Whether a flow might not match.
    #[inline]
    fn has_filters(&self) -> bool {
        let Query { vendor, product, editions, component, direction, peer, service, port, host } = self;
        !matches!(editions, Editions::All)
            || vendor.is_some()
            || product.is_some()
            || component.is_some()
            || direction.is_some()
            || peer.is_some()
            || service.is_some()
            || port.is_some()
            || host.is_some()
    }

    #[inline]
    fn matches(&self, flow: Flow<C>) -> bool {
        let is_in_edition = match self.editions {
            Editions::Newest => flow.is_current(),
            Editions::One(edition) => flow.edition() == edition,
            Editions::All => true,
        };
        is_in_edition
            && self.direction.is_none_or(|direction| flow.direction() == direction)
            && self.component.is_none_or(|component| flow.involves_component(component))
            && self.product.is_none_or(|product| flow.product() == product)
            && self.vendor.is_none_or(|vendor| flow.vendor() == vendor)
            && self.peer.is_none_or(|peer| flow.involves(peer))
            && self.service.is_none_or(|service| flow.uses(service.index()))
            && self.port.is_none_or(|(transport, port)| flow.ports().contains(transport, port))
            && self.host.is_none_or(|host| flow.hosts().any(|name| concerns(name, host)))
    }
}

/// A filter for which there is a list of flows.
#[derive(Clone, Copy)]
enum Filter {
    None,
    Vendor,
    Product,
    Peer,
    Service,
    Host,
    Port,
}

/// The shortest list of flows so far, and the filter that all of them pass.
struct Shortest<C: Catalog> {
    filter: Filter,
    flows: Flows<C>,
}

impl<C: Catalog> Shortest<C> {
    /// Adds a list, if the filter is set. If it is known at compile time that only one is, no length is read.
    #[inline]
    fn add(&mut self, filter: Filter, flows: Option<Flows<C>>) {
        if let Some(flows) = flows {
            if matches!(self.filter, Filter::None) || flows.len() < self.flows.len() {
                *self = Shortest { filter, flows };
            }
        }
    }
}

/// Whether a host name of a flow equals a host or is below it, or is a wildcard that covers the host.
#[inline]
fn concerns(name: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    is_at_or_below(name, host) || name.strip_prefix("*.").is_some_and(|domain| is_at_or_below(host, domain))
}

/// Whether a host name equals a domain or is below it.
#[inline]
pub(crate) fn is_at_or_below(name: &str, domain: &str) -> bool {
    let domain = domain.as_bytes();
    let Some(prefix) = name.len().checked_sub(domain.len()) else {
        return false;
    };
    let (head, tail) = name.as_bytes().split_at(prefix);
    tail.eq_ignore_ascii_case(domain) && matches!(head, [] | [.., b'.'])
}

/// An iterator over the flows that match a [`Query`], in catalog order.
#[derive(Clone, Debug)]
#[must_use = "iterators do nothing unless they are consumed"]
pub struct Matches<'a, C: Catalog = Data> {
    candidates: Candidates<C>,
    /// The filters that a candidate might not pass, if there are any.
    filters: Option<Query<'a, C>>,
}

impl<C: Catalog> Matches<'_, C> {
    fn next_match(&mut self) -> Option<Flow<C>> {
        match &self.filters {
            Some(filters) => self.candidates.find(|flow| filters.matches(*flow)),
            None => self.candidates.next(),
        }
    }

    fn fold_matches<B, F: FnMut(B, Flow<C>) -> B>(self, init: B, f: F) -> B {
        let Matches { candidates, filters } = self;
        match filters {
            Some(filters) => candidates.filter(|flow| filters.matches(*flow)).fold(init, f),
            None => candidates.fold(init, f),
        }
    }
}

/// The flows that a query scans.
#[derive(Clone, Debug)]
enum Candidates<C: Catalog> {
    /// Every flow, from this one on.
    All(usize),
    /// The flows of one index.
    Listed(Flows<C>),
    /// The flows of a port.
    Merged(MergedRuns<C>),
}

/// The flows of a port in catalog order. Their list has two runs, each in that order: exact ports, and ranges.
#[derive(Clone, Debug)]
struct MergedRuns<C: Catalog> {
    runs: [Flows<C>; 2],
    heads: [Option<Flow<C>>; 2],
}

impl<C: Catalog> MergedRuns<C> {
    fn new(flows: Flows<C>) -> MergedRuns<C> {
        let mut runs = flows.exact_and_ranges();
        let heads = [runs[0].next(), runs[1].next()];
        MergedRuns { runs, heads }
    }

    fn len(&self) -> usize {
        self.runs.iter().map(Flows::len).sum::<usize>() + self.heads.iter().flatten().count()
    }
}

impl<C: Catalog> Iterator for MergedRuns<C> {
    type Item = Flow<C>;

    fn next(&mut self) -> Option<Flow<C>> {
        let run = match self.heads {
            [Some(exact), Some(range)] => usize::from(range < exact),
            [Some(_), None] => 0,
            _ => 1,
        };
        let next = self.runs[run].next();
        core::mem::replace(&mut self.heads[run], next)
    }
}

impl<C: Catalog> Iterator for Candidates<C> {
    type Item = Flow<C>;

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match self {
            Candidates::Listed(flows) => flows.len(),
            Candidates::Merged(flows) => flows.len(),
            Candidates::All(index) => Flow::<C>::ROWS - index,
        };
        (left, Some(left))
    }

    #[inline]
    fn next(&mut self) -> Option<Flow<C>> {
        match self {
            Candidates::Listed(flows) => flows.next(),
            Candidates::Merged(flows) => flows.next(),
            Candidates::All(index) => {
                let flow = (*index < Flow::<C>::ROWS).then_some(Flow::new(*index))?;
                *index += 1;
                Some(flow)
            }
        }
    }
}

// The flows of a list, all of which match, are what most queries find. Their case is inlined.
impl<C: Catalog> Iterator for Matches<'_, C> {
    type Item = Flow<C>;

    #[inline]
    fn next(&mut self) -> Option<Flow<C>> {
        match self {
            Matches { candidates: Candidates::Listed(flows), filters: None } => flows.next(),
            matches => matches.next_match(),
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let (at_least, at_most) = self.candidates.size_hint();
        (if self.filters.is_some() { 0 } else { at_least }, at_most)
    }

    #[inline(always)]
    fn fold<B, F: FnMut(B, Flow<C>) -> B>(self, init: B, f: F) -> B {
        match self {
            Matches { candidates: Candidates::Listed(flows), filters: None } => flows.fold(init, f),
            matches => matches.fold_matches(init, f),
        }
    }
}

impl<C: Catalog> FusedIterator for Matches<'_, C> {}
