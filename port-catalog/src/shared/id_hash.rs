//! The hash that finds an id's number: computed when the tables are made and again at each look-up, so it stands once.
#![allow(clippy::cast_possible_truncation, reason = "a hash is cut to the bits that are wanted")]

/// Odd numbers with their bits well spread: the fractions of the golden ratio and of the square root of two.
const SPREAD: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0x6A09_E667_F3BC_C909];

/// Hashes a text of any length, sixteen bytes at a time. Not for keys that an enemy chooses.
#[inline]
pub fn id_hash(seed: u64, text: &[u8]) -> u64 {
    let mut hash = seed ^ (text.len() as u64).wrapping_mul(SPREAD[0]);
    let mut rest = text;
    while let (Some((words, after)), true) = (rest.split_first_chunk::<16>(), rest.len() > 16) {
        hash = mix(hash, u128::from_le_bytes(*words));
        rest = after;
    }
    mix(hash, last_words(text))
}

/// The last sixteen bytes; of a shorter text all that there are, some of them twice. The length says which it was.
#[inline]
fn last_words(text: &[u8]) -> u128 {
    if let Some(words) = text.last_chunk::<16>() {
        u128::from_le_bytes(*words)
    } else if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        u128::from(u64::from_le_bytes(*first)) << 64 | u128::from(u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        u128::from(u32::from_le_bytes(*first)) << 64 | u128::from(u32::from_le_bytes(*last))
    } else if let [first, .., last] = text {
        u128::from(*first) << 64 | u128::from(text[text.len() / 2]) << 8 | u128::from(*last)
    } else {
        text.first().map_or(0, |only| u128::from(*only))
    }
}

/// Multiplies the halves, each made unlike zero, to 128 bits and folds them together.
#[inline]
fn mix(hash: u64, words: u128) -> u64 {
    let product = u128::from(words as u64 ^ hash ^ SPREAD[0]) * u128::from((words >> 64) as u64 ^ SPREAD[1]);
    product as u64 ^ (product >> 64) as u64
}

/// The bucket of a hash among a power of two of them.
#[inline]
pub fn bucket(hash: u64, buckets: usize) -> usize {
    (hash >> 40) as usize & (buckets - 1)
}

/// The slot of a hash among a power of two of them, once its bucket's displacement is known.
#[inline]
pub fn slot(hash: u64, displacement: usize, slots: usize) -> usize {
    let step = (hash >> 32) as usize | 1;
    (hash as u32 as usize).wrapping_add(step.wrapping_mul(displacement)) & (slots - 1)
}
