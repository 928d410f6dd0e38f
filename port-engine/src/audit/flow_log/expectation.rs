//! The flows of products, found by direction, protocol and port in constant time, with the addresses of their ends.

use std::collections::HashMap;
use std::net::IpAddr;

use port_core::{Direction, Scope};

use super::address_set::AddressSet;
use crate::audit::pointwise::deduplicated;
use crate::audit::verdict::{parts, runs_on_machine};
use crate::dataset::{Dataset, Flow};
use crate::protocol::Protocol;
use crate::rules::address::{Address, Endpoints};
use crate::rules::site::Site;

/// The addresses of the products' machines, and of those that they talk to.
#[derive(Clone, Copy, Debug)]
pub struct Ends<'a> {
    /// The products' machines.
    pub own: &'a [Address],
    /// The addresses of peers and components, if a site has them.
    pub site: Option<&'a Site>,
}

/// How well a flow explains a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    /// No flow has the port.
    None,
    /// The site's addresses of the flow's peer don't have that of the other end.
    OtherPeer,
    /// The flow stays within the machine or the pod.
    Local,
    /// The flow has the port, and the addresses of its peer aren't known.
    Port,
    /// The flow has the port, and its peer the address.
    Address,
}

/// The addresses of a peer, as far as they are known.
#[derive(Clone, Debug)]
enum PeerAddresses {
    Unknown,
    /// If the addresses are incomplete, another address may be the peer's too.
    Known {
        set: AddressSet,
        is_complete: bool,
    },
}

/// A flow, seen from one of its ends.
#[derive(Clone, Debug)]
struct Entry {
    /// The position of the flow in [`Expectation::flows`].
    flow: usize,
    /// The addresses at the product's end, if they are fewer than the product's.
    own: Option<AddressSet>,
    peer: PeerAddresses,
    is_local: bool,
}

/// The number of a list of entries; 0 is the empty list.
pub(super) type ListId = u32;

/// Entries that have a port in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
struct List {
    entries: Vec<usize>,
}

/// The flows of products, prepared for millions of questions.
#[derive(Clone, Debug)]
pub struct Expectation<'a> {
    /// The flows, in catalog order for each product.
    pub(super) flows: Vec<&'a Flow>,
    pub(super) own: AddressSet,
    entries: Vec<Entry>,
    lists: Vec<List>,
    /// For each list, whether the addresses make no difference, and no entry is local.
    is_plain: Vec<bool>,
    /// For each direction, and then TCP, UDP and SCTP: the list of each port.
    ports: [[Vec<ListId>; 3]; 2],
    /// The lists of protocols without ports, and of types of ICMP.
    portless: HashMap<(usize, Protocol, Option<u8>), ListId>,
}

/// The protocols with a table of ports.
const WITH_PORTS: [Protocol; 3] = [Protocol::TCP, Protocol::UDP, Protocol::SCTP];

/// The position of a direction.
fn position(direction: Direction) -> usize {
    usize::from(direction == Direction::Outbound)
}

impl<'a> Expectation<'a> {
    /// The flows of products on machines that run only some of their components; all of them, if there are none.
    #[must_use]
    pub fn new(dataset: &'a Dataset, products: &[&str], components: &[&str], ends: Ends<'_>) -> Expectation<'a> {
        let parts = parts(dataset, products, components);
        let all = products.iter().flat_map(|product| dataset.flows_of(product));
        let flows: Vec<&Flow> = all.filter(|flow| runs_on_machine(flow, &parts)).collect();
        let mut sides = Vec::new();
        for (index, flow) in flows.iter().enumerate() {
            sides.extend(Side::of(index, flow, dataset, &parts));
        }
        let entries = sides.iter().map(|side| side.entry(&flows, dataset, ends)).collect();
        let mut expectation = Expectation {
            own: AddressSet::new(networks(ends.own)),
            entries,
            lists: vec![List::default()],
            is_plain: Vec::new(),
            ports: [[const { Vec::new() }; 3], [const { Vec::new() }; 3]],
            portless: HashMap::new(),
            flows,
        };
        let mut known = HashMap::from([(List::default(), 0)]);
        for direction in [Direction::Inbound, Direction::Outbound] {
            let own: Vec<(usize, &Side)> =
                sides.iter().enumerate().filter(|(_, side)| side.direction == direction).collect();
            for (protocol, table) in WITH_PORTS.iter().zip(0..) {
                expectation.ports[position(direction)][table] = expectation.table(*protocol, &own, &mut known);
            }
            expectation.add_portless(direction, &own, &mut known);
        }
        let is_plain = |list: &List| {
            list.entries.iter().all(|entry| {
                let entry = &expectation.entries[*entry];
                entry.own.is_none() && matches!(entry.peer, PeerAddresses::Unknown) && !entry.is_local
            })
        };
        expectation.is_plain = expectation.lists.iter().map(is_plain).collect();
        expectation
    }

    /// The number of a list.
    fn list(&mut self, entries: Vec<usize>, known: &mut HashMap<List, ListId>) -> ListId {
        let list = List { entries };
        if let Some(id) = known.get(&list) {
            return *id;
        }
        let id = ListId::try_from(self.lists.len()).expect("there are fewer lists than ports");
        self.lists.push(list.clone());
        known.insert(list, id);
        id
    }

    /// The lists of every port of a protocol. Between two ports at which a range begins or ends, the list is the same.
    fn table(
        &mut self,
        protocol: Protocol,
        sides: &[(usize, &Side)],
        known: &mut HashMap<List, ListId>,
    ) -> Vec<ListId> {
        let mut ranges = Vec::new();
        for (entry, side) in sides {
            let specs = self.flows[side.flow].ports.iter().filter(|spec| protocol.may_be(spec));
            ranges.extend(specs.filter_map(|spec| Some((spec.range()?, *entry))));
        }
        let starts = ranges.iter().flat_map(|(range, _)| [usize::from(range.first()), usize::from(range.last()) + 1]);
        let mut starts: Vec<usize> = starts.collect();
        starts.extend([0, 1 << 16]);
        starts.sort_unstable();
        starts.dedup();
        let mut table = Vec::with_capacity(1 << 16);
        for pair in starts.windows(2) {
            let has = |range: port_core::PortRange| u16::try_from(pair[0]).is_ok_and(|port| range.contains(port));
            let own = deduplicated(ranges.iter().filter(|(range, _)| has(*range)).map(|(_, entry)| *entry));
            let id = self.list(own, known);
            table.resize(pair[1], id);
        }
        table
    }

    /// The lists of protocols without ports. Entries without a type of ICMP are in the lists of all types.
    fn add_portless(&mut self, direction: Direction, sides: &[(usize, &Side)], known: &mut HashMap<List, ListId>) {
        let mut by_protocol: HashMap<Protocol, Vec<(Option<u8>, usize)>> = HashMap::new();
        for (entry, side) in sides {
            let specs = self.flows[side.flow].ports.iter().filter(|spec| spec.range().is_none());
            for spec in specs {
                for protocol in Protocol::of(spec) {
                    by_protocol.entry(*protocol).or_default().push((spec.icmp_type(), *entry));
                }
            }
        }
        for (protocol, entries) in by_protocol {
            for wanted in deduplicated(entries.iter().map(|(icmp_type, _)| *icmp_type).chain([None])) {
                let own = entries.iter().filter(|(icmp_type, _)| icmp_type.is_none() || *icmp_type == wanted);
                let own = deduplicated(own.map(|(_, entry)| *entry));
                let id = self.list(own, known);
                self.portless.insert((position(direction), protocol, wanted), id);
            }
        }
    }

    /// The list of a port, or of a protocol without ports.
    #[inline]
    pub(super) fn find(
        &self,
        direction: Direction,
        protocol: Protocol,
        port: Option<u16>,
        icmp_type: Option<u8>,
    ) -> ListId {
        let tables = &self.ports[position(direction)];
        let table = match protocol {
            Protocol::TCP => &tables[0],
            Protocol::UDP => &tables[1],
            Protocol::SCTP => &tables[2],
            _ => return self.find_portless(direction, protocol, icmp_type),
        };
        port.map_or(0, |port| table[usize::from(port)])
    }

    fn find_portless(&self, direction: Direction, protocol: Protocol, icmp_type: Option<u8>) -> ListId {
        let find = |icmp_type| self.portless.get(&(position(direction), protocol, icmp_type)).copied();
        find(icmp_type).or_else(|| find(None)).unwrap_or(0)
    }

    /// Whether a flow has a type of this protocol, so that a message of unknown type may be its.
    pub(super) fn has_types(&self, direction: Direction, protocol: Protocol) -> bool {
        protocol.is_icmp()
            && self
                .portless
                .keys()
                .any(|(own, named, icmp_type)| *own == position(direction) && *named == protocol && icmp_type.is_some())
    }

    /// The number of lists.
    pub(super) fn lists(&self) -> usize {
        self.lists.len()
    }

    /// How well the best entry of a list explains a connection between two addresses.
    #[inline]
    pub(super) fn best(&self, list: ListId, own: IpAddr, peer: IpAddr) -> Match {
        match list {
            0 => Match::None,
            list if self.is_plain(list) => Match::Port,
            list => {
                let entries = self.lists[list as usize].entries.iter();
                entries.map(|entry| self.entries[*entry].explains(own, peer)).max().unwrap_or(Match::None)
            }
        }
    }

    /// Whether all entries of a list explain a connection between any addresses.
    #[inline]
    pub(super) fn is_plain(&self, list: ListId) -> bool {
        self.is_plain[list as usize]
    }

    /// The flows of a list that explain a connection as well as that.
    pub(super) fn matching(&self, list: ListId, own: IpAddr, peer: IpAddr, best: Match) -> impl Iterator<Item = usize> {
        let entries = self.lists[list as usize].entries.iter().map(|entry| &self.entries[*entry]);
        entries.filter(move |entry| entry.explains(own, peer) == best).map(|entry| entry.flow)
    }

    /// The flows of a list.
    pub(super) fn flows_of(&self, list: ListId) -> impl Iterator<Item = usize> {
        self.lists[list as usize].entries.iter().map(|entry| self.entries[*entry].flow)
    }
}

impl Entry {
    #[inline]
    fn explains(&self, own: IpAddr, peer: IpAddr) -> Match {
        if self.own.as_ref().is_some_and(|set| !set.contains(own)) {
            return Match::None;
        }
        if self.is_local {
            return Match::Local;
        }
        match &self.peer {
            PeerAddresses::Known { set, .. } if set.contains(peer) => Match::Address,
            PeerAddresses::Known { is_complete: true, .. } => Match::OtherPeer,
            PeerAddresses::Known { is_complete: false, .. } | PeerAddresses::Unknown => Match::Port,
        }
    }
}

/// An end of a flow at which a machine of the product is. A flow between two components has one at each end.
struct Side {
    flow: usize,
    direction: Direction,
    /// Whether it is the peer's end, which is a component of the product.
    is_peer: bool,
}

impl Side {
    fn of(index: usize, flow: &Flow, dataset: &Dataset, parts: &[(&str, &str)]) -> Vec<Side> {
        let opposite = match flow.direction {
            Direction::Outbound => Direction::Inbound,
            Direction::Inbound => Direction::Outbound,
        };
        let runs = |component: Option<&str>| {
            let mut own = parts.iter().filter(|(product, _)| *product == flow.product).peekable();
            own.peek().is_none() || component.is_none() || own.any(|(_, part)| Some(*part) == component)
        };
        let peer_component = flow.peer_component(dataset);
        let own = runs(flow.component.as_deref());
        let own = own.then_some(Side { flow: index, direction: flow.direction, is_peer: false });
        let other = peer_component.is_some() && runs(peer_component);
        let other = other.then_some(Side { flow: index, direction: opposite, is_peer: true });
        own.into_iter().chain(other).collect()
    }

    fn entry(&self, flows: &[&Flow], dataset: &Dataset, ends: Ends<'_>) -> Entry {
        let flow = flows[self.flow];
        let is_local = flow.scope != Scope::Network;
        let Some(site) = ends.site else {
            return Entry { flow: self.flow, own: None, peer: PeerAddresses::Unknown, is_local };
        };
        let component = |component: Option<&str>| component.and_then(|own| site.component(&flow.product, own));
        let at_component = component(flow.component.as_deref());
        let at_peer = site.peer(&flow.peer, dataset);
        let (own, peer, is_complete) = if self.is_peer {
            let product = || site.own(&flow.product, flow.component.as_deref(), dataset);
            (component(flow.peer_component(dataset)), at_component.unwrap_or_else(product), true)
        } else {
            (at_component, at_peer.endpoints, at_peer.missing.is_empty())
        };
        let own = own.filter(|own| own.addresses().iter().all(is_network)).map(|own| set(&own));
        let peer = if peer.addresses().is_empty() {
            PeerAddresses::Unknown
        } else {
            let is_complete = is_complete && peer.addresses().iter().all(is_network);
            PeerAddresses::Known { set: set(&peer), is_complete }
        };
        Entry { flow: self.flow, own, peer, is_local }
    }
}

/// Whether an address is one, or a network. Host names aren't resolved.
fn is_network(address: &Address) -> bool {
    matches!(address, Address::Net(_))
}

fn networks(addresses: &[Address]) -> impl Iterator<Item = ipnet::IpNet> {
    addresses.iter().filter_map(|address| match address {
        Address::Net(network) => Some(*network),
        Address::Host(_) | Address::Wildcard(_) => None,
    })
}

fn set(endpoints: &Endpoints) -> AddressSet {
    AddressSet::new(networks(endpoints.addresses()))
}
