//! The ports of a host, and their states.

use port_core::PortRange;
use port_data::Diagnostic;
use roxmltree::Node;

use super::{Scan, child, children};
use crate::audit::codes;
use crate::audit::observation::{State, Tool};
use crate::port_set::PortSet;
use crate::protocol::Protocol;

/// What the numbers of an element are: ports of a protocol, or IP protocols (`nmap -sO`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberKind {
    Ports(Protocol),
    Protocols,
}

/// Ports or protocols with the same state.
pub(super) struct PortGroup {
    pub kind: NumberKind,
    pub numbers: PortSet,
    pub state: State,
    pub evidence: String,
}

/// masscan's protocol of answers to pings, which it lists as port 0.
const MASSCAN_PING: &str = "icmp";

/// The number of ICMP among IP protocols.
fn icmp() -> PortSet {
    let number = Protocol::ICMP.number().into();
    PortRange::new(number, number).into_iter().collect()
}

impl Scan<'_, '_> {
    /// The states of everything that was scanned on a host, from its `<ports>` elements.
    pub(super) fn groups(&self, ports: &[Node]) -> Result<Vec<PortGroup>, Diagnostic> {
        let root = self.root();
        let mut groups = Vec::new();
        for port in ports.iter().flat_map(|ports| children(*ports, "port")) {
            groups.extend(self.port(port)?);
        }
        let extra: Vec<Node> = ports.iter().flat_map(|ports| children(*ports, "extraports")).collect();
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
    /// the state; otherwise it is unknown. Some scans never find `open|filtered`, so those ports must be of another protocol.
    fn unlisted_state(&self, root: Node, extra: &[Node], scanned: Node) -> Result<(State, String), Diagnostic> {
        let is_certain = matches!(scanned.attribute("type"), Some("syn" | "connect" | "ack" | "window" | "sctpinit"));
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
        let mut numbers = self.numbers(port, "portid")?;
        if port.attribute("protocol") == Some(MASSCAN_PING) {
            numbers = icmp();
        }
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
            Some("sctp") => Ok(Some(NumberKind::Ports(Protocol::SCTP))),
            Some(MASSCAN_PING | "oproto") if self.tool == Tool::Masscan => Ok(Some(NumberKind::Protocols)),
            // An answer to ARP says nothing about IP.
            Some("arp" | "err") if self.tool == Tool::Masscan => Ok(None),
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
