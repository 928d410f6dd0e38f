//! The rows that the flows had when the page was last read.

use std::collections::HashMap;

use port_core::Direction;
use port_data::FlowRow;

use crate::capture::{self, Capture, Text, TextPositions};
use crate::printed_row::Content;

/// The rows of the flows of an earlier capture: of the same page before it changed, or of another edition.
#[derive(Debug, Default)]
pub struct Previous {
    rows: HashMap<String, OldRow>,
    texts: TextPositions,
}

/// What was printed in the row of a flow.
#[derive(Debug)]
pub struct OldRow {
    /// The part of the document.
    pub section: Option<String>,
    /// Who opens the connection.
    pub direction: Direction,
    /// The peer cell.
    pub peer: Option<String>,
    /// The label cell; `None` if it was prose.
    pub label: Option<String>,
    /// The port cell.
    pub ports: Option<String>,
    /// The digests of its prose.
    pub prose: Vec<String>,
    /// Its printed cells.
    pub cells: Vec<String>,
}

impl Previous {
    /// The rows of the flows that were made from a capture.
    #[must_use]
    pub fn new(capture: &Capture, flows: &[FlowRow]) -> Previous {
        let rows: HashMap<usize, &capture::Row> = capture.rows().map(|row| (row.number, row)).collect();
        let old_row = |flow: &FlowRow| {
            let row = rows.get(&usize::try_from(flow.row).ok()?)?;
            // The label of a flow whose label cell is prose is in our words.
            let is_printed = |text: &String| row.cells.iter().any(|cell| cell.text.printed() == text);
            let prose = row.cells.iter().filter_map(|cell| match &cell.text {
                Text::Prose(prose) => Some(prose.digest.clone()),
                Text::Printed(_) => None,
            });
            let old = OldRow {
                section: flow.section.clone(),
                direction: flow.direction,
                peer: flow.printed_peer.clone(),
                label: flow.printed_label.clone().filter(is_printed),
                ports: flow.printed_ports.clone(),
                prose: prose.collect(),
                cells: row
                    .cells
                    .iter()
                    .map(|cell| cell.text.printed())
                    .filter(|text| !text.is_empty())
                    .map(str::to_string)
                    .collect(),
            };
            Some((flow.id.clone(), old))
        };
        Previous { rows: flows.iter().filter_map(old_row).collect(), texts: TextPositions::new(capture) }
    }

    /// A capture whose texts are where they were when somebody accepted it. Nothing is known about its rows.
    #[must_use]
    pub fn of_texts(capture: &Capture) -> Previous {
        Previous { texts: TextPositions::new(capture), ..Previous::default() }
    }

    /// Where the texts outside the tables were.
    #[must_use]
    pub fn texts(&self) -> &TextPositions {
        &self.texts
    }

    /// The row of a flow.
    #[must_use]
    pub fn row(&self, flow: &str) -> Option<&OldRow> {
        self.rows.get(flow)
    }
}

impl OldRow {
    /// What distinguished the row from others with the same key.
    #[must_use]
    pub fn content(&self) -> Content<'_> {
        let prose = self.prose.iter().map(String::as_str).collect();
        let cells = self.cells.iter().map(String::as_str).collect();
        (self.peer.as_deref(), self.label.as_deref(), self.ports.as_deref(), prose, cells)
    }
}
