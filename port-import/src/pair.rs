//! Finds the flow of each row.
//!
//! The key of a flow says what is printed in its row. Rows with equal keys are distinguished by their ports. If the port of such
//! a row changes, one row and one flow of the group are left over, and they belong together: the report then shows the change.
//! If more are left over, nothing is guessed. A row that may be a renamed one is proposed to the maintainer, who decides in the
//! curation.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use port_data::{Diagnostic, Place};

use crate::capture::Capture;
use crate::codes;
use crate::curation::{self, Curation, RowOf};
use crate::printed_row::PrintedRow;
use crate::propose::{self, Edit};
use crate::row_key::{full_key_template, row_matches_key, write_key};

/// The largest number of rows or flows left over for which renames are proposed. Each row is compared with each flow, and a page
/// with more is a different page.
const MAX_RENAMES: usize = 500;

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
    /// A diagnostic for everything that is left over.
    pub diagnostics: Vec<Diagnostic>,
    /// The edits that would resolve them.
    pub edits: Vec<Edit>,
}

/// Finds the flow of each row. Rows and flows that have no counterpart are reported.
pub fn pair(rows: &[PrintedRow], capture: &Capture, curation: &Curation, has_all_rows: bool) -> Paired {
    let mut pairing = Pairing {
        rows,
        capture,
        curation,
        flow_of_row: BTreeMap::new(),
        ambiguous_rows: Vec::new(),
        flows_left: Vec::new(),
        rows_left: Vec::new(),
        diagnostics: Vec::new(),
        ids: curation.flows.iter().map(|flow| flow.id.clone()).chain(curation.shared_ids.iter().cloned()).collect(),
        edits: Vec::new(),
    };
    pairing.pair_groups();
    pairing.report_rows_left();
    if has_all_rows {
        pairing.report_flows_left();
    }
    let shared = pairing.pair_shared_rows();
    let mut pairs: Pairs = pairing.flow_of_row.into_iter().chain(shared).collect();
    pairs.sort_unstable();
    let Pairing { rows_left, diagnostics, edits, .. } = pairing;
    let paired = pairs.iter().map(|(_, flow)| *flow);
    let has_row: HashSet<usize> = paired.chain(rows_left.iter().filter_map(|(_, similar)| *similar)).collect();
    let flows_left = (0..curation.flows.len()).filter(|flow| !has_row.contains(flow)).collect();
    Paired { pairs, rows_left, flows_left, diagnostics, edits }
}

struct Pairing<'a> {
    rows: &'a [PrintedRow],
    capture: &'a Capture,
    curation: &'a Curation,
    flow_of_row: BTreeMap<usize, usize>,
    /// Rows of groups in which several flows are left over. They are reported once, with their group.
    ambiguous_rows: Vec<usize>,
    flows_left: Vec<usize>,
    rows_left: Vec<(usize, Option<usize>)>,
    diagnostics: Vec<Diagnostic>,
    /// The ids that are taken, also by proposed flows.
    ids: BTreeSet<String>,
    edits: Vec<Edit>,
}

impl Pairing<'_> {
    fn flow(&self, flow: usize) -> &curation::Flow {
        &self.curation.flows[flow]
    }

    fn flow_place(&self, flow: usize) -> Place {
        self.flow(flow).place.clone()
    }

    /// The key of a flow that was paired by its key.
    fn key(&self, flow: usize) -> &curation::Row {
        static NONE: curation::Row =
            curation::Row { section: None, direction: None, peer: None, label: None, ports: None, prose: None };
        self.flow(flow).key().unwrap_or(&NONE)
    }

    /// The rows of the flows that share that of another flow.
    fn pair_shared_rows(&mut self) -> Pairs {
        let row_of_flow: HashMap<usize, usize> = self.flow_of_row.iter().map(|(row, flow)| (*flow, *row)).collect();
        let with_key = self.curation.flows.iter().enumerate().filter(|(_, flow)| flow.key().is_some());
        let flow_of_id: HashMap<&str, usize> = with_key.map(|(index, flow)| (flow.id.as_str(), index)).collect();
        let mut pairs = Vec::new();
        for (index, flow) in self.curation.flows.iter().enumerate() {
            let RowOf::Flow(id) = &flow.row else { continue };
            match flow_of_id.get(id.as_str()) {
                // If the other flow has no row, that is reported already.
                Some(other) => pairs.extend(row_of_flow.get(other).map(|row| (*row, index))),
                None => {
                    let message = format!("{} shares the row of {id:?}, which isn't a flow with a row", flow.id);
                    let diagnostic = Diagnostic::new(codes::MISSING_ROW, message);
                    let help = "name a flow of the edition that has a row key";
                    self.diagnostics.push(diagnostic.help(help).at(flow.place.clone()));
                }
            }
        }
        pairs
    }

    fn report_row(&mut self, line: usize, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic.at(Place::line(&self.capture.file, line)));
    }

    /// Pairs rows and flows with the same key, one group of flows after another.
    fn pair_groups(&mut self) {
        let mut rows_by_label: HashMap<Option<&str>, Vec<usize>> = HashMap::new();
        for (index, row) in self.rows.iter().enumerate() {
            // A key without a label may match any row.
            rows_by_label.entry(None).or_default().push(index);
            if row.label.is_some() {
                rows_by_label.entry(row.label.as_deref()).or_default().push(index);
            }
        }
        for (key, flows) in groups(self.curation) {
            let candidates = rows_by_label.get(&key.label.as_deref()).map_or(&[][..], Vec::as_slice);
            let rows: Vec<usize> = candidates
                .iter()
                .copied()
                .filter(|row| row_matches_key(&self.rows[*row], &key, self.curation))
                .collect();
            let (pairs, flows_left) = self.pair_group(flows, rows.clone());
            for (row, flow) in pairs {
                self.assign(row, flow);
            }
            let rows_left = rows.iter().filter(|row| !self.flow_of_row.contains_key(row)).count();
            if flows_left.len() > 1 && rows_left > 0 {
                self.report_ambiguous_group(&flows_left, &rows, rows_left);
            } else {
                self.flows_left.extend(flows_left);
            }
        }
    }

    /// Pairs within a group, and the flows left over. Rows left over are those without a pair.
    fn pair_group(&self, mut flows: Vec<usize>, mut rows: Vec<usize>) -> (Pairs, Vec<usize>) {
        let mut pairs = Vec::new();
        let ports: Vec<Option<String>> = flows.iter().map(|flow| self.key(*flow).ports.clone()).collect();
        for printed in ports.into_iter().flatten() {
            let has_ports = |ports: &Option<String>| ports.as_ref() == Some(&printed);
            let same_flows: Vec<usize> =
                flows.iter().copied().filter(|flow| has_ports(&self.key(*flow).ports)).collect();
            let same_rows: Vec<usize> = rows.iter().copied().filter(|row| has_ports(&self.rows[*row].ports)).collect();
            if same_flows.len() == same_rows.len() {
                flows.retain(|flow| !same_flows.contains(flow));
                rows.retain(|row| !same_rows.contains(row));
                pairs.extend(same_rows.into_iter().zip(same_flows));
            }
        }
        if let ([flow], [row]) = (flows.as_slice(), rows.as_slice()) {
            pairs.push((*row, *flow));
            flows.clear();
        }
        (pairs, flows)
    }

    fn assign(&mut self, row: usize, flow: usize) {
        if let Some(other) = self.flow_of_row.insert(row, flow) {
            let (id, number) = (&self.flow(other).id, self.rows[row].number);
            let diagnostic = Diagnostic::new(codes::AMBIGUOUS_ROW, format!("row {number} is already the row of {id}"))
                .help("make the two rows distinguishable, or remove one flow");
            self.diagnostics.push(diagnostic.at(self.flow_place(flow)));
        }
    }

    /// Several flows of a group have fewer rows. No key can tell which flow lost its row.
    fn report_ambiguous_group(&mut self, flows: &[usize], rows: &[usize], rows_left: usize) {
        let ids: Vec<&str> = flows.iter().map(|flow| self.flow(*flow).id.as_str()).collect();
        let message = format!(
            "{} flows share the key of {rows_left} row{}: {}",
            ids.len(),
            if rows_left == 1 { "" } else { "s" },
            ids.join(", ")
        );
        let diagnostic = Diagnostic::new(codes::AMBIGUOUS_ROW, message)
            .help("remove the flow whose row was removed, or make the rows distinguishable");
        let line = rows.first().map_or(0, |row| self.rows[*row].line);
        self.report_row(line, diagnostic);
        self.ambiguous_rows.extend(rows);
    }

    fn report_rows_left(&mut self) {
        let is_left = |row: &usize| !self.flow_of_row.contains_key(row) && !self.ambiguous_rows.contains(row);
        let rows_left: Vec<usize> = (0..self.rows.len()).filter(is_left).collect();
        let may_be_renames = rows_left.len() <= MAX_RENAMES && self.flows_left.len() <= MAX_RENAMES;
        for index in rows_left {
            let row = &self.rows[index];
            let renamed = if may_be_renames { self.most_similar_flow(row) } else { None };
            self.rows_left.push((index, renamed.filter(|(_, similarity)| *similarity > 0).map(|(flow, _)| flow)));
            let diagnostic = match renamed.map(|(flow, _)| flow) {
                // The flow's key matches already, so the row isn't renamed: there are two of it.
                Some(flow) if row_matches_key(row, self.key(flow), self.curation) => {
                    let message =
                        format!("row {} ({}) isn't the only one for {}", row.number, cells(row), self.flow(flow).id);
                    let help = format!(
                        "make the rows distinguishable in {}, or remove the duplicate from the page",
                        self.flow_place(flow)
                    );
                    Diagnostic::new(codes::AMBIGUOUS_ROW, message).help(help)
                }
                Some(flow) => {
                    self.flows_left.retain(|left| *left != flow);
                    self.edits.push(propose::renamed_row(self.curation, self.flow(flow), row));
                    let message = format!("row {} looks like a rename of {}", row.number, self.flow(flow).id);
                    let help = format!(
                        "if it is, keep the id and set row = {{ {} }} in {}",
                        write_key(row, self.key(flow)),
                        self.flow_place(flow)
                    );
                    Diagnostic::new(codes::RENAMED_ROW, message).help(help)
                }
                None => {
                    self.edits.extend(propose::new_row(self.curation, row, &mut self.ids));
                    let message = format!("row {} ({}) has no flow", row.number, cells(row));
                    let help = format!(
                        "add [[flow]] to {} with an id, row = {{ {} }} and a purpose",
                        Place::file(&self.curation.flows_file),
                        write_key(row, &full_key_template())
                    );
                    Diagnostic::new(codes::NEW_ROW, message).help(help)
                }
            };
            self.report_row(row.line, diagnostic);
        }
    }

    fn report_flows_left(&mut self) {
        for flow in &self.flows_left {
            let message = format!("the page has no row for {}", self.flow(*flow).id);
            let diagnostic = Diagnostic::new(codes::MISSING_ROW, message)
                .help(format!("if the vendor removed the row, {}", self.removal()))
                .at(self.flow_place(*flow));
            self.diagnostics.push(diagnostic);
            self.edits.extend(propose::missing_row(self.curation, self.flow(*flow)));
        }
    }

    /// What to do about a flow whose row was removed.
    fn removal(&self) -> String {
        let Curation { file, flows_file, .. } = self.curation;
        match file == flows_file {
            true => "remove the flow".to_string(),
            false => format!("list the flow as absent in {}, or remove it from all editions", Place::file(file)),
        }
    }

    /// The flow without a row that most resembles a row without a flow, and how similar they are. The last flow left is meant even
    /// if nothing is the same.
    fn most_similar_flow(&self, row: &PrintedRow) -> Option<(usize, usize)> {
        let words = |text: &Option<String>| -> Vec<String> {
            text.iter().flat_map(|text| text.split_whitespace().map(str::to_lowercase)).collect()
        };
        let label = words(&row.label);
        let similarity = |flow: &usize| {
            let key = self.key(*flow);
            let equal =
                |wanted: &Option<String>, found: &Option<String>| usize::from(wanted.is_some() && wanted == found);
            let shared_words = words(&key.label).iter().filter(|word| label.contains(word)).count();
            2 * equal(&key.label, &row.label)
                + equal(&key.peer, &row.peer)
                + equal(&key.ports, &row.ports)
                + shared_words.min(2)
        };
        let is_in_same_part = |flow: &&usize| {
            let key = self.key(**flow);
            (key.section.is_none() || key.section == row.section)
                && (key.direction.is_none() || key.direction == row.direction())
        };
        let best = self.flows_left.iter().filter(is_in_same_part).max_by_key(|flow| similarity(flow))?;
        let similarity = similarity(best);
        (similarity > 0 || self.flows_left.len() == 1).then_some((*best, similarity))
    }
}

/// The flows grouped by their keys without the ports, in the order of the first flow of each group.
fn groups(curation: &Curation) -> Vec<(curation::Row, Vec<usize>)> {
    let mut indexes: HashMap<curation::Row, usize> = HashMap::new();
    let mut groups: Vec<(curation::Row, Vec<usize>)> = Vec::new();
    for (flow, entry) in curation.flows.iter().enumerate() {
        let Some(key) = entry.key() else { continue };
        let key = curation::Row { ports: None, ..key.clone() };
        let index = *indexes.entry(key).or_insert_with_key(|key| {
            groups.push((key.clone(), Vec::new()));
            groups.len() - 1
        });
        groups[index].1.push(flow);
    }
    groups
}

/// The peer, label and port cells of a row, for a message.
fn cells(row: &PrintedRow) -> String {
    let cells = [&row.peer, &row.label, &row.ports];
    cells.into_iter().flatten().map(|cell| format!("{cell:?}")).collect::<Vec<_>>().join(" | ")
}
