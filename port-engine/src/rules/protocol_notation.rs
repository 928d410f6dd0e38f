//! How rule formats write IP protocols. A format names its notation; a new protocol without ports is a row of `PORTLESS`.

use crate::protocol::Protocol;

/// How a format writes protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtocolNotation {
    /// By name, and only protocols with ports.
    WithPorts,
    /// By number.
    Number,
    /// As `/etc/protocols` names them; those without a name by number.
    System,
    /// As Aerleon names them, and only those that it has a name for.
    Aerleon,
}

/// The names of a protocol without ports.
struct Portless {
    protocol: Protocol,
    /// The name in `/etc/protocols`.
    system: &'static str,
    /// The name in Aerleon's policies, if it has one.
    aerleon: Option<&'static str>,
}

/// The protocols without ports that some format names. The names are not always those of [`Protocol`]: `ipip` is 94 in
/// `/etc/protocols`, and 4 for everybody else.
const PORTLESS: &[Portless] = &[Portless { protocol: Protocol::ESP, system: "esp", aerleon: Some("esp") }];

impl ProtocolNotation {
    /// Whether a format with this notation can express a protocol.
    #[must_use]
    pub fn can_express(self, protocol: Protocol) -> bool {
        self.write(protocol).is_some()
    }

    /// The protocol in this notation, if it can be expressed.
    #[must_use]
    pub fn write(self, protocol: Protocol) -> Option<String> {
        if self == ProtocolNotation::Number {
            return Some(protocol.number().to_string());
        }
        if protocol.has_ports() {
            return Some(protocol.to_string());
        }
        let names = PORTLESS.iter().find(|names| names.protocol == protocol);
        match self {
            ProtocolNotation::WithPorts => None,
            ProtocolNotation::Aerleon => names?.aerleon.map(str::to_string),
            ProtocolNotation::System | ProtocolNotation::Number => {
                Some(names.map_or_else(|| protocol.number().to_string(), |names| names.system.to_string()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ProtocolNotation;
    use crate::protocol::Protocol;

    #[test]
    fn every_notation_writes_what_it_can_express() {
        let protocols = [Protocol::TCP, Protocol::UDP, Protocol::ESP, Protocol::new(112)];
        let written =
            |notation: ProtocolNotation| protocols.map(|protocol| notation.write(protocol).unwrap_or_default());
        assert_eq!(written(ProtocolNotation::WithPorts), ["tcp", "udp", "", ""]);
        assert_eq!(written(ProtocolNotation::Number), ["6", "17", "50", "112"]);
        assert_eq!(written(ProtocolNotation::System), ["tcp", "udp", "esp", "112"]);
        assert_eq!(written(ProtocolNotation::Aerleon), ["tcp", "udp", "esp", ""]);
    }
}
