//! What the audit says that a ruleset accepts, against what the kernel accepts: the rules are loaded in a network namespace,
//! and a real nmap scans it from another. And the rules that `rules` makes of a product, against its flows.
//!
//! Nothing listens, so a port that the rules accept is closed, with an answer, and any other is filtered.

use std::fs;
use std::path::Path;

use port_catalog::{Direction, FlowId, Product, Transport};
use port_cli::audit::Family;
use port_cli::audit::observation::{Observation, State};
use port_cli::audit::{nft, nmap};
use port_cli::port_set::PortSet;

use crate::listeners::{can_run, run_script};
use crate::tools::{private_sandbox, tool};
use crate::{audit, flows, kept, run};

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

/// What everything is dropped by that the rules of a product do not accept.
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

/// Loads the policy and the rules, jumps to them as their comments say, and lists what is in force.
const LOAD: &str = r#"
set -e
cd "$0"
nft -f policy.nft
nft -f rules.nft
sed -n 's/^#   \(nft add rule .*\)/\1/p' rules.nft | sh -e
nft -j list ruleset
"#;

#[test]
fn an_audit_of_the_rules_that_are_made_of_a_product_finds_nothing_missing_and_nothing_more() {
    if tool("nft").is_none() || private_sandbox(&["true"]).is_none() {
        return;
    }
    for product in Product::ALL {
        let product = product.as_str();
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let output = run(&["rules", "--format", "nftables", "--product", product]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        fs::write(file("rules.nft"), output.stdout).unwrap();
        fs::write(file("policy.nft"), POLICY).unwrap();
        let mut load = private_sandbox(&["sh", "-c", LOAD, folder.path().to_str().unwrap()]).unwrap();
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
        // What has no number is in no rule.
        let open = flows(&found, "open").into_iter().map(|id| id.parse::<FlowId>().unwrap().flow());
        let inbound = Product::ALL.iter().find(|one| one.as_str() == product).unwrap().flows();
        let numbered = inbound
            .filter(|flow| flow.direction() == Direction::Inbound && flow.ports().all(|spec| spec.range().is_some()));
        assert_eq!(open.collect::<Vec<_>>(), numbered.collect::<Vec<_>>(), "{product}");
    }
}
