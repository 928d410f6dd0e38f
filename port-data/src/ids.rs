//! The ids of a table, to resolve references to its rows.

use std::collections::HashMap;

use port_core::nearest::nearest;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::hidden::QuotedAscii;

/// The ids of a table with the indexes of their rows. The id of an invalid row counts too, so that one mistake is reported
/// once.
pub(crate) struct Ids {
    indexes: HashMap<String, usize>,
    order: Vec<String>,
    is_complete: bool,
}

impl Ids {
    /// The ids of a table's rows, in order. Without `is_complete` the table may have rows whose ids are unknown.
    pub(crate) fn new(ids: impl Iterator<Item = String>, is_complete: bool) -> Ids {
        let order: Vec<String> = ids.collect();
        let indexes = order.iter().cloned().enumerate().map(|(index, id)| (id, index)).collect();
        Ids { indexes, order, is_complete }
    }

    /// The index of an id. If the table isn't complete, an unknown id may be that of an invalid row: its index is then
    /// `usize::MAX`, which is never used, since tables with errors don't become a catalog.
    ///
    /// # Errors
    ///
    /// The id is unknown; `table` names the file that should have it.
    pub(crate) fn find(&self, id: &str, table: &str) -> Result<usize, Diagnostic> {
        match self.indexes.get(id) {
            Some(index) => Ok(*index),
            None if !self.is_complete => Ok(usize::MAX),
            None => {
                let message = format!("unknown id {} (not in {table})", QuotedAscii(id));
                Err(Diagnostic::new(codes::UNKNOWN_ID, message).nearest(self.nearest(id)))
            }
        }
    }

    /// Whether the table has the id, or may have it.
    pub(crate) fn may_contain(&self, id: &str) -> bool {
        !self.is_complete || self.indexes.contains_key(id)
    }

    /// The id that a mistyped one most likely means.
    pub(crate) fn nearest(&self, id: &str) -> Option<&str> {
        nearest(id, self.order.iter().map(String::as_str))
    }
}
