//! Compares the port index with a naive scan of the tables, for every port of every transport.

use std::collections::BTreeSet;

use port_catalog::{Transport, by_port, query};
use port_catalog_tests::{PlainSpec, flow_rows, plain_specs, transport_matches};

#[test]
fn every_port_of_every_transport_finds_the_flows_that_a_scan_finds() {
    let flows: Vec<(String, Vec<_>)> =
        flow_rows().into_iter().map(|(_, row)| (row["id"].clone(), plain_specs(&row["ports"]))).collect();
    let mut found = 0;
    for transport in Transport::ALL {
        let ranges = |specs: &[PlainSpec]| -> Vec<(u16, u16)> {
            let matching = specs.iter().filter(|spec| transport_matches(&spec.transport, transport.as_str()));
            matching.filter_map(|spec| spec.ports).collect()
        };
        let flows: Vec<(&str, Vec<(u16, u16)>)> = flows
            .iter()
            .map(|(id, specs)| (id.as_str(), ranges(specs)))
            .filter(|(_, ranges)| !ranges.is_empty())
            .collect();
        // The ports at which another list begins. Between them, every port has the same flows.
        let edges =
            flows.iter().flat_map(|(_, ranges)| ranges).flat_map(|(first, last)| [Some(*first), last.checked_add(1)]);
        let edges: BTreeSet<u16> = edges.flatten().chain([0]).collect();
        let mut in_index_order = Vec::new();
        for port in 0..=u16::MAX {
            if edges.contains(&port) {
                let contains_port = |(first, last): &(u16, u16)| *first <= port && port <= *last;
                let scanned: Vec<_> = flows.iter().filter(|(_, ranges)| ranges.iter().any(contains_port)).collect();
                let queried = query().port(*transport, port).flows().map(|flow| flow.id().as_str());
                assert!(queried.eq(scanned.iter().map(|(id, _)| *id)), "{port}/{transport}");
                in_index_order = scanned;
                in_index_order.sort_by_key(|(_, ranges)| !ranges.contains(&(port, port)));
            }
            let indexed = by_port(*transport, port).map(|flow| flow.id().as_str());
            assert!(indexed.eq(in_index_order.iter().map(|(id, _)| *id)), "{port}/{transport}");
            found += in_index_order.len();
        }
    }
    // An empty index would agree with a scan that finds nothing.
    assert!(found > 400, "{found}");
}

#[test]
fn a_lookup_is_a_constant() {
    const USERS: usize = by_port(Transport::Tcp, 8013).len();
    assert_eq!(USERS, query().port(Transport::Tcp, 8013).flows().count());
    const { assert!(USERS > 0) };
}
