//! The draft of a product's curation.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use port_core::Direction;
use port_data::{Diagnostic, Place};

use super::columns::{direction_key, meanings, own_name};
use super::options::NewProduct;
use super::tables::ids_by_name;
use crate::capture::{Capture, has_facts};
use crate::codes;
use crate::curation::{Curation, FIXME, Meaning, quote};
use crate::page::{self, Layout, Page};
use crate::printed_row::PrintedRow;
use crate::row_key::{full_key_template, write_key};

/// What can be read from a page before its rows are read.
pub(super) struct Draft<'a> {
    new: &'a NewProduct,
    layout: Layout,
    column_names: Vec<String>,
    meanings: Vec<Meaning>,
    /// What the page calls the product, if it has columns "from" and "to".
    own_name: Option<String>,
    /// The names of the columns in which a cell spans from above.
    spanning: Vec<String>,
    headings: Vec<Option<String>>,
    /// The peer of each peer cell, if a peer has that name.
    peers: BTreeMap<String, String>,
}

impl<'a> Draft<'a> {
    pub(super) fn from_page(
        page: &Page,
        layout: Layout,
        new: &'a NewProduct,
        tables: &Path,
    ) -> Result<Draft<'a>, Vec<Diagnostic>> {
        let column_names = column_names(page, new)?;
        let meanings = meanings(&column_names);
        if !meanings.contains(&Meaning::Ports) {
            let line = page.tables.first().and_then(|table| table.header.first()).map_or(0, |name| name.number);
            let message = format!("no column name of {column_names:?} contains the word port");
            let diagnostic =
                Diagnostic::new(codes::NO_PORTS_COLUMN, message).help("rename the column in the saved page");
            return Err(vec![diagnostic.at(Place::line(&new.doc, line))]);
        }
        let rows = || page.tables.iter().flat_map(|table| &table.rows);
        let is_end = |column: &usize| [Meaning::From, Meaning::To].contains(&meanings[*column]);
        let ends: Vec<usize> = (0..meanings.len()).filter(is_end).collect();
        let cells =
            |row: &'_ page::Row| -> Vec<String> { ends.iter().map(|end| row.cells[*end].text.clone()).collect() };
        let end_cells: Vec<Vec<String>> = rows().map(cells).collect();
        let own_name =
            own_name(&end_cells.iter().map(|row| row.iter().map(String::as_str).collect()).collect::<Vec<_>>());
        let peer_columns = match meanings.iter().position(|meaning| *meaning == Meaning::Peer) {
            Some(column) => vec![column],
            None => ends,
        };
        let peer_cells: BTreeSet<&str> = rows()
            .flat_map(|row| peer_columns.iter().map(|column| row.cells[*column].text.as_str()))
            .filter(|cell| !cell.is_empty() && Some(*cell) != own_name.as_deref())
            .collect();
        let known = ids_by_name(&tables.join("peers.csv"))?;
        let peers = peer_cells.into_iter().map(|cell| {
            let id = known.get(&cell.to_lowercase()).map_or(FIXME, String::as_str);
            (cell.to_string(), id.to_string())
        });
        let spans = |column: &usize| rows().any(|row| row.cells[*column].spans_from_above);
        let spanning = (0..column_names.len()).filter(spans).map(|column| column_names[column].clone());
        Ok(Draft {
            new,
            layout,
            spanning: spanning.collect(),
            headings: page.tables.iter().map(|table| table.heading.as_ref().map(|line| line.text.clone())).collect(),
            peers: peers.collect(),
            own_name: (peer_columns.len() == 2).then(|| own_name.unwrap_or_else(|| FIXME.to_string())),
            meanings,
            column_names,
        })
    }

    /// The peers of the printed peer cells.
    pub(super) fn peers(&self) -> String {
        if self.peers.is_empty() {
            return String::new();
        }
        let peers = self.peers.iter().map(|(cell, peer)| format!("{} = {}\n", quote(cell), quote(peer)));
        format!("\n[peers]\n{}", peers.collect::<String>())
    }

    /// A flow for each row.
    pub(super) fn flows(&self, rows: &[PrintedRow]) -> DraftedFlows {
        let mut used_ids = BTreeSet::new();
        let mut flows = DraftedFlows::default();
        for row in rows {
            let id = flow_id(&self.new.id, row, &mut used_ids);
            let key = self.row_key(row, rows);
            flows.shared += &format!("\n[[flow]]\nid = {id:?}\nrow = {{ {key} }}\npurpose = {FIXME:?}\n");
            if !row.marks().is_empty() {
                flows.of_edition += &format!("\n[[flow]]\nid = {id:?}\nmarks = {}\n", list(&row.marks()));
            }
        }
        flows
    }

    /// The keys about the page as a whole.
    pub(super) fn page_keys(&self) -> String {
        let mut text = format!("{}\nlayout = \"{}\"\ncolumns = [\n", header(), self.layout);
        for (name, meaning) in self.column_names.iter().zip(&self.meanings) {
            text += &format!("    {{ head = {}, is = \"{}\" }},\n", quote(name), meaning.as_str());
        }
        text += "]\n";
        if !self.spanning.is_empty() {
            text += &format!("spanning = {}\n", list(&self.spanning));
        }
        text += "tables = [\n";
        for heading in &self.headings {
            text += &match heading {
                Some(heading) => {
                    let direction = direction_key(heading);
                    let heading = quote(heading);
                    format!("    {{ heading = {heading}, section = {heading}{direction} }},\n")
                }
                None => "    {},\n".to_string(),
            };
        }
        text += "]\n";
        if let Some(own_name) = &self.own_name {
            text += &format!("own_name = {}\n", quote(own_name));
        }
        text
    }

    /// The key that distinguishes a row from all others. It contains the ports only if necessary.
    fn row_key(&self, row: &PrintedRow, all: &[PrintedRow]) -> String {
        let mut template = full_key_template();
        template.direction = self.own_name.as_ref().and(row.direction());
        let key = write_key(row, &template);
        if all.iter().filter(|other| write_key(other, &template) == key).count() > 1 {
            template.ports = Some(String::new());
        }
        write_key(row, &template)
    }
}

/// An id for a row: the product, the direction, and the first words of the peer and label cells.
pub(crate) fn flow_id(product: &str, row: &PrintedRow, used_ids: &mut BTreeSet<String>) -> String {
    let direction = match row.direction() {
        Some(Direction::Outbound) => "out",
        _ => "in",
    };
    let cells = [&row.peer, &row.label].into_iter().flatten().map(|text| text.to_lowercase());
    let cells = cells.collect::<Vec<_>>().join(" ");
    let words = cells.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut id = format!("{product}-{direction}");
    for word in words.filter(|word| !["the", "and", "or", "of", "to", "for"].contains(word)).take(5) {
        let _ = write!(id, "-{word}");
    }
    let mut unused = id.clone();
    let mut number = 2;
    while !used_ids.insert(unused.clone()) {
        unused = format!("{id}-{number}");
        number += 1;
    }
    unused
}

/// The first line of the files of the draft.
pub(super) fn header() -> String {
    format!("# A draft: replace every {FIXME}, check the columns, then run `cargo xtask regenerate`.\n")
}

/// The flows of a draft, as they are written to the two files.
#[derive(Default)]
pub(super) struct DraftedFlows {
    pub(super) shared: String,
    pub(super) of_edition: String,
}

/// The text outside the tables. What it is is known if an earlier edition has the same text.
pub(super) fn texts(capture: &Capture, known: Option<&Curation>) -> String {
    let mut text = String::new();
    for outside in &capture.texts {
        let digest = &outside.prose.digest;
        text += &format!("\n[[text]]\n# Line {} of the page.\ndigest = {digest:?}\n", outside.line);
        if let Some(below) = capture.below(outside) {
            text += &format!("below = {}\n", quote(&below));
        }
        let same = known.and_then(|known| known.texts.iter().find(|known| known.get_ref().digest == *digest));
        match same.and_then(|same| same.get_ref().what.as_deref()) {
            Some(what) => text += &format!("what = {}\n", quote(what)),
            None if has_facts(&outside.prose) => text += &format!("what = {FIXME:?}\n"),
            None => {}
        }
    }
    text
}

/// The column names, which must be the same in all tables.
fn column_names(page: &Page, new: &NewProduct) -> Result<Vec<String>, Vec<Diagnostic>> {
    let names = |table: &page::Table| table.header.iter().map(|name| name.text.clone()).collect::<Vec<_>>();
    let first = page.tables.first().map(names).unwrap_or_default();
    for table in &page.tables {
        if names(table) != first {
            let line = table.header.first().map_or(0, |name| name.number);
            let message = format!("table has the columns {:?} (the first table has {first:?})", names(table));
            let help = "remove the tables that don't list ports, or rename their columns";
            let diagnostic = Diagnostic::new(codes::DIFFERENT_COLUMNS, message).help(help);
            return Err(vec![diagnostic.at(Place::line(&new.doc, line))]);
        }
    }
    Ok(first)
}

/// Texts as a TOML array.
pub(super) fn list(texts: &[impl AsRef<str>]) -> String {
    format!("[{}]", texts.iter().map(|text| quote(text.as_ref())).collect::<Vec<_>>().join(", "))
}
