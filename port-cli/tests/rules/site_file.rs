//! Site files: templates to fill in, peers that are products, interfaces, and rules for several products.

use std::fs;
use std::path::Path;
use std::process::Command;

use port_catalog_tests::fixture;
use port_core::Groups;
use port_engine::dataset::Dataset;
use port_engine::rules::site::Site;
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::cases::{files, rules};
use crate::openings::{Decisions, Openings, documented, fixture_tables, port_catalog, port_catalog_with, products_in};
use crate::tools::{piped, sandboxed, tool};

fn site_file(text: &str) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    fs::write(&file, text).unwrap();
    file
}

/// The rules and the messages of a call on the built-in catalog.
fn built_in(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_port-catalog")).arg("rules").args(arguments).output().unwrap();
    let [printed, messages] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code(), printed, messages)
}

/// A template with every entry in use: empty values are replaced.
fn filled_in(template: &str) -> String {
    let mut in_interfaces = false;
    let line = |line: &str| {
        in_interfaces = if line.starts_with('[') { line == "[interfaces]" } else { in_interfaces };
        let value = if in_interfaces { "= \"eth0\"" } else { "= [\"192.0.2.1\", \"2001:db8::/32\"]" };
        match line.strip_prefix('#') {
            Some(entry) if !entry.starts_with(' ') => entry.replace("= \"\"", value) + "\n",
            _ => format!("{line}\n"),
        }
    };
    template.lines().map(line).collect()
}

#[test]
fn a_template_is_valid_before_and_after_it_is_filled_in() {
    for tables in [fixture::tables(), fixture_tables(), fixture::editions()] {
        let dataset = Dataset::from_tables(&port_data::read(&tables).unwrap());
        let products = products_in(&tables);
        let mut calls: Vec<Vec<&str>> = products.iter().map(|product| vec![product.as_str()]).collect();
        calls.push(products.iter().map(String::as_str).collect());
        for call in calls {
            let options = call.iter().flat_map(|product| ["--site-template", product]).collect::<Vec<_>>();
            let output = port_catalog_with(&tables, &[&["rules"], &options[..]].concat());
            let template = String::from_utf8(output.stdout).unwrap();
            assert_eq!(output.status.code(), Some(0));
            assert_eq!(Site::parse(Path::new("t"), &template, &dataset), Ok(Site::default()), "{template}");
            let filled = filled_in(&template);
            let site =
                Site::parse(Path::new("t"), &filled, &dataset).map_err(|problems| format!("{problems:?}\n{filled}"));
            let site = site.unwrap();
            for flow in dataset.flows.iter().filter(|flow| call.contains(&flow.product.as_str())) {
                assert_eq!(site.product(&flow.product).addresses().len(), 2, "{}", flow.product);
                if let Some(component) = &flow.component {
                    let endpoints = site.component(&flow.product, component).map(|ends| ends.addresses().len());
                    assert_eq!(endpoints, Some(2), "{component}");
                }
                assert_eq!(site.peer(&flow.peer, &dataset).endpoints.addresses().len(), 2, "{}", flow.peer);
                assert_eq!(site.peer_interfaces(&flow.peer, &dataset).names, ["eth0"], "{}", flow.peer);
                let may_be_too_many = flow.groups == Groups::Unstated && flow.port_groups().count() > 1;
                let has_alternatives = may_be_too_many || flow.port_groups().any(|group| group.len() > 1);
                assert_eq!(!site.chosen_alternatives(&flow.id).is_empty(), has_alternatives, "{}", flow.id);
            }
        }
    }
}

#[test]
fn a_template_names_the_flows_of_each_peer() {
    let output = port_catalog(&["rules", "--site-template", "mailgate", "--site-template", "archive"]);
    insta::assert_snapshot!("site_template", String::from_utf8(output.stdout).unwrap());
}

#[test]
fn an_empty_value_is_an_error() {
    let site = site_file("[peers]\nadmin = \"\"\n");
    let call = ["rules", "--format=nftables", "--product=mailgate", "--site", site.path().to_str().unwrap()];
    assert_eq!(port_catalog(&call).status.code(), Some(2));
}

#[test]
fn peers_lists_every_peer_with_its_flows() {
    let output = port_catalog(&["peers", "--product", "mailgate", "--format", "csv"]);
    insta::assert_snapshot!("peers", String::from_utf8(output.stdout).unwrap());
    let printed: Value = serde_json::from_slice(&port_catalog(&["peers", "--format", "json"]).stdout).unwrap();
    for peer in printed.as_array().unwrap() {
        let call = ["list", "--format", "json", "--peer", peer["id"].as_str().unwrap()];
        let flows: Value = serde_json::from_slice(&port_catalog(&call).stdout).unwrap();
        assert_eq!(peer["flows"], flows.as_array().unwrap().len(), "{peer}");
    }
    let output = port_catalog(&["peers", "--product", "mailgat"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("did you mean \"mailgate\"?"));
}

#[test]
fn peers_that_the_site_does_not_name_are_left_out() {
    let site = site_file("[products]\nfortimail = \"192.0.2.10\"\n[peers]\nemail-client = \"10.0.0.0/16\"\n");
    let path = site.path().to_str().unwrap();
    let call = ["--format=nftables", "--product=fortimail", "--direction=inbound", "--site", path];
    let (code, printed, messages) = built_in(&call);
    assert_eq!(code, Some(0));
    let rules: Vec<&str> = printed.lines().filter(|line| line.contains(" accept comment ")).collect();
    assert!(rules.iter().any(|rule| rule.contains("fortimail-in-email-client-smtp")));
    for rule in rules {
        assert!(rule.contains("ip saddr 10.0.0.0/16 "), "{rule}");
    }
    let left_out = "left out 18 flows of peers without an address: admin, external-email-server, fortiguard, fortimail, \
                    fortimanager, protected-email-server";
    assert!(messages.contains(left_out) && printed.contains(&format!("# {left_out}\n")), "{messages}");
    assert!(printed.contains("# left out, since admin has no address\n"), "{printed}");

    let any = built_in(&[&call[..], &["--unnamed", "any"]].concat());
    assert!(
        any.1.contains("\t\tip daddr 192.0.2.10 tcp dport { 22-23, 80, 443 } accept comment \"fortimail-in-admin\"")
    );
    assert!(any.2.contains("opened to any address (none is given): admin, "), "{}", any.2);

    let (code, printed, messages) = built_in(&[&call[..], &["--unnamed", "fail"]].concat());
    assert_eq!((code, printed.as_str()), (Some(2), ""));
    let expected = "error[rules-unnamed-peers]: peers without an address: admin, external-email-server, fortiguard, fortimail, \
                    fortimanager, protected-email-server; ";
    assert!(messages.starts_with(expected), "{messages}");
}

#[test]
fn a_peer_that_is_a_product_of_the_site_has_its_addresses() {
    let site = site_file("[products]\nfortimail = [\"192.0.2.10\", \"192.0.2.11\"]\n");
    let path = site.path().to_str().unwrap();
    let call = ["--format=nftables", "--product=fortimail", "--peer=fortimail", "--direction=inbound", "--site", path];
    let (_, printed, messages) = built_in(&call);
    let rule = "ip saddr { 192.0.2.10, 192.0.2.11 } ip daddr { 192.0.2.10, 192.0.2.11 } udp dport 20000 accept";
    assert!(printed.contains(rule), "{printed}");
    assert!(!messages.contains("any address"), "{messages}");
}

#[test]
fn encrypted_alternatives_are_preferred() {
    let call = ["--format=nftables", "--product=fortimail", "--direction=inbound", "--alternatives=encrypted"];
    let (_, printed, messages) = built_in(&call);
    let ports = |flow: &str| {
        let rule =
            printed.lines().find(|line| line.ends_with(&format!(" accept comment \"fortimail-in-{flow}\""))).unwrap();
        rule.trim().split_once(" dport ").unwrap().1.split_once(" accept").unwrap().0
    };
    for (flow, expected) in [
        ("email-client-quarantine", "443"),
        ("email-client-smtp", "465"),
        ("email-client-pop3", "995"),
        ("email-client-imap", "993"),
        // Two are encrypted.
        ("admin", "{ 22, 443 }"),
        // There is no choice.
        ("email-client-webdav", "8008"),
    ] {
        assert_eq!(ports(flow), expected, "{flow}");
    }
    for message in [
        "left out tcp/80 http | tcp/23 telnet (tcp/443 https and tcp/22 ssh are encrypted) [fortimail-in-admin]",
        "opened all alternatives (each is encrypted, one would be enough): tcp/443 https | tcp/22 ssh [fortimail-in-admin]",
    ] {
        assert!(messages.contains(message), "{messages}");
    }
    let (_, printed, messages) =
        built_in(&["--format=nftables", "--product=fortimail", "--peer=fortiguard", "--alternatives=encrypted"]);
    assert!(printed.contains("udp dport { 53, 8888 } accept"), "{printed}");
    assert!(
        messages.contains("opened all alternatives (none is known to be encrypted, one would be enough)"),
        "{messages}"
    );
}

#[test]
fn the_site_chooses_alternatives_of_a_flow() {
    let site = site_file(
        "[alternatives]\nfortimail-in-admin = [\"https\", \"22/tcp\"]\nfortimail-in-email-client-pop3 = \"tcp/110 pop3\"\n",
    );
    let path = site.path().to_str().unwrap();
    let call = ["--format=nftables", "--product=fortimail", "--direction=inbound", "--unnamed=any"];
    let (code, printed, messages) = built_in(&[&call[..], &["--alternatives=encrypted", "--site", path]].concat());
    assert_eq!(code, Some(0), "{messages}");
    for rule in [
        "\t\ttcp dport { 22, 443 } accept comment \"fortimail-in-admin\"",
        "\t\ttcp dport 110 accept comment \"fortimail-in-email-client-pop3\"",
        "\t\ttcp dport 993 accept comment \"fortimail-in-email-client-imap\"",
    ] {
        assert!(printed.contains(rule), "{printed}");
    }
    assert!(messages.contains("left out tcp/995 pop3s (the site file chooses another port)"), "{messages}");
}

#[test]
fn rows_that_look_wrong_are_reported() {
    let (_, printed, messages) = built_in(&["--format=nftables", "--product=fortimail"]);
    for flow in ["storage", "config-backup", "mail-backup"] {
        let flow = format!("[fortimail-in-external-email-server-{flow}]");
        let line = messages.lines().find(|line| line.starts_with("note: ") && line.ends_with(&flow)).expect(&flow);
        assert!(line.contains("looks wrong"), "{line}");
        let note = line.strip_suffix(&flow).unwrap().trim_end();
        assert!(printed.contains(&format!("\t\t# {note}\n")), "{note}");
    }
    assert!(messages.contains("note: The page prints TCP; SNMP is polled over UDP almost everywhere."), "{messages}");
    // The notes of flows that aren't allowed don't matter.
    let call = ["--format=nftables", "--product=fortimail", "--only=fortimail-in-admin", "--only=fortimail-out-radius"];
    let site = site_file("[peers]\nradius-server = \"10.0.0.1\"\n");
    let (_, printed, messages) = built_in(&[&call[..], &["--site", site.path().to_str().unwrap()]].concat());
    assert_eq!(messages.matches("note: ").count(), 1, "{messages}");
    assert_eq!(printed.matches("# note: ").count(), 2, "{printed}");
}

#[test]
fn a_selection_that_matches_nothing_writes_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let call = ["--format=nftables", "--product=fortimail", "--port=6144", "--out", out.to_str().unwrap()];
    let (code, printed, messages) = built_in(&call);
    assert_eq!((code, printed.as_str()), (Some(2), ""));
    assert!(messages.starts_with("error[rules-no-flow]: no flow of fortimail matches all options"), "{messages}");
    assert!(!out.exists());
}

/// The lines of rules that have a flow's comment.
fn flow_rules(text: &str, id: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| line.contains(&format!("\"{id}\"")));
    lines.map(|line| line.trim().to_string()).collect()
}

#[test]
fn interfaces_limit_rules_in_the_formats_that_have_them() {
    let site = site_file(
        "[peers]\nadmin = \"10.0.0.1\"\nldap-server = \"10.0.0.2\"\n\
         [interfaces]\nmailgate = \"dmz\"\nadmin = [\"eth2\", \"eth1\"]\nldap-server = \"eth3\"\n",
    );
    let call = ["--product=mailgate", "--only=mailgate-in-admin", "--only=mailgate-out-ldap-server", "--site"];
    let text = |format: &str, at: &str| {
        rules(&[&call[..], &[site.path().to_str().unwrap(), "--format", format, "--at", at]].concat())
    };
    let (admin, ldap) = ("mailgate-in-admin", "mailgate-out-ldap-server");
    let nft = text("nftables", "host");
    assert!(flow_rules(&nft, admin)[0].starts_with("iifname { \"eth1\", \"eth2\" } ip saddr 10.0.0.1 tcp "), "{nft}");
    assert!(flow_rules(&nft, ldap)[0].starts_with("oifname \"eth3\" ip daddr 10.0.0.2 tcp "), "{nft}");
    let nft = text("nftables", "network");
    assert!(flow_rules(&nft, admin)[0].starts_with("iifname { \"eth1\", \"eth2\" } oifname \"dmz\" ip saddr"), "{nft}");
    assert!(flow_rules(&nft, ldap)[0].starts_with("iifname \"dmz\" oifname \"eth3\" ip daddr 10.0.0.2 tcp "), "{nft}");
    let iptables = text("iptables", "network");
    let [first, second] = &flow_rules(&iptables, admin)[..] else { panic!("{iptables}") };
    assert!(first.starts_with("-A mailgate-in -i eth1 -o dmz -s 10.0.0.1 -p tcp "), "{iptables}");
    assert!(second.starts_with("-A mailgate-in -i eth2 -o dmz -s 10.0.0.1 -p tcp "), "{iptables}");
    let fortigate = text("fortigate", "network");
    for interfaces in [
        "        set srcintf \"eth1\" \"eth2\"\n        set dstintf \"dmz\"\n",
        "        set srcintf \"dmz\"\n        set dstintf \"eth3\"\n",
    ] {
        assert!(fortigate.contains(interfaces), "{fortigate}");
    }
    for (format, at) in [
        ("ufw", "host"),
        ("firewalld", "host"),
        ("aerleon", "network"),
        ("networkpolicy", "host"),
        ("terraform", "host"),
        ("cloudformation", "host"),
        ("ansible", "host"),
    ] {
        let call =
            [&["rules"], &call[..], &[site.path().to_str().unwrap(), "--format", format, "--at", at, "--strict"]];
        let output = port_catalog(&call.concat());
        assert_eq!(output.status.code(), Some(3), "{format}");
        let messages = String::from_utf8(output.stderr).unwrap();
        assert!(messages.contains("dropped the interfaces ") && messages.contains(admin), "{messages}");
    }
}

#[test]
fn iptables_accepts_rules_with_interfaces() {
    if tool("iptables-restore").is_none() {
        return;
    }
    let site = site_file(
        "[peers]\nadmin = \"10.0.0.1\"\n[interfaces]\nmailgate = \"dmz.10\"\nadmin = [\"eth2\", \"eth_1\"]\n",
    );
    let call = ["--product=mailgate", "--only=mailgate-in-admin", "--format=iptables", "--at=network", "--site"];
    let file = site_file(&rules(&[&call[..], &[site.path().to_str().unwrap()]].concat()));
    let load = "iptables-restore --noflush < \"$0\" && iptables-save";
    let Some(command) = sandboxed(&["sh", "-c", load, file.path().to_str().unwrap()]) else { return };
    let saved = piped(command, "");
    for interface in ["eth2", "eth_1"] {
        let rule = format!("-A mailgate-in -s 10.0.0.1/32 -i {interface} -o dmz.10 -p tcp -m tcp --dport 443 ");
        assert!(saved.contains(&rule), "{saved}");
    }
}

#[test]
fn several_products_share_a_ruleset() {
    let call = ["--product=archive", "--product=mailgate", "--product=archive", "--name=mail"];
    for format in [
        "nftables",
        "iptables",
        "ufw",
        "fortigate",
        "firewalld",
        "aerleon",
        "networkpolicy",
        "terraform",
        "cloudformation",
        "ansible",
    ] {
        let files = files(&[&call[..], &["--format", format]].concat());
        let all: String = files.iter().map(|file| file.text.as_str()).collect();
        for document in ["Archive: Ports used by Archive", "MailGate: MailGate ports"] {
            assert!(all.contains(document), "{format}: {document}");
        }
        for flow in ["archive-in-admin", "mailgate-in-admin"] {
            assert!(all.contains(flow), "{format}: {flow}");
        }
    }
    let text = rules(&[&call[..], &["--format=nftables"]].concat());
    let mut expected = Openings::new();
    for product in ["archive", "mailgate"] {
        expected.extend(documented(product, Decisions::ALL[0], "host"));
    }
    let flows: std::collections::BTreeSet<&str> = expected.iter().map(|opening| opening.0.as_str()).collect();
    for flow in flows {
        assert!(!flow_rules(&text, flow).is_empty(), "{flow}");
    }
    assert_eq!(text.matches("chain mail-inbound {").count(), 2);
    assert!(!text.contains("chain mailgate-") && !text.contains("chain archive-"));
}

#[test]
fn each_product_has_its_own_addresses_in_a_common_ruleset() {
    let site =
        site_file("[products]\nmailgate = \"192.0.2.1\"\narchive = \"192.0.2.2\"\n[peers]\nadmin = \"10.0.0.1\"\n");
    let call =
        ["--product=mailgate", "--product=archive", "--name=mail", "--format=nftables", "--at=network", "--site"];
    let text = rules(&[&call[..], &[site.path().to_str().unwrap()]].concat());
    for (id, start) in [
        ("mailgate-in-admin", "ip saddr 10.0.0.1 ip daddr 192.0.2.1 "),
        ("archive-in-admin", "ip saddr 10.0.0.1 ip daddr 192.0.2.2 "),
    ] {
        assert!(flow_rules(&text, id)[0].starts_with(start), "{text}");
    }
}
