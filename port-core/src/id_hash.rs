//! The hash that finds the index of an id: the generator and every lookup compute the same hash, so they share this code.
#![allow(clippy::cast_possible_truncation, reason = "a hash is truncated to the bits that are needed")]
#![allow(clippy::inline_always, reason = "function calls would take longer than the lookup")]

/// The part of a text that is hashed in addition to its length: as little as distinguishes the texts of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashInput {
    /// Five bytes. No branch depends on the length, which a processor would mispredict for every other short text.
    Samples,
    /// The first and the last sixteen bytes.
    Ends,
    /// The whole text.
    Whole,
}

impl HashInput {
    /// Every choice, the fastest first.
    pub const ALL: [HashInput; 3] = [HashInput::Samples, HashInput::Ends, HashInput::Whole];
}

/// The number of bytes that are mixed at once.
const WINDOW: usize = 16;

/// Odd numbers with well-spread bits: the fractional parts of the golden ratio and of the square root of two.
const SPREAD: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0x6A09_E667_F3BC_C909];

/// Hashes a text. Not for keys that an attacker chooses.
#[inline(always)]
pub fn id_hash(input: HashInput, seed: u64, text: &[u8]) -> u64 {
    let seed = seed.wrapping_mul(SPREAD[1]) ^ (text.len() as u64).wrapping_mul(SPREAD[0]);
    if matches!(input, HashInput::Samples) {
        return mix(seed, samples(text));
    }
    match (text.first_chunk::<WINDOW>(), text.last_chunk::<WINDOW>()) {
        (Some(first), Some(last)) => {
            let ends = [first, last].map(|end| u128::from_le_bytes(*end));
            let hash = mix(seed, ends[0]).wrapping_add(mix(seed.rotate_left(32), ends[1]));
            match input {
                HashInput::Whole => hash_between(hash, text),
                HashInput::Samples | HashInput::Ends => hash,
            }
        }
        _ => mix(seed, short(text)),
    }
}

#[inline]
fn hash_between(hash: u64, text: &[u8]) -> u64 {
    let windows = text.chunks_exact(WINDOW).filter_map(<[u8]>::first_chunk::<WINDOW>);
    windows.fold(hash, |hash, window| mix(hash, u128::from_le_bytes(*window)))
}

/// The first byte, the last, and three between.
#[inline(always)]
fn samples(text: &[u8]) -> u128 {
    let length = text.len();
    let byte = |place: usize| text.get(place).map_or(0, |byte| u64::from(*byte));
    let ends = byte(0) | byte(length.wrapping_sub(1)) << 8;
    let between = byte(length / 4) | byte(length / 2) << 8 | byte(length / 2 + length / 4) << 16;
    u128::from(ends) << 64 | u128::from(between)
}

/// All bytes of a text shorter than sixteen, some of them twice, depending on the length.
#[inline(always)]
fn short(text: &[u8]) -> u128 {
    if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        u128::from(u64::from_le_bytes(*first)) << 64 | u128::from(u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        u128::from(u32::from_le_bytes(*first)) << 64 | u128::from(u32::from_le_bytes(*last))
    } else if let [first, .., last] = text {
        u128::from(*first) << 64 | u128::from(text[text.len() / 2]) << 8 | u128::from(*last)
    } else {
        text.first().map_or(0, |only| u128::from(*only))
    }
}

/// Multiplies the two halves, each first combined with a constant so that it isn't zero, and folds the product to 64 bits.
#[inline(always)]
fn mix(hash: u64, words: u128) -> u64 {
    let product = u128::from(words as u64 ^ hash ^ SPREAD[0]) * u128::from((words >> 64) as u64 ^ SPREAD[1]);
    product as u64 ^ (product >> 64) as u64
}

/// The bucket of a hash among a power of two of them.
#[inline(always)]
pub fn bucket(hash: u64, buckets: usize) -> usize {
    (hash >> 40) as usize & (buckets - 1)
}

/// The slot of a hash among a power of two of them, once its bucket's displacement is known.
#[inline(always)]
pub fn slot(hash: u64, displacement: usize, slots: usize) -> usize {
    let step = (hash >> 32) as usize | 1;
    (hash as u32 as usize).wrapping_add(step.wrapping_mul(displacement)) & (slots - 1)
}

#[cfg(test)]
mod tests {
    use super::{HashInput, id_hash};

    #[test]
    fn every_byte_of_the_input_changes_the_hash() {
        let text = [b'x'; 200];
        for length in 0..text.len() {
            for place in 0..length {
                let mut other = text;
                other[place] = b'y';
                let differ = |input| id_hash(input, 0, &text[..length]) != id_hash(input, 0, &other[..length]);
                assert!(differ(HashInput::Whole), "byte {place} of {length}");
                assert_eq!(differ(HashInput::Ends), place < 16 || place + 16 >= length, "byte {place} of {length}");
                let sampled = [0, length / 4, length / 2, length / 2 + length / 4, length - 1];
                assert_eq!(differ(HashInput::Samples), sampled.contains(&place), "byte {place} of {length}");
            }
        }
    }
}
