//! Builds the perfect hash by which a text finds its number: each bucket of texts gets a displacement that takes all of
//! them to free slots.

use port_core::id_hash::{HashInput, bucket, id_hash, slot};

/// A perfect hash of a list of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextIndex {
    /// How much of a text is hashed.
    pub reach: HashInput,
    /// The seed of the hash.
    pub seed: u64,
    /// The displacement of each bucket.
    pub displacements: Vec<usize>,
    /// The place in the list of the text that each slot is for; 0 in a slot that is for none.
    pub slots: Vec<usize>,
}

/// How many texts a bucket has on average.
const BUCKET_SIZE: usize = 3;

/// How many seeds are tried before the slots are doubled. Of short lists every other seed fits, of long ones nearly each.
const SEEDS: u64 = 64;

impl TextIndex {
    /// Builds the index of distinct texts. Seeds and displacements are tried in order, so the result is always the same.
    ///
    /// # Panics
    ///
    /// Where a text stands twice: the tables' checks do not let that through.
    #[must_use]
    pub fn of(texts: &[&str]) -> TextIndex {
        /// With so many slots for each text, texts that differ have found theirs long before.
        const DOUBLINGS: u32 = 8;
        let reach = HashInput::ALL.into_iter().find(|reach| tells_apart(*reach, texts)).unwrap_or(HashInput::Whole);
        let attempts = (0..DOUBLINGS).flat_map(|doubled| (0..SEEDS).map(move |seed| (doubled, seed)));
        let found = attempts.map(|(doubled, seed)| with_seed(texts, reach, seed, slots_for(texts.len()) << doubled));
        found.flatten().next().expect("texts that differ have a perfect hash")
    }
}

/// How many slots there are for so many texts: few more than needed, but room to differ in where there are few texts.
fn slots_for(texts: usize) -> usize {
    const FEW: usize = 16;
    let wanted = if texts <= FEW { texts * 2 } else { texts + texts / 4 };
    wanted.next_power_of_two()
}

/// Whether no two texts have the same hash.
fn tells_apart(reach: HashInput, texts: &[&str]) -> bool {
    let mut hashes: Vec<u64> = texts.iter().map(|text| id_hash(reach, 0, text.as_bytes())).collect();
    hashes.sort_unstable();
    hashes.windows(2).all(|pair| pair[0] != pair[1])
}

fn with_seed(texts: &[&str], reach: HashInput, seed: u64, slot_count: usize) -> Option<TextIndex> {
    let bucket_count = (texts.len() / BUCKET_SIZE).next_power_of_two();
    let mut buckets = vec![Vec::new(); bucket_count];
    for (place, text) in texts.iter().enumerate() {
        let hash = id_hash(reach, seed, text.as_bytes());
        buckets[bucket(hash, bucket_count)].push((hash, place));
    }
    let mut displacements = vec![0; bucket_count];
    let mut taken = vec![None; slot_count];
    // The fullest buckets choose first, while there is room.
    let fullest = buckets.iter().map(Vec::len).max().unwrap_or(0);
    for size in (1..=fullest).rev() {
        for (texts, chosen) in buckets.iter().zip(&mut displacements).filter(|(texts, _)| texts.len() == size) {
            let slots_at = |displacement| -> Vec<usize> {
                texts.iter().map(|(hash, _)| slot(*hash, displacement, slot_count)).collect()
            };
            // With as many displacements as there are slots, a text has been to all that it can come to.
            *chosen = (0..slot_count).find(|displacement| {
                let slots = slots_at(*displacement);
                let free = |(number, slot): (usize, &usize)| taken[*slot].is_none() && !slots[..number].contains(slot);
                slots.iter().enumerate().all(free)
            })?;
            for (slot, (_, place)) in slots_at(*chosen).into_iter().zip(texts) {
                taken[slot] = Some(*place);
            }
        }
    }
    let slots = taken.into_iter().map(Option::unwrap_or_default).collect();
    Some(TextIndex { reach, seed, displacements, slots })
}

#[cfg(test)]
mod tests {
    use super::TextIndex;
    use port_core::id_hash::{HashInput, bucket, id_hash, slot};

    fn find(index: &TextIndex, text: &str) -> usize {
        let hash = id_hash(index.reach, index.seed, text.as_bytes());
        let displacement = index.displacements[bucket(hash, index.displacements.len())];
        index.slots[slot(hash, displacement, index.slots.len())]
    }

    #[test]
    fn every_text_finds_itself_in_lists_of_every_length() {
        let all: Vec<String> = (0..3000).map(|number| format!("product-in-peer-{number}")).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        for length in (0..200).chain([1000, 2047, 2048, 3000]) {
            let index = TextIndex::of(&all[..length]);
            for (place, text) in all[..length].iter().enumerate() {
                assert_eq!(find(&index, text), place, "{text} of {length}");
            }
        }
    }

    #[test]
    fn short_ids_find_themselves_whatever_they_are() {
        let letters: Vec<String> = ('a'..='z').map(String::from).collect();
        let pairs = letters.iter().flat_map(|first| letters.iter().map(move |second| format!("{first}{second}")));
        let ids: Vec<String> = letters.iter().cloned().chain(pairs).collect();
        for first in &ids {
            for second in ids.iter().filter(|second| *second > first) {
                let index = TextIndex::of(&[first, second]);
                assert_eq!((find(&index, first), find(&index, second)), (0, 1), "{first} {second}");
            }
        }
    }

    #[test]
    fn ids_that_are_nearly_alike_find_themselves() {
        let words =
            ["kaspersky", "cyberark", "mikrotik", "acme", "keycloak", "prometheus", "a", "relay-of-a-very-long-name"];
        let ends = ["-lan", "-wan", "-server", "-client", "-east", "-west", "-2024", "-2025", "-1", "-2", ""];
        for count in 1..=ends.len() {
            for word in words {
                let ids: Vec<String> = ends[..count].iter().map(|end| format!("{word}{end}")).collect();
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                let index = TextIndex::of(&ids);
                assert!(ids.iter().enumerate().all(|(place, id)| find(&index, id) == place), "{ids:?}");
            }
        }
        assert_eq!(find(&TextIndex::of(&["kaspersky", "cyberark"]), "cyberark"), 1);
    }

    #[test]
    fn texts_that_differ_in_the_middle_alone_are_hashed_whole() {
        let middle = |number: usize| format!("a-product-of-ours-{number:03}-and-a-peer-of-it");
        let all: Vec<String> = (0..500).map(middle).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let index = TextIndex::of(&all);
        assert_eq!(index.reach, HashInput::Whole);
        assert!(all.iter().enumerate().all(|(place, text)| find(&index, text) == place));
    }

    #[test]
    fn an_empty_list_still_has_a_slot_to_look_at() {
        assert_eq!(find(&TextIndex::of(&[]), "anything"), 0);
    }
}
