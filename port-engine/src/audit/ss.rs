//! Parses `ss -tulnH`: the sockets on which a machine listens.
//!
//! Other options than these are allowed if their output shows as much: a header, processes, details, all states, one transport
//! only. A transport that ss may not have been asked about was not checked.

use std::collections::BTreeSet;
use std::path::Path;

use port_data::{Code, Diagnostic, Place};

use self::line::{InvalidCell, Line, Socket, is_state_of_tcp};
use super::address_family::AddressFamily;
use super::codes;
use super::input_kind::{self, InputKind, wrong_kind};
use super::local_address::not_open_elsewhere;
use super::observation::{Observation, Seen, Tool};
use crate::protocol::Protocol;

mod line;

/// The command whose output this module parses.
const COMMAND: &str = "ss -tulnH";

/// The listeners that ss printed; all other ports are not open.
///
/// With a family, only listeners that its packets can reach. Connections, and sockets other than those of TCP, UDP and SCTP, are skipped with
/// a remark. If all sockets are connections, ss ran without `-l` and printed no listeners, which is an error.
///
/// ```
/// use port_engine::audit::observation::State;
/// use port_engine::audit::ss;
/// use port_engine::protocol::Protocol;
///
/// let text = "tcp LISTEN 0 128 0.0.0.0:25 0.0.0.0:*\ntcp ESTAB 0 0 192.0.2.1:25 192.0.2.9:4242\n";
/// let observation = ss::read("ss.txt".as_ref(), text, None).unwrap();
/// assert!(observation.ports(Protocol::TCP, |state| state == State::Open).contains(25));
/// assert_eq!(observation.remarks.len(), 1);
/// ```
///
/// # Errors
///
/// A line that `ss -n` wouldn't print, and output that doesn't show listeners or their transport.
pub fn read(file: &Path, text: &str, family: Option<AddressFamily>) -> Result<Observation, Diagnostic> {
    if text.trim().is_empty() {
        return Err(input_kind::empty(file));
    }
    let mut sockets = Sockets { file, text, list: Vec::new(), other_kinds: Vec::new(), has_netid: false };
    let mut follows = false;
    for line in text.split_inclusive('\n').filter(|line| !line.trim().is_empty()) {
        let parsed = Line::parse(line, follows).map_err(|cell| match InputKind::of(text) {
            InputKind::Ss => sockets.invalid(cell),
            _ => wrong_kind(file, text, COMMAND),
        })?;
        follows = !matches!(parsed, Line::Header { .. });
        match parsed {
            Line::Header { has_netid } => sockets.has_netid = has_netid,
            Line::Continuation => {}
            Line::Socket(socket) => sockets.list.push(socket),
            Line::OtherKind(netid) => sockets.other_kinds.push(netid),
        }
    }
    sockets.observation(family)
}

/// The sockets of a file.
struct Sockets<'a> {
    file: &'a Path,
    text: &'a str,
    list: Vec<Socket<'a>>,
    /// The Netids of all other sockets.
    other_kinds: Vec<&'a str>,
    /// Whether the header names the column of protocols.
    has_netid: bool,
}

impl<'a> Sockets<'a> {
    fn observation(&self, family: Option<AddressFamily>) -> Result<Observation, Diagnostic> {
        let unnamed = self.unnamed_protocol()?;
        let mut checked = self.checked(unnamed)?;
        let mut seen: Vec<Seen> = checked.iter().map(|protocol| not_open_elsewhere(*protocol)).collect();
        let mut listeners = 0;
        let mut other_states = Vec::new();
        for socket in &self.list {
            let protocol = unnamed.unwrap_or(match socket.netid {
                "tcp" => Protocol::TCP,
                "sctp" => Protocol::SCTP,
                _ => Protocol::UDP,
            });
            if !self.is_listener(socket, protocol)? {
                other_states.push(socket.state);
                continue;
            }
            listeners += 1;
            let listener = socket.listener().map_err(|cell| self.invalid(cell))?;
            seen.extend(listener.seen(protocol, family));
        }
        if let (0, Some(connection)) = (listeners, self.list.first()) {
            let message = format!("all sockets are connections (state {:?})", connection.state);
            let help = "run ss with -l, which prints listeners";
            return Err(self.problem(connection.state, codes::SS_NOT_A_LISTENER, message, help));
        }
        let mut observation = Observation::new(Tool::Ss, &seen);
        observation.family = family;
        observation.remarks.extend(skipped(&other_states, &self.other_kinds));
        for (protocol, option) in [(Protocol::TCP, "-t"), (Protocol::UDP, "-u")] {
            if checked.take(&protocol).is_none() {
                let remark = format!(
                    "no line is about {protocol}: ss may have run without {option}, so {protocol} was not checked"
                );
                observation.remarks.push(remark);
            }
        }
        Ok(observation)
    }

    /// The protocol of all sockets, if no column names it: ss was asked about one only. LISTEN is a state of TCP, and UNCONN the
    /// state of a UDP socket that isn't connected.
    fn unnamed_protocol(&self) -> Result<Option<Protocol>, Diagnostic> {
        let Some(first) = self.list.iter().find(|socket| socket.netid.is_empty()) else { return Ok(None) };
        let has = |is: &dyn Fn(&Socket) -> bool| self.list.iter().any(is);
        let is_named = has(&|socket| !socket.netid.is_empty()) || !self.other_kinds.is_empty();
        match (has(&|socket| is_state_of_tcp(socket.state)), has(&|socket| socket.state == "UNCONN")) {
            (true, false) if !is_named => Ok(Some(Protocol::TCP)),
            (false, true) if !is_named => Ok(Some(Protocol::UDP)),
            (false, false) if !is_named => Ok(None),
            _ => {
                let message = "the column with tcp or udp is missing".to_string();
                let help = "run ss with both -t and -u, which prints it";
                Err(self.problem(first.state, codes::SS_PROTOCOL, message, help))
            }
        }
    }

    /// The protocols about which ss was asked. With both `-t` and `-u`, a file without a line about one of them shows that it has no
    /// sockets; if sockets of other kinds are listed, the option may also be missing. SCTP was checked if a line is about it.
    fn checked(&self, unnamed: Option<Protocol>) -> Result<BTreeSet<Protocol>, Diagnostic> {
        let listed = |netid: &str| self.list.iter().any(|socket| socket.netid == netid);
        let all = [(Protocol::TCP, listed("tcp")), (Protocol::UDP, listed("udp")), (Protocol::SCTP, listed("sctp"))];
        if let Some(protocol) = unnamed {
            return Ok(BTreeSet::from([protocol]));
        }
        if self.other_kinds.is_empty() && !listed("sctp") && (self.has_netid || !self.list.is_empty()) {
            return Ok(BTreeSet::from([Protocol::TCP, Protocol::UDP]));
        }
        if all.iter().any(|(_, is_listed)| *is_listed) {
            return Ok(all.into_iter().filter(|(_, is_listed)| *is_listed).map(|(protocol, _)| protocol).collect());
        }
        let message = "no line is about tcp or udp, and nothing shows that ss was asked about them".to_string();
        let problem = Diagnostic::new(codes::SS_PROTOCOL, message).help("run ss -tulnH");
        Err(problem.at(Place::file(self.file)))
    }

    /// Whether a socket listens. A TCP socket that is bound and doesn't listen is UNCONN for newer versions of ss.
    fn is_listener(&self, socket: &Socket, protocol: Protocol) -> Result<bool, Diagnostic> {
        let has_udp = || self.list.iter().any(|socket| socket.netid == "udp");
        let (message, help) = match (protocol, socket.state) {
            (Protocol::TCP | Protocol::SCTP, "LISTEN") | (Protocol::UDP, "UNCONN") => return Ok(true),
            (Protocol::TCP, "UNCONN") if !has_udp() => (
                "tcp in the state UNCONN: expected LISTEN",
                "ss of RHEL 6 prints udp as tcp: correct these lines, or run a newer version of ss",
            ),
            (Protocol::UDP, "LISTEN") => ("udp in the state LISTEN: expected UNCONN", "check that ss wrote this file"),
            _ => return Ok(false),
        };
        Err(self.problem(socket.state, codes::SS_STATE, message.to_string(), help))
    }

    fn invalid(&self, InvalidCell { cell, code, message, help }: InvalidCell<'a>) -> Diagnostic {
        self.problem(cell, code, message, help)
    }

    /// A diagnostic at a cell, which is a slice of the text.
    fn problem(&self, cell: &str, code: Code, message: String, help: &'static str) -> Diagnostic {
        let offset = cell.as_ptr() as usize - self.text.as_ptr() as usize;
        Diagnostic::new(code, message).help(help).at(Place::at_offset(self.file, self.text, offset))
    }
}

/// The remark on lines that were skipped.
fn skipped(other_states: &[&str], other_kinds: &[&str]) -> Option<String> {
    let part = |words: &[&str], description: &str| {
        let different: BTreeSet<&str> = words.iter().copied().collect();
        let different = different.into_iter().collect::<Vec<_>>().join(", ");
        (!words.is_empty()).then(|| format!("{} {description} ({different})", words.len()))
    };
    let parts = [part(other_states, "not listening"), part(other_kinds, "of other kinds")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let sockets = port_data::diagnostic::count(other_states.len() + other_kinds.len(), "socket");
    (!parts.is_empty()).then(|| format!("skipped {sockets} that ss printed: {}", parts.join(", ")))
}

#[cfg(test)]
mod tests;
