//! Finds the flow of each row.
//!
//! The key of a flow says what is printed in its row. Rows with equal keys are distinguished by what they were when the page was
//! last read: by their ports and the digests of their prose. A row that may be a renamed one is proposed to the maintainer, who
//! decides in the curation. Nothing is guessed: that one row and one flow are left over doesn't make them a pair.

mod by_key;
mod known;
mod previous;
mod renames;
mod report;

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::capture::Capture;
use crate::curation::{Curation, RowOf};
use crate::grouped_diagnostics::GroupableDiagnostic;
use crate::printed_row::PrintedRow;
use crate::propose::Edit;

use by_key::{ByKey, Conflict, pair_by_key};
use known::{Known, MAX_COMPARED};
use renames::find_renames;
use report::Reporter;

pub use previous::{OldRow, Previous};

/// Pairs of a row's index and its flow's index in the curation, in the order of the rows.
pub type Pairs = Vec<(usize, usize)>;

/// Which rows and flows belong together.
#[derive(Debug)]
pub struct Paired {
    /// The pairs. A row with several flows is in several pairs.
    pub pairs: Pairs,
    /// The rows without a flow, each with the flow whose row it may be under another name.
    pub rows_left: Vec<(usize, Option<usize>)>,
    /// The flows without a row, which none of those rows resembles.
    pub flows_left: Vec<usize>,
    /// What is wrong with everything that is left over.
    pub diagnostics: Vec<GroupableDiagnostic>,
    /// The edits that would resolve them.
    pub edits: Vec<Edit>,
}

/// Finds the flow of each row. Rows and flows that have no counterpart are reported.
///
/// If the page has tables or rows that can't be read, a flow without a row isn't reported: its row may be one of them.
pub fn pair(
    rows: &[PrintedRow],
    capture: &Capture,
    curation: &Curation,
    previous: Option<&Previous>,
    has_all_rows: bool,
) -> Paired {
    let known = Known { curation, previous };
    let ByKey { flow_of_row, conflicts, extra, undecided, taken, has_unknown_rows } = pair_by_key(rows, known);
    let is_complete = has_all_rows && !has_unknown_rows;
    let ids = curation.flows.iter().map(|flow| flow.id.clone()).chain(curation.shared_ids.iter().cloned()).collect();
    let mut reporter = Reporter {
        rows,
        page: &capture.file,
        known,
        keys: OnceCell::new(),
        diagnostics: Vec::new(),
        ids,
        edits: Vec::new(),
    };
    for conflict in &conflicts {
        // The rows that are missing may be those that can't be read.
        let may_be_resolved =
            !is_complete && matches!(conflict, Conflict::Indistinct { flows, rows } if flows.len() > rows.len());
        if !may_be_resolved {
            reporter.conflict(conflict);
        }
    }
    let is_left = |row: &usize| !flow_of_row.contains_key(row) && !undecided.contains(row);
    let rows_left: Vec<usize> = (0..rows.len()).filter(is_left).collect();
    let is_new = |row: &usize| rows[*row].problems.is_empty() && !extra.contains_key(row);
    let new_rows: Vec<usize> = rows_left.iter().copied().filter(is_new).collect();
    let is_lost = |flow: &usize| known.flow(*flow).key().is_some() && !taken.contains(flow);
    let lost_flows: Vec<usize> = (0..curation.flows.len()).filter(is_lost).collect();
    let renames = find_renames(rows, &new_rows, &lost_flows, known);
    let row_of_flow: HashMap<usize, usize> = flow_of_row.iter().map(|(row, flow)| (*flow, *row)).collect();
    for row in &rows_left {
        match (extra.get(row), renames.get(row)) {
            (Some(flow), _) => reporter.extra_row(*row, *flow, row_of_flow[flow]),
            // The row of the flow may be one that can't be read.
            (None, Some(rename)) if is_complete => reporter.renamed_row(*row, rename),
            (None, None) if is_new(row) => reporter.new_row(*row),
            _ => {}
        }
    }
    let proposed: HashSet<usize> =
        renames.values().flat_map(|rename| rename.others.iter().chain([&rename.flow])).copied().collect();
    for flow in lost_flows.iter().filter(|flow| is_complete && !proposed.contains(flow)) {
        reporter.missing_row(*flow, if new_rows.len() <= MAX_COMPARED { &new_rows } else { &[] });
    }
    let shared = pair_shared_rows(&row_of_flow, &mut reporter);
    let mut pairs: Pairs = flow_of_row.into_iter().chain(shared).collect();
    pairs.sort_unstable();
    let rename = |row: usize| (row, renames.get(&row).map(|rename| rename.flow));
    let rows_left: Vec<_> = rows_left.into_iter().map(rename).collect();
    let has_row: HashSet<usize> =
        pairs.iter().map(|(_, flow)| *flow).chain(rows_left.iter().filter_map(|(_, flow)| *flow)).collect();
    let flows_left = (0..curation.flows.len()).filter(|flow| !has_row.contains(flow)).collect();
    Paired { pairs, rows_left, flows_left, diagnostics: reporter.diagnostics, edits: reporter.edits }
}

/// The rows of the flows that share that of another flow.
fn pair_shared_rows(row_of_flow: &HashMap<usize, usize>, reporter: &mut Reporter<'_>) -> Pairs {
    let flows = &reporter.known.curation.flows;
    let with_key = flows.iter().enumerate().filter(|(_, flow)| flow.key().is_some());
    let flow_of_id: BTreeMap<&str, usize> = with_key.map(|(index, flow)| (flow.id.as_str(), index)).collect();
    let mut pairs = Vec::new();
    for (index, flow) in flows.iter().enumerate() {
        let RowOf::Flow(id) = &flow.row else { continue };
        match flow_of_id.get(id.as_str()) {
            // If the other flow has no row, that is reported already.
            Some(other) => pairs.extend(row_of_flow.get(other).map(|row| (*row, index))),
            None => reporter.not_shared(index, id),
        }
    }
    pairs
}
