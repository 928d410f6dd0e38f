//! Cells that vendors print, and what is read from them.

use super::{Cell, NoPort, codes, parse};
use port_core::Groups;
use std::fmt::Write;

/// A cell as a port expression, followed by what else it states.
pub(super) fn show(cell: &Cell) -> String {
    let mut text = String::new();
    for (index, spec) in cell.specs.iter().enumerate() {
        text.push_str(match index.checked_sub(1) {
            None => "",
            Some(before) if cell.specs[before].group() == spec.group() => " | ",
            Some(_) if cell.groups == Groups::All => ", ",
            Some(_) => "; ",
        });
        write!(text, "{spec}").unwrap();
    }
    if let Some(no_port) = cell.no_port {
        write!(text, "{no_port:?}").unwrap();
    }
    if cell.is_default {
        text.push_str(" (default)");
    }
    for mark in &cell.marks {
        write!(text, " [{mark}]").unwrap();
    }
    for remark in &cell.remarks {
        write!(text, " {{{remark}}}").unwrap();
    }
    text
}

/// Cells, and what is read from them.
const CASES: &[(&str, &str)] = &[
    // The first four documents.
    ("TCP/443 or TCP/80 or TCP/22 or TCP/23", "tcp/443 | tcp/80 | tcp/22 | tcp/23"),
    ("TCP/80 or TCP/443 or TCP/110", "tcp/80 | tcp/443 | tcp/110"),
    ("TCP/25 or TCP/465", "tcp/25 | tcp/465"),
    ("TCP/110 or TCP/995 (server mode only)", "tcp/110 | tcp/995 {server mode only}"),
    ("TCP/8008", "tcp/8008"),
    ("UDP/20000", "udp/20000"),
    ("TCP/25 or 465", "tcp/25 | tcp/465"),
    ("TCP/3260 (iSCI), TCP/2049 (NFS)", "tcp/3260 iSCI; tcp/2049 NFS"),
    ("SFTP / FTP", "SFTP; FTP"),
    (
        "NFS, SMB/CIFS, SSH, external USB (direct connected), iSCSI",
        "NFS; SMB; CIFS; SSH; iSCSI {external USB (direct connected)}",
    ),
    ("UDP/53 or 8888, TCP/443", "udp/53 | udp/8888; tcp/443"),
    ("TCP/80 *", "tcp/80 [*]"),
    ("TCP/389 or TCP/636", "tcp/389 | tcp/636"),
    ("TCP/21, TCP/22, TCP/2049", "tcp/21; tcp/22; tcp/2049"),
    ("TCP/80, or defined by certificate", "tcp/80 {or defined by certificate}"),
    ("TCP/443, TCP/514", "tcp/443; tcp/514"),
    ("8013", "any/8013"),
    ("443 (default)", "any/443 (default)"),
    ("17700*", "any/17700 [*]"),
    ("17500\u{2013} 17515*", "any/17500-17515 [*]"),
    ("1433 1434", "any/1433; any/1434"),
    // Other vendors.
    ("TCP or UDP/514", "tcp/514 | udp/514"),
    ("TCP or UDP 514", "tcp/514 | udp/514"),
    ("TCP and UDP 53", "tcp/53, udp/53"),
    ("TCP/UDP 53", "tcp/53; udp/53"),
    ("TCP/UDP/53", "tcp/53; udp/53"),
    ("53/tcp/udp", "tcp/53; udp/53"),
    ("53/udp+tcp", "udp/53, tcp/53"),
    ("53 TCP or UDP", "tcp/53 | udp/53"),
    ("UDP/53, TCP/853", "udp/53; tcp/853"),
    ("TCP 21 or TCP 22", "tcp/21 | tcp/22"),
    ("25/tcp", "tcp/25"),
    ("25/tcp, 80", "tcp/25; any/80"),
    ("443/TCP (HTTPS)", "tcp/443 HTTPS"),
    ("443 (HTTPS)*", "any/443 HTTPS [*]"),
    ("TCP/HTTPS", "tcp HTTPS"),
    ("TCP/443/HTTPS", "tcp/443 HTTPS"),
    ("TLS/443", "any/443 TLS"),
    ("HTTPS: 443", "any/443 HTTPS"),
    ("TCP: 443, 80", "tcp/443; tcp/80"),
    ("TCP 443 HTTPS", "tcp/443 HTTPS"),
    ("UDP 500 IKE UDP 4500 NAT-T", "udp/500 IKE; udp/4500 NAT-T"),
    ("443 TCP 53 UDP", "tcp/443; udp/53"),
    ("HTTPS (443)", "any/443 HTTPS"),
    ("HTTPS (TCP/443), SSH (TCP 22)", "tcp/443 HTTPS; tcp/22 SSH"),
    ("20/21", "any/20; any/21"),
    ("TCP/80/443", "tcp/80; tcp/443"),
    ("2500 to 3300", "any/2500-3300"),
    ("TCP 2500-3300 or 4000", "tcp/2500-3300 | tcp/4000"),
    ("1024 \u{2013} 65535", "any/1024-65535"),
    ("1024-5000*", "any/1024-5000 [*]"),
    ("8301(UDP)", "udp/8301"),
    ("8301 (TCP/UDP)", "tcp/8301; udp/8301"),
    ("8301 (TCP, UDP)", "tcp/8301; udp/8301"),
    ("8301 (TCP and UDP)", "tcp/8301, udp/8301"),
    ("8301 (TCP or UDP), 8302", "tcp/8301 | udp/8301; any/8302"),
    ("80 (HTTP)/443 (HTTPS)", "any/80 HTTP; any/443 HTTPS"),
    ("port 443", "any/443"),
    ("TCP ports 80 and 443", "tcp/80, tcp/443"),
    ("80 & 443", "any/80, any/443"),
    ("443 default", "any/443 (default)"),
    ("443 (default, TCP)", "tcp/443 (default)"),
    ("443 by default, configurable", "any/443 (default) {configurable}"),
    ("80 or as configured", "any/80 {or as configured}"),
    ("80, 443 or 8080", "any/80 | any/443 | any/8080"),
    ("80, 443 and 8080", "any/80, any/443, any/8080"),
    ("80, 443, and 8080", "any/80, any/443, any/8080"),
    ("80 and 443, 8080", "any/80; any/443; any/8080"),
    ("80 or 81, and 443", "any/80 | any/81, any/443"),
    ("80 or 81, 443, and 8080", "any/80 | any/81; any/443; any/8080"),
    ("TCP/80 and UDP/53/54", "tcp/80; udp/53; udp/54"),
    ("80, or 443", "any/80 | any/443"),
    ("80, and 443.", "any/80, any/443"),
    ("80,443", "any/80; any/443"),
    ("80; 443", "any/80; any/443"),
    ("80\n443", "any/80; any/443"),
    ("80 (redirects to 443)", "any/80 {redirects to 443}"),
    ("443 (TCP; if enabled)", "tcp/443 {if enabled}"),
    // Typos are kept.
    ("UDP389", "udp/389"),
    ("TCP-443", "tcp/443"),
    ("53udp", "udp/53"),
    ("UDP/52", "udp/52"),
    ("TCP/514, TCP/514", "tcp/514; tcp/514"),
    // Marks.
    ("3300\u{b9}", "any/3300 [\u{b9}]"),
    ("443\u{2020}, 80**", "any/443; any/80 [\u{2020}] [**]"),
    ("443[1]", "any/443 [[1]]"),
    ("* 443", "any/443 [*]"),
    ("443*/tcp", "tcp/443 [*]"),
    // Hosts.
    ("example.com:443", "any/443 {example.com}"),
    ("*.example.com:443/tcp, 192.0.2.1:8080/tcp", "tcp/443; tcp/8080 {*.example.com} {192.0.2.1}"),
    // Protocols without ports.
    ("UDP/IKE 500, ESP (IP 50), NAT-T 4500", "udp/500 IKE; esp; udp/4500 NAT-T {IP 50}"),
    ("ESP", "esp"),
    ("ICMP", "icmp"),
    ("ICMP (ping)", "icmp {ping}"),
    ("ICMPv6 echo", "icmpv6 {echo}"),
    ("GRE (47), TCP 1723", "gre; tcp/1723 {47}"),
    ("SCTP/3868", "sctp/3868"),
    ("VRRP and AH", "vrrp, ah"),
    ("OSPF", "ip/89"),
    ("PIM, IGMP", "ip/103; ip/2"),
    ("ESP (tunnel)", "esp {tunnel}"),
    ("ESP tunnel", "esp {tunnel}"),
    ("ICMP type 8", "icmp/8"),
    ("ICMP/8", "icmp/8"),
    ("icmp/0", "icmp/0"),
    ("ICMP (type 8)", "icmp/8"),
    ("ICMP echo request", "icmp/8"),
    ("ICMP Echo-Request (type 8)", "icmp/8"),
    ("ICMP type 8 (Echo Request)", "icmp/8"),
    ("ICMP (echo reply)", "icmp/0"),
    ("ICMPv4 echo request, ICMPv6 echo request", "icmp/8; icmpv6/128"),
    ("ICMPv6 type 135 and ICMPv6 neighbour advertisement", "icmpv6/135, icmpv6/136"),
    ("ICMP echo request, TCP/443", "icmp/8; tcp/443"),
    ("ICMP destination unreachable", "icmp/3"),
    ("ICMP (1)", "icmp {1}"),
    ("IP protocol 112", "vrrp"),
    ("IP Protocol ID 47", "gre"),
    ("IP protocol 112 (VRRP)", "vrrp"),
    ("VRRP (IP protocol 112)", "vrrp {IP protocol 112}"),
    ("VRRP", "vrrp"),
    ("protocol number 99", "ip/99"),
    ("IP protocol: 103", "ip/103"),
    ("IP/112", "vrrp"),
    ("ip/88, IP proto 89", "ip/88; ip/89"),
    ("AH (protocol 51)", "ah {protocol 51}"),
    ("AH protocol 51, IP protocol 50 ESP", "ah; esp"),
    ("GRE", "gre"),
    ("GRE and TCP/1723", "gre, tcp/1723"),
    ("IP-in-IP", "ipip"),
    ("IPIP (IP protocol 4)", "ipip {IP protocol 4}"),
    ("SCTP 38412", "sctp/38412"),
    ("SCTP/38412 (NGAP)", "sctp/38412 NGAP"),
    // A base port and a number of ports.
    ("49152-49215 (64 ports from 49152)", "any/49152-49215"),
    ("49152-49215 (64 ports)", "any/49152-49215"),
    ("TCP/49152 (64 ports)", "tcp/49152-49215"),
    ("64 ports from 49152", "any/49152-49215"),
    ("UDP 64 ports starting at 49152", "udp/49152-49215"),
    ("TCP 443, 100 consecutive ports beginning with 5900", "tcp/443; tcp/5900-5999"),
    ("5900 (1 port)", "any/5900"),
    ("443, 5900-5999 (100 ports)", "any/443; any/5900-5999"),
    // No port.
    ("", "Empty"),
    ("\u{2014}", "Empty"),
    ("*", "Empty [*]"),
    ("N/A", "NotApplicable"),
    ("See comments", "Words {See comments}"),
    ("depends on the version, or on luck", "Words {depends on the version, or on luck}"),
    ("Any", "Words {Any}"),
    ("example.com", "Words {example.com}"),
    ("(default)", "Words (default)"),
    ("ETH Layer 0x8890", "BelowIp {ETH Layer 0x8890}"),
];

#[test]
fn cells_are_read() {
    let read = |cell| parse(cell, None).map_or_else(|error| error.to_string(), |read| show(&read));
    let wrong: Vec<_> = CASES
        .iter()
        .map(|(cell, expected)| (cell, read(cell), expected))
        .filter(|(_, read, expected)| read != *expected)
        .collect();
    assert!(wrong.is_empty(), "cell, read, should be: {wrong:#?}");
}

#[test]
fn the_protocol_column_is_used_if_the_cell_states_no_transport() {
    let cases = [
        ("8013", "TCP", "tcp/8013"),
        ("443 (default)", "tcp", "tcp/443 (default)"),
        ("IKE 500 ESP (IP 50) NAT-T 4500", "UDP", "udp/500 IKE; esp; udp/4500 NAT-T {IP 50}"),
        ("53", "TCP/UDP", "tcp/53; udp/53"),
        ("53", "TCP, UDP", "tcp/53; udp/53"),
        ("53", "TCP and UDP", "tcp/53, udp/53"),
        ("53", "TCP+UDP", "tcp/53, udp/53"),
        ("echo request", "ICMP", "icmp/8"),
        ("type 8", "ICMP", "icmp/8"),
        ("Echo Request", "ICMPv6", "icmpv6/128"),
        ("type 8, type 0", "ICMP", "icmp/8; icmp/0"),
        ("ICMP type 8", "ICMP", "icmp/8"),
        ("ICMP", "ICMP type 8", "icmp/8"),
        ("N/A", "ICMP type 8", "icmp/8"),
        ("", "ICMP/8", "icmp/8"),
        ("ping", "ICMP", "icmp {ping}"),
        ("-", "IP protocol 112", "vrrp"),
        ("", "AH (protocol 51)", "ah"),
        ("38412", "SCTP", "sctp/38412"),
        ("64 ports from 49152", "UDP", "udp/49152-49215"),
        ("53", "TCP or UDP", "tcp/53 | udp/53"),
        ("53 or 54", "TCP or UDP", "tcp/53 | udp/53 | tcp/54 | udp/54"),
        ("443", "HTTPS", "any/443 HTTPS"),
        ("SSH", "TCP", "tcp SSH"),
        ("UDP/53", "TCP, UDP", "udp/53"),
        ("443", "", "any/443"),
        ("443", "N/A", "any/443"),
        ("", "ESP", "esp"),
        ("N/A", "ESP", "esp"),
        ("tunnel mode", "ESP", "esp {tunnel mode}"),
    ];
    for (cell, protocol, expected) in cases {
        let read = parse(cell, Some(protocol)).map_or_else(|error| error.to_string(), |read| show(&read));
        assert_eq!(read, expected, "{cell:?} under {protocol:?}");
    }
}

#[test]
fn protocols_with_ports_outside_the_vocabulary_are_rejected() {
    for (cell, protocol) in [("DCCP/5001", None), ("5001", Some("DCCP"))] {
        assert_eq!(parse(cell, protocol).unwrap_err().code, codes::UNSUPPORTED_PROTOCOL, "{cell:?}");
    }
}

#[test]
fn a_cell_without_ports_has_a_reason() {
    assert_eq!(parse("N/A", None).unwrap().no_port, Some(NoPort::NotApplicable));
}
