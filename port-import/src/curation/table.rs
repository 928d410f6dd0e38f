//! The tables of a page: which of them an entry of the curation describes, what their columns contain, and what applies to all of
//! their rows.

use std::collections::BTreeMap;

use port_core::{Direction, Enabled, Requirement, Scope, Transport};
use serde::Deserialize;

use super::{OneOrMore, words};
use crate::digest;

/// Tables of a page, a list or a text of the page, or a part of a table. An entry describes every table that has its heading and its columns.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The heading printed above, or the text in the column `section`. Absent for any heading, empty for none.
    pub heading: Option<String>,
    /// The columns, if they aren't those of the page.
    #[serde(default)]
    pub columns: Vec<Column>,
    /// For a list: how its items are written, such as `{Ports}: {Label}`, in one way or in several. The names in braces are the
    /// columns.
    pub item: Option<OneOrMore>,
    /// The digest of a text outside the tables that prints the rows.
    pub text: Option<String>,
    /// The rows that the text prints: words of it, by column.
    #[serde(default)]
    pub rows: Vec<BTreeMap<String, String>>,
    /// What the numbers and hosts of the text are that no row has.
    pub what: Option<String>,
    /// Why none of its rows is a flow. The rows aren't read.
    pub ignore: Option<String>,
    /// The catalog's name for this part of the document.
    pub section: Option<String>,
    /// Who opens the connection in every row, as the heading or the text above says. The keys below are about every row too.
    #[serde(default, deserialize_with = "words::word")]
    pub direction: Option<Direction>,
    /// The transport of ports that are printed without one.
    #[serde(default, deserialize_with = "words::word")]
    pub transport: Option<Transport>,
    /// The peer.
    pub peer: Option<String>,
    /// The part of the product at its own end.
    pub component: Option<String>,
    /// The source of every row, as the heading names it. `[components]` and `[peers]` say who that is.
    pub from: Option<String>,
    /// The destination of every row, likewise.
    pub to: Option<String>,
    /// Whether either of the two opens connections.
    #[serde(default)]
    pub both_ways: bool,
    /// The condition.
    pub condition: Option<String>,
    /// Whether the flows are required.
    #[serde(default, deserialize_with = "words::word")]
    pub requirement: Option<Requirement>,
    /// How far the traffic goes.
    #[serde(default, deserialize_with = "words::word")]
    pub scope: Option<Scope>,
    /// Whether the ports are open by default.
    #[serde(default, deserialize_with = "words::word")]
    pub enabled: Option<Enabled>,
    /// The printed texts on which these facts rest: the heading, a column name, a cell, or digests of prose or of other texts. A condition and
    /// a requirement must name one.
    pub note_of: Option<OneOrMore>,
}

/// A column of a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name as printed.
    pub head: String,
    /// What it contains.
    pub is: Meaning,
    /// The meaning of short texts in its cells, such as `{ "From VM" = "outbound" }`. In a customization column, every other text is
    /// prose. The digest of a prose cell can have a meaning too, which is then read in its place.
    #[serde(default)]
    pub means: BTreeMap<String, String>,
    /// For a column of labels or protocols: whether its cells may be empty. A row without a protocol states none.
    #[serde(default)]
    pub may_be_empty: bool,
    /// Why a column is ignored.
    pub reason: Option<String>,
}

/// What a column contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// The peer.
    Peer,
    /// The subject of the row.
    Label,
    /// The ports. Several columns of ports are read one after another.
    Ports,
    /// The first ports of ranges.
    FirstPort,
    /// The last ports of ranges.
    LastPort,
    /// Ports of TCP.
    TcpPorts,
    /// Ports of UDP.
    UdpPorts,
    /// The transport, or an application protocol.
    Protocol,
    /// Who opens the connection.
    Direction,
    /// The part of the document that the row belongs to.
    Section,
    /// The product's interfaces.
    Interfaces,
    /// The source of the traffic.
    From,
    /// The destination of the traffic.
    To,
    /// The other end, after the word "from" or "to".
    ToOrFrom,
    /// The part of the product at its own end.
    Component,
    /// Whether the flow is required.
    Requirement,
    /// Whether the port is open by default.
    Enabled,
    /// Where the port can be changed.
    Customization,
    /// Prose.
    Note,
    /// Something that isn't in the catalog.
    Ignored,
}

impl Meaning {
    /// Every meaning.
    pub const ALL: [Meaning; 20] = [
        Meaning::Peer,
        Meaning::Label,
        Meaning::Ports,
        Meaning::FirstPort,
        Meaning::LastPort,
        Meaning::TcpPorts,
        Meaning::UdpPorts,
        Meaning::Protocol,
        Meaning::Direction,
        Meaning::Section,
        Meaning::Interfaces,
        Meaning::From,
        Meaning::To,
        Meaning::ToOrFrom,
        Meaning::Component,
        Meaning::Requirement,
        Meaning::Enabled,
        Meaning::Customization,
        Meaning::Note,
        Meaning::Ignored,
    ];

    /// The word for it in the curation.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Meaning::Peer => "peer",
            Meaning::Label => "label",
            Meaning::Ports => "ports",
            Meaning::FirstPort => "first-port",
            Meaning::LastPort => "last-port",
            Meaning::TcpPorts => "tcp-ports",
            Meaning::UdpPorts => "udp-ports",
            Meaning::Protocol => "protocol",
            Meaning::Direction => "direction",
            Meaning::Section => "section",
            Meaning::Interfaces => "interfaces",
            Meaning::From => "from",
            Meaning::To => "to",
            Meaning::ToOrFrom => "to-or-from",
            Meaning::Component => "component",
            Meaning::Requirement => "requirement",
            Meaning::Enabled => "enabled",
            Meaning::Customization => "customization",
            Meaning::Note => "note",
            Meaning::Ignored => "ignored",
        }
    }

    /// Whether its cells contain ports.
    #[must_use]
    pub fn is_ports(self) -> bool {
        matches!(self, Meaning::Ports | Meaning::FirstPort | Meaning::LastPort | Meaning::TcpPorts | Meaning::UdpPorts)
    }

    /// Whether the importer must understand its cells, so that prose needs a meaning.
    #[must_use]
    pub fn is_typed(self) -> bool {
        !matches!(self, Meaning::Label | Meaning::Customization | Meaning::Note | Meaning::Ignored)
    }

    /// Whether `means` has an effect on a text in its cells. A digest stands for a prose cell.
    fn reads_meaning_of(self, text: &str) -> bool {
        let is_digest = text.len() == digest::DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match self {
            Meaning::Component | Meaning::Direction | Meaning::Protocol | Meaning::Requirement | Meaning::Enabled => {
                true
            }
            Meaning::Customization => !is_digest,
            _ => is_digest && self.is_typed(),
        }
    }

    /// Whether a table may have several such columns.
    fn may_be_repeated(self) -> bool {
        matches!(self, Meaning::Ports | Meaning::Protocol | Meaning::Note | Meaning::Ignored)
    }

    /// Whether its cells say who is at the two ends.
    #[must_use]
    pub fn is_about_ends(self) -> bool {
        let is_peer = matches!(self, Meaning::Peer | Meaning::ToOrFrom | Meaning::Component | Meaning::Section);
        is_peer || self.is_end()
    }

    /// Whether its cells are an end of the traffic.
    fn is_end(self) -> bool {
        matches!(self, Meaning::From | Meaning::To)
    }
}

impl Table {
    /// The cells of the rows that a text prints, one for each column.
    #[must_use]
    pub fn text_rows(&self, columns: &[Column]) -> Vec<Vec<String>> {
        let words = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let cell =
            |row: &BTreeMap<String, String>, column: &Column| row.get(&column.head).map(words).unwrap_or_default();
        self.rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect()
    }

    /// Why the text with the rows contradicts the rest of the entry, and what to do.
    pub(super) fn text_contradiction(&self, columns: &[Column]) -> Option<(String, &'static str)> {
        if self.text.is_none() {
            let given = [("rows", !self.rows.is_empty()), ("what", self.what.is_some())];
            let (key, _) = given.into_iter().find(|(_, is_given)| *is_given)?;
            return Some((format!("{key:?} of a table without \"text\""), "name the text by its digest, or remove it"));
        }
        let other = [("item", self.item.is_some()), ("ignore", self.ignore.is_some())];
        if let Some((key, _)) = other.into_iter().find(|(_, is_given)| *is_given) {
            let help = "a text whose rows aren't flows is listed under [[text]]; remove one of the two";
            return Some((format!("\"text\" and {key:?} of a table exclude each other"), help));
        }
        if self.rows.is_empty() {
            return Some(("table of a text has no rows".to_string(), "list them, or list the text under [[text]]"));
        }
        let mut cells = self.rows.iter().flat_map(BTreeMap::keys);
        let unknown = cells.find(|head| !columns.iter().any(|column| column.head == **head))?;
        let message = format!("row of a text has a cell {unknown:?}, which isn't a column of its table");
        Some((message, "correct the name, or add the column"))
    }

    /// Why the ends that the heading names contradict the rest of the entry, and what to do.
    pub(super) fn contradiction(&self, columns: &[Column]) -> Option<(String, &'static str)> {
        let has = |is| columns.iter().any(|column| column.is == is);
        if self.component.is_some() && has(Meaning::From) && has(Meaning::To) {
            let message = "\"component\" of a table has no effect, since columns are \"from\" and \"to\"".to_string();
            return Some((message, "remove it; [components] says which part each cell is"));
        }
        if self.from.is_none() && self.to.is_none() && !self.both_ways {
            return None;
        }
        if self.from.is_none() || self.to.is_none() {
            let message = "\"from\", \"to\" and \"both_ways\" of a table are only useful together".to_string();
            return Some((message, "name the source and the destination, or write direction and peer"));
        }
        let is_end = |column: &&Column| {
            column.is.is_end() || matches!(column.is, Meaning::Peer | Meaning::ToOrFrom | Meaning::Direction)
        };
        let other = [
            self.direction.map(|_| "\"direction\"".to_string()),
            self.peer.as_ref().map(|_| "\"peer\"".to_string()),
            self.component.as_ref().map(|_| "\"component\"".to_string()),
            columns.iter().find(is_end).map(|column| format!("the column {:?}", column.head)),
        ];
        let other = other.into_iter().flatten().next()?;
        let message = format!("\"from\" and \"to\" of a table contradict {other}");
        Some((message, "the ends are either those of the heading or those of the cells: remove one of the two"))
    }
}

/// Why columns contradict each other, and what to do.
pub(super) fn contradiction(columns: &[Column]) -> Option<(String, &'static str)> {
    let count = |meaning| columns.iter().filter(|column| column.is == meaning).count();
    if let Some(column) = columns.iter().find(|column| count(column.is) > 1 && !column.is.may_be_repeated()) {
        return Some((format!("two columns are {:?}", column.is.as_str()), "give each its own meaning"));
    }
    if !columns.iter().any(|column| column.is.is_ports()) {
        return Some(("no column is \"ports\"".to_string(), "name the column of ports, or ignore the table"));
    }
    if (count(Meaning::FirstPort) == 0) != (count(Meaning::LastPort) == 0) {
        let message = "a column \"first-port\" and a column \"last-port\" are only useful together";
        return Some((message.to_string(), "name both, or \"ports\""));
    }
    let without_effect = |column: &&Column| column.means.keys().any(|text| !column.is.reads_meaning_of(text));
    if let Some(column) = columns.iter().find(without_effect) {
        let message =
            format!("means of column {:?} has no effect, since the column is {:?}", column.head, column.is.as_str());
        let help = "remove it; a flow has reading for its port cell, and texts of an end are under peers or components";
        return Some((message, help));
    }
    let has_ends = columns.iter().any(|column| column.is.is_end());
    if has_ends && count(Meaning::Peer) + count(Meaning::ToOrFrom) > 0 {
        let message = "a column is \"peer\" or \"to-or-from\" next to \"from\" or \"to\"";
        return Some((message.to_string(), "keep the columns of the two ends, or the one of the peer"));
    }
    if let Some(column) = columns.iter().find(|column| {
        column.is == Meaning::Ignored && column.reason.as_deref().is_none_or(|reason| reason.trim().is_empty())
    }) {
        return Some((format!("ignored column {:?} has no reason", column.head), "write why it isn't in the catalog"));
    }
    None
}
