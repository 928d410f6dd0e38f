//! Parses `ss -tulnH`: the sockets on which a machine listens.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv6Addr};
use std::path::Path;

use port_core::PortRange;
use port_data::{Code, Diagnostic, Place};

use super::address_family::AddressFamily;
use super::codes;
use super::input_kind::{InputKind, wrong_kind};
use super::observation::{Observation, Seen, State, Tool};
use crate::protocol::Protocol;

/// The listeners that ss printed; all other ports are not open.
///
/// With a family, only listeners that its packets can reach. A connected socket means that ss ran without `-l` and may not have
/// printed any listeners, so it is an error.
///
/// # Errors
///
/// A line that `ss -tuln` wouldn't print, with or without its header and the processes of `-p`.
pub fn read(file: &Path, text: &str, family: Option<AddressFamily>) -> Result<Observation, Diagnostic> {
    let mut seen: Vec<Seen> = [Protocol::TCP, Protocol::UDP].map(not_open_elsewhere).into();
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if line.trim().is_empty() || number == 0 && is_header(line) {
            continue;
        }
        let listener = listener(line).map_err(|InvalidCell { cell, code, message, help }| {
            if number == 0 && InputKind::of(text) != InputKind::Ss {
                return wrong_kind(file, text, "ss -tulnH");
            }
            // The cell is a slice of the text.
            let offset = cell.as_ptr() as usize - text.as_ptr() as usize;
            Diagnostic::new(code, message).help(help).at(Place::at_offset(file, text, offset))
        })?;
        if family.is_none_or(|family| listener.address.is_reached_by(family)) {
            seen.push(listener.seen());
        }
    }
    let mut observation = Observation::new(Tool::Ss, &seen);
    observation.family = family;
    Ok(observation)
}

/// Whether a line is the complete header that ss prints without `-H`.
fn is_header(line: &str) -> bool {
    line.starts_with("Netid ") && line.contains("Peer Address:Port") && line.ends_with('\n')
}

/// A report that no port is open; reports of listeners override it.
fn not_open_elsewhere(protocol: Protocol) -> Seen {
    let range = PortRange::new(1, u16::MAX).expect("1 is lower");
    Seen { protocol, range, state: State::NotOpen, evidence: String::new() }
}

/// A listening socket.
struct ListeningSocket<'a> {
    protocol: Protocol,
    address: LocalAddress<'a>,
    port: u16,
    /// The rest of the line after the peer's column: with `-p`, the processes.
    rest: &'a str,
}

/// An invalid cell.
struct InvalidCell<'a> {
    cell: &'a str,
    code: Code,
    message: String,
    help: &'static str,
}

/// The address on which a socket listens.
struct LocalAddress<'a> {
    printed: &'a str,
    /// `None` for `*`, which is every IPv4 and IPv6 address.
    ip: Option<IpAddr>,
    interface: Option<&'a str>,
}

fn listener(line: &str) -> Result<ListeningSocket<'_>, InvalidCell<'_>> {
    let invalid = |cell, code, message: String, help| Err(InvalidCell { cell, code, message, help });
    let mut rest = line;
    let [netid, state, _, _, local, peer] = [(); 6].map(|()| cell(&mut rest));
    let protocol = match (netid, state) {
        ("tcp", "LISTEN") => Protocol::TCP,
        ("udp", "UNCONN") => Protocol::UDP,
        ("tcp" | "udp", _) => {
            let message = format!("not a listener (state {state:?})");
            return invalid(state, codes::SS_NOT_A_LISTENER, message, "run ss with -l, which prints only listeners");
        }
        ("LISTEN" | "UNCONN" | "State", _) => {
            let message = "the column with tcp or udp is missing".to_string();
            return invalid(netid, codes::SS_PROTOCOL, message, "run ss with both -t and -u, which prints it");
        }
        _ => {
            let message = format!("unknown protocol {netid:?}");
            return invalid(netid, codes::SS_PROTOCOL, message, "run ss -tulnH, which prints only tcp and udp");
        }
    };
    let Some((printed, port)) = local.rsplit_once(':') else {
        let message = format!("invalid local address and port {local:?}");
        return invalid(local, codes::SS_LOCAL_ADDRESS, message, "check whether the file was cut off");
    };
    let Some(port) = number(port) else {
        let message = format!("invalid port number {port:?}");
        return invalid(port, codes::SS_LOCAL_ADDRESS, message, "run ss with -n, which prints numbers");
    };
    let Some(address) = LocalAddress::parse(printed) else {
        let message = format!("invalid address {printed:?}");
        return invalid(printed, codes::SS_LOCAL_ADDRESS, message, "run ss with -n, which prints numbers");
    };
    // A line that was cut off ends before or within this column.
    if !peer.ends_with(":*") {
        let end = &line[line.trim_end().len()..];
        let cell = if peer.is_empty() { end } else { peer };
        let message = format!("invalid peer address and port {peer:?}");
        return invalid(cell, codes::SS_CUT_OFF, message, "check whether the file was cut off");
    }
    Ok(ListeningSocket { protocol, address, port, rest })
}

/// Removes the next cell from a line.
fn cell<'a>(rest: &mut &'a str) -> &'a str {
    let from = rest.trim_start();
    let (cell, after) = from.split_at(from.find(char::is_whitespace).unwrap_or(from.len()));
    *rest = after;
    cell
}

fn number(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && *number != 0)
}

impl<'a> LocalAddress<'a> {
    fn parse(printed: &'a str) -> Option<Self> {
        let (address, interface) = match printed.split_once('%') {
            Some((address, interface)) => (address, Some(interface).filter(|name| !name.is_empty())),
            None => (printed, None),
        };
        // Some versions of ss print the interface inside the brackets.
        let bare = address.strip_prefix('[').map_or(Some(address), |rest| {
            if interface.is_some() { Some(rest.trim_end_matches(']')) } else { rest.strip_suffix(']') }
        })?;
        let interface = interface.map(|name| name.trim_end_matches(']'));
        let ip = if bare == "*" { None } else { Some(bare.parse().ok()?) };
        Some(LocalAddress { printed, ip, interface })
    }

    /// Whether only the machine itself can reach it.
    fn is_loopback(&self) -> bool {
        let loopback = match self.ip {
            Some(IpAddr::V4(address)) => address.is_loopback(),
            Some(IpAddr::V6(address)) => {
                address.is_loopback() || address.to_ipv4_mapped().is_some_and(|address| address.is_loopback())
            }
            None => false,
        };
        loopback || self.interface == Some("lo")
    }

    fn is_reached_by(&self, family: AddressFamily) -> bool {
        let is_v4 = |address: Ipv6Addr| address.to_ipv4_mapped().is_some();
        match (self.ip, family) {
            (None, _) | (Some(IpAddr::V4(_)), AddressFamily::Ipv4) => true,
            (Some(IpAddr::V6(address)), AddressFamily::Ipv4) => is_v4(address),
            (Some(IpAddr::V6(address)), AddressFamily::Ipv6) => !is_v4(address),
            (Some(IpAddr::V4(_)), AddressFamily::Ipv6) => false,
        }
    }
}

impl ListeningSocket<'_> {
    fn seen(&self) -> Seen {
        let state = if self.address.is_loopback() { State::Loopback } else { State::Open };
        let processes = processes(self.rest);
        let processes = if processes.is_empty() { processes } else { format!(" ({processes})") };
        Seen {
            protocol: self.protocol,
            range: PortRange::new(self.port, self.port).expect("the number is not 0"),
            state,
            evidence: format!("{}{processes}", self.address.printed),
        }
    }
}

/// The names in `users:(("nginx",pid=5,fd=6),("nginx",pid=7,fd=6))`, each once.
fn processes(rest: &str) -> String {
    let users = rest.split_once("users:(").map_or("", |(_, users)| users);
    let names = users.split("(\"").skip(1).filter_map(|part| part.split_once("\",").map(|(name, _)| name));
    let mut seen = HashSet::new();
    names.filter(|name| seen.insert(*name)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn output_with_other_options_is_rejected() {
        for (text, message) in [
            (
                "LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n",
                "f:1:1: the column with tcp or udp is missing; run ss with both -t and -u, which prints it",
            ),
            (
                "State Recv-Q\n",
                "f:1:1: the column with tcp or udp is missing; run ss with both -t and -u, which prints it",
            ),
            (
                "tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\ntcp ESTAB 0 0 10.0.0.1:22 10.0.0.2:5000\n",
                "f:2:5: not a listener (state \"ESTAB\"); run ss with -l, which prints only listeners",
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
            (
                "tcp LISTEN 0 128 [::1:22 [::]:*\n",
                "f:1:18: invalid address \"[::1\"; run ss with -n, which prints numbers",
            ),
            (
                "tcp LISTEN 0 128 22\n",
                "f:1:18: invalid local address and port \"22\"; check whether the file was cut off",
            ),
            (
                "tcp LISTEN 0 128 0.0.0.0:44\n",
                "f:1:28: invalid peer address and port \"\"; check whether the file was cut off",
            ),
            (
                "udp UNCONN 0 0 *:53 *:*\nu_str LISTEN 0 5 a 7 * 0\n",
                "f:2:1: unknown protocol \"u_str\"; run ss -tulnH, which prints only tcp and udp",
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
}
