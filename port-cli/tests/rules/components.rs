//! Rules for the components of a product: on a machine with some of them, and between them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;

use port_catalog_tests::diagnostics::Cases;
use port_catalog_tests::fixture;
use tempfile::NamedTempFile;

use crate::openings::port_catalog_with;

/// A site with several machines of each component.
const SITE: &str = r#"
version = 1
[groups]
control = ["10.0.0.1", "10.0.0.2"]
[components.cluster]
control-plane = "@control"
worker = "10.0.1.0/24"
[peers]
client = "10.9.0.0/16"
router = ["10.0.0.254", "2001:db8::254"]
"#;

pub fn site_file(text: &str) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    fs::write(&file, text).unwrap();
    file
}

/// Runs `rules` on the fixture with components.
pub fn call(arguments: &[&str]) -> Output {
    port_catalog_with(&fixture::editions(), &[&["rules"], arguments].concat())
}

/// The rules for nftables of a call on the fixture, by direction, and the messages.
pub fn nftables(arguments: &[&str]) -> (Vec<String>, String) {
    let output = call(&[&["--format", "nftables", "--product", "cluster"], arguments].concat());
    let [printed, messages] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {messages}");
    let mut direction = "";
    let mut rules = Vec::new();
    for line in printed.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("chain cluster-") {
            direction = rest.trim_end_matches([' ', '{']);
        }
        if let Some((rule, id)) = line.split_once(" accept comment ") {
            let rule = rule.replace("l4proto icmp", "l4proto 1").replace("l4proto vrrp", "l4proto 112");
            rules.push(format!("{direction} {}: {rule}", id.trim_matches('"')));
        }
    }
    (rules, messages)
}

/// The directions and ids of rules.
fn ids(rules: &[String]) -> BTreeSet<&str> {
    rules.iter().map(|rule| rule.split_once(": ").unwrap().0).collect()
}

#[test]
fn a_machine_gets_the_rules_of_its_own_components() {
    let site = site_file(SITE);
    let site = ["--site", site.path().to_str().unwrap()];
    let (rules, messages) = nftables(&[&["--component", "control-plane"], &site[..]].concat());
    let own = "{ 10.0.0.1, 10.0.0.2 }";
    assert_eq!(
        rules,
        [
            format!("inbound cluster-in-client-api: ip saddr 10.9.0.0/16 ip daddr {own} tcp dport 6443"),
            format!("inbound cluster-in-control-plane-store: ip saddr {own} ip daddr {own} tcp dport 2379-2380"),
            format!("inbound cluster-in-router-vrrp: ip saddr 10.0.0.254 ip daddr {own} meta l4proto 1"),
            format!("inbound cluster-in-router-vrrp: ip saddr 10.0.0.254 ip daddr {own} meta l4proto 99"),
            format!("inbound cluster-in-router-vrrp: ip saddr 10.0.0.254 ip daddr {own} meta l4proto 112"),
            format!("outbound cluster-in-control-plane-store: ip saddr {own} ip daddr {own} tcp dport 2379-2380"),
            format!("outbound cluster-in-control-plane-agent: ip saddr {own} ip daddr 10.0.1.0/24 tcp dport 10250"),
        ]
    );
    for message in [
        "left out 7 of the 14 flows of cluster (not selected)",
        "left out 1 flow inside a machine (scope host; --all-scopes allows them): cluster-in-client-health",
        "left out 2 flows of peers without an address: cluster",
        "left out admin from client-or-admin (the site has no address for it)",
        "left out icmpv6 (one end has no IPv6 address) [cluster-in-router-vrrp]",
    ] {
        assert!(messages.contains(&format!("{message}\n")), "{message}: {messages}");
    }

    let (rules, messages) = nftables(&[&["--component", "worker", "--unnamed", "any"], &site[..]].concat());
    let expected = [
        "inbound cluster-in-client-services",
        "inbound cluster-in-client-signalling",
        "inbound cluster-in-control-plane-agent",
        "inbound cluster-in-router-gre",
        "inbound cluster-in-worker-overlay",
        "inbound cluster-in-worker-tunnel",
        "outbound cluster-in-worker-overlay",
        "outbound cluster-in-worker-tunnel",
        "outbound cluster-out-registry",
    ];
    assert_eq!(ids(&rules), BTreeSet::from(expected));
    let agent = format!("inbound cluster-in-control-plane-agent: ip saddr {own} ip daddr 10.0.1.0/24 tcp dport 10250");
    assert!(rules.contains(&agent), "{rules:?}");
    assert!(
        messages.contains(
            "left out 1 flow between pods (scope pod; --all-scopes allows them): cluster-in-client-metrics\n"
        )
    );
}

#[test]
fn between_the_machines_each_flow_has_one_rule_with_both_ends() {
    let site = site_file(SITE);
    let (rules, _) = nftables(&["--at", "network", "--site", site.path().to_str().unwrap()]);
    let own = "{ 10.0.0.1, 10.0.0.2 }";
    let of = |id: &str| rules.iter().filter(|rule| rule.contains(&format!(" {id}: "))).collect::<Vec<_>>();
    let agent = format!("inbound cluster-in-control-plane-agent: ip saddr {own} ip daddr 10.0.1.0/24 tcp dport 10250");
    assert_eq!(of("cluster-in-control-plane-agent"), [&agent]);
    let store = format!("inbound cluster-in-control-plane-store: ip saddr {own} ip daddr {own} tcp dport 2379-2380");
    assert_eq!(of("cluster-in-control-plane-store"), [&store]);
    let with_component = nftables(&["--at", "network", "--component", "control-plane"]).0;
    assert!(ids(&with_component).contains("inbound cluster-in-control-plane-agent"));
    assert!(!ids(&with_component).iter().any(|id| id.starts_with("outbound cluster-in-")));
}

#[test]
fn without_components_a_machine_has_all_of_them() {
    let (rules, _) = nftables(&[]);
    let both = ["store", "agent"].map(|name| format!("cluster-in-control-plane-{name}"));
    for id in both.iter().map(String::as_str).chain(["cluster-in-worker-overlay", "cluster-in-worker-tunnel"]) {
        for direction in ["inbound", "outbound"] {
            assert!(ids(&rules).contains(format!("{direction} {id}").as_str()), "{direction} {id}");
        }
    }
}

#[test]
fn the_comment_names_the_components_of_the_machine() {
    let output = call(&["--format", "nftables", "--product", "cluster", "--component", "worker"]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("\n# For a machine with these components of the product: worker.\n"), "{printed}");
}

#[test]
fn several_components_of_one_machine_may_be_named() {
    let all = nftables(&[]);
    assert_eq!(nftables(&["--component", "worker", "--component", "control-plane"]).0, all.0);
}

#[test]
fn the_direction_is_that_at_the_machine() {
    let outbound = nftables(&["--component", "control-plane", "--direction", "outbound"]).0;
    let expected = [
        "outbound cluster-in-control-plane-agent",
        "outbound cluster-in-control-plane-store",
        "outbound cluster-out-cluster-federation",
    ];
    assert_eq!(ids(&outbound), BTreeSet::from(expected));
    let inbound = nftables(&["--component", "control-plane", "--direction", "inbound"]).0;
    assert!(ids(&inbound).iter().all(|id| id.starts_with("inbound ")));
    assert!(!ids(&inbound).contains("inbound cluster-in-control-plane-agent"));
    let to_worker = nftables(&["--component", "control-plane", "--peer", "cluster-worker"]).0;
    assert_eq!(ids(&to_worker), BTreeSet::from(["outbound cluster-in-control-plane-agent"]));
}

#[test]
fn traffic_inside_one_machine_needs_no_rule() {
    let site = site_file(
        "[components.cluster]\ncontrol-plane = \"10.0.0.1\"\nworker = \"10.0.0.1\"\n[peers]\nclient = \"10.9.0.0/16\"\n",
    );
    let (rules, messages) = nftables(&["--site", site.path().to_str().unwrap(), "--unnamed", "any"]);
    assert!(!ids(&rules).iter().any(|id| id.contains("-control-plane-") || id.contains("-worker-")), "{rules:?}");
    let inside = "left out 4 flows inside a machine (the site has the same address for both ends): \
                  cluster-in-control-plane-agent, cluster-in-control-plane-store, cluster-in-worker-overlay, cluster-in-worker-tunnel\n";
    assert!(messages.contains(inside), "{messages}");
}

#[test]
fn a_component_without_an_address_is_like_a_peer_without_one() {
    let site = site_file("[components.cluster]\ncontrol-plane = \"10.0.0.1\"\n[peers]\nclient = \"10.9.0.0/16\"\n");
    let call = ["--component", "control-plane", "--site", site.path().to_str().unwrap()];
    let (rules, messages) = nftables(&call);
    assert!(!ids(&rules).contains("outbound cluster-in-control-plane-agent"), "{rules:?}");
    assert!(messages.contains("of peers without an address: cluster, cluster-worker, router\n"), "{messages}");
    let (rules, _) = nftables(&[&call[..], &["--unnamed", "any"]].concat());
    let agent = "outbound cluster-in-control-plane-agent: ip saddr 10.0.0.1 tcp dport 10250".to_string();
    assert!(rules.contains(&agent), "{rules:?}");
}

#[test]
fn a_component_may_have_its_addresses_as_a_peer_or_as_the_product() {
    let as_peer = site_file("[peers]\ncluster-control-plane = \"10.0.0.1\"\ncluster-worker = \"10.0.1.1\"\n");
    let (rules, _) = nftables(&["--component", "worker", "--site", as_peer.path().to_str().unwrap()]);
    let agent =
        "inbound cluster-in-control-plane-agent: ip saddr 10.0.0.1 ip daddr 10.0.1.1 tcp dport 10250".to_string();
    assert!(rules.contains(&agent), "{rules:?}");
    let as_product = site_file("[products]\ncluster = [\"10.0.0.1\", \"10.0.0.2\"]\n");
    let (rules, _) = nftables(&["--component", "worker", "--site", as_product.path().to_str().unwrap()]);
    let all = "{ 10.0.0.1, 10.0.0.2 }";
    let agent = format!("inbound cluster-in-control-plane-agent: ip saddr {all} ip daddr {all} tcp dport 10250");
    assert!(rules.contains(&agent), "{rules:?}");
}

#[test]
fn another_product_reaches_all_components() {
    let site = site_file(SITE);
    let output = call(&[
        "--format=nftables",
        "--product=console",
        "--only=console-out-cluster-api",
        "--site",
        site.path().to_str().unwrap(),
    ]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("ip daddr { 10.0.0.1, 10.0.0.2, 10.0.1.0/24 } tcp dport { 443, 6443 }"), "{printed}");
}

#[test]
fn interfaces_of_components_are_those_of_the_machines() {
    let site =
        site_file("[interfaces]\ncluster = \"eth0\"\ncluster-worker = \"eth1\"\ncluster-control-plane = \"eth2\"\n");
    let call = ["--at", "network", "--unnamed", "any", "--site", site.path().to_str().unwrap()];
    let (rules, _) = nftables(&call);
    let agent = "inbound cluster-in-control-plane-agent: iifname \"eth2\" oifname \"eth1\" tcp dport 10250".to_string();
    assert!(rules.contains(&agent), "{rules:?}");
}

#[test]
fn the_template_has_a_table_of_components() {
    let output = port_catalog_with(&fixture::editions(), &["rules", "--site-template", "cluster"]);
    insta::assert_snapshot!("site_template_with_components", String::from_utf8(output.stdout).unwrap());
}

#[test]
fn everything_wrong_with_components_is_reported() {
    let mut cases = Cases::new("port-cli/tests/rules/components.txt");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("site.toml");
    let with_site = ["--format", "nftables", "--product", "cluster", "--site", file.to_str().unwrap()];
    for (name, site) in [
        (
            "unknown products and components",
            "[components.clutser]\nworker = \"10.0.0.1\"\n[components.cluster]\nworkers = \"10.0.0.1\"\nmaster = \"10.0.0.2\"\n",
        ),
        ("a product without components", "[components.console]\nworker = \"10.0.0.1\"\n"),
        (
            "invalid addresses of components",
            "[components.cluster]\nworker = [\"10.0.0.0/33\", \"@none\"]\ncontrol-plane = []\n",
        ),
        ("components without a product", "[components]\nworker = \"10.0.0.1\"\ncluster = \"10.0.0.2\"\n"),
        (
            "addresses of a component given twice",
            "[components.cluster]\nworker = \"10.0.0.1\"\n[peers]\ncluster-worker = \"10.0.0.2\"\n",
        ),
    ] {
        fs::write(&file, site).unwrap();
        let output = call(&with_site);
        assert_eq!(output.status.code(), Some(2), "{name}");
        cases.output(name, site, &output, &[directory.path()]);
    }
    let tables: &Path = &fixture::editions();
    for (name, arguments) in [
        ("an unknown component", &["--product", "cluster", "--component", "workr"][..]),
        ("a component of another product", &["--product", "console", "--component", "worker"]),
        ("two editions of one product", &["--product", "cluster@1.0", "--product", "cluster@2.0"]),
        ("an unknown edition", &["--product", "cluster@3.0"]),
    ] {
        let arguments = [&["--format", "nftables"], arguments].concat();
        let output = call(&arguments);
        assert_eq!(output.status.code(), Some(2), "{name}");
        cases.output(name, &format!("rules {}", arguments.join(" ")), &output, &[tables]);
    }
    cases.assert();
}
