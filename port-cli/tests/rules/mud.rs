//! MUD files, validated by yanglint with the modules of RFC 8519 and RFC 8520, and read back from its output.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use port_engine::rules::formats::writer::File;
use serde_json::{Map, Value, json};

use crate::cases::{Comparison, LONGEST_ID, all_products, rules, rules_with, site};
use crate::openings::{Decisions, Opening, Openings, assert_same, documented_in, text};
use crate::tools::{missing, tool};

/// The modules to validate with.
const MODULES: [&str; 3] = ["ietf-mud.yang", "ietf-acldns.yang", "ietf-access-control-list.yang"];

/// The directory of the modules, which are part of pyang.
fn modules() -> Option<PathBuf> {
    tool("yanglint")?;
    let pyang = tool("pyang")?;
    let directory = pyang.parent()?.parent()?.join("share/yang/modules/ietf");
    if directory.join(MODULES[0]).exists() {
        return Some(directory);
    }
    missing(&format!("{} has no YANG modules; tests/tools/install.sh installs them", directory.display()));
    None
}

/// A file as yanglint reads it.
fn linted(modules: &Path, file: &str) -> Value {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mud.json");
    std::fs::write(&path, file).unwrap();
    let mut command = Command::new(tool("yanglint").unwrap());
    command.arg("-p").arg(modules).args(["-F", "ietf-access-control-list:*", "-t", "config", "-f", "json"]);
    let output = command.args(MODULES.map(|module| modules.join(module))).arg(path).output().unwrap();
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && messages.is_empty(), "{messages}\n{file}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// An entry of an access list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    name: String,
    /// `from-device` or `to-device`.
    way: String,
    family: String,
    protocol: String,
    /// The peer's address, or nothing.
    peer: String,
    /// Who opened the connection, for TCP.
    opened: Option<String>,
    /// Whether the port is the destination port.
    is_destination: bool,
    ports: (u16, u16),
}

impl Entry {
    /// The entry for replies.
    fn reply(&self) -> Entry {
        let way = if self.way == "to-device" { "from-device" } else { "to-device" };
        Entry { way: way.to_string(), is_destination: false, ..self.clone() }
    }

    /// The id of the flow. If it is too long for a name, the name ends in a digest.
    fn id(&self) -> &str {
        let (id, _) = self.name.rsplit_once('-').unwrap();
        // A flow between components has a suffix at its other end.
        let id = id.strip_suffix("_out").unwrap_or(id);
        let is_longest = id.rsplit_once('-').is_some_and(|(start, _)| LONGEST_ID.starts_with(start));
        if is_longest { LONGEST_ID } else { id }
    }
}

/// The entries of all lists, after checking that the policies use each list.
fn entries(read: &Value) -> BTreeSet<Entry> {
    let mud = &read["ietf-mud:mud"];
    assert_eq!(mud["mud-version"], 1, "{mud}");
    let lists = read["ietf-access-control-list:acls"]["acl"].as_array().unwrap();
    let used = ["from-device", "to-device"].map(|way| {
        let used = mud[format!("{way}-policy")]["access-lists"]["access-list"].as_array().unwrap();
        used.iter().map(|list| (text(&list["name"]), way)).collect::<Vec<_>>()
    });
    let used: Vec<(String, &str)> = used.concat();
    assert_eq!(used.len(), lists.len());
    let mut entries = BTreeSet::new();
    for (list, (name, way)) in lists.iter().zip(used) {
        assert_eq!(list["name"], name);
        let family = name.rsplit('-').next().unwrap();
        assert_eq!(list["type"], format!("ietf-access-control-list:{family}-acl-type"));
        for ace in list["aces"]["ace"].as_array().into_iter().flatten() {
            assert!(entries.insert(entry(ace, way, family)), "twice: {ace}");
        }
    }
    entries
}

fn entry(ace: &Value, way: &str, family: &str) -> Entry {
    assert_eq!(ace["actions"], json!({"forwarding": "ietf-access-control-list:accept"}), "{ace}");
    let matches = ace["matches"].as_object().unwrap();
    let mut ip = matches[family].as_object().unwrap().clone();
    let protocol = match ip.remove("protocol").unwrap().as_u64() {
        Some(number) => crate::openings::protocol(number),
        None => panic!("{ace}"),
    };
    let icmp_type = matches.get("icmp").map(|icmp| format!("/{}", icmp["type"]));
    let has_ports = ["tcp", "udp"].contains(&protocol.as_str());
    assert!(icmp_type.is_none() || protocol.starts_with("icmp"), "{ace}");
    assert_eq!(matches.len(), 1 + usize::from(has_ports) + usize::from(icmp_type.is_some()), "{ace}");
    let with_ports = matches.get(&protocol).filter(|_| has_ports);
    let protocol = protocol + &icmp_type.unwrap_or_default();
    let mut entry = Entry {
        name: text(&ace["name"]),
        way: way.to_string(),
        family: family.to_string(),
        protocol,
        peer: peer(&ip, way, family),
        opened: None,
        is_destination: false,
        ports: (0, 0),
    };
    if let Some(ports) = with_ports {
        let mut ports = ports.as_object().unwrap().clone();
        entry.opened = ports.remove("ietf-mud:direction-initiated").map(|opened| text(&opened));
        assert_eq!(ports.len(), 1, "{ace}");
        let (side, range) = ports.into_iter().next().unwrap();
        entry.is_destination = side == "destination-port";
        assert!(entry.is_destination || side == "source-port", "{ace}");
        entry.ports = range_of(&range);
    }
    entry
}

/// The peer's address in a packet: at the end that isn't the device.
fn peer(ip: &Map<String, Value>, way: &str, family: &str) -> String {
    let (side, short) = if way == "to-device" { ("source", "src") } else { ("destination", "dst") };
    let mut ip = ip.iter();
    let Some((field, address)) = ip.next() else { return String::new() };
    assert!(ip.next().is_none());
    assert!([format!("{side}-{family}-network"), format!("ietf-acldns:{short}-dnsname")].contains(field), "{field}");
    text(address)
}

fn range_of(range: &Value) -> (u16, u16) {
    let port = |name: &str| u16::try_from(range[name].as_u64().unwrap()).unwrap();
    assert_eq!(range.as_object().unwrap().len(), 2, "{range}");
    if range["operator"] == "eq" { (port("port"), port("port")) } else { (port("lower-port"), port("upper-port")) }
}

/// The open ports of protocols with ports. Each entry that opens something needs one that allows replies, and there must be no other
/// entries.
fn opened(entries: &BTreeSet<Entry>) -> Openings {
    let (openings, replies): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().filter(|entry| entry.ports != (0, 0)).partition(|entry| entry.is_destination);
    let expected: BTreeSet<Entry> = openings.iter().map(|entry| entry.reply()).collect();
    assert_eq!(replies.into_iter().cloned().collect::<BTreeSet<_>>(), expected, "replies");
    let mut opened = Openings::new();
    for entry in openings {
        assert_eq!(entry.opened.as_ref(), (entry.protocol == "tcp").then_some(&entry.way), "{entry:?}");
        let direction = if entry.way == "to-device" { "inbound" } else { "outbound" };
        let opening = |port| (entry.id().to_string(), direction.to_string(), entry.protocol.clone(), port);
        opened.extend((entry.ports.0..=entry.ports.1).map(opening));
    }
    opened
}

/// The open ports. Without addresses, it has to be the same for both families.
fn opened_for_both_families(entries: &BTreeSet<Entry>) -> Openings {
    let opened_for = |family| opened(&entries.iter().filter(|entry| entry.family == family).cloned().collect());
    let (v4, v6) = (opened_for("ipv4"), opened_for("ipv6"));
    assert_same(&v6, &v4, "IPv6, compared with IPv4");
    v4
}

#[test]
fn a_mud_file_allows_exactly_what_the_catalog_lists() {
    let Some(modules) = modules() else { return };
    // SCTP can't be limited to ports.
    let can_express = |opening: &Opening| opening.3 != 0 && opening.2 != "sctp";
    let mud = Comparison { format: "mud", locations: &["network"], can_express };
    mud.run(|files: &[File]| opened_for_both_families(&entries(&linted(&modules, &files[0].text))));
}

/// Without connections, replies need an entry of their own: of the same protocol, or of the type of the reply.
#[test]
fn protocols_without_ports_are_allowed_in_both_directions() {
    let Some(modules) = modules() else { return };
    let mut compared = BTreeSet::new();
    for (tables, product) in all_products() {
        let file = rules_with(&tables, &["--format", "mud", "--product", &product]);
        let entries = entries(&linted(&modules, &file)).into_iter().filter(|entry| entry.ports == (0, 0));
        let found: BTreeSet<[String; 4]> = entries
            .map(|entry| [entry.id().to_string(), entry.way.clone(), entry.family.clone(), entry.protocol.clone()])
            .collect();
        let mut expected = BTreeSet::new();
        for (id, direction, protocol, port) in documented_in(&tables, &product, Decisions::ALL[0], "host") {
            if port != 0 {
                continue;
            }
            let families: &[&str] = match protocol.split('/').next().unwrap() {
                "icmp" => &["ipv4"],
                "icmpv6" => &["ipv6"],
                // IGMP, and the numbers of headers that any packet of IPv6 can have.
                _ if ["ip/0", "ip/2", "ip/43"].contains(&protocol.as_str()) => &["ipv4"],
                _ => &["ipv4", "ipv6"],
            };
            let reply = match protocol.as_str() {
                "icmp/8" => Some("icmp/0"),
                "icmp/13" => Some("icmp/14"),
                "icmpv6/128" => Some("icmpv6/129"),
                one if one.starts_with("icmp") && one.contains('/') => None,
                one => Some(one),
            };
            let [opening, replying] = if direction == "inbound" { ["to", "from"] } else { ["from", "to"] };
            let entry = |way: &str, family: &str, protocol: &str| {
                [id.clone(), format!("{way}-device"), family.to_string(), protocol.to_string()]
            };
            for family in families {
                expected.insert(entry(opening, family, &protocol));
                expected.extend(reply.map(|reply| entry(replying, family, reply)));
            }
        }
        assert_eq!(found, expected, "{product}");
        compared.extend(expected.into_iter().map(|[_, _, _, protocol]| protocol));
    }
    assert!(compared.len() > 15, "{compared:?}");
}

#[test]
fn entries_contain_the_addresses_and_host_names_of_the_site() {
    let Some(modules) = modules() else { return };
    let site = site();
    let call =
        ["--format", "mud", "--product", "mailgate", "--unnamed", "any", "--site", site.path().to_str().unwrap()];
    let entries = entries(&linted(&modules, &rules(&call)));
    opened(&entries);
    let peers = |id: &str| -> Vec<String> {
        let openings = entries.iter().filter(|entry| entry.id() == id && entry.is_destination);
        let peers: BTreeSet<String> =
            openings.map(|entry| format!("{} {} {}", entry.family, entry.peer, entry.ports.0)).collect();
        peers.into_iter().collect()
    };
    assert_eq!(
        peers("mailgate-in-email-client-smtp"),
        [
            "ipv4 10.0.0.0/8 25",
            "ipv4 10.0.0.0/8 465",
            "ipv4 198.51.100.7/32 25",
            "ipv4 198.51.100.7/32 465",
            "ipv6 2001:db8:1::/48 25",
            "ipv6 2001:db8:1::/48 465",
        ]
    );
    assert_eq!(
        peers("mailgate-out-ldap-server"),
        [
            "ipv4 10.0.5.1/32 389",
            "ipv4 10.0.5.1/32 636",
            "ipv4 ldap.example.org 389",
            "ipv4 ldap.example.org 636",
            "ipv6 ldap.example.org 389",
            "ipv6 ldap.example.org 636",
        ]
    );
    assert_eq!(peers("mailgate-out-nas"), ["ipv4 10.3.3.3/32 2049", "ipv4 10.3.3.3/32 445"]);
    assert_eq!(peers("mailgate-out-email-server"), ["ipv4  25", "ipv6  25"]);
    assert_eq!(peers("mailgate-out-dns-server"), ["ipv4 0.0.0.0/0 53"]);
}

#[test]
fn mud_sample() {
    let call =
        ["--format", "mud", "--product", "endpoint", "--only", "endpoint-out-console", "--only", "endpoint-out-vpn"];
    let file: Value = serde_json::from_str(&rules(&call)).unwrap();
    let from_device = &file["ietf-access-control-list:acls"]["acl"][0];
    insta::assert_snapshot!("mud_sample", format!("{:#}\n{from_device:#}", file["ietf-mud:mud"]));
}
