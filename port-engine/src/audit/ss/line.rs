//! Parses a line of ss: a listener, or a socket that is skipped.

use std::collections::HashSet;

use port_data::Code;

use crate::audit::address_family::AddressFamily;
use crate::audit::codes;
use crate::audit::local_address::LocalAddress;
use crate::audit::observation::Seen;
use crate::protocol::Protocol;

/// What a line is about.
pub(super) enum Line<'a> {
    /// The names of the columns.
    Header {
        /// Whether the protocol's column is one of them.
        has_netid: bool,
    },
    /// More about the socket above it, which `-m`, `-i` and narrow terminals put on a line of its own.
    Continuation,
    /// A socket of TCP, UDP or SCTP.
    Socket(Socket<'a>),
    /// A socket of another kind; its Netid.
    OtherKind(&'a str),
}

/// A socket of TCP, UDP or SCTP.
pub(super) struct Socket<'a> {
    /// The cell with the protocol; empty if there is no such column.
    pub netid: &'a str,
    /// The cell with the state.
    pub state: &'a str,
    /// The rest of the line.
    rest: &'a str,
}

/// A listening socket.
pub(super) struct ListeningSocket<'a> {
    address: LocalAddress<'a>,
    port: u16,
    /// The rest of the line after the peer's column: with `-p`, the processes.
    rest: &'a str,
}

/// An invalid cell.
pub(super) struct InvalidCell<'a> {
    pub cell: &'a str,
    pub code: Code,
    pub message: String,
    pub help: &'static str,
}

/// The Netids of sockets without ports of TCP, UDP or SCTP: raw, packet, Unix, netlink, MPTCP (whose listeners are listed as TCP too),
/// DCCP, TIPC, vsock and XDP sockets.
const OTHER_KINDS: &[&str] = &[
    "raw", "icmp", "icmp6", "???", "p_raw", "p_dgr", "u_str", "u_dgr", "u_seq", "nl", "mptcp", "dccp", "ti_st",
    "ti_sq", "ti_dg", "ti_rd", "v_str", "v_dgr", "v_seq", "xdp",
];

/// The state of connected sockets of TCP and UDP.
const CONNECTED: &str = "ESTAB";

/// The states that only connections of TCP have.
const TCP_CONNECTIONS: &[&str] =
    &["SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSE-WAIT", "LAST-ACK", "CLOSING"];

/// Whether a word is a state that ss prints.
fn is_state(word: &str) -> bool {
    matches!(word, "LISTEN" | "UNCONN" | CONNECTED) || TCP_CONNECTIONS.contains(&word)
}

/// Whether a state occurs only with TCP.
pub(super) fn is_state_of_tcp(state: &str) -> bool {
    state == "LISTEN" || TCP_CONNECTIONS.contains(&state)
}

impl<'a> Line<'a> {
    /// Parses a line. `follows` is whether a socket is above it.
    pub fn parse(line: &'a str, follows: bool) -> Result<Line<'a>, InvalidCell<'a>> {
        let mut rest = line;
        let first = cell(&mut rest);
        let after_first = rest;
        let second = cell(&mut rest);
        let is_complete_header = line.contains("Peer Address:Port") && line.ends_with('\n');
        match first {
            "Netid" | "State" if is_complete_header => Ok(Line::Header { has_netid: first == "Netid" }),
            _ if OTHER_KINDS.contains(&first) => Ok(Line::OtherKind(first)),
            // An association of the SCTP socket above it.
            "`-" if follows => Ok(Line::Continuation),
            "tcp" | "udp" | "sctp" if is_state(second) => {
                Ok(Line::Socket(Socket { netid: first, state: second, rest }))
            }
            "tcp" | "udp" | "sctp" => Err(InvalidCell {
                cell: second,
                code: codes::SS_STATE,
                message: format!("unknown state {second:?}"),
                help: "run ss -tulnH, which prints a column with states",
            }),
            _ if is_state(first) => Ok(Line::Socket(Socket { netid: "", state: first, rest: after_first })),
            _ if follows && line.starts_with(char::is_whitespace) && !is_state(second) => Ok(Line::Continuation),
            _ => Err(InvalidCell {
                cell: first,
                code: codes::SS_PROTOCOL,
                message: format!("unknown protocol {first:?}"),
                help: "run ss -tulnH, which prints only tcp and udp",
            }),
        }
    }
}

impl<'a> Socket<'a> {
    /// The address and port of a listener.
    pub fn listener(&self) -> Result<ListeningSocket<'a>, InvalidCell<'a>> {
        let invalid = |cell, code, message: String, help| Err(InvalidCell { cell, code, message, help });
        let mut rest = self.rest;
        let [_, _, local, peer] = [(); 4].map(|()| cell(&mut rest));
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
            let end = &self.rest[self.rest.trim_end().len()..];
            let cell = if peer.is_empty() { end } else { peer };
            let message = format!("invalid peer address and port {peer:?}");
            return invalid(cell, codes::SS_CUT_OFF, message, "check whether the file was cut off");
        }
        Ok(ListeningSocket { address, port, rest })
    }
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

impl ListeningSocket<'_> {
    /// What it means for its port; nothing if packets of the family don't reach it.
    pub fn seen(&self, protocol: Protocol, family: Option<AddressFamily>) -> Option<Seen> {
        self.address.seen(protocol, self.port, family, &processes(self.rest))
    }
}

/// The names in `users:(("nginx",pid=5,fd=6),("nginx",pid=7,fd=6))`, each once.
fn processes(rest: &str) -> String {
    let users = rest.split_once("users:(").map_or("", |(_, users)| users);
    let names = users.split("(\"").skip(1).filter_map(|part| part.split_once("\",").map(|(name, _)| name));
    let mut seen = HashSet::new();
    names.filter(|name| seen.insert(*name)).collect::<Vec<_>>().join(", ")
}
