//! Fits a ruleset to the limits of a format: splits rules into what the format can express, and drops the rest with a remark.

use std::collections::BTreeSet;

use port_core::{Direction, PortRange};

use super::address::{Address, Endpoints, Family, list};
use super::ends::compatible_ends;
use super::limits::{EndpointLimits, Families, IcmpTypes, Limits};
use super::model::{FlowRules, Remark, RemarkKind, Rule, Ruleset, Traffic};
use crate::protocol::Protocol;

/// Why addresses or a protocol of the other family aren't in the rules, and what kind of remark that is.
fn other_family_reason(limits: &Limits, other_format: Option<&str>, pronoun: &str) -> (RemarkKind, String) {
    match other_format {
        Some(format) => (RemarkKind::LeftOut, format!("use the format {format} for {pronoun}")),
        None => (RemarkKind::Dropped, format!("{} can't express {pronoun}", limits.format)),
    }
}

/// The same ruleset, as far as a format can express it.
#[must_use]
pub fn fit(mut ruleset: Ruleset, limits: &Limits) -> Ruleset {
    let own = take_own_addresses(&mut ruleset, limits);
    let other_family = addresses_of_other_family(&ruleset, limits);
    for flow in &mut ruleset.flows {
        fit_flow(flow, limits);
    }
    remark_on_unlimited_ends(&mut ruleset, limits);
    ruleset.remarks.extend(own);
    ruleset.remarks.extend(other_family);
    ruleset
}

/// Removes the product's own addresses from the rules if the format has no place for them.
fn take_own_addresses(ruleset: &mut Ruleset, limits: &Limits) -> Option<Remark> {
    if limits.endpoints.own {
        return None;
    }
    let mut taken: BTreeSet<Address> = BTreeSet::new();
    for flow in &mut ruleset.flows {
        for rule in &mut flow.rules {
            let own = match flow.direction {
                Direction::Outbound => &mut rule.source,
                Direction::Inbound => &mut rule.destination,
            };
            taken.extend(own.addresses().iter().cloned());
            *own = Endpoints::Any;
        }
    }
    let taken: Vec<Address> = taken.into_iter().collect();
    let text = format!("{} of the product ({} rules are applied to the product itself)", list(&taken), limits.format);
    (!taken.is_empty()).then(|| Remark::new(RemarkKind::LeftOut, text))
}

/// How the remark on ends without addresses begins.
const UNLIMITED: &str = "to any address (none is given): ";

/// Remarks on the ends that may have any address, in place of an earlier remark for other flows.
pub fn remark_on_unlimited_ends(ruleset: &mut Ruleset, limits: &Limits) {
    ruleset.remarks.retain(|remark| !remark.text.starts_with(UNLIMITED));
    let unlimited: BTreeSet<String> = ruleset.flows.iter().flat_map(|flow| unlimited_ends(flow, limits)).collect();
    if !unlimited.is_empty() {
        let names = unlimited.into_iter().collect::<Vec<_>>().join(", ");
        ruleset.remarks.push(Remark::new(RemarkKind::Opened, format!("{UNLIMITED}{names}")));
    }
}

/// The names of the ends of a flow that may have any address.
fn unlimited_ends(flow: &FlowRules, limits: &Limits) -> Vec<String> {
    let own = limits.endpoints.own.then_some("the product itself");
    let (source, destination) = match flow.direction {
        Direction::Outbound => (own, Some(flow.peer.as_str())),
        Direction::Inbound => (Some(flow.peer.as_str()), own),
    };
    let ends = flow.rules.iter().flat_map(|rule| [(&rule.source, source), (&rule.destination, destination)]);
    let unlimited = ends.filter(|(end, _)| **end == Endpoints::Any).filter_map(|(_, name)| name);
    unlimited.map(str::to_string).collect()
}

/// The addresses of a family that needs another format.
fn addresses_of_other_family(ruleset: &Ruleset, limits: &Limits) -> Option<Remark> {
    let Families::Only(wanted, other_format) = limits.endpoints.families else { return None };
    let rules = ruleset.flows.iter().flat_map(|flow| &flow.rules);
    let addresses = rules.flat_map(|rule| [&rule.source, &rule.destination]).flat_map(Endpoints::addresses);
    let others = addresses.filter(|address| address.family().is_some_and(|family| family != wanted));
    let others: Vec<Address> = others.collect::<BTreeSet<_>>().into_iter().cloned().collect();
    let (kind, reason) = other_family_reason(limits, other_format, "them");
    let text = format!("{} ({reason})", list(&others));
    (!others.is_empty()).then(|| Remark::new(kind, text))
}

fn fit_flow(flow: &mut FlowRules, limits: &Limits) {
    let rules = std::mem::take(&mut flow.rules);
    for rule in rules {
        let parts = fit_traffic(&rule.traffic, flow, limits);
        if parts.is_empty() {
            continue;
        }
        for (source, destination) in fit_ends(&rule, flow, limits) {
            for traffic in &parts {
                let (source, destination) = (source.clone(), destination.clone());
                flow.rules.push(Rule { traffic: traffic.clone(), source, destination });
            }
        }
    }
    if !limits.stateful {
        remark_on_replies(flow, limits);
    }
    if !flow.rules.is_empty() {
        fit_interfaces(flow, limits);
    }
}

/// The parts of a rule's traffic that each fit in one rule. None if the format can't express the protocol, or is for the family that
/// doesn't have it.
fn fit_traffic(traffic: &Traffic, flow: &mut FlowRules, limits: &Limits) -> Vec<Traffic> {
    let (protocol, format) = (traffic.protocol, limits.format);
    if !limits.protocols.can_express(protocol) {
        flow.remark(RemarkKind::Dropped, format!("{protocol} ({format} can't express it)"));
        return Vec::new();
    }
    if let (Families::Only(wanted, other_format), Some(family)) = (limits.endpoints.families, traffic.family()) {
        if family != wanted {
            let (kind, reason) = other_family_reason(limits, other_format, "it");
            flow.remark(kind, format!("{protocol} ({reason})"));
            return Vec::new();
        }
    }
    if traffic.icmp_types.is_empty() {
        let chunks = port_chunks(&traffic.ports, limits.port_slots).into_iter();
        return chunks.map(|ports| Traffic::ports(protocol, ports)).collect();
    }
    let can_express = |icmp_type: &u8| limits.protocols.write_type(protocol, *icmp_type).is_some();
    let (types, lost): (Vec<u8>, Vec<u8>) = traffic.icmp_types.iter().partition(|icmp_type| can_express(icmp_type));
    if !lost.is_empty() {
        let lost: Vec<String> = lost.iter().map(|icmp_type| format!("{protocol}/{icmp_type}")).collect();
        let pronoun = if lost.len() == 1 { "it" } else { "them" };
        flow.remark(RemarkKind::Dropped, format!("{} ({format} can't express {pronoun})", lost.join(", ")));
    }
    let with_types = |types: &[u8]| Traffic { icmp_types: types.to_vec(), ..traffic.clone() };
    match limits.icmp_types {
        IcmpTypes::OneEach => types.chunks(1).map(with_types).collect(),
        IcmpTypes::Several => (!types.is_empty()).then(|| with_types(&types)).into_iter().collect(),
    }
}

/// Removes interfaces that the format can't express. Without them, the rules apply to any interface.
fn fit_interfaces(flow: &mut FlowRules, limits: &Limits) {
    let cannot_express = |name: &&String| limits.longest_interface.is_none_or(|longest| name.len() > longest);
    let names: BTreeSet<&str> = flow.interfaces.names().filter(cannot_express).map(String::as_str).collect();
    if names.is_empty() {
        return;
    }
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    let reason = match limits.longest_interface {
        None => format!("{} can't express interfaces", limits.format),
        Some(longest) => format!("names of interfaces in {} have at most {longest} characters", limits.format),
    };
    for end in [&mut flow.interfaces.source, &mut flow.interfaces.destination] {
        if end.iter().any(|name| cannot_express(&name)) {
            end.clear();
        }
    }
    flow.remark(RemarkKind::Dropped, format!("the interfaces {names}, so any interface is allowed ({reason})"));
}

/// Reports what is also open in the other direction, because the rules that allow replies also match new connections.
fn remark_on_replies(flow: &mut FlowRules, limits: &Limits) {
    let (whole, with_types): (Vec<&Traffic>, Vec<&Traffic>) =
        flow.traffic().into_iter().partition(|traffic| traffic.icmp_types.is_empty());
    let protocols: BTreeSet<Protocol> = whole.iter().map(|traffic| traffic.protocol).collect();
    let both_ways = protocols.iter().filter(|protocol| **protocol != Protocol::TCP).map(Protocol::to_string);
    let both_ways: Vec<String> = both_ways.collect();
    let answers = with_types.iter().filter_map(|traffic| traffic.reply());
    let answers = answers.flat_map(|reply| reply.icmp_types.into_iter().map(move |own| (reply.protocol, own)));
    let answers: BTreeSet<(Protocol, u8)> = answers.collect();
    let answers: Vec<String> = answers.iter().map(|(protocol, own)| format!("{protocol}/{own}")).collect();
    if !both_ways.is_empty() {
        let (protocols, format) = (both_ways.join(" and "), limits.format);
        let text = format!("{protocols} in both directions ({format} can't tell replies from new connections)");
        flow.remark(RemarkKind::Opened, text);
    }
    if !answers.is_empty() {
        let (answers, format) = (answers.join(" and "), limits.format);
        let text = format!("{answers} in the other direction ({format} can't tell whether it is a reply)");
        flow.remark(RemarkKind::Opened, text);
    }
}

/// The pairs of ends that together match what the rule's ends match.
fn fit_ends(rule: &Rule, flow: &mut FlowRules, limits: &Limits) -> Vec<(Endpoints, Endpoints)> {
    let source = without_names(&rule.source, flow, limits);
    let destination = without_names(&rule.destination, flow, limits);
    let (Some(source), Some(destination)) = (source, destination) else { return Vec::new() };
    // A host name reaches addresses of both families. Without it, some of the other end may be out of reach.
    let [own, peer] = match flow.direction {
        Direction::Outbound => [&source, &destination],
        Direction::Inbound => [&destination, &source],
    };
    let Some((own, peer)) = compatible_ends(own, peer, flow) else { return Vec::new() };
    let (source, destination) = if flow.direction == Direction::Outbound { (own, peer) } else { (peer, own) };
    let mut parts = |end: &Endpoints| -> Vec<Endpoints> {
        let parts = fit_end(end, flow, limits);
        parts.into_iter().flat_map(|part| address_chunks(part, limits.endpoints.max_addresses)).collect()
    };
    let (sources, destinations) = (parts(&source), parts(&destination));
    let pairs = sources.iter().flat_map(|source| destinations.iter().map(move |destination| (source, destination)));
    let has_protocol = |end: &Endpoints| rule.traffic.family().is_none_or(|family| end.may_be(family));
    let can_connect = pairs.filter(|(source, destination)| {
        source.can_reach(destination) && has_protocol(source) && has_protocol(destination)
    });
    can_connect.map(|(source, destination)| (source.clone(), destination.clone())).collect()
}

/// An end without the host names that the format can't express. `None` if nothing is left.
fn without_names(end: &Endpoints, flow: &mut FlowRules, limits: &Limits) -> Option<Endpoints> {
    let EndpointLimits { host_names, wildcards, .. } = limits.endpoints;
    let Endpoints::Only(addresses) = end else { return Some(Endpoints::Any) };
    let can_express = |address: &Address| match address {
        Address::Net(_) => true,
        Address::Host(_) => host_names,
        Address::Wildcard(_) => wildcards,
    };
    let (kept, lost): (Vec<Address>, Vec<Address>) = addresses.iter().cloned().partition(can_express);
    if !lost.is_empty() {
        let kind = if host_names { "host names with a wildcard" } else { "host names" };
        flow.remark(RemarkKind::Dropped, format!("{} ({} can't express {kind})", list(&lost), limits.format));
    }
    (!kept.is_empty()).then_some(Endpoints::Only(kept))
}

/// The parts of an end that the format can express. The addresses of a part can be in one rule.
fn fit_end(end: &Endpoints, flow: &mut FlowRules, limits: &Limits) -> Vec<Endpoints> {
    let families = limits.endpoints.families;
    let Endpoints::Only(addresses) = end else { return vec![Endpoints::Any] };
    let (names, nets): (Vec<Address>, Vec<Address>) =
        addresses.iter().cloned().partition(|address| address.family().is_none());
    let (v4, v6): (Vec<Address>, Vec<Address>) =
        nets.into_iter().partition(|address| address.family() == Some(Family::V4));
    let parts = match families {
        Families::Mixed => vec![[v4, v6, names].concat()],
        Families::OneEach => vec![v4, v6, names],
        Families::Only(wanted, other_format) => {
            let (kept, others) = if wanted == Family::V4 { (v4, v6) } else { (v6, v4) };
            if kept.is_empty() && !others.is_empty() {
                let (kind, reason) = match other_format {
                    Some(format) => (RemarkKind::LeftOut, format!("see the format {format}")),
                    None => (RemarkKind::Dropped, format!("{} can't express others", limits.format)),
                };
                flow.remark(kind, format!("the whole flow (one end has no {wanted} address; {reason})"));
            }
            vec![kept, names]
        }
    };
    parts.into_iter().filter(|part| !part.is_empty()).map(Endpoints::Only).collect()
}

/// An end in parts of at most `max` addresses.
fn address_chunks(end: Endpoints, max: Option<usize>) -> Vec<Endpoints> {
    match (end, max) {
        (Endpoints::Only(addresses), Some(max)) => {
            addresses.chunks(max).map(|part| Endpoints::Only(part.to_vec())).collect()
        }
        (end, _) => vec![end],
    }
}

/// Ports in parts that each fit the slots of one rule. A protocol without ports is one part without any.
fn port_chunks(ports: &[PortRange], slots: Option<usize>) -> Vec<Vec<PortRange>> {
    let Some(slots) = slots else { return vec![ports.to_vec()] };
    let size = |range: &PortRange| if range.first() == range.last() { 1 } else { 2 };
    let mut chunks: Vec<Vec<PortRange>> = Vec::new();
    let mut chunk: Vec<PortRange> = Vec::new();
    let mut free = slots;
    for range in ports {
        if free < size(range) && !chunk.is_empty() {
            chunks.push(std::mem::take(&mut chunk));
            free = slots;
        }
        // A range that needs more than all slots gets a rule of its own.
        free = free.saturating_sub(size(range));
        chunk.push(*range);
    }
    chunks.push(chunk);
    chunks
}
