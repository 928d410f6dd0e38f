//! Counts rows in a table of bounded size.
//!
//! If the table is full, the rows with the fewest records are removed, and how many a removed row had at most is kept as the bound: a
//! row that isn't in the table had no more records than that. A row that comes again may have been removed before, so its count is a
//! lower bound, and the count with the bound at that time an upper one. As long as the table was never full, all counts are exact.

use std::collections::HashMap;
use std::hash::Hash;

/// A row's number of records, and what else is known about it.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted<V> {
    /// The records that were counted.
    pub records: u64,
    /// The most records that were not, since the row was removed before.
    pub uncounted: u64,
    /// What else is known.
    pub value: V,
}

/// A table of at most `capacity` rows.
#[derive(Clone, Debug)]
pub(super) struct BoundedTable<K, V> {
    rows: HashMap<K, Counted<V>>,
    capacity: usize,
    /// The most records that a row had that isn't in the table.
    bound: u64,
}

impl<K: Copy + Eq + Hash, V: Default> BoundedTable<K, V> {
    pub fn new(capacity: usize) -> BoundedTable<K, V> {
        BoundedTable { rows: HashMap::new(), capacity: capacity.max(2), bound: 0 }
    }

    /// Adds records to a row, and returns what else is known about it.
    pub fn add(&mut self, key: K, records: u64) -> &mut V {
        if self.rows.len() >= self.capacity && !self.rows.contains_key(&key) {
            self.shrink();
        }
        let bound = self.bound;
        let row = self.rows.entry(key).or_insert_with(|| Counted { uncounted: bound, ..Counted::default() });
        row.records += records;
        &mut row.value
    }

    /// Removes the half of the rows that may have the fewest records.
    fn shrink(&mut self) {
        let most = |row: &Counted<V>| row.records + row.uncounted;
        let mut counts: Vec<u64> = self.rows.values().map(most).collect();
        let middle = counts.len() / 2;
        let (_, median, _) = counts.select_nth_unstable(middle);
        let median = *median;
        self.rows.retain(|_, row| most(row) > median);
        self.bound = self.bound.max(median);
    }

    /// The most records that a row had that isn't in the table.
    pub fn bound(&self) -> u64 {
        self.bound
    }

    /// The rows, in no order.
    pub fn rows(&self) -> impl Iterator<Item = (&K, &Counted<V>)> {
        self.rows.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::BoundedTable;
    use std::collections::HashMap;

    #[test]
    fn every_row_with_more_records_than_the_bound_is_in_the_table() {
        let mut random = fastrand::Rng::with_seed(7);
        for capacity in [2, 10, 100, 1000] {
            let mut table: BoundedTable<u32, ()> = BoundedTable::new(capacity);
            let mut exact: HashMap<u32, u64> = HashMap::new();
            for _ in 0..20_000 {
                // Low numbers are much more frequent.
                let key = random.u32(0..1000) * random.u32(0..1000) / 2000;
                let records = random.u64(1..4);
                table.add(key, records);
                *exact.entry(key).or_default() += records;
            }
            let rows: HashMap<u32, (u64, u64)> =
                table.rows().map(|(key, row)| (*key, (row.records, row.records + row.uncounted))).collect();
            assert!(rows.len() <= capacity);
            for (key, records) in &exact {
                match rows.get(key) {
                    Some((least, most)) => assert!(least <= records && records <= most, "{key}"),
                    None => assert!(*records <= table.bound(), "{key}"),
                }
            }
            assert_eq!(table.bound() == 0, exact.len() <= capacity);
        }
    }
}
