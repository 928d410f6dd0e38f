//! Audits of several sources, products and hosts, and of what some peers reach.

use serde_json::{Value, json};

use crate::cases::{case, state};
use crate::{audit, fixture, flows, printed, run};

/// The verdict on a flow.
fn verdict(audit: &Value, flow: &str) -> String {
    let flows = audit["flows"].as_array().unwrap();
    let found = flows.iter().find(|found| found["id"] == flow);
    found.unwrap_or_else(|| panic!("{flow}"))["verdict"].as_str().unwrap().to_string()
}

#[test]
fn one_admin_address_does_not_hide_what_everybody_else_misses() {
    let rules = case("one-address.json");
    let call = ["--nft", &rules, "--family", "ipv4"];
    let any = audit("mailgate", &call);
    assert_eq!((flows(&any, "open").len(), flows(&any, "restricted").len()), (0, 7));
    assert_eq!((&any["summary"]["restricted"], &any["summary"]["undocumented"]), (&json!(7), &json!(0)));
    assert_eq!(state(&any, "tcp/25").0, "restricted");
    let from = |address| audit("mailgate", &[&call[..], &["--from", address]].concat());
    assert_eq!(flows(&from("192.0.2.5"), "open").len(), 7);
    assert_eq!(flows(&from("192.0.2.6"), "missing").len(), 7);
    assert_eq!(flows(&from("192.0.2.0/24"), "restricted").len(), 7);
    assert_eq!(from("192.0.2.6")["undocumented"], json!([]));
    assert_eq!(from("192.0.2.6")["from"], json!(["192.0.2.6"]));
    for (finding, code) in [("restricted", 1), ("missing", 0), ("undocumented", 1)] {
        let call = [&["audit", "--product", "mailgate"], &call[..], &["--fail-on", finding]].concat();
        assert_eq!(run(&call).status.code(), Some(code), "{finding}");
    }
}

#[test]
fn a_trusted_interface_does_not_hide_that_the_others_are_closed() {
    let rules = case("trusted-interface.json");
    let call = ["--nft", &rules, "--family", "ipv4"];
    assert_eq!(flows(&audit("mailgate", &call), "restricted").len(), 7);
    let by = |interface| audit("mailgate", &[&call[..], &["--iface", interface]].concat());
    assert_eq!(flows(&by("mgmt0"), "open").len(), 7);
    assert_eq!((flows(&by("eth0"), "missing").len(), &by("eth0")["undocumented"]), (7, &json!([])));
}

#[test]
fn listeners_and_rules_show_what_listens_and_is_let_in() {
    let (listener, rules) = (case("listener.txt"), case("mail-ports.json"));
    let both = audit("mailgate", &["--ss", &listener, "--nft", &rules]);
    assert_eq!((&both["sources"], &both["source"]), (&json!(["ss", "nft"]), &Value::Null));
    // Listens and is let in; is let in and nothing listens.
    assert_eq!(verdict(&both, "mailgate-in-email-client-smtp"), "open");
    assert_eq!(verdict(&both, "mailgate-in-admin"), "missing");
    let (_, reasons) = state(&both, "tcp/443");
    assert!(reasons.contains("ss: nothing listens; nft: let in ("), "{reasons}");
    // Listens and isn't let in.
    let closed = audit("mailgate", &["--ss", &fixture("ss.txt"), "--nft", &rules]);
    assert_eq!(verdict(&closed, "mailgate-in-admin-ssh"), "missing");
    let (_, reasons) = state(&closed, "tcp/22");
    assert!(reasons.starts_with("ss: listens (0.0.0.0 (sshd)") && reasons.contains("nft: not let in"), "{reasons}");
}

#[test]
fn a_listener_over_one_family_is_not_let_in_by_rules_of_the_other() {
    let audit = audit("mailgate", &["--ss", &case("listener.txt"), "--nft", &case("ipv6-only.json")]);
    assert_eq!(state(&audit, "tcp/25").0, "not-open");
}

#[test]
fn a_port_that_any_product_documents_is_documented() {
    let ss = fixture("ss.txt");
    let text = printed(&["audit", "--product", "mailgate", "--product", "endpoint", "--ss", &ss, "--format", "json"]).0;
    let both: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&both["products"], &both["product"]), (&json!(["mailgate", "endpoint"]), &Value::Null));
    let undocumented = |audit: &Value| crate::ports(&audit["undocumented"]);
    let [mailgate, endpoint] = ["mailgate", "endpoint"].map(|product| audit(product, &["--ss", &ss]));
    assert!(undocumented(&mailgate).contains(&"tcp/445".to_string()));
    assert!(undocumented(&endpoint).contains(&"tcp/22".to_string()));
    let mut common = undocumented(&mailgate);
    common.retain(|port| undocumented(&endpoint).contains(port));
    assert_eq!(undocumented(&both), common);
    for (product, alone) in [("mailgate", &mailgate), ("endpoint", &endpoint)] {
        let own = both["flows"].as_array().unwrap().iter().filter(|flow| flow["product"] == product);
        assert_eq!(&own.cloned().collect::<Value>(), &alone["flows"]);
    }
}

#[test]
fn scans_of_one_host_complete_each_other() {
    let (tcp, udp) = (case("tcp-scan.xml"), case("udp-scan.xml"));
    let both = audit("mailgate", &["--nmap", &tcp, "--nmap", &udp]);
    assert_eq!(both["host"], "192.0.2.2");
    assert_eq!([state(&both, "tcp/25").0, state(&both, "udp/20001").0], ["open", "not-open"]);
    assert_eq!(verdict(&both, "mailgate-in-admin"), "open");
    assert_eq!(verdict(&both, "mailgate-in-mailgate-heartbeat"), "missing");
    let alone = audit("mailgate", &["--nmap", &tcp]);
    assert_eq!(verdict(&alone, "mailgate-in-mailgate-heartbeat"), "unknown");
}

#[test]
fn what_a_scan_reached_counts_more_than_rules_and_rules_decide_what_it_could_not() {
    let (tcp, udp, rules) = (case("tcp-scan.xml"), case("udp-scan.xml"), case("mail-ports.json"));
    let both = audit("mailgate", &["--nmap", &tcp, "--nmap", &udp, "--nft", &rules, "--ss", &fixture("ss.txt")]);
    // Reached, though the rules don't let it in.
    assert_eq!(state(&both, "tcp/443").0, "open");
    let (open, reasons) = state(&both, "udp/20000");
    assert_eq!(open, "open", "{reasons}");
    assert!(reasons.contains("udp-scan.xml") || reasons.contains("scans: unknown"), "{reasons}");
}

#[test]
fn a_scan_of_several_hosts_is_one_report() {
    let scan = fixture("two-hosts.xml");
    let call = ["audit", "--product", "mailgate", "--nmap", &scan];
    let text = printed(&[&call[..], &["--format", "json"]].concat()).0;
    let all: Value = serde_json::from_str(&text).unwrap();
    let hosts = all["hosts"].as_array().unwrap();
    assert_eq!(hosts.iter().map(|host| host["host"].as_str().unwrap()).collect::<Vec<_>>(), ["192.0.2.2", "192.0.2.3"]);
    for host in hosts {
        let name = host["host"].as_str().unwrap();
        assert_eq!(*host, audit("mailgate", &["--nmap", &scan, "--host", name]), "{name}");
    }
    let table = printed(&call).0;
    let end = table.split("Summary of all hosts\n").nth(1).unwrap_or_else(|| panic!("{table}"));
    assert!(end.lines().count() == 3 && end.contains("\n192.0.2.2") && end.contains("\n192.0.2.3"), "{end}");
    let output = run(&[&call[..], &["--fail-on", "missing"]].concat());
    let messages = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(messages.contains("fails: 192.0.2.2: ") && messages.contains("fails: 192.0.2.3: "), "{messages}");
}

#[test]
fn the_flows_of_a_peer_in_the_site_are_audited_for_its_addresses() {
    let site = case("site.toml");
    let audit = |rules: &str| audit("mailgate", &["--nft", &case(rules), "--site", &site, "--family", "ipv4"]);
    let restricted = audit("one-address.json");
    // 192.0.2.5 is let in, 192.0.2.6 isn't.
    assert_eq!(verdict(&restricted, "mailgate-in-admin"), "open");
    assert_eq!(verdict(&restricted, "mailgate-in-email-client-smtp"), "partly-open");
    // The other machine of a cluster has the addresses of the product; a peer without addresses may be anybody.
    assert_eq!(verdict(&restricted, "mailgate-in-mailgate-heartbeat"), "missing");
    assert_eq!(verdict(&restricted, "mailgate-in-console-snmp"), "restricted");
    let flow = |id: &str| restricted["flows"].as_array().unwrap().iter().find(|flow| flow["id"] == id).unwrap().clone();
    let client = flow("mailgate-in-email-client-smtp");
    assert_eq!(client["peer_addresses"], json!(["192.0.2.5", "192.0.2.6"]));
    assert_eq!(client["ports"][0]["observed"][0]["evidence"][0], "192.0.2.6 is not let in");
    // Whom a port is open to although the site names addresses.
    let open = audit("mail-ports.json");
    let flows = open["flows"].as_array().unwrap();
    let flow = flows.iter().find(|flow| flow["id"] == "mailgate-in-email-client-smtp").unwrap();
    assert_eq!(
        (flow["verdict"].as_str(), &flow["remarks"]),
        (Some("open"), &json!(["open to anybody, not only to the site's addresses"]))
    );
    // A host name has no place in rules.
    let messages = printed(&["audit", "--product", "mailgate", "--nft", &case("mail-ports.json"), "--site", &site]).1;
    assert!(messages.contains("console.example"), "{messages}");
}

#[test]
fn a_firewall_in_the_network_is_audited_for_the_addresses_of_the_product() {
    let (rules, site) = (case("forwarding.json"), case("site.toml"));
    let here = ["audit", "--product", "mailgate", "--nft", &rules];
    let messages = printed(&here).1;
    assert!(messages.contains("forward"), "{messages}");
    let audit = |product: &str| audit(product, &["--nft", &rules, "--at", "network", "--site", &site]);
    let mailgate = audit("mailgate");
    assert_eq!(flows(&mailgate, "open"), ["mailgate-in-email-client-smtp"]);
    assert_eq!(mailgate["destinations"], json!(["192.0.2.20"]));
    assert_eq!(flows(&audit("filter-suite"), "open"), Vec::<String>::new());
    let flow = mailgate["flows"].as_array().unwrap().iter().find(|flow| flow["id"] == "mailgate-in-admin").unwrap();
    assert_eq!((&flow["verdict"], &flow["peer_addresses"]), (&json!("missing"), &json!(["192.0.2.5"])));
}

#[test]
fn rules_of_one_family_audit_only_that_family() {
    let rules = fixture("rules.v4");
    let call = ["audit", "--product", "mailgate", "--iptables", &rules, "--ss", &case("listener.txt")];
    let (text, messages) = printed(&call);
    assert!(text.starts_with("mailgate, according to ss and the rules of iptables, over IPv4\n"), "{text}");
    assert!(messages.contains("only IPv4 is audited, since the rules of IPv6 (--ip6tables) are missing"), "{messages}");
    let six = audit("mailgate", &[&call[3..], &["--family", "ipv6"]].concat());
    assert_eq!(flows(&six, "unknown").len(), 7, "{six}");
}

#[test]
fn no_line_of_a_report_is_long_and_no_reason_is_json() {
    let rules = case("conditions-in-words.json");
    for call in [["--nft", &rules], ["--ss", &fixture("ss.txt")], ["--nmap", &fixture("two-hosts.xml")]] {
        let text = printed(&[&["audit", "--product", "mailgate"], &call[..]].concat()).0;
        assert!(text.lines().all(|line| line.chars().count() < 300 && !line.contains("{\"")), "{text}");
    }
}
