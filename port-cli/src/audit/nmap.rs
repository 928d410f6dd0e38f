//! Reads `nmap -oX`: what a scan found from elsewhere.

use std::net::IpAddr;
use std::path::Path;

use port_catalog::{PortRange, Transport};
use roxmltree::{Document, Node, ParsingOptions};

use super::input::looks_like;
use super::observation::{Observation, Seen, Source, State};
use crate::fault::Fault;
use crate::port_set::PortSet;

/// The number of ESP among the protocols of `nmap -sO`.
const ESP: u16 = 50;

/// What a scan saw of one host: the one that is named by an address or a name, or else the only one that is up.
///
/// A service's name is no evidence where nmap only looked it up in its table of numbers (`method="table"`).
///
/// # Errors
///
/// What is not the whole output of a scan of ports that ended well, and a host that it does not tell or that cannot be
/// chosen.
pub fn read(file: &Path, text: &str, host: Option<&str>) -> Result<Observation, Fault> {
    check_attributes(file, text)?;
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        if !text.contains("<nmaprun") {
            let looks = looks_like(text);
            return Fault::of_file(file, format!("looks like {looks}, expected the output of `nmap -oX`"));
        }
        let place = error.pos();
        let what = error.to_string();
        let what = what.strip_suffix(&format!(" at {place}")).unwrap_or(&what);
        let message = format!("{what}; was the scan or the file cut off? nmap ends with </nmaprun>");
        match error {
            // It is at the end that something is not there.
            roxmltree::Error::UnclosedRootNode => Fault::at(file, text, text.len(), message),
            _ => Fault { place: Some((place.row as usize, place.col as usize)), ..Fault::of_file(file, message) },
        }
    })?;
    Scan { file, document: &document }.observation(host)
}

/// The most attributes of an element. The reader of XML compares each with every other.
const MAX_ATTRIBUTES: usize = 10_000;

/// No element has too many attributes: two quotes stand around each, and no `<` within its tag.
fn check_attributes(file: &Path, text: &str) -> Result<(), Fault> {
    let is_too_long = |tag: &&str| tag.matches(['"', '\'']).count() > 2 * MAX_ATTRIBUTES;
    text.split('<').find(is_too_long).map_or(Ok(()), |tag| {
        let start = tag.as_ptr() as usize - text.as_ptr() as usize;
        let message =
            format!("found an element with more attributes than the {MAX_ATTRIBUTES} that are read; is it of nmap?");
        Err(Fault::at(file, text, start, message))
    })
}

/// A scan that is being read.
struct Scan<'a, 'input> {
    file: &'a Path,
    document: &'a Document<'input>,
}

/// What the port numbers of an element count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    Ports(Transport),
    Protocols,
}

/// Numbers of ports or protocols in a state.
struct Found {
    counted: Counted,
    numbers: PortSet,
    state: State,
    evidence: String,
}

impl Scan<'_, '_> {
    fn fault(&self, node: Node, message: impl Into<String>) -> Fault {
        let place = self.document.text_pos_at(node.range().start);
        Fault { place: Some((place.row as usize, place.col as usize)), ..Fault::of_file(self.file, message) }
    }

    fn observation(&self, host: Option<&str>) -> Result<Observation, Fault> {
        let root = self.document.root_element();
        if root.tag_name().name() != "nmaprun" || root.attribute("scanner") != Some("nmap") {
            let message = "found another root than <nmaprun scanner=\"nmap\">, expected the output of `nmap -oX`";
            return Err(self.fault(root, message));
        }
        self.ended_well(root)?;
        let host = self.host(root, host)?;
        if host.attribute("timedout") == Some("true") {
            return Err(self.fault(host, "the host timed out, so that its ports are not told; scan it again"));
        }
        let Some(ports) = child(host, "ports") else {
            return Err(self.fault(host, "the host's ports were not scanned; -sn only looks which hosts are up"));
        };
        let found = self.found(root, ports)?;
        let mut seen = Vec::new();
        for Found { counted, numbers, state, evidence } in &found {
            if let Counted::Ports(transport) = *counted {
                let ranges = numbers.ranges();
                seen.extend(ranges.map(|range| Seen { transport, range, state: *state, evidence: evidence.clone() }));
            }
        }
        let mut observation = Observation::new(Source::Nmap, &seen);
        let is_esp = |found: &&Found| found.counted == Counted::Protocols && found.numbers.contains(ESP);
        if let Some(esp) = found.into_iter().find(|found| is_esp(&found)) {
            observation.esp = (esp.state, vec![esp.evidence]);
        }
        observation.host = names(host).next().map(str::to_string);
        let address = observation.host.as_deref().and_then(|host| host.parse::<IpAddr>().ok());
        if address.is_some_and(|address| address.is_loopback()) {
            let remark =
                "the scan went over loopback: it sees what peers do not reach, and no firewall; scan from a peer";
            observation.remarks.push(remark.to_string());
        }
        Ok(observation)
    }

    fn ended_well(&self, root: Node) -> Result<(), Fault> {
        let finished = child(root, "runstats").and_then(|stats| child(stats, "finished"));
        let Some(finished) = finished else {
            return Err(self.fault(root, "found no <finished>: the scan did not end; scan again, or nmap --resume"));
        };
        match finished.attribute("exit") {
            None | Some("success") => Ok(()),
            Some(_) => {
                let error = finished.attribute("errormsg").unwrap_or("it says no more");
                Err(self.fault(finished, format!("the scan ended with an error: {error}")))
            }
        }
    }

    /// The host that is named, or the only one that is up.
    fn host<'n, 'i>(&self, root: Node<'n, 'i>, named: Option<&str>) -> Result<Node<'n, 'i>, Fault> {
        let is_up = |host: &Node| child(*host, "status").and_then(|status| status.attribute("state")) == Some("up");
        let up: Vec<Node> = children(root, "host").filter(is_up).collect();
        let fits = |host: &&Node| named.is_none_or(|named| names(**host).any(|name| name == named));
        let mut fitting = up.iter().filter(fits);
        let known = || {
            let known: Vec<&str> = up.iter().filter_map(|host| names(*host).next()).collect();
            known.join(", ")
        };
        match (fitting.next(), fitting.next(), named) {
            (Some(host), None, _) => Ok(*host),
            (Some(_), Some(_), None) => {
                Err(self.fault(root, format!("{} hosts are up; choose one with --host: {}", up.len(), known())))
            }
            (Some(_), Some(second), Some(named)) => {
                Err(self
                    .fault(*second, format!("a second host is called {named}; choose one by its address: {}", known())))
            }
            (None, _, Some(named)) if !up.is_empty() => {
                Err(self.fault(root, format!("no host that is up is called {named}, expected one of {}", known())))
            }
            (None, ..) => {
                let message = "no host is up; -Pn scans hosts that do not answer, and without --open those with no open port are told";
                Err(self.fault(root, message))
            }
        }
    }

    /// What was found of everything that was scanned.
    fn found(&self, root: Node, ports: Node) -> Result<Vec<Found>, Fault> {
        let mut found = Vec::new();
        for port in children(ports, "port") {
            found.extend(self.port(port)?);
        }
        let extra: Vec<Node> = children(ports, "extraports").collect();
        for extra in &extra {
            let state = self.state(*extra)?;
            // Newer versions name the ports of each reason.
            for reasons in children(*extra, "extrareasons").filter(|reasons| reasons.has_attribute("ports")) {
                if let Some(counted) = self.counted(reasons, "proto")? {
                    let numbers = self.numbers(reasons, "ports")?;
                    let evidence = evidence(word(*extra), reasons.attribute("reason"));
                    found.push(Found { counted, numbers, state, evidence });
                }
            }
        }
        for scanned in children(root, "scaninfo") {
            let Some(counted) = self.counted(scanned, "protocol")? else { continue };
            let told = found.iter().filter(|found| found.counted == counted);
            let numbers = told.fold(self.numbers(scanned, "services")?, |rest, told| &rest - &told.numbers);
            let (state, evidence) = self.rest(root, &extra, scanned)?;
            found.push(Found { counted, numbers, state, evidence });
        }
        Ok(found)
    }

    /// What is known of ports that were scanned and that no element names.
    ///
    /// Older versions of nmap do not say of which transport they are; but these scans of TCP never find `open|filtered`.
    fn rest(&self, root: Node, extra: &[Node], scanned: Node) -> Result<(State, String), Fault> {
        let is_certain = matches!(scanned.attribute("type"), Some("syn" | "connect" | "ack" | "window"));
        let possible = || extra.iter().filter(|extra| !is_certain || word(**extra) != "open|filtered");
        let mut states = Vec::new();
        for extra in possible() {
            states.push(self.state(*extra)?);
        }
        let evidence = possible().map(|extra| word(*extra)).collect::<Vec<_>>().join(" or ");
        let only_open = root.attribute("args").is_some_and(|args| args.split(' ').any(|arg| arg == "--open"));
        Ok(match (states.iter().min(), states.iter().max()) {
            (Some(least), Some(most)) if least == most => (*most, evidence),
            (None, _) if only_open => (State::NotOpen, "not told, by --open".to_string()),
            (None, _) => (State::Unknown, "scanned and not told".to_string()),
            _ => (State::Unknown, evidence),
        })
    }

    fn port(&self, port: Node) -> Result<Option<Found>, Fault> {
        let Some(counted) = self.counted(port, "protocol")? else { return Ok(None) };
        let Some(state) = child(port, "state") else {
            return Err(self.fault(port, "found no <state> in it, expected one; scan again"));
        };
        let numbers = self.numbers(port, "portid")?;
        let mut evidence = evidence(word(state), state.attribute("reason"));
        if let Some(service) = child(port, "service").filter(|service| service.attribute("method") == Some("probed")) {
            let words = ["name", "product", "version"].into_iter().filter_map(|name| service.attribute(name));
            evidence += &format!(", answers as {}", words.collect::<Vec<_>>().join(" "));
        }
        Ok(Some(Found { counted, numbers, state: self.state(state)?, evidence }))
    }

    fn state(&self, node: Node) -> Result<State, Fault> {
        match word(node) {
            "open" => Ok(State::Open),
            "closed" | "filtered" | "closed|filtered" => Ok(State::NotOpen),
            "open|filtered" | "unfiltered" | "unknown" => Ok(State::Unknown),
            word => Err(self.fault(node, format!("found the state {word:?}, expected one of nmap's, such as open"))),
        }
    }

    /// What an element's numbers count; nothing for transports that the catalog does not have.
    fn counted(&self, node: Node, attribute: &str) -> Result<Option<Counted>, Fault> {
        match node.attribute(attribute) {
            Some("tcp") => Ok(Some(Counted::Ports(Transport::Tcp))),
            Some("udp") => Ok(Some(Counted::Ports(Transport::Udp))),
            Some("ip") => Ok(Some(Counted::Protocols)),
            Some("sctp") => Ok(None),
            found => {
                let found = found.unwrap_or_default();
                Err(self.fault(node, format!("{attribute}: found {found:?}, expected tcp, udp, sctp or ip")))
            }
        }
    }

    /// Numbers such as `1-24,26,80`.
    fn numbers(&self, node: Node, attribute: &str) -> Result<PortSet, Fault> {
        let text = node.attribute(attribute).unwrap_or_default();
        let mut numbers = PortSet::empty();
        for part in text.split(',').filter(|_| !text.is_empty() || attribute == "portid") {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u16>().ok());
            let (Some(Some(first)), Some(Some(last))) = (number(first), number(last)) else {
                return Err(self.fault(node, format!("{attribute}: found {part:?}, expected numbers such as 1-24,80")));
            };
            // The catalog has no port 0, which nmap can scan.
            if let Some(range) = PortRange::new(first.max(1), last) {
                numbers.insert(range);
            } else if last > 0 {
                return Err(self.fault(node, format!("{attribute}: found {part:?}, expected the lower number first")));
            }
        }
        Ok(numbers)
    }
}

/// The state as printed.
fn word<'a>(node: Node<'a, '_>) -> &'a str {
    node.attribute("state").unwrap_or_default()
}

fn evidence(state: &str, reason: Option<&str>) -> String {
    // `open` is said by the state itself.
    [Some(state).filter(|state| *state != "open"), reason].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The addresses and names of a host, of which the first is its IP address.
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
mod tests {
    use std::path::Path;

    use super::read;
    use crate::audit::observation::{Observation, State};
    use port_catalog::Transport;

    const TWO_HOSTS: &str = include_str!("../../tests/seen/two-hosts.xml");

    /// A scan of one host; what stands in its `<ports>`, and the attributes of the scan.
    fn scan(args: &str, scaninfo: &str, ports: &str) -> String {
        format!(
            "<!DOCTYPE nmaprun>\n<nmaprun scanner=\"nmap\" args=\"nmap {args}\">{scaninfo}\n<host><status state=\"up\"/>\
             <address addr=\"192.0.2.9\" addrtype=\"ipv4\"/>\n{ports}</host>\n\
             <runstats><finished exit=\"success\"/></runstats></nmaprun>\n"
        )
    }

    fn told(observation: &Observation) -> Vec<String> {
        let mut told = Vec::new();
        for transport in [Transport::Tcp, Transport::Udp] {
            let pieces = observation.pieces(transport).iter().filter(|piece| piece.state != State::NotLookedAt);
            told.extend(pieces.map(|piece| {
                format!("{transport}/{} {}: {}", piece.range, piece.state.words(), piece.evidence.join(" and "))
            }));
        }
        told
    }

    fn fault(text: &str, host: Option<&str>) -> String {
        read(Path::new("scan.xml"), text, host).unwrap_err().to_string()
    }

    #[test]
    fn each_state_is_what_it_says_and_a_service_of_the_table_is_no_evidence() {
        let observation = read(Path::new("scan.xml"), TWO_HOSTS, Some("192.0.2.2")).unwrap();
        assert_eq!(
            told(&observation),
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
    fn a_host_is_chosen_by_any_of_its_names() {
        for name in ["192.0.2.2", "02:00:00:00:00:02", "mail.example"] {
            let observation = read(Path::new("scan.xml"), TWO_HOSTS, Some(name)).unwrap();
            assert_eq!(observation.host.as_deref(), Some("192.0.2.2"), "{name}");
        }
        assert_eq!(
            fault(TWO_HOSTS, None),
            "scan.xml:3:1: 2 hosts are up; choose one with --host: 192.0.2.2, 192.0.2.3"
        );
        for name in ["192.0.2.1", "192.0.2.4", ""] {
            let told =
                format!("scan.xml:3:1: no host that is up is called {name}, expected one of 192.0.2.2, 192.0.2.3");
            assert_eq!(fault(TWO_HOSTS, Some(name)), told);
        }
        let twins = TWO_HOSTS.replace("192.0.2.3", "192.0.2.2");
        assert!(fault(&twins, Some("192.0.2.2")).contains("a second host is called 192.0.2.2"));
    }

    #[test]
    fn ports_that_no_element_names_are_what_the_rest_is_said_to_be() {
        let tcp = "<scaninfo type=\"fin\" protocol=\"tcp\" services=\"1-10\"/>";
        let open = "<port protocol=\"tcp\" portid=\"5\"><state state=\"open\" reason=\"syn-ack\"/></port>";
        let closed = "<extraports state=\"closed\" count=\"9\"/>";
        let filtered = "<extraports state=\"filtered\" count=\"4\"/>";
        let unsure = "<extraports state=\"open|filtered\" count=\"4\"/>";
        for (args, extra, rest) in [
            ("-sF", closed.to_string(), "not open: closed"),
            // Which of the two makes no difference.
            ("-sF", format!("{closed}{filtered}"), "not open: closed or filtered"),
            ("-sF", unsure.to_string(), "unknown: open|filtered"),
            // Which of the two does, and older versions of nmap do not tell.
            ("-sF", format!("{closed}{unsure}"), "unknown: closed or open|filtered"),
            ("-sF", String::new(), "unknown: scanned and not told"),
            ("-sF --open", String::new(), "not open: not told, by --open"),
        ] {
            let text = scan(args, tcp, &format!("<ports>{extra}{open}</ports>"));
            let observation = read(Path::new("scan.xml"), &text, None).unwrap();
            assert_eq!(
                told(&observation),
                [format!("tcp/1-4 {rest}"), "tcp/5 open: syn-ack".to_string(), format!("tcp/6-10 {rest}")],
                "{args} {extra}"
            );
        }
        // An older nmap, that scanned both.
        let observation = read(Path::new("scan.xml"), TWO_HOSTS, Some("192.0.2.3")).unwrap();
        assert_eq!(
            told(&observation),
            [
                "tcp/1-1000 not open: filtered",
                "udp/50-60 unknown: filtered or open|filtered",
                "udp/161 unknown: filtered or open|filtered",
            ]
        );
    }

    #[test]
    fn port_0_and_sctp_are_not_the_catalogs() {
        let scaninfo =
            "<scaninfo type=\"syn\" protocol=\"tcp\" services=\"0-2\"/><scaninfo protocol=\"sctp\" services=\"7\"/>";
        let ports = "<ports><port protocol=\"tcp\" portid=\"0\"><state state=\"open\"/></port>\
                     <port protocol=\"sctp\" portid=\"7\"><state state=\"open\"/></port>\
                     <port protocol=\"tcp\" portid=\"2\"><state state=\"open\"/></port><extraports state=\"closed\"/></ports>";
        let observation = read(Path::new("scan.xml"), &scan("", scaninfo, ports), None).unwrap();
        assert_eq!(told(&observation), ["tcp/1 not open: closed", "tcp/2 open: "]);
    }

    #[test]
    fn a_scan_over_loopback_is_told_as_one() {
        let text = scan("-sT", "<scaninfo type=\"connect\" protocol=\"tcp\" services=\"1\"/>", "<ports/>");
        let remarks = |text: &str| read(Path::new("scan.xml"), text, None).unwrap().remarks.len();
        assert_eq!(remarks(&text), 0);
        for (address, kind) in [("127.0.0.1", "ipv4"), ("::1", "ipv6")] {
            let own = format!("addr=\"{address}\" addrtype=\"{kind}\"");
            assert_eq!(remarks(&text.replace("addr=\"192.0.2.9\" addrtype=\"ipv4\"", &own)), 1, "{address}");
        }
    }

    #[test]
    fn a_scan_of_protocols_tells_esp() {
        let scaninfo = "<scaninfo type=\"ipproto\" protocol=\"ip\" services=\"1,6,50\"/>";
        for (state, expected) in [("open", State::Open), ("open|filtered", State::Unknown), ("closed", State::NotOpen)]
        {
            let ports = format!("<ports><port protocol=\"ip\" portid=\"50\"><state state=\"{state}\"/></port></ports>");
            let observation = read(Path::new("scan.xml"), &scan("-sO", scaninfo, &ports), None).unwrap();
            assert_eq!(observation.esp.0, expected);
            assert_eq!(told(&observation), Vec::<String>::new());
        }
        let observation = read(Path::new("scan.xml"), TWO_HOSTS, Some("mail.example")).unwrap();
        assert_eq!(observation.esp.0, State::NotLookedAt);
    }

    #[test]
    fn a_scan_that_does_not_tell_ports_is_refused_with_the_reason() {
        let tcp = "<scaninfo type=\"syn\" protocol=\"tcp\" services=\"1-10\"/>";
        let whole = scan("-sS", tcp, "<ports><extraports state=\"closed\"/></ports>");
        assert!(read(Path::new("scan.xml"), &whole, None).is_ok());
        for (from, to, told) in [
            ("<ports><extraports state=\"closed\"/></ports>", "", "scan.xml:3:1: the host's ports were not scanned"),
            ("<host>", "<host timedout=\"true\">", "scan.xml:3:1: the host timed out"),
            ("state=\"up\"", "state=\"down\"", "scan.xml:2:1: no host is up; -Pn scans hosts"),
            ("<finished exit=\"success\"/>", "", "scan.xml:2:1: found no <finished>: the scan did not end"),
            (
                "exit=\"success\"",
                "exit=\"error\" errormsg=\"no route\"",
                "scan.xml:5:11: the scan ended with an error: no route",
            ),
            ("scanner=\"nmap\"", "scanner=\"other\"", "scan.xml:2:1: found another root"),
            ("nmaprun", "xmlrun", "scan.xml:2:1: found another root"),
            ("state=\"closed\"", "state=\"ajar\"", "scan.xml:4:8: found the state \"ajar\""),
            ("services=\"1-10\"", "services=\"10-1\"", "scan.xml:2:41: services: found \"10-1\", expected the lower"),
            ("services=\"1-10\"", "services=\"1-+9\"", "scan.xml:2:41: services: found \"1-+9\", expected numbers"),
            (
                "services=\"1-10\"",
                "services=\"1-65536\"",
                "scan.xml:2:41: services: found \"1-65536\", expected numbers",
            ),
            ("services=\"1-10\"", "services=\"1,,2\"", "scan.xml:2:41: services: found \"\", expected numbers"),
            ("protocol=\"tcp\"", "protocol=\"tpc\"", "scan.xml:2:41: protocol: found \"tpc\", expected tcp, udp"),
            ("<extraports", "<port portid=\"5\" protocol=\"tcp\"/><extraports", "scan.xml:4:8: found no <state> in it"),
            (
                "<extraports",
                "<port protocol=\"tcp\"><state state=\"open\"/></port><extraports",
                "scan.xml:4:8: portid: found \"\"",
            ),
        ] {
            let text = whole.replace(from, to);
            assert_ne!(text, whole, "{from}");
            let fault = fault(&text, None);
            assert!(fault.starts_with(told), "{fault}, expected {told}");
        }
    }

    #[test]
    fn a_file_that_was_cut_off_anywhere_is_refused() {
        let end = TWO_HOSTS.trim_end().len();
        for length in 0..end {
            let fault = fault(&TWO_HOSTS[..length], Some("mail.example"));
            let expected = if TWO_HOSTS[..length].contains("<nmaprun") { "cut off?" } else { "looks like" };
            assert!(fault.contains(expected), "{length}: {fault}");
        }
        assert!(read(Path::new("scan.xml"), &TWO_HOSTS[..end], Some("mail.example")).is_ok());
    }

    #[test]
    fn what_is_no_xml_of_nmap_is_told_what_it_looks_like() {
        for (text, looks) in [
            ("{\"nftables\": []}", "the output of `nft -j list ruleset`"),
            ("tcp LISTEN 0 128 *:22 *:*\n", "the output of ss"),
            ("# Nmap 7.93 scan initiated", "output of nmap for people"),
        ] {
            let told = format!("scan.xml: looks like {looks}, expected the output of `nmap -oX`");
            assert_eq!(fault(text, None), told);
        }
    }

    #[test]
    fn entities_cannot_make_it_read_without_end() {
        let bomb = "<!DOCTYPE nmaprun [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
                    <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">\
                    <!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\">]>\
                    <nmaprun scanner=\"nmap\">&f;&f;&f;&f;</nmaprun>";
        assert!(fault(bomb, None).starts_with("scan.xml:1:"));
    }
}
