//! The static tables behind a catalog, and how they are read. [`catalog!`](crate::catalog) writes them, nobody else does.
//!
//! A pointer in a static table costs sixteen bytes and a relocation, so there are none. Every text of a catalog stands in
//! one blob, and is known by its number. A row of a table is an array of such numbers, whose columns
//! [`layout`](crate::shared::layout) names; they are 16 bits wide, or 32 where a catalog outgrows that. What belongs to
//! something (the flows of a peer, the specs of a flow) is a list of numbers, cut out of one array by its start.
#![allow(missing_docs, reason = "fields are what the type's documentation says")]

use core::fmt;

use crate::shared::id_hash::{bucket, id_hash, slot};
use crate::shared::layout::port;
use crate::shared::nearest::LONGEST_ID;
use crate::shared::words::{Transport, Unknown};

/// The width of a catalog's numbers.
pub trait Number: Copy + fmt::Debug + Into<u32> + sealed::Sealed + 'static {}

impl Number for u16 {}
impl Number for u32 {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for u16 {}
    impl Sealed for u32 {}
}

/// A number as an index.
#[inline]
pub(crate) fn index<N: Number>(number: N) -> usize {
    number.into() as usize
}

/// Every text of a catalog: end to end in one blob, and where each ends.
#[derive(Debug)]
pub struct Texts {
    pub blob: &'static str,
    pub ends: &'static [u32],
}

impl Texts {
    /// The text of a number; at run time this is the quick way.
    #[inline]
    pub(crate) fn get(&self, number: usize) -> &'static str {
        let (start, end) = self.span(number);
        &self.blob[start..end]
    }

    /// The text of a number where the compiler is to find it: slicing a `str` is not `const` yet, slicing bytes is.
    pub(crate) const fn get_const(&self, number: usize) -> &'static str {
        let (start, end) = self.span(number);
        let (head, _) = self.blob.as_bytes().split_at(end);
        let (_, text) = head.split_at(start);
        match core::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => panic!("a text ends between two characters"),
        }
    }

    const fn span(&self, number: usize) -> (usize, usize) {
        let start = if number == 0 { 0 } else { self.ends[number - 1] as usize };
        (start, self.ends[number] as usize)
    }
}

/// Lists of numbers: list `k` is `items[starts[k]..starts[k + 1]]`.
#[derive(Debug)]
pub struct Lists<N: 'static> {
    pub starts: &'static [N],
    pub items: &'static [N],
}

impl<N: Number> Lists<N> {
    pub(crate) fn get(&self, list: usize) -> &'static [N] {
        &self.items[index(self.starts[list])..index(self.starts[list + 1])]
    }
}

/// Which flows use a port: pages of ports, each port with a class, each class with a list of flows per transport.
#[derive(Debug)]
pub struct PortIndex<N: 'static> {
    pub pages: &'static [u16; port::PAGES],
    pub classes: &'static [[u16; port::PAGE]],
    pub starts: &'static [u32],
    pub items: &'static [N],
}

impl<N> PortIndex<N> {
    pub(crate) const fn get(&self, transport: Transport, number: u16) -> &'static [N] {
        let list = match transport {
            Transport::Tcp => port::TCP,
            Transport::Udp => port::UDP,
            Transport::Any => port::EITHER,
            Transport::Esp => return &[],
        };
        let page = self.pages[number as usize / port::PAGE] as usize;
        let class = self.classes[page][number as usize % port::PAGE] as usize;
        let list = class * port::LISTS + list;
        let (head, _) = self.items.split_at(self.starts[list + 1] as usize);
        let (_, flows) = head.split_at(self.starts[list] as usize);
        flows
    }
}

/// A perfect hash: the slot of each text of a list, by a displacement for its bucket.
#[derive(Debug)]
pub struct TextIndex<N: 'static> {
    pub seed: u64,
    pub displacements: &'static [u16],
    pub slots: &'static [N],
}

impl<N: Number> TextIndex<N> {
    /// The only place in the list at which the text can stand. Whether it does, the caller compares.
    pub(crate) fn candidate(&self, text: &str) -> usize {
        let hash = id_hash(self.seed, text.as_bytes());
        let displacement = self.displacements[bucket(hash, self.displacements.len())];
        index(self.slots[slot(hash, displacement, self.slots.len())])
    }
}

/// The host names of a catalog and every domain above them, and for each the flows to it or to a name under it.
#[derive(Debug)]
pub struct HostIndex<N: 'static> {
    pub names: &'static [N],
    pub index: TextIndex<N>,
    pub flows: Lists<N>,
}

impl<N: Number> HostIndex<N> {
    /// The flows to a host or to one under it. Case and a final dot do not matter.
    pub(crate) fn get(&self, texts: &Texts, host: &str) -> &'static [N] {
        /// The most characters of a host name.
        const LONGEST_HOST: usize = 253;
        let host = host.strip_suffix('.').unwrap_or(host);
        let mut lower = [0; LONGEST_HOST];
        let Some(lower) = lower.get_mut(..host.len()) else {
            return &[];
        };
        lower.copy_from_slice(host.as_bytes());
        lower.make_ascii_lowercase();
        let Ok(host) = core::str::from_utf8(lower) else {
            return &[];
        };
        let candidate = self.index.candidate(host);
        match self.names.get(candidate) {
            Some(name) if texts.get(index(*name)) == host => self.flows.get(candidate),
            _ => &[],
        }
    }
}

/// Finds the id that a text is.
///
/// # Errors
///
/// The nearest id, where the text is none.
pub fn parse_id<I: crate::Id>(text: &str) -> Result<I, Unknown> {
    if text.len() <= LONGEST_ID {
        let candidate = I::INDEX.candidate(text);
        if let Some(id) = I::ALL.get(candidate) {
            if id.as_str() == text {
                return Ok(*id);
            }
        }
    }
    Err(Unknown::new(I::KIND, text, I::ALL.iter().map(|id| id.as_str())))
}
