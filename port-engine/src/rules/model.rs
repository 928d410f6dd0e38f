//! A ruleset, independent of any firewall: rules, grouped by the flow that needs them, and remarks.

use std::fmt;

use port_core::{Direction, PortRange};
use port_data::hidden::is_hidden;
use serde::Serialize;

use super::address::{Address, Endpoints, Family};
use super::options::FirewallLocation;
use crate::dataset::{Flow, PortSpec, Product};
use crate::protocol::Protocol;

/// The rules for flows of one or several products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruleset {
    /// The name of chains, policies and files: lowercase kebab-case.
    pub name: String,
    /// What the rules are for and where they come from, as lines of a comment.
    pub heading: Vec<String>,
    /// The URL of the first product's document.
    pub url: String,
    /// The products, in catalog order, whose newest editions are those of the flows.
    pub products: Vec<Product>,
    /// Where the firewall is.
    pub location: FirewallLocation,
    /// The directions that the ruleset controls. A direction without flows allows nothing.
    pub directions: Vec<Direction>,
    /// Remarks on the whole ruleset.
    pub remarks: Vec<Remark>,
    /// The flows, in catalog order.
    pub flows: Vec<FlowRules>,
}

/// A flow and the rules that allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowRules {
    /// The flow's id.
    pub id: String,
    /// The name of what a format defines for the flow, such as a service: the flow's id. A flow between two components of a product
    /// has rules at both ends, and a suffix that ids don't have at the end that opens the connection.
    pub name: String,
    /// Who opens the connection.
    pub direction: Direction,
    /// The peer's id.
    pub peer: String,
    /// What the flow is for.
    pub purpose: String,
    /// The row of the document as this end of the flow sees it, for formats that describe traffic instead of matching it.
    pub row: Flow,
    /// The row's specs that the rules allow.
    pub specs: Vec<AllowedSpec>,
    /// The source and the destination, unless the flow was left out.
    pub ends: Option<[Endpoints; 2]>,
    /// Remarks on the flow.
    pub remarks: Vec<Remark>,
    /// The firewall's interfaces that the rules are limited to.
    pub interfaces: Interfaces,
    /// The flow's rules; empty if the flow was left out or can't be expressed.
    pub rules: Vec<Rule>,
}

/// A port spec that rules allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedSpec {
    /// The spec.
    pub spec: PortSpec,
    /// The protocols for which the rules allow it. Empty for a service whose port the document doesn't state, which only formats that
    /// aren't for firewalls contain.
    pub protocols: Vec<Protocol>,
}

/// The firewall's interfaces that lead to the ends of a flow's rules. An empty list doesn't limit them. On the product's own machine,
/// only the peer's end has interfaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interfaces {
    /// Those on which connections arrive.
    pub source: Vec<String>,
    /// Those through which connections leave.
    pub destination: Vec<String>,
}

impl Interfaces {
    /// The names of both lists.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.source.iter().chain(&self.destination)
    }

    /// Each source with each destination, for formats whose rules have at most one of each.
    #[must_use]
    pub fn pairs(&self) -> Vec<(Option<&str>, Option<&str>)> {
        fn each(names: &[String]) -> Vec<Option<&str>> {
            if names.is_empty() { vec![None] } else { names.iter().map(|name| Some(name.as_str())).collect() }
        }
        let destinations = each(&self.destination);
        let with_destinations = |source| destinations.iter().map(move |destination| (source, *destination));
        each(&self.source).into_iter().flat_map(with_destinations).collect()
    }
}

/// Allows new connections from the source to the destination.
///
/// The flow's direction determines which end is the product: an inbound rule has the product as its destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The packets that open connections, as far as their ends don't tell.
    pub traffic: Traffic,
    /// Who connects.
    pub source: Endpoints,
    /// To whom.
    pub destination: Endpoints,
}

impl Rule {
    /// The address family that the rule's addresses or its protocol limit it to.
    #[must_use]
    pub fn family(&self) -> Option<Family> {
        let mut addresses = [&self.source, &self.destination].into_iter().flat_map(Endpoints::addresses);
        addresses.find_map(Address::family).or(self.traffic.family())
    }
}

/// A protocol, with the ports or the types of messages that a rule allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// The IP protocol.
    pub protocol: Protocol,
    /// The ports at the destination, in order; they neither overlap nor touch. Empty exactly for a protocol without ports.
    pub ports: Vec<PortRange>,
    /// The types of ICMP messages, in order. Empty for all of them, and for every other protocol.
    pub icmp_types: Vec<u8>,
}

impl Traffic {
    /// Ports of a protocol.
    #[must_use]
    pub fn ports(protocol: Protocol, ports: Vec<PortRange>) -> Traffic {
        Traffic { protocol, ports, icmp_types: Vec::new() }
    }

    /// Everything of a protocol without ports.
    #[must_use]
    pub fn whole(protocol: Protocol) -> Traffic {
        Traffic::ports(protocol, Vec::new())
    }

    /// The only address family that has the protocol. The numbers of hop-by-hop options, routing headers, fragments and destination
    /// options are protocols in IPv4 only: in IPv6 any packet can have these headers, whatever its protocol is.
    #[must_use]
    pub fn family(&self) -> Option<Family> {
        const IGMP: u8 = 2;
        match (self.protocol, self.protocol.number()) {
            (Protocol::ICMP, _) | (_, IGMP | 0 | 43 | 44 | 60) => Some(Family::V4),
            (Protocol::ICMPV6, _) => Some(Family::V6),
            _ => None,
        }
    }

    /// The replies to messages of ICMP, for types that have a reply. `None` for other protocols, and for all types.
    #[must_use]
    pub fn reply(&self) -> Option<Traffic> {
        let reply = |icmp_type: &u8| match (self.protocol, *icmp_type) {
            (Protocol::ICMP, 8) => Some(0),
            (Protocol::ICMP, 10) => Some(9),
            (Protocol::ICMP, icmp_type @ (13 | 15 | 17))
            | (Protocol::ICMPV6, icmp_type @ (128 | 133 | 135 | 139 | 141 | 144 | 146 | 148)) => Some(icmp_type + 1),
            _ => None,
        };
        let types: Vec<u8> = self.icmp_types.iter().filter_map(reply).collect();
        (!types.is_empty()).then(|| Traffic { icmp_types: types, ..Traffic::whole(self.protocol) })
    }
}

/// Something that a user of the rules has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What kind of remark this is.
    pub kind: RemarkKind,
    /// The remark, on one line. It continues the words of its kind: `opened` all alternatives.
    pub text: String,
}

/// The kinds of remarks, in the order in which they are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemarkKind {
    /// Something was asked for that the format can't express.
    Dropped,
    /// Something else that the catalog knows about the flow. It is only in the output.
    Note,
    /// The rules allow more than is known to be needed.
    Opened,
    /// Something was left out by choice.
    LeftOut,
    /// Something that the catalog warns about, such as a row of the document that looks wrong.
    Warning,
}

impl Remark {
    /// A remark. Line breaks and other hidden characters become spaces.
    #[must_use]
    pub fn new(kind: RemarkKind, text: impl AsRef<str>) -> Remark {
        Remark { kind, text: one_line(text.as_ref()) }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            RemarkKind::Note | RemarkKind::Warning => f.write_str(&self.text),
            RemarkKind::Opened => write!(f, "opened {}", self.text),
            RemarkKind::LeftOut => write!(f, "left out {}", self.text),
            RemarkKind::Dropped => write!(f, "dropped {}", self.text),
        }
    }
}

/// A remark with the flows that it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RemarkSummary {
    /// What kind of remark this is.
    pub kind: RemarkKind,
    /// The remark, on one line.
    pub text: String,
    /// The ids of the flows that it is about; empty for the whole ruleset.
    pub flows: Vec<String>,
}

/// The remark, then the flows in brackets.
impl fmt::Display for RemarkSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        if self.flows.is_empty() { Ok(()) } else { write!(f, " [{}]", self.flows.join(", ")) }
    }
}

/// A text with a space for each hidden character. A line break would end the comment that contains the text; others would make
/// it look like something else, and neither XML nor YAML can contain all of them.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.chars().map(|character| if is_hidden(character) { ' ' } else { character }).collect()
}

impl FlowRules {
    /// Whether nothing of the flow is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.specs.is_empty()
    }

    /// Adds a remark, unless the flow already has it.
    pub fn remark(&mut self, kind: RemarkKind, text: impl AsRef<str>) {
        let remark = Remark::new(kind, text);
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// The comment above the flow's rules, line by line: what the flow is for, then the remarks.
    pub fn comments(&self) -> impl Iterator<Item = String> + '_ {
        let purpose = format!("{} ({} {})", self.purpose, self.direction.preposition(), self.peer);
        std::iter::once(one_line(&purpose)).chain(self.remarks.iter().map(ToString::to_string))
    }

    /// What the rules allow, each once: for formats that define it under a name and then use the name for each pair of
    /// [endpoints](Self::endpoints). Every pair gets all of it, since the rules of a flow are made for the same endpoints and split
    /// alike. Only ICMP is in fewer pairs, and isn't allowed by more, since each family has an ICMP of its own.
    #[must_use]
    pub fn traffic(&self) -> Vec<&Traffic> {
        deduplicated(self.rules.iter().map(|rule| &rule.traffic))
    }

    /// The sources and destinations of the rules, each pair once.
    #[must_use]
    pub fn endpoints(&self) -> Vec<(&Endpoints, &Endpoints)> {
        deduplicated(self.rules.iter().map(|rule| (&rule.source, &rule.destination)))
    }
}

/// Items in their order, each once.
fn deduplicated<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for item in items {
        if !found.contains(&item) {
            found.push(item);
        }
    }
    found
}

impl Ruleset {
    /// Whether both ends of a flow are components of its product.
    #[must_use]
    pub fn is_between_components(&self, flow: &FlowRules) -> bool {
        let product = self.products.iter().find(|product| product.id == flow.row.product);
        let component = flow.peer.strip_prefix(&flow.row.product).and_then(|rest| rest.strip_prefix('-'));
        let parts = product.map(|product| &product.components).into_iter().flatten();
        component.is_some_and(|component| parts.into_iter().any(|part| part == component))
    }

    /// The flows of a direction.
    pub fn in_direction(&self, direction: Direction) -> impl Iterator<Item = &FlowRules> {
        self.flows.iter().filter(move |flow| flow.direction == direction)
    }

    /// The comment above the whole ruleset, line by line.
    pub fn comments(&self) -> impl Iterator<Item = String> + '_ {
        let heading = self.heading.iter().map(|line| one_line(line));
        heading.chain(self.remarks.iter().map(ToString::to_string))
    }

    /// The remarks on the ruleset and its flows, each once, by kind. Notes are left out unless `with_notes`: they are in the
    /// output, unless the format has no comments.
    #[must_use]
    pub fn summary(&self, with_notes: bool) -> Vec<RemarkSummary> {
        let summary = |remark: &Remark, flows| RemarkSummary { kind: remark.kind, text: remark.to_string(), flows };
        let mut summaries: Vec<RemarkSummary> = self.remarks.iter().map(|remark| summary(remark, Vec::new())).collect();
        for flow in &self.flows {
            for remark in flow.remarks.iter().filter(|remark| with_notes || remark.kind != RemarkKind::Note) {
                let text = remark.to_string();
                match summaries.iter_mut().find(|known| (known.kind, &known.text) == (remark.kind, &text)) {
                    // A flow can have rules at both ends.
                    Some(known) if known.flows.contains(&flow.id) => {}
                    Some(known) => known.flows.push(flow.id.clone()),
                    None => summaries.push(summary(remark, vec![flow.id.clone()])),
                }
            }
        }
        summaries.sort_by_key(|remark| remark.kind);
        summaries
    }

    /// Whether something was dropped that the format can't express.
    #[must_use]
    pub fn has_dropped(&self) -> bool {
        let mut remarks = self.remarks.iter().chain(self.flows.iter().flat_map(|flow| &flow.remarks));
        remarks.any(|remark| remark.kind == RemarkKind::Dropped)
    }
}
