//! The services of flows.

use std::collections::BTreeSet;

use port_core::PortRange;

use super::syntax::{Entry, LONGEST_COMMENT, LONGEST_NAME, Value, value};
use crate::protocol::Protocol;
use crate::rules::formats::text::short_name;
use crate::rules::model::{FlowRules, Traffic};
use crate::rules::protocol_notation::{ProtocolNotation, type_number};

/// Numbers from 1 to 254: for `FortiOS`, protocol 0 is any protocol.
pub(super) const PROTOCOLS: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| (1..=254).contains(&protocol.number()).then(|| protocol.number().to_string()),
    icmp_type: type_number,
};

/// A service of a flow: with all ports of the flow, for one protocol without ports, or for one type of ICMP.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ServiceKind {
    Ports,
    Protocol(Protocol),
    IcmpType(Protocol, u8),
}

/// A flow's services with their names. The first one has the ports, if there are any.
pub(super) fn services(flow: &FlowRules) -> Vec<(String, ServiceKind)> {
    let mut services = Vec::new();
    if flow.rules.iter().any(|rule| !rule.traffic.ports.is_empty()) {
        services.push((short_name(&flow.name, LONGEST_NAME), ServiceKind::Ports));
    }
    let without_ports = flow.rules.iter().map(|rule| &rule.traffic).filter(|traffic| traffic.ports.is_empty());
    let kind = |traffic: &Traffic| match traffic.icmp_types.as_slice() {
        [] => ServiceKind::Protocol(traffic.protocol),
        [icmp_type, ..] => ServiceKind::IcmpType(traffic.protocol, *icmp_type),
    };
    for kind in without_ports.map(kind).collect::<BTreeSet<_>>() {
        let suffix = match kind {
            ServiceKind::Ports => String::new(),
            ServiceKind::Protocol(protocol) => format!("_{protocol}"),
            ServiceKind::IcmpType(protocol, icmp_type) => format!("_{protocol}-{icmp_type}"),
        };
        // Protocols without a name contain a slash: ip/99.
        services.push((short_name(&format!("{}{}", flow.name, suffix.replace('/', "-")), LONGEST_NAME), kind));
    }
    services
}

/// A flow's services as entries.
pub(super) fn service_entries(flow: &FlowRules) -> Vec<Entry> {
    let comment = value(&format!("{}: {}", flow.id, flow.purpose), LONGEST_COMMENT);
    let entry = |(name, service): (String, ServiceKind)| {
        let mut fields = vec![("comment", Value::Text(comment.clone()))];
        match service {
            ServiceKind::Ports => {
                fields.push(("protocol", Value::plain("TCP/UDP/SCTP")));
                fields
                    .extend([Protocol::TCP, Protocol::UDP, Protocol::SCTP].map(|protocol| port_range(flow, protocol)));
            }
            ServiceKind::Protocol(protocol) if protocol.is_icmp() => {
                fields.extend([icmp(protocol), ("icmptype", Value::Nothing)]);
            }
            ServiceKind::IcmpType(protocol, icmp_type) => {
                fields.extend([icmp(protocol), ("icmptype", Value::plain(icmp_type.to_string()))]);
            }
            ServiceKind::Protocol(protocol) => {
                fields.push(("protocol", Value::plain("IP")));
                fields.push(("protocol-number", Value::plain(protocol.number().to_string())));
            }
        }
        Entry::named(&name, fields)
    };
    services(flow).into_iter().map(entry).collect()
}

/// The field that selects ICMP.
fn icmp(protocol: Protocol) -> (&'static str, Value) {
    ("protocol", Value::plain(if protocol == Protocol::ICMP { "ICMP" } else { "ICMP6" }))
}

/// The ports of a protocol. If there are none, ports from an earlier load are removed.
fn port_range(flow: &FlowRules, protocol: Protocol) -> (&'static str, Value) {
    let field = match protocol {
        Protocol::TCP => "tcp-portrange",
        Protocol::UDP => "udp-portrange",
        _ => "sctp-portrange",
    };
    let traffic = flow.traffic().into_iter().filter(|traffic| traffic.protocol == protocol);
    let ports: Vec<String> = traffic.flat_map(|traffic| &traffic.ports).map(PortRange::to_string).collect();
    (field, if ports.is_empty() { Value::Nothing } else { Value::plain(ports.join(" ")) })
}
