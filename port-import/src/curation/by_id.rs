//! The form of the flows in a file: a list in `flows.toml`, and a table with their ids as keys in the file of an edition, so that a fact
//! about one of them takes one line.

use std::mem;
use std::path::Path;

use port_data::hidden::QuotedAscii;
use port_data::{Diagnostic, Place};
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::SHARED_FILE;
use crate::codes;

/// Checks that the flows of all editions are a list.
///
/// # Errors
///
/// They aren't.
pub(super) fn check_list(file: &Path, text: &str, root: &DeTable<'_>) -> Result<(), Diagnostic> {
    match root.get("flow").filter(|flows| !flows.get_ref().is_array()) {
        Some(flows) => Err(wrong_form(file).at(Place::at_offset(file, text, flows.span().start))),
        None => Ok(()),
    }
}

/// Turns the flows of an edition into a list, in the order of the file, with the id of each flow among its keys. The span of a flow is
/// that of its id, where the file has it first.
///
/// # Errors
///
/// They are a list already, or one of them isn't a table.
pub(super) fn list_flows(file: &Path, text: &str, root: &mut DeTable<'_>) -> Result<(), Diagnostic> {
    let Some(flows) = root.get_mut("flow") else { return Ok(()) };
    let place = |offset| Place::at_offset(file, text, offset);
    let start = flows.span().start;
    let DeValue::Table(by_id) = flows.get_mut() else { return Err(wrong_form(file).at(place(start))) };
    let mut by_id: Vec<_> = mem::take(by_id).into_iter().collect();
    by_id.sort_by_key(|(id, _)| id.span().start);
    let mut list = DeArray::new();
    for (id, keys) in by_id {
        let span = id.span();
        let DeValue::Table(mut keys) = keys.into_inner() else {
            let message = format!("flow {} isn't a table", QuotedAscii(id.get_ref()));
            let diagnostic = Diagnostic::new(codes::INVALID_CURATION, message);
            return Err(diagnostic.help("write <id>.<key> = ... below [flow]").at(place(span.start)));
        };
        if let Some((key, _)) = keys.get_key_value("id") {
            let diagnostic = Diagnostic::new(codes::INVALID_CURATION, "a flow of an edition has its id as its key");
            return Err(diagnostic.help("remove id").at(place(key.span().start)));
        }
        let value = DeValue::String(id.into_inner());
        keys.insert(Spanned::new(span.clone(), "id".into()), Spanned::new(span.clone(), value));
        list.push(Spanned::new(span, DeValue::Table(keys)));
    }
    *flows.get_mut() = DeValue::Array(list);
    Ok(())
}

/// Reports flows that are written as in the other kind of file.
pub(super) fn wrong_form(file: &Path) -> Diagnostic {
    let (message, help) = match file.ends_with(SHARED_FILE) {
        true => ("flows of all editions are a list", "write [[flow]] and id = ... for each"),
        false => (
            "flows of an edition have their ids as keys",
            "write a line <id>.<key> = ... below [flow], or all keys of a flow below [flow.<id>]",
        ),
    };
    Diagnostic::new(codes::INVALID_CURATION, message).help(help)
}
