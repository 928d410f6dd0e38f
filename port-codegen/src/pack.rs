//! Packs a catalog into the columns of numbers and texts that the static tables contain.
//!
//! `port_core::layout` defines the columns and the meaning of their numbers.
//!
//! Every project that depends on the catalog compiles this file, so it uses one hash map type and one kind of sort throughout.

use std::collections::HashMap;

use port_core::layout::{flow, peer, port, product, service, spec, vendor};
use port_core::{Direction, Fact, PeerKind, PortSpec, Requirement, Transport};
use port_data::{Catalog, Flow, Peer, Product, Service, Vendor};

use crate::packed::{Ids, Lists, Packed, PortIndex, Table};
use crate::text_index::TextIndex;

/// Stores each distinct list once.
struct ListInterner {
    lists: Vec<Vec<usize>>,
    numbers: HashMap<Vec<usize>, usize>,
}

impl ListInterner {
    fn new() -> ListInterner {
        ListInterner { lists: Vec::new(), numbers: HashMap::new() }
    }

    /// The number of a list, which is added if it is new.
    fn number(&mut self, list: &[usize]) -> usize {
        if let Some(number) = self.numbers.get(list) {
            return *number;
        }
        let number = self.lists.len();
        self.lists.push(list.to_vec());
        self.numbers.insert(list.to_vec(), number);
        number
    }
}

/// Packs the tables of a catalog. One function, since the order in which lists are numbered decides how small the numbers are.
#[must_use]
pub fn pack(catalog: &Catalog) -> Packed {
    let ids = [
        Ids::new(catalog.vendors.iter().map(|vendor| &vendor.id)),
        Ids::new(catalog.products.iter().map(|product| &product.id)),
        Ids::new(catalog.peers.iter().map(|peer| &peer.id)),
        Ids::new(catalog.services.iter().map(|service| &service.id)),
        Ids::new(catalog.flows.iter().map(|flow| &flow.row.id)),
    ];
    // The port index comes first, so that its list numbers are the lowest and fit in the fewest bytes.
    let mut lists = ListInterner::new();
    lists.number(&[]);
    let ports = port_index(catalog, &mut lists);
    let flows_by_vendor =
        group(catalog.vendors.len(), &catalog.flows, |flow| vec![catalog.products[flow.product].vendor]);
    let flows_by_product = group(catalog.products.len(), &catalog.flows, |flow| vec![flow.product]);
    let flows_by_peer = group(catalog.peers.len(), &catalog.flows, |flow| {
        [vec![flow.row.peer], catalog.peers[flow.row.peer].includes.clone()].concat()
    });
    let flows_by_service = group(catalog.services.len(), &catalog.flows, |flow| {
        flow.row.specs.iter().filter_map(PortSpec::service).collect()
    });
    let (hosts, flows_by_host) = flows_under_hosts(catalog);

    let vendors = catalog.vendors.iter().zip(flows_by_vendor);
    let vendors = Table::new(vendors.map(|(vendor, flows)| vendor_row(vendor, lists.number(&flows))));
    let products = catalog.products.iter().zip(flows_by_product);
    let products = Table::new(products.map(|(product, flows)| product_row(product, lists.number(&flows))));
    let peers = catalog.peers.iter().zip(flows_by_peer);
    let peers = Table::new(peers.map(|(peer, flows)| peer_row(peer, lists.number(&flows))));
    let services = catalog.services.iter().zip(flows_by_service);
    let services = Table::new(services.map(|(service, flows)| service_row(service, lists.number(&flows))));

    let mut interfaces: Vec<String> = Vec::new();
    let product_interfaces = Lists::new(catalog.products.iter().map(|product| {
        let numbers = product.interfaces.iter().map(|name| {
            interfaces.iter().position(|known| known == name).unwrap_or_else(|| {
                interfaces.push(name.clone());
                interfaces.len() - 1
            })
        });
        numbers.collect()
    }));
    let host_numbers: HashMap<&str, usize> = hosts.iter().enumerate().map(|(number, host)| (*host, number)).collect();
    let flow_hosts = Lists::new(
        catalog.flows.iter().map(|flow| flow.row.hosts.iter().map(|host| host_numbers[host.as_str()]).collect()),
    );
    let host_index = TextIndex::new(&hosts);
    let hosts = hosts.into_iter().map(str::to_string).collect();
    let host_lists = flows_by_host.iter().map(|flows| lists.number(flows)).collect();
    let mut flow_specs = vec![0];
    for flow in &catalog.flows {
        flow_specs.push(flow_specs[flow_specs.len() - 1] + flow.row.specs.len());
    }
    Packed {
        ids,
        vendors,
        vendor_products: Lists::new(group(catalog.vendors.len(), &catalog.products, |product| vec![product.vendor])),
        products,
        product_interfaces,
        interfaces,
        peers,
        peer_includes: Lists::new(catalog.peers.iter().map(|peer| peer.includes.clone())),
        services,
        flows: Table::new(catalog.flows.iter().map(flow_row)),
        flow_specs,
        specs: Table::new(catalog.flows.iter().flat_map(|flow| &flow.row.specs).map(|spec| (spec_row(spec), []))),
        flow_hosts,
        hosts,
        host_index,
        host_lists,
        ports,
        flow_lists: Lists::new(lists.lists),
    }
}

/// For each of `count` keys, the indexes of the items that have it, in order.
fn group<T>(count: usize, items: &[T], keys: impl Fn(&T) -> Vec<usize>) -> Vec<Vec<usize>> {
    let mut lists = vec![Vec::new(); count];
    for (index, item) in items.iter().enumerate() {
        for key in keys(item) {
            if lists[key].last() != Some(&index) {
                lists[key].push(index);
            }
        }
    }
    lists
}

fn vendor_row(vendor: &Vendor, flows: usize) -> ([usize; vendor::NUMBERS], [&str; vendor::TEXTS]) {
    let mut numbers = [0; vendor::NUMBERS];
    numbers[vendor::FLOWS] = flows;
    let mut texts = [""; vendor::TEXTS];
    texts[vendor::NAME] = &vendor.name;
    texts[vendor::URL] = &vendor.url;
    (numbers, texts)
}

fn product_row(product: &Product, flows: usize) -> ([usize; product::NUMBERS], [&str; product::TEXTS]) {
    let mut numbers = [0; product::NUMBERS];
    numbers[product::VENDOR] = product.vendor;
    numbers[product::FLOWS] = flows;
    let mut texts = [""; product::TEXTS];
    texts[product::NAME] = &product.name;
    texts[product::DOCUMENT] = &product.document;
    texts[product::URL] = &product.url;
    texts[product::EDITION] = &product.edition;
    texts[product::RETRIEVED] = optional(product.retrieved.as_ref());
    (numbers, texts)
}

fn peer_row(peer: &Peer, flows: usize) -> ([usize; peer::NUMBERS], [&str; peer::TEXTS]) {
    let mut numbers = [0; peer::NUMBERS];
    numbers[peer::KIND] = index_of(PeerKind::ALL, peer.kind);
    numbers[peer::FLOWS] = flows;
    let mut texts = [""; peer::TEXTS];
    texts[peer::NAME] = &peer.name;
    texts[peer::DESCRIPTION] = &peer.description;
    (numbers, texts)
}

fn service_row(service: &Service, flows: usize) -> ([usize; service::NUMBERS], [&str; service::TEXTS]) {
    let mut numbers = [0; service::NUMBERS];
    numbers[service::PORT] = service.port.map_or(0, usize::from);
    numbers[service::TRANSPORTS] =
        bits(service.transports.iter().map(|transport| index_of(Transport::ALL, *transport)));
    numbers[service::ENCRYPTED] = service.encrypted.map_or(0, |encrypted| 1 + usize::from(encrypted));
    numbers[service::FLOWS] = flows;
    let mut texts = [""; service::TEXTS];
    texts[service::NAME] = &service.name;
    texts[service::DESCRIPTION] = &service.description;
    (numbers, texts)
}

fn flow_row(flow: &Flow) -> ([usize; flow::NUMBERS], [&str; flow::TEXTS]) {
    let mut numbers = [0; flow::NUMBERS];
    numbers[flow::PRODUCT] = flow.product;
    numbers[flow::PEER] = flow.row.peer;
    numbers[flow::DIRECTION] = index_of(Direction::ALL, flow.row.direction);
    numbers[flow::REQUIREMENT] = index_of(Requirement::ALL, flow.row.requirement);
    numbers[flow::CONFIGURABLE] = usize::from(flow.row.configurable);
    numbers[flow::INTERFACES] = bits(flow.row.interfaces.iter().copied());
    numbers[flow::RECOMMENDED] = flow.row.recommended_interface.map_or(0, |interface| interface + 1);
    numbers[flow::CURATED] = bits(flow.row.curated.iter().map(|fact| index_of(Fact::ALL, *fact)));
    numbers[flow::ROW] = flow.row.row as usize;
    let mut texts = [""; flow::TEXTS];
    texts[flow::PURPOSE] = &flow.row.purpose;
    texts[flow::CONDITION] = optional(flow.row.condition.as_ref());
    texts[flow::CUSTOMIZATION] = optional(flow.row.customization.as_ref());
    texts[flow::NOTE] = optional(flow.row.note.as_ref());
    texts[flow::SECTION] = optional(flow.row.section.as_ref());
    texts[flow::PRINTED_PEER] = optional(flow.row.printed_peer.as_ref());
    texts[flow::PRINTED_LABEL] = optional(flow.row.printed_label.as_ref());
    texts[flow::PRINTED_PORTS] = optional(flow.row.printed_ports.as_ref());
    (numbers, texts)
}

/// A text that may be missing.
fn optional(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

fn spec_row(spec: &PortSpec<usize>) -> [usize; spec::NUMBERS] {
    let mut row = [0; spec::NUMBERS];
    row[spec::FIRST] = spec.range().map_or(0, |range| range.first().into());
    row[spec::LAST] = spec.range().map_or(0, |range| range.last().into());
    row[spec::TRANSPORT] = spec.transport().map_or(0, |transport| index_of(Transport::ALL, transport) + 1);
    row[spec::SERVICE] = spec.service().map_or(0, |service| service + 1);
    row[spec::GROUP] = spec.group().into();
    row
}

/// The index of a word in its vocabulary.
fn index_of<T: Copy + PartialEq>(all: &[T], word: T) -> usize {
    all.iter().position(|known| *known == word).expect("ALL has every word")
}

/// A number with the bit of each index set.
fn bits(indexes: impl Iterator<Item = usize>) -> usize {
    indexes.fold(0, |bits, index| bits | 1 << index)
}

/// Every host name and every domain above one, sorted, with the flows to each or to a name below it.
fn flows_under_hosts(catalog: &Catalog) -> (Vec<&str>, Vec<Vec<usize>>) {
    let mut under = Vec::new();
    for (number, flow) in catalog.flows.iter().enumerate() {
        for host in &flow.row.hosts {
            let mut name = Some(host.as_str());
            while let Some(domain) = name {
                under.push((domain, number));
                name = domain.split_once('.').map(|(_, above)| above);
            }
        }
    }
    under.sort_unstable();
    let (mut names, mut flows): (Vec<&str>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
    for (name, number) in under {
        match flows.last_mut().filter(|_| names.last() == Some(&name)) {
            Some(flows_of_name) if flows_of_name.last() == Some(&number) => {}
            Some(flows_of_name) => flows_of_name.push(number),
            None => {
                names.push(name);
                flows.push(vec![number]);
            }
        }
    }
    (names, flows)
}

/// A flow whose port ranges include the current port, and how many of its specs do, for one transport.
struct OpenFlow {
    flow: usize,
    transport: Transport,
    specs: usize,
}

/// The flows of every port, by a sweep over the ports at which a range begins or has ended: between two of them nothing changes.
fn port_index(catalog: &Catalog, lists: &mut ListInterner) -> PortIndex {
    const PORTS: usize = port::PAGES * port::PAGE_SIZE;
    let mut kinds = [Transport::Any; port::KINDS];
    kinds[port::TCP] = Transport::Tcp;
    kinds[port::UDP] = Transport::Udp;

    let mut list_of_port = vec![0; port::KINDS * PORTS];
    let mut open: Vec<OpenFlow> = Vec::new();
    let mut edges = edges(catalog).into_iter().peekable();
    while let Some([port, flow, transport, begins]) = edges.next() {
        let transport = Transport::ALL[transport];
        // Open flows stay sorted, and so do the lists made from them.
        let index = open.partition_point(|known| (known.flow, known.transport) < (flow, transport));
        match open.get_mut(index).filter(|known| (known.flow, known.transport) == (flow, transport)) {
            Some(known) => known.specs = known.specs + begins - (1 - begins),
            None => open.insert(index, OpenFlow { flow, transport, specs: 1 }),
        }
        if open[index].specs == 0 {
            open.remove(index);
        }
        let next = edges.peek().map_or(PORTS, |edge| edge[0]);
        if port < next {
            for (kind, transport) in kinds.iter().enumerate() {
                let overlapping = open.iter().filter(|known| known.transport.overlaps(*transport));
                let mut flows: Vec<usize> = overlapping.map(|known| known.flow).collect();
                flows.dedup();
                list_of_port[kind * PORTS + port..kind * PORTS + next].fill(lists.number(&flows));
            }
        }
    }

    let mut interner = ListInterner::new();
    let mut pages: Vec<usize> = Vec::new();
    for page in list_of_port.chunks_exact(port::PAGE_SIZE) {
        // Most pages equal the one before. Comparing with it is a hundred times faster than a lookup.
        let same = pages.last().copied().filter(|before| interner.lists[*before] == page);
        pages.push(same.unwrap_or_else(|| interner.number(page)));
    }
    PortIndex { pages, lists: interner.lists.concat() }
}

/// The ports at which the ranges of all flows begin, and the ports after their ends, sorted: port, flow, index of the transport,
/// and 1 for a beginning.
fn edges(catalog: &Catalog) -> Vec<[usize; 4]> {
    let mut edges = Vec::new();
    for (number, flow) in catalog.flows.iter().enumerate() {
        for spec in &flow.row.specs {
            if let (Some(transport), Some(range)) = (spec.transport(), spec.range()) {
                let transport = index_of(Transport::ALL, transport);
                edges.push([range.first().into(), number, transport, 1]);
                edges.push([usize::from(range.last()) + 1, number, transport, 0]);
            }
        }
    }
    edges.sort_unstable();
    edges
}
