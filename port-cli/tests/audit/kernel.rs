//! Compares the audit's verdict on a ruleset with the kernel: the rules are loaded in a network namespace, and nmap scans it from
//! another one. Also audits the rules that `rules` generates for each product.
//!
//! Nothing listens, so a port that the rules accept is closed, with an answer, and any other is filtered.

use std::fs;
use std::path::Path;

use port_core::{Direction, PortRange};
use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::observation::{Observation, State};
use port_engine::audit::{nft, nmap};
use port_engine::port_set::PortSet;
use port_engine::protocol::Protocol;

use crate::listeners::{can_run, run_script};
use crate::tools::{private_sandbox, tool};
use crate::{LOAD, audit, dataset, fixture, flows, run};

/// The address of the peer that scans; rules that are for it alone accept it.
const PEERS: [&str; 2] = ["192.0.2.2", "2001:db8::2"];

const SCANNED: &str =
    "T:1-1100,T:4000,T:6490-6610,T:7000-7010,T:7930-8200,T:19990-20020,U:1-600,U:5350-5360,U:9440-9450,U:19990-20020";

#[test]
fn the_kernel_accepts_what_the_audit_calls_open() {
    if !can_run() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    fs::copy(fixture("rules.nft"), directory.path().join("rules.nft")).unwrap();
    run_script(directory.path(), SCANNED);
    let text = |name: &str| fs::read_to_string(directory.path().join(name)).unwrap();

    let listing = text("rules.json");
    let mut compared = 0;
    for (family, scan) in [(AddressFamily::Ipv4, "v4.xml"), (AddressFamily::Ipv6, "v6.xml")] {
        let report = nft::read(Path::new("rules.json"), &listing, Some(family)).unwrap();
        let scan = nmap::read(Path::new(scan), &text(scan), None).unwrap();
        for protocol in [Protocol::TCP, Protocol::UDP] {
            let (accepted, rejected) = by_kernel(&scan, protocol);
            let (open, shut) = (reported_open(&report, protocol), report.ports(protocol, is_not_open));
            assert_eq!(
                &open & &rejected,
                PortSet::empty(),
                "{family} {protocol}: reported open, but the kernel rejects it"
            );
            assert_eq!(
                &shut & &accepted,
                PortSet::empty(),
                "{family} {protocol}: reported not open, but the kernel accepts it"
            );
            // The ports that were scanned and have a known state in the report.
            let both = &(&open | &shut) & &(&accepted | &rejected);
            compared += both.ranges().map(|range| usize::from(range.last() - range.first()) + 1).sum::<usize>();
            assert!(!(&open & &accepted).is_empty() && !(&shut & &rejected).is_empty(), "{family} {protocol}");
        }
    }
    assert!(compared > 1000, "{compared}");

    // The fixture is what this nft prints for the rules.
    let fixture = fs::read_to_string(fixture("rules.json")).unwrap();
    for family in [None, Some(AddressFamily::Ipv4), Some(AddressFamily::Ipv6)] {
        let [current, stored] =
            [&listing, &fixture].map(|text| nft::read(Path::new("rules.json"), text, family).unwrap());
        assert_eq!(current, stored);
    }
}

fn is_not_open(state: State) -> bool {
    matches!(state, State::NotOpen | State::Loopback)
}

/// The ports to which the kernel accepts packets, and those to which it rejects them, among the scanned ports.
fn by_kernel(scan: &Observation, protocol: Protocol) -> (PortSet, PortSet) {
    let of = |word: &str| -> PortSet {
        let pieces = scan.pieces(protocol).iter();
        let own = pieces.filter(|piece| piece.evidence.iter().any(|evidence| evidence.starts_with(word)));
        own.map(|piece| piece.range).collect()
    };
    assert!(scan.ports(protocol, |state| matches!(state, State::Open | State::Loopback)).is_empty(), "nothing listens");
    (of("closed"), of("filtered"))
}

/// The ports that the report calls open: to everyone, or to the peer that scans.
fn reported_open(report: &Observation, protocol: Protocol) -> PortSet {
    let is_for_peer = |evidence: &String| {
        !evidence.contains(", only if ")
            || PEERS.iter().any(|peer| evidence.contains(peer))
            || evidence.contains("@trusted")
    };
    let open = report.pieces(protocol).iter().filter(|piece| matches!(piece.state, State::Open | State::Restricted));
    let open: PortSet = open.filter(|piece| piece.evidence.iter().any(is_for_peer)).map(|piece| piece.range).collect();
    // The set @trusted has the peer for 22, and others for 23.
    let others = PortSet::from(PortRange::new(23, 23).unwrap());
    if protocol == Protocol::TCP { &open - &others } else { open }
}

/// Drops everything that the rules of a product don't accept.
const POLICY: &str = "
table inet filter {
    chain input {
        type filter hook input priority 0; policy drop
        iif lo accept
        ct state established,related accept
        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
    }
    chain output {
        type filter hook output priority 0; policy drop
    }
}
";

#[test]
fn an_audit_of_generated_rules_finds_no_difference() {
    if tool("nft").is_none() || private_sandbox(&["true"]).is_none() {
        return;
    }
    for product in dataset().products.into_iter().map(|product| product.id) {
        let product = product.as_str();
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str| directory.path().join(name);
        let output = run(&["rules", "--format", "nftables", "--product", product]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        fs::write(file("rules.nft"), output.stdout).unwrap();
        fs::write(file("policy.nft"), POLICY).unwrap();
        let mut load = private_sandbox(&["sh", "-c", LOAD, directory.path().to_str().unwrap()]).unwrap();
        let output = load.output().unwrap();
        assert!(output.status.success(), "{product}: {}", String::from_utf8_lossy(&output.stderr));
        fs::write(file("rules.json"), output.stdout).unwrap();
        let found = audit(product, &["--nft", file("rules.json").to_str().unwrap()]);
        for list in ["undocumented", "undocumented_unknown", "not_interpreted", "remarks"] {
            assert_eq!(found[list], serde_json::json!([]), "{product} {list}");
        }
        assert_eq!(
            [flows(&found, "missing"), flows(&found, "partly-open")],
            [vec![], vec![]] as [Vec<String>; 2],
            "{product}"
        );
        // A service without a port is in no rule.
        let dataset = dataset();
        let inbound = dataset.flows_of(product).filter(|flow| flow.direction == Direction::Inbound);
        let numbered = inbound.filter(|flow| flow.ports.iter().all(|spec| spec.transport().is_some()));
        let numbered: Vec<String> = numbered.map(|flow| flow.id.clone()).collect();
        assert_eq!(flows(&found, "open"), numbered, "{product}");
    }
}
