//! Random lists of flows: comparing them in the other order gives the inverse, and what opens and closes agrees with a plain list of
//! everything that each list allows.

use std::collections::{BTreeMap, BTreeSet};

use port_core::PeerKind;
use port_engine::dataset::{Dataset, Peer};
use port_engine::diff::{self, FlowDifference, Impact};
use port_engine::export::ExportedFlow;
use serde_json::{Value, json};

/// A sequence of numbers that look random, always the same for a seed (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).unwrap()).unwrap()
    }

    fn one<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[self.below(texts.len())]
    }

    /// None, one or two of some texts.
    fn some(&mut self, texts: &[&str]) -> Vec<String> {
        (0..self.below(3)).map(|_| self.one(texts).to_string()).collect()
    }

    fn flow(&mut self, id: usize) -> Value {
        let specs: Vec<Value> = (0..=self.below(3))
            .map(|_| {
                let (first, length) = (1 + self.below(5), self.below(3));
                let group = self.below(2);
                let transport = self.one(&["tcp", "udp", "any", "sctp", "esp", "ip", "icmp"]);
                let has_ports = !["esp", "ip", "icmp"].contains(&transport);
                let range = |port: usize| if has_ports { json!(port) } else { Value::Null };
                let mut spec = json!({ "transport": transport, "first": range(first), "last": range(first + length), "service": null, "group": group });
                match transport {
                    "ip" => spec["ip_protocol"] = json!(88 + length),
                    "icmp" if length > 0 => spec["icmp_type"] = json!(first),
                    _ => {}
                }
                spec
            })
            .collect();
        json!({
            "id": format!("f{id}"), "product": "p", "direction": self.one(&["inbound", "outbound"]),
            "peer": self.one(&["a", "b", "a-or-b"]), "ports": specs,
            "requirement": self.one(&["required", "unstated", "conditional"]), "purpose": self.one(&["one", "two"]),
            "hosts": self.some(&["one.example", "two.example", "*.example"]), "interfaces": self.some(&["lan", "wan"]),
            "groups": self.one(&["all", "unstated"]), "scope": self.one(&["network", "network", "host", "pod"]),
            "enabled": self.one(&["yes", "no", "unstated"]), "component": self.some(&["worker", "manager"]).first(),
        })
    }

    fn flows(&mut self) -> Vec<ExportedFlow> {
        let ids: BTreeSet<usize> = (0..=self.below(6)).map(|_| self.below(8)).collect();
        ids.into_iter().filter_map(|id| ExportedFlow::from_value(self.flow(id))).collect()
    }

    /// Other flows, or the same ones of which some are removed or have one other fact.
    fn changed(&mut self, flows: &[ExportedFlow]) -> Vec<ExportedFlow> {
        const FACTS: [&str; 11] = [
            "direction",
            "peer",
            "ports",
            "requirement",
            "purpose",
            "hosts",
            "interfaces",
            "groups",
            "scope",
            "enabled",
            "component",
        ];
        let mut changed = Vec::new();
        if self.below(4) == 0 {
            return self.flows();
        }
        for flow in flows {
            let mut object = flow.object.clone();
            let fact = self.one(&FACTS);
            match self.below(4) {
                0 => continue,
                1 => drop(object.insert(fact.to_string(), self.flow(0)[fact].clone())),
                _ => {}
            }
            changed.extend(ExportedFlow::from_value(Value::Object(object)));
        }
        changed
    }
}

fn dataset() -> Dataset {
    let peer = |id: &str, includes: &[&str]| Peer {
        id: id.to_string(),
        name: id.to_string(),
        kind: PeerKind::Role,
        description: String::new(),
        includes: includes.iter().map(ToString::to_string).collect(),
    };
    Dataset { peers: vec![peer("a", &[]), peer("b", &[]), peer("a-or-b", &["a", "b"])], ..Dataset::default() }
}

/// Everything that a flow allows, one item per direction, component, peer, host, interface and port. A host, an interface or a
/// component that no flow names represents all others.
fn allowed(flow: &ExportedFlow) -> BTreeSet<[String; 6]> {
    if flow.text("scope") != "network" {
        return BTreeSet::new();
    }
    let peers = if flow.text("peer") == "a-or-b" { vec!["a", "b"] } else { vec![flow.text("peer")] };
    let list = |fact| flow.texts(fact).collect::<Vec<_>>();
    let hosts = ["one.example", "two.example", "three.example", "elsewhere"];
    let interfaces = ["lan", "wan", "other"];
    let (own_hosts, own_interfaces) = (list("hosts"), list("interfaces"));
    let mut items = BTreeSet::new();
    let own_component = flow.text("component");
    let components = ["worker", "manager", "other"].into_iter();
    let components = components.filter(|component| own_component.is_empty() || own_component == *component);
    for (peer, component) in peers.into_iter().flat_map(|peer| components.clone().map(move |own| (peer, own))) {
        for host in hosts {
            let named = own_hosts.contains(&host) || own_hosts.contains(&"*.example") && host.ends_with(".example");
            for interface in interfaces {
                if (named || own_hosts.is_empty()) && (own_interfaces.contains(&interface) || own_interfaces.is_empty())
                {
                    items.extend(ports(flow).map(|port| {
                        [flow.text("direction"), component, peer, host, interface, &port].map(String::from)
                    }));
                }
            }
        }
    }
    items
}

/// The single ports of a flow: `tcp/5`.
fn ports(flow: &ExportedFlow) -> impl Iterator<Item = String> {
    flow.specs.iter().flat_map(|spec| {
        let transport = spec.transport.as_deref().unwrap();
        let transports = if transport == "any" { vec!["tcp", "udp"] } else { vec![transport] };
        transports.into_iter().flat_map(move |transport| match (spec.range, spec.number) {
            (Some(range), _) => (range.first()..=range.last()).map(|port| format!("{transport}/{port}")).collect(),
            (None, Some(number)) => vec![format!("{transport}/{number}")],
            (None, None) if transport == "icmp" => (0..=255).map(|number| format!("icmp/{number}")).collect(),
            (None, None) => vec![transport.to_string()],
        })
    })
}

/// Openings as single ports.
fn single(items: impl Iterator<Item = String>) -> BTreeSet<String> {
    let expand = |item: String| match item.split_once('/').map(|(transport, range)| (transport, range.split_once('-')))
    {
        Some((transport, Some((first, last)))) => {
            let (first, last): (u16, u16) = (first.parse().unwrap(), last.parse().unwrap());
            (first..=last).map(|port| format!("{transport}/{port}")).collect()
        }
        _ if item == "icmp" => (0..=255).map(|number| format!("icmp/{number}")).collect(),
        _ => vec![item],
    };
    items.flat_map(expand).collect()
}

/// The ports that a flow allows somewhere and that a list doesn't allow there.
fn missing(flow: Option<&ExportedFlow>, list: &[ExportedFlow]) -> BTreeSet<String> {
    let list: BTreeSet<[String; 6]> = list.iter().flat_map(allowed).collect();
    flow.into_iter().flat_map(allowed).filter(|item| !list.contains(item)).map(|[.., port]| port).collect()
}

#[test]
fn what_opens_and_closes_agrees_with_everything_that_the_lists_allow() {
    let (dataset, mut numbers) = (dataset(), Numbers(0x5eed));
    let mut seen = BTreeMap::new();
    for round in 0..1000 {
        let old = numbers.flows();
        let new = numbers.changed(&old);
        for flow in diff::compare(&old, &new, &dataset).flows {
            let context = format!("{round}: {flow:?}");
            let (before, after) = (flow.change.before(), flow.change.after());
            assert_eq!(single(flow.opens.items()), missing(after, &old), "{context}");
            assert_eq!(single(flow.closes.items()), missing(before, &new), "{context}");
            for (changed, kept) in [(&flow.closes, &flow.stays), (&flow.opens, &flow.already)] {
                assert!(single(changed.items()).is_disjoint(&single(kept.keys().cloned())), "{context}");
            }
            assert!(flow.opens.is_empty() || flow.has(Impact::Opens), "{context}");
            assert!(flow.closes.is_empty() || flow.has(Impact::Closes), "{context}");
            *seen.entry(flow.impact).or_insert(0) += 1;
        }
    }
    let usual = [Impact::Moves, Impact::Opens, Impact::Closes, Impact::Widens, Impact::Narrows, Impact::Limits];
    assert!(usual.iter().all(|impact| seen.get(impact).is_some_and(|number| *number > 20)), "{seen:?}");
}

/// What a comparison says about a flow, without its facts.
fn report(flow: &FlowDifference, is_inverse: bool) -> Vec<String> {
    let id = |flow: Option<&ExportedFlow>| flow.map(|flow| flow.id().to_string()).unwrap_or_default();
    let (before, after) = (id(flow.change.before()), id(flow.change.after()));
    let pairs = [
        [before, after],
        [flow.closes.to_string(), flow.opens.to_string()],
        [flow.optional.to_string(), flow.needed.to_string()],
        [format!("{:?}", flow.stays), format!("{:?}", flow.already)],
        [flow.has(Impact::Closes).to_string(), flow.has(Impact::Opens).to_string()],
    ];
    let impact = if is_inverse { flow.impact.inverse() } else { flow.impact };
    let pairs = pairs.into_iter().flat_map(|[one, other]| if is_inverse { [other, one] } else { [one, other] });
    [impact.to_string()].into_iter().chain(pairs).collect()
}

#[test]
fn the_other_order_gives_the_inverse() {
    let (dataset, mut numbers) = (dataset(), Numbers(0xbead));
    for round in 0..1000 {
        let old = numbers.flows();
        let new = numbers.changed(&old);
        let there = diff::compare(&old, &new, &dataset);
        let back = diff::compare(&new, &old, &dataset);
        let there: BTreeSet<_> = there.flows.iter().map(|flow| report(flow, false)).collect();
        let back: BTreeSet<_> = back.flows.iter().map(|flow| report(flow, true)).collect();
        assert_eq!(there, back, "{round}");
    }
}
