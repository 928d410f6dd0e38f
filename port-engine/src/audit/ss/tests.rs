//! Tests of the ss reader.

use super::read;
use crate::audit::address_family::AddressFamily;
use crate::audit::observation::{Observation, State};
use crate::protocol::Protocol;
use std::path::Path;

const LISTENERS: &str = "\
Netid State  Recv-Q Send-Q      Local Address:Port Peer Address:PortProcess
udp UNCONN 0      0                 0.0.0.0:53  0.0.0.0:* users:((\"named\",pid=27404,fd=8),(\"named\",pid=5,fd=8))
udp UNCONN 0      0           127.0.0.53%lo:54  0.0.0.0:*
tcp LISTEN 0      128             127.0.0.1:25  0.0.0.0:*
tcp LISTEN 0      128            0.0.0.0%lo:99  0.0.0.0:*
tcp LISTEN 0      128               0.0.0.0:80  0.0.0.0:*
tcp LISTEN 0      128                 [::1]:25     [::]:*
tcp LISTEN 0      128    [::ffff:127.0.0.1]:77        *:*
tcp LISTEN 0      128      [fe80::1]%eth0:8443     [::]:*
tcp LISTEN 0      128      [fe80::2%eth0]:8443     [::]:*
tcp LISTEN 0      128                     *:443       *:*
tcp LISTEN 0      128                  [::]:444    [::]:* users:((\"a (b\",pid=1,fd=5)) ino:266168 sk:1
";

fn lines(observation: &Observation) -> Vec<String> {
    let mut lines = Vec::new();
    for protocol in [Protocol::TCP, Protocol::UDP] {
        let pieces = observation.pieces(protocol).iter().filter(|piece| piece.state != State::NotOpen);
        lines.extend(pieces.map(|piece| {
            format!("{protocol}/{} {}: {}", piece.range, piece.state.description(), piece.evidence.join(" and "))
        }));
    }
    lines
}

#[test]
fn listeners_on_loopback_are_distinguished_from_others() {
    let observation = read(Path::new("ss.txt"), LISTENERS, None).unwrap();
    assert_eq!(
        lines(&observation),
        [
            "tcp/25 on loopback only: 127.0.0.1 and [::1]",
            "tcp/77 on loopback only: [::ffff:127.0.0.1]",
            "tcp/80 open: 0.0.0.0",
            "tcp/99 on loopback only: 0.0.0.0%lo",
            "tcp/443 open: *",
            "tcp/444 open: [::] (a (b)",
            "tcp/8443 open: [fe80::1]%eth0 and [fe80::2%eth0]",
            "udp/53 open: 0.0.0.0 (named)",
            "udp/54 on loopback only: 127.0.0.53%lo",
        ]
    );
}

#[test]
fn a_family_has_only_the_listeners_that_it_reaches() {
    let open = |family| {
        let observation = read(Path::new("ss.txt"), LISTENERS, Some(family)).unwrap();
        lines(&observation).iter().map(|line| line.split(' ').next().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(open(AddressFamily::Ipv4), ["tcp/25", "tcp/77", "tcp/80", "tcp/99", "tcp/443", "udp/53", "udp/54"]);
    assert_eq!(open(AddressFamily::Ipv6), ["tcp/25", "tcp/443", "tcp/444", "tcp/8443"]);
}

#[test]
fn a_header_alone_means_that_nothing_listens() {
    let text = "Netid State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n";
    assert_eq!(lines(&read(Path::new("ss.txt"), text, None).unwrap()), Vec::<String>::new());
}

/// The audit's view of a file: its listeners, protocols that weren't checked, and the remarks.
fn summary(text: &str) -> String {
    let observation = read(Path::new("f"), text, None).unwrap();
    let mut parts = lines(&observation);
    for part in &mut parts {
        *part = part.split(':').next().unwrap().replace("1-65535 ", "all ");
    }
    parts.extend(observation.remarks.iter().cloned());
    parts.join("; ")
}

const NETID: &str = "Netid State  Recv-Q Send-Q   Local Address:Port   Peer Address:Port Process\n";
const STATE: &str = "State  Recv-Q Send-Q Local Address:Port Peer Address:Port\n";
const TCP: &str =
    "tcp   LISTEN 0      128            0.0.0.0:25          0.0.0.0:*    users:((\"smtpd\",pid=1,fd=3))\n";
const UDP: &str = "udp   UNCONN 0      0              0.0.0.0:53          0.0.0.0:*\n";
const CONNECTION: &str = "tcp   ESTAB  0      0           192.0.2.10:25     198.51.100.9:4242\n";

#[test]
fn connections_are_skipped_and_counted() {
    assert_eq!(
        summary(&format!("{NETID}{TCP}{CONNECTION}")),
        "tcp/25 open; skipped 1 socket that ss printed: 1 not listening (ESTAB)"
    );
    let closed = "tcp TIME-WAIT 0 0 192.0.2.10:25 198.51.100.9:4243\n";
    let connected = "udp ESTAB 0 0 192.0.2.10:4000 198.51.100.9:53\n";
    let bound = "tcp UNCONN 0 0 192.0.2.10:26 0.0.0.0:*\n";
    assert_eq!(
        summary(&format!("{TCP}{CONNECTION}{closed}{UDP}{connected}{bound}")),
        "tcp/25 open; udp/53 open; skipped 4 sockets that ss printed: 4 not listening (ESTAB, TIME-WAIT, UNCONN)"
    );
}

#[test]
fn lines_that_continue_a_socket_are_skipped() {
    let memory = "\t skmem:(r0,rb212992,t0,tb212992,f0,w0,o0,bl0,d0)\n";
    let processes = " users:((\"smtpd\",pid=1,fd=3))\n";
    assert_eq!(summary(&format!("{NETID}{UDP}{memory}{TCP}{processes}\t bbr cwnd:10\n\n")), "tcp/25 open; udp/53 open");
    // The whole file is indented, as in a ticket: its lines continue nothing.
    let indented = format!("  {}  {TCP}  {UDP}", NETID.trim_end().to_string() + "\n");
    assert_eq!(summary(&indented), "tcp/25 open; udp/53 open");
    for (text, message) in [
        (memory.to_string(), "f: not the output of `ss -tulnH`: the file looks like something else"),
        (format!("{NETID}{memory}"), "f:2:3: unknown protocol \"skmem:(r0,rb212992,t0,tb212992,f0,w0,o0,bl0,d0)\"; "),
        (format!("{TCP}  tpc LISTEN 0 128 0.0.0.0:26 0.0.0.0:*\n"), "f:2:3: unknown protocol \"tpc\"; "),
    ] {
        let found = read(Path::new("f"), &text, None).unwrap_err().to_string();
        assert!(found.starts_with(message), "{found}");
    }
}

#[test]
fn sockets_that_are_not_ports_are_skipped_and_counted() {
    let raw = "icmp6 UNCONN 0      0          *%eth0:58              *:*\n";
    let others = "u_str LISTEN 0 128 /run/a 2218595 * 0\np_raw UNCONN 0 0 [768]:* *\nnl UNCONN 0 0 4:0 *\nraw UNCONN 0 0 0.0.0.0:1 0.0.0.0:*\n";
    assert_eq!(
        summary(&format!("{NETID}{raw}{TCP}{UDP}{others}")),
        "tcp/25 open; udp/53 open; skipped 5 sockets that ss printed: 5 of other kinds (icmp6, nl, p_raw, raw, u_str)"
    );
    // Without a line about UDP, ss may have run as `ss -tlw`.
    assert_eq!(
        summary(&format!("{NETID}{raw}{TCP}")),
        "tcp/25 open; udp/all not checked; skipped 1 socket that ss printed: 1 of other kinds (icmp6); \
         no line is about udp: ss may have run without -u, so udp was not checked"
    );
}

#[test]
fn one_transport_alone_leaves_the_other_unchecked() {
    let bare = |line: &str| line.split_once(' ').unwrap().1.trim_start().to_string();
    for header in ["", STATE] {
        assert_eq!(
            summary(&format!("{header}{}", bare(TCP))),
            "tcp/25 open; udp/all not checked; no line is about udp: ss may have run without -u, so udp was not checked"
        );
        assert_eq!(
            summary(&format!("{header}{}{}", bare(UDP), bare(CONNECTION))),
            "tcp/all not checked; udp/53 open; skipped 1 socket that ss printed: 1 not listening (ESTAB); \
             no line is about tcp: ss may have run without -t, so tcp was not checked"
        );
    }
    // A socket of TCP can be UNCONN, so these may be two of TCP.
    let both = format!("{}{}", bare(TCP), bare(UDP));
    let message = "f:1:1: the column with tcp or udp is missing; run ss with both -t and -u, which prints it";
    assert_eq!(read(Path::new("f"), &both, None).unwrap_err().to_string(), message);
    let named = format!("{TCP}{}", bare(TCP));
    assert!(read(Path::new("f"), &named, None).is_err());
}

#[test]
fn udp_that_an_old_version_prints_as_tcp_is_rejected() {
    let text = "Netid State      Recv-Q Send-Q    Local Address:Port    Peer Address:Port\n\
                tcp   UNCONN     0      0                     *:68                 *:*      users:((\"dhclient\",1171,6))\n";
    assert_eq!(
        read(Path::new("input"), text, None).unwrap_err().to_string(),
        "input:2:7: tcp in the state UNCONN: expected LISTEN; \
         ss of RHEL 6 prints udp as tcp: correct these lines, or run a newer version of ss"
    );
}

#[test]
fn addresses_of_old_versions_are_read() {
    let text = "tcp LISTEN 0 128 :::22 :::*\ntcp LISTEN 0 128 ::1:631 :::*\ntcp LISTEN 0 128 ::ffff:127.0.0.1:77 :::*\n\
                udp UNCONN 0 0 fe80::1%eth0:546 :::* users:((\"dhclient\",1171,6))\n";
    let observation = read(Path::new("f"), text, None).unwrap();
    assert_eq!(
        lines(&observation),
        [
            "tcp/22 open: ::",
            "tcp/77 on loopback only: ::ffff:127.0.0.1",
            "tcp/631 on loopback only: ::1",
            "udp/546 open: fe80::1%eth0 (dhclient)"
        ]
    );
}

#[test]
fn output_that_does_not_show_listeners_is_rejected() {
    for (text, message) in [
        ("", "f: the file is empty; run the command that writes it again, and check its messages"),
        (" \n\n", "f: the file is empty; run the command that writes it again, and check its messages"),
        (STATE, "f: no line is about tcp or udp, and nothing shows that ss was asked about them; run ss -tulnH"),
        (
            "u_str LISTEN 0 128 /run/a 2218595 * 0\n",
            "f: no line is about tcp or udp, and nothing shows that ss was asked about them; run ss -tulnH",
        ),
        ("State Recv-Q\n", "f:1:1: unknown protocol \"State\"; run ss -tulnH, which prints only tcp and udp"),
        (
            "Recv-Q Send-Q Local Address:Port Peer Address:Port\n",
            "f:1:1: unknown protocol \"Recv-Q\"; run ss -tulnH, which prints only tcp and udp",
        ),
        (
            "tcp 0 128 0.0.0.0:22 0.0.0.0:*\n",
            "f:1:5: unknown state \"0\"; run ss -tulnH, which prints a column with states",
        ),
        (CONNECTION, "f:1:7: all sockets are connections (state \"ESTAB\"); run ss with -l, which prints listeners"),
        (
            "ESTAB 0 0 10.0.0.1:22 10.0.0.2:5000\n",
            "f:1:1: all sockets are connections (state \"ESTAB\"); run ss with -l, which prints listeners",
        ),
        (
            "udp LISTEN 0 0 0.0.0.0:53 0.0.0.0:*\n",
            "f:1:5: udp in the state LISTEN: expected UNCONN; check that ss wrote this file",
        ),
        (
            "tcp LISTEN 0 128 0.0.0.0:ssh 0.0.0.0:*\n",
            "f:1:26: invalid port number \"ssh\"; run ss with -n, which prints numbers",
        ),
        (
            "tcp LISTEN 0 128 0.0.0.0:0 0.0.0.0:*\n",
            "f:1:26: invalid port number \"0\"; run ss with -n, which prints numbers",
        ),
        (
            "tcp LISTEN 0 128 0.0.0.0:65536 0.0.0.0:*\n",
            "f:1:26: invalid port number \"65536\"; run ss with -n, which prints numbers",
        ),
        (
            "tcp LISTEN 0 128 localhost:22 0.0.0.0:*\n",
            "f:1:18: invalid address \"localhost\"; run ss with -n, which prints numbers",
        ),
        ("tcp LISTEN 0 128 [::1:22 [::]:*\n", "f:1:18: invalid address \"[::1\"; run ss with -n, which prints numbers"),
        ("tcp LISTEN 0 128 22\n", "f:1:18: invalid local address and port \"22\"; check whether the file was cut off"),
        (
            "tcp LISTEN 0 128 0.0.0.0:44\n",
            "f:1:28: invalid peer address and port \"\"; check whether the file was cut off",
        ),
        (
            "table inet filter {\n",
            "f: not the output of `ss -tulnH`: the file looks like the output of `nft list ruleset` without -j",
        ),
    ] {
        assert_eq!(read(Path::new("f"), text, None).unwrap_err().to_string(), message, "{text}");
    }
}

#[test]
fn a_file_that_was_cut_off_within_a_line_is_rejected() {
    for length in 1..LISTENERS.len() {
        let cut = &LISTENERS[..length];
        let last = cut.rsplit('\n').next().unwrap();
        // The processes after the peer's column don't affect ports.
        let is_whole = last.is_empty() || last.contains(":* ") || last.ends_with(":*") || last.trim().is_empty();
        assert_eq!(read(Path::new("ss.txt"), cut, None).is_ok(), is_whole, "{cut:?}");
    }
}
