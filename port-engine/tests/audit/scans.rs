//! SCTP, and protocols by their number, in scans and in lists of listeners.

use std::path::Path;

use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::observation::{Observation, State};
use port_engine::audit::{nmap, ss};
use port_engine::protocol::Protocol;

use super::state;

fn scan(scanner: &str, content: &str) -> Observation {
    let text = format!(
        "<nmaprun scanner=\"{scanner}\" args=\"-oX -\">{}<runstats><finished time=\"1\" exit=\"success\"/></runstats></nmaprun>",
        content
            .replace("<ports>", "<host><status state=\"up\"/><address addr=\"192.0.2.9\" addrtype=\"ipv4\"/><ports>")
            .replace("</ports>", "</ports></host>")
    );
    nmap::read(Path::new("scan.xml"), &text, None).unwrap_or_else(|problem| panic!("{problem}"))
}

#[test]
fn a_scan_of_sctp_by_nmap_is_read() {
    let observation = scan(
        "nmap",
        "<scaninfo type=\"sctpinit\" protocol=\"sctp\" services=\"1-100,36412\"/>\
         <ports><extraports state=\"closed\" count=\"99\"/>\
         <port protocol=\"sctp\" portid=\"36412\"><state state=\"open\" reason=\"init-ack\"/></port>\
         <port protocol=\"sctp\" portid=\"7\"><state state=\"filtered\" reason=\"no-response\"/></port></ports>",
    );
    for (target, expected) in [
        ("sctp/36412", State::Open),
        ("sctp/7", State::NotOpen),
        ("sctp/8", State::NotOpen),
        ("sctp/101", State::NotChecked),
        ("tcp/7", State::NotChecked),
    ] {
        assert_eq!(state(&observation, target), expected, "{target}");
    }
}

#[test]
fn a_scan_of_cookies_may_not_decide() {
    let observation = scan(
        "nmap",
        "<scaninfo type=\"sctpcookieecho\" protocol=\"sctp\" services=\"7\"/>\
         <ports><port protocol=\"sctp\" portid=\"7\"><state state=\"open|filtered\"/></port></ports>",
    );
    assert_eq!(state(&observation, "sctp/7"), State::Unknown);
}

#[test]
fn a_scan_of_protocols_is_about_every_number() {
    let observation = scan(
        "nmap",
        "<scaninfo type=\"ipproto\" protocol=\"ip\" services=\"0-255\"/>\
         <ports><extraports state=\"open|filtered\" count=\"251\"/>\
         <port protocol=\"ip\" portid=\"1\"><state state=\"open\" reason=\"echo-reply\"/></port>\
         <port protocol=\"ip\" portid=\"47\"><state state=\"closed\" reason=\"proto-unreach\"/></port>\
         <port protocol=\"ip\" portid=\"112\"><state state=\"open\" reason=\"proto-response\"/></port>\
         <port protocol=\"ip\" portid=\"58\"><state state=\"closed\" reason=\"proto-unreach\"/></port></ports>",
    );
    for (target, expected) in [
        // nmap sends an echo request, so the answer says nothing about other types.
        ("icmp/8", State::Open),
        ("icmp/13", State::NotChecked),
        ("icmpv6/128", State::NotOpen),
        ("icmpv6/135", State::NotOpen),
        ("gre", State::NotOpen),
        ("vrrp", State::Open),
        ("89", State::Unknown),
        ("ah", State::Unknown),
    ] {
        assert_eq!(state(&observation, target), expected, "{target}");
    }
}

#[test]
fn masscan_finds_sctp_and_answers_to_pings() {
    let observation = scan(
        "masscan",
        "<ports><port protocol=\"sctp\" portid=\"36412\"><state state=\"open\" reason=\"none\"/></port></ports>\
         <ports><port protocol=\"icmp\" portid=\"0\"><state state=\"open\" reason=\"none\"/></port></ports>",
    );
    assert_eq!([state(&observation, "sctp/36412"), state(&observation, "icmp/8")], [State::Open; 2]);
    assert_eq!([state(&observation, "sctp/7"), state(&observation, "icmp/13")], [State::NotChecked; 2]);
}

#[test]
fn listeners_of_sctp_are_read_with_their_associations() {
    let text = "Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n\
                tcp   LISTEN 0      128          0.0.0.0:22        0.0.0.0:*\n\
                sctp  LISTEN 0      5          192.0.2.1:36412     0.0.0.0:*    users:((\"mme\",pid=7,fd=3))\n\
                `- ESTAB 0 0 192.0.2.1%eth0:36412 192.0.2.7:36412\n\
                sctp  UNCONN 0      0          192.0.2.1:9899      0.0.0.0:*\n";
    let read = |text: &str, family| ss::read(Path::new("ss.txt"), text, family).unwrap();
    let observation = read(text, None);
    assert_eq!([state(&observation, "sctp/36412"), state(&observation, "tcp/22")], [State::Open; 2]);
    assert_eq!([state(&observation, "sctp/9899"), state(&observation, "tcp/36412")], [State::NotOpen; 2]);
    assert_eq!(observation.pieces(Protocol::SCTP)[1].evidence, ["192.0.2.1 (mme)"]);
    // Without a line about it, ss may not have been asked.
    let without: String = text.lines().filter(|line| line.starts_with("tcp")).map(|line| format!("{line}\n")).collect();
    assert_eq!(state(&read(&without, None), "sctp/36412"), State::NotChecked);
    // ss prints one of the addresses of a socket.
    assert_eq!(state(&read(text, Some(AddressFamily::Ipv6)), "sctp/36412"), State::Unknown);
    let local = text.replace("192.0.2.1:36412", "127.0.0.1:36412");
    assert_eq!(state(&read(&local, None), "sctp/36412"), State::Unknown);
    // Only SCTP was asked about, or sockets of the other two are missing.
    let only = "sctp LISTEN 0 5 0.0.0.0:36412 0.0.0.0:*\n";
    assert_eq!(
        [state(&read(only, None), "sctp/36412"), state(&read(only, None), "tcp/1")],
        [State::Open, State::NotChecked]
    );
}
