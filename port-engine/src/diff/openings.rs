//! The ports that specs open, regardless of services and alternatives.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use port_core::{Groups, PortRange, PortSpec, Transport};

use crate::export::spec::ExportedSpec;
use crate::port_set::PortSet;
use crate::protocol::Protocol;

/// The ports of each transport, the types of ICMP, and what has neither: other IP protocols, and services whose port isn't stated.
///
/// Protocols are texts, since an export may name one that this version doesn't know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Openings {
    /// No set is empty. A set counts types of ICMP from 1, since it has no 0.
    numbers: BTreeMap<Numbered, PortSet>,
    /// The others are open as a whole, or not at all.
    whole: BTreeSet<String>,
}

/// What has numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Numbered {
    /// The ports of a transport.
    Ports(String),
    /// The types of `icmp` or `icmpv6`.
    IcmpTypes(String),
}

/// What a spec opens in one protocol.
enum Part {
    /// The first and the last number, from 1.
    Numbers(Numbered, u16, u16),
    Whole(String),
}

/// How many types ICMP has.
const ICMP_TYPES: u16 = 256;

impl Openings {
    /// What specs open. The transport `any` opens TCP and UDP, `icmp` without a type all types.
    #[must_use]
    pub fn new(specs: &[ExportedSpec]) -> Openings {
        specs.iter().flat_map(parts).collect()
    }

    /// What is open here and not in `other`.
    #[must_use]
    pub fn without(&self, other: &Openings) -> Openings {
        let rest = |(numbered, numbers): (&Numbered, &PortSet)| {
            let rest = other.numbers.get(numbered).map_or_else(|| numbers.clone(), |others| numbers - others);
            (!rest.is_empty()).then(|| (numbered.clone(), rest))
        };
        Openings {
            numbers: self.numbers.iter().filter_map(rest).collect(),
            whole: self.whole.difference(&other.whole).cloned().collect(),
        }
    }

    /// What is open in both.
    #[must_use]
    pub fn common(&self, other: &Openings) -> Openings {
        self.without(&self.without(other))
    }

    /// Adds what another has.
    pub fn add(&mut self, other: &Openings) {
        for (numbered, numbers) in &other.numbers {
            let own = self.numbers.entry(numbered.clone()).or_insert_with(PortSet::empty);
            *own = &*own | numbers;
        }
        self.whole.extend(other.whole.iter().cloned());
    }

    /// What is open for certain, whatever is chosen. Of the alternatives of a group one is enough, and if the document doesn't say
    /// how the groups relate, one of them may be enough. A spec whose transport isn't stated means TCP or UDP.
    ///
    /// ```
    /// use port_core::{Groups, PortRange};
    /// use port_engine::diff::Openings;
    /// use port_engine::export::spec::ExportedSpec;
    ///
    /// let spec = |port, group| ExportedSpec {
    ///     transport: Some("tcp".to_string()),
    ///     range: PortRange::new(port, port),
    ///     service: None,
    ///     number: None,
    ///     group,
    /// };
    /// // "25 or 465, and 443": only 443 is needed whatever is chosen.
    /// let specs = [spec(25, 0), spec(465, 0), spec(443, 1)];
    /// assert_eq!(Openings::needed(&specs, Groups::All).to_string(), "tcp/443");
    /// // "25 or 465, 443": nothing is certain.
    /// assert!(Openings::needed(&specs, Groups::Unstated).is_empty());
    /// ```
    #[must_use]
    pub fn needed(specs: &[ExportedSpec], relation: Groups) -> Openings {
        let numbers: BTreeSet<u64> = specs.iter().map(|spec| spec.group).collect();
        let groups = numbers.into_iter().map(|number| {
            let alternatives = specs.iter().filter(|spec| spec.group == number).flat_map(parts);
            let alternatives = alternatives.map(|part| Openings::from_iter([part]));
            alternatives.reduce(|one, other| one.common(&other)).unwrap_or_default()
        });
        let needed = match relation {
            Groups::All => groups.reduce(|mut one, other| {
                one.add(&other);
                one
            }),
            Groups::Unstated => groups.reduce(|one, other| one.common(&other)),
        };
        needed.unwrap_or_default()
    }

    /// Whether a spec opens any of it.
    #[must_use]
    pub fn overlaps(&self, spec: &ExportedSpec) -> bool {
        parts(spec).iter().any(|part| match part {
            Part::Numbers(numbered, first, last) => {
                let numbers = self.numbers.get(numbered);
                numbers.is_some_and(|numbers| (*first..=*last).any(|number| numbers.contains(number)))
            }
            Part::Whole(name) => self.whole.contains(name),
        })
    }

    /// Whether nothing is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.whole.is_empty()
    }

    /// Its items as text: `tcp/25`, `udp/17500-17515`, then `icmp` or `icmp/8`, and last what has no numbers.
    pub fn items(&self) -> impl Iterator<Item = String> {
        let ranges = |(numbered, numbers): (&Numbered, &PortSet)| -> Vec<String> {
            numbers.ranges().map(|range| item(numbered, range)).collect()
        };
        self.numbers.iter().flat_map(ranges).chain(self.whole.iter().cloned())
    }
}

/// Numbers as text: `tcp/25-30`, `icmp/8`, or `icmp` for all types.
fn item(numbered: &Numbered, range: PortRange) -> String {
    match numbered {
        Numbered::Ports(transport) => format!("{transport}/{range}"),
        Numbered::IcmpTypes(protocol) => match (range.first() - 1, range.last() - 1) {
            (0, last) if last + 1 == ICMP_TYPES => protocol.clone(),
            (first, last) if first == last => format!("{protocol}/{first}"),
            (first, last) => format!("{protocol}/{first}-{last}"),
        },
    }
}

impl FromIterator<Part> for Openings {
    fn from_iter<T: IntoIterator<Item = Part>>(parts: T) -> Openings {
        let mut openings = Openings::default();
        for part in parts {
            match part {
                Part::Numbers(numbered, first, last) => {
                    let Some(range) = PortRange::new(first, last) else { continue };
                    openings.numbers.entry(numbered).or_insert_with(PortSet::empty).insert(range);
                }
                Part::Whole(name) => drop(openings.whole.insert(name)),
            }
        }
        openings
    }
}

/// What a spec opens, in each protocol that it may mean.
fn parts(spec: &ExportedSpec) -> Vec<Part> {
    let Some(transport) = &spec.transport else {
        return spec.service.iter().cloned().map(Part::Whole).collect();
    };
    let protocols = match transport.parse::<Transport>() {
        Ok(known) => Protocol::of(&PortSpec::<()>::from_parts(Some(known), None, None, 0, spec.number)),
        Err(_) => &[],
    };
    if protocols.is_empty() {
        return vec![match spec.range {
            Some(range) => Part::Numbers(Numbered::Ports(transport.clone()), range.first(), range.last()),
            None => Part::Whole(transport.clone()),
        }];
    }
    let part = |protocol: &Protocol| {
        let name = protocol.to_string();
        if protocol.has_ports() {
            let (first, last) = spec.range.map_or((1, u16::MAX), |range| (range.first(), range.last()));
            return Part::Numbers(Numbered::Ports(name), first, last);
        }
        if !protocol.is_icmp() {
            return Part::Whole(name);
        }
        // The number of `ip/1` is that of the protocol.
        match spec.number.filter(|_| transport.as_str() != Transport::Ip.as_str()) {
            Some(icmp_type) => {
                Part::Numbers(Numbered::IcmpTypes(name), u16::from(icmp_type) + 1, u16::from(icmp_type) + 1)
            }
            None => Part::Numbers(Numbered::IcmpTypes(name), 1, ICMP_TYPES),
        }
    };
    protocols.iter().map(part).collect()
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
    use port_core::{Groups, PortRange};

    /// A spec such as `tcp/25`, `any/80-90`, `icmp/8` and `ip/99`, or a service.
    fn spec(text: &str, group: u64) -> ExportedSpec {
        const WITHOUT_PORTS: [&str; 7] = ["esp", "ah", "gre", "vrrp", "icmp", "icmpv6", "ip"];
        let (head, numbers) = text.split_once('/').unwrap_or((text, ""));
        let is_protocol = WITHOUT_PORTS.contains(&head);
        let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
        let range = first.parse().ok().zip(last.parse().ok()).filter(|_| !is_protocol);
        let is_service = numbers.is_empty() && !is_protocol;
        ExportedSpec {
            transport: (!is_service).then(|| head.to_string()),
            range: range.and_then(|(first, last)| PortRange::new(first, last)),
            service: is_service.then(|| text.to_string()),
            number: numbers.parse().ok().filter(|_| is_protocol),
            group,
        }
    }

    fn open(texts: &[&str]) -> Openings {
        Openings::new(&texts.iter().map(|text| spec(text, 0)).collect::<Vec<_>>())
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
    fn every_protocol_is_an_opening_of_its_own() {
        let cases: [(&[&str], &str); 7] = [
            (&["sctp/36412", "tcp/36412"], "sctp/36412, tcp/36412"),
            (&["vrrp", "ip/99", "gre"], "gre, ip/99, vrrp"),
            // A protocol is the same by its name and by its number.
            (&["ip/50", "esp", "ip/1"], "icmp, esp"),
            (&["icmp/8", "icmp/0", "icmpv6/128"], "icmp/0, icmp/8, icmpv6/128"),
            (&["icmp/8", "icmp"], "icmp"),
            (&["icmp/255", "icmp/254", "icmp/0"], "icmp/0, icmp/254-255"),
            (&["quic/443"], "quic/443"),
        ];
        for (specs, expected) in cases {
            assert_eq!(open(specs).to_string(), expected, "{specs:?}");
        }
    }

    #[test]
    fn a_port_is_needed_if_every_choice_of_alternatives_opens_it() {
        #[expect(clippy::type_complexity, reason = "a table of cases")]
        let cases: [(&[(&str, u64)], &str, &str); 8] = [
            (&[("tcp/25", 0)], "tcp/25", "tcp/25"),
            (&[("tcp/25", 0), ("tcp/465", 0)], "", ""),
            (&[("tcp/25", 0), ("tcp/465", 1)], "tcp/25, tcp/465", ""),
            (&[("tcp/20-30", 0), ("tcp/25-40", 0)], "tcp/25-30", "tcp/25-30"),
            (&[("any/53", 0)], "", ""),
            (&[("any/53", 0), ("udp/53", 1)], "udp/53", ""),
            (&[("icmp", 0), ("icmp/8", 1)], "icmp", "icmp/8"),
            (&[("udp/500", 0), ("esp", 1), ("sctp/1", 1)], "udp/500", ""),
        ];
        for (specs, all, unstated) in cases {
            let specs: Vec<ExportedSpec> = specs.iter().map(|(text, group)| spec(text, *group)).collect();
            assert_eq!(Openings::needed(&specs, Groups::All).to_string(), all, "{specs:?}");
            assert_eq!(Openings::needed(&specs, Groups::Unstated).to_string(), unstated, "{specs:?}");
        }
    }

    #[test]
    fn openings_are_subtracted_port_by_port() {
        let cases: [(&[&str], &[&str], &str, &str); 10] = [
            (&["tcp/25"], &["tcp/25"], "", "tcp/25"),
            (&["tcp/25"], &["udp/25"], "tcp/25", ""),
            (&["any/25"], &["udp/25"], "tcp/25", "udp/25"),
            (&["any/25"], &["any/20-30"], "", "tcp/25, udp/25"),
            (&["tcp/10-20"], &["tcp/1-12", "tcp/18-30"], "tcp/13-17", "tcp/10-12, tcp/18-20"),
            (&["esp", "sftp"], &["esp", "ftp"], "sftp", "esp"),
            (&["ip/99", "ip/100"], &["ip/99"], "ip/100", "ip/99"),
            (&["icmp"], &["icmp/8"], "icmp/0-7, icmp/9-255", "icmp/8"),
            (&["icmp/8", "icmpv6/128"], &["icmp"], "icmpv6/128", "icmp/8"),
            (&[], &["tcp/1"], "", ""),
        ];
        for (from, other, rest, common) in cases {
            let specs: Vec<ExportedSpec> = other.iter().map(|text| spec(text, 0)).collect();
            let [from, other] = [from, other].map(open);
            assert_eq!(from.without(&other).to_string(), rest, "{from} without {other}");
            assert_eq!(from.common(&other).to_string(), common, "{from} and {other}");
            assert_eq!(from.without(&from), Openings::default());
            assert_eq!(specs.iter().any(|spec| from.overlaps(spec)), !from.common(&other).is_empty(), "{from} {other}");
        }
    }
}
