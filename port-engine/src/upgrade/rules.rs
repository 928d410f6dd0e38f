//! The firewall rules to add and to remove in an upgrade: those of the new edition that the old one doesn't have, and the other way
//! round.
//!
//! Both rulesets are complete, so after the rules are added and removed, a port is closed only if no rule of the new edition needs it.
//! What isn't known for an edition whose document isn't complete is added, but never removed.

use std::collections::{BTreeMap, BTreeSet};

use port_core::PortRange;
use port_data::Diagnostic;

use super::Upgrade;
use crate::dataset::{Dataset, ProductEdition};
use crate::port_set::PortSet;
use crate::rules::changes::{Change, without};
use crate::rules::fit::remark_on_unlimited_ends;
use crate::rules::formats::writer::File;
use crate::rules::model::{FlowRules, Remark, RemarkKind, Rule, Ruleset};
use crate::rules::site::Site;
use crate::rules::{RulesReport, RulesRequest, fitted};

/// Generates the rules to add and to remove. The files are in the directories `add` and `remove`; without a change there are none.
///
/// # Errors
///
/// Those of [`generate`](crate::rules::generate), for either edition.
pub fn rules(
    dataset: &Dataset,
    upgrade: &Upgrade<'_>,
    request: &RulesRequest,
    site: &Site,
) -> Result<RulesReport, Vec<Diagnostic>> {
    let ruleset = |edition: &str| {
        let named = ProductEdition { product: upgrade.product.id.clone(), edition: Some(edition.to_string()) };
        fitted(&dataset.at_editions(&[named])?, request, site)
    };
    let (from, to) = (ruleset(&upgrade.from.id)?, ruleset(&upgrade.to.id)?);
    let kept = not_known(upgrade, &upgrade.to.id);
    let whole_flows = request.format.change_writer().is_none();
    let added = without(&to, &from, &BTreeSet::new(), whole_flows);
    let mut removed = without(&from, &to, &kept, false);
    let stays = still_needed(&removed, &to);
    if request.format.change_writer().is_none() {
        // Such a platform may have one rule for both flows.
        remove_needed(&mut removed, &to);
    }
    for flow in &mut removed.flows {
        // What was opened, left out or dropped doesn't matter for rules that are removed.
        flow.remarks.clear();
    }
    let mut report = RulesReport { files: Vec::new(), remarks: Vec::new(), dropped: added.has_dropped() };
    for (change, mut ruleset) in [(Change::Add, added), (Change::Remove, removed)] {
        let writer = request.format.writer(request.output.target);
        remark_on_unlimited_ends(&mut ruleset, &writer.limits);
        if change == Change::Remove {
            ruleset.remarks.clone_from(&stays);
        }
        ruleset.remarks.extend(remarks(upgrade, change));
        report.remarks.extend(ruleset.summary(false));
        if !ruleset.flows.is_empty() {
            ruleset.heading.splice(0..0, heading(upgrade, change, request));
            report.files.extend(files(ruleset, change, request));
        }
    }
    report.remarks.sort_by_key(|remark| remark.kind);
    Ok(report)
}

/// The files with the rules of a ruleset, in the directory of the change.
fn files(ruleset: Ruleset, change: Change, request: &RulesRequest) -> Vec<File> {
    let files = match request.format.change_writer() {
        Some(write) => vec![write(&ruleset, change, &request.output)],
        None => {
            let name = format!("{}-{}", ruleset.name, change.as_str());
            let writer = request.format.writer(request.output.target);
            (writer.files)(&Ruleset { name, ..ruleset }, &request.output)
        }
    };
    // Nobody loads a text by mistake, also if its format has no comments that warn.
    let is_list =
        change == Change::Remove && request.format.change_writer().is_none() || !request.format.adds_to_others();
    let ending = if is_list { ".txt" } else { "" };
    let in_directory = |file: File| File { name: format!("{}/{}{ending}", change.as_str(), file.name), ..file };
    files.into_iter().map(in_directory).collect()
}

/// What the rules of a file are, as the first lines of its comment.
fn heading(upgrade: &Upgrade<'_>, change: Change, request: &RulesRequest) -> Vec<String> {
    let (from, to) = (&upgrade.from.id, &upgrade.to.id);
    let lines = match (change, request.format.change_writer()) {
        (Change::Add, Some(_)) => vec![format!("RULES TO ADD to those of edition {from}, for edition {to}.")],
        (Change::Remove, Some(_)) => {
            vec![format!("RULES TO REMOVE from those of edition {from}, once those for edition {to} are added.")]
        }
        (Change::Add, None) if !request.format.adds_to_others() => vec![
            format!("RULES TO ADD to those of edition {from}, for edition {to}: all rules of the flows that differ."),
            format!("DON'T LOAD THIS FILE. Load the rules of {}@{to}, which replace the others.", upgrade.product.id),
        ],
        (Change::Add, None) => vec![
            format!(
                "RULES TO ADD to those of edition {from}, for edition {to}: all rules of the flows that differ, as a ruleset of their"
            ),
            format!("own. For a whole ruleset, write the rules of {}@{to}.", upgrade.product.id),
        ],
        (Change::Remove, None) => vec![
            format!("RULES TO REMOVE from those of edition {from}, once those for edition {to} are added."),
            "DON'T LOAD THIS FILE: it would allow them.".to_string(),
        ],
    };
    lines.into_iter().chain([String::new()]).collect()
}

/// The ids of the flows that are not known for an edition, since its document isn't complete.
fn not_known<'a>(upgrade: &'a Upgrade<'_>, edition: &str) -> BTreeSet<&'a str> {
    let flows = upgrade.not_known().filter(|flow| flow.change.not_known_for() == Some(edition));
    flows.map(|flow| flow.change.flow().id()).collect()
}

/// Remarks on flows that are not known for an edition.
fn remarks(upgrade: &Upgrade<'_>, change: Change) -> Vec<Remark> {
    let (edition, kind, what) = match change {
        Change::Add => (&upgrade.from.id, RemarkKind::Opened, "flows"),
        Change::Remove => (&upgrade.to.id, RemarkKind::LeftOut, "the removal of flows"),
    };
    let ids: Vec<&str> = not_known(upgrade, edition).into_iter().collect();
    let text = format!("{what} that are not known for {edition}, whose document is not complete: {}", ids.join(", "));
    let not_known = (!ids.is_empty()).then(|| Remark::new(kind, text));
    not_known.into_iter().collect()
}

/// Remarks on ports that stay open, since other flows need them between the same addresses.
fn still_needed(removed: &Ruleset, to: &Ruleset) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for flow in &removed.flows {
        for rule in &flow.rules {
            let mut flows_by_port: BTreeMap<PortRange, BTreeSet<&str>> = BTreeMap::new();
            for (id, ports) in same_traffic(flow, rule, to) {
                for range in (&ports & &port_set(rule)).ranges() {
                    flows_by_port.entry(range).or_default().insert(id);
                }
            }
            for (range, ids) in flows_by_port {
                let (protocol, ids) = (rule.traffic.protocol, ids.into_iter().collect::<Vec<_>>().join(", "));
                let text = format!("{protocol}/{range} of {} stays open for {} (needed by {ids})", flow.id, flow.peer);
                remarks.push(Remark::new(RemarkKind::Warning, text));
            }
        }
    }
    remarks.dedup();
    remarks
}

/// Removes the ports that other flows need between the same addresses.
fn remove_needed(removed: &mut Ruleset, to: &Ruleset) {
    for flow in &mut removed.flows {
        let mut rules = flow.rules.clone();
        rules.retain_mut(|rule| {
            let has_ports = !rule.traffic.ports.is_empty();
            let is_needed = flows_with(flow, rule, to).any(|(_, other)| other.traffic == rule.traffic);
            let needed = same_traffic(flow, rule, to).fold(PortSet::empty(), |all, (_, ports)| &all | &ports);
            rule.traffic.ports = (&port_set(rule) - &needed).ranges().collect();
            if has_ports { !rule.traffic.ports.is_empty() } else { !is_needed }
        });
        flow.rules = rules;
    }
    removed.flows.retain(|flow| !flow.rules.is_empty());
}

/// The flows of a ruleset with the rules that are for the same protocol, ends and interfaces as a rule.
fn flows_with<'a>(flow: &'a FlowRules, rule: &'a Rule, to: &'a Ruleset) -> impl Iterator<Item = (&'a str, &'a Rule)> {
    let of_direction = to.in_direction(flow.direction).filter(|other| other.interfaces == flow.interfaces);
    let rules = of_direction.flat_map(|other| other.rules.iter().map(move |rule| (other.id.as_str(), rule)));
    rules.filter(move |(_, other)| {
        other.traffic.protocol == rule.traffic.protocol
            && (&other.source, &other.destination) == (&rule.source, &rule.destination)
    })
}

/// The ports of [those rules](flows_with).
fn same_traffic<'a>(flow: &'a FlowRules, rule: &'a Rule, to: &'a Ruleset) -> impl Iterator<Item = (&'a str, PortSet)> {
    flows_with(flow, rule, to).map(|(id, other)| (id, port_set(other)))
}

fn port_set(rule: &Rule) -> PortSet {
    let mut ports = PortSet::empty();
    rule.traffic.ports.iter().for_each(|range| ports.insert(*range));
    ports
}
