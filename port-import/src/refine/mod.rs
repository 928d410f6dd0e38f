//! Makes typed flows from a capture and its curation.
//!
//! Every row must be the row of a flow of the curation, and every entry of the curation must be used. A row has several flows only
//! if the curation says so.

mod basis;
mod coverage;
mod ends;
mod flow;
mod hosts;
mod no_flow;
mod numbers;
mod outside_text;
mod ports;
mod reading;

use std::collections::BTreeSet;

use port_data::{Diagnostic, FlowRow, Place};

use crate::capture::Capture;
use crate::codes;
use crate::curation::Curation;
use crate::grouped_diagnostics::{GroupableDiagnostic, join};
use crate::pair::{Paired, Previous, pair};
use crate::printed_row::{PrintedRow, PrintedRows, read_rows};
use crate::propose::Edit;
use crate::vocabulary::Vocabulary;

pub(crate) use ports::service_key;

/// The flows of a product, and what is wrong with its capture and curation.
#[derive(Debug, Default)]
pub struct Refined {
    /// The flows, in the page's order. If there are diagnostics, some may be missing.
    pub flows: Vec<FlowRow>,
    /// Everything that is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// The edits that would resolve some of it.
    pub edits: Vec<Edit>,
    /// The cells of the page.
    pub used_cells: BTreeSet<String>,
}

/// Makes the flows of a capture. The vocabulary has the services that a port cell may name. The rows that the flows had when the page
/// was last read help to find those of changed rows.
#[must_use]
pub fn refine(capture: &Capture, curation: &Curation, vocabulary: &Vocabulary, previous: Option<&Previous>) -> Refined {
    let mut diagnostics: Vec<GroupableDiagnostic> =
        curation.unresolved().into_iter().map(GroupableDiagnostic::from).collect();
    let PrintedRows { rows, diagnostics: tables } = read_rows(capture, curation);
    let has_all_rows = tables.is_empty();
    let accepted = previous.map(Previous::texts);
    diagnostics.extend(outside_text::check(capture, curation, accepted, has_all_rows));
    diagnostics.extend(basis::check_page(capture, curation));
    diagnostics.extend(basis::check_tables(capture, curation));
    diagnostics.extend(tables.into_iter().map(GroupableDiagnostic::from));
    let (rows, unused) = no_flow::remove_rows(rows, capture, curation);
    diagnostics.extend(
        unused.into_iter().filter(|diagnostic| has_all_rows || diagnostic.diagnostic.code != codes::UNUSED_ENTRY),
    );
    diagnostics.extend(rows.iter().flat_map(|row| row.problems.clone()));
    let Paired { pairs, diagnostics: unpaired, mut edits, .. } = pair(&rows, capture, curation, previous, has_all_rows);
    diagnostics.extend(unpaired);
    diagnostics.extend(unread_ports(&rows, &pairs, capture));
    let mut flows = Vec::new();
    let mut used_cells = BTreeSet::new();
    let mut coverage = coverage::Coverage::new(&rows);
    for (row, entry) in pairs {
        let mut builder = flow::FlowBuilder::new(capture, curation, vocabulary, &rows[row], &curation.flows[entry]);
        flows.extend(builder.build());
        coverage.add(row, &builder);
        diagnostics.extend(builder.diagnostics);
        edits.extend(builder.edits);
        used_cells.extend(rows[row].cells.iter().chain(&rows[row].meanings).cloned());
    }
    diagnostics.extend(coverage.missing(capture));
    // If some rows couldn't be read, their peer cells are used after all.
    if diagnostics.is_empty() {
        let mapped = curation.peers.iter().chain(&curation.components);
        let unused = mapped.filter(|(cell, meaning)| !meaning.is_shared && !used_cells.contains(*cell));
        diagnostics.extend(unused.map(|(cell, meaning)| unused_cell(cell, &meaning.place)));
    }
    Refined { flows, diagnostics: join(diagnostics), edits, used_cells }
}

/// The port cells that can't be read in rows without a flow. Those of flows are reported with them, since a flow may have a reading.
fn unread_ports(rows: &[PrintedRow], pairs: &[(usize, usize)], capture: &Capture) -> Vec<GroupableDiagnostic> {
    let with_flow: BTreeSet<usize> = pairs.iter().map(|(row, _)| *row).collect();
    let without_flow =
        rows.iter().enumerate().filter(|(index, row)| !with_flow.contains(index) && row.has_all_port_cells);
    let unread = without_flow.filter_map(|(_, row)| Some((row.line, row.port_cell.as_ref().err()?.clone())));
    unread
        .map(|(line, diagnostic)| GroupableDiagnostic::from(diagnostic.at(Place::line(&capture.file, line))))
        .collect()
}

/// A cell with a meaning that no row has.
pub(crate) fn unused_cell(cell: &str, place: &Place) -> GroupableDiagnostic {
    let diagnostic = Diagnostic::new(codes::UNUSED_ENTRY, format!("no row has the cell {cell:?}"));
    let diagnostic = GroupableDiagnostic::from(diagnostic.help("remove the line").at(place.clone()));
    diagnostic.among("cells with a meaning are in no row", format!("{cell:?}"), "remove the lines")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::refine;
    use crate::codes;
    use crate::curation::Curation;
    use crate::page::Layout;
    use crate::page_file::capture_text;
    use crate::pair::Previous;
    use crate::vocabulary::Vocabulary;

    #[test]
    fn renames_are_proposed_for_a_few_rows_but_not_for_a_different_page() {
        for (rows, expected) in [(500, (500, 500)), (501, (0, 2)), (10_000, (0, 2))] {
            let page = |label: &str| {
                let rows = (1..=rows).map(|row| format!("| Client | Use {label}{row} | TCP/{row} |\n"));
                format!("| Peer | Use | Port |\n|---|---|---|\n{}", rows.collect::<String>())
            };
            let mut curation =
                "layout = \"markdown\"\ncolumns = [{ head = \"Peer\", is = \"peer\" }, { head = \"Use\", is = \"label\" }, \
                 { head = \"Port\", is = \"ports\" }]\ntables = [{ direction = \"inbound\" }]\npeers = { \"Client\" = \"client\" }\n"
                    .to_string();
            for row in 1..=rows {
                curation += &format!(
                    "[flow.relay-in-{row}]\nrow = {{ peer = \"Client\", label = \"Use x{row}\", ports = \"TCP/{row}\" }}\npurpose = \"Use\"\n"
                );
            }
            let curation = Curation::parse(Path::new("relay.toml"), &curation).unwrap();
            let capture = |page: &str| capture_text(page, Path::new("relay.md"), Layout::Markdown, &curation).unwrap();
            let old = capture(&page("x"));
            let refined = refine(&old, &curation, &Vocabulary::default(), None);
            assert_eq!((refined.flows.len(), refined.diagnostics), (rows, Vec::new()));
            let previous = Previous::new(&old, &refined.flows);
            let diagnostics =
                refine(&capture(&page("y")), &curation, &Vocabulary::default(), Some(&previous)).diagnostics;
            let renames = diagnostics.iter().filter(|diagnostic| diagnostic.code == codes::RENAMED_ROW).count();
            assert_eq!((renames, diagnostics.len()), expected, "{rows}");
            // Each flow is reported at its own line.
            assert!(diagnostics.iter().all(|diagnostic| diagnostic.place.line > 2), "{rows}");
        }
    }
}
