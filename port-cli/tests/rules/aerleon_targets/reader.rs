//! How the output for a target is read, and what each of its lists has besides flows.

use std::collections::{BTreeMap, BTreeSet};

use port_engine::rules::formats::writer::File;
use port_engine::rules::target::Target;

use super::entry::Entry;
use crate::aclgen::Aclgen;

/// How to read the output for a target, and what to expect.
pub struct Reader {
    pub target: Target,
    pub ending: &'static str,
    pub read: fn(&str) -> Vec<Entry>,
    /// What the target can't express, besides what Aerleon doesn't know.
    pub lacks: fn(&str) -> bool,
    /// Whether there are entries for replies.
    pub replies: bool,
}

pub const fn stateful(target: Target, ending: &'static str, read: fn(&str) -> Vec<Entry>) -> Reader {
    Reader { target, ending, read, lacks: |_| false, replies: false }
}

pub const fn stateless(target: Target, ending: &'static str, read: fn(&str) -> Vec<Entry>) -> Reader {
    Reader { replies: true, ..stateful(target, ending, read) }
}

impl Reader {
    pub fn name(&self) -> &'static str {
        self.target.as_str()
    }

    /// Whether the output has no names of terms.
    pub fn is_nameless(&self) -> bool {
        matches!(self.target, Target::OpenConfig | Target::Sonic)
    }

    /// Whether each list is for one family.
    pub fn families(&self) -> &'static [Option<u8>] {
        match self.target {
            Target::CiscoAsa => &[Some(4)],
            _ if self.replies => &[Some(4), Some(6)],
            _ => &[None],
        }
    }

    /// The directions of lists. Some platforms have one list for both.
    pub fn directions(&self, location: &str) -> &'static [&'static str] {
        match self.target {
            Target::Nsxt => &[""],
            Target::PacketFilter if location == "network" => &[""],
            _ => &["inbound", "outbound"],
        }
    }

    /// Reads what aclgen generates from files, without the entries that each list has besides flows, which are checked.
    pub fn entries(&self, aclgen: &Aclgen, files: &[File], location: &str) -> Vec<Entry> {
        let name = files[0].name.strip_prefix("def/").unwrap().strip_suffix(".yaml").unwrap();
        let made = aclgen.made(files, false);
        let made = &made[&format!("{name}.{}", self.ending)];
        let mut lists: BTreeMap<(&str, Option<u8>), Vec<Entry>> = BTreeMap::new();
        for entry in (self.read)(made) {
            lists.entry((entry.direction, entry.family)).or_default().push(entry);
        }
        let is_of_target = |(direction, family): &(&str, Option<u8>)| {
            self.directions(location).contains(direction) && self.families().contains(family)
        };
        assert!(lists.keys().all(is_of_target), "{}: {:?}", self.name(), lists.keys());
        if self.replies {
            assert_eq!(lists.len(), 4, "{}: a list for each direction and family", self.name());
        }
        lists.into_values().flat_map(|list| self.without_frame(list, location)).collect()
    }

    /// The entries of a list without the first ones and the last one.
    pub fn without_frame(&self, mut list: Vec<Entry>, location: &str) -> Vec<Entry> {
        let family = list[0].family;
        if self.target != Target::WindowsAdvFirewall {
            let end = list.pop().unwrap();
            assert!(end.drops, "{}: the last entry drops the rest: {end:?}", self.name());
        }
        assert!(list.iter().all(|entry| !entry.drops), "{}: only the last entry drops: {list:?}", self.name());
        let expected = self.first_entries(location, family);
        let is_first = |entry: &Entry| entry.term.starts_with("accept-");
        let count =
            if self.is_nameless() { expected.len() } else { list.iter().take_while(|entry| is_first(entry)).count() };
        let found: BTreeSet<String> = list.drain(..count).flat_map(|entry| first_entry(&entry)).collect();
        assert_eq!(found, expected.iter().map(ToString::to_string).collect(), "{} {location}", self.name());
        assert!(!list.iter().any(is_first), "{}: {list:?}", self.name());
        list
    }

    /// What a list accepts besides flows.
    pub fn first_entries(&self, location: &str, family: Option<u8>) -> Vec<&'static str> {
        const MACHINE: [&str; 16] = [
            "icmpv6/1",
            "icmpv6/2",
            "icmpv6/3",
            "icmpv6/4",
            "icmpv6/128",
            "icmpv6/129",
            "icmpv6/130",
            "icmpv6/131",
            "icmpv6/132",
            "icmpv6/133",
            "icmpv6/134",
            "icmpv6/135",
            "icmpv6/136",
            "icmpv6/141",
            "icmpv6/142",
            "icmpv6/143",
        ];
        const NETWORK: [&str; 8] =
            ["icmpv6/1", "icmpv6/2", "icmpv6/3", "icmpv6/4", "icmpv6/133", "icmpv6/134", "icmpv6/135", "icmpv6/136"];
        match (self.target, family) {
            (Target::Nsxt, _) => vec!["icmpv6"],
            _ if self.has_family_lists() => {
                if family == Some(6) {
                    vec!["icmpv6"]
                } else {
                    Vec::new()
                }
            }
            (Target::PacketFilter, _) if location == "host" => [&["lo0"], &MACHINE[..]].concat(),
            (Target::PacketFilter, _) => MACHINE.to_vec(),
            (_, Some(6)) if self.replies => NETWORK.to_vec(),
            (_, Some(4)) if self.replies => vec!["icmp/3", "icmp/11", "icmp/12"],
            _ => Vec::new(),
        }
    }

    /// The only family whose lists have a protocol.
    pub fn only_family(&self, protocol: &str) -> Option<u8> {
        match protocol.split('/').next().unwrap() {
            "icmp" => Some(4),
            "icmpv6" => Some(6),
            // aclgen writes IGMP into lists for both.
            "ip" if protocol == "ip/2" && self.has_family_lists() => Some(4),
            _ => None,
        }
    }

    /// Whether there is a list for packets to the product, and one for packets from it.
    pub fn has_lists(&self) -> bool {
        self.replies || self.target == Target::CiscoAsa
    }

    /// Whether the policy has a filter for each family.
    pub fn has_family_lists(&self) -> bool {
        matches!(self.target, Target::NokiaSrl | Target::OpenConfig | Target::Sonic)
    }
}

/// What one of the first entries of a list accepts: types of ICMP, all of it, or an interface.
fn first_entry(entry: &Entry) -> Vec<String> {
    assert!(entry.source.is_empty() && entry.destination.is_empty() && entry.ports.is_empty(), "{entry:?}");
    match entry.icmp_types.as_slice() {
        [] => vec![entry.protocol.clone()],
        types => types.iter().map(|number| format!("{}/{number}", entry.protocol)).collect(),
    }
}
