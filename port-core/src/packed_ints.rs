//! Columns of integers that have only as many bits as the greatest of them needs. `port-codegen` packs them, `port-catalog` reads them.
//!
//! The width is a constant of the program that reads a column, so a read is one load, a shift and a mask; with 8, 16 or 32 bits it is one
//! load. Nothing is decoded when a program starts.
#![allow(missing_docs, reason = "the documentation of a type explains its fields")]
#![allow(clippy::inline_always, reason = "only if it is inlined is the width a constant")]

/// `len` integers of `bits` bits, at most 32, end to end: the bits of integer `k` follow bit `k * bits`, the lowest first.
///
/// The bytes are [`packed_bytes`], so that a read never reaches past the end. Integers of 0 bits are all 0 and have no bytes.
#[derive(Clone, Copy, Debug)]
pub struct PackedInts {
    pub bits: usize,
    pub len: usize,
    pub bytes: &'static [u8],
}

/// The greatest number of bits.
pub const MOST_BITS: usize = 32;

/// The number of bytes that a read loads: 0, 1, 2, 4 or 8, for an integer that begins at any bit at which one can begin.
#[must_use]
pub const fn loaded_bytes(bits: usize) -> usize {
    if bits == 0 {
        return 0;
    }
    // 8 bits always begin at bit 0 of a byte, 4 bits at bit 4 at the latest, 7 bits at bit 7.
    let last_bit = match bits % 8 {
        0 => 0,
        4 => 4,
        2 | 6 => 6,
        _ => 7,
    };
    (last_bit + bits).div_ceil(8).next_power_of_two()
}

/// The number of bytes of a column.
#[must_use]
pub const fn packed_bytes(bits: usize, len: usize) -> usize {
    if len == 0 { 0 } else { (len - 1) * bits / 8 + loaded_bytes(bits) }
}

impl PackedInts {
    /// The integer at an index.
    #[inline(always)]
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "an integer has at most 32 bits")]
    pub const fn get(self, index: usize) -> usize {
        let bit = index * self.bits;
        // Of whole bytes, the compiler wouldn't find out that the product can't overflow.
        let (start, shift) = if self.bits % 8 == 0 { (index * (self.bits / 8), 0) } else { (bit / 8, bit % 8) };
        let loaded = match loaded_bytes(self.bits) {
            0 => 0,
            1 => element(self.bytes, start) as u64,
            2 => u16::from_le_bytes(self.chunk(start)) as u64,
            4 => u32::from_le_bytes(self.chunk(start)) as u64,
            _ => u64::from_le_bytes(self.chunk(start)),
        };
        (loaded >> shift & ((1 << self.bits) - 1)) as usize
    }

    /// The integer at an index of a column that isn't a constant. It is a function of its own, since it has a branch for each number of
    /// bytes that are loaded.
    #[inline(never)]
    #[must_use]
    pub const fn get_variable(&self, index: usize) -> usize {
        self.get(index)
    }

    /// The integer at an index and the next one.
    #[inline(always)]
    #[must_use]
    pub const fn pair(self, index: usize) -> (usize, usize) {
        // One load has both.
        match self.bits {
            8 => {
                let both = u16::from_le_bytes(self.chunk(index)) as usize;
                (both & 0xFF, both >> 8)
            }
            16 => {
                let both = u32::from_le_bytes(self.chunk(index * 2)) as usize;
                (both & 0xFFFF, both >> 16)
            }
            _ => (self.get(index), self.get(index + 1)),
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

/// The number of rows whose presence one integer of a sparse [`Column`] marks.
pub const ROWS_PER_BLOCK: usize = 32;

/// A column of a table. If few rows have a value other than 0, only those have an integer.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// For each [`ROWS_PER_BLOCK`] rows, a bit for each row that has an integer, the lowest for the first row. Empty if all
    /// rows have one.
    present: PackedInts,
    /// For each block, the number of integers before it.
    ranks: PackedInts,
    integers: PackedInts,
}

impl Column {
    /// A column with an integer for every row.
    #[must_use]
    pub const fn dense(integers: PackedInts) -> Column {
        const NOTHING: PackedInts = PackedInts { bits: 0, len: 0, bytes: &[] };
        Column { present: NOTHING, ranks: NOTHING, integers }
    }

    /// A column with integers for the rows that `present` marks.
    #[must_use]
    pub const fn sparse(present: PackedInts, ranks: PackedInts, integers: PackedInts) -> Column {
        Column { present, ranks, integers }
    }

    /// The value of a row.
    #[inline(always)]
    #[must_use]
    pub const fn get(self, row: usize) -> usize {
        if self.present.len == 0 {
            return self.integers.get(row);
        }
        let present = self.present.get(row / ROWS_PER_BLOCK);
        let bit = 1 << (row % ROWS_PER_BLOCK);
        if present & bit == 0 {
            return 0;
        }
        let before = (present & (bit - 1)).count_ones() as usize;
        self.integers.get(self.ranks.get(row / ROWS_PER_BLOCK) + before)
    }

    /// The bytes of its tables.
    #[must_use]
    pub const fn size(self) -> usize {
        self.present.bytes.len() + self.ranks.bytes.len() + self.integers.bytes.len()
    }
}

/// The element of a slice at an index.
#[inline(always)]
#[must_use]
pub const fn element<T: Copy>(all: &[T], index: usize) -> T {
    if index < all.len() { all[index] } else { index_out_of_table() }
}

/// Panics. All reads share this function, since there are many and each is small.
#[cold]
#[inline(never)]
const fn index_out_of_table() -> ! {
    panic!("index out of table")
}

#[cfg(test)]
mod tests {
    use super::{MOST_BITS, loaded_bytes, packed_bytes};

    #[test]
    fn a_read_loads_all_bits_of_an_integer_wherever_it_begins() {
        for bits in 1..=MOST_BITS {
            let last_bit = (0..8).map(|index| index * bits % 8).max().unwrap();
            assert_eq!(loaded_bytes(bits), (last_bit + bits).div_ceil(8).next_power_of_two(), "{bits} bits");
        }
        assert_eq!([0, 8, 16, 32].map(loaded_bytes), [0, 1, 2, 4]);
    }

    #[test]
    fn whole_bytes_have_no_padding() {
        assert_eq!([0, 8, 16, 32].map(|bits| packed_bytes(bits, 5)), [0, 5, 10, 20]);
        assert_eq!(packed_bytes(7, 0), 0);
    }
}
