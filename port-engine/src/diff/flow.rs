//! How one flow differs, judged by both lists of flows.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::allowed::{Allowed, PeerMembers};
use super::editions::Editions;
use super::openings::Openings;
use super::{Elsewhere, FactChange, FlowChange, FlowDifference, Impact};
use crate::export::ExportedFlow;
use crate::export::spec::groups;

/// The facts that say what a flow allows.
const ALLOWING: [&str; 8] = ["ports", "product", "component", "direction", "peer", "scope", "hosts", "interfaces"];

/// Both lists of flows.
pub(super) struct Lists<'m, 'a> {
    /// What the old list allows.
    pub old: Allowed<'m, 'a>,
    /// What the new list allows.
    pub new: Allowed<'m, 'a>,
    /// The peers that each peer includes.
    pub members: &'m PeerMembers<'a>,
    /// Which editions are compared with each other.
    pub editions: &'m Editions<'a>,
    /// The new flows.
    pub flows: &'a [ExportedFlow],
    /// Whether the fact with a name is compared.
    pub is_compared: &'m dyn Fn(&str) -> bool,
}

impl<'a> Lists<'_, 'a> {
    /// How a flow differs; `None` if none of its facts changed.
    pub(super) fn difference(&self, change: FlowChange<'a>) -> Option<FlowDifference<'a>> {
        let (before, after) = (change.before(), change.after());
        let facts = match (before, after) {
            (Some(old), Some(new)) => self.changed_facts(old, new),
            _ => Vec::new(),
        };
        if let FlowChange::NotKnownBefore(..) | FlowChange::NotKnownAfter(..) = change {
            return Some(FlowDifference::unknown(change));
        }
        if matches!(change, FlowChange::Changed(..)) && facts.is_empty() {
            return None;
        }
        // What this flow alone gains and loses.
        let [gained, lost] = [(after, before), (before, after)].map(|(flow, other)| {
            let allowed = Allowed::new(other, self.members, self.editions);
            flow.map(|flow| allowed.missing(flow)).unwrap_or_default()
        });
        let opens = after.filter(|_| !gained.is_empty()).map(|flow| self.old.missing(flow)).unwrap_or_default();
        let closes = before.filter(|_| !lost.is_empty()).map(|flow| self.new.missing(flow)).unwrap_or_default();
        let [needed, optional] = match (before, after) {
            (Some(old), Some(new)) => {
                // What doesn't pass a firewall needs no port there.
                let [old, new] = [old, new].map(|flow| match flow.passes_a_network() {
                    true => Openings::needed(&flow.specs, flow.groups()),
                    false => Openings::default(),
                });
                [new.without(&old).without(&gained), old.without(&new).without(&lost)]
            }
            _ => [Openings::default(), Openings::default()],
        };
        let mut difference = FlowDifference {
            already: after.map(|flow| by_port(&self.old, flow, &gained.without(&opens))).unwrap_or_default(),
            stays: before.map(|flow| by_port(&self.new, flow, &lost.without(&closes))).unwrap_or_default(),
            elsewhere: before.map(|flow| self.elsewhere(flow, after, &closes)).unwrap_or_default(),
            change,
            facts,
            opens,
            closes,
            needed,
            optional,
            impact: Impact::Reworded,
        };
        difference.impact = self.impact(&difference, !gained.is_empty() || !lost.is_empty());
        Some(difference)
    }

    /// What all changes of a flow mean.
    fn impact(&self, difference: &FlowDifference, allows_other: bool) -> Impact {
        let (opens, closes) = (&difference.opens, &difference.closes);
        // Nothing is known about the ports of a flow without port specs.
        let is_open_question = |flow: &ExportedFlow| flow.specs.is_empty() && flow.passes_a_network();
        match difference.change {
            FlowChange::NotKnownBefore(..) | FlowChange::NotKnownAfter(..) => Impact::Unknown,
            FlowChange::Added(flow) if is_open_question(flow) || !opens.is_empty() => Impact::Opens,
            FlowChange::Removed(flow) if is_open_question(flow) || !closes.is_empty() => Impact::Closes,
            FlowChange::Added(_) | FlowChange::Removed(_) => Impact::Limits,
            FlowChange::Changed(old, new) | FlowChange::Renamed(old, new, _) => {
                let facts = difference.facts.iter();
                if !allows_other {
                    return Impact::combined(facts.map(|fact| fact.impact));
                }
                let is_extension = self.is_extension(old, new);
                let ports = Impact::from_ports([&old.specs, &new.specs], [opens, closes], is_extension);
                // Other flows allow all of it, but this one may need more of its ports.
                let needs = || Impact::from_growth(!difference.needed.is_empty(), !difference.optional.is_empty());
                let access = ports.or_else(needs).unwrap_or(Impact::Limits);
                let others = facts.filter(|fact| !ALLOWING.contains(&fact.field.as_str())).map(|fact| fact.impact);
                Impact::combined(others.chain([access]))
            }
        }
    }

    /// Whether a rule for one of the flows can be widened or narrowed to one for the other.
    fn is_extension(&self, old: &'a ExportedFlow, new: &'a ExportedFlow) -> bool {
        let is_same_end = ["product", "direction"].iter().all(|fact| old.text(fact) == new.text(fact));
        let [before, after] = [old, new].map(|flow| self.members.of(flow.text("peer")));
        // A flow within a host or a pod has no rule.
        let have_rules = old.passes_a_network() && new.passes_a_network();
        have_rules && is_same_end && !before.is_disjoint(&after)
    }

    /// The new flows at the same end that need closed ports, but not for the peers, hosts and interfaces of the old flow.
    fn elsewhere(&self, old: &'a ExportedFlow, new: Option<&ExportedFlow>, closes: &Openings) -> Vec<Elsewhere<'a>> {
        if closes.is_empty() {
            return Vec::new();
        }
        let is_other = |flow: &&'a ExportedFlow| {
            flow.passes_a_network()
                && self.editions.key(flow).edition == self.editions.key(old).edition
                && new.is_none_or(|new| new.id() != flow.id())
                && ["product", "direction"].iter().all(|fact| flow.text(fact) == old.text(fact))
                && flow.specs.iter().any(|spec| closes.overlaps(spec))
        };
        let mut elsewhere = Vec::new();
        for flow in self.flows.iter().filter(is_other) {
            let ports = closes.common(&Openings::new(&flow.specs));
            let (peer, id) = (flow.text("peer"), flow.id());
            elsewhere.extend(ports.items().map(|port| Elsewhere { port, peer, flow: id }));
        }
        elsewhere.sort();
        elsewhere
    }

    /// The facts in which two flows differ: the ports first, the others in the order of the new flow.
    fn changed_facts(&self, old: &'a ExportedFlow, new: &'a ExportedFlow) -> Vec<FactChange> {
        let mut changes = Vec::new();
        if groups(&old.specs) != groups(&new.specs) {
            let [before, after] = [old, new].map(|flow| Some(flow.expression().into()));
            changes.push(FactChange {
                field: "ports".to_string(),
                before,
                after,
                impact: Impact::from_specs(old, new),
            });
        }
        let [before, after] = [old.facts(), new.facts()];
        let only_before = before.keys().filter(|name| !after.contains_key(*name));
        for name in after.keys().chain(only_before) {
            let [before, after] = [&before, &after].map(|facts: &Map<String, Value>| facts.get(name));
            // An export of an earlier version has the edition only in its source.
            let is_comparable = name != "edition" || before.is_some() && after.is_some();
            if before != after && is_comparable && (self.is_compared)(name) {
                let impact = Impact::from_fact(name, old, new, self.members);
                changes.push(FactChange {
                    field: name.clone(),
                    before: before.cloned(),
                    after: after.cloned(),
                    impact,
                });
            }
        }
        // There is no rule for traffic within a host or a pod.
        if !old.passes_a_network() && !new.passes_a_network() {
            for change in changes.iter_mut().filter(|change| change.impact.opens() || change.impact.closes()) {
                change.impact = Impact::Limits;
            }
        }
        changes
    }
}

impl<'a> FlowDifference<'a> {
    /// A flow of which one list's edition may have another form, or none.
    fn unknown(change: FlowChange<'a>) -> FlowDifference<'a> {
        FlowDifference {
            change,
            facts: Vec::new(),
            opens: Openings::default(),
            closes: Openings::default(),
            needed: Openings::default(),
            optional: Openings::default(),
            already: BTreeMap::new(),
            stays: BTreeMap::new(),
            elsewhere: Vec::new(),
            impact: Impact::Unknown,
        }
    }
}

/// The flows of a list that allow ports for the peers of a flow, by port.
fn by_port<'a>(allowed: &Allowed<'_, 'a>, flow: &'a ExportedFlow, ports: &Openings) -> BTreeMap<String, Vec<&'a str>> {
    let mut flows: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    if ports.is_empty() {
        return flows;
    }
    for other in allowed.sharing(flow).into_iter().filter(|other| other.id() != flow.id()) {
        for port in ports.common(&Openings::new(&other.specs)).items() {
            flows.entry(port).or_default().push(other.id());
        }
    }
    flows
}
