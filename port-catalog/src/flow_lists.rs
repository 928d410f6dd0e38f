//! Lists of flows in catalog order, and the lists that the index holds for each vendor, product, peer and service.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use port_core::layout::{peer, product, service, vendor};

use crate::catalog::Catalog;
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
#[must_use = "iterators do nothing unless they are consumed"]
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

    /// The flows that name a port itself, and those that name a range, given the flows of a port from which none was taken.
    pub(crate) fn exact_and_ranges(self) -> [Flows<C>; 2] {
        let exact = C::FLOW_LISTS.exact(self.list);
        let ranges = self.len() - exact;
        [Flows { taken: [0, ranges], ..self }, Flows { taken: [exact, 0], ..self }]
    }

    /// The number of remaining flows.
    ///
    /// ```
    /// use port_catalog::Product;
    ///
    /// // A build that fails when a newer catalog has more flows than were reviewed.
    /// const _: () = assert!(Product::FortiMail.flows().len() == 54);
    /// ```
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        C::FLOW_LISTS.len(self.list) - self.taken[0] - self.taken[1]
    }

    /// The flow at a position, counted from 0 among those that remain.
    ///
    /// ```
    /// use port_catalog::{Transport, by_port, flows};
    ///
    /// const FIRST: port_catalog::Flow = by_port(Transport::Tcp, 8013).get(0).unwrap();
    /// assert_eq!(FIRST.id(), flows::FortiClient::OutTelemetry);
    /// ```
    #[inline]
    #[must_use]
    pub const fn get(&self, position: usize) -> Option<Flow<C>> {
        if position < self.len() {
            Some(Flow::new(C::FLOW_LISTS.get(self.list, self.taken[0] + position)))
        } else {
            None
        }
    }

    /// Whether no flow remains.
    ///
    /// ```
    /// use port_catalog::{Transport, by_port};
    ///
    /// const _: () = assert!(by_port(Transport::Tcp, 9).is_empty());
    /// ```
    #[inline]
    #[must_use]
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

    #[inline]
    fn fold<B, F: FnMut(B, Flow<C>) -> B>(self, init: B, mut f: F) -> B {
        let end = self.taken[0] + self.len();
        // The bounds of the list are read once.
        let [first, second] = C::FLOW_LISTS.places(self.list, self.taken[0]..end);
        first.chain(second).fold(init, |folded, place| f(folded, Flow::new(C::FLOW_LISTS.items.get(place))))
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
pub const fn vendor_flows<C: Catalog>(vendor: usize) -> Flows<C> {
    Flows::new(C::VENDORS[vendor::FLOWS].get(vendor))
}

#[doc(hidden)]
pub const fn product_flows<C: Catalog>(product: usize) -> Flows<C> {
    Flows::new(C::PRODUCTS[product::FLOWS].get(product))
}

#[doc(hidden)]
pub const fn peer_flows<C: Catalog>(peer: usize) -> Flows<C> {
    Flows::new(C::PEERS[peer::FLOWS].get(peer))
}

#[doc(hidden)]
pub const fn service_flows<C: Catalog>(service: usize) -> Flows<C> {
    Flows::new(C::SERVICES[service::FLOWS].get(service))
}
