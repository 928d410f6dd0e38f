//! The ports that an inventory would list if something listened there. Of others, it says nothing.

use std::str::FromStr;

use port_core::PortRange;

use crate::audit::local_address::not_open_elsewhere;
use crate::audit::observation::{Seen, State};
use crate::protocol::Protocol;

/// One part of what an inventory covers: `tcp`, `udp/1-1024`, or `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Nothing: ports that aren't listed were not checked.
    Nothing,
    /// Ports of a protocol.
    Ports(Protocol, PortRange),
}

impl Coverage {
    /// All ports of a protocol.
    #[must_use]
    pub fn all(protocol: Protocol) -> Coverage {
        Coverage::Ports(protocol, not_open_elsewhere(protocol).range)
    }

    /// The report that nothing else listens on these ports.
    #[must_use]
    pub fn seen(self) -> Option<Seen> {
        match self {
            Coverage::Nothing => None,
            Coverage::Ports(protocol, range) => {
                Some(Seen { protocol, range, state: State::NotOpen, evidence: String::new() })
            }
        }
    }
}

/// A text that isn't a part of a coverage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseCoverageError;

impl std::fmt::Display for ParseCoverageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("write tcp, udp, sctp, ports such as tcp/1-1024, or none")
    }
}

impl std::error::Error for ParseCoverageError {}

impl FromStr for Coverage {
    type Err = ParseCoverageError;

    fn from_str(text: &str) -> Result<Coverage, ParseCoverageError> {
        let (name, ports) = text.split_once('/').map_or((text, None), |(name, ports)| (name, Some(ports)));
        if text == "none" {
            return Ok(Coverage::Nothing);
        }
        let with_ports = Protocol::KNOWN.iter().copied().filter(|protocol| protocol.has_ports());
        let protocol = with_ports.into_iter().find(|protocol| protocol.name() == Some(name));
        let protocol = protocol.ok_or(ParseCoverageError)?;
        let Some(ports) = ports else { return Ok(Coverage::all(protocol)) };
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let port = |text: &str| port_data::port_expression::parse_port(text).map_err(|_| ParseCoverageError);
        let range = PortRange::new(port(first)?, port(last)?).ok_or(ParseCoverageError)?;
        Ok(Coverage::Ports(protocol, range))
    }
}

#[cfg(test)]
mod tests {
    use super::Coverage;
    use crate::protocol::Protocol;
    use port_core::PortRange;

    #[test]
    fn a_coverage_is_a_protocol_or_a_range_of_its_ports() {
        let range = |first, last| PortRange::new(first, last).unwrap();
        for (text, coverage) in [
            ("tcp", Some(Coverage::Ports(Protocol::TCP, range(1, 65535)))),
            ("sctp/5-6", Some(Coverage::Ports(Protocol::SCTP, range(5, 6)))),
            ("udp/53", Some(Coverage::Ports(Protocol::UDP, range(53, 53)))),
            ("none", Some(Coverage::Nothing)),
            ("none/5", None),
            ("esp", None),
            ("tcp/", None),
            ("tcp/0", None),
            ("tcp/6-5", None),
            ("", None),
        ] {
            assert_eq!(text.parse().ok(), coverage, "{text}");
        }
    }
}
