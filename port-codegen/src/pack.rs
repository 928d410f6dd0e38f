//! Packs a catalog into the columns of numbers and texts that the static tables contain.
//!
//! `port_core::layout` defines the columns and the meaning of their numbers.
//!
//! Every project that depends on the catalog compiles this file, so it uses one hash map type and one kind of sort throughout.

use std::collections::HashMap;

use port_core::layout::{edition, peer, product, service, vendor};
use port_core::{PeerKind, PortSpec, Transport};
use port_data::{Catalog, Edition, Flow, Peer, Product, Service, Vendor};

use crate::cells::{bits, index_of, optional};
use crate::flow_lists::FlowListInterner;
use crate::flow_rows::FlowRows;
use crate::packed::{Ids, Lists, Packed, Table};
use crate::port_index::port_index;
use crate::text_index::TextIndex;

/// Packs the tables of a catalog. One function, since the order in which lists are numbered decides how small the numbers are.
#[must_use]
pub fn pack(catalog: &Catalog) -> Packed {
    let newest = &catalog.flows[..catalog.flow_ids];
    let ids = [
        Ids::new(catalog.vendors.iter().map(|vendor| &vendor.id)),
        Ids::new(catalog.products.iter().map(|product| &product.id)),
        Ids::new(catalog.peers.iter().map(|peer| &peer.id)),
        Ids::new(catalog.services.iter().map(|service| &service.id)),
        Ids::new(newest.iter().map(|flow| &flow.row.id)),
    ];
    // Indexes list the flows of the newest editions only.
    let product_editions = starts(catalog.products.len(), catalog.editions.iter().map(|edition| edition.product));
    let is_current = |flow: &Flow| flow.edition + 1 == product_editions[flow.product + 1];
    let current: Vec<Option<&Flow>> = newest.iter().map(|flow| Some(flow).filter(|flow| is_current(flow))).collect();
    // The port index comes first, so that its list numbers are the lowest.
    let mut lists = FlowListInterner::new();
    let ports = port_index(&current, &mut lists);
    let by =
        |count, keys: &dyn Fn(&Flow) -> Vec<usize>| group(count, &current, |flow| flow.map(keys).unwrap_or_default());
    let flows_by_vendor = by(catalog.vendors.len(), &|flow| vec![catalog.products[flow.product].vendor]);
    let flows_by_product = by(catalog.products.len(), &|flow| vec![flow.product]);
    let flows_by_peer =
        by(catalog.peers.len(), &|flow| [vec![flow.row.peer], catalog.peers[flow.row.peer].includes.clone()].concat());
    let flows_by_service =
        by(catalog.services.len(), &|flow| flow.row.specs.iter().filter_map(PortSpec::service).collect());
    let mut flows_by_edition = group(catalog.editions.len(), &catalog.flows, |flow| vec![flow.edition]);
    for flows in &mut flows_by_edition {
        // Rows that a newer edition has too come after all ids. Flows of one row have the table's order.
        flows.sort_by_key(|flow| (catalog.flows[*flow].row.row, catalog.flows[*flow].position));
    }
    let hosts = Hosts::new(catalog, &current);

    let vendors = catalog.vendors.iter().zip(flows_by_vendor);
    let vendors = Table::new(vendors.map(|(vendor, flows)| vendor_row(vendor, lists.number(&flows))));
    let products = catalog.products.iter().zip(flows_by_product);
    let products = Table::new(products.map(|(product, flows)| product_row(product, lists.number(&flows))));
    let editions = catalog.editions.iter().zip(flows_by_edition);
    let editions = Table::new(editions.map(|(edition, flows)| edition_row(edition, lists.number(&flows))));
    let peers = catalog.peers.iter().zip(flows_by_peer);
    let peers = Table::new(peers.map(|(peer, flows)| peer_row(peer, lists.number(&flows))));
    let services = catalog.services.iter().zip(flows_by_service);
    let services = Table::new(services.map(|(service, flows)| service_row(service, lists.number(&flows))));

    let mut names = Names::default();
    let product_interfaces = Lists::new(catalog.products.iter().map(|product| names.numbers(&product.interfaces)));
    let product_components = Lists::new(catalog.products.iter().map(|product| names.numbers(&product.components)));
    let host_numbers: HashMap<&str, usize> =
        hosts.names.iter().enumerate().map(|(number, host)| (*host, number)).collect();
    let host_index = TextIndex::new(&hosts.names);
    let host_flows = hosts.flows.iter().map(|flows| lists.number(flows)).collect();
    let host_covering = hosts.covering.iter().map(|flows| lists.number(flows)).collect();
    let rows = FlowRows::new(catalog, &host_numbers);
    Packed {
        ids,
        vendors,
        vendor_products: Lists::new(group(catalog.vendors.len(), &catalog.products, |product| vec![product.vendor])),
        products,
        product_interfaces,
        product_components,
        names: names.names,
        editions,
        product_editions,
        peers,
        peer_includes: Lists::new(catalog.peers.iter().map(|peer| peer.includes.clone())),
        services,
        flows: rows.newest,
        profiles: rows.profiles,
        older: rows.older,
        spec_lists: rows.spec_lists,
        specs: rows.specs,
        host_lists: rows.host_lists,
        hosts: hosts.names.iter().map(|host| (*host).to_string()).collect(),
        host_index,
        host_flows,
        host_covering,
        ports,
        flow_lists: lists.into_columns(),
    }
}

/// Names, each once.
#[derive(Default)]
struct Names {
    names: Vec<String>,
}

impl Names {
    fn numbers(&mut self, names: &[String]) -> Vec<usize> {
        let mut number = |name: &String| {
            self.names.iter().position(|known| known == name).unwrap_or_else(|| {
                self.names.push(name.clone());
                self.names.len() - 1
            })
        };
        names.iter().map(&mut number).collect()
    }
}

/// Where the items of each of `count` keys start in a sorted list of keys, and the end of the list.
fn starts(count: usize, keys: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut starts = vec![0; count + 1];
    keys.for_each(|key| starts[key + 1] += 1);
    for key in 0..count {
        starts[key + 1] += starts[key];
    }
    starts
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
    texts[product::FIELD] = optional(product.field.as_ref());
    (numbers, texts)
}

fn edition_row(edition: &Edition, flows: usize) -> ([usize; edition::NUMBERS], [&str; edition::TEXTS]) {
    let mut numbers = [0; edition::NUMBERS];
    numbers[edition::PRODUCT] = edition.product;
    numbers[edition::FLOWS] = flows;
    numbers[edition::COMPLETE] = usize::from(edition.is_complete);
    let mut texts = [""; edition::TEXTS];
    texts[edition::NAME] = &edition.id;
    texts[edition::PRINTED] = &edition.printed;
    texts[edition::DOCUMENT] = &edition.document;
    texts[edition::URL] = &edition.url;
    texts[edition::SOURCE] = optional(edition.source.as_ref());
    texts[edition::LICENCE] = optional(edition.licence.as_ref());
    texts[edition::RETRIEVED] = optional(edition.retrieved.as_ref());
    texts[edition::NOTE] = optional(edition.note.as_ref());
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

/// The host names, and the flows of each.
struct Hosts<'a> {
    /// Every host name and every domain above one, sorted.
    names: Vec<&'a str>,
    /// The flows to each, to a name below it, or to a wildcard that covers it.
    flows: Vec<Vec<usize>>,
    /// The flows to each wildcard, or to a wildcard that covers it; empty for other names.
    covering: Vec<Vec<usize>>,
}

impl<'a> Hosts<'a> {
    fn new(catalog: &'a Catalog, current: &[Option<&'a Flow>]) -> Hosts<'a> {
        // The flows to each name and to those below it, and to each wildcard, by its domain.
        let mut under: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut wildcards: HashMap<&str, Vec<usize>> = HashMap::new();
        for (number, flow) in catalog.flows.iter().enumerate() {
            // Hosts that only older editions have need a number too, with an empty list.
            let flow_number = current.get(number).is_some_and(Option::is_some).then_some(number);
            for host in &flow.row.hosts {
                domains(host).for_each(|name| under.entry(name).or_default().extend(flow_number));
                if let Some(domain) = host.strip_prefix("*.") {
                    wildcards.entry(domain).or_default().extend(flow_number);
                }
            }
        }
        let mut names: Vec<&str> = under.keys().copied().collect();
        names.sort_unstable();
        let sorted = |lists: &mut dyn Iterator<Item = &Vec<usize>>| {
            let mut flows: Vec<usize> = lists.flatten().copied().collect();
            flows.sort_unstable();
            flows.dedup();
            flows
        };
        let covering = |name: &str| domains(name).filter_map(|domain| wildcards.get(domain)).collect::<Vec<_>>();
        let flows = names.iter().map(|name| sorted(&mut under.get(name).into_iter().chain(covering(name)))).collect();
        let covering = names.iter().map(|name| match name.strip_prefix("*.") {
            Some(domain) => sorted(&mut covering(domain).into_iter()),
            None => Vec::new(),
        });
        Hosts { flows, covering: covering.collect(), names }
    }
}

/// A host name and the domains above it.
fn domains(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |name| Some(name.split_once('.')?.1))
}
