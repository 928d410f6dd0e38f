//! What an audit found on a host, as one line each.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::assignment::Parts;
use crate::audit::observation::State;
use crate::audit::verdict::{Audit, FlowVerdict, Observed, Undocumented, Verdict};
use crate::dataset::Flow;
use crate::words::words;

words! {
    /// The kind of a finding.
    FindingKind is a "finding" {
        /// A documented flow of which nothing listens
        Missing = "missing",
        /// A documented flow of which only some ports have a listener
        PartlyOpen = "partly-open",
        /// A documented flow that the inventory can't decide
        Unknown = "unknown",
        /// A flow documented without a port number, or without saying which ports are needed
        Undecided = "undecided",
        /// A flow that the document calls local, and on which peers can connect
        Exposed = "exposed",
        /// A port with a listener that no inbound flow documents
        Undocumented = "undocumented",
        /// The same, if it isn't known whether peers reach the listener
        UndocumentedUnknown = "undocumented-unknown",
        /// A port with a listener on loopback only that no inbound flow documents
        UndocumentedLoopback = "undocumented-loopback",
        /// A host without a product
        Unassigned = "unassigned",
        /// A host with a product that the inventory doesn't list
        NotListed = "not-listed",
    }
}

impl FindingKind {
    /// The kind of a verdict; `None` for a flow that is as documented.
    fn of(verdict: Verdict) -> Option<FindingKind> {
        match verdict {
            Verdict::Missing => Some(FindingKind::Missing),
            Verdict::PartlyOpen | Verdict::Restricted => Some(FindingKind::PartlyOpen),
            Verdict::Unknown => Some(FindingKind::Unknown),
            Verdict::Undecided => Some(FindingKind::Undecided),
            Verdict::Exposed => Some(FindingKind::Exposed),
            Verdict::Open | Verdict::Off | Verdict::Local => None,
        }
    }
}

/// A finding on a host. It serializes as the command's JSON lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFinding<'a> {
    /// The host's name.
    pub host: &'a str,
    /// The products on the host.
    pub products: Vec<&'a str>,
    /// What the finding is.
    pub kind: FindingKind,
    /// The flow, if it is about one.
    pub flow: Option<&'a Flow>,
    /// The flow's ports as an expression, or the ports that are in no flow; empty if it is about the host.
    pub ports: String,
    /// What listens, and where, and what wasn't checked if the rest was.
    pub observed: Vec<String>,
}

impl<'a> HostFinding<'a> {
    /// A host that was not audited.
    #[must_use]
    pub fn of_host(kind: FindingKind, host: &'a str, parts: &Parts<'a>) -> HostFinding<'a> {
        let mut products: Vec<&str> = parts.iter().map(|part| part.product).collect();
        products.dedup();
        HostFinding { host, products, kind, flow: None, ports: String::new(), observed: Vec::new() }
    }

    fn of_flow(host: &'a str, audit: &Audit<'a>, verdict: &FlowVerdict<'a>) -> Option<HostFinding<'a>> {
        let specs = verdict.specs.iter().flat_map(|spec| &spec.observed);
        // What wasn't checked is worth a word only if something else was.
        let is_checked_in_part = specs.clone().any(|observed| observed.state != State::NotChecked);
        let is_listed = |observed: &&Observed| match observed.state {
            State::NotOpen => false,
            State::NotChecked => is_checked_in_part,
            _ => true,
        };
        let observed = specs.filter(is_listed);
        let observed = observed.map(|one| format!("{one} {} {}", one.state.description(), listens(one)));
        Some(HostFinding {
            host,
            products: audit.products.clone(),
            kind: FindingKind::of(verdict.verdict)?,
            flow: Some(verdict.flow),
            ports: verdict.flow.expression(),
            observed: observed.map(|text| text.trim_end().to_string()).collect(),
        })
    }

    fn of_ports(host: &'a str, audit: &Audit<'a>, kind: FindingKind, undocumented: &Undocumented) -> HostFinding<'a> {
        let services = undocumented.may_be.iter();
        let may_be = services.map(|service| format!("may be {} of {}", service.service, service.flow));
        HostFinding {
            host,
            products: audit.products.clone(),
            kind,
            flow: None,
            ports: undocumented.observed.to_string(),
            observed: std::iter::once(listens(&undocumented.observed)).chain(may_be).collect(),
        }
    }
}

/// The addresses and processes of listeners.
fn listens(observed: &Observed) -> String {
    if observed.evidence.is_empty() { String::new() } else { format!("on {}", observed.evidence.join(", ")) }
}

/// Everything that an audit found on a host: first flows, in catalog order, then ports that no flow documents.
pub fn findings<'a>(host: &'a str, audit: &Audit<'a>) -> Vec<HostFinding<'a>> {
    let flows = audit.flows.iter().filter_map(|flow| HostFinding::of_flow(host, audit, flow));
    let ports = [
        (FindingKind::Undocumented, &audit.undocumented),
        (FindingKind::UndocumentedUnknown, &audit.undocumented_unknown),
        (FindingKind::UndocumentedLoopback, &audit.undocumented_loopback),
    ];
    let ports = ports.into_iter().flat_map(|(kind, all)| {
        all.iter().map(move |undocumented| HostFinding::of_ports(host, audit, kind, undocumented))
    });
    flows.chain(ports).collect()
}

impl Serialize for HostFinding<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("HostFinding", 11)?;
        object.serialize_field("host", self.host)?;
        object.serialize_field("products", &self.products)?;
        object.serialize_field("finding", &self.kind)?;
        object.serialize_field("flow", &self.flow.map(|flow| &flow.id))?;
        object.serialize_field("edition", &self.flow.map(|flow| &flow.edition))?;
        object.serialize_field("requirement", &self.flow.map(|flow| flow.requirement))?;
        object.serialize_field("condition", &self.flow.and_then(|flow| flow.condition.as_ref()))?;
        object.serialize_field("configurable", &self.flow.map(|flow| flow.configurable))?;
        object.serialize_field("note", &self.flow.and_then(|flow| flow.note.as_ref()))?;
        object.serialize_field("ports", &self.ports)?;
        object.serialize_field("observed", &self.observed)?;
        object.end()
    }
}
