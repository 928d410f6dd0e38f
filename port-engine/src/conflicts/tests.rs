//! What collides, told; and for all products, against a plain scan of every port.

use port_catalog::{Direction, Flow, Product, Transport};

use super::{Place, can_move, listeners, places};

/// What the places of products collide in: ports, products, and whether it can be avoided.
fn collisions(products: &[Product]) -> Vec<String> {
    let listeners = listeners(products);
    let told = |place: &Place| {
        let products: Vec<String> = place
            .products()
            .map(|(product, listeners)| format!("{product}{}", if can_move(listeners) { "*" } else { "" }))
            .collect();
        let range = place.range.map(|range| format!("/{range}")).unwrap_or_default();
        let certain = if place.is_certain() { "" } else { " perhaps" };
        let avoidable = if place.is_avoidable() { ", avoidable" } else { "" };
        format!("{}{range}{certain}: {}{avoidable}", place.transport, products.join(" "))
    };
    places(&listeners).iter().filter(|place| place.collides()).map(told).collect()
}

#[test]
fn products_collide_where_both_listen_and_a_star_can_move() {
    assert_eq!(
        collisions(&[Product::FortiMail, Product::SecurityGateway]),
        [
            "tcp/25: fortimail securitygateway",
            "tcp/80: fortimail securitygateway",
            // Two flows of FortiMail use 443, and either has another port that is free.
            "tcp/443: fortimail* securitygateway, avoidable",
            // Its other alternative is 25, which collides too.
            "tcp/465: fortimail securitygateway",
        ]
    );
    assert_eq!(
        collisions(&[Product::ForcepointEmailSecurity, Product::FortiMail]),
        [
            "tcp/25 perhaps: forcepoint-email-security fortimail",
            "udp/9443 perhaps: forcepoint-email-security fortimail"
        ]
    );
    assert_eq!(collisions(&[Product::FortiMail, Product::FortiClient]), Vec::<String>::new());
}

/// Whether a product listens at a port, by asking every spec of every flow.
fn listens(product: Product, transport: Transport, port: u16) -> bool {
    let inbound = |flow: &Flow| flow.direction() == Direction::Inbound;
    product.flows().filter(inbound).any(|flow| flow.ports().any(|spec| spec.matches(transport, port)))
}

#[test]
fn places_are_what_a_plain_scan_of_every_port_finds_for_every_choice_of_products() {
    for transport in [Transport::Tcp, Transport::Udp] {
        // For each port the products that listen there, a bit for each.
        let bit = |product: Product| 1_u32 << Product::ALL.iter().position(|one| *one == product).unwrap();
        let plain: Vec<u32> = (0..=u16::MAX)
            .map(|port| Product::ALL.iter().filter(|one| listens(**one, transport, port)).map(|one| bit(*one)).sum())
            .collect();
        let mut collided = 0;
        for choice in 1_u32..1 << Product::ALL.len() {
            let products: Vec<Product> = Product::ALL.iter().copied().filter(|one| choice & bit(*one) != 0).collect();
            let listeners = listeners(&products);
            let mut found = vec![0_u32; plain.len()];
            for place in places(&listeners).iter().filter(|place| place.transport == transport) {
                let there: u32 = place.products().map(|(product, _)| bit(product)).sum();
                assert_eq!(place.collides(), there.count_ones() > 1);
                collided += usize::from(place.collides());
                let range = place.range.unwrap();
                for port in range.first()..=range.last() {
                    assert_eq!(found[usize::from(port)], 0, "{transport}/{port} is at one place");
                    found[usize::from(port)] = there;
                }
            }
            let expected: Vec<u32> = plain.iter().map(|products| products & choice).collect();
            assert!(found == expected, "{products:?} {transport}");
        }
        assert!(collided > 0);
    }
}

#[test]
fn ways_out_are_what_a_plain_look_at_the_flows_finds() {
    for one in Product::ALL {
        for other in Product::ALL {
            if one == other {
                continue;
            }
            for listener in listeners(&[*one, *other]) {
                let others = if listener.product == *one { *other } else { *one };
                let is_free = |range: port_catalog::PortRange, transport: Transport| {
                    let transports: &[Transport] =
                        if transport == Transport::Any { &[Transport::Tcp, Transport::Udp] } else { &[transport] };
                    (range.first()..=range.last())
                        .all(|port| transports.iter().all(|transport| !listens(others, *transport, port)))
                };
                let alternatives = listener
                    .flow
                    .ports()
                    .filter(|spec| *spec != listener.spec && spec.group() == listener.spec.group());
                let free = alternatives
                    .filter_map(|spec| spec.range().zip(spec.transport()))
                    .any(|(range, transport)| is_free(range, transport));
                assert_eq!(listener.can_move(), free || listener.flow.configurable(), "{listener:?}");
            }
        }
    }
}

#[test]
fn no_width_breaks_the_id_of_a_flow() {
    let products = [Product::FortiMail, Product::SecurityGateway, Product::ForcepointEmailSecurity];
    let listeners = listeners(&products);
    let places = places(&listeners);
    let collisions: Vec<&Place> = places.iter().filter(|place| place.collides()).collect();
    for width in (1..300).step_by(3).map(Some).chain([None]) {
        let text = super::report::table(&products, &listeners, &places, &collisions, width);
        for listener in &listeners {
            assert!(text.contains(listener.flow.id().as_str()), "{width:?} {}", listener.flow.id());
        }
    }
}
