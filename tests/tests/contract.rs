//! The interface that programs rely on: each of these lines compiles and means what the documentation says.

use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::str::FromStr;

use port_catalog::{
    Direction, Edition, Flow, FlowId, Flows, ParseIdError, Peer, Product, Service, Transport, Vendor, by_port, flows,
    query,
};

#[test]
fn lookups_find_flows_of_the_newest_editions() {
    assert_eq!(by_port(Transport::Tcp, 443).len(), by_port(Transport::Tcp, 443).count());
    // The edition 6.0.4 has url-rating on udp/8888.
    assert!(!by_port(Transport::Udp, 8888).any(|flow| flow.product() == Product::FortiClient));
    let ids: Vec<FlowId> =
        by_port(Transport::Tcp, 8888).map(Flow::id).filter(|id| *id == flows::FortiClient::OutUrlRating).collect();
    assert_eq!(ids, [flows::FortiClient::OutUrlRating]);
    for port in 0..=u16::MAX {
        for transport in [Transport::Tcp, Transport::Udp] {
            assert!(by_port(transport, port).all(Flow::is_current), "{transport}/{port}");
        }
    }
    let inbound = Product::FortiMail.flows().filter(|flow| flow.direction() == Direction::Inbound);
    assert!(inbound.count() > 0);
}

#[test]
fn exact_ports_come_before_ranges_and_an_unstated_transport_counts_for_tcp_and_udp() {
    // The ends of all ranges and their neighbours; tests/ports.rs has every port.
    let ranges = query().flows().flat_map(|flow| flow.ports().filter_map(|spec| spec.range()));
    let ports = ranges.flat_map(|range| {
        [range.first().saturating_sub(1), range.first(), range.last(), range.last().saturating_add(1)]
    });
    for port in ports.collect::<BTreeSet<u16>>() {
        for transport in [Transport::Tcp, Transport::Udp] {
            let is_exact = |flow: Flow| {
                let mut specs = flow.ports().filter(|spec| spec.matches(transport, port));
                specs.any(|spec| spec.range().is_some_and(|range| range.first() == range.last()))
            };
            let found = by_port(transport, port);
            assert!(found.clone().is_sorted_by_key(|flow| (!is_exact(flow), flow)), "{transport}/{port}");
            let all = query().flows().filter(|flow| flow.ports().any(|spec| spec.matches(transport, port)));
            assert_eq!(found.len(), all.count(), "{transport}/{port}");
        }
    }
    let unstated = flows::ForcepointEmailSecurity::OutDlpMessageAnalysis.flow();
    assert_eq!(unstated.ports().next().unwrap().transport(), Some(Transport::Any));
    for transport in [Transport::Tcp, Transport::Udp, Transport::Any] {
        assert!(by_port(transport, 17500).any(|flow| flow == unstated), "{transport}");
    }
}

#[test]
fn an_id_parses_and_the_error_names_the_nearest_one() {
    let id: FlowId = "fortimail-in-email-client-pop3".parse().unwrap();
    assert_eq!(id.flow().ports().to_string(), "tcp/110 pop3 | tcp/995 pop3s");
    assert_eq!(id, flows::FortiMail::InEmailClientPop3);
    let error = "fortimail-in-email-client-popp3".parse::<FlowId>().unwrap_err();
    assert_eq!(error.nearest(), Some("fortimail-in-email-client-pop3"));
    assert_eq!(port_catalog::VERSION.split('.').count(), 3);
}

#[test]
fn editions_are_oldest_first_and_an_unknown_one_is_none() {
    for product in Product::ALL {
        let editions: Vec<Edition> = product.editions().collect();
        assert!(editions.is_sorted() && !editions.is_empty());
        assert_eq!(editions.last(), Some(&product.newest_edition()));
        assert!(product.flows().eq(product.newest_edition().flows()));
        for edition in editions {
            assert_eq!(product.edition(edition.name()), Some(edition));
            assert!(!edition.document().is_empty() && edition.url().starts_with("https://"));
            assert_eq!(query().edition(edition).flows().count(), edition.flows().len());
            for flow in edition.flows() {
                assert_eq!(flow.id().in_edition(edition), Some(flow));
                assert_eq!(flow.edition(), edition);
                // The newest edition that has the flow.
                assert!(flow.id().flow().edition() >= edition);
            }
        }
        assert_eq!(product.edition("0"), None);
    }
    let edition = Product::FortiMail.edition("6.2.0").unwrap();
    assert_eq!(edition.to_string(), "fortimail@6.2.0");
}

#[test]
fn every_type_of_ids_has_the_same_interface() {
    fn check<I>(all: &[I], as_str: impl Fn(I) -> &'static str)
    where
        I: Copy + Ord + Hash + Debug + Display + FromStr<Err = ParseIdError>,
    {
        assert!(all.is_sorted());
        for id in all {
            assert_eq!(as_str(*id).parse::<I>().ok(), Some(*id));
            assert_eq!(id.to_string(), as_str(*id));
        }
    }
    check(Vendor::ALL, Vendor::as_str);
    check(Product::ALL, Product::as_str);
    check(Peer::ALL, Peer::as_str);
    check(Service::ALL, Service::as_str);
    check(FlowId::ALL, FlowId::as_str);
}

#[test]
fn lookups_work_in_constants() {
    const FOUND: Flows = by_port(Transport::Tcp, 8013);
    const COUNT: usize = FOUND.len();
    const ID: FlowId = flows::FortiClient::OutTelemetry;
    const FLOW: Flow = ID.flow();
    const TEXT: &str = ID.as_str();
    // Exact ports come before ranges that contain them.
    let first = FOUND.clone().next();
    assert_eq!((first.map(Flow::id), FLOW.id(), TEXT), (Some(ID), ID, "forticlient-out-telemetry"));
    assert_eq!(COUNT, query().port(Transport::Tcp, 8013).flows().count());
}
