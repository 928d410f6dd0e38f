//! The interface for any catalog: generic code, conversions, constants, and errors that name the expected kind.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use port_catalog::{
    Catalog, Data, Direction, Flow, FlowId, FlowIdFacts, Id, Peer, PeerFacts, PortRange, Product, ProductFacts,
    Service, ServiceFacts, Transport, Vendor, VendorFacts, by_port, flows,
};
use serde_json::{from_value, json};

/// Another catalog, as a dependant has it.
mod cluster {
    port_catalog::catalog! { dir = "fixtures/editions" }
}

/// Every fact of every id of a catalog as JSON, by the traits alone.
fn facts<C: Catalog>() -> serde_json::Value {
    let ids = |flows: port_catalog::Flows<C>| flows.map(|flow| flow.id().as_str()).collect::<Vec<_>>();
    let vendors = C::Vendor::ALL
        .iter()
        .map(|id| json!([id, id.name(), id.url(), id.products().collect::<Vec<_>>(), ids(id.flows())]));
    let products = C::Product::ALL.iter().map(|id| {
        let editions: Vec<_> = id.editions().collect();
        assert_eq!(editions.last(), Some(&id.newest_edition()));
        assert!(editions.iter().all(|edition| id.edition(edition.name()) == Some(*edition)));
        let names = [id.components().collect::<Vec<_>>(), id.interfaces().collect()];
        json!([id, id.name(), id.field(), id.vendor(), editions, names, ids(id.flows())])
    });
    let peers = C::Peer::ALL.iter().map(|id| {
        json!([id, id.name(), id.description(), id.kind(), id.includes().collect::<Vec<_>>(), ids(id.flows())])
    });
    let services = C::Service::ALL.iter().map(|id| {
        let transports: Vec<_> = id.transports().collect();
        json!([id, id.name(), id.description(), id.port(), id.is_encrypted(), transports, ids(id.flows())])
    });
    let flows = C::FlowId::ALL.iter().map(|id| {
        let flow: Flow<C> = (*id).into();
        assert_eq!(flow, id.flow());
        assert_eq!(id.is_current(), id.in_edition(flow.product().newest_edition()).is_some());
        json!([id, flow])
    });
    let all = [vendors.collect::<Vec<_>>(), products.collect(), peers.collect(), services.collect(), flows.collect()];
    let of_port = |transport, port| ids(C::by_port(transport, port));
    json!([all, of_port(Transport::Any, 443), ids(C::query().flows().next().unwrap().product().flows())])
}

/// The same by the methods of one catalog's types.
macro_rules! facts_of {
    ($($module:ident)::+) => {{
        use $($module)::+::{FlowId, Peer, Product, Service, Vendor, by_port, query};
        let ids = |flows: port_catalog::Flows<$($module)::+::Data>| flows.map(|flow| flow.id().as_str()).collect::<Vec<_>>();
        let vendors = Vendor::ALL.iter().map(|id| {
            json!([id, id.name(), id.url(), id.products().collect::<Vec<_>>(), ids(id.flows())])
        });
        let products = Product::ALL.iter().map(|id| {
            let names = [id.components().collect::<Vec<_>>(), id.interfaces().collect()];
            let editions: Vec<_> = id.editions().collect();
            json!([id, id.name(), id.field(), id.vendor(), editions, names, ids(id.flows())])
        });
        let peers = Peer::ALL.iter().map(|id| {
            json!([id, id.name(), id.description(), id.kind(), id.includes().collect::<Vec<_>>(), ids(id.flows())])
        });
        let services = Service::ALL.iter().map(|id| {
            let transports: Vec<_> = id.transports().collect();
            json!([id, id.name(), id.description(), id.port(), id.is_encrypted(), transports, ids(id.flows())])
        });
        let flows = FlowId::ALL.iter().map(|id| json!([id, id.flow()]));
        let all =
            [vendors.collect::<Vec<_>>(), products.collect(), peers.collect(), services.collect(), flows.collect()];
        json!([all, ids(by_port(Transport::Any, 443)), ids(query().flows().next().unwrap().product().flows())])
    }};
}

#[test]
fn generic_code_finds_the_same_facts_in_any_catalog() {
    assert_eq!(facts::<Data>(), facts_of!(port_catalog));
    assert_eq!(facts::<cluster::Data>(), facts_of!(cluster));
    assert_ne!(facts::<Data>(), facts::<cluster::Data>());
}

#[test]
fn ids_convert_from_and_to_text() {
    fn check<I: Id>() {
        for id in I::ALL {
            let text: &'static str = (*id).into();
            assert_eq!((text, id.as_ref(), id.to_string().as_str()), (id.as_str(), id.as_str(), id.as_str()));
            assert!(I::try_from(text).is_ok_and(|parsed| parsed == *id));
            assert_eq!(format!("{id:>90}"), format!("{text:>90}"));
        }
        assert!(I::try_from("no such id").is_err_and(|error| error.kind() == I::KIND && error.input() == "no such id"));
    }
    check::<Vendor>();
    check::<Product>();
    check::<Peer>();
    check::<Service>();
    check::<FlowId>();
    check::<cluster::FlowId>();
    assert_eq!(<&str>::from(Direction::Inbound), "inbound");
    assert_eq!(Transport::try_from("tcp"), Ok(Transport::Tcp));
    assert_eq!(Direction::Outbound.as_ref(), "outbound");
    assert_eq!(Flow::from(flows::FortiMail::InAdmin), flows::FortiMail::InAdmin.flow());
}

#[test]
fn iterators_are_the_same_from_both_ends_and_by_position() {
    fn check<T: PartialEq + std::fmt::Debug>(
        iterator: impl DoubleEndedIterator<Item = T> + ExactSizeIterator + Clone,
        get: impl Fn(usize) -> Option<T>,
    ) {
        let all: Vec<T> = iterator.clone().collect();
        let mut reversed: Vec<T> = iterator.clone().rev().collect();
        reversed.reverse();
        assert_eq!(all, reversed);
        assert_eq!(iterator.len(), all.len());
        assert_eq!((0..all.len()).filter_map(&get).collect::<Vec<_>>(), all);
        assert_eq!(get(all.len()), None);
        // From both ends at once, every item is found once.
        let mut rest = iterator.clone();
        let halves = all.len() / 2;
        assert_eq!(rest.by_ref().take(halves).count() + rest.rev().count(), all.len());
        assert_eq!(iterator.skip(1).collect::<Vec<_>>().len(), all.len().saturating_sub(1));
    }
    for product in Product::ALL {
        check(product.editions(), |position| product.editions().get(position));
        check(product.components(), |position| product.components().get(position));
        check(product.interfaces(), |position| product.interfaces().get(position));
        check(product.vendor().products(), |position| product.vendor().products().get(position));
        for edition in product.editions() {
            check(edition.flows(), |position| edition.flows().get(position));
            for flow in edition.flows() {
                check(flow.ports(), |position| flow.ports().get(position));
                check(flow.hosts(), |position| flow.hosts().get(position));
                check(flow.interfaces(), |position| flow.interfaces().get(position));
                check(flow.curated(), |position| flow.curated().get(position));
            }
        }
    }
    for port in [25, 443, 8013, 50_000] {
        check(by_port(Transport::Any, port), |position| by_port(Transport::Any, port).get(position));
    }
    for service in Service::ALL {
        check(service.transports(), |position| service.transports().get(position));
    }
    for peer in Peer::ALL {
        check(peer.includes(), |position| peer.includes().get(position));
    }
}

#[test]
fn a_port_contains_what_its_specs_match() {
    for flow in FlowId::ALL.iter().map(|id| id.flow()) {
        for transport in Transport::ALL {
            for port in [1, 22, 25, 443, 995, 8013, 49_152, 65_535] {
                let expected = flow.ports().any(|spec| spec.matches(*transport, port));
                assert_eq!(flow.ports().contains(*transport, port), expected, "{flow:?}, {transport}/{port}");
            }
        }
    }
}

/// What a program requires of the catalog, checked when it is compiled.
mod policy {
    use port_catalog::{Direction, Product, Service, Transport, by_port, flows};

    const _: () = {
        let pop3 = flows::FortiMail::InEmailClientPop3.flow();
        assert!(pop3.ports().contains(Transport::Tcp, 995));
        assert!(matches!(pop3.direction(), Direction::Inbound));
        assert!(matches!(pop3.product(), Product::FortiMail));
        assert!(matches!(pop3.ports().get(1), Some(spec) if matches!(spec.service(), Some(Service::Pop3s))));
        assert!(pop3.edition().is_newest() && pop3.is_current() && pop3.curated().is_empty());
        assert!(by_port(Transport::Tcp, 9).is_empty());
        assert!(Product::FortiMail.edition("6.2.0").is_some() && Product::FortiMail.edition("6.2").is_none());
        assert!(Product::Rke2.components().len() == 3);
    };
    const CONDITION: Option<&str> = flows::FortiMail::InEmailClientPop3.flow().condition();
    const OLD: Option<port_catalog::Flow> = match Product::FortiMail.edition("5.4") {
        Some(edition) => flows::FortiMail::InAdmin.in_edition(edition),
        None => None,
    };

    #[test]
    fn constants_are_what_the_methods_give() {
        assert_eq!(CONDITION, Some("server mode only"));
        assert_eq!(OLD.map(|flow| flow.edition().name()), Some("5.4"));
    }
}

#[test]
fn an_error_of_serde_says_which_kind_was_expected() {
    let message = |error: serde_json::Error| error.to_string();
    let cases = [
        (
            from_value::<Product>(json!("fortimial")).map(drop).map_err(message),
            "unknown product \"fortimial\"; did you mean \"fortimail\"?",
        ),
        (from_value::<FlowId>(json!(7)).map(drop).map_err(message), "invalid type: integer `7`, expected a flow id"),
        (from_value::<cluster::Peer>(json!(null)).map(drop).map_err(message), "invalid type: null, expected a peer"),
        (
            from_value::<Transport>(json!(["tcp"])).map(drop).map_err(message),
            "invalid type: sequence, expected a transport",
        ),
        (
            from_value::<PortRange>(json!("80-79")).map(drop).map_err(message),
            "the first port is greater than the last; exchange them (found \"80-79\")",
        ),
    ];
    for (result, expected) in cases {
        assert_eq!(result, Err(expected.to_string()));
    }
}

#[test]
fn a_port_range_serializes_as_its_text() {
    let range = PortRange::new(8000, 8100).unwrap();
    assert_eq!(serde_json::to_value(range).unwrap(), json!("8000-8100"));
    assert_eq!(from_value::<PortRange>(json!("8000-8100")).unwrap(), range);
    assert_eq!(from_value::<PortRange>(json!(443)).unwrap(), PortRange::new(443, 443).unwrap());
    assert_eq!(RangeInclusive::from(range), 8000..=8100);
    let used: BTreeSet<u16> = range.into_iter().filter(|port| !by_port(Transport::Tcp, *port).is_empty()).collect();
    assert_eq!(used.range(range).count(), used.len());
}

#[test]
fn display_honours_the_width() {
    let flow = flows::FortiMail::InEmailClientPop3.flow();
    let spec = flow.ports().get(0).unwrap();
    assert_eq!(format!("[{spec:>14}]"), "[  tcp/110 pop3]");
    assert_eq!(format!("[{:^12}]", spec.range().unwrap()), "[    110     ]");
    assert_eq!(format!("[{:20}]", flow.edition()), "[fortimail@6.2.0     ]");
    assert_eq!(format!("{flow:.9}"), "fortimail");
}
