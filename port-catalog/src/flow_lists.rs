//! Lists of flows in catalog order, and the lists that the index holds for each vendor, product, peer and service.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use port_core::layout::{peer, product, service, vendor};

use crate::catalog::{Catalog, Id};
use crate::flow::Flow;
use crate::own_catalog::Data;
use crate::packed::NO_FLOWS;

/// An iterator over flows in catalog order.
///
/// ```
/// use port_catalog::{by_port, Transport};
///
/// let flows = by_port(Transport::Tcp, 8013);
/// assert_eq!(flows.len(), flows.clone().count());
/// assert_eq!(flows.map(|flow| flow.id().as_str()).next(), Some("forticlient-out-telemetry"));
/// ```
#[derive(Clone)]
pub struct Flows<C: Catalog = Data> {
    /// The index of the flow list. It is read only when a flow or the length is needed.
    list: usize,
    /// The number of flows taken from the front, and from the back.
    taken: [usize; 2],
    catalog: PhantomData<C>,
}

impl<C: Catalog> Flows<C> {
    pub(crate) const fn new(list: usize) -> Self {
        Flows { list, taken: [0, 0], catalog: PhantomData }
    }

    /// The remaining flows before a position, and those from it on.
    pub(crate) fn split_at(self, position: usize) -> [Flows<C>; 2] {
        let [front, back] = self.taken;
        let after = self.len() - position;
        [Flows { taken: [front, back + after], ..self }, Flows { taken: [front + position, back], ..self }]
    }

    /// The number of remaining flows.
    #[inline]
    pub const fn len(&self) -> usize {
        C::FLOW_LISTS.len(self.list) - self.taken[0] - self.taken[1]
    }

    /// Whether no flow remains.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.list == NO_FLOWS || (self.taken[0] + self.taken[1] > 0 && self.len() == 0)
    }
}

impl<C: Catalog> Iterator for Flows<C> {
    type Item = Flow<C>;

    #[inline]
    fn next(&mut self) -> Option<Flow<C>> {
        self.nth(0)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), Some(self.len()))
    }

    #[inline]
    fn nth(&mut self, skipped: usize) -> Option<Flow<C>> {
        let left = self.len();
        if skipped < left {
            let index = self.taken[0] + skipped;
            self.taken[0] = index + 1;
            Some(Flow::new(C::FLOW_LISTS.get(self.list, index)))
        } else {
            self.taken[0] += left;
            None
        }
    }
}

impl<C: Catalog> DoubleEndedIterator for Flows<C> {
    #[inline]
    fn next_back(&mut self) -> Option<Flow<C>> {
        let last = self.len().checked_sub(1)?;
        self.taken[1] += 1;
        Some(Flow::new(C::FLOW_LISTS.get(self.list, self.taken[0] + last)))
    }
}

impl<C: Catalog> fmt::Debug for Flows<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<C: Catalog> ExactSizeIterator for Flows<C> {}
impl<C: Catalog> FusedIterator for Flows<C> {}

#[doc(hidden)]
pub fn vendor_flows<C: Catalog>(vendor: C::Vendor) -> Flows<C> {
    Flows::new(C::VENDORS[vendor::FLOWS].get(vendor.index()))
}

#[doc(hidden)]
pub fn product_flows<C: Catalog>(product: C::Product) -> Flows<C> {
    Flows::new(C::PRODUCTS[product::FLOWS].get(product.index()))
}

#[doc(hidden)]
pub fn peer_flows<C: Catalog>(peer: C::Peer) -> Flows<C> {
    Flows::new(C::PEERS[peer::FLOWS].get(peer.index()))
}

#[doc(hidden)]
pub fn service_flows<C: Catalog>(service: C::Service) -> Flows<C> {
    Flows::new(C::SERVICES[service::FLOWS].get(service.index()))
}
