//! The policy: filters with a term for each rule, and for replies if the platform doesn't track connections.

use super::definitions::{NamedRule, Networks, named_rules, protocol};
use super::filters::{Filter, filters};
use super::first_terms::first_terms;
use super::platforms::{Layout, Platform};
use crate::protocol::Protocol;
use crate::rules::address::Address;
use crate::rules::formats::text::{comment_lines, quoted};
use crate::rules::model::{FlowRules, Ruleset, Traffic};
use crate::rules::output_options::OutputOptions;

/// The policy as YAML.
pub(super) fn policy(
    platform: &Platform,
    ruleset: &Ruleset,
    networks: &Networks<'_>,
    output: &OutputOptions,
) -> String {
    let filters: String =
        filters(platform, ruleset).iter().map(|one| filter(platform, ruleset, networks, one, output.log)).collect();
    format!("filters:\n{filters}")
}

fn filter(platform: &Platform, ruleset: &Ruleset, networks: &Networks<'_>, filter: &Filter, log: bool) -> String {
    // Packets between two machines of the product arrive from it and leave to it, so they pass both lists.
    let in_both = |flow: &FlowRules| platform.has_lists() && ruleset.is_between_components(flow);
    let flows = ruleset.flows.iter().filter(|flow| filter.directions.contains(&flow.direction) || in_both(flow));
    let terms: String = flows.map(|flow| terms(platform, ruleset, networks, flow, filter)).collect();
    let has_replies = |flow: &FlowRules| Some(flow.direction) == filter.replies_to || in_both(flow);
    let answered = ruleset.flows.iter().filter(|flow| filter.replies_to.is_some() && has_replies(flow));
    let replies: String = answered.map(|flow| reply_terms(platform, ruleset, networks, flow, filter)).collect();
    let logging = if log { "        logging: true\n" } else { "" };
    let last = match filter.drops_rest {
        true => format!("      - name: \"default-deny-{}\"\n{logging}        action: deny\n", filter.label),
        false => String::new(),
    };
    format!(
        "  - header:\n      targets:\n        {}: {}\n    terms:\n{}{terms}{replies}{last}",
        platform.target,
        quoted(&filter.options),
        first_terms(filter, platform.layout == Layout::Hooks),
    )
}

/// A flow's terms, below its comment.
fn terms(platform: &Platform, ruleset: &Ruleset, networks: &Networks<'_>, flow: &FlowRules, filter: &Filter) -> String {
    let named = named_rules(ruleset, flow, "").filter(|named| filter.part.contains(named.rule));
    let terms = named.map(|named| {
        let ports = if named.rule.traffic.ports.is_empty() { "" } else { "destination" };
        term(platform, networks, flow, &named, ports, &named.rule.traffic)
    });
    comment_lines("      ", flow.comments()) + &terms.collect::<String>()
}

/// The terms that accept the replies to a flow's connections: from its ports, back to where it came from.
fn reply_terms(
    platform: &Platform,
    ruleset: &Ruleset,
    networks: &Networks<'_>,
    flow: &FlowRules,
    filter: &Filter,
) -> String {
    let named = named_rules(ruleset, flow, "-reply").filter(|named| filter.part.contains(named.rule));
    let terms = named.filter_map(|named| {
        let traffic = &named.rule.traffic;
        let mut reply = if traffic.icmp_types.is_empty() { traffic.clone() } else { traffic.reply()? };
        let can_express = |icmp_type: &u8| platform.limits.protocols.write_type(reply.protocol, *icmp_type).is_some();
        reply.icmp_types.retain(can_express);
        // Without a type, the term would accept all of them.
        if reply.icmp_types.is_empty() && !traffic.icmp_types.is_empty() {
            return None;
        }
        let ports = if traffic.ports.is_empty() { "" } else { "source" };
        Some(term(platform, networks, flow, &named, ports, &reply))
    });
    let terms: String = terms.collect();
    if terms.is_empty() { terms } else { format!("      # Replies to {}\n{terms}", flow.id) }
}

/// A term. `ports` says whether the service is at the destination or, in a reply, at the source of the packets.
fn term(
    platform: &Platform,
    networks: &Networks<'_>,
    flow: &FlowRules,
    NamedRule { rule, term, service }: &NamedRule<'_>,
    ports: &str,
    traffic: &Traffic,
) -> String {
    let is_reply = term.ends_with("-reply");
    let [source, destination] = networks.names(flow, rule);
    let ends = [(&rule.source, &source), (&rule.destination, &destination)];
    let keys = if is_reply { ["destination", "source"] } else { ["source", "destination"] };
    let mut text = format!("      - name: {}\n        comment: {}\n", quoted(term), quoted(&flow.id));
    for ((end, network), key) in ends.into_iter().zip(keys) {
        let (nets, names): (Vec<&Address>, Vec<&Address>) =
            end.addresses().iter().partition(|address| address.family().is_some());
        for (addresses, kind) in [(nets, "address"), (names, "fqdn")] {
            if !addresses.is_empty() {
                text += &format!("        {key}-{kind}: {}\n", quoted(network));
            }
        }
    }
    text += &format!("        protocol: {}\n", protocol(platform, rule));
    if !ports.is_empty() {
        text += &format!("        {ports}-port: {}\n", quoted(service));
    }
    if is_reply && rule.traffic.protocol == Protocol::TCP {
        text += "        option: tcp-established\n";
    }
    text += &icmp_types(platform, traffic);
    text + "        action: accept\n"
}

/// The types of ICMP of a term. aclgen fails for its target nftables if there is only one, so that one is written twice.
fn icmp_types(platform: &Platform, traffic: &Traffic) -> String {
    let notation = platform.limits.protocols;
    let name = |icmp_type: &u8| notation.write_type(traffic.protocol, *icmp_type);
    let names: Vec<String> = traffic.icmp_types.iter().filter_map(name).collect();
    let names = match names.as_slice() {
        [] => return String::new(),
        [only] if platform.layout == Layout::Hooks => vec![only.clone(), only.clone()],
        _ => names,
    };
    format!("        icmp-type:\n{}", names.iter().map(|name| format!("          - {name}\n")).collect::<String>())
}
