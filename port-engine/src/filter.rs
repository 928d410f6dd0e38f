//! Selects flows.

use std::fmt;
use std::str::FromStr;

use port_core::{Direction, PortRange, Requirement, Transport};

use crate::dataset::{Dataset, Flow, PortSpec};

/// Which flows to select. Criteria that are not set match everything; those that are set combine with AND.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The ids of products, any of which matches. Empty matches every product.
    pub products: Vec<String>,
    /// A vendor's id.
    pub vendor: Option<String>,
    /// Who opens the connection.
    pub direction: Option<Direction>,
    /// A peer's id; a peer that includes it matches too.
    pub peer: Option<String>,
    /// The id of a service on any of the flow's ports.
    pub service: Option<String>,
    /// Ports, any of which matches.
    pub port: Option<PortQuery>,
    /// A host name; names below it match too.
    pub host: Option<String>,
    /// Whether the document requires the flow.
    pub requirement: Option<Requirement>,
}

impl Filter {
    /// The flows that match, in catalog order.
    #[must_use]
    pub fn select<'a>(&self, dataset: &'a Dataset) -> Vec<&'a Flow> {
        dataset.flows.iter().filter(|flow| self.matches(flow, dataset)).collect()
    }

    /// Whether a flow of the dataset matches.
    #[must_use]
    pub fn matches(&self, flow: &Flow, dataset: &Dataset) -> bool {
        fn is_unset_or<T>(criterion: Option<&T>, matches: impl FnOnce(&T) -> bool) -> bool {
            criterion.is_none_or(matches)
        }
        (self.products.is_empty() || self.products.contains(&flow.product))
            && is_unset_or(self.vendor.as_ref(), |vendor| flow.vendor == *vendor)
            && is_unset_or(self.direction.as_ref(), |direction| flow.direction == *direction)
            && is_unset_or(self.peer.as_ref(), |peer| flow.involves(peer, dataset))
            && is_unset_or(self.service.as_ref(), |service| {
                flow.ports.iter().any(|spec| spec.service_ref() == Some(service))
            })
            && is_unset_or(self.port.as_ref(), |port| flow.ports.iter().any(|spec| port.matches(spec)))
            && is_unset_or(self.host.as_ref(), |host| flow.hosts.iter().any(|own| is_at_or_below(own, host)))
            && is_unset_or(self.requirement.as_ref(), |requirement| flow.requirement == *requirement)
    }
}

/// Whether a host name is a domain, or a name below it. Case and a final dot are ignored.
fn is_at_or_below(name: &str, domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain).to_ascii_lowercase();
    name == domain || name.strip_suffix(&domain).is_some_and(|above| above.ends_with('.'))
}

/// Ports that are asked for: `443`, `443/tcp`, `tcp/443` or `8000-8100`.
///
/// ```
/// use port_engine::filter::PortQuery;
///
/// let query: PortQuery = "443/TCP".parse().unwrap();
/// assert_eq!(query.to_string(), "tcp/443");
/// assert_eq!("8000-8100".parse::<PortQuery>().unwrap().to_string(), "8000-8100");
/// assert!("443/esp".parse::<PortQuery>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortQuery {
    /// The transport; [`Transport::Any`] if none was given.
    pub transport: Transport,
    /// The ports.
    pub range: PortRange,
}

impl PortQuery {
    /// Whether a spec uses one of the ports. A spec without a stated transport counts for TCP and for UDP.
    #[must_use]
    pub fn matches(&self, spec: &PortSpec) -> bool {
        let overlaps = |range: PortRange| range.first() <= self.range.last() && self.range.first() <= range.last();
        spec.transport().is_some_and(|own| own.overlaps(self.transport)) && spec.range().is_some_and(overlaps)
    }
}

/// A text that isn't a port query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParsePortError;

impl fmt::Display for ParsePortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("write a port from 1 to 65535 or a range, with or without tcp or udp: 443, tcp/443, 443/udp, 8000-8100")
    }
}

impl std::error::Error for ParsePortError {}

impl FromStr for PortQuery {
    type Err = ParsePortError;

    fn from_str(text: &str) -> Result<PortQuery, ParsePortError> {
        let (transport, ports) = match text.split_once('/') {
            None => (Transport::Any, text),
            Some((one, other)) if one.starts_with(|first: char| first.is_ascii_digit()) => (transport(other)?, one),
            Some((one, other)) => (transport(one)?, other),
        };
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let range = PortRange::new(port(first)?, port(last)?).ok_or(ParsePortError)?;
        Ok(PortQuery { transport, range })
    }
}

fn transport(text: &str) -> Result<Transport, ParsePortError> {
    let transport: Transport = text.to_ascii_lowercase().parse().map_err(|_| ParsePortError)?;
    if transport.has_ports() { Ok(transport) } else { Err(ParsePortError) }
}

fn port(text: &str) -> Result<u16, ParsePortError> {
    port_data::port_expression::parse_port(text).map_err(|_| ParsePortError)
}

/// The query as the catalog writes ports: `tcp/443`, or `443` without a transport.
impl fmt::Display for PortQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.transport {
            Transport::Any => write!(f, "{}", self.range),
            transport => write!(f, "{transport}/{}", self.range),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PortQuery, is_at_or_below};

    #[test]
    fn ports_are_read_in_every_usual_notation() {
        let parsed = |text: &str| text.parse::<PortQuery>().ok().map(|query| query.to_string());
        for (text, expected) in [
            ("443", "443"),
            ("443/tcp", "tcp/443"),
            ("tcp/443", "tcp/443"),
            ("443/TCP", "tcp/443"),
            ("UDP/514", "udp/514"),
            ("any/53", "53"),
            ("65535/udp", "udp/65535"),
            ("25-30", "25-30"),
            ("tcp/8000-8100", "tcp/8000-8100"),
            ("8000-8100/udp", "udp/8000-8100"),
        ] {
            assert_eq!(parsed(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "0", "65536", "+1", "-1", "443/", "/443", "443/esp", "esp/1", "30-25", "x", "tcp", "80-", "1/2"] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn hosts_match_at_and_below_a_domain() {
        assert!(is_at_or_below("a.example", "A.Example."));
        assert!(is_at_or_below("b.a.example", "a.example"));
        assert!(!is_at_or_below("ba.example", "a.example"));
        assert!(!is_at_or_below("example", "a.example"));
    }
}
