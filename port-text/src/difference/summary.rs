//! A difference in words, for text and Markdown: what to do at the firewalls, then each flow.

use std::collections::BTreeMap;
use std::fmt::Write;

use port_data::hidden::Escaped;
use port_engine::diff::{Difference, FlowChange, FlowDifference, Impact};

use super::item::{Describer, Item};
use super::shared::{SharedChange, shared_changes};
use port_data::diagnostic::count;

/// A difference in words.
pub(super) struct DiffSummary {
    /// What to do, in one line.
    pub tasks: String,
    /// What was compared, in one line.
    pub compared: String,
    /// The flows by impact, the most serious first.
    pub sections: Vec<Section>,
    /// The changes that many flows share. They aren't repeated in the items.
    pub shared: Vec<SharedChange>,
}

/// Flows that mean the same for firewall rules.
pub(super) struct Section {
    /// What they mean.
    pub impact: Impact,
    /// The same in words.
    pub heading: String,
    /// The flows.
    pub items: Vec<Item>,
}

/// The heading of the flows with an impact.
fn heading(impact: Impact) -> &'static str {
    match impact {
        Impact::Moves => "rules to replace",
        Impact::Opens => "rules to add",
        Impact::Closes => "rules to remove",
        Impact::Widens => "rules to widen",
        Impact::Narrows => "rules to narrow",
        Impact::Limits => "rules to review",
        Impact::Unknown => "facts that this version of port-catalog does not know",
        Impact::Reworded => "no rule changes",
    }
}

impl DiffSummary {
    /// Describes a difference.
    pub(super) fn new(difference: &Difference) -> DiffSummary {
        let shared = shared_changes(difference);
        let describer = Describer::new(difference, &shared);
        let mut sections: Vec<Section> = Vec::new();
        for impact in Impact::ALL {
            for flow in difference.with_impact(*impact) {
                let Some(item) = describer.item(flow) else { continue };
                let heading = match flow.change.not_known_for() {
                    Some(edition) => format!("not known for {edition}, whose document is not complete"),
                    None => heading(*impact).to_string(),
                };
                match sections.iter_mut().find(|known| known.impact == *impact && known.heading == heading) {
                    Some(section) => section.items.push(item),
                    None => sections.push(Section { impact: *impact, heading, items: vec![item] }),
                }
            }
        }
        DiffSummary {
            tasks: tasks(difference),
            compared: compared(difference),
            sections,
            shared: shared.into_iter().map(|(_, shared)| shared).collect(),
        }
    }
}

/// How many flows were compared, and which products only one of the exports has. The cause may be a filter or a new product.
fn compared(difference: &Difference) -> String {
    let [before, after] = [difference.old, difference.new].map(|flows| difference.products(flows));
    let mut text = format!("{} before, {} after", count(difference.old.len(), "flow"), difference.new.len());
    for (when, only) in [("before", &before - &after), ("after", &after - &before)] {
        if !only.is_empty() {
            text += &format!("; only {when}: {}", Escaped(only.into_iter().collect::<Vec<_>>().join(", ")));
        }
    }
    text
}

/// What to do, in one line.
fn tasks(difference: &Difference) -> String {
    let is_known = |flow: &&FlowDifference| flow.change.not_known_for().is_none();
    let number = |impact| difference.with_impact(impact).filter(is_known).count();
    let mut tasks = Vec::new();
    for (impact, task) in [
        (Impact::Moves, "replace the rules of"),
        (Impact::Opens, "add rules for"),
        (Impact::Closes, "remove the rules of"),
        (Impact::Widens, "widen the rules of"),
        (Impact::Narrows, "narrow the rules of"),
        (Impact::Limits, "review the rules of"),
    ] {
        if number(impact) > 0 {
            tasks.push(format!("{task} {}", count(number(impact), "flow")));
        }
    }
    let mut text = match tasks.as_slice() {
        [] if difference.flows.is_empty() => return "Nothing differs.".to_string(),
        [] => "Nothing to do at the firewalls.".to_string(),
        tasks => format!("To do at the firewalls: {}.", tasks.join(", ")),
    };
    for (impact, what) in [
        (Impact::Unknown, "in facts that this version of port-catalog does not know"),
        (Impact::Reworded, "in wording only"),
    ] {
        let number = number(impact);
        if number > 0 {
            let verb = if number == 1 { "differs" } else { "differ" };
            let _ = write!(text, " {} {verb} {what}.", count(number, "flow"));
        }
    }
    let not_known = difference.flows.iter().filter_map(|flow| flow.change.not_known_for());
    let mut editions: BTreeMap<&str, usize> = BTreeMap::new();
    for edition in not_known {
        *editions.entry(edition).or_default() += 1;
    }
    for (edition, number) in editions {
        let (verb, them) = if number == 1 { ("is", "it") } else { ("are", "them") };
        let flows = count(number, "flow");
        let _ = write!(text, " {flows} {verb} not known for {edition}, whose document is not complete: check {them}.");
    }
    let renamed = difference.flows.iter().filter(|flow| matches!(flow.change, FlowChange::Renamed(..))).count();
    if renamed > 0 {
        let verb = if renamed == 1 { "has" } else { "have" };
        let help = "rename the services, profiles and comments that use the old one";
        let _ = write!(text, " {} {verb} another id: {help}.", count(renamed, "flow"));
    }
    text
}
