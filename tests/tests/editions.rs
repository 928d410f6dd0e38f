//! A catalog with several editions, components and every protocol, compared with its CSV.

use std::collections::BTreeSet;

use port_catalog::{Catalog, Direction, Enabled, Flow, Groups, Query, Scope, Transport};
use port_catalog_tests::fixture;

mod ports {
    port_catalog::catalog! { dir = "fixtures/editions" }
}

use ports::{Data, FlowId, Peer, Product, by_port, flows, query};

type Row = std::collections::HashMap<String, String>;

/// The rows of a table, read without port-data.
fn rows(file: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(fixture::editions().join(file)).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn items(cell: &str) -> Vec<&str> {
    cell.split(", ").filter(|item| !item.is_empty()).collect()
}

fn text(cell: &str) -> Option<&str> {
    Some(cell).filter(|cell| !cell.is_empty())
}

/// Compares a flow with its row.
fn assert_same(flow: Flow<Data>, row: &Row) {
    let id = &row["id"];
    assert_eq!(flow.id().as_str(), id);
    assert_eq!(flow.direction().as_str(), row["direction"], "{id}");
    assert_eq!(flow.component(), text(&row["component"]), "{id}");
    assert_eq!(flow.peer().as_str(), row["peer"], "{id}");
    assert_eq!(flow.purpose(), row["purpose"], "{id}");
    assert_eq!(flow.ports().to_string(), row["ports"], "{id}");
    assert_eq!(flow.groups().as_str(), row["groups"], "{id}");
    assert_eq!(flow.requirement().as_str(), row["requirement"], "{id}");
    assert_eq!(flow.condition(), text(&row["condition"]), "{id}");
    assert_eq!(flow.scope().as_str(), row["scope"], "{id}");
    assert_eq!(flow.enabled().as_str(), row["enabled"], "{id}");
    assert_eq!(flow.interfaces().collect::<Vec<_>>(), items(&row["interfaces"]), "{id}");
    assert_eq!(flow.hosts().collect::<Vec<_>>(), items(&row["hosts"]), "{id}");
    assert_eq!(flow.configurable().to_string(), row["configurable"], "{id}");
    assert_eq!(flow.customization(), text(&row["customization"]), "{id}");
    assert_eq!(flow.note(), text(&row["note"]), "{id}");
    assert_eq!(flow.curated().map(port_catalog::Fact::as_str).collect::<Vec<_>>(), items(&row["curated"]), "{id}");
    let source = flow.source();
    assert_eq!(source.section, text(&row["section"]), "{id}");
    assert_eq!(source.row.to_string(), row["row"], "{id}");
    assert_eq!(source.peer, text(&row["printed_peer"]), "{id}");
    assert_eq!(source.label, text(&row["printed_label"]), "{id}");
    assert_eq!(source.ports, text(&row["printed_ports"]), "{id}");
}

#[test]
fn every_row_of_every_edition_is_returned_as_its_table_has_it() {
    let mut compared = 0;
    for row in rows("editions.csv") {
        let product: Product = row["product"].parse().unwrap();
        let edition = product.edition(&row["edition"]).unwrap();
        assert_eq!(edition.to_string(), format!("{}@{}", row["product"], row["edition"]));
        assert_eq!((edition.printed(), edition.document()), (&*row["printed_edition"], &*row["document"]));
        assert_eq!((edition.url(), edition.product()), (&*row["url"], product));
        assert_eq!((edition.source(), edition.licence()), (text(&row["source"]), text(&row["licence"])));
        assert_eq!((edition.retrieved(), edition.note()), (text(&row["retrieved"]), text(&row["note"])));
        assert_eq!(edition.is_complete().to_string(), row["complete"]);
        let table = rows(&format!("flows/{}/{}.csv", row["product"], row["edition"]));
        assert_eq!(edition.flows().len(), table.len());
        for flow_row in &table {
            let id: FlowId = flow_row["id"].parse().unwrap();
            let flow = id.in_edition(edition).unwrap();
            assert_same(flow, flow_row);
            assert_eq!(flow.edition(), edition);
            assert_eq!(flow.source().edition, edition.printed());
            compared += 1;
        }
        let ids: BTreeSet<&str> = table.iter().map(|flow| flow["id"].as_str()).collect();
        for id in FlowId::ALL.iter().filter(|id| !ids.contains(id.as_str())) {
            assert_eq!(id.in_edition(edition), None);
        }
        // An edition lists its flows in the order of the document.
        assert!(edition.flows().map(|flow| flow.source().row).is_sorted());
        assert_eq!(query().edition(edition).flows().map(|flow| flow.id().as_str()).collect::<BTreeSet<_>>(), ids);
    }
    assert_eq!(query().all_editions().flows().count(), compared);
}

#[test]
fn an_id_stands_for_the_newest_edition_that_has_it() {
    let [old, new] = ["1.0", "2.0"].map(|edition| Product::Cluster.edition(edition).unwrap());
    assert_eq!(Product::Cluster.editions().collect::<Vec<_>>(), [old, new]);
    assert_eq!(Product::Cluster.newest_edition(), new);
    assert!(new.is_newest() && !old.is_newest() && old < new);
    assert_eq!(flows::Cluster::InClientApi.flow().edition(), new);
    assert_eq!(flows::Cluster::InClientApi.in_edition(old).unwrap().ports().to_string(), "tcp/8443 https");
    // A flow that the newest edition dropped keeps its id.
    let retired: FlowId = "cluster-in-admin-ssh".parse().unwrap();
    assert_eq!(retired, flows::Cluster::InAdminSsh);
    assert!(!retired.is_current());
    assert_eq!(retired.flow().edition(), old);
    assert!(!Product::Cluster.flows().any(|flow| flow.id() == retired));
    assert_eq!(Product::Cluster.flows().len(), 14);
    assert_eq!(FlowId::ALL.iter().filter(|id| id.flow().product() == Product::Cluster).count(), 15);
    assert_eq!(query().flows().count(), 17);
    assert_eq!(Product::Cluster.edition("3.0"), None);
}

#[test]
fn indexes_have_the_newest_editions_only() {
    assert_eq!(by_port(Transport::Tcp, 22).len(), 0);
    assert_eq!(by_port(Transport::Tcp, 8443).len(), 0);
    let api: Vec<&str> = by_port(Transport::Tcp, 6443).map(|flow| flow.id().as_str()).collect();
    assert_eq!(api, ["cluster-in-client-api", "console-out-cluster-api"]);
    assert!(Peer::Admin.flows().eq(query().peer(Peer::Admin).flows()));
    assert!(Peer::Admin.flows().all(Flow::is_current));
}

#[test]
fn exact_ports_come_before_ranges_and_queries_keep_the_catalog_order() {
    let ids = |flows: &mut dyn Iterator<Item = Flow<Data>>| flows.map(|flow| flow.id().as_str()).collect::<Vec<_>>();
    let exact_first = ["cluster-in-cluster-federation", "cluster-out-cluster-federation", "cluster-in-client-services"];
    assert_eq!(ids(&mut by_port(Transport::Tcp, 30443)), exact_first);
    assert_eq!(
        ids(&mut query().port(Transport::Tcp, 30443).flows()),
        ["cluster-in-client-services", "cluster-in-cluster-federation", "cluster-out-cluster-federation"]
    );
    assert_eq!(ids(&mut by_port(Transport::Udp, 30443)), ["cluster-in-client-services"]);
}

#[test]
fn every_protocol_is_kept() {
    let flow = flows::Cluster::InRouterVrrp.flow();
    let numbers: Vec<_> = flow.ports().map(|spec| (spec.ip_protocol(), spec.icmp_type())).collect();
    let expected = [(112, None), (99, None), (1, Some(8)), (58, Some(128)), (1, None)];
    assert_eq!(numbers, expected.map(|(protocol, icmp)| (Some(protocol), icmp)));
    assert!(flow.ports().all(|spec| spec.range().is_none()));
    let sctp: Vec<&str> = by_port(Transport::Sctp, 36412).map(|flow| flow.id().as_str()).collect();
    assert_eq!(sctp, ["cluster-in-client-signalling"]);
    assert_eq!(by_port(Transport::Tcp, 36412).len(), 0);
    assert_eq!(port_catalog::by_port(Transport::Sctp, 36412).len(), 0);
    assert_eq!(flows::Cluster::InWorkerOverlay.flow().groups(), Groups::Unstated);
    assert_eq!(flows::Cluster::InClientHealth.flow().scope(), Scope::Host);
    assert_eq!(flows::Cluster::InClientApi.flow().enabled(), Enabled::Yes);
}

#[test]
fn a_component_is_found_at_both_ends() {
    let found = |component| query().component(component).flows().map(|flow| flow.id().as_str()).collect::<Vec<_>>();
    let expected = |component: &str| {
        let peer = format!("cluster-{component}");
        let rows = rows("flows/cluster/2.0.csv").into_iter();
        rows.filter(|row| row["component"] == component || row["peer"] == peer)
            .map(|row| row["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("worker"), expected("worker"));
    assert_eq!(found("control-plane"), expected("control-plane"));
    assert!(found("control-plane").contains(&"cluster-in-control-plane-agent"));
    assert_eq!(found("storage"), Vec::<&str>::new());
    assert_eq!(Product::Cluster.components().collect::<Vec<_>>(), ["control-plane", "worker"]);
}

#[test]
fn a_wildcard_host_is_found_by_a_name_below_it() {
    let found = |host: &str| query().host(host).flows().count();
    for host in [
        "registry.acme.example",
        "acme.example",
        "images.acme.example",
        "eu.images.acme.example",
        "*.images.acme.example",
        "A.B.Images.Acme.Example.",
    ] {
        assert_eq!(found(host), 1, "{host}");
    }
    for host in ["other.acme.example", "eu-images.acme.example", "images.acme.example.org", ""] {
        assert_eq!(found(host), 0, "{host}");
    }
}

#[test]
fn code_that_is_generic_over_catalogs_sees_editions() {
    fn outbound<C: Catalog>(product: C::Product) -> usize {
        Query::<C>::default()
            .product(product)
            .direction(Direction::Outbound)
            .flows()
            .filter(|flow| flow.edition().is_newest())
            .count()
    }
    assert_eq!(outbound::<Data>(Product::Cluster), 2);
    assert!(Product::ALL.iter().all(|product| product.flows().all(Flow::is_current)));
}
