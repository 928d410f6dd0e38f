//! Compares the port index with a naive scan of the tables, for every port of every transport.

use port_catalog::{Transport, by_port, query};
use port_catalog_tests::{flow_rows, plain_specs, transport_matches};

#[test]
fn every_port_of_every_transport_finds_the_flows_that_a_scan_finds() {
    let flows: Vec<(String, Vec<_>)> =
        flow_rows().into_iter().map(|(_, row)| (row["id"].clone(), plain_specs(&row["ports"]))).collect();
    let mut found = 0;
    for transport in Transport::ALL {
        for port in 0..=u16::MAX {
            let scanned: Vec<&str> = flows
                .iter()
                .filter(|(_, specs)| {
                    specs.iter().any(|spec| {
                        transport_matches(&spec.transport, transport.as_str())
                            && spec.ports.is_some_and(|(first, last)| first <= port && port <= last)
                    })
                })
                .map(|(id, _)| id.as_str())
                .collect();
            let names_the_port = |id: &str| {
                let (_, specs) = flows.iter().find(|(other, _)| other == id).unwrap();
                specs.iter().any(|spec| {
                    transport_matches(&spec.transport, transport.as_str()) && spec.ports == Some((port, port))
                })
            };
            let mut in_index_order = scanned.clone();
            in_index_order.sort_by_key(|id| !names_the_port(id));
            let indexed: Vec<&str> = by_port(*transport, port).map(|flow| flow.id().as_str()).collect();
            assert_eq!(indexed, in_index_order, "{port}/{transport}");
            found += scanned.len();
            if !scanned.is_empty() {
                let queried: Vec<&str> =
                    query().port(*transport, port).flows().map(|flow| flow.id().as_str()).collect();
                assert_eq!(queried, scanned, "{port}/{transport}");
            }
        }
    }
    // An empty index would agree with a scan that finds nothing.
    assert!(found > 400, "{found}");
}

#[test]
fn a_lookup_is_a_constant() {
    const USERS: usize = by_port(Transport::Tcp, 8013).len();
    assert_eq!(USERS, query().port(Transport::Tcp, 8013).flows().count());
    assert!(USERS > 0);
}
