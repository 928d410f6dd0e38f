//! Makes typed flows from a capture and its curation.
//!
//! Every row must be the row of a flow of the curation, and every entry of the curation must be used. A row has several flows only
//! if the curation says so.

mod flow;
mod hosts;
mod numbers;
mod outside_lines;
mod ports;

use std::collections::{BTreeSet, HashSet};

use port_core::Direction;
use port_data::{Diagnostic, FlowRow, Place};

use crate::capture::Capture;
use crate::codes;
use crate::curation::Curation;
use crate::pair::{Paired, pair};
use crate::printed_row::{PrintedRow, read_rows};
use crate::propose::Edit;

/// The flows of a product, and what is wrong with its capture and curation.
#[derive(Debug, Default)]
pub struct Refined {
    /// The flows, in the page's order. If there are diagnostics, some may be missing.
    pub flows: Vec<FlowRow>,
    /// Everything that is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// The edits that would resolve some of it.
    pub edits: Vec<Edit>,
    /// The peer cells of the page.
    pub used_peers: BTreeSet<String>,
}

/// Makes the flows of a capture.
#[must_use]
pub fn refine(capture: &Capture, curation: &Curation) -> Refined {
    let mut diagnostics = curation.unresolved();
    let (rows, unreadable) = read_rows(capture, curation);
    diagnostics.extend(unreadable);
    diagnostics.extend(outside_lines::check(capture, curation));
    let Paired { pairs, diagnostics: unpaired, mut edits, .. } = pair(&rows, capture, curation);
    diagnostics.extend(unpaired);
    let mut flows = Vec::new();
    let mut used_peers = BTreeSet::new();
    for (row, entry) in pairs {
        let mut builder = flow::FlowBuilder::new(capture, curation, &rows[row], &curation.flows[entry]);
        flows.extend(builder.build());
        diagnostics.extend(builder.diagnostics);
        edits.extend(builder.edits);
        used_peers.extend(rows[row].peer.clone());
    }
    diagnostics.extend(missing_directions(&rows, &flows, capture));
    // If some rows couldn't be read, their peer cells are used after all.
    if diagnostics.is_empty() {
        let unused = curation.peers.iter().filter(|(cell, peer)| !peer.is_shared && !used_peers.contains(*cell));
        diagnostics.extend(unused.map(|(cell, peer)| unused_peer(cell, &peer.place)));
    }
    Refined { flows, diagnostics, edits, used_peers }
}

/// A peer cell that no row has.
pub(crate) fn unused_peer(cell: &str, place: &Place) -> Diagnostic {
    let message = format!("no row has the peer cell {cell:?}");
    Diagnostic::new(codes::UNUSED_ENTRY, message).help("remove the line").at(place.clone())
}

/// Rows that print both directions, but have flows of only one.
fn missing_directions(rows: &[PrintedRow], flows: &[FlowRow], capture: &Capture) -> Vec<Diagnostic> {
    let found: HashSet<(u32, Direction)> = flows.iter().map(|flow| (flow.row, flow.direction)).collect();
    let mut diagnostics = Vec::new();
    for row in rows.iter().filter(|row| row.has_both_directions) {
        let has =
            |direction: &Direction| u32::try_from(row.number).is_ok_and(|number| found.contains(&(number, *direction)));
        // A row without any flow is reported on its own.
        let missing = Direction::ALL.iter().find(|direction| Direction::ALL.iter().any(has) && !has(direction));
        if let Some(direction) = missing {
            let message = format!("row {} prints both directions, but has no {direction} flow", row.number);
            let help = "add a flow with shares_row_with and that direction";
            let place = Place::line(&capture.file, row.line);
            diagnostics.push(Diagnostic::new(codes::NO_DIRECTION, message).help(help).at(place));
        }
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::refine;
    use crate::codes;
    use crate::curation::Curation;
    use crate::page::Layout;
    use crate::page_file::capture_text;

    #[test]
    fn renames_are_proposed_for_a_few_rows_but_not_for_a_different_page() {
        for (rows, expected) in [(500, (500, 500)), (10_000, (0, 20_000))] {
            let mut page = "| Peer | Use | Port |\n|---|---|---|\n".to_string();
            let mut curation =
                "layout = \"markdown\"\ncolumns = [{ head = \"Peer\", is = \"peer\" }, { head = \"Use\", is = \"label\" }, \
                 { head = \"Port\", is = \"ports\" }]\ntables = [{ direction = \"inbound\" }]\n"
                    .to_string();
            for row in 1..=rows {
                page += &format!("| Client | Use y{row} | TCP/{row} |\n");
                curation += &format!(
                    "[[flow]]\nid = \"relay-in-{row}\"\nrow = {{ label = \"Use x{row}\" }}\npurpose = \"Use\"\n"
                );
            }
            let curation = Curation::parse(Path::new("relay.toml"), &curation).unwrap();
            let capture = capture_text(&page, Path::new("relay.md"), Layout::Markdown, &curation).unwrap();
            let diagnostics = refine(&capture, &curation).diagnostics;
            let renames = diagnostics.iter().filter(|diagnostic| diagnostic.code == codes::RENAMED_ROW).count();
            assert_eq!((renames, diagnostics.len()), expected, "{rows}");
            // Each flow is reported at its own line.
            assert!(diagnostics.iter().all(|diagnostic| diagnostic.place.line > 2), "{rows}");
        }
    }
}
