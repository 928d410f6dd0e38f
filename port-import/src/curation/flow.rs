//! The flows of a curation: what all editions share, and what the file of an edition changes.

use std::collections::BTreeMap;

use port_core::{Direction, Enabled, Requirement, Scope};
use port_data::{Diagnostic, Place};
use serde::Deserialize;

use super::OneOrMore;
use super::words::{self, Lists, PortList};
use crate::codes;

/// A flow: its row, and what the row doesn't state by itself.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Where it is curated: in the file of the edition if that contains it, and otherwise in `flows.toml`.
    pub place: Place,
    /// Its id, which never changes.
    pub id: String,
    /// The row that it has, alone or with other flows.
    pub row: RowOf,
    /// The purpose, in our words. A flow that shares the row of another one has the purpose of that one, if it has none of its own.
    pub purpose: String,
    /// Who opens the connection, if the row prints both directions.
    pub direction: Option<Direction>,
    /// The part of the product at its own end, if the row states it.
    pub component: Option<String>,
    /// The peer, if it isn't the one in `[peers]`.
    pub peer: Option<String>,
    /// The services that the row states, by the first port of each spec, or by the name that is printed instead of a port. An
    /// empty text means a name that isn't a service of its own. A name in the port cell that `services.csv` has as an id or a name
    /// needs no entry.
    pub services: BTreeMap<String, String>,
    /// The marks and remarks in the port cell when somebody last read it. If they change, the facts derived from them may have
    /// changed too.
    pub marks: Vec<String>,
    /// Whether the row requires the flow, if it says so.
    pub requirement: Option<Requirement>,
    /// The condition that the row states.
    pub condition: Option<String>,
    /// How far the traffic goes, if the row says so.
    pub scope: Option<Scope>,
    /// Whether the port is open by default, if the row says so.
    pub enabled: Option<Enabled>,
    /// What the row says about its list of ports, if the port cell doesn't.
    pub groups: Option<Lists>,
    /// Whether the row says that the port can be changed, if no cell states it by itself.
    pub configurable: bool,
    /// Where or how to change the port, if no cell states it by itself.
    pub customization: Option<String>,
    /// A warning for users of the row.
    pub note: Option<String>,
    /// Numbers in the row's text that aren't its ports.
    pub other_numbers: Vec<String>,
    /// Names in the row's text that aren't hosts of the peer.
    pub other_hosts: Vec<String>,
    /// The ports, if a footnote gives them.
    pub footnote: Option<Footnote>,
    /// The ports of a port cell that can be read in two ways, or is in words.
    pub reading: Option<Reading>,
    /// The ports of the row that the flow has, if it shares the row with flows that have the others.
    pub only: Option<PortList>,
    /// A label that names the row, if the printed one is prose.
    pub label: Option<String>,
    /// The printed texts on which facts rest that the row doesn't state by itself: cells, headings, or digests of prose. A note, a
    /// condition and a requirement must name one. Empty if they rest on none of them.
    pub note_of: Option<OneOrMore>,
    /// Facts that the document doesn't state.
    pub adds: Option<Adds>,
}

/// The row of a flow.
#[derive(Clone, Debug)]
pub enum RowOf {
    /// The row with these texts.
    Key(Row),
    /// The row of another flow, by its id: one row with both directions, or with several peers.
    Flow(String),
}

impl Flow {
    /// The key of the flow's own row; `None` if it shares the row of another flow.
    #[must_use]
    pub fn key(&self) -> Option<&Row> {
        match &self.row {
            RowOf::Key(key) => Some(key),
            RowOf::Flow(_) => None,
        }
    }
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
    /// The digest of a prose cell, to distinguish rows that are otherwise equal.
    pub prose: Option<String>,
}

/// Ports given by a footnote.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Footnote {
    /// The digest of the footnote's line.
    pub digest: String,
    /// The ports.
    pub ports: PortList,
}

/// How a person reads a port cell that the program can't read, such as `5900+100` or `ICMP types 0 and 8`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// The port cell as printed.
    pub cell: String,
    /// The ports that it states: `tcp/5900+100`. Every number of a port and every count is in the cell.
    pub ports: PortList,
}

/// Facts that the document doesn't state. The flow lists them as `curated`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adds {
    /// Who opens the connection.
    #[serde(default, deserialize_with = "words::word")]
    pub direction: Option<Direction>,
    /// The part of the product at its own end.
    pub component: Option<String>,
    /// The peer.
    pub peer: Option<String>,
    /// The services, by the first port of each spec.
    #[serde(default)]
    pub services: BTreeMap<String, String>,
    /// The ports, if the row prints none that can be read.
    pub ports: Option<PortList>,
    /// What the list of ports means, if the document doesn't say.
    #[serde(default, deserialize_with = "words::lists")]
    pub groups: Option<Lists>,
    /// How far the traffic goes.
    #[serde(default, deserialize_with = "words::word")]
    pub scope: Option<Scope>,
    /// Whether the port is open by default.
    #[serde(default, deserialize_with = "words::word")]
    pub enabled: Option<Enabled>,
    /// How we know.
    pub reason: String,
}

/// The keys of a flow in one file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FlowKeys {
    pub(super) id: String,
    row: Option<Row>,
    shares_row_with: Option<String>,
    purpose: Option<String>,
    #[serde(default, deserialize_with = "words::word")]
    direction: Option<Direction>,
    component: Option<String>,
    peer: Option<String>,
    services: Option<BTreeMap<String, String>>,
    marks: Option<Vec<String>>,
    #[serde(default, deserialize_with = "words::word")]
    requirement: Option<Requirement>,
    condition: Option<String>,
    #[serde(default, deserialize_with = "words::word")]
    scope: Option<Scope>,
    #[serde(default, deserialize_with = "words::word")]
    enabled: Option<Enabled>,
    #[serde(default, deserialize_with = "words::lists")]
    groups: Option<Lists>,
    configurable: Option<bool>,
    customization: Option<String>,
    note: Option<String>,
    other_numbers: Option<Vec<String>>,
    other_hosts: Option<Vec<String>>,
    footnote: Option<Footnote>,
    reading: Option<Reading>,
    only: Option<PortList>,
    label: Option<String>,
    note_of: Option<OneOrMore>,
    adds: Option<Adds>,
    /// In the file of an edition: the keys of `flows.toml` that don't hold for it.
    #[serde(default)]
    without: Vec<String>,
}

/// Takes each key of an edition's flow, and those that it doesn't have from the flow of all editions.
macro_rules! merge_keys {
    ($own:ident, $shared:ident; $($key:ident)+) => {{
        /// The keys that an edition may leave out.
        const KEYS: &[&str] = &[$(stringify!($key)),+];
        let is_left_out = |key: &str| $own.without.iter().any(|without| without == key);
        let unknown = $own.without.iter().find(|key| !KEYS.contains(&key.as_str())).cloned();
        let merged = FlowKeys {
            id: $own.id,
            without: Vec::new(),
            $($key: $own.$key.or(if is_left_out(stringify!($key)) { None } else { $shared.$key }),)+
        };
        (merged, unknown)
    }};
}

impl FlowKeys {
    /// Whether a row is given, of its own or of another flow.
    pub(super) fn has_row(&self) -> bool {
        self.row.is_some() || self.shares_row_with.is_some()
    }

    /// The keys of an edition's flow, and those of the same flow in all editions.
    pub(super) fn over(self, shared: FlowKeys) -> (FlowKeys, Option<String>) {
        let (own, mut shared) = (self, shared);
        // An own row of either kind replaces both.
        if own.has_row() {
            (shared.row, shared.shares_row_with) = (None, None);
        }
        merge_keys!(own, shared; row shares_row_with purpose direction component peer services marks requirement condition scope
            enabled groups configurable customization note other_numbers other_hosts footnote
            reading only label note_of adds)
    }

    /// The flow with these keys.
    pub(super) fn resolve(self, place: Place) -> Result<Flow, Diagnostic> {
        let invalid = |message: String, help: &str| {
            Err(Diagnostic::new(codes::INVALID_CURATION, message).help(help).at(place.clone()))
        };
        let row = match (self.row, self.shares_row_with) {
            (Some(key), None) => RowOf::Key(key),
            (None, Some(flow)) => RowOf::Flow(flow),
            (None, None) => {
                return invalid(format!("flow {} has no row", self.id), "add row = { ... } or shares_row_with");
            }
            (Some(_), Some(_)) => {
                return invalid(format!("flow {} has a row and shares_row_with", self.id), "remove one");
            }
        };
        // A flow that shares a row may share the purpose too.
        let is_shared = matches!(row, RowOf::Flow(_));
        let Some(purpose) = self.purpose.or_else(|| is_shared.then(String::new)) else {
            return invalid(format!("flow {} has no purpose", self.id), "write what it is for, in your own words");
        };
        Ok(Flow {
            place,
            id: self.id,
            row,
            purpose,
            direction: self.direction,
            component: self.component,
            peer: self.peer,
            services: self.services.unwrap_or_default(),
            marks: self.marks.unwrap_or_default(),
            requirement: self.requirement,
            condition: self.condition,
            scope: self.scope,
            enabled: self.enabled,
            groups: self.groups,
            configurable: self.configurable.unwrap_or_default(),
            customization: self.customization,
            note: self.note,
            other_numbers: self.other_numbers.unwrap_or_default(),
            other_hosts: self.other_hosts.unwrap_or_default(),
            footnote: self.footnote,
            reading: self.reading,
            only: self.only,
            label: self.label,
            note_of: self.note_of,
            adds: self.adds,
        })
    }

    /// Reports keys to leave out in a file that has nothing to leave them out of.
    pub(super) fn check_without(&self) -> Option<Diagnostic> {
        let key = self.without.first()?;
        let message = format!("flow {} leaves out {key:?}, which no other file gives it", self.id);
        Some(Diagnostic::new(codes::INVALID_CURATION, message).help("remove it from without"))
    }
}
