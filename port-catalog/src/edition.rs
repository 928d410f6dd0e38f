//! Editions: the versions of a product's document.

use core::fmt;
use core::marker::PhantomData;

use port_core::layout::edition;

use crate::catalog::{Catalog, Id};
use crate::facts::edition_text;
use crate::flow::Flow;
use crate::flow_lists::Flows;
use crate::own_catalog::Data;

/// One version of the document that lists a product's flows.
///
/// A handle of four bytes: copy it freely. The order of editions is that of their products, and then their age, oldest first. It
/// displays as `fortimail@6.2.0`.
///
/// ```
/// use port_catalog::Product;
///
/// let newest = Product::FortiMail.newest_edition();
/// assert_eq!(newest.to_string(), format!("fortimail@{}", newest.name()));
/// assert_eq!(newest.document(), "FortiMail open ports");
/// assert_eq!(newest.flows().len(), Product::FortiMail.flows().len());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edition<C: Catalog = Data> {
    index: u32,
    catalog: PhantomData<C>,
}

impl<C: Catalog> Edition<C> {
    #[allow(clippy::cast_possible_truncation, reason = "integers in tables have at most four bytes")]
    const fn new(index: usize) -> Self {
        Edition { index: index as u32, catalog: PhantomData }
    }

    fn text(self, column: usize) -> &'static str {
        edition_text::<C>(self.index as usize, column)
    }

    fn optional_text(self, column: usize) -> Option<&'static str> {
        Some(self.text(column)).filter(|text| !text.is_empty())
    }

    /// Its id, such as `6.2.0`, which is permanently stable and unique for its product.
    pub fn name(self) -> &'static str {
        self.text(edition::NAME)
    }

    /// The product.
    pub fn product(self) -> C::Product {
        C::Product::from_index(C::EDITIONS[edition::PRODUCT].get(self.index as usize))
    }

    /// The edition as the document prints it, such as `FortiOS 6.2.0`.
    pub fn printed(self) -> &'static str {
        self.text(edition::PRINTED)
    }

    /// The title of the document that lists the flows.
    pub fn document(self) -> &'static str {
        self.text(edition::DOCUMENT)
    }

    /// The document's URL.
    pub fn url(self) -> &'static str {
        self.text(edition::URL)
    }

    /// Where the document was taken from, if not from its URL: a repository, a path and a commit.
    pub fn source(self) -> Option<&'static str> {
        self.optional_text(edition::SOURCE)
    }

    /// The document's licence, if it is known.
    pub fn licence(self) -> Option<&'static str> {
        self.optional_text(edition::LICENCE)
    }

    /// The day on which the document was retrieved, as `YYYY-MM-DD`; `None` if it is unknown.
    pub fn retrieved(self) -> Option<&'static str> {
        self.optional_text(edition::RETRIEVED)
    }

    /// Whether all parts of the document were available. If not, a flow that it lacks isn't known to be missing.
    pub fn is_complete(self) -> bool {
        C::EDITIONS[edition::COMPLETE].get(self.index as usize) != 0
    }

    /// What to know about its source, such as which parts weren't available, in our words.
    ///
    /// ```
    /// use port_catalog::Product;
    ///
    /// let edition = Product::FortiMail.edition("5.4").unwrap();
    /// assert!(!edition.is_complete());
    /// assert!(edition.note().unwrap().contains("missing"));
    /// ```
    pub fn note(self) -> Option<&'static str> {
        self.optional_text(edition::NOTE)
    }

    /// Whether it is the newest edition of its product.
    pub fn is_newest(self) -> bool {
        let (_, end) = C::PRODUCT_EDITIONS.pair(self.product().index());
        self.index as usize + 1 == end
    }

    /// Its flows, in document order.
    pub fn flows(self) -> Flows<C> {
        Flows::new(C::EDITIONS[edition::FLOWS].get(self.index as usize))
    }
}

impl<C: Catalog> fmt::Display for Edition<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.product(), self.name())
    }
}

impl<C: Catalog> fmt::Debug for Edition<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Edition").field(&format_args!("{self}")).finish()
    }
}

impl<C: Catalog> Flow<C> {
    /// The edition whose document lists it.
    pub fn edition(self) -> Edition<C> {
        Edition::new(self.edition_index())
    }
}

#[doc(hidden)]
pub fn product_editions<C: Catalog>(
    product: C::Product,
) -> impl ExactSizeIterator<Item = Edition<C>> + DoubleEndedIterator + Clone {
    let (first, end) = C::PRODUCT_EDITIONS.pair(product.index());
    (first..end).map(Edition::new)
}

#[doc(hidden)]
pub fn newest_edition<C: Catalog>(product: C::Product) -> Edition<C> {
    let (_, end) = C::PRODUCT_EDITIONS.pair(product.index());
    Edition::new(end - 1)
}

#[doc(hidden)]
pub fn flow_in_edition<C: Catalog>(id: C::FlowId, edition: Edition<C>) -> Option<Flow<C>> {
    // Most callers ask for the newest edition that has it.
    let newest = Flow::new(id.index());
    if newest.edition() == edition { Some(newest) } else { edition.flows().find(|flow| flow.id() == id) }
}
