//! Pairs rows with the flows whose keys they have.
//!
//! Flows with one key are distinguished by the prose and the ports in their keys, and then by what their rows were when the page was
//! last read. Only if nothing is known of them, they are in the page's order.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::known::{Known, MAX_COMPARED};
use crate::curation::{self, Same};
use crate::printed_row::{Content, PrintedRow};
use crate::row_key::{row_has_key, row_matches_key};

/// What the keys say.
#[derive(Default)]
pub(super) struct ByKey {
    /// The flow of each row.
    pub(super) flow_of_row: BTreeMap<usize, usize>,
    /// What the keys leave open.
    pub(super) conflicts: Vec<Conflict>,
    /// Rows that have the key of a flow with another row, and that flow.
    pub(super) extra: BTreeMap<usize, usize>,
    /// Rows without a flow that a conflict is about.
    pub(super) undecided: HashSet<usize>,
    /// The flows that have a row, or that a conflict is about.
    pub(super) taken: HashSet<usize>,
    /// Whether some row that can't be read isn't that of a known flow, so that it may be the row of any flow without one.
    pub(super) has_unknown_rows: bool,
}

/// A reason why keys don't say which flow a row has.
pub(super) enum Conflict {
    /// A row has the keys of two flows.
    Contested { row: usize, flow: usize, other: usize },
    /// Flows and rows with the same key, of which nothing says which belong together.
    Indistinct { flows: Vec<usize>, rows: Vec<usize> },
    /// Flows with the same key that aren't in the order of their rows.
    Disordered(Vec<(usize, usize)>),
}

/// Pairs rows and flows by the flows' keys.
pub(super) fn pair_by_key(rows: &[PrintedRow], known: Known<'_>) -> ByKey {
    let mut pairing = Pairing { rows, known, found: ByKey::default(), moved: Vec::new() };
    let index = Index::new(rows, known);
    for (key, flows) in groups(known) {
        let candidates = index.candidates(&key).iter().copied();
        let rows = candidates.filter(|row| row_matches_key(&rows[*row], &key, known.curation)).collect();
        pairing.pair_group(&flows, rows);
    }
    pairing.pair_changed_ports();
    pairing.pair_unreadable();
    let Pairing { mut found, .. } = pairing;
    found.extra.retain(|row, _| !found.flow_of_row.contains_key(row));
    found
}

/// The flows grouped by their keys without the ports and the prose, in the order of the first flow of each group.
fn groups(known: Known<'_>) -> Vec<(curation::Row, Vec<usize>)> {
    let mut indexes: HashMap<curation::Row, usize> = HashMap::new();
    let mut groups: Vec<(curation::Row, Vec<usize>)> = Vec::new();
    for (flow, entry) in known.curation.flows.iter().enumerate() {
        let Some(key) = entry.key() else { continue };
        let key = curation::Row { ports: None, prose: None, ..key.clone() };
        let index = *indexes.entry(key).or_insert_with_key(|key| {
            groups.push((key.clone(), Vec::new()));
            groups.len() - 1
        });
        groups[index].1.push(flow);
    }
    groups
}

/// The rows that can be read, by their labels and peers.
struct Index {
    by_label: HashMap<String, Vec<usize>>,
    by_peer: HashMap<String, Vec<usize>>,
    all: Vec<usize>,
}

impl Index {
    fn new(rows: &[PrintedRow], known: Known<'_>) -> Index {
        let readable = rows.iter().enumerate().filter(|(_, row)| row.problems.is_empty());
        let mut index = Index { by_label: HashMap::new(), by_peer: HashMap::new(), all: Vec::new() };
        for (number, row) in readable {
            index.all.push(number);
            let same = &known.curation.same;
            for (texts, text, same) in
                [(&mut index.by_label, &row.label, &same.label), (&mut index.by_peer, &row.peer, &same.peer)]
            {
                let Some(text) = text else { continue };
                let in_keys = Same::in_keys(same, text);
                texts.entry(text.clone()).or_default().push(number);
                if in_keys != text {
                    texts.entry(in_keys.to_string()).or_default().push(number);
                }
            }
        }
        index
    }

    /// The rows that may have a key, in the page's order.
    fn candidates(&self, key: &curation::Row) -> &[usize] {
        match (&key.label, &key.peer) {
            (Some(label), _) => self.by_label.get(label).map_or(&[], Vec::as_slice),
            (None, Some(peer)) => self.by_peer.get(peer).map_or(&[], Vec::as_slice),
            (None, None) => &self.all,
        }
    }
}

struct Pairing<'a> {
    rows: &'a [PrintedRow],
    known: Known<'a>,
    found: ByKey,
    /// Flows without a row that has the ports of their keys, and the rows that have the rest of the key.
    moved: Vec<(Vec<usize>, Vec<usize>)>,
}

impl<'a> Pairing<'a> {
    fn assign(&mut self, row: usize, flow: usize) {
        self.found.taken.insert(flow);
        if let Some(other) = self.found.flow_of_row.get(&row) {
            self.found.conflicts.push(Conflict::Contested { row, flow, other: *other });
        } else {
            self.found.flow_of_row.insert(row, flow);
        }
    }

    fn report_indistinct(&mut self, flows: &[usize], rows: &[usize]) {
        self.found.taken.extend(flows);
        self.found.undecided.extend(rows);
        self.found.conflicts.push(Conflict::Indistinct { flows: flows.to_vec(), rows: rows.to_vec() });
    }

    fn content(&self, row: usize) -> Content<'a> {
        self.rows[row].content()
    }

    /// Pairs the flows of a group with its rows: first those with prose in their keys.
    fn pair_group(&mut self, flows: &[usize], rows: Vec<usize>) {
        let known = self.known;
        let (with_prose, others): (Vec<usize>, Vec<usize>) =
            flows.iter().partition(|flow| known.key(**flow).prose.is_some());
        if with_prose.is_empty() {
            return self.pair_by_ports(&others, rows);
        }
        let mut rows_with: HashMap<&str, Vec<usize>> = HashMap::new();
        for row in &rows {
            for prose in &self.rows[*row].prose {
                let rows = rows_with.entry(prose.digest.as_str()).or_default();
                if rows.last() != Some(row) {
                    rows.push(*row);
                }
            }
        }
        for (digest, flows) in grouped(&with_prose, |flow| known.key(flow).prose.as_deref()) {
            let rows = digest.and_then(|digest| rows_with.get(digest)).cloned().unwrap_or_default();
            self.pair_by_ports(&flows, rows);
        }
        let own: HashSet<usize> = with_prose.into_iter().collect();
        let is_own = |row: &usize| self.found.flow_of_row.get(row).is_some_and(|flow| own.contains(flow));
        let rows = rows.into_iter().filter(|row| !is_own(row)).collect();
        self.pair_by_ports(&others, rows);
    }

    /// Pairs flows with rows that have their keys, apart from the ports.
    fn pair_by_ports(&mut self, flows: &[usize], rows: Vec<usize>) {
        let known = self.known;
        let mut rows_with: HashMap<&str, Vec<usize>> = HashMap::new();
        for row in &rows {
            if let Some(ports) = &self.rows[*row].ports {
                rows_with.entry(ports.as_str()).or_default().push(*row);
            }
        }
        let (mut without_ports, mut moved) = (Vec::new(), Vec::new());
        for (ports, flows) in grouped(flows, |flow| known.key(flow).ports.as_deref()) {
            match (ports, ports.and_then(|ports| rows_with.get(ports))) {
                (None, _) => without_ports = flows,
                (Some(_), Some(rows)) => self.resolve(&flows, rows),
                (Some(_), None) => moved.extend(flows),
            }
        }
        let own: HashSet<usize> = flows.iter().copied().collect();
        let is_own = |row: &usize| self.found.flow_of_row.get(row).is_some_and(|flow| own.contains(flow));
        let rows: Vec<usize> = rows.into_iter().filter(|row| !is_own(row)).collect();
        if !without_ports.is_empty() {
            self.resolve(&without_ports, &rows);
        }
        if !moved.is_empty() {
            self.moved.push((moved, rows));
        }
    }

    /// Pairs flows and rows with the same key.
    fn resolve(&mut self, flows: &[usize], rows: &[usize]) {
        if rows.is_empty() {
            return;
        }
        if let ([flow], [row]) = (flows, rows) {
            return self.assign(*row, *flow);
        }
        let pairs = match flows.iter().any(|flow| self.known.old(*flow).is_some()) {
            true => self.resolve_by_content(flows, rows),
            false => self.resolve_by_order(flows, rows),
        };
        self.note_extra_rows(flows, rows, &pairs);
        let is_in_order = pairs.windows(2).all(|pair| pair[0].0 < pair[1].0);
        for (row, flow) in &pairs {
            self.assign(*row, *flow);
        }
        if !is_in_order {
            self.found.conflicts.push(Conflict::Disordered(pairs));
        }
    }

    /// Notes the rows that are left although all flows of their key have one, and doubled rows.
    fn note_extra_rows(&mut self, flows: &[usize], rows: &[usize], pairs: &[(usize, usize)]) {
        let flow_with: HashMap<Content<'a>, usize> =
            pairs.iter().rev().map(|(row, flow)| (self.content(*row), *flow)).collect();
        let of_key = pairs.first().map(|(_, flow)| *flow).filter(|_| pairs.len() == flows.len());
        let extra = |row: &usize| Some((*row, flow_with.get(&self.content(*row)).copied().or(of_key)?));
        let extra: Vec<(usize, usize)> = rows.iter().filter_map(extra).collect();
        self.found.extra.extend(extra);
    }

    /// Pairs flows of whose rows nothing is known.
    fn resolve_by_order(&mut self, flows: &[usize], rows: &[usize]) -> Vec<(usize, usize)> {
        let mut seen = HashSet::new();
        let distinct: Vec<usize> = rows.iter().copied().filter(|row| seen.insert(self.content(*row))).collect();
        for rows in [rows, &distinct] {
            if rows.len() == flows.len() {
                return rows.iter().copied().zip(flows.iter().copied()).collect();
            }
        }
        self.report_indistinct(flows, rows);
        Vec::new()
    }

    /// Pairs each flow with the row that has the content of its row before, and new flows with new rows. Returns the pairs in the
    /// order of the flows.
    fn resolve_by_content(&mut self, flows: &[usize], rows: &[usize]) -> Vec<(usize, usize)> {
        let known = self.known;
        let mut rows_with: HashMap<Content<'a>, Vec<usize>> = HashMap::new();
        for row in rows {
            rows_with.entry(self.content(*row)).or_default().push(*row);
        }
        let (mut new_flows, mut lost) = (Vec::new(), Vec::new());
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for (old, flows) in grouped(flows, |flow| known.old(flow).map(|old| old.content())) {
            let Some(old) = old else {
                new_flows = flows;
                continue;
            };
            match rows_with.remove(&old) {
                // If there are more rows, the others are doubled.
                Some(rows) if rows.len() >= flows.len() => pairs.extend(rows.into_iter().zip(flows)),
                Some(rows) => self.report_indistinct(&flows, &rows),
                None => lost.extend(flows),
            }
        }
        let mut new_rows: Vec<usize> = rows_with.into_values().flatten().collect();
        new_rows.sort_unstable();
        // Other prose says that it is another row.
        let prose: HashSet<Vec<&str>> = new_rows.iter().map(|row| self.content(*row).3).collect();
        let has_same_prose = |flow: &usize| known.old(*flow).is_some_and(|old| prose.contains(&old.content().3));
        if new_flows.len() == new_rows.len() {
            pairs.extend(new_rows.into_iter().zip(new_flows));
        } else if !new_flows.is_empty() && !new_rows.is_empty() {
            self.report_indistinct(&new_flows, &new_rows);
        } else if let ([flow], [row]) = (lost.as_slice(), new_rows.as_slice()) {
            // The ports or the peer changed.
            if has_same_prose(flow) && known.agreements(*flow, &self.rows[*row]) >= 2 {
                pairs.push((*row, *flow));
            }
        } else if lost.iter().any(has_same_prose) {
            self.report_indistinct(&lost, &new_rows);
        }
        pairs.sort_unstable_by_key(|(_, flow)| *flow);
        pairs
    }

    /// Pairs the flow and the row that are left over of those with the same key, if only the ports changed.
    fn pair_changed_ports(&mut self) {
        for (flows, mut rows) in std::mem::take(&mut self.moved) {
            rows.retain(|row| !self.found.flow_of_row.contains_key(row) && !self.found.undecided.contains(row));
            if let ([flow], [row]) = (flows.as_slice(), rows.as_slice()) {
                let (flow, row) = (*flow, *row);
                // Without a row to compare with, the label says what the row is about.
                let is_same = self.known.agreements(flow, &self.rows[row]) >= 2
                    || self.known.old(flow).is_none() && self.known.key(flow).label.is_some();
                if is_same {
                    self.assign(row, flow);
                }
            }
        }
    }

    /// Pairs rows that can't be read with the flows without a row whose keys they have.
    fn pair_unreadable(&mut self) {
        let unreadable: Vec<usize> = (0..self.rows.len()).filter(|row| !self.rows[*row].problems.is_empty()).collect();
        if unreadable.len() > MAX_COMPARED {
            self.found.has_unknown_rows = true;
            return;
        }
        let left: Vec<usize> = (0..self.known.curation.flows.len())
            .filter(|flow| self.known.flow(*flow).key().is_some() && !self.found.taken.contains(flow))
            .collect();
        for row in unreadable {
            let has_key = |flow: &&usize| row_has_key(&self.rows[row], self.known.key(**flow), self.known.curation);
            let flows: Vec<usize> = left.iter().filter(has_key).copied().take(2).collect();
            match flows[..] {
                [flow] if !self.found.taken.contains(&flow) => self.assign(row, flow),
                _ => self.found.has_unknown_rows = true,
            }
        }
    }
}

/// Flows by a part of what is known of them, in the order of the first of each.
fn grouped<T: Eq + std::hash::Hash + Clone>(
    flows: &[usize],
    part: impl Fn(usize) -> Option<T>,
) -> Vec<(Option<T>, Vec<usize>)> {
    let mut indexes: HashMap<Option<T>, usize> = HashMap::new();
    let mut groups: Vec<(Option<T>, Vec<usize>)> = Vec::new();
    for flow in flows {
        let index = *indexes.entry(part(*flow)).or_insert_with_key(|part| {
            groups.push((part.clone(), Vec::new()));
            groups.len() - 1
        });
        groups[index].1.push(*flow);
    }
    groups
}
