//! Keys of rows: the printed texts by which the curation finds the row of a flow.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::curation::{self, Curation, Same, quote};
use crate::printed_row::PrintedRow;

/// Whether a row has the texts of a key, apart from the ports. Where the edition prints another text for the same, both match.
///
/// Of a row that can't be read, the meaning of some cells is unknown: a text of the key may then be in any cell.
pub fn row_matches_key(row: &PrintedRow, key: &curation::Row, curation: &Curation) -> bool {
    let is_unreadable = !row.problems.is_empty();
    let matches = |wanted: &Option<String>, found: &Option<String>, same: Option<&BTreeMap<String, Vec<String>>>| {
        let Some(wanted) = wanted else { return true };
        let is_wanted = |text: &str| text == wanted || same.is_some_and(|same| Same::in_keys(same, text) == wanted);
        match found {
            Some(found) => is_wanted(found),
            None => is_unreadable && row.heading.iter().chain(&row.cells).any(|text| is_wanted(text)),
        }
    };
    let same = &curation.same;
    let has_section = matches(&key.section, &row.section, None) || is_unreadable && !curation.sections.is_empty();
    has_section
        && matches(&key.peer, &row.peer, Some(&same.peer))
        && matches(&key.label, &row.label, Some(&same.label))
        && (key.direction.is_none() || key.direction == row.direction() || is_unreadable && row.direction().is_none())
        && key.prose.as_ref().is_none_or(|digest| row.prose.iter().any(|prose| prose.digest == *digest))
}

/// Whether a row has all texts of a key.
pub fn row_has_key(row: &PrintedRow, key: &curation::Row, curation: &Curation) -> bool {
    row_matches_key(row, key, curation) && (key.ports.is_none() || key.ports == row.ports)
}

/// The key of a row as the curation writes it, with the parts that `template` has.
#[must_use]
pub fn write_key(row: &PrintedRow, template: &curation::Row) -> String {
    let mut key = Vec::new();
    let mut part = |name: &str, is_wanted: bool, text: Option<String>| {
        key.extend(text.filter(|_| is_wanted).map(|text| format!("{name} = {}", quote(&text))));
    };
    part("section", template.section.is_some(), row.section.clone());
    part("direction", template.direction.is_some(), row.direction().map(|direction| direction.to_string()));
    part("peer", template.peer.is_some(), row.peer.clone());
    part("label", template.label.is_some(), row.label.clone());
    part("ports", template.ports.is_some(), row.ports.clone());
    part("prose", template.prose.is_some(), row.prose.first().map(|prose| prose.digest.clone()));
    key.join(", ")
}

/// A template with every part but the ports and the direction, which the section and the peer usually imply.
#[must_use]
pub fn full_key_template() -> curation::Row {
    let some = || Some(String::new());
    curation::Row { section: some(), peer: some(), label: some(), ..curation::Row::default() }
}

/// Keys that distinguish each row of a page from the others. They contain the ports, the prose and the direction only if necessary.
pub struct DistinctKeys {
    /// How many rows have each key with certain parts, by the parts.
    counts: HashMap<Parts, HashMap<String, usize>>,
    /// Whether the page has several sections.
    has_sections: bool,
}

/// The parts of a key.
#[expect(clippy::struct_excessive_bools, reason = "a key has each part or not")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Parts {
    section: bool,
    direction: bool,
    peer: bool,
    label: bool,
    ports: bool,
    prose: bool,
}

/// The parts of the keys that are tried, and which prose cell of the row they contain.
const TRIED: [(Parts, usize); 11] = {
    const fn parts(ports: bool, prose: bool, direction: bool) -> Parts {
        Parts { section: true, direction, peer: true, label: true, ports, prose }
    }
    let (prose, both, all) = (parts(false, true, false), parts(true, true, false), parts(true, true, true));
    [
        (parts(false, false, false), 0),
        (parts(true, false, false), 0),
        (prose, 0),
        (prose, 1),
        (prose, 2),
        (both, 0),
        (both, 1),
        (both, 2),
        (all, 0),
        (all, 1),
        (all, 2),
    ]
};

impl Parts {
    /// Those of the parts that a row has. The only section of a page distinguishes nothing.
    fn of(self, row: &PrintedRow, has_sections: bool) -> Parts {
        Parts {
            section: self.section && has_sections && row.section.is_some(),
            direction: self.direction && row.direction().is_some(),
            peer: self.peer && row.peer.is_some(),
            label: self.label && row.label.is_some(),
            ports: self.ports && row.ports.is_some(),
            prose: self.prose && !row.prose.is_empty(),
        }
    }

    /// The key of a row with these parts. It has the prose cell with an index.
    fn key(self, row: &PrintedRow, prose: usize) -> String {
        let wanted = |is_wanted: bool| is_wanted.then(String::new);
        let template = curation::Row {
            section: wanted(self.section),
            direction: row.direction().filter(|_| self.direction),
            peer: wanted(self.peer),
            label: wanted(self.label),
            ports: wanted(self.ports),
            ..curation::Row::default()
        };
        let key = write_key(row, &template);
        let Some(prose) = row.prose.get(prose).filter(|_| self.prose) else { return key };
        let separator = if key.is_empty() { "" } else { ", " };
        format!("{key}{separator}prose = {}", quote(&prose.digest))
    }

    /// The keys with these parts that a row has: one for each of its prose cells.
    fn keys(self, row: &PrintedRow, has_sections: bool) -> BTreeSet<String> {
        let cells = if self.prose { row.prose.len() } else { 1 };
        // A row without one of the parts has no such key.
        if self.of(row, has_sections) == self {
            (0..cells).map(|index| self.key(row, index)).collect()
        } else {
            BTreeSet::new()
        }
    }
}

impl DistinctKeys {
    /// Counts the keys of the rows of a page.
    #[must_use]
    pub fn new(rows: &[PrintedRow]) -> DistinctKeys {
        let has_sections = rows.windows(2).any(|pair| pair[0].section != pair[1].section);
        let mut counts: HashMap<Parts, HashMap<String, usize>> = HashMap::new();
        for row in rows {
            for (parts, _) in TRIED {
                counts.entry(parts.of(row, has_sections)).or_default();
            }
        }
        for (parts, counts) in &mut counts {
            for key in rows.iter().flat_map(|row| parts.keys(row, has_sections)) {
                *counts.entry(key).or_default() += 1;
            }
        }
        DistinctKeys { counts, has_sections }
    }

    /// The key of a row: the first of the short one and longer ones that no other row has. A row that none of them distinguishes
    /// gets one with the ports and the prose.
    #[must_use]
    pub fn write(&self, row: &PrintedRow) -> String {
        let keys = TRIED.iter().map(|(parts, prose)| (parts.of(row, self.has_sections), *prose));
        let mut keys = keys.filter(|(parts, prose)| !parts.prose || *prose < row.prose.len());
        let is_distinct =
            |parts: &Parts, key: &String| self.counts.get(parts).and_then(|keys| keys.get(key)) == Some(&1);
        let distinct = keys.find_map(|(parts, prose)| {
            let key = parts.key(row, prose);
            (!key.is_empty() && is_distinct(&parts, &key)).then_some(key)
        });
        distinct.unwrap_or_else(|| TRIED[5].0.of(row, self.has_sections).key(row, 0))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{DistinctKeys, full_key_template, write_key};
    use crate::curation::Curation;
    use crate::page::Layout;
    use crate::page_file::capture_text;
    use crate::printed_row::{PrintedRow, read_rows};

    fn rows_of(page: &str, curation: &str) -> Vec<PrintedRow> {
        let curation = Curation::parse(Path::new("relay.toml"), curation).unwrap();
        let capture = capture_text(page, Path::new("relay.md"), Layout::Markdown, &curation).unwrap();
        read_rows(&capture, &curation).rows
    }

    #[test]
    fn keys_have_only_the_parts_that_distinguish_a_row() {
        let page = "\
| Peer | Use | Port | Notes |
|---|---|---|---|
| Client | Send | TCP/25 | |
| Client | Fetch | TCP/110 | |
| Client | Fetch | TCP/143 | |
| Store | Save | TCP/99 | One of the two texts that have more than eight words |
| Store | Save | TCP/99 | The other of the two texts that have more than eight words |
| | Send | TCP/26 | |
| Twin | Send | TCP/27 | |
| Twin | Send | TCP/27 | |
";
        let curation = "layout = \"markdown\"\ntables = [{ direction = \"inbound\" }]\ncolumns = [\
                        { head = \"Peer\", is = \"peer\" }, { head = \"Use\", is = \"label\" }, \
                        { head = \"Port\", is = \"ports\" }, { head = \"Notes\", is = \"note\" }]\n";
        let rows = rows_of(page, curation);
        let keys = DistinctKeys::new(&rows);
        let keys: Vec<String> = rows.iter().map(|row| keys.write(row)).collect();
        let prose =
            |row: usize| format!("peer = \"Store\", label = \"Save\", prose = \"{}\"", rows[row].prose[0].digest);
        assert_eq!(keys[0], "peer = \"Client\", label = \"Send\"");
        assert_eq!(keys[1], "peer = \"Client\", label = \"Fetch\", ports = \"TCP/110\"");
        assert_eq!(keys[2], "peer = \"Client\", label = \"Fetch\", ports = \"TCP/143\"");
        assert_eq!(keys[3..5], [prose(3), prose(4)]);
        // Without its ports, the key of a row without a peer is that of every row with the label.
        assert_eq!(keys[5], "label = \"Send\", ports = \"TCP/26\"");
        assert_eq!(
            keys[6..8],
            [
                "peer = \"Twin\", label = \"Send\", ports = \"TCP/27\"",
                "peer = \"Twin\", label = \"Send\", ports = \"TCP/27\""
            ]
        );
    }

    #[test]
    fn a_direction_is_part_of_a_key_only_if_nothing_else_distinguishes_the_row() {
        let page = "\
## Mail

| Way | Peer | Use | Port |
|---|---|---|---|
| In | Twin | Send | TCP/27 |
| Out | Twin | Send | TCP/27 |
| Out | Twin | Fetch | TCP/28 |
";
        let curation = "layout = \"markdown\"\ntables = [{ heading = \"Mail\", section = \"Mail\" }]\ncolumns = [\
                        { head = \"Way\", is = \"direction\" }, { head = \"Peer\", is = \"peer\" }, \
                        { head = \"Use\", is = \"label\" }, { head = \"Port\", is = \"ports\" }]\n";
        let rows = rows_of(page, curation);
        let keys = DistinctKeys::new(&rows);
        let full = |row: usize| write_key(&rows[row], &full_key_template());
        assert_eq!(full(0), "section = \"Mail\", peer = \"Twin\", label = \"Send\"");
        let twin =
            |direction| format!("direction = \"{direction}\", peer = \"Twin\", label = \"Send\", ports = \"TCP/27\"");
        let written: Vec<String> = rows.iter().map(|row| keys.write(row)).collect();
        // The only section of a page distinguishes nothing.
        let fetch = "peer = \"Twin\", label = \"Fetch\"".to_string();
        assert_eq!(written, [twin("inbound"), twin("outbound"), fetch]);
    }
}
