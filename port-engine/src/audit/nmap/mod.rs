//! Parses `nmap -oX`: what a scan found from another machine.

use std::net::IpAddr;
use std::path::Path;

use port_core::PortRange;
use port_data::{Code, Diagnostic, Place};
use roxmltree::{Document, Node, ParsingOptions};

use super::codes;
use super::input_kind::wrong_kind;
use super::observation::{Finding, Observation, Seen, State, Tool};
use crate::port_set::PortSet;
use crate::protocol::Protocol;

/// The command whose output this module parses.
const COMMAND: &str = "nmap -oX";

/// What a scan found on one host: the host with the given address or name, or else the only one that is up.
///
/// A service name that nmap only looked up in its table of numbers (`method="table"`) isn't evidence and is ignored.
///
/// # Errors
///
/// The text isn't the complete output of a successful port scan, or the host can't be selected.
pub fn read(file: &Path, text: &str, host: Option<&str>) -> Result<Observation, Diagnostic> {
    check_attributes(file, text)?;
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        if !text.contains("<nmaprun") {
            return wrong_kind(file, text, COMMAND);
        }
        let position = error.pos();
        let message = error.to_string();
        let message = message.strip_suffix(&format!(" at {position}")).unwrap_or(&message);
        let place = match error {
            // The end tag is missing, so the place is the end of the file.
            roxmltree::Error::UnclosedRootNode => Place::at_offset(file, text, text.len()),
            _ => Place::new(file, position.row as usize, position.col as usize),
        };
        let problem = Diagnostic::new(codes::NMAP_MALFORMED, format!("malformed XML ({message})"));
        problem.help("check whether the scan or the file was cut off: nmap ends with </nmaprun>").at(place)
    })?;
    Scan { file, document: &document }.observation(host)
}

/// The most attributes of an element. The XML parser compares each one with every other.
const MAX_ATTRIBUTES: usize = 10_000;

/// Checks that no element has too many attributes. Each has two quotes, and a tag contains no `<`.
fn check_attributes(file: &Path, text: &str) -> Result<(), Diagnostic> {
    let is_too_long = |tag: &&str| tag.matches(['"', '\'']).count() > 2 * MAX_ATTRIBUTES;
    text.split('<').find(is_too_long).map_or(Ok(()), |tag| {
        let start = tag.as_ptr() as usize - text.as_ptr() as usize;
        let message = format!("element has more than {MAX_ATTRIBUTES} attributes");
        let problem = Diagnostic::new(codes::NMAP_TOO_MANY_ATTRIBUTES, message);
        Err(problem.help("check that nmap wrote this file").at(Place::at_offset(file, text, start)))
    })
}

/// A parsed scan.
struct Scan<'a, 'input> {
    file: &'a Path,
    document: &'a Document<'input>,
}

/// What the numbers of an element are: ports of a protocol, or IP protocols (`nmap -sO`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum NumberKind {
    Ports(Protocol),
    Protocols,
}

/// Ports or protocols with the same state.
struct PortGroup {
    kind: NumberKind,
    numbers: PortSet,
    state: State,
    evidence: String,
}

impl Scan<'_, '_> {
    /// A diagnostic at an element.
    fn problem(&self, code: Code, node: Node, message: impl Into<String>) -> Diagnostic {
        let position = self.document.text_pos_at(node.range().start);
        Diagnostic::new(code, message).at(Place::new(self.file, position.row as usize, position.col as usize))
    }

    fn observation(&self, host: Option<&str>) -> Result<Observation, Diagnostic> {
        let root = self.document.root_element();
        if root.tag_name().name() != "nmaprun" || root.attribute("scanner") != Some("nmap") {
            let message = format!("not the output of `{COMMAND}`: the root isn't <nmaprun scanner=\"nmap\">");
            return Err(self.problem(codes::WRONG_KIND, root, message));
        }
        self.check_completed(root)?;
        let host = self.host(root, host)?;
        if host.attribute("timedout") == Some("true") {
            let problem = self.problem(codes::NMAP_INCOMPLETE, host, "the host timed out, so its ports are missing");
            return Err(problem.help("scan it again"));
        }
        let Some(ports) = child(host, "ports") else {
            let problem = self.problem(codes::NMAP_INCOMPLETE, host, "the host's ports were not scanned");
            return Err(problem.help("scan without -sn, which only finds hosts that are up"));
        };
        let groups = self.groups(root, ports)?;
        let mut seen = Vec::new();
        for PortGroup { kind, numbers, state, evidence } in &groups {
            if let NumberKind::Ports(protocol) = *kind {
                let ranges = numbers.ranges();
                seen.extend(ranges.map(|range| Seen { protocol, range, state: *state, evidence: evidence.clone() }));
            }
        }
        let mut observation = Observation::new(Tool::Nmap, &seen);
        for protocol in Protocol::KNOWN.iter().filter(|protocol| !protocol.has_ports()) {
            let has_protocol = |group: &&PortGroup| {
                group.kind == NumberKind::Protocols && group.numbers.contains(protocol.number().into())
            };
            if let Some(group) = groups.iter().find(has_protocol) {
                let finding = Finding { state: group.state, evidence: vec![group.evidence.clone()] };
                observation.set_portless(*protocol, finding);
            }
        }
        observation.host = names(host).next().map(str::to_string);
        let address = observation.host.as_deref().and_then(|host| host.parse::<IpAddr>().ok());
        if address.is_some_and(|address| address.is_loopback()) {
            let remark = "the scan used loopback, so it bypassed the firewall and found ports that peers can't reach; \
                          scan from a peer";
            observation.remarks.push(remark.to_string());
        }
        Ok(observation)
    }

    /// Checks that the scan ran to its end.
    fn check_completed(&self, root: Node) -> Result<(), Diagnostic> {
        let finished = child(root, "runstats").and_then(|stats| child(stats, "finished"));
        let Some(finished) = finished else {
            let problem = self.problem(codes::NMAP_INCOMPLETE, root, "the scan did not finish (no <finished> element)");
            return Err(problem.help("scan again, or continue with nmap --resume"));
        };
        match finished.attribute("exit") {
            None | Some("success") => Ok(()),
            Some(_) => {
                let error = finished.attribute("errormsg").unwrap_or("without a message");
                let message = format!("the scan ended with an error ({error})");
                Err(self.problem(codes::NMAP_INCOMPLETE, finished, message).help("scan again"))
            }
        }
    }

    /// The host with the given address or name, or the only one that is up.
    fn host<'n, 'i>(&self, root: Node<'n, 'i>, named: Option<&str>) -> Result<Node<'n, 'i>, Diagnostic> {
        let is_up = |host: &Node| child(*host, "status").and_then(|status| status.attribute("state")) == Some("up");
        let up: Vec<Node> = children(root, "host").filter(is_up).collect();
        let fits = |host: &&Node| named.is_none_or(|named| names(**host).any(|name| name == named));
        let mut fitting = up.iter().filter(fits);
        let known = || {
            let known: Vec<&str> = up.iter().filter_map(|host| names(*host).next()).collect();
            known.join(", ")
        };
        let problem = |node, message: String| self.problem(codes::NMAP_HOST, node, message);
        match (fitting.next(), fitting.next(), named) {
            (Some(host), None, _) => Ok(*host),
            (Some(_), Some(_), None) => {
                let help = format!("choose one with --host: {}", known());
                Err(problem(root, format!("{} hosts are up", up.len())).help(help))
            }
            (Some(_), Some(second), Some(named)) => {
                let help = format!("choose one by its address: {}", known());
                Err(problem(*second, format!("two hosts are named {named}")).help(help))
            }
            (None, _, Some(named)) if !up.is_empty() => {
                let help = format!("choose one of {}", known());
                Err(problem(root, format!("no host named {named:?} is up")).help(help))
            }
            (None, ..) => {
                let help = "scan with -Pn if the host doesn't answer pings, and without --open, which hides hosts without open ports";
                Err(problem(root, "no host is up".to_string()).help(help))
            }
        }
    }

    /// The states of everything that was scanned.
    fn groups(&self, root: Node, ports: Node) -> Result<Vec<PortGroup>, Diagnostic> {
        let mut groups = Vec::new();
        for port in children(ports, "port") {
            groups.extend(self.port(port)?);
        }
        let extra: Vec<Node> = children(ports, "extraports").collect();
        for extra in &extra {
            let state = self.state(*extra)?;
            // Newer versions of nmap list the ports of each reason.
            for reasons in children(*extra, "extrareasons").filter(|reasons| reasons.has_attribute("ports")) {
                if let Some(kind) = self.number_kind(reasons, "proto")? {
                    let numbers = self.numbers(reasons, "ports")?;
                    let evidence = evidence(state_word(*extra), reasons.attribute("reason"));
                    groups.push(PortGroup { kind, numbers, state, evidence });
                }
            }
        }
        for scanned in children(root, "scaninfo") {
            let Some(kind) = self.number_kind(scanned, "protocol")? else { continue };
            let listed = groups.iter().filter(|group| group.kind == kind);
            let numbers = listed.fold(self.numbers(scanned, "services")?, |rest, group| &rest - &group.numbers);
            let (state, evidence) = self.unlisted_state(root, &extra, scanned)?;
            groups.push(PortGroup { kind, numbers, state, evidence });
        }
        Ok(groups)
    }

    /// The state of ports that were scanned and that no element lists.
    ///
    /// Older versions of nmap don't write which protocol an `<extraports>` is about. If all of them mean the same state, that is
    /// the state; otherwise it is unknown. Some TCP scans never find `open|filtered`, so those ports must be UDP's.
    fn unlisted_state(&self, root: Node, extra: &[Node], scanned: Node) -> Result<(State, String), Diagnostic> {
        let is_certain = matches!(scanned.attribute("type"), Some("syn" | "connect" | "ack" | "window"));
        let possible = || extra.iter().filter(|extra| !is_certain || state_word(**extra) != "open|filtered");
        let mut states = Vec::new();
        for extra in possible() {
            states.push(self.state(*extra)?);
        }
        let evidence = possible().map(|extra| state_word(*extra)).collect::<Vec<_>>().join(" or ");
        let only_open = root.attribute("args").is_some_and(|args| args.split(' ').any(|arg| arg == "--open"));
        Ok(match (states.iter().min(), states.iter().max()) {
            (Some(least), Some(most)) if least == most => (*most, evidence),
            (None, _) if only_open => (State::NotOpen, "not listed, because of --open".to_string()),
            (None, _) => (State::Unknown, "scanned but not listed".to_string()),
            _ => (State::Unknown, evidence),
        })
    }

    fn port(&self, port: Node) -> Result<Option<PortGroup>, Diagnostic> {
        let Some(kind) = self.number_kind(port, "protocol")? else { return Ok(None) };
        let Some(state) = child(port, "state") else {
            return Err(self.problem(codes::NMAP_INVALID_VALUE, port, "port without a <state>").help("scan again"));
        };
        let numbers = self.numbers(port, "portid")?;
        let mut evidence = evidence(state_word(state), state.attribute("reason"));
        if let Some(service) = child(port, "service").filter(|service| service.attribute("method") == Some("probed")) {
            let words = ["name", "product", "version"].into_iter().filter_map(|name| service.attribute(name));
            evidence += &format!(", answers as {}", words.collect::<Vec<_>>().join(" "));
        }
        Ok(Some(PortGroup { kind, numbers, state: self.state(state)?, evidence }))
    }

    fn state(&self, node: Node) -> Result<State, Diagnostic> {
        match state_word(node) {
            "open" => Ok(State::Open),
            "closed" | "filtered" | "closed|filtered" => Ok(State::NotOpen),
            "open|filtered" | "unfiltered" | "unknown" => Ok(State::Unknown),
            word => Err(self.problem(codes::NMAP_INVALID_VALUE, node, format!("unknown state {word:?}"))),
        }
    }

    /// What an element's numbers are; `None` for a protocol that the catalog doesn't have.
    fn number_kind(&self, node: Node, attribute: &str) -> Result<Option<NumberKind>, Diagnostic> {
        match node.attribute(attribute) {
            Some("tcp") => Ok(Some(NumberKind::Ports(Protocol::TCP))),
            Some("udp") => Ok(Some(NumberKind::Ports(Protocol::UDP))),
            Some("ip") => Ok(Some(NumberKind::Protocols)),
            Some("sctp") => Ok(None),
            found => {
                let found = found.unwrap_or_default();
                let message = format!("{attribute}: unknown protocol {found:?} (tcp, udp, sctp and ip are known)");
                Err(self.problem(codes::NMAP_INVALID_VALUE, node, message))
            }
        }
    }

    /// The numbers of an attribute such as `1-24,26,80`.
    fn numbers(&self, node: Node, attribute: &str) -> Result<PortSet, Diagnostic> {
        let text = node.attribute(attribute).unwrap_or_default();
        let mut numbers = PortSet::empty();
        for part in text.split(',').filter(|_| !text.is_empty() || attribute == "portid") {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u16>().ok());
            let (Some(Some(first)), Some(Some(last))) = (number(first), number(last)) else {
                let message = format!("{attribute}: invalid port or range {part:?}");
                return Err(self.problem(codes::NMAP_INVALID_VALUE, node, message));
            };
            // nmap can scan port 0, which the catalog doesn't have.
            if let Some(range) = PortRange::new(first.max(1), last) {
                numbers.insert(range);
            } else if last > 0 {
                let message = format!("{attribute}: range {part:?} ends before it begins");
                return Err(self.problem(codes::NMAP_INVALID_VALUE, node, message));
            }
        }
        Ok(numbers)
    }
}

/// The state as nmap writes it.
fn state_word<'a>(node: Node<'a, '_>) -> &'a str {
    node.attribute("state").unwrap_or_default()
}

fn evidence(state: &str, reason: Option<&str>) -> String {
    // `open` would only repeat the state.
    [Some(state).filter(|state| *state != "open"), reason].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The addresses and names of a host; the first one is its IP address.
fn names<'a>(host: Node<'a, '_>) -> impl Iterator<Item = &'a str> {
    let addresses = children(host, "address").filter_map(|address| address.attribute("addr"));
    let names = children(host, "hostnames").flat_map(|names| children(names, "hostname"));
    addresses.chain(names.filter_map(|name| name.attribute("name")))
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &'static str) -> Option<Node<'a, 'input>> {
    children(node, name).next()
}

fn children<'a, 'input>(node: Node<'a, 'input>, name: &'static str) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(move |child| child.has_tag_name(name))
}

#[cfg(test)]
mod tests;
