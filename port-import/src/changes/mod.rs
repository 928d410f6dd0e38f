//! The change feed: what changed in the data from version to version.
//!
//! `port-data/changes.json` contains a [`Feed`], `changes.atom` is the same for feed readers, and the section "Data" of each version in
//! the changelog is made from it. The changes since the last release are computed from the tables of that release, of which
//! `port-data/released/` has a copy, so that the same files always give the same feed, without git and without a clock. [`record()`]
//! makes them the changes of a version.

mod atom;
pub mod changelog;
mod compare;
mod describe;
mod record;

use std::collections::BTreeMap;
use std::path::Path;

use port_data::{Catalog, Diagnostic, Place};
use port_engine::dataset::Dataset;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::atomic_write::NewFile;
use crate::codes;
use crate::file;
use crate::report::Bump;

use changelog::Changelog;
use compare::compare;

pub use record::record;
pub(crate) use record::{new_files, read_changelog};

/// The version of the changes since the last release.
pub const UNRELEASED: &str = "unreleased";

/// The form of the feed. A reader of another number must not assume anything.
const FORMAT: u32 = 1;

/// The directory with the tables of the last release, next to `tables`.
const RELEASED: &str = "released";

/// What changed from version to version, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// The form of the feed.
    pub format: u32,
    /// The versions. The first is `unreleased` if something changed since the last release.
    pub versions: Vec<Version>,
}

impl Default for Feed {
    fn default() -> Feed {
        Feed { format: FORMAT, versions: Vec::new() }
    }
}

/// What changed in one version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// The version, or `unreleased`.
    pub version: String,
    /// The day of the release in the changelog. If it has none, the newest day on which a document of this version was retrieved.
    pub date: Option<String>,
    /// The part of the version that the changes raise.
    pub bump: Bump,
    /// The editions that are added or removed. Their flows aren't listed.
    pub editions: Vec<EditionChange>,
    /// The flows that are added to editions that were there before.
    pub added: Vec<FlowEntry>,
    /// The flows that these editions no longer have.
    pub retired: Vec<FlowEntry>,
    /// The flows of these editions that changed.
    pub changed: Vec<ChangedFlow>,
    /// The other ids that are added, removed or changed.
    pub ids: IdChanges,
}

/// An edition that is added or removed: one entry, whatever the number of its flows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditionChange {
    /// The product.
    pub product: String,
    /// The edition.
    pub edition: String,
    /// Whether it is added or removed.
    pub change: Presence,
    /// The edition that was the newest before, if this one is now.
    pub replaces: Option<String>,
    /// The title of the document.
    pub document: String,
    /// Its URL.
    pub url: String,
    /// The day on which it was retrieved.
    pub retrieved: Option<String>,
    /// Whether all parts of it were available.
    pub complete: bool,
    /// What to know about its source.
    pub note: Option<String>,
    /// The number of its flows.
    pub flows: usize,
    /// How an added edition compares with the one before it or, if it is the oldest, the one after it.
    pub upgrade: Option<UpgradeCounts>,
}

/// Whether something is added or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// It wasn't there before.
    Added,
    /// It is no longer there.
    Removed,
}

/// The flows that differ between two editions, by class, as `port-catalog upgrade` counts them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpgradeCounts {
    /// The older edition.
    pub from: String,
    /// The newer edition.
    pub to: String,
    /// The number of flows that don't differ.
    pub unchanged: usize,
    /// The number of flows of each class that has some.
    pub classes: BTreeMap<String, usize>,
}

/// A flow that is added or retired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowEntry {
    /// Its id.
    pub id: String,
    /// Its product.
    pub product: String,
    /// Its edition.
    pub edition: String,
    /// What that means for firewall rules.
    pub class: String,
    /// Who opens the connection.
    pub direction: String,
    /// Its peer.
    pub peer: String,
    /// What it is for.
    pub purpose: String,
    /// Its ports, as an expression.
    pub ports: String,
    /// Its note.
    pub note: Option<String>,
}

/// A flow that changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangedFlow {
    /// Its id.
    pub id: String,
    /// Its product.
    pub product: String,
    /// Its edition.
    pub edition: String,
    /// What the change means for firewall rules.
    pub class: String,
    /// The facts that changed, but for the number of the row.
    pub facts: Vec<ChangedFact>,
}

/// A fact that changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangedFact {
    /// Its key in the JSON of a flow.
    pub field: String,
    /// Its old value; for ports an expression.
    pub before: Value,
    /// Its new value.
    pub after: Value,
}

/// Ids that are added, removed or changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdChanges {
    /// Vendors, products, peers and services that are added.
    pub added: Vec<Id>,
    /// Those that are removed, and flows that no edition has any more. Their ids are no longer valid.
    pub removed: Vec<Id>,
    /// Those whose own facts changed, and editions whose facts changed.
    pub changed: Vec<Id>,
}

/// An id of the catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Id {
    /// `vendor`, `product`, `edition`, `peer`, `service` or `flow`.
    pub kind: String,
    /// The id.
    pub id: String,
}

impl Version {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bump == Bump::None
    }

    /// The part of the version that the changes raise.
    fn required_bump(&self) -> Bump {
        let IdChanges { added, removed, changed } = &self.ids;
        if !removed.is_empty() {
            Bump::Major
        } else if !(self.editions.is_empty() && self.added.is_empty() && self.retired.is_empty() && added.is_empty()) {
            Bump::Minor
        } else if !(self.changed.is_empty() && changed.is_empty()) {
            Bump::Patch
        } else {
            Bump::None
        }
    }
}

impl Feed {
    /// Reads the feed of a data directory; an empty one if there is none.
    ///
    /// # Errors
    ///
    /// The file can't be read, or isn't a feed.
    pub fn read(data: &Path) -> Result<Feed, Diagnostic> {
        let path = data.join("changes.json");
        if let Ok(false) = path.try_exists() {
            return Ok(Feed::default());
        }
        let text = file::read(&path)?;
        let malformed = |message: String, line: usize| {
            let help = "restore the file from the last commit, then run `cargo xtask regenerate`";
            Diagnostic::new(codes::MALFORMED_FEED, message).help(help).at(Place::line(&path, line))
        };
        let feed: Feed = serde_json::from_str(&text)
            .map_err(|error| malformed(format!("file is not a list of changes ({error})"), error.line()))?;
        match feed.format {
            FORMAT => Ok(feed),
            other => Err(malformed(format!("format is {other} (expected {FORMAT})"), 0)),
        }
    }

    /// The released versions, newest first.
    pub fn released(&self) -> impl Iterator<Item = &Version> {
        self.versions.iter().filter(|version| version.version != UNRELEASED)
    }

    fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("the keys of a feed are strings") + "\n"
    }
}

/// The feed of tables: the recorded versions below the changes since the last one.
pub(crate) fn feed(data: &Path, changelog: Option<&Changelog>, tables: &Catalog) -> Result<Feed, Vec<Diagnostic>> {
    let recorded = Feed::read(data).map_err(|diagnostic| vec![diagnostic])?;
    let released = match data.join(RELEASED).try_exists() {
        Ok(false) => Dataset::default(),
        _ => Dataset::from_tables(&port_data::read(&data.join(RELEASED))?),
    };
    let unreleased = compare(&released, &Dataset::from_tables(tables));
    let mut versions: Vec<Version> = Some(unreleased).filter(|version| !version.is_empty()).into_iter().collect();
    versions.extend(recorded.released().cloned());
    for version in &mut versions {
        let day = changelog.and_then(|changelog| changelog.date(&version.version));
        version.date = day.or(version.date.take());
    }
    Ok(Feed { versions, ..recorded })
}

/// The files of a feed in a data directory.
pub(crate) fn feed_files(feed: &Feed, data: &Path) -> Vec<NewFile> {
    vec![(data.join("changes.json"), feed.to_json()), (data.join("changes.atom"), atom::write(feed))]
}
