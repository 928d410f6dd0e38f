//! Rows that the curation says aren't flows.

use port_data::Diagnostic;

use super::basis;
use crate::capture::Capture;
use crate::codes;
use crate::curation::{Curation, Row};
use crate::grouped_diagnostics::GroupableDiagnostic;
use crate::printed_row::PrintedRow;
use crate::row_key::row_has_key;

/// The other rows, and a diagnostic for each entry that no row has, or that gives no reason.
pub(super) fn remove_rows(
    rows: Vec<PrintedRow>,
    capture: &Capture,
    curation: &Curation,
) -> (Vec<PrintedRow>, Vec<GroupableDiagnostic>) {
    let mut diagnostics: Vec<GroupableDiagnostic> = Vec::new();
    let mut rows = rows;
    for entry in &curation.rows {
        let (key, reason) = (&entry.get_ref().row, &entry.get_ref().no_flow);
        if reason.trim().is_empty() {
            let diagnostic = Diagnostic::new(codes::NO_REASON, "row without a flow has no reason");
            diagnostics.push(diagnostic.help("write why it isn't a flow").at(curation.place(entry)).into());
        }
        if let Some(texts) = &entry.get_ref().note_of {
            let own: Vec<&PrintedRow> = rows.iter().filter(|row| row_has_key(row, key, curation)).collect();
            if !own.is_empty() {
                diagnostics.extend(basis::check_row(texts, &own, capture, &curation.place(entry)));
            }
        }
        let before = rows.len();
        if entry.get_ref().repeats {
            remove_repeated_rows(&mut rows, key, curation);
        } else {
            rows.retain(|row| !row_has_key(row, key, curation));
        }
        if rows.len() == before {
            let message = match entry.get_ref().repeats {
                true => "the page has only one row with these texts",
                false => "the page has no row with these texts",
            };
            let help = "if the vendor removed it, remove the entry";
            let diagnostic = Diagnostic::new(codes::UNUSED_ENTRY, message).help(help);
            diagnostics.push(diagnostic.at(curation.place(entry)).into());
        }
    }
    (rows, diagnostics)
}

/// Keeps the first of the rows with a key that print the same.
fn remove_repeated_rows(rows: &mut Vec<PrintedRow>, key: &Row, curation: &Curation) {
    let mut kept: Vec<PrintedRow> = Vec::new();
    rows.retain(|row| {
        if !row_has_key(row, key, curation) {
            return true;
        }
        let is_first = !kept.iter().any(|other| row.repeats(other));
        if is_first {
            kept.push(row.clone());
        }
        is_first
    });
}
