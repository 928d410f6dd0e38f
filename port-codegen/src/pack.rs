//! Lowers a catalog to what the packed tables hold: one list of texts, and rows of numbers.
//!
//! The columns of the rows, and what a number in them means, are in `shared::layout`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use port_data::shared::layout::{flow, peer, port, product, service, spec, vendor};
use port_data::{Catalog, Direction, Fact, Flow, PeerKind, PortSpec, Requirement, Transport};

use crate::text_index::TextIndex;

/// The packed tables of a catalog.
#[derive(Debug)]
pub struct Packed {
    /// Every text; the first is empty.
    pub texts: Vec<String>,
    /// The ids of each enum: vendors, products, peers, services, flows.
    pub ids: [Ids; 5],
    /// The vendors' rows.
    pub vendors: Vec<[usize; vendor::WIDTH]>,
    /// The products of each vendor.
    pub vendor_products: Lists,
    /// The products' rows.
    pub products: Vec<[usize; product::WIDTH]>,
    /// The texts of each product's interfaces.
    pub product_interfaces: Lists,
    /// The peers' rows.
    pub peers: Vec<[usize; peer::WIDTH]>,
    /// The peers that each peer includes.
    pub peer_includes: Lists,
    /// The services' rows.
    pub services: Vec<[usize; service::WIDTH]>,
    /// The flows' rows.
    pub flows: Vec<[usize; flow::WIDTH]>,
    /// Where the specs of each flow start, and where the last ones end.
    pub flow_specs: Vec<usize>,
    /// The specs' rows, flow by flow.
    pub specs: Vec<[usize; spec::WIDTH]>,
    /// The texts of each flow's hosts.
    pub flow_hosts: Lists,
    /// The texts of the host names and of the domains above them.
    pub host_names: Vec<usize>,
    /// How a host name is found among them.
    pub host_index: TextIndex,
    /// The list of the flows to each of them, or to a host under it.
    pub host_lists: Vec<usize>,
    /// Which flows use a port.
    pub ports: PortIndex,
    /// The lists of flows: the first is empty, and no two are the same.
    pub flow_lists: Lists,
}

/// The ids of an enum: they stand one after the other among the texts.
#[derive(Debug)]
pub struct Ids {
    /// The number of the first one's text.
    pub first_text: usize,
    /// How an id is found among them.
    pub index: TextIndex,
}

/// Lists of numbers end to end, and where each starts; the end of the last one is one start more.
#[derive(Debug)]
pub struct Lists {
    /// Where each list starts.
    pub starts: Vec<usize>,
    /// The numbers.
    pub items: Vec<usize>,
}

/// Pages of ports for TCP, for UDP and for either, each port with a list of flows.
#[derive(Debug)]
pub struct PortIndex {
    /// The page of each 64 ports.
    pub pages: Vec<usize>,
    /// The pages that differ, end to end: the number of each port's list.
    pub lists: Vec<usize>,
}

impl Lists {
    fn of(lists: impl IntoIterator<Item = Vec<usize>>) -> Lists {
        let mut starts = vec![0];
        let mut items = Vec::new();
        for list in lists {
            items.extend(list);
            starts.push(items.len());
        }
        Lists { starts, items }
    }
}

/// Gathers texts, each different one once.
struct Texts {
    texts: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Texts {
    /// The number of a text.
    fn number(&mut self, text: &str) -> usize {
        match self.numbers.get(text) {
            Some(number) => *number,
            None => self.append(text),
        }
    }

    /// The number of a text that may be missing.
    fn optional(&mut self, text: Option<&String>) -> usize {
        self.number(text.map_or("", String::as_str))
    }

    /// Appends a text even where it stands already: ids must stand one after the other.
    fn append(&mut self, text: &str) -> usize {
        let number = self.texts.len();
        self.texts.push(text.to_string());
        self.numbers.entry(text.to_string()).or_insert(number);
        number
    }

    fn ids<'a>(&mut self, ids: impl Iterator<Item = &'a String>) -> Ids {
        let first_text = self.texts.len();
        let ids: Vec<&str> = ids.map(String::as_str).collect();
        for id in &ids {
            self.append(id);
        }
        Ids { first_text, index: TextIndex::of(&ids) }
    }
}

/// Gathers lists of flows, each different one once.
struct FlowLists {
    lists: Vec<Vec<usize>>,
    numbers: HashMap<Vec<usize>, usize>,
}

impl FlowLists {
    /// The empty list alone: it is number 0.
    fn new() -> FlowLists {
        FlowLists { lists: vec![Vec::new()], numbers: [(Vec::new(), 0)].into() }
    }

    /// The number of a list.
    fn number(&mut self, list: Vec<usize>) -> usize {
        *self.numbers.entry(list).or_insert_with_key(|list| {
            self.lists.push(list.clone());
            self.lists.len() - 1
        })
    }
}

/// Packs the tables of a catalog.
#[must_use]
pub fn pack(catalog: &Catalog) -> Packed {
    let mut texts = Texts { texts: Vec::new(), numbers: HashMap::new() };
    texts.append("");
    let ids = [
        texts.ids(catalog.vendors.iter().map(|vendor| &vendor.id)),
        texts.ids(catalog.products.iter().map(|product| &product.id)),
        texts.ids(catalog.peers.iter().map(|peer| &peer.id)),
        texts.ids(catalog.services.iter().map(|service| &service.id)),
        texts.ids(catalog.flows.iter().map(|flow| &flow.id)),
    ];
    // Ports first: the lowest numbers are theirs, and so the narrowest.
    let mut lists = FlowLists::new();
    let ports = port_index(catalog, &mut lists);
    let of_vendors = group(catalog.vendors.len(), &catalog.flows, |flow| vec![catalog.products[flow.product].vendor]);
    let of_products = group(catalog.products.len(), &catalog.flows, |flow| vec![flow.product]);
    let of_peers = group(catalog.peers.len(), &catalog.flows, |flow| {
        [vec![flow.peer], catalog.peers[flow.peer].includes.clone()].concat()
    });
    let of_services =
        group(catalog.services.len(), &catalog.flows, |flow| flow.specs.iter().filter_map(PortSpec::service).collect());
    let under = flows_under_hosts(catalog);

    let vendors = catalog.vendors.iter().zip(of_vendors).map(|(vendor, flows)| {
        let mut row = [0; vendor::WIDTH];
        row[vendor::NAME] = texts.number(&vendor.name);
        row[vendor::URL] = texts.number(&vendor.url);
        row[vendor::FLOWS] = lists.number(flows);
        row
    });
    let vendors = vendors.collect();
    let products = catalog.products.iter().zip(of_products);
    let products = products.map(|(product, flows)| product_row(product, lists.number(flows), &mut texts)).collect();
    let interfaces = |product: &port_data::Product| product.interfaces.iter().map(|name| texts.number(name)).collect();
    let product_interfaces = Lists::of(catalog.products.iter().map(interfaces));
    let peers = catalog.peers.iter().zip(of_peers);
    let peers = peers.map(|(peer, flows)| peer_row(peer, lists.number(flows), &mut texts)).collect();
    let services = catalog.services.iter().zip(of_services);
    let services = services.map(|(service, flows)| service_row(service, lists.number(flows), &mut texts)).collect();
    let flows = catalog.flows.iter().map(|flow| flow_row(flow, &mut texts)).collect();
    let hosts = |flow: &Flow| flow.hosts.iter().map(|name| texts.number(name)).collect();
    let flow_hosts = Lists::of(catalog.flows.iter().map(hosts));
    let host_names = under.keys().map(|name| texts.number(name)).collect();
    let names: Vec<&str> = under.keys().copied().collect();
    let host_index = TextIndex::of(&names);
    let host_lists = under.into_values().map(|flows| lists.number(flows.into_iter().collect())).collect();
    let mut flow_specs = vec![0];
    for flow in &catalog.flows {
        flow_specs.push(flow_specs[flow_specs.len() - 1] + flow.specs.len());
    }
    Packed {
        texts: texts.texts,
        ids,
        vendors,
        vendor_products: Lists::of(group(catalog.vendors.len(), &catalog.products, |product| vec![product.vendor])),
        products,
        product_interfaces,
        peers,
        peer_includes: Lists::of(catalog.peers.iter().map(|peer| peer.includes.clone())),
        services,
        flows,
        flow_specs,
        specs: catalog.flows.iter().flat_map(|flow| &flow.specs).map(spec_row).collect(),
        flow_hosts,
        host_names,
        host_index,
        host_lists,
        ports,
        flow_lists: Lists::of(lists.lists),
    }
}

/// For each of `count` keys the places of the items that have it, in the items' order.
fn group<T>(count: usize, items: &[T], keys: impl Fn(&T) -> Vec<usize>) -> Vec<Vec<usize>> {
    let mut lists = vec![Vec::new(); count];
    for (place, item) in items.iter().enumerate() {
        for key in keys(item).into_iter().collect::<BTreeSet<usize>>() {
            lists[key].push(place);
        }
    }
    lists
}

fn product_row(product: &port_data::Product, flows: usize, texts: &mut Texts) -> [usize; product::WIDTH] {
    let mut row = [0; product::WIDTH];
    row[product::VENDOR] = product.vendor;
    row[product::NAME] = texts.number(&product.name);
    row[product::DOCUMENT] = texts.number(&product.document);
    row[product::URL] = texts.number(&product.url);
    row[product::EDITION] = texts.number(&product.edition);
    row[product::RETRIEVED] = texts.optional(product.retrieved.as_ref());
    row[product::FLOWS] = flows;
    row
}

fn peer_row(peer: &port_data::Peer, flows: usize, texts: &mut Texts) -> [usize; peer::WIDTH] {
    let mut row = [0; peer::WIDTH];
    row[peer::NAME] = texts.number(&peer.name);
    row[peer::DESCRIPTION] = texts.number(&peer.description);
    row[peer::KIND] = place(PeerKind::ALL, peer.kind);
    row[peer::FLOWS] = flows;
    row
}

fn service_row(service: &port_data::Service, flows: usize, texts: &mut Texts) -> [usize; service::WIDTH] {
    let mut row = [0; service::WIDTH];
    row[service::NAME] = texts.number(&service.name);
    row[service::DESCRIPTION] = texts.number(&service.description);
    row[service::PORT] = service.port.map_or(0, usize::from);
    row[service::TRANSPORTS] = bits(service.transports.iter().map(|transport| place(Transport::ALL, *transport)));
    row[service::FLOWS] = flows;
    row
}

fn flow_row(flow: &Flow, texts: &mut Texts) -> [usize; flow::WIDTH] {
    let mut row = [0; flow::WIDTH];
    row[flow::PRODUCT] = flow.product;
    row[flow::PEER] = flow.peer;
    row[flow::DIRECTION] = place(Direction::ALL, flow.direction);
    row[flow::REQUIREMENT] = place(Requirement::ALL, flow.requirement);
    row[flow::CONFIGURABLE] = usize::from(flow.configurable);
    row[flow::INTERFACES] = bits(flow.interfaces.iter().copied());
    row[flow::RECOMMENDED] = flow.recommended_interface.map_or(0, |interface| interface + 1);
    row[flow::CURATED] = bits(flow.curated.iter().map(|fact| place(Fact::ALL, *fact)));
    row[flow::ROW] = flow.row as usize;
    row[flow::PURPOSE] = texts.number(&flow.purpose);
    row[flow::CONDITION] = texts.optional(flow.condition.as_ref());
    row[flow::CUSTOMIZATION] = texts.optional(flow.customization.as_ref());
    row[flow::NOTE] = texts.optional(flow.note.as_ref());
    row[flow::SECTION] = texts.optional(flow.section.as_ref());
    row[flow::PRINTED_PEER] = texts.optional(flow.printed_peer.as_ref());
    row[flow::PRINTED_LABEL] = texts.optional(flow.printed_label.as_ref());
    row[flow::PRINTED_PORTS] = texts.optional(flow.printed_ports.as_ref());
    row
}

fn spec_row(spec: &PortSpec<usize>) -> [usize; spec::WIDTH] {
    let mut row = [0; spec::WIDTH];
    row[spec::FIRST] = spec.range().map_or(0, |range| range.first().into());
    row[spec::LAST] = spec.range().map_or(0, |range| range.last().into());
    row[spec::TRANSPORT] = spec.transport().map_or(0, |transport| place(Transport::ALL, transport) + 1);
    row[spec::SERVICE] = spec.service().map_or(0, |service| service + 1);
    row[spec::GROUP] = spec.group().into();
    row
}

/// The place of a word in its vocabulary.
fn place<T: Copy + PartialEq>(all: &[T], word: T) -> usize {
    all.iter().position(|known| *known == word).expect("ALL has every word")
}

/// A number with a bit for each place.
fn bits(places: impl Iterator<Item = usize>) -> usize {
    places.fold(0, |bits, place| bits | 1 << place)
}

/// The flows to each host name, and to each domain above one, sorted by name.
fn flows_under_hosts(catalog: &Catalog) -> BTreeMap<&str, BTreeSet<usize>> {
    let mut under: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (number, flow) in catalog.flows.iter().enumerate() {
        for host in &flow.hosts {
            let mut name = Some(host.as_str());
            while let Some(domain) = name {
                under.entry(domain).or_default().insert(number);
                name = domain.split_once('.').map(|(_, above)| above);
            }
        }
    }
    under
}

/// The flows of every port. Between two neighbouring starts or ends of a range nothing changes, so only those are looked at.
fn port_index(catalog: &Catalog, lists: &mut FlowLists) -> PortIndex {
    const PORTS: usize = port::PAGES * port::PAGE;
    let specs = || {
        let numbered = catalog.flows.iter().enumerate();
        numbered.flat_map(|(number, flow)| flow.specs.iter().map(move |spec| (number, spec)))
    };
    let mut begin: BTreeMap<usize, Vec<(usize, Transport)>> = BTreeMap::new();
    let mut end: BTreeMap<usize, Vec<(usize, Transport)>> = BTreeMap::new();
    for (number, spec) in specs() {
        if let (Some(transport), Some(range)) = (spec.transport(), spec.range()) {
            begin.entry(range.first().into()).or_default().push((number, transport));
            end.entry(usize::from(range.last()) + 1).or_default().push((number, transport));
        }
    }
    let edges: BTreeSet<usize> =
        begin.keys().chain(end.keys()).copied().chain([0]).filter(|edge| *edge < PORTS).collect();

    let asked = {
        let mut asked = [Transport::Any; port::WAYS];
        asked[port::TCP] = Transport::Tcp;
        asked[port::UDP] = Transport::Udp;
        asked
    };
    let mut list_of_port = vec![0; port::WAYS * PORTS];
    // A flow may open a port by several of its specs, so they are counted.
    let mut open: BTreeMap<(usize, Transport), usize> = BTreeMap::new();
    for (edge, next) in edges.iter().zip(edges.iter().skip(1).chain([&PORTS])) {
        for key in end.get(edge).into_iter().flatten() {
            let count = open.get_mut(key).expect("what ends has begun");
            *count -= 1;
            if *count == 0 {
                open.remove(key);
            }
        }
        for key in begin.get(edge).into_iter().flatten() {
            *open.entry(*key).or_default() += 1;
        }
        for (way, asked) in asked.iter().enumerate() {
            let mut flows: Vec<usize> =
                open.keys().filter(|(_, own)| own.meets(*asked)).map(|(number, _)| *number).collect();
            flows.dedup();
            list_of_port[way * PORTS + edge..way * PORTS + next].fill(lists.number(flows));
        }
    }

    let mut known: HashMap<&[usize], usize> = HashMap::new();
    let mut distinct = Vec::new();
    let mut pages = Vec::new();
    for page in list_of_port.chunks_exact(port::PAGE) {
        pages.push(*known.entry(page).or_insert_with(|| {
            distinct.extend_from_slice(page);
            distinct.len() / port::PAGE - 1
        }));
    }
    PortIndex { pages, lists: distinct }
}
