//! Rules of a security group of AWS, whichever format contains them, as data.

use std::collections::{BTreeMap, BTreeSet};

use port_engine::rules::address::{Address, Family};

use crate::openings::{Opening, Openings, protocol};

/// A rule of a security group.
#[derive(Clone, Debug)]
pub struct GroupRule {
    pub direction: &'static str,
    pub protocol: String,
    /// The first and the last port; for ICMP the type and the code.
    pub ports: Option<(i64, i64)>,
    pub network: String,
    pub flows: Vec<String>,
}

impl GroupRule {
    /// What the rule opens, after checking what AWS would reject.
    fn opened(&self) -> Vec<(String, u16)> {
        let port = |port: i64| u16::try_from(port).unwrap();
        match (self.protocol.as_str(), self.ports) {
            (protocol @ ("tcp" | "udp"), Some((first, last))) => {
                assert!(0 < first && first <= last, "{self:?}");
                (port(first)..=port(last)).map(|port| (protocol.to_string(), port)).collect()
            }
            (protocol @ ("icmp" | "icmpv6"), Some((-1, -1))) => vec![(protocol.to_string(), 0)],
            (protocol @ ("icmp" | "icmpv6"), Some((icmp_type, -1))) => vec![(format!("{protocol}/{icmp_type}"), 0)],
            (number, None) => {
                let number: u64 = number.parse().unwrap_or_else(|_| panic!("{self:?}"));
                // These have ports or a name.
                assert!((1..=255).contains(&number) && ![1, 6, 17, 58, 132].contains(&number), "{self:?}");
                vec![(protocol(number), 0)]
            }
            _ => panic!("{self:?}"),
        }
    }

    fn family(&self) -> Family {
        let address: Address = self.network.parse().unwrap();
        assert!(self.network.contains('/'), "{self:?}");
        address.family().unwrap()
    }
}

/// What rules open, whichever flows need them. All must allow any address.
pub fn openings_of_any_flow(rules: &[GroupRule]) -> Openings {
    let opened = |rule: &GroupRule| {
        assert!(["0.0.0.0/0", "::/0"].contains(&rule.network.as_str()), "{rule:?}");
        let direction = rule.direction.to_string();
        rule.opened().into_iter().map(move |(protocol, port)| (String::new(), direction.clone(), protocol, port))
    };
    rules.iter().flat_map(opened).collect()
}

/// What rules open, all of which must allow any address.
pub fn openings(rules: &[GroupRule]) -> Openings {
    let mut families: BTreeMap<Opening, BTreeSet<Family>> = BTreeMap::new();
    let mut contents = BTreeSet::new();
    for rule in rules {
        let any = if rule.family() == Family::V4 { "0.0.0.0/0" } else { "::/0" };
        assert_eq!(rule.network, any, "{rule:?}");
        // AWS rejects the same rule twice.
        assert!(contents.insert((rule.direction, &rule.protocol, rule.ports, &rule.network)), "twice: {rule:?}");
        for flow in &rule.flows {
            for (protocol, port) in rule.opened() {
                let opening = (flow.clone(), rule.direction.to_string(), protocol, port);
                assert!(families.entry(opening).or_default().insert(rule.family()), "twice: {rule:?}");
            }
        }
    }
    for ((id, _, protocol, _), families) in &families {
        let expected: &[Family] = match protocol.split('/').next() {
            Some("icmp") => &[Family::V4],
            Some("icmpv6") => &[Family::V6],
            // IPv6 has no such protocols, only headers.
            _ if ["ip/2", "ip/43"].contains(&protocol.as_str()) => &[Family::V4],
            _ => &[Family::V4, Family::V6],
        };
        assert!(families.iter().eq(expected), "{id} {protocol}: {families:?}");
    }
    families.into_keys().collect()
}

/// Whether a security group can express an opening. AWS can't limit SCTP to ports.
pub fn can_express(opening: &Opening) -> bool {
    !["sctp", "ip/0"].contains(&opening.2.as_str())
}

/// The networks for a flow with a protocol and port.
pub fn networks(rules: &[GroupRule], flow: &str, first: i64) -> String {
    let found = rules.iter().filter(|rule| rule.flows.contains(&flow.to_string()));
    let found = found.filter(|rule| rule.ports.is_some_and(|(own, _)| own == first));
    found.map(|rule| rule.network.as_str()).collect::<Vec<_>>().join(" ")
}
