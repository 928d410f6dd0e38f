//! Compares queries, alone and combined, with a naive scan of the tables.

use std::collections::{BTreeMap, BTreeSet};

use port_catalog::{Direction, Peer, Product, Service, Transport, Vendor, query};
use port_catalog_tests::{Row, flow_rows, plain_specs, rows, transport_matches};

/// A flow, read from the tables.
struct PlainFlow {
    id: String,
    vendor: String,
    product: String,
    direction: String,
    peers: BTreeSet<String>,
    services: BTreeSet<String>,
    hosts: Vec<String>,
    row: Row,
}

fn plain_flows() -> Vec<PlainFlow> {
    let vendor_by_product: BTreeMap<String, String> =
        rows("products").into_iter().map(|row| (row["id"].clone(), row["vendor"].clone())).collect();
    let included: BTreeMap<String, String> =
        rows("peers").into_iter().map(|row| (row["id"].clone(), row["includes"].clone())).collect();
    let items = |cell: &str| cell.split(", ").filter(|item| !item.is_empty()).map(str::to_string).collect::<Vec<_>>();
    let plain = |(product, row): (String, Row)| PlainFlow {
        id: row["id"].clone(),
        vendor: vendor_by_product[&product].clone(),
        direction: row["direction"].clone(),
        peers: items(&included[&row["peer"]]).into_iter().chain([row["peer"].clone()]).collect(),
        services: plain_specs(&row["ports"]).into_iter().map(|spec| spec.service).collect(),
        hosts: items(&row["hosts"]),
        product,
        row,
    };
    flow_rows().into_iter().map(plain).collect()
}

/// The filters of a query; `None` is every value.
type Filters = (Option<Vendor>, Option<Product>, Option<Direction>, Option<Peer>, Option<Service>);

/// Every combination of filters that finds one of the flows, and as many with one value that another flow has, most of which find
/// nothing.
fn combinations() -> BTreeSet<Filters> {
    let flows: Vec<_> = query().flows().collect();
    let mut combinations = BTreeSet::new();
    for (index, flow) in flows.iter().enumerate() {
        let other = flows[(index * 7 + 11) % flows.len()];
        let services: BTreeSet<_> = flow.ports().map(|spec| spec.service()).chain([None]).collect();
        for (service, mask) in services.into_iter().flat_map(|service| (0..32).map(move |mask| (service, mask))) {
            let has = |bit: u8| mask & 1 << bit != 0;
            let filters = (
                has(0).then(|| flow.vendor()),
                has(1).then(|| flow.product()),
                has(2).then(|| flow.direction()),
                has(3).then(|| flow.peer()),
                service,
            );
            combinations.insert(filters);
            if has(4) {
                combinations.insert((filters.0.map(|_| other.vendor()), filters.1, filters.2, filters.3, filters.4));
                combinations.insert((filters.0, filters.1.map(|_| other.product()), filters.2, filters.3, filters.4));
                combinations.insert((filters.0, filters.1, filters.2, filters.3.map(|_| other.peer()), filters.4));
            }
        }
    }
    combinations
}

#[test]
fn combinations_of_filters_find_what_a_scan_finds() {
    let flows = plain_flows();
    let (mut found_flows, mut empty) = (0, 0);
    for (vendor, product, direction, peer, service) in combinations() {
        let mut combined = query();
        if let Some(vendor) = vendor {
            combined = combined.vendor(vendor);
        }
        if let Some(product) = product {
            combined = combined.product(product);
        }
        if let Some(direction) = direction {
            combined = combined.direction(direction);
        }
        if let Some(peer) = peer {
            combined = combined.peer(peer);
        }
        if let Some(service) = service {
            combined = combined.service(service);
        }
        let scanned = flows.iter().filter(|flow| {
            vendor.is_none_or(|vendor| flow.vendor == vendor.as_str())
                && product.is_none_or(|product| flow.product == product.as_str())
                && direction.is_none_or(|direction| flow.direction == direction.as_str())
                && peer.is_none_or(|peer| flow.peers.contains(peer.as_str()))
                && service.is_none_or(|service| flow.services.contains(service.as_str()))
        });
        let scanned: Vec<&str> = scanned.map(|flow| flow.id.as_str()).collect();
        let found: Vec<&str> = combined.flows().map(|flow| flow.id().as_str()).collect();
        assert_eq!(found, scanned, "{combined:?}");
        found_flows += found.len();
        empty += usize::from(found.is_empty());
    }
    assert!(found_flows > 10_000 && empty > 1_000, "{found_flows} found, {empty} queries without a flow");
}

#[test]
fn the_flow_list_of_each_id_is_what_a_scan_finds() {
    let flows = plain_flows();
    let ids = |matches: &dyn Fn(&PlainFlow) -> bool| {
        flows.iter().filter(|flow| matches(flow)).map(|flow| flow.id.clone()).collect::<Vec<_>>()
    };
    let texts = |found: port_catalog::Flows| found.map(|flow| flow.id().to_string()).collect::<Vec<_>>();
    for vendor in Vendor::ALL {
        assert_eq!(texts(vendor.flows()), ids(&|flow| flow.vendor == vendor.as_str()));
        assert!(vendor.products().all(|product| product.vendor() == *vendor));
    }
    for product in Product::ALL {
        assert_eq!(texts(product.flows()), ids(&|flow| flow.product == product.as_str()));
        assert!(product.vendor().products().any(|sibling| sibling == *product));
    }
    for peer in Peer::ALL {
        assert_eq!(texts(peer.flows()), ids(&|flow| flow.peers.contains(peer.as_str())));
    }
    for service in Service::ALL {
        assert_eq!(texts(service.flows()), ids(&|flow| flow.services.contains(service.as_str())));
    }
}

#[test]
fn a_host_is_found_by_its_name_and_by_every_domain_above_it() {
    let flows = plain_flows();
    let mut names: BTreeSet<String> =
        ["", ".", "nothing.example", "xctmail.com", "tmail.com", "ail.com"].map(str::to_string).into();
    for host in flows.iter().flat_map(|flow| &flow.hosts) {
        let labels: Vec<&str> = host.split('.').collect();
        names.extend((0..labels.len()).map(|start| labels[start..].join(".")));
        names.insert(format!("x{host}"));
        names.insert(format!("www.{host}"));
    }
    assert!(names.len() > 60);
    for name in &names {
        let suffix = format!(".{name}");
        let is_below = |host: &str| host.strip_prefix('*').is_some_and(|domain| name.ends_with(domain));
        let matches = |flow: &PlainFlow| {
            let is_found = |host: &String| host == name || host.ends_with(&suffix) || is_below(host);
            !name.is_empty() && flow.hosts.iter().any(is_found)
        };
        let scanned: Vec<&str> = flows.iter().filter(|flow| matches(flow)).map(|flow| flow.id.as_str()).collect();
        for spelling in [name.clone(), name.to_uppercase(), format!("{name}.")] {
            let found: Vec<&str> = query().host(&spelling).flows().map(|flow| flow.id().as_str()).collect();
            assert_eq!(found, scanned, "{spelling:?}");
            for product in Product::ALL {
                let narrowed = query().product(*product).host(&spelling).flows().count();
                let scanned_of_product = flows.iter().filter(|flow| matches(flow) && flow.product == product.as_str());
                assert_eq!(narrowed, scanned_of_product.count(), "{spelling:?} {product}");
            }
        }
    }
    assert_eq!(query().host(&"x".repeat(100_000)).flows().count(), 0);
}

#[test]
fn a_port_combines_with_other_filters() {
    let flows = plain_flows();
    for product in Product::ALL {
        for port in [25, 53, 80, 443, 514, 17500, 17510, 17515, 17516] {
            for transport in [Transport::Tcp, Transport::Udp, Transport::Any] {
                let found = query().port(transport, port).product(*product).direction(Direction::Outbound).flows();
                let scanned = flows.iter().filter(|flow| {
                    flow.product == product.as_str()
                        && flow.direction == "outbound"
                        && plain_specs(&flow.row["ports"]).iter().any(|spec| {
                            transport_matches(&spec.transport, transport.as_str())
                                && spec.ports.is_some_and(|(first, last)| (first..=last).contains(&port))
                        })
                });
                assert_eq!(found.count(), scanned.count(), "{product} {port}/{transport}");
            }
        }
    }
}
