//! Builds the perfect hash that finds the index of a text: each bucket of texts gets a displacement that moves all of them to
//! free slots.

use port_core::id_hash::{HashInput, bucket, id_hash, slot};

/// A perfect hash of a list of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextIndex {
    /// The part of a text that is hashed.
    pub input: HashInput,
    /// The seed of the hash.
    pub seed: u64,
    /// The displacement of each bucket.
    pub displacements: Vec<usize>,
    /// The index of the text in each slot; 0 in an unused slot.
    pub slots: Vec<usize>,
}

/// The average number of texts in a bucket.
const BUCKET_SIZE: usize = 3;

/// The number of seeds that are tried before the slots are doubled. About half of all seeds fit a short list, nearly all fit a
/// long one.
const SEEDS: u64 = 64;

impl TextIndex {
    /// Builds the index of distinct texts. Seeds and displacements are tried in order, so the result is always the same.
    ///
    /// # Panics
    ///
    /// If a text occurs twice. The checks of the tables prevent that.
    #[must_use]
    pub fn new(texts: &[&str]) -> TextIndex {
        /// Distinct texts fit long before there are 256 times as many slots.
        const DOUBLINGS: u32 = 8;
        let input = HashInput::ALL.into_iter().find(|input| distinguishes(*input, texts)).unwrap_or(HashInput::Whole);
        let attempts = (0..DOUBLINGS).flat_map(|doubled| (0..SEEDS).map(move |seed| (doubled, seed)));
        let found = attempts.map(|(doubled, seed)| with_seed(texts, input, seed, slots_for(texts.len()) << doubled));
        found.flatten().next().expect("distinct texts have a perfect hash")
    }
}

/// The number of slots for a number of texts: few more than needed, but with enough room for short lists.
fn slots_for(texts: usize) -> usize {
    const FEW: usize = 16;
    let wanted = if texts <= FEW { texts * 2 } else { texts + texts / 4 };
    wanted.next_power_of_two()
}

/// Whether all hashes of the texts are distinct.
fn distinguishes(input: HashInput, texts: &[&str]) -> bool {
    let mut hashes: Vec<u64> = texts.iter().map(|text| id_hash(input, 0, text.as_bytes())).collect();
    hashes.sort_unstable();
    hashes.windows(2).all(|pair| pair[0] != pair[1])
}

fn with_seed(texts: &[&str], input: HashInput, seed: u64, slot_count: usize) -> Option<TextIndex> {
    let bucket_count = (texts.len() / BUCKET_SIZE).next_power_of_two();
    let mut buckets = vec![Vec::new(); bucket_count];
    for (position, text) in texts.iter().enumerate() {
        let hash = id_hash(input, seed, text.as_bytes());
        buckets[bucket(hash, bucket_count)].push((hash, position));
    }
    let mut displacements = vec![0; bucket_count];
    let mut taken = vec![None; slot_count];
    // The fullest buckets choose first, while most slots are free.
    let fullest = buckets.iter().map(Vec::len).max().unwrap_or(0);
    for size in (1..=fullest).rev() {
        for (texts, chosen) in buckets.iter().zip(&mut displacements).filter(|(texts, _)| texts.len() == size) {
            let slots_at = |displacement| -> Vec<usize> {
                texts.iter().map(|(hash, _)| slot(*hash, displacement, slot_count)).collect()
            };
            // With as many displacements as slots, a text has been moved to every slot that it can reach.
            *chosen = (0..slot_count).find(|displacement| {
                let slots = slots_at(*displacement);
                let free = |(number, slot): (usize, &usize)| taken[*slot].is_none() && !slots[..number].contains(slot);
                slots.iter().enumerate().all(free)
            })?;
            for (slot, (_, position)) in slots_at(*chosen).into_iter().zip(texts) {
                taken[slot] = Some(*position);
            }
        }
    }
    let slots = taken.into_iter().map(Option::unwrap_or_default).collect();
    Some(TextIndex { input, seed, displacements, slots })
}

#[cfg(test)]
mod tests {
    use super::TextIndex;
    use port_core::id_hash::{HashInput, bucket, id_hash, slot};

    fn find(index: &TextIndex, text: &str) -> usize {
        let hash = id_hash(index.input, index.seed, text.as_bytes());
        let displacement = index.displacements[bucket(hash, index.displacements.len())];
        index.slots[slot(hash, displacement, index.slots.len())]
    }

    #[test]
    fn every_text_finds_itself_in_lists_of_every_length() {
        let all: Vec<String> = (0..3000).map(|number| format!("product-in-peer-{number}")).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        for length in (0..200).chain([1000, 2047, 2048, 3000]) {
            let index = TextIndex::new(&all[..length]);
            for (place, text) in all[..length].iter().enumerate() {
                assert_eq!(find(&index, text), place, "{text} of {length}");
            }
        }
    }

    #[test]
    fn every_pair_of_short_ids_finds_itself() {
        let letters: Vec<String> = ('a'..='z').map(String::from).collect();
        let pairs = letters.iter().flat_map(|first| letters.iter().map(move |second| format!("{first}{second}")));
        let ids: Vec<String> = letters.iter().cloned().chain(pairs).collect();
        for first in &ids {
            for second in ids.iter().filter(|second| *second > first) {
                let index = TextIndex::new(&[first, second]);
                assert_eq!((find(&index, first), find(&index, second)), (0, 1), "{first} {second}");
            }
        }
    }

    #[test]
    fn similar_ids_find_themselves() {
        let words =
            ["kaspersky", "cyberark", "mikrotik", "acme", "keycloak", "prometheus", "a", "relay-of-a-very-long-name"];
        let ends = ["-lan", "-wan", "-server", "-client", "-east", "-west", "-2024", "-2025", "-1", "-2", ""];
        for count in 1..=ends.len() {
            for word in words {
                let ids: Vec<String> = ends[..count].iter().map(|end| format!("{word}{end}")).collect();
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                let index = TextIndex::new(&ids);
                assert!(ids.iter().enumerate().all(|(place, id)| find(&index, id) == place), "{ids:?}");
            }
        }
        assert_eq!(find(&TextIndex::new(&["kaspersky", "cyberark"]), "cyberark"), 1);
    }

    #[test]
    fn texts_that_differ_only_in_the_middle_are_hashed_whole() {
        let middle = |number: usize| format!("a-product-of-ours-{number:03}-and-a-peer-of-it");
        let all: Vec<String> = (0..500).map(middle).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let index = TextIndex::new(&all);
        assert_eq!(index.input, HashInput::Whole);
        assert!(all.iter().enumerate().all(|(place, text)| find(&index, text) == place));
    }

    #[test]
    fn an_empty_list_has_a_slot_to_look_at() {
        assert_eq!(find(&TextIndex::new(&[]), "anything"), 0);
    }
}
