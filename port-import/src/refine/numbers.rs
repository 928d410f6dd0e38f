//! Checks that every number in a row's text is one of its ports, or is listed as another number.

use std::collections::BTreeSet;

use port_core::PortSpec;
use port_data::{Diagnostic, Place};

use super::flow::FlowBuilder;
use crate::capture::numbers_in_text;
use crate::codes;
use crate::grouped_diagnostics::GroupableDiagnostic;
use crate::port_cell;

impl FlowBuilder<'_> {
    /// Reports numbers in the peer, label and prose cells and in the remarks that aren't explained.
    pub(super) fn check_numbers(&mut self, cell: &port_cell::Cell, specs: &[PortSpec<String>]) {
        let cells = [&self.row.peer, &self.row.label]
            .into_iter()
            .flatten()
            .chain(cell.remarks.iter().filter(|remark| !is_limit(remark)));
        let reading = self.flow().reading.as_ref();
        let cells = cells.chain(reading.map(|reading| &reading.cell));
        let in_cells = cells.flat_map(|text| numbers_in_text(text));
        let in_prose = self.row.prose.iter().flat_map(|prose| prose.numbers.clone());
        let found: BTreeSet<String> = in_prose.chain(in_cells).collect();
        let in_reading = reading.map(|reading| reading.ports.numbers()).unwrap_or_default();
        let ports: BTreeSet<String> = port_numbers(specs).into_iter().chain(in_reading).collect();
        let others: BTreeSet<String> = self.flow().other_numbers.iter().cloned().collect();
        for number in found.difference(&ports).filter(|number| !others.contains(*number)) {
            let message = format!("number {number} in the row's text isn't one of its ports");
            let file = Place::file(&self.curation.file);
            let help = format!("add it to other_numbers in {file}");
            let diagnostic = GroupableDiagnostic::from(Diagnostic::new(codes::UNEXPLAINED_NUMBER, message).help(help));
            let all = format!("add them to other_numbers of the flows in {file}");
            self.report_row(diagnostic.among("numbers in the texts of rows aren't ports of the rows", number, all));
        }
        // Another cell may contain it.
        let is_read = self.row.problems.is_empty();
        for number in others.difference(&found).filter(|_| is_read) {
            let message = format!("the row doesn't contain the number {number} of other_numbers");
            self.report_entry(Diagnostic::new(codes::UNUSED_ENTRY, message).help("remove it"));
        }
    }
}

/// Whether a remark is the limit of a range in the specs, such as `>1023`.
fn is_limit(remark: &str) -> bool {
    let digits = remark.trim_start_matches(['>', '=', '\u{2265}', ' ']);
    digits.len() < remark.len() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The first and last ports of specs, as they are written.
pub(super) fn port_numbers(specs: &[PortSpec<String>]) -> Vec<String> {
    let ranges = specs.iter().filter_map(PortSpec::range);
    ranges.flat_map(|range| [range.first(), range.last()]).map(|port| port.to_string()).collect()
}
