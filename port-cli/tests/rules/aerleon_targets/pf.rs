//! Rules of pf.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{Entry, named_protocol, range};

pub fn read(text: &str) -> Vec<Entry> {
    let text = text.replace("\\\n", "");
    let (mut tables, mut entries, mut term) = (BTreeMap::new(), Vec::new(), String::new());
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(name) = line.strip_prefix("# term ") {
            term = name.to_string();
        } else if let Some(table) = line.strip_prefix("table <") {
            let (name, addresses) = table.split_once("> {").unwrap();
            let addresses: BTreeSet<String> = addresses.trim_end_matches('}').split(',').map(str::to_string).collect();
            assert!(name.len() <= 31 && tables.insert(name.to_string(), addresses).is_none(), "{line}");
        } else if !line.starts_with('#') {
            entries.push(entry(&tables, &term, line));
        }
    }
    entries
}

fn entry(tables: &BTreeMap<String, BTreeSet<String>>, term: &str, line: &str) -> Entry {
    let mut entry = Entry { term: term.to_string(), ..Entry::default() };
    let words: Vec<&str> = line.split_whitespace().collect();
    let drops = words[0] == "block";
    assert!(drops || words[0] == "pass", "{line}");
    let mut end = "";
    let mut words = words[1..].iter().copied().peekable();
    while let Some(word) = words.next() {
        // The words in the braces that follow.
        let mut list = || -> Vec<String> {
            assert_eq!(words.next(), Some("{"), "{line}");
            words.by_ref().take_while(|word| *word != "}").map(|word| word.trim_end_matches(',').to_string()).collect()
        };
        match word {
            "in" => entry.direction = "inbound",
            "out" => entry.direction = "outbound",
            "quick" | "drop" | "keep" | "state" => {}
            // The interface of loopback, and the flags of new connections.
            "on" => entry.protocol = words.next().unwrap().to_string(),
            "flags" => assert_eq!(words.next(), Some("S/SA"), "{line}"),
            "proto" => entry.protocol = named_protocol(&list()[0]),
            "from" | "to" => {
                end = word;
                let names = list();
                let addresses =
                    names.iter().filter(|name| *name != "any").flat_map(|name| &tables[name.trim_matches(['<', '>'])]);
                let addresses = addresses.cloned().collect();
                if word == "from" { entry.source = addresses } else { entry.destination = addresses }
            }
            "port" => {
                let ports = list().iter().map(|port| range(port, ":")).collect();
                if end == "from" { entry.source_ports = ports } else { entry.ports = ports }
            }
            "icmp-type" | "icmp6-type" => {
                entry.icmp_types = list().iter().map(|number| number.parse().unwrap()).collect();
            }
            other => panic!("{other}: {line}"),
        }
    }
    if drops {
        assert!(entry.protocol.is_empty() && entry.source.is_empty() && entry.destination.is_empty(), "{line}");
    }
    Entry { drops, ..entry }
}
