//! What formats share that describe a ruleset instead of enforcing it: they can express everything, line by line.
//!
//! Such a document describes what a firewall between the product and its peers would allow, with the same options.

use port_core::{Direction, PortRange};

use crate::protocol::Protocol;
use crate::rules::address::{Address, Endpoints, list};
use crate::rules::limits::{EndpointLimits, Families, Limits};
use crate::rules::model::{AllowedSpec, FlowRules, Interfaces};
use crate::rules::options::FirewallLocation;
use crate::rules::protocol_notation::{ProtocolNotation, type_number};

/// The limits of a document, which has none.
pub const fn limits(format: &'static str) -> Limits {
    const PROTOCOLS: ProtocolNotation =
        ProtocolNotation { protocol: |protocol| Some(protocol.to_string()), icmp_type: type_number };
    let endpoints =
        EndpointLimits { families: Families::Mixed, host_names: true, wildcards: true, ..EndpointLimits::ADDRESSES };
    let usual = Limits::usual(format, &[FirewallLocation::Network], PROTOCOLS);
    Limits { endpoints, longest_interface: Some(usize::MAX), ..usual }
}

/// One line of a document: a spec of a flow over one protocol.
pub struct Line<'a> {
    /// The service, if it is known.
    pub service: Option<&'a str>,
    /// The protocol. `None` if the document states neither a transport nor a port.
    pub protocol: Option<Protocol>,
    /// The ports, unless the protocol has none.
    pub range: Option<PortRange>,
    /// The type of ICMP, if the rules are limited to one.
    pub icmp_type: Option<u8>,
}

impl Line<'_> {
    /// The protocol, with the type of ICMP: `icmp/8`.
    pub fn protocol_text(&self) -> Option<String> {
        let icmp_type = self.icmp_type.map(|icmp_type| format!("/{icmp_type}")).unwrap_or_default();
        self.protocol.map(|protocol| format!("{protocol}{icmp_type}"))
    }

    /// The port or range: `443`, `8000-8100`.
    pub fn port_text(&self) -> Option<String> {
        self.range.map(|range| range.to_string())
    }
}

/// The lines of a flow.
pub fn lines(flow: &FlowRules) -> Vec<Line<'_>> {
    let lines = flow.specs.iter().flat_map(|AllowedSpec { spec, protocols }| {
        let (service, range, icmp_type) = (spec.service_ref().map(String::as_str), spec.range(), spec.icmp_type());
        // A service whose port isn't stated has a line without a protocol.
        let unknown = protocols.is_empty().then_some(None);
        let protocols = protocols.iter().copied().map(Some).chain(unknown);
        protocols.map(move |protocol| Line { service, protocol, range, icmp_type })
    });
    lines.collect()
}

/// An end of a flow: its id, and its addresses and interfaces, as far as they are known.
pub struct End<'a> {
    /// The id of a peer, of the product, or of a component: `<product>-<component>`.
    pub name: String,
    /// The addresses; empty for any.
    pub addresses: &'a [Address],
    /// The firewall's interfaces that lead there; empty for any.
    pub interfaces: &'a [String],
}

impl End<'_> {
    /// All of it: `ldap-server (10.0.5.1, 10.0.5.2; interface eth1)`.
    pub fn text(&self) -> String {
        let interfaces = match self.interfaces {
            [] => None,
            [one] => Some(format!("interface {one}")),
            several => Some(format!("interfaces {}", several.join(", "))),
        };
        let addresses = (!self.addresses.is_empty()).then(|| list(self.addresses));
        let details: Vec<String> = addresses.into_iter().chain(interfaces).collect();
        if details.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, details.join("; ")) }
    }
}

/// The source and the destination of a flow.
pub fn ends(flow: &FlowRules) -> [End<'_>; 2] {
    let component = flow.row.component.as_ref().map(|component| format!("-{component}")).unwrap_or_default();
    let own = format!("{}{component}", flow.row.product);
    let peer = flow.peer.clone();
    let [source, destination] = match flow.direction {
        Direction::Inbound => [peer, own],
        Direction::Outbound => [own, peer],
    };
    let [at_source, at_destination] = match &flow.ends {
        Some(ends) => ends.each_ref().map(Endpoints::addresses),
        None => [&[][..]; 2],
    };
    let Interfaces { source: from, destination: to } = &flow.interfaces;
    [
        End { name: source, addresses: at_source, interfaces: from },
        End { name: destination, addresses: at_destination, interfaces: to },
    ]
}

/// Where the vendor's document has a flow: document, edition, section and row.
pub fn reference(flow: &FlowRules) -> String {
    let source = &flow.row.source;
    let section = source.section.as_ref().map(|section| format!(", {section}")).unwrap_or_default();
    format!("{}, {}{section}, row {}", source.document, source.edition, source.row)
}
