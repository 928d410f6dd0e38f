//! Questions to a catalog: any combination of product, vendor, direction, peer, service, host and port.

use core::iter::FusedIterator;

use crate::Data;
use crate::catalog::{Catalog, Id};
use crate::flow_lists::{Flows, peer_flows, product_flows, service_flows, vendor_flows};
use crate::flow::Flow;
use port_core::{Direction, Transport};

/// A question to a catalog, which [`query`](crate::query) begins; in code for any catalog, `Query::default()` does.
///
/// What is not asked for is not looked at; the answer is every flow that fits all that is.
///
/// The shortest list of flows that an index gives for any part of the question is gone through, so that the cost is in
/// proportion to it and not to the catalog.
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
    direction: Option<Direction>,
    peer: Option<C::Peer>,
    service: Option<C::Service>,
    port: Option<(Transport, u16)>,
    host: Option<&'a str>,
}

/// The question that every flow answers.
impl<C: Catalog> Default for Query<'_, C> {
    #[inline]
    fn default() -> Self {
        Query::every()
    }
}

impl<C: Catalog> Query<'_, C> {
    #[inline]
    pub(crate) const fn every() -> Self {
        Query { vendor: None, product: None, direction: None, peer: None, service: None, port: None, host: None }
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

    /// Only flows that are opened from one side.
    #[must_use]
    #[inline]
    pub fn direction(self, direction: Direction) -> Self {
        Query { direction: Some(direction), ..self }
    }

    /// Only flows to and from a peer, or a peer that includes it.
    #[must_use]
    #[inline]
    pub fn peer(self, peer: C::Peer) -> Self {
        Query { peer: Some(peer), ..self }
    }

    /// Only flows that speak a service on one of their ports.
    #[must_use]
    #[inline]
    pub fn service(self, service: C::Service) -> Self {
        Query { service: Some(service), ..self }
    }

    /// Only flows that use a port, as [`by_port`](crate::by_port) finds them; `Transport::Any` is TCP or UDP.
    #[must_use]
    #[inline]
    pub fn port(self, transport: Transport, port: u16) -> Self {
        Query { port: Some((transport, port)), ..self }
    }

    /// Only flows to a host, or to a host under that name. Case and a final dot do not matter.
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

    /// The flows that fit, in the catalog's order.
    #[inline]
    pub fn flows(self) -> Matches<'a, C> {
        Matches { candidates: self.candidates(), query: self }
    }

    /// The shortest list that has every flow that fits.
    #[inline]
    fn candidates(&self) -> Candidates<C> {
        let lists = [
            self.vendor.map(vendor_flows),
            self.product.map(product_flows),
            self.peer.map(peer_flows),
            self.service.map(service_flows),
            self.port.map(|(transport, port)| Flows::of(C::PORTS.get(transport, port))),
            self.host.map(|host| Flows::of(C::HOSTS.get(host))),
        ];
        match lists.into_iter().flatten().min_by_key(Flows::len) {
            Some(flows) => Candidates::Listed(flows),
            None => Candidates::All(0),
        }
    }

    #[inline]
    fn fits(&self, flow: Flow<C>) -> bool {
        self.direction.is_none_or(|direction| flow.direction() == direction)
            && self.product.is_none_or(|product| flow.product() == product)
            && self.vendor.is_none_or(|vendor| flow.vendor() == vendor)
            && self.peer.is_none_or(|peer| flow.involves(peer))
            && self.service.is_none_or(|service| flow.ports().any(|spec| spec.service() == Some(service)))
            && self.port.is_none_or(|(transport, port)| flow.ports().any(|spec| spec.matches(transport, port)))
            && self.host.is_none_or(|host| flow.hosts().any(|of_flow| is_at_or_under(of_flow, host)))
    }
}

/// Whether a name is a domain's own or one under it.
#[inline]
fn is_at_or_under(name: &str, domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain).as_bytes();
    let Some(above) = name.len().checked_sub(domain.len()) else {
        return false;
    };
    let (head, tail) = name.as_bytes().split_at(above);
    tail.eq_ignore_ascii_case(domain) && matches!(head, [] | [.., b'.'])
}

/// The flows that answer a [`Query`], in the catalog's order.
#[derive(Clone, Debug)]
pub struct Matches<'a, C: Catalog = Data> {
    query: Query<'a, C>,
    candidates: Candidates<C>,
}

/// Where matches are looked for.
#[derive(Clone, Debug)]
enum Candidates<C: Catalog> {
    /// Every flow, from this one on.
    All(usize),
    /// The flows of one index.
    Listed(Flows<C>),
}

impl<C: Catalog> Iterator for Candidates<C> {
    type Item = Flow<C>;

    #[inline]
    fn next(&mut self) -> Option<Flow<C>> {
        match self {
            Candidates::Listed(flows) => flows.next(),
            Candidates::All(place) => {
                let flow = (*place < C::FlowId::all().len()).then_some(Flow::at(*place))?;
                *place += 1;
                Some(flow)
            }
        }
    }
}

impl<C: Catalog> Iterator for Matches<'_, C> {
    type Item = Flow<C>;

    #[inline]
    fn next(&mut self) -> Option<Flow<C>> {
        self.candidates.by_ref().find(|flow| self.query.fits(*flow))
    }
}

impl<C: Catalog> FusedIterator for Matches<'_, C> {}
