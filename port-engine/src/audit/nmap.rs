//! Parses `nmap -oX` and `masscan -oX`: what a scan found from another machine.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;

use port_data::{Code, Diagnostic, Place};
use roxmltree::{Document, Node, ParsingOptions};

use self::ports::{NumberKind, PortGroup};
use super::codes;
use super::input_kind::wrong_kind;
use super::observation::{Finding, Observation, Seen, State, Tool, echo_request};
use crate::protocol::Protocol;

mod ports;

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
    let document = parse(file, text)?;
    let scan = Scan::new(file, &document)?;
    scan.observation(&scan.host(host)?)
}

/// What a scan found on each host that is up, in the scan's order.
///
/// If there are several, a host whose ports are missing from the scan has a remark, and all of its ports were not checked.
///
/// ```
/// use port_engine::audit::nmap;
///
/// let scan = r#"<nmaprun scanner="masscan"><host><address addr="192.0.2.1" addrtype="ipv4"/><ports>
///     <port protocol="tcp" portid="25"><state state="open" reason="syn-ack"/></port></ports></host>
///     <host><address addr="192.0.2.2" addrtype="ipv4"/><ports>
///     <port protocol="tcp" portid="80"><state state="open" reason="syn-ack"/></port></ports></host>
///     <runstats><finished time="1"/></runstats></nmaprun>"#;
/// let hosts = nmap::read_all("scan.xml".as_ref(), scan).unwrap();
/// let names: Vec<&str> = hosts.iter().filter_map(|host| host.host.as_deref()).collect();
/// assert_eq!(names, ["192.0.2.1", "192.0.2.2"]);
/// ```
///
/// # Errors
///
/// The text isn't the complete output of a successful port scan, no host is up, or the ports of all hosts are missing.
pub fn read_all(file: &Path, text: &str) -> Result<Vec<Observation>, Diagnostic> {
    let document = parse(file, text)?;
    let scan = Scan::new(file, &document)?;
    let hosts = scan.hosts();
    let usable = hosts.iter().any(|host| scan.ports(host).is_ok());
    let observations = hosts.iter().map(|host| match scan.ports(host) {
        Err(problem) if usable => {
            let mut observation = Observation::new(scan.tool, &[]);
            observation.host = host.name();
            let place = Place::default();
            observation.remarks.push(format!("{}: {}", host.label(), Diagnostic { place, ..problem }));
            Ok(observation)
        }
        _ => scan.observation(host),
    });
    if hosts.is_empty() { Err(scan.no_host()) } else { observations.collect() }
}

fn parse<'a>(file: &Path, text: &'a str) -> Result<Document<'a>, Diagnostic> {
    check_attributes(file, text)?;
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| {
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
        problem.help("check whether the scan or the file was cut off: its end is </nmaprun>").at(place)
    })
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

/// A parsed scan that ran to its end.
struct Scan<'a, 'input> {
    file: &'a Path,
    document: &'a Document<'input>,
    tool: Tool,
}

/// A host that is up. masscan writes an element for each of its ports.
struct Host<'a, 'input> {
    elements: Vec<Node<'a, 'input>>,
}

impl<'a, 'input> Scan<'a, 'input> {
    /// Checks that the document is a scan that ran to its end.
    fn new(file: &'a Path, document: &'a Document<'input>) -> Result<Self, Diagnostic> {
        let root = document.root_element();
        let tool = match (root.tag_name().name(), root.attribute("scanner")) {
            ("nmaprun", Some("masscan")) => Tool::Masscan,
            _ => Tool::Nmap,
        };
        let scan = Scan { file, document, tool };
        if root.tag_name().name() != "nmaprun" || !matches!(root.attribute("scanner"), Some("nmap" | "masscan")) {
            let scanner = root.attribute("scanner").map(|name| format!(" scanner={name:?}")).unwrap_or_default();
            let found = format!("<{}{scanner}>", root.tag_name().name());
            let message = format!("not the output of `{COMMAND}` or `masscan -oX`: the root is {found}");
            let problem = scan.problem(codes::WRONG_KIND, root, message);
            return Err(problem.help("expected <nmaprun scanner=\"nmap\"> or <nmaprun scanner=\"masscan\">"));
        }
        scan.check_completed(root)?;
        Ok(scan)
    }

    /// A diagnostic at an element.
    fn problem(&self, code: Code, node: Node, message: impl Into<String>) -> Diagnostic {
        let position = self.document.text_pos_at(node.range().start);
        Diagnostic::new(code, message).at(Place::new(self.file, position.row as usize, position.col as usize))
    }

    fn root(&self) -> Node<'a, 'input> {
        self.document.root_element()
    }

    fn observation(&self, host: &Host<'a, 'input>) -> Result<Observation, Diagnostic> {
        let groups = self.groups(&self.ports(host)?)?;
        let mut seen = Vec::new();
        for PortGroup { kind, numbers, state, evidence } in &groups {
            if let NumberKind::Ports(protocol) = *kind {
                let ranges = numbers.ranges();
                seen.extend(ranges.map(|range| Seen { protocol, range, state: *state, evidence: evidence.clone() }));
            }
        }
        let mut observation = Observation::new(self.tool, &seen);
        for protocol in (0..=u8::MAX).map(Protocol::new).filter(|protocol| !protocol.has_ports()) {
            let has_protocol = |group: &&PortGroup| {
                group.kind == NumberKind::Protocols && group.numbers.contains(protocol.number().into())
            };
            let Some(group) = groups.iter().find(has_protocol) else { continue };
            let finding = Finding { state: group.state, evidence: vec![group.evidence.clone()] };
            match echo_request(protocol).filter(|_| group.state == State::Open) {
                // An answer to an echo request shows nothing about other types.
                Some(icmp_type) => observation.set_icmp(protocol, icmp_type, finding),
                None => observation.set_portless(protocol, finding),
            }
        }
        observation.host = host.name();
        let address = observation.host.as_deref().and_then(|host| host.parse::<IpAddr>().ok());
        if address.is_some_and(|address| address.is_loopback()) {
            let remark = "the scan used loopback, so it bypassed the firewall and found ports that peers can't reach; \
                          scan from a peer";
            observation.remarks.push(remark.to_string());
        }
        if self.tool == Tool::Masscan {
            let remark = "masscan doesn't write which ports it scanned, so all that it doesn't list were not checked";
            observation.remarks.push(remark.to_string());
        }
        Ok(observation)
    }

    /// The elements with a host's ports.
    fn ports(&self, host: &Host<'a, 'input>) -> Result<Vec<Node<'a, 'input>>, Diagnostic> {
        let first = host.elements[0];
        if first.attribute("timedout") == Some("true") {
            let problem = self.problem(codes::NMAP_INCOMPLETE, first, "the host timed out, so its ports are missing");
            return Err(problem.help("scan it again"));
        }
        let ports: Vec<Node> = host.elements.iter().filter_map(|element| child(*element, "ports")).collect();
        if ports.is_empty() {
            let problem = self.problem(codes::NMAP_INCOMPLETE, first, "the host's ports were not scanned");
            return Err(problem.help("scan without -sn, which only finds hosts that are up"));
        }
        Ok(ports)
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

    /// The hosts that are up, in order. masscan lists no others.
    fn hosts(&self) -> Vec<Host<'a, 'input>> {
        let elements = children(self.root(), "host");
        if self.tool == Tool::Nmap {
            let is_up = |host: &Node| child(*host, "status").and_then(|status| status.attribute("state")) == Some("up");
            return elements.filter(is_up).map(|host| Host { elements: vec![host] }).collect();
        }
        let mut hosts: Vec<Host> = Vec::new();
        let mut positions: HashMap<Option<&str>, usize> = HashMap::new();
        for element in elements {
            let position = *positions.entry(names(element).next()).or_insert(hosts.len());
            match hosts.get_mut(position) {
                Some(host) => host.elements.push(element),
                None => hosts.push(Host { elements: vec![element] }),
            }
        }
        hosts
    }

    /// The host with the given address or name, or the only one that is up.
    fn host(&self, named: Option<&str>) -> Result<Host<'a, 'input>, Diagnostic> {
        let up = self.hosts();
        let known: Vec<&str> = up.iter().filter_map(|host| host.names().next()).collect();
        let known = known.join(", ");
        let (number, is_empty) = (up.len(), up.is_empty());
        let fits = |host: &Host| named.is_none_or(|named| host.names().any(|name| name == named));
        let mut fitting = up.into_iter().filter(fits);
        let problem = |node, message: String| self.problem(codes::NMAP_HOST, node, message);
        match (fitting.next(), fitting.next(), named) {
            (Some(host), None, _) => Ok(host),
            (Some(_), Some(_), None) => {
                let help = format!("choose one with --host: {known}");
                Err(problem(self.root(), format!("{number} hosts are up")).help(help))
            }
            (Some(_), Some(second), Some(named)) => {
                let help = format!("choose one by its address: {known}");
                Err(problem(second.elements[0], format!("two hosts are named {named}")).help(help))
            }
            (None, _, Some(named)) if !is_empty => {
                let help = format!("choose one of {known}");
                Err(problem(self.root(), format!("no host named {named:?} is up")).help(help))
            }
            (None, ..) => Err(self.no_host()),
        }
    }

    fn no_host(&self) -> Diagnostic {
        let (message, help) = match self.tool {
            Tool::Masscan => ("no host is listed", "scan with nmap, which also lists hosts without open ports"),
            _ => (
                "no host is up",
                "scan with -Pn if the host doesn't answer pings, and without --open, which hides hosts without open ports",
            ),
        };
        self.problem(codes::NMAP_HOST, self.root(), message).help(help)
    }
}

impl<'a> Host<'a, '_> {
    /// The host's addresses and names; the first one is its IP address.
    fn names(&self) -> impl Iterator<Item = &'a str> {
        names(self.elements[0])
    }

    fn name(&self) -> Option<String> {
        self.names().next().map(str::to_string)
    }

    /// The host in messages.
    fn label(&self) -> &'a str {
        self.names().next().unwrap_or("a host without an address")
    }
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
