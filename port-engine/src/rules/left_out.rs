//! Why flows are left out of rules before the format is known, and the remarks about them.

use std::collections::BTreeSet;

use port_core::{Enabled, Requirement, Scope};
use port_data::diagnostic::count;

use super::model::{Remark, RemarkKind};
use super::options::Choices;
use super::views::FlowView;
use crate::dataset::Flow;

/// Why a flow is left out. The first reason that applies counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LeftOut {
    /// The document doesn't call it required.
    Optional,
    /// The document calls it off by default.
    Disabled,
    /// Its traffic stays inside a machine, according to the document.
    InsideMachine,
    /// Its traffic is between pods.
    BetweenPods,
    /// Its traffic stays inside a machine, since the site has the same machine for both ends.
    SameMachine,
    /// Its peer has no address.
    Unnamed,
}

/// The reasons that a remark on the whole ruleset counts.
const COUNTED: [LeftOut; 5] =
    [LeftOut::Disabled, LeftOut::InsideMachine, LeftOut::BetweenPods, LeftOut::SameMachine, LeftOut::Unnamed];

impl LeftOut {
    /// The reason that the flow itself and the choices determine.
    pub(super) fn by_choice(flow: &Flow, choices: Choices) -> Option<LeftOut> {
        match flow.scope {
            _ if choices.required_only && flow.requirement != Requirement::Required => Some(LeftOut::Optional),
            _ if choices.enabled_only && flow.enabled == Enabled::No => Some(LeftOut::Disabled),
            Scope::Host if !choices.all_scopes => Some(LeftOut::InsideMachine),
            Scope::Pod if !choices.all_scopes => Some(LeftOut::BetweenPods),
            _ => None,
        }
    }

    /// The remark on the flow itself.
    pub(super) fn remark(self, flow: &Flow) -> Remark {
        let reason = match self {
            LeftOut::Optional => return Remark::new(RemarkKind::LeftOut, "what the document doesn't call required"),
            LeftOut::Disabled => "the document calls it off by default".to_string(),
            LeftOut::InsideMachine => "its traffic stays inside a machine".to_string(),
            LeftOut::BetweenPods => "its traffic is between pods".to_string(),
            LeftOut::SameMachine => format!("{} is on the same machine", flow.peer),
            LeftOut::Unnamed => format!("{} has no address", flow.peer),
        };
        Remark::new(RemarkKind::Note, format!("left out, since {reason}"))
    }

    /// What a remark on the whole ruleset calls the flows that are left out for this reason.
    fn text(self) -> &'static str {
        match self {
            LeftOut::Optional => "that the document doesn't call required",
            LeftOut::Disabled => "that the document calls off by default (--enabled-only)",
            LeftOut::InsideMachine => "inside a machine (scope host; --all-scopes allows them)",
            LeftOut::BetweenPods => "between pods (scope pod; --all-scopes allows them)",
            LeftOut::SameMachine => "inside a machine (the site has the same address for both ends)",
            LeftOut::Unnamed => "of peers without an address",
        }
    }
}

/// A remark for each reason that is counted, with the peers without an address, or else with the flows.
pub(super) fn remarks(views: &[FlowView<'_>], reasons: &[Option<LeftOut>]) -> Vec<Remark> {
    let remark = |reason: &LeftOut| {
        let with_reason = views.iter().zip(reasons).filter(|(_, found)| **found == Some(*reason));
        let flows: Vec<&Flow> = with_reason.map(|(view, _)| view.flow.as_ref()).collect();
        let ids: BTreeSet<&str> = flows.iter().map(|flow| flow.id.as_str()).collect();
        let peers: BTreeSet<&str> = flows.iter().map(|flow| flow.peer.as_str()).collect();
        let names = if *reason == LeftOut::Unnamed { peers } else { ids.clone() };
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        let text = format!("{} {}: {names}", count(ids.len(), "flow"), reason.text());
        (!flows.is_empty()).then(|| Remark::new(RemarkKind::LeftOut, text))
    };
    COUNTED.iter().filter_map(remark).collect()
}
