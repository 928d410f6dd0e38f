//! What the audit says that a ruleset accepts, against what the kernel accepts: the rules are loaded in a network namespace,
//! and a real nmap scans it from another.
//!
//! Nothing listens, so a port that the rules accept is closed, with an answer, and any other is filtered.

use std::fs;
use std::path::Path;

use port_catalog::Transport;
use port_cli::audit::Family;
use port_cli::audit::observation::{Observation, State};
use port_cli::audit::{nft, nmap};
use port_cli::port_set::PortSet;

use crate::kept;
use crate::listeners::{can_run, run_script};

/// The address of the peer that scans; rules that are for it alone accept it.
const PEERS: [&str; 2] = ["192.0.2.2", "2001:db8::2"];

const SCANNED: &str =
    "T:1-1100,T:4000,T:6490-6610,T:7000-7010,T:7930-8200,T:19990-20020,U:1-600,U:5350-5360,U:9440-9450,U:19990-20020";

#[test]
fn what_a_ruleset_is_said_to_accept_the_kernel_accepts() {
    if !can_run() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::copy(kept("rules.nft"), folder.path().join("rules.nft")).unwrap();
    run_script(folder.path(), SCANNED);
    let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();

    let listing = text("rules.json");
    let mut compared = 0;
    for (family, scan) in [(Family::Ipv4, "v4.xml"), (Family::Ipv6, "v6.xml")] {
        let told = nft::read(Path::new("rules.json"), &listing, Some(family)).unwrap();
        let scan = nmap::read(Path::new(scan), &text(scan), None).unwrap();
        for transport in [Transport::Tcp, Transport::Udp] {
            let (accepted, kept_out) = by_kernel(&scan, transport);
            let (open, shut) = (told_open(&told, transport), told.ports(transport, |state| state == State::NotOpen));
            assert_eq!(&open & &kept_out, PortSet::empty(), "{family} {transport}: said to be accepted, and is not");
            assert_eq!(&shut & &accepted, PortSet::empty(), "{family} {transport}: accepted, and not said to be");
            // What was both scanned and told: neither says nothing.
            let both = &(&open | &shut) & &(&accepted | &kept_out);
            compared += both.ranges().map(|range| usize::from(range.last() - range.first()) + 1).sum::<usize>();
            assert!(!(&open & &accepted).is_empty() && !(&shut & &kept_out).is_empty(), "{family} {transport}");
        }
    }
    assert!(compared > 1000, "{compared}");

    // The file that is kept is what nft makes of the rules.
    let kept = fs::read_to_string(kept("rules.json")).unwrap();
    for family in [None, Some(Family::Ipv4), Some(Family::Ipv6)] {
        let [now, then] = [&listing, &kept].map(|text| nft::read(Path::new("rules.json"), text, family).unwrap());
        assert_eq!(now, then);
    }
}

/// The ports that the kernel accepts packets to, and those that it keeps packets from; nothing of those not scanned.
fn by_kernel(scan: &Observation, transport: Transport) -> (PortSet, PortSet) {
    let of = |word: &str| -> PortSet {
        let pieces = scan.pieces(transport).iter();
        let own = pieces.filter(|piece| piece.evidence.iter().any(|evidence| evidence.starts_with(word)));
        own.map(|piece| piece.range).collect()
    };
    assert!(
        scan.ports(transport, |state| matches!(state, State::Open | State::Loopback)).is_empty(),
        "nothing listens"
    );
    (of("closed"), of("filtered"))
}

/// The ports that are said to be accepted: for all, or for the peer that scans.
fn told_open(told: &Observation, transport: Transport) -> PortSet {
    let is_for_peer = |evidence: &String| {
        !evidence.contains(", where ")
            || PEERS.iter().any(|peer| evidence.contains(peer))
            || evidence.contains("@trusted")
    };
    let open = told.pieces(transport).iter().filter(|piece| piece.state == State::Open);
    let open: PortSet = open.filter(|piece| piece.evidence.iter().any(is_for_peer)).map(|piece| piece.range).collect();
    // The set @trusted has the peer for 22, and others for 23.
    let others = PortSet::from(port_catalog::PortRange::new(23, 23).unwrap());
    if transport == Transport::Tcp { &open - &others } else { open }
}
