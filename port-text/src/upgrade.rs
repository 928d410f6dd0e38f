//! Prints what changes between two editions.

use port_data::diagnostic::count;
use port_engine::dataset::Edition;
use port_engine::upgrade::Upgrade;

use crate::{difference, markdown as table};

/// A summary, then each flow that differs, for a terminal of this width.
pub fn text(upgrade: &Upgrade, width: Option<u16>) -> String {
    let notes: String = notes(upgrade).iter().map(|note| difference::line(note, width)).collect();
    let difference = difference::text(&upgrade.difference, width);
    format!("{}: {}\n{notes}{difference}", heading(upgrade), unchanged(upgrade))
}

/// The same as Markdown, for a change ticket.
pub fn markdown(upgrade: &Upgrade) -> String {
    let notes: String = notes(upgrade).iter().map(|note| format!("{}\n\n", table::escape(note))).collect();
    let difference = difference::markdown(&upgrade.difference);
    format!("## {}\n\n{}.\n\n{notes}{difference}", heading(upgrade), unchanged(upgrade))
}

fn heading(upgrade: &Upgrade) -> String {
    format!("{} from {} to {}", upgrade.product.id, upgrade.from.id, upgrade.to.id)
}

fn unchanged(upgrade: &Upgrade) -> String {
    format!("{} unchanged", count(upgrade.unchanged, "flow"))
}

fn notes(upgrade: &Upgrade) -> Vec<String> {
    [upgrade.from, upgrade.to].into_iter().filter_map(note).collect()
}

/// What the catalog notes about the source of an edition, on one line.
fn note(edition: &Edition) -> Option<String> {
    let note = edition.note.as_ref()?;
    let incomplete = if edition.is_complete { "" } else { ", not complete" };
    Some(format!("{}{incomplete}: {note}", edition.id))
}
