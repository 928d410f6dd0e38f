//! The firewall rules to add and to remove in an upgrade: those of the new edition that the old one doesn't have, and the other way
//! round.
//!
//! Both rulesets are complete, so after the rules are added and removed, a port is closed only if no rule of the new edition needs it.
//! What isn't known for an edition whose document isn't complete is added, but never removed.

use std::collections::BTreeSet;

use port_data::Diagnostic;

use super::Upgrade;
use crate::dataset::{Dataset, ProductEdition};
use crate::rules::changes::{Change, keep_needed, without};
use crate::rules::fit::remark_on_unlimited_ends;
use crate::rules::formats::writer::File;
use crate::rules::model::{Remark, RemarkKind, Ruleset};
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
    let stays = keep_needed(&mut removed, &to, whole_flows);
    for flow in &mut removed.flows {
        // It doesn't matter which ports of removed rules were alternatives, or dropped.
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
    // Nobody loads a text by mistake, even if its format has no comments that warn.
    let is_loaded = match change {
        Change::Add => request.format.adds_to_others(),
        Change::Remove => request.format.change_writer().is_some(),
    };
    let ending = if is_loaded { "" } else { ".txt" };
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
