//! What the documents say besides ports: editions, groups, scopes, what is off by default, host names and notes.

use std::fs;

use port_catalog_tests::fixture;
use port_engine::rules::formats::RulesFormat;

use crate::cases::files_with;
use crate::components::{call, nftables, site_file};

/// Everything that a call prints: the rules and the messages.
fn everything(arguments: &[&str]) -> String {
    let output = call(arguments);
    let [printed, messages] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {messages}");
    printed + &messages
}

#[test]
fn an_edition_has_its_own_rules() {
    let old = nftables(&["--only", "cluster-in-client-api"]).0;
    let call = ["--format", "nftables", "--product", "cluster@1.0", "--only", "cluster-in-client-api"];
    let printed = everything(&call);
    assert!(old[0].ends_with("tcp dport 6443"), "{old:?}");
    assert!(printed.contains("tcp dport 8443") && !printed.contains("6443"), "{printed}");
    assert!(printed.contains("# Acme Cluster: Ports of Acme Cluster, Version 1.0"), "{printed}");
    let ssh = ["--format", "nftables", "--product", "cluster@1.0", "--only", "cluster-in-admin-ssh"];
    assert!(everything(&ssh).contains("tcp dport 22"));
}

#[test]
fn all_groups_are_opened_if_the_document_does_not_say_whether_all_are_needed() {
    let only = ["--only", "cluster-in-worker-overlay", "--direction", "inbound"];
    for alternatives in ["all", "first", "encrypted"] {
        let (rules, messages) = nftables(&[&only[..], &["--alternatives", alternatives]].concat());
        assert_eq!(rules, ["inbound cluster-in-worker-overlay: udp dport { 4789, 8472 }"], "{alternatives}");
        let opened = "opened all of udp/8472; udp/4789 (the document doesn't say whether all are needed) \
                      [cluster-in-worker-overlay]\n";
        assert!(messages.contains(opened), "{messages}");
    }
    let site = site_file("[alternatives]\ncluster-in-worker-overlay = \"udp/4789\"\n");
    let chosen = ["--unnamed", "any", "--site", site.path().to_str().unwrap()];
    let (rules, messages) = nftables(&[&only[..], &chosen].concat());
    assert_eq!(rules, ["inbound cluster-in-worker-overlay: udp dport 4789"]);
    assert!(messages.contains("left out udp/8472 (the site file chooses another port)"), "{messages}");
    // All groups of this flow are needed.
    let tunnel = nftables(&["--only", "cluster-in-worker-tunnel", "--direction", "inbound"]);
    assert!(!tunnel.1.contains("opened all of") && tunnel.0.len() == 3, "{tunnel:?}");
}

#[test]
fn flows_inside_machines_and_between_pods_are_left_out_unless_asked_for() {
    let scoped = ["cluster-in-client-health: tcp dport 10259", "cluster-in-client-metrics: tcp dport 9153"];
    let has = |rules: &[String], rule: &str| rules.iter().any(|own| own.ends_with(rule));
    let (rules, messages) = nftables(&[]);
    assert!(scoped.iter().all(|rule| !has(&rules, rule)), "{rules:?}");
    assert!(messages.contains(
        "left out 1 flow inside a machine (scope host; --all-scopes allows them): cluster-in-client-health\n"
    ));
    let (rules, messages) = nftables(&["--all-scopes"]);
    assert!(scoped.iter().all(|rule| has(&rules, rule)), "{rules:?}");
    assert!(!messages.contains("scope host"), "{messages}");
}

#[test]
fn what_is_off_by_default_is_opened_with_a_remark_unless_it_is_left_out() {
    let (rules, messages) = nftables(&["--direction", "inbound"]);
    assert!(rules.iter().any(|rule| rule.contains("cluster-in-worker-tunnel")), "{rules:?}");
    let opened =
        "opened what the document calls off by default [cluster-in-worker-overlay, cluster-in-worker-tunnel]\n";
    assert!(messages.contains(opened), "{messages}");
    let (rules, messages) = nftables(&["--direction", "inbound", "--enabled-only"]);
    assert!(!rules.iter().any(|rule| rule.contains("cluster-in-worker-tunnel")), "{rules:?}");
    let left_out = "left out 2 flows that the document calls off by default (--enabled-only): \
                    cluster-in-worker-overlay, cluster-in-worker-tunnel\n";
    assert!(messages.contains(left_out), "{messages}");
}

#[test]
fn hosts_that_the_document_gives_can_be_the_peer() {
    let only = ["--product", "cluster", "--only", "cluster-out-registry", "--unnamed", "hosts"];
    let printed = everything(&[&["--format", "fortigate"], &only[..]].concat());
    for line in ["set fqdn \"*.images.acme.example\"", "set fqdn \"registry.acme.example\""] {
        assert!(printed.contains(line), "{printed}");
    }
    // An empty ruleset would close everything, whatever the reason.
    for format in ["nftables", "ufw", "powershell", "terraform", "ansible"] {
        let output = call(&[&["--format", format], &only[..]].concat());
        let messages = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{format}");
        assert!(messages.starts_with("error[rules-no-rule]: no rule is left (dropped "), "{messages}");
    }
    // A flow without hosts may have any peer.
    let any = ["--product", "cluster", "--only", "cluster-in-client-services", "--unnamed", "hosts"];
    assert!(everything(&[&["--format", "nftables"], &any[..]].concat()).contains("opened to any address"));
}

#[test]
fn notes_and_incomplete_editions_reach_every_format() {
    for format in RulesFormat::ALL {
        let format = format.as_str();
        let printed = everything(&["--format", format, "--product", "cluster"]);
        assert!(printed.contains("note: The page doesn't say whether both are needed."), "{format}: {printed}");
        let printed = everything(&["--format", format, "--product", "console@2024-03"]);
        let incomplete = "Acme Console March 2024: parts of the document were not available, so flows may be missing";
        assert!(printed.contains(incomplete), "{format}: {printed}");
        assert!(!everything(&["--format", format, "--product", "console"]).contains("not available"), "{format}");
    }
}

#[test]
fn no_file_or_name_is_written_twice_for_a_flow_with_rules_at_both_ends() {
    for format in ["firewalld", "ufw", "aerleon", "mud"] {
        let files = files_with(&fixture::editions(), &["--format", format, "--product", "cluster"]);
        let mut names: Vec<&String> = files.iter().map(|file| &file.name).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count, "{format}");
        for file in &files {
            let definitions: Vec<&str> = file.text.lines().filter(|line| defines_a_name(format, line)).collect();
            let distinct: std::collections::BTreeSet<&&str> = definitions.iter().collect();
            assert_eq!(distinct.len(), definitions.len(), "{format} {}: {definitions:?}", file.name);
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let call = call(&["--format", "firewalld", "--product", "cluster", "--out", out.to_str().unwrap()]);
    assert!(call.status.success());
    let outbound = fs::read_to_string(out.join("policies/cluster-out.xml")).unwrap();
    assert!(outbound.contains("<service name=\"cluster-in-worker-overlay_out\"/>"), "{outbound}");
}

/// Whether a line of a file gives a name to something that may have the name only once.
fn defines_a_name(format: &str, line: &str) -> bool {
    match format {
        "ufw" => line.starts_with('['),
        "aerleon" => line.starts_with("  \"") && line.ends_with("\":") || line.starts_with("      - name: "),
        _ => false,
    }
}
