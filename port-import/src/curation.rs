//! Curation: what the columns of a page mean, and what the page does not say, each addition with its reason.
//!
//! It stands in `port-data/curation/<product>.toml`, is written by people, and is the only place to change a fact.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use port_core::{Direction, Requirement};
use port_data::hidden::{REMOVE_HIDDEN, first_in_file, hidden_character, is_hidden};
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::file;
use crate::page::{Hints, Layout, MAX_BYTES};
use crate::place::{fault, fault_at};
use port_data::Diagnostic;

/// What stands in a draft where a person must say something.
pub const MISSING: &str = "FIXME";

/// The curation of one product's page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curation {
    /// Where it stands.
    #[serde(skip)]
    pub file: PathBuf,
    /// Its text, in which places are looked up.
    #[serde(skip)]
    text: String,
    /// Where each of its lines ends, in bytes: of thousands of faults each is told with its line.
    #[serde(skip)]
    line_ends: Vec<usize>,
    /// The layout of the page's text capture.
    #[serde(deserialize_with = "layout")]
    pub layout: Layout,
    /// The page's columns, in order.
    pub columns: Vec<Column>,
    /// The heads of the columns whose cells may span from the row above.
    #[serde(default)]
    pub spanning: Vec<String>,
    /// By the head of a column, all that may stand in it: a capture of one value a line is told apart by it.
    #[serde(default)]
    pub values: BTreeMap<String, Vec<String>>,
    /// A line over the tables that is a heading and no section, such as one at which a copy of the body begins.
    #[serde(default)]
    pub headings: Vec<String>,
    /// The page's tables, in order.
    pub tables: Vec<Table>,
    /// What the page calls the product, where it has columns From and To.
    pub own_name: Option<String>,
    /// What the page as a whole says of every row.
    pub every_row: Option<EveryRow>,
    /// The typed peer of each peer's cell.
    #[serde(default)]
    pub peers: BTreeMap<Spanned<String>, String>,
    /// Lines outside the tables, in the page's order.
    #[serde(default, rename = "line")]
    pub lines: Vec<Spanned<Line>>,
    /// Cells that a capture lost.
    #[serde(default)]
    pub lost: Vec<Spanned<Lost>>,
    /// The flows, one for each row.
    #[serde(default, rename = "flow")]
    pub flows: Vec<Spanned<Flow>>,
}

/// A column of the page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its head as printed.
    pub head: String,
    /// What stands in it.
    pub is: Meaning,
    /// For customization: what each short text in it means; any other is prose.
    #[serde(default)]
    pub short: BTreeMap<String, String>,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// The peer.
    Peer,
    /// What the row is about.
    Label,
    /// The ports.
    Ports,
    /// The transport.
    Protocol,
    /// Who opens the connection.
    Direction,
    /// The product's interfaces.
    Interfaces,
    /// Where traffic comes from: the peer or the product.
    From,
    /// Where traffic goes: the peer or the product.
    To,
    /// Where the port can be changed.
    Customization,
    /// Prose.
    Note,
}

/// A table of the page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What is printed over it; nothing where nothing is.
    pub heading: Option<String>,
    /// How the catalog names this part of the document.
    pub section: Option<String>,
    /// The direction of its rows, where the heading says it.
    #[serde(default, deserialize_with = "word")]
    pub direction: Option<Direction>,
}

/// What the page as a whole says of every row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EveryRow {
    /// How firmly it asks for the flows.
    #[serde(deserialize_with = "word")]
    pub requirement: Option<Requirement>,
    /// Where it says so.
    pub reason: String,
}

/// A line outside the tables: what it is, and that it was read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The digest of the line.
    pub digest: String,
    /// How many tables begin before it.
    #[serde(default)]
    pub after_tables: usize,
    /// What the line is, and where its facts went.
    pub what: String,
}

/// Cells that a text capture lost and that look as if they spanned from above.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lost {
    /// The section.
    pub section: String,
    /// The head of the column.
    pub column: String,
    /// The labels of the rows.
    pub labels: Vec<String>,
    /// How that is known.
    pub reason: String,
}

/// A flow: which row it is, and what the row does not say by itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Its id, stable for ever.
    pub id: String,
    /// The row.
    pub row: Row,
    /// The purpose, in our words.
    pub purpose: String,
    /// The typed peer, where it is not that of the peer's cell.
    pub peer: Option<String>,
    /// The services that the row states, by the first port of each spec, or by the name that is printed in its place; `""` for
    /// a name that is no service of its own.
    #[serde(default)]
    pub services: BTreeMap<String, String>,
    /// The marks and remarks in the port cell, as they were read: where they change, what was read off them must be seen to.
    #[serde(default)]
    pub marks: Vec<String>,
    /// How firmly the row asks for the flow, where it says so.
    #[serde(default, deserialize_with = "word")]
    pub requirement: Option<Requirement>,
    /// The limit that the row gives.
    pub condition: Option<String>,
    /// Whether the row calls the port one that can be changed, where no cell says it by itself.
    #[serde(default)]
    pub configurable: bool,
    /// Where or how it can be changed, where no cell says it by itself.
    pub customization: Option<String>,
    /// What else a reader should know.
    pub note: Option<String>,
    /// Numbers in the row's prose and remarks that are not its ports.
    #[serde(default)]
    pub other_numbers: Vec<String>,
    /// Names in the row's text that are no hosts of the peer.
    #[serde(default)]
    pub other_hosts: Vec<String>,
    /// The ports, where a footnote gives them.
    pub footnote: Option<Footnote>,
    /// What the document does not state.
    pub adds: Option<Adds>,
}

/// Which row a flow is: what is printed in it. What is not given is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The section.
    pub section: Option<String>,
    /// The direction.
    #[serde(default, deserialize_with = "word")]
    pub direction: Option<Direction>,
    /// The peer's cell.
    pub peer: Option<String>,
    /// The label's cell.
    pub label: Option<String>,
    /// The ports' cell, to tell rows apart that are alike in all else; it may change.
    pub ports: Option<String>,
}

/// Ports that stand in a footnote.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Footnote {
    /// The digest of the footnote's line.
    pub digest: String,
    /// The ports that it gives.
    pub ports: String,
}

/// Facts that the document does not state; each is named in the flow's `curated`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adds {
    /// The typed peer.
    pub peer: Option<String>,
    /// The services, by the first port of each spec.
    #[serde(default)]
    pub services: BTreeMap<String, String>,
    /// The ports, where the row prints none that can be read.
    pub ports: Option<String>,
    /// How it is known.
    pub reason: String,
}

fn layout<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Layout, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

/// A word of the catalog's vocabulary.
fn word<'de, D: Deserializer<'de>, T: std::str::FromStr<Err: std::fmt::Display>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(|error| serde::de::Error::custom(format!("found {text:?}: {error}")))
}

impl Curation {
    /// Reads a curation.
    ///
    /// # Errors
    ///
    /// What is wrong with the file, with its line.
    pub fn read(file: &Path) -> Result<Curation, Diagnostic> {
        if !file.exists() {
            return Err(fault(file, 0, "found no curation, expected one; `cargo xtask new-product` drafts it"));
        }
        Curation::parse(file, &file::read(file)?)
    }

    /// Parses the text of a curation.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, with its line.
    pub fn parse(file: &Path, text: &str) -> Result<Curation, Diagnostic> {
        if text.len() > MAX_BYTES {
            return Err(fault(file, 0, format!("found {} bytes, expected at most {MAX_BYTES}", text.len())));
        }
        let hidden = |offset, found| {
            let (line, column) = place_of(text, offset);
            fault_at(file, line, column, hidden_character(found)).help(REMOVE_HIDDEN)
        };
        if let Some((offset, found)) = first_in_file(text) {
            return Err(hidden(offset, found));
        }
        let toml_fault = |error: toml::de::Error| {
            let (line, column) = error.span().map_or((0, 0), |span| place_of(text, span.start));
            fault_at(file, line, column, error.message().replace('\n', ", "))
        };
        let table = DeTable::parse(text).map_err(toml_fault)?;
        let written = table.get_ref().iter().find_map(|(key, value)| escaped(key, value));
        if let Some((position, found)) = written {
            return Err(hidden(position, found));
        }
        let mut curation = Curation::deserialize(toml::Deserializer::from(table)).map_err(toml_fault)?;
        curation.file = file.to_path_buf();
        curation.text = text.to_string();
        curation.line_ends = text.match_indices('\n').map(|(end, _)| end).collect();
        match curation.contradiction() {
            Some(message) => Err(fault(file, 1, message)),
            None => Ok(curation),
        }
    }

    /// What the columns' meanings contradict.
    fn contradiction(&self) -> Option<String> {
        let count = |meaning| self.columns.iter().filter(|column| column.is == meaning).count();
        let twice = self.columns.iter().find(|column| column.is != Meaning::Note && count(column.is) > 1);
        if let Some(column) = twice {
            return Some(format!("found two columns that are {:?}, expected one", column.is));
        }
        if count(Meaning::Label) == 0 || count(Meaning::Ports) == 0 {
            return Some(
                "found no column that is \"label\" or none that is \"ports\", expected one of each".to_string(),
            );
        }
        let ends = count(Meaning::From) + count(Meaning::To);
        match (ends, self.own_name.is_some(), count(Meaning::Peer) + count(Meaning::Direction)) {
            (0, false, _) | (2, true, 0) => None,
            _ => Some("found columns \"from\" and \"to\", own_name, or a column for the peer that do not go together, expected from, to and own_name, or none of the three".to_string()),
        }
    }

    /// The lines in which a person has something to say yet.
    #[must_use]
    pub fn missing(&self) -> Vec<Diagnostic> {
        missing_in(&self.file, &self.text)
    }

    /// A fault in an entry.
    pub fn fault<T>(&self, entry: &Spanned<T>, message: impl Into<String>) -> Diagnostic {
        let line = self.line_ends.partition_point(|end| *end < entry.span().start) + 1;
        fault(&self.file, line, message)
    }

    /// What a reader of text captures is told.
    #[must_use]
    pub fn hints(&self) -> Hints {
        Hints {
            headings: self
                .headings
                .iter()
                .cloned()
                .chain(self.tables.iter().filter_map(|table| table.heading.clone()))
                .collect(),
            columns: self.columns.iter().map(|column| column.head.clone()).collect(),
            spanning: self.spanning.clone(),
            values: self.values.clone(),
        }
    }

    /// Whether a cell is the vendor's prose, of which only a digest and the facts are kept.
    #[must_use]
    pub fn is_prose(&self, head: &str, text: &str) -> bool {
        self.columns.iter().any(|column| {
            column.head == head
                && match column.is {
                    Meaning::Note => !text.is_empty(),
                    Meaning::Customization => !text.is_empty() && !column.short.contains_key(text),
                    _ => false,
                }
        })
    }
}

/// A text as a curation has it. Rust writes some letters as an escape that TOML does not know.
#[must_use]
pub fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The lines of a file that a draft left to a person.
#[must_use]
pub fn missing_in(file: &Path, text: &str) -> Vec<Diagnostic> {
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.starts_with('#') && line.contains(MISSING));
    lines.map(|(_, line)| fault(file, line, format!("found {MISSING}, expected what a person must say"))).collect()
}

/// The first hidden character that an entry's key or one of its texts has by an escape, and where the text begins.
fn escaped(key: &Spanned<DeString<'_>>, value: &Spanned<DeValue<'_>>) -> Option<(usize, char)> {
    hidden_in(key.get_ref(), key.span().start).or_else(|| match value.get_ref() {
        DeValue::Table(entries) => entries.iter().find_map(|(key, value)| escaped(key, value)),
        DeValue::Array(values) => values.iter().find_map(|value| escaped(key, value)),
        DeValue::String(text) => hidden_in(text, value.span().start),
        _ => None,
    })
}

fn hidden_in(text: &str, position: usize) -> Option<(usize, char)> {
    Some((position, text.chars().find(|character| is_hidden(*character))?))
}

/// The line and the column of a position in a text, both from 1.
fn place_of(text: &str, position: usize) -> (usize, usize) {
    let before = &text[..position.min(text.len())];
    let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
    (before.matches('\n').count() + 1, column)
}
