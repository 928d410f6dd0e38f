//! What the file of a drafted edition says about its page as a whole: as in the older edition, if the page is the same there.

use std::collections::BTreeMap;

use super::columns::DraftColumn;
use super::draft::{DraftTable, PageDraft};
use super::headings::Proposal;
use super::options::NewEdition;
use super::write::{columns, list, write_table};
use crate::curation::{Curation, FIXME, Lists, OneOrMore, Table, quote};
use crate::page::{self, Layout, Page, PrintedTable};

/// The keys about the page as a whole.
pub(super) fn page_keys(
    old: &Curation,
    layout: Layout,
    page: &Page,
    draft: Option<&PageDraft>,
    new: &NewEdition,
) -> String {
    let mut text = format!(
        "# A draft of {}@{}: replace every {FIXME}, check the rest, then run `cargo xtask regenerate`.\n\nlayout = \"{layout}\"\n",
        new.product, new.edition
    );
    let default: Vec<DraftColumn> = old.columns.iter().map(DraftColumn::from).collect();
    if !default.is_empty() {
        text += &columns(&default);
    }
    for (key, texts) in [("spanning", &old.spanning), ("headings", &old.headings)] {
        if !texts.is_empty() && layout == old.layout {
            text += &format!("{key} = {}\n", list(texts));
        }
    }
    if let Some(article) = &old.article {
        text += &format!("article = {}\n", quote(article));
    }
    if !old.sections.is_empty() {
        text += "sections = [\n";
        for known in &old.sections {
            let parts = [
                known.heading.as_ref().map(|heading| format!("heading = {}", quote(heading))),
                known.section.as_ref().map(|section| format!("section = {}", quote(section))),
                known.direction.map(|direction| format!("direction = \"{direction}\"")),
            ];
            text += &format!("    {{ {} }},\n", parts.into_iter().flatten().collect::<Vec<_>>().join(", "));
        }
        text += "]\n";
    }
    text += &tables(old, page, draft, &default);
    text + &statements(old, layout)
}

/// The tables: as in the older edition, or as drafted.
fn tables(old: &Curation, page: &Page, draft: Option<&PageDraft>, default: &[DraftColumn]) -> String {
    let printed: Vec<PrintedTable<'_>> = page.tables.iter().map(page::Table::printed).collect();
    let mut text = String::new();
    let mut written = std::collections::BTreeSet::new();
    let entries = old.match_tables(&printed);
    for (index, entry) in entries.iter().enumerate() {
        let block = match (entry, draft.map(|draft| &draft.tables[index])) {
            (Some(entry), _) if !written.insert(*entry) => continue,
            (Some(entry), _) => write_table(&known(old.tables[*entry].get_ref()), default),
            (None, Some(drafted)) => {
                let moved = moved(old, &printed[index], drafted);
                write_table(&moved.unwrap_or_else(|| drafted.clone()), default)
            }
            (None, None) => continue,
        };
        text += &block;
    }
    text
}

/// A table that an entry describes but for its heading.
fn moved(old: &Curation, printed: &PrintedTable<'_>, drafted: &DraftTable) -> Option<DraftTable> {
    let fitting: Vec<&Table> = old
        .tables
        .iter()
        .map(toml::Spanned::get_ref)
        .filter(|entry| entry.ignore.is_none() && old.fits(entry, printed))
        .collect();
    let [entry] = fitting[..] else { return None };
    let columns = old.columns_of(entry).iter().map(DraftColumn::from).collect();
    Some(DraftTable { columns, ..drafted.clone() })
}

/// An entry of the older edition.
fn known(table: &Table) -> DraftTable {
    let text = |key: &'static str, value: Option<String>| value.map(|value| (key, Proposal::certain(value)));
    let constants = [
        text("text", table.text.clone()),
        text("rows", Some(rows(table)).filter(|_| table.text.is_some())),
        text("what", table.what.clone()),
        text("direction", table.direction.map(|direction| direction.to_string())),
        text("transport", table.transport.map(|transport| transport.to_string())),
        text("peer", table.peer.clone()),
        text("component", table.component.clone()),
        text("from", table.from.clone()),
        text("to", table.to.clone()),
        text("both_ways", table.both_ways.then(|| "true".to_string())),
        text("condition", table.condition.clone()),
        text("requirement", table.requirement.map(|requirement| requirement.as_str().to_string())),
        text("scope", table.scope.map(|scope| scope.to_string())),
        text("enabled", table.enabled.map(|enabled| enabled.to_string())),
        // If the page doesn't print these texts, `regenerate` says so.
        text("note_of", table.note_of.as_ref().map(|texts| list(texts.as_slice()))),
    ];
    DraftTable {
        heading: table.heading.clone().unwrap_or_default(),
        names_heading: table.heading.is_some(),
        section: table.section.clone(),
        ignore: table.ignore.clone(),
        columns: table.columns.iter().map(DraftColumn::from).collect(),
        items: table.item.as_ref().map(|item| item.as_slice().to_vec()).unwrap_or_default(),
        constants: constants.into_iter().flatten().collect(),
        owner: None,
        ends: None,
    }
}

/// The rows that a text prints, as TOML.
fn rows(table: &Table) -> String {
    let is_bare = |head: &str| head.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let key = |head: &str| if is_bare(head) { head.to_string() } else { quote(head) };
    let cell = |(head, words): (&String, &String)| format!("{} = {}", key(head), quote(words));
    let row = |row: &BTreeMap<String, String>| {
        format!("    {{ {} }},\n", row.iter().map(cell).collect::<Vec<_>>().join(", "))
    };
    format!("[\n{}]", table.rows.iter().map(row).collect::<String>())
}

/// What the page says as a whole, and the values, peers and components of its cells.
fn statements(old: &Curation, layout: Layout) -> String {
    let mut text = String::new();
    if let Some(every_row) = &old.every_row {
        let requirement = every_row.requirement.map_or("unstated", |requirement| requirement.as_str());
        text += &format!("\n[every_row]\nrequirement = {requirement:?}\nof = {FIXME:?}\nreason = {FIXME:?}\n");
    }
    if let Some(are) = old.lists.as_ref().and_then(|lists| lists.are) {
        let are = if are == Lists::All { "all" } else { "alternatives" };
        text += &format!("\n[lists]\nare = {are:?}\nreason = {FIXME:?}\n");
    }
    if !old.values.is_empty() && layout == old.layout {
        text += "\n[values]\n";
        for (column, values) in &old.values {
            text += &format!("{} = {}\n", quote(column), list(values));
        }
    }
    for (header, cells) in [("peers", &old.peers), ("components", &old.components)] {
        let own: Vec<_> = cells.iter().filter(|(_, meaning)| !meaning.is_shared).collect();
        if !own.is_empty() {
            text += &format!("\n[{header}]\n");
            text.extend(own.iter().map(|(cell, meaning)| format!("{} = {}\n", quote(cell), ids(&meaning.ids))));
        }
    }
    text
}

/// The ids that a cell means, as TOML.
fn ids(ids: &OneOrMore) -> String {
    match ids {
        OneOrMore::One(id) => quote(id),
        OneOrMore::More(ids) => list(ids),
    }
}
