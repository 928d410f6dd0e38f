//! What a change means for firewall rules.

use std::collections::BTreeSet;

use super::allowed::{PeerMembers, covers_host};
use super::openings::Openings;
use crate::export::ExportedFlow;
use crate::export::spec::{ExportedSpec, groups, without_services};
use crate::words::words;

words! {
    /// What a change means for firewall rules, the most serious first.
    ///
    /// A flow that differs has one impact. [`FlowDifference::has`](super::FlowDifference::has) also finds what has to be opened or
    /// closed in flows that move, widen or narrow.
    Impact is a "impact" {
        /// Rules to replace: something opens and something closes
        Moves = "moves",
        /// Rules to add: another port, or a new flow; finds moves, widens and ports without an alternative, too
        Opens = "opens",
        /// Rules to remove: a port that no flow needs any more; finds moves, narrows and ports with a new alternative, too
        Closes = "closes",
        /// Rules to widen: a larger range, TCP and UDP, more peers, hosts, interfaces or parts, required, enabled, or all choices needed
        Widens = "widens",
        /// Rules to narrow: the inverse of widens
        Narrows = "narrows",
        /// Rules to review: another condition or order, or other flows allow the same
        Limits = "limits",
        /// Flows that are not known for an edition, since its document is not complete, and facts that this version does not know
        Unknown = "unknown",
        /// Wording only: purposes, notes, labels, rows, editions, URLs, what is curated
        Reworded = "reworded",
    }
}

/// The members of a flow's source. All of them are wording.
const SOURCE: [&str; 8] = ["document", "edition", "url", "section", "row", "peer", "label", "ports"];

/// The requirements, each needed by more than the one before.
const REQUIREMENTS: [&str; 3] = ["conditional", "unstated", "required"];

/// The words of a port that is off or on by default.
const DEFAULT_STATES: [&str; 2] = ["no", "yes"];

impl Impact {
    /// Whether something has to be opened.
    #[must_use]
    pub const fn opens(self) -> bool {
        matches!(self, Impact::Moves | Impact::Opens | Impact::Widens)
    }

    /// Whether something has to be closed.
    #[must_use]
    pub const fn closes(self) -> bool {
        matches!(self, Impact::Moves | Impact::Closes | Impact::Narrows)
    }

    /// The impact of several changes of one flow: if one opens and another closes, the flow moves.
    ///
    /// ```
    /// use port_engine::diff::Impact;
    ///
    /// assert_eq!(Impact::combined([Impact::Reworded, Impact::Opens]), Impact::Opens);
    /// assert_eq!(Impact::combined([Impact::Narrows, Impact::Opens]), Impact::Moves);
    /// ```
    #[must_use]
    pub fn combined(impacts: impl IntoIterator<Item = Impact>) -> Impact {
        let impacts: BTreeSet<Impact> = impacts.into_iter().collect();
        if impacts.iter().any(|impact| impact.opens()) && impacts.iter().any(|impact| impact.closes()) {
            return Impact::Moves;
        }
        impacts.first().copied().unwrap_or(Impact::Reworded)
    }

    /// The impact of the same comparison with the old and the new list swapped.
    #[must_use]
    pub const fn inverse(self) -> Impact {
        match self {
            Impact::Opens => Impact::Closes,
            Impact::Closes => Impact::Opens,
            Impact::Widens => Impact::Narrows,
            Impact::Narrows => Impact::Widens,
            same => same,
        }
    }

    /// The impact of something that grows, shrinks, or both; `None` if it stays the same.
    pub(super) fn from_growth(grows: bool, shrinks: bool) -> Option<Impact> {
        match (grows, shrinks) {
            (true, true) => Some(Impact::Moves),
            (true, false) => Some(Impact::Widens),
            (false, true) => Some(Impact::Narrows),
            (false, false) => None,
        }
    }

    /// The impact of ports that open and close. It widens and narrows if every such port is of a spec that the other side has, too,
    /// at least in part.
    pub(super) fn from_ports(
        [old, new]: [&[ExportedSpec]; 2],
        [opens, closes]: [&Openings; 2],
        is_extension: bool,
    ) -> Option<Impact> {
        let is_separate = |specs: &[ExportedSpec], others: &[ExportedSpec], ports: &Openings| {
            let others = Openings::new(others);
            specs.iter().any(|spec| ports.overlaps(spec) && !others.overlaps(spec))
        };
        match Impact::from_growth(!opens.is_empty(), !closes.is_empty())? {
            Impact::Widens if !is_extension || is_separate(new, old, opens) => Some(Impact::Opens),
            Impact::Narrows if !is_extension || is_separate(old, new, closes) => Some(Impact::Closes),
            impact => Some(impact),
        }
    }

    /// The impact of changed port specs, regardless of other flows.
    pub(super) fn from_specs(old: &ExportedFlow, new: &ExportedFlow) -> Impact {
        let [before, after] = [old, new].map(|flow| Openings::new(&flow.specs));
        let specs = [old.specs.as_slice(), &new.specs];
        let ports = Impact::from_ports(specs, [&after.without(&before), &before.without(&after)], true);
        ports.or_else(|| Impact::from_needs(old, new)).unwrap_or_else(|| {
            // With the same ports, other services are wording, but the first alternative matters to rules.
            let [before, after] = specs.map(|specs| groups(&without_services(specs)));
            if before == after { Impact::Reworded } else { Impact::Limits }
        })
    }

    /// The impact of flows that need more or fewer of the same ports.
    fn from_needs(old: &ExportedFlow, new: &ExportedFlow) -> Option<Impact> {
        let [before, after] = [old, new].map(|flow| Openings::needed(&flow.specs, flow.groups()));
        Impact::from_growth(!after.without(&before).is_empty(), !before.without(&after).is_empty())
    }

    /// The impact of a word that is later in a list, or earlier; `None` for words that the list doesn't have.
    fn from_rank(words: &[&str], old: &str, new: &str) -> Option<Impact> {
        let rank = |text: &str| words.iter().position(|word| *word == text);
        let (before, after) = rank(old).zip(rank(new))?;
        Impact::from_growth(before < after, before > after)
    }

    /// The impact of a changed fact other than the ports, regardless of other flows.
    pub(super) fn from_fact(name: &str, old: &ExportedFlow, new: &ExportedFlow, members: &PeerMembers) -> Impact {
        match name {
            // The same traffic between two components, stored at the other end.
            "component" | "direction" | "peer" if members.ends(old) == members.ends(new) => Impact::Reworded,
            "product" | "direction" => Impact::Moves,
            // A flow without a component is for any part of the product.
            "component" => {
                let [before, after] = [old, new].map(|flow| flow.text(name).is_empty());
                Impact::from_growth(!before, !after).unwrap_or(Impact::Limits)
            }
            // Traffic within a host or a pod passes no firewall, so there is a rule to add or to remove as a whole.
            "scope" => match [old, new].map(ExportedFlow::passes_a_network) {
                [false, true] => Impact::Opens,
                [true, false] => Impact::Closes,
                _ => Impact::Limits,
            },
            "groups" if groups(&old.specs) == groups(&new.specs) => {
                Impact::from_needs(old, new).unwrap_or(Impact::Limits)
            }
            "peer" => {
                let [before, after] = [old, new].map(|flow| members.of(flow.text(name)));
                let growth = Impact::from_growth(!after.is_subset(&before), !before.is_subset(&after));
                // Two peers that mean the same.
                growth.unwrap_or(Impact::Limits)
            }
            "hosts" | "interfaces" => {
                let [before, after] = [old, new].map(|flow| flow.texts(name).collect::<Vec<_>>());
                // An empty list means any.
                let covers = |wider: &str, narrower: &str| match name {
                    "hosts" => covers_host(wider, narrower),
                    _ => wider == narrower,
                };
                let is_within = |texts: &[&str], others: &[&str]| {
                    let has = |text: &&str| others.iter().any(|other| covers(other, text));
                    others.is_empty() || !texts.is_empty() && texts.iter().all(has)
                };
                let growth = Impact::from_growth(!is_within(&after, &before), !is_within(&before, &after));
                growth.unwrap_or(Impact::Reworded)
            }
            "requirement" => {
                Impact::from_rank(&REQUIREMENTS, old.text(name), new.text(name)).unwrap_or(Impact::Unknown)
            }
            // If one of the documents doesn't say it, the product may be the same.
            "enabled" => Impact::from_rank(&DEFAULT_STATES, old.text(name), new.text(name)).unwrap_or(Impact::Limits),
            "condition" | "groups" | "recommended_interface" | "configurable" => Impact::Limits,
            "vendor" | "edition" | "purpose" | "customization" | "note" | "curated" => Impact::Reworded,
            _ if SOURCE.iter().any(|member| name.strip_prefix("source.") == Some(member)) => Impact::Reworded,
            _ => Impact::Unknown,
        }
    }
}
