//! Editions: the versions of a product's document.

#![allow(clippy::inline_always, reason = "if the column is known, so is its width, and a read is one load")]

use core::fmt;
use core::marker::PhantomData;

use port_core::layout::edition;
use port_core::padded::padded;

use crate::catalog::{Catalog, Id};
use crate::facts::{edition_text, optional};
use crate::flow::Flow;
use crate::flow_lists::Flows;
use crate::iterators::indexed_iterator;
use crate::own_catalog::Data;
use crate::packed::element;

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

    #[inline(always)]
    const fn text(self, column: usize) -> &'static str {
        edition_text::<C>(self.index as usize, column)
    }

    #[inline(always)]
    const fn optional_text(self, column: usize) -> Option<&'static str> {
        optional(self.text(column))
    }

    const fn product_index(self) -> usize {
        C::EDITIONS[edition::PRODUCT].get(self.index as usize)
    }

    /// Its id, such as `6.2.0`, which is permanently stable and unique for its product.
    ///
    /// ```
    /// use port_catalog::Product;
    ///
    /// let edition = Product::FortiMail.edition("6.2.0").unwrap();
    /// assert_eq!(edition.name(), "6.2.0");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.text(edition::NAME)
    }

    /// The product.
    ///
    /// ```
    /// use port_catalog::Product;
    ///
    /// let edition = Product::FortiMail.edition("6.2.0").unwrap();
    /// assert_eq!(edition.product(), Product::FortiMail);
    /// ```
    #[must_use]
    pub const fn product(self) -> C::Product {
        element(C::Product::ALL, self.product_index())
    }

    /// The edition as the document prints it, such as `FortiOS 6.2.0`.
    ///
    /// ```
    /// use port_catalog::Product;
    ///
    /// let edition = Product::FortiMail.edition("6.2.0").unwrap();
    /// assert_eq!(edition.printed(), "FortiOS 6.2.0");
    /// ```
    #[must_use]
    pub const fn printed(self) -> &'static str {
        self.text(edition::PRINTED)
    }

    /// The title of the document that lists the flows.
    ///
    /// ```
    /// use port_catalog::Product;
    ///
    /// let edition = Product::FortiMail.edition("6.2.0").unwrap();
    /// assert_eq!(edition.document(), "FortiMail open ports");
    /// ```
    #[must_use]
    pub const fn document(self) -> &'static str {
        self.text(edition::DOCUMENT)
    }

    /// The document's URL.
    ///
    /// ```
    /// use port_catalog::Product;
    ///
    /// let edition = Product::FortiMail.edition("6.2.0").unwrap();
    /// assert!(edition.url().starts_with("https://docs.fortinet.com/"));
    /// ```
    #[must_use]
    pub const fn url(self) -> &'static str {
        self.text(edition::URL)
    }

    /// Where the document was taken from, if not from its URL: a repository, a path and a commit.
    ///
    /// ```
    /// use port_catalog::Product;
    ///
    /// let edition = Product::Rke2.newest_edition();
    /// assert!(edition.source().unwrap().contains("rke2-docs"));
    /// ```
    #[must_use]
    pub const fn source(self) -> Option<&'static str> {
        self.optional_text(edition::SOURCE)
    }

    /// The document's licence, if it is known.
    ///
    /// ```
    /// use port_catalog::Product;
    ///
    /// assert!(Product::Rke2.newest_edition().licence().is_some());
    /// assert!(Product::FortiMail.newest_edition().licence().is_none());
    /// ```
    #[must_use]
    pub const fn licence(self) -> Option<&'static str> {
        self.optional_text(edition::LICENCE)
    }

    /// The day on which the document was retrieved, as `YYYY-MM-DD`; `None` if it is unknown.
    ///
    /// ```
    /// use port_catalog::Product;
    ///
    /// assert_eq!(Product::FortiMail.newest_edition().retrieved(), None);
    /// assert!(Product::Rke2.newest_edition().retrieved().is_some_and(|day| day.len() == "2026-11-27".len()));
    /// ```
    #[must_use]
    pub const fn retrieved(self) -> Option<&'static str> {
        self.optional_text(edition::RETRIEVED)
    }

    /// Whether all parts of the document were available. If not, a flow that it lacks isn't known to be missing.
    ///
    /// ```
    /// use port_catalog::Product;
    ///
    /// let edition = Product::FortiMail.edition("5.4").unwrap();
    /// assert!(!edition.is_complete());
    /// ```
    #[must_use]
    pub const fn is_complete(self) -> bool {
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
    #[must_use]
    pub const fn note(self) -> Option<&'static str> {
        self.optional_text(edition::NOTE)
    }

    /// Whether it is the newest edition of its product.
    ///
    /// ```
    /// use port_catalog::Product;
    ///
    /// let edition = Product::FortiMail.edition("5.4").unwrap();
    /// assert!(!edition.is_newest());
    /// ```
    #[must_use]
    pub const fn is_newest(self) -> bool {
        let (_, end) = C::PRODUCT_EDITIONS.pair(self.product_index());
        self.index as usize + 1 == end
    }

    /// Its flows, in document order.
    ///
    /// ```
    /// use port_catalog::Product;
    ///
    /// let edition = Product::FortiMail.edition("6.2.0").unwrap();
    /// assert_eq!(edition.flows().len(), 54);
    /// ```
    pub const fn flows(self) -> Flows<C> {
        Flows::new(C::EDITIONS[edition::FLOWS].get(self.index as usize))
    }
}

impl<C: Catalog> fmt::Display for Edition<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        padded(f, format_args!("{}@{}", self.product(), self.name()))
    }
}

impl<C: Catalog> fmt::Debug for Edition<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Edition").field(&format_args!("{self}")).finish()
    }
}

impl<C: Catalog> Flow<C> {
    /// The edition whose document lists it.
    ///
    /// ```
    /// use port_catalog::{Product, flows};
    ///
    /// assert_eq!(flows::FortiMail::InAdmin.flow().edition(), Product::FortiMail.newest_edition());
    /// ```
    #[must_use]
    pub const fn edition(self) -> Edition<C> {
        Edition::new(self.edition_index())
    }
}

/// An iterator over the editions of a product, oldest first.
///
/// ```
/// use port_catalog::Product;
///
/// let mut newest_first = Product::FortiClient.editions().rev();
/// assert_eq!(newest_first.next(), Some(Product::FortiClient.newest_edition()));
/// ```
#[derive(Clone)]
#[must_use = "iterators do nothing unless they are consumed"]
pub struct Editions<C: Catalog = Data> {
    start: usize,
    end: usize,
    catalog: PhantomData<C>,
}

#[allow(clippy::unused_self, reason = "other iterators need it")]
impl<C: Catalog> Editions<C> {
    const fn at(&self, place: usize) -> Edition<C> {
        Edition::new(place)
    }
}

indexed_iterator!([C: Catalog] Editions<C> => Edition<C>, at);

impl<C: Catalog> fmt::Debug for Editions<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

#[doc(hidden)]
pub const fn product_editions<C: Catalog>(product: usize) -> Editions<C> {
    let (start, end) = C::PRODUCT_EDITIONS.pair(product);
    Editions { start, end, catalog: PhantomData }
}

#[doc(hidden)]
pub const fn newest_edition<C: Catalog>(product: usize) -> Edition<C> {
    let (_, end) = C::PRODUCT_EDITIONS.pair(product);
    Edition::new(end - 1)
}

/// The edition of a product with an id.
#[doc(hidden)]
pub const fn edition_named<C: Catalog>(product: usize, name: &str) -> Option<Edition<C>> {
    let (mut index, end) = C::PRODUCT_EDITIONS.pair(product);
    while index < end {
        let edition: Edition<C> = Edition::new(index);
        if is_same(edition.name().as_bytes(), name.as_bytes()) {
            return Some(edition);
        }
        index += 1;
    }
    None
}

/// Compares texts in a constant.
#[inline]
const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    one.len() == other.len() && index == one.len()
}

/// The flow with an id in an edition. `id` is the index of the id.
#[doc(hidden)]
pub const fn flow_in_edition<C: Catalog>(id: usize, edition: Edition<C>) -> Option<Flow<C>> {
    // Most callers ask for the newest edition that has it.
    let newest: Flow<C> = Flow::new(id);
    if newest.edition_index() == edition.index as usize {
        return Some(newest);
    }
    let flows = edition.flows();
    let mut position = 0;
    while let Some(flow) = flows.get(position) {
        if flow.id_index() == id {
            return Some(flow);
        }
        position += 1;
    }
    None
}
