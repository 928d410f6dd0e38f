//! The types of the static tables, and the functions that read them. Only `catalog!` makes such tables.
//!
//! A pointer in a static table costs sixteen bytes and a relocation, and a literal for each number costs the compiler more
//! than everything else, so the tables contain neither. A column is a byte string of integers of one, two or four bytes,
//! depending on its greatest value; [`layout`](port_core::layout) defines the columns. Strings are stored end to end in a
//! pool, and a column contains their indexes. What belongs to a row (the flows of a peer, the specs of a flow) is a list of
//! integers: a slice of one array, given by its start.
//!
//! Widths are constants, so a read is one load, and nothing is decoded when a program starts. Each column and each pool is a
//! static of its own, so a program contains only those that it reads.
#![allow(clippy::inline_always, reason = "function calls would take longer than the lookup")]
#![allow(missing_docs, reason = "the documentation of a type explains its fields")]

use port_core::Transport;
use port_core::id_hash::{HashInput, bucket, id_hash, slot};
use port_core::layout::port;

/// Integer width in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    One = 1,
    Two = 2,
    Four = 4,
}

/// Little-endian integers of one width, end to end.
#[derive(Clone, Copy, Debug)]
pub struct PackedInts {
    pub width: Width,
    pub bytes: &'static [u8],
}

impl PackedInts {
    #[inline]
    pub(crate) const fn len(self) -> usize {
        self.bytes.len() / self.width as usize
    }

    #[inline(always)]
    pub(crate) const fn get(self, index: usize) -> usize {
        match self.width {
            Width::One => element(self.bytes, index) as usize,
            Width::Two => u16::from_le_bytes(self.chunk(index * 2)) as usize,
            Width::Four => u32::from_le_bytes(self.chunk(index * 4)) as usize,
        }
    }

    /// The integer at an index and the next one.
    #[inline(always)]
    pub(crate) const fn pair(self, index: usize) -> (usize, usize) {
        match self.width {
            Width::One => {
                let both = u16::from_le_bytes(self.chunk(index)) as usize;
                (both & 0xFF, both >> 8)
            }
            Width::Two => {
                let both = u32::from_le_bytes(self.chunk(index * 2)) as usize;
                (both & 0xFFFF, both >> 16)
            }
            Width::Four => (self.get(index), self.get(index + 1)),
        }
    }

    #[inline(always)]
    const fn chunk<const BYTES: usize>(self, start: usize) -> [u8; BYTES] {
        if let Some((to_here, _)) = self.bytes.split_at_checked(start + BYTES) {
            if let Some(chunk) = to_here.last_chunk() {
                return *chunk;
            }
        }
        index_out_of_table()
    }
}

/// The element of a slice at an index.
#[inline(always)]
pub(crate) const fn element<T: Copy>(all: &[T], index: usize) -> T {
    if index < all.len() { all[index] } else { index_out_of_table() }
}

/// Panics. All reads share this function, since there are many and each is small.
#[cold]
#[inline(never)]
const fn index_out_of_table() -> ! {
    panic!("index out of table")
}

/// Strings end to end. `starts` has one more item: the end of the last string.
///
/// The pool is behind a static, since a constant would be copied into every crate that reads it.
#[derive(Clone, Copy, Debug)]
pub struct StringPool {
    pub blob: &'static &'static str,
    pub starts: PackedInts,
}

impl StringPool {
    /// The string at an index. Faster than [`get_const`](StringPool::get_const) at run time.
    #[inline(always)]
    pub(crate) fn get(self, number: usize) -> &'static str {
        let (start, end) = self.starts.pair(number);
        self.blob.get(start..end).unwrap_or_default()
    }

    /// The bytes of the string at an index.
    #[inline(always)]
    pub(crate) fn bytes(self, number: usize) -> &'static [u8] {
        let (start, end) = self.starts.pair(number);
        self.blob.as_bytes().get(start..end).unwrap_or_default()
    }

    /// The string at an index, in a constant: slicing bytes is `const`, slicing a `str` isn't yet.
    #[inline(always)]
    pub(crate) const fn get_const(self, number: usize) -> &'static str {
        let (start, end) = self.starts.pair(number);
        let (head, _) = self.blob.as_bytes().split_at(end);
        let (_, text) = head.split_at(start);
        match core::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => panic!("a string ends inside a character"),
        }
    }
}

/// A text column: the index of each row's string in the table's pool, counted from the column's first string.
#[derive(Clone, Copy, Debug)]
pub struct TextColumn {
    pub first: usize,
    pub numbers: PackedInts,
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

/// The rows of older editions: the id of each, and what differs from the newest row of the same id, as pairs of a column and its value.
#[derive(Clone, Copy, Debug)]
pub struct OlderRows {
    pub ids: PackedInts,
    pub changes: Lists,
}

impl OlderRows {
    /// The cell of a column in an older row.
    ///
    /// Rows differ in few columns, so a scan is fast.
    #[cold]
    pub(crate) const fn cell(self, row: usize, column: usize) -> Cell {
        let (mut place, end) = self.changes.bounds(row);
        while place < end {
            let (changed, value) = self.changes.items.pair(place);
            if changed == column {
                return Cell::Changed(value);
            }
            place += 2;
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
        if list < self.exact.len() { self.exact.get(list) } else { self.len(list) }
    }

    /// The flow at an index of a list.
    #[inline(always)]
    pub(crate) const fn get(self, list: usize, index: usize) -> usize {
        let exact = self.exact(list);
        let place = if index < exact { self.starts.get(list) + index } else { self.ranges.get(list) + (index - exact) };
        self.items.get(place)
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
            Transport::Sctp if self.pages.len() > port::SCTP * port::PAGES => port::SCTP,
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
        let displacement = self.displacements.get(bucket(hash, self.displacements.len()));
        self.slots.get(slot(hash, displacement, self.slots.len()))
    }
}

/// The host names of a catalog, among them wildcards such as `*.example.com`, and every domain above them.
#[derive(Clone, Copy, Debug)]
pub struct HostIndex {
    pub names: StringPool,
    pub index: TextIndex,
    /// For each name, the flows to it, to a name below it, or to a wildcard that covers it.
    pub lists: PackedInts,
    /// For each wildcard, the flows to it or to a wildcard that covers it. They concern every other name that it covers.
    pub covering: PackedInts,
}

impl HostIndex {
    /// The list of the flows to a host, to a name below it, or to a wildcard that covers it. Case and a final dot are ignored.
    #[inline]
    pub(crate) fn get(self, host: &str) -> usize {
        /// The length of the longest host name, with a wildcard before it.
        const LONGEST_HOST: usize = 255;
        let host = host.strip_suffix('.').unwrap_or(host);
        let mut lower = [0; LONGEST_HOST];
        let Some(lower) = lower.get_mut(..host.len()) else {
            return NO_FLOWS;
        };
        lower.copy_from_slice(host.as_bytes());
        lower.make_ascii_lowercase();
        if let Some(name) = self.name(lower) {
            return self.lists.get(name);
        }
        // The names above the host, each with a wildcard in place of the part before it: `*.example.com`. The first has the flows of
        // those above it too.
        for dot in 1..lower.len() {
            if lower[dot] == b'.' {
                lower[dot - 1] = b'*';
                if let Some(wildcard) = self.name(&lower[dot - 1..]) {
                    return self.covering.get(wildcard);
                }
            }
        }
        NO_FLOWS
    }

    /// The index of a name.
    #[inline]
    fn name(self, name: &[u8]) -> Option<usize> {
        let candidate = self.index.candidate(name);
        (candidate < self.lists.len() && self.names.bytes(candidate) == name).then_some(candidate)
    }
}
