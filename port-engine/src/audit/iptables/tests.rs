//! What the reader makes of saved rules. The rules are as iptables 1.8.9 prints them.

use std::path::Path;

use serde_json::{Value, json};

use super::parse;
use crate::audit::address_family::AddressFamily;
use crate::audit::firewall::Scope;
use crate::audit::nft;
use crate::audit::observation::{Observation, State};
use crate::protocol::Protocol;

/// What is observed of a table `filter` with these rules of its chain INPUT.
fn observed(family: AddressFamily, policy: &str, rules: &str) -> Observation {
    let text = format!(
        "*filter\n:INPUT {policy} [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:user - [0:0]\n{rules}\nCOMMIT\n"
    );
    observe(family, &text)
}

fn observe(family: AddressFamily, text: &str) -> Observation {
    let firewall = parse(&[(family, Path::new("rules"), text)]).unwrap_or_else(|problem| panic!("{problem}\n{text}"));
    firewall.observe(&Scope::default()).unwrap()
}

fn ports(observation: &Observation, protocol: Protocol, state: State) -> String {
    let ports = observation.ports(protocol, |own| own == state);
    ports.ranges().map(|range| range.to_string()).collect::<Vec<_>>().join(",")
}

/// The open ports of TCP, those that are unknown, and what isn't interpreted.
fn tcp(rules: &str) -> (String, String, String) {
    let observation = observed(AddressFamily::Ipv4, "DROP", rules);
    let of = |state| ports(&observation, Protocol::TCP, state);
    (of(State::Open), of(State::Unknown), observation.not_interpreted.join(" | "))
}

fn three(open: &str, unknown: &str, not_interpreted: &str) -> (String, String, String) {
    (open.to_string(), unknown.to_string(), not_interpreted.to_string())
}

/// The text of the evidence for an open port.
fn evidence(observation: &Observation, port: u16) -> String {
    let pieces = observation.pieces(Protocol::TCP).iter();
    let piece = pieces.clone().find(|piece| piece.range.first() <= port && port <= piece.range.last()).unwrap();
    assert!(matches!(piece.state, State::Open | State::Restricted), "{piece:?}");
    piece.evidence.join("; ")
}

#[test]
fn ports_and_protocols() {
    for (rule, open) in [
        ("-p tcp -m tcp --dport 25", "25"),
        ("-p tcp --dport 25", "25"),
        ("-p 6 -m tcp --dport 1000:2000", "1000-2000"),
        ("-p tcp -m tcp --dport 60000:65535", "60000-65535"),
        ("-p tcp -m tcp --dport 0:80", "1-80"),
        ("-p tcp -m tcp ! --dport 25", "1-24,26-65535"),
        ("-p tcp -m tcp --dport ! 25", "1-24,26-65535"),
        ("-p tcp -m multiport --dports 25,587,1000:2000", "25,587,1000-2000"),
        ("-p tcp -m multiport ! --dports 25,587:65535", "1-24,26-586"),
        ("-p tcp -m multiport --ports 25,26", "1-65535"),
        ("-p udp -m udp --dport 25", ""),
        ("! -p udp", "1-65535"),
        ("-p all", "1-65535"),
        ("-p 0", "1-65535"),
        ("-p esp", ""),
        ("-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN", "1-65535"),
        ("-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN", ""),
        ("-p tcp --syn", "1-65535"),
        ("-p tcp ! --syn", ""),
        ("-p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE", ""),
        ("-f", ""),
        ("! -f", "1-65535"),
        ("-p icmp -m icmp --icmp-type 8", ""),
        ("-p tcp -m comment --comment \"--dport 25 \\\" -j DROP\"", "1-65535"),
    ] {
        assert_eq!(tcp(&format!("-A INPUT {rule} -j ACCEPT")), three(open, "", ""), "{rule}");
    }
}

#[test]
fn negated_ports_of_either_end_match_only_if_neither_port_is_listed() {
    let rules = "-A INPUT -p tcp -m multiport ! --ports 25,26 -j DROP\n-A INPUT -p tcp -j ACCEPT";
    let observation = observed(AddressFamily::Ipv4, "DROP", rules);
    assert!(evidence(&observation, 80).contains("except what is dropped by ip filter INPUT line 6"));
    assert_eq!(evidence(&observation, 25), "ip filter INPUT line 7");
}

#[test]
fn addresses_and_interfaces_limit_what_is_open() {
    for (rule, limit) in [
        ("-m time --timestart 10:00:00", ", only if -m time --timestart 10:00:00"),
        ("-s 192.0.2.1/32", ", only if ip saddr 192.0.2.1"),
        ("-s 192.0.2.0/24", ", only if ip saddr 192.0.2.0/24"),
        ("-s 192.0.2.0/255.255.255.0", ", only if ip saddr 192.0.2.0/24"),
        ("! -s 192.0.2.1/32", ", only if ip saddr != 192.0.2.1"),
        ("-i eth+", ", only if iifname eth*"),
        ("! -i eth0", ", only if iifname != eth0"),
        ("-i +", ""),
        ("-m iprange --src-range 192.0.2.1-192.0.2.9", ", only if ip saddr 192.0.2.1-192.0.2.9"),
        ("-m mac --mac-source 00:11:22:33:44:55", ", only if ether saddr 00:11:22:33:44:55"),
        ("-m limit --limit 3/min --limit-burst 10", ", only if limit rate 3/minute"),
        (
            "-m hashlimit --hashlimit-upto 10/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name x",
            ", only if limit rate 10/second",
        ),
        ("-m conntrack --ctstate NEW", ""),
        ("-m conntrack ! --ctstate INVALID,UNTRACKED", ""),
        ("-m conntrack --ctstate NEW,DNAT", ""),
        ("-m conntrack ! --ctstate DNAT", ""),
        ("-m state --state NEW", ""),
        ("-m addrtype --dst-type LOCAL", ""),
        ("-m mark --mark 0x0", ""),
        ("-m mark ! --mark 0x1/0xff", ""),
        ("-m recent --set --name ssh --mask 255.255.255.255 --rsource", ""),
        ("-m connlimit --connlimit-upto 10 --connlimit-mask 32 --connlimit-saddr", ", only if ct count 10"),
    ] {
        let observation = observed(AddressFamily::Ipv4, "DROP", &format!("-A INPUT {rule} -j ACCEPT"));
        assert_eq!(evidence(&observation, 25), format!("ip filter INPUT line 6{limit}"), "{rule}");
        assert_eq!(observation.not_interpreted, Vec::<String>::new(), "{rule}");
    }
}

#[test]
fn conditions_that_no_first_packet_meets() {
    for rule in [
        "-m conntrack --ctstate RELATED,ESTABLISHED",
        "-m state --state INVALID",
        "-m conntrack --ctstate UNTRACKED",
        "-m conntrack --ctstate DNAT",
        "-m conntrack ! --ctstate NEW,DNAT",
        "! -i +",
        "-m mark --mark 0x1",
        "-m addrtype ! --dst-type LOCAL",
        "-m addrtype --dst-type BROADCAST,MULTICAST",
        "-m recent ! --set --name x",
        "-m connlimit --connlimit-upto 0",
        "-m quota --quota 0",
    ] {
        assert_eq!(tcp(&format!("-A INPUT {rule} -j ACCEPT")), three("", "", ""), "{rule}");
    }
}

#[test]
fn what_is_not_interpreted_is_unknown_and_named_in_the_words_of_iptables() {
    for (rule, named) in [
        (
            "-m recent --rcheck --seconds 60 --name knock --rsource",
            "-m recent --rcheck --seconds 60 --name knock --rsource",
        ),
        ("-m set --match-set allowed src", "-m set --match-set allowed src"),
        ("-m set ! --match-set allowed src,dst", "-m set ! --match-set allowed src,dst"),
        ("-m u32 --u32 \"0x0=0x0\"", "-m u32 --u32 0x0=0x0"),
        ("-m string --string \"a b\" --algo bm", "-m string --string a b --algo bm"),
        ("-m owner --uid-owner 0", "-m owner --uid-owner 0"),
        ("-m pkttype --pkt-type unicast", "-m pkttype --pkt-type unicast"),
        ("-m statistic --mode nth --every 2 --packet 0", "-m statistic --mode nth --every 2 --packet 0"),
        ("-m conntrack --ctorigdstport 80", "-m conntrack --ctorigdstport 80"),
        ("-m conntrack --ctstate FOO", "-m conntrack --ctstate FOO"),
        ("-m addrtype --dst-type LOCAL --limit-iface-in", "-m addrtype --dst-type LOCAL --limit-iface-in"),
        ("-s 10.0.0.0/255.0.255.0", "-s 10.0.0.0/255.0.255.0"),
        ("! -s host.example", "! -s host.example"),
        ("-p tcp -m tcp --dport smtp", "--dport smtp"),
        ("--dport 25", "--dport 25"),
        ("-p tcp -m tcp --tcp-option 2", "--tcp-option 2"),
        ("-p nonesuch", "-p nonesuch"),
        ("-m quota2 --name x", "-m quota2 --name x"),
        ("[unsupported revision]", "[unsupported revision]"),
    ] {
        let (open, unknown, not_interpreted) = tcp(&format!("-A INPUT {rule} -j ACCEPT"));
        assert_eq!((open.as_str(), unknown.as_str()), ("", "1-65535"), "{rule}");
        assert_eq!(not_interpreted.trim_end(), format!("ip filter INPUT line 6: {named}"), "{rule}");
    }
}

#[test]
fn a_target_that_is_not_interpreted_may_do_anything() {
    for target in ["NFQUEUE --queue-num 1 --queue-bypass", "SYNPROXY --sack-perm", "FOO", "TPROXY --on-port 3129"] {
        let (open, unknown, not_interpreted) = tcp(&format!("-A INPUT -p tcp -m tcp --dport 25 -j {target}"));
        assert_eq!((open.as_str(), unknown.as_str()), ("", "25"), "{target}");
        assert_eq!(not_interpreted, format!("ip filter INPUT line 6: -j {target}"));
    }
    for target in
        ["LOG --log-prefix \"-j ACCEPT\"", "NFLOG --nflog-group 1", "AUDIT --type accept", "CONNMARK --save-mark"]
    {
        let rules = format!("-A INPUT -j {target}\n-A INPUT -p tcp -m tcp --dport 25 -j ACCEPT");
        assert_eq!(tcp(&rules), three("25", "", ""), "{target}");
    }
    assert_eq!(tcp("-A INPUT -p tcp -m tcp --dport 25"), three("", "", ""));
}

#[test]
fn chains_are_called_and_left_as_by_iptables() {
    let rules = "-A INPUT -p tcp -m tcp --dport 1:99 -j user\n-A INPUT -p tcp -m tcp --dport 80:90 -j ACCEPT\n\
                 -A INPUT -p tcp -m tcp --dport 200 -g user\n-A INPUT -p tcp -m tcp --dport 200 -j ACCEPT\n\
                 -A user -p tcp -m tcp --dport 25 -j ACCEPT\n-A user -p tcp -m tcp --dport 85 -j RETURN\n\
                 -A user -p tcp -m tcp --dport 86 -j REJECT --reject-with tcp-reset";
    assert_eq!(tcp(rules), three("25,80-85,87-90", "", ""));
    // The hash mark of a rule's counters.
    assert_eq!(tcp("[12:345] -A INPUT -p tcp -m tcp --dport 25 -j ACCEPT"), three("25", "", ""));
}

#[test]
fn a_limit_of_attempts_leaves_the_port_open() {
    let rules = "-A INPUT -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -m recent --set --name DEFAULT --mask 255.255.255.255 --rsource\n\
                 -A INPUT -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 --name DEFAULT --mask 255.255.255.255 --rsource -j DROP\n\
                 -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT";
    let observation = observed(AddressFamily::Ipv4, "DROP", rules);
    assert_eq!(evidence(&observation, 22), "ip filter INPUT line 8, except what is dropped by ip filter INPUT line 7");
    // Without a count, one packet is enough.
    let (open, unknown, _) = tcp(&rules.replace("--hitcount 6 ", ""));
    assert_eq!((open.as_str(), unknown.as_str()), ("", "22"));
}

#[test]
fn tables_are_passed_in_the_order_of_the_kernel() {
    let text = "*filter\n:INPUT DROP [0:0]\n-A INPUT -m mark --mark 0x7/0xf -j ACCEPT\n-A INPUT -m conntrack --ctstate UNTRACKED -j ACCEPT\n\
                -A INPUT -p tcp -m tcp --dport 2525 -j ACCEPT\nCOMMIT\n\
                *nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 25 -j REDIRECT --to-ports 2525\nCOMMIT\n\
                *mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 80 -j MARK --set-xmark 0x5/0xffffffff\n\
                -A PREROUTING -p tcp -m tcp --dport 80 -j MARK --set-xmark 0x2/0x2\n-A INPUT -p tcp -m tcp --dport 54 -j DROP\nCOMMIT\n\
                *raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 53:54 -j CT --notrack\nCOMMIT\n\
                *security\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 2526 -j DROP\nCOMMIT\n";
    let observation = observe(AddressFamily::Ipv4, text);
    assert_eq!(ports(&observation, Protocol::TCP, State::Open), "25,53,80,2525");
    assert_eq!(ports(&observation, Protocol::TCP, State::Unknown), "");
    assert_eq!(observation.family, Some(AddressFamily::Ipv4));
}

#[test]
fn a_published_port_of_docker_is_open_only_if_input_and_forward_agree() {
    let text = |forward: &str| {
        format!(
            "*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\n\
             -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE\n\
             -A DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80\nCOMMIT\n\
             *filter\n:INPUT ACCEPT [0:0]\n:FORWARD {forward} [0:0]\n-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT\nCOMMIT\n"
        )
    };
    let observation = observe(AddressFamily::Ipv4, &text("ACCEPT"));
    assert_eq!(ports(&observation, Protocol::TCP, State::Open), "1-65535");
    let observation = observe(AddressFamily::Ipv4, &text("DROP"));
    assert_eq!(ports(&observation, Protocol::TCP, State::Unknown), "8080");
}

#[test]
fn rules_of_ipv6() {
    let observation = observed(
        AddressFamily::Ipv6,
        "DROP",
        "-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 128 -j ACCEPT\n-A INPUT -s fe80::/10 -p udp -m udp --dport 546 -j ACCEPT\n\
         -A INPUT -s 2001:db8::1/128 -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -p ah -j ACCEPT\n\
         -A INPUT -m addrtype --dst-type UNICAST -p tcp -m tcp --dport 23 -j ACCEPT",
    );
    assert_eq!(evidence(&observation, 22), "ip6 filter INPUT line 8, only if ip6 saddr 2001:db8::1");
    assert_eq!(ports(&observation, Protocol::UDP, State::Restricted), "546");
    assert_eq!(observation.portless(Protocol::ICMPV6).state, State::Open);
    // An authentication header is before another one, which ip6tables compares with.
    assert_eq!(observation.portless(Protocol::new(51)).state, State::Unknown);
    assert_eq!(ports(&observation, Protocol::TCP, State::Unknown), "23");
}

#[test]
fn only_the_family_of_the_rules_is_observed() {
    let text = "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n";
    let (v4, v6) = ((AddressFamily::Ipv4, Path::new("v4"), text), (AddressFamily::Ipv6, Path::new("v6"), text));
    let state = |observation: &Observation| observation.pieces(Protocol::TCP)[0].state;
    for (files, asked, family, expected) in [
        (&[v4][..], None, Some(AddressFamily::Ipv4), State::Open),
        (&[v6][..], None, Some(AddressFamily::Ipv6), State::Open),
        (&[v4, v6][..], None, None, State::Open),
        (&[v4][..], Some(AddressFamily::Ipv6), Some(AddressFamily::Ipv6), State::NotChecked),
    ] {
        let observation = parse(files).unwrap().observe(&Scope { family: asked, ..Scope::default() }).unwrap();
        assert_eq!((observation.family, state(&observation)), (family, expected));
    }
}

/// A listing of nft with a table of iptables-nft: nft prints a rule of it as an extension.
const LISTING: &str = r#"{"nftables": [{"metainfo": {"json_schema_version": 1}},
    {"table": {"family": "ip", "name": "filter", "handle": 1}},
    {"chain": {"family": "ip", "table": "filter", "name": "INPUT", "handle": 1, "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}},
    {"rule": {"family": "ip", "table": "filter", "chain": "INPUT", "handle": 2, "expr": [{"xt": {"type": "match", "name": "multiport"}}, {"accept": null}]}},
    {"table": {"family": "inet", "name": "own", "handle": 2}},
    {"chain": {"family": "inet", "table": "own", "name": "in", "handle": 1, "type": "filter", "hook": "input", "prio": 5, "policy": "accept"}},
    {"rule": {"family": "inet", "table": "own", "chain": "in", "handle": 3, "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 26}}, {"drop": null}]}}]}"#;

const SAVED: &str = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m multiport --dports 25,26 -j ACCEPT\nCOMMIT\n";

#[test]
fn saved_rules_replace_the_extensions_that_nft_lists() {
    let open = |iptables: &str| {
        let listed = nft::parse(Path::new("rules.json"), LISTING).unwrap();
        let saved = parse(&[(AddressFamily::Ipv4, Path::new("rules.v4"), iptables)]).unwrap();
        let scope = Scope { family: Some(AddressFamily::Ipv4), ..Scope::default() };
        let observation = listed.with_iptables(saved).observe(&scope).unwrap();
        assert_eq!(ports(&observation, Protocol::TCP, State::Unknown), "");
        ports(&observation, Protocol::TCP, State::Open)
    };
    assert_eq!(open(SAVED), "25");
    // nft doesn't list the tables of iptables-legacy: packets pass both.
    let nft = format!("# Generated by iptables-save v1.8.9 (nf_tables) on Fri\n{SAVED}");
    let legacy = "# Generated by iptables-save v1.8.9 on Fri\n*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport 24:25 -j ACCEPT\nCOMMIT\n";
    assert_eq!(open(&format!("{nft}{legacy}")), "25");
    assert_eq!(open(&format!("{legacy}{nft}")), "25");
    assert_eq!(open(&format!("{nft}{}", legacy.replace("24:25", "24"))), "");
}

#[test]
fn a_rule_that_was_saved_without_one_of_its_conditions_is_unknown_next_to_the_listing() {
    // The first rule was loaded as `! --tcp-flags SYN,RST SYN,RST -m tcp --syn`, which matches all new packets.
    let saved = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport 22 ! --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT\n\
        -A INPUT -p tcp -m tcp --dport 25 ! --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT\nCOMMIT\n";
    let flags = |operator: &str, set: &str| {
        let left =
            json!({ "&": [{ "payload": { "protocol": "tcp", "field": "flags" } }, ["fin", "syn", "rst", "ack"]] });
        json!({ "match": { "op": operator, "left": left, "right": set } })
    };
    let dport = |port: u16| json!({ "match": { "op": "==", "left": { "payload": { "protocol": "tcp", "field": "dport" } }, "right": port } });
    let rule = |parts: Value| json!({ "rule": { "family": "ip", "table": "filter", "chain": "INPUT", "handle": 2, "expr": parts } });
    let unknown = |more: &[Value]| {
        let mut objects = vec![
            json!({ "metainfo": { "json_schema_version": 1 } }),
            json!({ "table": { "family": "ip", "name": "filter" } }),
            json!({ "chain": { "family": "ip", "table": "filter", "name": "INPUT", "type": "filter", "hook": "input", "prio": 0, "policy": "drop" } }),
            rule(json!([dport(22), flags("!=", "rst"), flags("==", "syn"), { "accept": null }])),
            rule(json!([dport(25), flags("!=", "syn"), { "accept": null }])),
        ];
        objects.extend_from_slice(more);
        let listing = json!({ "nftables": objects }).to_string();
        let listed = nft::parse(Path::new("rules.json"), &listing).unwrap();
        let saved = parse(&[(AddressFamily::Ipv4, Path::new("rules.v4"), saved)]).unwrap();
        let scope = Scope { family: Some(AddressFamily::Ipv4), ..Scope::default() };
        let observation = listed.with_iptables(saved).observe(&scope).unwrap();
        assert_eq!(ports(&observation, Protocol::TCP, State::Open), "");
        ports(&observation, Protocol::TCP, State::Unknown)
    };
    assert_eq!(unknown(&[]), "22");
    // With a rule that isn't saved, it isn't known which one is which.
    assert_eq!(unknown(&[rule(json!([{ "drop": null }]))]), "22,25");
}
