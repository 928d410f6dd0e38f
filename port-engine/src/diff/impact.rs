//! What a change means for firewall rules.

use std::collections::BTreeSet;

use super::openings::Openings;
use crate::export::ExportedFlow;
use crate::export::spec::{ExportedSpec, groups, without_services};
use crate::words::words;

words! {
    /// What a change means for firewall rules, the most serious first.
    ///
    /// A flow allows a direction, a peer with its hosts, interfaces and ports. A change can allow more, allow less, allow
    /// something else, or change only the conditions or the wording.
    Impact is a "impact" {
        /// Rules to replace: other ports, another peer or direction
        Moves = "moves",
        /// Rules to add: a new flow, or more ports, hosts or interfaces
        Opens = "opens",
        /// Rules to remove: a removed flow, or fewer ports, hosts or interfaces
        Closes = "closes",
        /// Rules to review: the same ports with another requirement, condition or choice of alternatives
        Limits = "limits",
        /// Facts that this version of port-catalog does not know
        Unknown = "unknown",
        /// Wording only: purposes, notes, labels, rows, editions, URLs, what is curated
        Wording = "wording",
    }
}

/// The members of a flow's source. All of them are wording.
const SOURCE: [&str; 8] = ["document", "edition", "url", "section", "row", "peer", "label", "ports"];

impl Impact {
    /// The impact of several changes of one flow: if one opens and another closes, the flow moves.
    #[must_use]
    pub fn combined(impacts: impl Iterator<Item = Impact>) -> Impact {
        let impacts: BTreeSet<Impact> = impacts.collect();
        match impacts.first() {
            Some(Impact::Opens) if impacts.contains(&Impact::Closes) => Impact::Moves,
            first => first.copied().unwrap_or(Impact::Wording),
        }
    }

    /// The impact of a set that grows, shrinks, or both; `None` if it stays the same.
    fn from_set(grows: bool, shrinks: bool) -> Option<Impact> {
        match (grows, shrinks) {
            (true, true) => Some(Impact::Moves),
            (true, false) => Some(Impact::Opens),
            (false, true) => Some(Impact::Closes),
            (false, false) => None,
        }
    }

    /// The impact of changed port specs.
    pub(super) fn from_specs(old: &[ExportedSpec], new: &[ExportedSpec]) -> Impact {
        let [before, after] = [old, new].map(Openings::new);
        let set = Impact::from_set(!after.without(&before).is_empty(), !before.without(&after).is_empty());
        // With the same ports, other services are wording, but other groups change which of the ports are needed.
        let [before, after] = [old, new].map(|specs| groups(&without_services(specs)));
        set.unwrap_or(if before == after { Impact::Wording } else { Impact::Limits })
    }

    /// The impact of a changed fact other than the ports.
    pub(super) fn from_fact(name: &str, old: &ExportedFlow, new: &ExportedFlow) -> Impact {
        match name {
            "product" | "direction" | "peer" => Impact::Moves,
            "hosts" | "interfaces" => {
                let [before, after] = [old, new].map(|flow| flow.texts(name).collect::<BTreeSet<_>>());
                // An empty list means any.
                let grows = !before.is_empty() && (after.is_empty() || !after.is_subset(&before));
                let shrinks = !after.is_empty() && (before.is_empty() || !before.is_subset(&after));
                Impact::from_set(grows, shrinks).unwrap_or(Impact::Wording)
            }
            "requirement" | "condition" | "recommended_interface" | "configurable" => Impact::Limits,
            "vendor" | "purpose" | "customization" | "note" | "curated" => Impact::Wording,
            _ if SOURCE.iter().any(|member| name.strip_prefix("source.") == Some(member)) => Impact::Wording,
            _ => Impact::Unknown,
        }
    }
}
