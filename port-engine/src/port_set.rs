//! Sets of ports.

use std::iter::from_fn;
use std::ops::{BitAnd, BitOr, Sub};

use port_core::PortRange;

/// The number of bits in a word of a set.
const BITS: u32 = u64::BITS;

/// The highest port plus one.
const END: u32 = 1 << 16;

/// The number of words that all ports need.
const WORDS: usize = (END / BITS) as usize;

/// A set of ports from 1 to 65535, with a bit for each port.
///
/// ```
/// use port_core::PortRange;
/// use port_engine::port_set::PortSet;
///
/// let mail: PortSet = [PortRange::new(25, 25).unwrap(), PortRange::new(80, 90).unwrap()].into_iter().collect();
/// let without = &PortSet::full() - &mail;
/// let ranges: Vec<String> = without.ranges().map(|range| range.to_string()).collect();
/// assert_eq!(ranges, ["1-24", "26-79", "91-65535"]);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PortSet {
    words: Box<[u64; WORDS]>,
}

impl PortSet {
    /// The empty set.
    pub fn empty() -> PortSet {
        PortSet { words: Box::new([0; WORDS]) }
    }

    /// The set of all ports.
    pub fn full() -> PortSet {
        let mut words = Box::new([u64::MAX; WORDS]);
        // Port 0 doesn't exist.
        words[0] &= !1;
        PortSet { words }
    }

    /// The set of all ports if `all`, otherwise the empty set.
    pub fn all_if(all: bool) -> PortSet {
        if all { PortSet::full() } else { PortSet::empty() }
    }

    /// Adds the ports of a range.
    pub fn insert(&mut self, range: PortRange) {
        let ((first, low), (last, high)) = (position(range.first().into()), position(range.last().into()));
        for (index, word) in self.words.iter_mut().enumerate().take(last + 1).skip(first) {
            let from = if index == first { low } else { 0 };
            let to = if index == last { high } else { BITS - 1 };
            *word |= (u64::MAX << from) & (u64::MAX >> (BITS - 1 - to));
        }
    }

    /// Whether the set contains the port.
    pub fn contains(&self, port: u16) -> bool {
        let (word, bit) = position(port.into());
        self.words[word] & (1 << bit) != 0
    }

    /// Whether the set contains no port.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Whether the sets have a port in common.
    pub fn overlaps(&self, other: &PortSet) -> bool {
        self.words.iter().zip(other.words.iter()).any(|(own, other)| own & other != 0)
    }

    /// Its ports as the fewest ranges, in order.
    pub fn ranges(&self) -> impl Iterator<Item = PortRange> + '_ {
        let mut from = 1;
        from_fn(move || {
            let first = self.next(from, true)?;
            from = self.next(first, false).unwrap_or(END);
            PortRange::new(u16::try_from(first).ok()?, u16::try_from(from - 1).ok()?)
        })
    }

    /// The lowest number from `from` on that is in the set, or, if not `within`, that isn't.
    fn next(&self, from: u32, within: bool) -> Option<u32> {
        let (first, bit) = position(from);
        for (index, word) in self.words.iter().enumerate().skip(first) {
            let mut bits = if within { *word } else { !word };
            if index == first {
                bits &= u64::MAX << bit;
            }
            if bits != 0 {
                return Some(u32::try_from(index).ok()? * BITS + bits.trailing_zeros());
            }
        }
        None
    }

    fn combine(&self, other: &PortSet, combine: impl Fn(u64, u64) -> u64) -> PortSet {
        let mut words = self.words.clone();
        for (own, other) in words.iter_mut().zip(other.words.iter()) {
            *own = combine(*own, *other);
        }
        PortSet { words }
    }
}

/// The word and the bit of a port.
fn position(port: u32) -> (usize, u32) {
    ((port / BITS) as usize, port % BITS)
}

impl BitAnd for &PortSet {
    type Output = PortSet;

    fn bitand(self, other: &PortSet) -> PortSet {
        self.combine(other, |own, other| own & other)
    }
}

impl BitOr for &PortSet {
    type Output = PortSet;

    fn bitor(self, other: &PortSet) -> PortSet {
        self.combine(other, |own, other| own | other)
    }
}

impl Sub for &PortSet {
    type Output = PortSet;

    fn sub(self, other: &PortSet) -> PortSet {
        self.combine(other, |own, other| own & !other)
    }
}

impl FromIterator<PortRange> for PortSet {
    fn from_iter<T: IntoIterator<Item = PortRange>>(ranges: T) -> PortSet {
        let mut set = PortSet::empty();
        for range in ranges {
            set.insert(range);
        }
        set
    }
}

impl From<PortRange> for PortSet {
    fn from(range: PortRange) -> PortSet {
        [range].into_iter().collect()
    }
}

impl std::fmt::Debug for PortSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.ranges()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::PortSet;
    use port_core::PortRange;

    /// Ranges that begin and end at the bounds of words and of the set.
    fn samples() -> Vec<PortRange> {
        let bounds = [1, 2, 62, 63, 64, 65, 127, 128, 4095, 40000, 65471, 65472, 65534, 65535];
        let ranges = bounds.iter().flat_map(|first| bounds.iter().map(move |last| PortRange::new(*first, *last)));
        ranges.flatten().collect()
    }

    fn plain(set: &PortSet) -> BTreeSet<u16> {
        (1..=u16::MAX).filter(|port| set.contains(*port)).collect()
    }

    #[test]
    fn a_set_contains_exactly_the_ports_of_its_ranges() {
        for range in samples() {
            let set = PortSet::from(range);
            assert_eq!(set.ranges().collect::<Vec<_>>(), [range]);
            assert_eq!(plain(&set), (range.first()..=range.last()).collect());
            assert!(!set.is_empty() && !set.contains(0));
            assert_eq!(&PortSet::full() - &(&PortSet::full() - &set), set);
        }
        assert!(PortSet::empty().is_empty() && PortSet::empty().ranges().next().is_none());
        assert_eq!(PortSet::full().ranges().collect::<Vec<_>>(), [PortRange::new(1, u16::MAX).unwrap()]);
        assert_eq!([PortSet::all_if(true), PortSet::all_if(false)], [PortSet::full(), PortSet::empty()]);
    }

    #[test]
    fn union_intersection_and_difference_agree_with_the_standard_library() {
        for (one, other) in samples().into_iter().step_by(7).zip(samples().into_iter().rev().step_by(5)) {
            let [one, other] = [one, other].map(PortSet::from);
            let [plain_one, plain_other] = [&one, &other].map(plain);
            assert_eq!(plain(&(&one & &other)), &plain_one & &plain_other);
            assert_eq!(plain(&(&one | &other)), &plain_one | &plain_other);
            assert_eq!(plain(&(&one - &other)), &plain_one - &plain_other);
            assert_eq!(one.overlaps(&other), !(&plain_one & &plain_other).is_empty());
            let joined = &one | &other;
            assert_eq!(joined.ranges().collect::<PortSet>(), joined);
        }
    }
}
