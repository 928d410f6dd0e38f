//! Tests of the nmap reader.

use std::path::Path;

use super::{read, read_all};
use crate::audit::observation::{Observation, State, Tool};
use crate::protocol::Protocol;

const TWO_HOSTS: &str = include_str!("../../../tests/fixtures/two-hosts.xml");
const MASSCAN: &str = include_str!("../../../tests/fixtures/masscan.xml");

/// A scan of one host; its `<ports>` element and the attributes of the scan.
fn scan(args: &str, scaninfo: &str, ports: &str) -> String {
    format!(
        "<!DOCTYPE nmaprun>\n<nmaprun scanner=\"nmap\" args=\"nmap {args}\">{scaninfo}\n<host><status state=\"up\"/>\
         <address addr=\"192.0.2.9\" addrtype=\"ipv4\"/>\n{ports}</host>\n\
         <runstats><finished exit=\"success\"/></runstats></nmaprun>\n"
    )
}

fn lines(observation: &Observation) -> Vec<String> {
    let mut lines = Vec::new();
    for protocol in [Protocol::TCP, Protocol::UDP] {
        let pieces = observation.pieces(protocol).iter().filter(|piece| piece.state != State::NotChecked);
        lines.extend(pieces.map(|piece| {
            format!("{protocol}/{} {}: {}", piece.range, piece.state.description(), piece.evidence.join(" and "))
        }));
    }
    lines
}

fn message(text: &str, host: Option<&str>) -> String {
    read(Path::new("scan.xml"), text, host).unwrap_err().to_string()
}

#[test]
fn every_state_is_understood_and_a_guessed_service_is_no_evidence() {
    let observation = read(Path::new("scan.xml"), TWO_HOSTS, Some("192.0.2.2")).unwrap();
    assert_eq!(
        lines(&observation),
        [
            "tcp/1-21 not open: closed, reset",
            "tcp/22 open: syn-ack",
            "tcp/23 not open: filtered, admin-prohibited",
            "tcp/24 not open: closed, reset",
            "tcp/25 open: syn-ack, answers as smtp Example MTA 1.0",
            "tcp/26-79 not open: closed, reset",
            "tcp/80 open: syn-ack",
            "tcp/81-109 not open: closed, reset",
            "tcp/110 not open: closed|filtered, no-ipid-change",
            "tcp/111-142 not open: closed, reset",
            "tcp/143 unknown: unfiltered, reset",
            "tcp/144-464 not open: closed, reset",
            "tcp/465 open: syn-ack",
            "tcp/466-992 not open: closed, reset",
            "tcp/993 not open: filtered, no-response",
            "tcp/994 not open: closed, reset",
            "tcp/995 open: syn-ack",
            "tcp/996-1000 not open: closed, reset",
            "udp/50-52 unknown: open|filtered, no-response",
            "udp/53 open: udp-response",
            "udp/54-60 unknown: open|filtered, no-response",
            "udp/161 unknown: open|filtered, no-response",
        ]
    );
    assert_eq!(observation.host.as_deref(), Some("192.0.2.2"));
}

#[test]
fn a_host_is_selected_by_any_of_its_names() {
    for name in ["192.0.2.2", "02:00:00:00:00:02", "mail.example"] {
        let observation = read(Path::new("scan.xml"), TWO_HOSTS, Some(name)).unwrap();
        assert_eq!(observation.host.as_deref(), Some("192.0.2.2"), "{name}");
    }
    assert_eq!(message(TWO_HOSTS, None), "scan.xml:3:1: 2 hosts are up; choose one with --host: 192.0.2.2, 192.0.2.3");
    for name in ["192.0.2.1", "192.0.2.4", ""] {
        let expected = format!("scan.xml:3:1: no host named {name:?} is up; choose one of 192.0.2.2, 192.0.2.3");
        assert_eq!(message(TWO_HOSTS, Some(name)), expected);
    }
    let twins = TWO_HOSTS.replace("192.0.2.3", "192.0.2.2");
    assert!(message(&twins, Some("192.0.2.2")).contains("two hosts are named 192.0.2.2"));
}

#[test]
fn unlisted_ports_have_the_state_of_extraports() {
    let tcp = "<scaninfo type=\"fin\" protocol=\"tcp\" services=\"1-10\"/>";
    let open = "<port protocol=\"tcp\" portid=\"5\"><state state=\"open\" reason=\"syn-ack\"/></port>";
    let closed = "<extraports state=\"closed\" count=\"9\"/>";
    let filtered = "<extraports state=\"filtered\" count=\"4\"/>";
    let unsure = "<extraports state=\"open|filtered\" count=\"4\"/>";
    for (args, extra, rest) in [
        ("-sF", closed.to_string(), "not open: closed"),
        // Either way the port is not open.
        ("-sF", format!("{closed}{filtered}"), "not open: closed or filtered"),
        ("-sF", unsure.to_string(), "unknown: open|filtered"),
        // The difference matters, and older versions of nmap don't write which is which.
        ("-sF", format!("{closed}{unsure}"), "unknown: closed or open|filtered"),
        ("-sF", String::new(), "unknown: scanned but not listed"),
        ("-sF --open", String::new(), "not open: not listed, because of --open"),
    ] {
        let text = scan(args, tcp, &format!("<ports>{extra}{open}</ports>"));
        let observation = read(Path::new("scan.xml"), &text, None).unwrap();
        assert_eq!(
            lines(&observation),
            [format!("tcp/1-4 {rest}"), "tcp/5 open: syn-ack".to_string(), format!("tcp/6-10 {rest}")],
            "{args} {extra}"
        );
    }
    // An older version of nmap that scanned both protocols.
    let observation = read(Path::new("scan.xml"), TWO_HOSTS, Some("192.0.2.3")).unwrap();
    assert_eq!(
        lines(&observation),
        [
            "tcp/1-1000 not open: filtered",
            "udp/50-60 unknown: filtered or open|filtered",
            "udp/161 unknown: filtered or open|filtered",
        ]
    );
}

#[test]
fn port_0_is_ignored() {
    let scaninfo = "<scaninfo type=\"syn\" protocol=\"tcp\" services=\"0-2\"/>";
    let ports = "<ports><port protocol=\"tcp\" portid=\"0\"><state state=\"open\"/></port>\
                 <port protocol=\"tcp\" portid=\"2\"><state state=\"open\"/></port><extraports state=\"closed\"/></ports>";
    let observation = read(Path::new("scan.xml"), &scan("", scaninfo, ports), None).unwrap();
    assert_eq!(lines(&observation), ["tcp/1 not open: closed", "tcp/2 open: "]);
}

#[test]
fn a_scan_over_loopback_has_a_remark() {
    let text = scan("-sT", "<scaninfo type=\"connect\" protocol=\"tcp\" services=\"1\"/>", "<ports/>");
    let remarks = |text: &str| read(Path::new("scan.xml"), text, None).unwrap().remarks.len();
    assert_eq!(remarks(&text), 0);
    for (address, kind) in [("127.0.0.1", "ipv4"), ("::1", "ipv6")] {
        let own = format!("addr=\"{address}\" addrtype=\"{kind}\"");
        assert_eq!(remarks(&text.replace("addr=\"192.0.2.9\" addrtype=\"ipv4\"", &own)), 1, "{address}");
    }
}

#[test]
fn a_protocol_scan_reports_esp() {
    let scaninfo = "<scaninfo type=\"ipproto\" protocol=\"ip\" services=\"1,6,50\"/>";
    for (state, expected) in [("open", State::Open), ("open|filtered", State::Unknown), ("closed", State::NotOpen)] {
        let ports = format!("<ports><port protocol=\"ip\" portid=\"50\"><state state=\"{state}\"/></port></ports>");
        let observation = read(Path::new("scan.xml"), &scan("-sO", scaninfo, &ports), None).unwrap();
        assert_eq!(observation.portless(Protocol::ESP).state, expected);
        assert_eq!(lines(&observation), Vec::<String>::new());
    }
    let observation = read(Path::new("scan.xml"), TWO_HOSTS, Some("mail.example")).unwrap();
    assert_eq!(observation.portless(Protocol::ESP).state, State::NotChecked);
}

#[test]
fn a_scan_without_usable_ports_is_rejected() {
    let tcp = "<scaninfo type=\"syn\" protocol=\"tcp\" services=\"1-10\"/>";
    let whole = scan("-sS", tcp, "<ports><extraports state=\"closed\"/></ports>");
    assert!(read(Path::new("scan.xml"), &whole, None).is_ok());
    for (from, to, expected) in [
        ("<ports><extraports state=\"closed\"/></ports>", "", "scan.xml:3:1: the host's ports were not scanned"),
        ("<host>", "<host timedout=\"true\">", "scan.xml:3:1: the host timed out"),
        ("state=\"up\"", "state=\"down\"", "scan.xml:2:1: no host is up; scan with -Pn"),
        ("<finished exit=\"success\"/>", "", "scan.xml:2:1: the scan did not finish"),
        (
            "exit=\"success\"",
            "exit=\"error\" errormsg=\"no route\"",
            "scan.xml:5:11: the scan ended with an error (no route)",
        ),
        (
            "scanner=\"nmap\"",
            "scanner=\"other\"",
            "scan.xml:2:1: not the output of `nmap -oX` or `masscan -oX`: the root is <",
        ),
        ("nmaprun", "xmlrun", "scan.xml:2:1: not the output of `nmap -oX` or `masscan -oX`: the root is <"),
        ("state=\"closed\"", "state=\"ajar\"", "scan.xml:4:8: unknown state \"ajar\""),
        ("services=\"1-10\"", "services=\"10-1\"", "scan.xml:2:41: services: range \"10-1\" ends before it begins"),
        ("services=\"1-10\"", "services=\"1-+9\"", "scan.xml:2:41: services: invalid port or range \"1-+9\""),
        ("services=\"1-10\"", "services=\"1-65536\"", "scan.xml:2:41: services: invalid port or range \"1-65536\""),
        ("services=\"1-10\"", "services=\"1,,2\"", "scan.xml:2:41: services: invalid port or range \"\""),
        ("protocol=\"tcp\"", "protocol=\"tpc\"", "scan.xml:2:41: protocol: unknown protocol \"tpc\""),
        ("<extraports", "<port portid=\"5\" protocol=\"tcp\"/><extraports", "scan.xml:4:8: port without a <state>"),
        (
            "<extraports",
            "<port protocol=\"tcp\"><state state=\"open\"/></port><extraports",
            "scan.xml:4:8: portid: invalid port or range \"\"",
        ),
    ] {
        let text = whole.replace(from, to);
        assert_ne!(text, whole, "{from}");
        let found = message(&text, None);
        assert!(found.starts_with(expected), "{found}, expected {expected}");
    }
}

#[test]
fn a_file_that_was_cut_off_anywhere_is_rejected() {
    let end = TWO_HOSTS.trim_end().len();
    for length in 0..end {
        let found = message(&TWO_HOSTS[..length], Some("mail.example"));
        let expected = if TWO_HOSTS[..length].contains("<nmaprun") { "was cut off" } else { "looks like" };
        assert!(found.contains(expected), "{length}: {found}");
    }
    assert!(read(Path::new("scan.xml"), &TWO_HOSTS[..end], Some("mail.example")).is_ok());
}

#[test]
fn another_tools_output_is_named() {
    for (text, looks) in [
        ("{\"nftables\": []}", "the output of `nft -j list ruleset`"),
        ("tcp LISTEN 0 128 *:22 *:*\n", "the output of ss"),
        ("# Nmap 7.93 scan initiated", "nmap's text output"),
    ] {
        let expected = format!("scan.xml: not the output of `nmap -oX`: the file looks like {looks}");
        assert_eq!(message(text, None), expected);
    }
}

#[test]
fn entities_cannot_expand_without_limit() {
    let bomb = "<!DOCTYPE nmaprun [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
                <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">\
                <!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\">]>\
                <nmaprun scanner=\"nmap\">&f;&f;&f;&f;</nmaprun>";
    assert!(message(bomb, None).starts_with("scan.xml:1:"));
}

#[test]
fn every_host_of_a_scan_is_read_at_once() {
    let hosts = read_all(Path::new("scan.xml"), TWO_HOSTS).unwrap();
    let named = |name: &str| read(Path::new("scan.xml"), TWO_HOSTS, Some(name)).unwrap();
    assert_eq!(hosts, [named("192.0.2.2"), named("192.0.2.3")]);
    assert!(read_all(Path::new("scan.xml"), &TWO_HOSTS.replace("state=\"up\"", "state=\"down\"")).is_err());
}

#[test]
fn a_host_that_timed_out_was_not_checked() {
    let text = TWO_HOSTS.replacen("<host ", "<host timedout=\"true\" ", 1);
    assert_ne!(text, TWO_HOSTS);
    let hosts = read_all(Path::new("scan.xml"), &text).unwrap();
    let timed_out: Vec<&Observation> = hosts.iter().filter(|host| lines(host).is_empty()).collect();
    let remark = "192.0.2.2: the host timed out, so its ports are missing; scan it again";
    assert_eq!((hosts.len(), timed_out.len(), timed_out[0].remarks.as_slice()), (2, 1, &[remark.to_string()][..]));
    // One host, or nothing else: there is nothing to report.
    assert!(message(&text, Some("192.0.2.2")).contains("the host timed out"));
    let all = TWO_HOSTS.replace("<host ", "<host timedout=\"true\" ");
    assert!(read_all(Path::new("scan.xml"), &all).unwrap_err().to_string().contains("the host timed out"));
}

#[test]
fn masscan_lists_open_ports_only() {
    let hosts = read_all(Path::new("scan.xml"), MASSCAN).unwrap();
    let names: Vec<&str> = hosts.iter().filter_map(|host| host.host.as_deref()).collect();
    assert_eq!(names, ["192.0.2.2", "192.0.2.3"]);
    assert_eq!(
        lines(&hosts[0]),
        ["tcp/25 open: syn-ack and response", "tcp/465 not open: closed, rst-ack", "udp/161 open: none"]
    );
    assert_eq!(lines(&hosts[1]), ["tcp/993 open: syn-ack"]);
    assert_eq!(hosts[0].portless(Protocol::ICMP).state, State::Open);
    assert_eq!(hosts[1].portless(Protocol::ICMP).state, State::NotChecked);
    for host in &hosts {
        assert_eq!(host.sources, [Tool::Masscan]);
        assert!(host.remarks[0].contains("not checked"));
    }
    assert_eq!(read(Path::new("scan.xml"), MASSCAN, Some("192.0.2.2")).unwrap(), hosts[0]);
    // masscan ends lines with CR LF.
    assert_eq!(read_all(Path::new("scan.xml"), &MASSCAN.replace('\n', "\r\n")).unwrap(), hosts);
    assert_eq!(message(MASSCAN, None), "scan.xml:3:1: 2 hosts are up; choose one with --host: 192.0.2.2, 192.0.2.3");
}

#[test]
fn a_scan_of_masscan_that_was_cut_off_or_is_empty_is_rejected() {
    let end = MASSCAN.trim_end().len();
    for length in 0..end {
        let found = message(&MASSCAN[..length], Some("192.0.2.2"));
        assert!(found.contains("was cut off") || found.contains("looks like"), "{length}: {found}");
    }
    let hosts = MASSCAN.find("<host ").unwrap()..MASSCAN.find("<runstats>").unwrap();
    let mut none = MASSCAN.to_string();
    none.replace_range(hosts, "");
    let expected = "scan.xml:3:1: no host is listed; scan with nmap, which also lists hosts without open ports";
    assert_eq!(message(&none, None), expected);
    assert_eq!(read_all(Path::new("scan.xml"), &none).unwrap_err().to_string(), expected);
}

#[test]
fn other_xml_is_named_by_its_root() {
    for (text, root) in [
        ("<html/>", "<html>"),
        ("<report scanner=\"other\"/>", "<report scanner=\"other\">"),
        ("<nmaprun/>", "<nmaprun>"),
        ("<nmaprun scanner=\"other\"/>", "<nmaprun scanner=\"other\">"),
        ("<masscan scanner=\"masscan\"/>", "<masscan scanner=\"masscan\">"),
    ] {
        let expected = format!(
            "scan.xml:1:1: not the output of `nmap -oX` or `masscan -oX`: the root is {root}; \
             expected <nmaprun scanner=\"nmap\"> or <nmaprun scanner=\"masscan\">"
        );
        assert_eq!(message(text, None), expected);
    }
}

#[test]
fn other_output_of_masscan_is_rejected_with_the_option_to_use() {
    for text in [
        "[\n{   \"ip\": \"192.0.2.2\",   \"timestamp\": \"1\", \"ports\": [ {\"port\": 25, \"proto\": \"tcp\"} ] }\n]\n",
        "#masscan\nopen tcp 25 192.0.2.2 1764249000\n# end\n",
    ] {
        let expected = "scan.xml: not the output of `nmap -oX`: the file looks like the output of masscan without -oX; \
                        run masscan with -oX, and audit its output with --nmap";
        assert_eq!(message(text, None), expected);
    }
}
