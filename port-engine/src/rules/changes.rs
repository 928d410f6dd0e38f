//! The rules to add to those of one ruleset, and the rules to remove, for those of another.

use std::collections::{BTreeMap, BTreeSet};

use port_core::PortRange;

use super::model::{FlowRules, Remark, RemarkKind, Rule, Ruleset};
use crate::port_set::PortSet;

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

/// Remarks on what stays open after rules are removed, since flows of the other ruleset need it between the same ends. With
/// `shares_rules`, the platform may have one rule for all of these flows, so that it isn't removed either.
pub fn keep_needed(removed: &mut Ruleset, other: &Ruleset, shares_rules: bool) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for flow in &mut removed.flows {
        let mut rules = std::mem::take(&mut flow.rules);
        rules.retain_mut(|rule| {
            let needed = needed(flow, rule, other);
            for (range, ids) in &needed {
                let port = range.map(|range| format!("/{range}")).unwrap_or_default();
                let (protocol, ids) = (rule.traffic.protocol, ids.iter().copied().collect::<Vec<_>>().join(", "));
                let text = format!("{protocol}{port} of {} stays open for {} (needed by {ids})", flow.id, flow.peer);
                let remark = Remark::new(RemarkKind::Warning, text);
                if !remarks.contains(&remark) {
                    remarks.push(remark);
                }
            }
            if !shares_rules || needed.is_empty() {
                return true;
            }
            let kept: PortSet = needed.into_keys().flatten().collect();
            rule.traffic.ports = (&port_set(rule) - &kept).ranges().collect();
            !rule.traffic.ports.is_empty()
        });
        flow.rules = rules;
    }
    removed.flows.retain(|flow| !flow.rules.is_empty());
    remarks
}

/// The ports of a rule that flows of a ruleset allow between the same ends, with their ids. `None` is all of a protocol without ports, or
/// the same types of ICMP.
fn needed<'a>(flow: &FlowRules, rule: &Rule, other: &'a Ruleset) -> BTreeMap<Option<PortRange>, BTreeSet<&'a str>> {
    let mut needed: BTreeMap<Option<PortRange>, BTreeSet<&str>> = BTreeMap::new();
    let own = port_set(rule);
    for user in other.in_direction(flow.direction).filter(|user| user.interfaces == flow.interfaces) {
        let has_ends = |one: &&Rule| (&one.source, &one.destination) == (&rule.source, &rule.destination);
        for one in user.rules.iter().filter(has_ends).filter(|one| one.traffic.protocol == rule.traffic.protocol) {
            if rule.traffic.ports.is_empty() && one.traffic == rule.traffic {
                needed.entry(None).or_default().insert(&user.id);
            }
            for range in (&own & &port_set(one)).ranges() {
                needed.entry(Some(range)).or_default().insert(&user.id);
            }
        }
    }
    needed
}

fn port_set(rule: &Rule) -> PortSet {
    rule.traffic.ports.iter().copied().collect()
}
