//! The ports that specs open, regardless of services and alternatives.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use port_core::Transport;

use crate::export::spec::ExportedSpec;
use crate::port_set::PortSet;
use crate::protocol::Protocol;

/// The ports of each transport, and what has no port number: IP protocols, and services whose port isn't stated.
///
/// Transports are texts, since an export may name one that this version doesn't know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Openings {
    /// No set is empty.
    ports: BTreeMap<String, PortSet>,
    without_ports: BTreeSet<String>,
}

impl Openings {
    /// What specs open. The transport `any` opens TCP and UDP.
    #[must_use]
    pub fn new(specs: &[ExportedSpec]) -> Openings {
        let mut openings = Openings::default();
        for spec in specs {
            let (Some(transport), Some(range)) = (&spec.transport, spec.range) else {
                openings.without_ports.extend(spec.transport.clone().or(spec.service.clone()));
                continue;
            };
            for transport in transports(transport) {
                openings.ports.entry(transport).or_insert_with(PortSet::empty).insert(range);
            }
        }
        openings
    }

    /// What is open here and not in `other`.
    #[must_use]
    pub fn without(&self, other: &Openings) -> Openings {
        let rest = |(transport, ports): (&String, &PortSet)| {
            let rest = other.ports.get(transport).map_or_else(|| ports.clone(), |others| ports - others);
            (!rest.is_empty()).then(|| (transport.clone(), rest))
        };
        Openings {
            ports: self.ports.iter().filter_map(rest).collect(),
            without_ports: self.without_ports.difference(&other.without_ports).cloned().collect(),
        }
    }

    /// What is open in both.
    #[must_use]
    pub fn common(&self, other: &Openings) -> Openings {
        self.without(&self.without(other))
    }

    /// Adds what another has.
    pub fn add(&mut self, other: &Openings) {
        for (transport, ports) in &other.ports {
            let own = self.ports.entry(transport.clone()).or_insert_with(PortSet::empty);
            *own = &*own | ports;
        }
        self.without_ports.extend(other.without_ports.iter().cloned());
    }

    /// What every choice of alternatives opens. A spec whose transport isn't stated means TCP or UDP.
    ///
    /// ```
    /// use port_core::PortRange;
    /// use port_engine::diff::Openings;
    /// use port_engine::export::spec::ExportedSpec;
    ///
    /// let spec = |port, group| ExportedSpec {
    ///     transport: Some("tcp".to_string()),
    ///     range: PortRange::new(port, port),
    ///     service: None,
    ///     group,
    /// };
    /// // "25 or 465, and 443": only 443 is needed whatever is chosen.
    /// assert_eq!(Openings::needed(&[spec(25, 0), spec(465, 0), spec(443, 1)]).to_string(), "tcp/443");
    /// ```
    #[must_use]
    pub fn needed(specs: &[ExportedSpec]) -> Openings {
        let mut needed = Openings::default();
        let numbers: BTreeSet<u64> = specs.iter().map(|spec| spec.group).collect();
        for number in numbers {
            let alternatives = specs.iter().filter(|spec| spec.group == number).flat_map(|spec| {
                let transports = spec.transport.as_deref().map(transports);
                let stated = |transport| ExportedSpec { transport: Some(transport), ..spec.clone() };
                transports.map_or_else(|| vec![spec.clone()], |all| all.into_iter().map(stated).collect())
            });
            let alternatives = alternatives.map(|spec| Openings::new(&[spec]));
            needed.add(&alternatives.reduce(|one, other| one.common(&other)).unwrap_or_default());
        }
        needed
    }

    /// Whether a spec opens any of it.
    #[must_use]
    pub fn overlaps(&self, spec: &ExportedSpec) -> bool {
        let (Some(transport), Some(range)) = (&spec.transport, spec.range) else {
            let name = spec.transport.as_ref().or(spec.service.as_ref());
            return name.is_some_and(|name| self.without_ports.contains(name));
        };
        let has_any = |ports: &PortSet| (range.first()..=range.last()).any(|port| ports.contains(port));
        transports(transport).iter().any(|transport| self.ports.get(transport).is_some_and(has_any))
    }

    /// Whether nothing is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ports.is_empty() && self.without_ports.is_empty()
    }

    /// Its items as text: `tcp/25`, `udp/17500-17515`, and last what has no port number.
    pub fn items(&self) -> impl Iterator<Item = String> {
        let ranges = |(transport, ports): (&String, &PortSet)| -> Vec<String> {
            ports.ranges().map(|range| format!("{transport}/{range}")).collect()
        };
        self.ports.iter().flat_map(ranges).chain(self.without_ports.iter().cloned())
    }
}

/// The protocols that the transport of a spec may mean.
fn transports(text: &str) -> Vec<String> {
    match text.parse::<Transport>() {
        Ok(transport) => Protocol::possible(transport).iter().map(ToString::to_string).collect(),
        Err(_) => vec![text.to_string()],
    }
}

/// As one text: `tcp/25, udp/53`.
impl fmt::Display for Openings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.items().collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::Openings;
    use crate::export::spec::ExportedSpec;
    use port_core::PortRange;

    /// The openings of specs such as `tcp/25` and `any/80-90`, or of services.
    fn open(texts: &[&str]) -> Openings {
        let spec = |text: &&str| {
            let (transport, ports) =
                text.split_once('/').map_or((None, ""), |(transport, ports)| (Some(transport.to_string()), ports));
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            let range = first.parse().ok().zip(last.parse().ok()).and_then(|(first, last)| PortRange::new(first, last));
            ExportedSpec {
                transport,
                range,
                service: range.is_none().then(|| (*text).to_string()),
                number: None,
                group: 0,
            }
        };
        Openings::new(&texts.iter().map(spec).collect::<Vec<_>>())
    }

    #[test]
    fn adjacent_ranges_are_merged_and_any_means_tcp_and_udp() {
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
    fn a_port_is_needed_if_every_choice_of_alternatives_opens_it() {
        let spec = |transport: &str, first, last, group| ExportedSpec {
            transport: Some(transport.to_string()),
            range: PortRange::new(first, last),
            service: None,
            number: None,
            group,
        };
        let cases = [
            (vec![spec("tcp", 25, 25, 0)], "tcp/25"),
            (vec![spec("tcp", 25, 25, 0), spec("tcp", 465, 465, 0)], ""),
            (vec![spec("tcp", 25, 25, 0), spec("tcp", 465, 465, 1)], "tcp/25, tcp/465"),
            (vec![spec("tcp", 20, 30, 0), spec("tcp", 25, 40, 0)], "tcp/25-30"),
            (vec![spec("any", 53, 53, 0)], ""),
            (vec![spec("any", 53, 53, 0), spec("udp", 53, 53, 1)], "udp/53"),
        ];
        for (specs, expected) in cases {
            assert_eq!(Openings::needed(&specs).to_string(), expected, "{specs:?}");
        }
    }

    #[test]
    fn openings_are_subtracted_port_by_port() {
        let cases: [(&[&str], &[&str], &str, &str); 7] = [
            (&["tcp/25"], &["tcp/25"], "", "tcp/25"),
            (&["tcp/25"], &["udp/25"], "tcp/25", ""),
            (&["any/25"], &["udp/25"], "tcp/25", "udp/25"),
            (&["any/25"], &["any/20-30"], "", "tcp/25, udp/25"),
            (&["tcp/10-20"], &["tcp/1-12", "tcp/18-30"], "tcp/13-17", "tcp/10-12, tcp/18-20"),
            (&["esp", "sftp"], &["esp", "ftp"], "sftp", "esp"),
            (&[], &["tcp/1"], "", ""),
        ];
        for (from, other, rest, common) in cases {
            let [from, other] = [from, other].map(open);
            assert_eq!(from.without(&other).to_string(), rest, "{from} without {other}");
            assert_eq!(from.common(&other).to_string(), common, "{from} and {other}");
            assert_eq!(from.without(&from), Openings::default());
        }
    }
}
