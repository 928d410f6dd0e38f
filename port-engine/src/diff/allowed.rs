//! What a list of flows allows: ports, each for a direction, a peer, a host and an interface.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use port_core::PeerKind;

use super::editions::Editions;
use super::openings::Openings;
use crate::dataset::Peer;
use crate::export::ExportedFlow;

/// The peers that each peer includes, and those that are components.
#[derive(Clone, Debug, Default)]
pub(super) struct PeerMembers<'a> {
    included: HashMap<&'a str, &'a [String]>,
    components: HashSet<&'a str>,
}

/// The two ends of a flow, as a flow is stored that both ends have: at the listening one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends<'a> {
    product: &'a str,
    /// The part of the product. `None` is any part: the document doesn't distinguish parts, or means all of them.
    component: Option<&'a str>,
    direction: &'a str,
    peer: &'a str,
}

impl<'a> PeerMembers<'a> {
    pub(super) fn new(peers: &'a [Peer]) -> PeerMembers<'a> {
        let groups = peers.iter().filter(|peer| !peer.includes.is_empty());
        let components = peers.iter().filter(|peer| peer.kind == PeerKind::Component);
        PeerMembers {
            included: groups.map(|peer| (peer.id.as_str(), peer.includes.as_slice())).collect(),
            components: components.map(|peer| peer.id.as_str()).collect(),
        }
    }

    /// The ends of a flow. One that a component opens to another component is the same as the inbound one of the other component.
    pub(super) fn ends(&self, flow: &'a ExportedFlow) -> Ends<'a> {
        let [product, component, direction, peer] =
            ["product", "component", "direction", "peer"].map(|fact| flow.text(fact));
        let component = Some(component).filter(|component| !component.is_empty());
        let own = component.and_then(|component| self.components.get(format!("{product}-{component}").as_str()));
        let listening = Some(peer).filter(|peer| direction == "outbound" && self.components.contains(peer));
        let listening = listening.and_then(|peer| peer.strip_prefix(product)?.strip_prefix('-'));
        match own.zip(listening) {
            Some((own, listening)) => Ends { product, component: Some(listening), direction: "inbound", peer: own },
            None => Ends { product, component, direction, peer },
        }
    }

    /// The peers that a peer means: itself, or those that it includes, directly or through another peer.
    pub(super) fn of(&self, peer: &'a str) -> BTreeSet<&'a str> {
        let mut seen = BTreeSet::from([peer]);
        let mut open = vec![peer];
        let mut members = BTreeSet::new();
        while let Some(peer) = open.pop() {
            match self.included.get(peer) {
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
    /// The edition, if several editions of the product are compared.
    edition: &'a str,
    /// `None` is any part of the product.
    component: Option<&'a str>,
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
    editions: &'m Editions<'a>,
    flows: HashMap<Place<'a>, Vec<&'a ExportedFlow>>,
}

impl<'m, 'a> Allowed<'m, 'a> {
    pub(super) fn new(
        flows: impl IntoIterator<Item = &'a ExportedFlow>,
        members: &'m PeerMembers<'a>,
        editions: &'m Editions<'a>,
    ) -> Allowed<'m, 'a> {
        let mut allowed = Allowed { members, editions, flows: HashMap::new() };
        for flow in flows {
            for place in allowed.places(flow) {
                allowed.flows.entry(place).or_default().push(flow);
            }
        }
        allowed
    }

    /// The flows that allow something at a place.
    fn covering(&self, place: Place<'a>) -> impl Iterator<Item = &'a ExportedFlow> {
        let interfaces = BTreeSet::from([None, place.interface]);
        let mut places = Vec::new();
        for component in BTreeSet::from([None, place.component]) {
            for hosts in place.hosts.covering() {
                places.extend(interfaces.iter().map(|interface| Place {
                    component,
                    hosts,
                    interface: *interface,
                    ..place
                }));
            }
        }
        places.into_iter().filter_map(|place| self.flows.get(&place)).flatten().copied()
    }

    /// The ports of a flow that this list doesn't allow for every peer, host and interface of the flow.
    pub(super) fn missing(&self, flow: &'a ExportedFlow) -> Openings {
        let ports = Openings::new(&flow.specs);
        let mut missing = Openings::default();
        for place in self.places(flow) {
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
        for place in self.places(flow) {
            flows.extend(self.covering(place).map(|other| (other.id(), other)));
        }
        flows.into_values().collect()
    }

    /// The places of a flow. A flow without hosts or interfaces allows any. Traffic within a host or a pod passes no firewall.
    fn places(&self, flow: &'a ExportedFlow) -> Vec<Place<'a>> {
        if !flow.passes_a_network() {
            return Vec::new();
        }
        let Ends { product, component, direction, peer } = self.members.ends(flow);
        let edition = self.editions.key(flow).edition;
        let mut hosts: Vec<Hosts> = flow.texts("hosts").map(Hosts::new).collect();
        if hosts.is_empty() {
            hosts.push(Hosts::Any);
        }
        let mut interfaces: Vec<Option<&str>> = flow.texts("interfaces").map(Some).collect();
        if interfaces.is_empty() {
            interfaces.push(None);
        }
        let mut places = Vec::new();
        for peer in self.members.of(peer) {
            for hosts in &hosts {
                places.extend(interfaces.iter().map(|interface| Place {
                    product,
                    edition,
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
}

/// Whether a text of a list allows what another one does: it is the same, or a wildcard for it.
pub(super) fn covers_host(wider: &str, narrower: &str) -> bool {
    Hosts::new(narrower).covering().contains(&Hosts::new(wider))
}
