//! The static tables behind a catalog, and how they are read. `catalog!` writes them, nobody else does.
//!
//! A pointer in a static table costs sixteen bytes and a relocation, and a literal for each number costs the compiler more
//! than all else, so there is neither. A column of a table is a byte string: numbers of one, two or four bytes, as many as
//! its greatest needs; [`layout`](port_core::layout) names the columns. StringPool stand end to end in a blob, and a column
//! has their numbers. What belongs to something (the flows of a peer, the specs of a flow) is a list of numbers, cut out of
//! one array by its start.
//!
//! Widths are constants, so that a read is one load; nothing is decoded when a program starts. Each column and each blob is
//! a static of its own, so that a program carries those alone that it asks for.
#![allow(clippy::inline_always, reason = "a look-up takes less time than a few calls would")]
#![allow(missing_docs, reason = "fields are what the type's documentation says")]

use port_core::id_hash::{HashInput, bucket, id_hash, slot};
use port_core::layout::port;
use port_core::nearest::{LONGEST_ID, nearest};
use port_core::{Transport, ParseIdError};

/// How many bytes a number of a table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    One = 1,
    Two = 2,
    Four = 4,
}

/// PackedInts end to end, each of so many bytes, the lowest first.
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
    pub(crate) const fn get(self, place: usize) -> usize {
        match self.width {
            Width::One => element(self.bytes, place) as usize,
            Width::Two => u16::from_le_bytes(self.chunk(place * 2)) as usize,
            Width::Four => u32::from_le_bytes(self.chunk(place * 4)) as usize,
        }
    }

    /// The number at a place and the one after it.
    #[inline(always)]
    pub(crate) const fn pair(self, place: usize) -> (usize, usize) {
        match self.width {
            Width::One => {
                let both = u16::from_le_bytes(self.chunk(place)) as usize;
                (both & 0xFF, both >> 8)
            }
            Width::Two => {
                let both = u32::from_le_bytes(self.chunk(place * 2)) as usize;
                (both & 0xFFFF, both >> 16)
            }
            Width::Four => (self.get(place), self.get(place + 1)),
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

/// One of a list, by its place.
#[inline(always)]
pub(crate) const fn element<T: Copy>(all: &[T], place: usize) -> T {
    if place < all.len() { all[place] } else { index_out_of_table() }
}

/// Stops at a number that no table has. In one place for all reads, which are many and small.
#[cold]
#[inline(never)]
const fn index_out_of_table() -> ! {
    panic!("a number index_out_of_table its table")
}

/// StringPool end to end in one blob, and where each starts; the last one's end is one start more.
///
/// The blob is behind a static, since a constant would be copied into every crate that looks at it.
#[derive(Clone, Copy, Debug)]
pub struct StringPool {
    pub blob: &'static &'static str,
    pub starts: PackedInts,
}

impl StringPool {
    /// The text of a number; at run time this is the quick way.
    #[inline(always)]
    pub(crate) fn get(self, number: usize) -> &'static str {
        let (start, end) = self.starts.pair(number);
        self.blob.get(start..end).unwrap_or_default()
    }

    /// The bytes of a text.
    #[inline(always)]
    pub(crate) fn bytes(self, number: usize) -> &'static [u8] {
        let (start, end) = self.starts.pair(number);
        self.blob.as_bytes().get(start..end).unwrap_or_default()
    }

    /// The text of a number where the compiler is to find it: slicing a `str` is not `const` yet, slicing bytes is.
    #[inline(always)]
    pub(crate) const fn get_const(self, number: usize) -> &'static str {
        let (start, end) = self.starts.pair(number);
        let (head, _) = self.blob.as_bytes().split_at(end);
        let (_, text) = head.split_at(start);
        match core::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => panic!("a text ends between two characters"),
        }
    }
}

/// A column of texts: the number of each row's text, counted from the column's first among those of its table.
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

/// Lists of numbers: list `k` is `items[starts[k]..starts[k + 1]]`.
#[derive(Clone, Copy, Debug)]
pub struct Lists {
    pub starts: PackedInts,
    pub items: PackedInts,
}

impl Lists {
    #[inline(always)]
    pub(crate) fn get(self, list: usize) -> impl ExactSizeIterator<Item = usize> + Clone {
        let (start, end) = self.starts.pair(list);
        (start..end).map(move |place| self.items.get(place))
    }
}

/// The list of flows that is empty, and the only one.
pub(crate) const NO_FLOWS: usize = 0;

/// Lists of flows. How many flows a list has is asked more often than which, so that stands beside.
#[derive(Clone, Copy, Debug)]
pub struct FlowLists {
    pub starts: PackedInts,
    pub lengths: PackedInts,
    pub items: PackedInts,
}

impl FlowLists {
    #[inline(always)]
    pub(crate) const fn len(self, list: usize) -> usize {
        self.lengths.get(list)
    }

    /// The flow at a place of a list.
    #[inline(always)]
    pub(crate) const fn get(self, list: usize, place: usize) -> usize {
        self.items.get(self.starts.get(list) + place)
    }
}

/// The list of the flows that use a port: pages of ports for each way to ask, pages that are alike standing once.
#[derive(Clone, Copy, Debug)]
pub struct PortIndex {
    pub pages: PackedInts,
    pub lists: PackedInts,
}

impl PortIndex {
    /// Two loads and no comparison of keys: as long for a port that nobody uses as for one that many do.
    #[inline(always)]
    pub(crate) const fn get(self, transport: Transport, number: u16) -> usize {
        let way = match transport {
            Transport::Tcp => port::TCP,
            Transport::Udp => port::UDP,
            Transport::Any => port::EITHER,
            _ => return NO_FLOWS,
        };
        let number = number as usize;
        let page = self.pages.get(way * port::PAGES + number / port::PAGE);
        self.lists.get(page * port::PAGE + number % port::PAGE)
    }
}

/// A perfect hash: the slot of each text of a list, by a displacement for its bucket.
#[derive(Clone, Copy, Debug)]
pub struct TextIndex {
    pub reach: HashInput,
    pub seed: u64,
    pub displacements: PackedInts,
    pub slots: PackedInts,
}

impl TextIndex {
    /// The only place in the list at which the text can stand. Whether it does, the caller compares.
    #[inline(always)]
    pub(crate) fn candidate(self, text: &[u8]) -> usize {
        let hash = id_hash(self.reach, self.seed, text);
        let displacement = self.displacements.get(bucket(hash, self.displacements.len()));
        self.slots.get(slot(hash, displacement, self.slots.len()))
    }
}

/// The host names of a catalog and every domain above them, and for each the list of the flows to it or to a name under it.
#[derive(Clone, Copy, Debug)]
pub struct HostIndex {
    pub names: StringPool,
    pub index: TextIndex,
    pub lists: PackedInts,
}

impl HostIndex {
    /// The list of the flows to a host or to one under it. Case and a final dot do not matter.
    #[inline]
    pub(crate) fn get(self, host: &str) -> usize {
        /// The most characters of a host name.
        const LONGEST_HOST: usize = 253;
        let host = host.strip_suffix('.').unwrap_or(host);
        let mut lower = [0; LONGEST_HOST];
        let Some(lower) = lower.get_mut(..host.len()) else {
            return NO_FLOWS;
        };
        lower.copy_from_slice(host.as_bytes());
        lower.make_ascii_lowercase();
        let candidate = self.index.candidate(lower);
        if candidate < self.lists.len() && self.names.bytes(candidate) == lower {
            self.lists.get(candidate)
        } else {
            NO_FLOWS
        }
    }
}

/// Finds the id that a text is.
///
/// # Errors
///
/// Where it is none.
#[inline(always)]
pub fn parse_id<I: crate::Id>(text: &str) -> Result<I, ParseIdError> {
    if text.len() <= LONGEST_ID {
        let candidate = I::INDEX.candidate(text.as_bytes());
        if let Some(id) = I::all().get(candidate) {
            if I::IDS.bytes(candidate) == text.as_bytes() {
                return Ok(*id);
            }
        }
    }
    Err(ParseIdError::new(I::KIND, text, |text| {
        // One function for all enums, whatever their iterators are.
        nearest(text, &mut I::all().iter().map(|id| id.as_str()) as &mut dyn Iterator<Item = _>)
    }))
}
