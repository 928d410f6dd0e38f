//! Ports and protocols in a query: `443`, `tcp/443`, `8000-8100`, `esp` or `icmp/8`.

use std::fmt;
use std::str::FromStr;

use port_core::{PortRange, Transport};

use crate::dataset::PortSpec;

/// What a query asks for: ports, with or without a transport, or an IP protocol that has no ports.
///
/// ```
/// use port_engine::filter::PortQuery;
///
/// let query: PortQuery = "443/TCP".parse().unwrap();
/// assert_eq!(query.to_string(), "tcp/443");
/// assert_eq!("8000-8100".parse::<PortQuery>().unwrap().to_string(), "8000-8100");
/// // VRRP is IP protocol 112.
/// assert_eq!("ip/112".parse::<PortQuery>().unwrap().to_string(), "vrrp");
/// assert!("443/esp".parse::<PortQuery>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortQuery {
    /// A port or a range: `443`, `443/tcp`, `tcp/443` or `8000-8100`.
    Ports {
        /// The transport. `None` means every transport that has ports.
        transport: Option<Transport>,
        /// The ports.
        range: PortRange,
    },
    /// A protocol without ports: `esp`, `ip/112`, `icmp` or `icmp/8`.
    Protocol {
        /// The number in the IP header.
        number: u8,
        /// The type of ICMP. `None` means every type.
        icmp_type: Option<u8>,
    },
}

impl PortQuery {
    /// Whether a spec uses one of the ports, or the protocol. A spec without a stated transport counts for TCP and for UDP, and ICMP
    /// without a stated type for every type.
    #[must_use]
    pub fn matches(&self, spec: &PortSpec) -> bool {
        match *self {
            PortQuery::Ports { transport, range } => {
                let overlaps = |own: PortRange| own.first() <= range.last() && range.first() <= own.last();
                let is_carried = |own: Transport| transport.is_none_or(|asked| own.overlaps(asked));
                spec.transport().is_some_and(is_carried) && spec.range().is_some_and(overlaps)
            }
            PortQuery::Protocol { number, icmp_type } => {
                let is_type = |(asked, own)| asked == own;
                spec.ip_protocol() == Some(number) && icmp_type.zip(spec.icmp_type()).is_none_or(is_type)
            }
        }
    }

    /// Whether a spec matches and has no other ports or types than the query: for a port, `tcp/443` rather than `tcp/1-1024`.
    #[must_use]
    pub fn matches_exactly(&self, spec: &PortSpec) -> bool {
        let is_within = match *self {
            PortQuery::Ports { range, .. } => {
                spec.range().is_some_and(|own| range.first() <= own.first() && own.last() <= range.last())
            }
            PortQuery::Protocol { icmp_type, .. } => icmp_type.is_none() || spec.icmp_type().is_some(),
        };
        is_within && self.matches(spec)
    }
}

/// A text that isn't a port query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsePortError(Reason);

/// Why a text isn't a port query.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    /// It may be the id of this service.
    Service(String),
    /// It is a range from the larger port to the smaller one.
    Reversed(u16, u16),
    /// It is a transport without a port.
    PortMissing(Transport),
    /// It is the number of a transport that has ports.
    TransportNumber(Transport, u8),
    /// Something else.
    Other,
}

impl fmt::Display for ParsePortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::Service(service) => {
                write!(f, "not a port number; for a service, use list --service {service}")
            }
            Reason::Reversed(first, last) => write!(f, "the range is reversed; write {last}-{first}"),
            Reason::PortMissing(transport) => write!(f, "{transport} has ports; write one, such as {transport}/443"),
            Reason::TransportNumber(transport, number) => {
                write!(f, "IP protocol {number} is {transport}, which has ports; write one, such as {transport}/443")
            }
            Reason::Other => f.write_str(
                "write a port from 1 to 65535 or a range, such as 443, tcp/443, 443/udp or 8000-8100, or a protocol without ports, such as \
                 esp, icmp/8 or ip/112",
            ),
        }
    }
}

impl std::error::Error for ParsePortError {}

impl FromStr for PortQuery {
    type Err = ParsePortError;

    fn from_str(text: &str) -> Result<PortQuery, ParsePortError> {
        let (before, after) = text.split_once('/').map_or((None, text), |(before, after)| (Some(before), after));
        if let Some(protocol) = protocol(before, after) {
            return protocol.map_err(ParsePortError);
        }
        let (transport, ports) = match before {
            None => (None, after),
            Some(before) if transport(before).is_some() => (transport(before), after),
            Some(before) => (transport(after), before),
        };
        let is_transport_known = before.is_none() || transport.is_some();
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let ends = port(first).zip(port(last));
        let range = ends.and_then(|(first, last)| PortRange::new(first, last));
        match (range, ends) {
            (Some(range), _) if is_transport_known => return Ok(PortQuery::Ports { transport, range }),
            (None, Some((first, last))) if is_transport_known => {
                return Err(ParsePortError(Reason::Reversed(first, last)));
            }
            _ => {}
        }
        let is_name = |part: &str| part.starts_with(|first: char| first.is_ascii_alphabetic());
        let is_id = ports.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let is_service = is_transport_known && is_name(ports) && is_id && word(ports).is_none();
        Err(ParsePortError(if is_service { Reason::Service(ports.to_ascii_lowercase()) } else { Reason::Other }))
    }
}

/// A protocol without ports: `esp`, `icmp`, `icmp/8`, `8/icmp` or `ip/112`. `None` if the text isn't about one.
fn protocol(before: Option<&str>, after: &str) -> Option<Result<PortQuery, Reason>> {
    let query = |number, icmp_type| Ok(PortQuery::Protocol { number, icmp_type });
    let Some(before) = before else {
        return match word(after)? {
            Transport::Any | Transport::Ip => None,
            transport if transport.has_ports() => Some(Err(Reason::PortMissing(transport))),
            transport => Some(query(transport.ip_protocol()?, None)),
        };
    };
    let is_numbered = |transport: &Transport| matches!(transport, Transport::Icmp | Transport::Icmpv6 | Transport::Ip);
    let (transport, number) = match word(before).filter(is_numbered) {
        Some(transport) => (transport, after),
        None => (word(after).filter(is_numbered)?, before),
    };
    let number: u8 = number.parse().ok().filter(|parsed: &u8| parsed.to_string() == number)?;
    let with_ports = Transport::ALL.iter().find(|named| named.has_ports() && named.ip_protocol() == Some(number));
    match (transport, with_ports) {
        (Transport::Ip, Some(named)) => Some(Err(Reason::TransportNumber(*named, number))),
        (Transport::Ip, None) => Some(query(number, None)),
        (icmp, _) => Some(query(icmp.ip_protocol()?, Some(number))),
    }
}

/// A word of the vocabulary of transports, in any case.
fn word(text: &str) -> Option<Transport> {
    text.to_ascii_lowercase().parse().ok()
}

/// A transport with ports, in any case.
fn transport(text: &str) -> Option<Transport> {
    word(text).filter(|transport| transport.has_ports())
}

fn port(text: &str) -> Option<u16> {
    port_data::port_expression::parse_port(text).ok()
}

/// The query as the catalog writes ports: `tcp/443`, or `443` without a transport; `esp`, `icmp/8` or `ip/99`.
impl fmt::Display for PortQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            PortQuery::Ports { transport: None, range } => write!(f, "{range}"),
            PortQuery::Ports { transport: Some(transport), range } => write!(f, "{transport}/{range}"),
            PortQuery::Protocol { number, icmp_type } => {
                match Transport::ALL.iter().find(|named| named.ip_protocol() == Some(number)) {
                    Some(named) => write!(f, "{named}")?,
                    None => write!(f, "ip/{number}")?,
                }
                icmp_type.map_or(Ok(()), |icmp_type| write!(f, "/{icmp_type}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PortQuery;

    #[test]
    fn ports_are_read_in_every_usual_notation() {
        let parsed = |text: &str| text.parse::<PortQuery>().ok().map(|query| query.to_string());
        for (text, expected) in [
            ("443", "443"),
            ("443/tcp", "tcp/443"),
            ("tcp/443", "tcp/443"),
            ("443/TCP", "tcp/443"),
            ("UDP/514", "udp/514"),
            ("any/53", "any/53"),
            ("65535/udp", "udp/65535"),
            ("25-30", "25-30"),
            ("tcp/8000-8100", "tcp/8000-8100"),
            ("8000-8100/udp", "udp/8000-8100"),
            ("sctp/38412", "sctp/38412"),
            ("38412/SCTP", "sctp/38412"),
            ("esp", "esp"),
            ("ESP", "esp"),
            ("vrrp", "vrrp"),
            ("ip/112", "vrrp"),
            ("ip/99", "ip/99"),
            ("IP/50", "esp"),
            ("99/ip", "ip/99"),
            ("icmp", "icmp"),
            ("icmp/8", "icmp/8"),
            ("8/icmp", "icmp/8"),
            ("icmpv6/0", "icmpv6/0"),
            ("ip/1", "icmp"),
        ] {
            assert_eq!(parsed(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "", "0", "65536", "+1", "-1", "443/", "/443", "443/esp", "esp/1", "30-25", "x", "tcp", "80-", "1/2", "ip",
            "any", "ip/256", "ip/01", "icmp/256", "icmp/-1", "icmp/", "ip/tcp", "icmp/8-9", "ip/6", "ip/17", "ip/132",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn a_service_instead_of_a_port_is_recognized() {
        for (text, service) in [
            ("https", Some("https")),
            ("HTTPS", Some("https")),
            ("tcp/https", Some("https")),
            ("https/tcp", Some("https")),
            ("ipsec-nat-t", Some("ipsec-nat-t")),
            ("tcp", None),
            ("ip", None),
            ("443/tpc", None),
            ("https x", None),
            ("30-25", None),
            ("", None),
        ] {
            let message = text.parse::<PortQuery>().unwrap_err().to_string();
            let expected =
                service.map(|service| format!("not a port number; for a service, use list --service {service}"));
            assert_eq!(message.starts_with("not a port number"), service.is_some(), "{text}: {message}");
            assert!(expected.is_none_or(|expected| expected == message), "{text}: {message}");
        }
    }

    #[test]
    fn a_reversed_range_is_reported_with_the_range_to_write() {
        let message = |text: &str| text.parse::<PortQuery>().unwrap_err().to_string();
        assert_eq!(message("443-80"), "the range is reversed; write 80-443");
        assert_eq!(message("udp/100-99"), "the range is reversed; write 99-100");
        assert!(message("443-0").starts_with("write a port from 1 to 65535"));
        assert!(message("esp/443-80").starts_with("write a port from 1 to 65535"));
    }

    #[test]
    fn a_transport_without_a_port_is_reported() {
        let message = |text: &str| text.parse::<PortQuery>().unwrap_err().to_string();
        assert_eq!(message("sctp"), "sctp has ports; write one, such as sctp/443");
        assert_eq!(message("ip/17"), "IP protocol 17 is udp, which has ports; write one, such as udp/443");
    }

    #[test]
    fn a_spec_matches_by_its_port_its_protocol_or_its_type_of_icmp() {
        let spec =
            |text: &str| port_data::port_expression::parse(text, |id: &str, _| Ok(id.to_string())).unwrap().0.remove(0);
        // Each query with specs that match it, exactly or not, and one that doesn't match.
        for (query, exact, wider, other) in [
            ("443", "tcp/443", "any/400-500", "tcp/444"),
            ("443", "sctp/443", "sctp/1-1024", "esp"),
            ("udp/443", "any/443", "udp/443-444", "tcp/443"),
            ("sctp/443", "sctp/443", "sctp/443-444", "any/443"),
            ("400-500", "tcp/443", "tcp/443-501", "udp/501"),
            ("esp", "esp", "", "ah"),
            ("ip/50", "esp", "", "udp/50"),
            ("vrrp", "ip/112", "", "ip/99"),
            ("icmp", "icmp", "", "icmpv6"),
            ("icmp", "icmp/8", "", "icmpv6/128"),
            ("icmp/8", "icmp/8", "icmp", "icmp/0"),
            ("icmp/8", "icmp/8", "ip/1", "icmpv6/8"),
        ] {
            let parsed: PortQuery = query.parse().unwrap();
            assert!(parsed.matches(&spec(exact)) && parsed.matches_exactly(&spec(exact)), "{query} {exact}");
            if !wider.is_empty() {
                assert!(parsed.matches(&spec(wider)) && !parsed.matches_exactly(&spec(wider)), "{query} {wider}");
            }
            assert!(!parsed.matches(&spec(other)) && !parsed.matches_exactly(&spec(other)), "{query} {other}");
        }
    }
}
