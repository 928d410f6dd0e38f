//! How rule formats write IP protocols and the types of ICMP messages. Each format has a [`ProtocolNotation`] of its own.

use crate::protocol::Protocol;

/// How a format writes protocols. What it can't write, it can't express.
#[derive(Clone, Copy, Debug)]
pub struct ProtocolNotation {
    /// Writes a protocol.
    pub protocol: fn(Protocol) -> Option<String>,
    /// Writes a type of the messages of ICMP or `ICMPv6`.
    pub icmp_type: fn(Protocol, u8) -> Option<String>,
}

impl ProtocolNotation {
    /// Protocols and types by number.
    pub const NUMBERS: ProtocolNotation =
        ProtocolNotation { protocol: |protocol| Some(protocol.number().to_string()), icmp_type: type_number };

    /// Whether the format can express a protocol.
    #[must_use]
    pub fn can_express(self, protocol: Protocol) -> bool {
        self.write(protocol).is_some()
    }

    /// The protocol in this notation, if it can be expressed.
    #[must_use]
    pub fn write(self, protocol: Protocol) -> Option<String> {
        (self.protocol)(protocol)
    }

    /// The type of a message in this notation, if it can be expressed.
    #[must_use]
    pub fn write_type(self, protocol: Protocol, icmp_type: u8) -> Option<String> {
        (self.icmp_type)(protocol, icmp_type)
    }
}

/// The protocol as Linux tools read it: those that every system has by name, all others by number.
///
/// The names are not always those of [`Protocol`]: `ipip` is 94 in `/etc/protocols`, and 4 for everybody else.
#[must_use]
pub fn system_name(protocol: Protocol) -> String {
    match protocol {
        Protocol::ICMPV6 => "ipv6-icmp".to_string(),
        Protocol::TCP
        | Protocol::UDP
        | Protocol::SCTP
        | Protocol::ESP
        | Protocol::AH
        | Protocol::GRE
        | Protocol::ICMP
        | Protocol::VRRP => protocol.to_string(),
        _ => protocol.number().to_string(),
    }
}

/// Any type, by number.
#[must_use]
pub fn type_number(_: Protocol, icmp_type: u8) -> Option<String> {
    Some(icmp_type.to_string())
}

/// No type: for formats that can't express ICMP.
#[must_use]
pub fn no_type(_: Protocol, _: u8) -> Option<String> {
    None
}

/// The name of a type in a list for each protocol.
#[must_use]
pub fn type_name(names: &[(Protocol, u8, &str)], protocol: Protocol, icmp_type: u8) -> Option<String> {
    let found = names.iter().find(|(own, number, _)| (*own, *number) == (protocol, icmp_type));
    found.map(|(_, _, name)| (*name).to_string())
}

#[cfg(test)]
mod tests {
    use crate::protocol::Protocol;
    use crate::rules::formats::RulesFormat;
    use crate::rules::target::Target;

    /// The format, and how to write it for its usual target.
    fn usual((format, expected): (RulesFormat, &'static str)) -> (RulesFormat, Option<Target>, &'static str) {
        (format, None, expected)
    }

    fn written(format: RulesFormat, target: Option<Target>) -> String {
        let protocols = Protocol::KNOWN.iter().copied().chain([0, 89, 99, 255].map(Protocol::new));
        let notation = format.writer(target).limits.protocols;
        let written: Vec<String> =
            protocols.map(|protocol| notation.write(protocol).unwrap_or("-".to_string())).collect();
        written.join(" ")
    }

    fn written_types(format: RulesFormat, target: Option<Target>) -> String {
        let types = [8, 13, 200, 255].map(|number| (Protocol::ICMP, number));
        let types = types.into_iter().chain([128, 135, 200, 255].map(|number| (Protocol::ICMPV6, number)));
        let notation = format.writer(target).limits.protocols;
        let written: Vec<String> =
            types.map(|(protocol, number)| notation.write_type(protocol, number).unwrap_or("-".to_string())).collect();
        written.join(" ")
    }

    #[test]
    fn every_format_writes_the_protocols_that_it_can_express() {
        let cases = [
            (RulesFormat::Nftables, "tcp udp sctp esp ah gre icmp ipv6-icmp 4 vrrp 0 89 99 255"),
            // For iptables, protocol 0 is any protocol.
            (RulesFormat::Iptables, "tcp udp sctp esp ah gre icmp ipv6-icmp 4 vrrp - 89 99 255"),
            (RulesFormat::Ip6tables, "tcp udp sctp esp ah gre icmp ipv6-icmp 4 vrrp - 89 99 255"),
            (RulesFormat::Firewalld, "tcp udp sctp esp ah gre icmp ipv6-icmp 4 vrrp - 89 99 255"),
            (RulesFormat::Ufw, "tcp udp - esp ah gre - - - vrrp - - - -"),
            // The same is true for FortiOS, whose numbers end at 254.
            (RulesFormat::Fortigate, "6 17 132 50 51 47 1 58 4 112 - 89 99 -"),
            (RulesFormat::Aerleon, "tcp udp sctp esp ah gre icmp icmpv6 4 vrrp - 89 - -"),
            // SCTP can't be limited to ports.
            (RulesFormat::Mud, "6 17 - 50 51 47 1 58 4 112 0 89 99 255"),
            (RulesFormat::NetworkPolicy, "TCP UDP SCTP - - - - - - - - - - -"),
            // Windows matches the ports of TCP and UDP only.
            (RulesFormat::PowerShell, "TCP UDP - 50 51 47 ICMPv4 ICMPv6 4 112 0 89 99 255"),
            // AWS ignores the ports of SCTP.
            (RulesFormat::Terraform, "tcp udp - 50 51 47 icmp icmpv6 4 112 - 89 99 255"),
            (RulesFormat::Cloudformation, "tcp udp - 50 51 47 icmp icmpv6 4 112 - 89 99 255"),
            (RulesFormat::Ansible, "tcp udp sctp esp ah gre icmp ipv6-icmp 4 vrrp - 89 99 255"),
            (RulesFormat::Oscal, "tcp udp sctp esp ah gre icmp icmpv6 ipip vrrp ip/0 ip/89 ip/99 ip/255"),
            (RulesFormat::Ppsm, "tcp udp sctp esp ah gre icmp icmpv6 ipip vrrp ip/0 ip/89 ip/99 ip/255"),
        ];
        assert_eq!(cases.len(), RulesFormat::ALL.len());
        let targets = [
            (RulesFormat::Terraform, Some(Target::Azure), "Tcp Udp - Esp Ah - Icmp - - - - - - -"),
            (RulesFormat::Ansible, Some(Target::Ufw), "tcp udp - esp ah gre - - - vrrp - - - -"),
            (RulesFormat::Ansible, Some(Target::Fortios), "6 17 132 50 51 47 1 58 4 112 - 89 99 -"),
            // Windows Firewall has ports of TCP and UDP only.
            (RulesFormat::Ansible, Some(Target::Windows), "tcp udp - 50 51 47 icmpv4 icmpv6 4 112 - 89 99 255"),
        ];
        for (format, target, expected) in cases.map(usual).into_iter().chain(targets) {
            assert_eq!(written(format, target), expected, "{format} {target:?}");
        }
    }

    #[test]
    fn every_format_writes_the_types_of_icmp_that_it_can_express() {
        let numbers = "8 13 200 255 128 135 200 255";
        let cases = [
            (RulesFormat::Nftables, numbers),
            // For iptables, type 255 of ICMP is any type; ip6tables has no such type.
            (RulesFormat::Iptables, "8 13 200 - 128 135 200 255"),
            (RulesFormat::Ip6tables, "8 13 200 - 128 135 200 255"),
            (RulesFormat::Firewalld, "echo-request timestamp-request - - echo-request neighbour-solicitation - -"),
            (RulesFormat::Ufw, "- - - - - - - -"),
            (RulesFormat::Fortigate, numbers),
            (RulesFormat::Aerleon, "echo-request timestamp-request - - echo-request neighbor-solicit - -"),
            (RulesFormat::Mud, numbers),
            (RulesFormat::NetworkPolicy, "- - - - - - - -"),
            (RulesFormat::PowerShell, numbers),
            (RulesFormat::Terraform, numbers),
            (RulesFormat::Cloudformation, numbers),
            (RulesFormat::Ansible, "echo-request timestamp-request - - echo-request neighbour-solicitation - -"),
            (RulesFormat::Oscal, numbers),
            (RulesFormat::Ppsm, numbers),
        ];
        assert_eq!(cases.len(), RulesFormat::ALL.len());
        let targets = [
            (RulesFormat::Terraform, Some(Target::Azure), "- - - - - - - -"),
            (RulesFormat::Ansible, Some(Target::Ufw), "- - - - - - - -"),
            (RulesFormat::Ansible, Some(Target::Fortios), numbers),
            (RulesFormat::Ansible, Some(Target::Windows), numbers),
        ];
        for (format, target, expected) in cases.map(usual).into_iter().chain(targets) {
            assert_eq!(written_types(format, target), expected, "{format} {target:?}");
        }
    }
}
