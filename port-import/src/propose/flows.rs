//! The edits that fit the flows of a curation to a page.

use std::collections::BTreeSet;

use port_data::hidden::Escaped;

use super::{Change, Edit, Key};
use crate::curation::{Curation, FIXME, Flow, quote};
use crate::new_product::row_id;
use crate::printed_row::PrintedRow;
use crate::row_key::{full_key_template, write_key};

/// A flow with a key for a row that has none, and the peer of its peer cell. `ids` are those that are taken.
pub fn new_row(curation: &Curation, row: &PrintedRow, key: &str, ids: &mut BTreeSet<String>) -> Vec<Edit> {
    let id = row_id(&curation.product, row, ids);
    let flow = Edit::new_flow(&curation.flows_file, &id, format!("{{ {key} }}"));
    let unmapped = row.peer.as_ref().filter(|peer| !curation.peers.contains_key(*peer));
    let peer = unmapped.map(|cell| unmapped_peer(curation, cell));
    [flow].into_iter().chain(peer).collect()
}

/// The key of a row that looks like a renamed one.
pub fn renamed_row(curation: &Curation, flow: &Flow, row: &PrintedRow) -> Edit {
    let template = full_key_template();
    let key = write_key(row, flow.key().unwrap_or(&template));
    Edit::flow_key(&curation.file, &flow.id, Key::new("row", format!("{{ {key} }}")).check("is it this flow?"))
}

/// The edits for a flow without a row: the page doesn't have it. A flow that only this edition has isn't proposed for removal,
/// since its id would be removed too.
pub fn missing_row(curation: &Curation, flow: &Flow) -> Vec<Edit> {
    if !curation.shared_ids.contains(&flow.id) {
        return Vec::new();
    }
    let edit = |change| Edit { file: curation.file.clone(), change };
    let absent = edit(Change::Absent { id: flow.id.clone() });
    // The edition may not both describe a flow and list it as absent.
    let described = (flow.place.file == curation.file).then(|| edit(Change::RemoveFlow { id: flow.id.clone() }));
    [absent].into_iter().chain(described).collect()
}

/// The marks of a port cell. If facts may rest on the old ones, a person checks them.
pub fn changed_marks(curation: &Curation, flow: &Flow, marks: &[&String]) -> Edit {
    let list = |marks: &[&String]| format!("[{}]", marks.iter().map(|mark| quote(mark)).collect::<Vec<_>>().join(", "));
    let key = Key::new("marks", list(marks));
    let facts = [
        ("condition", flow.condition.is_some()),
        ("requirement", flow.requirement.is_some()),
        ("note", flow.note.is_some()),
        ("adds", flow.adds.is_some()),
    ];
    let facts: Vec<&str> = facts.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect();
    let old = Escaped(list(&flow.marks.iter().collect::<Vec<_>>())).to_string();
    Edit::flow_key(
        &curation.file,
        &flow.id,
        match facts.is_empty() {
            true => key,
            false => key.check(format!("marks were {old}; check {}", facts.join(", "))),
        },
    )
}

/// The key of a row whose port cell changed.
pub fn changed_ports(curation: &Curation, flow: &Flow, row: &PrintedRow) -> Option<Edit> {
    let key = write_key(row, flow.key()?);
    Some(Edit::flow_key(&curation.file, &flow.id, Key::new("row", format!("{{ {key} }}"))))
}

/// The peer of a peer cell, which a person names.
pub fn unmapped_peer(curation: &Curation, cell: &str) -> Edit {
    Edit::table_key(&curation.flows_file, "peers", Key::new(quote(cell), format!("{FIXME:?}")))
}
