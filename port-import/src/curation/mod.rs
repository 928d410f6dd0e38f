//! Curation: what the columns of a page mean, and what the page doesn't state, each addition with its reason.
//!
//! People write it, as `port-data/curation/<product>.toml`. It is the only place to change a fact. The types here are the keys
//! of that file; `read` parses it.

mod fixme;
mod read;
mod words;

use std::collections::BTreeMap;
use std::path::PathBuf;

use port_core::{Direction, Requirement};
use port_data::{LineIndex, Place};
use serde::Deserialize;
use toml::Spanned;

use crate::page::{Hints, Layout};

pub use fixme::{FIXME, unresolved};
pub use words::{PortList, quote};

/// The curation of one product's page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curation {
    /// The curation's file.
    #[serde(skip)]
    pub file: PathBuf,
    /// The file's text.
    #[serde(skip)]
    text: String,
    /// The line starts of the text, to find the line of an entry.
    #[serde(skip)]
    lines_index: LineIndex,
    /// The layout of the page, if it is saved as text.
    #[serde(deserialize_with = "words::layout")]
    pub layout: Layout,
    /// The page's columns, in order.
    pub columns: Vec<Column>,
    /// The names of the columns whose cells may span from the row above.
    #[serde(default)]
    pub spanning: Vec<String>,
    /// All values of a column, by its name. A text capture with one value per line is split into cells by them.
    #[serde(default)]
    pub values: BTreeMap<String, Vec<String>>,
    /// Headings that belong to no section, such as the line at which a second copy of the body begins.
    #[serde(default)]
    pub headings: Vec<String>,
    /// The page's tables, in order.
    pub tables: Vec<Table>,
    /// What the page calls the product, if it has columns "from" and "to".
    pub own_name: Option<String>,
    /// What the page says about every row.
    pub every_row: Option<EveryRow>,
    /// The peer of each printed peer cell.
    #[serde(default)]
    pub peers: BTreeMap<Spanned<String>, String>,
    /// The lines outside the tables, in the page's order.
    #[serde(default, rename = "line")]
    pub lines: Vec<Spanned<Line>>,
    /// Cells that a text capture lost.
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
    /// Its name as printed.
    pub head: String,
    /// What it contains.
    pub is: Meaning,
    /// For a customization column: the meaning of each short text in it. Every other text is prose.
    #[serde(default)]
    pub short: BTreeMap<String, String>,
}

/// What a column contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// The peer.
    Peer,
    /// The subject of the row.
    Label,
    /// The ports.
    Ports,
    /// The transport.
    Protocol,
    /// Who opens the connection.
    Direction,
    /// The product's interfaces.
    Interfaces,
    /// The source of the traffic: the peer or the product.
    From,
    /// The destination of the traffic: the peer or the product.
    To,
    /// Where the port can be changed.
    Customization,
    /// Prose.
    Note,
}

impl Meaning {
    /// The word for it in the curation.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Meaning::Peer => "peer",
            Meaning::Label => "label",
            Meaning::Ports => "ports",
            Meaning::Protocol => "protocol",
            Meaning::Direction => "direction",
            Meaning::Interfaces => "interfaces",
            Meaning::From => "from",
            Meaning::To => "to",
            Meaning::Customization => "customization",
            Meaning::Note => "note",
        }
    }
}

/// A table of the page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The heading printed above it, if there is one.
    pub heading: Option<String>,
    /// The catalog's name for this part of the document.
    pub section: Option<String>,
    /// The direction of its rows, if the heading states it.
    #[serde(default, deserialize_with = "words::word")]
    pub direction: Option<Direction>,
}

/// What the page says about every row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EveryRow {
    /// Whether the page requires the flows.
    #[serde(deserialize_with = "words::word")]
    pub requirement: Option<Requirement>,
    /// Where the page says so.
    pub reason: String,
}

/// A line outside the tables that somebody has read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The digest of the line.
    pub digest: String,
    /// The number of tables that begin above it.
    #[serde(default)]
    pub after_tables: usize,
    /// What the line is, and which entries use its facts.
    pub what: String,
}

/// Cells that a text capture lost. In the capture, they look as if they spanned from above.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lost {
    /// The section.
    pub section: String,
    /// The name of the column.
    pub column: String,
    /// The labels of the rows.
    pub labels: Vec<String>,
    /// How we know.
    pub reason: String,
}

/// A flow: its row, and what the row doesn't state by itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Its id, which never changes.
    pub id: String,
    /// The row.
    pub row: Row,
    /// The purpose, in our words.
    pub purpose: String,
    /// The peer, if it isn't the one in `[peers]`.
    pub peer: Option<String>,
    /// The services that the row states, by the first port of each spec, or by the name that is printed instead of a port. An
    /// empty text means a name that isn't a service of its own.
    #[serde(default)]
    pub services: BTreeMap<String, String>,
    /// The marks and remarks in the port cell when somebody last read it. If they change, the facts derived from them may have
    /// changed too.
    #[serde(default)]
    pub marks: Vec<String>,
    /// Whether the row requires the flow, if it says so.
    #[serde(default, deserialize_with = "words::word")]
    pub requirement: Option<Requirement>,
    /// The condition that the row states.
    pub condition: Option<String>,
    /// Whether the row says that the port can be changed, if no cell states it by itself.
    #[serde(default)]
    pub configurable: bool,
    /// Where or how to change the port, if no cell states it by itself.
    pub customization: Option<String>,
    /// A warning for users of the row.
    pub note: Option<String>,
    /// Numbers in the row's text that aren't its ports.
    #[serde(default)]
    pub other_numbers: Vec<String>,
    /// Names in the row's text that aren't hosts of the peer.
    #[serde(default)]
    pub other_hosts: Vec<String>,
    /// The ports, if a footnote gives them.
    pub footnote: Option<Footnote>,
    /// Facts that the document doesn't state.
    pub adds: Option<Adds>,
}

/// What is printed in the row of a flow. A key that isn't given matches every row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The section.
    pub section: Option<String>,
    /// The direction.
    #[serde(default, deserialize_with = "words::word")]
    pub direction: Option<Direction>,
    /// The peer cell.
    pub peer: Option<String>,
    /// The label cell.
    pub label: Option<String>,
    /// The port cell, to distinguish rows that are otherwise equal. If it changes, the row is still found.
    pub ports: Option<String>,
}

/// Ports given by a footnote.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Footnote {
    /// The digest of the footnote's line.
    pub digest: String,
    /// The ports.
    pub ports: PortList,
}

/// Facts that the document doesn't state. The flow lists them as `curated`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adds {
    /// The peer.
    pub peer: Option<String>,
    /// The services, by the first port of each spec.
    #[serde(default)]
    pub services: BTreeMap<String, String>,
    /// The ports, if the row prints none that can be read.
    pub ports: Option<PortList>,
    /// How we know.
    pub reason: String,
}

impl Curation {
    /// The line of an entry.
    pub fn place<T>(&self, entry: &Spanned<T>) -> Place {
        Place::line(&self.file, self.lines_index.line(entry.span().start))
    }

    /// What the reader of a text capture needs to know.
    #[must_use]
    pub fn hints(&self) -> Hints {
        let headings = self.tables.iter().filter_map(|table| table.heading.clone());
        Hints {
            headings: self.headings.iter().cloned().chain(headings).collect(),
            columns: self.columns.iter().map(|column| column.head.clone()).collect(),
            spanning: self.spanning.clone(),
            values: self.values.clone(),
        }
    }

    /// Whether a cell is prose, so that a capture keeps only its digest and facts.
    #[must_use]
    pub fn is_prose(&self, column_name: &str, text: &str) -> bool {
        self.columns.iter().any(|column| {
            column.head == column_name
                && match column.is {
                    Meaning::Note => !text.is_empty(),
                    Meaning::Customization => !text.is_empty() && !column.short.contains_key(text),
                    _ => false,
                }
        })
    }
}
