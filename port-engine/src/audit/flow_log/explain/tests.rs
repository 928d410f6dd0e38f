//! What explains a connection, on tables made for it.

use std::net::IpAddr;
use std::path::Path;

use super::{Explainer, Explanation};
use crate::audit::flow_log::expectation::{Ends, Expectation};
use crate::audit::flow_log::peer_summary::{MOST_ADDRESSES, PeerSummary};
use crate::audit::flow_log::reader::LineCounts;
use crate::audit::flow_log::record::{End, Opener, Record};
use crate::audit::flow_log::report::{FlowLogReport, Sighting};
use crate::dataset::Dataset;
use crate::protocol::Protocol;
use crate::rules::address::Address;
use crate::rules::site::Site;
use port_catalog_tests::fixture;

const PRODUCT: &str = "192.0.2.20";

fn dataset() -> Dataset {
    Dataset::from_tables(&port_data::read(&fixture::tables()).unwrap())
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// A record: `tcp SOURCE PORT -> DESTINATION PORT`, with `<-` and `--` for other openers.
fn record(text: &str) -> Record {
    let words: Vec<&str> = text.split(' ').collect();
    let [protocol, source, source_port, arrow, destination, port] = words[..] else { panic!("{text}") };
    let end = |address_text: &str, port: &str| End { address: address(address_text), port: port.parse().ok() };
    let protocol = Protocol::KNOWN.iter().find(|known| known.name() == Some(protocol)).unwrap();
    Record {
        source: end(source, source_port),
        destination: end(destination, port),
        protocol: *protocol,
        icmp_type: None,
        opener: match arrow {
            "->" => Opener::Source,
            "<-" => Opener::Destination,
            _ => Opener::Unknown,
        },
        is_unanswered: false,
        count: 1,
    }
}

fn explain<'a>(dataset: &'a Dataset, product: &'a str, site: Option<&str>, records: &[&str]) -> FlowLogReport<'a> {
    let site = site.map(|site| Site::parse(Path::new("site.toml"), site, dataset).unwrap());
    let own: Address = PRODUCT.parse().unwrap();
    let ends = Ends { own: std::slice::from_ref(&own), site: site.as_ref() };
    let mut explainer = Explainer::new(Expectation::new(dataset, &[product], &[], ends));
    for text in records {
        explainer.record(&record(text));
    }
    assert_eq!(explainer.records(), records.len() as u64);
    FlowLogReport::new(&[product], &[], &explainer, LineCounts::default(), 100)
}

/// The only explanation of a record.
fn explanation(dataset: &Dataset, product: &str, site: Option<&str>, text: &str) -> Explanation {
    let report = explain(dataset, product, site, &[text]);
    let found: Vec<Explanation> =
        Explanation::ALL.iter().copied().filter(|explanation| report.total(*explanation).records > 0).collect();
    assert_eq!(found.len(), 1, "{text}");
    assert_eq!(found[0].is_unexplained(), report.rows.len() == 1, "{text}");
    found[0]
}

/// mailgate of the fixture: peers connect to tcp/443, and it connects to DNS servers.
#[test]
fn the_direction_decides_which_port_is_documented() {
    let dataset = dataset();
    for (text, expected) in [
        ("tcp 198.51.100.1 40000 -> 192.0.2.20 443", Explanation::PortOnly),
        ("tcp 198.51.100.1 40000 -> 192.0.2.20 23", Explanation::Undocumented),
        ("udp 198.51.100.1 40000 -> 192.0.2.20 443", Explanation::Undocumented),
        ("tcp 192.0.2.20 443 <- 198.51.100.1 40000", Explanation::PortOnly),
        ("tcp 198.51.100.1 443 -> 198.51.100.2 443", Explanation::NotAbout),
        ("esp 198.51.100.1 - -> 192.0.2.20 -", Explanation::Undocumented),
    ] {
        assert_eq!(explanation(&dataset, "mailgate", None, text), expected, "{text}");
    }
}

#[test]
fn without_a_direction_only_clear_ports_explain_a_record() {
    let dataset = dataset();
    for (text, expected) in [
        // A client's port at the other end.
        ("tcp 198.51.100.1 40000 -- 192.0.2.20 443", Explanation::PortOnly),
        ("tcp 192.0.2.20 443 -- 198.51.100.1 40000", Explanation::PortOnly),
        ("tcp 192.0.2.20 443 -- 198.51.100.1 8443", Explanation::PortOnly),
        // Each end may be the one that listens.
        ("tcp 198.51.100.1 23 -- 192.0.2.20 443", Explanation::Undecided),
        ("tcp 198.51.100.1 443 -- 192.0.2.20 443", Explanation::EitherDirection),
        // Neither is documented.
        ("tcp 198.51.100.1 40000 -- 192.0.2.20 23", Explanation::Undocumented),
        ("tcp 198.51.100.1 40000 -- 192.0.2.20 50000", Explanation::Undocumented),
    ] {
        assert_eq!(explanation(&dataset, "mailgate", None, text), expected, "{text}");
    }
}

#[test]
fn the_addresses_of_a_site_decide_who_the_peer_is() {
    let dataset = dataset();
    let site = "version = 1\n[products]\nmailgate = \"192.0.2.20\"\n[peers]\nadmin = [\"198.51.100.0/24\"]\n";
    for (text, expected) in [
        ("tcp 198.51.100.7 40000 -> 192.0.2.20 443", Explanation::Explained),
        ("tcp 203.0.113.7 40000 -> 192.0.2.20 443", Explanation::OtherPeer),
        ("tcp 203.0.113.7 40000 -> 192.0.2.20 110", Explanation::PortOnly),
    ] {
        assert_eq!(explanation(&dataset, "mailgate", Some(site), text), expected, "{text}");
    }
    // The address of a host name isn't known.
    let with_name = site.replace("[\"198.51.100.0/24\"]", "[\"198.51.100.0/24\", \"admin.example\"]");
    let other = "tcp 203.0.113.7 40000 -> 192.0.2.20 443";
    assert_eq!(explanation(&dataset, "mailgate", Some(&with_name), other), Explanation::PortOnly);
}

#[test]
fn a_flow_is_seen_only_if_no_other_one_explains_the_record() {
    let dataset = dataset();
    let report = explain(&dataset, "mailgate", None, &["tcp 198.51.100.1 40000 -> 192.0.2.20 443"]);
    let of_port = dataset.flows_of("mailgate").filter(|flow| {
        flow.direction == port_core::Direction::Inbound
            && flow
                .ports
                .iter()
                .any(|spec| Protocol::TCP.may_be(spec) && spec.range().is_some_and(|range| range.contains(443)))
    });
    let of_port: Vec<&str> = of_port.map(|flow| flow.id.as_str()).collect();
    let sighting = if of_port.len() == 1 { Sighting::Seen } else { Sighting::PossiblySeen };
    let seen: Vec<&str> = report.flows_that_are(sighting).map(|one| one.flow.id.as_str()).collect();
    assert_eq!(seen, of_port);
    assert_eq!(
        report.flows_that_are(Sighting::Seen).count() + report.flows_that_are(Sighting::PossiblySeen).count(),
        of_port.len()
    );
}

/// mailgate takes mail at tcp/25, and delivers it to the same port of email servers.
#[test]
fn a_connection_between_two_machines_of_the_product_counts_at_both() {
    let dataset = dataset();
    let own: [Address; 2] = ["192.0.2.20".parse().unwrap(), "192.0.2.21".parse().unwrap()];
    let sightings = |peers: &str, text: &str| {
        let site = format!("version = 1\n[products]\nmailgate = \"192.0.2.20/31\"\n[peers]\n{peers}");
        let site = Site::parse(Path::new("site.toml"), &site, &dataset).unwrap();
        let ends = Ends { own: &own, site: Some(&site) };
        let mut explainer = Explainer::new(Expectation::new(&dataset, &["mailgate"], &[], ends));
        explainer.record(&record(text));
        assert_eq!(explainer.records(), 1);
        let report = FlowLogReport::new(&["mailgate"], &[], &explainer, LineCounts::default(), 100);
        ["mailgate-in-email-client-smtp", "mailgate-out-email-server"]
            .map(|id| report.flows.iter().find(|one| one.flow.id == id).unwrap().sighting)
    };
    let mail = "tcp 192.0.2.20 40000 -> 192.0.2.21 25";
    assert_eq!(sightings("", mail), [Sighting::Seen, Sighting::PossiblySeen]);
    assert_eq!(sightings("", &mail.replace("->", "--")), [Sighting::Seen, Sighting::PossiblySeen]);
    assert_eq!(sightings("", "tcp 192.0.2.20 25 -- 192.0.2.21 25"), [Sighting::PossiblySeen; 2]);
    assert_eq!(sightings("email-server = [\"192.0.2.21\"]\n", mail), [Sighting::PossiblySeen, Sighting::Seen]);
    let elsewhere = "email-server = [\"198.51.100.1\"]\n";
    assert_eq!(sightings(elsewhere, mail), [Sighting::Seen, Sighting::NeverSeen]);
    let to_other = "tcp 192.0.2.20 40000 -> 198.51.100.2 25";
    assert_eq!(sightings("", to_other), [Sighting::NeverSeen, Sighting::Seen]);
}

/// Every port of every product, in both directions, against a plain search of the flows.
#[test]
fn every_port_is_documented_exactly_if_a_flow_has_it() {
    let dataset = dataset();
    for product in &dataset.products {
        let own: Address = PRODUCT.parse().unwrap();
        let ends = Ends { own: std::slice::from_ref(&own), site: None };
        let expectation = Expectation::new(&dataset, &[&product.id], &[], ends);
        for protocol in [Protocol::TCP, Protocol::UDP, Protocol::SCTP] {
            for direction in [port_core::Direction::Inbound, port_core::Direction::Outbound] {
                let mut ports = crate::port_set::PortSet::empty();
                for flow in dataset.flows_of(&product.id) {
                    // A flow between two components has an end of each direction.
                    if flow.direction == direction || flow.peer_component(&dataset).is_some() {
                        let specs = flow.ports.iter().filter(|spec| protocol.may_be(spec));
                        specs.filter_map(crate::dataset::PortSpec::range).for_each(|range| ports.insert(range));
                    }
                }
                for port in 0..=u16::MAX {
                    let list = expectation.find(direction, protocol, Some(port), None);
                    assert_eq!(
                        list != 0,
                        port > 0 && ports.contains(port),
                        "{} {direction} {protocol}/{port}",
                        product.id
                    );
                }
            }
        }
    }
}

#[test]
fn peers_are_summarized_in_bounded_memory() {
    let mut peers = PeerSummary::default();
    peers.add(address("10.0.0.1"));
    assert_eq!(peers.networks, ["10.0.0.1/32".parse().unwrap()]);
    for last in 0..200 {
        peers.add(address(&format!("10.0.0.{last}")));
        peers.add(address(&format!("2001:db8::{last:x}")));
    }
    assert!(peers.has_more);
    assert_eq!(peers.addresses.len(), MOST_ADDRESSES);
    assert_eq!(peers.networks, ["10.0.0.0/24".parse().unwrap(), "2001:db8::/120".parse().unwrap()]);
    peers.add(address("255.0.0.1"));
    assert_eq!(peers.networks[0], "0.0.0.0/0".parse().unwrap());
}
