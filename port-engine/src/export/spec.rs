//! Port specs of an export. Their words may be unknown to this version.

use std::collections::BTreeSet;
use std::fmt;

use port_core::{Groups, PortRange, Transport};
use serde_json::Value;

/// The members of a port spec in JSON, all required.
pub const MEMBERS: [&str; 5] = ["transport", "first", "last", "service", "group"];

/// The members that only specs of protocols without ports have.
pub const PROTOCOL_MEMBERS: [&str; 2] = ["ip_protocol", "icmp_type"];

/// A port spec of an export.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExportedSpec {
    /// The transport; `None` if only a service is named.
    pub transport: Option<String>,
    /// The ports.
    pub range: Option<PortRange>,
    /// The service.
    pub service: Option<String>,
    /// The type of ICMP, or the number of an IP protocol without a name.
    pub number: Option<u8>,
    /// The number of the group. Specs of one group are alternatives.
    pub group: u64,
}

impl ExportedSpec {
    /// The spec of a JSON object that was checked.
    pub(super) fn from_value(value: &Value) -> ExportedSpec {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_string);
        ExportedSpec {
            transport: text("transport"),
            range: range(value),
            service: text("service"),
            number: number(value),
            group: value.get("group").and_then(Value::as_u64).unwrap_or_default(),
        }
    }
}

/// The type of ICMP, or the number of an IP protocol without a name.
fn number(spec: &Value) -> Option<u8> {
    let name = match spec.get("transport")?.as_str()? {
        "ip" => "ip_protocol",
        _ => "icmp_type",
    };
    byte(spec.get(name)?)
}

/// A number that has a byte in the IP header: that of a protocol, or a type of ICMP.
pub(super) fn byte(value: &Value) -> Option<u8> {
    value.as_u64().and_then(|number| u8::try_from(number).ok())
}

/// Whether the number of a protocol and the type of ICMP of a spec fit its transport. Earlier versions wrote neither.
pub(super) fn has_fitting_numbers(spec: &Value, transport: Transport) -> bool {
    let [protocol, icmp_type] = PROTOCOL_MEMBERS.map(|name| spec.get(name).and_then(byte));
    let is_icmp = matches!(transport, Transport::Icmp | Transport::Icmpv6);
    let has_protocol = match transport {
        Transport::Ip => protocol.is_some(),
        transport => protocol.is_none() || protocol == transport.ip_protocol(),
    };
    has_protocol && (is_icmp || icmp_type.is_none())
}

/// The port range of a spec's JSON object; `None` if it has none, or an invalid one.
pub(super) fn range(spec: &Value) -> Option<PortRange> {
    PortRange::new(port(spec.get("first")?)?, port(spec.get("last")?)?)
}

/// The port of a JSON value.
pub(super) fn port(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0)
}

/// As the catalog writes specs: `tcp/25 smtp`.
impl fmt::Display for ExportedSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        if let Some(transport) = &self.transport {
            f.write_str(transport)?;
            gap = " ";
        }
        if let Some(range) = self.range {
            write!(f, "/{range}")?;
        }
        if let Some(number) = self.number {
            write!(f, "/{number}")?;
        }
        match &self.service {
            Some(service) => write!(f, "{gap}{service}"),
            None => Ok(()),
        }
    }
}

/// Specs as a port expression. The specs of a group needn't be adjacent.
#[must_use]
pub fn expression(specs: &[ExportedSpec], relation: Groups) -> String {
    let separator = match relation {
        Groups::All => ", ",
        Groups::Unstated => "; ",
    };
    let mut groups: Vec<(u64, Vec<String>)> = Vec::new();
    for spec in specs {
        match groups.iter_mut().find(|(number, _)| *number == spec.group) {
            Some((_, alternatives)) => alternatives.push(spec.to_string()),
            None => groups.push((spec.group, vec![spec.to_string()])),
        }
    }
    groups.iter().map(|(_, alternatives)| alternatives.join(" | ")).collect::<Vec<_>>().join(separator)
}

/// The groups of alternatives, to compare specs by their meaning: the order and the numbers of groups don't matter. Which
/// alternative is first does, since a rule format may use that one alone.
#[must_use]
pub fn groups(specs: &[ExportedSpec]) -> BTreeSet<(Option<ExportedSpec>, BTreeSet<ExportedSpec>)> {
    let numbers: BTreeSet<u64> = specs.iter().map(|spec| spec.group).collect();
    let group = |number: u64| {
        let alternatives = specs.iter().filter(move |spec| spec.group == number);
        let mut alternatives = alternatives.map(|spec| ExportedSpec { group: 0, ..spec.clone() }).peekable();
        (alternatives.peek().cloned(), alternatives.collect())
    };
    numbers.into_iter().map(group).collect()
}

/// Specs without the services that only describe a transport's ports.
#[must_use]
pub fn without_services(specs: &[ExportedSpec]) -> Vec<ExportedSpec> {
    let bare = |spec: &ExportedSpec| ExportedSpec {
        service: spec.service.clone().filter(|_| spec.transport.is_none()),
        ..spec.clone()
    };
    specs.iter().map(bare).collect()
}
