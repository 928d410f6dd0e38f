//! Lowers a catalog to what the packed tables hold: columns of numbers, and columns of texts.
//!
//! The columns, and what a number in them means, are in `port_core::layout`.
//!
//! Whoever depends on the catalog compiles this file. So one map and one sort serve where each place might have its own.

use std::collections::HashMap;

use port_core::layout::{flow, peer, port, product, service, spec, vendor};
use port_core::{Direction, Fact, PeerKind, PortSpec, Requirement, Transport};
use port_data::{Catalog, Flow, Peer, Product, Service, Vendor};

use crate::text_index::TextIndex;

/// The packed tables of a catalog.
pub struct Packed {
    /// The ids of each enum: vendors, products, peers, services, flows.
    pub ids: [Ids; 5],
    /// The vendors.
    pub vendors: Table<{ vendor::NUMBERS }, { vendor::TEXTS }>,
    /// The products of each vendor.
    pub vendor_products: Lists,
    /// The products.
    pub products: Table<{ product::NUMBERS }, { product::TEXTS }>,
    /// The numbers of each product's interfaces.
    pub product_interfaces: Lists,
    /// The interfaces' names.
    pub interfaces: Vec<String>,
    /// The peers.
    pub peers: Table<{ peer::NUMBERS }, { peer::TEXTS }>,
    /// The peers that each peer includes.
    pub peer_includes: Lists,
    /// The services.
    pub services: Table<{ service::NUMBERS }, { service::TEXTS }>,
    /// The flows.
    pub flows: Table<{ flow::NUMBERS }, { flow::TEXTS }>,
    /// Where the specs of each flow start, and where the last ones end.
    pub flow_specs: Vec<usize>,
    /// The specs, flow by flow.
    pub specs: Table<{ spec::NUMBERS }, 0>,
    /// The numbers of each flow's hosts.
    pub flow_hosts: Lists,
    /// The host names, and the domains above them.
    pub hosts: Vec<String>,
    /// How a host name is found among them.
    pub host_index: TextIndex,
    /// The list of the flows to each of them, or to a host under it.
    pub host_lists: Vec<usize>,
    /// Which flows use a port.
    pub ports: PortIndex,
    /// The lists of flows: the first is empty, and no two are the same.
    pub flow_lists: Lists,
}

/// A table: columns of numbers, and columns of texts.
pub struct Table<const NUMBERS: usize, const TEXTS: usize> {
    /// The columns of numbers.
    pub numbers: [Vec<usize>; NUMBERS],
    /// The texts of all columns, column by column.
    pub texts: Vec<String>,
    /// The columns of texts.
    pub text_columns: [TextColumn; TEXTS],
}

/// A column of texts.
pub struct TextColumn {
    /// The number of its first text among those of its table, which is the empty one.
    pub first: usize,
    /// The number of each row's text, counted from there.
    pub numbers: Vec<usize>,
}

/// The ids of an enum.
pub struct Ids {
    /// The ids.
    pub ids: Vec<String>,
    /// How an id is found among them.
    pub index: TextIndex,
}

/// Lists of numbers end to end, and where each starts; the end of the last one is one start more.
pub struct Lists {
    /// Where each list starts.
    pub starts: Vec<usize>,
    /// The numbers.
    pub items: Vec<usize>,
}

/// Pages of ports for TCP, for UDP and for either, each port with a list of flows.
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

impl<const NUMBERS: usize, const TEXTS: usize> Table<NUMBERS, TEXTS> {
    /// A table of rows: each has its numbers and its texts.
    fn of<'a>(rows: impl Iterator<Item = ([usize; NUMBERS], [&'a str; TEXTS])>) -> Self {
        let mut numbers = [const { Vec::new() }; NUMBERS];
        let mut texts = [const { Vec::new() }; TEXTS];
        for (row, row_of_texts) in rows {
            numbers.iter_mut().zip(row).for_each(|(column, number)| column.push(number));
            texts.iter_mut().zip(row_of_texts).for_each(|(column, text)| column.push(text));
        }
        let mut all = Vec::new();
        let text_columns = texts.map(|column| TextColumn::of(&column, &mut all));
        Table { numbers, texts: all, text_columns }
    }
}

impl TextColumn {
    /// A column with these texts, each different one of which is appended once to those of the table.
    fn of(column: &[&str], texts: &mut Vec<String>) -> TextColumn {
        let first = texts.len();
        texts.push(String::new());
        let mut known = HashMap::from([("", 0)]);
        let numbers = column.iter().map(|text| {
            *known.entry(text).or_insert_with(|| {
                texts.push((*text).to_string());
                texts.len() - 1 - first
            })
        });
        TextColumn { numbers: numbers.collect(), first }
    }
}

impl Ids {
    fn of<'a>(ids: impl Iterator<Item = &'a String>) -> Ids {
        let ids: Vec<String> = ids.cloned().collect();
        Ids { index: TextIndex::of(&ids.iter().map(String::as_str).collect::<Vec<_>>()), ids }
    }
}

/// Gathers lists, each different one once.
struct Distinct {
    lists: Vec<Vec<usize>>,
    numbers: HashMap<Vec<usize>, usize>,
}

impl Distinct {
    fn new() -> Distinct {
        Distinct { lists: Vec::new(), numbers: HashMap::new() }
    }

    /// The number of a list.
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

/// Packs the tables of a catalog.
#[must_use]
pub fn pack(catalog: &Catalog) -> Packed {
    let ids = [
        Ids::of(catalog.vendors.iter().map(|vendor| &vendor.id)),
        Ids::of(catalog.products.iter().map(|product| &product.id)),
        Ids::of(catalog.peers.iter().map(|peer| &peer.id)),
        Ids::of(catalog.services.iter().map(|service| &service.id)),
        Ids::of(catalog.flows.iter().map(|flow| &flow.id)),
    ];
    // Ports first: the lowest numbers are theirs, and so the narrowest.
    let mut lists = Distinct::new();
    lists.number(&[]);
    let ports = port_index(catalog, &mut lists);
    let of_vendors = group(catalog.vendors.len(), &catalog.flows, |flow| vec![catalog.products[flow.product].vendor]);
    let of_products = group(catalog.products.len(), &catalog.flows, |flow| vec![flow.product]);
    let of_peers = group(catalog.peers.len(), &catalog.flows, |flow| {
        [vec![flow.peer], catalog.peers[flow.peer].includes.clone()].concat()
    });
    let of_services =
        group(catalog.services.len(), &catalog.flows, |flow| flow.specs.iter().filter_map(PortSpec::service).collect());
    let (hosts, of_hosts) = flows_under_hosts(catalog);

    let vendors = catalog.vendors.iter().zip(of_vendors);
    let vendors = Table::of(vendors.map(|(vendor, flows)| vendor_row(vendor, lists.number(&flows))));
    let products = catalog.products.iter().zip(of_products);
    let products = Table::of(products.map(|(product, flows)| product_row(product, lists.number(&flows))));
    let peers = catalog.peers.iter().zip(of_peers);
    let peers = Table::of(peers.map(|(peer, flows)| peer_row(peer, lists.number(&flows))));
    let services = catalog.services.iter().zip(of_services);
    let services = Table::of(services.map(|(service, flows)| service_row(service, lists.number(&flows))));

    let mut interfaces: Vec<String> = Vec::new();
    let product_interfaces = Lists::of(catalog.products.iter().map(|product| {
        let numbers = product.interfaces.iter().map(|name| {
            interfaces.iter().position(|known| known == name).unwrap_or_else(|| {
                interfaces.push(name.clone());
                interfaces.len() - 1
            })
        });
        numbers.collect()
    }));
    let host_numbers: HashMap<&str, usize> = hosts.iter().enumerate().map(|(number, host)| (*host, number)).collect();
    let flow_hosts =
        Lists::of(catalog.flows.iter().map(|flow| flow.hosts.iter().map(|host| host_numbers[host.as_str()]).collect()));
    let host_index = TextIndex::of(&hosts);
    let hosts = hosts.into_iter().map(str::to_string).collect();
    let host_lists = of_hosts.iter().map(|flows| lists.number(flows)).collect();
    let mut flow_specs = vec![0];
    for flow in &catalog.flows {
        flow_specs.push(flow_specs[flow_specs.len() - 1] + flow.specs.len());
    }
    Packed {
        ids,
        vendors,
        vendor_products: Lists::of(group(catalog.vendors.len(), &catalog.products, |product| vec![product.vendor])),
        products,
        product_interfaces,
        interfaces,
        peers,
        peer_includes: Lists::of(catalog.peers.iter().map(|peer| peer.includes.clone())),
        services,
        flows: Table::of(catalog.flows.iter().map(flow_row)),
        flow_specs,
        specs: Table::of(catalog.flows.iter().flat_map(|flow| &flow.specs).map(|spec| (spec_row(spec), []))),
        flow_hosts,
        hosts,
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
        for key in keys(item) {
            if lists[key].last() != Some(&place) {
                lists[key].push(place);
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
    numbers[peer::KIND] = place(PeerKind::ALL, peer.kind);
    numbers[peer::FLOWS] = flows;
    let mut texts = [""; peer::TEXTS];
    texts[peer::NAME] = &peer.name;
    texts[peer::DESCRIPTION] = &peer.description;
    (numbers, texts)
}

fn service_row(service: &Service, flows: usize) -> ([usize; service::NUMBERS], [&str; service::TEXTS]) {
    let mut numbers = [0; service::NUMBERS];
    numbers[service::PORT] = service.port.map_or(0, usize::from);
    numbers[service::TRANSPORTS] = bits(service.transports.iter().map(|transport| place(Transport::ALL, *transport)));
    numbers[service::FLOWS] = flows;
    let mut texts = [""; service::TEXTS];
    texts[service::NAME] = &service.name;
    texts[service::DESCRIPTION] = &service.description;
    (numbers, texts)
}

fn flow_row(flow: &Flow) -> ([usize; flow::NUMBERS], [&str; flow::TEXTS]) {
    let mut numbers = [0; flow::NUMBERS];
    numbers[flow::PRODUCT] = flow.product;
    numbers[flow::PEER] = flow.peer;
    numbers[flow::DIRECTION] = place(Direction::ALL, flow.direction);
    numbers[flow::REQUIREMENT] = place(Requirement::ALL, flow.requirement);
    numbers[flow::CONFIGURABLE] = usize::from(flow.configurable);
    numbers[flow::INTERFACES] = bits(flow.interfaces.iter().copied());
    numbers[flow::RECOMMENDED] = flow.recommended_interface.map_or(0, |interface| interface + 1);
    numbers[flow::CURATED] = bits(flow.curated.iter().map(|fact| place(Fact::ALL, *fact)));
    numbers[flow::ROW] = flow.row as usize;
    let mut texts = [""; flow::TEXTS];
    texts[flow::PURPOSE] = &flow.purpose;
    texts[flow::CONDITION] = optional(flow.condition.as_ref());
    texts[flow::CUSTOMIZATION] = optional(flow.customization.as_ref());
    texts[flow::NOTE] = optional(flow.note.as_ref());
    texts[flow::SECTION] = optional(flow.section.as_ref());
    texts[flow::PRINTED_PEER] = optional(flow.printed_peer.as_ref());
    texts[flow::PRINTED_LABEL] = optional(flow.printed_label.as_ref());
    texts[flow::PRINTED_PORTS] = optional(flow.printed_ports.as_ref());
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

/// Every host name and every domain above one, sorted, and the flows to each or to a name under it.
fn flows_under_hosts(catalog: &Catalog) -> (Vec<&str>, Vec<Vec<usize>>) {
    let mut under = Vec::new();
    for (number, flow) in catalog.flows.iter().enumerate() {
        for host in &flow.hosts {
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
            Some(of_name) if of_name.last() == Some(&number) => {}
            Some(of_name) => of_name.push(number),
            None => {
                names.push(name);
                flows.push(vec![number]);
            }
        }
    }
    (names, flows)
}

/// The flows that are open at a port: which, over what, and by how many of their specs.
struct Open {
    flow: usize,
    transport: Transport,
    specs: usize,
}

/// The flows of every port. Between two neighbouring starts or ends of a range nothing changes, so only those are looked at.
fn port_index(catalog: &Catalog, lists: &mut Distinct) -> PortIndex {
    const PORTS: usize = port::PAGES * port::PAGE;
    let mut ways = [Transport::Any; port::WAYS];
    ways[port::TCP] = Transport::Tcp;
    ways[port::UDP] = Transport::Udp;

    let mut list_of_port = vec![0; port::WAYS * PORTS];
    let mut open: Vec<Open> = Vec::new();
    let mut edges = edges(catalog).into_iter().peekable();
    while let Some([port, flow, transport, begins]) = edges.next() {
        let transport = Transport::ALL[transport];
        // What is open stays sorted by its flow, and so does what is told of it.
        let place = open.partition_point(|known| (known.flow, known.transport) < (flow, transport));
        match open.get_mut(place).filter(|known| (known.flow, known.transport) == (flow, transport)) {
            Some(known) => known.specs = known.specs + begins - (1 - begins),
            None => open.insert(place, Open { flow, transport, specs: 1 }),
        }
        if open[place].specs == 0 {
            open.remove(place);
        }
        let next = edges.peek().map_or(PORTS, |edge| edge[0]);
        if port < next {
            for (way, asked) in ways.iter().enumerate() {
                let meeting = open.iter().filter(|known| known.transport.overlaps(*asked));
                let mut flows: Vec<usize> = meeting.map(|known| known.flow).collect();
                flows.dedup();
                list_of_port[way * PORTS + port..way * PORTS + next].fill(lists.number(&flows));
            }
        }
    }

    let mut distinct = Distinct::new();
    let mut pages: Vec<usize> = Vec::new();
    for page in list_of_port.chunks_exact(port::PAGE) {
        // Most pages are like the one before: to see that is a hundred times quicker than to look them up.
        let same = pages.last().copied().filter(|before| distinct.lists[*before] == page);
        pages.push(same.unwrap_or_else(|| distinct.number(page)));
    }
    PortIndex { pages, lists: distinct.lists.concat() }
}

/// Where the ranges of all flows begin, and where they have ended: the port, the flow, the transport's place, and 1 for a
/// beginning; sorted.
fn edges(catalog: &Catalog) -> Vec<[usize; 4]> {
    let mut edges = Vec::new();
    for (number, flow) in catalog.flows.iter().enumerate() {
        for spec in &flow.specs {
            if let (Some(transport), Some(range)) = (spec.transport(), spec.range()) {
                let transport = place(Transport::ALL, transport);
                edges.push([range.first().into(), number, transport, 1]);
                edges.push([usize::from(range.last()) + 1, number, transport, 0]);
            }
        }
    }
    edges.sort_unstable();
    edges
}
