//! Curation: what the columns of a page mean, and what the page doesn't state, each addition with its reason.
//!
//! People write it, in `port-data/curation/<product>/`. It is the only place to change a fact. `flows.toml` says what the flows of
//! a product are, and nothing about the layout of a page. `<edition>.toml` says how one page is laid out, which printed texts the
//! values rest on, and in what the edition differs from the others. The types here are the keys of the second file, and those in `flow`
//! are the keys of a flow. `keys` parses a file; `by_id` lists the flows of an edition, which have their ids as keys; `read` puts the
//! two files together.

mod by_id;
mod fixme;
mod flow;
mod keys;
mod matching;
mod read;
mod table;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use port_core::Requirement;
use port_data::{LineIndex, Place};
use serde::Deserialize;
use toml::Spanned;

use crate::page::{Concealed, Glued, Hints, Layout, ListPattern, TextRows};

use flow::FlowKeys;

pub use fixme::{FIXME, unresolved};
pub use flow::{Adds, Flow, Footnote, Reading, Row, RowOf};
pub(crate) use keys::toml_error;
pub use read::SharedFlows;
pub use table::{Column, Meaning, Table};
pub use words::{Lists, PortList, quote};

/// The name of the file that all editions of a product share.
pub const SHARED_FILE: &str = "flows.toml";

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
    /// The columns, in order, of each table that has none of its own.
    #[serde(default)]
    pub columns: Vec<Column>,
    /// The names of the columns whose cells may span from the row above.
    #[serde(default)]
    pub spanning: Vec<String>,
    /// All values of a column, by its name. A text capture with one value per line is split into cells by them.
    #[serde(default)]
    pub values: BTreeMap<String, Vec<String>>,
    /// The only element of an HTML page that is read, by its id or a simple selector: `#post-382858`, `div.post`.
    pub article: Option<String>,
    /// What to do with hidden text in tables: `keep` or `drop`.
    pub hidden: Option<Concealed>,
    /// What to do with struck-out text in tables: `keep` or `drop`.
    pub struck_out: Option<Concealed>,
    /// What a link or a small span is if it directly follows a number: a `mark` or `text`.
    pub glued: Option<Glued>,
    /// Headings that belong to no section, such as the line at which a second copy of the body begins.
    #[serde(default)]
    pub headings: Vec<String>,
    /// The page's tables. Those with the same heading and columns are in the page's order.
    pub tables: Vec<Spanned<Table>>,
    /// The texts of the column `section`, with what they mean for their rows.
    #[serde(default)]
    pub sections: Vec<Table>,
    /// The parts of the product that a cell means, in addition to those of all editions. An empty id is the product as a whole, such as for its name in a column "from".
    #[serde(default, rename = "components")]
    own_components: BTreeMap<Spanned<String>, OneOrMore>,
    /// What the page says about every row.
    pub every_row: Option<EveryRow>,
    /// What the page says about lists of ports without a word between them.
    pub lists: Option<PageLists>,
    /// What maintainers should know about the source of this edition, such as what was shortened in it.
    #[serde(default)]
    pub about: String,
    /// The peer of each printed peer cell, in addition to those of all editions.
    #[serde(default, rename = "peers")]
    own_peers: BTreeMap<Spanned<String>, OneOrMore>,
    /// The text outside the tables, in the page's order.
    #[serde(default, rename = "text")]
    pub texts: Vec<Spanned<OutsideText>>,
    /// Rows that aren't flows.
    #[serde(default, rename = "row")]
    pub rows: Vec<Spanned<RowEntry>>,
    /// What this edition prints instead of the texts in the keys of rows: the other texts, by column and by text of the key.
    #[serde(default)]
    pub same: Same,
    /// Cells that a text capture lost.
    #[serde(default)]
    pub lost: Vec<Spanned<Lost>>,
    /// The flows of other editions that the page doesn't have.
    #[serde(default)]
    absent: Vec<Spanned<Absent>>,
    /// The keys of the edition's flows in its own file.
    #[serde(default, rename = "flow")]
    own_flows: Vec<Spanned<FlowKeys>>,
    /// The peers of each printed peer cell.
    #[serde(skip)]
    pub peers: BTreeMap<String, MeaningOfCell>,
    /// The parts of the product that a cell means.
    #[serde(skip)]
    pub components: BTreeMap<String, MeaningOfCell>,
    /// The product.
    #[serde(skip)]
    pub product: String,
    /// The edition's flows: those of all editions in their order, then its own.
    #[serde(skip)]
    pub flows: Vec<Flow>,
    /// The ids of the flows of all editions, also of those that this edition doesn't have.
    #[serde(skip)]
    pub shared_ids: BTreeSet<String>,
}

/// The peers or components that a printed cell means.
#[derive(Clone, Debug)]
pub struct MeaningOfCell {
    /// The ids.
    pub ids: OneOrMore,
    /// The line of the curation.
    pub place: Place,
    /// Whether it holds for all editions, so that some may not have the cell.
    pub is_shared: bool,
}

/// Other texts of an edition, by the text in the key of a row.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Same {
    /// Labels.
    #[serde(default)]
    pub label: BTreeMap<String, Vec<String>>,
    /// Peer cells.
    #[serde(default)]
    pub peer: BTreeMap<String, Vec<String>>,
}

impl Same {
    /// The text in keys that a printed text is the same as.
    #[must_use]
    pub fn in_keys<'a>(texts: &'a BTreeMap<String, Vec<String>>, printed: &'a str) -> &'a str {
        let same = texts.iter().find(|(_, others)| others.iter().any(|other| other == printed));
        same.map_or(printed, |(text, _)| text)
    }
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
    /// The headings that say so, or the digests of other texts. Absent if the rows themselves show it.
    pub of: Option<OneOrMore>,
    /// Where the page says so.
    pub reason: String,
}

/// What the page says about every row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EveryRow {
    /// Whether the page requires the flows.
    #[serde(deserialize_with = "words::word")]
    pub requirement: Option<Requirement>,
    /// The headings that say so, or the digests of other texts.
    pub of: OneOrMore,
    /// Where the page says so.
    pub reason: String,
}

/// Text outside the tables that somebody has read: the rest of what is printed between two tables or headings, or a paragraph with
/// a number or a host.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutsideText {
    /// The digest of the text.
    pub digest: String,
    /// The heading of the table above it; without a heading, its column names. Absent above the first table.
    pub below: Option<String>,
    /// What the text is, and which entries use its facts. A text with a port number or a host must have it.
    pub what: Option<String>,
}

/// A row that isn't a flow.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowEntry {
    /// What is printed in it.
    pub row: Row,
    /// Why it isn't a flow.
    pub no_flow: String,
    /// The printed texts on which that rests.
    pub note_of: Option<OneOrMore>,
    /// Whether only the rows are meant that repeat an earlier row with these texts.
    #[serde(default)]
    pub repeats: bool,
}

/// One text or several: `"worker"` or `["worker", "control-plane"]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

impl OneOrMore {
    /// The texts.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        match self {
            OneOrMore::One(id) => std::slice::from_ref(id),
            OneOrMore::More(ids) => ids,
        }
    }
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

    /// The columns of the tables that an entry describes.
    #[must_use]
    pub fn columns_of<'a>(&'a self, table: &'a Table) -> &'a [Column] {
        if table.columns.is_empty() { &self.columns } else { &table.columns }
    }

    /// What the reader of a text capture needs to know.
    #[must_use]
    pub fn hints(&self) -> Hints {
        let headings = self
            .tables
            .iter()
            .map(Spanned::get_ref)
            .filter(|table| table.text.is_none())
            .filter_map(|table| table.heading.clone())
            .filter(|heading| !heading.is_empty());
        let lists = self.tables.iter().map(Spanned::get_ref).flat_map(|table| {
            let patterns = table.item.iter().flat_map(OneOrMore::as_slice);
            patterns.map(|pattern| ListPattern { heading: table.heading.clone(), pattern: pattern.clone() })
        });
        let texts = self.tables.iter().map(Spanned::get_ref).filter_map(|table| {
            let columns = self.columns_of(table);
            Some(TextRows {
                digest: table.text.clone()?,
                columns: columns.iter().map(|column| column.head.clone()).collect(),
                rows: table.text_rows(columns),
            })
        });
        Hints {
            texts: texts.collect(),
            headings: self.headings.iter().cloned().chain(headings).collect(),
            columns: self.columns.iter().map(|column| column.head.clone()).collect(),
            spanning: self.spanning.clone(),
            values: self.values.clone(),
            lists: lists.collect(),
            article: self.article.clone(),
            hidden: self.hidden,
            struck_out: self.struck_out,
            glued: self.glued,
        }
    }
}
