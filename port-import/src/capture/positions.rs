//! Where the texts of a page are among its tables, to notice a text that moved to another table.

use std::collections::{HashMap, HashSet};

use super::Capture;

/// A table: its heading, its column names, and how many tables before it have the same.
type TableKey = (String, usize);

/// The positions of the texts of a page that somebody accepted.
#[derive(Debug, Default)]
pub struct TextPositions {
    tables: Vec<TableKey>,
    /// Digests, each with the number of tables above.
    texts: Vec<(String, usize)>,
}

impl TextPositions {
    /// The positions in a capture.
    #[must_use]
    pub fn new(capture: &Capture) -> TextPositions {
        let texts = capture.texts.iter().map(|text| (text.prose.digest.clone(), text.after_tables));
        TextPositions { tables: table_keys(capture), texts: texts.collect() }
    }

    /// Whether each text of a capture is where it was: of the tables that both pages have, the same one is directly above it.
    #[must_use]
    pub fn unmoved(&self, capture: &Capture) -> Vec<bool> {
        let now = TextPositions::new(capture);
        let (known, found) = (nearest_common(&self.tables, &now.tables), nearest_common(&now.tables, &self.tables));
        let known: HashSet<(&str, Option<&TableKey>)> =
            self.texts.iter().map(|(digest, above)| (digest.as_str(), known[*above])).collect();
        now.texts.iter().map(|(digest, above)| known.contains(&(digest.as_str(), found[*above]))).collect()
    }
}

/// For each number of tables above a text, the nearest of them that other tables contain.
fn nearest_common<'a>(tables: &'a [TableKey], others: &[TableKey]) -> Vec<Option<&'a TableKey>> {
    let others: HashSet<&TableKey> = others.iter().collect();
    let mut nearest = vec![None];
    for table in tables {
        let last = nearest.last().copied().flatten();
        nearest.push(if others.contains(table) { Some(table) } else { last });
    }
    nearest
}

/// The keys of the tables, in the page's order.
fn table_keys(capture: &Capture) -> Vec<TableKey> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let key = |table: &super::Table| {
        let table = table.printed();
        let name = format!("{}\n{}", table.heading, table.header.join("\n"));
        let count = counts.entry(name.clone()).or_default();
        *count += 1;
        (name, *count)
    };
    capture.tables.iter().map(key).collect()
}
