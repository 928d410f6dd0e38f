//! Writes the parts of a draft as TOML.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::columns::DraftColumn;
use super::draft::{DraftTable, PageDraft};
use super::outside_text;
use crate::capture::{Capture, has_facts};
use crate::curation::{Curation, FIXME, quote};
use crate::page::{LineKind, Page};

/// The first line of the files of a draft.
pub(super) fn header() -> String {
    format!("# A draft: replace every {FIXME}, check the rest, then run `cargo xtask regenerate`.\n")
}

/// A comment for what a person must decide.
pub(super) fn question(question: Option<&str>) -> String {
    question.map_or(String::new(), |question| format!(" # {FIXME}: {question}"))
}

/// A key with its value. A value that contains a FIXME needs no other.
pub(super) fn key_line(key: &str, value: &str, asked: Option<&str>) -> String {
    match asked {
        Some(asked) if value.contains(FIXME) => format!("{key} = {value} # {asked}\n"),
        asked => format!("{key} = {value}{}\n", question(asked)),
    }
}

/// Texts as a TOML array.
pub(super) fn list(texts: &[impl AsRef<str>]) -> String {
    format!("[{}]", texts.iter().map(|text| quote(text.as_ref())).collect::<Vec<_>>().join(", "))
}

impl PageDraft {
    /// The keys about the page as a whole, with its tables.
    pub(super) fn page_keys(&self) -> String {
        let mut text = format!("{}\nlayout = \"{}\"\n", header(), self.layout);
        if !self.columns.is_empty() {
            text += &columns(&self.columns);
        }
        if !self.spanning.is_empty() {
            text += &format!("spanning = {}\n", list(&self.spanning));
        }
        let mut written: BTreeSet<String> = BTreeSet::new();
        for (index, table) in self.tables.iter().enumerate() {
            let block = self.table(table);
            // One entry describes all tables that are the same, unless others have the same heading and columns.
            if self.is_only_kind(index) && !written.insert(block.clone()) {
                continue;
            }
            text += &block;
        }
        text
    }

    /// Whether all tables with the heading and columns of a table are described in the same way.
    fn is_only_kind(&self, index: usize) -> bool {
        let table = &self.tables[index];
        let heads = |table: &DraftTable| table.columns.iter().map(|column| column.head.clone()).collect::<Vec<_>>();
        let is_alike = |other: &&DraftTable| other.heading == table.heading && heads(other) == heads(table);
        self.tables.iter().filter(is_alike).all(|other| self.table(other) == self.table(table))
    }

    fn table(&self, table: &DraftTable) -> String {
        write_table(table, &self.columns)
    }

    /// Who the printed cells are.
    pub(super) fn parties(&self) -> String {
        let mut text = String::new();
        // A cell that only a heading prints needs no entry.
        let is_printed = |cell: &&String| self.cells.contains(*cell);
        let mut part = |name: &str, comment: &str, cells: &std::collections::BTreeMap<String, String>| {
            let cells: Vec<(&String, &String)> = cells.iter().filter(|(cell, _)| is_printed(cell)).collect();
            if !cells.is_empty() {
                text += &format!("\n{comment}[{name}]\n");
                text.extend(cells.iter().map(|(cell, id)| format!("{} = {}\n", quote(cell), quote(id))));
            }
        };
        part(
            "peers",
            "# The peer of each printed cell. Cells of parts of the product belong to [components].\n",
            &self.parties.peers,
        );
        part(
            "components",
            "# The part of the product that a cell means; \"\" is the product as a whole.\n",
            &self.parties.components,
        );
        text
    }
}

/// An entry for a table. Its columns are written if they aren't those of the page.
pub(super) fn write_table(table: &DraftTable, default: &[DraftColumn]) -> String {
    let mut text = "\n[[tables]]\n".to_string();
    if table.names_heading {
        text += &format!("heading = {}\n", quote(&table.heading));
    }
    if let Some(reason) = &table.ignore {
        text += &format!("ignore = {}\n", quote(reason));
        if !table.columns.is_empty() {
            text += &columns(&table.columns);
        }
        return text;
    }
    if let Some(section) = &table.section {
        text += &format!("section = {}\n", quote(section));
    }
    for (key, proposal) in &table.constants {
        let is_toml = matches!(*key, "both_ways" | "note_of" | "rows");
        let value = if is_toml { proposal.value.clone() } else { quote(&proposal.value) };
        text += &key_line(key, &value, proposal.question);
    }
    match table.items.as_slice() {
        [] => {}
        [item] => text += &format!("item = {}\n", quote(item)),
        items => {
            text += "item = [\n";
            text.extend(items.iter().map(|item| format!("    {},\n", quote(item))));
            text += "]\n";
        }
    }
    if table.columns != default && !table.columns.is_empty() {
        text += &columns(&table.columns);
    }
    text
}

pub(super) fn columns(columns: &[DraftColumn]) -> String {
    let mut text = "columns = [\n".to_string();
    for column in columns {
        text += &format!("    {{ head = {}, is = \"{}\"", quote(&column.head), column.is.as_str());
        if !column.means.is_empty() {
            let means = column.means.iter().map(|(cell, meaning)| format!("{} = {}", quote(cell), quote(meaning)));
            text += &format!(", means = {{ {} }}", means.collect::<Vec<_>>().join(", "));
        }
        if column.may_be_empty {
            text += ", may_be_empty = true";
        }
        if let Some(reason) = &column.reason {
            text += &format!(", reason = {}", quote(reason));
        }
        text += &format!(" }},{}\n", question(column.question));
    }
    text + "]\n"
}

/// The text outside the tables. What it is is known if it is a heading, or if an earlier edition has the same text.
pub(super) fn texts(capture: &Capture, page: &Page, known: Option<&Curation>) -> String {
    let is_heading = |line: usize, words: &str| {
        let lines = page.text_outside_tables.iter().filter(|text| text.number == line);
        lines.clone().count() == 1 && lines.into_iter().all(|text| text.kind == LineKind::Heading && text.text == words)
    };
    let mut text = String::new();
    let with_rows = capture.texts_with_rows();
    let listed = capture.texts.iter().enumerate().filter(|(index, _)| !with_rows.contains(index));
    for (_, outside) in listed {
        let digest = &outside.prose.digest;
        let _ = write!(text, "\n[[text]] # line {} of the page\ndigest = {digest:?}\n", outside.line);
        if let Some(below) = capture.below(outside) {
            text += &format!("below = {}\n", quote(&below));
        }
        let same = known.and_then(|known| known.texts.iter().find(|known| known.get_ref().digest == *digest));
        match same.and_then(|same| same.get_ref().what.as_deref()) {
            Some(what) => text += &format!("what = {}\n", quote(what)),
            None if !has_facts(&outside.prose) => {}
            None if is_heading(outside.line, outside.words.as_deref().unwrap_or_default()) => {
                text += "what = \"A heading.\"\n";
            }
            None => {
                let what = outside.words.as_deref().and_then(outside_text::what);
                text += &format!("what = {}\n", quote(what.as_deref().unwrap_or(FIXME)));
            }
        }
    }
    text
}
