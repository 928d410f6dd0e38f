//! Tests of conflicts on the fixture catalog, compared with a plain scan of every port.

use port_catalog_tests::fixture;
use port_core::{Direction, PortRange, Transport};

use super::{ConflictFinding, Conflicts, Endpoint, Participant};
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
        let certain = if endpoint.uncertainties().is_empty() { "" } else { " perhaps" };
        let avoidable = if endpoint.avoidable { ", avoidable" } else { "" };
        format!("{}{range}{certain}: {}{avoidable}", endpoint.protocol, products.join(" "))
    };
    Conflicts::new(&Participant::products(&dataset, products)).collisions().map(line).collect()
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
            let participants = Participant::products(&dataset, &products);
            let conflicts = Conflicts::new(&participants);
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
            let participants = Participant::products(&dataset, &[one, other]);
            for listener in Conflicts::new(&participants).listeners {
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

fn editions() -> Dataset {
    Dataset::from_tables(&port_data::read(&fixture::editions()).unwrap())
}

/// The ports at which participants collide.
fn places(participants: &[Participant]) -> Vec<String> {
    let conflicts = Conflicts::new(participants);
    let place = |endpoint: &Endpoint| {
        let range = endpoint.range.map(|range| format!("/{range}")).unwrap_or_default();
        let reasons: Vec<&str> = endpoint.uncertainties().iter().map(|reason| reason.as_str()).collect();
        format!("{}{range} {}", endpoint.protocol, reasons.join(" ")).trim().to_string()
    };
    conflicts.collisions().map(place).collect()
}

#[test]
fn two_editions_collide_at_every_port_that_both_use() {
    let dataset = editions();
    let both = ["1.0", "2.0"].map(|edition| Participant::edition(&dataset, "cluster", edition));
    assert_eq!(
        places(&both),
        [
            "tcp/2379",
            "tcp/10250",
            "tcp/10259",
            "tcp/30000-30442 transport",
            "tcp/30443 transport",
            "tcp/30444-32767 transport",
            "udp/500",
            "udp/4500",
            "udp/4789 groups",
            "udp/8472 groups",
            "udp/30000-32767 transport",
            "esp protocol",
            "ah protocol",
            "gre protocol",
            "ipip protocol",
            "vrrp protocol",
            "ip/99 protocol",
        ]
    );
    let conflicts = Conflicts::new(&both);
    assert_eq!(conflicts.products, ["cluster@1.0", "cluster@2.0"]);
    // Both have a flow within pods, and ICMP is answered by the host.
    assert_eq!(conflicts.within_pods, 2);
    let icmp = conflicts.endpoints.iter().filter(|endpoint| endpoint.protocol.is_icmp());
    assert_eq!(icmp.map(|endpoint| endpoint.products().count()).collect::<Vec<_>>(), [2, 2]);
    // Only an older edition uses 8443, and only the newer one SCTP.
    let listens = |protocol: Protocol, port: u16| {
        let at = |endpoint: &&Endpoint| {
            endpoint.protocol == protocol && endpoint.range.is_some_and(|own| own.contains(port))
        };
        let endpoint = conflicts.endpoints.iter().find(at).unwrap();
        endpoint.products().map(|(product, _)| product).collect::<Vec<_>>()
    };
    assert_eq!(listens(Protocol::TCP, 8443), ["cluster@1.0"]);
    assert_eq!(listens(Protocol::SCTP, 36412), ["cluster@2.0"]);
}

#[test]
fn exact_ports_are_listed_before_ranges() {
    let dataset = editions();
    let cluster = Participant::products(&dataset, &["cluster"]);
    let conflicts = Conflicts::new(&cluster);
    let endpoint = conflicts.endpoints.iter().find(|endpoint| endpoint.range == PortRange::new(30443, 30443)).unwrap();
    let ids: Vec<&str> = endpoint.listeners.iter().map(|listener| listener.flow.id.as_str()).collect();
    assert_eq!(ids, ["cluster-in-cluster-federation", "cluster-in-client-services"]);
}

#[test]
fn two_components_of_a_product_collide_only_if_both_are_compared() {
    let mut dataset = editions();
    let health = dataset.flows.iter().find(|flow| flow.id == "cluster-in-client-health").unwrap();
    let mut worker = health.clone();
    worker.id = "cluster-in-client-worker-health".to_string();
    worker.component = Some("worker".to_string());
    worker.scope = port_core::Scope::Network;
    dataset.flows.push(worker);
    let parts = |components: &[&str]| {
        let components: Vec<String> = components.iter().map(ToString::to_string).collect();
        Participant::products(&dataset, &["cluster"])
            .into_iter()
            .flat_map(|own| own.parts(&components))
            .collect::<Vec<_>>()
    };
    assert_eq!(places(&parts(&[])), Vec::<String>::new());
    assert_eq!(places(&parts(&["worker"])), Vec::<String>::new());
    // The one within the host takes the port of the loopback address.
    let both = parts(&["control-plane", "worker"]);
    assert_eq!(
        both.iter().map(|own| own.name.as_str()).collect::<Vec<_>>(),
        ["cluster/control-plane", "cluster/worker"]
    );
    assert_eq!(places(&both), ["tcp/10259", "tcp/30443 transport"]);
    assert_eq!(both.iter().map(|own| own.flows.len()).sum::<usize>(), dataset.flows_of("cluster").count());
    // A product that doesn't distinguish these parts stays whole.
    let console = Participant::products(&dataset, &["console"]).remove(0);
    assert_eq!(console.clone().parts(&["worker".to_string()]), [console]);
}

#[test]
fn sctp_ports_collide_with_sctp_ports_only() {
    let mut dataset = editions();
    let signalling = dataset.flows.iter().find(|flow| flow.id == "cluster-in-client-signalling").unwrap().clone();
    for (transport, collides) in [(Transport::Sctp, true), (Transport::Tcp, false), (Transport::Any, false)] {
        let mut other = signalling.clone();
        other.product = "other".to_string();
        other.ports =
            vec![crate::dataset::PortSpec::from_parts(Some(transport), PortRange::new(36412, 36412), None, 0, None)];
        dataset.flows.push(other);
        let participants = Participant::products(&dataset, &["cluster", "other"]);
        let conflicts = Conflicts::new(&participants);
        assert_eq!(conflicts.count(ConflictFinding::Collision) == 1, collides, "{transport}");
        dataset.flows.pop();
    }
}
