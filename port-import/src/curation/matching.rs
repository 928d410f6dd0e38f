//! Finds the entry of the curation that describes each table of a page.

use super::{Curation, Table};
use crate::page::PrintedTable;

impl Curation {
    /// The index of the entry for each table. An entry fits a table if it has the same heading, or names none, and the same columns.
    /// One that names the heading takes precedence. If several fit equally, they are in the page's order.
    #[must_use]
    pub fn match_tables(&self, tables: &[PrintedTable<'_>]) -> Vec<Option<usize>> {
        let mut is_taken = vec![false; self.tables.len()];
        let entry_of = |table: &PrintedTable<'_>| {
            let fitting = |names_heading: bool| -> Vec<usize> {
                let entries = self.tables.iter().enumerate();
                let fitting = entries.filter(|(_, entry)| {
                    let entry = entry.get_ref();
                    entry.heading.is_some() == names_heading
                        && self.has_heading(entry, table)
                        && self.fits(entry, table)
                });
                fitting.map(|(index, _)| index).collect()
            };
            let with_heading = fitting(true);
            let entries = if with_heading.is_empty() { fitting(false) } else { with_heading };
            let entry = match entries[..] {
                [only] => Some(only),
                _ => entries.into_iter().find(|entry| !is_taken[*entry]),
            };
            if let Some(entry) = entry {
                is_taken[entry] = true;
            }
            entry
        };
        tables.iter().map(entry_of).collect()
    }

    /// Whether a table has the heading that an entry names, if it names one.
    #[must_use]
    pub fn has_heading(&self, entry: &Table, table: &PrintedTable<'_>) -> bool {
        entry.heading.as_ref().is_none_or(|heading| heading == table.heading)
    }

    /// Whether a table has the columns of an entry and, if a text prints its rows, is of the text that the entry names. An ignored table may have any, if the entry lists none.
    #[must_use]
    pub fn fits(&self, entry: &Table, table: &PrintedTable<'_>) -> bool {
        if entry.text.as_deref() != table.text {
            return false;
        }
        if entry.ignore.is_some() && entry.columns.is_empty() {
            return true;
        }
        table.header.iter().eq(self.columns_of(entry).iter().map(|column| &column.head))
    }
}
