//! Sets of numbers as sorted intervals. Addresses, interface names, source ports and TCP flags are all numbers here.

use std::hash::{Hash, Hasher};

/// A set of numbers: disjoint intervals with gaps between them, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Intervals(Vec<(u128, u128)>);

impl Intervals {
    /// The empty set.
    pub fn empty() -> Intervals {
        Intervals(Vec::new())
    }

    /// The numbers from `first` to `last`; none if `first` is the greater one.
    pub fn range(first: u128, last: u128) -> Intervals {
        Intervals(if first <= last { vec![(first, last)] } else { Vec::new() })
    }

    /// A single number.
    pub fn one(number: u128) -> Intervals {
        Intervals::range(number, number)
    }

    /// Whether the set contains nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the set contains the number.
    pub fn contains(&self, number: u128) -> bool {
        let position = self.0.partition_point(|(_, last)| *last < number);
        self.0.get(position).is_some_and(|(first, _)| *first <= number)
    }

    /// Whether every number of `other` is in the set.
    pub fn contains_all(&self, other: &Intervals) -> bool {
        other.minus(self).is_empty()
    }

    /// Whether the sets have a number in common.
    pub fn overlaps(&self, other: &Intervals) -> bool {
        let (few, many) = if self.0.len() < other.0.len() { (self, other) } else { (other, self) };
        few.0.iter().any(|(first, last)| {
            let position = many.0.partition_point(|(_, end)| end < first);
            many.0.get(position).is_some_and(|(start, _)| start <= last)
        })
    }

    /// Hashes some of the intervals: sets of thousands take long.
    pub fn hash_briefly(&self, hasher: &mut impl Hasher) {
        const SOME: usize = 4;
        self.0.len().hash(hasher);
        self.0[..self.0.len().min(SOME)].hash(hasher);
        self.0.last().hash(hasher);
    }

    /// How many numbers are in the set, if fewer than all are.
    pub fn count(&self) -> u128 {
        self.0.iter().map(|(first, last)| (last - first).saturating_add(1)).fold(0, u128::saturating_add)
    }

    /// The numbers that are in both sets.
    pub fn and(&self, other: &Intervals) -> Intervals {
        let (mut one, mut two) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut common = Vec::new();
        while let (Some(own), Some(others)) = (one.peek(), two.peek()) {
            let (first, last) = (own.0.max(others.0), own.1.min(others.1));
            if first <= last {
                common.push((first, last));
            }
            if own.1 < others.1 {
                one.next();
            } else {
                two.next();
            }
        }
        Intervals(common)
    }

    /// The numbers that are not in `other`.
    pub fn minus(&self, other: &Intervals) -> Intervals {
        let mut complement = Vec::new();
        let mut from = Some(0);
        for (first, last) in &other.0 {
            if let Some(start) = from.filter(|start| start < first) {
                complement.push((start, first - 1));
            }
            from = last.checked_add(1);
        }
        complement.extend(from.map(|start| (start, u128::MAX)));
        self.and(&Intervals(complement))
    }

    /// The single intervals, in order.
    pub fn ranges(&self) -> impl Iterator<Item = (u128, u128)> {
        self.0.iter().copied()
    }
}

/// The union of intervals in any order, which may overlap.
impl FromIterator<(u128, u128)> for Intervals {
    fn from_iter<T: IntoIterator<Item = (u128, u128)>>(intervals: T) -> Intervals {
        let mut all: Vec<(u128, u128)> = intervals.into_iter().filter(|(first, last)| first <= last).collect();
        all.sort_unstable();
        let mut joined: Vec<(u128, u128)> = Vec::with_capacity(all.len());
        for (first, last) in all {
            match joined.last_mut() {
                Some(own) if own.1 == u128::MAX || first <= own.1 + 1 => own.1 = own.1.max(last),
                _ => joined.push((first, last)),
            }
        }
        Intervals(joined)
    }
}

impl std::ops::BitOr for &Intervals {
    type Output = Intervals;

    fn bitor(self, other: &Intervals) -> Intervals {
        self.ranges().chain(other.ranges()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Intervals;

    /// The numbers up to 7 whose bit is set.
    fn of_bits(bits: u128) -> Intervals {
        (0..8).filter(|number| bits & (1 << number) != 0).map(|number| (number, number)).collect()
    }

    #[test]
    fn operations_agree_with_those_on_bits() {
        for one in 0..256 {
            for other in 0..256 {
                let (own, others) = (of_bits(one), of_bits(other));
                assert_eq!(own.and(&others), of_bits(one & other));
                assert_eq!(own.minus(&others), of_bits(one & !other));
                assert_eq!(&own | &others, of_bits(one | other));
                assert_eq!(own.contains_all(&others), one & other == other);
                assert_eq!(own.overlaps(&others), one & other != 0);
            }
            assert_eq!(of_bits(one).count(), one.count_ones().into());
            assert!((0..8).all(|number| of_bits(one).contains(number) == (one & (1 << number) != 0)));
        }
        let ends = Intervals::one(u128::MAX);
        assert_eq!(&ends | &Intervals::range(5, u128::MAX), Intervals::range(5, u128::MAX));
        assert_eq!(Intervals::range(0, u128::MAX).minus(&ends), Intervals::range(0, u128::MAX - 1));
        assert!(Intervals::range(2, 1).is_empty());
    }
}
