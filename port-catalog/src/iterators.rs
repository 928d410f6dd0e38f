//! Iterators over what belongs to a row: ids, names, and words of the vocabulary. Each also gives its items by their position, in
//! constants too.

use core::fmt;
use core::marker::PhantomData;

use crate::catalog::Id;
use crate::packed::{Lists, PackedInts, StringPool, element};

/// Implements an iterator over the items from `start` to before `end`. `$at` gives the item at a place.
macro_rules! indexed_iterator {
    ([$($generics:tt)*] $name:ty => $item:ty, $at:ident) => {
        impl<$($generics)*> $name {
            /// The number of items that are left.
            #[inline]
            #[must_use]
            pub const fn len(&self) -> usize {
                self.end - self.start
            }

            /// Whether no item is left.
            #[inline]
            #[must_use]
            pub const fn is_empty(&self) -> bool {
                self.start == self.end
            }

            /// The item at a position, counted from 0 among those that are left.
            #[inline]
            #[must_use]
            pub const fn get(&self, position: usize) -> Option<$item> {
                if position < self.len() { Some(self.$at(self.start + position)) } else { None }
            }
        }

        impl<$($generics)*> Iterator for $name {
            type Item = $item;

            #[inline]
            fn next(&mut self) -> Option<$item> {
                self.nth(0)
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                (self.len(), Some(self.len()))
            }

            #[inline]
            fn nth(&mut self, skipped: usize) -> Option<$item> {
                if skipped >= self.len() {
                    self.start = self.end;
                    return None;
                }
                self.start += skipped + 1;
                Some(self.$at(self.start - 1))
            }
        }

        impl<$($generics)*> DoubleEndedIterator for $name {
            #[inline]
            fn next_back(&mut self) -> Option<$item> {
                if self.start == self.end {
                    return None;
                }
                self.end -= 1;
                Some(self.$at(self.end))
            }
        }

        impl<$($generics)*> ExactSizeIterator for $name {}
        impl<$($generics)*> ::core::iter::FusedIterator for $name {}
    };
}

pub(crate) use indexed_iterator;

/// An iterator over ids: the products of a vendor, or the peers that a peer includes.
///
/// ```
/// use port_catalog::{Product, Vendor};
///
/// let products = Vendor::Fortinet.products();
/// assert_eq!(products.get(0), Some(Product::FortiMail));
/// assert_eq!(products.rev().next(), Some(Product::FortiClient));
/// ```
#[derive(Clone)]
#[must_use = "iterators do nothing unless they are consumed"]
pub struct Ids<I: Id> {
    items: PackedInts,
    start: usize,
    end: usize,
    kind: PhantomData<I>,
}

impl<I: Id> Ids<I> {
    #[inline]
    pub(crate) const fn new(lists: Lists, list: usize) -> Self {
        let (start, end) = lists.bounds(list);
        Ids { items: lists.items, start, end, kind: PhantomData }
    }

    #[inline]
    const fn at(&self, place: usize) -> I {
        element(I::ALL, self.items.get(place))
    }
}

indexed_iterator!([I: Id] Ids<I> => I, at);

impl<I: Id> fmt::Debug for Ids<I> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// An iterator over names: a product's components or interfaces, or the host names of a flow.
///
/// ```
/// use port_catalog::Product;
///
/// let components = Product::Rke2.components();
/// assert_eq!(components.len(), 3);
/// assert!(components.eq(["agent", "node", "server"]));
/// ```
#[derive(Clone)]
#[must_use = "iterators do nothing unless they are consumed"]
pub struct Names {
    /// References, since any table can be behind them, and an iterator is copied often.
    pool: &'static StringPool,
    items: &'static PackedInts,
    start: usize,
    end: usize,
}

impl Names {
    #[inline]
    pub(crate) const fn new(pool: &'static StringPool, lists: &'static Lists, list: usize) -> Self {
        let (start, end) = lists.bounds(list);
        Names { pool, items: &lists.items, start, end }
    }

    const fn at(&self, place: usize) -> &'static str {
        self.pool.get_variable(self.items.get_variable(place))
    }
}

indexed_iterator!([] Names => &'static str, at);

impl fmt::Debug for Names {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// Implements an iterator over the members of a set, given as the bits of their positions. `item` gives the member at a position.
macro_rules! bit_iterator {
    ([$($generics:tt)*] $name:ty => $item:ty) => {
        impl<$($generics)*> $name {
            /// The number of items that are left.
            #[inline]
            #[must_use]
            pub const fn len(&self) -> usize {
                self.bits.count_ones() as usize
            }

            /// Whether no item is left.
            #[inline]
            #[must_use]
            pub const fn is_empty(&self) -> bool {
                self.bits == 0
            }

            /// The item at a position, counted from 0 among those that are left.
            #[inline]
            #[must_use]
            pub const fn get(&self, position: usize) -> Option<$item> {
                let mut bits = self.bits;
                let mut skipped = 0;
                while skipped < position && bits != 0 {
                    bits &= bits - 1;
                    skipped += 1;
                }
                if bits == 0 { None } else { Some(self.item(bits.trailing_zeros() as usize)) }
            }
        }

        impl<$($generics)*> Iterator for $name {
            type Item = $item;

            #[inline]
            fn next(&mut self) -> Option<$item> {
                let first = self.get(0)?;
                self.bits &= self.bits - 1;
                Some(first)
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                (self.len(), Some(self.len()))
            }
        }

        impl<$($generics)*> DoubleEndedIterator for $name {
            #[inline]
            fn next_back(&mut self) -> Option<$item> {
                let last = self.bits.checked_ilog2()?;
                self.bits &= !(1 << last);
                Some(self.item(last as usize))
            }
        }

        impl<$($generics)*> ExactSizeIterator for $name {}
        impl<$($generics)*> ::core::iter::FusedIterator for $name {}
    };
}

/// An iterator over words of the vocabulary in their order: the transports of a service, or the curated facts of a flow.
///
/// ```
/// use port_catalog::{Service, Transport};
///
/// let transports = Service::Dns.transports();
/// assert_eq!(transports.get(0), Some(Transport::Tcp));
/// assert!(transports.eq([Transport::Tcp, Transport::Udp]));
/// ```
#[derive(Clone)]
#[must_use = "iterators do nothing unless they are consumed"]
pub struct Words<T: 'static> {
    all: &'static [T],
    bits: usize,
}

impl<T: Copy> Words<T> {
    #[inline]
    pub(crate) const fn new(all: &'static [T], bits: usize) -> Self {
        Words { all, bits }
    }

    #[inline]
    const fn item(&self, position: usize) -> T {
        element(self.all, position)
    }
}

bit_iterator!([T: Copy] Words<T> => T);

impl<T: Copy + fmt::Debug> fmt::Debug for Words<T> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// An iterator over the interfaces that a flow uses, in the product's order.
///
/// ```
/// use port_catalog::Product;
///
/// let product = Product::ForcepointEmailSecurity;
/// let flow = product.flows().find(|flow| flow.interfaces().len() == 1).unwrap();
/// assert!(product.interfaces().any(|interface| Some(interface) == flow.interfaces().get(0)));
/// ```
#[derive(Clone)]
#[must_use = "iterators do nothing unless they are consumed"]
pub struct Interfaces {
    all: Names,
    bits: usize,
}

impl Interfaces {
    #[inline]
    pub(crate) const fn new(all: Names, bits: usize) -> Self {
        Interfaces { all, bits }
    }

    #[inline]
    const fn item(&self, position: usize) -> &'static str {
        self.all.at(self.all.start + position)
    }
}

bit_iterator!([] Interfaces => &'static str);

impl fmt::Debug for Interfaces {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
