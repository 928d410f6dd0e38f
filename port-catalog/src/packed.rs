//! The types of the static tables, and the functions that read them. Only `catalog!` makes such tables.
//!
//! A pointer in a static table costs sixteen bytes and a relocation, and a literal for each number costs the compiler
//! more than everything else, so the tables contain neither. A column is a byte string of integers with as many bits as the greatest
//! needs ([`PackedInts`]), or as whole bytes if look-ups read it; [`layout`](port_core::layout) defines the columns. Strings are stored
//! end to end in a pool, and a column contains their indexes. What belongs to a row (the flows of a peer, the specs of a flow) is a list of
//! integers: a slice of one array, given by its start.
//!
//! Widths are constants, so a read is one load, and nothing is decoded when a program starts. Each column and each pool is a
//! static of its own, so a program contains only those that it reads.
#![allow(clippy::inline_always, reason = "function calls would take longer than the lookup")]
#![allow(missing_docs, reason = "the documentation of a type explains its fields")]

use core::ops::Range;

use port_core::Transport;
use port_core::id_hash::{HashInput, bucket, id_hash, slot};
use port_core::layout::{STRINGS_PER_BLOCK, port};
pub(crate) use port_core::packed_ints::element;
pub use port_core::packed_ints::{Column, PackedInts};

/// Strings end to end, in blocks of [`STRINGS_PER_BLOCK`]. `blocks` contains where each block starts, and `starts` where each string
/// starts, counted from its block, and the end of the last string.
///
/// The pool is behind a static, since a constant would be copied into every crate that reads it.
#[derive(Clone, Copy, Debug)]
pub struct StringPool {
    pub blob: &'static &'static str,
    pub blocks: PackedInts,
    pub starts: PackedInts,
}

impl StringPool {
    /// The number of strings.
    pub(crate) const fn len(self) -> usize {
        self.starts.len - 1
    }

    /// Where a string starts and ends.
    #[inline(always)]
    const fn bounds(self, number: usize) -> (usize, usize) {
        let (start, end) = self.starts.pair(number);
        let [block, next] =
            [self.blocks.get(number / STRINGS_PER_BLOCK), self.blocks.get((number + 1) / STRINGS_PER_BLOCK)];
        (block + start, next + end)
    }

    /// The string at an index. Faster than [`get_const`](StringPool::get_const) at run time.
    #[inline(always)]
    pub(crate) fn get(self, number: usize) -> &'static str {
        let (start, end) = self.bounds(number);
        self.blob.get(start..end).unwrap_or_default()
    }

    /// The bytes of the string at an index.
    #[inline(always)]
    pub(crate) fn bytes(self, number: usize) -> &'static [u8] {
        let (start, end) = self.bounds(number);
        self.blob.as_bytes().get(start..end).unwrap_or_default()
    }

    /// The string at an index, in a constant.
    #[inline(always)]
    pub(crate) const fn get_const(self, number: usize) -> &'static str {
        let (start, end) = self.bounds(number);
        slice(self.blob, start, end)
    }

    /// The string at an index, if the pool isn't a constant.
    pub(crate) const fn get_variable(&self, number: usize) -> &'static str {
        let start = self.blocks.get_variable(number / STRINGS_PER_BLOCK) + self.starts.get_variable(number);
        let next = number + 1;
        let end = self.blocks.get_variable(next / STRINGS_PER_BLOCK) + self.starts.get_variable(next);
        slice(self.blob, start, end)
    }
}

/// A part of a text, in a constant: slicing bytes is `const`, slicing a `str` isn't yet.
const fn slice(blob: &'static str, start: usize, end: usize) -> &'static str {
    if let Some((head, _)) = blob.as_bytes().split_at_checked(end) {
        if let Some((_, text)) = head.split_at_checked(start) {
            if let Ok(text) = core::str::from_utf8(text) {
                return text;
            }
        }
    }
    panic!("not the bounds of a string")
}

/// A text column: the index of each row's string in the table's pool, counted from the column's first string.
#[derive(Clone, Copy, Debug)]
pub struct TextColumn {
    pub first: usize,
    pub numbers: Column,
}

impl TextColumn {
    #[inline(always)]
    pub(crate) const fn get(self, row: usize) -> usize {
        self.first + self.numbers.get(row)
    }
}

/// Lists of integers: list `k` is `items[starts[k]..starts[k + 1]]`.
#[derive(Clone, Copy, Debug)]
pub struct Lists {
    pub starts: PackedInts,
    pub items: PackedInts,
}

impl Lists {
    /// The positions of a list's first item and of the item after its last.
    #[inline(always)]
    pub(crate) const fn bounds(self, list: usize) -> (usize, usize) {
        self.starts.pair(list)
    }
}

/// A cell of a row.
pub(crate) enum Cell {
    /// Its value.
    Changed(usize),
    /// It is the same as in the newest row with this index.
    OfRow(usize),
}

/// The rows of older editions: the id of each, and what differs from the newest row of the same id, as columns and their values.
#[derive(Clone, Copy, Debug)]
pub struct OlderRows {
    pub ids: PackedInts,
    /// Where the changes of each row start, and the end of the last.
    pub starts: PackedInts,
    pub columns: PackedInts,
    pub values: PackedInts,
}

impl OlderRows {
    /// The cell of a column in an older row.
    ///
    /// Rows differ in few columns, so a scan is fast.
    #[inline(always)]
    pub(crate) const fn cell(self, row: usize, column: usize) -> Cell {
        let (mut place, end) = self.starts.pair(row);
        while place < end {
            if self.columns.get(place) == column {
                return Cell::Changed(self.values.get(place));
            }
            place += 1;
        }
        Cell::OfRow(self.ids.get(row))
    }
}

/// The index of the only empty flow list.
pub(crate) const NO_FLOWS: usize = 0;

/// Flow lists. The length of a list is needed more often than its flows, so lengths have a column of their own.
///
/// The first lists are those of ports, which have two parts: the flows that name the port itself, and then those that name a range. A
/// wide range is part of the lists of many ports, so the second part has a start of its own, and equal parts are stored once.
#[derive(Clone, Copy, Debug)]
pub struct FlowLists {
    pub starts: PackedInts,
    pub lengths: PackedInts,
    /// The length of the first part of each port's list.
    pub exact: PackedInts,
    /// The start of the second part.
    pub ranges: PackedInts,
    pub items: PackedInts,
}

impl FlowLists {
    #[inline(always)]
    pub(crate) const fn len(self, list: usize) -> usize {
        self.lengths.get(list)
    }

    /// The number of flows in the first part of a list, which is all of it for other lists than those of ports.
    #[inline(always)]
    pub(crate) const fn exact(self, list: usize) -> usize {
        if list < self.exact.len { self.exact.get(list) } else { self.len(list) }
    }

    /// The flow at an index of a list.
    #[inline(always)]
    pub(crate) const fn get(self, list: usize, index: usize) -> usize {
        let exact = self.exact(list);
        let place = if index < exact { self.starts.get(list) + index } else { self.ranges.get(list) + (index - exact) };
        self.items.get(place)
    }

    /// The places of the flows at some indexes of a list, in its two parts.
    #[inline(always)]
    pub(crate) fn places(self, list: usize, indexes: Range<usize>) -> [Range<usize>; 2] {
        let (exact, start) = (self.exact(list), self.starts.get(list));
        let first = start + indexes.start..start + indexes.end.min(exact);
        if indexes.end <= exact {
            return [first, 0..0];
        }
        let start = self.ranges.get(list);
        [first, start + indexes.start.saturating_sub(exact)..start + (indexes.end - exact)]
    }
}

/// The flow list of each port: pages of ports for TCP, for UDP, for either of them, and for SCTP if it is used. Equal pages are stored once.
#[derive(Clone, Copy, Debug)]
pub struct PortIndex {
    pub pages: PackedInts,
    pub lists: PackedInts,
}

impl PortIndex {
    /// Two loads and no comparison of keys, so a port that nobody uses takes as long as a busy one.
    #[inline(always)]
    pub(crate) const fn get(self, transport: Transport, number: u16) -> usize {
        let kind = match transport {
            Transport::Tcp => port::TCP,
            Transport::Udp => port::UDP,
            Transport::Any => port::EITHER,
            // Catalogs without SCTP don't have its pages.
            Transport::Sctp if self.pages.len > port::SCTP * port::PAGES => port::SCTP,
            _ => return NO_FLOWS,
        };
        let number = number as usize;
        let page = self.pages.get(kind * port::PAGES + number / port::PAGE_SIZE);
        self.lists.get(page * port::PAGE_SIZE + number % port::PAGE_SIZE)
    }
}

/// A perfect hash of a list of strings: each bucket has a displacement that leads to a string's slot.
#[derive(Clone, Copy, Debug)]
pub struct TextIndex {
    pub input: HashInput,
    pub seed: u64,
    pub displacements: PackedInts,
    pub slots: PackedInts,
}

impl TextIndex {
    /// The only index in the list at which the text can be. The caller compares the two.
    #[inline(always)]
    pub(crate) fn candidate(self, text: &[u8]) -> usize {
        let hash = id_hash(self.input, self.seed, text);
        let displacement = self.displacements.get(bucket(hash, self.displacements.len));
        self.slots.get(slot(hash, displacement, self.slots.len))
    }
}

/// Finds host names of a catalog, among them wildcards such as `*.example.com`, and every domain above them.
#[derive(Clone, Copy, Debug)]
pub struct HostIndex {
    pub index: TextIndex,
    /// For each name, the list of the flows to it, to a name below it, or to a wildcard that covers it.
    pub flows: PackedInts,
    /// For each wildcard, the list of the flows to it or to a wildcard that covers it. They concern every other name that it covers.
    pub covering: PackedInts,
}

impl HostIndex {
    /// The list of the flows to a host, to a name below it, or to a wildcard that covers it, given all names. Case and a final dot
    /// are ignored.
    #[inline(always)]
    pub(crate) fn get(self, names: StringPool, host: &str) -> usize {
        /// The length of the longest host name, with a wildcard before it.
        const LONGEST_HOST: usize = 255;
        let host = host.strip_suffix('.').unwrap_or(host);
        let mut lower = [0; LONGEST_HOST];
        let Some(lower) = lower.get_mut(..host.len()) else {
            return NO_FLOWS;
        };
        lower.copy_from_slice(host.as_bytes());
        lower.make_ascii_lowercase();
        if let Some(name) = self.name(names, lower) {
            return self.flows.get(name);
        }
        // The names above the host, each with a wildcard in place of the part before it: `*.example.com`. The first has the flows of
        // those above it too.
        for dot in 1..lower.len() {
            if lower[dot] == b'.' {
                lower[dot - 1] = b'*';
                if let Some(wildcard) = self.name(names, &lower[dot - 1..]) {
                    return self.covering.get(wildcard);
                }
            }
        }
        NO_FLOWS
    }

    /// The index of a name.
    #[inline(always)]
    fn name(self, names: StringPool, name: &[u8]) -> Option<usize> {
        let candidate = self.index.candidate(name);
        (candidate < self.flows.len && names.bytes(candidate) == name).then_some(candidate)
    }
}
