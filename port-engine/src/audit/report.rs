//! The JSON of an audit.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::verdict::{Audit, FlowVerdict, Observed, SpecVerdict, Undocumented, Verdict};

impl Serialize for Audit<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct VerdictCounts {
            open: usize,
            partly_open: usize,
            restricted: usize,
            missing: usize,
            unknown: usize,
            undecided: usize,
            off: usize,
            local: usize,
            exposed: usize,
            undocumented: usize,
            undocumented_restricted: usize,
            undocumented_unknown: usize,
            undocumented_not_checked: usize,
            undocumented_protocols: usize,
            outbound_not_audited: usize,
        }
        let summary = VerdictCounts {
            open: self.count(Verdict::Open),
            partly_open: self.count(Verdict::PartlyOpen),
            restricted: self.count(Verdict::Restricted),
            missing: self.count(Verdict::Missing),
            unknown: self.count(Verdict::Unknown),
            undecided: self.count(Verdict::Undecided),
            off: self.count(Verdict::Off),
            local: self.count(Verdict::Local),
            exposed: self.count(Verdict::Exposed),
            undocumented: self.undocumented.len(),
            undocumented_restricted: self.undocumented_restricted.len(),
            undocumented_unknown: self.undocumented_unknown.len(),
            undocumented_not_checked: self.undocumented_not_checked.len(),
            undocumented_protocols: self.undocumented_protocols.len(),
            outbound_not_audited: self.outbound,
        };
        let observed = |all: &[Undocumented]| all.iter().map(|one| one.observed.clone()).collect::<Vec<_>>();
        let mut object = serializer.serialize_struct("Audit", 20)?;
        object.serialize_field("product", &only(&self.products))?;
        object.serialize_field("products", &self.products)?;
        object.serialize_field("components", &self.components)?;
        object.serialize_field("source", &only(&self.observation.sources))?;
        object.serialize_field("sources", &self.observation.sources)?;
        object.serialize_field("host", &self.observation.host)?;
        object.serialize_field("family", &self.observation.family)?;
        object.serialize_field("from", &self.observation.perspective.from)?;
        object.serialize_field("interfaces", &self.observation.perspective.interfaces)?;
        object.serialize_field("destinations", &self.observation.perspective.destinations)?;
        object.serialize_field("summary", &summary)?;
        object.serialize_field("flows", &self.flows)?;
        object.serialize_field("undocumented", &self.undocumented)?;
        object.serialize_field("undocumented_restricted", &self.undocumented_restricted)?;
        object.serialize_field("undocumented_unknown", &observed(&self.undocumented_unknown))?;
        object.serialize_field("undocumented_loopback", &observed(&self.undocumented_loopback))?;
        object.serialize_field("undocumented_not_checked", &observed(&self.undocumented_not_checked))?;
        object.serialize_field("undocumented_protocols", &self.undocumented_protocols)?;
        object.serialize_field("not_interpreted", &self.observation.not_interpreted)?;
        object.serialize_field("remarks", &self.observation.remarks)?;
        object.end()
    }
}

/// The item of a list of one.
fn only<T: Copy>(items: &[T]) -> Option<T> {
    if let [item] = items { Some(*item) } else { None }
}

impl Serialize for FlowVerdict<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("FlowVerdict", 17)?;
        object.serialize_field("id", &self.flow.id)?;
        object.serialize_field("product", &self.flow.product)?;
        object.serialize_field("edition", &self.flow.edition)?;
        object.serialize_field("component", &self.flow.component)?;
        object.serialize_field("verdict", &self.verdict)?;
        object.serialize_field("requirement", &self.flow.requirement)?;
        object.serialize_field("condition", &self.flow.condition)?;
        object.serialize_field("groups", &self.flow.groups)?;
        object.serialize_field("scope", &self.flow.scope)?;
        object.serialize_field("enabled", &self.flow.enabled)?;
        object.serialize_field("configurable", &self.flow.configurable)?;
        object.serialize_field("customization", &self.flow.customization)?;
        object.serialize_field("note", &self.flow.note)?;
        object.serialize_field("peer", &self.flow.peer)?;
        object.serialize_field("peer_addresses", &self.peer_addresses)?;
        object.serialize_field("ports", &self.specs)?;
        object.serialize_field("remarks", &self.remarks)?;
        object.end()
    }
}

/// The spec as `list` prints it, with the verdict.
impl Serialize for SpecVerdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_portless = self.spec.transport().is_some_and(|transport| !transport.has_ports());
        let mut object = serializer.serialize_struct("SpecVerdict", if is_portless { 9 } else { 7 })?;
        object.serialize_field("transport", &self.spec.transport())?;
        object.serialize_field("first", &self.spec.range().map(port_core::PortRange::first))?;
        object.serialize_field("last", &self.spec.range().map(port_core::PortRange::last))?;
        object.serialize_field("service", &self.spec.service_ref())?;
        object.serialize_field("group", &self.spec.group())?;
        if is_portless {
            object.serialize_field("ip_protocol", &self.spec.ip_protocol())?;
            object.serialize_field("icmp_type", &self.spec.icmp_type())?;
        }
        object.serialize_field("verdict", &self.verdict)?;
        object.serialize_field("observed", &self.observed)?;
        object.end()
    }
}

impl Serialize for Observed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_icmp = self.protocol.is_icmp();
        let mut object = serializer.serialize_struct("Observed", if is_icmp { 6 } else { 5 })?;
        object.serialize_field("transport", &self.protocol)?;
        object.serialize_field("first", &self.range.map(port_core::PortRange::first))?;
        object.serialize_field("last", &self.range.map(port_core::PortRange::last))?;
        if is_icmp {
            object.serialize_field("icmp_types", &self.icmp_types)?;
        }
        object.serialize_field("state", &self.state)?;
        object.serialize_field("evidence", &self.evidence)?;
        object.end()
    }
}

impl Serialize for Undocumented {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Flat<'a> {
            #[serde(flatten)]
            observed: &'a Observed,
            may_be: &'a [super::verdict::UnnumberedService],
        }
        Flat { observed: &self.observed, may_be: &self.may_be }.serialize(serializer)
    }
}
