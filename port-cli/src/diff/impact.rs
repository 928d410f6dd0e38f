//! What a change means to whoever keeps the firewalls.

use std::collections::BTreeSet;
use std::fmt;

use clap::ValueEnum;
use serde::{Serialize, Serializer};

use super::export::Flow;
use super::openings::Openings;
use super::specs::{Spec, groups, without_services};

/// What a change means to whoever keeps the firewalls, the gravest first.
///
/// A flow is what it allows: a direction, a peer, its hosts and interfaces, ports. What is allowed may grow, shrink, become
/// other, or stay while its terms or its words change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub enum Impact {
    /// Rules to replace: other ports, another peer or direction
    Moves,
    /// Rules to add: a new flow, or more ports, hosts or interfaces
    Opens,
    /// Rules to remove: a flow that is gone, or fewer ports, hosts or interfaces
    Closes,
    /// Rules to look at: the same ports under another requirement or condition, or as other alternatives
    Limits,
    /// Facts that this version of port-catalog does not know
    Unknown,
    /// Words only: purposes, labels, rows, editions, what is curated
    Wording,
}

/// What the source of a flow tells: all of it words.
const SOURCE: [&str; 7] = ["document", "edition", "section", "row", "peer", "label", "ports"];

impl Impact {
    /// The word as arguments and JSON write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Impact::Moves => "moves",
            Impact::Opens => "opens",
            Impact::Closes => "closes",
            Impact::Limits => "limits",
            Impact::Unknown => "unknown",
            Impact::Wording => "wording",
        }
    }

    /// What several changes of one flow mean together: what opens here and closes there, moves.
    pub fn of_all(impacts: impl Iterator<Item = Impact>) -> Impact {
        let impacts: BTreeSet<Impact> = impacts.collect();
        match impacts.first() {
            Some(Impact::Opens) if impacts.contains(&Impact::Closes) => Impact::Moves,
            first => first.copied().unwrap_or(Impact::Wording),
        }
    }

    /// Of a set that grows, shrinks, or both; `None` where it stays.
    fn of_set(grows: bool, shrinks: bool) -> Option<Impact> {
        match (grows, shrinks) {
            (true, true) => Some(Impact::Moves),
            (true, false) => Some(Impact::Opens),
            (false, true) => Some(Impact::Closes),
            (false, false) => None,
        }
    }

    /// Of a flow whose port specs differ.
    pub fn of_specs(old: &[Spec], new: &[Spec]) -> Impact {
        let [before, after] = [old, new].map(Openings::of);
        let set = Impact::of_set(!after.without(&before).is_empty(), !before.without(&after).is_empty());
        // The same ports: their services are words, while their alternatives say how many of them are needed.
        let [before, after] = [old, new].map(|specs| groups(&without_services(specs)));
        set.unwrap_or(if before == after { Impact::Wording } else { Impact::Limits })
    }

    /// Of a fact that differs, by its name; the ports aside.
    pub fn of_fact(name: &str, old: &Flow, new: &Flow) -> Impact {
        match name {
            "product" | "direction" | "peer" => Impact::Moves,
            "hosts" | "interfaces" => {
                let [before, after] = [old, new].map(|flow| flow.texts(name).collect::<BTreeSet<_>>());
                // Where none is named, any may be meant.
                let grows = !before.is_empty() && (after.is_empty() || !after.is_subset(&before));
                let shrinks = !after.is_empty() && (before.is_empty() || !before.is_subset(&after));
                Impact::of_set(grows, shrinks).unwrap_or(Impact::Wording)
            }
            "requirement" | "condition" | "recommended_interface" | "configurable" => Impact::Limits,
            "vendor" | "purpose" | "customization" | "note" | "curated" => Impact::Wording,
            _ if SOURCE.iter().any(|part| name.strip_prefix("source.") == Some(part)) => Impact::Wording,
            _ => Impact::Unknown,
        }
    }
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Impact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
