//! Ports in a query: `443`, `tcp/443` or `8000-8100`.

use std::fmt;
use std::str::FromStr;

use port_core::{PortRange, Transport};

use crate::dataset::PortSpec;

/// A port or a range in a query, with or without a transport: `443`, `443/tcp`, `tcp/443` or `8000-8100`.
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsePortError(Reason);

/// Why a text isn't a port query.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    /// It may be the id of this service.
    Service(String),
    /// It is a range from the larger port to the smaller one.
    Reversed(u16, u16),
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
            Reason::Other => f.write_str(
                "write a port from 1 to 65535 or a range, with or without tcp or udp: 443, tcp/443, 443/udp, 8000-8100",
            ),
        }
    }
}

impl std::error::Error for ParsePortError {}

impl FromStr for PortQuery {
    type Err = ParsePortError;

    fn from_str(text: &str) -> Result<PortQuery, ParsePortError> {
        let (before, after) = text.split_once('/').map_or((None, text), |(before, after)| (Some(before), after));
        let (transport, ports) = match before {
            None => (Some(Transport::Any), after),
            Some(before) if transport(before).is_some() => (transport(before), after),
            Some(before) => (transport(after), before),
        };
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let ends = port(first).zip(port(last));
        let range = ends.and_then(|(first, last)| PortRange::new(first, last));
        match (transport, range, ends) {
            (Some(transport), Some(range), _) => return Ok(PortQuery { transport, range }),
            (Some(_), None, Some((first, last))) => return Err(ParsePortError(Reason::Reversed(first, last))),
            _ => {}
        }
        let is_name = |part: &str| part.starts_with(|first: char| first.is_ascii_alphabetic());
        let is_id = ports.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let is_service = transport.is_some() && is_name(ports) && is_id && ports.parse::<Transport>().is_err();
        Err(ParsePortError(if is_service { Reason::Service(ports.to_ascii_lowercase()) } else { Reason::Other }))
    }
}

/// A transport with ports, in any case.
fn transport(text: &str) -> Option<Transport> {
    text.to_ascii_lowercase().parse().ok().filter(|transport: &Transport| transport.has_ports())
}

fn port(text: &str) -> Option<u16> {
    port_data::port_expression::parse_port(text).ok()
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
            ("any/53", "53"),
            ("65535/udp", "udp/65535"),
            ("25-30", "25-30"),
            ("tcp/8000-8100", "tcp/8000-8100"),
            ("8000-8100/udp", "udp/8000-8100"),
        ] {
            assert_eq!(parsed(text).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["", "0", "65536", "+1", "-1", "443/", "/443", "443/esp", "esp/1", "30-25", "x", "tcp", "80-", "1/2"]
        {
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
            ("esp", None),
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
}
