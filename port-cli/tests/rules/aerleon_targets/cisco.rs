//! Access lists in the style of Cisco: IOS, IOS XR, NX-OS, ASA and Arista EOS.

use std::net::Ipv4Addr;

use super::cisco_names::{icmp_type, port};
use super::entry::{Entry, direction_of, named_protocol};

pub fn read(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let (mut list, mut term, mut follows_remark) = (Entry::default(), String::new(), false);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('!')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let rule = match words.as_slice() {
            ["no" | "clear", ..] | ["exit"] => continue,
            ["access-list", name, rule @ ..] => {
                list = named_list("ip", name);
                rule
            }
            [family, "access-list", "extended", name] | [family, "access-list", name] => {
                list = named_list(family, name);
                continue;
            }
            rule => rule,
        };
        match rule {
            // Tags of a version control system.
            ["remark", tag, ..] if tag.trim_start_matches('"').starts_with('$') => continue,
            ["remark", first, ..] => {
                if !follows_remark {
                    term = (*first).to_string();
                }
                follows_remark = true;
                continue;
            }
            ["extended", rule @ ..] => entries.push(entry(list.clone(), &term, rule, true)),
            rule => entries.push(entry(list.clone(), &term, rule, false)),
        }
        follows_remark = false;
    }
    entries
}

/// What all entries of a list have.
fn named_list(family: &str, name: &str) -> Entry {
    let family = match family {
        "ip" | "ipv4" => 4,
        "ipv6" => 6,
        other => panic!("unknown family {other}"),
    };
    Entry { direction: direction_of(name), family: Some(family), ..Entry::default() }
}

fn entry(list: Entry, term: &str, words: &[&str], is_asa: bool) -> Entry {
    let [action, protocol, words @ ..] = words else { panic!("{words:?}") };
    let mut entry = Entry { term: term.to_string(), ..list };
    if *action == "deny" {
        assert!(matches!(*protocol, "ip" | "ipv4" | "ipv6") && matches!(words, ["any", "any"] | ["any", "any", "log"]));
        return Entry { drops: true, ..entry };
    }
    assert_eq!(*action, "permit");
    entry.protocol = named_protocol(protocol);
    // NX-OS writes both versions of ICMP alike.
    if entry.family == Some(6) && entry.protocol == "icmp" {
        entry.protocol = "icmpv6".to_string();
    }
    let mut words = words.iter().copied();
    for is_source in [true, false] {
        let address = match words.next().unwrap() {
            "any" => None,
            "host" => Some(words.next().unwrap().to_string()),
            net if net.contains('/') => Some(net.to_string()),
            net => Some(masked(net, words.next().unwrap(), is_asa)),
        };
        let end = if is_source { &mut entry.source } else { &mut entry.destination };
        end.extend(address);
        let port = |word: &str| port(&entry.protocol, word, is_asa);
        let ports = match words.clone().next() {
            Some("eq") => words.nth(1).map(|only| (port(only), port(only))),
            Some("range") => Some((port(words.nth(1).unwrap()), port(words.next().unwrap()))),
            _ => None,
        };
        if is_source { entry.source_ports.extend(ports) } else { entry.ports.extend(ports) }
    }
    for word in words {
        match word {
            "established" => entry.established = true,
            word => entry.icmp_types.push(icmp_type(word)),
        }
    }
    entry
}

/// A network by its mask: ASA has a bit for each of the network, IOS one for each of the host.
fn masked(net: &str, mask: &str, is_asa: bool) -> String {
    let ones = mask.parse::<Ipv4Addr>().unwrap().to_bits().count_ones();
    format!("{net}/{}", if is_asa { ones } else { 32 - ones })
}
