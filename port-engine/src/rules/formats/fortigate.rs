//! `FortiGate`: services, addresses, groups of both, and a policy for each peer and direction, as a script for the CLI.
//!
//! A service is named after its flow, since the log of a policy names the service. All other names contain an underscore, which ids
//! don't, because a service and a group of services can't have the same name. A policy has addresses of both families; a host name
//! is among both, since each family resolves it separately.

use std::collections::BTreeSet;

use ipnet::IpNet;
use port_core::Direction;
use services::{PROTOCOLS, service_entries, services};
pub(super) use syntax::{Entry, Key, Value};
use syntax::{LONGEST_COMMENT, LONGEST_NAME, value};

use super::text::{comment_lines, digest, short_name};
use super::writer::{Directions, File, Writer};
use crate::rules::address::{Address, Endpoints, Family};
use crate::rules::limits::{EndpointLimits, Families, IcmpTypes, Limits};
use crate::rules::model::{FlowRules, Interfaces, Remark, RemarkKind, Ruleset};
use crate::rules::options::FirewallLocation;
use crate::rules::output_options::{OutputOption, OutputOptions};

mod services;
mod syntax;

/// The longest name of a policy, in characters.
const LONGEST_POLICY: usize = 35;

/// The longest name of an interface or zone, in characters.
const LONGEST_INTERFACE: usize = 35;

const USAGE: [&str; 4] = [
    "",
    "For FortiOS 6.4 and later. Load this file as a configuration script.",
    "The policies are added below your own. Move them above policies that deny, and replace any with your interfaces.",
    "The number of a policy is derived from its name, so that a later version updates the policy in its place.",
];

/// Logs what no policy accepts. The policies themselves log what they accept.
const LOG: &str = "
# Log what no policy accepts. This setting is for all policies.
config log setting
    set fwpolicy-implicit-log enable
    set fwpolicy6-implicit-log enable
end
";

/// How to write a script for the CLI.
pub const WRITER: Writer = Writer {
    limits: Limits {
        icmp_types: IcmpTypes::OneEach,
        endpoints: EndpointLimits {
            families: Families::Mixed,
            host_names: true,
            wildcards: true,
            ..EndpointLimits::ADDRESSES
        },
        longest_interface: Some(LONGEST_INTERFACE),
        ..Limits::usual("fortigate", &[FirewallLocation::Network], PROTOCOLS)
    },
    options: &[OutputOption::Log],
    directions: Directions { keeps_empty: false, uncontrolled: Some("an earlier version's policies stay") },
    remarks,
    files,
};

/// A script can't delete what it doesn't know: the policies that only an earlier version has.
fn remarks(ruleset: &Ruleset, _: &OutputOptions) -> Vec<Remark> {
    let text = format!(
        "the deletion of policies that only an earlier version has (FortiOS deletes them by number; their comments begin with \
         \"{}, \")",
        ruleset.name
    );
    vec![Remark::new(RemarkKind::LeftOut, text)]
}

fn files(ruleset: &Ruleset, output: &OutputOptions) -> Vec<File> {
    let mut text = comment_lines("", ruleset.comments().chain(USAGE.map(str::to_string)));
    for Section { name, parts } in sections(ruleset) {
        text += &format!("\nconfig {name}\n");
        for Part { comments, entries } in parts {
            if !comments.is_empty() {
                text += &format!("\n{}", comment_lines("    ", comments.into_iter()));
            }
            text += &entries.iter().map(Entry::edit).collect::<String>();
        }
        text += "end\n";
    }
    if output.log {
        text += LOG;
    }
    vec![File { name: format!("{}.conf", ruleset.name), text }]
}

/// A section of the configuration that is not empty.
pub(super) struct Section {
    pub name: &'static str,
    pub parts: Vec<Part>,
}

/// Entries of a section below a comment.
pub(super) struct Part {
    pub comments: Vec<String>,
    pub entries: Vec<Entry>,
}

/// The sections of a ruleset, in the order in which they refer to each other.
pub(super) fn sections(ruleset: &Ruleset) -> Vec<Section> {
    let flows: Vec<&FlowRules> =
        ruleset.directions.iter().flat_map(|direction| ruleset.in_direction(*direction)).collect();
    let policies = policies(ruleset, &flows);
    let mut objects = Objects::default();
    let mut numbers = BTreeSet::new();
    let entry = |policy: &Policy| policy.entry(ruleset, &mut objects, policy_number(policy, &mut numbers));
    let policy_entries: Vec<Entry> = policies.iter().map(entry).collect();
    let services =
        flows.iter().map(|flow| Part { comments: flow.comments().collect(), entries: service_entries(flow) });
    let entries = |entries: Vec<Entry>| {
        if entries.is_empty() { Vec::new() } else { vec![Part { comments: Vec::new(), entries }] }
    };
    let [addresses, addresses6] = objects.addresses;
    let [groups, groups6] = objects.groups.map(|groups| entries(groups.iter().map(NameGroup::entry).collect()));
    let sections = [
        ("firewall address", entries(addresses)),
        ("firewall address6", entries(addresses6)),
        ("firewall addrgrp", groups),
        ("firewall addrgrp6", groups6),
        ("firewall service custom", services.collect()),
        ("firewall service group", entries(policies.iter().map(|policy| policy.services.entry()).collect())),
        ("firewall policy", entries(policy_entries)),
    ];
    let sections = sections.into_iter().map(|(name, parts)| Section { name, parts });
    sections.filter(|section| !section.parts.is_empty()).collect()
}

/// The traffic that is allowed between two ends.
struct Policy<'a> {
    direction: Direction,
    peer: &'a str,
    source: &'a Endpoints,
    destination: &'a Endpoints,
    interfaces: &'a Interfaces,
    /// The services, in a group with the policy's name.
    services: NameGroup,
}

/// The policies for flows. Flows between the same ends share one.
fn policies<'a>(ruleset: &Ruleset, flows: &[&'a FlowRules]) -> Vec<Policy<'a>> {
    let mut policies: Vec<Policy> = Vec::new();
    for flow in flows {
        let has_same_peer =
            |policy: &&mut Policy| (policy.direction, policy.peer) == (flow.direction, flow.peer.as_str());
        for (source, destination) in flow.endpoints() {
            let services = services(flow).into_iter().map(|(name, _)| name);
            let mut same_peer: Vec<&mut Policy> = policies.iter_mut().filter(has_same_peer).collect();
            let ends = (source, destination, &flow.interfaces);
            let same =
                same_peer.iter_mut().find(|policy| (policy.source, policy.destination, policy.interfaces) == ends);
            if let Some(policy) = same {
                policy.services.members.extend(services);
                continue;
            }
            let direction = if flow.direction == Direction::Outbound { "out" } else { "in" };
            let name = numbered(&format!("{}_{direction}_{}", ruleset.name, flow.peer), same_peer.len() + 1);
            let services = NameGroup { name, members: services.collect() };
            let (direction, interfaces) = (flow.direction, &flow.interfaces);
            policies.push(Policy { direction, peer: &flow.peer, source, destination, interfaces, services });
        }
    }
    policies
}

impl Policy<'_> {
    /// The policy as an entry. Adds the addresses that it refers to to the objects.
    fn entry(&self, ruleset: &Ruleset, objects: &mut Objects, number: u32) -> Entry {
        let [own, peer] = [format!("{}_own_addresses", ruleset.name), format!("{}_peer_{}", ruleset.name, self.peer)];
        let (source, destination) = match self.direction {
            Direction::Outbound => (own, peer),
            Direction::Inbound => (peer, own),
        };
        let mut fields = vec![
            ("name", Value::Text(short_name(&self.services.name, LONGEST_POLICY))),
            ("srcintf", interface_names(&self.interfaces.source)),
            ("dstintf", interface_names(&self.interfaces.destination)),
        ];
        for (family, [srcaddr, dstaddr]) in
            [(Family::V4, ["srcaddr", "dstaddr"]), (Family::V6, ["srcaddr6", "dstaddr6"])]
        {
            if has(self.source, family) && has(self.destination, family) {
                fields.push((srcaddr, Value::name(objects.group_name(ruleset, self.source, family, &source))));
                fields
                    .push((dstaddr, Value::name(objects.group_name(ruleset, self.destination, family, &destination))));
            } else {
                // An earlier version may have had addresses of this family.
                fields.extend([(srcaddr, Value::Nothing), (dstaddr, Value::Nothing)]);
            }
        }
        let comment = format!("{}, {} {} {}", ruleset.name, self.direction, self.direction.preposition(), self.peer);
        fields.extend([
            ("action", Value::plain("accept")),
            ("schedule", Value::Text("always".to_string())),
            ("service", Value::name(self.services.short_name())),
            ("logtraffic", Value::plain("all")),
            ("comments", Value::Text(value(&comment, LONGEST_COMMENT))),
        ]);
        Entry { key: Key::Number(number), fields }
    }
}

/// The names of interfaces or zones, or the name for any interface.
fn interface_names(names: &[String]) -> Value {
    if names.is_empty() { Value::name("any") } else { Value::Names(names.to_vec()) }
}

/// The number of a policy, the same for every version. It is taken from high numbers that no other policies have: people number
/// theirs from 1 on, and `FortiManager` reserves those from 1071741825 on.
fn policy_number(policy: &Policy, taken: &mut BTreeSet<u32>) -> u32 {
    const FIRST: u32 = 1_000_000_000;
    const COUNT: u32 = 71_000_000;
    let mut number = digest(&policy.services.name) % COUNT;
    while !taken.insert(number) {
        number = (number + 1) % COUNT;
    }
    FIRST + number
}

/// Whether an end has addresses of a family, or may have.
fn has(end: &Endpoints, family: Family) -> bool {
    *end == Endpoints::Any || addresses_in(end, family).next().is_some()
}

/// The addresses of a family, and all host names.
fn addresses_in(end: &Endpoints, family: Family) -> impl Iterator<Item = &Address> {
    end.addresses().iter().filter(move |address| address.family().is_none_or(|own| own == family))
}

/// The addresses and groups that policies refer to: IPv4 first, then IPv6.
#[derive(Default)]
struct Objects {
    addresses: [Vec<Entry>; 2],
    groups: [Vec<NameGroup>; 2],
}

impl Objects {
    /// The name of the group with the addresses of an end. A new group gets the preferred name, or that name with a number.
    fn group_name(&mut self, ruleset: &Ruleset, end: &Endpoints, family: Family, preferred: &str) -> String {
        if *end == Endpoints::Any {
            return "all".to_string();
        }
        let index = usize::from(family == Family::V6);
        let mut members = Vec::new();
        for address in addresses_in(end, family) {
            // No host name contains an underscore.
            let name = format!("{}_{}", ruleset.name, address.to_string().replace("*.", "wildcard_"));
            let name = short_name(&name, LONGEST_NAME);
            let entry = Entry::named(&name, definition(address).into());
            if !self.addresses[index].contains(&entry) {
                self.addresses[index].push(entry);
            }
            members.push(name);
        }
        let groups = &mut self.groups[index];
        let is_free = |name: &String| groups.iter().all(|group| group.name != *name || group.members == members);
        let name = (1..=groups.len() + 1).map(|number| numbered(preferred, number)).find(is_free).unwrap_or_default();
        let group = NameGroup { name, members };
        let name = group.short_name();
        if !groups.contains(&group) {
            groups.push(group);
        }
        name
    }
}

/// The fields that define an address.
fn definition(address: &Address) -> [(&'static str, Value); 2] {
    match address {
        Address::Net(IpNet::V4(net)) => {
            [("type", Value::plain("ipmask")), ("subnet", Value::plain(format!("{} {}", net.addr(), net.netmask())))]
        }
        Address::Net(IpNet::V6(net)) => [("type", Value::plain("ipprefix")), ("ip6", Value::plain(net.to_string()))],
        Address::Host(_) | Address::Wildcard(_) => {
            [("type", Value::plain("fqdn")), ("fqdn", Value::Text(address.to_string()))]
        }
    }
}

/// A group: a name for several names.
#[derive(PartialEq)]
struct NameGroup {
    name: String,
    members: Vec<String>,
}

impl NameGroup {
    fn short_name(&self) -> String {
        short_name(&self.name, LONGEST_NAME)
    }

    fn entry(&self) -> Entry {
        Entry::named(&self.short_name(), vec![("member", Value::Names(self.members.clone()))])
    }
}

/// The name itself, or with a number from 2 on.
fn numbered(name: &str, number: usize) -> String {
    if number == 1 { name.to_string() } else { format!("{name}_{number}") }
}
