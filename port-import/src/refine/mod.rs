//! Makes typed flows from a capture and its curation.
//!
//! Every row must be the row of exactly one flow of the curation, and every entry of the curation must be used.

mod flow;
mod hosts;
mod numbers;
mod outside_lines;
mod ports;

use std::collections::BTreeSet;

use port_data::{Diagnostic, FlowRow};

use crate::capture::Capture;
use crate::codes;
use crate::curation::Curation;
use crate::pair::pair;
use crate::printed_row::read_rows;

/// The flows of a product, and what is wrong with its capture and curation.
#[derive(Debug, Default)]
pub struct Refined {
    /// The flows, in the page's order. If there are diagnostics, some may be missing.
    pub flows: Vec<FlowRow>,
    /// Everything that is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Makes the flows of a capture.
#[must_use]
pub fn refine(capture: &Capture, curation: &Curation) -> Refined {
    let mut diagnostics = curation.unresolved();
    let (rows, unreadable) = read_rows(capture, curation);
    diagnostics.extend(unreadable);
    diagnostics.extend(outside_lines::check(capture, curation));
    let (pairs, unpaired) = pair(&rows, capture, curation);
    diagnostics.extend(unpaired);
    let mut flows = Vec::new();
    let mut used_peers = BTreeSet::new();
    for (row, entry) in pairs {
        let mut builder = flow::FlowBuilder::new(capture, curation, &rows[row], &curation.flows[entry]);
        flows.extend(builder.build());
        diagnostics.extend(builder.diagnostics);
        used_peers.extend(rows[row].peer.as_deref());
    }
    // If some rows couldn't be read, their peer cells are used after all.
    if diagnostics.is_empty() {
        let unused = curation.peers.keys().filter(|cell| !used_peers.contains(cell.get_ref().as_str()));
        diagnostics.extend(unused.map(|cell| {
            let message = format!("no row has the peer cell {:?}", cell.get_ref());
            Diagnostic::new(codes::UNUSED_ENTRY, message).help("remove the line").at(curation.place(cell))
        }));
    }
    Refined { flows, diagnostics }
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
