//! Curation: what the columns of a page mean, and what the page doesn't state, each addition with its reason.
//!
//! People write it, in `port-data/curation/<product>/`. It is the only place to change a fact. `flows.toml` says what the flows of
//! a product are, and nothing about the layout of a page. `<edition>.toml` says how one page is laid out, which printed texts the
//! values rest on, and in what the edition differs from the others. The types here are the keys of the second file, those of a
//! flow are in `flow`; `read` parses both and puts them together.

mod fixme;
mod flow;
mod read;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use port_core::{Direction, Requirement};
use port_data::{LineIndex, Place};
use serde::Deserialize;
use toml::Spanned;

use crate::page::{Hints, Layout};

use flow::FlowKeys;

pub use fixme::{FIXME, unresolved};
pub use flow::{Adds, Flow, Footnote, Reading, Row, RowOf};
pub use read::{SHARED_FILE, SharedFlows};
pub use words::{Lists, PortList, quote};

/// The curation of one edition of a product's page, together with what it shares with other editions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curation {
    /// The file of the edition.
    #[serde(skip)]
    pub file: PathBuf,
    /// The file of all editions; that of the edition if there is no other.
    #[serde(skip)]
    pub flows_file: PathBuf,
    /// What is unresolved in the two files.
    #[serde(skip)]
    unresolved: Vec<port_data::Diagnostic>,
    /// The line starts of the edition's file, to find the line of an entry.
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
    /// The texts of the column `section`, with what they mean for their rows.
    #[serde(default)]
    pub sections: Vec<Table>,
    /// What the page calls the product, if it has columns "from" and "to".
    pub own_name: Option<String>,
    /// What the page says about every row.
    pub every_row: Option<EveryRow>,
    /// What the page says about lists of ports without a word between them.
    pub lists: Option<PageLists>,
    /// What maintainers should know about the source of this edition, such as what was shortened in it.
    #[serde(default)]
    pub about: String,
    /// The peer of each printed peer cell, in addition to those of all editions.
    #[serde(default, rename = "peers")]
    own_peers: BTreeMap<Spanned<String>, String>,
    /// The lines outside the tables, in the page's order.
    #[serde(default, rename = "line")]
    pub lines: Vec<Spanned<Line>>,
    /// Cells that a text capture lost.
    #[serde(default)]
    pub lost: Vec<Spanned<Lost>>,
    /// The flows of other editions that the page doesn't have.
    #[serde(default)]
    absent: Vec<Spanned<Absent>>,
    /// The keys of the edition's flows in its own file.
    #[serde(default, rename = "flow")]
    own_flows: Vec<Spanned<FlowKeys>>,
    /// The peer of each printed peer cell.
    #[serde(skip)]
    pub peers: BTreeMap<String, PeerOfCell>,
    /// The edition's flows: those of all editions in their order, then its own.
    #[serde(skip)]
    pub flows: Vec<Flow>,
    /// The ids of the flows of all editions, also of those that this edition doesn't have.
    #[serde(skip)]
    pub shared_ids: BTreeSet<String>,
}

/// The peer that a printed peer cell means.
#[derive(Clone, Debug)]
pub struct PeerOfCell {
    /// The peer's id.
    pub peer: String,
    /// The line of the curation.
    pub place: Place,
    /// Whether it holds for all editions, so that some may not have the cell.
    pub is_shared: bool,
}

/// Flows of other editions that a page doesn't have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Absent {
    flows: Vec<String>,
    reason: String,
}

/// What a page says about lists of ports without a word between them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageLists {
    /// What they mean.
    #[serde(deserialize_with = "words::lists")]
    pub are: Option<Lists>,
    /// Where the page says so.
    pub reason: String,
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
    /// For a label column: whether its cells may be empty.
    #[serde(default)]
    pub may_be_empty: bool,
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
    /// The part of the document that the row belongs to.
    Section,
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
            Meaning::Section => "section",
            Meaning::Interfaces => "interfaces",
            Meaning::From => "from",
            Meaning::To => "to",
            Meaning::Customization => "customization",
            Meaning::Note => "note",
        }
    }
}

/// A table of the page, or a part of a table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The heading printed above it, if there is one, or the text in the column `section`.
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
