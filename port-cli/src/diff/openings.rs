//! What specs open, whatever they say of services and alternatives.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use port_catalog::Transport;

use super::specs::Spec;
use crate::port_set::PortSet;

/// Ports by transport, and what has no number: an IP protocol, or a service whose port is not told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Openings {
    /// None of the sets is empty.
    numbered: BTreeMap<String, PortSet>,
    numberless: BTreeSet<String>,
}

impl Openings {
    /// What these specs open; one whose transport is `any`, both of TCP and UDP.
    pub fn of(specs: &[Spec]) -> Openings {
        let mut openings = Openings::default();
        for spec in specs {
            let (Some(transport), Some(range)) = (&spec.transport, spec.range) else {
                openings.numberless.extend(spec.transport.clone().or(spec.service.clone()));
                continue;
            };
            let transports = match transport == Transport::Any.as_str() {
                true => &[Transport::Tcp.as_str(), Transport::Udp.as_str()][..],
                false => &[transport.as_str()],
            };
            for transport in transports {
                openings.numbered.entry((*transport).to_string()).or_insert_with(PortSet::empty).insert(range);
            }
        }
        openings
    }

    /// What is open here and not there.
    #[must_use]
    pub fn without(&self, other: &Openings) -> Openings {
        let left = |(transport, ports): (&String, &PortSet)| {
            let left = other.numbered.get(transport).map_or_else(|| ports.clone(), |others| ports - others);
            (!left.is_empty()).then(|| (transport.clone(), left))
        };
        Openings {
            numbered: self.numbered.iter().filter_map(left).collect(),
            numberless: self.numberless.difference(&other.numberless).cloned().collect(),
        }
    }

    /// What is open in both.
    #[must_use]
    pub fn common(&self, other: &Openings) -> Openings {
        self.without(&self.without(other))
    }

    /// Whether any of it is what a spec opens.
    pub fn has_any_of(&self, spec: &Spec) -> bool {
        let (Some(transport), Some(range)) = (&spec.transport, spec.range) else {
            return spec
                .transport
                .as_ref()
                .or(spec.service.as_ref())
                .is_some_and(|name| self.numberless.contains(name));
        };
        let is_meant = |own: &String| own == transport || transport == Transport::Any.as_str();
        let has_any = |ports: &PortSet| (range.first()..=range.last()).any(|port| ports.contains(port));
        self.numbered.iter().any(|(own, ports)| is_meant(own) && has_any(ports))
    }

    /// Whether nothing is open.
    pub fn is_empty(&self) -> bool {
        self.numbered.is_empty() && self.numberless.is_empty()
    }

    /// Its ports as they are written, `tcp/25` or `udp/17500-17515`; what has no number, last.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        let of_transport = |(transport, ports): (&String, &PortSet)| -> Vec<String> {
            ports.ranges().map(|range| format!("{transport}/{range}")).collect()
        };
        self.numbered.iter().flat_map(of_transport).chain(self.numberless.iter().cloned())
    }
}

/// As one text: `tcp/25, udp/53`.
impl fmt::Display for Openings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.texts().collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::{Openings, Spec};
    use port_catalog::PortRange;

    /// What is open by specs such as `tcp/25` and `any/80-90`, or by words.
    fn open(texts: &[&str]) -> Openings {
        let spec = |text: &&str| {
            let (transport, ports) =
                text.split_once('/').map_or((None, ""), |(transport, ports)| (Some(transport.to_string()), ports));
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            let range = first.parse().ok().zip(last.parse().ok()).and_then(|(first, last)| PortRange::new(first, last));
            Spec { transport, range, service: range.is_none().then(|| (*text).to_string()), group: 0 }
        };
        Openings::of(&texts.iter().map(spec).collect::<Vec<_>>())
    }

    #[test]
    fn what_meets_is_merged_and_any_is_both_transports() {
        let cases: [(&[&str], &str); 5] = [
            (&["tcp/25"], "tcp/25"),
            (&["tcp/20-30", "tcp/10", "tcp/25-40", "tcp/41"], "tcp/10, tcp/20-41"),
            (&["any/53", "tcp/52"], "tcp/52-53, udp/53"),
            (&["udp/500", "esp", "sftp"], "udp/500, esp, sftp"),
            (&[], ""),
        ];
        for (specs, expected) in cases {
            assert_eq!(open(specs).to_string(), expected, "{specs:?}");
        }
    }

    #[test]
    fn what_is_taken_away_leaves_the_rest() {
        let cases: [(&[&str], &[&str], &str, &str); 7] = [
            (&["tcp/25"], &["tcp/25"], "", "tcp/25"),
            (&["tcp/25"], &["udp/25"], "tcp/25", ""),
            (&["any/25"], &["udp/25"], "tcp/25", "udp/25"),
            (&["any/25"], &["any/20-30"], "", "tcp/25, udp/25"),
            (&["tcp/10-20"], &["tcp/1-12", "tcp/18-30"], "tcp/13-17", "tcp/10-12, tcp/18-20"),
            (&["esp", "sftp"], &["esp", "ftp"], "sftp", "esp"),
            (&[], &["tcp/1"], "", ""),
        ];
        for (from, taken, left, common) in cases {
            let [from, taken] = [from, taken].map(open);
            assert_eq!(from.without(&taken).to_string(), left, "{from} without {taken}");
            assert_eq!(from.common(&taken).to_string(), common, "{from} and {taken}");
            assert_eq!(from.without(&from), Openings::default());
        }
    }
}
