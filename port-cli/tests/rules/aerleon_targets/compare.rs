//! Compares what the entries for a target match with the openings of the catalog.

use std::collections::BTreeMap;

use port_engine::rules::formats::writer::File;

use super::entry::Entry;
use super::packets::{Kind, Range, merged, ranges};
use super::reader::Reader;
use crate::aclgen::Aclgen;
use crate::openings::Openings;

/// Aerleon knows neither these protocols nor these types.
const UNKNOWN: [&str; 8] = ["icmp/200", "icmp/255", "icmpv6/200", "icmpv6/255", "ip/0", "ip/43", "ip/99", "ip/255"];

impl Reader {
    /// Compares what the entries of each family match with what should be open.
    pub fn compare(&self, aclgen: &Aclgen, files: &[File], documented: &Openings, location: &str, what: &str) -> usize {
        let ids = ids_of_terms(&files[1].text);
        let entries = self.entries(aclgen, files, location);
        let expressible = |protocol: &str| !UNKNOWN.contains(&protocol) && !(self.lacks)(protocol);
        let mut open = ranges(documented);
        open.retain(|([_, _, protocol], _)| expressible(protocol));
        for family in self.families() {
            let found =
                entries.iter().filter(|entry| entry.family == *family).flat_map(|entry| self.packets(entry, &ids));
            let found = merged(found);
            let expected = merged(self.expected(&open, *family, self.directions(location) == [""]));
            let missing: Vec<_> = expected.iter().filter(|(kind, ports)| found.get(kind) != Some(ports)).collect();
            let too_many: Vec<_> = found.iter().filter(|(kind, ports)| expected.get(kind) != Some(ports)).collect();
            assert!(
                missing.is_empty() && too_many.is_empty(),
                "{} {what} {location} {family:?}\nexpected: {missing:?}\nfound: {too_many:?}",
                self.name()
            );
        }
        open.len()
    }

    /// What an entry matches.
    fn packets(&self, entry: &Entry, ids: &BTreeMap<String, String>) -> Vec<(Kind, (u16, u16))> {
        let kind = |protocol| Kind {
            id: if self.is_nameless() { String::new() } else { ids[&entry.term].clone() },
            direction: entry.direction,
            protocol,
            is_from: !entry.source_ports.is_empty(),
            established: entry.established,
        };
        entry.traffic().into_iter().map(|(protocol, ports)| (kind(protocol), ports)).collect()
    }

    /// What the entries of a family have to match: the packets of flows, and their replies if nothing tracks connections.
    fn expected(&self, open: &[Range<'_>], family: Option<u8>, is_both: bool) -> Vec<(Kind, (u16, u16))> {
        let mut packets = Vec::new();
        for ([id, direction, protocol], ports) in open {
            if family.is_some() && self.only_family(protocol).is_some_and(|only| Some(only) != family) {
                continue;
            }
            let [forth, back] = match (is_both, *direction) {
                (true, _) => ["", ""],
                (false, "inbound") => ["inbound", "outbound"],
                (false, _) => ["outbound", "inbound"],
            };
            let kind = Kind {
                id: if self.is_nameless() { String::new() } else { (*id).to_string() },
                direction: forth,
                protocol: (*protocol).to_string(),
                is_from: false,
                established: false,
            };
            let reply = match *protocol {
                _ if !self.replies => None,
                "icmp/8" => Some("icmp/0".to_string()),
                "icmp/13" => Some("icmp/14".to_string()),
                "icmpv6/128" => Some("icmpv6/129".to_string()),
                other if is_icmp_type(other) => None,
                other => Some(other.to_string()),
            };
            packets.extend(reply.map(|reply| {
                let established = reply == "tcp";
                let reply =
                    Kind { direction: back, protocol: reply, is_from: ports.0 > 0, established, ..kind.clone() };
                (reply, *ports)
            }));
            packets.push((kind, *ports));
        }
        packets
    }
}

pub fn is_icmp_type(protocol: &str) -> bool {
    protocol.starts_with("icmp") && protocol.contains('/')
}

/// The flow of each term of a policy.
fn ids_of_terms(policy: &str) -> BTreeMap<String, String> {
    let lines: Vec<&str> = policy.lines().map(str::trim).collect();
    let pairs = lines.windows(2).filter_map(|pair| {
        let term = pair[0].strip_prefix("- name: \"")?.strip_suffix('"')?;
        Some((term.to_string(), pair[1].strip_prefix("comment: \"")?.strip_suffix('"')?.to_string()))
    });
    pairs.collect()
}
