//! The policy: filters with a term for each rule, and for replies if the platform doesn't track connections.

use super::definitions::{NamedRule, named_rules, protocol};
use super::filters::{Filter, filters};
use super::first_terms::first_terms;
use super::networks::Networks;
use super::platforms::{Layout, Platform};
use crate::protocol::Protocol;
use crate::rules::address::Address;
use crate::rules::formats::text::{comment_lines, quoted};
use crate::rules::model::{FlowRules, Ruleset, Traffic};

/// A policy: filters for a platform, with the networks of their terms.
pub(super) struct Policy<'a> {
    pub(super) platform: &'a Platform,
    pub(super) ruleset: &'a Ruleset,
    pub(super) networks: Networks<'a>,
}

impl Policy<'_> {
    /// The policy as YAML. `log` logs what the last term of each filter drops.
    pub(super) fn print(&self, log: bool) -> String {
        let filters = filters(self.platform, self.ruleset);
        format!("filters:\n{}", filters.iter().map(|filter| self.filter(filter, log)).collect::<String>())
    }

    fn filter(&self, filter: &Filter, log: bool) -> String {
        let flows = self.ruleset.flows.iter();
        let forward = flows.clone().filter(|flow| filter.directions.contains(&flow.direction) || self.is_in_both(flow));
        let terms: String = forward.map(|flow| self.terms(flow, filter)).collect();
        let back = flows.filter(|flow| {
            filter.replies_to.is_some_and(|direction| flow.direction == direction || self.is_in_both(flow))
        });
        let replies: String = back.map(|flow| self.reply_terms(flow, filter)).collect();
        let logging = if log { "        logging: true\n" } else { "" };
        let last = match filter.drops_rest {
            true => format!("      - name: \"default-deny-{}\"\n{logging}        action: deny\n", filter.label),
            false => String::new(),
        };
        format!(
            "  - header:\n      targets:\n        {}: {}\n    terms:\n{}{terms}{replies}{last}",
            self.platform.target,
            quoted(&filter.options),
            first_terms(filter, self.platform.layout == Layout::Hooks),
        )
    }

    /// Whether packets of a flow pass both lists, since they arrive from the product and leave to it.
    fn is_in_both(&self, flow: &FlowRules) -> bool {
        self.platform.has_lists() && self.ruleset.is_between_components(flow)
    }

    /// A flow's terms, below its comment.
    fn terms(&self, flow: &FlowRules, filter: &Filter) -> String {
        let named = named_rules(self.ruleset, flow, "").filter(|named| filter.part.contains(named.rule));
        let terms = named.map(|named| {
            let ports = if named.rule.traffic.ports.is_empty() { "" } else { "destination" };
            self.term(flow, &named, ports, &named.rule.traffic)
        });
        comment_lines("      ", flow.comments()) + &terms.collect::<String>()
    }

    /// The terms that accept the replies to a flow's connections: from its ports, back to where it came from.
    fn reply_terms(&self, flow: &FlowRules, filter: &Filter) -> String {
        let named = named_rules(self.ruleset, flow, "-reply").filter(|named| filter.part.contains(named.rule));
        let terms = named.filter_map(|named| {
            let traffic = &named.rule.traffic;
            let mut reply = if traffic.icmp_types.is_empty() { traffic.clone() } else { traffic.reply()? };
            let notation = self.platform.limits.protocols;
            reply.icmp_types.retain(|icmp_type| notation.write_type(reply.protocol, *icmp_type).is_some());
            // Without a type, the term would accept all of them.
            if reply.icmp_types.is_empty() && !traffic.icmp_types.is_empty() {
                return None;
            }
            let ports = if traffic.ports.is_empty() { "" } else { "source" };
            Some(self.term(flow, &named, ports, &reply))
        });
        let terms: String = terms.collect();
        if terms.is_empty() { terms } else { format!("      # Replies to {}\n{terms}", flow.id) }
    }

    /// A term. `ports` says whether the service is at the destination or, in a reply, at the source of the packets.
    fn term(
        &self,
        flow: &FlowRules,
        NamedRule { rule, term, service }: &NamedRule<'_>,
        ports: &str,
        traffic: &Traffic,
    ) -> String {
        let is_reply = term.ends_with("-reply");
        let [source, destination] = self.networks.names(flow, rule);
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
        text += &format!("        protocol: {}\n", protocol(self.platform, rule));
        if !ports.is_empty() {
            text += &format!("        {ports}-port: {}\n", quoted(service));
        }
        if is_reply && rule.traffic.protocol == Protocol::TCP {
            text += "        option: tcp-established\n";
        }
        text += &icmp_types(self.platform, traffic);
        text + "        action: accept\n"
    }
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
