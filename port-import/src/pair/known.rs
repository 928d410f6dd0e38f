//! What is known about the rows of flows: their keys, and what they were when the page was last read.

use std::collections::BTreeMap;

use super::previous::{OldRow, Previous};
use crate::curation::{self, Curation, Flow, Same};
use crate::printed_row::PrintedRow;

/// The largest number of rows or flows left over that are compared with each other. A page with more is a different page.
pub(super) const MAX_COMPARED: usize = 500;

/// The flows of a curation and their rows before.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) curation: &'a Curation,
    pub(super) previous: Option<&'a Previous>,
}

impl<'a> Known<'a> {
    pub(super) fn flow(&self, flow: usize) -> &'a Flow {
        &self.curation.flows[flow]
    }

    /// The key of a flow that has one.
    pub(super) fn key(&self, flow: usize) -> &'a curation::Row {
        static NONE: curation::Row =
            curation::Row { section: None, direction: None, peer: None, label: None, ports: None, prose: None };
        self.flow(flow).key().unwrap_or(&NONE)
    }

    /// The row of a flow before.
    pub(super) fn old(&self, flow: usize) -> Option<&'a OldRow> {
        self.previous.and_then(|previous| previous.row(&self.flow(flow).id))
    }

    /// Whether the prose of a row is that of the flow's row before.
    pub(super) fn has_same_prose(&self, flow: usize, row: &PrintedRow) -> bool {
        self.old(flow).is_some_and(|old| old.content().3 == row.content().3)
    }

    /// How many of the peer, the label and the ports of a row are those of a flow's row before, or of its key. A label of prose is
    /// compared by its digest.
    pub(super) fn agreements(&self, flow: usize, row: &PrintedRow) -> usize {
        let (key, old) = (self.key(flow), self.old(flow));
        let same = &self.curation.same;
        let has_peer =
            agrees(row.peer.as_ref(), [key.peer.as_ref(), old.and_then(|old| old.peer.as_ref())], &same.peer);
        let old_label = old.and_then(|old| old.label.as_ref());
        let has_label = agrees(row.label.as_ref(), [key.label.as_ref(), old_label], &same.label)
            || row.label.is_none() && old_label.is_none() && !row.prose.is_empty() && self.has_same_prose(flow, row);
        let old_ports = old.and_then(|old| old.ports.as_ref());
        let has_ports = agrees(row.ports.as_ref(), [key.ports.as_ref(), old_ports], &BTreeMap::new());
        usize::from(has_peer) + usize::from(has_label) + usize::from(has_ports)
    }
}

/// Whether a printed text is one of the known ones, or another spelling of it.
fn agrees(found: Option<&String>, known: [Option<&String>; 2], same: &BTreeMap<String, Vec<String>>) -> bool {
    let spelling = |text: &'_ String| Same::in_keys(same, text).to_string();
    found.is_some_and(|found| known.into_iter().flatten().any(|known| spelling(known) == spelling(found)))
}
