//! The hash that finds an id's number: computed when the tables are made and again at each look-up, so it stands once.
#![allow(clippy::cast_possible_truncation, reason = "a hash is cut to the bits that are wanted")]

/// An odd number with its bits well spread (2^64 divided by the golden ratio).
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Hashes a text of any length, eight bytes at a time. Not for keys that an enemy chooses.
pub fn id_hash(seed: u64, text: &[u8]) -> u64 {
    let mut hash = seed ^ (text.len() as u64).wrapping_mul(SPREAD);
    let mut rest = text;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        hash = fold(hash ^ u64::from_le_bytes(*word));
        rest = after;
    }
    let mut tail = [0; 8];
    for (to, from) in tail.iter_mut().zip(rest) {
        *to = *from;
    }
    fold(hash ^ u64::from_le_bytes(tail))
}

/// Multiplies to 128 bits and folds the halves together.
fn fold(word: u64) -> u64 {
    let product = u128::from(word) * u128::from(SPREAD);
    (product as u64) ^ (product >> 64) as u64
}

/// The bucket of a hash among a power of two of them.
pub fn bucket(hash: u64, buckets: usize) -> usize {
    (hash >> 48) as usize & (buckets - 1)
}

/// The slot of a hash among a power of two of them, once its bucket's displacement is known.
pub fn slot(hash: u64, displacement: u16, slots: usize) -> usize {
    let step = (hash >> 24) as u32 | 1;
    (hash as u32).wrapping_add(step.wrapping_mul(u32::from(displacement))) as usize & (slots - 1)
}
