//! Packs integers into as few bits as the greatest of them needs; [`port_core::packed_ints`] reads them.

use port_core::packed_ints::{MOST_BITS, ROWS_PER_BLOCK, loaded_bytes, packed_bytes};

/// The number of bits of the greatest integer of a column.
pub(crate) fn exact_bits(numbers: &[usize]) -> usize {
    let greatest = numbers.iter().copied().max().unwrap_or(0);
    let bits = greatest.checked_ilog2().map_or(0, |last| last as usize + 1);
    assert!(bits <= MOST_BITS, "a number has at most {MOST_BITS} bits");
    bits
}

/// The same, rounded up to 8, 16 or 32, with which reads need no shift.
pub(crate) fn whole_bytes(numbers: &[usize]) -> usize {
    match exact_bits(numbers) {
        0 => 0,
        bits => bits.next_power_of_two().max(8),
    }
}

/// Packs integers of a number of bits.
pub(crate) fn pack_bits(bits: usize, numbers: &[usize]) -> Vec<u8> {
    let mut bytes = vec![0; packed_bytes(bits, numbers.len())];
    for (index, number) in numbers.iter().enumerate() {
        let bit = index * bits;
        let shifted = (*number as u64) << (bit % 8);
        let parts = shifted.to_le_bytes().into_iter().take(loaded_bytes(bits));
        bytes[bit / 8..].iter_mut().zip(parts).for_each(|(byte, part)| *byte |= part);
    }
    bytes
}

/// The parts of a column of which few rows have a number other than 0; `Column::sparse` explains them.
pub(crate) struct SparseColumn {
    pub(crate) present: Vec<usize>,
    pub(crate) ranks: Vec<usize>,
    pub(crate) integers: Vec<usize>,
}

impl SparseColumn {
    /// The parts of a column, or `None` if they would save less than a quarter of its bits, since they take two more reads.
    pub(crate) fn new(numbers: &[usize]) -> Option<SparseColumn> {
        /// The bits that the marks and ranks take for each row, rounded up.
        const MARKS: usize = 2;
        let integers: Vec<usize> = numbers.iter().copied().filter(|number| *number != 0).collect();
        let sparse_bits = exact_bits(&integers) * integers.len() + MARKS * numbers.len();
        if sparse_bits >= exact_bits(numbers) * numbers.len() / 4 * 3 {
            return None;
        }
        let (mut present, mut ranks, mut rank) = (Vec::new(), Vec::new(), 0);
        for block in numbers.chunks(ROWS_PER_BLOCK) {
            let marked = block.iter().enumerate().filter(|(_, number)| **number != 0);
            let marks = marked.fold(0_usize, |marks, (row, _)| marks | 1 << row);
            present.push(marks);
            ranks.push(rank);
            rank += marks.count_ones() as usize;
        }
        Some(SparseColumn { present, ranks, integers })
    }
}

#[cfg(test)]
mod tests {
    use port_core::packed_ints::{Column, MOST_BITS, PackedInts};

    use super::{SparseColumn, exact_bits, pack_bits, whole_bytes};

    fn packed(bits: usize, numbers: &[usize]) -> PackedInts {
        PackedInts { bits, len: numbers.len(), bytes: pack_bits(bits, numbers).leak() }
    }

    /// Numbers of at most so many bits: the greatest, the least, and others whose bits differ from those of their neighbours.
    fn numbers(bits: usize, len: usize) -> Vec<usize> {
        let greatest = (1_u64 << bits) - 1;
        let number = |index: usize| match index % 4 {
            0 => greatest,
            1 => 0,
            _ => (index as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20 & greatest,
        };
        (0..len).map(|index| usize::try_from(number(index)).unwrap()).collect()
    }

    fn assert_reads_back(bits: usize, numbers: &[usize]) {
        let column = packed(bits, numbers);
        let read: Vec<usize> = (0..column.len).map(|index| column.get(index)).collect();
        assert_eq!(read, numbers, "{bits} bits");
        for (index, pair) in numbers.windows(2).enumerate() {
            assert_eq!(column.pair(index), (pair[0], pair[1]), "{bits} bits, pair {index}");
        }
    }

    #[test]
    fn columns_of_every_width_and_length_read_back_what_was_packed() {
        for bits in 0..=MOST_BITS {
            for len in (0..40).chain([63, 64, 65, 257, 1000]) {
                let numbers = numbers(bits, len);
                assert_reads_back(bits, &numbers);
                assert_reads_back(exact_bits(&numbers), &numbers);
                assert_reads_back(whole_bytes(&numbers), &numbers);
            }
        }
    }

    #[test]
    fn sparse_columns_read_back_what_was_packed() {
        for every in [5, 31, 32, 33, 64, 700] {
            for len in (10..100).chain([1000, 2049]) {
                let number = |row: usize| if row % every == every - 1 { 200 + row } else { 0 };
                let numbers: Vec<usize> = (0..len).map(number).collect();
                let Some(SparseColumn { present, ranks, integers }) = SparseColumn::new(&numbers) else {
                    assert!(len < 2 * every, "every {every} of {len}");
                    continue;
                };
                let [present, ranks, integers] =
                    [present, ranks, integers].map(|part| packed(exact_bits(&part), &part));
                let column = Column::sparse(present, ranks, integers);
                assert!((0..len).all(|row| column.get(row) == number(row)), "every {every} of {len}");
            }
        }
    }

    #[test]
    fn full_and_empty_columns_are_dense() {
        assert!(SparseColumn::new(&[7; 100]).is_none());
        assert!(SparseColumn::new(&[0; 100]).is_none());
        assert!(SparseColumn::new(&[]).is_none());
    }

    #[test]
    fn a_column_is_as_wide_as_its_greatest_number() {
        let bits = |greatest| (exact_bits(&[0, greatest, 0]), whole_bytes(&[0, greatest, 0]));
        assert_eq!([0, 1, 2, 255, 256].map(bits), [(0, 0), (1, 8), (2, 8), (8, 8), (9, 16)]);
        assert_eq!([65_535, 65_536, 0xFFFF_FFFF].map(bits), [(16, 16), (17, 32), (32, 32)]);
        assert_eq!((exact_bits(&[]), pack_bits(0, &[]).len()), (0, 0));
    }

    #[test]
    #[should_panic(expected = "at most 32 bits")]
    fn wider_numbers_panic() {
        exact_bits(&[0x1_0000_0000]);
    }
}
