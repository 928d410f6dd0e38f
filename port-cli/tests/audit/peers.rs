//! Rules that let in some peers only, and rules of a firewall between the product and its peers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use port_core::Direction;
use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::firewall::{HookPath, Scope};
use port_engine::audit::nft;
use port_engine::audit::observation::{Observation, State};
use port_engine::audit::verdict::{Audit, Verdict};
use port_engine::protocol::Protocol;

use crate::tools::{private_sandbox, tool};
use crate::{LOAD, dataset, fixture, run};

fn over_ipv4() -> Scope {
    Scope { family: Some(AddressFamily::Ipv4), ..Scope::default() }
}

fn observation(listing: &str, scope: &Scope) -> Observation {
    nft::parse(Path::new("rules.json"), listing).unwrap().observe(scope).unwrap()
}

/// The number of `mailgate`'s inbound flows with each verdict.
fn counts(observation: &Observation, verdicts: &[Verdict]) -> Vec<usize> {
    let dataset = dataset();
    let audit = Audit::new(&dataset, &["mailgate"], observation, &BTreeMap::new());
    verdicts.iter().map(|verdict| audit.count(*verdict)).collect()
}

/// The number of `mailgate`'s inbound flows with a port number.
fn numbered() -> usize {
    let dataset = dataset();
    let inbound = dataset.flows_of("mailgate").filter(|flow| flow.direction == Direction::Inbound);
    inbound.filter(|flow| flow.ports.iter().all(|spec| spec.transport().is_some())).count()
}

#[test]
fn one_admin_address_does_not_hide_that_everybody_else_is_dropped() {
    let listing = fs::read_to_string(fixture("one-admin-address.json")).unwrap();
    let verdicts = [Verdict::Open, Verdict::Restricted, Verdict::Missing];
    let found = observation(&listing, &over_ipv4());
    assert_eq!(counts(&found, &verdicts), [0, numbered(), 0]);
    for (from, expected) in [("192.0.2.5/32", [numbered(), 0, 0]), ("198.51.100.7/32", [0, 0, numbered()])] {
        let found = observation(&listing, &Scope { sources: vec![from.parse().unwrap()], ..over_ipv4() });
        assert_eq!(counts(&found, &verdicts), expected, "{from}");
    }
}

#[test]
fn a_trusted_interface_does_not_hide_that_the_others_are_closed() {
    let listing = fs::read_to_string(fixture("trusted-interface.json")).unwrap();
    let verdicts = [Verdict::Open, Verdict::Restricted, Verdict::Missing];
    assert_eq!(counts(&observation(&listing, &over_ipv4()), &verdicts), [0, numbered(), 0]);
    for (interface, expected) in [("mgmt0", [numbered(), 0, 0]), ("eth0", [0, 0, numbered()])] {
        let found = observation(&listing, &Scope { interfaces: vec![interface.to_string()], ..over_ipv4() });
        assert_eq!(counts(&found, &verdicts), expected, "{interface}");
    }
    let over_eth0 = Scope { interfaces: vec!["eth0".to_string()], ..over_ipv4() };
    let (dataset, found) = (dataset(), observation(&listing, &over_eth0));
    let audit = Audit::new(&dataset, &["mailgate"], &found, &BTreeMap::new());
    assert!(audit.undocumented.is_empty() && audit.undocumented_unknown.is_empty());
}

/// Drops everything that the rules of a product don't forward.
const POLICY: &str = "
table inet filter {
    chain input {
        type filter hook input priority 0; policy drop
    }
    chain forward {
        type filter hook forward priority 0; policy drop
        ct state established,related accept
    }
}
";

const SITE: &str = r#"
[products]
mailgate = "192.0.2.20"
[peers]
admin = "0.0.0.0/0"
email-client = "10.0.0.0/8"
console = "198.51.100.7"
mailgate = "192.0.2.21"
email-server = "198.51.100.8"
console-or-analyzer = "198.51.100.9"
"#;

#[test]
fn the_generated_rules_of_a_firewall_open_the_flows_that_it_forwards() {
    if tool("nft").is_none() || private_sandbox(&["true"]).is_none() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    fs::write(file("site.toml"), SITE).unwrap();
    let site = file("site.toml");
    let call = ["rules", "--format", "nftables", "--product", "mailgate", "--direction", "inbound", "--at", "network"];
    let output = run(&[&call[..], &["--site", site.to_str().unwrap()]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    fs::write(file("rules.nft"), output.stdout).unwrap();
    fs::write(file("policy.nft"), POLICY).unwrap();
    let mut load = private_sandbox(&["sh", "-c", LOAD, directory.path().to_str().unwrap()]).unwrap();
    let output = load.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listing = String::from_utf8(output.stdout).unwrap();

    let behind =
        |address: &str| Scope { path: HookPath::Forward, destinations: vec![address.parse().unwrap()], ..over_ipv4() };
    let found = observation(&listing, &behind("192.0.2.20/32"));
    let state = |port: u16| {
        let piece = found.pieces(Protocol::TCP).iter().find(|piece| piece.range.contains(port));
        piece.map(|piece| piece.state)
    };
    assert_eq!(
        [443, 22, 25, 465, 161].map(state),
        [State::Open, State::Open, State::Restricted, State::Restricted, State::Restricted].map(Some)
    );
    assert_eq!(counts(&found, &[Verdict::Missing, Verdict::PartlyOpen, Verdict::Unknown]), [0, 0, 0]);
    let of_client = Scope { sources: vec!["10.1.2.3/32".parse().unwrap()], ..behind("192.0.2.20/32") };
    let found = observation(&listing, &of_client);
    assert_eq!(
        found.ports(Protocol::TCP, |state| state == State::Open).ranges().count(),
        6,
        "22, 25, 110, 443, 465, 995"
    );
    // Another machine behind the firewall gets nothing, nor does the firewall itself.
    for scope in [behind("192.0.2.99/32"), over_ipv4()] {
        let found = observation(&listing, &scope);
        assert!(found.ports(Protocol::TCP, |state| state != State::NotOpen).is_empty(), "{scope:?}");
    }
}
