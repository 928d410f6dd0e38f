//! Chooses among the alternative ports of a flow, and among its groups if the document doesn't say whether all are needed.

use port_core::Groups;

use super::model::{FlowRules, RemarkKind};
use super::options::Alternatives;
use crate::dataset::{Dataset, Flow, PortSpec};
use crate::filter::PortQuery;

/// The specs to open: all of a group with one spec; of alternatives those that the site chose, or else those of the choice. Services
/// whose port the document doesn't state are among them if `with_services`, and otherwise dropped.
pub(super) fn chosen_specs<'a>(
    flow: &'a Flow,
    choice: Alternatives,
    site_choice: &[usize],
    dataset: &Dataset,
    with_services: bool,
    result: &mut FlowRules,
) -> Vec<&'a PortSpec> {
    let mut chosen = Vec::with_capacity(flow.ports.len());
    let mut opened_groups = Vec::new();
    let chooses_groups = flow.groups == Groups::Unstated && !site_choice.is_empty();
    let mut without_port = Vec::new();
    let mut index = 0;
    for group in flow.port_groups() {
        let is_site_choice = |(offset, _): &(usize, &PortSpec)| site_choice.contains(&(index + offset));
        let of_site: Vec<&PortSpec> = group.iter().enumerate().filter(is_site_choice).map(|(_, spec)| spec).collect();
        index += group.len();
        let kept = if of_site.is_empty() && chooses_groups {
            remark_on_others(group, &[], "the site file chooses another port", result);
            Vec::new()
        } else if of_site.is_empty() {
            choose(group, choice, dataset, result)
        } else {
            remark_on_others(group, &of_site, "the site file chooses another port", result);
            of_site
        };
        let (open, unknown): (Vec<&PortSpec>, Vec<&PortSpec>) =
            kept.iter().copied().partition(|spec| can_be_opened(spec));
        if open.len() > 1 {
            let encrypted = if choice == Alternatives::Encrypted { encryption(&open, dataset) } else { "" };
            let text = format!("all alternatives ({encrypted}one would be enough): {}", list(&open));
            result.remark(RemarkKind::Opened, text);
        }
        if !unknown.is_empty() && !with_services {
            without_port.push(list(&unknown));
        }
        if !open.is_empty() {
            opened_groups.push(list(&open));
        }
        chosen.extend(open);
        if with_services {
            chosen.extend(unknown);
        }
    }
    if flow.groups == Groups::Unstated && opened_groups.len() > 1 {
        let groups = opened_groups.join("; ");
        result.remark(RemarkKind::Opened, format!("all of {groups} (the document doesn't say whether all are needed)"));
    }
    if !without_port.is_empty() {
        let text = format!("{} (the document states no port)", without_port.join(", "));
        result.remark(RemarkKind::Dropped, text);
    }
    chosen
}

/// The specs of a group that a choice keeps.
fn choose<'a>(
    group: &'a [PortSpec],
    choice: Alternatives,
    dataset: &Dataset,
    result: &mut FlowRules,
) -> Vec<&'a PortSpec> {
    let all = || group.iter().collect();
    let [first, _, ..] = group else { return all() };
    match choice {
        Alternatives::All => all(),
        Alternatives::First => {
            let reason = format!("{first} is listed first, and one is enough");
            remark_on_others(group, &[first], &reason, result);
            vec![first]
        }
        Alternatives::Encrypted => {
            // A service without a port can't be opened, so it is no reason to leave out others.
            let is_encrypted = |spec: &&PortSpec| can_be_opened(spec) && encrypted(spec, dataset) == Some(true);
            let kept: Vec<&PortSpec> = group.iter().filter(is_encrypted).collect();
            if kept.is_empty() {
                return all();
            }
            let (verb, names) = (if kept.len() == 1 { "is" } else { "are" }, list(&kept).replace(" | ", " and "));
            remark_on_others(group, &kept, &format!("{names} {verb} encrypted"), result);
            kept
        }
    }
}

/// What is known about the encryption of several alternatives, as the beginning of a reason.
fn encryption(open: &[&PortSpec], dataset: &Dataset) -> &'static str {
    match open.iter().filter(|spec| encrypted(spec, dataset) == Some(true)).count() {
        0 => "none is known to be encrypted, ",
        some if some == open.len() => "each is encrypted, ",
        _ => "",
    }
}

/// Whether the service of a spec is encrypted, if that is known.
fn encrypted(spec: &PortSpec, dataset: &Dataset) -> Option<bool> {
    dataset.service(spec.service_ref()?)?.encrypted
}

/// Remarks on the alternatives that are left out, if there are any.
fn remark_on_others(group: &[PortSpec], kept: &[&PortSpec], reason: &str, result: &mut FlowRules) {
    let others: Vec<&PortSpec> = group.iter().filter(|spec| !kept.contains(spec)).collect();
    if !others.is_empty() {
        result.remark(RemarkKind::LeftOut, format!("{} ({reason})", list(&others)));
    }
}

/// Whether the document states what a rule needs: a transport with a port, or a protocol without ports.
pub(super) fn can_be_opened(spec: &PortSpec) -> bool {
    spec.transport().is_some_and(|transport| spec.range().is_some() || !transport.has_ports())
}

/// Whether a spec of a flow is one of several that may not all be needed: alternatives, or groups if the document doesn't say.
pub(super) fn is_alternative(flow: &Flow, spec: &PortSpec) -> bool {
    let is_other = |other: &&PortSpec| flow.groups == Groups::Unstated || other.group() == spec.group();
    flow.ports.iter().filter(is_other).count() > 1
}

/// Whether a text means a spec: its port as `tcp/995` or `995/tcp`, its service, or both as port expressions have them.
pub(super) fn matches_notation(spec: &PortSpec, text: &str) -> bool {
    let printed = spec.to_string();
    let is_port = |query: PortQuery| match query {
        PortQuery::Ports { transport, range } => spec.transport() == transport && spec.range() == Some(range),
        PortQuery::Protocol { .. } => false,
    };
    text == printed
        || printed.split_once(' ').is_some_and(|(port, _)| port == text)
        || spec.service_ref().is_some_and(|service| service == text)
        || text.parse().is_ok_and(is_port)
}

/// Alternative specs, joined as in a port expression. They may be only a part of their group.
fn list(specs: &[&PortSpec]) -> String {
    specs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")
}
