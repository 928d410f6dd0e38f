//! Tests of conflicts on the fixture catalog, compared with a plain scan of every port.

use port_catalog_tests::fixture;
use port_core::{Direction, PortRange, Transport};

use super::{Conflicts, Endpoint};
use crate::dataset::{Dataset, Flow};
use crate::protocol::Protocol;

fn dataset() -> Dataset {
    Dataset::from_tables(&port_data::read(&fixture::tables()).unwrap())
}

/// The collisions of products: ports, products, and whether they are avoidable.
fn collisions(products: &[&str]) -> Vec<String> {
    let dataset = dataset();
    let line = |endpoint: &Endpoint| {
        let products: Vec<&str> = endpoint.products().map(|(product, _)| product).collect();
        let range = endpoint.range.map(|range| format!("/{range}")).unwrap_or_default();
        let certain = if endpoint.is_certain() { "" } else { " perhaps" };
        let avoidable = if endpoint.avoidable { ", avoidable" } else { "" };
        format!("{}{range}{certain}: {}{avoidable}", endpoint.protocol, products.join(" "))
    };
    Conflicts::new(&dataset, products).collisions().map(line).collect()
}

#[test]
fn products_collide_at_ports_on_which_both_listen() {
    assert_eq!(collisions(&["mailgate", "archive"]), ["tcp/25: mailgate archive, avoidable"]);
    assert_eq!(
        collisions(&["filter-suite", "mailgate"]),
        ["tcp/25 perhaps: filter-suite mailgate, avoidable", "tcp/443 perhaps: filter-suite mailgate, avoidable"]
    );
    assert_eq!(
        collisions(&["filter-suite", "archive"]),
        ["tcp/25 perhaps: filter-suite archive, avoidable", "udp/161: filter-suite archive"]
    );
    assert_eq!(collisions(&["mailgate", "endpoint"]), Vec::<String>::new());
}

/// Whether a product listens on a port, according to every spec of every flow.
fn listens(dataset: &Dataset, product: &str, transport: Transport, port: u16) -> bool {
    let inbound = |flow: &&Flow| flow.direction == Direction::Inbound;
    dataset.flows_of(product).filter(inbound).any(|flow| flow.ports.iter().any(|spec| spec.matches(transport, port)))
}

#[test]
fn endpoints_agree_with_a_scan_of_every_port_for_every_choice_of_products() {
    let dataset = dataset();
    let all: Vec<&str> = dataset.products.iter().map(|product| product.id.as_str()).collect();
    for (transport, protocol) in [(Transport::Tcp, Protocol::TCP), (Transport::Udp, Protocol::UDP)] {
        // For each port a bit for each product that listens there.
        let bit = |product: &str| 1_u32 << all.iter().position(|one| *one == product).unwrap();
        let plain: Vec<u32> = (0..=u16::MAX)
            .map(|port| all.iter().filter(|one| listens(&dataset, one, transport, port)).map(|one| bit(one)).sum())
            .collect();
        let mut collided = 0;
        for choice in 1_u32..1 << all.len() {
            let products: Vec<&str> = all.iter().copied().filter(|one| choice & bit(one) != 0).collect();
            let conflicts = Conflicts::new(&dataset, &products);
            let mut found = vec![0_u32; plain.len()];
            for endpoint in conflicts.endpoints.iter().filter(|endpoint| endpoint.protocol == protocol) {
                let here: u32 = endpoint.products().map(|(product, _)| bit(product)).sum();
                assert_eq!(endpoint.collides(), here.count_ones() > 1);
                collided += usize::from(endpoint.collides());
                let range = endpoint.range.unwrap();
                for port in range.first()..=range.last() {
                    assert_eq!(found[usize::from(port)], 0, "{transport}/{port} is in one endpoint");
                    found[usize::from(port)] = here;
                }
            }
            let expected: Vec<u32> = plain.iter().map(|products| products & choice).collect();
            assert!(found == expected, "{products:?} {transport}");
        }
        assert!(collided > 0, "{protocol}");
    }
}

#[test]
fn an_alternative_is_free_if_no_other_product_listens_there() {
    let dataset = dataset();
    let all: Vec<&str> = dataset.products.iter().map(|product| product.id.as_str()).collect();
    for one in &all {
        for other in all.iter().filter(|other| *other != one) {
            for listener in Conflicts::new(&dataset, &[one, other]).listeners {
                let others = if listener.flow.product == *one { other } else { one };
                let is_free = |range: PortRange, transport: Transport| {
                    let transports: &[Transport] =
                        if transport == Transport::Any { &[Transport::Tcp, Transport::Udp] } else { &[transport] };
                    (range.first()..=range.last())
                        .all(|port| transports.iter().all(|own| !listens(&dataset, others, *own, port)))
                };
                for alternative in &listener.alternatives {
                    let place = alternative.spec.range().zip(alternative.spec.transport());
                    let expected = place.is_some_and(|(range, transport)| is_free(range, transport));
                    assert_eq!(alternative.free, expected, "{listener:?}");
                }
            }
        }
    }
}
