//! What aclgen generates for each target: the ports, protocols, directions and addresses are read back and compared with the catalog.
//! No device reads it here.

mod cisco;
mod cisco_names;
mod compare;
mod entry;
mod junos;
mod netsh;
mod nsxt;
mod openconfig;
mod packets;
mod paloalto;
mod pf;
mod reader;

use std::collections::BTreeSet;

use compare::is_icmp_type;
use entry::Entry;
use port_catalog_tests::fixture;
use port_engine::rules::fit::fit;
use port_engine::rules::formats::RulesFormat;
use port_engine::rules::model::Ruleset;
use port_engine::rules::output_options::OutputOptions;
use port_engine::rules::target::Target;
use reader::{Reader, stateful, stateless};

use crate::aclgen::Aclgen;
use crate::cases::{files, files_with, made_up, openings, site};
use crate::openings::{Decisions, documented_in, products_in};

const READERS: [Reader; 14] = [
    Reader { lacks: |protocol| protocol == "sctp", ..stateless(Target::Arista, "eacl", cisco::read) },
    stateless(Target::Cisco, "acl", cisco::read),
    Reader { lacks: |protocol| protocol.starts_with("icmpv6"), ..stateful(Target::CiscoAsa, "asa", cisco::read) },
    Reader { lacks: |protocol| protocol == "sctp", ..stateless(Target::CiscoNx, "nxacl", cisco::read) },
    stateless(Target::CiscoXr, "xacl", cisco::read),
    stateless(Target::Juniper, "jcl", junos::read_filters),
    Reader { lacks: is_icmp_type, ..stateless(Target::NokiaSrl, "srl_acl", openconfig::read_srl) },
    Reader {
        lacks: |protocol| !["tcp", "udp", "icmp", "icmpv6"].contains(&protocol) && !protocol.starts_with("icmp/"),
        ..stateful(Target::Nsxt, "nsxt", nsxt::read)
    },
    Reader { lacks: is_icmp_type, ..stateless(Target::OpenConfig, "oacl", openconfig::read) },
    Reader { lacks: |protocol| protocol == "sctp", ..stateful(Target::PacketFilter, "pf", pf::read) },
    Reader {
        lacks: |protocol| protocol.starts_with("ip/") && protocol != "ip/2" || ["ipip", "vrrp"].contains(&protocol),
        ..stateful(Target::PaloAlto, "xml", paloalto::read)
    },
    Reader { lacks: is_icmp_type, ..stateless(Target::Sonic, "oacl", openconfig::read) },
    stateful(Target::Srx, "srx", junos::read_policies),
    Reader { lacks: |protocol| protocol == "sctp", ..stateful(Target::WindowsAdvFirewall, "bat", netsh::read) },
];

fn locations(target: Target) -> Vec<&'static str> {
    let locations = RulesFormat::Aerleon.writer(Some(target)).limits.locations.iter();
    locations.map(|location| location.as_str()).collect()
}

#[test]
fn every_target_is_read() {
    let read: Vec<Target> = READERS.iter().map(|reader| reader.target).collect();
    assert_eq!(RulesFormat::Aerleon.targets(), [&[Target::Nftables], &read[..]].concat());
}

#[test]
fn aclgen_allows_exactly_what_the_catalog_lists_for_every_target() {
    let Some(aclgen) = Aclgen::start() else { return };
    // Live products would take too long for so many targets: each is compared for every fourth one, by .ci/full.
    let is_live = std::env::var_os("PORT_CATALOG_TEST_TABLES").is_some();
    let products = [fixture::tables(), fixture::editions(), fixture::protocols()].into_iter().flat_map(|tables| {
        let with_tables = |product| (tables.clone(), product);
        products_in(&tables).into_iter().map(with_tables).collect::<Vec<_>>()
    });
    let products: Vec<_> = products.collect();
    for (number, reader) in READERS.iter().enumerate() {
        let mut compared = 0;
        for (_, (tables, product)) in
            products.iter().enumerate().filter(|(place, _)| !is_live || place % 4 == number % 4)
        {
            for location in locations(reader.target) {
                let call = ["--format", "aerleon", "--target", reader.name(), "--product", product, "--at", location];
                // Packets between components pass both lists, as they pass the firewalls of both machines.
                let seen_from = if reader.has_lists() { "host" } else { location };
                let documented = documented_in(tables, product, Decisions::ALL[0], seen_from);
                compared += reader.compare(&aclgen, &files_with(tables, &call), &documented, location, product);
            }
        }
        assert!(compared > 50, "{}: only {compared} openings were compared", reader.name());
    }
}

/// The comments of policies are the same for all targets, so texts that are hard to write are only in the one for nftables.
#[test]
fn aclgen_allows_exactly_a_ruleset_that_is_hard_to_write_for_every_target() {
    let Some(aclgen) = Aclgen::start() else { return };
    for reader in &READERS {
        let writer = RulesFormat::Aerleon.writer(Some(reader.target));
        let output = OutputOptions { target: Some(reader.target), ..OutputOptions::default() };
        let mut ruleset = Ruleset { heading: Vec::new(), remarks: Vec::new(), ..made_up() };
        ruleset.location = writer.limits.locations[0];
        for flow in &mut ruleset.flows {
            flow.remarks.clear();
        }
        let documented = openings(&ruleset);
        let files = (writer.files)(&fit(ruleset, &writer.limits), &output);
        reader.compare(&aclgen, &files, &documented, writer.limits.locations[0].as_str(), "made up");
    }
}

/// The pairs of addresses between which entries accept packets to a port, and the replies from it.
fn ends(entries: &[Entry], protocol: &str, port: u16) -> BTreeSet<String> {
    let mut pairs = BTreeSet::new();
    for entry in entries.iter().filter(|entry| entry.protocol == protocol) {
        let has = |ports: &[(u16, u16)]| ports.iter().any(|(first, last)| (*first..=*last).contains(&port));
        let arrow = match (has(&entry.ports), has(&entry.source_ports)) {
            (true, _) => ">",
            (_, true) => "< reply",
            _ => continue,
        };
        let [sources, destinations] = [&entry.source, &entry.destination].map(|end| {
            let any = match entry.family {
                Some(4) => "0.0.0.0/0",
                Some(_) => "::/0",
                None => "any",
            };
            let names: BTreeSet<&str> =
                end.iter().map(|one| one.trim_end_matches("/32").trim_end_matches("/128")).collect();
            if names.is_empty() { [any].into() } else { names }
        });
        let is_v6 = |address: &str| address.contains(':');
        let is_name = |address: &str| address == "ldap.example.org" || address == "any";
        for source in &sources {
            for destination in &destinations {
                if is_v6(source) == is_v6(destination) || is_name(source) || is_name(destination) {
                    let [first, second] = if arrow == ">" { [source, destination] } else { [destination, source] };
                    pairs.insert(format!("{first} {arrow} {second}"));
                }
            }
        }
    }
    pairs
}

#[test]
fn every_target_limits_its_rules_to_the_addresses_of_the_site() {
    let Some(aclgen) = Aclgen::start() else { return };
    let site = site();
    for reader in &READERS {
        let location = locations(reader.target)[0];
        let path = site.path().to_str().unwrap();
        let call = ["--format", "aerleon", "--target", reader.name(), "--product", "mailgate", "--site", path];
        let entries = reader.entries(&aclgen, &files(&[&call[..], &["--unnamed", "any"]].concat()), location);
        let has_v6 = reader.target != Target::CiscoAsa;
        let expect = |protocol, port, v4: &[&str], v6: &[&str]| {
            let both = [v4, if has_v6 { v6 } else { &[] }].concat();
            let replies = both.iter().map(|pair| pair.replace('>', "< reply")).filter(|_| reader.replies);
            let expected: BTreeSet<String> = both.iter().map(ToString::to_string).chain(replies).collect();
            assert_eq!(ends(&entries, protocol, port), expected, "{} {protocol}/{port}", reader.name());
        };
        let v4 = ["10.0.0.0/8 > 192.0.2.10", "198.51.100.7 > 192.0.2.10"];
        expect("tcp", 465, &v4, &["2001:db8:1::/48 > 2001:db8::10"]);
        expect("tcp", 2049, &["192.0.2.10 > 10.3.3.3"], &[]);
        let any =
            if reader.target == Target::WindowsAdvFirewall { "192.0.2.10 > any" } else { "192.0.2.10 > 0.0.0.0/0" };
        expect("tcp", 53, &[any], &[]);
        let names = ["192.0.2.10 > ldap.example.org", "2001:db8::10 > ldap.example.org"];
        let names: &[&str] = if reader.target == Target::Srx { &names } else { &[] };
        expect("tcp", 636, &[&["192.0.2.10 > 10.0.5.1"], names].concat(), &[]);
    }
}

/// Each component and product has a network of its own, so that no rule of one opens a port of another.
#[test]
fn every_component_and_product_keeps_its_addresses() {
    let Some(aclgen) = Aclgen::start() else { return };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("site.toml");
    let site = "[products]\nconsole = \"192.0.2.9\"\n[components.cluster]\ncontrol-plane = [\"10.0.0.1\", \"10.0.0.2\"]\n\
                worker = \"10.0.1.0/24\"\n[peers]\nclient = \"10.9.0.0/16\"\nadmin = \"10.8.0.1\"\n";
    std::fs::write(&path, site).unwrap();
    let reader = READERS.iter().find(|reader| reader.target == Target::Cisco).unwrap();
    let call =
        ["--format", "aerleon", "--target", "cisco", "--name", "both", "--product", "cluster", "--product", "console"];
    let call = [&call[..], &["--site", path.to_str().unwrap()]].concat();
    let entries = reader.entries(&aclgen, &files_with(&fixture::editions(), &call), "network");
    let expect = |port, pairs: &[&str]| {
        let expected: BTreeSet<String> =
            pairs.iter().flat_map(|pair| [(*pair).to_string(), pair.replace('>', "< reply")]).collect();
        assert_eq!(ends(&entries, "tcp", port), expected, "tcp/{port}");
    };
    // From the store's own machines only, and to them.
    let two = ["10.0.0.1 > 10.0.0.1", "10.0.0.1 > 10.0.0.2", "10.0.0.2 > 10.0.0.1", "10.0.0.2 > 10.0.0.2"];
    expect(2379, &two);
    expect(10250, &["10.0.0.1 > 10.0.1.0/24", "10.0.0.2 > 10.0.1.0/24"]);
    expect(30000, &["10.9.0.0/16 > 10.0.1.0/24"]);
}
