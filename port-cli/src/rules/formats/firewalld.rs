//! firewalld: a service for each flow, and a policy for each direction that lets the services through.
//!
//! A service says ports and nothing of who speaks to whom, so that the policies say it: of any address with the service alone,
//! of some addresses with a rich rule for each pair. The services bear the flows' ids, since firewalld keeps no other comment.
//! Only what a machine itself opens is the same everywhere; who knows the zones of all else is the one who has the firewall.

use port_catalog::Direction;

use super::{File, Writer, short_name};
use crate::rules::address::{Address, End, Family};
use crate::rules::choices::At;
use crate::rules::fit::{Ends, Families, Limits};
use crate::rules::model::{FlowRules, Protocol, Ruleset, one_line};

/// The most characters of a policy's name: it becomes part of the names of chains.
const LONGEST_POLICY: usize = 17;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

/// How rules become files of firewalld.
pub const WRITER: Writer = Writer {
    limits: Limits {
        format: "firewalld",
        places: &[At::Host, At::Network],
        comments: true,
        esp: true,
        stateful: true,
        port_slots: None,
        // What a rich rule takes.
        ends: Ends { own: true, families: Families::OneEach, hosts: false, most: Some(1) },
    },
    files,
};

fn files(ruleset: &Ruleset) -> Vec<File> {
    let policies = ruleset.directions.iter().map(|direction| policy(ruleset, *direction));
    let flows = ruleset.directions.iter().flat_map(|direction| ruleset.towards(*direction));
    let services = flows.filter(|flow| !flow.rules.is_empty()).map(service);
    policies.chain(services).collect()
}

/// The ports of a flow.
fn service(flow: &FlowRules) -> File {
    let description = flow.comments().collect::<Vec<_>>().join("; ");
    let mut xml =
        format!("{HEAD}<service>\n{}{}", element("short", flow.purpose), element("description", &description));
    for (protocol, ports) in flow.traffic() {
        if protocol == Protocol::Esp {
            xml += "  <protocol value=\"esp\"/>\n";
        }
        xml += &ports
            .iter()
            .map(|range| format!("  <port port=\"{range}\" protocol=\"{protocol}\"/>\n"))
            .collect::<String>();
    }
    xml += "</service>\n";
    File { name: format!("services/{}.xml", flow.id), text: xml }
}

/// The policy of a direction, which accepts and leaves the rest to others.
fn policy(ruleset: &Ruleset, direction: Direction) -> File {
    let suffix = if direction == Direction::Outbound { "out" } else { "in" };
    let name = format!("{}-{suffix}", short_name(&ruleset.name, LONGEST_POLICY - "-out".len()));
    let mut xml = HEAD.to_string();
    xml += &comments("", ruleset.comments().chain(usage(ruleset.at, direction)));
    xml += "<policy target=\"CONTINUE\">\n";
    xml += match (ruleset.at, direction) {
        (At::Network, _) => "",
        (At::Host, Direction::Outbound) => "  <ingress-zone name=\"HOST\"/>\n  <egress-zone name=\"ANY\"/>\n",
        (At::Host, _) => "  <egress-zone name=\"HOST\"/>\n",
    };
    xml += &element("short", &format!("{}, {direction}", ruleset.name));
    xml += &ruleset.towards(direction).map(uses).collect::<String>();
    xml += "</policy>\n";
    File { name: format!("policies/{name}.xml"), text: xml }
}

/// How to use the policy.
fn usage(at: At, direction: Direction) -> Vec<String> {
    const PRODUCT: &str = "the zone of the product";
    const PEERS: &str = "each zone that its peers are in";
    let lines: [String; 2] = match (at, direction) {
        (At::Host, Direction::Outbound) => [
            "It refuses nothing: what else the machine opens is still let through, unless a policy from HOST to ANY"
                .to_string(),
            "with the target REJECT and a higher priority number than -1 refuses it.".to_string(),
        ],
        (At::Host, _) => [
            format!("It is in force when you have named a zone below, by <ingress-zone name=\"ZONE\"/> for {PEERS}."),
            "Instead, you can add the services to zones, where they are open to any address.".to_string(),
        ],
        (At::Network, direction) => {
            let (from, to) = if direction == Direction::Outbound { (PRODUCT, PEERS) } else { (PEERS, PRODUCT) };
            [
                "It is in force when you have named zones on both sides below,".to_string(),
                format!("by <ingress-zone name=\"ZONE\"/> for {from} and <egress-zone name=\"ZONE\"/> for {to}."),
            ]
        }
    };
    let load = "Put the folders policies and services into /etc/firewalld, and reload firewalld.".to_string();
    [vec![load], lines.to_vec()].concat()
}

/// A flow's service between its ends, below what is to be said of it.
fn uses(flow: &FlowRules) -> String {
    let service = format!("<service name=\"{}\"/>\n", flow.id);
    let uses = flow.ends().into_iter().map(|(source, destination)| match [source, destination].map(End::addresses) {
        [[], []] => format!("  {service}"),
        [source, destination] => rich_rule(source, destination, &service),
    });
    format!("\n{}{}", comments("  ", flow.comments()), uses.collect::<String>())
}

/// What lets a service through from an address to another; any where there is none.
fn rich_rule(source: &[Address], destination: &[Address], service: &str) -> String {
    let is_v6 = source.iter().chain(destination).any(|address| address.family() == Some(Family::V6));
    let mut xml = format!("  <rule family=\"{}\">\n", if is_v6 { "ipv6" } else { "ipv4" });
    for (addresses, tag) in [(source, "source"), (destination, "destination")] {
        xml += &addresses.iter().map(|address| format!("    <{tag} address=\"{address}\"/>\n")).collect::<String>();
    }
    xml + &format!("    {service}    <accept/>\n  </rule>\n")
}

fn element(tag: &str, text: &str) -> String {
    let text = one_line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("  <{tag}>{}</{tag}>\n", text.trim())
}

/// Lines as comments, in which two hyphens may not stand together.
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
