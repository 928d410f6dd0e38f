//! The rich rules that allow ICMP in policies for firewalld.

use crate::openings::system_protocol;

/// A rich rule for ICMP.
pub struct IcmpRule {
    /// The flow, which the comment above the rule names.
    pub id: String,
    /// The rule as firewalld lists it.
    pub listed: String,
}

impl IcmpRule {
    /// The protocol with the type, as openings name it.
    pub fn protocol(&self) -> String {
        let numbers: (_, &[(&str, u8)]) = match &self.listed[..18] {
            r#"rule family="ipv4""# => (
                "icmp",
                &[("echo-reply", 0), ("destination-unreachable", 3), ("echo-request", 8), ("timestamp-request", 13)],
            ),
            _ => ("icmpv6", &[("packet-too-big", 2), ("echo-request", 128), ("echo-reply", 129)]),
        };
        let (protocol, numbers) = numbers;
        let name = self.listed.split('"').nth(3).unwrap();
        if self.listed.contains(" icmp-type ") {
            let (_, number) = numbers.iter().find(|(known, _)| *known == name).expect(name);
            return format!("{protocol}/{number}");
        }
        assert_eq!(system_protocol(name), protocol, "{}", self.listed);
        protocol.to_string()
    }
}

/// The rich rules for ICMP in a policy that limits no address.
pub fn icmp_rules(policy: &str) -> Vec<IcmpRule> {
    let mut rules = Vec::new();
    let mut id = String::new();
    for line in policy.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix("<!-- ").and_then(|line| line.strip_suffix(" -->")) {
            id = comment.to_string();
        } else if line.starts_with("<rule ") {
            rules.push(IcmpRule { id: id.clone(), listed: line.trim_matches(['<', '>']).to_string() });
        } else if let Some(element) = line.strip_suffix("/>").filter(|_| !line.contains("-zone ")) {
            if let Some(rule) = rules.last_mut().filter(|_| !element.starts_with("<service ")) {
                rule.listed += &format!(" {}", element.trim_start_matches('<'));
            }
        }
    }
    rules
}
