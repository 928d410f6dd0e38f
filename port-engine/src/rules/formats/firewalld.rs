//! firewalld: a service for each flow, and a policy for each direction that allows the services.
//!
//! A service defines ports, but no addresses; the policies add them. Between any addresses a policy allows the service alone,
//! otherwise with a rich rule for each pair of addresses. Services are named after flows, since firewalld keeps no other comment.
//! A service can contain neither a type of ICMP nor an address family, so ICMP is allowed with rich rules of its own.
//! The zones of a machine's own output are the same everywhere; the other zones have to be added by the user.

use port_core::Direction;

use super::text::short_name;
use super::writer::{Directions, File, Writer, no_remarks};
use crate::protocol::Protocol;
use crate::rules::address::{Address, Endpoints, Family};
use crate::rules::limits::{EndpointLimits, IcmpTypes, Limits};
use crate::rules::model::{FlowRules, Rule, Ruleset, Traffic, one_line};
use crate::rules::options::FirewallLocation;
use crate::rules::output_options::OutputOptions;
use crate::rules::protocol_notation::{ProtocolNotation, system_name, type_name};

/// The longest name of a policy, in characters: it becomes part of the names of chains.
const LONGEST_POLICY: usize = 17;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

/// Protocol 0 is any protocol for firewalld's iptables backend.
pub(super) const PROTOCOLS: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| (protocol.number() != 0).then(|| system_name(protocol)),
    icmp_type: |protocol, icmp_type| type_name(ICMP_TYPES, protocol, icmp_type),
};

/// The types of ICMP that firewalld defines, except those that also have a code.
const ICMP_TYPES: &[(Protocol, u8, &str)] = &[
    (Protocol::ICMP, 0, "echo-reply"),
    (Protocol::ICMP, 3, "destination-unreachable"),
    (Protocol::ICMP, 4, "source-quench"),
    (Protocol::ICMP, 5, "redirect"),
    (Protocol::ICMP, 8, "echo-request"),
    (Protocol::ICMP, 9, "router-advertisement"),
    (Protocol::ICMP, 10, "router-solicitation"),
    (Protocol::ICMP, 11, "time-exceeded"),
    (Protocol::ICMP, 12, "parameter-problem"),
    (Protocol::ICMP, 13, "timestamp-request"),
    (Protocol::ICMP, 14, "timestamp-reply"),
    (Protocol::ICMPV6, 1, "destination-unreachable"),
    (Protocol::ICMPV6, 2, "packet-too-big"),
    (Protocol::ICMPV6, 3, "time-exceeded"),
    (Protocol::ICMPV6, 4, "parameter-problem"),
    (Protocol::ICMPV6, 128, "echo-request"),
    (Protocol::ICMPV6, 129, "echo-reply"),
    (Protocol::ICMPV6, 133, "router-solicitation"),
    (Protocol::ICMPV6, 134, "router-advertisement"),
    (Protocol::ICMPV6, 135, "neighbour-solicitation"),
    (Protocol::ICMPV6, 136, "neighbour-advertisement"),
    (Protocol::ICMPV6, 137, "redirect"),
];

/// How to write services and policies for firewalld.
pub const WRITER: Writer = Writer {
    limits: Limits {
        icmp_types: IcmpTypes::OneEach,
        // The limits of a rich rule.
        endpoints: EndpointLimits { max_addresses: Some(1), ..EndpointLimits::ADDRESSES },
        ..Limits::usual("firewalld", &[FirewallLocation::Host, FirewallLocation::Network], PROTOCOLS)
    },
    options: &[],
    directions: Directions { keeps_empty: true, uncontrolled: Some("an earlier version's policy stays") },
    remarks: no_remarks,
    files,
};

fn files(ruleset: &Ruleset, _: &OutputOptions) -> Vec<File> {
    let policies = ruleset.directions.iter().map(|direction| policy(ruleset, *direction));
    let flows = ruleset.directions.iter().flat_map(|direction| ruleset.in_direction(*direction));
    let services = flows.map(without_icmp).filter(|flow| !flow.rules.is_empty());
    let services = services.map(|flow| service(&flow));
    policies.chain(services).collect()
}

/// A flow without its rules for ICMP.
fn without_icmp(flow: &FlowRules) -> FlowRules {
    let mut flow = flow.clone();
    flow.rules.retain(|rule| !rule.traffic.protocol.is_icmp());
    flow
}

/// The service with the ports of a flow.
fn service(flow: &FlowRules) -> File {
    let description = flow.comments().collect::<Vec<_>>().join("; ");
    let mut xml =
        format!("{HEAD}<service>\n{}{}", element("short", &flow.purpose), element("description", &description));
    for Traffic { protocol, ports, .. } in flow.traffic() {
        let protocol = PROTOCOLS.write(*protocol).unwrap_or_default();
        if ports.is_empty() {
            xml += &format!("  <protocol value=\"{protocol}\"/>\n");
        }
        let port = |range| format!("  <port port=\"{range}\" protocol=\"{protocol}\"/>\n");
        xml += &ports.iter().map(port).collect::<String>();
    }
    xml += "</service>\n";
    File { name: format!("services/{}.xml", flow.name), text: xml }
}

/// The policy of a direction. It accepts, and leaves everything else to other policies.
fn policy(ruleset: &Ruleset, direction: Direction) -> File {
    let suffix = if direction == Direction::Outbound { "out" } else { "in" };
    let name = format!("{}-{suffix}", short_name(&ruleset.name, LONGEST_POLICY - "-out".len()));
    let mut xml = HEAD.to_string();
    xml += &comments("", ruleset.comments().chain(usage(ruleset.location, direction)));
    xml += "<policy target=\"CONTINUE\">\n";
    xml += match (ruleset.location, direction) {
        (FirewallLocation::Network, _) => "",
        (FirewallLocation::Host, Direction::Outbound) => {
            "  <ingress-zone name=\"HOST\"/>\n  <egress-zone name=\"ANY\"/>\n"
        }
        (FirewallLocation::Host, Direction::Inbound) => "  <egress-zone name=\"HOST\"/>\n",
    };
    xml += &element("short", &format!("{}, {direction}", ruleset.name));
    xml += &ruleset.in_direction(direction).map(allowed_service).collect::<String>();
    xml += "</policy>\n";
    File { name: format!("policies/{name}.xml"), text: xml }
}

/// Instructions for using the policy.
fn usage(location: FirewallLocation, direction: Direction) -> Vec<String> {
    const PRODUCT: &str = "the product's zone";
    const PEERS: &str = "each zone that contains its peers";
    let lines: [String; 2] = match (location, direction) {
        (FirewallLocation::Host, Direction::Outbound) => [
            "This policy rejects nothing: other connections from this machine are still allowed, unless a policy from HOST to ANY"
                .to_string(),
            "with the target REJECT and a priority number higher than -1 rejects them.".to_string(),
        ],
        (FirewallLocation::Host, Direction::Inbound) => [
            format!("This policy takes effect once you add <ingress-zone name=\"ZONE\"/> below for {PEERS}."),
            "Alternatively, add the services to zones. They are open to any address there.".to_string(),
        ],
        (FirewallLocation::Network, direction) => {
            let (from, to) = if direction == Direction::Outbound { (PRODUCT, PEERS) } else { (PEERS, PRODUCT) };
            [
                "This policy takes effect once you add the zones of both sides below:".to_string(),
                format!("<ingress-zone name=\"ZONE\"/> for {from} and <egress-zone name=\"ZONE\"/> for {to}."),
            ]
        }
    };
    let load = [
        "Put the directories policies and services into /etc/firewalld, then reload firewalld.",
        "A later version replaces this file: add your zones to it again. A service that the later version doesn't contain opens",
        "nothing any more, unless you added it to a zone.",
    ];
    [load.map(str::to_string).to_vec(), lines.to_vec()].concat()
}

/// A flow's service between the flow's ends, and its ICMP, below the flow's comment.
fn allowed_service(flow: &FlowRules) -> String {
    let service = format!("<service name=\"{}\"/>\n", flow.name);
    let with_service = without_icmp(flow);
    let uses = with_service.endpoints().into_iter().map(|(source, destination)| {
        match [source, destination].map(Endpoints::addresses) {
            [[], []] => format!("  {service}"),
            [source, destination] => rich_rule(source, destination, &service),
        }
    });
    let icmp =
        flow.rules.iter().filter(|rule| rule.traffic.protocol.is_icmp()).map(|rule| allowed_icmp(rule, &flow.id));
    format!("\n{}{}{}", comments("  ", flow.comments()), uses.collect::<String>(), icmp.collect::<String>())
}

/// A rich rule that allows ICMP, or messages of one type, below a comment with the flow's id.
fn allowed_icmp(rule: &Rule, id: &str) -> String {
    let protocol = rule.traffic.protocol;
    let element = match rule.traffic.icmp_types.as_slice() {
        [icmp_type, ..] => {
            format!("<icmp-type name=\"{}\"/>\n", PROTOCOLS.write_type(protocol, *icmp_type).unwrap_or_default())
        }
        [] => format!("<protocol value=\"{}\"/>\n", PROTOCOLS.write(protocol).unwrap_or_default()),
    };
    let rule = rich_rule_for(rule.family(), rule.source.addresses(), rule.destination.addresses(), &element);
    comments("  ", std::iter::once(id.to_string())) + &rule
}

/// A rule that allows a service from one address to another. No address means any address.
fn rich_rule(source: &[Address], destination: &[Address], service: &str) -> String {
    rich_rule_for(source.iter().chain(destination).find_map(Address::family), source, destination, service)
}

/// The same for anything else that a rule can allow, in one address family.
fn rich_rule_for(family: Option<Family>, source: &[Address], destination: &[Address], allowed: &str) -> String {
    let family = if family == Some(Family::V6) { "ipv6" } else { "ipv4" };
    let mut xml = format!("  <rule family=\"{family}\">\n");
    for (addresses, tag) in [(source, "source"), (destination, "destination")] {
        xml += &addresses.iter().map(|address| format!("    <{tag} address=\"{address}\"/>\n")).collect::<String>();
    }
    xml + &format!("    {allowed}    <accept/>\n  </rule>\n")
}

fn element(tag: &str, text: &str) -> String {
    let text = one_line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("  <{tag}>{}</{tag}>\n", text.trim())
}

/// Lines as XML comments, which must not contain two hyphens in a row.
fn comments(indent: &str, lines: impl Iterator<Item = String>) -> String {
    let comment = |line: String| {
        let mut line = one_line(&line);
        while line.contains("--") {
            line = line.replace("--", "- -");
        }
        format!("{indent}<!-- {line} -->\n")
    };
    lines.map(comment).collect()
}
