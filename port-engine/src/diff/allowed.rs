//! What a list of flows allows: ports, each for a direction, a peer, a host and an interface.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::openings::Openings;
use crate::dataset::Peer;
use crate::export::ExportedFlow;

/// The peers that each peer includes.
#[derive(Clone, Debug, Default)]
pub(super) struct PeerMembers<'a>(HashMap<&'a str, &'a [String]>);

impl<'a> PeerMembers<'a> {
    pub(super) fn new(peers: &'a [Peer]) -> PeerMembers<'a> {
        let groups = peers.iter().filter(|peer| !peer.includes.is_empty());
        PeerMembers(groups.map(|peer| (peer.id.as_str(), peer.includes.as_slice())).collect())
    }

    /// The peers that a peer means: itself, or those that it includes, directly or through another peer.
    pub(super) fn of(&self, peer: &'a str) -> BTreeSet<&'a str> {
        let mut seen = BTreeSet::from([peer]);
        let mut open = vec![peer];
        let mut members = BTreeSet::new();
        while let Some(peer) = open.pop() {
            match self.0.get(peer) {
                None => drop(members.insert(peer)),
                Some(included) => {
                    let included = included.iter().map(String::as_str);
                    open.extend(included.filter(|member| seen.insert(member)));
                }
            }
        }
        members
    }
}

/// The hosts of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Hosts<'a> {
    Any,
    Named(&'a str),
    /// All hosts under a domain: `*.example.com`.
    Under(&'a str),
}

impl<'a> Hosts<'a> {
    fn new(text: &'a str) -> Hosts<'a> {
        text.strip_prefix("*.").map_or(Hosts::Named(text), Hosts::Under)
    }

    /// The hosts that include these.
    fn covering(self) -> Vec<Hosts<'a>> {
        let mut covering = vec![Hosts::Any];
        let mut domain = match self {
            Hosts::Any => return covering,
            Hosts::Named(host) => host,
            Hosts::Under(domain) => {
                covering.push(self);
                domain
            }
        };
        if let Hosts::Named(_) = self {
            covering.push(self);
        }
        while let Some((_, parent)) = domain.split_once('.') {
            covering.push(Hosts::Under(parent));
            domain = parent;
        }
        covering
    }
}

/// Who may connect: the two ends of a connection, without its port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Place<'a> {
    product: &'a str,
    /// The part of the product; empty if the document doesn't distinguish parts.
    component: &'a str,
    direction: &'a str,
    /// A peer that includes no others.
    peer: &'a str,
    hosts: Hosts<'a>,
    /// `None` is any interface.
    interface: Option<&'a str>,
}

/// The flows of a list by place.
#[derive(Debug)]
pub(super) struct Allowed<'m, 'a> {
    members: &'m PeerMembers<'a>,
    flows: HashMap<Place<'a>, Vec<&'a ExportedFlow>>,
}

impl<'m, 'a> Allowed<'m, 'a> {
    pub(super) fn new(
        flows: impl IntoIterator<Item = &'a ExportedFlow>,
        members: &'m PeerMembers<'a>,
    ) -> Allowed<'m, 'a> {
        let mut allowed = Allowed { members, flows: HashMap::new() };
        for flow in flows {
            for place in places(flow, members) {
                allowed.flows.entry(place).or_default().push(flow);
            }
        }
        allowed
    }

    /// The flows that allow something at a place.
    fn covering(&self, place: Place<'a>) -> impl Iterator<Item = &'a ExportedFlow> {
        let interfaces = BTreeSet::from([None, place.interface]);
        let hosts = place.hosts.covering().into_iter();
        let places = hosts.flat_map(move |hosts| {
            interfaces.clone().into_iter().map(move |interface| Place { hosts, interface, ..place })
        });
        places.filter_map(|place| self.flows.get(&place)).flatten().copied()
    }

    /// The ports of a flow that this list doesn't allow for every peer, host and interface of the flow.
    pub(super) fn missing(&self, flow: &'a ExportedFlow) -> Openings {
        let ports = Openings::new(&flow.specs);
        let mut missing = Openings::default();
        for place in places(flow, self.members) {
            let mut rest = ports.clone();
            for other in self.covering(place) {
                if other.specs.iter().any(|spec| rest.overlaps(spec)) {
                    rest = rest.without(&Openings::new(&other.specs));
                }
            }
            missing.add(&rest);
        }
        missing
    }

    /// The flows that allow something for some of a flow's peers, hosts and interfaces, by id.
    pub(super) fn sharing(&self, flow: &'a ExportedFlow) -> Vec<&'a ExportedFlow> {
        let mut flows = BTreeMap::new();
        for place in places(flow, self.members) {
            flows.extend(self.covering(place).map(|other| (other.id(), other)));
        }
        flows.into_values().collect()
    }
}

/// The places of a flow. A flow without hosts or interfaces allows any. Traffic within a host or a pod passes no firewall.
fn places<'a>(flow: &'a ExportedFlow, members: &PeerMembers<'a>) -> Vec<Place<'a>> {
    if matches!(flow.text("scope"), "host" | "pod") {
        return Vec::new();
    }
    let [product, component, direction] = ["product", "component", "direction"].map(|fact| flow.text(fact));
    let mut hosts: Vec<Hosts> = flow.texts("hosts").map(Hosts::new).collect();
    if hosts.is_empty() {
        hosts.push(Hosts::Any);
    }
    let mut interfaces: Vec<Option<&str>> = flow.texts("interfaces").map(Some).collect();
    if interfaces.is_empty() {
        interfaces.push(None);
    }
    let mut places = Vec::new();
    for peer in members.of(flow.text("peer")) {
        for hosts in &hosts {
            places.extend(interfaces.iter().map(|interface| Place {
                product,
                component,
                direction,
                peer,
                hosts: *hosts,
                interface: *interface,
            }));
        }
    }
    places
}

/// Whether a text of a list allows what another one does: it is the same, or a wildcard for it.
pub(super) fn covers_host(wider: &str, narrower: &str) -> bool {
    Hosts::new(narrower).covering().contains(&Hosts::new(wider))
}
