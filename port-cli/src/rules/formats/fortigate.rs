//! `FortiGate`: services, addresses, groups of both, and a policy for each peer and direction, as its CLI reads them.
//!
//! A service bears the id of its flow, and the log of what a policy let through names the service. All other names have an
//! underscore, which no id has, since a service and a group of services may not be called alike. A policy has addresses of both
//! families; a host name is among both, and each family looks it up for itself.

use ipnet::IpNet;
use port_catalog::{Direction, PortRange};

use super::{File, Writer, hash_comments, short_name};
use crate::rules::address::{Address, End, Family};
use crate::rules::choices::At;
use crate::rules::fit::{Ends, Families, Limits};
use crate::rules::model::{FlowRules, Protocol, Ruleset, one_line};

/// The most characters of the name of a policy, of every other name, and of a comment.
const LONGEST_POLICY: usize = 35;
const LONGEST_NAME: usize = 79;
const LONGEST_COMMENT: usize = 255;

const USAGE: [&str; 4] = [
    "",
    "For FortiOS 6.4 and later. Load it as a configuration script.",
    "The policies come after your own: move them above what denies, and put your interfaces in the place of any.",
    "Before it is loaded again, delete the policies: their names may stand only once. All else is renewed.",
];

/// How rules become a script of the CLI.
pub const WRITER: Writer = Writer {
    limits: Limits {
        format: "fortigate",
        places: &[At::Network],
        comments: true,
        esp: true,
        stateful: true,
        port_slots: None,
        ends: Ends { own: true, families: Families::Mixed, hosts: true, most: None },
    },
    files,
};

fn files(ruleset: &Ruleset) -> Vec<File> {
    let flows: Vec<&FlowRules> = ruleset.directions.iter().flat_map(|direction| ruleset.towards(*direction)).collect();
    let policies = policies(ruleset, &flows);
    let mut objects = Objects::default();
    let policy_edits: String = policies.iter().map(|policy| policy.edit(ruleset, &mut objects)).collect();
    let [addresses, addresses6] = &objects.addresses;
    let [groups, groups6] = &objects.groups;
    let sections = [
        ("firewall address", addresses.concat()),
        ("firewall address6", addresses6.concat()),
        ("firewall addrgrp", groups.iter().map(Group::edit).collect()),
        ("firewall addrgrp6", groups6.iter().map(Group::edit).collect()),
        ("firewall service custom", flows.iter().map(|flow| services(flow)).collect()),
        ("firewall service group", policies.iter().map(|policy| policy.services.edit()).collect()),
        ("firewall policy", policy_edits),
    ];
    let mut text = hash_comments("", ruleset.comments().chain(USAGE.map(str::to_string)));
    for (name, edits) in sections {
        if !edits.is_empty() {
            text += &format!("\nconfig {name}\n{edits}end\n");
        }
    }
    vec![File { name: format!("{}.conf", ruleset.name), text }]
}

/// A flow's services, one of its ports and one of ESP, below what is to be said of it.
fn services(flow: &FlowRules) -> String {
    let mut text = format!("\n{}", hash_comments("    ", flow.comments()));
    let comment = format!("set comment \"{}\"", value(&format!("{}: {}", flow.id, flow.purpose), LONGEST_COMMENT));
    let [tcp, udp] = [Protocol::Tcp, Protocol::Udp].map(|protocol| port_range(flow, protocol));
    let [of_ports, of_esp] = service_names(flow);
    if let Some(name) = of_ports {
        text += &edit(&quoted(&name), &[comment.clone(), "set protocol TCP/UDP/SCTP".to_string(), tcp, udp]);
    }
    if let Some(name) = of_esp {
        text += &edit(&quoted(&name), &[comment, "set protocol IP".to_string(), "set protocol-number 50".to_string()]);
    }
    text
}

/// The names of a flow's services: of its ports, and of ESP.
fn service_names(flow: &FlowRules) -> [Option<String>; 2] {
    let has = |esp: bool| flow.rules.iter().any(|rule| (rule.protocol == Protocol::Esp) == esp);
    let name = |name: &str| short_name(name, LONGEST_NAME);
    [has(false).then(|| name(flow.id)), has(true).then(|| name(&format!("{}_esp", flow.id)))]
}

/// The ports of a protocol. Where there are none, those of an earlier load go.
fn port_range(flow: &FlowRules, protocol: Protocol) -> String {
    let traffic = flow.traffic().into_iter().filter(|(of, _)| *of == protocol);
    let ports: Vec<String> = traffic.flat_map(|(_, ports)| ports).map(PortRange::to_string).collect();
    match ports.is_empty() {
        true => format!("unset {protocol}-portrange"),
        false => format!("set {protocol}-portrange {}", ports.join(" ")),
    }
}

/// What is let through from one end to another.
struct Policy<'a> {
    direction: Direction,
    peer: &'a str,
    source: &'a End,
    destination: &'a End,
    /// The services, in a group that is called as the policy is.
    services: Group,
}

/// The policies for flows: those between the same ends share one.
fn policies<'a>(ruleset: &Ruleset, flows: &[&'a FlowRules]) -> Vec<Policy<'a>> {
    let mut policies: Vec<Policy> = Vec::new();
    for flow in flows {
        let is_of_flow = |policy: &&mut Policy| (policy.direction, policy.peer) == (flow.direction, flow.peer);
        for (source, destination) in flow.ends() {
            let services = service_names(flow).into_iter().flatten();
            let mut of_flow: Vec<&mut Policy> = policies.iter_mut().filter(is_of_flow).collect();
            let same = of_flow.iter_mut().find(|policy| (policy.source, policy.destination) == (source, destination));
            if let Some(policy) = same {
                policy.services.members.extend(services);
                continue;
            }
            let way = if flow.direction == Direction::Outbound { "out" } else { "in" };
            let name = numbered(&format!("{}_{way}_{}", ruleset.name, flow.peer), of_flow.len() + 1);
            let services = Group { name, members: services.collect() };
            policies.push(Policy { direction: flow.direction, peer: flow.peer, source, destination, services });
        }
    }
    policies
}

impl Policy<'_> {
    /// The policy, with what it refers to put among the objects.
    fn edit(&self, ruleset: &Ruleset, objects: &mut Objects) -> String {
        let [own, peer] = [format!("{}_own_addresses", ruleset.name), format!("{}_peer_{}", ruleset.name, self.peer)];
        let (source, destination) = match self.direction {
            Direction::Outbound => (own, peer),
            _ => (peer, own),
        };
        let mut lines = vec![
            format!("set name {}", quoted(&short_name(&self.services.name, LONGEST_POLICY))),
            "set srcintf \"any\"".to_string(),
            "set dstintf \"any\"".to_string(),
        ];
        for (family, suffix) in [(Family::V4, ""), (Family::V6, "6")] {
            if has(self.source, family) && has(self.destination, family) {
                let source = objects.name_of(ruleset, self.source, family, &source);
                let destination = objects.name_of(ruleset, self.destination, family, &destination);
                lines.push(format!("set srcaddr{suffix} {}", quoted(&source)));
                lines.push(format!("set dstaddr{suffix} {}", quoted(&destination)));
            }
        }
        let comment = format!("{}, {} {} {}", ruleset.name, self.direction, self.direction.preposition(), self.peer);
        lines.extend([
            "set action accept".to_string(),
            "set schedule \"always\"".to_string(),
            format!("set service {}", quoted(&self.services.short_name())),
            "set logtraffic all".to_string(),
            format!("set comments \"{}\"", value(&comment, LONGEST_COMMENT)),
        ]);
        // The number 0 makes a new one, with a number that is free.
        edit("0", &lines)
    }
}

/// Whether an end has addresses of a family, or may have.
fn has(end: &End, family: Family) -> bool {
    *end == End::Any || of_family(end, family).next().is_some()
}

/// The addresses of a family, among them each host name.
fn of_family(end: &End, family: Family) -> impl Iterator<Item = &Address> {
    end.addresses().iter().filter(move |address| address.family().is_none_or(|of| of == family))
}

/// The addresses that policies refer to, of both families.
#[derive(Default)]
struct Objects {
    addresses: [Vec<String>; 2],
    groups: [Vec<Group>; 2],
}

impl Objects {
    /// What the addresses of an end are called: a group, for which a name is wanted.
    fn name_of(&mut self, ruleset: &Ruleset, end: &End, family: Family, wanted: &str) -> String {
        if *end == End::Any {
            return "all".to_string();
        }
        let place = usize::from(family == Family::V6);
        let mut members = Vec::new();
        for address in of_family(end, family) {
            let name = short_name(&format!("{}_{address}", ruleset.name), LONGEST_NAME);
            let edit = edit(&quoted(&name), &definition(address));
            if !self.addresses[place].contains(&edit) {
                self.addresses[place].push(edit);
            }
            members.push(name);
        }
        let groups = &mut self.groups[place];
        let is_free = |name: &String| groups.iter().all(|group| group.name != *name || group.members == members);
        let name = (1..=groups.len() + 1).map(|number| numbered(wanted, number)).find(is_free).unwrap_or_default();
        let group = Group { name, members };
        let name = group.short_name();
        if !groups.contains(&group) {
            groups.push(group);
        }
        name
    }
}

/// What an address is.
fn definition(address: &Address) -> [String; 2] {
    match address {
        Address::Net(IpNet::V4(net)) => {
            ["set type ipmask".to_string(), format!("set subnet {} {}", net.addr(), net.netmask())]
        }
        Address::Net(IpNet::V6(net)) => ["set type ipprefix".to_string(), format!("set ip6 {net}")],
        Address::Host(name) => ["set type fqdn".to_string(), format!("set fqdn {}", quoted(name))],
    }
}

/// Names under a name.
#[derive(PartialEq)]
struct Group {
    name: String,
    members: Vec<String>,
}

impl Group {
    fn short_name(&self) -> String {
        short_name(&self.name, LONGEST_NAME)
    }

    fn edit(&self) -> String {
        let members: Vec<String> = self.members.iter().map(|member| quoted(member)).collect();
        edit(&quoted(&self.short_name()), &[format!("set member {}", members.join(" "))])
    }
}

/// The name itself, or the second of it and so on.
fn numbered(name: &str, number: usize) -> String {
    if number == 1 { name.to_string() } else { format!("{name}_{number}") }
}

fn edit(name: &str, lines: &[String]) -> String {
    let lines: String = lines.iter().map(|line| format!("        {line}\n")).collect();
    format!("    edit {name}\n{lines}    next\n")
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// A text without what is taken in no text, or only behind a backslash, and as long as it may be.
fn value(text: &str, most: usize) -> String {
    let text = one_line(text).replace(['"', '\'', '\\', '<', '>', '?'], " ");
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].trim().to_string()
}
