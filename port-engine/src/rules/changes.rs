//! The rules to add to those of one ruleset, and the rules to remove, for those of another.

use std::collections::BTreeSet;

use super::model::{FlowRules, Ruleset};

/// What to do with rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Add them.
    Add,
    /// Remove them.
    Remove,
}

impl Change {
    /// The name of the directory of its files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Change::Add => "add",
            Change::Remove => "remove",
        }
    }
}

/// The flows of a ruleset with the rules that another one doesn't have. Flows whose rules are the same are left out, whatever their
/// comments are, and so are those in `keep`. With `whole_flows`, a flow that has other rules or names keeps all of its own rules; without,
/// each rule counts, in which these names don't occur.
#[must_use]
pub fn without(ruleset: &Ruleset, other: &Ruleset, keep: &BTreeSet<&str>, whole_flows: bool) -> Ruleset {
    let changed = |flow: &FlowRules| {
        let same = other.flows.iter().find(|one| (one.direction, &one.id) == (flow.direction, &flow.id));
        let same = same.filter(|one| {
            let has_names = |flow: &FlowRules| (flow.peer.clone(), flow.name.clone());
            one.interfaces == flow.interfaces && (!whole_flows || has_names(one) == has_names(flow))
        });
        let mut rules = flow.rules.clone();
        rules.retain(|rule| same.is_none_or(|one| !one.rules.contains(rule)));
        let loses_some = same.is_some_and(|one| one.rules.iter().any(|rule| !flow.rules.contains(rule)));
        if whole_flows && (!rules.is_empty() || loses_some) {
            rules.clone_from(&flow.rules);
        }
        (!rules.is_empty()).then(|| FlowRules { rules, ..flow.clone() })
    };
    let flows = ruleset.flows.iter().filter(|flow| !keep.contains(flow.id.as_str())).filter_map(changed);
    Ruleset { flows: flows.collect(), ..ruleset.clone() }
}
