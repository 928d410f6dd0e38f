//! Finds rows that may be those of known flows under other names, to propose them to the maintainer.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use super::known::{Known, MAX_COMPARED};
use crate::curation;
use crate::printed_row::PrintedRow;
use crate::row_key::row_has_key;

/// A row that may be the row of a flow.
pub(super) struct Rename {
    /// The flow.
    pub(super) flow: usize,
    /// Other flows without a row that resemble the row as much.
    pub(super) others: Vec<usize>,
}

/// How much a row resembles the row of a flow: how many of the peer, the label and the ports agree, whether the section does, and how
/// many words the labels share.
type Similarity = (usize, bool, usize);

/// The flow that each row may have under another name. Two of the peer, the label and the ports agree. The most similar rows and
/// flows are put together first.
pub(super) fn find_renames(
    rows: &[PrintedRow],
    rows_left: &[usize],
    flows_left: &[usize],
    known: Known<'_>,
) -> BTreeMap<usize, Rename> {
    if rows_left.len() > MAX_COMPARED || flows_left.len() > MAX_COMPARED {
        return BTreeMap::new();
    }
    let mut candidates: Vec<(Reverse<Similarity>, usize, usize)> = Vec::new();
    for row in rows_left {
        for flow in flows_left {
            let similarity = similarity(*flow, &rows[*row], known);
            candidates.extend(similarity.map(|similarity| (Reverse(similarity), *row, *flow)));
        }
    }
    candidates.sort_unstable();
    let mut renames: BTreeMap<usize, (Reverse<Similarity>, Rename)> = BTreeMap::new();
    let mut taken = HashSet::new();
    for (similarity, row, flow) in &candidates {
        if !renames.contains_key(row) && taken.insert(*flow) {
            renames.insert(*row, (*similarity, Rename { flow: *flow, others: Vec::new() }));
        }
    }
    for (similarity, row, flow) in &candidates {
        if let Some((best, rename)) = renames.get_mut(row) {
            if best == similarity && rename.flow != *flow {
                rename.others.push(*flow);
            }
        }
    }
    renames.into_iter().map(|(row, (_, rename))| (row, rename)).collect()
}

/// How much a row resembles that of a flow; `None` if it isn't a rename.
fn similarity(flow: usize, row: &PrintedRow, known: Known<'_>) -> Option<Similarity> {
    let (key, old) = (known.key(flow), known.old(flow));
    let agreements = known.agreements(flow, row);
    let direction = key.direction.or(old.map(|old| old.direction));
    let is_reversed = direction.is_some() && row.direction().is_some() && direction != row.direction();
    // A row that has the key isn't renamed: it has been left over for another reason, such as its prose.
    let key_without_prose = curation::Row { prose: key.prose.clone().filter(|_| row.label.is_none()), ..key.clone() };
    if agreements < 2 || is_reversed || row_has_key(row, &key_without_prose, known.curation) {
        return None;
    }
    let section = old.map_or(&key.section, |old| &old.section);
    let label = old.map_or(&key.label, |old| &old.label);
    let label_words = words(label.as_ref());
    let shared_words = words(row.label.as_ref()).iter().filter(|word| label_words.contains(word)).count();
    Some((agreements, *section == row.section, shared_words))
}

fn words(text: Option<&String>) -> Vec<String> {
    text.into_iter().flat_map(|text| text.split_whitespace().map(str::to_lowercase)).collect()
}
