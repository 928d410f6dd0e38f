//! The services of flows.

use std::collections::BTreeSet;

use port_core::PortRange;

use super::syntax::{LONGEST_COMMENT, LONGEST_NAME, edit, quoted, value};
use crate::protocol::Protocol;
use crate::rules::formats::text::{comment_lines, short_name};
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

/// A flow's services, below its comment.
pub(super) fn service_edits(flow: &FlowRules) -> String {
    let mut text = format!("\n{}", comment_lines("    ", flow.comments()));
    let comment = format!("set comment \"{}\"", value(&format!("{}: {}", flow.id, flow.purpose), LONGEST_COMMENT));
    for (name, service) in services(flow) {
        let mut lines = vec![comment.clone()];
        match service {
            ServiceKind::Ports => {
                lines.push("set protocol TCP/UDP/SCTP".to_string());
                let with_ports = Protocol::KNOWN.iter().filter(|protocol| protocol.has_ports());
                lines.extend(with_ports.map(|protocol| port_range(flow, *protocol)));
            }
            ServiceKind::Protocol(protocol) if protocol.is_icmp() => {
                lines.extend([icmp(protocol), "unset icmptype".to_string()]);
            }
            ServiceKind::IcmpType(protocol, icmp_type) => {
                lines.extend([icmp(protocol), format!("set icmptype {icmp_type}")]);
            }
            ServiceKind::Protocol(protocol) => {
                lines.push("set protocol IP".to_string());
                lines.push(format!("set protocol-number {}", protocol.number()));
            }
        }
        text += &edit(&quoted(&name), &lines);
    }
    text
}

/// The line that selects ICMP.
fn icmp(protocol: Protocol) -> String {
    format!("set protocol {}", if protocol == Protocol::ICMP { "ICMP" } else { "ICMP6" })
}

/// The ports of a protocol. If there are none, ports from an earlier load are removed.
fn port_range(flow: &FlowRules, protocol: Protocol) -> String {
    let traffic = flow.traffic().into_iter().filter(|traffic| traffic.protocol == protocol);
    let ports: Vec<String> = traffic.flat_map(|traffic| &traffic.ports).map(PortRange::to_string).collect();
    match ports.is_empty() {
        true => format!("unset {protocol}-portrange"),
        false => format!("set {protocol}-portrange {}", ports.join(" ")),
    }
}
