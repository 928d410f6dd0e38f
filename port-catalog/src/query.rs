//! Queries: any combination of product, edition, component, vendor, direction, peer, service, host and port.

use core::iter::FusedIterator;

use crate::catalog::Catalog;
use crate::edition::Edition;
use crate::flow::Flow;
use crate::flow_lists::{Flows, peer_flows, product_flows, service_flows, vendor_flows};
use crate::own_catalog::Data;
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
    #[must_use]
    #[inline]
    pub fn vendor(self, vendor: C::Vendor) -> Self {
        Query { vendor: Some(vendor), ..self }
    }

    /// Only flows of a product.
    #[must_use]
    #[inline]
    pub fn product(self, product: C::Product) -> Self {
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
    #[must_use]
    #[inline]
    pub fn edition(self, edition: Edition<C>) -> Self {
        Query { editions: Editions::One(edition), ..self }
    }

    /// The flows of all editions, instead of the newest edition of each product.
    #[must_use]
    #[inline]
    pub fn all_editions(self) -> Self {
        Query { editions: Editions::All, ..self }
    }

    /// Only flows with a part of the product at either end, by its name in [`Flow::component`].
    #[must_use]
    #[inline]
    pub fn component(self, component: &'a str) -> Self {
        Query { component: Some(component), ..self }
    }

    /// Only flows in one direction.
    #[must_use]
    #[inline]
    pub fn direction(self, direction: Direction) -> Self {
        Query { direction: Some(direction), ..self }
    }

    /// Only flows whose peer is `peer` or includes it.
    #[must_use]
    #[inline]
    pub fn peer(self, peer: C::Peer) -> Self {
        Query { peer: Some(peer), ..self }
    }

    /// Only flows that use a service on one of their ports.
    #[must_use]
    #[inline]
    pub fn service(self, service: C::Service) -> Self {
        Query { service: Some(service), ..self }
    }

    /// Only flows that use a port, as [`by_port`](crate::by_port) finds them; `Transport::Any` matches TCP and UDP.
    #[must_use]
    #[inline]
    pub fn port(self, transport: Transport, port: u16) -> Self {
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
    #[must_use]
    #[inline]
    pub fn host(self, host: &'a str) -> Self {
        Query { host: Some(host), ..self }
    }

    /// The flows that match, in catalog order.
    #[inline]
    pub fn flows(self) -> Matches<'a, C> {
        Matches { candidates: self.candidates(), query: self }
    }

    /// The shortest list that contains every flow that matches.
    #[inline]
    fn candidates(&self) -> Candidates<C> {
        match self.editions {
            Editions::One(edition) => return Candidates::Listed(edition.flows()),
            Editions::All => return Candidates::All(0),
            Editions::Newest => {}
        }
        let lists = [
            self.vendor.map(vendor_flows),
            self.product.map(product_flows),
            self.peer.map(peer_flows),
            self.service.map(service_flows),
            self.host.and_then(|host| C::HOSTS.get(host)).map(Flows::new),
        ];
        let shortest = lists.into_iter().flatten().min_by_key(Flows::len);
        let of_port = self.port.map(|(transport, port)| Flows::new(C::PORTS.get(transport, port)));
        match (shortest, of_port) {
            (Some(flows), Some(of_port)) if flows.len() <= of_port.len() => Candidates::Listed(flows),
            (_, Some(of_port)) => Candidates::Merged(MergedRuns::new(of_port)),
            (Some(flows), None) => Candidates::Listed(flows),
            (None, None) => Candidates::All(0),
        }
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
            && self.service.is_none_or(|service| flow.ports().any(|spec| spec.service() == Some(service)))
            && self.port.is_none_or(|(transport, port)| flow.ports().any(|spec| spec.matches(transport, port)))
            && self.host.is_none_or(|host| flow.hosts().any(|name| concerns(name, host)))
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
pub struct Matches<'a, C: Catalog = Data> {
    query: Query<'a, C>,
    candidates: Candidates<C>,
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
        let is_descent = |position: &usize| flows.clone().nth(*position) < flows.clone().nth(*position - 1);
        let first_run = (1..flows.len()).find(is_descent).unwrap_or(flows.len());
        let mut runs = flows.split_at(first_run);
        let heads = [runs[0].next(), runs[1].next()];
        MergedRuns { runs, heads }
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

impl<C: Catalog> Iterator for Matches<'_, C> {
    type Item = Flow<C>;

    #[inline]
    fn next(&mut self) -> Option<Flow<C>> {
        self.candidates.by_ref().find(|flow| self.query.matches(*flow))
    }
}

impl<C: Catalog> FusedIterator for Matches<'_, C> {}
